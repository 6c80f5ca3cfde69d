//! A login between its two halves: what `begin` hands out and `complete` takes back.

use std::fmt;
use std::time::Duration;

use oauth2::RedirectUrl;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use crate::base_url::is_loopback;
use crate::callback::{Callback, Expected, query_of};
use crate::error::{AuthError, Kind};
use crate::grant::is_verifier;
use crate::secret::Secret;
use crate::store::AccountKey;

const VERSION: u32 = 1;

/// How long a login may take from `begin` to `complete`.
const LIFETIME: Duration = Duration::from_secs(600);

/// A way back has to fit into a session cookie.
const LONGEST_WAY_BACK: usize = 2048;

/// A clock this far ahead at `begin` is forgiven, for logins that two machines share.
const CLOCK_TOLERANCE: u64 = 60;

/// A login that was begun and not completed.
///
/// It holds the code verifier and the state, so it is a secret. A web server keeps it for the person who began
/// the login, on its own side or encrypted, and takes it out (not copies it) when the callback arrives:
/// a cookie for it is `HttpOnly`, `Secure` and `SameSite=Lax` (`Strict` is not sent with the way back). Never
/// take it from the callback request itself.
///
/// It is good for ten minutes and for one [`complete`](crate::Auth::complete), which takes it by value:
///
/// ```compile_fail,E0382
/// # async fn run(auth: aipass_auth::Auth, pending: aipass_auth::PendingLogin) {
/// auth.complete(pending, "?code=1&state=2").await.ok();
/// auth.complete(pending, "?code=1&state=2").await.ok();
/// # }
/// ```
pub struct PendingLogin(pub(crate) Parts);

/// The stored form: it has a version, and a reader refuses one that it does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parts {
    version: u32,
    #[serde(with = "secret_text")]
    pub(crate) verifier: Secret,
    #[serde(with = "secret_text")]
    state: Secret,
    redirect_uri: String,
    base_url: String,
    client_id: String,
    account: String,
    issuer: String,
    pub(crate) scopes: Vec<String>,
    begun_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_to: Option<String>,
    /// Whether the callback has to name the issuer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    issuer_required: bool,
}

/// What a new login consists of.
pub(crate) struct NewLogin<'a> {
    pub(crate) key: &'a AccountKey,
    pub(crate) issuer: &'a str,
    pub(crate) issuer_required: bool,
    pub(crate) verifier: Secret,
    pub(crate) state: Secret,
    pub(crate) redirect_uri: &'a str,
    pub(crate) scopes: Vec<String>,
    pub(crate) begun_at: u64,
    pub(crate) return_to: Option<String>,
}

impl PendingLogin {
    pub(crate) fn new(login: NewLogin<'_>) -> Self {
        Self(Parts {
            version: VERSION,
            verifier: login.verifier,
            state: login.state,
            redirect_uri: login.redirect_uri.to_owned(),
            base_url: login.key.base_url().to_owned(),
            client_id: login.key.client_id().to_owned(),
            account: login.key.account().to_owned(),
            issuer: login.issuer.to_owned(),
            scopes: login.scopes,
            begun_at: login.begun_at,
            return_to: login.return_to,
            issuer_required: login.issuer_required,
        })
    }

    /// The redirect URI of this login.
    pub fn redirect_uri(&self) -> &str {
        &self.0.redirect_uri
    }

    /// Where the person wanted to go, as it was given to
    /// [`LoginOptions::return_to`](crate::LoginOptions::return_to).
    pub fn return_to(&self) -> Option<&str> {
        self.0.return_to.as_deref()
    }

    /// Refuses a login that was begun by another client or too long ago.
    pub(crate) fn check(&self, key: &AccountKey, now: u64) -> Result<(), AuthError> {
        let login = &self.0;
        if login.base_url != key.base_url()
            || login.client_id != key.client_id()
            || login.account != key.account()
        {
            return Err(AuthError::config(
                "the login was begun for another service, client or account",
            ));
        }
        let over = login.begun_at.saturating_add(LIFETIME.as_secs()) <= now;
        if over || login.begun_at > now.saturating_add(CLOCK_TOLERANCE) {
            return Err(AuthError::new(Kind::LoginExpired));
        }
        Ok(())
    }

    pub(crate) fn read_callback(&self, callback: &str) -> Result<Callback, AuthError> {
        let redirect = self.redirect_url().map_err(AuthError::callback)?;
        let query = query_of(callback, &redirect).map_err(AuthError::callback)?;
        self.expected().read(&query).map_err(AuthError::callback)
    }

