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

/// A timer wakes whoever waits for it long before that.
const ABSENCE: Duration = Duration::from_millis(50);

/// How long a reader that comes back may look for what was sent meanwhile.
const RETURN: Duration = Duration::from_secs(1);

/// So often in a row, with nothing to read in between: a machine that is always late must not wait for ever.
const RETURNS: u8 = 8;

/// The limits on silence in one body: between two pieces of it, and between two events that hold data.
#[doc(hidden)]
#[derive(Debug)]
pub struct Silence {
    pieces: Limit,
    events: Limit,
    /// Kept from wait to wait, and set anew only when it goes off too early: pieces come far more often than it does.
    timer: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
struct Limit {
    time: Option<Duration>,
    /// When the time is over; it begins with the first wait after a piece, so that a slow reader is not to blame.
    due: Option<Instant>,
    returns: u8,
}

impl Silence {
    /// No limit where there is none, or where the clock does not reach that far.
    pub fn new(pieces: Option<Duration>, events: Option<Duration>) -> Self {
        let limit = |time| Limit {
            time,
            due: None,
            returns: 0,
        };
        Self {
            pieces: limit(pieces),
            events: limit(events),
            timer: None,
        }
    }

    /// A piece came.
    pub fn broken(&mut self) {
        self.pieces.end();
    }

    /// An event that holds data came.
    pub fn broken_by_event(&mut self) {
        self.events.end();
    }

    /// Ready when the time of one limit is over.
    pub fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.pieces.is_to_begin() || self.events.is_to_begin() {
            let now = Instant::now();
            self.pieces.begin(now);
            self.events.begin(now);
        }
        let Some(mut due) = self.due() else {
            return Poll::Pending;
        };
        let mut timer = match self.timer.take() {
            Some(timer) => timer,
            None => Box::pin(tokio::time::sleep_until(due)),
        };
        let over = loop {
            if timer.as_mut().poll(context).is_pending() {
                break Poll::Pending;
            }
            if timer.deadline() < due {
                timer.as_mut().reset(due);
                continue;
            }
            let now = Instant::now();
            if self.pieces.is_over(now) || self.events.is_over(now) {
                break Poll::Ready(());
            }
            due = self.due().unwrap_or(due);
        };
        self.timer = Some(timer);
        over
    }

    fn due(&self) -> Option<Instant> {
        match (self.pieces.due, self.events.due) {
            (Some(pieces), Some(events)) => Some(pieces.min(events)),
            (one, other) => one.or(other),
        }
    }
}

impl Limit {
    fn is_to_begin(&self) -> bool {
        self.time.is_some() && self.due.is_none()
    }

    fn begin(&mut self, now: Instant) {
        if self.due.is_none() {
            self.due = self.time.and_then(|time| now.checked_add(time));
        }
    }

    fn end(&mut self) {
        self.due = None;
        self.returns = 0;
    }

    fn is_over(&mut self, now: Instant) -> bool {
        let (Some(time), Some(due)) = (self.time, self.due) else {
            return false;
        };
        if now < due {
            return false;
        }
        if now.duration_since(due) < ABSENCE || self.returns == RETURNS {
            return true;
        }
        // The reader was away when the time was over, and what was sent meanwhile has yet to be read.
        self.returns += 1;
        self.due = Some(now + time.min(RETURN));
        false
    }
}

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
        silence: Silence::new(Some(idle), None),
    };
    head.map(|()| reqwest::Body::wrap_stream(body)).into()
}

struct Limited {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>,
    silence: Silence,
}

impl Stream for Limited {
    type Item = Result<Bytes, Box<dyn StdError + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(item) = self.bytes.as_mut().poll_next(context) {
            self.silence.broken();
            return Poll::Ready(item.map(|item| item.map_err(|error| error.without_url().into())));
        }
        ready!(self.silence.poll_over(context));
        Poll::Ready(Some(Err(Box::new(SilentBody))))
    }
}
