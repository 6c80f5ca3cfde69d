//! The running sandbox: its address, its controls, and what it saw.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::builder::{Config, SandboxBuilder, SandboxError};
use crate::faults::Fault;
use crate::money::{Micros, Wallet};
use crate::observe::{Counts, RequestRecord};
use crate::person::{Person, PersonError, Visit};
use crate::route::Route;
use crate::secret::IssuedSecret;
use crate::state::{App, Shared, lock};
use crate::{router, server};

/// An AI Pass of one's own on a loopback port. It ends when it is dropped, open connections included.
#[must_use = "the sandbox ends when it is dropped"]
pub struct Sandbox {
    app: App,
    server: JoinHandle<()>,
}

/// Tokens that were issued without a login, by [`Sandbox::issue_tokens`].
#[derive(Clone)]
#[non_exhaustive]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: String,
}

impl Sandbox {
    /// Starts a sandbox with default settings on a free port.
    ///
    /// # Errors
    /// When no loopback port can be bound.
    pub async fn start() -> Result<Self, SandboxError> {
        Self::builder().start().await
    }

    /// Settings for a sandbox that is to start.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    pub(crate) fn serve(listener: TcpListener, port: u16, config: Config) -> Self {
        let app = Arc::new(Shared::new(format!("http://127.0.0.1:{port}"), config));
        let server = tokio::spawn(server::serve(listener, router::build(Arc::clone(&app))));
        Self { app, server }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end: what a client uses in place of `https://aipass.one`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.app.base_url
    }

    /// Opens an authorize URL of this sandbox as a person would, clicks "Allow", and follows the redirect.
    ///
    /// # Errors
    /// When the URL leads to no consent page, or the app's listener cannot be reached; see [`PersonError`].
    pub async fn approve(&self, authorize_url: &str) -> Result<Visit, PersonError> {
        self.person().approve(authorize_url).await
    }

    /// The same with "Deny".
    ///
    /// # Errors
    /// Those of [`approve`](Self::approve).
    pub async fn deny(&self, authorize_url: &str) -> Result<Visit, PersonError> {
        self.person().deny(authorize_url).await
    }

    /// Opens the link of a checkout session as a person would, and clicks its button, which adds the money.
    ///
    /// # Errors
    /// When the link leads to no page with that button, for one because it was paid; see [`PersonError`].
    pub async fn pay(&self, checkout_url: &str) -> Result<(), PersonError> {
        self.person().pay(checkout_url).await
    }

    /// The person of [`approve`](Self::approve), [`deny`](Self::deny) and [`pay`](Self::pay) as a value of its own, which can be moved
    /// into a task or into the function that opens the browser.
    #[must_use]
    pub fn person(&self) -> Person {
        Person::new(self.app.base_url.clone())
    }

    /// Issues tokens for a registered client without a login; `None` when the client is unknown.
    #[must_use]
    pub fn issue_tokens(&self, client_id: &str, scopes: &[&str]) -> Option<IssuedTokens> {
        let lifetimes = lock(&self.app.clients).find(client_id)?.lifetimes;
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let pair = lock(&self.app.grants).issue_directly(client_id, scopes, &lifetimes, Instant::now());
        Some(IssuedTokens {
            access_token: pair.access_token,
            refresh_token: pair.refresh_token,
        })
    }

    /// Lets every access token expire that was issued so far. Refresh tokens stay as they are.
    pub fn expire_access_tokens(&self) {
        lock(&self.app.grants).expire_access(Instant::now());
    }

    /// Lets every refresh token expire that was issued so far.
    pub fn expire_refresh_tokens(&self) {
        lock(&self.app.grants).expire_refresh(Instant::now());
    }

    /// Revokes every grant, as a person does who removes all apps from the account.
    pub fn revoke_all(&self) {
        lock(&self.app.grants).revoke_all();
    }

    /// The account's money.
    #[must_use]
    pub fn wallet(&self) -> Wallet {
        (*lock(&self.app.purse)).into()
    }

    /// Sets what is left, in US dollars, by moving the limit; at 0 or below paid calls are refused.
    pub fn set_balance(&self, usd: f64) {
        lock(&self.app.purse).set_remaining(Micros::from_usd(usd));
    }

    /// Delays every answer of the token endpoint from now on. The work is done before the delay: a caller that is
    /// dropped meanwhile has used up its refresh token, and the new pair is on its way.
    pub fn token_delay(&self, delay: Duration) {
        *lock(&self.app.token_delay) = delay;
    }

    /// Lets the next request to `route` meet `fault`. Several faults for one route are met one after the other.
    pub fn fail_next(&self, route: Route, fault: Fault) {
        lock(&self.app.faults).push(route, fault);
    }

    /// How often things happened so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        lock(&self.app.observer).counts.clone()
    }

    /// The requests so far, oldest first (the latest 10 000 of them), without any secret.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.app.observer).log()
    }

    /// Every code, token and client secret that was issued so far, to search logs and output for them.
    #[must_use]
    pub fn issued_secrets(&self) -> Vec<IssuedSecret> {
        self.app.vault.issued()
    }

    /// Every `state` and PKCE code verifier that apps sent so far. They are the apps' own secrets; a `state` is part
    /// of the authorize URL, which a program may have to show.
    #[must_use]
    pub fn seen_secrets(&self) -> Vec<IssuedSecret> {
        self.app.vault.seen()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("base_url", &self.app.base_url)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens").finish_non_exhaustive()
    }
}
