//! How every streamed answer is read, and how it ends.

use super::feed::{Announced, Feed, Rest};
use crate::{
    call::{Call, Told},
    chat::ChatReply,
    error::{Error, StreamFault},
    meta::{self, Meta},
};
use aipass_api::{CallContext, operation::Operation, sse::Event};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::IgnoredAny;
use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// What the events of one kind of stream add up to.
pub(crate) trait Adds {
    /// What the reader gets.
    type Item;

    /// Takes one event, which is no `[DONE]`.
    fn take(&mut self, event: Event<'_>) -> Result<Taken, StreamFault>;

    /// Takes one JSON document that came in the place of events, and is no error.
    fn take_whole(&mut self, json: &str) -> Result<(), StreamFault>;

    /// Whether the endpoint may answer in plain text, too.
    fn takes_text(&self) -> bool {
        false
    }

    /// Takes a text that came in the place of events, if it is an answer.
    fn take_text(&mut self, _text: &str) {}

    /// The `[DONE]` came.
    fn done(&mut self);

    /// Whether all of it is there.
    fn is_complete(&self) -> bool;

    /// Whether nothing more can follow, also without a `[DONE]`.
    fn is_over(&self) -> bool {
        false
    }

    /// Whether any of it is there: what was begun is paid for.
    fn has_begun(&self) -> bool;

    /// The next of what was read and not yet given out.
    fn next(&mut self) -> Option<Self::Item>;

    /// The answer so far, for an error.
    fn partial(&self) -> Option<ChatReply> {
        None
    }

    /// What the answer tells about the call.
    fn told(&self) -> Told {
        Told::default()
    }
}

/// What an event was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Data,
    /// A sign of life, and nothing else.
    Nothing,
}

/// A streamed answer. It owns the connection: dropping it ends the call.
pub(crate) struct Reading<A> {
    feed: Feed,
    pub(crate) answer: A,
    /// Given out once what came before it is.
    fault: Option<Box<StreamFault>>,
    state: State,
    operation: &'static Operation,
    context: Arc<CallContext>,
    /// Until the stream has ended.
    call: Option<Call>,
    pub(crate) meta: Meta,
    /// It has waited for more, and holds nothing that it could do without.
    at_rest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Open,
    /// Nothing more is read; what is queued is still given out.
    Ended,
    Failed,
}

impl<A: Adds> Reading<A> {
    pub(crate) fn new(response: reqwest::Response, mut call: Call, answer: A) -> Self {
        let meta = call.begun();
        let announced = announced(&meta.headers, answer.takes_text());
        Self {
            feed: Feed::new(response, announced, &call.context.options, call.event_limit),
            answer,
            fault: None,
            state: State::Open,
            operation: call.operation,
            context: call.context.clone(),
            call: Some(call),
            meta,
            at_rest: false,
        }
    }

    /// Whether it was read to its end, and the end is that of a whole answer.
    pub(crate) fn is_whole(&self) -> bool {
        self.state == State::Ended && self.answer.is_complete()
    }

    /// The next item; `None` when the stream has ended. An error is the last one.
    pub(crate) fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<A::Item, Error>>> {
        loop {
            if let Some(item) = self.answer.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if self.state != State::Open {
                let fault = self.fault.take();
                return Poll::Ready(fault.map(|fault| Err(self.error(*fault))));
            }
            match ready!(self.poll_step(context)) {
                Ok(false) => {}
                Ok(true) => self.end(),
                Err(fault) => {
                    self.feed.close(None);
                    self.state = State::Failed;
                    self.fault = Some(Box::new(fault));
                }
            }
        }
    }

