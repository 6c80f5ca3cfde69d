//! Calls to the keyring that cannot hang.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};
use tokio::sync::Mutex;
use zeroize::Zeroize as _;

use super::sealed::random_text;
use crate::secret::Secret;
use crate::store_error::{KeyringProblem, StoreError};

/// Long enough for a keyring that is awake. One that is locked waits for a person, and a program must not.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(3);

/// A keyring, with the name under which the entries of this program stand in it.
#[derive(Clone)]
pub(super) struct Keyring {
    store: Arc<CredentialStore>,
    pub(super) service: String,
    pub(super) limit: Duration,
    /// One call at a time: not every keyring takes several. A call that hangs keeps it, so at most one thread does.
    gate: Arc<Mutex<()>>,
}

impl Keyring {
    pub(super) fn new(store: Arc<CredentialStore>) -> Self {
        Self {
            store,
            service: "aipass".to_owned(),
            limit: TIME_LIMIT,
            gate: Arc::default(),
        }
    }

    /// What is stored under this name. What is there but is no text comes back as an empty one, which is no key.
    pub(super) async fn get(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        match self.call(name, Entry::get_password).await? {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _)) => {
                bytes.zeroize();
                Ok(Some(Secret::new("")))
            }
            Err(error) => Err(told(error)),
        }
    }

    /// Stores a secret, and reads it back: a keyring that forgets is found now and not after the next start. If it
    /// comes to that when nobody waits any more, the entry goes again.
    pub(super) async fn set(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
        let text = secret.clone();
        let work = move |entry: &Entry| {
            entry.set_password(text.expose_secret())?;
            keeps(entry, &text)
        };
        self.call_or_undo(name, work, forget).await?.map_err(told)?
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), StoreError> {
        match self.call(name, Entry::delete_credential).await? {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(error)),
        }
    }

    /// Tries whether it takes, keeps and forgets a secret.
    pub(super) async fn try_out(&self) -> Result<(), StoreError> {
        let secret = Secret::new(random_text()?);
        // One call, so that the entry goes however long it takes.
        let work = move |entry: &Entry| {
            entry.set_password(secret.expose_secret())?;
            let kept = keeps(entry, &secret);
            match entry.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => kept,
                Err(error) => Err(error),
            }
        };
        let name = format!("probe-{}", random_text()?);
        self.call(&name, work).await?.map_err(told)?
    }

    /// The work gets a thread of its own. A thread of the runtime's pool that hangs would keep the runtime from
    /// coming to its end, and with it the program.
    async fn call<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<keyring_core::Result<T>, StoreError> {
        self.call_or_undo(name, work, |_| {}).await
    }

    /// As [`call`](Self::call); `undo` is for what came about too late.
    async fn call_or_undo<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
        undo: impl FnOnce(&Entry) + Send + 'static,
    ) -> Result<keyring_core::Result<T>, StoreError> {
        let (store, service, name) = (self.store.clone(), self.service.clone(), name.to_owned());
        let answer = async {
            let turn = self.gate.clone().lock_owned().await;
            let (tell, answer) = tokio::sync::oneshot::channel();
            std::thread::Builder::new()
                .name("aipass-keyring".to_owned())
                .spawn(move || {
                    // It ends with the thread, also by a panic.
                    let _turn = turn;
                    match store.build(&service, &name, None) {
                        Ok(entry) => {
                            let answer = work(&entry);
                            if tell.send(answer).is_err() {
                                undo(&entry);
                            }
                        }
                        Err(error) => drop(tell.send(Err(error))),
                    }
                })
                .map_err(|_| StoreError::keyring(KeyringProblem::Failed))?;
            answer
                .await
                .map_err(|_| StoreError::keyring(KeyringProblem::Failed))
        };
        tokio::time::timeout(self.limit, answer)
            .await
            .unwrap_or_else(|_| Err(StoreError::keyring(KeyringProblem::TimedOut)))
    }
}

/// Whether it is kept. The inner error is ours: no error of the keyring says it.
fn keeps(entry: &Entry, secret: &Secret) -> keyring_core::Result<Result<(), StoreError>> {
    let kept = match entry.get_password() {
        Ok(text) => Secret::new(text).digest() == secret.digest(),
        Err(Error::NoEntry) => false,
        Err(error) => return Err(error),
    };
    Ok(if kept {
        Ok(())
    } else {
        Err(StoreError::keyring(KeyringProblem::Failed))
    })
}

fn forget(entry: &Entry) {
    // Whoever waited has given up by now; a key that nobody knows of does no harm.
    let _ = entry.delete_credential();
}

/// Only what the platform said goes on: other errors of a keyring may hold the secret itself.
fn told(error: Error) -> StoreError {
    let (problem, source) = match error {
        Error::NoStorageAccess(source) => (KeyringProblem::Locked, Some(source)),
        Error::PlatformFailure(source) => (KeyringProblem::Failed, Some(source)),
        _ => (KeyringProblem::Failed, None),
    };
    StoreError::Keyring {
        problem,
        source: source.map(Arc::from),
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the credential store: what its own text holds is not known.
        f.debug_struct("Keyring")
            .field("vendor", &self.store.vendor())
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
