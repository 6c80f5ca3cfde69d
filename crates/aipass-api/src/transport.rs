//! The seam between the generated operations and the network.

use crate::{
    call::CallContext,
    failure::{Failure, TimeoutPhase},
    operation::Operation,
};
use http::{HeaderValue, header};
use std::{fmt, future::Future, pin::Pin};

/// Any error of a transport's own.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What [`Transport::send`] gives back.
pub type TransportFuture<'a> =
    Pin<Box<dyn Future<Output = Result<reqwest::Response, TransportError>> + Send + 'a>>;

/// What [`Transport::retry`] gives back.
pub type RetryFuture<'a> = Pin<Box<dyn Future<Output = Retry> + Send + 'a>>;

/// The future of [`Transport::learn`].
pub type LearnFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Everything between a built request and its response: credentials, renewal, retries, timeouts to the first byte.
///
/// An implementation calls [`CallContext::count_attempt`] before it sends, and gives back the response as it came,
/// whatever its status: errors are decoded in one place, after the transport. What failed is shown to
/// [`retry`](Self::retry), which decides whether it is sent once more.
///
/// ```
/// use aipass_api::{CallContext, Transport, TransportFuture, operation::Operation};
///
/// /// Tags every request with the program's own id.
/// struct Tagged;
///
/// impl Transport for Tagged {
///     fn send<'a>(
///         &'a self,
///         http: &'a reqwest::Client,
///         mut request: reqwest::Request,
///         _operation: &'static Operation,
///         call: &'a CallContext,
///     ) -> TransportFuture<'a> {
///         request.headers_mut().insert("x-tag", http::HeaderValue::from_static("night-shift"));
///         Box::pin(async move {
///             call.count_attempt();
///             Ok(http.execute(request).await?)
///         })
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request of `operation` once, and gives back the response.
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: reqwest::Request,
        operation: &'static Operation,
        call: &'a CallContext,
    ) -> TransportFuture<'a>;

    /// Whether to send once more after this failure, and waits as long as is due before it says yes. Never, unless
    /// a transport says otherwise. It keeps to [`CallContext::deadline`] itself, and is not asked about a request whose
    /// body can be sent only once.
    fn retry<'a>(
        &'a self,
        _failure: &'a Failure,
        _operation: &'static Operation,
        _call: &'a CallContext,
    ) -> RetryFuture<'a> {
        Box::pin(std::future::ready(Retry::No))
    }

    /// A request whose body can be sent only once has failed so. This call is over; a transport may learn from it for the next
    /// one, for example that its token is refused. Nothing, unless a transport says otherwise. It keeps to
    /// [`CallContext::deadline`] itself.
    fn learn<'a>(
        &'a self,
        _failure: &'a Failure,
        _operation: &'static Operation,
        _call: &'a CallContext,
    ) -> LearnFuture<'a> {
        Box::pin(std::future::ready(()))
    }
}

/// What is to become of a call that failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Retry {
    /// The failure is the outcome.
    No,
    /// The request is sent once more.
    Again,
    /// What was needed for another attempt, such as a new token, failed for this reason. The outcome is this reason,
    /// with the answer of the server that was there before.
    Failed(TransportError),
}

/// Why a transport has no response to give.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// The connection failed.
    Http(reqwest::Error),
    /// A limit ran out.
    Timeout(TimeoutPhase),
    /// Nothing was sent, for this reason: no connection could be made.
    NotSent(BoxError),
    /// The request was sent, and no answer came.
    NoAnswer(BoxError),
    /// The transport's own reason, such as a login that is required. Nothing was sent.
    Other(BoxError),
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

/// Sends each request once, as it is.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit struct without state")]
pub struct Plain;

impl Transport for Plain {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: reqwest::Request,
        _operation: &'static Operation,
        call: &'a CallContext,
    ) -> TransportFuture<'a> {
        Box::pin(async move {
            call.count_attempt();
            Ok(http.execute(request).await?)
        })
    }
}

/// Sends each request once, with one bearer token (RFC 6750 section 2.1) that is never renewed.
#[derive(Clone)]
pub struct StaticBearer(HeaderValue);

impl StaticBearer {
    /// A transport with this access token.
    ///
    /// # Errors
    /// The token holds characters that cannot stand in a header.
    pub fn new(token: &str) -> Result<Self, InvalidToken> {
        let visible = !token.is_empty() && token.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        if !visible {
            return Err(InvalidToken);
        }
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| InvalidToken)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl fmt::Debug for StaticBearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticBearer([redacted])")
    }
}

impl Transport for StaticBearer {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        mut request: reqwest::Request,
        operation: &'static Operation,
        call: &'a CallContext,
    ) -> TransportFuture<'a> {
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, self.0.clone());
        Plain.send(http, request, operation, call)
    }
}

/// An access token that is empty or holds other than visible ASCII characters.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InvalidToken;

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the access token is empty or holds characters that cannot stand in a header")
    }
}

impl std::error::Error for InvalidToken {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_is_checked_and_never_shown() {
        let bearer = StaticBearer::new("s3cr3t-canary").unwrap();
        assert_eq!(format!("{bearer:?}"), "StaticBearer([redacted])");
        for bad in ["", "two words", "line\r\nbreak", "é", "nul\0"] {
            let error = StaticBearer::new(bad).unwrap_err();
            assert!(!error.to_string().contains("words"));
        }
    }
}
