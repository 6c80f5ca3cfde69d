//! A streamed chat without the network: chunks in, events and the whole answer out.

use super::{
    ChatEvent, ChatReply, RawChunk,
    accumulate::Accumulator,
    chunk::{Chunk, Malformed},
    pattern::Pattern,
};
use crate::{
    call::{Told, operation},
    error::{Error, StreamFault},
    streams::{Adds, Taken},
};
use aipass_api::{
    CallContext,
    sse::{self, Event},
};
use http::HeaderMap;
use std::{collections::VecDeque, fmt};

/// Adds the chunks of a streamed chat up: what [`ChatStream`](crate::ChatStream) does, for chunks that come from elsewhere: a
/// recording, a queue, another transport.
///
/// It does no I/O: push the `data` of an event, pull what it says.
///
/// ```
/// use aipass::ChatAccumulator;
///
/// let mut chat = ChatAccumulator::new();
/// for data in [
///     r#"{"choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
///     r#"{"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#,
///     "[DONE]",
/// ] {
///     chat.push(data)?;
///     while let Some(event) = chat.next_event() {
///         print!("{}", event.text());
///     }
/// }
/// assert_eq!(chat.finish()?.text(), "Hello");
/// # Ok::<(), aipass::Error>(())
/// ```
pub struct ChatAccumulator {
    all: Accumulator,
    pattern: Pattern,
    events: VecDeque<ChatEvent>,
    /// Whether each chunk is given out as it came, too.
    chunks: bool,
}

impl ChatAccumulator {
    /// Nothing yet, of an answer whose number of choices is not known.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Accumulator::default())
    }

    /// Nothing yet, of an answer with that many choices (`n` of the request): without a `[DONE]`, it is whole only when each of
    /// them has its finish reason.
    #[must_use]
    pub fn with_choices(choices: usize) -> Self {
        Self::of(Accumulator::new(Some(choices)))
    }

    fn of(all: Accumulator) -> Self {
        Self {
            all,
            pattern: Pattern::default(),
            // There is one at a time, nearly always, and an open stream would keep the room of four.
            events: VecDeque::with_capacity(1),
            chunks: false,
        }
    }

    /// Takes the data of one event: a chunk, a whole completion, `[DONE]`, or nothing. It must not be used further after an
    /// error.
    ///
    /// # Errors
    /// The data reports an error of the server, or is no chunk. [`Error::partial`] has what came so far.
    pub fn push(&mut self, data: &str) -> Result<(), Error> {
        let event = Event::of_data(data.trim().as_bytes());
        if event.is_done() {
            self.all.done();
            return Ok(());
        }
        let taken = Adds::take(self, event);
        taken.map(drop).map_err(|fault| self.fault(fault))
    }

    /// The next of the events that the chunks hold; `None` until more are pushed.
    pub fn next_event(&mut self) -> Option<ChatEvent> {
        self.events.pop_front()
    }

    /// Whether this is a whole answer: `[DONE]` came after at least one choice, or every choice that is expected (or else seen)
    /// has its finish reason; and no tool call is cut.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.all.is_complete()
    }

    /// The answer so far, whole or not.
    #[must_use]
    pub fn so_far(&self) -> ChatReply {
        self.all.reply()
    }

    /// The whole answer.
    ///
    /// # Errors
    /// [`Error::is_incomplete`] if it is not whole; what came is in [`Error::partial`].
    pub fn finish(self) -> Result<ChatReply, Error> {
        if self.is_complete() {
            Ok(self.all.reply())
        } else {
            Err(self.fault(StreamFault::Incomplete(None)))
        }
    }

    /// Gives each chunk out as it came, too.
    pub(super) fn give_chunks(&mut self) {
        self.chunks = true;
    }

    /// The answer so far, if it has begun, in the place of the events that were not given out.
    pub(super) fn forget_read(&mut self) -> Option<ChatReply> {
        self.events.clear();
        self.all.has_begun().then(|| self.all.reply())
    }

    fn fault(&self, fault: StreamFault) -> Error {
        let call = CallContext::default();
        let operation = operation!("create_chat_completion_stream");
        let (headers, begun) = (HeaderMap::new(), self.has_begun());
        Error::stream(operation, &call, &headers, fault, begun, Some(self.all.reply()))
    }

    fn take_chunk(&mut self, json: &str, chunk: Chunk<'_>) -> Result<(), Malformed> {
        if self.chunks {
            self.events.push_back(ChatEvent::Chunk(RawChunk::new(json)));
        }
        self.pattern.learn(json, chunk.lone_text().as_ref());
        self.all.take(chunk, &mut self.events)
    }
}

impl Default for ChatAccumulator {
    fn default() -> Self {
        Self::new()
    }
}

impl Adds for ChatAccumulator {
    type Item = ChatEvent;

    fn take(&mut self, event: Event<'_>) -> Result<Taken, StreamFault> {
        if event.is_message()
            && let Some((choice, text)) = self.pattern.text(event.as_bytes())
        {
            if self.chunks {
                self.events
                    .push_back(ChatEvent::Chunk(RawChunk::new(&event.data())));
            }
            self.all.take_text(choice, text, &mut self.events);
            return Ok(Taken::Data);
        }
        let data = event.data();
        let chunk = Chunk::read(&data);
        // A look through every event for the words of an error would be dear.
        let plain = event.is_message() && matches!(&chunk, Ok(chunk) if !chunk.may_be_error());
        if !plain {
            if let Some(error) = sse::error_in(event) {
                return Err(StreamFault::Server(error));
            }
            if event.is_empty() {
                return Ok(Taken::Nothing);
            }
        }
        chunk
            .and_then(|chunk| self.take_chunk(&data, chunk))
            .map_err(|Malformed| StreamFault::Malformed)?;
        Ok(Taken::Data)
    }

    fn take_whole(&mut self, json: &str) -> Result<(), StreamFault> {
        let chunk = Chunk::read(json).map_err(|Malformed| StreamFault::Malformed)?;
        if self.chunks {
            self.events
                .push_back(ChatEvent::Chunk(RawChunk::of_completion(json)));
        }
        let taken = self.all.take(chunk, &mut self.events);
        taken.map_err(|Malformed| StreamFault::Malformed)
    }

    fn done(&mut self) {
        self.all.done();
    }

    fn is_complete(&self) -> bool {
        self.all.is_complete()
    }

    fn has_begun(&self) -> bool {
        self.all.has_begun()
    }

    fn next(&mut self) -> Option<ChatEvent> {
        self.next_event()
    }

    fn partial(&self) -> Option<ChatReply> {
        Some(self.all.reply())
    }

    fn told(&self) -> Told {
        Told {
            model: self.all.model().map(str::to_owned),
            usage: self.all.usage().cloned(),
        }
    }
}

// What a model says is the user's own.
impl fmt::Debug for ChatAccumulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatAccumulator")
            .field("complete", &self.is_complete())
            .finish_non_exhaustive()
    }
}
