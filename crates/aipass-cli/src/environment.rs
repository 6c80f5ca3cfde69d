//! The environment variables: one table, for the code and for `aipass help environment`.

use crate::failure::Failure;
use aipass::env;

/// One variable that the program reads.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

pub(crate) const BASE_URL: Variable = variable(
    env::BASE_URL,
    "Where AI Pass lives; may carry a path. Default: https://aipass.one",
);
pub(crate) const API_PREFIX: Variable = variable(
    env::API_PREFIX,
    "The path of the model endpoints. Default: /oauth2/v1",
);
pub(crate) const CLIENT_ID: Variable = variable(
    env::CLIENT_ID,
    "The id of your OAuth client; --client-id goes before it",
);
pub(crate) const CLIENT_SECRET: Variable = variable(
    env::CLIENT_SECRET,
    "The secret of a confidential client; most clients have none",
);
pub(crate) const ACCESS_TOKEN: Variable = variable(
    env::ACCESS_TOKEN,
    "An access token to use instead of a login; never renewed, never stored",
);
pub(crate) const PROFILE: Variable = variable(
    env::PROFILE,
    "The profile to use; --profile goes before it. Default: the file's default_profile, or default",
);
pub(crate) const CONFIG_DIR: Variable = variable(
    env::CONFIG_DIR,
    "One folder for profiles and sessions. Default: the platform's folders for settings and state",
);
pub(crate) const MODEL: Variable = variable("AIPASS_MODEL", "The model to ask; --model goes before it");
pub(crate) const LOG: Variable = variable(
    "AIPASS_LOG",
    "What to log on stderr: error, warn, info, debug or trace. Default: nothing",
);
pub(crate) const NO_COLOR: Variable = variable("NO_COLOR", "Set to anything, it turns colours off");

pub(crate) const TABLE: &[&Variable] = &[
    &BASE_URL,
    &API_PREFIX,
    &CLIENT_ID,
    &CLIENT_SECRET,
    &ACCESS_TOKEN,
    &PROFILE,
    &CONFIG_DIR,
    &MODEL,
    &LOG,
    &NO_COLOR,
];

const fn variable(name: &'static str, meaning: &'static str) -> Variable {
    Variable { name, meaning }
}

impl Variable {
    /// The value; an empty variable counts as not set.
    pub(crate) fn read(&self) -> Result<Option<String>, Failure> {
        match std::env::var(self.name) {
            Ok(value) if value.is_empty() => Ok(None),
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            // The error would quote the value, which may be a secret.
            Err(std::env::VarError::NotUnicode(_)) => Err(Failure::config(
                format!("{} is not valid Unicode", self.name),
                "set it to plain text, or unset it",
            )),
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        std::env::var_os(self.name).is_some_and(|value| !value.is_empty())
    }
}
