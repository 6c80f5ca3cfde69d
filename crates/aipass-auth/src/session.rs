//! The session of one account: the token in use, and the one renewal that everybody waits for.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::Shared;
use tokio::task::AbortHandle;

use crate::clock::{Clock, Moment};
use crate::error::{AuthError, Kind, LoginReason};
use crate::events::{Announcer, SessionEvent};
use crate::grant::Grants;
use crate::live::Live;
use crate::refresh::{RefreshMode, Renewal, Urgency};
use crate::saving::Unsaved;
use crate::secret::{AccessToken, Fingerprint, Secret};
use crate::store::{AccountKey, BoxFuture, TokenStore};
use crate::tokens::{FreshTokens, SessionInfo};

/// A renewal in the background that led to nothing rests this long, so that not every request starts one.
const EARLY_PAUSE: Duration = Duration::from_secs(10);

/// What a renewal asks the authorization server; a trait so that the policy can be tested without a socket.
pub(crate) trait Renew: fmt::Debug + Send + Sync + 'static {
    fn renew<'a>(&'a self, refresh_token: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>>;
}

impl Renew for Grants {
    fn renew<'a>(&'a self, refresh_token: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
        Box::pin(Self::renew(self, refresh_token))
    }
}

/// The session of one account. Clones are the same session.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) key: AccountKey,
    pub(crate) backing: Backing,
    state: Mutex<State>,
}

/// What all sessions of one client stand on.
#[derive(Debug, Clone)]
pub(crate) struct Backing {
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) server: Arc<dyn Renew>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) mode: RefreshMode,
    pub(crate) announcer: Announcer,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) live: Option<Arc<Live>>,
    pub(crate) unsaved: Option<Unsaved>,
    /// The last token that the service answered with 401.
    pub(crate) rejected: Option<Fingerprint>,
    /// The refresh token that the server refused for good, with its answer.
    pub(crate) dead: Option<(Fingerprint, AuthError)>,
    /// The refresh token of a request that was sent and not answered: the server may have used it up.
    pub(crate) doubtful: Option<(Fingerprint, AuthError)>,
    pub(crate) backoff: Option<Backoff>,
    /// The event of the end of this session was sent.
    pub(crate) end_announced: bool,
    /// No renewal in the background before this moment.
    early_after: Option<Instant>,
    /// Counts logins and logouts, so that work of before cannot undo them.
    pub(crate) epoch: u64,
    flight: Option<Running>,
}

/// A renewal under way.
struct Running {
    flight: Flight,
    /// Tells when the task has ended, by a panic or the end of its runtime too, even before its first step.
    task: AbortHandle,
}

/// No request before this moment; until then everybody gets the same answer.
#[derive(Clone)]
pub(crate) struct Backoff {
    pub(crate) until: Instant,
    pub(crate) failures: u32,
    pub(crate) error: AuthError,
}

/// One renewal under way. It runs as a task of its own, so that a caller that goes away cannot stop it between
/// the server's rotation and our save.
type Flight = Shared<BoxFuture<'static, Result<Served, AuthError>>>;

/// A token that may be used, and the trouble there was in getting a newer one.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) live: Arc<Live>,
    pub(crate) trouble: Option<AuthError>,
}

impl Session {
    pub(crate) fn new(key: AccountKey, backing: Backing) -> Self {
        Self(Arc::new(Inner {
            key,
            backing,
            state: Mutex::default(),
        }))
    }

    /// A token to send. `rejected` is the one that the service answered with 401; it is renewed only if it is
    /// still the one in use.
    pub(crate) async fn token(&self, rejected: Option<&AccessToken>) -> Result<AccessToken, AuthError> {
        if let Some(token) = self.token_at_hand(rejected) {
            return Ok(token);
        }
        self.renewed(rejected).await
    }

    /// Renews the session whether or not its token is still good.
    pub(crate) async fn refresh(&self) -> Result<SessionInfo, AuthError> {
        let Some(before) = self.newest().await? else {
            return Err(AuthError::login_required(LoginReason::NotSignedIn));
        };
        loop {
            let (flight, is_own) = self.flight(&mut self.lock(), Urgency::Forced(before.live.digest));
            let served = flight.await?;
            if let Some(trouble) = served.trouble {
                return Err(trouble);
            }
            // A renewal that was under way already may have found the token good enough.
            let is_new = served.live.tokens.generation != before.live.tokens.generation;
            if is_own || is_new {
                return Ok(served.live.tokens.info());
            }
        }
    }

    /// What is known about the session, without any traffic.
    pub(crate) async fn info(&self) -> Result<Option<SessionInfo>, AuthError> {
        Ok(self.newest().await?.map(|newest| newest.live.tokens.info()))
    }