    /// Reads until there is something to give out; true when the answer is at its end, and whole.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, StreamFault>> {
        while let Some(event) = self.feed.event()? {
            if event.is_done() {
                self.answer.done();
                return Poll::Ready(self.whole());
            }
            if self.answer.take(event)? == Taken::Nothing {
                continue;
            }
            self.feed.broken_by_event();
            return Poll::Ready(Ok(self.answer.is_over()));
        }
        let more = self.feed.poll_more(context);
        if more.is_pending() && !std::mem::replace(&mut self.at_rest, true) {
            // Now there is time for it.
            meta::detach(&mut self.meta.headers);
        }
        match ready!(more) {
            Ok(true) => return Poll::Ready(Ok(false)),
            Ok(false) => {}
            // A cut, or silence, after the end of the answer takes nothing away.
            Err(_) if self.answer.is_complete() => return Poll::Ready(Ok(true)),
            Err(fault) => return Poll::Ready(Err(fault)),
        }
        match self.feed.rest() {
            Rest::Events { done: true } => self.answer.done(),
            Rest::Events { done: false } => {
                if !self.answer.has_begun() && is_html(&self.meta.headers) {
                    return Poll::Ready(Err(StreamFault::NotAnAnswer(Bytes::new())));
                }
            }
            Rest::Page(page) => {
                let page = Bytes::copy_from_slice(page);
                return Poll::Ready(Err(StreamFault::NotAnAnswer(page)));
            }
            Rest::Text(text) => {
                self.answer.take_text(&text);
                if !self.answer.has_begun() {
                    return Poll::Ready(Err(StreamFault::NotAnAnswer(Bytes::new())));
                }
                self.answer.done();
            }
            Rest::Json(body) => {
                let value = serde_json::from_str(&body).ok();
                let error = value.and_then(|value| aipass_api::error_in_answer(self.operation, &value));
                let taken = self.answer.take_whole(&body);
                if let Some(error) = error {
                    // What stands beside it was paid for.
                    return Poll::Ready(Err(StreamFault::Server(error)));
                }
                if !self.answer.has_begun() {
                    let is_json = serde_json::from_str::<IgnoredAny>(&body).is_ok();
                    return Poll::Ready(Err(if is_json {
                        StreamFault::NotAnAnswer(body.into_owned().into())
                    } else {
                        StreamFault::Malformed
                    }));
                }
                taken?;
                // There is no more to come: it is as whole as the same body without a stream.
                self.answer.done();
            }
        }
        Poll::Ready(self.whole())
    }

    fn whole(&self) -> Result<bool, StreamFault> {
        if self.answer.is_complete() {
            Ok(true)
        } else {
            Err(StreamFault::Incomplete(None))
        }
    }

    fn end(&mut self) {
        self.state = State::Ended;
        let told = self.answer.told();
        self.meta.model = told.model;
        self.meta.cost = told.usage.as_ref().and_then(|usage| usage.cost);
        if let Some(call) = self.call.take() {
            self.feed.close(Some(&call.endings));
            call.settle(&self.meta, told.usage.as_ref());
        }
    }

    /// The error of a stream that was not read to its end, or has none.
    pub(crate) fn incomplete(&mut self) -> Error {
        // The fault may stand behind what was not read yet.
        let fault = self.fault.take();
        self.error(fault.map_or(StreamFault::Incomplete(None), |fault| *fault))
    }

    fn error(&mut self, fault: StreamFault) -> Error {
        let partial = self.answer.partial().map(|reply| ChatReply {
            meta: self.meta.clone(),
            ..reply
        });
        let begun = self.answer.has_begun();
        let headers = &self.meta.headers;
        let error = Error::stream(self.operation, &self.context, headers, fault, begun, partial);
        match self.call.take() {
            Some(call) => call.failed(error),
            None => error,
        }
    }
}

fn announced(headers: &HeaderMap, takes_text: bool) -> Announced {
    let media_type = aipass_api::media_type(headers);
    let is = |other: &str| media_type.eq_ignore_ascii_case(other);
    if aipass_api::names_json(media_type) {
        Announced::Json
    } else if takes_text
        && ["text/plain", "text/vtt", "text/srt", "application/x-subrip"]
            .into_iter()
            .any(is)
    {
        Announced::Text
    } else {
        Announced::Events
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    aipass_api::media_type(headers).eq_ignore_ascii_case("text/html")
}

impl<A> fmt::Debug for Reading<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("operation", &self.operation.id)
            .field("ended", &(self.state != State::Open))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call::operation, chat::ChatAccumulator, client::Client};
    use futures_util::stream;
    use http::{HeaderValue, header};
    use std::{convert::Infallible, task::Waker};

    #[tokio::test]
    async fn a_stream_that_waits_frees_what_its_headers_were_read_with() {
        let read = Bytes::from(b"content-type: text/event-stream\r\n".to_vec());
        let client = Client::builder().access_token("t".into()).build().unwrap();
        let call = client
            .begin(operation!("create_chat_completion_stream"), None)
            .unwrap();
        let silence = stream::pending::<Result<Bytes, Infallible>>();
        let response = http::Response::new(reqwest::Body::wrap_stream(silence)).into();
        let mut reading = Reading::new(response, call, ChatAccumulator::new());
        let value = HeaderValue::from_maybe_shared(read.slice(14..31)).unwrap();
        reading.meta.headers.insert(header::CONTENT_TYPE, value);
        assert!(!read.is_unique());

        let mut context = Context::from_waker(Waker::noop());
        assert!(reading.poll_item(&mut context).is_pending());
        assert!(read.is_unique());
        assert_eq!(reading.meta.headers[header::CONTENT_TYPE], "text/event-stream");
    }
}
