//! The real program as a child process with an environment of its own, against a sandbox in the test or against a socket
//! that the test holds in its hand.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics where something that it needs is missing"
)]

mod cli;