    /// The redirect URI as a URL, to compare with.
    pub(crate) fn redirect_url(&self) -> Result<Url, &'static str> {
        Url::parse(&self.0.redirect_uri).map_err(|_| "it has no redirect URI")
    }

    pub(crate) fn expected(&self) -> Expected {
        Expected {
            state: self.0.state.digest(),
            issuer: self.0.issuer.clone(),
            issuer_required: self.0.issuer_required,
        }
    }
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingLogin")
            .field("redirect_uri", &self.0.redirect_uri)
            .field("base_url", &self.0.base_url)
            .field("client_id", &self.0.client_id)
            .field("begun_at", &self.0.begun_at)
            .finish_non_exhaustive()
    }
}

impl Serialize for PendingLogin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PendingLogin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        // The error of a field quotes its value, which may be a secret that got into the wrong place.
        let parts =
            Parts::deserialize(deserializer).map_err(|_| D::Error::custom("this is no pending login"))?;
        if parts.version != VERSION {
            return Err(D::Error::custom("a pending login of another version"));
        }
        if !is_verifier(parts.verifier.expose_secret()) {
            return Err(D::Error::custom("a pending login without a usable code verifier"));
        }
        if parts.state.expose_secret().is_empty() {
            return Err(D::Error::custom("a pending login without a state"));
        }
        // What was kept elsewhere may have been changed there, and the application will redirect to it.
        if let Some(path) = &parts.return_to {
            return_path(path.clone())
                .map_err(|_| D::Error::custom("a pending login whose way back leads to another site"))?;
        }
        Ok(Self(parts))
    }
}

/// The stored form of a pending login is the one place where its secrets are written out.
mod secret_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose_secret())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// Checks a redirect URI and keeps its text as it is: AI Pass compares it byte for byte (RFC 6749, section 3.1.2).
pub(crate) fn redirect_uri(text: String) -> Result<RedirectUrl, AuthError> {
    const DANGEROUS: [&str; 9] = [
        "javascript",
        "data",
        "file",
        "vbscript",
        "about",
        "blob",
        "ftp",
        "ws",
        "wss",
    ];
    if text.len() > 2048
        || text
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace())
    {
        return Err(AuthError::config(
            "the redirect URI is too long or holds blanks or control characters",
        ));
    }
    let redirect =
        RedirectUrl::new(text).map_err(|_| AuthError::config("the redirect URI is not an absolute URI"))?;
    let url = redirect.url();
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(AuthError::config(
            "the redirect URI must not carry a fragment or credentials",
        ));
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Err(AuthError::config(
            "a redirect URI with http must be on this machine",
        ));
    }
    if DANGEROUS.contains(&url.scheme()) {
        return Err(AuthError::config("the scheme of the redirect URI is not allowed"));
    }
    Ok(redirect)
}

/// Accepts a path on the application's own site and nothing that a browser, or a framework that decodes or tidies the
/// path before it redirects, could read as another site.
pub(crate) fn return_path(path: String) -> Result<String, AuthError> {
    if is_local(&path) {
        Ok(path)
    } else {
        Err(AuthError::config("the way back must be a path on the same site"))
    }
}

fn is_local(path: &str) -> bool {
    let plain = |text: &str| {
        text.starts_with('/')
            && !text.starts_with("//")
            && !text.starts_with("/\\")
            && !text.chars().any(char::is_control)
    };
    if path.len() > LONGEST_WAY_BACK
        || !plain(path)
        || path.contains('\\')
        || path.chars().any(char::is_whitespace)
    {
        return false;
    }
    // Once more as it is after somebody has decoded it; only the path, since in a query anything goes.
    let before_query = path.split(['?', '#']).next().unwrap_or_default();
    if !plain(&percent_decoded(before_query)) {
        return false;
    }
    // And as a browser resolves it, dot segments and all.
    let site = Url::parse("https://site.invalid/");
    site.and_then(|site| Ok((site.join(path)?, site)))
        .is_ok_and(|(there, site)| there.origin() == site.origin() && plain(there.path()))
}

