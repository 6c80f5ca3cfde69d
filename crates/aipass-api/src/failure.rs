//! Why a call failed: decoded once, for every operation, with everything that is known about it.
//!
//! The generated code would lose the status of an answer that does not decode, print URLs and bodies in its errors, and
//! take an HTML page or an error inside a 200 for the answer. So each response passes through [`receive`] first.

use crate::{
    body,
    call::CallContext,
    error_body::ErrorBody,
    operation::{Operation, ResponseKind},
    transport::{BoxError, Transport, TransportError},
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use progenitor_client::Error;
use serde_json::Value;
use std::{error::Error as StdError, fmt, future::Future, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};

/// How much of a failed answer's body is kept.
const KEPT: usize = 64 * 1024;

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
    /// An answer above the size limit of the call.
    TooLarge,
    /// A time limit ran out.
    Timeout(TimeoutPhase),
    /// There was no answer: the connection was refused, reset or closed.
    Network,
    /// The transport gave its own reason, such as a login that is required.
    Transport,
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

    /// Whether it is certain that the request never left this machine: no connection was made.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        match self.0.kind {
            FailureKind::Timeout(TimeoutPhase::Connect) => true,
            FailureKind::Network => self.http_source().is_some_and(reqwest::Error::is_connect),
            _ => false,
        }
    }

    /// The transport's own error, to be downcast by whoever brought the transport.
    #[must_use]
    pub fn transport_error(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        (self.0.kind == FailureKind::Transport)
            .then_some(self.0.source.as_deref())
            .flatten()
    }

    fn http_source(&self) -> Option<&reqwest::Error> {
        self.0.source.as_deref()?.downcast_ref()
    }

    fn new(kind: FailureKind, source: Option<BoxError>) -> Self {
        Self(Arc::new(Parts {
            kind,
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            error: None,
            source,
        }))
    }

    fn answered(kind: FailureKind, head: &Head, body: &Bytes, error: Option<ErrorBody>) -> Self {
        Self(Arc::new(Parts {
            kind,
            status: Some(head.status),
            headers: head.headers.clone(),
            body: body.slice(..body.len().min(KEPT)),
            error,
            source: None,
        }))
    }

    /// Keeps the head that is known by now: a cut or a timeout in the body still has a status.
    fn with_head(self, head: &Head) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(mut parts) => {
                parts.status = Some(head.status);
                parts.headers = head.headers.clone();
                Self(Arc::new(parts))
            }
            Err(shared) => Self(shared),
        }
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

/// Sends through the transport and gives back a response that is what the operation promises, as far as can be said
/// without its types.
pub(crate) async fn receive(
    transport: &dyn Transport,
    http: &reqwest::Client,
    request: reqwest::Request,
    operation: &'static Operation,
    call: &CallContext,
) -> Result<reqwest::Response, Failure> {
    let streams = matches!(
        operation.response,
        ResponseKind::EventStream | ResponseKind::Bytes
    );
    // `None` where the sum is beyond what the clock can hold: no limit.
    let deadline = match call.options.total {
        Some(total) if !streams => Instant::now().checked_add(total),
        _ => None,
    };
    let sent = until(deadline, transport.send(http, request, operation, call)).await?;
    let mut response = sent.map_err(refused_by_transport)?;
    let head = Head::of(&response);
    call.answered(head.status, &head.headers);

    let reader = Reader {
        idle: call.options.idle,
        deadline,
    };
    if !head.status.is_success() {
        // Whatever goes wrong with the body, the status stands.
        let body = reader
            .read(&mut response, KEPT)
            .await
            .unwrap_or_else(|partial| partial.bytes);
        let error = ErrorBody::read(&body);
        return Err(Failure::answered(FailureKind::Status, &head, &body, Some(error)));
    }
    if !must_be_read(operation.response, &head) {
        return Ok(body::limit_silence(response, call.options.idle));
    }
    let limit = call.options.max_body;
    let body = match reader.read(&mut response, limit).await {
        Ok(body) => body,
        Err(partial) => return Err(partial.failure(&head)),
    };
    match judge(operation, &head, &body) {
        Verdict::Answer => Ok(rebuild(head, body)),
        Verdict::Error(error) => Err(Failure::answered(
            FailureKind::FalseSuccess,
            &head,
            &body,
            Some(error),
        )),
        Verdict::Nothing => {
            let title = ErrorBody::read(&body);
            Err(Failure::answered(
                FailureKind::NotAnAnswer,
                &head,
                &body,
                Some(title),
            ))
        }
    }
}

