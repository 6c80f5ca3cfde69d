//! The keyring where there is one, and a file where there is none, by an explicit choice that is remembered.
//!
//! A keyring that is locked is there: going on without it would leave the tokens in clear for good because of a moment.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;
use serde::{Deserialize, Serialize};

use super::store::KeyringStore;
use crate::file_store::blocking;
use crate::private_file;
use crate::store::{AccountKey, BoxFuture, StoreLock, TokenStore};
use crate::store_error::{KeyringProblem, SealProblem, StoreError};
use crate::tokens::StoredTokens;

const VERSION: u32 = 1;

/// Where [`KeyringOrFile`] keeps the tokens of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum StoreBackend {
    /// Encrypted, with a key that the keyring keeps: [`KeyringStore`].
    Keyring,
    /// In clear, in a file that only its owner can read: [`FileStore`](crate::FileStore).
    File,
}

/// Uses the keyring, and a private file on a system that has none, or none that works
/// ([`KeyringProblem::Failed`]), when an account first signs in.
///
/// Choosing this type is the consent to tokens in clear in a file; [`KeyringStore`] never does that.
///
/// A keyring that is locked or does not answer in time decides nothing: the first login fails with
/// [`StoreError::Keyring`] before the browser opens, and works once the person has unlocked it. Where nobody can, as on
/// a server, [`move_to`](Self::move_to) chooses the file.
///
/// The choice is made once for an account, by the first login, and is remembered beside the tokens. So a keyring that
/// is locked or gone later is an error, too, and never a reason to go on without it, and no session is looked for in
/// the wrong place. Signing out keeps the choice. An account that a [`FileStore`](crate::FileStore) on this folder has
/// signed in already stays with the file.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use aipass_auth::{Auth, FileStore, KeyringOrFile, StoreBackend};
///
/// # let keyring = keyring_core::mock::Store::new()?;
/// let store = KeyringOrFile::new(keyring, FileStore::for_app("my-app")?.dir());
/// let auth = Auth::builder("client_1").token_store(store.clone()).build()?;
/// auth.check_store().await?;
/// match store.backend(auth.account_key()).await? {
///     Some(StoreBackend::Keyring) => println!("your session is protected by the keyring"),
///     Some(_) => println!("no keyring that works was found; your session is in {}", store.dir().display()),
///     None => println!("nobody has signed in yet"),
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct KeyringOrFile {
    sealed: KeyringStore,
}

/// The choice as it stands on the disk.
#[derive(Serialize, Deserialize)]
struct Choice {
    version: u32,
    backend: StoreBackend,
}

impl KeyringOrFile {
    /// A store over this keyring and this folder. Nothing is created and nobody is asked yet.
    pub fn new(credential_store: Arc<CredentialStore>, dir: impl Into<PathBuf>) -> Self {
        Self {
            sealed: KeyringStore::new(credential_store, dir),
        }
    }

