//! The desk: authorize requests that wait for a person's decision, each good for one.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::oauth::grants::Consent;
use crate::secret::random_text;

/// How long a consent page may lie open.
const PATIENCE: Duration = Duration::from_secs(600);
/// More open pages than this mean a loop somewhere; then the oldest ones go.
const MAX_OPEN: usize = 1000;

/// A request that passed every check but the person's.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) consent: Consent,
    pub(crate) state: Option<String>,
}

#[derive(Default)]
pub(crate) struct Desk {
    open: HashMap<String, (Instant, Pending)>,
}

impl Desk {
    /// Keeps the request and returns the one-time id that the form carries.
    pub(crate) fn put(&mut self, pending: Pending, now: Instant) -> String {
        self.open
            .retain(|_, (since, _)| now.duration_since(*since) < PATIENCE);
        if self.open.len() >= MAX_OPEN {
            let oldest = self
                .open
                .iter()
                .min_by_key(|(_, (since, _))| *since)
                .map(|(id, _)| id.clone());
            if let Some(oldest) = oldest {
                self.open.remove(&oldest);
            }
        }
        let id = random_text(32);
        self.open.insert(id.clone(), (now, pending));
        id
    }

    /// The request behind an id, once, and only while the page is fresh.
    pub(crate) fn take(&mut self, id: &str, now: Instant) -> Option<Pending> {
        let (since, pending) = self.open.remove(id)?;
        (now.duration_since(since) < PATIENCE).then_some(pending)
    }
}
