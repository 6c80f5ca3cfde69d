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

    /// Stores a secret, and reads it back: a keyring that forgets is found now and not after the next start.
    pub(super) async fn set(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
        let text = secret.clone();
        self.call(name, move |entry| entry.set_password(text.expose_secret()))
            .await?
            .map_err(told)?;
        let kept = self.get(name).await?;
        if kept.map(|kept| kept.digest()) == Some(secret.digest()) {
            Ok(())
        } else {
            Err(StoreError::keyring(KeyringProblem::Failed))
        }
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), StoreError> {
        match self.call(name, Entry::delete_credential).await? {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(error)),
        }
    }

    /// Tries whether it takes, keeps and forgets a secret.
    pub(super) async fn try_out(&self) -> Result<(), StoreError> {
        let name = format!("probe-{}", random_text()?);
        let secret = Secret::new(random_text()?);
        let kept = self.set(&name, &secret).await;
        let forgotten = match &kept {
            // It hangs or is locked: asking again makes it no better.
            Err(_) => Ok(()),
            Ok(()) => self.delete(&name).await,
        };
        kept.and(forgotten)
    }

    /// The work gets a thread of its own. A thread of the runtime's pool that hangs would keep the runtime from
    /// coming to its end, and with it the program.
    async fn call<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<keyring_core::Result<T>, StoreError> {
        let (store, service, name) = (self.store.clone(), self.service.clone(), name.to_owned());
        let answer = async {
            let turn = self.gate.clone().lock_owned().await;
            let (tell, answer) = tokio::sync::oneshot::channel();
            std::thread::Builder::new()
                .name("aipass-keyring".to_owned())
                .spawn(move || {
                    let answer = store.build(&service, &name, None).and_then(|entry| work(&entry));
                    drop(turn);
                    // Nobody waits any more when it took too long.
                    let _ = tell.send(answer);
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