    /// As [`KeyringStore::service`].
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.sealed = self.sealed.service(name);
        self
    }

    /// As [`KeyringStore::keyring_timeout`].
    #[must_use]
    pub fn keyring_timeout(mut self, limit: Duration) -> Self {
        self.sealed = self.sealed.keyring_timeout(limit);
        self
    }

    /// As [`FileStore::lock_timeout`](crate::FileStore::lock_timeout).
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.sealed = self.sealed.lock_timeout(limit);
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.sealed.dir()
    }

    /// The file that holds the tokens of this account, encrypted or in clear.
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.sealed.path(key)
    }

    /// Which of the two this account uses, or `None` as long as nothing was chosen. It asks no keyring.
    ///
    /// # Errors
    ///
    /// When what was remembered cannot be read. It is not chosen anew then: the other store would not find the
    /// session.
    pub async fn backend(&self, key: &AccountKey) -> Result<Option<StoreBackend>, StoreError> {
        match self.remembered(key).await? {
            Some(backend) => Ok(Some(backend)),
            // An earlier version of the program may have used one of the two stores alone.
            None => self.kind_of_file(key).await,
        }
    }

    /// Moves the session of an account, if there is one, and remembers the place from now on. The session stays
    /// signed in. With nobody signed in it is the choice alone, and the choice of the file asks no keyring. If it fails,
    /// everything is as before; after a crash in between, call it again.
    ///
    /// # Errors
    ///
    /// When the keyring cannot be used, or the session cannot be read where it is.
    pub async fn move_to(&self, key: &AccountKey, backend: StoreBackend) -> Result<(), StoreError> {
        let _lock = self.lock(key).await?;
        let from = self.kind_of_file(key).await?;
        match (from, backend) {
            (Some(StoreBackend::File), StoreBackend::Keyring) => {
                if let Some(tokens) = self.sealed.file.load(key).await? {
                    self.sealed.save(key, &tokens).await?;
                }
            }
            (Some(StoreBackend::Keyring), StoreBackend::File) => {
                if let Some(tokens) = self.sealed.load(key).await? {
                    let name = self.sealed.key_name(key).await;
                    self.replace(
                        self.path(key),
                        tokens.to_json().expose_secret().as_bytes().to_vec(),
                    )
                    .await?;
                    if let Some(name) = name {
                        self.sealed.forget_unless_named(key, &name).await;
                    }
                }
            }
            (None, StoreBackend::Keyring) => self.sealed.keyring.try_out().await?,
            _ => {}
        }
        self.remember(key, backend).await
    }

    fn store(&self, backend: StoreBackend) -> &dyn TokenStore {
        match backend {
            StoreBackend::Keyring => &self.sealed,
            StoreBackend::File => &self.sealed.file,
        }
    }

    fn choice_path(&self, key: &AccountKey) -> PathBuf {
        self.path(key).with_extension("backend")
    }

    async fn remembered(&self, key: &AccountKey) -> Result<Option<StoreBackend>, StoreError> {
        let path = self.choice_path(key);
        blocking(move || {
            let Some(json) = private_file::read(&path)? else {
                return Ok(None);
            };
            let choice: Choice = serde_json::from_slice(&json).map_err(|error| StoreError::Corrupt {
                path: Some(path.clone()),
                line: error.line(),
                column: error.column(),
            })?;
            if choice.version > VERSION {
                return Err(StoreError::NewerVersion {
                    path: Some(path),
                    found: choice.version,
                });
            }
            Ok(Some(choice.backend))
        })
        .await
    }

    async fn remember(&self, key: &AccountKey, backend: StoreBackend) -> Result<(), StoreError> {
        let choice = Choice {
            version: VERSION,
            backend,
        };
        let json = serde_json::to_vec(&choice)
            .map_err(|_| StoreError::Unavailable("the choice of a store could not be written"))?;
        self.replace(self.choice_path(key), json).await
    }

    async fn replace(&self, path: PathBuf, content: Vec<u8>) -> Result<(), StoreError> {
        let dir = self.dir().to_owned();
        let content = zeroize::Zeroizing::new(content);
        blocking(move || {
            private_file::prepare_dir(&dir)?;
            private_file::replace(&dir, &path, &content)
        })
        .await
    }

    /// Whose file is there, if any.
    async fn kind_of_file(&self, key: &AccountKey) -> Result<Option<StoreBackend>, StoreError> {
        match self.sealed.file.load(key).await {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Ok(Some(StoreBackend::File)),
            Err(StoreError::Sealed {
                problem: SealProblem::Encrypted,
                ..
            }) => Ok(Some(StoreBackend::Keyring)),
            Err(error) => Err(error),
        }
    }

    /// What was chosen; chosen now if it was not. The caller holds the lock.
    async fn choose(&self, key: &AccountKey) -> Result<StoreBackend, StoreError> {
        if let Some(backend) = self.remembered(key).await? {
            return Ok(backend);
        }
        let found = match self.kind_of_file(key).await {
            Ok(found) => found,
            // No session is lost with these.
            Err(error) if error.is_mended_by_login() => None,
            Err(error) => return Err(error),
        };
        let backend = match found {
            Some(backend) => backend,
            None => match self.sealed.keyring.try_out().await {
                Ok(()) => StoreBackend::Keyring,
                // One that is locked or slow is there, and the person's to unlock.
                Err(
                    error @ StoreError::Keyring {
                        problem: KeyringProblem::Failed,
                        ..
                    },
                ) => {
                    tracing::warn!(%error, "the tokens are kept in a private file");
                    StoreBackend::File
                }
                Err(error) => return Err(error),
            },
        };
        self.remember(key, backend).await?;
        Ok(backend)
    }
}

impl TokenStore for KeyringOrFile {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        Box::pin(async move {
            match self.backend(key).await? {
                Some(backend) => self.store(backend).load(key).await,
                None => Ok(None),
            }
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let backend = self.choose(key).await?;
            self.store(backend).save(key, tokens).await
        })
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        // It takes away a file of either kind, and a key if the file names one.
        self.sealed.remove(key)
    }

    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        self.sealed.lock(key)
    }

    fn probe<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let _lock = self.lock(key).await?;
            match self.choose(key).await? {
                StoreBackend::Keyring => self.sealed.probe_locked(key).await,
                StoreBackend::File => self.sealed.file.probe_locked(key).await,
            }
        })
    }
}
