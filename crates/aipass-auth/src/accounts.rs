//! The sessions of one client, one for each account.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base_url::BaseUrl;
use crate::session::{Backing, Session};
use crate::store::AccountKey;

/// So many sessions are kept before the first look for idle ones.
const FIRST_SWEEP: usize = 1024;

/// Hands out one session for each account, however often it is asked for. Two sessions of one account in a process
/// would not know of each other's renewals, pauses and unsaved tokens.
pub(crate) struct Accounts {
    base: BaseUrl,
    client_id: String,
    backing: Backing,
    sessions: Mutex<Sessions>,
}

struct Sessions {
    by_account: HashMap<String, Session>,
    sweep_at: usize,
}

impl Accounts {
    pub(crate) fn new(base: BaseUrl, client_id: String, backing: Backing) -> Self {
        Self {
            base,
            client_id,
            backing,
            sessions: Mutex::new(Sessions {
                by_account: HashMap::new(),
                sweep_at: FIRST_SWEEP,
            }),
        }
    }

    pub(crate) fn backing(&self) -> &Backing {
        &self.backing
    }

    pub(crate) fn session(&self, account: &str) -> Session {
        let mut sessions = self.lock();
        if let Some(session) = sessions.by_account.get(account) {
            return session.clone();
        }
        sessions.make_room();
        let key = AccountKey::new(&self.base, &self.client_id, account);
        let session = Session::new(key, self.backing.clone());
        sessions.by_account.insert(account.to_owned(), session.clone());
        session
    }

    /// Every session that is known at the moment.
    pub(crate) fn all(&self) -> Vec<Session> {
        self.lock().by_account.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    /// Forgets sessions that nobody holds and that know nothing beyond what is in the store, whenever their number has
    /// doubled.
    fn make_room(&mut self) {
        if self.by_account.len() < self.sweep_at {
            return;
        }
        self.by_account
            .retain(|_, session| !session.is_alone() || !session.is_idle());
        self.sweep_at = FIRST_SWEEP.max(self.by_account.len().saturating_mul(2));
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts")
            .field("sessions", &self.lock().by_account.len())
            .finish_non_exhaustive()
    }
}

/// A label can be a file's or a database's key, so it is short and plain.
pub(crate) fn is_label(account: &str) -> bool {
    !account.is_empty() && account.len() <= 256 && !account.chars().any(char::is_control)
}
