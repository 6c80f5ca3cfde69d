//! Why a call failed: decoded once, for every operation, with everything that is known about it.
//!
//! The generated code would lose the status of an answer that does not decode, print URLs and bodies in its errors, and
//! take an HTML page or an error inside a 200 for the answer. So each response passes through
//! [`receive`](crate::receive) first.

use crate::{
    error_body::ErrorBody,
    path::InvalidId,
    receive::Head,
    transport::{BoxError, TransportError},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use progenitor_client::Error;
use std::{error::Error as StdError, fmt, sync::Arc};

/// How much of a failed answer's body is kept.
pub(crate) const KEPT: usize = 64 * 1024;

/// Which limit ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// The connection was not there in time: nothing was sent.
    Connect,
    /// The response's head did not come.
    FirstByte,
    /// The body fell silent.
    Idle,
    /// The whole call took too long.
    Total,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The server answered outside 2xx.
    Status,
    /// A 2xx answer that holds an error.
    FalseSuccess,
    /// A 2xx answer that is nothing: HTML, null, empty.
    NotAnAnswer,
    /// A 2xx answer whose body broke off.
    Cut,
    /// A 2xx answer to a free read that is no JSON. (Other answers are read by their types, which say where they break.)
    Malformed,
    /// An answer above the size limit of the call.
    TooLarge,
    /// A time limit ran out.
    Timeout(TimeoutPhase),
    /// There was no answer: the connection was refused, reset or closed.
    Network,
    /// The transport gave its own reason, such as a login that is required. Nothing was sent for it.
    Transport,
    /// An id in the path is unusable: [`InvalidId`]. Nothing was sent.
    InvalidId,
}

/// Why a call failed. Cheap to clone.
///
/// Neither `Display` nor `Debug` show the body, a header or the URL.
#[derive(Clone)]
pub struct Failure(Arc<Parts>);

struct Parts {
    kind: FailureKind,
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Bytes,
    error: Option<ErrorBody>,
    source: Option<BoxError>,
    /// It is certain that the peer did not work on the request.
    not_sent: bool,
    /// The answer holds content beside its error.
    content: bool,
}

impl Failure {
    /// The failure inside an error of any operation.
    pub fn of<E>(error: &Error<E>) -> Option<&Self> {
        match error {
            Error::UnexpectedResponse(response) => response.extensions().get(),
            _ => None,
        }
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// The answer's status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The answer's headers; empty where there was no answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The first 64 KiB of the answer's body. It may hold what the caller sent, so keep it out of logs.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The error as the server words it.
    #[must_use]
    pub fn error_body(&self) -> Option<&ErrorBody> {
        self.0.error.as_ref()
    }

    /// Whether it is certain that nobody worked on the request: no connection was made, or the peer proved that it did not
    /// process it (HTTP/2 REFUSED_STREAM, or GOAWAY above the last stream; RFC 9113 section 8.7).
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        self.0.not_sent
    }

    /// Whether the answer holds content beside the error that it reports: then work was done.
    #[must_use]
    pub fn holds_content(&self) -> bool {
        self.0.content
    }

    pub(crate) fn with_content(mut self, content: bool) -> Self {
        if let Some(parts) = Arc::get_mut(&mut self.0) {
            parts.content = content;
        }
        self
    }

    /// The transport's own error, to be downcast by whoever brought the transport.
    #[must_use]
    pub fn transport_error(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        (self.0.kind == FailureKind::Transport)
            .then_some(self.0.source.as_deref())
            .flatten()
    }

    fn not_sent(kind: FailureKind, source: BoxError) -> Self {
        let mut this = Self::new(kind, Some(source));
        if let Some(parts) = Arc::get_mut(&mut this.0) {
            parts.not_sent = true;
        }
        this
    }

    pub(crate) fn new(kind: FailureKind, source: Option<BoxError>) -> Self {
        Self(Arc::new(Parts {
            kind,
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            error: None,
            source,
            content: false,
            not_sent: matches!(
                kind,
                FailureKind::Timeout(TimeoutPhase::Connect) | FailureKind::Transport | FailureKind::InvalidId
            ),
        }))
    }

