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

use crate::clock::Moment;
use crate::error::{AuthError, Kind, LoginReason};
use crate::events::SessionEvent;
use crate::live::{Live, random_share};
use crate::saving::{Newest, Replaces};
use crate::secret::Secret;
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
    /// Somebody wants a renewal, whatever the token is worth.
    Forced,
}

pub(crate) async fn renew(session: &Session, urgency: Urgency) -> Result<Served, AuthError> {
    let inner = session.inner();
    // Reading needs no lock. So a token that still works is found by a process that has just started, too, and whoever
    // has one does not wait long for somebody else.
    let at_hand = session.newest().await.ok().flatten().map(|newest| newest.live);
    let at_hand = at_hand.filter(|live| live.is_valid(session.now()) && !is_rejected(session, live));
    if let Some(live) = &at_hand
        && is_good_enough(live, urgency, session.now())
        && !session.has_unsaved()
    {
        return Ok(publish(session, live.clone(), None));
    }
    // Never without the lock: two holders of one refresh token end the session at many servers.
    let lock = inner.backing.store.lock(&inner.key);
    let lock = match at_hand {
        Some(_) => timeout(SHORT_WAIT, lock).await.unwrap_or(Err(StoreError::Busy)),
        None => lock.await,
    };
    match (lock, at_hand) {
        (Ok(_lock), _) => renew_locked(session, urgency).await,
        (Err(error), Some(live)) => {
            let error = AuthError::from(error);
            rest(session, &error);
            keep(session, live, error)
        }
        (Err(error), None) => fall_back(session, error.into()),
    }
}

fn is_rejected(session: &Session, live: &Live) -> bool {
    session.lock().rejected == Some(live.digest)
}

fn is_good_enough(live: &Live, urgency: Urgency, now: Moment) -> bool {
    match urgency {
        Urgency::Needed => live.is_fresh(now),
        Urgency::Early => !live.is_due(now),
        Urgency::Forced => false,
    }
}

async fn renew_locked(session: &Session, urgency: Urgency) -> Result<Served, AuthError> {
    // Each round reads the store anew. A second round happens when the server refused a refresh token: if the
    // store holds another one by now, somebody without our lock was faster, and theirs is used.
    for _ in 0..3 {
        let mut newest = match session.newest().await {
            Ok(Some(newest)) => newest,
            Ok(None) => return Err(not_signed_in(session)),
            Err(error) => return fall_back(session, error),
        };
        session.save_if_unsaved(&mut newest).await;
        let live = newest.live.clone();
        let now = session.now();
        let rejected = is_rejected(session, &live);
        if is_good_enough(&live, urgency, now) && !rejected {
            return Ok(publish(session, live, None));
        }
        let Some(refresh_token) = live.tokens.refresh_token().cloned() else {
            let error = AuthError::login_required(LoginReason::NoRefreshToken);
            if rejected || !live.is_valid(now) {
                announce_end(session, &error);
            }
            return keep(session, live, error);
        };
        let needed = rejected || !live.is_valid(now);
        if let Some(error) = reason_to_rest(session, &refresh_token, needed) {
            return keep(session, live, error);
        }
        match ask(session, &refresh_token, needed).await {
            Ok(fresh) => return adopt(session, fresh, newest).await,
            Err(error) if is_dead_grant(&error) => {
                tracing::info!("the refresh token is no longer accepted");
                session.lock().dead = Some((refresh_token.digest(), error));
            }
            Err(error) => {
                tracing::info!(%error, "the session could not be renewed");
                note_failure(session, &refresh_token, &error);
                return keep(session, live, error);
            }
        }
    }
    fall_back(session, AuthError::login_required(LoginReason::RefreshRefused))
}

/// Nobody is signed in; if there was a session here, it was ended elsewhere.
fn not_signed_in(session: &Session) -> AuthError {
    let error = AuthError::login_required(LoginReason::NotSignedIn);
    if session.lock().live.take().is_some() {
        announce_end(session, &error);
    }
    error
}

/// Tells once that the session has ended.
fn announce_end(session: &Session, error: &AuthError) {
    if !std::mem::replace(&mut session.lock().end_announced, true) {
        session.announce(SessionEvent::LoginRequired {
            account: session.inner().key.account().to_owned(),
            error: error.clone(),
        });
    }
}

