//! A streamed answer: events as they come, and the whole at the end.

use super::{
    ChatReply, ToolCall,
    accumulate::{Accumulator, Chunk, Malformed},
};
use crate::{
    call::Call,
    error::{Error, StreamFault},
    meta::Meta,
};
use aipass_api::{
    CallContext, ErrorBody, Silence, SilentBody,
    enums::FinishReason,
    operation::Operation,
    sse::{self, Decoder},
    types::Usage,
};
use bytes::Bytes;
use futures_core::Stream;
use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// What happens in a streamed answer.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// A piece of the text.
    Text {
        /// Which choice; 0 unless the request asks for several.
        choice: u32,
        /// The piece.
        text: String,
    },
    /// A piece of the model's refusal.
    Refusal {
        /// Which choice.
        choice: u32,
        /// The piece.
        text: String,
    },
    /// A piece of what the model thinks aloud.
    Reasoning {
        /// Which choice.
        choice: u32,
        /// The piece.
        text: String,
    },
    /// The model starts a tool call.
    ToolCallStarted {
        /// Which choice.
        choice: u32,
        /// The call's number within the choice, from 0.
        call: usize,
        /// The id to answer under.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// A piece of a tool call's arguments.
    ToolCallArguments {
        /// Which choice.
        choice: u32,
        /// The call's number within the choice.
        call: usize,
        /// The piece.
        delta: String,
    },
    /// A tool call whose arguments are whole and parse.
    ToolCallDone {
        /// Which choice.
        choice: u32,
        /// The call.
        call: ToolCall,
    },
    /// The model stopped.
    Finish {
        /// Which choice.
        choice: u32,
        /// Why.
        reason: FinishReason,
    },
    /// The tokens used.
    Usage(Box<Usage>),
}

impl ChatEvent {
    /// The piece of text; empty for every other event, so that a loop can simply print it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text, .. } => text,
            _ => "",
        }
    }

    #[cfg(test)]
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Text { choice, text } => format!("text {choice} {text}"),
            Self::Refusal { choice, text } => format!("refusal {choice} {text}"),
            Self::Reasoning { choice, text } => format!("reasoning {choice} {text}"),
            Self::ToolCallStarted {
                choice,
                call,
                id,
                name,
            } => format!("start {choice}/{call} {id} {name}"),
            Self::ToolCallArguments { choice, call, delta } => format!("args {choice}/{call} {delta}"),
            Self::ToolCallDone { choice, call } => format!("done {choice} {} {}", call.name, call.arguments),
            Self::Finish { choice, reason } => format!("finish {choice} {reason}"),
            Self::Usage(_) => "usage".to_owned(),
        }
    }
}

// What a model says is the user's own: logs show its size.
impl fmt::Debug for ChatEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text, .. } => write!(f, "Text({} bytes)", text.len()),
            Self::Refusal { text, .. } => write!(f, "Refusal({} bytes)", text.len()),
            Self::Reasoning { text, .. } => write!(f, "Reasoning({} bytes)", text.len()),
            Self::ToolCallStarted { name, .. } => write!(f, "ToolCallStarted({name})"),
            Self::ToolCallArguments { delta, .. } => write!(f, "ToolCallArguments({} bytes)", delta.len()),
            Self::ToolCallDone { call, .. } => write!(f, "ToolCallDone({call:?})"),
            Self::Finish { reason, .. } => write!(f, "Finish({reason})"),
            Self::Usage(_) => f.write_str("Usage"),
        }
    }
}

