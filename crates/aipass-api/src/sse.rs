//! Server-sent events: bytes in, events out, as the WHATWG HTML standard has them (section 9.2.6).
//!
//! [`Decoder`] does no I/O: push bytes, pull events. It keeps what it was given until an event is whole, reads every byte
//! a bounded number of times whatever the chunking, and refuses an event above its limit. [`Events`] puts it over a
//! response and decodes each event's JSON.

use bytes::Bytes;
use futures_core::Stream;
use progenitor_client::{ByteStream, ResponseValue};
use serde::de::DeserializeOwned;
use std::{
    borrow::Cow,
    error::Error as StdError,
    fmt,
    marker::PhantomData,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::ErrorBody;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

/// The largest event that a decoder accepts unless told otherwise: 16 MiB.
pub const DEFAULT_LIMIT: usize = 16 * 1024 * 1024;

pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// An incremental decoder of `text/event-stream`.
///
/// ```
/// use aipass_api::sse::Decoder;
///
/// let mut decoder = Decoder::new();
/// decoder.push(b": hello\ndata: {\"a\"");
/// assert!(decoder.next_event()?.is_none());
/// decoder.push(b":1}\r\n\r\ndata: [DONE]\n\n");
/// assert_eq!(decoder.next_event()?.unwrap().data(), "{\"a\":1}");
/// assert!(decoder.next_event()?.unwrap().is_done());
/// # Ok::<(), aipass_api::sse::EventTooLarge>(())
/// ```
pub struct Decoder {
    /// Bytes that are not consumed yet; consumed ones in front of `start` go when there is more to append.
    buffer: Vec<u8>,
    start: usize,
    /// Up to here no line end was found, so that no byte is searched twice.
    scanned: usize,
    /// The last line ended in CR: an LF that follows belongs to it.
    after_cr: bool,
    at_first_line: bool,
    event: Vec<u8>,
    /// The first `data` line of the event, where it is still in the buffer: most events have one, which is not copied.
    line: Option<Range<usize>>,
    /// All of them, once there are several, or the buffer had to move.
    data: Vec<u8>,
    has_data: bool,
    /// The event in `data` was handed out; the next pull starts a new one.
    handed_out: bool,
    limit: usize,
    error_field: bool,
    /// A line `error: …` stands in the event, which is nothing else then.
    is_error: bool,
}

// What it holds is a model's answer, perhaps private.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("buffered", &(self.buffer.len() - self.start))
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// One event.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    name: &'a [u8],
    data: &'a [u8],
}

impl<'a> Event<'a> {
    /// An event without a name, whose data came in another way than through a [`Decoder`].
    #[must_use]
    pub fn of_data(data: &'a [u8]) -> Self {
        Self { name: b"", data }
    }

    /// The data, several `data` lines joined by LF. Bytes that are not UTF-8 are replaced, as the standard says.
    #[must_use]
    pub fn data(&self) -> Cow<'a, str> {
        // The check alone takes many bytes at a time; the search for what to replace takes them one by one.
        match std::str::from_utf8(self.data) {
            Ok(data) => Cow::Borrowed(data),
            Err(_) => String::from_utf8_lossy(self.data),
        }
    }

    /// The data as it was sent.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.data
    }

    /// The event's name; `message` where the server gave none.
    #[must_use]
    pub fn name(&self) -> Cow<'a, str> {
        if self.name.is_empty() {
            Cow::Borrowed("message")
        } else {
            String::from_utf8_lossy(self.name)
        }
    }

    /// Whether the event has the name that it has without one.
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self.name, b"" | b"message")
    }

    /// Whether this is the `[DONE]` that ends an OpenAI-style stream.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.data.trim_ascii() == b"[DONE]"
    }

    /// Whether there is nothing to read: empty data, or a `ping`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.trim_ascii().is_empty() || self.name == b"ping"
    }
}

// The data is a model's answer, perhaps private: only its length is shown.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name())
            .field("bytes", &self.data.len())
            .finish()
    }
}

/// An event, or a line, grew above the decoder's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventTooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a server-sent event is larger than {} bytes", self.limit)
    }
}

impl StdError for EventTooLarge {}

