//! Tests that cross the crates, in one binary: over real sockets, with literal bytes on the wire.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics where something it needs is missing"
)]

mod facade;
mod generated;
mod hooks;
mod in_memory;
mod keyring;
mod leaks;
mod login;
mod login_with;
mod policy_docs;
#[cfg(unix)]
mod processes;
mod seam;
mod session;
mod streams;
mod support;
mod tolerance;
mod users;
mod wire;
