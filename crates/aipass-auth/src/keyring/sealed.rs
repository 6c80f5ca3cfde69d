//! The encrypted form of stored tokens.
//!
//! XChaCha20-Poly1305 with a random nonce of 192 bits for each write. What is authenticated besides the text: the
//! form, the account's fingerprint and the name of the key, so that no file can take another one's place.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::rand_core::RngCore as _;
use chacha20poly1305::aead::{Aead as _, OsRng, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store_error::{SealProblem, StoreError};
use crate::tokens::SEALED_VERSION;

const CIPHER: &str = "xchacha20poly1305";
const KEY_SIZE: usize = 32;
const NONCE_SIZE: usize = 24;

/// The key of one file, and the name under which the keyring has it.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) secret: Secret,
}

/// A file as it stands on the disk.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed {
    version: u32,
    cipher: String,
    key: String,
    nonce: String,
    sealed: String,
}

impl Key {
    pub(super) fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; KEY_SIZE]);
        fill(&mut *bytes)?;
        Ok(Self {
            name: random_text()?,
            // Text, since some keyrings take nothing else.
            secret: Secret::new(BASE64.encode(&bytes[..])),
        })
    }

    /// Whether the keyring's text is a key at all.
    pub(super) fn is_usable(&self) -> bool {
        self.cipher().is_some()
    }

    fn cipher(&self) -> Option<XChaCha20Poly1305> {
        // Room for what a longer text decodes to; its length tells then.
        let mut bytes = Zeroizing::new([0; KEY_SIZE + 3]);
        match BASE64.decode_slice(self.secret.expose_secret(), &mut *bytes) {
            Ok(KEY_SIZE) => XChaCha20Poly1305::new_from_slice(&bytes[..KEY_SIZE]).ok(),
            _ => None,
        }
    }
}

impl Sealed {
    /// Encrypts the stored form of the account with this fingerprint.
    pub(super) fn seal(key: &Key, fingerprint: &str, json: &Secret) -> Result<Vec<u8>, StoreError> {
        const NO_KEY: StoreError = StoreError::Unavailable("the tokens could not be encrypted");
        let mut nonce = [0; NONCE_SIZE];
        fill(&mut nonce)?;
        let cipher = key.cipher().ok_or(NO_KEY)?;
        let text = cipher
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: json.expose_secret().as_bytes(),
                    aad: associated(fingerprint, &key.name).as_bytes(),
                },
            )
            .map_err(|_| NO_KEY)?;
        let sealed = Self {
            version: SEALED_VERSION,
            cipher: CIPHER.to_owned(),
            key: key.name.clone(),
            nonce: BASE64.encode(nonce),
            sealed: BASE64.encode(text),
        };
        serde_json::to_vec(&sealed).map_err(|_| NO_KEY)
    }

    /// Reads the form, without a key.
    pub(super) fn parse(json: &[u8], path: &Path) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let corrupt = |error: serde_json::Error| StoreError::Corrupt {
            path: Some(path.to_owned()),
            line: error.line(),
            column: error.column(),
        };
        let newer = |found| StoreError::NewerVersion {
            path: Some(path.to_owned()),
            found,
        };
        let Version { version } = serde_json::from_slice(json).map_err(corrupt)?;
        if version > SEALED_VERSION {
            return Err(newer(version));
        }
        if version < SEALED_VERSION {
            return Err(StoreError::Sealed {
                path: path.to_owned(),
                problem: SealProblem::InClear,
            });
        }
        let sealed: Self = serde_json::from_slice(json).map_err(corrupt)?;
        if sealed.cipher != CIPHER {
            return Err(newer(version));
        }
        Ok(sealed)
    }

    /// The name of its key, as the file says; the key proves it.
    pub(super) fn key_name(&self) -> &str {
        &self.key
    }

    /// The stored form, if key and account are the right ones and nothing was changed.
    pub(super) fn open(&self, key: &Key, fingerprint: &str) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = BASE64.decode(&self.nonce).ok()?;
        let text = BASE64.decode(&self.sealed).ok()?;
        if nonce.len() != NONCE_SIZE {
            return None;
        }
        let associated = associated(fingerprint, &self.key);
        let payload = Payload {
            msg: &text,
            aad: associated.as_bytes(),
        };
        key.cipher()?
            .decrypt(XNonce::from_slice(&nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }
}

