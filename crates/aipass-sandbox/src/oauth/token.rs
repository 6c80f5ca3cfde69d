//! `POST /oauth2/token`: code exchange and refresh, playbook section 4.
//!
//! The body is JSON in camelCase, as every page of the service shows it. The form of RFC 6749 is refused with 415
//! unless [`SandboxBuilder::accept_form`](crate::SandboxBuilder::accept_form) was set. The answer is RFC 6749's.

use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::body;
use crate::errors::OAuthError;
use crate::oauth::grants::{Redemption, TokenPair};
use crate::oauth::registry::Client;
use crate::secret::SecretKind;
use crate::state::{App, Shared, lock};

const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenRequest {
    grant_type: Option<String>,
    code: Option<String>,
    code_verifier: Option<String>,
    redirect_uri: Option<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

#[derive(Serialize)]
struct TokenResponse {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
    token_type: &'static str,
    scope: String,
}

pub(crate) async fn exchange(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let outcome = match read(&app, &headers, body).await {
        Ok(request) => answer(&app, &request),
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        lock(&app.observer).counts.token_refusals += 1;
    }
    // The delay comes after the work: a caller who leaves meanwhile has rotated its token and not seen the new one.
    let delay = *lock(&app.token_delay);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut response = match outcome {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(error) => error.into_response(),
    };
    allow_any_origin(&mut response);
    response
}

/// The answer to a browser's preflight: the token endpoint is open to pages of any origin.
pub(crate) async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow_any_origin(&mut response);
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("POST"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("content-type"),
    );
    response
}

fn allow_any_origin(response: &mut Response) {
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

async fn read(app: &Shared, headers: &HeaderMap, body: Body) -> Result<TokenRequest, OAuthError> {
    let refused = |error: body::BodyError| {
        OAuthError::new("invalid_request", error.message()).with_status(error.status())
    };
    if body::media_type(headers) != FORM {
        return body::json(headers, body, body::SMALL).await.map_err(refused);
    }
    if app.config.accept_form {
        let bytes = body::read(body, body::SMALL).await.map_err(refused)?;
        return from_form(&bytes);
    }
    let description = "The token endpoint takes application/json with camelCase members (grantType, codeVerifier, \
                       clientId, …), not a form.";
    Err(OAuthError::new("invalid_request", description).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

fn from_form(bytes: &[u8]) -> Result<TokenRequest, OAuthError> {
    let mut request = TokenRequest::default();
    for (name, value) in form_urlencoded::parse(bytes) {
        let slot = match name.as_ref() {
            "grant_type" => &mut request.grant_type,
            "code" => &mut request.code,
            "code_verifier" => &mut request.code_verifier,
            "redirect_uri" => &mut request.redirect_uri,
            "refresh_token" => &mut request.refresh_token,
            "client_id" => &mut request.client_id,
            "client_secret" => &mut request.client_secret,
            _ => continue,
        };
        if slot.replace(value.into_owned()).is_some() {
            return Err(OAuthError::new(
                "invalid_request",
                "A parameter is there more than once.",
            ));
        }
    }
    Ok(request)
}

fn answer(app: &Shared, request: &TokenRequest) -> Result<TokenResponse, OAuthError> {
    match request.grant_type.as_deref() {
        Some("authorization_code") => {
            lock(&app.observer).counts.code_requests += 1;
            if let Some(verifier) = &request.code_verifier {
                app.vault.note(SecretKind::CodeVerifier, verifier);
            }
            let client = authenticate(app, request)?;
            let code_verifier = required(request.code_verifier.as_deref(), "codeVerifier")?;
            if !(43..=128).contains(&code_verifier.len()) {
                return Err(OAuthError::new(
                    "invalid_grant",
                    "codeVerifier must have 43 to 128 characters.",
                ));
            }
            let redemption = Redemption {
                code: required(request.code.as_deref(), "code")?,
                code_verifier,
                client_id: &client.client_id,
                redirect_uri: required(request.redirect_uri.as_deref(), "redirectUri")?,
            };
            let outcome = lock(&app.grants).redeem(&redemption, &client.lifetimes, Instant::now());
            respond(outcome, &client)
        }
        Some("refresh_token") => {
            lock(&app.observer).counts.refresh_requests += 1;
            let client = authenticate(app, request)?;
            let refresh_token = required(request.refresh_token.as_deref(), "refreshToken")?;
            let outcome = lock(&app.grants).rotate(
                refresh_token,
                &client.client_id,
                &client.lifetimes,
                Instant::now(),
            );
            respond(outcome, &client)
        }
        Some(_) => Err(OAuthError::new(
            "unsupported_grant_type",
            "grantType must be authorization_code or refresh_token.",
        )),
        None => Err(missing("grantType")),
    }
}

fn authenticate(app: &Shared, request: &TokenRequest) -> Result<Client, OAuthError> {
    let client_id = required(request.client_id.as_deref(), "clientId")?;
    let client = lock(&app.clients).find(client_id).cloned();
    let client = client.ok_or_else(|| OAuthError::new("invalid_client", "The client is unknown."))?;
    if client.secret.is_some() && client.secret != request.client_secret {
        return Err(OAuthError::new(
            "invalid_client",
            "The client secret is missing or wrong.",
        ));
    }
    Ok(client)
}

fn respond(outcome: Result<TokenPair, &'static str>, client: &Client) -> Result<TokenResponse, OAuthError> {
    let pair = outcome.map_err(|why| OAuthError::new("invalid_grant", why))?;
    Ok(TokenResponse {
        access_token: pair.access_token,
        refresh_token: pair.refresh_token,
        expires_in: whole_seconds(client.lifetimes.access),
        token_type: "Bearer",
        scope: pair.scopes.join(" "),
    })
}

/// Rounded up: a test's lifetime of a few milliseconds must not become "expired from the start".
pub(crate) fn whole_seconds(lifetime: Duration) -> u64 {
    lifetime.as_secs() + u64::from(lifetime.subsec_nanos() > 0)
}

fn required<'a>(value: Option<&'a str>, member: &str) -> Result<&'a str, OAuthError> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing(member))
}

fn missing(member: &str) -> OAuthError {
    OAuthError::new("invalid_request", format!("{member} is missing."))
}
