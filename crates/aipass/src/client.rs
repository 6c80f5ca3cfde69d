//! The client: one session, one connection pool, every endpoint.

use crate::{
    error::{ConfigError, Error},
    timeouts::Timeouts,
    transport::{Authed, DOCUMENT_PREFIX},
};
use aipass_api::{CallContext, operation::Operation};
use aipass_auth::{
    Auth, BaseUrl, HttpOptions, LoginFlow, LogoutReport, RefreshMode, RevokeShape, Secret, ServerMetadata,
    SessionInfo, StaticToken, TokenSource, TokenStore,
};
use http::HeaderValue;
use std::{fmt, sync::Arc};

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
pub struct Client(Arc<Shared>);

struct Shared {
    api: aipass_api::Client,
    auth: Option<Auth>,
    wiring: Wiring,
}

/// What the clients of all users share.
#[derive(Clone)]
struct Wiring {
    base: BaseUrl,
    http: reqwest::Client,
    client_id: Option<HeaderValue>,
    api_prefix: Option<String>,
    timeouts: Timeouts,
}

impl Wiring {
    fn client(self, tokens: Arc<dyn TokenSource>, auth: Option<Auth>) -> Client {
        let transport = Authed {
            tokens,
            client_id: self.client_id.clone(),
            api_prefix: self.api_prefix.clone(),
        };
        let timeouts = self.timeouts.clone();
        let api = aipass_api::Client::with_transport(self.base.as_str(), self.http.clone(), transport)
            .with_default_options(move |operation| timeouts.options(operation));
        Client(Arc::new(Shared {
            api,
            auth,
            wiring: self,
        }))
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
        self.0.auth.as_ref().ok_or_else(|| {
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
    /// store and the settings, and has a session and a lock of its own. `user` is a label of your choice, such as the
    /// user's id; the same label always gives the same session, so a client for each request is fine.
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
            .0
            .auth
            .as_ref()
            .ok_or_else(|| ConfigError::new("a client with a fixed access token has no sessions of users"))?
            .for_account(user)?;
        Ok(self.0.wiring.clone().client(Arc::new(auth.clone()), Some(auth)))
    }

    /// Waits for work in flight, of every user, so that a renewed token is stored before the program ends.
    pub async fn close(&self) {
        if let Some(auth) = &self.0.auth {
            auth.close().await;
        }
    }

    /// The generated client under the same session and policies. Its surface follows the generator's versions and is not
    /// covered by this crate's.
    #[cfg(feature = "unstable-api")]
    #[must_use]
    pub fn api(&self) -> &aipass_api::Client {
        &self.0.api
    }

    /// Everything that a call of that operation needs.
    pub(crate) fn prepare(&self, id: &'static str) -> Prepared {
        let Some(operation) = Operation::find(id) else {
            unreachable!("the table has every operation: {id}")
        };
        let call = Arc::new(CallContext::new(self.0.wiring.timeouts.options(operation)));
        Prepared {
            api: self.0.api.for_call(call.clone()),
            call,
            operation,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("auth", &self.0.auth)
            .finish_non_exhaustive()
    }
}

/// One call, before it is sent.
pub(crate) struct Prepared {
    pub(crate) api: aipass_api::Client,
    pub(crate) call: Arc<CallContext>,
    pub(crate) operation: &'static Operation,
}

impl Prepared {
    pub(crate) fn error(&self, error: &aipass_api::Error<()>) -> Error {
        Error::call(self.operation, &self.call, error)
    }
}

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
}

impl ClientBuilder {
    fn new() -> Self {
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
    /// [`is_login_required`](Error::is_login_required).
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

    /// The name of the app, for the page that the person sees at the end of a login.
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

    /// The proxy, further root certificates, the user agent, and the limits on connections and token requests.
    pub fn http(mut self, http: HttpOptions) -> Self {
        self.http = http;
        self
    }

    /// Builds the client. It makes no connection.
    ///
    /// # Errors
    /// There is neither a client id nor an access token, or a setting is invalid.
    pub fn build(self) -> Result<Client, ConfigError> {
        let api_prefix = match self
            .api_prefix
            .as_deref()
            .map(|prefix| prefix.trim_end_matches('/'))
        {
            None | Some(DOCUMENT_PREFIX) => None,
            Some(prefix) if prefix.starts_with('/') && !prefix.contains(['?', '#', '%', '\\']) => {
                Some(prefix.to_owned())
            }
            Some(_) => {
                return Err(ConfigError::new(
                    "the API prefix must be a path such as /oauth2/v1",
                ));
            }
        };
        let base: BaseUrl = self.base_url.parse()?;
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
            api_prefix,
            timeouts: self.timeouts,
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
