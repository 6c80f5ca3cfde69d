//! Why a client cannot be built.

use aipass_auth::BuildError;
use std::{error::Error as StdError, fmt};

/// Why a [`Client`](crate::Client) cannot be built, or its environment cannot be read.
#[derive(Debug)]
pub struct ConfigError {
    what: String,
    source: Option<BuildError>,
}

impl ConfigError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }
}

impl From<BuildError> for ConfigError {
    fn from(error: BuildError) -> Self {
        Self {
            what: error.to_string(),
            source: Some(error),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for ConfigError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().and_then(StdError::source)
    }
}
