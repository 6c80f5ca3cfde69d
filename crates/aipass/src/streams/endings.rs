//! What is left of a stream whose answer is whole: its last bytes, which are still on their way.
//!
//! A connection can be used again only when its body has ended, and is closed with a body that is dropped before. Servers send
//! the end of the body some milliseconds after the end of the answer, and perhaps something before it: a comment, a `[DONE]`
//! after the last event, the end of a compressed body. The call does not wait for it, and no task of ours. The body is kept for
//! a moment, and the task of its connection reads on: it calls a waker where something came, and the waker reads it.
//!
//! The next call waits for it, for some milliseconds at most: a connection that is there saves the handshakes of another one.

use super::body::Rest;
use aipass_auth::BoxFuture;
use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};
use tokio::{sync::Notify, task::yield_now, time::timeout};

/// A connection whose body has not ended by then is closed at the next occasion.
const LONGEST: Duration = Duration::from_secs(1);

/// How long after the answer the next call still waits for the connection: servers that are late are so by a few milliseconds,
/// and another connection takes longer, but for a server on the same machine.
const SOON: Duration = Duration::from_millis(10);

/// A body that goes on for more bytes than this is closed.
const LARGEST: usize = 4096;

/// As many at once; beyond it, the oldest is closed.
const MOST: usize = 64;

/// The bodies that are waited for. They are closed with it.
#[derive(Default)]
pub(crate) struct Endings(Mutex<VecDeque<Arc<Ending>>>);

impl Endings {
    /// Keeps a body until it ends, or for a moment.
    pub(super) fn keep(&self, rest: Rest) {
        let ending = Arc::new(Ending::new(rest));
        Ending::read(&ending);
        if ending.is_over() {
            return;
        }
        let mut kept = locked(&self.0);
        tidy(&mut kept);
        if kept.len() == MOST {
            kept.retain(|ending| !ending.is_over());
        }
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back(ending);
    }

    /// What waits for a body that has just been kept, if there is one that no other call waits for. It is rare, and its room
    /// would be kept in every call.
    pub(crate) fn next(&self) -> Option<BoxFuture<'static, ()>> {
        let ending = self.claim()?;
        Some(Box::pin(async move {
            let over = ending.ended.notified();
            if !ending.is_over() {
                // A body that takes longer is not waited for.
                let _ = timeout(SOON.saturating_sub(ending.since.elapsed()), over).await;
            }
            // The pool hears of it in a task of its own.
            yield_now().await;
        }))
    }

    fn claim(&self) -> Option<Arc<Ending>> {
        let kept = locked(&self.0);
        if kept.is_empty() {
            return None;
        }
        let now = Instant::now();
        let newest_first = kept.iter().rev();
        let mut recent = newest_first.take_while(|ending| now.duration_since(ending.since) < SOON);
        recent.find(|ending| ending.claim()).cloned()
    }

    /// Closes what has taken too long.
    pub(crate) fn tidy(&self) {
        tidy(&mut locked(&self.0));
    }
}

/// Closes what has taken too long, and forgets what is over where that takes no search: of streams one after the other, all of it.
fn tidy(kept: &mut VecDeque<Arc<Ending>>) {
    while kept.back().is_some_and(|ending| ending.is_over()) {
        kept.pop_back();
    }
    while kept
        .front()
        .is_some_and(|ending| ending.is_over() || ending.is_late())
    {
        kept.pop_front();
    }
}

/// One body.
struct Ending {
    since: Instant,
    state: Mutex<State>,
    /// Told when it is over.
    ended: Notify,
    /// Nobody waits for it, or nobody else.
    claimed: AtomicBool,
}

struct State {
    /// It is not here while it is read.
    rest: Option<Left>,
    /// There may be more to read.
    woken: bool,
    over: bool,
}

struct Left {
    body: Rest,
    /// How much more is read of it.
    room: usize,
}

impl Ending {
    fn new(body: Rest) -> Self {
        // On HTTP/2 the connection is there all the time.
        let claimed = body.is_http2.into();
        let rest = Left { body, room: LARGEST };
        Self {
            since: Instant::now(),
            ended: Notify::new(),
            claimed,
            state: Mutex::new(State {
                rest: Some(rest),
                woken: false,
                over: false,
            }),
        }
    }

    /// Whether it is for the caller to wait for it.
    fn claim(&self) -> bool {
        !self.is_over() && !self.claimed.swap(true, Ordering::Relaxed)
    }

    fn is_late(&self) -> bool {
        self.since.elapsed() > LONGEST
    }

    fn is_over(&self) -> bool {
        locked(&self.state).over
    }

    /// Reads what is there, as often as it is called meanwhile; whoever finds it being read leaves it to the one who reads.
    fn read(this: &Arc<Self>) {
        let mut state = locked(&this.state);
        state.woken = true;
        while state.woken
            && let Some(rest) = state.rest.take()
        {
            state.woken = false;
            drop(state);
            let rest = if this.is_late() {
                None
            } else {
                let waker = this.waker(&rest);
                rest.read(&waker)
            };
            state = locked(&this.state);
            state.over = rest.is_none();
            state.rest = rest;
            if state.over {
                this.ended.notify_waiters();
            }
        }
    }

    fn waker(self: &Arc<Self>, rest: &Left) -> Waker {
        // A connection of HTTP/1 holds no lock when it calls its wakers, and no timer of a client of ours is in the body, so
        // that reading needs no runtime. A connection of HTTP/2 calls its wakers under its own lock, and none of them may read.
        // It does not need it either: what is left of one of its streams holds up no other.
        if rest.body.is_http2 {
            Waker::noop().clone()
        } else {
            Arc::new(Reads(Arc::downgrade(self))).into()
        }
    }
}

impl Left {
    /// What is left of it after that, if anything is.
    fn read(mut self, waker: &Waker) -> Option<Self> {
        let mut context = Context::from_waker(waker);
        loop {
            match self.body.poll(&mut context) {
                Poll::Pending => return Some(self),
                Poll::Ready(Ok(Some(bytes))) => self.room = self.room.checked_sub(bytes.len().max(1))?,
                Poll::Ready(Ok(None) | Err(_)) => return None,
            }
        }
    }
}

/// The waker of a body. The body holds it, so it must not hold the body.
struct Reads(Weak<Ending>);

impl Wake for Reads {
    fn wake(self: Arc<Self>) {
        if let Some(ending) = self.0.upgrade() {
            Ending::read(&ending);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Endings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endings").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures_util::stream;
    use std::convert::Infallible;
    use tokio::sync::oneshot;

    /// A body that ends when it is told.
    fn body() -> (oneshot::Sender<()>, Rest) {
        let (end, ended) = oneshot::channel::<()>();
        let nothing = stream::once(async {
            ended.await.ok();
            Ok::<_, Infallible>(Bytes::new())
        });
        let response = http::Response::new(reqwest::Body::wrap_stream(nothing));
        (end, reqwest::Response::from(response).into())
    }

    #[test]
    fn what_is_over_is_forgotten_with_the_next_call() {
        let endings = Endings::default();
        let kept = || locked(&endings.0).len();
        let (first, rest) = body();
        endings.keep(rest);
        let (second, rest) = body();
        endings.keep(rest);
        endings.tidy();
        assert_eq!(kept(), 2);

        second.send(()).unwrap();
        endings.tidy();
        assert_eq!(kept(), 1);
        let (third, rest) = body();
        endings.keep(rest);
        first.send(()).unwrap();
        endings.tidy();
        assert_eq!(kept(), 1);
        drop(third);
        endings.tidy();
        assert_eq!(kept(), 0);
    }
}
