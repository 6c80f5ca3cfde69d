//! Revocation (RFC 7009), written by hand: AI Pass documents the token in the query, where neither a log nor an
//! error may ever show it.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use url::Url;
use zeroize::Zeroizing;

use crate::answer;
use crate::error::{AuthError, Kind};
use crate::secret::Secret;
use crate::store_error::StoreError;
use crate::wire::Wire;

/// How the revocation endpoint wants to be asked; AI Pass has documented three ways over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RevokeShape {
    /// `POST /oauth2/revoke?token=…` without a body, as the playbook has it.
    #[default]
    Query,
    /// A JSON object `{"token": …}`.
    Json,
    /// The form of RFC 7009, section 2.1, with the client id.
    Form,
}

/// What became of a logout. The tokens are gone from this process whatever it says.
#[derive(Debug)]
#[non_exhaustive]
pub struct LogoutReport {
    /// Whether the server took the refresh token back.
    pub refresh_token: RevokeOutcome,
    /// Whether the server took the access token back.
    pub access_token: RevokeOutcome,
    /// Whether the tokens were removed from the store.
    pub store: Result<(), StoreError>,
}

impl LogoutReport {
    /// Whether nothing of the session is left: both tokens taken back or absent, and the store empty.
    pub fn is_complete(&self) -> bool {
        self.refresh_token.is_settled() && self.access_token.is_settled() && self.store.is_ok()
    }
}

/// What became of one token.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there is no fourth way for a request to end"
)]
pub enum RevokeOutcome {
    /// The server took it back, or no longer knew it (RFC 7009, section 2.2).
    Revoked,
    /// There was none.
    Absent,
    /// The server was not reached or said no: the token may work until it expires.
    Failed(AuthError),
}

impl RevokeOutcome {
    /// Whether the token works no more.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}

/// Takes one token back. It is asked once, and a failure is the caller's to report.
pub(crate) async fn revoke(
    wire: &Wire,
    endpoint: &Url,
    client_id: &str,
    shape: RevokeShape,
    token: Option<(&Secret, &'static str)>,
) -> RevokeOutcome {
    let Some((token, hint)) = token else {
        return RevokeOutcome::Absent;
    };
    let mut url = endpoint.clone();
    let mut headers = HeaderMap::new();
    let token = token.expose_secret();
    let body = match shape {
        RevokeShape::Query => {
            url.query_pairs_mut().append_pair("token", token);
            String::new()
        }
        RevokeShape::Json => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            serde_json::json!({ "token": token }).to_string()
        }
        RevokeShape::Form => {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            );
            url::form_urlencoded::Serializer::new(String::new())
                .append_pair("token", token)
                .append_pair("token_type_hint", hint)
                .append_pair("client_id", client_id)
                .finish()
        }
    };
    match wire
        .send(Method::POST, url, headers, Zeroizing::new(body.into_bytes()))
        .await
    {
        Ok(answer) if answer.status.is_success() && !answer::is_error(&answer.body) => RevokeOutcome::Revoked,
        Ok(answer) => {
            let secrets = [Zeroizing::new(token.to_owned())];
            RevokeOutcome::Failed(AuthError::new(Kind::Refused(answer::refusal(&answer, &secrets))))
        }
        Err(error) => RevokeOutcome::Failed(error),
    }
}
