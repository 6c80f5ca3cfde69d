//! Tokens in files that only their owner can read.

use std::fmt;
use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::private_file;
use crate::store::{AccountKey, BoxFuture, Gates, StoreLock, TokenStore};
use crate::store_error::{SealProblem, StoreError};
use crate::tokens::{SEALED_VERSION, StoredTokens};

/// Longer than a renewal with its second attempt can take.
const LOCK_TIMEOUT: Duration = Duration::from_secs(75);
const SHORTEST_POLL: Duration = Duration::from_millis(5);
const LONGEST_POLL: Duration = Duration::from_millis(100);

/// Keeps tokens in a folder, one file and one lock file per account.
///
/// - The folder is created with mode 0700 and the files with 0600, whatever the umask. Files that others can read,
///   symbolic and hard links, pipes, and folders that others can write to are refused ([`StoreError::Insecure`]), not
///   repaired: somebody may have read or planted them. A login is refused, too, before the browser opens; the person
///   makes the file private or removes it ([`StoreError::help`]). Signing out removes it and follows no link.
/// - A file is replaced as a whole and is on the disk before the new tokens are used, so a crash or a full disk leaves
///   the old tokens or the new ones. Where the system cannot write a folder to the disk on demand, a log line says so.
/// - What a newer version of this crate wrote, and what a store of encrypted tokens wrote, is not overwritten; signing
///   out removes it.
/// - The lock works between processes, and the system gives it back when its holder dies. Nothing goes on without
///   it.
///
/// Windows has no modes; there the folder's own rights apply.
///
/// What cannot be promised: if the machine stops between the server's rotation of a refresh token and the save,
/// the session is lost and a login is needed.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use aipass_auth::{Auth, FileStore};
///
/// let store = FileStore::for_app("my-app")?;
/// let auth = Auth::builder("client_1").token_store(store).build()?;
/// # let _ = auth; Ok(()) }
/// ```
#[derive(Clone)]
pub struct FileStore {
    dir: PathBuf,
    lock_timeout: Duration,
}

impl FileStore {
    /// The usual place for the state of an application: `$XDG_STATE_HOME/APP` (`~/.local/state/APP`) on Linux,
    /// `~/Library/Application Support/APP` on macOS, `%APPDATA%\APP` on Windows. Nothing is created yet.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when no home folder is known, or when the name is not the name of a folder.
    pub fn for_app(app: impl AsRef<str>) -> Result<Self, StoreError> {
        use etcetera::BaseStrategy as _;
        let app = app.as_ref();
        let is_name = !app.is_empty()
            && !app.starts_with('.')
            && !app.contains(['/', '\\', ':'])
            && !app.chars().any(char::is_control);
        if !is_name {
            return Err(StoreError::Unavailable(
                "the name of the application is no name of a folder",
            ));
        }
        let base = etcetera::base_strategy::choose_native_strategy()
            .map_err(|_| StoreError::Unavailable("no home folder is known"))?;
        Ok(Self::in_dir(
            base.state_dir().unwrap_or_else(|| base.data_dir()).join(app),
        ))
    }

    /// A folder of your choice. Nothing is created yet.
    pub fn in_dir(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            lock_timeout: LOCK_TIMEOUT,
        }
    }

    /// How long to wait for another process that holds the lock, 75 seconds by default. A renewal with its one
    /// repetition may take 65 seconds, so less than that lets this process fail while another one still works.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The file that holds the tokens of this account.
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.dir.join(key.fingerprint() + ".json")
    }

    fn lock_path(&self, key: &AccountKey) -> PathBuf {
        self.dir.join(key.fingerprint() + ".lock")
    }

    /// The probe for one who holds the lock.
    pub(crate) async fn probe_locked(&self, key: &AccountKey) -> Result<(), StoreError> {
        match self.load(key).await {
            // A login replaces what cannot be read, so it does not stand in its way.
            Err(error) if !error.is_mended_by_login() => Err(error),
            _ => self.try_to_write(key).await,
        }
    }

    /// Tries whether the folder takes files.
    pub(crate) async fn try_to_write(&self, key: &AccountKey) -> Result<(), StoreError> {
        let (dir, path) = (self.dir.clone(), self.path(key));
        blocking(move || private_file::try_to_write(&dir, &path)).await
    }

    async fn lock_file(&self, key: &AccountKey) -> Result<StoreLock, StoreError> {
        let path = self.lock_path(key);
        // The tasks of this process queue here, so that only one of them polls the file.
        let gate = Gates::global().enter(&path.to_string_lossy()).await;
        let file = {
            let (dir, path) = (self.dir.clone(), path.clone());
            blocking(move || {
                private_file::prepare_dir(&dir)?;
                private_file::open_lock(&path)
            })
            .await?
        };
        let mut pause = SHORTEST_POLL;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(StoreLock::new((file, gate))),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(pause).await,
                Err(TryLockError::Error(error)) => return Err(StoreError::io(&path, error)),
            }
            pause = (pause * 2).min(LONGEST_POLL);
        }
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        let (path, key) = (self.path(key), key.clone());
        Box::pin(blocking(move || {
            let Some(tokens) = read(&path)? else {
                return Ok(None);
            };
            if tokens.belongs_to(&key) {
                Ok(Some(tokens))
            } else {
                Err(StoreError::ForeignTokens)
            }
        }))
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let (dir, path, key, json) = (self.dir.clone(), self.path(key), key.clone(), tokens.to_json());
        let belongs = tokens.belongs_to(&key);
        Box::pin(blocking(move || {
            if !belongs {
                return Err(StoreError::ForeignTokens);
            }
            private_file::prepare_dir(&dir)?;
            // What this version cannot read because it is newer, or encrypted, is not its to lose; and what is not
            // safe is the person's to look at.
            if let Err(
                error @ (StoreError::NewerVersion { .. }
                | StoreError::Sealed { .. }
                | StoreError::Insecure { .. }),
            ) = read(&path)
            {
                return Err(error);
            }
            private_file::replace(&dir, &path, json.expose_secret().as_bytes())
        }))
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        let (dir, path) = (self.dir.clone(), self.path(key));
        Box::pin(blocking(move || private_file::remove(&dir, &path)))
    }

    fn lock<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let waited = tokio::time::timeout(self.lock_timeout, self.lock_file(key)).await;
            waited.unwrap_or(Err(StoreError::Busy))
        })
    }

    fn probe<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let _lock = self.lock(key).await?;
            self.probe_locked(key).await
        })
    }
}

/// The tokens in clear that a file holds.
fn read(path: &Path) -> Result<Option<StoredTokens>, StoreError> {
    let Some(json) = private_file::read(path)? else {
        return Ok(None);
    };
    match StoredTokens::from_json(&json) {
        Ok(tokens) => Ok(Some(tokens)),
        Err(StoreError::NewerVersion {
            found: SEALED_VERSION,
            ..
        }) => Err(StoreError::Sealed {
            path: path.to_owned(),
            problem: SealProblem::Encrypted,
        }),
        Err(error) => Err(error.in_file(path)),
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(StoreError::Unavailable(
            "the runtime stopped before the work was done",
        )))
}
