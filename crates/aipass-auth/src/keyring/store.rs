//! The store: files as those of [`FileStore`], encrypted.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyring_core::CredentialStore;

use super::call::Keyring;
use super::sealed::{Key, Sealed};
use crate::file_store::{FileStore, blocking};
use crate::private_file;
use crate::secret::Secret;
use crate::store::{AccountKey, BoxFuture, StoreLock, TokenStore};
use crate::store_error::{SealProblem, StoreError};
use crate::tokens::StoredTokens;

/// Keeps tokens in the files of a [`FileStore`], encrypted with a key that the system's keyring keeps.
///
/// The program chooses the keyring and passes it in, as a store of the `keyring-core` crate:
/// `apple-native-keyring-store`, `windows-native-keyring-store`, `zbus-secret-service-keyring-store` and others. No
/// process-wide default is used or set.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use aipass_auth::{Auth, FileStore, KeyringStore};
///
/// # let keyring = keyring_core::mock::Store::new()?;
/// // let keyring = apple_native_keyring_store::keychain::Store::new()?;
/// let folder = FileStore::for_app("my-app")?.dir().to_owned();
/// let store = KeyringStore::new(keyring, folder).service("my-app");
/// let auth = Auth::builder("client_1").token_store(store).build()?;
/// # let _ = auth; Ok(()) }
/// ```
///
/// - Each file has a random key of 256 bits of its own, and names it; so accounts do not share a fate, a folder may
///   be moved, and signing out deletes the key: no copy of the file in a backup opens afterwards.
/// - The encryption is XChaCha20-Poly1305 and covers the account: a file that was changed, cut or put in another
///   account's place is refused ([`StoreError::Sealed`]). An older file of the same account is not told apart.
/// - The rules and the lock of [`FileStore`] hold, and the files have the same names: a folder has one session for an
///   account, whichever store opens it. Neither store overwrites the other's session in silence: tokens in clear are
///   refused here until the next login, encrypted ones are refused there. [`KeyringOrFile`](super::KeyringOrFile)
///   moves them.
/// - A call to the keyring takes 3 seconds at most, also when the keyring waits for a person. There is no fallback:
///   a keyring that cannot be used is [`StoreError::Keyring`].
/// - The key is read once and then kept in memory, so a renewal works while the keyring is locked.
///
/// Whoever runs as the same user can usually ask the keyring too. What this protects from is a copy of the files: a
/// backup, a synchronised folder, a stolen disk.
#[derive(Clone)]
pub struct KeyringStore {
    pub(super) file: FileStore,
    pub(super) keyring: Keyring,
    /// The keys that were read or made, by their names.
    keys: Arc<Mutex<HashMap<String, Secret>>>,
}

impl KeyringStore {
    /// A store over this keyring and this folder. Nothing is created and nobody is asked yet.
    pub fn new(credential_store: Arc<CredentialStore>, dir: impl Into<PathBuf>) -> Self {
        Self {
            file: FileStore::in_dir(dir),
            keyring: Keyring::new(credential_store),
            keys: Arc::default(),
        }
    }

