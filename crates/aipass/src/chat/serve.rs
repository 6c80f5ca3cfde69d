//! A streamed chat, served again as server-sent events: from a backend to its browser.

use super::{ChatEvent, ChatReply, ChatStream};
use crate::{error::Error, meta::Meta};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use serde_json::json;
use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep};

/// Below the time after which proxies close a silent connection: 60 s at nginx and AWS, 30 s at some others.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What is ready is put together up to here, so that a fast stream does not become a write for each word.
const PIECE: usize = 16 * 1024;

impl ChatStream {
    /// Serves the stream again, as `text/event-stream`: the body of an answer to a browser.
    ///
    /// Chunks pass as they came, in OpenAI's form and with the members that only the provider knows; then `[DONE]`. A stream
    /// that breaks ends with `event: error` instead, whose data is `{"error":{"message","type","code"}}`: what the browser got
    /// is then no whole answer. Nothing runs in the background: a slow browser slows the model down, and one that leaves ends
    /// the call (which is paid all the same). While the model is silent, a comment is sent every 15 s.
    ///
    /// With axum (the example `serve_chat` is a whole program):
    ///
    /// ```
    /// use aipass::SseBody;
    /// use axum::{body::Body, extract::State, http::StatusCode, response::IntoResponse};
    ///
    /// async fn chat(State(ai): State<aipass::Client>, prompt: String) -> Result<impl IntoResponse, StatusCode> {
    ///     let chat = ai.chat("gpt-4o-mini").user(prompt);
    ///     let stream = chat.stream().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    ///     Ok((SseBody::HEADERS, Body::from_stream(stream.to_sse())))
    /// }
    /// # axum::Router::new().route("/chat", axum::routing::post(chat));
    /// ```
    ///
    /// What was read from the stream before stands at the beginning, as one chunk.
    pub fn to_sse(self) -> SseBody {
        let (read, stream) = self.raw().forget_read();
        SseBody {
            read: read.as_ref().map(chunk_of),
            stream,
            ended: false,
            keep_alive: Some(KEEP_ALIVE),
            timer: None,
        }
    }
}

/// The body of an answer that serves a chat again: what [`ChatStream::to_sse`] gives.
#[derive(Debug)]
#[must_use = "dropping it ends a call that is paid for"]
pub struct SseBody {
    /// The chunk that stands for what was read before.
    read: Option<Unseen>,
    stream: ChatStream,
    /// Its end, or its error, was served.
    ended: bool,
    keep_alive: Option<Duration>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl SseBody {
    /// The headers of the answer: its type, and that neither a cache nor nginx may hold it back.
    pub const HEADERS: [(&'static str, &'static str); 3] = [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-cache"),
        ("x-accel-buffering", "no"),
    ];

    /// How long nothing is sent before a comment is, so that no proxy takes the connection for dead; never, with `None`.
    pub fn keep_alive(mut self, every: Option<Duration>) -> Self {
        self.keep_alive = every.filter(|every| !every.is_zero());
        self.timer = None;
        self
    }

    /// What is known about the call: model and price, where the server tells them, at its end.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// Writes what is ready; true when that is all for now.
    fn write(&mut self, out: &mut BytesMut, context: &mut Context<'_>) -> bool {
        while !self.ended && out.len() < PIECE {
            match Pin::new(&mut self.stream).poll_next(context) {
                Poll::Ready(Some(Ok(ChatEvent::Chunk(chunk)))) => event(out, chunk.json()),
                Poll::Ready(Some(Ok(_))) => continue,
                Poll::Ready(Some(Err(error))) => {
                    out.extend_from_slice(b"event: error\n");
                    event(out, &told(&error));
                    self.ended = true;
                }
                Poll::Ready(None) => {
                    event(out, "[DONE]");
                    self.ended = true;
                }
                Poll::Pending => return true,
            }
        }
        false
    }

    /// Ready when it is time for a sign of life.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let due = self
            .keep_alive
            .and_then(|every| Instant::now().checked_add(every));
        let Some(due) = due else {
            return Poll::Pending;
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        let over = timer.as_mut().poll(context);
        if over.is_ready() {
            self.timer = None;
        }
        over
    }
}

impl Stream for SseBody {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut out = BytesMut::new();
        if let Some(Unseen(read)) = self.read.take() {
            event(&mut out, &read);
        }
        let waits = self.write(&mut out, context);
        if !out.is_empty() {
            self.timer = None;
            return Poll::Ready(Some(Ok(out.freeze())));
        }
        if !waits {
            return Poll::Ready(None);
        }
        self.poll_silence(context)
            .map(|()| Some(Ok(Bytes::from_static(b": keep-alive\n\n"))))
    }
}

struct Unseen(String);

// It holds what a model wrote.
impl fmt::Debug for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// A reply so far as one chunk.
fn chunk_of(reply: &ChatReply) -> Unseen {
    let choices = reply.choices().iter().map(|choice| {
        json!({"index": choice.index, "delta": choice.message(), "finish_reason": choice.finish_reason})
    });
    let choices: Vec<_> = choices.collect();
    Unseen(
        json!({
            "id": reply.id(),
            "object": "chat.completion.chunk",
            "model": reply.model(),
            "choices": choices,
            "usage": reply.usage(),
        })
        .to_string(),
    )
}

fn event(out: &mut BytesMut, data: &str) {
    for line in data.split('\n') {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\n");
    }
    out.extend_from_slice(b"\n");
}

/// An error as a browser may see it, in the form that an OpenAI client knows.
fn told(error: &Error) -> String {
    json!({
        "error": {
            "message": error.to_string(),
            "type": error.kind_name(),
            "code": error.code(),
        }
    })
    .to_string()
}
