//! Codes, access tokens and refresh tokens, and the grants that bind them together.
//!
//! A grant is what one consent gave. Everything issued under it dies with it: when a refresh token that was already
//! used comes back (RFC 9700 section 4.14), when a code comes back (RFC 6749 section 4.1.2), and when any of its
//! tokens is revoked. This file knows no HTTP, and is told the time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::oauth::registry::Lifetimes;
use crate::secret::{SecretKind, Vault};

/// What a person agreed to.
#[derive(Clone)]
pub(crate) struct Consent {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) code_challenge: String,
}

/// What an app shows to get tokens for a code.
pub(crate) struct Redemption<'a> {
    pub(crate) code: &'a str,
    pub(crate) code_verifier: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
}

/// A fresh pair of tokens.
pub(crate) struct TokenPair {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) scopes: Vec<String>,
}

/// Who stands behind an access token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) scopes: Vec<String>,
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessFault {
    Unknown,
    Expired,
    Revoked,
}

struct Grant {
    client_id: String,
    scopes: Vec<String>,
    revoked: bool,
}

struct Code {
    consent: Consent,
    expires: Instant,
    /// The grant that this code was exchanged for.
    spent_on: Option<usize>,
}

struct Token {
    grant: usize,
    expires: Instant,
    /// For a refresh token: it was exchanged for a newer one.
    used: bool,
}

pub(crate) struct Grants {
    vault: Arc<Vault>,
    grants: Vec<Grant>,
    codes: HashMap<String, Code>,
    access: HashMap<String, Token>,
    refresh: HashMap<String, Token>,
}

impl Grants {
    pub(crate) fn new(vault: Arc<Vault>) -> Self {
        Self {
            vault,
            grants: Vec::new(),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
        }
    }

    pub(crate) fn issue_code(&mut self, consent: Consent, lifetime: Duration, now: Instant) -> String {
        let code = self.vault.mint(SecretKind::Code);
        self.codes.insert(
            code.clone(),
            Code {
                consent,
                expires: now + lifetime,
                spent_on: None,
            },
        );
        code
    }