    /// The name under which the keyring shows the keys to the person, `aipass` by default. A store with another name
    /// does not find the keys of this one.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.keyring.service = name.into();
        self
    }

    /// How long a call to the keyring may take, 3 seconds by default.
    #[must_use]
    pub fn keyring_timeout(mut self, limit: Duration) -> Self {
        self.keyring.limit = limit;
        self
    }

    /// As [`FileStore::lock_timeout`].
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.file = self.file.lock_timeout(limit);
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.file.dir()
    }

    /// The file that holds the encrypted tokens of this account.
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.file.path(key)
    }

    /// The file as it stands, still encrypted.
    async fn sealed(&self, key: &AccountKey) -> Result<Option<Sealed>, StoreError> {
        let path = self.path(key);
        blocking(move || match private_file::read(&path)? {
            Some(json) => Sealed::parse(&json, &path).map(Some),
            None => Ok(None),
        })
        .await
    }

    /// The key of this name, if the keyring has it.
    async fn key(&self, name: &str) -> Result<Option<Key>, StoreError> {
        let known = self.keys().get(name).cloned();
        let secret = match known {
            Some(secret) => Some(secret),
            None => self.keyring.get(name).await?,
        };
        let key = secret.map(|secret| Key {
            name: name.to_owned(),
            secret,
        });
        if let Some(key) = key.as_ref().filter(|key| key.is_usable()) {
            self.keys().insert(key.name.clone(), key.secret.clone());
        }
        Ok(key)
    }

    async fn new_key(&self) -> Result<Key, StoreError> {
        let key = Key::random()?;
        self.keyring.set(&key.name, &key.secret).await?;
        self.keys().insert(key.name.clone(), key.secret.clone());
        Ok(key)
    }

    /// Deletes a key that opens nothing any more. If it cannot be deleted it does no harm.
    async fn forget_key(&self, name: &str) {
        self.keys().remove(name);
        if let Err(error) = self.keyring.delete(name).await {
            tracing::warn!(%error, "a key that is no longer used stays in the keyring");
        }
    }

    /// Deletes a key unless the file opens with it. A file that cannot be read just now may be such a file: a key too
    /// many does no harm, a key too few ends a session.
    pub(super) async fn forget_unless_named(&self, key: &AccountKey, name: &str) {
        let may_name_it = match self.sealed(key).await {
            Ok(sealed) => sealed.is_some_and(|sealed| sealed.key_name() == name),
            Err(error) => !error.is_mended_by_login(),
        };
        if !may_name_it {
            self.forget_key(name).await;
        }
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, HashMap<String, Secret>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name of the key that the file of this account names, if it can be read.
    pub(super) async fn key_name(&self, key: &AccountKey) -> Option<String> {
        let sealed = self.sealed(key).await.ok().flatten();
        sealed.map(|sealed| sealed.key_name().to_owned())
    }

    async fn load_now(&self, key: &AccountKey) -> Result<Option<StoredTokens>, StoreError> {
        let Some(sealed) = self.sealed(key).await? else {
            return Ok(None);
        };
        let path = self.path(key);
        let refused = |problem| StoreError::Sealed {
            path: path.clone(),
            problem,
        };
        let secret = self
            .key(sealed.key_name())
            .await?
            .ok_or_else(|| refused(SealProblem::KeyMissing))?;
        let Some(json) = sealed.open(&secret, &key.fingerprint()) else {
            // The keyring may have another key under this name next time.
            self.keys().remove(&secret.name);
            return Err(refused(SealProblem::Changed));
        };
        let tokens = StoredTokens::from_json(&json).map_err(|error| error.in_file(&path))?;
        if tokens.belongs_to(key) {
            Ok(Some(tokens))
        } else {
            Err(StoreError::ForeignTokens)
        }
    }

    async fn save_now(&self, key: &AccountKey, tokens: &StoredTokens) -> Result<(), StoreError> {
        self.save_with(key, tokens, private_file::replace).await
    }

    /// Encrypts, and lets `replace` write. It gets the folder, the file and the content.
    async fn save_with(
        &self,
        key: &AccountKey,
        tokens: &StoredTokens,
        replace: impl FnOnce(&Path, &Path, &[u8]) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        if !tokens.belongs_to(key) {
            return Err(StoreError::ForeignTokens);
        }
        let old = match self.sealed(key).await {
            Ok(old) => old.map(|sealed| sealed.key_name().to_owned()),
            // A login replaces these; of the others nothing may be lost.
            Err(error) if error.is_mended_by_login() => None,
            Err(error) => return Err(error),
        };
        let known = match &old {
            Some(name) => self.key(name).await?.filter(Key::is_usable),
            None => None,
        };
        let (secret, is_new) = match known {
            Some(secret) => (secret, false),
            None => (self.new_key().await?, true),
        };
        let sealed = Sealed::seal(&secret, &key.fingerprint(), &tokens.to_json());
        let (dir, path) = (self.dir().to_owned(), self.path(key));
        let written = match sealed {
            Ok(sealed) => {
                blocking(move || {
                    private_file::prepare_dir(&dir)?;
                    replace(&dir, &path, &sealed)
                })
                .await
            }
            Err(error) => Err(error),
        };
        if is_new {
            // A write can fail at its very end and stand in its place all the same, so the file is asked.
            for name in old.iter().chain([&secret.name]) {
                self.forget_unless_named(key, name).await;
            }
        }
        written
    }

    async fn remove_now(&self, key: &AccountKey) -> Result<(), StoreError> {
        let name = self.key_name(key).await;
        let removed = self.file.remove(key).await;
        // When the tokens are gone, a keyring that cannot be used does not make that a failure.
        if let Some(name) = name {
            self.forget_unless_named(key, &name).await;
        }
        removed
    }

    /// The probe for one who holds the lock.
    pub(super) async fn probe_locked(&self, key: &AccountKey) -> Result<(), StoreError> {
        match self.load_now(key).await {
            // Its key came out of the keyring.
            Ok(Some(_)) => {}
            Err(error) if !error.is_mended_by_login() => return Err(error),
            _ => self.keyring.try_out().await?,
        }
        self.file.try_to_write(key).await
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("dir", &self.dir())
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}

impl TokenStore for KeyringStore {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        Box::pin(self.load_now(key))
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.save_now(key, tokens))
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.remove_now(key))
    }

    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        self.file.lock(key)
    }

    fn probe<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let _lock = self.lock(key).await?;
            self.probe_locked(key).await
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io;
    use std::time::Duration;

    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::mock;

    use super::*;

    fn key() -> AccountKey {
        AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", "default")
    }

    fn tokens(access: &str) -> StoredTokens {
        StoredTokens::new(&key(), access).with_expires_in(Duration::from_secs(3600))
    }

    fn names(keyring: &mock::Store) -> Vec<String> {
        let entries = keyring.search(&HashMap::new()).unwrap();
        entries
            .iter()
            .filter(|entry| entry.get_password().is_ok())
            .map(|entry| entry.get_specifiers().unwrap().1)
            .collect()
    }

    fn failed(path: &Path) -> StoreError {
        StoreError::io(path, io::Error::other("the disk fails"))
    }

    /// A process that starts anew, over the same keyring and folder.
    async fn loads(keyring: &Arc<mock::Store>, dir: &Path) -> Option<String> {
        let loaded = KeyringStore::new(keyring.clone(), dir).load(&key()).await;
        let tokens = loaded.unwrap();
        tokens.map(|tokens| tokens.access_token().expose_secret().to_owned())
    }

    /// The disk fails after the new file took its place: its key must not go, or the session would go with it.
    #[tokio::test]
    async fn the_key_of_the_file_in_place_is_never_deleted() {
        let (keyring, dir) = (mock::Store::new().unwrap(), tempfile::tempdir().unwrap());
        let store = KeyringStore::new(keyring.clone(), dir.path());
        let late = |dir: &Path, path: &Path, content: &[u8]| {
            private_file::replace(dir, path, content)?;
            Err(failed(dir))
        };
        assert!(store.save_with(&key(), &tokens("A1"), late).await.is_err());
        assert_eq!(loads(&keyring, dir.path()).await.as_deref(), Some("A1"));
        assert_eq!(names(&keyring).len(), 1);

        // Nor where the new file replaces one whose key is of no use: that key goes, this one stays.
        for entry in keyring.search(&HashMap::new()).unwrap() {
            entry.set_password("no key").unwrap();
        }
        let store = KeyringStore::new(keyring.clone(), dir.path());
        assert!(store.save_with(&key(), &tokens("A2"), late).await.is_err());
        assert_eq!(loads(&keyring, dir.path()).await.as_deref(), Some("A2"));
        assert_eq!(names(&keyring).len(), 1);
    }

    #[tokio::test]
    async fn a_write_that_fails_before_leaves_no_new_key_and_the_old_session() {
        let (keyring, dir) = (mock::Store::new().unwrap(), tempfile::tempdir().unwrap());
        let store = KeyringStore::new(keyring.clone(), dir.path());
        let early = |dir: &Path, _: &Path, _: &[u8]| Err(failed(dir));
        assert!(store.save_with(&key(), &tokens("A1"), early).await.is_err());
        assert!(names(&keyring).is_empty());
        store.save(&key(), &tokens("A1")).await.unwrap();
        assert!(store.save_with(&key(), &tokens("A2"), early).await.is_err());
        assert_eq!(loads(&keyring, dir.path()).await.as_deref(), Some("A1"));
    }
}
