//! What a refusal means: the empty wallet first, whatever the status, then the status.

use aipass_api::ErrorBody;
use http::StatusCode;

/// Codes that mean an empty wallet, in any case of letters.
const BUDGET_CODES: &[&str] = &["budget_exceeded", "insufficient_balance", "insufficient_quota"];

/// How LiteLLM's messages about an empty wallet start. No wider matching: a model's refusal may speak of money too.
const BUDGET_MESSAGES: &[&str] = &[
    "Budget has been exceeded! ",
    "ExceededBudget: ",
    "ExceededTokenBudget",
    "Max budget limit reached.",
];

/// What an answer outside 2xx means, or an error inside a 2xx.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Class {
    Budget {
        spent: Option<f64>,
        max: Option<f64>,
    },
    Login,
    Permission,
    NotFound,
    RateLimited,
    Rejected,
    Server,
    /// A redirect, or a status that no HTTP server should send.
    Unexpected,
}

impl Class {
    /// Whether the server said no before it did any work, whatever carried the answer.
    pub(crate) fn is_refusal(self) -> bool {
        !matches!(self, Self::Server | Self::Unexpected)
    }
}

pub(crate) fn class(status: StatusCode, error: &ErrorBody) -> Class {
    if is_budget(status, error) {
        let message = error.message.as_deref().unwrap_or_default();
        return Class::Budget {
            spent: amount(message, &["Current cost: ", "Spend="]),
            max: amount(message, &["Max budget: ", "Budget="]),
        };
    }
    match status.as_u16() {
        401 => Class::Login,
        403 => Class::Permission,
        404 => Class::NotFound,
        429 => Class::RateLimited,
        400..=499 => Class::Rejected,
        500..=599 => Class::Server,
        // An error inside a success: its code may name a status, as LiteLLM's does.
        200..=299 => match error.code.as_deref().and_then(|code| code.parse::<u16>().ok()) {
            Some(code) if code >= 400 => StatusCode::from_u16(code)
                .map_or(Class::Unexpected, |status| class(status, &ErrorBody::default())),
            _ => Class::Unexpected,
        },
        _ => Class::Unexpected,
    }
}

pub(crate) fn is_budget(status: StatusCode, error: &ErrorBody) -> bool {
    let coded = |text: &Option<String>| {
        text.as_deref()
            .is_some_and(|text| BUDGET_CODES.iter().any(|code| code.eq_ignore_ascii_case(text)))
    };
    status == StatusCode::PAYMENT_REQUIRED
        || coded(&error.kind)
        || coded(&error.code)
        || error.message.as_deref().is_some_and(says_budget)
}

fn says_budget(message: &str) -> bool {
    let message = message.strip_prefix("Authentication Error, ").unwrap_or(message);
    let message = match message
        .strip_prefix("litellm.")
        .and_then(|rest| rest.split_once("Error: "))
    {
        Some((name, rest)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        _ => message,
    };
    BUDGET_MESSAGES.iter().any(|start| message.starts_with(start))
        || message.contains(" exceeded budget for model=")
}

/// The number behind the first of these words.
fn amount(message: &str, words: &[&str]) -> Option<f64> {
    words.iter().find_map(|word| {
        let rest = message.split_once(word)?.1;
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
            .unwrap_or(rest.len());
        rest[..end].trim_end_matches('.').parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Class {
        class(
            StatusCode::from_u16(status).unwrap(),
            &ErrorBody::read(body.as_bytes()),
        )
    }

    #[test]
    fn an_empty_wallet_is_seen_at_any_status() {
        let with = |spent, max| Class::Budget { spent, max };
        for (status, body, expected) in [
            (402, "", with(None, None)),
            (
                400,
                r#"{"error":{"message":"Budget has been exceeded! Current cost: 10.02, Max budget: 10.0","type":"budget_exceeded","param":null,"code":"400"}}"#,
                with(Some(10.02), Some(10.0)),
            ),
            (
                401,
                r#"{"error":{"message":"Authentication Error, ExceededBudget: User=u1 over budget. Spend=1.5, Budget=1.0","type":"None"}}"#,
                with(Some(1.5), Some(1.0)),
            ),
            (
                429,
                r#"{"error":{"message":"litellm.BudgetExceededError: Max budget limit reached."}}"#,
                with(None, None),
            ),
            (
                403,
                r#"{"success":false,"message":"m","error":"INSUFFICIENT_BALANCE"}"#,
                with(None, None),
            ),
            (200, r#"{"error":{"type":"budget_exceeded"}}"#, with(None, None)),
        ] {
            assert_eq!(of(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_status_decides_the_rest() {
        for (status, body, expected) in [
            (401, r#"{"error":"expired"}"#, Class::Login),
            (403, "", Class::Permission),
            (404, "<title>x</title>", Class::NotFound),
            (429, "", Class::RateLimited),
            (
                400,
                r#"{"error":{"message":"your budget joke was refused"}}"#,
                Class::Rejected,
            ),
            (503, "", Class::Server),
            (302, "", Class::Unexpected),
            (
                200,
                r#"{"error":{"message":"m","code":"429"}}"#,
                Class::RateLimited,
            ),
            (200, r#"{"error":{"message":"m"}}"#, Class::Unexpected),
        ] {
            assert_eq!(of(status, body), expected, "{status} {body}");
        }
    }
}