/// A chat's answer as it is written.
///
/// The stream owns the connection: dropping it aborts the call, and reading slowly slows the server. Nothing runs in the
/// background. After the last event, [`finish`](Self::finish) gives the whole answer, or an error if it was cut.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
/// let mut stream = ai.chat("gpt-4o-mini").user("Count to three.").stream().await?;
/// while let Some(event) = stream.next().await {
///     print!("{}", event?.text());
/// }
/// let reply = stream.finish()?;
/// println!("\n{:?}", reply.finish_reason());
/// # Ok(()) }
/// ```
pub struct ChatStream {
    bytes: RawStream,
    form: Form,
    /// Its first letter was seen.
    looked: bool,
    accumulator: Accumulator,
    events: VecDeque<ChatEvent>,
    /// Given out once the events before it are.
    fault: Option<StreamFault>,
    state: State,
    operation: &'static Operation,
    context: Arc<CallContext>,
    /// Until the stream has ended.
    call: Option<Call>,
    meta: Meta,
    /// The limit on the time between two events that hold data.
    silence: Silence,
}

type RawStream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

enum Form {
    Events(Decoder),
    /// The server answered with one JSON completion instead.
    Json(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    /// Nothing more is read; what is queued is still given out.
    Ended,
    Failed,
}

impl ChatStream {
    pub(crate) fn new(response: reqwest::Response, call: Call, expected: Option<usize>) -> Self {
        let json = aipass_api::is_json(response.headers());
        Self {
            looked: false,
            form: if json {
                Form::Json(Vec::new())
            } else {
                Form::Events(Decoder::new())
            },
            meta: call.meta(response.headers().clone()),
            bytes: Box::pin(response.bytes_stream()),
            accumulator: Accumulator::new(expected),
            events: VecDeque::new(),
            fault: None,
            state: State::Open,
            operation: call.operation,
            context: call.context.clone(),
            silence: Silence::new(call.event_limit),
            call: Some(call),
        }
    }

    /// What is known about the call: request id, limits, attempts from the beginning; model and price, where the server
    /// tells them, at the end.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The next event; `None` after the last one.
    ///
    /// # Errors
    /// The connection broke, fell silent, or the server reported an error. The error holds
    /// [what came so far](Error::partial) and is the last item.
    pub async fn next(&mut self) -> Option<Result<ChatEvent, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The whole answer, once the stream has ended.
    ///
    /// # Errors
    /// [`Error::is_incomplete`] if the stream was cut, failed, or was not read to its end; what came is in
    /// [`Error::partial`].
    pub fn finish(mut self) -> Result<ChatReply, Error> {
        if self.state == State::Ended && self.accumulator.is_complete() {
            return Ok(ChatReply {
                meta: self.meta,
                ..self.accumulator.reply()
            });
        }
        Err(self.fault(StreamFault::Incomplete(None)))
    }

    /// Reads to the end and gives the whole answer.
    ///
    /// # Errors
    /// As [`next`](Self::next) and [`finish`](Self::finish).
    pub async fn collect(mut self) -> Result<ChatReply, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        self.finish()
    }

    fn fault(&mut self, fault: StreamFault) -> Error {
        let partial = ChatReply {
            meta: self.meta.clone(),
            ..self.accumulator.reply()
        };
        let error = Error::stream(self.operation, &self.context, fault, Some(partial));
        match self.call.take() {
            Some(call) => call.failed(error),
            None => error,
        }
    }

    /// The stream has come to its end, and is whole.
    fn complete(&mut self) {
        self.state = State::Ended;
        let usage = self.accumulator.usage();
        self.meta.model = self.accumulator.model().map(str::to_owned);
        self.meta.cost = usage.and_then(|usage| usage.cost);
        if let Some(call) = self.call.take() {
            call.settle(&self.meta, usage);
        }
    }

