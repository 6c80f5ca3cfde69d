//! Login with the system's browser and a listener on this machine (RFC 8252, section 7.3).

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use crate::auth::Auth;
use crate::error::{AuthError, Kind};
use crate::flow::{LoginFlow, LoginMode, LoginOptions, sealed};
use crate::listener::{Listener, LoopbackHost};
use crate::page;
use crate::store::BoxFuture;
use crate::tokens::SessionInfo;

/// How long a person may take at the browser.
const TIMEOUT: Duration = Duration::from_secs(300);

type OnUrl = Box<dyn Fn(&Url) + Send + Sync>;
type Opener = Arc<dyn Fn(&Url) -> io::Result<()> + Send + Sync>;

/// Login for programs on the person's own machine: opens the browser, and listens on a loopback address for its
/// return.
///
/// By default it takes any free port of `127.0.0.1` and the path `/callback`. AI Pass compares redirect URIs byte
/// for byte, port included, so a client is best registered with a fixed one:
///
/// ```no_run
/// # async fn run(auth: aipass_auth::Auth) -> Result<(), aipass_auth::AuthError> {
/// use aipass_auth::Loopback;
///
/// let flow = Loopback::new()
///     .redirect_uri("http://127.0.0.1:8417/callback")
///     .on_url(|url| eprintln!("If no browser opens, go to {url}"));
/// let session = auth.login(flow).await?;
/// # let _ = session; Ok(()) }
/// ```
///
/// The listener answers only `GET` requests for its own address and path, keeps waiting when a request does not
/// belong to this login, and closes after the one that does. The page in the browser says how the login ended.
/// It prints nothing itself.
pub struct Loopback {
    host: LoopbackHost,
    ports: Vec<u16>,
    path: String,
    fixed: Option<String>,
    timeout: Duration,
    open_browser: bool,
    opener: Option<Opener>,
    on_url: Option<OnUrl>,
    options: LoginOptions,
}

impl Default for Loopback {
    fn default() -> Self {
        Self {
            host: LoopbackHost::default(),
            ports: vec![0],
            path: "/callback".to_owned(),
            fixed: None,
            timeout: TIMEOUT,
            open_browser: true,
            opener: None,
            on_url: None,
            options: LoginOptions::default(),
        }
    }
}

impl Loopback {
    /// Any free port of `127.0.0.1`, the path `/callback`, five minutes, and the system's browser.
    pub fn new() -> Self {
        Self::default()
    }

    /// Listens exactly where this registered redirect URI points: its host (`127.0.0.1`, `[::1]` or
    /// `localhost`), its port and its path. It is sent to the service as it stands here.
    #[must_use]
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.fixed = Some(redirect_uri.into());
        self
    }

    /// Tries these ports in their order; 0 stands for any free one.
    #[must_use]
    pub fn ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports = ports.into_iter().collect();
        self
    }

    /// The address to listen on.
    #[must_use]
    pub fn host(mut self, host: LoopbackHost) -> Self {
        self.host = host;
        self
    }

    /// The path of the redirect URI, `/callback` by default.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// How long to wait for the person, five minutes by default.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Whether the system's browser is opened. Without it the person has to be told the URL, see
    /// [`on_url`](Self::on_url).
    #[must_use]
    pub fn open_browser(mut self, open: bool) -> Self {
        self.open_browser = open;
        self
    }

    /// Opens the URL in another way than the system's default browser.
    #[must_use]
    pub fn opener(mut self, opener: impl Fn(&Url) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.opener = Some(Arc::new(opener));
        self
    }

    /// Is called with the URL once the listener is ready and before a browser opens, for example to print it.
    #[must_use]
    pub fn on_url(mut self, on_url: impl Fn(&Url) + Send + Sync + 'static) -> Self {
        self.on_url = Some(Box::new(on_url));
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

    async fn listen(&self) -> Result<Listener, AuthError> {
        let listen_error = |error| AuthError::with_source(Kind::Listen, error);
        if let Some(redirect_uri) = &self.fixed {
            let (host, port, path) = parts_of(redirect_uri)?;
            let listener = Listener::bind(host, port, &path).await.map_err(listen_error)?;
            return Ok(if port == 0 {
                listener
            } else {
                listener.with_redirect_uri(redirect_uri.clone())
            });
        }
        if !self.path.starts_with('/') || self.path.contains(['?', '#']) {
            return Err(AuthError::config(
                "the path of the redirect URI must start with a slash and have no query",
            ));
        }
        let mut last = io::Error::new(io::ErrorKind::InvalidInput, "no port was given");
        for port in &self.ports {
            match Listener::bind(self.host, *port, &self.path).await {
                Ok(listener) => return Ok(listener),
                Err(error) => last = error,
            }
        }
        Err(listen_error(last))
    }

    /// Opens the browser on a thread of its own: a browser in a terminal keeps its opener waiting until it is
    /// closed, which must hold up neither the login nor the end of the program.
    fn open(&self, url: &Url) {
        if !self.open_browser {
            return;
        }
        let (url, opener) = (url.clone(), self.opener.clone());
        std::thread::spawn(move || {
            let opened = match opener {
                Some(opener) => opener(&url),
                None => open_system_browser(&url),
            };
            // The listener goes on: the person may still open the URL by hand.
            if let Err(error) = opened {
                tracing::warn!(%error, "the browser could not be opened");
            }
        });
    }

    async fn run_flow(self, auth: &Auth) -> Result<SessionInfo, AuthError> {
        // A store that cannot take the tokens is better noticed before the person has signed in.
        auth.check_store().await?;
        let listener = self.listen().await?;
        let (url, pending) = auth.begin_with(listener.redirect_uri(), self.options.clone())?;
        if let Some(on_url) = &self.on_url {
            on_url(&url);
        }
        self.open(&url);
        let (callback, browser) = listener.wait(pending.expected(), self.timeout).await?;
        let result = match callback.into_code() {
            Ok(code) => auth.exchange(pending, code).await,
            Err(error) => Err(error),
        };
        browser
            .show(&page::outcome(
                auth.settings().app_name.as_deref(),
                result.as_ref().err(),
            ))
            .await;
        result
    }
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback")
            .field("host", &self.host)
            .field("ports", &self.ports)
            .field("path", &self.path)
            .field("redirect_uri", &self.fixed)
            .field("timeout", &self.timeout)
            .field("open_browser", &self.open_browser)
            .finish_non_exhaustive()
    }
}