    pub(crate) fn answered(kind: FailureKind, head: Head, body: &Bytes, error: Option<ErrorBody>) -> Self {
        Self(Arc::new(Parts {
            kind,
            status: Some(head.status),
            headers: head.headers,
            body: kept(body),
            error,
            source: None,
            not_sent: false,
            content: false,
        }))
    }

    /// This failure was to be mended by another attempt, which was not made for a reason of its own.
    pub(crate) fn overtaken(self, reason: TransportError) -> Self {
        let mut reason = refused_by_transport(reason);
        if let Some(parts) = Arc::get_mut(&mut reason.0) {
            parts.status = self.0.status;
            parts.headers = self.0.headers.clone();
            parts.body = self.0.body.clone();
            parts.error = self.0.error.clone();
        }
        reason
    }

    pub(crate) fn cut(error: reqwest::Error) -> Self {
        Self::new(FailureKind::Cut, Some(error.without_url().into()))
    }

    pub(crate) fn unsendable(wrong: InvalidId) -> Self {
        Self::new(FailureKind::InvalidId, Some(wrong.into()))
    }

    /// Keeps what is known by now: a cut or a timeout in the body still has a status.
    pub(crate) fn with_answer(mut self, head: Head, body: &Bytes) -> Self {
        if let Some(parts) = Arc::get_mut(&mut self.0) {
            parts.status = Some(head.status);
            parts.headers = head.headers;
            parts.body = kept(body);
        }
        self
    }

    pub(crate) fn unknown_operation(id: &str) -> Self {
        Self::new(
            FailureKind::Transport,
            Some(format!("no operation is called {id}").into()),
        )
    }

    /// A response that carries the failure through the generated code, which can only pass responses on.
    pub(crate) fn into_response(self) -> reqwest::Response {
        let mut response = http::Response::new(self.0.body.clone());
        // 599 is never sent by a server; the generated code must not take the carrier for a success.
        let status = self.0.status.filter(|status| !status.is_success());
        *response.status_mut() =
            status.unwrap_or(StatusCode::from_u16(599).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        *response.headers_mut() = self.0.headers.clone();
        response.extensions_mut().insert(self);
        response.into()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.0.kind)
            .field("status", &self.0.status)
            .field("error", &self.0.error)
            .field("body_bytes", &self.0.body.len())
            .field("source", &self.0.source)
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.kind, self.0.status) {
            (FailureKind::Status, Some(status)) => write!(f, "the server answered {}", status.as_u16()),
            (FailureKind::Status, None) => f.write_str("the server refused the call"),
            (FailureKind::FalseSuccess, _) => f.write_str("the answer holds an error instead of a result"),
            (FailureKind::NotAnAnswer, _) => f.write_str("the answer is not what the operation promises"),
            (FailureKind::Cut, _) => f.write_str("the answer broke off"),
            (FailureKind::Malformed, _) => f.write_str("the answer is no JSON"),
            (FailureKind::InvalidId, _) => InvalidId.fmt(f),
            (FailureKind::TooLarge, _) => f.write_str("the answer is larger than allowed"),
            (FailureKind::Timeout(TimeoutPhase::Connect), _) => f.write_str("no connection in time"),
            (FailureKind::Timeout(TimeoutPhase::FirstByte), _) => f.write_str("no answer in time"),
            (FailureKind::Timeout(TimeoutPhase::Idle), _) => f.write_str("the answer stopped coming"),
            (FailureKind::Timeout(TimeoutPhase::Total), _) => f.write_str("the call took too long"),
            (FailureKind::Network, _) => f.write_str("the server could not be reached, or did not answer"),
            (FailureKind::Transport, _) => f.write_str("the call could not be made"),
        }
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// What is kept of a body. A slice of a larger one would keep all of it.
fn kept(body: &Bytes) -> Bytes {
    if body.len() > KEPT {
        Bytes::copy_from_slice(&body[..KEPT])
    } else {
        body.clone()
    }
}

pub(crate) fn refused_by_transport(error: TransportError) -> Failure {
    match error {
        TransportError::Timeout(phase) => Failure::new(FailureKind::Timeout(phase), None),
        TransportError::Other(source) => Failure::new(FailureKind::Transport, Some(source)),
        TransportError::NoAnswer(source) => Failure::new(FailureKind::Network, Some(source)),
        TransportError::NotSent(source) => Failure::not_sent(FailureKind::Network, source),
        TransportError::Http(error) => {
            // The URL may hold an id, or a token in its query.
            let error = error.without_url();
            match (error.is_connect(), error.is_timeout()) {
                (true, true) => Failure::new(FailureKind::Timeout(TimeoutPhase::Connect), Some(error.into())),
                // Where the system gave up on the connection, no limit of the caller's ran out.
                (false, true) if !system_timeout(&error) => {
                    Failure::new(FailureKind::Timeout(TimeoutPhase::Total), Some(error.into()))
                }
                (true, false) => Failure::not_sent(FailureKind::Network, error.into()),
                _ if unprocessed(&error) => Failure::not_sent(FailureKind::Network, error.into()),
                _ => Failure::new(FailureKind::Network, Some(error.into())),
            }
        }
    }
}

fn system_timeout(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return error.kind() == std::io::ErrorKind::TimedOut;
        }
        next = error.source();
    }
    false
}

