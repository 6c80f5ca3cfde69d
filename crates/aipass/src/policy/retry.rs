//! What is sent again: the table, and the choice between three of them.

use self::Again::{No, OptIn, Renew, Retry};
use super::{
    Backoff,
    ChargeRisk::{self, Completed, NotSent, Refused, Unknown},
    Facts, Situation,
};
use aipass_api::operation::Charge;
use std::time::Duration;

/// What asks for longer than this is not waited for: the error carries the delay.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Whether a call is sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the table has no other outcome; whoever goes through it should see a new one"
)]
pub enum Again {
    /// No: the failure is the outcome.
    No,
    /// Yes, after a pause.
    Retry,
    /// Yes, if [`RetryPolicy::retry_unavailable`] is on.
    OptIn,
    /// Yes, once, with a renewed token. It does not count as a retry.
    Renew,
}

/// One row of the retry table: what becomes of a call of each class, and what it may have cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryRow {
    /// When the row fits.
    pub situation: Situation,
    /// For calls that cost nothing.
    pub free: Again,
    /// For paid calls.
    pub paid: Again,
    /// For calls that cost nothing and are not to be repeated blindly.
    pub once: Again,
    /// What a call that is not free may have cost. `None` where the next row that fits and has one says so.
    pub risk: Option<ChargeRisk>,
}

impl RetryRow {
    /// What becomes of a call of that class.
    #[must_use]
    pub fn again(&self, charge: Charge) -> Again {
        match charge {
            Charge::Free => self.free,
            Charge::Paid => self.paid,
            Charge::Once => self.once,
        }
    }
}

const fn row(situation: Situation, again: [Again; 3], risk: Option<ChargeRisk>) -> RetryRow {
    let [free, paid, once] = again;
    RetryRow {
        situation,
        free,
        paid,
        once,
        risk,
    }
}

/// The default.
static CHARGE_SAFE: &[RetryRow] = &[
    row(Situation::NotSent, [Retry, Retry, Retry], Some(NotSent)),
    row(Situation::Budget, [No, No, No], Some(Refused)),
    row(Situation::Unauthorized, [Renew, Renew, Renew], Some(Refused)),
    row(Situation::ShouldNotRetry, [No, No, No], None),
    row(Situation::LongDelay, [No, No, No], None),
    row(Situation::RateLimited, [Retry, Retry, Retry], Some(Refused)),
    row(Situation::TooEarly, [Retry, Retry, Retry], Some(Refused)),
    row(Situation::Unavailable, [Retry, OptIn, No], Some(Unknown)),
    row(Situation::Ambiguous, [Retry, No, No], Some(Unknown)),
    row(Situation::AskedToRetry, [Retry, No, No], Some(Unknown)),
    row(Situation::Refused, [No, No, No], Some(Refused)),
    row(Situation::Elsewhere, [No, No, No], Some(Unknown)),
    row(Situation::RefusedInside, [No, No, No], Some(Refused)),
    row(Situation::FalseSuccess, [No, No, No], Some(Unknown)),
    row(Situation::NoAnswer, [Retry, No, No], Some(Unknown)),
    row(Situation::BrokenAnswer, [Retry, No, No], Some(Completed)),
    row(Situation::TooLarge, [No, No, No], Some(Completed)),
    row(Situation::BrokenStream, [No, No, No], Some(Completed)),
];

/// What differs: ambiguous failures of paid calls are sent again.
static OPENAI_COMPATIBLE: &[RetryRow] = &[
    row(Situation::NotSent, [Retry, Retry, Retry], Some(NotSent)),
    row(Situation::Budget, [No, No, No], Some(Refused)),
    row(Situation::Unauthorized, [Renew, Renew, Renew], Some(Refused)),
    row(Situation::ShouldNotRetry, [No, No, No], None),
    row(Situation::LongDelay, [No, No, No], None),
    row(Situation::RateLimited, [Retry, Retry, Retry], Some(Refused)),
    row(Situation::TooEarly, [Retry, Retry, Retry], Some(Refused)),
    row(Situation::Unavailable, [Retry, Retry, Retry], Some(Unknown)),
    row(Situation::Ambiguous, [Retry, Retry, Retry], Some(Unknown)),
    row(Situation::AskedToRetry, [Retry, Retry, Retry], Some(Unknown)),
    row(Situation::Refused, [No, No, No], Some(Refused)),
    row(Situation::Elsewhere, [No, No, No], Some(Unknown)),
    row(Situation::RefusedInside, [No, No, No], Some(Refused)),
    row(Situation::FalseSuccess, [No, No, No], Some(Unknown)),
    row(Situation::NoAnswer, [Retry, Retry, Retry], Some(Unknown)),
    row(Situation::BrokenAnswer, [Retry, No, No], Some(Completed)),
    row(Situation::TooLarge, [No, No, No], Some(Completed)),
    row(Situation::BrokenStream, [No, No, No], Some(Completed)),
];

