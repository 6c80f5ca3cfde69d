//! Why a call failed: decoded once, for every operation, with everything that is known about it.
//!
//! The generated code would lose the status of an answer that does not decode, print URLs and bodies in its errors, and
//! take an HTML page or an error inside a 200 for the answer. So each response passes through [`receive`] first.

use crate::{
    body,
    call::CallContext,
    error_body::ErrorBody,
    operation::{Charge, Operation, ResponseKind},
    path::InvalidId,
    transport::{BoxError, Transport, TransportError},
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use progenitor_client::Error;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::{error::Error as StdError, fmt, future::Future, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// How much of a failed answer's body is kept.
const KEPT: usize = 64 * 1024;

/// How long the body of an answer outside 2xx is waited for: the status says most of it already.
const ERROR_BODY_TIME: Duration = Duration::from_secs(30);

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

    fn new(kind: FailureKind, source: Option<BoxError>) -> Self {
        Self(Arc::new(Parts {
            kind,
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            error: None,
            source,
            not_sent: matches!(
                kind,
                FailureKind::Timeout(TimeoutPhase::Connect) | FailureKind::Transport | FailureKind::InvalidId
            ),
        }))
    }

    fn answered(kind: FailureKind, head: Head, body: &Bytes, error: Option<ErrorBody>) -> Self {
        Self(Arc::new(Parts {
            kind,
            status: Some(head.status),
            headers: head.headers,
            body: body.slice(..body.len().min(KEPT)),
            error,
            source: None,
            not_sent: false,
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
    fn with_answer(mut self, head: Head, body: &Bytes) -> Self {
        if let Some(parts) = Arc::get_mut(&mut self.0) {
            parts.status = Some(head.status);
            parts.headers = head.headers;
            parts.body = body.slice(..body.len().min(KEPT));
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

/// Sends through the transport, reads what is to be read whole, and judges it.
pub(crate) async fn receive(
    transport: &dyn Transport,
    http: &reqwest::Client,
    request: reqwest::Request,
    operation: &'static Operation,
    call: &CallContext,
) -> Result<Received, Failure> {
    let deadline = call.deadline();
    let sent = until(deadline, transport.send(http, request, operation, call)).await?;
    let mut response = sent.map_err(refused_by_transport)?;

    if !response.status().is_success() {
        // Whatever goes wrong with the body, the status stands.
        let reader = Reader {
            idle: call.options.idle,
            deadline: earlier(deadline, ERROR_BODY_TIME),
        };
        let body = reader
            .read(&mut response, KEPT)
            .await
            .unwrap_or_else(|partial| partial.bytes);
        let error = ErrorBody::read(&body);
        let head = Head::take(response);
        return Err(Failure::answered(FailureKind::Status, head, &body, Some(error)));
    }
    if !must_be_read(operation.response, &response) {
        return Ok(Received::Open(body::limit_silence(response, call.options.idle)));
    }
    let reader = Reader {
        idle: call.options.idle,
        deadline,
    };
    let read = reader.read(&mut response, call.options.max_body).await;
    let head = Head::take(response);
    let body = match read {
        Ok(body) => body,
        Err(partial) => return Err(partial.why.with_answer(head, &partial.bytes)),
    };
    match judge(operation, &head.headers, &body) {
        Verdict::Answer => Ok(Received::Whole(head, body)),
        Verdict::Error(error) => Err(Failure::answered(
            FailureKind::FalseSuccess,
            head,
            &body,
            Some(error),
        )),
        Verdict::Nothing => {
            let title = ErrorBody::read(&body);
            Err(Failure::answered(
                FailureKind::NotAnAnswer,
                head,
                &body,
                Some(title),
            ))
        }
        Verdict::Malformed => Err(Failure::answered(FailureKind::Malformed, head, &body, None)),
    }
}

/// An answer that is what the operation promises, as far as can be said without its types.
pub(crate) enum Received {
    /// It was read whole.
    Whole(Head, Bytes),
    /// Its body is still to come.
    Open(reqwest::Response),
}

impl Received {
    pub(crate) fn into_response(self) -> reqwest::Response {
        match self {
            Self::Open(response) => response,
            Self::Whole(head, body) => {
                let mut response = http::Response::new(body);
                *response.status_mut() = head.status;
                *response.headers_mut() = head.headers;
                response.into()
            }
        }
    }
}

/// The earlier of the deadline and the end of that time.
fn earlier(deadline: Option<Instant>, time: Duration) -> Option<Instant> {
    let end = Instant::now() + time;
    Some(deadline.map_or(end, |deadline| deadline.min(end)))
}

/// Whether the whole body is read before it is handed on: JSON and text always are; a stream or media only where the
/// server sent JSON, HTML or nothing in its place.
fn must_be_read(kind: ResponseKind, response: &reqwest::Response) -> bool {
    match kind {
        ResponseKind::Json | ResponseKind::Text => true,
        ResponseKind::EventStream | ResponseKind::Bytes | ResponseKind::Any => {
            is(response.headers(), "application/json")
                || is(response.headers(), "text/html")
                || response.status() == StatusCode::NO_CONTENT
        }
        ResponseKind::Empty => false,
    }
}

enum Verdict {
    Answer,
    Error(ErrorBody),
    Nothing,
    Malformed,
}

fn judge(operation: &Operation, headers: &HeaderMap, body: &[u8]) -> Verdict {
    let body = body.trim_ascii();
    // Plain text may be any text, an empty one included, unless the server says that it is something else.
    if operation.response == ResponseKind::Text
        && !is(headers, "application/json")
        && !is(headers, "text/html")
    {
        return Verdict::Answer;
    }
    // Who asks at an address of their own promises nothing, but a page is not what an API answers.
    let nothing = body.is_empty() || body == b"null";
    if body.starts_with(b"<") || (nothing && operation.response != ResponseKind::Any) {
        return Verdict::Nothing;
    }
    // Most bodies are not parsed a second time. Cut or malformed JSON is an answer too: the generated decoder says where
    // it breaks.
    let error = if ErrorBody::may_be_inside(body) {
        serde_json::from_slice(body)
            .ok()
            .and_then(|value| error_in(operation, &value))
    } else {
        None
    };
    match error {
        Some(error) => Verdict::Error(error),
        // JSON in the place of media is never the media.
        None if operation.response == ResponseKind::Bytes => Verdict::Nothing,
        // A free read may be repeated, but only here: the types are tried after the transport is done.
        None if operation.charge == Charge::Free
            && operation.response == ResponseKind::Json
            && serde_json::from_slice::<IgnoredAny>(body).is_err() =>
        {
            Verdict::Malformed
        }
        None => Verdict::Answer,
    }
}

fn error_in(operation: &Operation, value: &Value) -> Option<ErrorBody> {
    // A video that failed is the thing that was asked for, and its `error` a part of it. No other answer has such a member.
    let video = operation.response == ResponseKind::Json && operation.path.contains("/videos");
    let named = |key: &str| value.get(key).is_some_and(Value::is_string);
    if video && (named("id") || named("videoId")) {
        None
    } else {
        ErrorBody::inside(value)
    }
}

pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

impl Head {
    fn take(mut response: reqwest::Response) -> Self {
        Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
        }
    }
}

fn is(headers: &HeaderMap, media_type: &str) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    essence.eq_ignore_ascii_case(media_type)
}

fn refused_by_transport(error: TransportError) -> Failure {
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
                (false, true) => Failure::new(FailureKind::Timeout(TimeoutPhase::Total), Some(error.into())),
                (true, false) => Failure::not_sent(FailureKind::Network, error.into()),
                _ if unprocessed(&error) => Failure::not_sent(FailureKind::Network, error.into()),
                _ => Failure::new(FailureKind::Network, Some(error.into())),
            }
        }
    }
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

async fn until<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Result<T, Failure> {
    let Some(deadline) = deadline else {
        return Ok(work.await);
    };
    timeout_at(deadline, work)
        .await
        .map_err(|_| Failure::new(FailureKind::Timeout(TimeoutPhase::Total), None))
}

/// Reads a body under the limits of the call.
struct Reader {
    idle: Option<Duration>,
    deadline: Option<Instant>,
}

/// What was there when reading had to stop.
struct Partial {
    bytes: Bytes,
    why: Failure,
}

/// The pieces of a body. The usual case, a body in one piece, is not copied.
#[derive(Default)]
struct Gathered {
    first: Bytes,
    all: BytesMut,
}

impl Gathered {
    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, piece: Bytes) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if !self.first.is_empty() {
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&piece);
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.freeze()
        }
    }
}

impl Reader {
    async fn read(&self, response: &mut reqwest::Response, limit: usize) -> Result<Bytes, Partial> {
        let mut whole = Gathered::default();
        loop {
            let why = match self.chunk(response).await {
                Ok(Some(piece)) if whole.len() + piece.len() <= limit => {
                    whole.push(piece);
                    continue;
                }
                Ok(Some(piece)) => {
                    whole.push(piece.slice(..limit - whole.len()));
                    Failure::new(FailureKind::TooLarge, None)
                }
                Ok(None) => return Ok(whole.into_bytes()),
                Err(why) => why,
            };
            return Err(Partial {
                bytes: whole.into_bytes(),
                why,
            });
        }
    }

    async fn chunk(&self, response: &mut reqwest::Response) -> Result<Option<Bytes>, Failure> {
        let next = async {
            match self.idle {
                None => Ok(response.chunk().await),
                Some(idle) => timeout(idle, response.chunk()).await,
            }
        };
        match until(self.deadline, next).await? {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(Failure::cut(error)),
            Err(_) => Err(Failure::new(FailureKind::Timeout(TimeoutPhase::Idle), None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(operation: &str, content_type: &'static str, body: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        match judge(Operation::find(operation).unwrap(), &headers, body.as_bytes()) {
            Verdict::Answer => "answer",
            Verdict::Error(_) => "error",
            Verdict::Nothing => "nothing",
            Verdict::Malformed => "malformed",
        }
    }

    #[test]
    fn a_success_that_is_none_is_seen() {
        for (body, expected) in [
            (r#"{"choices":[]}"#, "answer"),
            (r#"{"choices":[],"error":null}"#, "answer"),
            (
                r#"{"choices":[{"message":{"content":"an \"error\""}}]}"#,
                "answer",
            ),
            (r#"{"success":true,"data":{}}"#, "answer"),
            (r#"["gpt-4o"]"#, "answer"),
            (r#"{"error":{"message":"m"}}"#, "error"),
            (r#"{"success":false,"message":"m"}"#, "error"),
            (r#"{"id":null,"error":{"type":"budget_exceeded"}}"#, "error"),
            (
                r#"{"id":"g1","choices":[{"message":{"content":"half"}}],"error":{"message":"died","code":502}}"#,
                "error",
            ),
            ("<!doctype html><title>x</title>", "nothing"),
            (" null\n", "nothing"),
            ("  ", "nothing"),
            ("", "nothing"),
        ] {
            assert_eq!(
                verdict("create_chat_completion", "application/json", body),
                expected,
                "{body}"
            );
        }
        for (operation, content_type, body, expected) in [
            (
                "get_video",
                "application/json",
                r#"{"id":"video_1","status":"failed","error":{"message":"m"}}"#,
                "answer",
            ),
            (
                "get_video",
                "application/json",
                r#"{"id":null,"error":{"message":"m"}}"#,
                "error",
            ),
            (
                "download_video",
                "application/json",
                r#"{"id":"video_1","status":"in_progress"}"#,
                "nothing",
            ),
            (
                "download_video",
                "application/json",
                r#"{"error":{"message":"m"}}"#,
                "error",
            ),
            ("list_models", "application/json", r#"{"data":[{"#, "malformed"),
            ("create_transcription_raw", "text/plain", "", "answer"),
            ("create_transcription_raw", "text/plain", "<b>", "answer"),
            (
                "create_transcription_raw",
                "text/html",
                "<title>x</title>",
                "nothing",
            ),
            (
                "create_transcription_raw",
                "application/json",
                r#"{"error":"e"}"#,
                "error",
            ),
        ] {
            assert_eq!(
                verdict(operation, content_type, body),
                expected,
                "{operation} {body}"
            );
        }
    }

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
