//! Secrets: text that is wiped on drop and that no log, error or debugger print shows.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::AuthError;

/// A secret text, for example a client secret or a refresh token.
///
/// Its memory is wiped on drop and its `Debug` prints `[redacted]`. On purpose it has no `Display`,
/// `PartialEq`, `Serialize` or `Deref`: the only way to the text is [`Secret::expose_secret`], which is easy
/// to find in a review.
///
/// What cannot be promised: copies that other libraries make while they send a request (the buffers of TLS and
/// of the HTTP client) are not wiped.
///
/// ```
/// let secret = aipass_auth::Secret::new("s3cr3t");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose_secret(), "s3cr3t");
/// ```
///
/// ```compile_fail
/// println!("{}", aipass_auth::Secret::new("s3cr3t"));
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Do not log it and do not put it into an error.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    pub(crate) fn digest(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The SHA-256 of a secret: two secrets are compared by it, so that the time that a comparison takes tells
/// nothing about the secret, and a refused refresh token is remembered by it without being kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[fingerprint]")
    }
}

/// An access token that is ready to be sent: cheap to clone, and known to fit into an `Authorization` header.
#[derive(Clone)]
pub struct AccessToken {
    secret: Arc<Secret>,
    scopes: Option<Arc<[String]>>,
}

impl AccessToken {
    /// Wraps a token that was obtained elsewhere.
    ///
    /// # Errors
    ///
    /// A token that is empty or that holds anything but visible ASCII is refused, because it could smuggle a
    /// line break into a request header (RFC 6750, section 2.1).
    pub fn new(secret: impl Into<Secret>) -> Result<Self, AuthError> {
        let secret = secret.into();
        if is_header_safe(secret.expose_secret()) {
            Ok(Self {
                secret: Arc::new(secret),
                scopes: None,
            })
        } else {
            Err(AuthError::config(
                "the access token is empty or holds characters that no header may carry",
            ))
        }
    }

    /// The token itself. Do not log it and do not put it into a URL.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The scopes that were granted to it (RFC 6749, section 3.3), where they are known.
    pub fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }

    pub(crate) fn with_scopes(mut self, scopes: &[String]) -> Self {
        self.scopes = (!scopes.is_empty()).then(|| scopes.into());
        self
    }

    /// Whether both are the same token.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.secret, &other.secret) || self.secret.digest() == other.secret.digest()
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken([redacted])")
    }
}

pub(crate) fn is_header_safe(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let secret = Secret::new("canary");
        let token = AccessToken::new("canary").unwrap();
        assert_eq!(
            format!("{secret:?} {secret:#?} {token:?} {token:#?}")
                .matches("canary")
                .count(),
            0
        );
    }

    #[test]
    fn a_wiped_secret_is_empty() {
        let mut secret = Secret::new("canary");
        secret.zeroize();
        assert_eq!(secret.expose_secret(), "");
    }

    #[test]
    fn tokens_are_compared_by_value() {
        let token = AccessToken::new("one").unwrap();
        assert!(token.same_as(&token.clone()));
        assert!(token.same_as(&AccessToken::new("one").unwrap()));
        assert!(!token.same_as(&AccessToken::new("two").unwrap()));
    }

    #[test]
    fn a_token_that_no_header_may_carry_is_refused() {
        for bad in [
            "",
            "a b",
            "a\r\nX: y",
            "a\tb",
            "é",
            "a\u{1b}[31m",
            "a\0b",
            "a\u{7f}b",
        ] {
            assert!(AccessToken::new(bad).unwrap_err().is_config(), "{bad:?}");
        }
    }
}
