//! How long a token is good: fresh, still valid, or over.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use crate::clock::Moment;
use crate::error::AuthError;
use crate::secret::{AccessToken, Fingerprint, is_header_safe};
use crate::store_error::StoreError;
use crate::tokens::StoredTokens;

/// A token is renewed this long before it ends, so that it does not end on its way to the service. A short-lived
/// one is renewed when a tenth of its life is left.
const HARD_WINDOW: Duration = Duration::from_secs(60);

/// In the background a token is renewed this long before it ends, or when a quarter of its life is left.
const SOFT_WINDOW: Duration = Duration::from_secs(300);

/// Each token shortens its soft window by up to this share, so that tokens of one moment are not renewed at one
/// moment.
const SOFT_JITTER: f64 = 0.2;

/// A server that says "expires in 0 seconds" gets one renewal per this time, and not one per request.
const SHORTEST_LIFE: u64 = 10;

/// A wall clock this far behind the moment at which the token was obtained was set back: it tells nothing.
const CLOCK_TOLERANCE: u64 = 60;

/// The tokens in use, with the moment on the monotonic clock at which they end.
pub(crate) struct Live {
    pub(crate) tokens: StoredTokens,
    pub(crate) access: AccessToken,
    pub(crate) digest: Fingerprint,
    ends: Option<Instant>,
    soft_window: Duration,
}

impl Live {
    pub(crate) fn new(tokens: StoredTokens, now: Moment) -> Result<Self, AuthError> {
        if !is_header_safe(tokens.access_token.expose_secret()) {
            return Err(StoreError::Corrupt {
                path: None,
                line: 0,
                column: 0,
            }
            .into());
        }
        let left = wall_left(&tokens, now.wall).map(|left| left.min(lifetime(&tokens)));
        // A moment that the clock cannot express is further away than any process lives.
        let ends = left.and_then(|left| now.monotonic.checked_add(Duration::from_secs(left)));
        let access = AccessToken::new(tokens.access_token.clone())?.with_scopes(&tokens.scopes);
        let soft_window = SOFT_WINDOW.min(Duration::from_secs(lifetime(&tokens)) / 4);
        Ok(Self {
            access,
            digest: tokens.access_digest(),
            ends,
            soft_window: soft_window.mul_f64(1.0 - SOFT_JITTER * random_share()),
            tokens,
        })
    }

    /// Whether the token may be used without a second thought.
    pub(crate) fn is_fresh(&self, now: Moment) -> bool {
        let window = HARD_WINDOW.min(Duration::from_secs(lifetime(&self.tokens)) / 10);
        let clock_was_set_back = now.wall.saturating_add(CLOCK_TOLERANCE) < self.tokens.obtained_at;
        self.left(now) > window && !clock_was_set_back
    }

    /// Whether it is time to renew the token in the background. It is still handed out meanwhile.
    pub(crate) fn is_due(&self, now: Moment) -> bool {
        self.left(now) <= self.soft_window || !self.is_fresh(now)
    }

    /// Whether the token still works, as far as one can know.
    pub(crate) fn is_valid(&self, now: Moment) -> bool {
        !self.left(now).is_zero()
    }

    fn left(&self, now: Moment) -> Duration {
        let monotonic = self.ends.map_or(Duration::MAX, |ends| {
            ends.saturating_duration_since(now.monotonic)
        });
        let wall = wall_left(&self.tokens, now.wall).map_or(Duration::MAX, Duration::from_secs);
        monotonic.min(wall)
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tokens.fmt(f)
    }
}

/// Between nothing and the whole, evenly. It spreads load and keeps no secret.
pub(crate) fn random_share() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

/// Seconds from obtaining to expiry; the largest number when the server did not say.
fn lifetime(tokens: &StoredTokens) -> u64 {
    end(tokens).map_or(u64::MAX, |end| end.saturating_sub(tokens.obtained_at))
}

fn wall_left(tokens: &StoredTokens, wall: u64) -> Option<u64> {
    end(tokens).map(|end| end.saturating_sub(wall))
}

