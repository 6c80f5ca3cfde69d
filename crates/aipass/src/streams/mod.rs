//! Answers that come as a stream, of whatever kind: how they are read and how they end is the same for all.

mod endings;
mod feed;
mod reading;

pub(crate) use endings::Endings;
pub(crate) use reading::{Adds, Reading, Taken};