impl sealed::Sealed for Loopback {}

impl LoginFlow for Loopback {
    fn run(self, auth: &Auth) -> BoxFuture<'_, Result<SessionInfo, AuthError>> {
        Box::pin(self.run_flow(auth))
    }
}

/// Host, port and path of a redirect URI on this machine.
fn parts_of(redirect_uri: &str) -> Result<(LoopbackHost, u16, String), AuthError> {
    let unusable =
        || AuthError::config("a redirect URI to listen on looks like http://127.0.0.1:8417/callback");
    let url = Url::parse(redirect_uri).map_err(|_| unusable())?;
    let host = match url.host() {
        Some(Host::Ipv4(address)) if address == std::net::Ipv4Addr::LOCALHOST => LoopbackHost::V4,
        Some(Host::Ipv6(address)) if address == std::net::Ipv6Addr::LOCALHOST => LoopbackHost::V6,
        Some(Host::Domain("localhost")) => LoopbackHost::Localhost,
        _ => return Err(unusable()),
    };
    let is_plain = url.scheme() == "http" && url.query().is_none() && url.fragment().is_none();
    let port = url
        .port_or_known_default()
        .filter(|_| is_plain)
        .ok_or_else(unusable)?;
    Ok((host, port, url.path().to_owned()))
}

/// Opens only what a web browser should get, whatever the base URL was.
fn open_system_browser(url: &Url) -> io::Result<()> {
    let is_web = url.scheme() == "https" || (url.scheme() == "http" && crate::base_url::is_loopback(url));
    if !is_web || url.as_str().chars().any(char::is_control) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "only web pages are opened",
        ));
    }
    webbrowser::open(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_on_this_machine_are_taken_apart() {
        for (uri, host, port, path) in [
            (
                "http://127.0.0.1:8417/callback",
                LoopbackHost::V4,
                8417,
                "/callback",
            ),
            ("http://[::1]:1/", LoopbackHost::V6, 1, "/"),
            (
                "http://localhost:65535/a/b",
                LoopbackHost::Localhost,
                65535,
                "/a/b",
            ),
            ("http://127.0.0.1", LoopbackHost::V4, 80, "/"),
        ] {
            assert_eq!(parts_of(uri).unwrap(), (host, port, path.to_owned()), "{uri}");
        }
        for uri in [
            "",
            "https://127.0.0.1:1/cb",
            "http://127.0.0.2:1/cb",
            "http://192.168.0.1:1/cb",
            "http://0.0.0.0:1/cb",
            "http://example.com:1/cb",
            "http://127.0.0.1:1/cb?x=1",
            "http://127.0.0.1:1/cb#x",
            "myapp://auth/callback",
        ] {
            assert!(parts_of(uri).unwrap_err().is_config(), "{uri}");
        }
    }

    #[test]
    fn only_web_pages_are_opened() {
        for url in [
            "file:///etc/passwd",
            "http://example.com/",
            "myapp://x",
            "javascript:alert(1)",
        ] {
            assert!(open_system_browser(&url.parse().unwrap()).is_err(), "{url}");
        }
    }
}
