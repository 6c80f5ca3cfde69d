//! The tokens of a session as they are stored, and what of them may be shown.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::secret::{Fingerprint, Secret};
use crate::store::{AccountKey, StoreError};

/// The version of the stored form. A reader refuses a higher one instead of losing what it does not know.
const VERSION: u32 = 1;

/// The version of the encrypted form, so that a reader of this one neither misreads nor overwrites it.
#[cfg(feature = "file-store")]
pub(crate) const SEALED_VERSION: u32 = 2;

/// A pair of tokens with what belongs to it, as a [`TokenStore`](crate::TokenStore) keeps it.
///
/// It has no `Serialize`, so that it cannot end up in a log by accident: [`StoredTokens::to_json`] and
/// [`StoredTokens::from_json`] are the stored form. Members that this version does not know survive.
#[derive(Clone)]
pub struct StoredTokens {
    pub(crate) base_url: String,
    pub(crate) client_id: String,
    pub(crate) account: String,
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scopes: Vec<String>,
    pub(crate) obtained_at: u64,
    pub(crate) expires_at: Option<u64>,
    pub(crate) generation: u64,
    pub(crate) extra: Map<String, Value>,
    unknown: Map<String, Value>,
}

/// The stored form. It borrows when writing, so that no secret is copied into a second place.
#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    base_url: &'a str,
    client_id: &'a str,
    account: &'a str,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    scopes: &'a [String],
    obtained_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    generation: u64,
    #[serde(skip_serializing_if = "Map::is_empty")]
    extra: &'a Map<String, Value>,
    #[serde(flatten)]
    unknown: &'a Map<String, Value>,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    base_url: String,
    client_id: String,
    account: String,
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    obtained_at: u64,
    expires_at: Option<u64>,
    #[serde(default)]
    generation: u64,
    #[serde(default)]
    extra: Map<String, Value>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl StoredTokens {
    /// Tokens that were obtained elsewhere, for example to move a session into a store.
    ///
    /// They count as obtained now; without [`with_expires_in`](Self::with_expires_in) they are used until the
    /// service rejects them.
    pub fn new(key: &AccountKey, access_token: impl Into<Secret>) -> Self {
        Self {
            base_url: key.base_url().to_owned(),
            client_id: key.client_id().to_owned(),
            account: key.account().to_owned(),
            access_token: access_token.into(),
            refresh_token: None,
            scopes: Vec::new(),
            obtained_at: unix_seconds(SystemTime::now()),
            expires_at: None,
            generation: 1,
            extra: Map::new(),
            unknown: Map::new(),
        }
    }

    /// Adds the refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, refresh_token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(refresh_token.into());
        self
    }

    /// Sets how long the access token lives, counted from when it was obtained.
    #[must_use]
    pub fn with_expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_at = Some(self.obtained_at.saturating_add(lifetime.as_secs()));
        self
    }

    /// Sets when the access token was obtained and when it expires.
    #[must_use]
    pub fn with_times(mut self, obtained_at: SystemTime, expires_at: Option<SystemTime>) -> Self {
        self.obtained_at = unix_seconds(obtained_at);
        self.expires_at = expires_at.map(unix_seconds);
        self
    }

    /// Sets the granted scopes.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// The stored form, a JSON object. It holds the tokens in clear.
    pub fn to_json(&self) -> Secret {
        let written = Written {
            version: VERSION,
            base_url: &self.base_url,
            client_id: &self.client_id,
            account: &self.account,
            access_token: self.access_token.expose_secret(),
            refresh_token: self.refresh_token.as_ref().map(Secret::expose_secret),
            scopes: &self.scopes,
            obtained_at: self.obtained_at,
            expires_at: self.expires_at,
            generation: self.generation,
            extra: &self.extra,
            unknown: &self.unknown,
        };
        Secret::new(
            serde_json::to_string(&written).unwrap_or_else(|_| unreachable!("text keys always serialise")),
        )
    }

    /// Reads the stored form.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] with the place at which reading stopped, [`StoreError::NewerVersion`] for what a
    /// newer version of this crate wrote. Neither repeats any of the text.
    pub fn from_json(json: &[u8]) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        // The text of a serde_json error quotes values, so only its place is kept.
        let corrupt = |error: serde_json::Error| StoreError::Corrupt {
            path: None,
            line: error.line(),
            column: error.column(),
        };
        let Version { version } = serde_json::from_slice(json).map_err(corrupt)?;
        if version > VERSION {
            return Err(StoreError::NewerVersion {
                path: None,
                found: version,
            });
        }
        let read: Read = serde_json::from_slice(json).map_err(corrupt)?;
        let _ = read.version;
        Ok(Self {
            base_url: read.base_url,
            client_id: read.client_id,
            account: read.account,
            access_token: Secret::new(read.access_token),
            refresh_token: read.refresh_token.map(Secret::new),
            scopes: read.scopes,
            obtained_at: read.obtained_at,
            expires_at: read.expires_at,
            generation: read.generation,
            extra: read.extra,
            unknown: read.unknown,
        })
    }

    /// Whether these tokens belong to this service, client and account.
    pub fn belongs_to(&self, key: &AccountKey) -> bool {
        self.base_url == key.base_url() && self.client_id == key.client_id() && self.account == key.account()
    }

    /// The access token.
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// The refresh token, if the server gave one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// How often the tokens of this account were written: each login and each renewal adds one. A store that
    /// several machines share can use it to refuse a late writer.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What may be shown.
    pub fn info(&self) -> SessionInfo {
        SessionInfo {
            account: self.account.clone(),
            scopes: self.scopes.clone(),
            obtained_at: UNIX_EPOCH + Duration::from_secs(self.obtained_at.min(FAR_FUTURE)),
            expires_at: self
                .expires_at
                .map(|at| UNIX_EPOCH + Duration::from_secs(at.min(FAR_FUTURE))),
            can_refresh: self.refresh_token.is_some(),
        }
    }

    pub(crate) fn access_digest(&self) -> Fingerprint {
        self.access_token.digest()
    }
}

