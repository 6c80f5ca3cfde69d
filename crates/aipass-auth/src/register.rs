//! Registration of an OAuth client: the first step of the playbook, for programs that do it themselves.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::answer;
use crate::base_url::BaseUrl;
use crate::error::{AuthError, Kind};
use crate::http::HttpOptions;
use crate::pending::redirect_uri;
use crate::secret::{AccessToken, Secret};
use crate::wire::{TokenDialect, Wire};

/// The client that is to be registered.
///
/// With one redirect URI the request is the playbook's (`redirectUri`), with several it has `redirectUris`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientRegistration {
    /// The name that people see on the consent page.
    pub client_name: String,
    /// Where the browser may return to. AI Pass compares them byte for byte, port and trailing slash included.
    pub redirect_uris: Vec<String>,
    /// The scopes that the client may ask for.
    pub requested_scopes: Vec<String>,
    /// Whether people are asked for their consent. Not in the playbook; the service's default when `None`.
    pub require_consent: Option<bool>,
    /// The life of access tokens in seconds. Not in the playbook; the service's default when `None`.
    pub access_token_ttl_seconds: Option<u64>,
    /// The life of refresh tokens in seconds. Not in the playbook; the service's default when `None`.
    pub refresh_token_ttl_seconds: Option<u64>,
}

impl ClientRegistration {
    /// A client with one redirect URI and the scopes `api:access` and `profile:read`.
    pub fn new(client_name: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self {
            client_name: client_name.into(),
            redirect_uris: vec![redirect_uri.into()],
            requested_scopes: crate::builder::DEFAULT_SCOPES.map(str::to_owned).to_vec(),
            require_consent: None,
            access_token_ttl_seconds: None,
            refresh_token_ttl_seconds: None,
        }
    }

    /// Replaces the redirect URIs.
    #[must_use]
    pub fn with_redirect_uris(mut self, uris: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redirect_uris = uris.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the scopes.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.requested_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }
}

/// A registered client.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The public name of the client, for [`Auth::builder`](crate::Auth::builder).
    pub client_id: String,
    /// The secret of a confidential client. It is shown once, here: keep it now or never.
    pub client_secret: Option<Secret>,
    /// The name on the consent page.
    pub client_name: Option<String>,
    /// Where the browser may return to, as the service understood it.
    pub redirect_uris: Vec<String>,
    /// The scopes that the client may ask for.
    pub scopes: Vec<String>,
    /// The life of access tokens in seconds, if the service says it.
    pub access_token_ttl_seconds: Option<u64>,
}

/// Registers a client at the service, with default [`HttpOptions`].
///
/// `bearer` is the token of the developer; the playbook shows the request without one, later documents ask for
/// it.
///
/// # Errors
///
/// [`is_config`](AuthError::is_config) when the base URL or a redirect URI is unusable, and when the service says no to
/// this registration: [`status`](AuthError::status), [`code`](AuthError::code) and
/// [`description`](AuthError::description) say more. [`is_temporary`](AuthError::is_temporary) when the service could
/// not be reached or has too much to do, and when its answer holds no client id.
///
/// # Examples
///
/// ```no_run
/// # async fn run() -> Result<(), aipass_auth::AuthError> {
/// use aipass_auth::{ClientRegistration, register_client};
///
/// let wanted = ClientRegistration::new("My App", "http://127.0.0.1:8417/callback");
/// let client = register_client("https://aipass.one", &wanted, None).await?;
/// println!("client id: {}", client.client_id);
/// # Ok(()) }
/// ```
pub async fn register_client(
    base_url: &str,
    registration: &ClientRegistration,
    bearer: Option<&Secret>,
) -> Result<RegisteredClient, AuthError> {
    register_client_with(&HttpOptions::default(), base_url, registration, bearer).await
}

/// The same as [`register_client`], with other [`HttpOptions`].
///
/// # Errors
///
/// As [`register_client`].
pub async fn register_client_with(
    http: &HttpOptions,
    base_url: &str,
    registration: &ClientRegistration,
    bearer: Option<&Secret>,
) -> Result<RegisteredClient, AuthError> {
    let unusable = |error| AuthError::with_source(Kind::Config("the client could not be registered"), error);
    let base: BaseUrl = base_url.parse().map_err(unusable)?;
    let wire = Wire::new(http, &base, TokenDialect::AiPassJson).map_err(unusable)?;
    if registration.redirect_uris.is_empty() {
        return Err(AuthError::config("a client needs a redirect URI"));
    }
    for uri in &registration.redirect_uris {
        redirect_uri(uri.clone())?;
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(bearer) = bearer {
        let token = AccessToken::new(bearer.clone())?;
        let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
            .map_err(|_| AuthError::config("the token fits into no header"))?;
        headers.insert(AUTHORIZATION, value);
    }
    let url = base.endpoint("/api/v1/oauth2/clients");
    let answer = wire
        .send(Method::POST, url, headers, Zeroizing::new(body(registration)))
        .await?;
    if !answer.status.is_success() || answer::is_error(&answer.body) {
        let secrets: Vec<_> = bearer
            .map(|token| Zeroizing::new(token.expose_secret().to_owned()))
            .into_iter()
            .collect();
        let refusal = answer::refusal(&answer, &secrets);
        return Err(AuthError::new(Kind::NotRegistered(refusal)));
    }
    read(&answer.body)
}

fn body(registration: &ClientRegistration) -> Vec<u8> {
    /// The members in the order of the playbook.
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        client_name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        redirect_uri: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        redirect_uris: Option<&'a [String]>,
        requested_scopes: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        require_consent: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        access_token_ttl_seconds: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token_ttl_seconds: Option<u64>,
    }
    let (one, several) = match registration.redirect_uris.as_slice() {
        [one] => (Some(one.as_str()), None),
        several => (None, Some(several)),
    };
    let body = Body {
        client_name: &registration.client_name,
        redirect_uri: one,
        redirect_uris: several,
        requested_scopes: &registration.requested_scopes,
        require_consent: registration.require_consent,
        access_token_ttl_seconds: registration.access_token_ttl_seconds,
        refresh_token_ttl_seconds: registration.refresh_token_ttl_seconds,
    };
    serde_json::to_vec(&body).unwrap_or_else(|_| unreachable!("text keys always serialise"))
}

