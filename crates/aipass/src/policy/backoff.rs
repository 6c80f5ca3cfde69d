//! How long to wait before a call is sent again.

use aipass_auth::BoxFuture;
use rand::Rng;
use std::{fmt, time::Duration};

/// The waiting before a retry. A test of yours may bring one that records instead of waiting.
///
/// ```
/// use aipass::{BoxFuture, policy::Sleeper};
/// use std::{sync::Mutex, time::Duration};
///
/// #[derive(Debug, Default)]
/// struct Recorded(Mutex<Vec<Duration>>);
///
/// impl Sleeper for Recorded {
///     fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
///         self.0.lock().unwrap().push(pause);
///         Box::pin(async {})
///     }
/// }
/// # drop(aipass::Client::builder().sleeper(Recorded::default()));
/// ```
pub trait Sleeper: Send + Sync + fmt::Debug + 'static {
    /// Ends after that time.
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()>;
}

#[derive(Debug)]
pub(crate) struct TokioSleeper;

impl Sleeper for TokioSleeper {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(pause))
    }
}

/// The pause before a retry where the server asks for none: it doubles each time up to a limit, and a random part of it
/// is waited ("full jitter"), so that clients that failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The longest first pause. 0.5 seconds.
    pub first: Duration,
    /// The longest pause of all. 8 seconds.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            most: Duration::from_secs(8),
        }
    }
}

impl Backoff {
    /// The longest pause before that retry, counted from 0.
    #[must_use]
    pub fn longest(&self, retry: u32) -> Duration {
        2u32.checked_pow(retry)
            .and_then(|factor| self.first.checked_mul(factor))
            .map_or(self.most, |pause| pause.min(self.most))
    }

    pub(crate) fn pause(&self, retry: u32) -> Duration {
        self.longest(retry).mul_f64(rand::thread_rng().r#gen::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_its_limit() {
        let backoff = Backoff::default();
        let longest = [0, 1, 2, 3, 4, 5, u32::MAX].map(|retry| backoff.longest(retry).as_millis());
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert!((0..100).all(|_| backoff.pause(1) <= Duration::from_secs(1)));
        assert!(
            (0..100).any(|_| backoff.pause(1) != backoff.pause(1)),
            "not all at one moment"
        );
    }
}
