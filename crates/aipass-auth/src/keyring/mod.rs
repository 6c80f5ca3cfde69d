//! Tokens in files that only a key of the system's keyring opens.
//!
//! The keyring holds a key and not the tokens: two tokens are more than some keyrings take (2560 bytes on Windows),
//! no keyring has a lock over several steps, and a key that is read once a day lets a renewal go on while the keyring
//! is locked.

mod call;
mod or_file;
mod sealed;
mod store;

pub use or_file::{KeyringOrFile, StoreBackend};
pub use store::KeyringStore;
