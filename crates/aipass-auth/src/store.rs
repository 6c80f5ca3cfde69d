//! Where tokens are kept: the trait that every store implements.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use sha2::{Digest, Sha256};

use crate::base_url::BaseUrl;
pub(crate) use crate::store_error::StoreError;
use crate::tokens::StoredTokens;

/// A boxed future that can move between threads; the same type as in `futures`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place where tokens survive: memory, a file, or a service of your own such as a database.
///
/// The session calls `lock`, then `load`, then renews, then `save`, and only then gives the lock back. So a lock
/// that excludes every other process that uses the same store is what keeps a rotated refresh token from being
/// used twice, which many servers answer by ending the whole session (RFC 9700, section 4.14).
///
/// Rules for an implementation:
/// - `save` is atomic: a reader sees the old tokens or the new ones, never a mix.
/// - `save` does not return before the tokens would survive a crash.
/// - the error text holds no token.
/// - members of the stored form that are not known here ([`StoredTokens::to_json`]) are kept.
/// - [`StoredTokens::generation`] grows by one with each save, so that [`save_if`](Self::save_if) can tell whether
///   somebody else was faster. A store whose lock can expire (a lease in Redis, say) does that comparison in the
///   same step as the write.
///
/// [`testing::store_suite`](crate::testing::store_suite) tries all of this on a store of yours, and the page of
/// [`testing`](crate::testing) shows how a store in Postgres and one in Redis are made.
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The tokens of this account, or `None` when there are none.
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>>;

    /// Replaces the tokens of this account.
    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Replaces the tokens of this account only if the store still holds those of this generation, or none for
    /// `None`: compare-and-set, so that a late writer neither undoes a newer renewal nor brings back a session that
    /// was ended meanwhile.
    ///
    /// The default loads, compares and saves, which is right where nobody writes without the lock.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the store holds something else by now. Nothing was written then.
    fn save_if<'a>(
        &'a self,
        key: &'a AccountKey,
        expected: Option<u64>,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let found = self.load(key).await?.map(|tokens| tokens.generation());
            if found != expected {
                return Err(StoreError::Stale);
            }
            self.save(key, tokens).await
        })
    }

    /// Removes the tokens of this account. It is no error when there are none, and unreadable ones go too.
    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Waits for the exclusive right to change the tokens of this account; dropping the result gives it back.
    ///
    /// The default excludes the other tasks of this process only.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when it took too long. The session then does not renew; it never goes on without.
    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async { Ok(StoreLock::in_process(&key.fingerprint()).await) })
    }

    /// Tries whether tokens could be saved, so that a login fails before the browser opens and not after it.
    ///
    /// The default takes the lock and loads.
    fn probe<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            let _lock = self.lock(key).await?;
            match self.load(key).await {
                // A login replaces what cannot be read, so it does not stand in its way.
                Err(error) if !error.is_mended_by_login() => Err(error),
                _ => Ok(()),
            }
        })
    }
}

/// What tokens are bound to: the service, the client and the account. Tokens of one key are never used for
/// another, so a token of a test server cannot reach the real one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountKey {
    base_url: String,
    client_id: String,
    account: String,
}

impl AccountKey {
    /// A key of its three parts.
    pub fn new(base_url: &BaseUrl, client_id: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            base_url: base_url.as_str().to_owned(),
            client_id: client_id.into(),
            account: account.into(),
        }
    }

    /// The base URL of the service.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The OAuth client id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The label that tells the accounts of one client apart; `default` unless the application set another.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// A name for this key of 32 hexadecimal digits, usable as a file name or a database key.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.base_url, &self.client_id, &self.account] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The exclusive right to change the tokens of one account, until it is dropped.
#[must_use = "dropping the lock gives it back"]
pub struct StoreLock(#[expect(dead_code, reason = "it is held for its drop")] Box<dyn Any + Send + Sync>);

impl StoreLock {
    /// Wraps whatever gives the lock back when it is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }

    /// Waits for a lock of this name that excludes the other tasks of this process.
    pub async fn in_process(name: &str) -> Self {
        Self::new(Gates::global().enter(name).await)
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// One asynchronous mutex per name; a name that nobody holds costs nothing after the next visitor.
#[derive(Default)]
pub(crate) struct Gates(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl Gates {
    pub(crate) fn global() -> &'static Self {
        static GLOBAL: LazyLock<Gates> = LazyLock::new(Gates::default);
        &GLOBAL
    }

    pub(crate) async fn enter(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let gate = {
            let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            gates.retain(|_, gate| gate.strong_count() > 0);
            match gates.get(name).and_then(Weak::upgrade) {
                Some(gate) => gate,
                None => {
                    let gate = Arc::new(tokio::sync::Mutex::new(()));
                    gates.insert(name.to_owned(), Arc::downgrade(&gate));
                    gate
                }
            }
        };
        gate.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(base: &str, client: &str, account: &str) -> AccountKey {
        AccountKey::new(&base.parse().unwrap(), client, account)
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let keys = [
            key("https://aipass.one", "ab", "c"),
            key("https://aipass.one", "a", "bc"),
            key("https://aipass.one", "ab", "d"),
            key("https://aipass.one/x", "ab", "c"),
            key("http://127.0.0.1:1", "ab", "c"),
        ];
        let names: std::collections::HashSet<_> = keys.iter().map(AccountKey::fingerprint).collect();
        assert_eq!(names.len(), keys.len());
        assert!(
            names
                .iter()
                .all(|name| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
        );
    }

    #[tokio::test]
    async fn a_gate_lets_one_in_and_forgets_its_name() {
        let gates = Gates::default();
        let inside = gates.enter("a").await;
        assert!(futures_util::FutureExt::now_or_never(gates.enter("a")).is_none());
        assert!(futures_util::FutureExt::now_or_never(gates.enter("b")).is_some());
        drop(inside);
        assert!(futures_util::FutureExt::now_or_never(gates.enter("a")).is_some());
        assert_eq!(gates.0.lock().unwrap().len(), 1);
    }
}
