//! One renewal: lock the store, look whether somebody else was faster, ask the server, save, and only then use
//! the new pair.
//!
//! | the server says | what happens to the session |
//! | --- | --- |
//! | a new pair | it is saved, then used; if the save fails it is used from memory and saved later |
//! | `invalid_grant` | the refresh token is not used again; a still valid access token is |
//! | `invalid_client` and other refusals of the client | kept; reported as an error of the settings |
//! | HTML, 5xx, 429, 408, nothing, a cut connection | kept; asked again after a growing pause |

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::time::timeout;

use crate::error::{AuthError, Kind, LoginReason};
use crate::events::SessionEvent;
use crate::live::{Live, random_share};
use crate::saving::Newest;
use crate::secret::{Fingerprint, Secret};
use crate::session::{Backoff, Served, Session};
use crate::store_error::StoreError;
use crate::tokens::FreshTokens;

/// The first pause after a failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(32);

/// A server that asks for no more than this is asked once more by the same renewal.
const WORTH_WAITING: Duration = Duration::from_secs(5);

/// Whoever has a token that still works waits this long for somebody else's renewal.
const SHORT_WAIT: Duration = Duration::from_secs(5);

/// When a session is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RefreshMode {
    /// When a caller needs it: in the last minute of the access token (the last tenth of a short-lived one), and
    /// the caller waits. Right for programs that come and go, since nothing is under way when they end.
    #[default]
    Blocking,
    /// Earlier, by a task of its own: in the last five minutes of the access token (the last quarter of a
    /// short-lived one), a little earlier or later for each, while callers go on with the token that still works.
    /// Right for servers, which never make a caller wait. It starts with a call, so an idle session is not renewed.
    /// Such a program calls [`close`](crate::Auth::close) before it ends.
    Background,
}

/// Why a renewal was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Somebody waits for a token.
    Needed,
    /// Nobody waits; the token has some life left.
    Early,
    /// Somebody wants another token than this one, however good it is.
    Forced(Fingerprint),
}

/// One renewal under way.
pub(crate) struct Renewal<'a> {
    session: &'a Session,
    urgency: Urgency,
    /// The login that it belongs to. After another login or a logout it changes nothing any more.
    epoch: u64,
}

/// Somebody changed the store meanwhile; it has to be read again.
struct Stale;

impl<'a> Renewal<'a> {
    pub(crate) fn new(session: &'a Session, urgency: Urgency) -> Self {
        Self {
            session,
            urgency,
            epoch: session.lock().epoch,
        }
    }

    pub(crate) async fn run(mut self) -> Result<Served, AuthError> {
        let inner = self.session.inner();
        // Reading needs no lock. So a token that still works is found by a process that has just started, too, and
        // whoever has one does not wait long for somebody else.
        let at_hand = match self.session.newest().await {
            Ok(newest) => newest.map(|newest| newest.live),
            Err(_) => self.session.lock().live.clone(),
        };
        let at_hand = at_hand.filter(|live| live.is_valid(self.session.now()) && !self.is_rejected(live));
        if let Some(live) = &at_hand
            && self.is_good_enough(live)
            && !self.session.has_unsaved()
        {
            return self.serve(live.clone());
        }
        // Never without the lock: two holders of one refresh token end the session at many servers.
        let lock = inner.backing.store.lock(&inner.key);
        let lock = match at_hand {
            Some(_) => timeout(SHORT_WAIT, lock).await.unwrap_or(Err(StoreError::Busy)),
            None => lock.await,
        };
        match (lock, at_hand) {
            (Ok(_lock), _) => self.run_locked().await,
            (Err(error), Some(live)) => {
                let error = AuthError::from(error);
                if self.take_in(&live) {
                    self.rest(&error);
                    self.keep(live, error)
                } else {
                    self.superseded()
                }
            }
            (Err(error), None) => self.fall_back(error.into()),
        }
    }

    async fn run_locked(&mut self) -> Result<Served, AuthError> {
        // Each round reads the store anew. A further round happens when the server refused a refresh token, or when
        // somebody wrote without our lock: if the store holds another pair by then, theirs is used.
        for _ in 0..3 {
            self.epoch = self.session.lock().epoch;
            let mut newest = match self.session.newest().await {
                Ok(Some(newest)) => newest,
                Ok(None) => return Err(self.not_signed_in()),
                Err(error) => return self.fall_back(error),
            };
            if !self.take_in(&newest.live) {
                return self.superseded();
            }
            self.session.save_if_unsaved(&mut newest).await;
            let live = newest.live.clone();
            let rejected = self.is_rejected(&live);
            if self.is_good_enough(&live) && !rejected {
                return self.serve(live);
            }
            let needed = rejected || !live.is_valid(self.session.now());
            let Some(refresh_token) = live.tokens.refresh_token().cloned() else {
                let error = AuthError::login_required(LoginReason::NoRefreshToken);
                if needed {
                    self.announce_end(&error);
                }
                return self.keep(live, error);
            };
            if let Some(error) = self.reason_to_rest(&refresh_token, needed) {
                return self.keep(live, error);
            }
            match ask(self.session, &refresh_token, needed).await {
                Ok(fresh) => match self.adopt(fresh, newest).await {
                    Ok(outcome) => return outcome,
                    Err(Stale) => tracing::info!("the stored tokens were changed during the renewal"),
                },
                Err(error) if is_dead_grant(&error) => {
                    tracing::info!("the refresh token is no longer accepted");
                    self.session.lock().dead = Some((refresh_token.digest(), error));
                }
                Err(error) => {
                    tracing::info!(%error, "the session could not be renewed");
                    self.note_failure(&refresh_token, &error);
                    return self.keep(live, error);
                }
            }
        }
        self.fall_back(AuthError::login_required(LoginReason::RefreshRefused))
    }

