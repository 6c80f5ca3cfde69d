//! What all handlers share, each part behind its own short lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::builder::Config;
use crate::faults::FaultPlan;
use crate::files::Shelf;
use crate::money::Purse;
use crate::oauth::consent::Desk;
use crate::oauth::grants::Grants;
use crate::oauth::registry::Registry;
use crate::observe::Observer;
use crate::payments::Checkout;
use crate::secret::Vault;
use crate::videos::Jobs;

/// The handle that axum hands to every handler.
pub(crate) type App = Arc<Shared>;

pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) config: Config,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clients: Mutex<Registry>,
    pub(crate) desk: Mutex<Desk>,
    pub(crate) grants: Mutex<Grants>,
    pub(crate) purse: Mutex<Purse>,
    pub(crate) observer: Mutex<Observer>,
    pub(crate) faults: Mutex<FaultPlan>,
    pub(crate) files: Mutex<Shelf>,
    pub(crate) videos: Mutex<Jobs>,
    pub(crate) checkouts: Mutex<HashMap<String, Checkout>>,
    pub(crate) token_delay: Mutex<Duration>,
}

impl Shared {
    pub(crate) fn new(base_url: String, config: Config) -> Self {
        let vault = Arc::new(Vault::default());
        let mut registry = Registry::default();
        for seed in &config.clients {
            registry.seed(seed, &config.lifetimes);
        }
        Self {
            clients: Mutex::new(registry),
            desk: Mutex::default(),
            grants: Mutex::new(Grants::new(Arc::clone(&vault))),
            purse: Mutex::new(Purse::new(config.max_budget)),
            observer: Mutex::default(),
            faults: Mutex::default(),
            files: Mutex::default(),
            videos: Mutex::default(),
            checkouts: Mutex::default(),
            token_delay: Mutex::new(Duration::ZERO),
            vault,
            base_url,
            config,
        }
    }
}

/// Locks, and goes on after a panic elsewhere: one failed handler must not take the sandbox down with it.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
