//! Settings of a single call, or of a client that is derived from another.

use crate::{
    error::Error,
    middleware::Names,
    policy::{RetryPolicy, Timeouts},
    transport::CLIENT_ID,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::{fmt, time::Duration};

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Settings for one call or for several, over those of the client: limits, retries, further headers.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
/// use aipass::{RequestOptions, RetryPolicy};
/// use std::time::Duration;
///
/// let careful = RequestOptions::new()
///     .timeout(Duration::from_secs(20))
///     .retry(RetryPolicy::none())
///     .header("x-trace-id", "4711");
/// let reply = ai.chat("gpt-4o-mini").user("Hi").options(careful.clone()).send().await?;
/// let models = ai.with_options(careful).models().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct RequestOptions {
    pub(crate) timeouts: Option<Timeouts>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) headers: HeaderMap,
    pub(crate) max_body: Option<usize>,
    pub(crate) max_event: Option<usize>,
    /// Why a header cannot be sent; told when the call is made.
    invalid: Option<&'static str>,
}

impl RequestOptions {
    /// Settings that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the call may take, all attempts included; of a stream or a download, until it begins. The other limits stay.
    pub fn timeout(mut self, total: Duration) -> Self {
        self.timeout = Some(total);
        self
    }

    /// All limits on time, in place of **all** those of the client.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    /// What is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// The largest answer of JSON or text in bytes, 64 MiB unless said otherwise. A larger one is
    /// [no answer](crate::Error::is_decode), though it was paid for: many images in base64 may need more.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// The largest event of a stream in bytes, 16 MiB unless said otherwise. A larger one ends the stream, which is then
    /// [incomplete](crate::Error::is_incomplete), though it was paid for: an image in base64 may need more.
    pub fn max_event(mut self, bytes: usize) -> Self {
        self.max_event = Some(bytes);
        self
    }

    /// A further header. What cannot be one, and the headers that this library writes itself (`Authorization`, `Host`,
    /// those about the body, the connection, encodings and ranges, `X-AIPass-OAuth-Client-Id`), make the call fail before it
    /// is sent.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name = HeaderName::try_from(name.as_ref());
        let value = HeaderValue::try_from(value.as_ref());
        match (name, value) {
            (Ok(name), _) if OURS.contains(&name) => {
                self.invalid = Some("a header is written by the library itself")
            }
            (Ok(name), Ok(mut value)) => {
                // It may be a credential.
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
            _ => self.invalid = Some("a header holds characters that cannot be sent"),
        }
        self
    }

    /// The header `Idempotency-Key`, by which a server may recognise a call that it has seen. AI Pass does not document
    /// it, so that nothing is sent again because of it. Each call needs a key of its own, so give it to one call: what may
    /// take several (a run of tools with more than one round, batches of embeddings, an extraction that may be asked in
    /// another form) is not sent with one.
    pub fn idempotency_key(self, key: impl AsRef<str>) -> Self {
        self.header(IDEMPOTENCY_KEY, key)
    }

    /// Of what sends several calls: a server would take the second for the first, and answer with what it has.
    pub(crate) fn check_several(&self) -> Result<(), Error> {
        if self.headers.contains_key(IDEMPOTENCY_KEY) {
            return Err(Error::request("an idempotency key is for one call"));
        }
        Ok(())
    }

    pub(crate) fn problem(&self) -> Option<&'static str> {
        self.invalid
    }

    /// These settings, and those below where these say nothing.
    pub(crate) fn over(mut self, below: &Self) -> Self {
        self.timeouts = self.timeouts.or_else(|| below.timeouts.clone());
        self.timeout = self.timeout.or(below.timeout);
        self.retry = self.retry.or_else(|| below.retry.clone());
        self.max_body = self.max_body.or(below.max_body);
        self.max_event = self.max_event.or(below.max_event);
        let own = std::mem::replace(&mut self.headers, below.headers.clone());
        self.headers.extend(own);
        self.invalid = self.invalid.or(below.invalid);
        self
    }
}

/// What would change where a call goes, what is asked for or how it is sent. An answer in parts or in another encoding could
/// pass as the whole.
pub(crate) static OURS: [HeaderName; 17] = [
    header::AUTHORIZATION,
    header::HOST,
    header::ACCEPT_ENCODING,
    header::RANGE,
    header::EXPECT,
    header::TRAILER,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("keep-alive"),
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    CLIENT_ID,
];

// A header may be a credential: only the names are shown.
impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("timeouts", &self.timeouts)
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .field("headers", &Names(&self.headers))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_sent_is_told() {
        assert!(
            RequestOptions::new()
                .header("x-a", "1")
                .idempotency_key("k")
                .problem()
                .is_none()
        );
        for (name, value) in [
            ("authorization", "Bearer x"),
            ("Host", "evil.example"),
            ("accept-encoding", "gzip"),
            ("Range", "bytes=0-9"),
            ("proxy-authorization", "Basic x"),
            ("X-AIPass-OAuth-Client-Id", "c"),
            ("x a", "1"),
            ("x-a", "1\r\nx-b: 2"),
        ] {
            let options = RequestOptions::new().header(name, value);
            assert!(options.problem().is_some(), "{name}");
            assert!(options.headers.is_empty(), "{name}");
        }
    }

    #[test]
    fn what_is_said_last_wins() {
        let below = RequestOptions::new()
            .retry(RetryPolicy::none())
            .header("x-a", "below")
            .header("x-b", "below");
        let both = RequestOptions::new()
            .timeouts(Timeouts::default())
            .header("x-a", "canary")
            .over(&below);
        assert_eq!(
            (&both.headers["x-a"], &both.headers["x-b"]),
            (&"canary".parse().unwrap(), &"below".parse().unwrap())
        );
        assert!(both.retry.is_some() && both.timeouts.is_some());
        assert!(!format!("{both:?}").contains("canary"));
    }
}
