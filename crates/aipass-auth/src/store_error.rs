//! What can go wrong in a token store, without a token in any of it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// A token store failed. No variant holds a token or a part of a file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system said no.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: Arc<io::Error>,
    },
    /// What is stored cannot be read. It is left in place until the next login replaces it.
    Corrupt {
        /// The file, for a store that keeps files.
        path: Option<PathBuf>,
        /// The line at which reading stopped, 0 if unknown.
        line: usize,
        /// The column at which reading stopped, 0 if unknown.
        column: usize,
    },
    /// What is stored was written by a newer version of this crate, and is not overwritten.
    NewerVersion {
        /// The file, for a store that keeps files.
        path: Option<PathBuf>,
        /// The version found.
        found: u32,
    },
    /// The place is not safe: others could read or replace the tokens.
    Insecure {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What is stored belongs to another service, client or account.
    ForeignTokens,
    /// Another process or task held the lock for too long.
    Busy,
    /// What is stored was changed meanwhile by somebody else, and is kept as it is.
    Stale,
    /// There is no place to keep tokens, for example because no home folder is known.
    Unavailable(&'static str),
    /// The system's keyring could not be used. Nothing was stored in another place instead.
    Keyring {
        /// What is wrong with it.
        problem: KeyringProblem,
        /// What the platform said, if it said anything.
        source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    },
    /// The file cannot be opened with the key of the keyring, or is not of the kind that this store keeps.
    Sealed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: SealProblem,
    },
    /// A store of your own failed.
    Other(Arc<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyringProblem {
    /// It did not answer in time; it may be waiting for somebody to unlock it.
    TimedOut,
    /// It is locked, or this program may not use it.
    Locked,
    /// It failed, or does not keep what it is given.
    Failed,
}

/// What is wrong with a file of encrypted tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealProblem {
    /// The keyring no longer has the key of the file.
    KeyMissing,
    /// The file was changed, cut or moved here from another account, or was encrypted with another key.
    Changed,
    /// The file holds tokens in clear, which a store of encrypted ones does not take.
    InClear,
    /// The file is encrypted, and this store reads and writes tokens in clear.
    Encrypted,
}

impl StoreError {
    /// Wraps the error of a store of your own. Its text must hold no token.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(Arc::from(error.into()))
    }

    #[cfg(feature = "file-store")]
    pub(crate) fn io(path: &std::path::Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }

    /// Adds the place to an error of the stored form.
    #[cfg(feature = "file-store")]
    pub(crate) fn in_file(self, file: &std::path::Path) -> Self {
        match self {
            Self::Corrupt { line, column, .. } => Self::Corrupt {
                path: Some(file.to_owned()),
                line,
                column,
            },
            Self::NewerVersion { found, .. } => Self::NewerVersion {
                path: Some(file.to_owned()),
                found,
            },
            other => other,
        }
    }

    #[cfg(feature = "keyring")]
    pub(crate) fn keyring(problem: KeyringProblem) -> Self {
        Self::Keyring {
            problem,
            source: None,
        }
    }

    /// Whether it may work later without a change.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Busy | Self::Stale | Self::Other(_) => true,
            Self::Keyring { problem, .. } => {
                matches!(problem, KeyringProblem::TimedOut | KeyringProblem::Locked)
            }
            _ => false,
        }
    }

    /// Whether a login puts it right by replacing what is stored, so that it must not stand in a login's way.
    pub fn is_mended_by_login(&self) -> bool {
        match self {
            Self::Corrupt { .. } | Self::ForeignTokens => true,
            Self::Sealed { problem, .. } => *problem != SealProblem::Encrypted,
            _ => false,
        }
    }

    /// What to do about it, as one sentence for a person.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Corrupt { .. } | Self::ForeignTokens => "Sign in again to replace the stored tokens.",
            Self::NewerVersion { .. } => "Update this program, or sign in with the newer one.",
            Self::Insecure { .. } => {
                "Make the file private with chmod 600 and its folder with chmod 700, or remove them and sign in again."
            }
            Self::Sealed {
                problem: SealProblem::Encrypted,
                ..
            } => "Use the keyring store that wrote it, or remove the file and sign in again.",
            Self::Sealed { .. } => "Sign in again to replace the stored tokens.",
            Self::Keyring {
                problem: KeyringProblem::Failed,
                ..
            } => "Check that a keyring service is running, or keep the tokens in a file instead.",
            Self::Keyring { .. } => "Unlock the keyring and try again.",
            Self::Busy | Self::Stale => "Another process is using the tokens; try again in a moment.",
            Self::Io { .. } => "Check that the folder exists, is yours and has space left.",
            Self::Unavailable(_) | Self::Other(_) => return None,
        })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |path: &Option<PathBuf>| {
            path.as_ref()
                .map(|path| format!(" {}", path.display()))
                .unwrap_or_default()
        };
        match self {
            Self::Io { path, .. } => write!(f, "{} could not be used", path.display()),
            Self::Corrupt { path, line, column } => {
                write!(
                    f,
                    "the stored tokens{} are damaged (line {line}, column {column})",
                    place(path)
                )
            }
            Self::NewerVersion { path, found } => {
                write!(
                    f,
                    "the stored tokens{} were written by a newer version ({found})",
                    place(path)
                )
            }
            Self::Insecure { path, why } => write!(f, "{} is not safe to use: {why}", path.display()),
            Self::ForeignTokens => {
                f.write_str("the stored tokens belong to another service, client or account")
            }
            Self::Busy => f.write_str("another process held the token store for too long"),
            Self::Stale => f.write_str("another process changed the stored tokens meanwhile"),
            Self::Unavailable(why) => write!(f, "there is no place to keep tokens: {why}"),
            Self::Keyring { problem, .. } => f.write_str(match problem {
                KeyringProblem::TimedOut => "the keyring did not answer in time",
                KeyringProblem::Locked => "the keyring is locked or may not be used",
                KeyringProblem::Failed => "the keyring failed",
            }),
            Self::Sealed { path, problem } => {
                let why = match problem {
                    SealProblem::KeyMissing => "its key is no longer in the keyring",
                    SealProblem::Changed => "it was changed, or encrypted with another key",
                    SealProblem::InClear => "it is not encrypted",
                    SealProblem::Encrypted => "it is encrypted",
                };
                write!(f, "the stored tokens {} cannot be used: {why}", path.display())
            }
            Self::Other(_) => f.write_str("the token store failed"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(&**source),
            Self::Other(source) => Some(&**source),
            Self::Keyring {
                source: Some(source), ..
            } => Some(&**source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_login_mends_does_not_stand_in_its_way() {
        let sealed = |problem| StoreError::Sealed {
            path: "tokens.json".into(),
            problem,
        };
        for (error, mended) in [
            (sealed(SealProblem::KeyMissing), true),
            (sealed(SealProblem::Changed), true),
            (sealed(SealProblem::InClear), true),
            (sealed(SealProblem::Encrypted), false),
            (StoreError::ForeignTokens, true),
            (StoreError::Busy, false),
            (StoreError::NewerVersion { path: None, found: 9 }, false),
        ] {
            assert_eq!(error.is_mended_by_login(), mended, "{error}");
            assert!(error.help().is_some(), "{error}");
        }
    }
}
