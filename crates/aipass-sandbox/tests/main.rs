//! The sandbox over real sockets: requests are written by hand, answers are compared with literals.
#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

mod account;
mod audio;
mod chat;
mod chat_refusals;
mod clients;
mod consent;
mod control;
mod embeddings;
mod faults;
mod guards;
mod images;
mod payments;
mod registration;
mod support;
mod tokens;
mod videos;
