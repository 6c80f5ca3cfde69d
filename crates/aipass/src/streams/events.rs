//! Typed events, of whatever endpoint.

use super::reading::{Adds, Reading, Taken};
use crate::{
    call::Call,
    error::{Error, StreamFault},
    meta::Meta,
};
use aipass_api::sse::{self, Event};
use futures_core::Stream;
use serde::de::DeserializeOwned;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

/// The events of a streamed answer.
///
/// It owns the connection: reading slowly slows the server, dropping it aborts the call. An answer that breaks off, falls
/// silent or reports an error ends with an error, and only a whole one without.
#[must_use = "dropping it ends a call that is paid for"]
pub struct EventStream<T> {
    reading: Box<Reading<Typed<T>>>,
}

/// What an event is to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Some of it.
    Piece,
    /// The last event, or one of the last.
    Last,
    /// Nothing that is of use alone.
    Aside,
}

/// How the events of one endpoint add up.
pub(crate) struct Rules<T> {
    pub(crate) part: fn(&T) -> Part,
    /// The events that say the same as an answer that is not streamed; nothing where it is no answer.
    pub(crate) whole: fn(&str) -> Option<Vec<T>>,
    /// The event that says the same as an answer in plain text, where the endpoint may answer so; nothing where it is no answer.
    pub(crate) text: Option<fn(&str) -> Option<T>>,
    /// How many last events there are.
    pub(crate) lasts: usize,
}

impl<T: DeserializeOwned> EventStream<T> {
    pub(crate) fn new(response: reqwest::Response, call: Call, rules: Rules<T>) -> Self {
        let answer = Typed {
            rules,
            events: VecDeque::new(),
            begun: false,
            pieces: 0,
            lasts: 0,
            done: false,
        };
        Self {
            reading: Box::new(Reading::new(response, call, answer)),
        }
    }

    /// What is known about the call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.reading.meta
    }

    /// The next event; `None` after the last one of a whole answer, or after an error.
    ///
    /// # Errors
    /// The connection broke, fell silent, or the server reported an error. It is the last item.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.reading.poll_item(context)).await
    }

    /// Whether all of a whole answer was given out: what tells the last `None` of [`next`](Self::next) from the one after an
    /// error.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.reading.is_whole() && self.reading.answer.events.is_empty()
    }
}

impl<T: DeserializeOwned> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().reading.poll_item(context)
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventStream").field(&self.reading).finish()
    }
}

struct Typed<T> {
    rules: Rules<T>,
    events: VecDeque<T>,
    /// Any event came: also what is of no use is work.
    begun: bool,
    pieces: usize,
    lasts: usize,
    done: bool,
}

impl<T> Typed<T> {
    fn add(&mut self, event: T) {
        self.begun = true;
        match (self.rules.part)(&event) {
            Part::Piece => self.pieces += 1,
            Part::Last => self.lasts += 1,
            Part::Aside => {}
        }
        self.events.push_back(event);
    }
}

impl<T: DeserializeOwned> Adds for Typed<T> {
    type Item = T;

    fn take(&mut self, event: Event<'_>) -> Result<Taken, StreamFault> {
        if let Some(error) = sse::error_in(event) {
            return Err(StreamFault::Server(error));
        }
        if event.is_empty() {
            return Ok(Taken::Nothing);
        }
        self.add(serde_json::from_str(&event.data()).map_err(|_| StreamFault::Malformed)?);
        Ok(Taken::Data)
    }

    fn take_whole(&mut self, json: &str) -> Result<(), StreamFault> {
        let events = (self.rules.whole)(json).ok_or(StreamFault::Malformed)?;
        events.into_iter().for_each(|event| self.add(event));
        Ok(())
    }

    fn takes_text(&self) -> bool {
        self.rules.text.is_some()
    }

    fn take_text(&mut self, text: &str) {
        if let Some(event) = self.rules.text.and_then(|read| read(text)) {
            self.add(event);
        }
    }

    fn done(&mut self) {
        self.done = true;
    }

    fn is_complete(&self) -> bool {
        self.is_over() || (self.done && self.pieces + self.lasts > 0)
    }

    fn is_over(&self) -> bool {
        self.lasts >= self.rules.lasts.max(1)
    }

    fn has_begun(&self) -> bool {
        self.begun
    }

    fn next(&mut self) -> Option<T> {
        self.events.pop_front()
    }
}
