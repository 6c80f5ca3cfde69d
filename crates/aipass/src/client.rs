//! The client: one session, one connection pool, every endpoint.

use crate::{
    builder::ClientBuilder,
    config_error::ConfigError,
    error::Error,
    ledger::{Ledger, Totals},
    memory::Responder,
    middleware::Middleware,
    options::RequestOptions,
    policy::{RetryPolicy, Sleeper, Timeouts},
    streams::Endings,
    transport::{Address, Authed},
    users::{User, Users},
};
use aipass_api::operation::Operation;
use aipass_auth::{Auth, BaseUrl, LoginFlow, LogoutReport, SessionInfo, TokenSource};
use http::HeaderValue;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use url::Url;

/// How long a token must be good for what can be sent once only.
const LONG_ENOUGH: Duration = Duration::from_secs(300);

/// A client for AI Pass on behalf of one user. Clones share the session and the connections.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use aipass::{Client, FileStore, Loopback};
///
/// let ai = Client::builder().client_id("client_…").token_store(FileStore::for_app("my-app")?).build()?;
/// if ai.session().await?.is_none() {
///     ai.login(Loopback::new().redirect_uri("http://127.0.0.1:8417/callback")).await?;
/// }
/// println!("{}", ai.chat("gpt-4o-mini").user("One tip for better focus?").send().await?.text());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
    options: Arc<RequestOptions>,
}

/// One session, and what it stands on.
pub(crate) struct Core {
    pub(crate) api: aipass_api::Client,
    auth: Option<Auth>,
    ledger: Arc<Ledger>,
    pub(crate) wiring: Wiring,
    addresses: Mutex<Vec<(&'static str, Url)>>,
}

/// What the clients of all users share.
#[derive(Clone)]
pub(crate) struct Wiring {
    pub(crate) base: BaseUrl,
    pub(crate) http: reqwest::Client,
    pub(crate) client_id: Option<HeaderValue>,
    pub(crate) address: Address,
    pub(crate) timeouts: Timeouts,
    pub(crate) policy: RetryPolicy,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) middleware: Arc<[Arc<dyn Middleware>]>,
    pub(crate) responder: Option<Arc<dyn Responder>>,
    pub(crate) users: Arc<Users>,
    pub(crate) options: Arc<RequestOptions>,
    pub(crate) endings: Arc<Endings>,
}

impl Core {
    /// The books of whoever is signed in.
    pub(crate) fn books(&self) -> &Arc<Ledger> {
        if let Some(auth) = &self.auth {
            self.ledger.enter(auth.__sign_ins());
        }
        &self.ledger
    }

    /// Where that operation lives. An address is put together once: reading one anew costs more than a whole answer of JSON.
    pub(crate) fn address(&self, operation: &'static Operation) -> Url {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, url)) = addresses.iter().find(|(path, _)| *path == operation.path) {
            return url.clone();
        }
        let url = self.wiring.base.endpoint(operation.path);
        addresses.push((operation.path, url.clone()));
        url
    }
}

impl Wiring {
    /// For addresses that are not the service's: the same limits and retries, and nobody's token, id or headers.
    pub(crate) fn foreign(&self) -> aipass_api::Client {
        let transport = Authed {
            tokens: None,
            client_id: None,
            address: Address::default(),
            policy: self.policy.clone(),
            sleeper: self.sleeper.clone(),
            middleware: Arc::default(),
            responder: self.responder.clone(),
            relogin: None,
            auth: None,
        };
        aipass_api::Client::with_transport(self.base.as_str(), self.http.clone(), transport)
    }

    pub(crate) fn client(self, tokens: Arc<dyn TokenSource>, auth: Option<Auth>) -> Client {
        let User { ledger, relogin } = self.users.of(auth.as_ref());
        let transport = Authed {
            tokens: Some(tokens),
            client_id: self.client_id.clone(),
            address: self.address.clone(),
            policy: self.policy.clone(),
            sleeper: self.sleeper.clone(),
            middleware: self.middleware.clone(),
            responder: self.responder.clone(),
            relogin,
            auth: auth.clone(),
        };
        let (timeouts, options) = (self.timeouts.clone(), self.options.clone());
        let api = aipass_api::Client::with_transport(self.base.as_str(), self.http.clone(), transport)
            .with_default_options(move |operation| {
                let mut limits = timeouts.options(operation);
                limits.headers.clone_from(&options.headers);
                limits
            });
        Client {
            options: self.options.clone(),
            core: Arc::new(Core {
                api,
                auth,
                ledger,
                wiring: self,
                addresses: Mutex::default(),
            }),
        }
    }
}

