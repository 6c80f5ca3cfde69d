//! What the crate does on real sockets and real files.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics where something it needs is missing"
)]

mod accounts;
mod backend;
mod canary;
mod deep_link;
mod discovery;
#[cfg(feature = "keyring")]
mod fake_keyring;
#[cfg(all(feature = "file-store", unix))]
mod file_store;
#[cfg(feature = "keyring")]
mod keyring_or_file;
#[cfg(feature = "keyring")]
mod keyring_store;
mod login;
#[cfg(feature = "loopback")]
mod loopback;
#[cfg(feature = "loopback")]
mod loopback_address;
#[cfg(feature = "loopback")]
mod loopback_paste;
mod paste;
mod playbook;
mod registration;
mod renewal;
#[cfg(feature = "loopback")]
mod running;
mod secrets;
mod store_suite;
mod support;
mod traps;
mod vectors;