    /// Tokens for a code. A refused attempt leaves the code as it was; a second exchange ends the grant of the first.
    pub(crate) fn redeem(
        &mut self,
        redemption: &Redemption<'_>,
        lifetimes: &Lifetimes,
        now: Instant,
    ) -> Result<TokenPair, &'static str> {
        let code = self.codes.get_mut(redemption.code).ok_or("the code is unknown")?;
        if code.consent.client_id != redemption.client_id {
            return Err("the code was issued to another client");
        }
        if let Some(grant) = code.spent_on {
            self.grants[grant].revoked = true;
            return Err("the code was already used; the tokens that it gave are revoked");
        }
        if now >= code.expires {
            return Err("the code has expired");
        }
        if code.consent.redirect_uri != redemption.redirect_uri {
            return Err("redirectUri is not the one of the authorize request");
        }
        if challenge_of(redemption.code_verifier) != code.consent.code_challenge {
            return Err("codeVerifier does not match the code challenge");
        }
        let grant = self.grants.len();
        code.spent_on = Some(grant);
        self.grants.push(Grant {
            client_id: code.consent.client_id.clone(),
            scopes: code.consent.scopes.clone(),
            revoked: false,
        });
        Ok(self.issue_pair(grant, lifetimes, now))
    }

    /// A new pair for a refresh token, which is used up by it.
    pub(crate) fn rotate(
        &mut self,
        refresh_token: &str,
        client_id: &str,
        lifetimes: &Lifetimes,
        now: Instant,
    ) -> Result<TokenPair, &'static str> {
        let token = self
            .refresh
            .get_mut(refresh_token)
            .ok_or("the refresh token is unknown")?;
        let grant = &mut self.grants[token.grant];
        if grant.client_id != client_id {
            return Err("the refresh token was issued to another client");
        }
        if grant.revoked {
            return Err("the refresh token was revoked");
        }
        if token.used {
            grant.revoked = true;
            return Err("the refresh token was already used; all tokens of its grant are revoked");
        }
        if now >= token.expires {
            return Err("the refresh token has expired");
        }
        token.used = true;
        let index = token.grant;
        Ok(self.issue_pair(index, lifetimes, now))
    }

    /// A grant and its first tokens without a consent, for tests that are not about logging in.
    pub(crate) fn issue_directly(
        &mut self,
        client_id: &str,
        scopes: Vec<String>,
        lifetimes: &Lifetimes,
        now: Instant,
    ) -> TokenPair {
        self.grants.push(Grant {
            client_id: client_id.to_owned(),
            scopes,
            revoked: false,
        });
        self.issue_pair(self.grants.len() - 1, lifetimes, now)
    }

    pub(crate) fn check(&self, access_token: &str, now: Instant) -> Result<Caller, AccessFault> {
        let token = self.access.get(access_token).ok_or(AccessFault::Unknown)?;
        let grant = &self.grants[token.grant];
        if grant.revoked {
            return Err(AccessFault::Revoked);
        }
        if now >= token.expires {
            return Err(AccessFault::Expired);
        }
        Ok(Caller {
            scopes: grant.scopes.clone(),
        })
    }

    /// The client that a token belongs to, while its grant lives.
    pub(crate) fn owner(&self, token: &str) -> Option<&str> {
        let token = self.access.get(token).or_else(|| self.refresh.get(token))?;
        let grant = &self.grants[token.grant];
        (!grant.revoked).then_some(grant.client_id.as_str())
    }

    /// Ends the grant of an access or refresh token.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(token) = self.access.get(token).or_else(|| self.refresh.get(token)) {
            self.grants[token.grant].revoked = true;
        }
    }

    /// Ends every grant of a client, and its codes.
    pub(crate) fn revoke_client(&mut self, client_id: &str) {
        self.codes.retain(|_, code| code.consent.client_id != client_id);
        let own = self
            .grants
            .iter_mut()
            .filter(|grant| grant.client_id == client_id);
        own.for_each(|grant| grant.revoked = true);
    }

    pub(crate) fn revoke_all(&mut self) {
        self.grants.iter_mut().for_each(|grant| grant.revoked = true);
        self.codes.clear();
    }

    pub(crate) fn expire_access(&mut self, now: Instant) {
        self.access
            .values_mut()
            .for_each(|token| token.expires = token.expires.min(now));
    }

    pub(crate) fn expire_refresh(&mut self, now: Instant) {
        self.refresh
            .values_mut()
            .for_each(|token| token.expires = token.expires.min(now));
    }

    fn issue_pair(&mut self, grant: usize, lifetimes: &Lifetimes, now: Instant) -> TokenPair {
        let access_token = self.vault.mint(SecretKind::AccessToken);
        let refresh_token = self.vault.mint(SecretKind::RefreshToken);
        let token = |lifetime| Token {
            grant,
            expires: now + lifetime,
            used: false,
        };
        self.access.insert(access_token.clone(), token(lifetimes.access));
        self.refresh
            .insert(refresh_token.clone(), token(lifetimes.refresh));
        TokenPair {
            access_token,
            refresh_token,
            scopes: self.grants[grant].scopes.clone(),
        }
    }
}

