//! Login with the system's browser and a listener on this machine (RFC 8252, section 7.3).

use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use url::{Host, Url};

use crate::auth::Auth;
use crate::browser::{self, Opener};
use crate::callback::Callback;
use crate::error::{AuthError, Kind};
use crate::flow::{LoginFlow, LoginMode, LoginOptions, OnUrl, TIMEOUT, sealed};
use crate::listener::{Browser, Listener, LoopbackHost};
use crate::page;
use crate::paste::{PasteSource, pasted};
use crate::pending::PendingLogin;
use crate::store::BoxFuture;
use crate::tokens::SessionInfo;

/// A wrong paste ends nothing while the listener waits, but a source that goes on and on is not listened to for ever.
const PASTES: usize = 100;

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
/// A port may be taken by another program. A client with several registered redirect URIs takes the first one whose
/// port is free, see [`redirect_uris`](Self::redirect_uris). Over SSH, [`or_paste`](Self::or_paste) lets the same wait
/// end with a pasted address.
///
/// The listener answers only `GET` requests for its own address and path, keeps waiting when a request does not
/// belong to this login, and closes after the one that does. The page in the browser says how the login ended.
/// It prints nothing itself.
pub struct Loopback {
    place: Place,
    timeout: Duration,
    open_browser: bool,
    opener: Option<Opener>,
    on_url: Option<OnUrl>,
    paste: Option<Box<dyn PasteSource>>,
    options: LoginOptions,
}

/// Where to listen.
#[derive(Debug)]
struct Place {
    host: LoopbackHost,
    ports: Vec<u16>,
    path: String,
    /// Registered redirect URIs; they go before the rest.
    registered: Option<Vec<String>>,
}

impl Default for Loopback {
    fn default() -> Self {
        Self {
            place: Place {
                host: LoopbackHost::default(),
                ports: vec![0],
                path: "/callback".to_owned(),
                registered: None,
            },
            timeout: TIMEOUT,
            open_browser: true,
            opener: None,
            on_url: None,
            paste: None,
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
    pub fn redirect_uri(self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uris([redirect_uri])
    }

    /// Listens at the first of these registered redirect URIs whose port is free, in their order. Each is sent to the
    /// service as it stands here, byte for byte. One that no listener can serve is refused before anything is opened,
    /// wherever it stands in the list.
    ///
    /// ```
    /// use aipass_auth::Loopback;
    ///
    /// let flow = Loopback::new().redirect_uris([
    ///     "http://127.0.0.1:8417/callback",
    ///     "http://127.0.0.1:8418/callback",
    /// ]);
    /// ```
    ///
    /// When all ports are taken, the error is [`is_listen`](AuthError::is_listen) and names them.
    #[must_use]
    pub fn redirect_uris(mut self, redirect_uris: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.place.registered = Some(redirect_uris.into_iter().map(Into::into).collect());
        self
    }

    /// Tries these ports in their order; 0 stands for any free one.
    #[must_use]
    pub fn ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.place.ports = ports.into_iter().collect();
        self
    }

    /// The address to listen on.
    #[must_use]
    pub fn host(mut self, host: LoopbackHost) -> Self {
        self.place.host = host;
        self
    }

    /// The path of the redirect URI, `/callback` by default.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.place.path = path.into();
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

    /// Takes a pasted address as well as the browser's return, for a person whose browser runs on another machine.
    /// Whichever belongs to this login and comes first completes it. A wrong paste is told through the source, and
    /// the wait goes on; when the source ends, the listener goes on alone.
    ///
    /// ```
    /// use aipass_auth::{Loopback, StdinLines};
    ///
    /// let flow = Loopback::new()
    ///     .redirect_uri("http://127.0.0.1:8417/callback")
    ///     .on_url(|url| eprintln!("Open {url}\nand, if that is on another machine, paste the address that you end at:"))
    ///     .or_paste(StdinLines::new().on_trouble(|trouble| eprintln!("{trouble}")));
    /// ```
    #[must_use]
    pub fn or_paste(mut self, source: impl PasteSource + 'static) -> Self {
        self.paste = Some(Box::new(source));
        self
    }

    async fn run_flow(self, auth: &Auth) -> Result<SessionInfo, AuthError> {
        // A store that cannot take the tokens is better noticed before the person has signed in.
        auth.check_store().await?;
        let listener = self.place.listen().await?;
        let (url, pending) = auth.begin_with(listener.redirect_uri(), self.options)?;
        if let Some(on_url) = &self.on_url {
            on_url(&url);
        }
        if self.open_browser {
            browser::open(&url, self.opener);
        }
        let (callback, browser) = wait(listener, self.paste, &pending, self.timeout).await?;
        let result = match callback.into_code() {
            Ok(code) => auth.exchange(pending, code).await,
            Err(error) => Err(error),
        };
        if let Some(browser) = browser {
            let app_name = auth.settings().app_name.as_deref();
            browser
                .show(&page::outcome(app_name, result.as_ref().err()))
                .await;
        }
        result
    }
}

impl Place {
    /// The first place that is free. Every place is checked before the first one is tried.
    async fn listen(&self) -> Result<Listener, AuthError> {
        let places = match &self.registered {
            Some(registered) if registered.is_empty() => {
                return Err(AuthError::config("no redirect URI was given to listen on"));
            }
            Some(registered) => registered
                .iter()
                .map(|uri| Ok((parts_of(uri)?, Some(uri))))
                .collect::<Result<Vec<_>, AuthError>>()?,
            None if !self.path.starts_with('/') || self.path.contains(['?', '#']) => {
                return Err(AuthError::config(
                    "the path of the redirect URI must start with a slash and have no query",
                ));
            }
            None => self
                .ports
                .iter()
                .map(|port| ((self.host, *port, self.path.clone()), None))
                .collect(),
        };
        let mut tried = Vec::new();
        let mut last = io::Error::new(io::ErrorKind::InvalidInput, "no port was given");
        for ((host, port, path), uri) in places {
            match (Listener::bind(host, port, &path).await, uri) {
                // Port 0 stands for the one that was found, so the text has to change.
                (Ok(listener), Some(uri)) if port != 0 => return Ok(listener.with_redirect_uri(uri.clone())),
                (Ok(listener), _) => return Ok(listener),
                (Err(error), uri) => {
                    tried.push(uri.map_or_else(|| host.redirect_uri(port, &path), Clone::clone));
                    last = error;
                }
            }
        }
        Err(AuthError::with_source(Kind::Listen { tried }, last))
    }
}

/// Waits for the browser, and for a paste if there is a place for one.
async fn wait(
    listener: Listener,
    paste: Option<Box<dyn PasteSource>>,
    pending: &PendingLogin,
    limit: Duration,
) -> Result<(Callback, Option<Browser>), AuthError> {
    let pasting = async {
        if let Some(mut source) = paste {
            match pasted(&mut *source, pending, PASTES, false).await {
                Ok(callback) => return callback,
                Err(error) => tracing::debug!(%error, "nothing more is pasted"),
            }
        }
        std::future::pending().await
    };
    let answering = listener.wait(pending.expected(), limit);
    match select(pin!(answering), pin!(pasting)).await {
        Either::Left((answer, _)) => answer.map(|(callback, browser)| (callback, Some(browser))),
        Either::Right((callback, _)) => Ok((callback, None)),
    }
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback")
            .field("place", &self.place)
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
}
