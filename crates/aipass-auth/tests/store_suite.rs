//! The suite for stores: ours pass it, and each kind of broken store fails it by the name of its fault.

use std::fmt;

use aipass_auth::testing::{shared_store_suite, store_suite};
use aipass_auth::{AccountKey, BoxFuture, MemoryStore, StoreError, StoreLock, StoredTokens, TokenStore};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_store_passes() {
    store_suite(MemoryStore::new).await;
    shared_store_suite(|| {
        let store = MemoryStore::new();
        (store.clone(), store)
    })
    .await;
}

#[cfg(feature = "file-store")]
#[tokio::test(flavor = "multi_thread")]
async fn the_file_store_passes() {
    use aipass_auth::FileStore;
    let dir = tempfile::tempdir().unwrap();
    let mut number = 0;
    let mut folder = || {
        number += 1;
        dir.path().join(format!("state/{number}"))
    };
    store_suite(|| FileStore::in_dir(folder())).await;
    shared_store_suite(|| {
        let folder = folder();
        (FileStore::in_dir(&folder), FileStore::in_dir(&folder))
    })
    .await;
}

/// A store with the trait's own `save_if`, `lock` and `probe`, as the smallest one of a user has them.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_the_defaults_passes() {
    store_suite(|| Broken::new(Fault::None)).await;
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    EmptyIsAnError,
    IgnoresExpected,
    ComparesWithGreater,
    RefusesAndWrites,
    RevivesRemoved,
    LocksNobody,
    LocksEverybody,
    NeverUnlocks,
    KeepsTheLockOfACancelledWaiter,
    MixesAccounts,
    MixesServices,
    MixesCase,
    RemoveForgetsNothing,
    RemoveForgetsTheNeighbour,
    RemoveIsNotIdempotent,
    DropsUnknownMembers,
    DropsExtraMembers,
    ForgetsTheGeneration,
    KeepsTheOldRefreshToken,
    WritesInTwoSteps,
    RemovesBeforeItWrites,
    ProbeWrites,
    ProbeKeepsTheLock,
    ShowsTokens,
    ErrorShowsTokens,
}

/// A store in memory that breaks one rule.
struct Broken {
    inner: MemoryStore,
    fault: Fault,
    shown: std::sync::Mutex<String>,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        Self {
            inner: MemoryStore::new(),
            fault,
            shown: std::sync::Mutex::default(),
        }
    }

    /// The key under which a store with this fault files what belongs to `key`.
    fn filed(&self, key: &AccountKey) -> AccountKey {
        let base = |url: &str| url.parse().unwrap();
        match self.fault {
            Fault::MixesAccounts => AccountKey::new(&base(key.base_url()), key.client_id(), "same"),
            Fault::MixesServices => {
                AccountKey::new(&base("https://same.example"), key.client_id(), key.account())
            }
            Fault::MixesCase => AccountKey::new(
                &base(key.base_url()),
                key.client_id(),
                key.account().to_lowercase(),
            ),
            _ => key.clone(),
        }
    }

    /// Another key whose tokens go too.
    fn neighbour(key: &AccountKey) -> AccountKey {
        AccountKey::new(&key.base_url().parse().unwrap(), key.client_id(), "bob")
    }
}

/// The tokens with their stored form changed.
fn changed(tokens: &StoredTokens, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> StoredTokens {
    let mut json: Value = serde_json::from_str(tokens.to_json().expose_secret()).unwrap();
    change(json.as_object_mut().unwrap());
    StoredTokens::from_json(json.to_string().as_bytes()).unwrap()
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Broken({})", self.shown.lock().unwrap())
    }
}

