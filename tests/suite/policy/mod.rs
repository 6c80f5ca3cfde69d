//! The policy of calls, row by row, against servers whose every byte is written here.

mod connections;
mod http2;
mod retries;
mod server;