fn percent_decoded(text: &str) -> String {
    // The parser of forms decodes; what is special to forms and not to paths is kept from it.
    let form = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(form.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AccountKey {
        AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", "default")
    }

    fn pending() -> PendingLogin {
        PendingLogin::new(NewLogin {
            key: &key(),
            issuer: "https://aipass.one",
            issuer_required: false,
            verifier: Secret::new("v".repeat(64)),
            state: Secret::new("STATE"),
            redirect_uri: "myapp://auth/callback",
            scopes: vec!["api:access".to_owned()],
            begun_at: 1_700_000_000,
            return_to: None,
        })
    }

    #[test]
    fn it_survives_a_round_trip() {
        let json = serde_json::to_string(&pending()).unwrap();
        let back: PendingLogin = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), json);
        assert!(
            back.read_callback("myapp://auth/callback?code=C&state=STATE")
                .is_ok()
        );
        assert!(json.starts_with(r#"{"version":1,"#), "{json}");
    }

    #[test]
    fn other_versions_and_broken_secrets_are_refused_without_quoting() {
        let json = serde_json::to_string(&pending()).unwrap();
        for (from, to) in [
            (r#""version":1"#, r#""version":2"#),
            (&*"v".repeat(64), "canary+canary"),
            (r#""STATE""#, r#""""#),
            (r#""scopes""#, r#""surprise""#),
            (r#""version":1,"#, ""),
            (r#""version":1"#, r#""version":"1""#),
            (r#""begun_at":1700000000"#, r#""begun_at":-1"#),
            (r#""begun_at":1700000000"#, r#""begun_at":"canary""#),
            ("}", r#","return_to":"//canary.example"}"#),
            ("}", r#","issuer_required":"canary"}"#),
            ("}", r#","version":1}"#),
        ] {
            let changed = json.replace(from, to);
            assert_ne!(changed, json);
            let error = serde_json::from_str::<PendingLogin>(&changed).unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn it_is_bound_to_its_client_and_ends_after_ten_minutes() {
        let start = 1_700_000_000;
        for now in [start - 60, start, start + 599] {
            pending().check(&key(), now).unwrap();
        }
        for now in [start - 61, start + 600, u64::MAX] {
            assert!(
                pending().check(&key(), now).unwrap_err().is_callback_invalid(),
                "{now}"
            );
        }
        for other in [
            AccountKey::new(
                &"https://staging.aipass.one".parse().unwrap(),
                "client_1",
                "default",
            ),
            AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_2", "default"),
            AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", "other"),
        ] {
            assert!(pending().check(&other, start).unwrap_err().is_config());
        }
    }

    #[test]
    fn redirect_uris_keep_their_text() {
        for text in [
            "myapp://auth/callback",
            "com.example.app:/cb",
            "com.example.app:/callback",
            "com.googleusercontent.apps.1-x:/oauth2redirect",
            "https://app.example",
            "https://APP.example/cb?x=1",
            "http://127.0.0.1:8417/callback",
            "http://[::1]/cb",
            "http://localhost:1/",
        ] {
            assert_eq!(redirect_uri(text.to_owned()).unwrap().as_str(), text);
        }
        let long = format!("https://app.example/{}", "a".repeat(2048));
        for text in [
            "",
            "/callback",
            "http://app.example/cb",
            "https://app.example/cb#x",
            "https://user:pw@app.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://localhost.evil.example/cb",
            "http://0.0.0.0/cb",
            "myapp://user@auth/callback",
            "myapp://user:pw@auth/callback",
            "myapp://auth/callback#x",
            "com.example.app:/cb#",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///tmp/x",
            "wss://app.example/cb",
            "https://app.example/a b",
            "https://app.example/\n",
            &long,
        ] {
            assert!(redirect_uri(text.to_owned()).unwrap_err().is_config(), "{text}");
        }
    }

    #[test]
    fn the_way_back_stays_on_the_site() {
        for path in [
            "/",
            "/settings",
            "/a/b?c=d#e",
            "/a+b=c&d/é",
            "/projects/group%2Frepo/../x",
            "/search?next=https://other.example//x%0A",
            "/a//b",
            "/@someone",
            "/%zz",
        ] {
            assert_eq!(return_path(path.to_owned()).unwrap(), path);
        }
        for path in [
            "",
            "settings",
            "//evil.example",
            "///evil.example",
            "/..//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/a/../..//evil.example",
            "/%2e%2e//evil.example",
            "/%2E//evil.example",
            "/%2f/evil.example",
            "/%2f%2fevil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5C%5Cevil.example",
            "/%09/evil.example",
            "/%0d%0aLocation:https://evil.example",
            "/%00",
            "//user@evil.example",
            "//user:pw@evil.example/",
            "/\\/evil.example",
            "//\\evil.example",
            "user@evil.example",
            "%2f%2fevil.example",
            "HTTPS://evil.example",
            "//%65vil.example",
            "\u{2028}/x",
            "/\u{2028}",
            "/\u{7f}",
            "/\u{1b}[31m",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            " /x",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r/evil.example",
            "/\0",
            "/a b",
            "/\u{a0}",
            "?x",
            "#x",
            "./x",
        ] {
            assert!(return_path(path.to_owned()).is_err(), "{path:?}");
        }
        assert!(return_path(format!("/{}", "a".repeat(LONGEST_WAY_BACK))).is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let text = format!("{:?} {:#?}", pending(), pending());
        assert!(!text.contains("vvvv") && !text.contains("STATE"), "{text}");
    }
}
