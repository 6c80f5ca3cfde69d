//! The session of one account: the token in use, and the one renewal that everybody waits for.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::Shared;

use crate::clock::{Clock, Moment};
use crate::error::{AuthError, Kind, LoginReason};
use crate::grant::Grants;
use crate::live::Live;
use crate::secret::{AccessToken, Fingerprint, Secret};
use crate::store::{AccountKey, BoxFuture, StoreError, TokenStore};
use crate::tokens::{FreshTokens, SessionInfo, StoredTokens};

/// How long a failed save rests before a request starts another one.
const SAVE_PAUSE: Duration = Duration::from_secs(30);

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
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) server: Arc<dyn Renew>,
    pub(crate) clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) live: Option<Arc<Live>>,
    /// The token in use is newer than the store; the moment is the next attempt to save it.
    pub(crate) unsaved: Option<Instant>,
    /// The last token that the service answered with 401.
    pub(crate) rejected: Option<Fingerprint>,
    /// The refresh token that the server refused for good, with its answer.
    pub(crate) dead: Option<(Fingerprint, AuthError)>,
    /// The refresh token of a request that was sent and not answered: the server may have used it up.
    pub(crate) doubtful: Option<(Fingerprint, AuthError)>,
    pub(crate) backoff: Option<Backoff>,
    flight: Option<(u64, Flight)>,
    flights: u64,
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
    pub(crate) fn new(
        key: AccountKey,
        store: Arc<dyn TokenStore>,
        server: Arc<dyn Renew>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Inner {
            key,
            store,
            server,
            clock,
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
        self.lock().rejected = Some(before.digest);
        self.renewed(Some(&before.access)).await?;
        self.info()
            .await?
            .ok_or_else(|| AuthError::login_required(LoginReason::NotSignedIn))
    }

    /// What is known about the session, without any traffic.
    pub(crate) async fn info(&self) -> Result<Option<SessionInfo>, AuthError> {
        Ok(self.newest().await?.map(|live| live.tokens.info()))
    }

    /// Waits for the work under way, and tries once more to save what could not be saved.
    pub(crate) async fn close(&self) {
        let flight = self.lock().flight.clone();
        if let Some((_, flight)) = flight {
            // The outcome belongs to those who asked for it.
            let _ = flight.await;
        }
        if self.lock().unsaved.is_some() {
            self.save_again().await;
        }
    }

    /// Stores the tokens of a new login and uses them from now on. A failed save is an error, but the tokens are
    /// in use all the same.
    pub(crate) async fn sign_in(
        &self,
        fresh: FreshTokens,
        requested: &[String],
    ) -> Result<SessionInfo, AuthError> {
        let lock = self.0.store.lock(&self.0.key).await;
        let stored = match &lock {
            Ok(_) => self.0.store.load(&self.0.key).await,
            Err(error) => Err(error.clone()),
        };
        let known = self.lock().live.as_ref().map_or(0, |live| live.tokens.generation);
        let (generation, obstacle) = match stored {
            Ok(stored) => (stored.map_or(0, |stored| stored.generation), None),
            // A login is what mends these.
            Err(error) if error.is_mended_by_login() => (0, None),
            Err(error) => (0, Some(error)),
        };
        let now = self.0.clock.now();
        let tokens = fresh.into_login(
            &self.0.key,
            requested,
            now.wall,
            generation.max(known).saturating_add(1),
        );
        let saved = match obstacle {
            Some(error) => Err(error),
            None => self.0.store.save(&self.0.key, &tokens).await,
        };
        let live = Arc::new(Live::new(tokens, now)?);
        let mut state = self.lock();
        *state = State {
            flight: state.flight.take(),
            flights: state.flights,
            ..State::default()
        };
        state.live = Some(live.clone());
        state.unsaved = saved.is_err().then(|| now.monotonic + SAVE_PAUSE);
        drop(state);
        drop(lock);
        match saved {
            Ok(()) => {
                tracing::debug!(generation = live.tokens.generation, "signed in");
                Ok(live.tokens.info())
            }
            Err(error) => {
                tracing::warn!(%error, "signed in, but the tokens could not be saved");
                Err(error.into())
            }
        }
    }

    /// Forgets the session here and in the store, and hands out the newest tokens for their revocation. Tokens that
    /// cannot be read go too, and the error says that they cannot be revoked.
    pub(crate) async fn sign_out(&self) -> (Result<Option<Arc<Live>>, AuthError>, Result<(), StoreError>) {
        // A renewal under way holds the lock, so this waits for it and takes its tokens away too. Without the
        // lock the tokens are removed all the same: the person asked for it.
        let lock = self.0.store.lock(&self.0.key).await;
        let newest = match self.newest().await {
            Ok(newest) => Ok(newest),
            Err(error) => self.lock().live.clone().map_or(Err(error), |live| Ok(Some(live))),
        };
        let removed = self.0.store.remove(&self.0.key).await;
        let mut state = self.lock();
        *state = State {
            flight: state.flight.take(),
            flights: state.flights,
            ..State::default()
        };
        drop(state);
        drop(lock);
        (newest, removed)
    }

    /// Whether the store could take tokens.
    pub(crate) async fn probe_store(&self) -> Result<(), AuthError> {
        Ok(self.0.store.probe(&self.0.key).await?)
    }

    fn token_at_hand(&self, rejected: Option<&AccessToken>) -> Option<AccessToken> {
        let now = self.0.clock.now();
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
        if state.unsaved.is_some_and(|at| at <= now.monotonic) {
            state.unsaved = Some(now.monotonic + SAVE_PAUSE);
            let session = self.clone();
            tokio::spawn(async move { session.save_again().await });
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

    fn join_flight(&self) -> Flight {
        let mut state = self.lock();
        if let Some((_, flight)) = &state.flight {
            return flight.clone();
        }
        state.flights += 1;
        let number = state.flights;
        let session = self.clone();
        let task = tokio::spawn(async move {
            let _landing = Landing {
                session: session.clone(),
                number,
            };
            crate::refresh::renew(&session).await
        });
        let flight = async move { task.await.unwrap_or_else(|_| Err(AuthError::new(Kind::Stopped))) }
            .boxed()
            .shared();
        state.flight = Some((number, flight.clone()));
        flight
    }

    /// The newer of what is in memory and what is in the store, without a lock and without any change.
    pub(crate) async fn newest(&self) -> Result<Option<Arc<Live>>, AuthError> {
        let stored = self.0.store.load(&self.0.key).await;
        let (memory, unsaved) = {
            let state = self.lock();
            (state.live.clone(), state.unsaved.is_some())
        };
        let stored = match stored {
            Ok(Some(stored)) if !stored.belongs_to(&self.0.key) => Err(StoreError::ForeignTokens),
            stored => stored,
        };
        match (stored, memory) {
            // What could not be saved is newer than what is stored, unless somebody signed in meanwhile.
            (Ok(Some(stored)), Some(memory)) if unsaved && memory.tokens.generation > stored.generation => {
                Ok(Some(memory))
            }
            (Ok(None) | Err(_), Some(memory)) if unsaved => Ok(Some(memory)),
            // The token in use knows its end on the monotonic clock, so it is kept when the store has the same.
            (Ok(Some(stored)), Some(memory))
                if stored.access_digest() == memory.digest && same_refresh(&stored, &memory) =>
            {
                Ok(Some(memory))
            }
            (Ok(Some(stored)), _) => Ok(Some(Arc::new(Live::new(stored, self.0.clock.now())?))),
            (Ok(None), _) => Ok(None),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Saves what an earlier save could not, unless the store holds something newer by now.
    async fn save_again(&self) {
        let Ok(_lock) = self.0.store.lock(&self.0.key).await else {
            return;
        };
        if let Ok(Some(live)) = self.newest().await {
            self.save_if_unsaved(&live).await;
        }
    }

    /// Saves these tokens if they are the ones that are missing in the store. The caller holds the lock.
    pub(crate) async fn save_if_unsaved(&self, live: &Arc<Live>) {
        let is_missing = {
            let state = self.lock();
            state.unsaved.is_some()
                && state
                    .live
                    .as_ref()
                    .is_some_and(|memory| memory.digest == live.digest)
        };
        if !is_missing {
            return;
        }
        match self.0.store.save(&self.0.key, &live.tokens).await {
            Ok(()) => self.lock().unsaved = None,
            Err(error) => tracing::warn!(%error, "the tokens could not be saved again"),
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn now(&self) -> Moment {
        self.0.clock.now()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When a failed save may be tried again.
    pub(crate) fn next_save(&self) -> Instant {
        self.now().monotonic + SAVE_PAUSE
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("key", &self.0.key)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

fn same_refresh(stored: &StoredTokens, memory: &Live) -> bool {
    stored.refresh_token().map(Secret::digest) == memory.tokens.refresh_token().map(Secret::digest)
}

/// Clears the flight when its task ends, by a panic or the end of its runtime too.
struct Landing {
    session: Session,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut state = self.session.lock();
        if state
            .flight
            .as_ref()
            .is_some_and(|(number, _)| *number == self.number)
        {
            state.flight = None;
        }
    }
}
