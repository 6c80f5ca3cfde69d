//! One attempt at a call: sent, read as far as it has to be, and judged.

use crate::{
    call::CallContext,
    error_body::ErrorBody,
    failure::{Failure, FailureKind, KEPT, TimeoutPhase, refused_by_transport},
    operation::{Charge, Operation, ResponseKind},
    sse,
    transport::TransportFuture,
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// The most room that is taken before anything has come.
const AHEAD: usize = 1024 * 1024;

/// A body up to this length comes in one piece or two; room for a larger one is taken at once, where its length is told.
const AT_ONCE: u64 = 64 * 1024;

/// How long the body of an answer outside 2xx is waited for: the status says most of it already.
const ERROR_BODY_TIME: Duration = Duration::from_secs(30);

/// Sends, reads what is to be read whole, and judges it.
pub(crate) async fn receive(
    sending: TransportFuture<'_>,
    operation: &'static Operation,
    call: &CallContext,
) -> Result<Received, Failure> {
    let deadline = call.deadline();
    let sent = until(deadline, sending).await?;
    let mut response = sent.map_err(refused_by_transport)?;

    if !response.status().is_success() {
        // Whatever goes wrong with the body, the status stands.
        let reader = Reader {
            idle: call.options.idle,
            deadline: earlier(deadline, ERROR_BODY_TIME),
        };
        let body = reader
            .read(&mut response, Gathered::default(), KEPT)
            .await
            .unwrap_or_else(|partial| partial.bytes);
        let error = ErrorBody::read(&body);
        let head = Head::take(response);
        return Err(Failure::answered(FailureKind::Status, head, &body, Some(error)));
    }
    if !must_be_read(operation.response, &response) {
        return Ok(Received::Open(response));
    }
    let reader = Reader {
        idle: call.options.idle,
        deadline,
    };
    let read = reader
        .read(&mut response, Gathered::sifted(call), call.options.max_body)
        .await;
    let head = Head::take(response);
    let body = match read {
        Ok(body) => body,
        Err(partial) => return Err(partial.why.with_answer(head, &partial.bytes)),
    };
    match judge(operation, &head.headers, &body) {
        Verdict::Answer => Ok(Received::Whole(head, body)),
        Verdict::Error(error, content) => {
            Err(Failure::answered(FailureKind::FalseSuccess, head, &body, Some(error)).with_content(content))
        }
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
    /// Its body is still to come, and nothing limits its silence yet.
    Open(reqwest::Response),
}

impl Received {
    /// The head, and the body as one piece: it mostly is, and to make a response of it again would cost as much as a short
    /// answer does.
    pub(crate) async fn into_whole(self) -> Result<(Head, Bytes), Failure> {
        match self {
            Self::Whole(head, body) => Ok((head, body)),
            Self::Open(mut response) => {
                let head = Head {
                    status: response.status(),
                    headers: std::mem::take(response.headers_mut()),
                };
                // It is rare, and its room would be kept in every call.
                let body = Box::pin(response.bytes()).await.map_err(Failure::cut)?;
                Ok((head, body))
            }
        }
    }

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
            let media_type = media_type(response.headers());
            names_json(media_type)
                || media_type.eq_ignore_ascii_case("text/html")
                || response.status() == StatusCode::NO_CONTENT
        }
        ResponseKind::Empty => false,
    }
}

enum Verdict {
    Answer,
    /// And whether there is content beside it.
    Error(ErrorBody, bool),
    Nothing,
    Malformed,
}