/// Reads both the bare and the enveloped answer, in both spellings. Nothing but a missing client id is an error:
/// the secret is shown once, and one odd member must not lose it.
fn read(body: &[u8]) -> Result<RegisteredClient, AuthError> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(AuthError::malformed("clientId"));
    };
    let members = answer::unwrap_envelope(members, &["clientId", "client_id"]);
    let member = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| members.get(*name))
            .filter(|value| !value.is_null())
    };
    let text = |names: &[&str]| {
        member(names)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let list = |names: &[&str]| match member(names) {
        Some(Value::Array(values)) => values
            .iter()
            .filter_map(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect(),
        Some(Value::String(words)) => words.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Ok(RegisteredClient {
        client_id: text(&["clientId", "client_id"]).ok_or_else(|| AuthError::malformed("clientId"))?,
        client_secret: text(&["clientSecret", "client_secret"]).map(Secret::new),
        client_name: text(&["clientName", "client_name"]),
        redirect_uris: list(&["redirectUris", "redirect_uris", "redirectUri", "redirect_uri"]),
        scopes: list(&["scopes", "requestedScopes", "scope"]),
        access_token_ttl_seconds: member(&["accessTokenTtlSeconds"]).and_then(answer::lifetime),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(registration: &ClientRegistration) -> String {
        String::from_utf8(body(registration)).unwrap()
    }

    #[test]
    fn the_request_is_the_playbooks() {
        assert_eq!(
            text(&ClientRegistration::new(
                "My Flutter App",
                "myapp://auth/callback"
            )),
            r#"{"clientName":"My Flutter App","redirectUri":"myapp://auth/callback","requestedScopes":["api:access","profile:read"]}"#
        );
    }

    #[test]
    fn several_redirect_uris_make_a_list() {
        let registration = ClientRegistration::new("App", "x")
            .with_redirect_uris(["a:/1", "a:/2"])
            .with_scopes(["s"]);
        assert_eq!(
            text(&registration),
            r#"{"clientName":"App","redirectUris":["a:/1","a:/2"],"requestedScopes":["s"]}"#
        );
    }

    #[test]
    fn answers_are_read_bare_and_enveloped() {
        for answer in [
            r#"{"clientId":"client_1","clientSecret":"s","redirectUri":"a:/1","requestedScopes":["api:access"]}"#,
            r#"{"success":true,"data":{"id":7,"clientId":"client_1","clientSecret":"s","clientType":"PUBLIC","redirectUris":["a:/1"],"scopes":["api:access"],"requirePkce":true}}"#,
            r#"{"client_id":"client_1","client_secret":"s","redirect_uris":["a:/1"],"scope":"api:access","accessTokenTtlSeconds":[]}"#,
        ] {
            let client = read(answer.as_bytes()).unwrap();
            assert_eq!(client.client_id, "client_1");
            assert_eq!(
                client.client_secret.as_ref().map(Secret::expose_secret),
                Some("s")
            );
            assert_eq!(
                (client.redirect_uris, client.scopes),
                (vec!["a:/1".to_owned()], vec!["api:access".to_owned()])
            );
        }
        let empty = read(br#"{"clientId":"c","redirectUris":["","a:/1"],"scopes":[""]}"#).unwrap();
        assert_eq!(
            (empty.redirect_uris, empty.scopes),
            (vec!["a:/1".to_owned()], vec![])
        );
        let public = read(br#"{"data":{"clientId":"c","clientSecret":null}}"#).unwrap();
        assert!(public.client_secret.is_none() && public.redirect_uris.is_empty());
    }

    #[test]
    fn an_answer_without_a_client_is_an_error_that_quotes_nothing() {
        for answer in [
            "",
            "null",
            "[]",
            "<html>",
            "{}",
            r#"{"data":null}"#,
            r#"{"clientId":""}"#,
            r#"{"clientId":{"canary":1}}"#,
        ] {
            let error = read(answer.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