    fn is_rejected(&self, live: &Live) -> bool {
        self.session.lock().rejected == Some(live.digest)
    }

    fn is_good_enough(&self, live: &Live) -> bool {
        let now = self.session.now();
        match self.urgency {
            Urgency::Needed => live.is_fresh(now),
            Urgency::Early => !live.is_due(now),
            Urgency::Forced(unwanted) => live.digest != unwanted && live.is_fresh(now),
        }
    }

    /// Takes the newest tokens into memory; `false` after another login or a logout, which nothing may undo.
    fn take_in(&self, live: &Arc<Live>) -> bool {
        let mut state = self.session.lock();
        if state.epoch != self.epoch {
            return false;
        }
        let is_other = state
            .live
            .as_ref()
            .is_some_and(|memory| memory.digest != live.digest);
        if is_other {
            // What was known about the tokens before says nothing about these.
            state.unsaved = None;
            state.backoff = None;
            state.end_announced = false;
        }
        state.live = Some(live.clone());
        true
    }

    fn serve(&self, live: Arc<Live>) -> Result<Served, AuthError> {
        if self.take_in(&live) {
            Ok(Served { live, trouble: None })
        } else {
            self.superseded()
        }
    }

    /// Somebody signed in or out here meanwhile: what they left behind is what counts.
    fn superseded(&self) -> Result<Served, AuthError> {
        let live = self.session.lock().live.clone();
        match live {
            Some(live) if live.is_valid(self.session.now()) => Ok(Served { live, trouble: None }),
            _ => Err(AuthError::login_required(LoginReason::NotSignedIn)),
        }
    }

    /// The token could not be renewed: it is used as long as it works.
    fn keep(&self, live: Arc<Live>, error: AuthError) -> Result<Served, AuthError> {
        if live.is_valid(self.session.now()) {
            Ok(Served {
                live,
                trouble: Some(error),
            })
        } else {
            Err(error)
        }
    }

    /// The store could not be used: the token in memory is used as long as it works.
    fn fall_back(&self, error: AuthError) -> Result<Served, AuthError> {
        let live = self.session.lock().live.clone();
        match live {
            Some(live) => {
                self.rest(&error);
                self.keep(live, error)
            }
            None => Err(error),
        }
    }

    /// Nobody is signed in; if there was a session here, it was ended elsewhere.
    fn not_signed_in(&self) -> AuthError {
        let error = AuthError::login_required(LoginReason::NotSignedIn);
        let ended = {
            let mut state = self.session.lock();
            if state.epoch == self.epoch {
                state.unsaved = None;
                state.live.take()
            } else {
                None
            }
        };
        if ended.is_some() {
            self.announce_end(&error);
        }
        error
    }

    /// Tells once that the session has ended.
    fn announce_end(&self, error: &AuthError) {
        if !std::mem::replace(&mut self.session.lock().end_announced, true) {
            self.session.announce(SessionEvent::LoginRequired {
                account: self.session.inner().key.account().to_owned(),
                error: error.clone(),
            });
        }
    }

    /// Why the server is not asked now, if it is not. Nothing here stands for the lock: it is held.
    fn reason_to_rest(&self, refresh_token: &Secret, needed: bool) -> Option<AuthError> {
        let id = refresh_token.digest();
        let now = self.session.now().monotonic;
        let state = self.session.lock();
        if let Some((_, answer)) = state.dead.as_ref().filter(|(dead, _)| *dead == id) {
            let error =
                AuthError::with_source(Kind::LoginRequired(LoginReason::RefreshRefused), answer.clone());
            drop(state);
            self.announce_end(&error);
            return Some(error);
        }
        let backoff = state.backoff.as_ref().filter(|backoff| now < backoff.until);
        if let Some(backoff) = backoff.filter(|backoff| !backoff.error.is_store()) {
            return Some(backoff.error.clone());
        }
        // The request may have reached the server. To send it again could end the session, so that waits until
        // there is nothing left to lose.
        state
            .doubtful
            .as_ref()
            .filter(|(doubtful, _)| *doubtful == id && !needed)
            .map(|(_, error)| error.clone())
    }

