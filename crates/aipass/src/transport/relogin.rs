//! A login that the client starts by itself, once for everybody who waits for it.

use aipass_auth::{Auth, AuthError, BoxFuture, LoginFlow};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Mutex;

/// Makes a flow for each login.
pub(crate) trait LogIn: Send + Sync {
    fn log_in<'a>(&'a self, auth: &'a Auth) -> BoxFuture<'a, Result<(), AuthError>>;
}

pub(crate) struct FlowMaker<F>(pub(crate) F);

impl<F, L> LogIn for FlowMaker<F>
where
    F: Fn() -> L + Send + Sync,
    L: LoginFlow + 'static,
{
    fn log_in<'a>(&'a self, auth: &'a Auth) -> BoxFuture<'a, Result<(), AuthError>> {
        let flow = (self.0)();
        Box::pin(async move { auth.login(flow).await.map(drop) })
    }
}

/// The login of one session. It does not hold the session, which may be forgotten meanwhile.
pub(crate) struct Relogin {
    flow: Arc<dyn LogIn>,
    /// How many logins have ended.
    ended: AtomicU64,
    /// Why the last one came to nothing.
    turn: Mutex<Option<AuthError>>,
}

impl Relogin {
    pub(crate) fn new(flow: Arc<dyn LogIn>) -> Self {
        Self {
            flow,
            ended: AtomicU64::new(0),
            turn: Mutex::new(None),
        }
    }

    /// How many logins have ended so far.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Acquire)
    }

    /// Logs in, or waits for the login under way and has its outcome: fifty calls open one browser, and a person who says
    /// no is not asked fifty times. `seen` is what [`ended`](Self::ended) said before the call asked for its token: a login
    /// that has ended since is the one that it needs.
    pub(crate) async fn run(&self, auth: &Auth, seen: u64) -> Result<(), AuthError> {
        let mut outcome = self.turn.lock().await;
        if self.ended() != seen {
            return outcome.clone().map_or(Ok(()), Err);
        }
        let done = self.flow.log_in(auth).await;
        *outcome = done.as_ref().err().cloned();
        self.ended.fetch_add(1, Ordering::Release);
        done
    }
}

impl fmt::Debug for Relogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relogin").finish_non_exhaustive()
    }
}
