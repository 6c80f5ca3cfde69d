//! How long an attempt may take until the head of its answer comes: counted from the end of the request, since a large
//! one may be long on its way, and is read while it is sent.

use aipass_api::{CallOptions, TimeoutPhase, TransportError};
use bytes::Bytes;
use futures_util::future::Either;
use hyper::body::{Body, Frame, SizeHint};
use reqwest::{Request, Response};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, timeout, timeout_at};

/// A body up to this size is gone with its head, and is not watched.
const AT_ONCE: usize = 64 * 1024;

/// The pieces in which a larger one is sent.
const PIECE: usize = 64 * 1024;

pub(super) fn send(
    http: &reqwest::Client,
    mut request: Request,
    options: &CallOptions,
) -> impl Future<Output = Result<Response, TransportError>> + Send {
    let is_small = |body: &reqwest::Body| body.as_bytes().is_some_and(|bytes| bytes.len() <= AT_ONCE);
    let Some(body) = request.body_mut().take_if(|body| !is_small(body)) else {
        let sending = http.execute(request);
        return Either::Left(within(options.first_byte, async { Ok(sending.await?) }));
    };
    // It is rare, and its room would be kept in every call.
    Either::Right(Box::pin(send_watched(http, request, body, options)))
}

async fn send_watched(
    http: &reqwest::Client,
    mut request: Request,
    body: reqwest::Body,
    options: &CallOptions,
) -> Result<Response, TransportError> {
    let progress = Arc::new(Mutex::new(Progress {
        at: Instant::now(),
        done: false,
    }));
    *request.body_mut() = Some(reqwest::Body::wrap(Watched {
        body,
        rest: Bytes::new(),
        progress: progress.clone(),
    }));
    let mut sending = Box::pin(http.execute(request));
    loop {
        // Without a limit on the sending itself, it is looked at from time to time whether it has come to its end.
        let look = options
            .first_byte
            .and_then(|limit| Instant::now().checked_add(limit));
        let Some(until) = end(&progress, options).or(look) else {
            return Ok(sending.await?);
        };
        match timeout_at(until, &mut sending).await {
            Ok(response) => return Ok(response?),
            Err(_) if end(&progress, options).is_some_and(|end| end <= until) => {
                return Err(TransportError::Timeout(TimeoutPhase::FirstByte));
            }
            // Meanwhile more was sent, or the last of it.
            Err(_) => {}
        }
    }
}

/// The answer, if its head comes in that time.
pub(super) async fn within(
    limit: Option<Duration>,
    answer: impl Future<Output = Result<Response, TransportError>>,
) -> Result<Response, TransportError> {
    match limit {
        None => answer.await,
        Some(limit) => timeout(limit, answer)
            .await
            .unwrap_or(Err(TransportError::Timeout(TimeoutPhase::FirstByte))),
    }
}

/// When the waiting is over, as things stand; `None` for never.
fn end(progress: &Mutex<Progress>, options: &CallOptions) -> Option<Instant> {
    let Progress { at, done } = *progress.lock().unwrap_or_else(PoisonError::into_inner);
    let limit: Option<Duration> = if done { options.first_byte } else { options.idle };
    at.checked_add(limit?)
}

#[derive(Clone, Copy)]
struct Progress {
    /// When the last piece was taken.
    at: Instant,
    done: bool,
}

/// A body that tells how far it is.
struct Watched {
    body: reqwest::Body,
    /// What of its last frame is to be sent yet: one that is in memory comes in one frame.
    rest: Bytes,
    progress: Arc<Mutex<Progress>>,
}

impl Watched {
    fn tell(&self, done: bool) {
        let progress = Progress {
            at: Instant::now(),
            done,
        };
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context)).transpose()?;
            match frame.map(Frame::into_data) {
                None => {
                    self.tell(true);
                    return Poll::Ready(None);
                }
                Some(Ok(data)) => self.rest = data,
                Some(Err(trailers)) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        // A body of known length is not asked for its end.
        self.tell(self.is_end_stream() || self.size_hint().exact() == Some(0));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