/// Whether the whole body is read before it is handed on: JSON and text always are; a stream or media only where the
/// server sent JSON or HTML in its place.
fn must_be_read(kind: ResponseKind, head: &Head) -> bool {
    match kind {
        ResponseKind::Json | ResponseKind::Text => true,
        ResponseKind::EventStream | ResponseKind::Bytes => {
            head.is("application/json") || head.is("text/html")
        }
        ResponseKind::Empty => false,
    }
}

enum Verdict {
    Answer,
    Error(ErrorBody),
    Nothing,
}

fn judge(operation: &Operation, head: &Head, body: &[u8]) -> Verdict {
    let body = body.trim_ascii();
    // Plain text may be any text, an empty one included, unless the server says that it is something else.
    if operation.response == ResponseKind::Text && !head.is("application/json") && !head.is("text/html") {
        return Verdict::Answer;
    }
    if body.is_empty() || body == b"null" || body.starts_with(b"<") {
        return Verdict::Nothing;
    }
    // Only a body that has one of the words can be an error; the others are not parsed a second time.
    let suspicious = [&b"\"error\""[..], b"\"success\""]
        .iter()
        .any(|word| memchr::memmem::find(body, word).is_some());
    // Cut or malformed JSON is an answer too: the generated decoder says where it breaks.
    let error = if suspicious {
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

struct Head {
    status: StatusCode,
    headers: HeaderMap,
}

impl Head {
    fn of(response: &reqwest::Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
        }
    }

    fn is(&self, media_type: &str) -> bool {
        let value = self
            .headers
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
}

fn rebuild(head: Head, body: Bytes) -> reqwest::Response {
    let mut response = http::Response::new(body);
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    response.into()
}

fn refused_by_transport(error: TransportError) -> Failure {
    match error {
        TransportError::Timeout(phase) => Failure::new(FailureKind::Timeout(phase), None),
        TransportError::Other(source) => Failure::new(FailureKind::Transport, Some(source)),
        TransportError::Http(error) => {
            let kind = match (error.is_connect(), error.is_timeout()) {
                (true, true) => FailureKind::Timeout(TimeoutPhase::Connect),
                (false, true) => FailureKind::Timeout(TimeoutPhase::Total),
                _ => FailureKind::Network,
            };
            // The URL may hold an id, or a token in its query.
            Failure::new(kind, Some(error.without_url().into()))
        }
    }
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

impl Partial {
    fn failure(self, head: &Head) -> Failure {
        self.why.with_head(head).with_body(&self.bytes)
    }
}

impl Failure {
    fn with_body(self, body: &Bytes) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(mut parts) => {
                parts.body = body.slice(..body.len().min(KEPT));
                Self(Arc::new(parts))
            }
            Err(shared) => Self(shared),
        }
    }
}

impl Reader {
    async fn read(&self, response: &mut reqwest::Response, limit: usize) -> Result<Bytes, Partial> {
        let mut bytes = BytesMut::new();
        loop {
            let why = match self.chunk(response).await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= limit => {
                    // An answer in one piece, the usual case, is not copied.
                    if bytes.is_empty() && response.content_length() == Some(chunk.len() as u64) {
                        return Ok(chunk);
                    }
                    bytes.extend_from_slice(&chunk);
                    continue;
                }
                Ok(Some(chunk)) => {
                    bytes.extend_from_slice(&chunk[..limit - bytes.len()]);
                    Failure::new(FailureKind::TooLarge, None)
                }
                Ok(None) => return Ok(bytes.freeze()),
                Err(why) => why,
            };
            return Err(Partial {
                bytes: bytes.freeze(),
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
            Ok(Err(error)) => Err(Failure::new(FailureKind::Cut, Some(error.without_url().into()))),
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
        let head = Head {
            status: StatusCode::OK,
            headers,
        };
        match judge(Operation::find(operation).unwrap(), &head, body.as_bytes()) {
            Verdict::Answer => "answer",
            Verdict::Error(_) => "error",
            Verdict::Nothing => "nothing",
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
        let failure = Failure::answered(FailureKind::Status, &head, &body, Some(error));
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
        let failure = Failure::answered(FailureKind::FalseSuccess, &head, &Bytes::new(), None);
        let response = failure.into_response();
        assert!(!response.status().is_success());
        let carried = response.extensions().get::<Failure>().unwrap();
        assert_eq!(carried.status(), Some(StatusCode::OK));
    }
}
