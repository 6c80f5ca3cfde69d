//! What a session has spent as far as it was told, the cached balance, and the limit that an app sets itself.

use crate::{
    account::Balance,
    meta::{self, Answer},
    policy::ChargeRisk,
    transport::Memory,
};
use aipass_api::{
    CallContext,
    operation::{Charge, Operation},
    types::Usage,
};
use http::HeaderMap;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long a balance is taken for the present one.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// What a session has done so far, as far as the server told. It starts anew with each client that is built; its clones,
/// and the clients of the same user, share it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Totals {
    /// Calls that were answered.
    pub calls: u64,
    /// Those of them that may have cost money, and calls without an answer that may have.
    pub paid_calls: u64,
    /// Paid calls whose price is not known: add them to [`cost`](Self::cost) in your mind.
    pub unpriced_calls: u64,
    /// Tokens of the requests.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// The sum of the prices that the server told, in USD.
    pub cost: f64,
}

impl Totals {
    fn pay(&mut self, paid: bool, cost: Option<f64>) {
        if !paid {
            return;
        }
        self.paid_calls += 1;
        match cost.filter(|cost| cost.is_finite() && *cost >= 0.0) {
            Some(cost) => self.cost += cost,
            None => self.unpriced_calls += 1,
        }
    }
}

/// A limit of the app's own on what one session may spend, from a login to the next.
///
/// A paid call is refused before it is sent where it could exceed the limit. Prices are those that the server tells, after
/// the call. Servers often tell none: a call whose price is not known, and one under way, counts as much as you assume.
///
/// ```
/// use aipass::BudgetGuard;
///
/// // No more than 2 dollars, and a cent for each call of unknown price.
/// let guard = BudgetGuard::new(2.0, 0.01);
/// let ai = aipass::Client::builder().client_id("client_1").budget_guard(guard).build()?;
/// # Ok::<(), aipass::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetGuard {
    pub(crate) max: f64,
    assumed: f64,
}

impl BudgetGuard {
    /// At most `max` USD, and `assumed` USD for each call whose price is not known. With nothing assumed, calls without a
    /// price are not held back. Both have to be finite and not negative, or the client is not built.
    #[must_use]
    pub fn new(max: f64, assumed: f64) -> Self {
        Self { max, assumed }
    }

    pub(crate) fn is_usable(&self) -> bool {
        [self.max, self.assumed]
            .iter()
            .all(|amount| amount.is_finite() && *amount >= 0.0)
    }
}

/// Tells the app that the balance is low.
#[derive(Clone)]
pub(crate) struct LowBalance {
    pub(crate) threshold: f64,
    pub(crate) tell: Arc<dyn Fn(Balance) + Send + Sync>,
}

/// The books of one session.
#[derive(Default)]
pub(crate) struct Ledger {
    guard: Option<BudgetGuard>,
    low: Option<LowBalance>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    totals: Totals,
    /// Paid calls under way.
    running: u64,
    /// Counts what makes a balance stale.
    epoch: u64,
    /// Which login of the account the books are of.
    session: u64,
    cached: Option<Cached>,
    /// The app knows already that the balance is low.
    told: bool,
}

struct Cached {
    at: Instant,
    epoch: u64,
    balance: Answer<Balance>,
}

impl Ledger {
    pub(crate) fn new(guard: Option<BudgetGuard>, low: Option<LowBalance>) -> Self {
        Self {
            guard,
            low,
            state: Mutex::default(),
        }
    }