    /// Waits for the work under way, and tries once more to save what could not be saved.
    pub(crate) async fn close(&self) {
        let flight = self.lock().running();
        if let Some(flight) = flight {
            // The outcome belongs to those who asked for it.
            let _ = flight.await;
        }
        if self.lock().unsaved.is_some() {
            self.save_again().await;
        }
    }

    /// Whether the store could take tokens.
    pub(crate) async fn probe_store(&self) -> Result<(), AuthError> {
        Ok(self.0.backing.store.probe(&self.0.key).await?)
    }

    fn token_at_hand(&self, rejected: Option<&AccessToken>) -> Option<AccessToken> {
        let now = self.now();
        let mut state = self.lock();
        let live = state.live.clone();
        if let Some(rejected) = rejected {
            // A late 401 for a token that was replaced meanwhile tells nothing about the one in use.
            if live.as_ref().is_none_or(|live| live.access.same_as(rejected)) {
                state.rejected = Some(rejected.secret().digest());
                return None;
            }
        }
        let live = live?;
        let resting = state
            .backoff
            .as_ref()
            .is_some_and(|backoff| now.monotonic < backoff.until);
        let usable = live.is_fresh(now) && state.rejected != Some(live.digest);
        let still_good = usable || (resting && live.is_valid(now));
        if !still_good {
            return None;
        }
        self.save_again_when_due(&mut state, now.monotonic);
        if self.0.backing.mode == RefreshMode::Background && !resting && live.is_due(now) {
            self.renew_early(&mut state, &live, now.monotonic);
        }
        Some(live.access.clone())
    }

    async fn renewed(&self, rejected: Option<&AccessToken>) -> Result<AccessToken, AuthError> {
        // The flight that is joined first may have begun before the token was rejected and end with that very
        // token; the next one knows of the rejection.
        for _ in 0..3 {
            let served = self.join_flight().await?;
            if rejected.is_none_or(|rejected| !rejected.same_as(&served.live.access)) {
                return Ok(served.live.access.clone());
            }
            if let Some(trouble) = served.trouble {
                return Err(trouble);
            }
        }
        Err(AuthError::login_required(LoginReason::TokenRejected))
    }

    /// Starts a renewal that nobody waits for.
    fn renew_early(&self, state: &mut State, live: &Live, now: Instant) {
        let resting = state.early_after.is_some_and(|after| now < after);
        if resting || live.tokens.refresh_token().is_none() {
            return;
        }
        state.early_after = Some(now + EARLY_PAUSE);
        // The task goes on by itself.
        drop(self.flight(state, Urgency::Early).0);
    }

    fn join_flight(&self) -> Flight {
        self.flight(&mut self.lock(), Urgency::Needed).0
    }

    /// The renewal under way, or a new one; and whether it is a new one.
    fn flight(&self, state: &mut State, urgency: Urgency) -> (Flight, bool) {
        if let Some(flight) = state.running() {
            return (flight, false);
        }
        let session = self.clone();
        let work = async move { Renewal::new(&session, urgency).run().await };
        let task = tokio::spawn(work);
        let handle = task.abort_handle();
        let flight = async move { task.await.unwrap_or_else(|_| Err(AuthError::new(Kind::Stopped))) }
            .boxed()
            .shared();
        state.flight = Some(Running {
            flight: flight.clone(),
            task: handle,
        });
        (flight, true)
    }

    /// Forgets what was known about earlier tokens. Work under way stays.
    pub(crate) fn start_over(&self, live: Option<Arc<Live>>, unsaved: Option<Unsaved>) {
        let mut state = self.lock();
        *state = State {
            live,
            unsaved,
            epoch: state.epoch + 1,
            flight: state.flight.take().filter(|running| !running.task.is_finished()),
            ..State::default()
        };
    }

    pub(crate) fn announce(&self, event: SessionEvent) {
        self.0.backing.announcer.announce(event);
    }

    /// Whether nothing would be lost if the session was forgotten: nothing under way, and nothing known that the store
    /// does not know.
    pub(crate) fn is_idle(&self) -> bool {
        let now = self.now().monotonic;
        let state = self.lock();
        let resting = state.backoff.as_ref().is_some_and(|backoff| now < backoff.until);
        state.unsaved.is_none()
            && state.running().is_none()
            && state.doubtful.is_none()
            && state.dead.is_none()
            && !state.end_announced
            && !resting
    }

    pub(crate) fn has_unsaved(&self) -> bool {
        self.lock().unsaved.is_some()
    }

    /// Whether this is the only handle.
    pub(crate) fn is_alone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn now(&self) -> Moment {
        self.0.backing.clock.now()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("key", &self.0.key)
            .field("store", &self.0.backing.store)
            .finish_non_exhaustive()
    }
}

impl State {
    /// The renewal under way, if there is one.
    fn running(&self) -> Option<Flight> {
        let running = self.flight.as_ref()?;
        (!running.task.is_finished()).then(|| running.flight.clone())
    }
}