/// The year 9999: later moments overflow the clocks of some systems.
const FAR_FUTURE: u64 = 253_402_300_799;

impl fmt::Debug for StoredTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of the further members only the names: an id_token may be among the values.
        f.debug_struct("StoredTokens")
            .field("base_url", &self.base_url)
            .field("client_id", &self.client_id)
            .field("account", &self.account)
            .field("scopes", &self.scopes)
            .field("obtained_at", &self.obtained_at)
            .field("expires_at", &self.expires_at)
            .field("generation", &self.generation)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// A session without its secrets: what a program may show or log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionInfo {
    /// The label of the account.
    pub account: String,
    /// The scopes that the server granted, or the ones asked for when it did not say.
    pub scopes: Vec<String>,
    /// When the access token was obtained.
    pub obtained_at: SystemTime,
    /// When the access token expires; `None` when the server did not say.
    pub expires_at: Option<SystemTime>,
    /// Whether the session can be renewed without a login.
    pub can_refresh: bool,
}

pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map(|since| since.as_secs())
        .unwrap_or(0)
}

/// A new pair from the token endpoint, before it is bound to an account.
pub(crate) struct FreshTokens {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) expires_in: Option<u64>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) extra: Map<String, Value>,
}

impl FreshTokens {
    /// The first tokens of a login. `requested` stands in for scopes that the answer leaves out
    /// (RFC 6749, section 5.1).
    pub(crate) fn into_login(
        self,
        key: &AccountKey,
        requested: &[String],
        now: u64,
        generation: u64,
    ) -> StoredTokens {
        StoredTokens {
            base_url: key.base_url().to_owned(),
            client_id: key.client_id().to_owned(),
            account: key.account().to_owned(),
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            scopes: self.scopes.unwrap_or_else(|| requested.to_vec()),
            obtained_at: now,
            expires_at: self.expires_in.map(|seconds| now.saturating_add(seconds)),
            generation,
            extra: self.extra,
            unknown: Map::new(),
        }
    }

