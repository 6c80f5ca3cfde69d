//! The authorization server as the checks see it: its address, what it counted, and whom it lets in.

use aipass_auth::{
    Auth, AuthBuilder, BaseUrl, HttpOptions, LogoutReport, RevokeShape, TokenDialect, TokenStore,
};
use serde_json::Value;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The clients that the server knows.
pub(crate) const INSTALLED: &str = "installed";
/// Its access tokens live for one second.
pub(crate) const SHORT_LIVED: &str = "short-lived";
pub(crate) const CONFIDENTIAL: &str = "confidential";
pub(crate) const SECRET: &str = "the-secret-of-the-confidential-client";

/// Without a listener the callback is handed over by the check itself.
pub(crate) const SCHEME_REDIRECT: &str = "one.aipass.conformance:/callback";
pub(crate) const WEB_REDIRECT: &str = "https://app.example/callback";

/// How requests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    AiPass,
    Rfc,
}

impl Dialect {
    pub(crate) const ALL: [Self; 2] = [Self::AiPass, Self::Rfc];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AiPass => "AI Pass JSON",
            Self::Rfc => "RFC 6749 form",
        }
    }
}

/// What the server has counted.
#[derive(Clone, Debug)]
pub(crate) struct Stats {
    pub(crate) json: u64,
    pub(crate) form: u64,
    pub(crate) exchanges: u64,
    pub(crate) refreshes: u64,
    pub(crate) revocations: u64,
    /// Its own reasons for what it refused.
    pub(crate) errors: Vec<String>,
}

impl Stats {
    pub(crate) fn requests(&self, dialect: Dialect) -> u64 {
        match dialect {
            Dialect::AiPass => self.json,
            Dialect::Rfc => self.form,
        }
    }

    /// The reasons that came after an earlier look.
    pub(crate) fn errors_since(&self, before: &Self) -> String {
        self.errors
            .get(before.errors.len()..)
            .unwrap_or_default()
            .join("; ")
    }
}

/// The running server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) issuer: String,
    http: reqwest::Client,
}

impl Server {
    pub(crate) fn new(issuer: &str) -> Result<Self, Failure> {
        let base = BaseUrl::parse(issuer)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            http: aipass_auth::__http::client(&HttpOptions::default(), &base)?,
        })
    }

    /// A client of this server.
    pub(crate) fn client(&self, client_id: &str, dialect: Dialect, store: impl TokenStore) -> AuthBuilder {
        let (dialect, revoke) = match dialect {
            Dialect::AiPass => (TokenDialect::AiPassJson, RevokeShape::Query),
            Dialect::Rfc => (TokenDialect::Rfc6749Form, RevokeShape::Form),
        };
        Auth::builder(client_id)
            .base_url(&self.issuer)
            .token_store(store)
            .dialect(dialect)
            .revoke_shape(revoke)
            .scopes(["openid", "offline_access", "api:access"])
            .app_name("Conformance")
    }

    pub(crate) async fn stats(&self) -> Result<Stats, Failure> {
        let stats: Value = self
            .http
            .get(format!("{}/__stats", self.issuer))
            .send()
            .await?
            .json()
            .await?;
        let number = |name: &str| stats[name].as_u64().unwrap_or_default();
        let errors = stats["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(Stats {
            json: number("json"),
            form: number("form"),
            exchanges: number("exchanges"),
            refreshes: number("refreshes"),
            revocations: number("revocations"),
            errors: errors
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Lets every token request from now on wait for so long before the server looks at it.
    pub(crate) async fn delay_tokens(&self, milliseconds: u64) -> Result<(), Failure> {
        let url = format!("{}/__delay?ms={milliseconds}", self.issuer);
        self.http.put(url).send().await?.error_for_status()?;
        Ok(())
    }

    /// The status of a call with this access token: 200 or 401.
    pub(crate) async fn call(&self, access_token: &str) -> Result<u16, Failure> {
        let url = format!("{}/oauth2/userinfo", self.issuer);
        let response = self.http.get(url).bearer_auth(access_token).send().await?;
        Ok(response.status().as_u16())
    }

    /// An authorize request as it stands, for the ones that our client would not make.
    pub(crate) async fn authorize(&self, query: &[(&str, &str)]) -> Result<String, Failure> {
        let url = format!("{}/oauth2/authorize", self.issuer);
        let response = self.http.get(url).query(query).send().await?;
        let target = response.headers().get("location").map(|value| value.to_str());
        Ok(target.ok_or("the server sent the browser nowhere")??.to_owned())
    }
}

/// What a logout came to, without the tokens.
pub(crate) fn in_words(report: &LogoutReport) -> String {
    let outcome = |outcome: &aipass_auth::RevokeOutcome| match outcome {
        aipass_auth::RevokeOutcome::Revoked => "revoked".to_owned(),
        aipass_auth::RevokeOutcome::Absent => "absent".to_owned(),
        aipass_auth::RevokeOutcome::Failed(error) => format!("failed ({error})"),
    };
    format!(
        "refresh token {}, access token {}",
        outcome(&report.refresh_token),
        outcome(&report.access_token)
    )
}
