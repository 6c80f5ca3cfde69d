//! From the bytes of a streamed answer to its events, under the limits on silence.

use super::endings::Endings;
use crate::error::StreamFault;
use aipass_api::{
    CallOptions, Silence,
    sse::{Decoder, Event},
};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// The body of a streamed answer. It owns the connection.
pub(super) struct Feed {
    /// Until its end.
    response: Option<reqwest::Response>,
    form: Form,
    /// Its first letter was seen.
    looked: bool,
    /// The largest JSON that is taken in the place of events.
    max_json: usize,
    silence: Silence,
}

enum Form {
    Events(Decoder),
    /// The server answered with one JSON document instead.
    Json(Vec<u8>),
}

/// What is left when the bytes are at their end.
pub(super) enum Rest<'a> {
    /// Events; and whether a `[DONE]` stands there without its empty line.
    Events {
        done: bool,
    },
    Json(&'a [u8]),
}

impl Feed {
    pub(super) fn new(
        response: reqwest::Response,
        json: bool,
        options: &CallOptions,
        between_events: Option<Duration>,
    ) -> Self {
        Self {
            response: Some(response),
            form: if json {
                Form::Json(Vec::new())
            } else {
                Form::Events(Decoder::with_limit(options.max_event).with_error_field())
            },
            looked: false,
            max_json: options.max_body,
            silence: Silence::new(options.idle, between_events),
        }
    }

    /// The next event of those that are there.
    pub(super) fn event(&mut self) -> Result<Option<Event<'_>>, StreamFault> {
        match &mut self.form {
            Form::Events(decoder) => decoder
                .next_event()
                .map_err(|error| StreamFault::Incomplete(Some(error.into()))),
            Form::Json(_) => Ok(None),
        }
    }

    /// The last event held data.
    pub(super) fn broken_by_event(&mut self) {
        self.silence.broken_by_event();
    }

    /// Waits for more bytes; `false` when they are at their end.
    pub(super) fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, StreamFault>> {
        let Some(response) = &mut self.response else {
            return Poll::Ready(Ok(false));
        };
        // Nothing is lost with this future: it keeps nothing between two looks.
        let Poll::Ready(bytes) = pin!(response.chunk()).poll(context) else {
            ready!(self.silence.poll_over(context));
            self.response = None;
            return Poll::Ready(Err(StreamFault::Timeout));
        };
        self.silence.broken();
        Poll::Ready(match bytes {
            Ok(Some(bytes)) => self.take(&bytes).map(|()| true),
            // A body that has ended is not asked again, and neither is one that broke off.
            Ok(None) => {
                self.response = None;
                Ok(false)
            }
            Err(error) => {
                self.response = None;
                Err(StreamFault::Incomplete(Some(error.without_url().into())))
            }
        })
    }

    /// Nothing more is read. What is left of the body is its end, where the answer was whole.
    pub(super) fn close(&mut self, endings: Option<&Endings>) {
        if let (Some(response), Some(endings)) = (self.response.take(), endings) {
            endings.keep(response);
        }
    }

    pub(super) fn rest(&mut self) -> Rest<'_> {
        match &mut self.form {
            Form::Events(decoder) => Rest::Events {
                done: decoder.ends_in_done(),
            },
            Form::Json(body) => Rest::Json(body),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), StreamFault> {
        self.look_at(bytes);
        match &mut self.form {
            Form::Events(decoder) => decoder.push(bytes),
            Form::Json(body) if body.len() + bytes.len() > self.max_json => {
                let why = "the answer is larger than allowed".into();
                return Err(StreamFault::Incomplete(Some(why)));
            }
            Form::Json(body) => body.extend_from_slice(bytes),
        }
        Ok(())
    }

    /// JSON in the place of events is known by its first letter where the head does not say so: no event begins with it.
    fn look_at(&mut self, bytes: &[u8]) {
        if self.looked {
            return;
        }
        let text = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(bytes)
            .trim_ascii_start();
        if text.is_empty() {
            return;
        }
        self.looked = true;
        if matches!(self.form, Form::Events(_)) && (text.starts_with(b"{") || text.starts_with(b"[")) {
            self.form = Form::Json(Vec::new());
        }
    }
}