    /// The next pair of a session. What the answer leaves out stays as it was (RFC 6749, section 6).
    pub(crate) fn into_renewal(self, old: StoredTokens, now: u64) -> StoredTokens {
        StoredTokens {
            access_token: self.access_token,
            refresh_token: self.refresh_token.or(old.refresh_token),
            scopes: self.scopes.unwrap_or(old.scopes),
            obtained_at: now,
            expires_at: self.expires_in.map(|seconds| now.saturating_add(seconds)),
            generation: old.generation.saturating_add(1),
            extra: if self.extra.is_empty() {
                old.extra
            } else {
                self.extra
            },
            ..old
        }
    }
}

impl fmt::Debug for FreshTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshTokens")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AccountKey {
        AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", "default")
    }

    #[test]
    fn the_stored_form_is_fixed() {
        let tokens = StoredTokens::new(&key(), "A1")
            .with_refresh_token("R1")
            .with_scopes(["api:access"])
            .with_times(UNIX_EPOCH + Duration::from_secs(1_700_000_000), None)
            .with_expires_in(Duration::from_secs(3600));
        assert_eq!(
            tokens.to_json().expose_secret(),
            r#"{"version":1,"base_url":"https://aipass.one","client_id":"client_1","account":"default","access_token":"A1","refresh_token":"R1","scopes":["api:access"],"obtained_at":1700000000,"expires_at":1700003600,"generation":1}"#
        );
        let back = StoredTokens::from_json(tokens.to_json().expose_secret().as_bytes()).unwrap();
        assert_eq!(back.to_json().expose_secret(), tokens.to_json().expose_secret());
        assert!(back.belongs_to(&key()));
    }

    #[test]
    fn members_of_a_later_writer_survive() {
        let json = br#"{"version":1,"base_url":"b","client_id":"c","account":"a","access_token":"A","obtained_at":1,"later":{"x":[1]}}"#;
        let tokens = StoredTokens::from_json(json).unwrap();
        assert!(tokens.to_json().expose_secret().contains(r#""later":{"x":[1]}"#));
    }

    #[test]
    fn damage_and_newer_versions_are_told_apart_without_quoting() {
        for bad in [
            &b""[..],
            b"{",
            b"null",
            b"[]",
            br#"{"version":1}"#,
            br#"{"version":1,"base_url":"b","client_id":"c","account":"a","access_token":{"canary":1},"obtained_at":1}"#,
            br#"{"version":1,"base_url":"b","client_id":"c","account":"a","access_token":"canary","obtained_at":"canary"}"#,
            br#"{"version":"canary"}"#,
        ] {
            let error = StoredTokens::from_json(bad).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        let newer = StoredTokens::from_json(br#"{"version":2,"shape":"unknown"}"#).unwrap_err();
        assert!(matches!(newer, StoreError::NewerVersion { found: 2, .. }));
    }

    #[test]
    fn a_renewal_keeps_what_the_answer_leaves_out() {
        let old = StoredTokens::new(&key(), "A1")
            .with_refresh_token("R1")
            .with_scopes(["api:access"]);
        let fresh = |refresh: Option<&str>, scopes: Option<Vec<String>>| FreshTokens {
            access_token: Secret::new("A2"),
            refresh_token: refresh.map(Secret::new),
            expires_in: Some(u64::MAX),
            scopes,
            extra: Map::new(),
        };
        let kept = fresh(None, None).into_renewal(old.clone(), 10);
        assert_eq!(kept.refresh_token().unwrap().expose_secret(), "R1");
        assert_eq!(
            (kept.scopes.len(), kept.generation, kept.expires_at),
            (1, 2, Some(u64::MAX))
        );
        let replaced = fresh(Some("R2"), Some(vec![])).into_renewal(old, 10);
        assert_eq!(replaced.refresh_token().unwrap().expose_secret(), "R2");
        assert_eq!(replaced.scopes.len(), 0);
        assert!(replaced.info().expires_at.is_some());
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let mut tokens = StoredTokens::new(&key(), "canary-access").with_refresh_token("canary-refresh");
        tokens
            .extra
            .insert("id_token".to_owned(), Value::from("canary-id"));
        let text = format!("{tokens:?} {tokens:#?} {:?}", tokens.info());
        assert!(text.contains("id_token") && !text.contains("canary"), "{text}");
    }
}
