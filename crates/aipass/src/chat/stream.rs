//! A streamed answer: events as they come, and the whole at the end.

use super::{ChatAccumulator, ChatEvent, ChatReply};
use crate::{call::Call, error::Error, meta::Meta, streams::Reading};
use futures_core::Stream;
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

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
#[must_use = "dropping it ends a call that is paid for"]
pub struct ChatStream {
    /// It is large, and every future that holds a stream would be so, too.
    reading: Box<Reading<ChatAccumulator>>,
}

impl ChatStream {
    pub(crate) fn new(response: reqwest::Response, call: Call, choices: Option<usize>) -> Self {
        let answer = choices.map_or_else(ChatAccumulator::new, ChatAccumulator::with_choices);
        Self {
            reading: Box::new(Reading::new(response, call, answer)),
        }
    }

    /// What is known about the call: request id, limits, attempts from the beginning; model and price, where the server
    /// tells them, at the end.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.reading.meta
    }

    /// The next event; `None` after the last one.
    ///
    /// # Errors
    /// The connection broke, fell silent, or the server reported an error. The error holds
    /// [what came so far](Error::partial) and is the last item.
    pub async fn next(&mut self) -> Option<Result<ChatEvent, Error>> {
        std::future::poll_fn(|context| self.reading.poll_item(context)).await
    }

    /// Gives each chunk as the server sent it, too: as [`ChatEvent::Chunk`], before the events that are read from it.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// use aipass::ChatEvent;
    ///
    /// let mut stream = ai.chat("gpt-4o-mini").user("Hi").stream().await?.raw();
    /// while let Some(event) = stream.next().await {
    ///     if let ChatEvent::Chunk(chunk) = event? {
    ///         println!("{:?}", chunk.decode()?.service_tier);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use = "it is the same stream"]
    pub fn raw(mut self) -> Self {
        self.reading.answer.give_chunks();
        self
    }

    /// What was read so far, if anything was; it does not come again as events.
    pub(super) fn forget_read(mut self) -> (Option<ChatReply>, Self) {
        let read = self.reading.answer.forget_read();
        (read, self)
    }

    /// The text of the first choice alone, piece by piece.
    #[must_use = "it is the same stream"]
    pub fn text(self) -> TextStream {
        TextStream(self)
    }

    /// The whole answer, once the stream has ended.
    ///
    /// # Errors
    /// [`Error::is_incomplete`] if the stream was cut, failed, or was not read to its end; what came is in
    /// [`Error::partial`].
    pub fn finish(mut self) -> Result<ChatReply, Error> {
        if self.reading.is_whole() {
            let reply = self.reading.answer.so_far();
            let meta = self.reading.meta;
            return Ok(ChatReply { meta, ..reply });
        }
        Err(self.reading.incomplete())
    }

    /// Reads to the end and gives the whole answer: all choices, with text, tool calls, finish reason and usage.
    /// [`ChatReply::message`] is what the next request says of it.
    ///
    /// # Errors
    /// As [`next`](Self::next) and [`finish`](Self::finish).
    pub async fn collect_message(mut self) -> Result<ChatReply, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        self.finish()
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.reading.poll_item(context)
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChatStream").field(&self.reading).finish()
    }
}

/// The text of a chat as it is written: what [`ChatStream::text`] gives.
///
/// It ends as the stream does: with an error where the answer is not whole, and only else without one.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
/// let mut text = ai.chat("gpt-4o-mini").user("Count to three.").stream().await?.text();
/// while let Some(piece) = text.next().await {
///     print!("{}", piece?);
/// }
/// println!("\n{:?}", text.finish()?.usage());
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "dropping it ends a call that is paid for"]
pub struct TextStream(ChatStream);

impl TextStream {
    /// The next piece, which is never empty; `None` after the last one.
    ///
    /// # Errors
    /// As [`ChatStream::next`].
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// What is known about the call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.0.meta()
    }

    /// The whole answer, once the text has ended.
    ///
    /// # Errors
    /// As [`ChatStream::finish`].
    pub fn finish(self) -> Result<ChatReply, Error> {
        self.0.finish()
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.0.reading.poll_item(context)) {
                Some(Ok(ChatEvent::Text { choice: 0, text })) => return Poll::Ready(Some(Ok(text))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
