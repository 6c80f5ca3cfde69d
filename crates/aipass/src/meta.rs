//! What is known about a call beside its answer.

use crate::middleware::Names;
use bytes::BytesMut;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::{fmt, ops::Deref, time::Duration};

/// What is known about a call that worked, beside its answer. Nothing here is estimated: what the server does not say is
/// `None`.
#[derive(Clone, Default, PartialEq)]
pub struct Meta {
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
    pub(crate) doubtful: u32,
    pub(crate) elapsed: Duration,
    pub(crate) model: Option<String>,
    /// The price that the body names.
    pub(crate) cost: Option<f64>,
    /// The head was written before there was anything to pay for.
    pub(crate) streamed: bool,
}

/// What a server says about its limits, as the headers `x-ratelimit-…` have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many there may be in a period.
    pub limit: Option<u64>,
    /// How many are left in this one.
    pub remaining: Option<u64>,
    /// When the period is over.
    pub reset: Option<Duration>,
}

impl Meta {
    /// The server's id for the call, to quote to support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The model that answered, where the answer or a header names it.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.model
            .as_deref()
            .or_else(|| text(&self.headers, "x-litellm-model-group"))
    }

    /// The price of the call in USD, where the server told it (`x-litellm-response-cost`, or `usage.cost`).
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        let head = told_cost(&self.headers);
        if self.streamed {
            // A head that names nothing was written before there was anything to pay for.
            self.cost.or(head.filter(|cost| *cost > 0.0))
        } else {
            head.or(self.cost)
        }
    }

    /// The limit on requests.
    #[must_use]
    pub fn request_limit(&self) -> RateLimit {
        self.limit("requests")
    }

    /// The limit on tokens.
    #[must_use]
    pub fn token_limit(&self) -> RateLimit {
        self.limit("tokens")
    }

    /// How often the call was sent: 1, unless it was sent again.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How many attempts before the last one may have been charged: none, but for a policy that
    /// [may pay twice](crate::policy::RetryPolicy::openai_compatible).
    #[must_use]
    pub fn doubtful_attempts(&self) -> u32 {
        self.doubtful
    }

    /// From the beginning of the call to its answer; of a stream, to its beginning.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The headers of the answer as they came. Keep them out of logs.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The operation of a chat that was answered so.
    pub(crate) fn operation(&self) -> &'static str {
        if self.streamed {
            "create_chat_completion_stream"
        } else {
            "create_chat_completion"
        }
    }

    fn limit(&self, what: &str) -> RateLimit {
        RateLimit {
            limit: number(&self.headers, &format!("x-ratelimit-limit-{what}")),
            remaining: number(&self.headers, &format!("x-ratelimit-remaining-{what}")),
            reset: text(&self.headers, &format!("x-ratelimit-reset-{what}")).and_then(span),
        }
    }
}

// A header may be a credential: only the names are shown.
impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("model", &self.model)
            .field("cost", &self.cost())
            .field("headers", &Names(&self.headers))
            .finish()
    }
}

/// An answer together with its [`Meta`]. It can be used like the answer itself; its `Debug` shows what is known about the call
/// alone.
#[derive(Clone)]
pub struct Answer<T> {
    value: T,
    meta: Meta,
}

impl<T> Answer<T> {
    pub(crate) fn new(value: T, meta: Meta) -> Self {
        Self { value, meta }
    }

    /// What is known about the call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The answer alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

// What it holds may be the user's own: what was said, a name, a link.
impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<T: fmt::Display> fmt::Display for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: IntoIterator> IntoIterator for Answer<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        self.value.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Answer<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.value.into_iter()
    }
}

/// Gives headers memory of their own. As they come, they are parts of what was read from the connection, and keep all of that
/// for as long as they are there.
pub(crate) fn detach(headers: &mut HeaderMap) {
    let mut all = BytesMut::with_capacity(headers.values().map(HeaderValue::len).sum());
    for value in headers.values() {
        all.extend_from_slice(value.as_bytes());
    }
    let mut all = all.freeze();
    for value in headers.values_mut() {
        // Whatever came in a header can be a header.
        if let Ok(mut own) = HeaderValue::from_maybe_shared(all.split_to(value.len())) {
            own.set_sensitive(value.is_sensitive());
            *value = own;
        }
    }
}

/// The price that a header names.
pub(crate) fn told_cost(headers: &HeaderMap) -> Option<f64> {
    // Every call looks for it: a name that is known need not be read.
    static NAME: HeaderName = HeaderName::from_static("x-litellm-response-cost");
    let told = headers.get(&NAME).and_then(|value| value.to_str().ok());
    let cost = told.and_then(|told| told.trim().parse::<f64>().ok());
    cost.filter(|cost| cost.is_finite() && *cost >= 0.0)
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "x-litellm-call-id"]
        .iter()
        .find_map(|name| text(headers, name))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    text(headers, name)?.trim().parse().ok()
}

/// `6m0s`, `1.5s`, `120ms`, or seconds alone.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |next| end + next);
        let factor = match &rest[end..unit] {
            "" | "s" => 1.0,
            "ms" => 0.001,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        seconds += number * factor;
        rest = &rest[unit..];
    }
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|_| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn meta(headers: &[(&'static str, &'static str)]) -> Meta {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Meta {
            headers: headers.collect(),
            ..Meta::default()
        }
    }

    #[test]
    fn headers_alone_are_kept() {
        let read = Bytes::from(b"x-request-id: r1\r\nx-name: Andr\xe9\r\nx-name: \r\n".to_vec());
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-request-id", 14..16), ("x-name", 26..31), ("x-name", 41..41)] {
            let value = HeaderValue::from_maybe_shared(read.slice(value)).unwrap();
            headers.append(name, value);
        }
        headers.get_mut("x-request-id").unwrap().set_sensitive(true);
        let came = headers.clone();
        assert!(!read.is_unique());

        detach(&mut headers);
        assert_eq!(headers, came);
        assert!(headers["x-request-id"].is_sensitive());
        drop(came);
        assert!(read.is_unique());
    }

    #[test]
    fn limits_and_cost_are_read_from_headers() {
        let meta = meta(&[
            ("x-request-id", "r1"),
            ("x-litellm-response-cost", "0.0021"),
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1m1.5s"),
            ("x-ratelimit-remaining-tokens", "many"),
        ]);
        assert_eq!((meta.request_id(), meta.cost()), (Some("r1"), Some(0.0021)));
        let expected = RateLimit {
            limit: Some(60),
            remaining: Some(59),
            reset: Some(Duration::from_millis(61_500)),
        };
        assert_eq!(meta.request_limit(), expected);
        assert_eq!(meta.token_limit(), RateLimit::default());
    }

    #[test]
    fn spans_are_read_in_every_notation() {
        for (text, expected) in [
            ("120ms", Some(0.12)),
            ("6m0s", Some(360.0)),
            ("20", Some(20.0)),
            ("1h2m", Some(3720.0)),
            ("", None),
            ("soon", None),
            ("5 parsecs", None),
        ] {
            let expected = expected.map(Duration::from_secs_f64);
            assert_eq!(span(text), expected, "{text}");
        }
    }

    #[test]
    fn no_header_value_stands_in_debug() {
        let meta = meta(&[("set-cookie", "canary")]);
        let shown = format!("{meta:?} {:#?}", Answer::new(1, meta.clone()));
        assert!(
            shown.contains("set-cookie") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
