//! What is left of a stream whose answer is whole: its last bytes, which are still on their way.
//!
//! A connection can be used again only when its body has ended, and is closed with a body that is dropped before. Servers send
//! the end of the body some milliseconds after the end of the answer. No call waits for it, and no task of ours: the body is
//! kept for a moment, and the task of its connection reads on.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    pin::pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

/// A connection whose body has not ended by then is closed at the next occasion.
const LONGEST: Duration = Duration::from_secs(1);

/// As many at once; beyond it, the oldest is closed.
const MOST: usize = 64;

/// The bodies that are waited for.
#[derive(Default)]
pub(crate) struct Endings(Mutex<VecDeque<(Instant, reqwest::Response)>>);

impl Endings {
    /// Keeps a body until it ends, or for a moment.
    pub(crate) fn keep(&self, mut response: reqwest::Response) {
        // The connection reads on only where somebody has asked.
        let mut context = Context::from_waker(Waker::noop());
        if !matches!(pin!(response.chunk()).poll(&mut context), Poll::Pending) {
            return;
        }
        let now = Instant::now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        close_old(&mut kept, now);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back((now, response));
    }

    /// Closes what has taken too long.
    pub(crate) fn tidy(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_empty() {
            close_old(&mut kept, Instant::now());
        }
    }
}

fn close_old(kept: &mut VecDeque<(Instant, reqwest::Response)>, now: Instant) {
    while kept
        .front()
        .is_some_and(|(since, _)| now.saturating_duration_since(*since) > LONGEST)
    {
        kept.pop_front();
    }
}

impl fmt::Debug for Endings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endings").finish_non_exhaustive()
    }
}
