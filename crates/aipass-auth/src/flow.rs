//! Login as one core, `begin` and `complete`, on which every front end stands.

use std::time::Duration;

use url::Url;

use crate::auth::Auth;
use crate::error::AuthError;
use crate::grant::{AuthorizeRequest, random_state, random_verifier};
use crate::pending::{NewLogin, PendingLogin, redirect_uri, return_path};
use crate::secret::Secret;
use crate::store::BoxFuture;
use crate::tokens::SessionInfo;

/// How long a person may take at the browser, for every flow that is told nothing else.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(300);

/// Gets the URL that the person has to open.
pub(crate) type OnUrl = Box<dyn Fn(&Url) + Send + Sync>;

/// Which page the person sees first. A hint that the playbook does not know and later documents do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginMode {
    /// The page for people who have an account.
    Login,
    /// The page for people who have none yet.
    Signup,
}

impl LoginMode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Signup => "signup",
        }
    }
}

/// What one login may ask for beyond the defaults of the client.
#[derive(Debug, Clone, Default)]
pub struct LoginOptions {
    mode: Option<LoginMode>,
    scopes: Option<Vec<String>>,
    return_to: Option<String>,
}

impl LoginOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which page the person sees first.
    #[must_use]
    pub fn mode(mut self, mode: LoginMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Asks for these scopes instead of the client's.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Where a web application sends the person after the login: a path on its own site, kept in the
    /// [`PendingLogin`]. Anything that a browser, or a framework that decodes or tidies a path, could take for another
    /// site is refused by `begin`, and when a kept login is read again; so is a path of more than 2048 bytes.
    #[must_use]
    pub fn return_to(mut self, path: impl Into<String>) -> Self {
        self.return_to = Some(path.into());
        self
    }
}

/// A way to take a person through a login, for [`Auth::login`]. The crate's own flows implement it.
pub trait LoginFlow: sealed::Sealed + Send {
    #[doc(hidden)]
    fn run(self, auth: &Auth) -> BoxFuture<'_, Result<SessionInfo, AuthError>>;
}

pub(crate) mod sealed {
    #[expect(
        unnameable_types,
        reason = "nobody outside can name it, so nobody outside can implement it"
    )]
    pub trait Sealed {}
}

impl Auth {
    /// Begins a login: the URL to open in the person's own browser, and what [`complete`](Self::complete) needs
    /// when the browser comes back. Nothing is sent.
    ///
    /// `redirect_uri` has to be registered exactly as it is given here.
    ///
    /// # Errors
    ///
    /// When the redirect URI is unusable ([`is_config`](AuthError::is_config)).
    ///
    /// # Examples
    ///
    /// ```
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = aipass_auth::Auth::builder("client_1").build()?;
    /// let (url, pending) = auth.begin("com.example.app:/callback")?;
    /// assert!(url.as_str().starts_with("https://aipass.one/oauth2/authorize?"));
    /// # let _ = pending; Ok(()) } run().unwrap();
    /// ```
    pub fn begin(&self, redirect_uri: impl Into<String>) -> Result<(Url, PendingLogin), AuthError> {
        self.begin_with(redirect_uri, LoginOptions::default())
    }

    /// The same as [`begin`](Self::begin), with options.
    ///
    /// # Errors
    ///
    /// When the redirect URI, a scope or the way back is unusable.
    pub fn begin_with(
        &self,
        redirect: impl Into<String>,
        options: LoginOptions,
    ) -> Result<(Url, PendingLogin), AuthError> {
        let redirect_uri = redirect_uri(redirect.into())?;
        let scopes = options.scopes.unwrap_or_else(|| self.settings().scopes.clone());
        if !scopes.iter().all(|scope| is_scope(scope)) {
            return Err(AuthError::config("a scope is empty or holds blanks or quotes"));
        }
        let return_to = options.return_to.map(return_path).transpose()?;
        let (verifier, state) = (random_verifier(), random_state());
        let url = self.settings().grants.authorize_url(&AuthorizeRequest {
            redirect_uri: &redirect_uri,
            scopes: &scopes,
            mode: options.mode.map(LoginMode::as_str),
            verifier: &verifier,
            state: &state,
        });
        let pending = PendingLogin::new(NewLogin {
            key: &self.session_core().inner().key,
            issuer: &self.settings().issuer,
            issuer_required: self.settings().issuer_required,
            verifier,
            state,
            redirect_uri: &redirect_uri,
            scopes,
            begun_at: self.session_core().now().wall,
            return_to,
        });
        Ok((url, pending))
    }

    /// Completes a login with the URL that the browser was sent back to: checks that it belongs to this login,
    /// exchanges the code, saves the tokens and uses them from then on.
    ///
    /// `callback_url` is the whole URL; behind a proxy, the path with the query or `?` and the query will do.
    ///
    /// # Errors
    ///
    /// [`is_callback_invalid`](AuthError::is_callback_invalid) when the callback does not belong to this login,
    /// [`is_denied`](AuthError::is_denied) when the person declined, [`is_store`](AuthError::is_store) when the
    /// tokens could not be saved (if that happened after the exchange, they are in use in this process all the
    /// same), and the errors of the network and the server.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(auth: aipass_auth::Auth, session: String, callback_url: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// // A web server keeps the pending login in its session and takes it out again.
    /// let pending: aipass_auth::PendingLogin = serde_json::from_str(&session)?;
    /// let info = auth.complete(pending, callback_url).await?;
    /// println!("scopes: {:?}", info.scopes);
    /// # Ok(()) }
    /// ```
    pub async fn complete(
        &self,
        pending: PendingLogin,
        callback_url: &str,
    ) -> Result<SessionInfo, AuthError> {
        pending.check(&self.session_core().inner().key, self.session_core().now().wall)?;
        let code = pending.read_callback(callback_url)?.into_code()?;
        self.exchange(pending, code).await
    }

    /// Takes a person through a login: with `Loopback`, which opens the system's browser and listens on this machine,
    /// with [`Paste`](crate::Paste), or with [`DeepLink`](crate::DeepLink).
    ///
    /// # Errors
    ///
    /// As [`complete`](Self::complete), and those of the flow.
    pub async fn login(&self, flow: impl LoginFlow) -> Result<SessionInfo, AuthError> {
        flow.run(self).await
    }

    /// Exchanges the code and keeps the tokens. The work is a task of its own: a caller that goes away does not
    /// lose tokens that the server has already given out.
    pub(crate) async fn exchange(
        &self,
        pending: PendingLogin,
        code: Secret,
    ) -> Result<SessionInfo, AuthError> {
        // A store that cannot take the tokens is better noticed before the code is used up.
        self.session_core().probe_store().await?;
        let auth = self.clone();
        self.detached(async move {
            let redirect_uri = redirect_uri(pending.redirect_uri().to_owned())?;
            let fresh = auth
                .settings()
                .grants
                .exchange(&code, &pending.0.verifier, &redirect_uri)
                .await?;
            let key = auth.account_key();
            let login = |now, generation| fresh.into_login(key, &pending.0.scopes, now, generation);
            auth.session_core().sign_in(login).await
        })
        .await?
    }
}

/// A scope token (RFC 6749, section 3.3).
pub(crate) fn is_scope(scope: &str) -> bool {
    !scope.is_empty()
        && scope
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}
