//! One module for each side of the program.

mod account;
mod chat;
mod demo;
mod exit_codes;
mod help;
mod secrets;
mod session;
mod support;