/// Whether a connection that was there proves that the peer did not work on the request.
fn unprocessed(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        // Canceled: the connection ended while the request still waited for it.
        if error.downcast_ref().is_some_and(hyper::Error::is_canceled) {
            return true;
        }
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            // With any other reason the streams below the last one get the same error.
            let going_away = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            return error.is_remote() && (refused || going_away);
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_display_nor_debug_show_the_body_or_headers() {
        let mut headers = HeaderMap::new();
        headers.insert("x-secret", http::HeaderValue::from_static("canary-header"));
        let head = Head {
            status: StatusCode::BAD_GATEWAY,
            headers,
        };
        let body = Bytes::from_static(br#"{"error":{"message":"canary-message"}}"#);
        let error = ErrorBody::read(&body);
        let failure = Failure::answered(FailureKind::Status, head, &body, Some(error));
        let shown = format!("{failure} {failure:?} {failure:#?}");
        assert!(shown.contains("502"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(
            failure.error_body().unwrap().message.as_deref(),
            Some("canary-message")
        );
    }

    /// Up to 64 MiB of it, and an error may be kept for long.
    #[test]
    fn a_large_body_is_let_go() {
        struct Owned(Arc<Vec<u8>>);
        impl AsRef<[u8]> for Owned {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        let head = || Head {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
        };
        let judged = |body: &Bytes| Failure::answered(FailureKind::NotAnAnswer, head(), body, None);
        let cut = |body: &Bytes| Failure::new(FailureKind::Cut, None).with_answer(head(), body);
        for make in [&judged as &dyn Fn(&Bytes) -> Failure, &cut] {
            for (length, shown, lives) in [(KEPT, KEPT, true), (KEPT + 1, KEPT, false)] {
                let large = Arc::new(vec![b'x'; length]);
                let weak = Arc::downgrade(&large);
                let failure = make(&Bytes::from_owner(Owned(large)));
                assert_eq!(failure.body().len(), shown);
                assert_eq!(weak.upgrade().is_some(), lives, "{length}");
            }
        }
    }

    #[test]
    fn a_carrier_is_never_a_success() {
        let head = Head {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
        };
        let failure = Failure::answered(FailureKind::FalseSuccess, head, &Bytes::new(), None);
        let response = failure.into_response();
        assert!(!response.status().is_success());
        let carried = response.extensions().get::<Failure>().unwrap();
        assert_eq!(carried.status(), Some(StatusCode::OK));
    }
}
