//! A body of bytes as it comes: sound, a file, an answer to a request of one's own.

use super::body::Body;
use crate::{
    call::Call,
    error::{Error, StreamFault},
    meta::Meta,
};
use aipass_api::{
    CallContext,
    operation::{Operation, ResponseKind},
};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::StatusCode;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// The body of an answer, piece by piece.
///
/// It owns the connection: reading slowly slows the server, dropping it aborts the call. A body that breaks off is an error and
/// never a short body, but for one that has no length and ends with its connection, or over HTTP/2 with a reset that says that
/// nothing is wrong: nobody can tell then.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use tokio::{fs, io::AsyncWriteExt as _};
///
/// let mut sound = ai.speech("tts-1", "Hello!").stream().await?;
/// // The name is given to a whole file only.
/// let mut file = fs::File::create("hello.mp3.part").await?;
/// while let Some(piece) = sound.next().await {
///     file.write_all(&piece?).await?;
/// }
/// file.sync_all().await?;
/// fs::rename("hello.mp3.part", "hello.mp3").await?;
/// # Ok(()) }
/// ```
#[must_use = "dropping it ends a call that is paid for"]
pub struct ByteStream {
    body: Body,
    meta: Meta,
    operation: &'static Operation,
    context: Arc<CallContext>,
    /// Anything came.
    any: bool,
    state: State,
    /// Whose video it is.
    video: Option<Box<str>>,
    /// Until the body has ended.
    call: Option<Call>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Whole,
    Broken,
}

impl ByteStream {
    pub(crate) fn new(response: reqwest::Response, mut call: Call) -> Self {
        Self {
            body: Body::new(response, call.context.options.idle, None),
            meta: call.begun(),
            operation: call.operation,
            context: call.context.clone(),
            any: false,
            state: State::Open,
            video: None,
            call: Some(call),
        }
    }

    /// It is the video of that job: then no text is taken for it, and errors name the job.
    pub(crate) fn of_video(mut self, id: &str) -> Self {
        self.video = Some(id.into());
        self
    }

    /// What is known about the call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The next piece; `None` after the last one, or after an error.
    ///
    /// # Errors
    /// [`Error::is_incomplete`] where the body breaks off, [`Error::is_timeout`] where it falls silent, [`Error::is_decode`] where
    /// a sound or a file is empty. It is the last item: `None` after it is no end of a whole body.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| self.poll_piece(context)).await
    }

    /// The whole body, up to 64 MiB or what [`max_body`](crate::RequestOptions::max_body) says.
    ///
    /// # Errors
    /// As [`next`](Self::next); a larger body is [no answer](Error::is_decode).
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if whole.len() + piece.len() > self.context.options.max_body {
                return Err(self.fail(StreamFault::TooLarge));
            }
            whole.extend_from_slice(&piece);
        }
        self.check_whole().map(|()| whole.freeze())
    }

    /// Whether it was read to its end, and the end is that of a whole body: what tells the last `None` of
    /// [`next`](Self::next) from the one after an error.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.state == State::Whole
    }

    /// An error where the body has broken off, also after that was told: what is there is no whole.
    pub(crate) fn check_whole(&mut self) -> Result<(), Error> {
        if self.state == State::Broken {
            return Err(self.fail(StreamFault::Incomplete(None)));
        }
        Ok(())
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.state != State::Open {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.body.poll(context)) {
            // No video and no picture of one begins as a page or as JSON does, whatever the server calls it.
            Ok(Some(bytes))
                if !self.any
                    && self.video.is_some()
                    && self.context.status() != Some(StatusCode::PARTIAL_CONTENT)
                    && matches!(bytes.trim_ascii_start(), [b'<' | b'{', ..]) =>
            {
                Some(Err(self.fail(StreamFault::NotAnAnswer(bytes))))
            }
            Ok(Some(bytes)) => {
                self.any |= !bytes.is_empty();
                Some(Ok(bytes))
            }
            // No sound is no answer; what a request of one's own promises is not known.
            Ok(None) if !self.any && self.operation.response == ResponseKind::Bytes => {
                Some(Err(self.fail(StreamFault::NotAnAnswer(Bytes::new()))))
            }
            Ok(None) => {
                self.state = State::Whole;
                if let Some(call) = self.call.take() {
                    call.settle(&self.meta, None);
                }
                None
            }
            Err(fault) => Some(Err(self.fail(fault))),
        })
    }

    fn fail(&mut self, fault: StreamFault) -> Error {
        self.state = State::Broken;
        let headers = &self.meta.headers;
        let mut error = Error::stream(self.operation, &self.context, headers, fault, false, None);
        if let Some(id) = &self.video {
            error = error.of_job(id);
        }
        match self.call.take() {
            Some(call) => call.failed(error),
            None => error,
        }
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_piece(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream")
            .field("operation", &self.operation.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
