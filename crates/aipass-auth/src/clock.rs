//! Time, as something that a test can hold in its hands.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use crate::store::BoxFuture;
use crate::tokens::unix_seconds;

/// One moment on both clocks. The wall clock can be set back, and the monotonic one stops while a machine
/// sleeps, so a token is over as soon as either of them says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Seconds since 1970.
    pub(crate) wall: u64,
    pub(crate) monotonic: Instant,
}

pub(crate) trait Clock: fmt::Debug + Send + Sync + 'static {
    fn now(&self) -> Moment;
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()>;
}

#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            wall: unix_seconds(SystemTime::now()),
            monotonic: Instant::now(),
        }
    }

    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(pause))
    }
}

#[cfg(test)]
pub(crate) mod manual {
    //! A clock that stands still until it is moved, and that remembers what was slept.

    use std::sync::Mutex;

    use super::*;

    #[derive(Debug)]
    pub(crate) struct ManualClock(Mutex<(Moment, Vec<Duration>)>);

    impl ManualClock {
        pub(crate) fn new() -> Self {
            Self(Mutex::new((SystemClock.now(), Vec::new())))
        }

        pub(crate) fn advance(&self, by: Duration) {
            let mut inner = self.0.lock().unwrap();
            inner.0.wall += by.as_secs();
            inner.0.monotonic += by;
        }

        pub(crate) fn set_wall_back(&self, by: Duration) {
            self.0.lock().unwrap().0.wall -= by.as_secs();
        }

        pub(crate) fn slept(&self) -> Vec<Duration> {
            self.0.lock().unwrap().1.clone()
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> Moment {
            self.0.lock().unwrap().0
        }

        fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
            self.0.lock().unwrap().1.push(pause);
            self.advance(pause);
            Box::pin(async {})
        }
    }
}