/// Why the server is not asked now, if it is not.
fn reason_to_rest(session: &Session, refresh_token: &Secret, needed: bool) -> Option<AuthError> {
    let id = refresh_token.digest();
    let now = session.now().monotonic;
    let state = session.lock();
    if let Some((_, answer)) = state.dead.as_ref().filter(|(dead, _)| *dead == id) {
        let error = AuthError::with_source(Kind::LoginRequired(LoginReason::RefreshRefused), answer.clone());
        drop(state);
        announce_end(session, &error);
        return Some(error);
    }
    if let Some(backoff) = state.backoff.as_ref().filter(|backoff| now < backoff.until) {
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

/// Saves a new pair, then uses it. It is used even if it could not be saved: the old pair is gone. Only where
/// somebody changed the store in spite of the lock, what they stored goes before it: a login, or the end of the
/// session.
async fn adopt(session: &Session, fresh: FreshTokens, old: Newest) -> Result<Served, AuthError> {
    let tokens = fresh.into_renewal(old.live.tokens.clone(), session.now().wall);
    let mut replaces = old.replaces;
    let saved = match session.save(&tokens, replaces).await {
        Err(StoreError::Stale) => {
            tracing::info!("the stored tokens were changed during the renewal");
            match session.newest().await {
                Ok(Some(theirs)) => return Ok(publish(session, theirs.live, None)),
                Ok(None) => return Err(not_signed_in(session)),
                // The store said both; what is in hand is all there is.
                Err(error) => {
                    replaces = Replaces::Unknown;
                    Err(error.store_error().cloned().unwrap_or(StoreError::Stale))
                }
            }
        }
        saved => saved,
    };
    match &saved {
        Ok(()) => tracing::debug!(generation = tokens.generation(), "the session was renewed"),
        Err(error) => tracing::warn!(%error, "the session was renewed, but its tokens could not be saved"),
    }
    let live = match Live::new(tokens, session.now()) {
        Ok(live) => Arc::new(live),
        Err(_) => unreachable!("the token was checked when it was received"),
    };
    session.announce(SessionEvent::Refreshed {
        account: session.inner().key.account().to_owned(),
        expires_at: live.tokens.info().expires_at,
    });
    if let Err(error) = &saved {
        session.announce_failed_save(error);
    }
    let unsaved = saved.is_err().then(|| session.unsaved(replaces));
    let mut state = session.lock();
    state.unsaved = unsaved;
    state.backoff = None;
    state.doubtful = None;
    state.end_announced = false;
    state.live = Some(live.clone());
    Ok(Served { live, trouble: None })
}

fn note_failure(session: &Session, refresh_token: &Secret, error: &AuthError) {
    rest(session, error);
    if may_have_been_processed(error) {
        session.lock().doubtful = Some((refresh_token.digest(), error.clone()));
    }
}

/// Nobody tries again for a while.
fn rest(session: &Session, error: &AuthError) {
    let now = session.now().monotonic;
    let mut state = session.lock();
    let failures = state.backoff.as_ref().map_or(0, |backoff| backoff.failures);
    let pause = error
        .retry_after()
        .unwrap_or_else(|| jittered(FIRST_PAUSE * 2_u32.pow(failures.min(6))));
    state.backoff = Some(Backoff {
        until: now + pause,
        failures: failures.saturating_add(1),
        error: error.clone(),
    });
}

fn may_have_been_processed(error: &AuthError) -> bool {
    matches!(
        error.kind(),
        Kind::Network
            | Kind::Timeout { connecting: false }
            | Kind::TooLarge
            | Kind::Malformed { .. }
            | Kind::Stopped
    )
}

/// Between a half and the whole of the pause, so that many processes do not return at one moment.
fn jittered(pause: Duration) -> Duration {
    pause.min(LONGEST_PAUSE).mul_f64(0.5 + random_share() / 2.0)
}

fn publish(session: &Session, live: Arc<Live>, trouble: Option<AuthError>) -> Served {
    let mut state = session.lock();
    // Somebody else's newer tokens make an old pause meaningless.
    if trouble.is_none() {
        state.backoff = None;
        state.end_announced = false;
    }
    let is_other = state
        .live
        .as_ref()
        .is_none_or(|memory| memory.digest != live.digest);
    if is_other {
        state.unsaved = None;
    }
    state.live = Some(live.clone());
    Served { live, trouble }
}

/// The token could not be renewed: it is used as long as it works.
fn keep(session: &Session, live: Arc<Live>, error: AuthError) -> Result<Served, AuthError> {
    let valid = live.is_valid(session.now());
    let served = publish(session, live, Some(error.clone()));
    if valid { Ok(served) } else { Err(error) }
}

/// The store could not be used: the token in memory is used as long as it works.
fn fall_back(session: &Session, error: AuthError) -> Result<Served, AuthError> {
    let live = session.lock().live.clone();
    match live {
        Some(live) if live.is_valid(session.now()) => Ok(Served {
            live,
            trouble: Some(error),
        }),
        _ => Err(error),
    }
}
