//! Login of an app that the system opens by its own scheme (RFC 8252, section 7.1) or by a claimed `https` address.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use crate::auth::Auth;
use crate::browser::{self, Opener};
use crate::callback::Callback;
use crate::error::{AuthError, Kind};
use crate::flow::{LoginFlow, LoginMode, LoginOptions, TIMEOUT, sealed};
use crate::pending::PendingLogin;
use crate::store::BoxFuture;
use crate::tokens::SessionInfo;

/// More links than this at one moment are not what a person does.
const WAITING: usize = 16;

/// The links that the system hands to the app; one for the whole app. Clones are the same.
///
/// Whatever the app's handler for opened URLs gets goes in, and the login under way takes out what belongs to it.
#[derive(Clone)]
pub struct DeepLinks(broadcast::Sender<Arc<Zeroizing<String>>>);

impl Default for DeepLinks {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl DeepLinks {
    /// No links yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands over a URL that the app was opened with. It waits for nothing and can be called from any thread. It
    /// returns whether a login was waiting; without one the URL is forgotten.
    pub fn deliver(&self, url: impl Into<String>) -> bool {
        self.0.send(Arc::new(Zeroizing::new(url.into()))).is_ok()
    }
}

impl fmt::Debug for DeepLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeepLinks")
            .field("logins", &self.0.receiver_count())
            .finish_non_exhaustive()
    }
}

/// Login of an app that keeps running while the person is at the browser: opens the browser, and waits for the link
/// that leads back.
///
/// A scheme of one's own is best a domain name of one's own backwards, with one slash behind it
/// (`com.example.app:/callback`), so that no other app claims it by chance; AI Pass's own examples have
/// `myapp://auth/callback`, which works, too. Where the system may end the app meanwhile, keep the
/// [`PendingLogin`](crate::PendingLogin) of [`Auth::begin`] instead, and call [`Auth::complete`] after the restart.
///
/// ```no_run
/// # async fn run(auth: aipass_auth::Auth) -> Result<(), aipass_auth::AuthError> {
/// use aipass_auth::{DeepLink, DeepLinks};
///
/// let links = DeepLinks::new();
/// let handler = links.clone();
/// // The app's handler for opened URLs, whatever the toolkit calls it:
/// let on_open_url = move |url: String| handler.deliver(url);
///
/// let flow = DeepLink::new("com.example.app:/callback", &links).opener(|url| {
///     // The toolkit's way to open the system's browser; never a view inside the app.
///     # let _ = url;
///     Ok(())
/// });
/// let session = auth.login(flow).await?;
/// # let _ = (session, on_open_url); Ok(()) }
/// ```
///
/// A link counts only if scheme, host and path are those of the redirect URI and the state is that of this login. Any
/// other is left alone, and the wait goes on: every app and every web page can open links.
pub struct DeepLink {
    redirect_uri: String,
    links: DeepLinks,
    opener: Option<Opener>,
    timeout: Duration,
    options: LoginOptions,
}

impl DeepLink {
    /// A login that ends at this registered redirect URI, within five minutes. With the feature `loopback` the URL
    /// is opened in the system's browser, without it [`opener`](Self::opener) is needed.
    pub fn new(redirect_uri: impl Into<String>, links: &DeepLinks) -> Self {
        Self {
            redirect_uri: redirect_uri.into(),
            links: links.clone(),
            opener: None,
            timeout: TIMEOUT,
            options: LoginOptions::default(),
        }
    }

    /// How the URL is opened in the system's browser. It is called on a thread of its own.
    #[must_use]
    pub fn opener(mut self, opener: impl Fn(&Url) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.opener = Some(Arc::new(opener));
        self
    }

    /// How long to wait for the person, five minutes by default.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Which page the person sees first.
    #[must_use]
    pub fn mode(mut self, mode: LoginMode) -> Self {
        self.options = self.options.mode(mode);
        self
    }

    /// Asks for these scopes instead of the client's.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options = self.options.scopes(scopes);
        self
    }

    async fn run_flow(self, auth: &Auth) -> Result<SessionInfo, AuthError> {
        if cfg!(not(feature = "loopback")) && self.opener.is_none() {
            return Err(AuthError::config(
                "a login by a deep link needs `opener`, or the feature `loopback` to open the browser",
            ));
        }
        // A store that cannot take the tokens is better noticed before the person has signed in.
        auth.check_store().await?;
        // Before the browser opens, so that no link is missed.
        let mut links = self.links.0.subscribe();
        let (url, pending) = auth.begin_with(self.redirect_uri, self.options)?;
        browser::open(&url, self.opener);
        let callback = timeout(self.timeout, returning(&mut links, &pending))
            .await
            .map_err(|_| AuthError::new(Kind::LoginTimeout))?;
        drop(links);
        auth.exchange(pending, callback.into_code()?).await
    }
}

/// Waits for the link that belongs to the login.
async fn returning(
    links: &mut broadcast::Receiver<Arc<Zeroizing<String>>>,
    pending: &PendingLogin,
) -> Callback {
    loop {
        match links.recv().await {
            Ok(link) => match pending.read_callback(&link) {
                Ok(callback) => return callback,
                Err(error) => tracing::debug!(%error, "a link that does not belong to the login"),
            },
            Err(RecvError::Lagged(_)) => {}
            // Not while the flow holds a sender of its own.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl fmt::Debug for DeepLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeepLink")
            .field("redirect_uri", &self.redirect_uri)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl sealed::Sealed for DeepLink {}

impl LoginFlow for DeepLink {
    fn run(self, auth: &Auth) -> BoxFuture<'_, Result<SessionInfo, AuthError>> {
        Box::pin(self.run_flow(auth))
    }
}
