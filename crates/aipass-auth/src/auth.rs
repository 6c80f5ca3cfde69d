//! The client: what a program asks of a session.

use std::fmt;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::RwLock;
use url::Url;

use crate::accounts::{Accounts, is_label};
use crate::base_url::BaseUrl;
use crate::builder::AuthBuilder;
use crate::error::{AuthError, BuildError, BuildErrorKind, Kind};
use crate::events::SessionEvents;
use crate::grant::Grants;
use crate::revoke::{LogoutReport, RevokeOutcome, RevokeShape, revoke};
use crate::secret::AccessToken;
use crate::session::Session;
use crate::source::TokenSource;
use crate::store::{AccountKey, BoxFuture};
use crate::store_error::StoreError;
use crate::tokens::{SessionInfo, StoredTokens};

/// One OAuth client with the session of one account. Clones are cheap and share the session;
/// [`for_account`](Self::for_account) gives the session of another one.
///
/// # Examples
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use aipass_auth::{Auth, MemoryStore};
///
/// let auth = Auth::builder("client_1").token_store(MemoryStore::new()).build()?;
/// if auth.session().await?.is_none() {
///     let (url, pending) = auth.begin("http://127.0.0.1:8417/callback")?;
///     println!("open {url}");
///     # let callback_url = "";
///     auth.complete(pending, callback_url).await?;
/// }
/// let token = auth.token(None).await?;
/// # let _ = token; Ok(()) }
/// ```
#[derive(Clone)]
pub struct Auth {
    client: Arc<Shared>,
    session: Session,
}

/// What all accounts of one client share.
struct Shared {
    settings: Settings,
    accounts: Accounts,
    /// Held by work that must not stop half-way; `close` waits until nobody does.
    detached: Arc<RwLock<()>>,
}

/// What a client is made of; it does not change.
pub(crate) struct Settings {
    pub(crate) base: BaseUrl,
    pub(crate) issuer: String,
    pub(crate) issuer_required: bool,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    #[cfg_attr(
        not(feature = "loopback"),
        expect(dead_code, reason = "only the listener's page shows it")
    )]
    pub(crate) app_name: Option<String>,
    pub(crate) revoke_shape: RevokeShape,
    pub(crate) grants: Arc<Grants>,
}

impl Auth {
    /// Starts building a client with the client id of the developer dashboard or of
    /// [`register_client`](crate::register_client).
    pub fn builder(client_id: impl Into<String>) -> AuthBuilder {
        AuthBuilder::new(client_id.into())
    }

    pub(crate) fn new(settings: Settings, accounts: Accounts, account: &str) -> Self {
        Self {
            session: accounts.session(account),
            client: Arc::new(Shared {
                settings,
                accounts,
                detached: Arc::default(),
            }),
        }
    }

    /// The session of another account of the same client, for a server with many users: it shares the connections,
    /// the store and the settings, and has a session and a lock of its own. The same label always gives the same
    /// session.
    ///
    /// # Errors
    ///
    /// When the label is empty, longer than 256 bytes or holds control characters.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn run() -> Result<(), aipass_auth::BuildError> {
    /// let auth = aipass_auth::Auth::builder("client_1").build()?;
    /// let ada = auth.for_account("user-1815")?;
    /// assert_eq!(ada.account_key().account(), "user-1815");
    /// # Ok(()) } run().unwrap();
    /// ```
    pub fn for_account(&self, label: impl AsRef<str>) -> Result<Self, BuildError> {
        let label = label.as_ref();
        if !is_label(label) {
            return Err(BuildErrorKind::Account.into());
        }
        Ok(Self {
            client: self.client.clone(),
            session: self.client.accounts.session(label),
        })
    }

    /// What happens to the sessions of all accounts of this client from now on: renewed, not saved, ended.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(auth: aipass_auth::Auth) {
    /// use aipass_auth::SessionEvent;
    ///
    /// let mut events = auth.events();
    /// tokio::spawn(async move {
    ///     while let Some(event) = events.next().await {
    ///         match event {
    ///             SessionEvent::LoginRequired { account, .. } => eprintln!("{account} has to sign in again"),
    ///             SessionEvent::SaveFailed { error, .. } => eprintln!("not saved: {error}"),
    ///             _ => {}
    ///         }
    ///     }
    /// });
    /// # }
    /// ```
    pub fn events(&self) -> SessionEvents {
        self.client.accounts.backing().announcer.listen()
    }

    /// An access token to send. `rejected` is a token of this client that the service answered with 401: if it
    /// is still the one in use, the session is renewed, else the newer one is returned.
    ///
    /// However many tasks ask at once, the server is asked once. The renewal is a task of its own, so a caller
    /// that goes away does not lose a rotated pair; the pair is saved before anybody gets it; and a renewal that
    /// fails for the moment keeps a token that still works.
    ///
    /// # Errors
    ///
    /// [`is_login_required`](AuthError::is_login_required) when only a login helps,
    /// [`is_temporary`](AuthError::is_temporary) when it may work later.
    pub async fn token(&self, rejected: Option<&AccessToken>) -> Result<AccessToken, AuthError> {
        self.session.token(rejected).await
    }

