//! From the bytes of a streamed answer to its events, or to the one document that came in their place.

use super::{body::Body, endings::Endings};
use crate::error::StreamFault;
use aipass_api::{
    CallOptions,
    sse::{Decoder, Event},
};
use bytes::Bytes;
use std::{
    borrow::Cow,
    task::{Context, Poll},
    time::Duration,
};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What a line of events begins with. Words that are written down seldom do.
const FIELDS: [&[u8]; 6] = [b":", b"data:", b"event:", b"id:", b"retry:", b"error:"];

/// A beginning of blanks alone is looked at up to here.
const LONGEST_HEAD: usize = 1024;

/// What is kept for the next events of a stream that has to wait.
const ROOM: usize = 4096;

/// The body of a streamed answer.
pub(super) struct Feed {
    body: Body,
    announced: Announced,
    form: Form,
    max_event: usize,
    /// The largest document that is taken in the place of events.
    max_document: usize,
}

/// What the head of the answer says that the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// Events, or whatever cannot be taken at its word.
    Events,
    Json,
    /// Text, from an endpoint that may answer so.
    Text,
}

enum Form {
    /// The first bytes, while they do not say what it is.
    Head(Vec<u8>),
    Events(Decoder),
    /// The server answered with one document instead.
    Document(Vec<u8>),
}

