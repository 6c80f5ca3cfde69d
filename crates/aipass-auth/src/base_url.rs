//! The base URL of the service: where tokens may go, and where they may not.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::error::{BuildError, BuildErrorKind};

/// The origin of AI Pass, with an optional path in front of every endpoint (for a gateway).
///
/// Only `https` is accepted, and `http` for a server on this machine (`127.0.0.0/8`, `[::1]` or `localhost`):
/// everything that is sent there is worth a login. A base URL holds no credentials, query or fragment.
///
/// ```
/// use aipass_auth::BaseUrl;
///
/// let base: BaseUrl = "https://gateway.example/aipass/".parse()?;
/// assert_eq!(base.endpoint("/oauth2/token").as_str(), "https://gateway.example/aipass/oauth2/token");
/// assert!("http://gateway.example".parse::<BaseUrl>().is_err());
/// # Ok::<(), aipass_auth::BuildError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The service itself, `https://aipass.one`.
    pub const AIPASS: &'static str = "https://aipass.one";

    /// Reads a base URL.
    ///
    /// # Errors
    ///
    /// When it is not an absolute URL, not `https` (or `http` on this machine), or holds credentials, a query or
    /// a fragment.
    pub fn parse(text: &str) -> Result<Self, BuildError> {
        text.parse()
    }

    /// The URL, without a slash at the end of its path (except for the root path).
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The URL as text without a slash at its end. Tokens are bound to this text.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The URL of an endpoint below this base: `path` is appended, it never replaces the base's own path.
    pub fn endpoint(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!(
            "{}/{}",
            self.0.path().trim_end_matches('/'),
            path.trim_start_matches('/')
        ));
        url
    }

    /// Whether this is a plain `http` server on this machine.
    pub fn is_loopback_http(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl FromStr for BaseUrl {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let refuse = |why| BuildError::from(BuildErrorKind::BaseUrl(why));
        let mut url = Url::parse(text).map_err(|_| refuse("it is not an absolute URL"))?;
        match url.scheme() {
            "https" if url.has_host() => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(refuse("http is only for a server on this machine, use https")),
            _ => return Err(refuse("only https is accepted")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it must not carry credentials"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it must not carry a query or a fragment"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self(Url::parse(Self::AIPASS).unwrap_or_else(|_| unreachable!("the constant is a URL")))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUrl").field(&self.as_str()).finish()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_http_on_this_machine_are_accepted() {
        for (text, kept) in [
            ("https://aipass.one", "https://aipass.one"),
            ("https://aipass.one/", "https://aipass.one"),
            ("HTTPS://AIPASS.ONE:443//", "https://aipass.one"),
            (
                "https://gateway.example:8443/ai/pass/",
                "https://gateway.example:8443/ai/pass",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://localhost:1/x", "http://localhost:1/x"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("http://LocalHost:1", "http://localhost:1"),
            // Other ways to write an address of this machine, which every HTTP client reads so.
            ("http://2130706434", "http://127.0.0.2"),
            ("http://0x7f.1", "http://127.0.0.1"),
            ("http://127.1", "http://127.0.0.1"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().as_str(), kept, "{text}");
        }
        assert_eq!(BaseUrl::default().as_str(), BaseUrl::AIPASS);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "aipass.one",
            "/oauth2",
            "http://aipass.one",
            "http://127.0.0.1.evil.com",
            "http://localhost.evil.com",
            "http://localhost.",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:8.8.8.8]",
            "http://[::ffff:127.0.0.1]",
            "http://[::127.0.0.1]",
            "http://[fe80::1]",
            "http://0",
            "http://134744072",
            "http://0x08080808",
            "http://128.0.0.1",
            "http://126.255.255.255",
            "http://localhost.localdomain",
            "http://localhost%2eevil.com",
            "http://localhostevil.com",
            "http://xlocalhost",
            "http://127.0.0.1@evil.com",
            "http://127.0.0.1:80@evil.com",
            "http://user@127.0.0.1",
            "http://evil.com#127.0.0.1",
            "http://evil.com/127.0.0.1",
            "http://evil.com?127.0.0.1",
            "http://evil.com\\@127.0.0.1",
            "http://169.254.169.254",
            "ws://127.0.0.1",
            "https://",
            "https:///",
            "data:text/plain,x",
            "http://10.0.0.1",
            "ftp://aipass.one",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://user@aipass.one",
            "https://user:pw@aipass.one",
            "https://aipass.one@evil.com",
            "https://aipass.one?x=1",
            "https://aipass.one/#x",
        ] {
            assert!(text.parse::<BaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_url() {
        let error = "https://user:canary@aipass.one".parse::<BaseUrl>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn endpoints_stay_below_the_base() {
        let base: BaseUrl = "https://gateway.example/aipass".parse().unwrap();
        assert_eq!(
            base.endpoint("oauth2/token").as_str(),
            "https://gateway.example/aipass/oauth2/token"
        );
        assert_eq!(
            BaseUrl::default().endpoint("/oauth2/token").as_str(),
            "https://aipass.one/oauth2/token"
        );
    }
}
