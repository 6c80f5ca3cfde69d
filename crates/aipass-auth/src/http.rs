//! The one place where an HTTP client is made, shared with the other crates of this SDK through
//! [`__http`](crate::__http).

use std::fmt;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::base_url::BaseUrl;
use crate::error::{BuildError, BuildErrorKind};
use crate::secret::Secret;
#[cfg(feature = "rustls")]
use crate::tls::SharedVerifier;

/// No server means more than a day; what says so is cut, so that nobody calculates with it.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// How to reach the service: timeouts, proxy, trusted certificates.
///
/// The defaults fit; a copy of one set of options shares the loaded root certificates with the original.
///
/// ```
/// use std::time::Duration;
///
/// let http = aipass_auth::HttpOptions::default()
///     .user_agent("my-app/1.0")
///     .connect_timeout(Duration::from_secs(5))
///     .proxy("http://proxy.example:3128");
/// ```
#[derive(Clone)]
pub struct HttpOptions {
    user_agent: Option<String>,
    app: Option<String>,
    connect_timeout: Duration,
    timeout: Option<Duration>,
    pool_idle_timeout: Duration,
    gzip: bool,
    // A proxy may carry credentials.
    proxy: Option<Secret>,
    #[cfg(feature = "rustls")]
    verifier: SharedVerifier,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            user_agent: None,
            app: None,
            connect_timeout: Duration::from_secs(10),
            timeout: None,
            // A longer idle time makes a connection that the server has closed meanwhile an everyday failure.
            pool_idle_timeout: Duration::from_secs(15),
            gzip: true,
            proxy: None,
            #[cfg(feature = "rustls")]
            verifier: SharedVerifier::default(),
        }
    }
}

impl HttpOptions {
    /// Sets the whole `User-Agent` header; `aipass-rust/VERSION` unless said otherwise.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Adds the name of the app to the default `User-Agent`, as in `aipass-rust/0.1.0 (+my-app)`. What has no place in a
    /// comment of that header (RFC 9110, section 10.1.5) becomes a hyphen.
    #[must_use]
    pub fn app(mut self, name: impl AsRef<str>) -> Self {
        let letter = |c: char| c.is_ascii_alphanumeric() || " ._-+/:".contains(c);
        let name = name.as_ref().chars().map(|c| if letter(c) { c } else { '-' });
        self.app = Some(name.collect());
        self
    }

    /// Sets the limit for opening a connection, 10 seconds by default.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the limit for a whole request with its answer. Token requests have 30 seconds by default.
    #[must_use]
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = limit.into();
        self
    }

    /// Sets how long an unused connection is kept, 15 seconds by default.
    #[must_use]
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.pool_idle_timeout = limit;
        self
    }

    /// Whether answers may be compressed; never for token requests.
    #[must_use]
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Sends everything through this proxy instead of the system's. A server on this machine (`http` on a
    /// loopback address) is never reached through a proxy.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts these certificates (PEM, one or several) in addition to the system's.
    ///
    /// # Errors
    ///
    /// When the text holds no certificate or a broken one.
    #[cfg(feature = "rustls")]
    pub fn add_root_pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        self.verifier = self.verifier.with_roots(pem.as_ref())?;
        Ok(self)
    }

    fn agent(&self) -> String {
        const SDK: &str = concat!("aipass-rust/", env!("CARGO_PKG_VERSION"));
        match (&self.user_agent, &self.app) {
            (Some(whole), _) => whole.clone(),
            (None, Some(app)) => format!("{SDK} (+{app})"),
            (None, None) => SDK.to_owned(),
        }
    }

    /// The total limit, if one was set.
    pub(crate) fn total(&self) -> Option<Duration> {
        self.timeout
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("user_agent", &self.agent())
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("pool_idle_timeout", &self.pool_idle_timeout)
            .field("gzip", &self.gzip)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

/// A client for this base URL: no redirects, no silent retries, no `Referer`, `https` only unless the base is
/// `http` on this machine.
///
/// # Errors
///
/// When the proxy is not a URL or when TLS is not available.
pub fn client(options: &HttpOptions, base: &BaseUrl) -> Result<reqwest::Client, BuildError> {
    builder(options, base)?
        .build()
        .map_err(|error| BuildErrorKind::Http(error.without_url().into()).into())
}

/// The same as [`client`], for further settings.
///
/// # Errors
///
/// When the proxy is not a URL or when TLS is not available.
pub fn builder(options: &HttpOptions, base: &BaseUrl) -> Result<reqwest::ClientBuilder, BuildError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the factory that everything else has to use"
    )]
    let mut builder = reqwest::Client::builder()
        .user_agent(options.agent())
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(options.pool_idle_timeout)
        // A followed 307 would send the body, with its tokens, to wherever the answer points.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .https_only(!base.is_loopback_http())
        // Another crate in the tree may have switched these on for everybody.
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .gzip(options.gzip);
    if let Some(limit) = options.timeout {
        builder = builder.timeout(limit);
    }
    if base.is_loopback_http() {
        // HTTP_PROXY would carry the tokens in clear to another machine.
        builder = builder.no_proxy();
    } else if let Some(proxy) = &options.proxy {
        let proxy = reqwest::Proxy::all(proxy.expose_secret()).map_err(|_| BuildErrorKind::Proxy)?;
        builder = builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()));
    }
    #[cfg(feature = "rustls")]
    {
        builder = builder.tls_backend_preconfigured(crate::tls::config(&options.verifier)?);
    }
    Ok(builder)
}

