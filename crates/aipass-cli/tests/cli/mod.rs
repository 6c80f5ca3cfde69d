//! One module for each side of the program.

mod account;
mod api;
mod attach;
mod calls;
mod chat;
mod client;
mod demo;
mod doctor;
mod embed;
mod exit_codes;
mod help;
mod image;
mod login;
mod profiles;
mod schema;
mod secrets;
mod session;
mod speak;
mod status;
mod support;
#[cfg(unix)]
mod terminal;
mod token;
mod topup;
mod transcribe;
mod usage;
mod video;
mod watch;
