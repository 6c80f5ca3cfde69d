//! Money in whole micro-dollars, so that no sum is ever off by a rounding error.

use std::fmt;

/// An amount in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Micros(pub(crate) i64);

impl Micros {
    /// The nearest amount; text that is no number, an infinity, or an absurd sum becomes zero or the limit.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast to an integer saturates, NaN becomes 0"
    )]
    pub(crate) fn from_usd(usd: f64) -> Self {
        // The limit keeps sums of a sandbox far from overflow and within what a float shows exactly.
        const LIMIT: i64 = 1_000_000_000_000_000;
        Self(((usd * 1e6).round() as i64).clamp(-LIMIT, LIMIT))
    }

    /// The amount as the float that prints as its decimal: division of two exact floats rounds correctly.
    #[expect(clippy::cast_precision_loss, reason = "amounts stay below 2^53")]
    pub(crate) fn usd(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

/// Prints dollars without trailing zeros: `0.0021`.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.usd())
    }
}

/// What the account's owner has spent and may spend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purse {
    pub(crate) spent: Micros,
    pub(crate) max_budget: Micros,
}

impl Purse {
    pub(crate) fn new(max_budget: Micros) -> Self {
        Self {
            spent: Micros(0),
            max_budget,
        }
    }

    pub(crate) fn remaining(self) -> Micros {
        Micros(self.max_budget.0 - self.spent.0)
    }

    /// LiteLLM refuses a call once the budget is used up; the call that uses it up still goes through.
    pub(crate) fn is_exhausted(self) -> bool {
        self.spent >= self.max_budget
    }

    pub(crate) fn charge(&mut self, cost: Micros) {
        self.spent.0 = self.spent.0.saturating_add(cost.0);
    }

    /// Adds money that was paid in.
    pub(crate) fn deposit(&mut self, amount: Micros) {
        self.max_budget.0 = self.max_budget.0.saturating_add(amount.0);
    }

    /// Moves the limit so that `remaining` is left; what was spent stays spent.
    pub(crate) fn set_remaining(&mut self, remaining: Micros) {
        self.max_budget.0 = self.spent.0.saturating_add(remaining.0);
    }
}

/// The account's money as the usage summary shows it, in US dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Wallet {
    /// Spent so far: `totalCost`.
    pub spent: f64,
    /// The most that may be spent: `maxBudget`.
    pub max_budget: f64,
    /// What is left: `remainingBudget`. Below zero after a call that cost more than was left.
    pub remaining: f64,
}

impl From<Purse> for Wallet {
    fn from(purse: Purse) -> Self {
        Self {
            spent: purse.spent.usd(),
            max_budget: purse.max_budget.usd(),
            remaining: purse.remaining().usd(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_charges_add_up_exactly() {
        let mut purse = Purse::new(Micros::from_usd(10.0));
        for _ in 0..1000 {
            purse.charge(Micros(2_345));
        }
        assert_eq!(purse.spent.to_string(), "2.345");
        assert_eq!(purse.remaining().to_string(), "7.655");
        assert!(!purse.is_exhausted());
        purse.set_remaining(Micros(0));
        assert!(purse.is_exhausted());
        assert_eq!(purse.spent.to_string(), "2.345");
    }

    #[test]
    fn odd_amounts_are_clamped() {
        assert_eq!(Micros::from_usd(f64::NAN), Micros(0));
        assert_eq!(Micros::from_usd(f64::INFINITY), Micros(1_000_000_000_000_000));
        assert_eq!(Micros::from_usd(0.000_000_4), Micros(0));
        assert_eq!(Micros::from_usd(7.55), Micros(7_550_000));
    }
}
