//! The session and its store: which of the two is newer, and what is still to be saved.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::AuthError;
use crate::events::SessionEvent;
use crate::live::Live;
use crate::secret::Secret;
use crate::session::{Session, State};
use crate::store_error::StoreError;
use crate::tokens::{SessionInfo, StoredTokens};

/// How long a failed save rests before a request starts another one.
const SAVE_PAUSE: Duration = Duration::from_secs(30);

/// The token in use is newer than the store.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved {
    /// The moment from which a request tries to save it again.
    retry_at: Instant,
    replaces: Replaces,
}

/// What the store held when tokens could not be saved. Once it holds something else, somebody else was there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Tokens of this generation, or none.
    Generation(Option<u64>),
    /// The store could not be read either.
    Unknown,
}

impl Unsaved {
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.retry_at <= now
    }

    /// Whether the tokens in memory are newer than what the store holds now.
    fn is_newer(&self, memory: &StoredTokens, stored: Option<&StoredTokens>) -> bool {
        match self.replaces {
            Replaces::Generation(replaced) => stored.map(StoredTokens::generation) == replaced,
            Replaces::Unknown => stored.is_none_or(|stored| {
                (memory.obtained_at, memory.generation) > (stored.obtained_at, stored.generation)
            }),
        }
    }
}

/// The newest tokens, and the generation in the store that they are to replace.
pub(crate) struct Newest {
    pub(crate) live: Arc<Live>,
    pub(crate) replaces: Replaces,
}

impl Session {
    /// Stores the tokens of a new login and uses them from now on. A failed save is an error, but the tokens are
    /// in use all the same. `login` makes them, given the moment and their generation.
    pub(crate) async fn sign_in(
        &self,
        login: impl FnOnce(u64, u64) -> StoredTokens,
    ) -> Result<SessionInfo, AuthError> {
        let inner = self.inner();
        let lock = inner.backing.store.lock(&inner.key).await;
        // Reading needs no lock, and tells what the login has to count on from.
        let stored = inner.backing.store.load(&inner.key).await;
        let known = self.lock().live.as_ref().map_or(0, |live| live.tokens.generation);
        let (replaces, obstacle) = match stored {
            Ok(stored) => (Replaces::Generation(stored.map(|stored| stored.generation)), None),
            // A login is what mends these.
            Err(error) if error.is_mended_by_login() => (Replaces::Unknown, None),
            Err(error) => (Replaces::Unknown, Some(error)),
        };
        let obstacle = lock.as_ref().err().cloned().or(obstacle);
        let generation = match replaces {
            Replaces::Generation(Some(generation)) => generation.max(known),
            _ => known,
        };
        let now = self.now();
        let tokens = login(now.wall, generation.saturating_add(1));
        let saved = match obstacle {
            Some(error) => Err(error),
            None => inner.backing.store.save(&inner.key, &tokens).await,
        };
        let live = Arc::new(Live::new(tokens, now)?);
        let unsaved = saved.is_err().then(|| self.unsaved(replaces));
        self.start_over(Some(live.clone()), unsaved);
        drop(lock);
        match saved {
            Ok(()) => {
                tracing::debug!(generation = live.tokens.generation, "signed in");
                Ok(live.tokens.info())
            }
            Err(error) => {
                tracing::warn!(%error, "signed in, but the tokens could not be saved");
                self.announce_failed_save(&error);
                Err(error.into())
            }
        }
    }

    /// Forgets the session here and in the store, and hands out the newest tokens for their revocation. Tokens that
    /// cannot be read go too, and the error says that they cannot be revoked.
    pub(crate) async fn sign_out(&self) -> (Result<Option<Arc<Live>>, AuthError>, Result<(), StoreError>) {
        let inner = self.inner();
        // A renewal under way holds the lock, so this waits for it and takes its tokens away too. Without the
        // lock the tokens are removed all the same: the person asked for it.
        let lock = inner.backing.store.lock(&inner.key).await;
        let newest = match self.newest().await {
            Ok(newest) => Ok(newest.map(|newest| newest.live)),
            Err(error) => self.lock().live.clone().map_or(Err(error), |live| Ok(Some(live))),
        };
        let removed = inner.backing.store.remove(&inner.key).await;
        self.start_over(None, None);
        drop(lock);
        (newest, removed)
    }

