//! A keyring that works, is locked, hangs, fails, forgets and lies, and the stores over it.

use std::any::Any;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aipass_auth::{
    AccountKey, KeyringOrFile, KeyringProblem, KeyringStore, SealProblem, StoreError, StoredTokens,
    TokenStore,
};
use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, CredentialStore, Entry, Error};

pub(crate) fn key(account: &str) -> AccountKey {
    AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", account)
}

pub(crate) fn tokens(access: &str) -> StoredTokens {
    tokens_of("default", access)
}

pub(crate) fn tokens_of(account: &str, access: &str) -> StoredTokens {
    StoredTokens::new(&key(account), access)
        .with_refresh_token("canary-refresh")
        .with_expires_in(Duration::from_secs(3600))
}

/// How a keyring behaves at the moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mood {
    Works,
    Locked,
    Fails,
    Hangs,
    Panics,
    /// Says yes and keeps nothing.
    Forgets,
    /// Its errors hold what it keeps.
    Blurts,
}

/// A keyring that survives the stores over it, as the system's does.
pub(crate) struct Fake {
    pub(crate) entries: Mutex<HashMap<String, Vec<u8>>>,
    pub(crate) mood: Mutex<Mood>,
    pub(crate) reads: AtomicUsize,
}

impl Fake {
    pub(crate) fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self {
            entries: Mutex::default(),
            mood: Mutex::new(mood),
            reads: AtomicUsize::new(0),
        })
    }

    pub(crate) fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.entries.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn only_secret(&self) -> Vec<u8> {
        let entries = self.entries.lock().unwrap();
        assert_eq!(entries.len(), 1);
        entries.values().next().unwrap().clone()
    }

    pub(crate) fn set_every_secret(&self, secret: &[u8]) {
        for entry in self.entries.lock().unwrap().values_mut() {
            *entry = secret.to_vec();
        }
    }
}

pub(crate) struct Shared(Arc<Fake>);

pub(crate) struct Slot {
    fake: Arc<Fake>,
    name: String,
}

impl Slot {
    fn act<T>(
        &self,
        work: impl FnOnce(&mut HashMap<String, Vec<u8>>) -> keyring_core::Result<T>,
    ) -> keyring_core::Result<T> {
        while *self.fake.mood.lock().unwrap() == Mood::Hangs {
            std::thread::sleep(Duration::from_millis(2));
        }
        let mood = *self.fake.mood.lock().unwrap();
        match mood {
            Mood::Locked => Err(Error::NoStorageAccess("the collection is locked".into())),
            Mood::Fails => Err(Error::PlatformFailure("no such bus".into())),
            Mood::Panics => panic!("the keyring panics"),
            Mood::Blurts => {
                let secret = self.fake.entries.lock().unwrap().values().next().cloned();
                Err(Error::BadEncoding(secret.unwrap_or_default()))
            }
            Mood::Works | Mood::Hangs | Mood::Forgets => work(&mut self.fake.entries.lock().unwrap()),
        }
    }
}

impl CredentialApi for Slot {
    fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
        let forgets = *self.fake.mood.lock().unwrap() == Mood::Forgets;
        self.act(|entries| {
            if !forgets {
                entries.insert(self.name.clone(), secret.to_vec());
            }
            Ok(())
        })
    }

    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.fake.reads.fetch_add(1, Ordering::SeqCst);
        self.act(|entries| entries.get(&self.name).cloned().ok_or(Error::NoEntry))
    }

    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.act(|entries| entries.remove(&self.name).map(|_| ()).ok_or(Error::NoEntry))
    }

    fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}

impl CredentialStoreApi for Shared {
    fn vendor(&self) -> String {
        "the test's own".to_owned()
    }

    fn id(&self) -> String {
        "1".to_owned()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        _: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(Slot {
            fake: self.0.clone(),
            name: format!("{service}/{user}"),
        })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A store whose Debug shows too much.
        write!(f, "{:?}", self.0.entries.lock().unwrap().values())
    }
}

pub(crate) fn keyring(fake: &Arc<Fake>) -> Arc<CredentialStore> {
    Arc::new(Shared(fake.clone()))
}

/// A new process: the same folder and keyring, nothing in memory.
pub(crate) fn store(fake: &Arc<Fake>, dir: &Path) -> KeyringStore {
    KeyringStore::new(keyring(fake), dir).keyring_timeout(Duration::from_millis(200))
}

pub(crate) fn either(fake: &Arc<Fake>, dir: &Path) -> KeyringOrFile {
    KeyringOrFile::new(keyring(fake), dir).keyring_timeout(Duration::from_millis(200))
}

pub(crate) async fn access(store: &impl TokenStore) -> String {
    let tokens = store.load(&key("default")).await.unwrap().unwrap();
    tokens.access_token().expose_secret().to_owned()
}

pub(crate) fn problem(error: &StoreError) -> Option<KeyringProblem> {
    match error {
        StoreError::Keyring { problem, .. } => Some(*problem),
        _ => None,
    }
}

pub(crate) fn seal_problem(error: &StoreError) -> Option<SealProblem> {
    match error {
        StoreError::Sealed { problem, .. } => Some(*problem),
        _ => None,
    }
}

/// A signed-in account over a keyring that works.
pub(crate) async fn signed_in() -> (tempfile::TempDir, Arc<Fake>) {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    store(&fake, dir.path())
        .save(&key("default"), &tokens("canary-access"))
        .await
        .unwrap();
    (dir, fake)
}