    /// The same rules for another session.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.guard, self.low.clone())
    }

    /// Opens new books where somebody else has signed in: what one person spent is nothing to the next, nor is their balance.
    pub(crate) fn enter(&self, session: u64) {
        let mut state = self.lock();
        if state.session != session {
            state.session = session;
            state.totals = Totals::default();
            state.cached = None;
            state.epoch += 1;
            state.told = false;
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        self.lock().totals
    }

    /// Whether nothing is lost with these books.
    pub(crate) fn is_blank(&self) -> bool {
        let state = self.lock();
        state.totals == Totals::default() && state.running == 0 && !state.told
    }

    /// Opens the books for a call, or refuses it with what was spent.
    pub(crate) fn open(self: &Arc<Self>, operation: &Operation) -> Result<Ticket, OverGuard> {
        let mut state = self.lock();
        let paid = operation.charge == Charge::Paid;
        if let Some(guard) = self.guard.filter(|_| paid) {
            let unknown = state.totals.unpriced_calls + state.running;
            #[expect(clippy::cast_precision_loss, reason = "nobody makes 2^53 calls")]
            let spent = state.totals.cost + guard.assumed * unknown as f64;
            if spent >= guard.max || spent + guard.assumed > guard.max {
                return Err(OverGuard {
                    spent,
                    max: guard.max,
                });
            }
        }
        state.running += u64::from(paid);
        Ok(Ticket {
            ledger: self.clone(),
            context: None,
            told: None,
            session: state.session,
            paid,
            open: true,
        })
    }

    pub(crate) fn fresh_balance(&self) -> Option<Answer<Balance>> {
        let state = self.lock();
        let cached = state.cached.as_ref()?;
        (cached.epoch == state.epoch && cached.at.elapsed() < FRESH).then(|| cached.balance.clone())
    }

    /// To be read before a balance is asked for: what is spent meanwhile makes the answer stale.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    pub(crate) fn keep(&self, balance: &Answer<Balance>, epoch: u64) {
        let mut state = self.lock();
        // One that was asked for earlier may come later.
        if state.cached.as_ref().is_none_or(|cached| cached.epoch <= epoch) {
            state.cached = Some(Cached {
                at: Instant::now(),
                epoch,
                balance: balance.clone(),
            });
        }
        drop(state);
        if let (Some(low), Some(left)) = (&self.low, balance.remaining) {
            self.watch(low, **balance, left < low.threshold);
        }
    }

    /// The balance that is kept is no longer to be relied on.
    pub(crate) fn forget_balance(&self) {
        self.lock().epoch += 1;
    }

    /// The wallet is empty.
    pub(crate) fn exhausted(&self, spent: Option<f64>, max: Option<f64>) {
        self.lock().epoch += 1;
        let balance = Balance {
            spent,
            max,
            remaining: Some(0.0),
        };
        if let Some(low) = &self.low {
            // Whatever the threshold is.
            self.watch(low, balance, true);
        }
    }

    fn watch(&self, low: &LowBalance, balance: Balance, is_low: bool) {
        let was_told = std::mem::replace(&mut self.lock().told, is_low);
        if is_low && !was_told {
            (low.tell)(balance);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}

/// The app's own limit is reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OverGuard {
    pub(crate) spent: f64,
    pub(crate) max: f64,
}

/// The open entry of one call. Dropped without a word, it counts as a call that may have been charged.
pub(crate) struct Ticket {
    ledger: Arc<Ledger>,
    /// The call, which knows what was sent.
    context: Option<Arc<CallContext>>,
    /// What the head of a stream names as the price.
    told: Option<f64>,
    session: u64,
    paid: bool,
    open: bool,
}

impl Ticket {
    pub(crate) fn of(mut self, context: &Arc<CallContext>) -> Self {
        self.context = Some(context.clone());
        self
    }

    /// The head of a stream came: its headers are no more in the context.
    pub(crate) fn begun(&mut self, headers: &HeaderMap) {
        self.told = meta::told_cost(headers);
    }

    /// The call was answered.
    pub(crate) fn answered(mut self, usage: Option<&Usage>, cost: Option<f64>) {
        let tokens = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        self.close(|totals, paid| {
            totals.calls += 1;
            if let Some(usage) = usage {
                totals.prompt_tokens = totals.prompt_tokens.saturating_add(tokens(usage.prompt_tokens));
                totals.completion_tokens = totals
                    .completion_tokens
                    .saturating_add(tokens(usage.completion_tokens));
            }
            totals.pay(paid, cost);
        });
    }

    /// The call failed; `cost` is what the head of a broken answer names.
    pub(crate) fn failed(mut self, risk: ChargeRisk, cost: Option<f64>) {
        if risk.may_have_been_charged() {
            self.close(|totals, paid| totals.pay(paid, cost));
            return;
        }
        self.release();
    }