    /// The newer of what is in memory and what is in the store, without a lock and without any change.
    pub(crate) async fn newest(&self) -> Result<Option<Newest>, AuthError> {
        let inner = self.inner();
        let stored = match inner.backing.store.load(&inner.key).await {
            Ok(Some(stored)) if !stored.belongs_to(&inner.key) => Err(StoreError::ForeignTokens),
            stored => stored,
        };
        let (memory, unsaved) = {
            let state = self.lock();
            (state.live.clone(), state.unsaved)
        };
        let replaces = match &stored {
            Ok(stored) => Replaces::Generation(stored.as_ref().map(|stored| stored.generation)),
            Err(_) => Replaces::Unknown,
        };
        if let (Some(memory), Some(unsaved)) = (&memory, unsaved) {
            // Of a store that cannot be read, memory is all there is.
            let newer = stored
                .as_ref()
                .map_or(true, |stored| unsaved.is_newer(&memory.tokens, stored.as_ref()));
            if newer {
                // What was seen at the failed save is still what has to be replaced.
                let replaces = match replaces {
                    Replaces::Unknown => unsaved.replaces,
                    known => known,
                };
                return Ok(Some(Newest {
                    live: memory.clone(),
                    replaces,
                }));
            }
        }
        let Some(stored) = stored? else { return Ok(None) };
        // The token in use knows its end on the monotonic clock, so it is kept when the store has the same.
        let live = match memory {
            Some(memory)
                if stored.access_digest() == memory.digest && same_refresh(&stored, &memory.tokens) =>
            {
                memory
            }
            _ => Arc::new(Live::new(stored, self.now())?),
        };
        Ok(Some(Newest { live, replaces }))
    }

    /// Saves tokens over those that they replace. The caller holds the lock.
    pub(crate) async fn save(&self, tokens: &StoredTokens, replaces: Replaces) -> Result<(), StoreError> {
        let inner = self.inner();
        match replaces {
            Replaces::Generation(expected) => inner.backing.store.save_if(&inner.key, expected, tokens).await,
            Replaces::Unknown => inner.backing.store.save(&inner.key, tokens).await,
        }
    }

    /// Saves what an earlier save could not, unless the store holds something newer by now.
    pub(crate) async fn save_again(&self) {
        let inner = self.inner();
        let Ok(_lock) = inner.backing.store.lock(&inner.key).await else {
            return;
        };
        match self.newest().await {
            Ok(Some(mut newest)) if self.is_in_use(&newest.live) => self.save_if_unsaved(&mut newest).await,
            // Somebody signed in or out elsewhere: there is nothing left to save.
            Ok(_) => self.lock().unsaved = None,
            Err(error) => tracing::debug!(%error, "the tokens cannot be saved yet"),
        }
    }

    fn is_in_use(&self, live: &Live) -> bool {
        self.lock()
            .live
            .as_ref()
            .is_some_and(|memory| memory.digest == live.digest)
    }

    /// Saves these tokens if they are the ones that are missing in the store. The caller holds the lock.
    pub(crate) async fn save_if_unsaved(&self, newest: &mut Newest) {
        if !self.has_unsaved() || !self.is_in_use(&newest.live) {
            return;
        }
        match self.save(&newest.live.tokens, newest.replaces).await {
            Ok(()) => {
                newest.replaces = Replaces::Generation(Some(newest.live.tokens.generation));
                self.lock().unsaved = None;
            }
            Err(error) => {
                tracing::warn!(%error, "the tokens could not be saved again");
                self.announce_failed_save(&error);
            }
        }
    }

    /// Notes that the tokens in use are not in the store.
    pub(crate) fn unsaved(&self, replaces: Replaces) -> Unsaved {
        Unsaved {
            retry_at: self.now().monotonic + SAVE_PAUSE,
            replaces,
        }
    }

    /// Starts a task that saves again, if it is time for it.
    pub(crate) fn save_again_when_due(&self, state: &mut State, now: Instant) {
        let Some(unsaved) = state.unsaved.as_mut().filter(|unsaved| unsaved.is_due(now)) else {
            return;
        };
        unsaved.retry_at = now + SAVE_PAUSE;
        let session = self.clone();
        tokio::spawn(async move { session.save_again().await });
    }

    pub(crate) fn announce_failed_save(&self, error: &StoreError) {
        self.announce(SessionEvent::SaveFailed {
            account: self.inner().key.account().to_owned(),
            error: error.clone(),
        });
    }
}

fn same_refresh(stored: &StoredTokens, memory: &StoredTokens) -> bool {
    stored.refresh_token().map(Secret::digest) == memory.refresh_token().map(Secret::digest)
}