fn end(tokens: &StoredTokens) -> Option<u64> {
    tokens.expires_at.map(|at| {
        if at <= tokens.obtained_at {
            tokens.obtained_at.saturating_add(SHORTEST_LIFE)
        } else {
            at
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::AccountKey;

    const START: u64 = 1_700_000_000;

    fn live(lifetime: Option<u64>) -> (Live, Moment) {
        let key = AccountKey::new(&"https://aipass.one".parse().unwrap(), "c", "a");
        let mut tokens = StoredTokens::new(&key, "A");
        tokens.obtained_at = START;
        tokens.expires_at = lifetime.map(|seconds| START.saturating_add(seconds));
        let start = Moment {
            wall: START,
            monotonic: Instant::now(),
        };
        (Live::new(tokens, start).unwrap(), start)
    }

    fn at(start: Moment, wall: i64, monotonic: u64) -> Moment {
        Moment {
            wall: start.wall.checked_add_signed(wall).unwrap(),
            monotonic: start.monotonic + Duration::from_secs(monotonic),
        }
    }

    #[test]
    fn a_token_is_renewed_a_minute_or_a_tenth_of_its_life_early() {
        for (lifetime, seconds, fresh, valid) in [
            (3600, 3539, true, true),
            (3600, 3540, false, true),
            (3600, 3599, false, true),
            (3600, 3600, false, false),
            (100, 89, true, true),
            (100, 90, false, true),
            (1, 0, true, true),
            (1, 1, false, false),
        ] {
            let (live, start) = live(Some(lifetime));
            let now = at(start, seconds, seconds as u64);
            assert_eq!(
                (live.is_fresh(now), live.is_valid(now)),
                (fresh, valid),
                "{lifetime} {seconds}"
            );
        }
    }

    #[test]
    fn a_token_is_due_five_minutes_or_a_quarter_of_its_life_early_and_not_all_at_once() {
        for (lifetime, widest) in [(3600, 300), (400, 100), (40, 10)] {
            let mut narrower = 0;
            for _ in 0..50 {
                let (live, start) = live(Some(lifetime));
                let left = |left: i64| at(start, lifetime as i64 - left, lifetime - left as u64);
                assert!(!live.is_due(left(widest + 1)), "{lifetime}");
                assert!(live.is_due(left(widest * 8 / 10)), "{lifetime}");
                narrower += usize::from(!live.is_due(left(widest)));
            }
            assert!(
                narrower > 0,
                "every token of {lifetime} s is renewed at the same moment"
            );
        }
        let (unknown, start) = live(None);
        assert!(!unknown.is_due(at(start, 1_000_000_000, 1_000_000_000)));
    }

    #[test]
    fn either_clock_ends_a_token() {
        let (live, start) = live(Some(3600));
        assert!(!live.is_valid(at(start, 3600, 0)), "the machine slept");
        assert!(!live.is_valid(at(start, 0, 3600)), "the wall clock was set back");
        let back = at(start, -61, 10);
        assert!(
            !live.is_fresh(back) && live.is_valid(back),
            "a clock far behind tells nothing"
        );
        assert!(live.is_fresh(at(start, -60, 10)));
    }

    #[test]
    fn a_clock_that_is_behind_cannot_lengthen_a_life() {
        let (_, start) = live(Some(3600));
        let (live_tokens, _) = live(Some(3600));
        let behind = at(start, -1_000_000, 0);
        let live = Live::new(live_tokens.tokens, behind).unwrap();
        assert!(!live.is_valid(at(behind, 0, 3600)));
    }

    #[test]
    fn absurd_lifetimes_do_no_harm() {
        let (endless, start) = live(Some(u64::MAX));
        assert!(endless.is_fresh(at(start, 1_000_000_000, 1_000_000_000)));
        let (unknown, start) = live(None);
        assert!(unknown.is_fresh(at(start, 1_000_000_000, 1_000_000_000)));
        let (none, start) = live(Some(0));
        assert!(none.is_fresh(at(start, 8, 8)) && !none.is_valid(at(start, 10, 10)));
    }
}