    /// Nothing is owed.
    fn release(&mut self) {
        if std::mem::replace(&mut self.open, false) {
            self.ledger.lock().running -= u64::from(self.paid);
        }
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn close(&mut self, change: impl FnOnce(&mut Totals, bool)) {
        if !std::mem::replace(&mut self.open, false) {
            return;
        }
        // Attempts before the last one, under a policy that repeats what may have been charged.
        let doubtful = self.context.as_ref().map_or(0, |context| {
            context.state(|memory: &mut Memory| u64::from(memory.doubtful))
        });
        let mut state = self.ledger.lock();
        if state.session == self.session {
            change(&mut state.totals, self.paid);
            state.totals.paid_calls += doubtful;
            state.totals.unpriced_calls += doubtful;
        }
        if self.paid {
            state.running -= 1;
            state.epoch += 1;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let Some(context) = self.context.clone() else {
            return self.close(|totals, paid| totals.pay(paid, None));
        };
        if context.attempts() == 0 {
            return self.release();
        }
        // A head that names nothing as the price was written before there was anything to pay for.
        let told = self.told.or_else(|| meta::told_cost(&context.headers()));
        let cost = told.filter(|cost| *cost > 0.0);
        self.close(|totals, paid| totals.pay(paid, cost));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::Meta;

    fn ledger(guard: Option<BudgetGuard>) -> Arc<Ledger> {
        Arc::new(Ledger::new(guard, None))
    }

    fn paid() -> &'static Operation {
        Operation::find("create_chat_completion").unwrap()
    }

    fn left(remaining: f64) -> Answer<Balance> {
        let balance = Balance {
            remaining: Some(remaining),
            ..Balance::default()
        };
        Answer::new(balance, Meta::default())
    }

    #[test]
    fn the_books_hold_what_was_told() {
        let ledger = ledger(None);
        let usage: Usage = serde_json::from_str(r#"{"prompt_tokens":7,"completion_tokens":-3}"#).unwrap();
        ledger.open(paid()).unwrap().answered(Some(&usage), Some(0.25));
        ledger.open(paid()).unwrap().answered(Some(&usage), None);
        ledger.open(paid()).unwrap().failed(ChargeRisk::Refused, None);
        ledger.open(paid()).unwrap().failed(ChargeRisk::Unknown, None);
        drop(ledger.open(paid()).unwrap());
        ledger
            .open(Operation::READ)
            .unwrap()
            .answered(None, Some(f64::NAN));
        let expected = Totals {
            calls: 3,
            paid_calls: 4,
            unpriced_calls: 3,
            prompt_tokens: 14,
            completion_tokens: 0,
            cost: 0.25,
        };
        assert_eq!(ledger.totals(), expected);
    }

    #[test]
    fn a_guard_refuses_paid_calls_at_its_limit() {
        let ledger = ledger(Some(BudgetGuard::new(1.2, 0.4)));
        ledger.open(paid()).unwrap().answered(None, Some(0.3));
        let first = ledger.open(paid()).unwrap();
        let _second = ledger.open(paid()).unwrap();
        assert!(ledger.open(paid()).is_err(), "two calls under way count");
        assert!(
            ledger.open(Operation::READ).is_ok(),
            "what is free is not held back"
        );
        first.failed(ChargeRisk::NotSent, None);
        assert!(ledger.open(paid()).is_ok());
    }

    #[test]
    fn a_guard_without_an_amount_is_none() {
        assert!(BudgetGuard::new(0.0, 0.0).is_usable());
        for (max, assumed) in [
            (f64::NAN, 0.0),
            (1.0, f64::NAN),
            (1.0, -1.0),
            (f64::INFINITY, 0.0),
        ] {
            assert!(!BudgetGuard::new(max, assumed).is_usable(), "{max} {assumed}");
        }
    }

    #[test]
    fn whoever_signs_in_next_has_new_books() {
        let ledger = ledger(Some(BudgetGuard::new(0.5, 0.0)));
        ledger.open(paid()).unwrap().answered(None, Some(0.7));
        ledger.keep(&left(77.0), ledger.epoch());
        let late = Ledger::open(&ledger, Operation::READ).unwrap();
        assert!(ledger.open(paid()).is_err());
        ledger.enter(1);
        assert!(ledger.fresh_balance().is_none(), "it is somebody else's");
        late.answered(None, None);
        assert_eq!(ledger.totals(), Totals::default());
        assert!(ledger.open(paid()).is_ok());
    }

    #[test]
    fn a_balance_is_stale_after_a_paid_call() {
        let ledger = ledger(None);
        let epoch = ledger.epoch();
        ledger.keep(&left(5.0), epoch);
        ledger.open(Operation::READ).unwrap().answered(None, None);
        assert!(ledger.fresh_balance().is_some());
        let call = ledger.open(paid()).unwrap();
        let epoch = ledger.epoch();
        call.answered(None, None);
        assert!(ledger.fresh_balance().is_none());
        ledger.keep(&left(4.0), epoch);
        assert!(
            ledger.fresh_balance().is_none(),
            "it was asked for before the call ended"
        );
        ledger.keep(&left(4.0), ledger.epoch());
        assert!(ledger.fresh_balance().is_some());
        ledger.exhausted(None, None);
        assert!(ledger.fresh_balance().is_none());
    }

    #[test]
    fn a_low_balance_is_told_once_until_it_rises() {
        let told: Arc<Mutex<Vec<Option<f64>>>> = Arc::default();
        let heard = told.clone();
        let low = LowBalance {
            threshold: 1.0,
            tell: Arc::new(move |balance| heard.lock().unwrap().push(balance.remaining)),
        };
        let ledger = Arc::new(Ledger::new(None, Some(low)));
        for remaining in [2.0, 0.9, 0.8, 3.0, 0.5] {
            ledger.keep(&left(remaining), 0);
        }
        ledger.exhausted(None, None);
        assert_eq!(*told.lock().unwrap(), [Some(0.9), Some(0.5)]);
    }

    #[test]
    fn an_empty_wallet_is_told_whatever_the_threshold() {
        let told: Arc<Mutex<u32>> = Arc::default();
        let heard = told.clone();
        let low = LowBalance {
            threshold: 0.0,
            tell: Arc::new(move |_| *heard.lock().unwrap() += 1),
        };
        Ledger::new(None, Some(low)).exhausted(None, None);
        assert_eq!(*told.lock().unwrap(), 1);
    }

    #[test]
    fn a_broken_answer_that_named_its_price_is_priced() {
        let ledger = ledger(None);
        ledger
            .open(paid())
            .unwrap()
            .failed(ChargeRisk::Completed, Some(0.5));
        let totals = ledger.totals();
        assert_eq!(
            (
                totals.calls,
                totals.paid_calls,
                totals.unpriced_calls,
                totals.cost
            ),
            (0, 1, 0, 0.5)
        );
    }
}
