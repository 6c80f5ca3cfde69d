//! The crate from outside: its file store on a real disk, its listener on a real port.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics where something it needs is missing"
)]

mod file_store;
mod listener;