impl Decoder {
    /// A decoder with the default limit.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// A decoder that refuses an event of more than `limit` bytes.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            after_cr: false,
            at_first_line: true,
            event: Vec::new(),
            line: None,
            data: Vec::new(),
            has_data: false,
            handed_out: false,
            limit,
            error_field: false,
            is_error: false,
        }
    }

    /// Takes a line `error: …`, which the standard ignores, for `event: error` with that data: llama.cpp reports so what goes
    /// wrong after the head.
    #[must_use]
    pub fn with_error_field(mut self) -> Self {
        self.error_field = true;
        self
    }

    /// Appends bytes as they came from the network.
    pub fn push(&mut self, bytes: &[u8]) {
        self.forget();
        self.keep_line();
        // What is consumed goes first, so that a pull never moves bytes and the buffer stays as small as one event.
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole event, or `None` until more bytes come.
    ///
    /// # Errors
    /// An event or line is larger than the limit. The decoder is of no use after that.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, EventTooLarge> {
        self.forget();
        while let Some(end) = self.line_end() {
            let (from, to) = (self.start, end);
            self.after_cr = self.buffer[end] == b'\r';
            self.start = end + 1;
            self.scanned = self.start;
            if self.line(from, to)? {
                self.handed_out = true;
                return Ok(Some(Event {
                    name: &self.event,
                    data: match &self.line {
                        Some(line) => &self.buffer[line.clone()],
                        None => &self.data,
                    },
                }));
            }
        }
        self.check(self.buffer.len() - self.start)?;
        Ok(None)
    }

    /// Gives back the room that pushes and the data of events took, where it is more than `room` bytes and nothing unfinished is
    /// in it: for a stream that has to wait.
    pub fn shrink_to(&mut self, room: usize) {
        self.forget();
        if self.start == self.buffer.len() && self.line.is_none() && self.buffer.capacity() > room {
            self.buffer = Vec::new();
            self.start = 0;
            self.scanned = 0;
        }
        if !self.has_data && self.data.capacity() > room {
            self.data = Vec::new();
        }
    }

    /// What stands unfinished at the end of the bytes, where it is a `[DONE]` without its empty line: some servers end
    /// so. Anything else unfinished is dropped, as the standard says.
    #[must_use]
    pub fn ends_in_done(&mut self) -> bool {
        self.forget();
        self.keep_line();
        let rest = &self.buffer[self.start..];
        let rest = match rest.strip_prefix(BOM) {
            Some(line) if self.at_first_line => line,
            _ => rest,
        };
        let last = field(rest, b"data");
        let before = self.has_data.then_some(self.data.as_slice());
        let data: Vec<_> = before.into_iter().chain(last).collect();
        data.join(&b'\n').trim_ascii() == b"[DONE]"
    }

    /// The event that was handed out is over.
    fn forget(&mut self) {
        if std::mem::take(&mut self.handed_out) {
            self.line = None;
            self.data.clear();
            self.event.clear();
            self.has_data = false;
            self.is_error = false;
        }
    }

    /// The first line goes where it can be joined with others, and the buffer can move.
    fn keep_line(&mut self) {
        if let Some(line) = self.line.take() {
            self.data.extend_from_slice(&self.buffer[line]);
        }
    }

    fn line_end(&mut self) -> Option<usize> {
        // An LF right after the CR that ended the last line is the second half of a CRLF.
        if self.after_cr && self.scanned == self.start && self.start < self.buffer.len() {
            self.after_cr = false;
            if self.buffer[self.start] == b'\n' {
                self.start += 1;
                self.scanned = self.start;
            }
        }
        let found = memchr::memchr2(b'\n', b'\r', &self.buffer[self.scanned..]);
        match found {
            Some(at) => Some(self.scanned + at),
            None => {
                self.scanned = self.buffer.len();
                None
            }
        }
    }

    /// Takes one line; true when it ended an event.
    fn line(&mut self, from: usize, to: usize) -> Result<bool, EventTooLarge> {
        // Whole or in pieces, the same line is too large.
        self.check(to - from)?;
        let mut line = &self.buffer[from..to];
        if std::mem::take(&mut self.at_first_line) {
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        if line.is_empty() {
            let whole = self.has_data;
            if !whole {
                self.event.clear();
            }
            return Ok(whole);
        }
        let error = field(line, b"error").filter(|_| self.error_field);
        if error.is_some() && !std::mem::replace(&mut self.is_error, true) {
            // What the event held before is no part of the error, and neither is what follows.
            self.line = None;
            self.data.clear();
            self.has_data = false;
            self.event = b"error".to_vec();
        }
        let data = if self.is_error {
            error
        } else {
            field(line, b"data")
        };
        if let Some(value) = data {
            let so_far = self.line.as_ref().map_or(self.data.len(), Range::len);
            if so_far + value.len() > self.limit {
                return Err(EventTooLarge { limit: self.limit });
            }
            if std::mem::replace(&mut self.has_data, true) {
                let value = to - value.len()..to;
                self.keep_line();
                self.data.push(b'\n');
                self.data.extend_from_slice(&self.buffer[value]);
            } else {
                self.line = Some(to - value.len()..to);
            }
        } else if let Some(value) = field(line, b"event").filter(|_| !self.is_error) {
            if value.len() > self.limit {
                return Err(EventTooLarge { limit: self.limit });
            }
            self.event.clear();
            self.event.extend_from_slice(value);
        }
        // `id` and `retry` steer a reconnection, which a POST never does; comments and unknown fields say nothing.
        Ok(false)
    }

    fn check(&self, line: usize) -> Result<(), EventTooLarge> {
        // A few bytes more than the limit: the line also holds its field name.
        if line > self.limit.saturating_add(16) {
            Err(EventTooLarge { limit: self.limit })
        } else {
            Ok(())
        }
    }
}

