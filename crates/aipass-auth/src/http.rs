//! The one place where an HTTP client is made, shared with the other crates of this SDK through
//! [`__http`](crate::__http).

use std::fmt;
use std::time::Duration;

use crate::base_url::BaseUrl;
use crate::error::{BuildError, BuildErrorKind};
use crate::secret::Secret;
#[cfg(feature = "rustls")]
use crate::tls::SharedVerifier;

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
    user_agent: String,
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
            user_agent: concat!("aipass-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
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
    /// Sets the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
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

    /// The total limit, if one was set.
    pub(crate) fn total(&self) -> Option<Duration> {
        self.timeout
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("user_agent", &self.user_agent)
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
        .user_agent(&options.user_agent)
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