    /// Saves a new pair, then uses it. It is used even if it could not be saved: the old pair is gone. Only what
    /// somebody did meanwhile in spite of the lock goes before it: a login, or the end of the session. The new pair
    /// is dropped then, and lives on at the server until it ends there.
    async fn adopt(&self, fresh: FreshTokens, old: Newest) -> Result<Result<Served, AuthError>, Stale> {
        let session = self.session;
        if session.lock().epoch != self.epoch {
            return Ok(self.superseded());
        }
        let tokens = fresh.into_renewal(old.live.tokens.clone(), session.now().wall);
        let saved = session.save(&tokens, old.replaces).await;
        match &saved {
            Ok(()) => tracing::debug!(generation = tokens.generation(), "the session was renewed"),
            Err(StoreError::Stale) => return Err(Stale),
            Err(error) => {
                tracing::warn!(%error, "the session was renewed, but its tokens could not be saved")
            }
        }
        let live = match Live::new(tokens, session.now()) {
            Ok(live) => Arc::new(live),
            Err(_) => unreachable!("the token was checked when it was received"),
        };
        let trouble = {
            let unsaved = saved.is_err().then(|| session.unsaved(old.replaces));
            let mut state = session.lock();
            if state.epoch != self.epoch {
                drop(state);
                return Ok(self.superseded());
            }
            state.unsaved = unsaved;
            state.backoff = None;
            state.doubtful = None;
            state.end_announced = false;
            state.live = Some(live.clone());
            // A server that gives out the rejected token again has nothing better. Whoever reported it is told so,
            // and the others go on: not every call may cause a renewal.
            let is_same = state.rejected == Some(live.digest);
            if is_same {
                state.rejected = None;
            }
            is_same.then(|| AuthError::login_required(LoginReason::TokenRejected))
        };
        session.announce(SessionEvent::Refreshed {
            account: session.inner().key.account().to_owned(),
            expires_at: live.tokens.info().expires_at,
        });
        if let Err(error) = &saved {
            session.announce_failed_save(error);
        }
        Ok(Ok(Served { live, trouble }))
    }

    fn note_failure(&self, refresh_token: &Secret, error: &AuthError) {
        self.rest(error);
        if may_have_been_processed(error) {
            self.session.lock().doubtful = Some((refresh_token.digest(), error.clone()));
        }
    }

    /// Nobody tries again for a while. The pauses grow with the failures of the server, not with those of the store.
    fn rest(&self, error: &AuthError) {
        let now = self.session.now().monotonic;
        let mut state = self.session.lock();
        let failures = state.backoff.as_ref().map_or(0, |backoff| backoff.failures);
        let pause = error
            .retry_after()
            .unwrap_or_else(|| jittered(FIRST_PAUSE * 2_u32.pow(failures.min(6))));
        state.backoff = Some(Backoff {
            until: now + pause,
            failures: failures.saturating_add(u32::from(!error.is_store())),
            error: error.clone(),
        });
    }
}

/// Asks the server; a second time only where the first request was not processed for certain and where the
/// caller has no token that still works.
async fn ask(session: &Session, refresh_token: &Secret, needed: bool) -> Result<FreshTokens, AuthError> {
    let inner = session.inner();
    match inner.backing.server.renew(refresh_token).await {
        Err(error) if needed => {
            let Some(pause) = pause_before_second_attempt(&error) else {
                return Err(error);
            };
            inner.backing.clock.sleep(pause).await;
            inner.backing.server.renew(refresh_token).await
        }
        answer => answer,
    }
}

fn pause_before_second_attempt(error: &AuthError) -> Option<Duration> {
    let was_not_processed = match error.kind() {
        Kind::Connect => true,
        Kind::Refused(refusal) => {
            matches!(
                refusal.status,
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
            )
        }
        _ => false,
    };
    let pause = error.retry_after().unwrap_or(FIRST_PAUSE);
    (was_not_processed && pause <= WORTH_WAITING).then_some(pause)
}

fn is_dead_grant(error: &AuthError) -> bool {
    matches!(error.kind(), Kind::Refused(refusal) if refusal.is_dead_grant())
}

/// Whether the server may have rotated the refresh token in spite of the failure. A gateway that gave up waiting says
/// nothing about the server behind it.
fn may_have_been_processed(error: &AuthError) -> bool {
    match error.kind() {
        Kind::Network
        | Kind::Timeout { connecting: false }
        | Kind::TooLarge
        | Kind::Malformed { .. }
        | Kind::Stopped => true,
        Kind::Refused(refusal) => {
            (refusal.status.is_server_error() && refusal.status != StatusCode::SERVICE_UNAVAILABLE)
                || refusal.status == StatusCode::REQUEST_TIMEOUT
        }
        _ => false,
    }
}

/// Between a half and the whole of the pause, so that many processes do not return at one moment.
fn jittered(pause: Duration) -> Duration {
    pause.min(LONGEST_PAUSE).mul_f64(0.5 + random_share() / 2.0)
}
