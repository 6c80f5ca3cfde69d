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
        due: None,
        timer: None,
    };
    head.map(|()| reqwest::Body::wrap_stream(body)).into()
}

struct Limited {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>,
    idle: Duration,
    /// When the time is over; it begins with the first wait after bytes.
    due: Option<Instant>,
    /// Kept from wait to wait, and set anew only when it goes off too early: bytes come far more often than it does.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Limited {
    /// Ready when the time is over.
    fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // The clock may not reach that far: then there is no limit.
        let Some(due) = self.due.or_else(|| Instant::now().checked_add(self.idle)) else {
            return Poll::Pending;
        };
        self.due = Some(due);
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= due {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
    }
}

impl Stream for Limited {
    type Item = Result<Bytes, Box<dyn StdError + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(item) = self.bytes.as_mut().poll_next(context) {
            self.due = None;
            return Poll::Ready(item.map(|item| item.map_err(|error| error.without_url().into())));
        }
        ready!(self.poll_over(context));
        Poll::Ready(Some(Err(Box::new(SilentBody))))
    }
}