    /// Reads what the decoder holds; true when the stream has come to its end.
    fn drain(&mut self) -> Result<bool, StreamFault> {
        let Form::Events(decoder) = &mut self.form else {
            return Ok(false);
        };
        while let Some(event) = decoder
            .next_event()
            .map_err(|error| StreamFault::Incomplete(Some(error.into())))?
        {
            if event.is_done() {
                self.accumulator.done();
                return Ok(true);
            }
            let data = event.data();
            let chunk = Chunk::read(&data);
            // A look through every event for the words of an error would be dear.
            let plain = matches!(&chunk, Ok(chunk) if !chunk.may_be_error()) && event.name() == "message";
            if !plain {
                if let Some(error) = sse::error_in(event) {
                    return Err(StreamFault::Server(error));
                }
                if event.is_empty() {
                    continue;
                }
            }
            self.silence.broken();
            chunk
                .and_then(|chunk| self.accumulator.take(chunk, &mut self.events))
                .map_err(|Malformed| StreamFault::Malformed)?;
            if !self.events.is_empty() {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn fail(&mut self, fault: StreamFault) {
        self.state = State::Failed;
        self.fault = Some(fault);
    }

    /// JSON in the place of events is known by its first letter where the head does not say so: no event begins with it.
    fn look_at(&mut self, bytes: &[u8]) {
        let text = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(bytes)
            .trim_ascii_start();
        if self.looked || text.is_empty() {
            return;
        }
        self.looked = true;
        if matches!(self.form, Form::Events(_)) && (text.starts_with(b"{") || text.starts_with(b"[")) {
            self.form = Form::Json(Vec::new());
        }
    }

    /// The bytes are at their end.
    fn end(&mut self) -> Result<(), StreamFault> {
        match &mut self.form {
            Form::Events(decoder) => {
                if decoder.ends_in_done() {
                    self.accumulator.done();
                }
            }
            Form::Json(body) => {
                let value = serde_json::from_slice(body).ok();
                if let Some(error) = value.as_ref().and_then(ErrorBody::inside) {
                    return Err(StreamFault::Server(error));
                }
                let json = String::from_utf8_lossy(body).into_owned();
                self.accumulator
                    .push(&json, &mut self.events)
                    .map_err(|_| StreamFault::Malformed)?;
                // There is no more to come: it is as whole as the same body without a stream.
                self.accumulator.done();
            }
        }
        if self.accumulator.is_complete() {
            Ok(())
        } else {
            Err(StreamFault::Incomplete(None))
        }
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, StreamFault>> {
        let item = match self.bytes.as_mut().poll_next(context) {
            Poll::Ready(item) => item,
            Poll::Pending => {
                ready!(self.silence.poll_over(context));
                return Poll::Ready(Err(StreamFault::Timeout));
            }
        };
        Poll::Ready(match item.transpose() {
            Ok(bytes) => Ok(bytes),
            // A cut, or silence, after the last finish reason takes nothing away.
            Err(_) if self.accumulator.is_complete() => Ok(None),
            Err(error) if SilentBody::is_in(&error) => Err(StreamFault::Timeout),
            Err(error) => Err(StreamFault::Incomplete(Some(error.without_url().into()))),
        })
    }

    /// `None` when the stream ended.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ChatEvent, StreamFault>>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if self.state != State::Open {
                return Poll::Ready(self.fault.take().map(Err));
            }
            let step = match self.drain() {
                Ok(true) if self.accumulator.is_complete() => {
                    self.complete();
                    continue;
                }
                Ok(true) => Err(StreamFault::Incomplete(None)),
                Ok(false) if !self.events.is_empty() => continue,
                Ok(false) => ready!(self.poll_bytes(context)),
                Err(fault) => Err(fault),
            };
            let step = match step {
                Ok(Some(bytes)) => {
                    self.look_at(&bytes);
                    match &mut self.form {
                        Form::Events(decoder) => decoder.push(&bytes),
                        Form::Json(body) if body.len() + bytes.len() > self.context.options.max_body => {
                            self.fail(StreamFault::Incomplete(Some(
                                "the answer is larger than allowed".into(),
                            )));
                            continue;
                        }
                        Form::Json(body) => body.extend_from_slice(&bytes),
                    }
                    continue;
                }
                Ok(None) => self.end(),
                Err(fault) => Err(fault),
            };
            match step {
                Ok(()) => self.complete(),
                Err(fault) => self.fail(fault),
            }
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = ready!(self.poll_event(context));
        Poll::Ready(event.map(|event| event.map_err(|fault| self.fault(fault))))
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("operation", &self.operation.id)
            .field("ended", &(self.state != State::Open))
            .finish_non_exhaustive()
    }
}