/// How long an answer asks to wait: `retry-after-ms` where a gateway sends it, or `Retry-After` in seconds, whole or
/// not, or as a date (RFC 9110, section 10.2.3). A date is read against the server's own clock where the answer tells
/// it, since the clock of this machine may be wrong. What is zero, past or unreadable asks for nothing.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let date = |name| httpdate::parse_http_date(text(name)?).ok();
    let number = |name| text(name)?.parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|milliseconds| milliseconds / 1000.0);
    let pause = match seconds.or_else(|| number(RETRY_AFTER.as_str())) {
        Some(seconds) if seconds > 0.0 => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_PAUSE),
        Some(_) => return None,
        None => date(RETRY_AFTER.as_str())?
            .duration_since(date(DATE.as_str()).unwrap_or_else(SystemTime::now))
            .ok()?,
    };
    (!pause.is_zero()).then(|| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_names_the_sdk_and_the_app() {
        let version = env!("CARGO_PKG_VERSION");
        let options = HttpOptions::default();
        assert_eq!(options.agent(), format!("aipass-rust/{version}"));
        assert_eq!(
            options.clone().app("Mühle (2)\r\nx").agent(),
            format!("aipass-rust/{version} (+M-hle -2---x)")
        );
        assert_eq!(options.app("a").user_agent("mine/1").agent(), "mine/1");
    }

    #[test]
    fn debug_shows_no_proxy_credentials() {
        let options = HttpOptions::default().proxy("http://user:canary@proxy.example:1");
        assert!(!format!("{options:?} {options:#?}").contains("canary"));
        client(&options, &BaseUrl::default()).unwrap();
    }

    #[test]
    fn a_broken_proxy_is_refused_without_being_quoted() {
        let options = HttpOptions::default().proxy("canary canary");
        let error = client(&options, &BaseUrl::default()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[tokio::test]
    async fn a_client_for_https_sends_nothing_in_clear() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let client = client(&HttpOptions::default(), &BaseUrl::default()).unwrap();
        let error = client
            .get(format!("http://{}", listener.local_addr().unwrap()))
            .send()
            .await
            .unwrap_err();
        assert!(error.is_builder(), "{error:?}");
        assert_eq!(
            listener.accept().unwrap_err().kind(),
            std::io::ErrorKind::WouldBlock,
            "nobody connected"
        );
    }

    fn asked(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        retry_after(&headers.collect())
    }

    #[test]
    fn a_pause_is_read_in_every_form() {
        let milliseconds = Duration::from_millis;
        for (text, pause) in [
            ("1", Some(milliseconds(1000))),
            (" 0.5 ", Some(milliseconds(500))),
            ("3600", Some(Duration::from_secs(3600))),
            ("86401", Some(LONGEST_PAUSE)),
            ("1e300", Some(LONGEST_PAUSE)),
            ("0", None),
            ("-1", None),
            ("soon", None),
            ("", None),
            ("NaN", None),
            ("Wed, 21 Oct 2015 07:28:00 GMT", None),
            ("Sat, 01 Jan 100000 00:00:00 GMT", None),
        ] {
            assert_eq!(asked(&[("retry-after", text)]), pause, "{text}");
        }
        for (text, pause) in [
            ("250", Some(milliseconds(250))),
            ("soon", Some(milliseconds(9000))),
            ("0", None),
        ] {
            let both = [("retry-after-ms", text), ("retry-after", "9")];
            assert_eq!(asked(&both), pause, "{text}");
        }
    }

    #[test]
    fn a_date_is_read_against_the_servers_clock() {
        for (text, seconds) in [
            ("Wed, 21 Oct 2015 12:00:07 GMT", Some(7)),
            ("Wednesday, 21-Oct-15 12:00:07 GMT", Some(7)),
            ("Wed Oct 21 12:00:07 2015", Some(7)),
            ("Wed, 21 Oct 2015 12:00:00 GMT", None),
            ("Wed, 21 Oct 2015 11:00:00 GMT", None),
        ] {
            let both = [("retry-after", text), ("date", "Wed, 21 Oct 2015 12:00:00 GMT")];
            assert_eq!(asked(&both), seconds.map(Duration::from_secs), "{text}");
        }
        let far = httpdate::fmt_http_date(SystemTime::now() + 2 * LONGEST_PAUSE);
        assert_eq!(asked(&[("retry-after", &far)]), Some(LONGEST_PAUSE));
        assert_eq!(
            asked(&[("retry-after", &far), ("date", "yesterday")]),
            Some(LONGEST_PAUSE)
        );
    }
}