fn judge(operation: &Operation, headers: &HeaderMap, body: &[u8]) -> Verdict {
    let body = body.strip_prefix(sse::BOM).unwrap_or(body).trim_ascii();
    // Plain text may be any text, an empty one included, unless the server says that it is something else.
    if operation.response == ResponseKind::Text && !is_json(headers) && !is(headers, "text/html") {
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
        Some((error, content)) => Verdict::Error(error, content),
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

/// The error in JSON that claims to be a success, whether it was read here or as the body of a stream.
#[doc(hidden)]
pub fn error_in_answer(operation: &Operation, value: &Value) -> Option<ErrorBody> {
    error_in(operation, value).map(|(error, _)| error)
}

/// And whether there is content beside it.
fn error_in(operation: &Operation, value: &Value) -> Option<(ErrorBody, bool)> {
    // A video that failed is the thing that was asked for, and its `error` a part of it. No other answer has such a member.
    let video = operation.response == ResponseKind::Json && operation.path.contains("/videos");
    let named = |key: &str| value.get(key).is_some_and(Value::is_string);
    // The answer about the status of one need not name it.
    let failed = operation.charge == Charge::Free
        && value
            .get("status")
            .and_then(Value::as_str)
            .is_some_and(|status| status.eq_ignore_ascii_case("failed"));
    if video && (named("id") || named("videoId") || failed) {
        return None;
    }
    let filled = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty())
    };
    let content = filled("choices") || filled("data");
    // An error that says nothing takes no answer away that was paid for.
    let says_nothing = match value.get("error") {
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        _ => false,
    };
    if content && says_nothing {
        return None;
    }
    ErrorBody::inside(value).map(|error| (error, content))
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

/// Whether the head says that the body is [JSON](names_json).
pub fn is_json(headers: &HeaderMap) -> bool {
    names_json(media_type(headers))
}

/// Whether a media type is JSON, or one with that suffix (RFC 6839 section 3.1).
pub fn names_json(media_type: &str) -> bool {
    let suffix = media_type
        .len()
        .checked_sub("+json".len())
        .and_then(|at| media_type.get(at..));
    media_type.eq_ignore_ascii_case("application/json")
        || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json"))
}

fn is(headers: &HeaderMap, other: &str) -> bool {
    media_type(headers).eq_ignore_ascii_case(other)
}

/// The media type without its parameters; nothing where there is none.
pub fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.map_or(&[][..], HeaderValue::as_bytes);
    let end = value.iter().position(|byte| *byte == b';');
    let essence = &value[..end.unwrap_or(value.len())];
    std::str::from_utf8(essence.trim_ascii()).unwrap_or_default()
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

type BoxRead<'a> = Pin<Box<dyn Future<Output = Result<Bytes, Partial>> + Send + 'a>>;

/// What was there when reading had to stop.
struct Partial {
    bytes: Bytes,
    why: Failure,
}

/// Takes large members out of JSON while it comes, so that the text of all of them is never there at once.
pub trait Sieve: Send {
    /// A body begins, of which the first `shown` bytes must stay as they come: a [`Failure`] shows them. What was taken out of
    /// the one before it, of an attempt that failed, counts no more.
    fn begin(&mut self, shown: usize);

    /// Adds to `kept` what is to stay of the next piece.
    fn sift(&mut self, kept: &mut BytesMut, piece: &[u8]);
}

/// The pieces of a body. The usual case, a body in one piece, is not copied.
#[derive(Default)]
struct Gathered<'a> {
    first: Bytes,
    all: BytesMut,
    /// Of all that came.
    length: usize,
    /// The call whose sieve the pieces go through.
    sieve: Option<&'a CallContext>,
}

impl<'a> Gathered<'a> {
    /// Through the sieve of the call, where it has one.
    fn sifted(call: &'a CallContext) -> Self {
        Self {
            sieve: call.begin_to_sift().then_some(call),
            ..Self::default()
        }
    }

    /// What a server says of the length is no reason to take much before it comes.
    fn expect(&mut self, length: u64, limit: usize) {
        if length > AT_ONCE && self.sieve.is_none() {
            let room = usize::try_from(length).unwrap_or(limit);
            self.all.reserve(room.min(limit).min(AHEAD));
        }
    }