/// Which failures are sent again, how often, and after which pauses.
///
/// A policy is a table; [`rows`](Self::rows) shows it. One deadline holds over all attempts, and a body that can be read
/// only once is sent once.
///
/// ```
/// use aipass::policy::RetryPolicy;
///
/// let patient = RetryPolicy::charge_safe().max_retries(5);
/// let ai = aipass::Client::builder().client_id("client_1").retry(patient).build()?;
/// # Ok::<(), aipass::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    rows: &'static [RetryRow],
    max_retries: u32,
    retry_unavailable: bool,
    backoff: Backoff,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::charge_safe()
    }
}

impl RetryPolicy {
    /// The default: a paid call is sent again only where it is certain that it was not sent or that it was refused before
    /// any work. At most 2 retries.
    #[must_use]
    pub fn charge_safe() -> Self {
        Self {
            rows: CHARGE_SAFE,
            max_retries: 2,
            retry_unavailable: false,
            backoff: Backoff::default(),
        }
    }

    /// What OpenAI's own libraries do: a paid call is also sent again after a timeout, a reset or a 5xx. **The user may
    /// pay twice**, since the first call may have been done. At most 2 retries.
    #[must_use]
    pub fn openai_compatible() -> Self {
        Self {
            rows: OPENAI_COMPATIBLE,
            ..Self::charge_safe()
        }
    }

    /// Nothing is sent again. A token that is refused is still renewed, once.
    #[must_use]
    pub fn none() -> Self {
        Self::charge_safe().max_retries(0)
    }

    /// How often a call is sent again at most: 2 unless said otherwise.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Whether a paid call is sent again after a 503 with a `Retry-After`. Not unless said so: a gateway also answers this
    /// way after a provider has begun.
    #[must_use]
    pub fn retry_unavailable(mut self, retry: bool) -> Self {
        self.retry_unavailable = retry;
        self
    }

    /// The pauses where the server asks for none.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// The table, top to bottom; the first row that fits decides.
    #[must_use]
    pub fn rows(&self) -> &'static [RetryRow] {
        self.rows
    }

    /// How often a call is sent again at most.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.max_retries
    }

    /// What becomes of the call, retries and pauses aside.
    pub(crate) fn again(&self, facts: &Facts, charge: Charge) -> Again {
        let row = self.rows.iter().find(|row| row.situation.fits(facts));
        match row.map_or(No, |row| row.again(charge)) {
            OptIn if self.retry_unavailable => Retry,
            OptIn => No,
            again => again,
        }
    }

    /// How long to wait before that retry, counted from 0; `None` where it is too long, or no retry is left.
    pub(crate) fn pause(&self, retry: u32, facts: &Facts) -> Option<Duration> {
        if retry >= self.max_retries || facts.asks_too_long() {
            return None;
        }
        Some(facts.retry_after.unwrap_or_else(|| self.backoff.pause(retry)))
    }
}

/// What a failure may have cost; the same in every table.
pub(crate) fn risk(facts: &Facts, charge: Charge) -> ChargeRisk {
    if charge == Charge::Free {
        return ChargeRisk::Free;
    }
    CHARGE_SAFE
        .iter()
        .filter(|row| row.situation.fits(facts))
        .find_map(|row| row.risk)
        .unwrap_or(Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aipass_api::FailureKind;

    #[test]
    fn no_table_repeats_a_paid_call_that_may_be_charged_unless_it_says_so() {
        for row in CHARGE_SAFE {
            let certain = matches!(row.risk, Some(NotSent | Refused));
            let repeats = matches!(row.paid, Retry | Renew);
            assert!(certain || !repeats, "{row:?}");
        }
    }

    #[test]
    fn a_call_that_is_sent_once_risks_what_a_paid_one_does() {
        for kind in [
            FailureKind::FalseSuccess,
            FailureKind::NotAnAnswer,
            FailureKind::Cut,
            FailureKind::Malformed,
            FailureKind::TooLarge,
        ] {
            for begun in [false, true] {
                let facts = Facts::in_answer(kind, None, begun);
                assert_eq!(risk(&facts, Charge::Once), risk(&facts, Charge::Paid), "{kind:?}");
                assert_eq!(risk(&facts, Charge::Free), ChargeRisk::Free, "{kind:?}");
            }
        }
    }

    #[test]
    fn the_tables_have_the_same_rows_and_risks() {
        let heads = |rows: &[RetryRow]| {
            rows.iter()
                .map(|row| (row.situation, row.risk))
                .collect::<Vec<_>>()
        };
        assert_eq!(heads(CHARGE_SAFE), heads(OPENAI_COMPATIBLE));
        let mut situations: Vec<_> = CHARGE_SAFE.iter().map(|row| row.situation).collect();
        situations.dedup();
        assert_eq!(situations.len(), CHARGE_SAFE.len());
    }
}