impl TokenStore for Broken {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        Box::pin(async move {
            let found = self.inner.load(&self.filed(key)).await?;
            if found.is_none() && self.fault == Fault::EmptyIsAnError {
                return Err(StoreError::other("no row"));
            }
            Ok(found)
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let key = self.filed(key);
            let old = self.inner.load(&key).await?;
            let kept = match self.fault {
                Fault::DropsUnknownMembers => changed(tokens, |json| {
                    json.remove("of_a_later_version");
                }),
                Fault::DropsExtraMembers => changed(tokens, |json| {
                    json.remove("extra");
                }),
                Fault::ForgetsTheGeneration => changed(tokens, |json| {
                    json.insert("generation".to_owned(), Value::from(1));
                }),
                Fault::KeepsTheOldRefreshToken => changed(tokens, |json| {
                    let old = old.as_ref().and_then(|old| old.refresh_token());
                    if let (None, Some(old)) = (json.get("refresh_token"), old) {
                        json.insert("refresh_token".to_owned(), Value::from(old.expose_secret()));
                    }
                }),
                _ => tokens.clone(),
            };
            if let (Fault::WritesInTwoSteps, Some(old)) = (self.fault, &old) {
                let mix = changed(old, |json| {
                    let access = tokens.access_token().expose_secret();
                    json.insert("access_token".to_owned(), Value::from(access));
                });
                self.inner.save(&key, &mix).await?;
                tokio::task::yield_now().await;
            }
            if self.fault == Fault::RemovesBeforeItWrites {
                self.inner.remove(&key).await?;
                tokio::task::yield_now().await;
            }
            if self.fault == Fault::ShowsTokens {
                self.shown
                    .lock()
                    .unwrap()
                    .push_str(tokens.access_token().expose_secret());
            }
            self.inner.save(&key, &kept).await
        })
    }

    fn save_if<'a>(
        &'a self,
        key: &'a AccountKey,
        expected: Option<u64>,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let found = self.load(key).await?.map(|tokens| tokens.generation());
            let refused = match self.fault {
                Fault::IgnoresExpected => false,
                Fault::ComparesWithGreater => found > expected,
                Fault::RevivesRemoved => found.is_some() && found != expected,
                _ => found != expected,
            };
            if refused {
                if self.fault == Fault::RefusesAndWrites {
                    self.save(key, tokens).await?;
                }
                if self.fault == Fault::ErrorShowsTokens {
                    let text = tokens.to_json().expose_secret().to_owned();
                    return Err(if text.contains("suite-access-secret") {
                        StoreError::other(text)
                    } else {
                        StoreError::Stale
                    });
                }
                return Err(StoreError::Stale);
            }
            self.save(key, tokens).await
        })
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            match self.fault {
                Fault::RemoveForgetsNothing => return Ok(()),
                Fault::RemoveForgetsTheNeighbour => self.inner.remove(&Self::neighbour(key)).await?,
                Fault::RemoveIsNotIdempotent if self.inner.load(key).await?.is_none() => {
                    return Err(StoreError::other("no row"));
                }
                _ => {}
            }
            self.inner.remove(&self.filed(key)).await
        })
    }

    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            match self.fault {
                Fault::LocksNobody => Ok(StoreLock::new(())),
                Fault::LocksEverybody => {
                    let everybody = AccountKey::new(&"https://all.example".parse().unwrap(), "", "");
                    self.inner.lock(&everybody).await
                }
                Fault::NeverUnlocks => {
                    std::mem::forget(self.inner.lock(key).await?);
                    Ok(StoreLock::new(()))
                }
                Fault::KeepsTheLockOfACancelledWaiter => {
                    let (tell, told) = tokio::sync::oneshot::channel();
                    let (inner, key) = (self.inner.clone(), key.clone());
                    tokio::spawn(async move {
                        // Nobody takes it any more: it is held for ever.
                        if let Err(lock) = tell.send(inner.lock(&key).await) {
                            std::mem::forget(lock);
                        }
                    });
                    told.await.unwrap()
                }
                _ => self.inner.lock(key).await,
            }
        })
    }

    fn probe<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            match self.fault {
                Fault::ProbeWrites => self.save(key, &StoredTokens::new(key, "probe")).await,
                Fault::ProbeKeepsTheLock => {
                    std::mem::forget(self.inner.lock(key).await?);
                    Ok(())
                }
                _ => self.inner.probe(key).await,
            }
        })
    }
}

/// The clock stands still and jumps when everybody waits, so that a lock that never comes costs no time.
#[tokio::test(start_paused = true)]
async fn each_broken_store_fails_by_the_name_of_its_fault() {
    for (fault, rule) in [
        (
            Fault::EmptyIsAnError,
            "load must work on a healthy store; it failed: the token store failed",
        ),
        (
            Fault::IgnoresExpected,
            "save_if must refuse a generation when there are no tokens",
        ),
        (
            Fault::ComparesWithGreater,
            "save_if must refuse a generation when there are no tokens",
        ),
        (Fault::RefusesAndWrites, "a refused save_if must write nothing"),
        (
            Fault::RevivesRemoved,
            "save_if must refuse a generation when there are no tokens",
        ),
        (
            Fault::LocksNobody,
            "a second lock of the same key must wait until the first is dropped",
        ),
        (
            Fault::LocksEverybody,
            "the lock of one key must not hold up another key",
        ),
        (Fault::NeverUnlocks, "it did not come to pass"),
        (
            Fault::KeepsTheLockOfACancelledWaiter,
            "a waiter that went away must not keep the lock",
        ),
        (
            Fault::MixesAccounts,
            "tokens of one base URL, client and account must not be seen under another",
        ),
        (
            Fault::MixesServices,
            "tokens of one base URL, client and account must not be seen under another",
        ),
        (
            Fault::MixesCase,
            "tokens of one base URL, client and account must not be seen under another",
        ),
        (Fault::RemoveForgetsNothing, "tokens must be gone after remove"),
        (
            Fault::RemoveForgetsTheNeighbour,
            "remove must take away the tokens of its own key only",
        ),
        (
            Fault::RemoveIsNotIdempotent,
            "remove must be no error when there is nothing to remove",
        ),
        (
            Fault::DropsUnknownMembers,
            "members that are not known here must be kept",
        ),
        (
            Fault::DropsExtraMembers,
            "tokens must come back byte for byte as they were stored",
        ),
        (
            Fault::ForgetsTheGeneration,
            "the generation must come back as it was stored",
        ),
        (
            Fault::KeepsTheOldRefreshToken,
            "tokens without a refresh token and without an end must come back so",
        ),
        (
            Fault::WritesInTwoSteps,
            "a reader must see the tokens of one writer, never a mix",
        ),
        (
            Fault::RemovesBeforeItWrites,
            "there must be tokens at every moment while they are replaced",
        ),
        (Fault::ProbeWrites, "probe must not leave tokens behind"),
        (Fault::ProbeKeepsTheLock, "it did not come to pass"),
        (
            Fault::ShowsTokens,
            "neither the Debug text of a store nor its errors may show a token",
        ),
        (
            Fault::ErrorShowsTokens,
            "neither the Debug text of a store nor its errors may show a token",
        ),
    ] {
        let outcome = tokio::spawn(store_suite(move || Broken::new(fault))).await;
        let Err(error) = outcome else {
            panic!("the suite passed a store with the fault {fault:?}")
        };
        let panic = error.into_panic();
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
            .unwrap_or_default();
        assert!(text.contains(rule), "{fault:?} fails with another rule: {text}");
        assert!(!text.contains("suite-access"), "{fault:?} shows a token: {text}");
    }
}