/// The value of the line if it is of that field: one space after the colon is dropped; no colon means an empty value.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    match rest.split_first() {
        None => Some(rest),
        Some((b':', value)) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        Some(_) => None,
    }
}

/// Why a stream of events ended early.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventError {
    /// The connection broke off, or fell silent for longer than allowed ([`SilentBody`](crate::SilentBody)).
    Cut(reqwest::Error),
    /// An event is larger than the limit.
    TooLarge(EventTooLarge),
    /// An event's data is not the JSON that was promised. The payload is not kept.
    Malformed(serde_json::Error),
    /// The server reported an error inside the stream.
    Server(ErrorBody),
    /// The bytes ended without the `[DONE]` that ends a stream: what came may be half of it.
    Unfinished,
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(_) => f.write_str("the connection broke off in the middle of the stream"),
            Self::TooLarge(error) => error.fmt(f),
            Self::Malformed(error) => {
                write!(
                    f,
                    "an event is not the expected JSON (line {}, column {})",
                    error.line(),
                    error.column()
                )
            }
            Self::Server(_) => f.write_str("the server reported an error inside the stream"),
            Self::Unfinished => f.write_str("the stream ended before it was complete"),
        }
    }
}

impl StdError for EventError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Cut(error) => Some(error),
            // serde_json quotes values in its text; line and column are in ours.
            Self::TooLarge(_) | Self::Malformed(_) | Self::Server(_) | Self::Unfinished => None,
        }
    }
}

type RawStream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

/// The events of a streaming operation, each decoded into `T`. Dropping it closes the connection.
///
/// It ends at `[DONE]`. The end of the bytes without one is [`EventError::Unfinished`]: servers that end a whole answer
/// so exist, and the crate `aipass` tells the two apart by what the answer holds.
pub struct Events<T> {
    bytes: RawStream,
    decoder: Decoder,
    ended: bool,
    item: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned> Events<T> {
    /// The events of that response's body.
    pub fn new(response: ResponseValue<ByteStream>) -> Self {
        Self {
            bytes: response.into_inner_stream(),
            decoder: Decoder::new().with_error_field(),
            ended: false,
            item: PhantomData,
        }
    }

    /// The next event; `None` after the end.
    pub async fn next(&mut self) -> Option<Result<T, EventError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// `None` = more bytes are needed; `Some(None)` = the end.
    fn pull(&mut self) -> Option<Option<Result<T, EventError>>> {
        loop {
            match self.decoder.next_event() {
                Ok(Some(event)) if event.is_done() => return Some(None),
                Ok(Some(event)) if event.is_empty() => {}
                Ok(Some(event)) => return Some(Some(decode(event))),
                Ok(None) => return None,
                Err(error) => return Some(Some(Err(EventError::TooLarge(error)))),
            }
        }
    }
}

fn decode<T: DeserializeOwned>(event: Event<'_>) -> Result<T, EventError> {
    let data = event.data();
    if let Some(error) = error_in(event) {
        return Err(EventError::Server(error));
    }
    serde_json::from_str(&data).map_err(EventError::Malformed)
}

/// The error that an event reports: `event: error`, an `error` that is not null, or an envelope with `"success": false`.
#[must_use]
pub fn error_in(event: Event<'_>) -> Option<ErrorBody> {
    if event.name == b"error" {
        return Some(ErrorBody::read(event.data));
    }
    // Parsing every chunk twice would be dear.
    if !ErrorBody::may_be_inside(event.data) {
        return None;
    }
    ErrorBody::inside(&serde_json::from_slice(event.data).ok()?)
}

impl<T: DeserializeOwned> Stream for Events<T> {
    type Item = Result<T, EventError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = loop {
            if let Some(item) = self.pull() {
                break item;
            }
            match ready!(self.bytes.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => self.decoder.push(&bytes),
                Some(Err(error)) => break Some(Err(EventError::Cut(error.without_url()))),
                None if self.decoder.ends_in_done() => break None,
                None => break Some(Err(EventError::Unfinished)),
            }
        };
        // An error is the last item: after it the bytes mean nothing.
        self.ended = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}
