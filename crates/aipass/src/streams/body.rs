//! The bytes of an answer, under the limit on their silence.

use crate::error::StreamFault;
use aipass_api::Silence;
use bytes::Bytes;
use hyper::body::Body as _;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// The body of an answer. It owns the connection, and gives it up with the last byte and with the first fault.
pub(super) struct Body {
    rest: Option<Rest>,
    /// Anything came.
    begun: bool,
    silence: Silence,
}

/// What is left of a body. The rest of the answer is gone: it would lie about for as long as the stream is open.
pub(super) struct Rest {
    body: reqwest::Body,
    pub(super) is_http2: bool,
}

impl Rest {
    /// The next bytes; `None` when they are at their end.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, reqwest::Error>> {
        loop {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context)).transpose()?;
            // What is no data is of no use to us: it is what HTTP calls trailers.
            match frame.map(hyper::body::Frame::into_data) {
                None => return Poll::Ready(Ok(None)),
                Some(Ok(data)) => return Poll::Ready(Ok(Some(data))),
                Some(Err(_)) => {}
            }
        }
    }

    /// Whether a length was told that is not reached. Of HTTP/2, a reset without an error passes for the end of a body.
    fn is_short(&self) -> bool {
        self.body.size_hint().exact().is_some_and(|left| left > 0)
    }
}

impl From<reqwest::Response> for Rest {
    fn from(response: reqwest::Response) -> Self {
        Self {
            is_http2: response.version() >= http::Version::HTTP_2,
            body: response.into(),
        }
    }
}

impl Body {
    pub(super) fn new(
        response: reqwest::Response,
        idle: Option<Duration>,
        between_events: Option<Duration>,
    ) -> Self {
        Self {
            rest: Some(response.into()),
            begun: false,
            silence: Silence::new(idle, between_events),
        }
    }

    /// An event that holds data came.
    pub(super) fn broken_by_event(&mut self) {
        self.silence.broken_by_event();
    }

    /// The next bytes; `None` when they are at their end.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, StreamFault>> {
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(Ok(None));
        };
        let read = match rest.poll(context) {
            Poll::Ready(read) => {
                self.silence.broken();
                match read {
                    // An answer to HEAD has a length and no body.
                    Ok(None) if self.begun && rest.is_short() => {
                        Err(StreamFault::Incomplete(Some("the length is not reached".into())))
                    }
                    read => read.map_err(|error| StreamFault::Incomplete(Some(error.without_url().into()))),
                }
            }
            Poll::Pending => {
                ready!(self.silence.poll_over(context));
                Err(StreamFault::Timeout)
            }
        };
        self.begun |= matches!(&read, Ok(Some(bytes)) if !bytes.is_empty());
        // A body that has ended is not asked again, and neither is one that broke off.
        if !matches!(read, Ok(Some(_))) {
            self.rest = None;
        }
        Poll::Ready(read)
    }

    /// What is left of it, where it has not ended: nothing more is read here.
    pub(super) fn take(&mut self) -> Option<Rest> {
        self.rest.take()
    }
}
