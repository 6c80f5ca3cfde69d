//! What the tests of renewal are played on: a server that rotates, a store that fails on demand, and a clock that
//! stands still.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use serde_json::Map;
use tokio::sync::Notify;

use crate::clock::manual::ManualClock;
use crate::error::{AuthError, Kind, Refusal};
use crate::events::Announcer;
use crate::memory_store::MemoryStore;
use crate::refresh::RefreshMode;
use crate::secret::{AccessToken, Secret};
use crate::session::{Backing, Renew, Session};
use crate::store::{AccountKey, BoxFuture, StoreError, StoreLock, TokenStore};
use crate::tokens::{FreshTokens, SessionInfo, StoredTokens};

#[derive(Debug, Default)]
pub(super) struct FakeServer {
    pub(super) asked: AtomicUsize,
    pub(super) used: Mutex<HashSet<String>>,
    pub(super) ended: AtomicBool,
    pub(super) script: Mutex<VecDeque<AuthError>>,
    pub(super) lifetime: Mutex<Option<u64>>,
    /// The server has rotated, and its answer waits until it is let go.
    pub(super) hold: Option<Arc<Notify>>,
    pub(super) rotated: Notify,
}

impl FakeServer {
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn will_fail(&self, errors: impl IntoIterator<Item = AuthError>) {
        self.script.lock().unwrap().extend(errors);
    }
}

impl Renew for FakeServer {
    fn renew<'a>(&'a self, refresh_token: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
        Box::pin(async move {
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(error) = self.script.lock().unwrap().pop_front() {
                return Err(error);
            }
            if !self
                .used
                .lock()
                .unwrap()
                .insert(refresh_token.expose_secret().to_owned())
            {
                self.ended.store(true, Ordering::SeqCst);
            }
            if self.ended.load(Ordering::SeqCst) {
                return Err(refused("invalid_grant", 400, None));
            }
            self.rotated.notify_one();
            if let Some(hold) = &self.hold {
                hold.notified().await;
            }
            let lifetime = *self.lifetime.lock().unwrap();
            Ok(FreshTokens {
                access_token: Secret::new(format!("A{number}")),
                refresh_token: Some(Secret::new(format!("R{number}"))),
                expires_in: Some(lifetime.unwrap_or(3600)),
                scopes: None,
                extra: Map::new(),
            })
        })
    }
}

/// A memory store whose parts can be made to fail.
#[derive(Debug, Default)]
pub(super) struct Flaky {
    pub(super) memory: MemoryStore,
    pub(super) no_save: AtomicBool,
    pub(super) no_load: AtomicBool,
    pub(super) no_lock: AtomicBool,
    pub(super) saves: AtomicUsize,
}

impl TokenStore for Flaky {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        if self.no_load.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::Unavailable("the test says so")) });
        }
        self.memory.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.saves.fetch_add(1, Ordering::SeqCst);
        if self.no_save.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::Unavailable("the test says so")) });
        }
        self.memory.save(key, tokens)
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.memory.remove(key)
    }

    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        if self.no_lock.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::Busy) });
        }
        self.memory.lock(key)
    }
}

pub(super) struct Rig {
    pub(super) key: AccountKey,
    pub(super) store: Arc<Flaky>,
    pub(super) server: Arc<FakeServer>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) session: Session,
    pub(super) backing: Backing,
}

impl Rig {
    /// The store holds `A0` and `R0`, obtained an hour ago, and `A0` has this many seconds left.
    pub(super) async fn new(left: i64) -> Self {
        Self::with_server(left, FakeServer::default()).await
    }

    pub(super) async fn with_server(left: i64, server: FakeServer) -> Self {
        Self::with(left, server, RefreshMode::Blocking).await
    }

    pub(super) async fn with(left: i64, server: FakeServer, mode: RefreshMode) -> Self {
        let key = AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", "default");
        let (store, server, clock) = (
            Arc::new(Flaky::default()),
            Arc::new(server),
            Arc::new(ManualClock::new()),
        );
        let backing = Backing {
            store: store.clone(),
            server: server.clone(),
            clock: clock.clone(),
            mode,
            announcer: Announcer::default(),
        };
        let rig = Self {
            session: Session::new(key.clone(), backing.clone()),
            key,
            store,
            server,
            clock,
            backing,
        };
        rig.store("A0", Some("R0"), left, 1).await;
        rig
    }

    pub(super) async fn store(&self, access: &str, refresh: Option<&str>, left: i64, generation: u64) {
        let now = self.session.now().wall;
        let mut tokens = StoredTokens::new(&self.key, access);
        tokens.refresh_token = refresh.map(Secret::new);
        tokens.obtained_at = now - 3600;
        tokens.expires_at = now.checked_add_signed(left);
        tokens.generation = generation;
        self.store.memory.save(&self.key, &tokens).await.unwrap();
    }

    /// Signs in with `L1` and `M1`.
    pub(super) async fn sign_in(&self) -> Result<SessionInfo, AuthError> {
        let login = |now, generation| {
            let mut tokens = StoredTokens::new(&self.key, "L1")
                .with_refresh_token("M1")
                .with_scopes(["api:access"])
                .with_generation(generation);
            tokens.obtained_at = now;
            tokens.expires_at = Some(now + 3600);
            tokens
        };
        self.session.sign_in(login).await
    }

    /// A second session on the same store, as another process has it.
    pub(super) fn other_process(&self) -> Session {
        Session::new(self.key.clone(), self.backing.clone())
    }

    /// A session on the same store, with another server.
    pub(super) fn session_at(&self, server: Arc<dyn Renew>) -> Session {
        let backing = Backing {
            server,
            ..self.backing.clone()
        };
        Session::new(self.key.clone(), backing)
    }

    pub(super) async fn token(&self) -> Result<String, AuthError> {
        text(self.session.token(None).await)
    }

    pub(super) async fn token_after_401(&self, rejected: &str) -> Result<String, AuthError> {
        text(
            self.session
                .token(Some(&AccessToken::new(rejected).unwrap()))
                .await,
        )
    }

    pub(super) async fn stored(&self) -> (String, String) {
        let tokens = self.store.memory.load(&self.key).await.unwrap().unwrap();
        (
            tokens.access_token.expose_secret().to_owned(),
            tokens.refresh_token.unwrap().expose_secret().to_owned(),
        )
    }
}

pub(super) fn text(token: Result<AccessToken, AuthError>) -> Result<String, AuthError> {
    token.map(|token| token.expose_secret().to_owned())
}

pub(super) fn refused(code: &str, status: u16, retry_after: Option<u64>) -> AuthError {
    AuthError::new(Kind::Refused(Refusal {
        code: code.to_owned(),
        description: None,
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: retry_after.map(Duration::from_secs),
    }))
}

pub(super) fn timeout() -> AuthError {
    AuthError::new(Kind::Timeout { connecting: false })
}