fn associated(fingerprint: &str, key_name: &str) -> String {
    format!("aipass tokens\n{SEALED_VERSION}\n{CIPHER}\n{fingerprint}\n{key_name}")
}

/// 128 random bits as a name.
pub(super) fn random_text() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(BASE64.encode(bytes))
}

fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    OsRng
        .try_fill_bytes(bytes)
        .map_err(|_| StoreError::Unavailable("the system gave no random numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key {
            name: "k1".to_owned(),
            secret: Secret::new(BASE64.encode([7; KEY_SIZE])),
        }
    }

    /// Files of this version must open with every later one.
    #[test]
    fn a_file_that_was_written_once_opens_for_ever() {
        // Made by another implementation of XChaCha20-Poly1305, with the key of 32 sevens and a nonce of zeros.
        let json = br#"{"version":2,"cipher":"xchacha20poly1305","key":"k1","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","sealed":"S0KYpwReV11jRJ0UY_IOTru1rUMeCGAmE6rRr44"}"#;
        let sealed = Sealed::parse(json, Path::new("t.json")).unwrap();
        let text = sealed.open(&key(), "0123").unwrap();
        assert_eq!(&**text, b"{\"version\":1}");
    }

    #[test]
    fn each_write_looks_different_and_opens() {
        let json = Secret::new("{\"canary\":1}");
        let write = || Sealed::seal(&key(), "0123", &json).unwrap();
        let (one, two) = (write(), write());
        assert_ne!(one, two, "a nonce is used once");
        assert!(!String::from_utf8_lossy(&one).contains("canary"));
        for file in [one, two] {
            let sealed = Sealed::parse(&file, Path::new("t.json")).unwrap();
            assert_eq!(
                &**sealed.open(&key(), "0123").unwrap(),
                json.expose_secret().as_bytes()
            );
        }
    }

    #[test]
    fn another_key_account_name_or_byte_opens_nothing() {
        let file = Sealed::seal(&key(), "0123", &Secret::new("{}")).unwrap();
        let parse = || Sealed::parse(&file, Path::new("t.json")).unwrap();
        assert!(parse().open(&key(), "0123").is_some());
        assert!(parse().open(&key(), "0124").is_none(), "another account");
        let other = Key {
            secret: Secret::new(BASE64.encode([8; KEY_SIZE])),
            ..key()
        };
        assert!(parse().open(&other, "0123").is_none(), "another key");
        let change = |change: &dyn Fn(&mut Sealed)| {
            let mut sealed = parse();
            change(&mut sealed);
            sealed.open(&key(), "0123").is_none()
        };
        assert!(change(&|sealed| sealed.key = "k2".to_owned()));
        assert!(change(&|sealed| sealed.nonce = BASE64.encode([1; NONCE_SIZE])));
        assert!(change(&|sealed| sealed.nonce = BASE64.encode([1; 3])));
        assert!(change(&|sealed| sealed.sealed.clear()));
        let text = BASE64.decode(parse().sealed).unwrap();
        for at in 0..text.len() {
            let mut text = text.clone();
            text[at] ^= 1;
            assert!(
                change(&|sealed| sealed.sealed = BASE64.encode(&text)),
                "byte {at}"
            );
            assert!(
                change(&|sealed| sealed.sealed = BASE64.encode(&text[..at])),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn a_text_that_is_no_key_is_told_apart() {
        for bad in [
            "",
            "short",
            "!!!",
            &BASE64.encode([1; 31]),
            &BASE64.encode([1; 33]),
            &BASE64.encode([1; 99]),
        ] {
            let key = Key {
                secret: Secret::new(bad),
                ..key()
            };
            assert!(!key.is_usable(), "{bad}");
            assert!(Sealed::seal(&key, "0123", &Secret::new("{}")).is_err());
        }
        assert!(Key::random().unwrap().is_usable());
    }
}
