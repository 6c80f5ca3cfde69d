//! What can go wrong, as one opaque error with questions to ask it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::store_error::StoreError;

/// The client could not be built: one of its settings is unusable. Nothing was sent.
pub struct BuildError(BuildErrorKind);

#[derive(Debug)]
pub(crate) enum BuildErrorKind {
    BaseUrl(&'static str),
    ClientId,
    Account,
    Scope,
    Proxy,
    #[cfg(feature = "rustls")]
    RootCertificate,
    Http(Box<dyn StdError + Send + Sync>),
}

impl BuildError {
    /// What to do about it, as one sentence.
    pub fn help(&self) -> &'static str {
        match &self.0 {
            BuildErrorKind::BaseUrl(_) => "The base URL of the service is https://aipass.one.",
            BuildErrorKind::ClientId => {
                "Create an OAuth2 client in the developer dashboard and use its client id."
            }
            BuildErrorKind::Account => "Use a short label for the account, such as a user id.",
            BuildErrorKind::Scope => "Scopes are single words such as api:access.",
            BuildErrorKind::Proxy => "A proxy looks like http://host:port.",
            #[cfg(feature = "rustls")]
            BuildErrorKind::RootCertificate => "Give one or more certificates in PEM form.",
            BuildErrorKind::Http(_) => "Enable the feature `rustls`, or look at the source of this error.",
        }
    }
}

impl From<BuildErrorKind> for BuildError {
    fn from(kind: BuildErrorKind) -> Self {
        Self(kind)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            BuildErrorKind::BaseUrl(why) => write!(f, "the base URL is not usable: {why}"),
            BuildErrorKind::ClientId => f.write_str(
                "the client id is empty or holds something else than printable ASCII without blanks",
            ),
            BuildErrorKind::Account => {
                f.write_str("the account label is empty, too long or holds control characters")
            }
            BuildErrorKind::Scope => f.write_str("a scope is empty or holds blanks or quotes"),
            BuildErrorKind::Proxy => f.write_str("the proxy is not a usable URL"),
            #[cfg(feature = "rustls")]
            BuildErrorKind::RootCertificate => f.write_str("no certificate could be read from the PEM text"),
            BuildErrorKind::Http(_) => f.write_str("the HTTP client could not be built"),
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildError({self})")
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            BuildErrorKind::Http(source) => Some(&**source),
            _ => None,
        }
    }
}

/// A login, a renewal or a logout did not work.
///
/// The kind is private; ask the `is_…` methods, each of which says what causes it and what helps. The text and
/// the sources of an error never hold a token, a code, a URL with a query or the body of an answer.
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

struct Inner {
    kind: Kind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    LoginRequired(LoginReason),
    Denied {
        code: String,
        description: Option<String>,
    },
    Refused(Refusal),
    /// The service did not register a client.
    NotRegistered(Refusal),
    /// The request did not reach the server for certain.
    Connect,
    /// The request was sent, and then the connection broke.
    Network,
    Timeout {
        connecting: bool,
    },
    Redirect(StatusCode),
    TooLarge,
    Malformed {
        field: String,
    },
    Callback(&'static str),
    /// What a person pasted is not the way back of this login.
    Paste(&'static str),
    /// Where a person was to paste something, there was nothing more to read.
    NoInput,
    LoginExpired,
    LoginTimeout,
    #[cfg_attr(
        not(feature = "loopback"),
        expect(dead_code, reason = "only the listener makes it")
    )]
    Listen {
        /// The redirect URIs whose ports were tried, in their order.
        tried: Vec<String>,
    },
    /// What a server says about itself (RFC 8414) cannot be believed or used.
    Discovery {
        why: &'static str,
        status: Option<StatusCode>,
    },
    Store(StoreError),
    Config(&'static str),
    Stopped,
}

/// Why only a new login helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoginReason {
    NotSignedIn,
    NoRefreshToken,
    RefreshRefused,
    TokenRejected,
}

