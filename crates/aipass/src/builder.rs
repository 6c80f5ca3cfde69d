//! How a client is put together.

use crate::{
    account::Balance,
    client::{Client, Wiring},
    config_error::ConfigError,
    ledger::{BudgetGuard, Ledger, LowBalance},
    memory::Responder,
    middleware::Middleware,
    options::RequestOptions,
    policy::{RetryPolicy, Sleeper, Timeouts, TokioSleeper},
    raw::leads_upwards,
    transport::{Address, DOCUMENT_PREFIX, FlowMaker, LogIn},
    users::Users,
};
use aipass_auth::{
    Auth, BaseUrl, HttpOptions, LoginFlow, RefreshMode, RevokeShape, Secret, ServerMetadata, StaticToken,
    TokenSource, TokenStore,
};
use http::HeaderValue;
use std::{fmt, sync::Arc};

/// Builds a [`Client`].
#[must_use]
pub struct ClientBuilder {
    base_url: String,
    api_prefix: Option<String>,
    client_id: Option<String>,
    client_secret: Option<Secret>,
    access_token: Option<Secret>,
    store: Option<Arc<dyn TokenStore>>,
    /// Tokens must not stay in memory: a profile keeps them in a place that only the program can open.
    store_required: bool,
    account: Option<String>,
    scopes: Option<Vec<String>>,
    refresh_mode: RefreshMode,
    app_name: Option<String>,
    server: Option<ServerMetadata>,
    require_issuer: bool,
    revoke_shape: RevokeShape,
    timeouts: Timeouts,
    http: HttpOptions,
    encode_slashes: bool,
    policy: RetryPolicy,
    sleeper: Arc<dyn Sleeper>,
    middleware: Vec<Arc<dyn Middleware>>,
    responder: Option<Arc<dyn Responder>>,
    login: Option<Arc<dyn LogIn>>,
    guard: Option<BudgetGuard>,
    low: Option<LowBalance>,
    options: RequestOptions,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            base_url: BaseUrl::AIPASS.to_owned(),
            api_prefix: None,
            client_id: None,
            client_secret: None,
            access_token: None,
            store: None,
            store_required: false,
            account: None,
            scopes: None,
            refresh_mode: RefreshMode::default(),
            app_name: None,
            server: None,
            require_issuer: false,
            revoke_shape: RevokeShape::default(),
            timeouts: Timeouts::default(),
            http: HttpOptions::default(),
            encode_slashes: false,
            policy: RetryPolicy::default(),
            sleeper: Arc::new(TokioSleeper),
            middleware: Vec::new(),
            responder: None,
            login: None,
            guard: None,
            low: None,
            options: RequestOptions::new(),
        }
    }

    /// The id of the registered OAuth client (playbook section 1).
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The secret of a confidential client. Desktop apps and command-line tools have none.
    pub fn client_secret(mut self, secret: Secret) -> Self {
        self.client_secret = Some(secret);
        self
    }

    /// A fixed access token, instead of a login. It is never renewed; once it is refused, calls fail with
    /// [`is_login_required`](crate::Error::is_login_required).
    pub fn access_token(mut self, token: Secret) -> Self {
        self.access_token = Some(token);
        self
    }

    /// Where tokens are kept. Without one they live in memory and go with the client.
    pub fn token_store(self, store: impl TokenStore) -> Self {
        self.token_store_arc(Arc::new(store))
    }

    /// As [`token_store`](Self::token_store), with a store that is shared.
    pub fn token_store_arc(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Takes the store away that was set; [`build`](Self::build) then fails until there is one.
    #[cfg(feature = "file-store")]
    pub(crate) fn require_store(mut self) -> Self {
        self.store = None;
        self.store_required = true;
        self
    }

    /// A label that tells several accounts of one app apart in the store.
    pub fn account(mut self, label: impl Into<String>) -> Self {
        self.account = Some(label.into());
        self
    }

    /// The scopes that a login asks for: `api:access` and `profile:read` unless said otherwise.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// When sessions are renewed: only when a call needs it, unless said otherwise. Servers want
    /// [`RefreshMode::Background`].
    pub fn refresh_mode(mut self, mode: RefreshMode) -> Self {
        self.refresh_mode = mode;
        self
    }

    /// The name of the app: the page that the person sees at the end of a login shows it, and the user agent carries it, as
    /// in `aipass-rust/0.1.0 (+my-app)`.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.app_name = Some(name.into());
        self
    }

    /// The endpoints of the login side as [`discover`](crate::discover) found them, in place of the documented ones.
    /// Its base URL has to be that of this client.
    pub fn server(mut self, metadata: ServerMetadata) -> Self {
        self.server = Some(metadata);
        self
    }

    /// Whether a callback has to name its issuer (RFC 9207). Not unless said so: the playbook does not mention it.
    pub fn require_issuer(mut self, required: bool) -> Self {
        self.require_issuer = required;
        self
    }

    /// How the revocation endpoint wants to be asked: as the playbook shows it unless said otherwise.
    pub fn revoke_shape(mut self, shape: RevokeShape) -> Self {
        self.revoke_shape = shape;
        self
    }

    /// Another server: `https`, or `http` on this machine. It may carry a path.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Where the model endpoints live under the base URL: `/oauth2/v1` unless said otherwise; later servers also have
    /// `/v1`.
    pub fn api_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.api_prefix = Some(prefix.into());
        self
    }

    /// How long calls may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The proxy, further root certificates, the user agent, and the limits on connections and token requests. It takes the
    /// place of what [`proxy`](Self::proxy) and [`add_root_pem`](Self::add_root_pem) set before.
    pub fn http(mut self, http: HttpOptions) -> Self {
        self.http = http;
        self
    }

    /// Sends everything through this proxy instead of the system's. A server on this machine is never reached through one.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.http = self.http.proxy(url);
        self
    }

    /// Trusts these certificates (PEM, one or several) in addition to the system's.
    ///
    /// # Errors
    /// The text holds no certificate, or a broken one.
    #[cfg(feature = "rustls")]
    pub fn add_root_pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        self.http = self.http.add_root_pem(pem)?;
        Ok(self)
    }

    /// What is sent again after a failure: [`RetryPolicy::charge_safe`] unless said otherwise.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// How the pauses before retries are waited; a test may record them instead.
    pub fn sleeper(mut self, sleeper: impl Sleeper) -> Self {
        self.sleeper = Arc::new(sleeper);
        self
    }

    /// A further header for every call, by the rules of [`RequestOptions::header`]. Token requests do not carry it.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.options = self.options.header(name, value);
        self
    }

    /// Adds a hook around every request.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Answers in place of the network, for the tests of an app; [`InMemory`](crate::InMemory) is one.
    pub fn responder(mut self, responder: impl Responder) -> Self {
        self.responder = Some(Arc::new(responder));
        self
    }

    /// Where a call finds that only a login helps, starts this flow and then sends the call once more. Calls that wait for
    /// the same login share it. Without this, such a call fails with
    /// [`is_login_required`](crate::Error::is_login_required).
    ///
    /// ```no_run
    /// # fn run() -> Result<(), aipass::ConfigError> {
    /// use aipass::{Client, Loopback};
    ///
    /// let ai = Client::builder()
    ///     .client_id("client_…")
    ///     .login_with(|| Loopback::new().redirect_uri("http://127.0.0.1:8417/callback"))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn login_with<L>(mut self, flow: impl Fn() -> L + Send + Sync + 'static) -> Self
    where
        L: LoginFlow + 'static,
    {
        self.login = Some(Arc::new(FlowMaker(flow)));
        self
    }

    /// A limit of the app's own on what a session may spend.
    pub fn budget_guard(mut self, guard: BudgetGuard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// Is called when a balance that was [asked for](Client::balance) lies below `threshold` USD, or the wallet turns out
    /// to be empty: once, until a balance above it was seen. Must not block.
    pub fn on_low_balance(mut self, threshold: f64, tell: impl Fn(Balance) + Send + Sync + 'static) -> Self {
        self.low = Some(LowBalance {
            threshold,
            tell: Arc::new(tell),
        });
        self
    }

    /// Whether a slash in the id of a model goes out as `%2F`. Not unless said so.
    pub fn encode_slashes_in_models(mut self, encode: bool) -> Self {
        self.encode_slashes = encode;
        self
    }

    /// Builds the client. It makes no connection.
    ///
    /// # Errors
    /// There is neither a client id nor an access token, or a setting is invalid.
    pub fn build(mut self) -> Result<Client, ConfigError> {
        if let Some(problem) = self.options.problem() {
            return Err(ConfigError::new(problem));
        }
        let api_prefix = match self
            .api_prefix
            .as_deref()
            .map(|prefix| prefix.trim_end_matches('/'))
        {
            None | Some(DOCUMENT_PREFIX) => None,
            Some(prefix)
                if prefix.starts_with('/')
                    && !prefix.contains(['?', '#', '%', '\\'])
                    && !leads_upwards(prefix) =>
            {
                Some(prefix.to_owned())
            }
            Some(_) => {
                return Err(ConfigError::new(
                    "the API prefix must be a path such as /oauth2/v1",
                ));
            }
        };
        if self.guard.is_some_and(|guard| !guard.is_usable()) {
            return Err(ConfigError::new(
                "the amounts of the budget guard must be finite and not negative",
            ));
        }
        let base: BaseUrl = self.base_url.parse()?;
        if let Some(name) = &self.app_name {
            self.http = self.http.app(name);
        }
        // A total limit would cut a running stream; the limits of each call are in `Timeouts`.
        let http = aipass_auth::__http::client(&self.http.clone().timeout(None), &base)?;

        let client_id = match &self.client_id {
            Some(id) => Some(
                HeaderValue::try_from(id)
                    .map_err(|_| ConfigError::new("the client id holds characters that cannot be sent"))?,
            ),
            None => None,
        };
        let (tokens, auth): (Arc<dyn TokenSource>, _) = match (&self.access_token, &self.client_id) {
            (Some(token), _) => (Arc::new(StaticToken::new(token.clone())), None),
            (None, Some(_)) if self.store_required && self.store.is_none() => {
                return Err(ConfigError::new(
                    "the profile keeps its session in the keyring, which has to be given with `token_store`",
                ));
            }
            (None, Some(client_id)) => {
                let mut builder = Auth::builder(client_id.as_str());
                if let Some(metadata) = self.server {
                    builder = builder.server(metadata);
                }
                // After the server, so that one at another place is noticed.
                builder = builder
                    .base_url(&self.base_url)
                    .refresh_mode(self.refresh_mode)
                    .require_issuer(self.require_issuer)
                    .revoke_shape(self.revoke_shape)
                    .http(self.http.clone());
                if let Some(secret) = self.client_secret.clone() {
                    builder = builder.client_secret(secret);
                }
                if let Some(store) = self.store.clone() {
                    builder = builder.token_store_arc(store);
                }
                if let Some(name) = self.app_name {
                    builder = builder.app_name(name);
                }
                if let Some(account) = &self.account {
                    builder = builder.account(account);
                }
                if let Some(scopes) = &self.scopes {
                    builder = builder.scopes(scopes);
                }
                let auth = builder.build()?;
                (Arc::new(auth.clone()), Some(auth))
            }
            (None, None) => {
                return Err(ConfigError::new(
                    "neither a client id nor an access token is set; register a client in the AI Pass developer dashboard",
                ));
            }
        };
        let wiring = Wiring {
            base,
            http,
            client_id,
            address: Address {
                api_prefix,
                encode_slashes: self.encode_slashes,
            },
            timeouts: self.timeouts,
            policy: self.policy,
            sleeper: self.sleeper,
            middleware: self.middleware.into(),
            responder: self.responder,
            users: Arc::new(Users::new(Ledger::new(self.guard, self.low), self.login)),
            options: Arc::new(self.options),
            endings: Arc::default(),
        };
        Ok(wiring.client(tokens, auth))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &self.base_url)
            .field("client_id", &self.client_id)
            .field("has_access_token", &self.access_token.is_some())
            .finish_non_exhaustive()
    }
}
