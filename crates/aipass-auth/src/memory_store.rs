//! Tokens that live as long as the process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::{AccountKey, BoxFuture, Gates, StoreError, StoreLock, TokenStore};
use crate::tokens::StoredTokens;

/// Keeps tokens in memory: for tests, for servers that keep sessions elsewhere, and for programs that sign in
/// each time. Clones share their content.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    tokens: Mutex<HashMap<AccountKey, StoredTokens>>,
    gates: Gates,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<AccountKey, StoredTokens>> {
        self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("accounts", &self.tokens().len())
            .finish_non_exhaustive()
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        Box::pin(async { Ok(self.tokens().get(key).cloned()) })
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            self.tokens().insert(key.clone(), tokens.clone());
            Ok(())
        })
    }

    fn save_if<'a>(
        &'a self,
        key: &'a AccountKey,
        expected: Option<u64>,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            // One step: nobody writes between the comparison and the change.
            let mut stored = self.tokens();
            if stored.get(key).map(StoredTokens::generation) != expected {
                return Err(StoreError::Stale);
            }
            stored.insert(key.clone(), tokens.clone());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            self.tokens().remove(key);
            Ok(())
        })
    }

    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async { Ok(StoreLock::new(self.0.gates.enter(&key.fingerprint()).await)) })
    }
}
