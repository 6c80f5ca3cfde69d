//! What a server says about itself (RFC 8414), believed only as far as it cannot send the tokens elsewhere.
//!
//! The document decides where codes and tokens are sent, so whoever can change it could collect them. It is taken
//! only from the base URL, must name that base URL as its issuer, and may point to that origin alone.

use std::fmt;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};
use url::{Origin, Url};
use zeroize::Zeroizing;

use crate::answer;
use crate::base_url::{BaseUrl, is_loopback};
use crate::error::{AuthError, Kind};
use crate::http::HttpOptions;
use crate::wire::{TokenDialect, Wire};

/// Asks a server for its metadata (RFC 8414) with the defaults of [`Discovery`].
///
/// There is no need to: without it, the endpoints of AI Pass's documentation are used.
///
/// # Errors
///
/// As [`Discovery::fetch`].
///
/// # Examples
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use aipass_auth::{Auth, HttpOptions, discover};
///
/// let server = discover("https://aipass.one", &HttpOptions::default()).await?;
/// let auth = Auth::builder("client_1").server(server).build()?;
/// # let _ = auth; Ok(()) }
/// ```
pub async fn discover(base_url: &str, http: &HttpOptions) -> Result<ServerMetadata, AuthError> {
    Discovery::new(base_url).http(http.clone()).fetch().await
}

/// A question for a server's metadata (RFC 8414).
///
/// ```no_run
/// # async fn run() -> Result<(), aipass_auth::AuthError> {
/// use aipass_auth::Discovery;
///
/// // A server whose sign-in page lives on another host, which is known beforehand.
/// let server = Discovery::new("https://api.example")
///     .allow_origin("https://login.example")
///     .fetch()
///     .await?;
/// println!("{}", server.authorization_endpoint());
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "call `fetch()`"]
pub struct Discovery {
    base_url: String,
    origins: Vec<String>,
    http: HttpOptions,
}

impl Discovery {
    /// A question to this server; see [`BaseUrl`] for what is accepted.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            origins: Vec::new(),
            http: HttpOptions::default(),
        }
    }

    /// Lets endpoints live at this origin (`https://host` or `https://host:port`) beside that of the base URL. The
    /// code, the tokens and the client secret may then be sent there.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Proxy, timeouts and trusted certificates. The request ends after 30 seconds unless a total timeout is set.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Asks, once, and checks the answer. The address is `/.well-known/oauth-authorization-server` on the server,
    /// followed by the path of the base URL if it has one (RFC 8414, section 3.1).
    ///
    /// # Errors
    ///
    /// [`is_config`](AuthError::is_config) when the base URL or an allowed origin is unusable, and when the server
    /// redirects; [`is_discovery`](AuthError::is_discovery) when it publishes no metadata, when its issuer is not
    /// the base URL (RFC 8414, section 3.3), when an endpoint is not `https` or lives at an origin that is not
    /// allowed, and when it does without codes or S256; and the errors of the network.
    pub async fn fetch(&self) -> Result<ServerMetadata, AuthError> {
        let unusable = |error| {
            AuthError::with_source(Kind::Config("the server cannot be asked for its metadata"), error)
        };
        let base: BaseUrl = self.base_url.parse().map_err(unusable)?;
        let mut origins = vec![base.as_url().origin()];
        for origin in &self.origins {
            let allowed: BaseUrl = origin.parse().map_err(unusable)?;
            origins.push(allowed.as_url().origin());
        }
        let wire = Wire::new(&self.http, &base, TokenDialect::default()).map_err(unusable)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let answer = wire
            .send(Method::GET, address(&base), headers, Zeroizing::default())
            .await?;
        if answer.status != StatusCode::OK {
            let passes = answer.status.is_server_error()
                || matches!(
                    answer.status,
                    StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
                );
            return Err(AuthError::new(if passes {
                Kind::Refused(answer::refusal(&answer, &[]))
            } else {
                Kind::Discovery {
                    why: "the server publishes none",
                    status: Some(answer.status),
                }
            }));
        }
        read(&answer.body, base, &origins)
            .map_err(|why| AuthError::new(Kind::Discovery { why, status: None }))
    }
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URLs are not checked yet and may hold credentials.
        f.debug_struct("Discovery")
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

/// What a server says about itself, checked. [`AuthBuilder::server`](crate::AuthBuilder::server) uses it.
#[derive(Clone)]
pub struct ServerMetadata {
    base: BaseUrl,
    issuer: String,
    authorization: Url,
    token: Url,
    revocation: Option<Url>,
    registration: Option<Url>,
    userinfo: Option<Url>,
    scopes: Vec<String>,
    challenge_methods: Vec<String>,
    sends_issuer: bool,
}

