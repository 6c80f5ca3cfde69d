//! The bytes of an answer, under the limit on their silence.

use crate::error::StreamFault;
use aipass_api::Silence;
use bytes::Bytes;
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// The body of an answer. It owns the connection, and gives it up with the last byte and with the first fault.
pub(super) struct Body {
    response: Option<reqwest::Response>,
    silence: Silence,
}

impl Body {
    pub(super) fn new(
        response: reqwest::Response,
        idle: Option<Duration>,
        between_events: Option<Duration>,
    ) -> Self {
        Self {
            response: Some(response),
            silence: Silence::new(idle, between_events),
        }
    }

    /// An event that holds data came.
    pub(super) fn broken_by_event(&mut self) {
        self.silence.broken_by_event();
    }

    /// The next bytes; `None` when they are at their end.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, StreamFault>> {
        let Some(response) = &mut self.response else {
            return Poll::Ready(Ok(None));
        };
        // Nothing is lost with this future: it keeps nothing between two looks.
        let read = match pin!(response.chunk()).poll(context) {
            Poll::Ready(read) => {
                self.silence.broken();
                read.map_err(|error| StreamFault::Incomplete(Some(error.without_url().into())))
            }
            Poll::Pending => {
                ready!(self.silence.poll_over(context));
                Err(StreamFault::Timeout)
            }
        };
        // A body that has ended is not asked again, and neither is one that broke off.
        if !matches!(read, Ok(Some(_))) {
            self.response = None;
        }
        Poll::Ready(read)
    }

    /// What is left of it, where it has not ended: nothing more is read here.
    pub(super) fn take(&mut self) -> Option<reqwest::Response> {
        self.response.take()
    }
}