    /// Renews the session now, whether or not its token is still good.
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token).
    pub async fn refresh(&self) -> Result<SessionInfo, AuthError> {
        self.session.refresh().await
    }

    /// Who is signed in, or `None`. It reads the store and asks no server, so the session may have been ended
    /// elsewhere.
    ///
    /// # Errors
    ///
    /// When the store cannot be read ([`is_store`](AuthError::is_store)).
    pub async fn session(&self) -> Result<Option<SessionInfo>, AuthError> {
        self.session.info().await
    }

    /// Signs in with tokens that were obtained elsewhere, for example to take over the session of another program:
    /// they are stored as those of a login are, in place of what is there, and used from now on. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When the tokens belong to another service, client or account, or the store cannot take them
    /// ([`is_store`](AuthError::is_store); they are in use in this process all the same), or the access token fits into
    /// no header.
    ///
    /// # Examples
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use aipass_auth::{Auth, StoredTokens};
    ///
    /// let auth = Auth::builder("client_1").build()?;
    /// let tokens = StoredTokens::new(auth.account_key(), "access").with_refresh_token("refresh");
    /// auth.sign_in_with(tokens).await?;
    /// assert_eq!(auth.token(None).await?.expose_secret(), "access");
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub async fn sign_in_with(&self, tokens: StoredTokens) -> Result<SessionInfo, AuthError> {
        if !tokens.belongs_to(self.account_key()) {
            return Err(StoreError::ForeignTokens.into());
        }
        AccessToken::new(tokens.access_token().clone())?;
        let session = self.session.clone();
        self.detached(async move {
            session
                .sign_in(|_, generation| tokens.with_generation(generation))
                .await
        })
        .await?
    }

    /// Tries whether the store could take tokens, as [`login`](Self::login) does before it opens the browser.
    ///
    /// # Errors
    ///
    /// When it could not ([`is_store`](AuthError::is_store)).
    pub async fn check_store(&self) -> Result<(), AuthError> {
        self.session.probe_store().await
    }

    /// Waits for a renewal, an exchange or a logout under way, also one whose caller has gone, and for tokens that
    /// are not saved yet; of every account of this client. A program calls it before it ends: a runtime that stops in the middle of a renewal loses
    /// the pair that the server has just rotated. The time limits of requests hold, so it comes to an end.
    pub async fn close(&self) {
        drop(self.client.detached.write().await);
        let closing = self.client.accounts.all();
        join_all(closing.iter().map(Session::close)).await;
    }

    /// Signs out: removes the tokens here and in the store, and asks the server to revoke the refresh token and
    /// then the access token. The local part happens whatever the server says.
    pub async fn logout(&self) -> LogoutReport {
        let auth = self.clone();
        let report = self.detached(async move { auth.logout_now().await }).await;
        match report {
            Ok(report) => report,
            // The runtime is shutting down; what can still be done is done here.
            Err(_) => self.logout_now().await,
        }
    }

    async fn logout_now(&self) -> LogoutReport {
        let Settings {
            client_id,
            revoke_shape,
            grants,
            ..
        } = &self.client.settings;
        let (live, store) = self.session.sign_out().await;
        let live = match live {
            Ok(live) => live,
            Err(error) => {
                return LogoutReport {
                    refresh_token: RevokeOutcome::Failed(error.clone()),
                    access_token: RevokeOutcome::Failed(error),
                    store,
                };
            }
        };
        let tokens = live.as_ref().map(|live| &live.tokens);
        let refresh = tokens
            .and_then(|tokens| tokens.refresh_token())
            .map(|token| (token, "refresh_token"));
        let access = tokens.map(|tokens| (tokens.access_token(), "access_token"));
        let refresh_token = revoke(
            &grants.wire,
            &grants.revocation,
            client_id,
            *revoke_shape,
            refresh,
        )
        .await;
        let access_token = revoke(&grants.wire, &grants.revocation, client_id, *revoke_shape, access).await;
        LogoutReport {
            refresh_token,
            access_token,
            store,
        }
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.client.settings.client_id
    }

    /// The base URL of the service.
    pub fn base_url(&self) -> &Url {
        self.client.settings.base.as_url()
    }

    /// What the tokens of this client are bound to.
    pub fn account_key(&self) -> &AccountKey {
        &self.session.inner().key
    }

    /// Counts the logins and logouts of this session in this process: whoever keeps something for a user lets it go when the
    /// number changes.
    #[doc(hidden)]
    pub fn __sign_ins(&self) -> u64 {
        self.session.lock().epoch
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.client.settings
    }

    pub(crate) fn session_core(&self) -> &Session {
        &self.session
    }

    /// Runs work that must not stop half-way as a task of its own.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, AuthError> {
        let under_way = self.client.detached.clone().read_owned().await;
        let work = async move {
            let outcome = work.await;
            drop(under_way);
            outcome
        };
        tokio::spawn(work)
            .await
            .map_err(|_| AuthError::new(Kind::Stopped))
    }
}

impl TokenSource for Auth {
    fn token<'a>(
        &'a self,
        rejected: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, AuthError>> {
        Box::pin(self.session.token(rejected))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("base_url", &self.client.settings.base)
            .field("client_id", &self.client.settings.client_id)
            .field("scopes", &self.client.settings.scopes)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
