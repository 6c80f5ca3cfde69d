//! What may have happened to the money when a call fails.

use std::fmt;

/// What a failed call may have cost. Every [`Error`](crate::Error) has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the five outcomes are complete; programs should match on all of them"
)]
pub enum ChargeRisk {
    /// The operation costs nothing.
    Free,
    /// Nothing left this machine, or the server proved that it did not work on the call.
    NotSent,
    /// The server said no before it did any work.
    Refused,
    /// The call was sent, and no answer or an ambiguous one came: it may have been charged.
    Unknown,
    /// An answer began, so the work was done and is charged, but the answer is cut or unreadable.
    Completed,
}

impl ChargeRisk {
    /// Whether money may have been spent: [`Unknown`](Self::Unknown) or [`Completed`](Self::Completed).
    #[must_use]
    pub fn may_have_been_charged(self) -> bool {
        matches!(self, Self::Unknown | Self::Completed)
    }
}

impl fmt::Display for ChargeRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Free => "the call costs nothing",
            Self::NotSent => "nothing was sent, so nothing was charged",
            Self::Refused => "the call was refused before any work, so nothing was charged",
            Self::Unknown => "the call may have been charged",
            Self::Completed => "the call was probably charged",
        })
    }
}
