//! One module for each side of the program.

mod account;
mod api;
mod calls;
mod chat;
mod client;
mod demo;
mod doctor;
mod exit_codes;
mod help;
mod image;
mod login;
mod profiles;
mod secrets;
mod session;
mod status;
mod support;
#[cfg(unix)]
mod terminal;
mod token;
mod topup;
mod usage;
mod watch;
