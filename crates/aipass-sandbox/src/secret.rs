//! Secrets that the sandbox hands out, made so that a leak is easy to find.
//!
//! Every secret starts with a prefix that names its kind, followed by 43 random base64url characters.
//! A grep for `sbx_` over logs and output therefore finds any of them; [`IssuedSecret`] gives the exact values.

use std::fmt;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;

use crate::state::lock;

/// What a secret is for, told apart by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretKind {
    /// An access token, `sbx_at_…`.
    AccessToken,
    /// A refresh token, `sbx_rt_…`.
    RefreshToken,
    /// An authorization code, `sbx_ac_…`.
    Code,
    /// The secret of a confidential client, `sbx_cs_…`.
    ClientSecret,
    /// A `state` value that an app sent to the authorize page. It has no prefix: the app made it.
    State,
    /// A PKCE code verifier that an app sent to the token endpoint. It has no prefix: the app made it.
    CodeVerifier,
}

impl SecretKind {
    const MINTED: [Self; 4] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::Code,
        Self::ClientSecret,
    ];

    fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "sbx_at_",
            Self::RefreshToken => "sbx_rt_",
            Self::Code => "sbx_ac_",
            Self::ClientSecret => "sbx_cs_",
            Self::State | Self::CodeVerifier => "",
        }
    }

    /// The kind of a value that this sandbox made, judged by its prefix alone.
    pub(crate) fn of(value: &str) -> Option<Self> {
        Self::MINTED
            .into_iter()
            .find(|kind| value.starts_with(kind.prefix()))
    }
}

/// A secret that went over the wire: its kind, and the value behind [`expose_secret`](Self::expose_secret).
///
/// `Debug` shows the kind only, so that a failing assertion does not become the leak that it looks for.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedSecret {
    kind: SecretKind,
    value: String,
}

impl IssuedSecret {
    /// What the secret is for.
    #[must_use]
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// The value itself, to search for it.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for IssuedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedSecret")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The place where secrets are made and remembered.
#[derive(Default)]
pub(crate) struct Vault {
    issued: Mutex<Vec<IssuedSecret>>,
    seen: Mutex<Vec<IssuedSecret>>,
}

impl Vault {
    /// A new secret of `kind`, remembered for [`Sandbox::issued_secrets`](crate::Sandbox::issued_secrets).
    pub(crate) fn mint(&self, kind: SecretKind) -> String {
        let value = format!("{}{}", kind.prefix(), random_text(32));
        lock(&self.issued).push(IssuedSecret {
            kind,
            value: value.clone(),
        });
        value
    }

    /// Remembers a secret that the app made and sent here.
    pub(crate) fn note(&self, kind: SecretKind, value: &str) {
        lock(&self.seen).push(IssuedSecret {
            kind,
            value: value.to_owned(),
        });
    }

    pub(crate) fn issued(&self) -> Vec<IssuedSecret> {
        lock(&self.issued).clone()
    }

    pub(crate) fn seen(&self) -> Vec<IssuedSecret> {
        lock(&self.seen).clone()
    }
}

/// `bytes` random bytes as base64url without padding.
pub(crate) fn random_text(bytes: usize) -> String {
    let mut raw = vec![0_u8; bytes];
    rand::thread_rng().fill_bytes(&mut raw);
    URL_SAFE_NO_PAD.encode(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_secrets_carry_their_prefix_and_43_random_characters() {
        let vault = Vault::default();
        for kind in SecretKind::MINTED {
            let value = vault.mint(kind);
            assert_eq!(value.len(), "sbx_xx_".len() + 43);
            assert_eq!(SecretKind::of(&value), Some(kind));
            assert_ne!(value, vault.mint(kind));
        }
        assert_eq!(vault.issued().len(), 8);
        assert_eq!(SecretKind::of("eyJhbGciOi"), None);
    }

    #[test]
    fn debug_shows_the_kind_and_never_the_value() {
        let vault = Vault::default();
        let value = vault.mint(SecretKind::RefreshToken);
        let shown = format!("{:?}", vault.issued());
        assert!(shown.contains("RefreshToken"), "{shown}");
        assert!(!shown.contains(&value[7..]));
    }
}
