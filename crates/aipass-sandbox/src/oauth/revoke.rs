//! `POST /oauth2/revoke`, RFC 7009: the token in the query (playbook), in JSON (mobile SDKs) or in a form (later pages).
//!
//! Revoking either token of a pair ends the whole grant, as RFC 7009 section 2.1 allows. An unknown token is a success.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::form_urlencoded;

use crate::body::{self, BodyError};
use crate::errors::OAuthError;
use crate::state::{App, Shared, lock};

#[derive(Default, Deserialize)]
struct RevokeRequest {
    token: Option<String>,
    #[serde(alias = "clientId")]
    client_id: Option<String>,
}

pub(crate) async fn revoke(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let in_query = from_pairs(query.unwrap_or_default().as_bytes());
    let request = if in_query.token.is_some() {
        Ok(in_query)
    } else {
        from_body(&headers, body).await
    };
    match request {
        Ok(request) => carry_out(&app, &request),
        Err(error) => OAuthError::new("invalid_request", error.message())
            .with_status(error.status())
            .into_response(),
    }
}

fn carry_out(app: &Shared, request: &RevokeRequest) -> Response {
    let Some(token) = request.token.as_deref().filter(|token| !token.is_empty()) else {
        return OAuthError::new("invalid_request", "token is missing.").into_response();
    };
    let mut grants = lock(&app.grants);
    let Some(owner) = grants.owner(token) else {
        return StatusCode::OK.into_response();
    };
    if request
        .client_id
        .as_deref()
        .is_some_and(|client_id| client_id != owner)
    {
        return OAuthError::new("unauthorized_client", "The token was issued to another client.")
            .into_response();
    }
    grants.revoke(token);
    lock(&app.observer).counts.revocations += 1;
    StatusCode::OK.into_response()
}

async fn from_body(headers: &HeaderMap, body: Body) -> Result<RevokeRequest, BodyError> {
    match body::media_type(headers).as_str() {
        "application/x-www-form-urlencoded" => Ok(from_pairs(&body::read(body, body::SMALL).await?)),
        "" => Ok(RevokeRequest::default()),
        _ => body::json(headers, body, body::SMALL).await,
    }
}

fn from_pairs(text: &[u8]) -> RevokeRequest {
    let mut request = RevokeRequest::default();
    for (name, value) in form_urlencoded::parse(text) {
        match name.as_ref() {
            "token" => request.token = Some(value.into_owned()),
            "client_id" => request.client_id = Some(value.into_owned()),
            _ => {}
        }
    }
    request
}
