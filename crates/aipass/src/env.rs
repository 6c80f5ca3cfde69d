//! The environment variables that [`Client::from_env`](crate::Client::from_env) and
//! [`Client::from_profile`](crate::Client::from_profile) read. Nothing else in this crate reads the environment.

use crate::{builder::ClientBuilder, config_error::ConfigError};
use aipass_auth::Secret;

/// The server; `https://aipass.one` where it is not set. May carry a path.
pub const BASE_URL: &str = "AIPASS_BASE_URL";
/// The path of the model endpoints; `/oauth2/v1` where it is not set.
pub const API_PREFIX: &str = "AIPASS_API_PREFIX";
/// The id of the registered OAuth client.
pub const CLIENT_ID: &str = "AIPASS_CLIENT_ID";
/// The secret of a confidential client.
pub const CLIENT_SECRET: &str = "AIPASS_CLIENT_SECRET";
/// An access token to use as it is; it is never renewed or stored.
pub const ACCESS_TOKEN: &str = "AIPASS_ACCESS_TOKEN";
/// The profile to use where no other is named. For programs: the library is told a name.
pub const PROFILE: &str = "AIPASS_PROFILE";
/// One folder for both the profiles and the tokens, in place of the platform's two.
pub const CONFIG_DIR: &str = "AIPASS_CONFIG_DIR";

impl ClientBuilder {
    /// A builder with what the environment sets; an empty variable counts as not set.
    ///
    /// # Errors
    /// A variable is not valid Unicode. Its value is not part of the error.
    pub fn from_env() -> Result<Self, ConfigError> {
        crate::Client::builder().under_env()
    }

    /// The same builder with what the environment sets in place of what was set before.
    pub(crate) fn under_env(self) -> Result<Self, ConfigError> {
        let mut builder = self;
        if let Some(url) = read(BASE_URL)? {
            builder = builder.base_url(url);
        }
        if let Some(prefix) = read(API_PREFIX)? {
            builder = builder.api_prefix(prefix);
        }
        if let Some(id) = read(CLIENT_ID)? {
            builder = builder.client_id(id);
        }
        if let Some(secret) = read(CLIENT_SECRET)? {
            builder = builder.client_secret(Secret::new(secret));
        }
        if let Some(token) = read(ACCESS_TOKEN)? {
            builder = builder.access_token(Secret::new(token));
        }
        Ok(builder)
    }
}

pub(crate) fn read(name: &str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(ConfigError::new(format!("{name} is not valid Unicode")))
        }
    }
}