impl ServerMetadata {
    /// The base URL that it was found at.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// The issuer, as the document has it; the same as the base URL but for a slash at its end.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The page that asks the person.
    pub fn authorization_endpoint(&self) -> &Url {
        &self.authorization
    }

    /// Where codes and refresh tokens are exchanged.
    pub fn token_endpoint(&self) -> &Url {
        &self.token
    }

    /// Where tokens are taken back (RFC 7009), if the server says it.
    pub fn revocation_endpoint(&self) -> Option<&Url> {
        self.revocation.as_ref()
    }

    /// Where clients register in the way of RFC 7591, if the server says it. [`register_client`](crate::register_client)
    /// does not use it: AI Pass registers clients in a way of its own.
    pub fn registration_endpoint(&self) -> Option<&Url> {
        self.registration.as_ref()
    }

    /// Where the profile of the person is, if the server says it.
    pub fn userinfo_endpoint(&self) -> Option<&Url> {
        self.userinfo.as_ref()
    }

    /// The scopes that the server names; it may know others.
    pub fn scopes_supported(&self) -> &[String] {
        &self.scopes
    }

    /// The PKCE methods that the server names: empty, or with `S256` among them.
    pub fn code_challenge_methods_supported(&self) -> &[String] {
        &self.challenge_methods
    }

    /// Whether the server names itself in every callback (`authorization_response_iss_parameter_supported`, RFC
    /// 9207). A client that is built with this metadata then insists on it.
    pub fn sends_issuer(&self) -> bool {
        self.sends_issuer
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        let documented = Endpoints::documented(&self.base);
        Endpoints {
            authorization: self.authorization.clone(),
            token: self.token.clone(),
            revocation: self.revocation.clone().unwrap_or(documented.revocation),
        }
    }
}

impl fmt::Debug for ServerMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerMetadata")
            .field("issuer", &self.issuer)
            .field("authorization_endpoint", &self.authorization.as_str())
            .field("token_endpoint", &self.token.as_str())
            .field("sends_issuer", &self.sends_issuer)
            .finish_non_exhaustive()
    }
}

/// Where a client of one server sends what.
pub(crate) struct Endpoints {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    pub(crate) revocation: Url,
}

impl Endpoints {
    /// Those of AI Pass's documentation.
    pub(crate) fn documented(base: &BaseUrl) -> Self {
        Self {
            authorization: base.endpoint("/oauth2/authorize"),
            token: base.endpoint("/oauth2/token"),
            revocation: base.endpoint("/oauth2/revoke"),
        }
    }
}

/// The well-known part goes between the host and the path of the issuer, not behind it.
fn address(base: &BaseUrl) -> Url {
    let mut url = base.as_url().clone();
    let path = url.path().trim_end_matches('/');
    let path = format!("/.well-known/oauth-authorization-server{path}");
    url.set_path(&path);
    url
}

fn read(body: &[u8], base: BaseUrl, origins: &[Origin]) -> Result<ServerMetadata, &'static str> {
    let Ok(Value::Object(document)) = serde_json::from_slice(body) else {
        return Err("it is not a JSON object");
    };
    let issuer = text(&document, "issuer")?.ok_or("it names no issuer")?;
    if issuer.trim_end_matches('/') != base.as_str() {
        return Err("it names another issuer than the base URL");
    }
    let endpoint = |name| endpoint(&document, name, &base, origins);
    let authorization = endpoint("authorization_endpoint")?.ok_or("it has no authorization endpoint")?;
    let token = endpoint("token_endpoint")?.ok_or("it has no token endpoint")?;
    let challenge_methods = list(&document, "code_challenge_methods_supported")?;
    if challenge_methods
        .as_ref()
        .is_some_and(|methods| !methods.iter().any(|method| method == "S256"))
    {
        return Err("it does without S256");
    }
    let response_types = list(&document, "response_types_supported")?;
    if response_types.is_some_and(|types| !types.iter().any(|kind| kind == "code")) {
        return Err("it gives out no codes");
    }
    let sends_issuer = match document.get("authorization_response_iss_parameter_supported") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(_) => return Err("a member of it has a wrong type"),
    };
    Ok(ServerMetadata {
        revocation: endpoint("revocation_endpoint")?,
        registration: endpoint("registration_endpoint")?,
        userinfo: endpoint("userinfo_endpoint")?,
        scopes: list(&document, "scopes_supported")?.unwrap_or_default(),
        challenge_methods: challenge_methods.unwrap_or_default(),
        base,
        issuer,
        authorization,
        token,
        sends_issuer,
    })
}