/// What is left when the bytes are at their end.
pub(super) enum Rest<'a> {
    /// Events; and whether a `[DONE]` stands there without its empty line.
    Events {
        done: bool,
    },
    Json(Cow<'a, str>),
    Text(Cow<'a, str>),
    Page(&'a [u8]),
}

impl Feed {
    pub(super) fn new(
        response: reqwest::Response,
        announced: Announced,
        options: &CallOptions,
        between_events: Option<Duration>,
    ) -> Self {
        Self {
            body: Body::new(response, options.idle, between_events),
            announced,
            form: match announced {
                Announced::Json => Form::Document(Vec::new()),
                Announced::Events | Announced::Text => Form::Head(Vec::new()),
            },
            max_event: options.max_event,
            max_document: options.max_body,
        }
    }

    /// The next event of those that are there.
    pub(super) fn event(&mut self) -> Result<Option<Event<'_>>, StreamFault> {
        match &mut self.form {
            Form::Events(decoder) => decoder
                .next_event()
                .map_err(|error| StreamFault::Incomplete(Some(error.into()))),
            Form::Head(_) | Form::Document(_) => Ok(None),
        }
    }

    /// The last event held data.
    pub(super) fn broken_by_event(&mut self) {
        self.body.broken_by_event();
    }

    /// Waits for more bytes; `false` when they are at their end.
    pub(super) fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, StreamFault>> {
        let Poll::Ready(more) = self.body.poll(context) else {
            if let Form::Events(decoder) = &mut self.form {
                decoder.shrink_to(ROOM);
            }
            return Poll::Pending;
        };
        Poll::Ready(match more? {
            Some(bytes) => self.take(&bytes).map(|()| true),
            None => Ok(false),
        })
    }

    /// Nothing more is read. What is left of the body is its end, where the answer was whole.
    pub(super) fn close(&mut self, endings: Option<&Endings>) {
        if let (Some(rest), Some(endings)) = (self.body.take(), endings) {
            endings.keep(rest);
        }
    }

    pub(super) fn rest(&mut self) -> Rest<'_> {
        let document = match &mut self.form {
            Form::Events(decoder) => {
                let done = decoder.ends_in_done();
                return Rest::Events { done };
            }
            Form::Head(_) if self.announced == Announced::Events => return Rest::Events { done: false },
            Form::Head(document) | Form::Document(document) => &*document,
        };
        let document = document.strip_prefix(BOM).unwrap_or(document);
        if self.announced != Announced::Text || may_be_json(document) {
            Rest::Json(String::from_utf8_lossy(document))
        } else if is_page(document) {
            Rest::Page(document)
        } else {
            Rest::Text(String::from_utf8_lossy(document))
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), StreamFault> {
        match &mut self.form {
            Form::Events(decoder) => {
                decoder.push(bytes);
                Ok(())
            }
            Form::Document(body) if body.len() + bytes.len() > self.max_document => {
                let why = "the answer is larger than allowed".into();
                Err(StreamFault::Incomplete(Some(why)))
            }
            Form::Document(body) => {
                body.extend_from_slice(bytes);
                Ok(())
            }
            Form::Head(head) => {
                head.extend_from_slice(bytes);
                let Some(seen) = look(head, self.announced) else {
                    return Ok(());
                };
                let head = std::mem::take(head);
                self.form = match seen {
                    Seen::Events => Form::Events(Decoder::with_limit(self.max_event).with_error_field()),
                    Seen::Document => Form::Document(Vec::new()),
                    Seen::Page => return Err(StreamFault::NotAnAnswer(Bytes::from(head))),
                };
                self.take(&head)
            }
        }
    }
}

enum Seen {
    Events,
    Document,
    Page,
}

/// What a body is that begins so; nothing while that is too little to say.
///
/// JSON and pages in the place of events are known by their first letter where the head does not say so: no event begins with
/// it. Where text may come, it is the events that are known by what they begin with.
fn look(head: &[u8], announced: Announced) -> Option<Seen> {
    if BOM.starts_with(head) && head != BOM {
        return None;
    }
    let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    let may_become = |word: &[u8]| word.starts_with(text) && word != text && head.len() < LONGEST_HEAD;
    if announced == Announced::Text {
        return if FIELDS.iter().any(|field| text.starts_with(field)) {
            Some(Seen::Events)
        } else if FIELDS.iter().any(|field| may_become(field)) {
            None
        } else {
            Some(Seen::Document)
        };
    }
    match text {
        [b'{' | b'[' | b'"', ..] => Some(Seen::Document),
        [b'<', ..] => Some(Seen::Page),
        _ if may_become(b"null") => None,
        _ if text.starts_with(b"null") => Some(Seen::Document),
        _ => Some(Seen::Events),
    }
}

/// JSON in the place of text: an object, or a list of them. A text may begin with `[Music]`.
fn may_be_json(document: &[u8]) -> bool {
    let text = document.trim_ascii_start();
    let inner = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    inner.starts_with(b"{")
}

/// A page in the place of text. What somebody says may begin with another `<`.
fn is_page(document: &[u8]) -> bool {
    let text = document.trim_ascii_start();
    let begins = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    begins(b"<!doctype html") || begins(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of it byte by byte, and after how many bytes.
    fn seen(body: &str, announced: Announced) -> (&'static str, usize) {
        for length in 1..=body.len() {
            let name = match look(&body.as_bytes()[..length], announced) {
                None => continue,
                Some(Seen::Events) => "events",
                Some(Seen::Document) => "document",
                Some(Seen::Page) => "page",
            };
            return (name, length);
        }
        ("nothing", body.len())
    }

    #[test]
    fn a_body_is_known_by_what_it_begins_with() {
        for (body, expected) in [
            ("data: x", ("events", 1)),
            (": ping", ("events", 1)),
            ("note: x", ("events", 2)),
            ("{\"a\":1}", ("document", 1)),
            ("\u{feff} \r\n[1]", ("document", 7)),
            ("null", ("document", 4)),
            ("nu", ("nothing", 2)),
            ("\n<html>", ("page", 2)),
            ("\u{feff}", ("nothing", 3)),
            ("\u{ffee}", ("events", 2)),
            ("\u{fec0}", ("events", 3)),
        ] {
            assert_eq!(seen(body, Announced::Events), expected, "{body:?}");
        }
        for (body, expected) in [
            ("data: x", ("events", 5)),
            ("dark it was", ("document", 3)),
            ("\u{feff}: ping", ("events", 4)),
            ("1\n00:00:00,000", ("document", 1)),
            ("id", ("nothing", 2)),
            ("<b>", ("document", 1)),
        ] {
            assert_eq!(seen(body, Announced::Text), expected, "{body:?}");
        }
        let blanks = " ".repeat(2 * LONGEST_HEAD);
        assert_eq!(seen(&blanks, Announced::Events), ("events", LONGEST_HEAD));
    }
}
