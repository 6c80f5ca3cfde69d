//! What may have happened to the money when a call fails.

use aipass_api::{
    Failure, FailureKind,
    operation::{Charge, Operation},
};
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
    /// Nothing left this machine.
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

    /// For an answer that came, and is of no use.
    pub(crate) fn answered(operation: &Operation) -> Self {
        if operation.charge == Charge::Free {
            Self::Free
        } else {
            Self::Completed
        }
    }

    pub(crate) fn of(operation: &Operation, failure: &Failure) -> Self {
        if operation.charge == Charge::Free {
            return Self::Free;
        }
        match failure.kind() {
            FailureKind::Transport => Self::NotSent,
            _ if failure.is_not_sent() => Self::NotSent,
            FailureKind::Status => match failure.status().map(|status| status.as_u16()) {
                // What the server does not know how to do, it did not do.
                Some(501 | 505) => Self::Refused,
                // It gave up or fell over: the work behind it may be done.
                Some(408 | 500..=599) | None => Self::Unknown,
                Some(_) => Self::Refused,
            },
            FailureKind::FalseSuccess | FailureKind::NotAnAnswer => Self::Unknown,
            FailureKind::Cut | FailureKind::TooLarge => Self::Completed,
            // A status is there: the answer had begun.
            FailureKind::Timeout(_) if failure.status().is_some() => Self::Completed,
            _ => Self::Unknown,
        }
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