/// One endpoint. A wrong one condemns the whole document: who plants one may have planted more.
fn endpoint(
    document: &Map<String, Value>,
    name: &str,
    base: &BaseUrl,
    origins: &[Origin],
) -> Result<Option<Url>, &'static str> {
    let Some(text) = text(document, name)? else {
        return Ok(None);
    };
    let url = Url::parse(&text).map_err(|_| "an endpoint is not an absolute URL")?;
    // Plain http is for a server on this machine that was asked in plain http itself.
    let safe =
        url.scheme() == "https" || (base.is_loopback_http() && url.scheme() == "http" && is_loopback(&url));
    if !safe {
        return Err("an endpoint is not https");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("an endpoint carries credentials or a fragment");
    }
    if !origins.contains(&url.origin()) {
        return Err("an endpoint lives at another origin than the base URL");
    }
    Ok(Some(url))
}

fn text(document: &Map<String, Value>, name: &str) -> Result<Option<String>, &'static str> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err("a member of it has a wrong type"),
    }
}

fn list(document: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, &'static str> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(Some)
            .ok_or("a member of it has a wrong type"),
        Some(_) => Err("a member of it has a wrong type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document that AI Pass's later pages describe.
    const AIPASS: &str = r#"{"issuer":"https://aipass.one","authorization_endpoint":"https://aipass.one/oauth2/authorize","token_endpoint":"https://aipass.one/oauth2/token","userinfo_endpoint":"https://aipass.one/oauth2/userinfo","revocation_endpoint":"https://aipass.one/oauth2/revoke","scopes_supported":["api:access","profile:read"],"response_types_supported":["code"],"grant_types_supported":["authorization_code","refresh_token"],"code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["none"]}"#;

    fn read_at(base: &str, document: &str, more: &[&str]) -> Result<ServerMetadata, &'static str> {
        let base: BaseUrl = base.parse().unwrap();
        let mut origins = vec![base.as_url().origin()];
        origins.extend(more.iter().map(|origin| Url::parse(origin).unwrap().origin()));
        read(document.as_bytes(), base, &origins)
    }

    #[test]
    fn the_document_of_the_service_is_read() {
        let server = read_at("https://aipass.one", AIPASS, &[]).unwrap();
        assert_eq!(server.issuer(), "https://aipass.one");
        assert_eq!(server.token_endpoint().path(), "/oauth2/token");
        assert_eq!(server.userinfo_endpoint().unwrap().path(), "/oauth2/userinfo");
        assert_eq!(server.revocation_endpoint().unwrap().path(), "/oauth2/revoke");
        assert_eq!(server.scopes_supported(), ["api:access", "profile:read"]);
        assert_eq!(server.code_challenge_methods_supported(), ["S256"]);
        assert!(server.registration_endpoint().is_none() && !server.sends_issuer());
    }

    #[test]
    fn the_address_has_the_well_known_part_in_front_of_the_path() {
        for (base, expected) in [
            (
                "https://aipass.one",
                "https://aipass.one/.well-known/oauth-authorization-server",
            ),
            (
                "https://aipass.one/",
                "https://aipass.one/.well-known/oauth-authorization-server",
            ),
            (
                "https://gateway.example:8443/ai/pass/",
                "https://gateway.example:8443/.well-known/oauth-authorization-server/ai/pass",
            ),
        ] {
            assert_eq!(address(&base.parse().unwrap()).as_str(), expected, "{base}");
        }
    }

    #[test]
    fn a_document_that_lies_is_refused() {
        for (from, to) in [
            (
                r#""issuer":"https://aipass.one""#,
                r#""issuer":"https://evil.example""#,
            ),
            (
                r#""issuer":"https://aipass.one""#,
                r#""issuer":"https://aipass.one.evil.example""#,
            ),
            (
                r#""issuer":"https://aipass.one""#,
                r#""issuer":"http://aipass.one""#,
            ),
            (
                r#""issuer":"https://aipass.one""#,
                r#""issuer":"https://AIPASS.one""#,
            ),
            (
                r#""issuer":"https://aipass.one""#,
                r#""issuer":"https://aipass.one/x""#,
            ),
            (r#""issuer":"https://aipass.one""#, r#""issuer":"""#),
            (r#""issuer":"https://aipass.one","#, ""),
            (
                r#""issuer":"https://aipass.one""#,
                r#""issuer":["https://aipass.one"]"#,
            ),
            (
                "https://aipass.one/oauth2/token",
                "https://evil.example/oauth2/token",
            ),
            (
                "https://aipass.one/oauth2/token",
                "https://aipass.one:8443/oauth2/token",
            ),
            (
                "https://aipass.one/oauth2/token",
                "https://api.aipass.one/oauth2/token",
            ),
            (
                "https://aipass.one/oauth2/token",
                "https://aipass.one@evil.example/oauth2/token",
            ),
            (
                "https://aipass.one/oauth2/token",
                "https://user:pw@aipass.one/oauth2/token",
            ),
            (
                "https://aipass.one/oauth2/token",
                "https://aipass.one/oauth2/token#x",
            ),
            (
                "https://aipass.one/oauth2/token",
                "http://aipass.one/oauth2/token",
            ),
            ("https://aipass.one/oauth2/token", "http://127.0.0.1/oauth2/token"),
            ("https://aipass.one/oauth2/token", "/oauth2/token"),
            ("https://aipass.one/oauth2/token", ""),
            (
                "https://aipass.one/oauth2/authorize",
                "https://evil.example/oauth2/authorize",
            ),
            ("https://aipass.one/oauth2/authorize", "javascript:alert(1)"),
            (
                "https://aipass.one/oauth2/revoke",
                "https://evil.example/oauth2/revoke",
            ),
            (
                "https://aipass.one/oauth2/userinfo",
                "https://evil.example/oauth2/userinfo",
            ),
            (r#"["S256"]"#, r#"["plain"]"#),
            (r#"["S256"]"#, "[]"),
            (r#"["S256"]"#, r#"["s256"]"#),
            (r#"["S256"]"#, r#""S256""#),
            (r#"["code"]"#, r#"["token"]"#),
            (r#""authorization_endpoint""#, r#""something_else""#),
            (r#""token_endpoint""#, r#""something_else""#),
            (r#"["api:access","profile:read"]"#, "[1]"),
            (
                r#""issuer""#,
                r#""registration_endpoint":"https://evil.example/register","issuer""#,
            ),
            (
                r#""issuer""#,
                r#""authorization_response_iss_parameter_supported":"true","issuer""#,
            ),
        ] {
            let changed = AIPASS.replacen(from, to, 1);
            assert_ne!(changed, AIPASS);
            assert!(
                read_at("https://aipass.one", &changed, &[]).is_err(),
                "{from} => {to}"
            );
        }
        for document in ["", "null", "[]", "\"x\"", "<html>", "{", "{}"] {
            assert!(
                read_at("https://aipass.one", document, &[]).is_err(),
                "{document}"
            );
        }
    }

    #[test]
    fn another_origin_has_to_be_allowed_and_is_https_all_the_same() {
        let elsewhere = AIPASS.replace(
            "https://aipass.one/oauth2/authorize",
            "https://login.example/authorize",
        );
        assert!(read_at("https://aipass.one", &elsewhere, &[]).is_err());
        let server = read_at("https://aipass.one", &elsewhere, &["https://login.example"]).unwrap();
        assert_eq!(server.authorization_endpoint().host_str(), Some("login.example"));
        let plain = elsewhere.replace("https://login.example", "http://login.example");
        assert!(read_at("https://aipass.one", &plain, &["http://login.example"]).is_err());
        let local = elsewhere.replace("https://login.example", "http://127.0.0.1:1");
        assert!(
            read_at("https://aipass.one", &local, &["http://127.0.0.1:1"]).is_err(),
            "https does not lead back to http"
        );
    }

    #[test]
    fn what_is_not_said_is_not_required() {
        let short = r#"{"issuer":"https://aipass.one/","authorization_endpoint":"https://aipass.one/a","token_endpoint":"https://aipass.one/t?tenant=1","revocation_endpoint":null,"authorization_response_iss_parameter_supported":true,"unknown":{}}"#;
        let server = read_at("https://aipass.one", short, &[]).unwrap();
        assert!(server.sends_issuer() && server.scopes_supported().is_empty());
        let endpoints = server.endpoints();
        assert_eq!(endpoints.token.as_str(), "https://aipass.one/t?tenant=1");
        assert_eq!(endpoints.revocation.as_str(), "https://aipass.one/oauth2/revoke");
    }
}
