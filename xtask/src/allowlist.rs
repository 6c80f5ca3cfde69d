//! The endpoints that AI Pass opens to OAuth clients, as data: `openapi/allowlist.toml`.

use serde::Deserialize;

/// The table of endpoints.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Allowlist {
    /// One row for each method of each path.
    #[serde(default)]
    pub endpoint: Vec<Endpoint>,
}

/// One row of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Endpoint {
    /// The method, in capitals.
    pub method: String,
    /// The path template, as in the document.
    pub path: String,
    /// The section of the playbook that names it.
    pub playbook: Option<String>,
    /// Whether the generated client has it. Where not, `reason` says who makes the call instead.
    #[serde(default = "yes")]
    pub generate: bool,
    /// Why it is not generated.
    pub reason: Option<String>,
}

fn yes() -> bool {
    true
}

/// The table cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AllowlistError {
    /// It is no TOML, or a row has another shape.
    #[error("openapi/allowlist.toml: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A row that is not generated must say why.
    #[error("openapi/allowlist.toml: {method} {path} has `generate = false` without a reason")]
    NoReason {
        /// The row's method.
        method: String,
        /// The row's path.
        path: String,
    },
}

impl Allowlist {
    /// Reads the table.
    ///
    /// # Errors
    ///
    /// If it is no TOML, a row has unknown or missing keys, or a row leaves its reason out.
    pub fn parse(text: &str) -> Result<Self, AllowlistError> {
        let table: Self = toml::from_str(text)?;
        match table
            .endpoint
            .iter()
            .find(|row| !row.generate && row.reason.is_none())
        {
            Some(row) => Err(AllowlistError::NoReason {
                method: row.method.clone(),
                path: row.path.clone(),
            }),
            None => Ok(table),
        }
    }

    /// The row of an operation. The document has methods in lower case.
    #[must_use]
    pub fn find(&self, path: &str, method: &str) -> Option<&Endpoint> {
        self.endpoint
            .iter()
            .find(|row| row.path == path && row.method.eq_ignore_ascii_case(method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_reason_is_refused() {
        let text = "[[endpoint]]\nmethod = \"POST\"\npath = \"/oauth2/token\"\ngenerate = false\n";
        let error = Allowlist::parse(text).unwrap_err().to_string();
        assert!(error.contains("POST /oauth2/token"), "{error}");
        assert!(Allowlist::parse(&format!("{text}reason = \"the auth crate\"\n")).is_ok());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let text = "[[endpoint]]\nmethod = \"GET\"\npath = \"/x\"\ngenerated = false\n";
        let error = Allowlist::parse(text).unwrap_err().to_string();
        assert!(error.contains("generated") && error.contains('4'), "{error}");
    }
}