    fn push(&mut self, piece: Bytes) {
        let is_first = self.length == 0;
        self.length += piece.len();
        if is_first {
            self.first = piece;
            return;
        }
        let first = std::mem::take(&mut self.first);
        for piece in [first, piece] {
            match self.sieve {
                Some(call) => call.sift(&mut self.all, &piece),
                None => self.all.extend_from_slice(&piece),
            }
        }
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
    /// A call waits longer for its head than for its body, and should be small meanwhile: so the future is on its own.
    fn read<'a>(
        &'a self,
        response: &'a mut reqwest::Response,
        whole: Gathered<'a>,
        limit: usize,
    ) -> BoxRead<'a> {
        Box::pin(self.gather(response, whole, limit))
    }

    async fn gather(
        &self,
        response: &mut reqwest::Response,
        mut whole: Gathered<'_>,
        limit: usize,
    ) -> Result<Bytes, Partial> {
        whole.expect(response.content_length().unwrap_or(0), limit);
        loop {
            let why = match self.chunk(response).await {
                Ok(Some(piece)) if whole.length + piece.len() <= limit => {
                    whole.push(piece);
                    continue;
                }
                Ok(Some(piece)) => {
                    whole.push(piece.slice(..limit - whole.length));
                    Failure::new(FailureKind::TooLarge, None)
                }
                // A reset without an error ends a body of HTTP/2, and what is still to come of it would be missing. An answer to
                // HEAD has a length and no body.
                Ok(None) if whole.length > 0 && response.content_length().is_some_and(|left| left > 0) => {
                    Failure::new(FailureKind::Cut, None)
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
        let mut next = pin!(response.chunk());
        // Most pieces are there already, and need no timer.
        let ready = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        let piece = match ready {
            Poll::Ready(piece) => piece,
            Poll::Pending => match self.limit() {
                None => next.await,
                Some((end, phase)) => timeout_at(end, next)
                    .await
                    .map_err(|_| Failure::new(FailureKind::Timeout(phase), None))?,
            },
        };
        piece.map_err(Failure::cut)
    }

    /// How long the next piece may take, and which limit that is.
    fn limit(&self) -> Option<(Instant, TimeoutPhase)> {
        let silence = self.idle.and_then(|idle| Instant::now().checked_add(idle));
        match (silence, self.deadline) {
            (Some(silence), Some(deadline)) if silence < deadline => Some((silence, TimeoutPhase::Idle)),
            (_, Some(deadline)) => Some((deadline, TimeoutPhase::Total)),
            (silence, None) => Some((silence?, TimeoutPhase::Idle)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(operation: &str, content_type: &'static str, body: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        match judge(Operation::find(operation).unwrap(), &headers, body.as_bytes()) {
            Verdict::Answer => "answer",
            Verdict::Error(..) => "error",
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
            ("\u{feff}<!doctype html><title>x</title>", "nothing"),
            ("\u{feff}{\"error\":{\"message\":\"m\"}}", "error"),
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
                r#"{"status":"FAILED","error":{"message":"m"}}"#,
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
    fn a_length_that_is_only_told_takes_little_room() {
        for (told, limit, most) in [
            (u64::MAX, usize::MAX, AHEAD),
            (1 << 40, 64 * 1024 * 1024, AHEAD),
            (1 << 40, 100, 100),
            (100_000, usize::MAX, 100_000),
            (100, usize::MAX, 0),
        ] {
            let mut whole = Gathered::default();
            whole.expect(told, limit);
            assert_eq!(whole.all.capacity(), most, "{told}, {limit}");
        }
    }

    #[test]
    fn the_limit_that_is_over_first_is_the_one_that_counts() {
        let (short, long) = (Duration::from_secs(10), Duration::from_secs(1000));
        let now = Instant::now();
        let (over, soon, late) = (now.checked_sub(short), now + short, now + long);
        for (idle, deadline, expected) in [
            (None, None, None),
            (Some(short), None, Some(TimeoutPhase::Idle)),
            (None, Some(soon), Some(TimeoutPhase::Total)),
            (Some(short), Some(late), Some(TimeoutPhase::Idle)),
            (Some(long), Some(soon), Some(TimeoutPhase::Total)),
            (Some(short), over, Some(TimeoutPhase::Total)),
            // Beyond the clock there is no limit.
            (Some(Duration::MAX), None, None),
            (Some(Duration::MAX), Some(soon), Some(TimeoutPhase::Total)),
        ] {
            let limit = Reader { idle, deadline }.limit();
            assert_eq!(limit.map(|(_, phase)| phase), expected, "{idle:?}, {deadline:?}");
            if expected == Some(TimeoutPhase::Total) {
                assert_eq!(limit.map(|(end, _)| end), deadline);
            }
        }
    }

    #[test]
    fn a_body_is_the_sum_of_its_pieces() {
        for pieces in [&[][..], &["one"], &["one", "", "two", "three"]] {
            let mut whole = Gathered::default();
            for piece in pieces {
                whole.push(Bytes::from_static(piece.as_bytes()));
            }
            assert_eq!(whole.length, pieces.concat().len());
            assert_eq!(whole.into_bytes(), pieces.concat());
        }
    }
}
