//! Answers that come as a stream, of whatever kind: how they are read and how they end is the same for all.

mod body;
mod bytes;
mod endings;
mod events;
mod feed;
mod reading;

pub use bytes::ByteStream;
pub(crate) use endings::Endings;
pub use events::EventStream;
pub(crate) use events::{Part, Rules};
pub(crate) use reading::{Adds, Reading, Taken};
