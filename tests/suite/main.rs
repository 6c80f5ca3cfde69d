//! Tests that cross the crates, in one binary: over real sockets, with literal bytes on the wire.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics where something it needs is missing"
)]

mod balance;
mod books;
mod endpoints;
mod extract;
mod facade;
mod generated;
mod hooks;
mod ids;
mod in_memory;
mod journeys;
mod keyring;
mod leaks;
mod leaks_facade;
mod login;
mod login_with;
mod media_events;
mod media_streams;
mod meta;
mod options;
mod policy;
#[cfg(unix)]
mod processes;
mod promises;
mod raw;
mod scopes;
mod seam;
mod session;
mod spans;
mod streams;
mod support;
mod tolerance;
mod tools;
mod users;
mod variants;
mod vision;
mod wire;
