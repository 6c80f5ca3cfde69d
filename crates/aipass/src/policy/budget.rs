//! How an empty wallet is recognised, whatever the status of the answer.

use aipass_api::ErrorBody;
use http::{HeaderMap, StatusCode};

/// Values of `error.type`, `error.code` or `error` that mean an empty wallet, in any case of letters.
pub const BUDGET_CODES: &[&str] = &["budget_exceeded", "insufficient_balance", QUOTA];

/// The one code that providers use too, for the quota of whoever calls them.
const QUOTA: &str = "insufficient_quota";

/// How a message about an empty wallet reads. Nothing wider: what a model answers may speak of money too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetMessage {
    /// How it starts, after [one of the prefixes](BudgetMessage::PREFIXES).
    pub start: &'static str,
    /// What it also holds.
    pub holds: &'static str,
}

impl BudgetMessage {
    /// What a gateway may put in front of a message: the first as it stands, the second around the name of an error.
    pub const PREFIXES: &'static [&'static str] = &["Authentication Error, ", "litellm.…Error: "];

    const fn new(start: &'static str, holds: &'static str) -> Self {
        Self { start, holds }
    }

    fn fits(&self, message: &str) -> bool {
        let Some((before, _)) = message.split_once(self.holds) else {
            return false;
        };
        // Where no start is fixed, what a user or a model wrote may stand there: that comes with quotes and line breaks.
        let quoted =
            |text: &str| text.contains(['"', '\'', '`', '\n', '{', '?']) || text.len() > LONGEST_LEAD;
        message.starts_with(self.start) && !(self.start.is_empty() && quoted(before))
    }
}

/// A key, its alias and a few words stand before the name of a model whose budget is used up.
const LONGEST_LEAD: usize = 200;

/// Every message about an empty wallet, as LiteLLM words them.
pub const BUDGET_MESSAGES: &[BudgetMessage] = &[
    BudgetMessage::new("Budget has been exceeded! Current cost: ", ", Max budget: "),
    BudgetMessage::new("Budget has been exceeded! Team=", ""),
    BudgetMessage::new("Budget has been exceeded! Organization=", ""),
    BudgetMessage::new("Budget has been exceeded! User=", ""),
    BudgetMessage::new("ExceededBudget: User=", " over budget."),
    BudgetMessage::new("ExceededBudget: End User=", " over budget."),
    BudgetMessage::new("ExceededTokenBudget", ""),
    BudgetMessage::new("", " exceeded budget for model="),
    BudgetMessage::new("Max budget limit reached.", ""),
];

/// Words before what was spent, and before what may be spent.
const SPENT: &[&str] = &["Current cost: ", "Current spend for token: ", "Spend="];
const MAX: &[&str] = &["Max budget: ", "Max Budget for Token: ", "Budget="];

/// Whose budget is used up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Exhausted {
    /// The user's wallet, with what was spent and what may be spent, in USD.
    Wallet { spent: Option<f64>, max: Option<f64> },
    /// AI Pass's own account at a provider.
    Provider,
}

pub(crate) fn exhausted(status: StatusCode, error: &ErrorBody, headers: &HeaderMap) -> Option<Exhausted> {
    let message = error.message.as_deref().unwrap_or_default();
    let is = |code: &str| {
        [&error.kind, &error.code].iter().any(|text| {
            text.as_deref()
                .is_some_and(|text| text.eq_ignore_ascii_case(code))
        })
    };
    if is(QUOTA) && comes_from_a_provider(message, headers) {
        return Some(Exhausted::Provider);
    }
    let wallet = status == StatusCode::PAYMENT_REQUIRED
        || BUDGET_CODES.iter().any(|code| is(code))
        || speaks_of_a_budget(message);
    wallet.then(|| Exhausted::Wallet {
        spent: amount(message, SPENT),
        max: amount(message, MAX),
    })
}

/// A gateway passes a provider's own headers on under a name of its own, or names the provider's exception.
fn comes_from_a_provider(message: &str, headers: &HeaderMap) -> bool {
    let header = headers
        .keys()
        .any(|name| name.as_str().starts_with("llm_provider-"));
    header
        || message
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word.len() > "Exception".len() && word.ends_with("Exception"))
}

fn speaks_of_a_budget(message: &str) -> bool {
    let first = BudgetMessage::PREFIXES.first().copied().unwrap_or_default();
    let message = message.strip_prefix(first).unwrap_or(message);
    let message = match message
        .strip_prefix("litellm.")
        .and_then(|rest| rest.split_once("Error: "))
    {
        Some((name, rest)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => message,
    };
    BUDGET_MESSAGES.iter().any(|form| form.fits(message))
}

/// The number behind the first of these words; small ones come as `7.2e-05`.
fn amount(message: &str, words: &[&str]) -> Option<f64> {
    words.iter().find_map(|word| {
        let rest = message.split_once(word)?.1;
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || ".-+eE".contains(c)))
            .unwrap_or(rest.len());
        let number: f64 = rest[..end].trim_end_matches('.').parse().ok()?;
        number.is_finite().then_some(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_every_notation() {
        for (text, expected) in [
            ("Current cost: 10.02, Max budget: 10.0", (Some(10.02), Some(10.0))),
            (
                "Current cost: 7.2e-05, Max budget: 2e-07",
                (Some(7.2e-5), Some(2e-7)),
            ),
            ("over budget. Spend=1.5, Budget=1.0.", (Some(1.5), Some(1.0))),
            (
                "Current spend for token: 3; Max Budget for Token: 2",
                (Some(3.0), Some(2.0)),
            ),
            ("Current cost: , Max budget: lots", (None, None)),
            ("Current cost: 1e999", (None, None)),
        ] {
            assert_eq!((amount(text, SPENT), amount(text, MAX)), expected, "{text}");
        }
    }

    #[test]
    fn a_providers_quota_is_not_the_wallet() {
        let read = |body: &str, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = header {
                headers.insert(name, http::HeaderValue::from_static("1"));
            }
            let error = ErrorBody::read(body.as_bytes());
            exhausted(StatusCode::TOO_MANY_REQUESTS, &error, &headers)
        };
        let quota = r#"{"error":{"message":"m","code":"insufficient_quota"}}"#;
        assert!(matches!(read(quota, None), Some(Exhausted::Wallet { .. })));
        assert_eq!(
            read(quota, Some("llm_provider-x-request-id")),
            Some(Exhausted::Provider)
        );
        let named = r#"{"error":{"message":"litellm.RateLimitError: OpenAIException - You exceeded your current quota","type":"insufficient_quota"}}"#;
        assert_eq!(read(named, None), Some(Exhausted::Provider));
        let named = r#"{"error":{"message":"OpenAIException - slow down","type":"rate_limit"}}"#;
        assert_eq!(read(named, None), None, "no quota at all");
    }

    #[test]
    fn what_somebody_wrote_is_no_budget() {
        for (message, expected) in [
            (
                "LiteLLM Virtual Key: k-1, key_alias: a, exceeded budget for model=gpt-4o",
                true,
            ),
            ("timed out on \"tell me who exceeded budget for model=x\"", false),
            ("user said: why? he exceeded budget for model=x", false),
            ("line one\nhe exceeded budget for model=x", false),
        ] {
            assert_eq!(speaks_of_a_budget(message), expected, "{message}");
        }
    }
}