/// The authorization server said no (RFC 6749, section 5.2).
#[derive(Clone)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) description: Option<String>,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("code", &self.code)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The code that stands for an answer that is not an OAuth error.
pub(crate) const UNRECOGNISED: &str = "unrecognised_response";

impl AuthError {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Arc::new(Inner { kind, source: None }))
    }

    pub(crate) fn with_source(kind: Kind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            source: Some(source.into()),
        }))
    }

    pub(crate) fn config(what: &'static str) -> Self {
        Self::new(Kind::Config(what))
    }

    pub(crate) fn callback(what: &'static str) -> Self {
        Self::new(Kind::Callback(what))
    }

    pub(crate) fn login_required(reason: LoginReason) -> Self {
        Self::new(Kind::LoginRequired(reason))
    }

    pub(crate) fn malformed(field: impl Into<String>) -> Self {
        Self::new(Kind::Malformed { field: field.into() })
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Nobody is signed in, or the session has ended: the refresh token was refused, is missing, or the token
    /// was rejected and cannot be renewed.
    ///
    /// Remedy: start a login.
    pub fn is_login_required(&self) -> bool {
        matches!(self.0.kind, Kind::LoginRequired(_))
    }

    /// The person declined the login on the consent page (`access_denied`, RFC 6749, section 4.1.2.1).
    ///
    /// Remedy: say that nothing works without a login, and offer it again.
    pub fn is_denied(&self) -> bool {
        matches!(&self.0.kind, Kind::Denied { code, .. } if code == "access_denied")
    }

    /// It may work later without a change: the network, a timeout, an overloaded or failing server, or another
    /// process that holds the token store. The tokens are kept.
    ///
    /// Remedy: try again, not before [`AuthError::retry_after`] has passed.
    pub fn is_temporary(&self) -> bool {
        match &self.0.kind {
            Kind::Connect | Kind::Network | Kind::Timeout { .. } | Kind::Stopped | Kind::TooLarge => true,
            Kind::Malformed { .. } => true,
            Kind::Denied { code, .. } => matches!(code.as_str(), "server_error" | "temporarily_unavailable"),
            Kind::Refused(refusal) => refusal.is_temporary(),
            Kind::NotRegistered(refusal) => !refusal.is_plain_no(),
            Kind::Store(error) => error.is_temporary(),
            Kind::LoginRequired(_)
            | Kind::Redirect(_)
            | Kind::Callback(_)
            | Kind::Paste(_)
            | Kind::NoInput
            | Kind::LoginExpired
            | Kind::LoginTimeout
            | Kind::Listen { .. }
            | Kind::Discovery { .. }
            | Kind::Config(_) => false,
        }
    }

    /// The server could not be reached or the connection broke, timeouts included.
    ///
    /// Remedy: check the connection, the proxy and the base URL.
    pub fn is_network(&self) -> bool {
        matches!(self.0.kind, Kind::Connect | Kind::Network | Kind::Timeout { .. })
    }

    /// The server or the person at the browser did not answer in time.
    ///
    /// Remedy: try again; a login waits as long as its flow says.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout { .. } | Kind::LoginTimeout)
    }

    /// The client is set up in a way that the server refuses (`invalid_client`, `unauthorized_client`,
    /// `unsupported_grant_type`, `invalid_scope`), it does not register a client as wanted, it redirects an endpoint
    /// or describes itself in a way that cannot be used, or an argument is unusable.
    ///
    /// Remedy: check the client id, the client secret, the redirect URI, the scopes and the base URL.
    pub fn is_config(&self) -> bool {
        match &self.0.kind {
            Kind::Config(_) | Kind::Redirect(_) | Kind::Discovery { .. } => true,
            Kind::Refused(refusal) => refusal.is_config(),
            Kind::NotRegistered(refusal) => refusal.is_plain_no(),
            Kind::Denied { code, .. } => {
                matches!(
                    code.as_str(),
                    "unauthorized_client" | "unsupported_response_type" | "invalid_scope"
                )
            }
            _ => false,
        }
    }

    /// The callback does not belong to this login: another `state`, another issuer, a missing or repeated
    /// parameter, or another address than the redirect URI; or the login was begun too long ago.
    ///
    /// Remedy: start the login again. It is what an attack on a login looks like, so the callback is not used.
    pub fn is_callback_invalid(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::Callback(_) | Kind::Paste(_) | Kind::LoginExpired
        )
    }

    /// The address of the way back was to be pasted, and the input ended or failed before it came.
    ///
    /// Remedy: run the program where somebody can paste, or use another flow.
    pub fn is_input_ended(&self) -> bool {
        matches!(self.0.kind, Kind::NoInput)
    }

    /// The server's metadata (RFC 8414) is missing, names another issuer, or has an endpoint that cannot be
    /// trusted.
    ///
    /// Remedy: check the base URL. It is what an attempt to send the tokens elsewhere looks like, so nothing of
    /// the metadata is used.
    pub fn is_discovery(&self) -> bool {
        matches!(self.0.kind, Kind::Discovery { .. })
    }

    /// The token store failed; [`source`](StdError::source) is the [`StoreError`].
    pub fn is_store(&self) -> bool {
        matches!(self.0.kind, Kind::Store(_))
    }

    /// The store's own error, when it was the store that failed.
    pub fn store_error(&self) -> Option<&StoreError> {
        match &self.0.kind {
            Kind::Store(error) => Some(error),
            _ => None,
        }
    }

    /// The listener for the browser's answer could not be opened, for example because its port is taken.
    ///
    /// Remedy: close the program that holds the port, or register and use a further redirect URI;
    /// [`tried_redirect_uris`](Self::tried_redirect_uris) has those that were tried.
    pub fn is_listen(&self) -> bool {
        matches!(self.0.kind, Kind::Listen { .. })
    }

    /// The redirect URIs that no listener could be opened for, in the order in which they were tried. Empty for
    /// every other error.
    pub fn tried_redirect_uris(&self) -> &[String] {
        match &self.0.kind {
            Kind::Listen { tried } => tried,
            _ => &[],
        }
    }

    /// The HTTP status of the authorization server's answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Refused(refusal) | Kind::NotRegistered(refusal) => Some(refusal.status),
            Kind::Redirect(status) => Some(*status),
            Kind::Discovery { status, .. } => *status,
            _ => None,
        }
    }

    /// The OAuth error code, for example `invalid_grant` (RFC 6749, sections 4.1.2.1 and 5.2). An answer that
    /// is not an OAuth error has the code `unrecognised_response`.
    pub fn code(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Refused(refusal) | Kind::NotRegistered(refusal) => Some(&refusal.code),
            Kind::Denied { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The server's own words, without control characters and at most 300 characters long. They are not part
    /// of the error's text, since they come from outside.
    pub fn description(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Refused(refusal) | Kind::NotRegistered(refusal) => refusal.description.as_deref(),
            Kind::Denied { description, .. } => description.as_deref(),
            _ => None,
        }
    }

    /// How long the server asks to wait, at most five minutes.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::Refused(refusal) | Kind::NotRegistered(refusal) => refusal.retry_after,
            _ => None,
        }
    }

    /// What to do about it, as one sentence for a person.
    pub fn help(&self) -> Option<&'static str> {
        Some(match &self.0.kind {
            Kind::LoginRequired(_) => "Sign in again.",
            Kind::Denied { .. } if self.is_denied() => "Sign in again and allow the access.",
            Kind::Refused(_) | Kind::Denied { .. } if self.is_temporary() => "Try again in a moment.",
            Kind::NotRegistered(refusal) if !refusal.is_plain_no() => "Try again in a moment.",
            Kind::NotRegistered(refusal) if matches!(refusal.status.as_u16(), 401 | 403) => {
                "Give the token of a developer account, or create the client in the developer dashboard."
            }
            Kind::NotRegistered(_) => "Check the name, the redirect URIs and the scopes of the client.",
            Kind::Refused(refusal) if refusal.code == "invalid_grant" => {
                "Sign in again; if it fails again, check that the redirect URI is registered exactly as it is used, port included."
            }
            Kind::Refused(_) | Kind::Denied { .. } => {
                "Check the client id, the client secret, the scopes, and that the redirect URI is registered exactly as it is used, port included."
            }
            Kind::Connect | Kind::Network | Kind::Timeout { .. } => {
                "Check the network, the proxy and the base URL."
            }
            Kind::Redirect(_) => "Check the base URL; no endpoint of AI Pass redirects.",
            Kind::Discovery { .. } => {
                "Check the base URL; without discovery, the endpoints of AI Pass's documentation are used."
            }
            Kind::TooLarge | Kind::Malformed { .. } => "Check the base URL; this does not look like AI Pass.",
            Kind::Callback(_) | Kind::LoginExpired => "Start the login again.",
            Kind::Paste(_) => {
                "Copy the whole address from the browser's address bar, also if the page there could not be opened."
            }
            Kind::NoInput => "Run the login where you can paste the address, or let it open a browser.",
            Kind::LoginTimeout => {
                "Start the login again and finish it in the browser. If the browser showed an error, check that the redirect URI is registered exactly so."
            }
            Kind::Listen { .. } => {
                "Close the program that holds the port, or register and use a further redirect URI with another port."
            }
            Kind::Store(error) => return error.help(),
            Kind::Config(_) | Kind::Stopped => return None,
        })
    }
}

