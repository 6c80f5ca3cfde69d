//! The limit on silence in a body that is handed on unread: a stream, a download.

use bytes::Bytes;
use futures_core::Stream;
use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep};

/// A body said nothing for longer than [`CallOptions::idle`](crate::CallOptions::idle) allows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SilentBody;

impl SilentBody {
    /// Whether that error, or one behind it, is a body that fell silent.
    #[must_use]
    pub fn is_in(error: &(dyn StdError + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if error.is::<Self>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}

impl fmt::Display for SilentBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer stopped coming")
    }
}

impl StdError for SilentBody {}

/// The same response, whose body fails with [`SilentBody`] instead of staying silent for ever.
pub(crate) fn limit_silence(response: reqwest::Response, idle: Option<Duration>) -> reqwest::Response {
    // The clock may not reach that far: then there is no limit.
    let Some(idle) = idle.filter(|idle| Instant::now().checked_add(*idle).is_some()) else {
        return response;
    };
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.headers_mut() = response.headers().clone();
    let body = Limited {
        bytes: Box::pin(response.bytes_stream()),
        idle,
        timer: None,
    };
    head.map(|()| reqwest::Body::wrap_stream(body)).into()
}

struct Limited {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>,
    idle: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stream for Limited {
    type Item = Result<Bytes, Box<dyn StdError + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(item) = self.bytes.as_mut().poll_next(context) {
            self.timer = None;
            return Poll::Ready(item.map(|item| item.map_err(|error| error.without_url().into())));
        }
        let idle = self.idle;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Some(Err(Box::new(SilentBody))))
    }
}
