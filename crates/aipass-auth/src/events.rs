//! What happens to sessions, for whoever wants to know: renewed, not saved, over.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::error::AuthError;
use crate::store_error::StoreError;

/// A listener that falls this far behind misses the oldest events.
const CAPACITY: usize = 64;

/// Something happened to a session. No event holds a secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionEvent {
    /// The session has new tokens from the server.
    Refreshed {
        /// The label of the account.
        account: String,
        /// When the new access token expires; `None` when the server did not say.
        expires_at: Option<SystemTime>,
    },
    /// New tokens are in use, but the store could not take them. They are lost if the process ends now; saving is
    /// tried again with a later request and by [`close`](crate::Auth::close).
    SaveFailed {
        /// The label of the account.
        account: String,
        /// What the store said.
        error: StoreError,
    },
    /// The session has ended, and only a login helps. An access token that still works is handed out until it
    /// expires, so this may come before the first call fails. It comes once, not with each call.
    LoginRequired {
        /// The label of the account.
        account: String,
        /// What the callers get.
        error: AuthError,
    },
}

impl SessionEvent {
    /// The label of the account that it is about.
    pub fn account(&self) -> &str {
        match self {
            Self::Refreshed { account, .. }
            | Self::SaveFailed { account, .. }
            | Self::LoginRequired { account, .. } => account,
        }
    }
}

/// The events from now on, in their order; also a [`Stream`]. It ends with the last
/// [`Auth`](crate::Auth) of its client.
///
/// Nobody waits for a slow listener: one that is more than 64 events behind misses the oldest.
#[must_use = "events are only seen by whoever asks for the next one"]
pub struct SessionEvents(BoxStream<'static, SessionEvent>);

impl SessionEvents {
    fn new(receiver: Receiver<SessionEvent>) -> Self {
        let events = stream::unfold(receiver, |mut receiver| async move {
            loop {
                match receiver.recv().await {
                    Ok(event) => return Some((event, receiver)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        Self(events.boxed())
    }

    /// Waits for the next event; `None` when there will be no more. Giving up the wait loses no event.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        self.0.next().await
    }
}

impl Stream for SessionEvents {
    type Item = SessionEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<SessionEvent>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for SessionEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEvents").finish_non_exhaustive()
    }
}

/// Where sessions say what happened to them.
#[derive(Debug, Clone)]
pub(crate) struct Announcer(Sender<SessionEvent>);

impl Default for Announcer {
    fn default() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }
}

impl Announcer {
    pub(crate) fn announce(&self, event: SessionEvent) {
        // That nobody listens is the usual case.
        let _ = self.0.send(event);
    }

    pub(crate) fn listen(&self) -> SessionEvents {
        SessionEvents::new(self.0.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(account: usize) -> SessionEvent {
        SessionEvent::Refreshed {
            account: account.to_string(),
            expires_at: None,
        }
    }

    #[tokio::test]
    async fn a_slow_listener_misses_the_oldest_and_holds_nobody_up() {
        let announcer = Announcer::default();
        let mut events = announcer.listen();
        for number in 0..CAPACITY + 3 {
            announcer.announce(event(number));
        }
        drop(announcer);
        let mut accounts = Vec::new();
        while let Some(event) = events.next().await {
            accounts.push(event.account().to_owned());
        }
        let expected: Vec<_> = (3..CAPACITY + 3).map(|number| number.to_string()).collect();
        assert_eq!(accounts, expected);
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_loses_nothing() {
        use futures_util::FutureExt as _;
        let announcer = Announcer::default();
        let mut events = announcer.listen();
        assert!(events.next().now_or_never().is_none());
        announcer.announce(event(1));
        assert_eq!(events.next().await.unwrap().account(), "1");
    }
}