impl Refusal {
    /// Only these end a session or need a change of the settings; everything else may work later.
    pub(crate) fn is_final(&self) -> bool {
        self.is_dead_grant() || self.is_config()
    }

    /// The refresh token or the code is dead (`invalid_grant`).
    pub(crate) fn is_dead_grant(&self) -> bool {
        self.code == "invalid_grant" && self.is_plain_no()
    }

    fn is_config(&self) -> bool {
        self.is_plain_no()
            && matches!(
                self.code.as_str(),
                "invalid_client"
                    | "unauthorized_client"
                    | "unsupported_grant_type"
                    | "invalid_scope"
                    | "invalid_request"
            )
    }

    fn is_temporary(&self) -> bool {
        !self.is_final()
    }

    /// A failing server may put any code into its answer, so a 5xx, 408 or 429 is never a plain no.
    fn is_plain_no(&self) -> bool {
        !self.status.is_server_error()
            && self.status != StatusCode::REQUEST_TIMEOUT
            && self.status != StatusCode::TOO_MANY_REQUESTS
    }
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::new(Kind::Store(error))
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::LoginRequired(LoginReason::NotSignedIn) => f.write_str("nobody is signed in"),
            Kind::LoginRequired(LoginReason::NoRefreshToken) => {
                f.write_str("the access token is no longer usable and there is no refresh token")
            }
            Kind::LoginRequired(LoginReason::RefreshRefused) => {
                f.write_str("the refresh token is no longer accepted")
            }
            Kind::LoginRequired(LoginReason::TokenRejected) => {
                f.write_str("the access token is no longer accepted")
            }
            Kind::Denied { .. } if self.is_denied() => f.write_str("the login was declined"),
            Kind::Denied { code, .. } => write!(f, "the login was refused: {code}"),
            Kind::Refused(Refusal { code, status, .. }) if code == UNRECOGNISED => {
                write!(
                    f,
                    "the authorization server answered with HTTP {} and no OAuth error",
                    status.as_u16()
                )
            }
            Kind::Refused(Refusal { code, status, .. }) => {
                write!(
                    f,
                    "the authorization server refused: {code} (HTTP {})",
                    status.as_u16()
                )
            }
            Kind::NotRegistered(Refusal { code, status, .. }) if code == UNRECOGNISED => {
                write!(f, "the client was not registered (HTTP {})", status.as_u16())
            }
            Kind::NotRegistered(Refusal { code, status, .. }) => {
                write!(
                    f,
                    "the client was not registered: {code} (HTTP {})",
                    status.as_u16()
                )
            }
            Kind::Connect => f.write_str("the authorization server could not be reached"),
            Kind::Network => f.write_str("the connection to the authorization server broke"),
            Kind::Timeout { connecting: true } => {
                f.write_str("the authorization server could not be reached in time")
            }
            Kind::Timeout { connecting: false } => {
                f.write_str("the authorization server did not answer in time")
            }
            Kind::Redirect(status) => {
                write!(
                    f,
                    "the authorization server answered with a redirect (HTTP {}), which is not followed",
                    status.as_u16()
                )
            }
            Kind::TooLarge => f.write_str("the answer of the authorization server is too large"),
            Kind::Malformed { field } => {
                write!(
                    f,
                    "the answer of the authorization server is not usable (field `{field}`)"
                )
            }
            Kind::Callback(why) => write!(f, "the callback does not belong to this login: {why}"),
            Kind::LoginExpired => f.write_str("the login was begun too long ago"),
            Kind::LoginTimeout => f.write_str("nobody finished the login in the browser in time"),
            Kind::Paste(why) => write!(f, "what was pasted does not complete this login: {why}"),
            Kind::NoInput => f.write_str("the input ended before an address was pasted"),
            Kind::Listen { tried } if tried.is_empty() => {
                f.write_str("the listener for the browser's answer could not be opened")
            }
            Kind::Listen { tried } => {
                write!(
                    f,
                    "the listener for the browser's answer could not be opened (tried {})",
                    tried.join(", ")
                )
            }
            Kind::Discovery { why, .. } => {
                write!(f, "the metadata of the authorization server is not usable: {why}")
            }
            Kind::Store(_) => f.write_str("the token store failed"),
            Kind::Config(what) => f.write_str(what),
            Kind::Stopped => f.write_str("the runtime stopped before the work was done"),
        }
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("AuthError");
        out.field("message", &format_args!("{self}"));
        if let Some(source) = StdError::source(self) {
            out.field("source", &source);
        }
        out.finish_non_exhaustive()
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match (&self.0.source, &self.0.kind) {
            (Some(source), _) => Some(&**source),
            (None, Kind::Store(error)) => Some(error),
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, status: u16) -> AuthError {
        AuthError::new(Kind::Refused(Refusal {
            code: code.to_owned(),
            description: Some("the server's words".to_owned()),
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
        }))
    }

    #[test]
    fn only_a_plain_no_is_final() {
        for (code, status, temporary, config) in [
            ("invalid_grant", 400, false, false),
            ("invalid_grant", 401, false, false),
            ("invalid_client", 401, false, true),
            ("unauthorized_client", 400, false, true),
            ("unsupported_grant_type", 400, false, true),
            ("invalid_grant", 500, true, false),
            ("invalid_client", 503, true, false),
            ("invalid_grant", 429, true, false),
            ("invalid_grant", 408, true, false),
            (UNRECOGNISED, 400, true, false),
            (UNRECOGNISED, 502, true, false),
            ("slow_down", 400, true, false),
        ] {
            let error = refused(code, status);
            assert_eq!(
                (error.is_temporary(), error.is_config()),
                (temporary, config),
                "{code} {status}"
            );
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!(error.code(), Some(code));
        }
    }

    #[test]
    fn the_servers_words_are_no_part_of_the_text() {
        let error = refused("invalid_grant", 400);
        assert!(!format!("{error} {error:?}").contains("words"));
        assert_eq!(error.description(), Some("the server's words"));
        assert_eq!(
            error.to_string(),
            "the authorization server refused: invalid_grant (HTTP 400)"
        );
    }

    #[test]
    fn a_declined_login_is_told_apart_from_a_failed_one() {
        let denied = |code: &str| {
            AuthError::new(Kind::Denied {
                code: code.to_owned(),
                description: None,
            })
        };
        assert!(denied("access_denied").is_denied());
        assert!(!denied("server_error").is_denied());
        assert!(denied("server_error").is_temporary());
        assert!(denied("invalid_scope").is_config());
    }
}
