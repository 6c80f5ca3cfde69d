//! What a refusal means: the empty wallet first, whatever the status, then the status.

use super::budget::{Exhausted, exhausted};
use aipass_api::ErrorBody;
use http::{HeaderMap, StatusCode};

/// What an answer outside 2xx means, or an error inside a 2xx. [`Error`](crate::Error) has a question for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the table has no other outcome; whoever goes through it should see a new one"
)]
pub enum ErrorClass {
    /// The user's wallet is empty.
    Budget,
    /// AI Pass's own account at a provider is empty.
    ProviderQuota,
    /// The token is missing, over or revoked.
    Login,
    /// The token has no right to the call.
    Permission,
    /// There is no such model, id or endpoint.
    NotFound,
    /// Too many calls.
    RateLimited,
    /// The request itself is refused.
    Rejected,
    /// AI Pass or a provider failed.
    Server,
    /// A redirect, an error without a name inside a success, or a status that no HTTP server should send.
    Unexpected,
}

/// A range of statuses and what they mean, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorStatus {
    /// The first status.
    pub first: u16,
    /// The last status.
    pub last: u16,
    /// What they mean.
    pub class: ErrorClass,
}

/// What a status outside 2xx means; the first row that holds it decides.
pub const ERROR_STATUSES: &[ErrorStatus] = &[
    status(401, 401, ErrorClass::Login),
    status(402, 402, ErrorClass::Budget),
    status(403, 403, ErrorClass::Permission),
    status(404, 404, ErrorClass::NotFound),
    status(429, 429, ErrorClass::RateLimited),
    status(400, 499, ErrorClass::Rejected),
    status(500, 599, ErrorClass::Server),
    status(100, 999, ErrorClass::Unexpected),
];

const fn status(first: u16, last: u16, class: ErrorClass) -> ErrorStatus {
    ErrorStatus { first, last, class }
}

/// A value of `error.type`, `error.code` or `error`, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorWord {
    /// The value, in any case of letters.
    pub word: &'static str,
    /// What it means.
    pub class: ErrorClass,
}

/// What an error inside a 2xx means where it names no status. Outside 2xx the status decides.
pub const ERROR_WORDS: &[ErrorWord] = &[
    word("authentication_error", ErrorClass::Login),
    word("invalid_api_key", ErrorClass::Login),
    word("invalid_token", ErrorClass::Login),
    word("unauthorized", ErrorClass::Login),
    word("permission_error", ErrorClass::Permission),
    word("permission_denied", ErrorClass::Permission),
    word("insufficient_scope", ErrorClass::Permission),
    word("not_found_error", ErrorClass::NotFound),
    word("model_not_found", ErrorClass::NotFound),
    word("invalid_request_error", ErrorClass::Rejected),
    word("invalid_request", ErrorClass::Rejected),
    word("validation_error", ErrorClass::Rejected),
    word("context_length_exceeded", ErrorClass::Rejected),
    word("rate_limit_error", ErrorClass::RateLimited),
    word("rate_limit_exceeded", ErrorClass::RateLimited),
    word("api_error", ErrorClass::Server),
    word("server_error", ErrorClass::Server),
    word("internal_server_error", ErrorClass::Server),
    word("overloaded_error", ErrorClass::Server),
];

const fn word(word: &'static str, class: ErrorClass) -> ErrorWord {
    ErrorWord { word, class }
}

/// A class with what is known about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Class {
    pub(crate) class: ErrorClass,
    pub(crate) spent: Option<f64>,
    pub(crate) max: Option<f64>,
}

impl From<ErrorClass> for Class {
    fn from(class: ErrorClass) -> Self {
        Self {
            class,
            spent: None,
            max: None,
        }
    }
}

pub(crate) fn class(status: StatusCode, error: &ErrorBody, headers: &HeaderMap) -> Class {
    match exhausted(status, error, headers) {
        Some(Exhausted::Wallet { spent, max }) => Class {
            class: ErrorClass::Budget,
            spent,
            max,
        },
        Some(Exhausted::Provider) => ErrorClass::ProviderQuota.into(),
        None if status.is_success() => inside_a_success(error).into(),
        None => of_status(status.as_u16()).into(),
    }
}

fn of_status(status: u16) -> ErrorClass {
    ERROR_STATUSES
        .iter()
        .find(|row| (row.first..=row.last).contains(&status))
        .map_or(ErrorClass::Unexpected, |row| row.class)
}

/// Its code may name a status, as LiteLLM's does, or a word.
fn inside_a_success(error: &ErrorBody) -> ErrorClass {
    let code = error.code.as_deref().and_then(|code| code.parse().ok());
    if let Some(code @ 400..=599) = code {
        return of_status(code);
    }
    let words = [error.code.as_deref(), error.kind.as_deref()];
    let named = words
        .into_iter()
        .flatten()
        .find_map(|text| ERROR_WORDS.iter().find(|row| row.word.eq_ignore_ascii_case(text)));
    match named {
        Some(row) => row.class,
        // The management endpoints say no this way.
        None if error.envelope => ErrorClass::Rejected,
        None => ErrorClass::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Class {
        class(
            StatusCode::from_u16(status).unwrap(),
            &ErrorBody::read(body.as_bytes()),
            &HeaderMap::new(),
        )
    }

    #[test]
    fn every_status_has_a_class() {
        for status in 100..1000 {
            let row = ERROR_STATUSES
                .iter()
                .find(|row| (row.first..=row.last).contains(&status));
            assert!(row.is_some(), "{status}");
        }
    }

    #[test]
    fn the_status_decides_where_no_wallet_is_empty() {
        for (status, body, expected) in [
            (401, r#"{"error":"expired"}"#, ErrorClass::Login),
            (403, "", ErrorClass::Permission),
            (404, "<title>x</title>", ErrorClass::NotFound),
            (429, "", ErrorClass::RateLimited),
            (
                400,
                r#"{"error":{"message":"your budget joke was refused"}}"#,
                ErrorClass::Rejected,
            ),
            (
                400,
                r#"{"error":{"message":"m","type":"server_error"}}"#,
                ErrorClass::Rejected,
            ),
            (503, "", ErrorClass::Server),
            (302, "", ErrorClass::Unexpected),
        ] {
            assert_eq!(of(status, body), expected.into(), "{status} {body}");
        }
    }

    #[test]
    fn an_error_inside_a_success_is_told_by_its_code_or_a_word() {
        for (body, expected) in [
            (
                r#"{"error":{"message":"m","code":"429"}}"#,
                ErrorClass::RateLimited,
            ),
            (r#"{"error":{"message":"m","code":401}}"#, ErrorClass::Login),
            (
                r#"{"error":{"message":"m","code":"1234"}}"#,
                ErrorClass::Unexpected,
            ),
            (
                r#"{"error":{"message":"m","code":"x1","type":"Invalid_Request_Error"}}"#,
                ErrorClass::Rejected,
            ),
            (
                r#"{"error":"insufficient_scope","message":"m"}"#,
                ErrorClass::Permission,
            ),
            (r#"{"success":false,"message":"m"}"#, ErrorClass::Rejected),
            (r#"{"error":{"message":"m"}}"#, ErrorClass::Unexpected),
        ] {
            assert_eq!(of(200, body), expected.into(), "{body}");
        }
    }
}
