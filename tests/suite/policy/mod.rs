//! The policy of calls, row by row, against servers whose every byte is written here.

mod retries;
mod server;
