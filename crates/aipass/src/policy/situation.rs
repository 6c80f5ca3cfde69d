//! How a call can fail, as the retry table tells it apart.

use super::{Class, ErrorClass, class};
use aipass_api::{Failure, FailureKind};
use http::StatusCode;
use std::{fmt, time::Duration};

/// How a call can fail: the rows of the retry table, in its order. The first that fits decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "these are the rows of the table; whoever goes through it should see a new one"
)]
pub enum Situation {
    /// No connection was made (DNS, refused, TLS, connect timeout), or the peer proved that it did not work on the
    /// request (HTTP/2 REFUSED_STREAM, or GOAWAY above the last stream).
    NotSent,
    /// The wallet is empty, whatever the status; or AI Pass's account at a provider.
    Budget,
    /// 401.
    Unauthorized,
    /// `x-should-retry: false`.
    ShouldNotRetry,
    /// 429 or 503 that asks for more than 60 seconds.
    LongDelay,
    /// 429 otherwise.
    RateLimited,
    /// 425 (RFC 8470 section 5.2).
    TooEarly,
    /// 503 with a `Retry-After`.
    Unavailable,
    /// 408, or a 5xx that does not say that nothing was done.
    Ambiguous,
    /// 409, 501 or 505 with `x-should-retry: true`.
    AskedToRetry,
    /// 501, 505 and every other 4xx; and 307 or 308, which ask for the same call elsewhere.
    Refused,
    /// Any other redirect, which may follow work that was done, or a status that no HTTP server should send.
    Elsewhere,
    /// A 2xx that holds an authentication, permission or validation error, or an envelope with `success: false`.
    RefusedInside,
    /// A 2xx that is no success: any other error, HTML, null, nothing.
    FalseSuccess,
    /// The request was sent, and no answer came: a limit ran out, or the connection was reset or closed.
    NoAnswer,
    /// The body of a 2xx hung, was cut, or is no JSON.
    BrokenAnswer,
    /// The answer is larger than allowed.
    TooLarge,
    /// A stream broke after its first event, or an answer with content reports an error.
    BrokenStream,
}

impl Situation {
    /// What the row says, in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::NotSent => {
                "DNS, refused, TLS handshake, connect timeout; HTTP/2 REFUSED_STREAM or GOAWAY above the last stream"
            }
            Self::Budget => "the wallet is empty, whatever the status",
            Self::Unauthorized => "401",
            Self::ShouldNotRetry => "`x-should-retry: false`",
            Self::LongDelay => "429 or 503 with a delay above 60 s",
            Self::RateLimited => "429 with a delay up to 60 s, or none",
            Self::TooEarly => "425",
            Self::Unavailable => "503 with a delay up to 60 s",
            Self::Ambiguous => "408, 500, 502, 503, 504, 52x, 529 and other 5xx",
            Self::AskedToRetry => "409, 501 or 505 with `x-should-retry: true`",
            Self::Refused => {
                "501, 505, 400, 403, 404, 409, 413, 415, 422 and other 4xx; 307, 308 (never followed)"
            }
            Self::Elsewhere => "any other redirect, or a status out of range",
            Self::RefusedInside => {
                "2xx with an authentication, permission or validation error, or `success: false`"
            }
            Self::FalseSuccess => "2xx with any other error, HTML, null or nothing",
            Self::NoAnswer => {
                "timeout before the head of the answer, reset or end of connection after sending"
            }
            Self::BrokenAnswer => "2xx whose body hung, was cut or is no JSON",
            Self::TooLarge => "2xx above the size limit",
            Self::BrokenStream => "stream, after the first event; an error beside content",
        }
    }

    pub(super) fn fits(self, facts: &Facts) -> bool {
        // What was given out cannot be taken back, whatever broke the rest.
        if facts.begun {
            return self == Self::BrokenStream;
        }
        let status = facts.status.map(|status| status.as_u16());
        let inside = facts.kind == FailureKind::FalseSuccess;
        let within = |statuses: std::ops::Range<u16>| status.is_some_and(|status| statuses.contains(&status));
        let is = |statuses: &[u16]| status.is_some_and(|status| statuses.contains(&status));
        match self {
            Self::NotSent => facts.not_sent,
            Self::Budget => matches!(
                facts.class.map(|class| class.class),
                Some(ErrorClass::Budget | ErrorClass::ProviderQuota)
            ),
            Self::Unauthorized => is(&[401]),
            Self::ShouldNotRetry => facts.should_retry == Some(false),
            Self::LongDelay => is(&[429, 503]) && facts.asks_too_long(),
            Self::RateLimited => is(&[429]),
            Self::TooEarly => is(&[425]),
            Self::Unavailable => is(&[503]) && facts.retry_after.is_some(),
            Self::Ambiguous => is(&[408]) || within(500..600) && !is(&[501, 505]),
            Self::AskedToRetry => (is(&[409]) || within(500..600)) && facts.should_retry == Some(true),
            Self::Refused => within(400..600) || is(&[307, 308]),
            Self::Elsewhere => status.is_some_and(|status| !(200..300).contains(&status)),
            Self::RefusedInside => {
                inside
                    && matches!(
                        facts.class.map(|class| class.class),
                        Some(
                            ErrorClass::Login
                                | ErrorClass::Permission
                                | ErrorClass::NotFound
                                | ErrorClass::Rejected
                        )
                    )
            }
            Self::FalseSuccess => inside || facts.kind == FailureKind::NotAnAnswer,
            Self::NoAnswer => {
                facts.kind == FailureKind::Network
                    || matches!(facts.kind, FailureKind::Timeout(_)) && facts.status.is_none()
            }
            Self::BrokenAnswer => matches!(
                facts.kind,
                FailureKind::Cut | FailureKind::Malformed | FailureKind::Timeout(_)
            ),
            Self::TooLarge => facts.kind == FailureKind::TooLarge,
            Self::BrokenStream => false,
        }
    }
}

impl fmt::Display for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}

/// What the table needs to know about a failure.
pub(crate) struct Facts {
    pub(crate) kind: FailureKind,
    pub(crate) not_sent: bool,
    pub(crate) status: Option<StatusCode>,
    pub(crate) class: Option<Class>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) should_retry: Option<bool>,
    /// A stream has given its first event.
    pub(crate) begun: bool,
}

impl Facts {
    pub(crate) fn of(failure: &Failure) -> Self {
        let error = failure.error_body();
        let headers = failure.headers();
        let class = match (failure.kind(), failure.status(), error) {
            (FailureKind::Status | FailureKind::FalseSuccess, Some(status), Some(error)) => {
                Some(class(status, error, headers))
            }
            _ => None,
        };
        Self {
            kind: failure.kind(),
            // An answer that is there was sent for, whatever became of the attempt after it.
            not_sent: failure.is_not_sent() && failure.status().is_none(),
            status: failure.status(),
            class,
            retry_after: aipass_auth::__http::retry_after(headers),
            should_retry: headers
                .get("x-should-retry")
                .and_then(|value| value.to_str().ok()?.trim().to_ascii_lowercase().parse().ok()),
            begun: failure.holds_content(),
        }
    }

    /// What is wrong with an answer whose head was fine: an error that it reports, or what broke it.
    pub(crate) fn in_answer(kind: FailureKind, class: Option<Class>, begun: bool) -> Self {
        Self {
            kind,
            not_sent: false,
            status: Some(StatusCode::OK),
            class,
            retry_after: None,
            should_retry: None,
            begun,
        }
    }

    pub(crate) fn asks_too_long(&self) -> bool {
        self.retry_after
            .is_some_and(|pause| pause > super::retry::LONGEST_WAIT)
    }
}