impl Client {
    /// Starts a client. It needs a client id, or an access token.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client from the environment; [`env`](crate::env) has the variables.
    ///
    /// # Errors
    /// A variable is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        ClientBuilder::from_env()?.build()
    }

    /// The login side: flows of your own with [`Auth::begin`] and [`Auth::complete`], for a deep link or a web backend.
    ///
    /// # Errors
    /// The client was built with a fixed access token, so there is nothing to log in to.
    pub fn auth(&self) -> Result<&Auth, Error> {
        self.core.auth.as_ref().ok_or_else(|| {
            Error::request("the client has a fixed access token and no client id to log in with")
        })
    }

    /// Logs in, stores the tokens and starts the session.
    ///
    /// # Errors
    /// The user said no, nobody answered in time, the store cannot be written (asked before the browser opens), or the
    /// server refused.
    pub async fn login(&self, flow: impl LoginFlow) -> Result<SessionInfo, Error> {
        Ok(self.auth()?.login(flow).await?)
    }

    /// The stored session, or `None` if nobody is logged in. Asks no server.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn session(&self) -> Result<Option<SessionInfo>, Error> {
        Ok(self.auth()?.session().await?)
    }

    /// Revokes the tokens and deletes them here. The local deletion happens whatever the server says; the report has
    /// both outcomes.
    ///
    /// # Errors
    /// The client has no login side.
    pub async fn logout(&self) -> Result<LogoutReport, Error> {
        Ok(self.auth()?.logout().await)
    }

    /// A client for another user of the same app, as a server with many users needs it: it shares the connections, the
    /// store and the settings, and has a session, a lock and books of its own. `user` is a label of your choice, such as the
    /// user's id; the same label always gives the same session and the same books, so a client for each request is fine.
    ///
    /// # Errors
    /// The label is empty, longer than 256 bytes or holds control characters, or the client was built with a fixed
    /// access token.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn handler(ai: aipass::Client, user_id: &str) -> Result<String, Box<dyn std::error::Error>> {
    /// let reply = ai.with_session(user_id)?.chat("gpt-4o-mini").user("Hello").send().await?;
    /// # Ok(reply.text().to_owned()) }
    /// ```
    pub fn with_session(&self, user: impl AsRef<str>) -> Result<Self, ConfigError> {
        let auth = self
            .core
            .auth
            .as_ref()
            .ok_or_else(|| ConfigError::new("a client with a fixed access token has no sessions of users"))?
            .for_account(user)?;
        let wiring = self.core.wiring.clone();
        let mut client = wiring.client(Arc::new(auth.clone()), Some(auth));
        client.options = self.options.clone();
        Ok(client)
    }

    /// Waits for work in flight, of every user, so that a renewed token is stored before the program ends.
    pub async fn close(&self) {
        if let Some(auth) = &self.core.auth {
            auth.close().await;
        }
    }

    /// The generated client under the same session and policies. Its surface follows the generator's versions and is not
    /// covered by this crate's. What is called through it is not in the books: neither [`totals`](Self::totals) nor a
    /// [`BudgetGuard`](crate::BudgetGuard) know of it, and settings of [`with_options`](Self::with_options) do not hold.
    #[cfg(feature = "unstable-api")]
    #[must_use]
    pub fn api(&self) -> &aipass_api::Client {
        &self.core.api
    }

    /// The same client with settings of its own for every call that is made through it. Session, connections and books are
    /// shared.
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self {
            core: self.core.clone(),
            options: Arc::new(options.over(&self.options)),
        }
    }

    /// What this session has done so far, as far as the server told.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.core.books().totals()
    }

    /// Renews a token that is near its end, before something that can be sent once only. Where that fails, the token that is
    /// there may still do.
    pub(crate) async fn renew_ahead(&self) {
        let Some(auth) = &self.core.auth else { return };
        let Ok(Some(session)) = auth.session().await else {
            return;
        };
        let Some(ends) = session.expires_at.filter(|_| session.can_refresh) else {
            return;
        };
        let life = ends.duration_since(session.obtained_at).unwrap_or_default();
        let left = ends.duration_since(SystemTime::now()).unwrap_or_default();
        if left < LONG_ENOUGH.min(life / 2)
            && let Err(error) = auth.refresh().await
        {
            tracing::debug!("the token was not renewed ahead of an upload: {error}");
        }
    }

    /// The same client, for servers that the app's own headers are not meant for.
    pub(crate) fn without_headers(&self) -> Self {
        let mut options = RequestOptions::clone(&self.options);
        options.headers.clear();
        Self {
            core: self.core.clone(),
            options: Arc::new(options),
        }
    }

    pub(crate) fn parts(&self) -> (&Core, &RequestOptions) {
        (&self.core, &self.options)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("auth", &self.core.auth)
            .finish_non_exhaustive()
    }
}