/// The S256 challenge of a verifier, RFC 7636 section 4.2.
fn challenge_of(code_verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const REDIRECT: &str = "http://127.0.0.1:8765/callback";
    const LIFETIMES: Lifetimes = Lifetimes {
        access: Duration::from_secs(100),
        refresh: Duration::from_secs(1000),
        code: Duration::from_secs(10),
    };

    fn with_code(now: Instant) -> (Grants, String) {
        let mut grants = Grants::new(Arc::default());
        let consent = Consent {
            client_id: "client_a".to_owned(),
            redirect_uri: REDIRECT.to_owned(),
            scopes: vec!["api:access".to_owned()],
            code_challenge: CHALLENGE.to_owned(),
        };
        let code = grants.issue_code(consent, LIFETIMES.code, now);
        (grants, code)
    }

    fn redemption(code: &str) -> Redemption<'_> {
        Redemption {
            code,
            code_verifier: VERIFIER,
            client_id: "client_a",
            redirect_uri: REDIRECT,
        }
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636_appendix_b() {
        assert_eq!(challenge_of(VERIFIER), CHALLENGE);
    }

    #[test]
    fn a_code_buys_tokens_once_and_its_return_takes_them_back() {
        let now = Instant::now();
        let (mut grants, code) = with_code(now);
        let pair = grants.redeem(&redemption(&code), &LIFETIMES, now).ok().unwrap();
        assert_eq!(
            grants.check(&pair.access_token, now).unwrap().scopes,
            ["api:access"]
        );
        assert!(grants.redeem(&redemption(&code), &LIFETIMES, now).is_err());
        assert_eq!(
            grants.check(&pair.access_token, now).unwrap_err(),
            AccessFault::Revoked
        );
    }

    #[test]
    fn a_refused_attempt_leaves_the_code_usable() {
        let now = Instant::now();
        let (mut grants, code) = with_code(now);
        for wrong in [
            Redemption {
                code: "sbx_ac_other",
                ..redemption(&code)
            },
            Redemption {
                code_verifier: "another-verifier-of-43-characters-or-more-xx",
                ..redemption(&code)
            },
            Redemption {
                client_id: "client_b",
                ..redemption(&code)
            },
            Redemption {
                redirect_uri: "http://127.0.0.1:8765/callback/",
                ..redemption(&code)
            },
        ] {
            assert!(grants.redeem(&wrong, &LIFETIMES, now).is_err());
        }
        assert!(grants.redeem(&redemption(&code), &LIFETIMES, now).is_ok());
    }

    #[test]
    fn codes_and_tokens_expire() {
        let now = Instant::now();
        let (mut grants, code) = with_code(now);
        assert!(
            grants
                .redeem(&redemption(&code), &LIFETIMES, now + LIFETIMES.code)
                .is_err()
        );
        let pair = grants.redeem(&redemption(&code), &LIFETIMES, now).ok().unwrap();
        let later = now + LIFETIMES.access;
        assert_eq!(
            grants.check(&pair.access_token, later).unwrap_err(),
            AccessFault::Expired
        );
        assert!(
            grants
                .rotate(
                    &pair.refresh_token,
                    "client_a",
                    &LIFETIMES,
                    now + LIFETIMES.refresh
                )
                .is_err()
        );
        assert!(
            grants
                .rotate(&pair.refresh_token, "client_a", &LIFETIMES, later)
                .is_ok()
        );
    }

    #[test]
    fn the_return_of_a_used_refresh_token_kills_the_family() {
        let now = Instant::now();
        let (mut grants, code) = with_code(now);
        let first = grants.redeem(&redemption(&code), &LIFETIMES, now).ok().unwrap();
        assert!(
            grants
                .rotate(&first.refresh_token, "client_b", &LIFETIMES, now)
                .is_err()
        );
        let second = grants
            .rotate(&first.refresh_token, "client_a", &LIFETIMES, now)
            .ok()
            .unwrap();
        assert!(grants.check(&second.access_token, now).is_ok());
        assert!(
            grants
                .rotate(&first.refresh_token, "client_a", &LIFETIMES, now)
                .is_err()
        );
        assert_eq!(
            grants.check(&second.access_token, now).unwrap_err(),
            AccessFault::Revoked
        );
        assert!(
            grants
                .rotate(&second.refresh_token, "client_a", &LIFETIMES, now)
                .is_err()
        );
    }
}
