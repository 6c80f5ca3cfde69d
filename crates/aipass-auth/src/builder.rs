//! What a client is built from.

use std::fmt;
use std::sync::Arc;

use crate::accounts::{Accounts, is_label};
use crate::auth::{Auth, Settings};
use crate::base_url::BaseUrl;
use crate::clock::{Clock, SystemClock};
use crate::discovery::{Endpoints, ServerMetadata};
use crate::error::{BuildError, BuildErrorKind};
use crate::events::Announcer;
use crate::flow::is_scope;
use crate::grant::Grants;
use crate::http::HttpOptions;
use crate::memory_store::MemoryStore;
use crate::refresh::RefreshMode;
use crate::revoke::RevokeShape;
use crate::secret::Secret;
use crate::session::Backing;
use crate::store::TokenStore;
use crate::wire::{TokenDialect, Wire};

/// What every call of AI Pass and its user profile need.
pub(crate) const DEFAULT_SCOPES: [&str; 2] = ["api:access", "profile:read"];

/// Builds an [`Auth`].
#[must_use = "call `build()`"]
pub struct AuthBuilder {
    client_id: String,
    base_url: String,
    issuer: Option<String>,
    issuer_required: bool,
    server: Option<ServerMetadata>,
    client_secret: Option<Secret>,
    store: Option<Arc<dyn TokenStore>>,
    account: String,
    scopes: Vec<String>,
    dialect: TokenDialect,
    revoke_shape: RevokeShape,
    http: HttpOptions,
    app_name: Option<String>,
    refresh_mode: RefreshMode,
    clock: Arc<dyn Clock>,
}

impl AuthBuilder {
    pub(crate) fn new(client_id: String) -> Self {
        Self {
            client_id,
            base_url: BaseUrl::AIPASS.to_owned(),
            issuer: None,
            issuer_required: false,
            server: None,
            client_secret: None,
            store: None,
            account: "default".to_owned(),
            scopes: DEFAULT_SCOPES.map(str::to_owned).to_vec(),
            dialect: TokenDialect::default(),
            revoke_shape: RevokeShape::default(),
            http: HttpOptions::default(),
            app_name: None,
            refresh_mode: RefreshMode::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// The service, `https://aipass.one` by default; see [`BaseUrl`] for what is accepted.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The issuer that a callback may name (RFC 9207), by default the base URL. A gateway in front of the
    /// service makes the two differ.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Whether a callback has to name the issuer, for a server that is known to send it (RFC 9207). A client that
    /// signs in at several servers is safe from one passing for another only with this.
    pub fn require_issuer(mut self, require: bool) -> Self {
        self.issuer_required = require;
        self
    }

    /// Uses what [`discover`](crate::discover) found: the base URL, the endpoints, the issuer, and that a callback
    /// has to name the issuer if the server says that it does.
    pub fn server(mut self, metadata: ServerMetadata) -> Self {
        self.base_url = metadata.base_url().as_str().to_owned();
        self.server = Some(metadata);
        self
    }

    /// The secret of a confidential client. A program that people install has none.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Where the tokens are kept; in memory by default.
    pub fn token_store(self, store: impl TokenStore) -> Self {
        self.token_store_arc(Arc::new(store))
    }

    /// The same as [`token_store`](Self::token_store), for a store that is shared.
    pub fn token_store_arc(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// A label that tells several accounts of one client apart, for example a user id; `default` by default.
    pub fn account(mut self, label: impl Into<String>) -> Self {
        self.account = label.into();
        self
    }

    /// The scopes to ask for, by default `api:access` and `profile:read`.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// How the token endpoint wants to be asked.
    pub fn dialect(mut self, dialect: TokenDialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How the revocation endpoint wants to be asked.
    pub fn revoke_shape(mut self, shape: RevokeShape) -> Self {
        self.revoke_shape = shape;
        self
    }

    /// Proxy, timeouts and trusted certificates. Token requests end after 30 seconds unless a total timeout is
    /// set, and are never compressed.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// When sessions are renewed; only when a caller needs it by default.
    pub fn refresh_mode(mut self, mode: RefreshMode) -> Self {
        self.refresh_mode = mode;
        self
    }

    /// The name of the app: the page in the browser shows it after a login, and the user agent carries it.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.app_name = Some(name.into());
        self
    }

    /// Builds the client. Nothing is sent and nothing is read.
    ///
    /// # Errors
    ///
    /// When a setting is unusable.
    pub fn build(self) -> Result<Auth, BuildError> {
        let base: BaseUrl = self.base_url.parse()?;
        if self.client_id.is_empty() || !self.client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BuildErrorKind::ClientId.into());
        }
        if !is_label(&self.account) {
            return Err(BuildErrorKind::Account.into());
        }
        if !self.scopes.iter().all(|scope| is_scope(scope)) {
            return Err(BuildErrorKind::Scope.into());
        }
        let endpoints = match &self.server {
            Some(server) if *server.base_url() == base => server.endpoints(),
            Some(_) => return Err(BuildErrorKind::BaseUrl("it is not that of the discovered server").into()),
            None => Endpoints::documented(&base),
        };
        let names_issuer = self.server.as_ref().is_some_and(ServerMetadata::sends_issuer);
        let http = match &self.app_name {
            Some(name) => self.http.app(name),
            None => self.http,
        };
        let wire = Wire::new(&http, &base, self.dialect)?;
        let grants = Arc::new(Grants::new(
            endpoints,
            &self.client_id,
            self.client_secret.as_ref(),
            wire,
        ));
        let backing = Backing {
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::new())),
            server: grants.clone(),
            clock: self.clock,
            mode: self.refresh_mode,
            announcer: Announcer::default(),
        };
        let accounts = Accounts::new(base.clone(), self.client_id.clone(), backing);
        let issuer = self
            .issuer
            .as_deref()
            .unwrap_or(base.as_str())
            .trim_end_matches('/')
            .to_owned();
        let settings = Settings {
            base,
            issuer,
            issuer_required: self.issuer_required || names_issuer,
            client_id: self.client_id,
            scopes: self.scopes,
            app_name: self.app_name,
            revoke_shape: self.revoke_shape,
            grants,
        };
        Ok(Auth::new(settings, accounts, &self.account))
    }
}

impl fmt::Debug for AuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet and may hold credentials.
        f.debug_struct("AuthBuilder")
            .field("client_id", &self.client_id)
            .field("account", &self.account)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
