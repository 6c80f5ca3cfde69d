//! The policy of calls, row by row, against servers whose every byte is written here.

mod budget;
mod connections;
mod error_bodies;
mod http2;
mod promises;
mod redirects;
mod renewal;
mod retries;
mod retry_after;
pub(crate) mod server;
mod time;
