//! The guards of protected routes: extractors that let a request through or refuse it, RFC 6750.

use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::errors::ApiError;
use crate::oauth::grants::{AccessFault, Caller};
use crate::oauth::scope;
use crate::state::{App, Shared, lock};

/// A handler that takes this runs only for a valid access token with `api:access`.
pub(crate) struct ApiAccess;

/// A handler that takes this runs only for a valid access token with `profile:read`.
pub(crate) struct ProfileRead(pub(crate) Caller);

impl FromRequestParts<App> for ApiAccess {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        admit(app, &parts.headers, scope::API_ACCESS).map(|_| Self)
    }
}

impl FromRequestParts<App> for ProfileRead {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        admit(app, &parts.headers, scope::PROFILE_READ).map(Self)
    }
}

fn admit(app: &Shared, headers: &HeaderMap, scope: &str) -> Result<Caller, ApiError> {
    let token = token(headers).ok_or_else(ApiError::no_bearer)?;
    let caller = lock(&app.grants).check(token, Instant::now()).map_err(|fault| {
        ApiError::invalid_token(match fault {
            AccessFault::Unknown => "is unknown",
            AccessFault::Expired => "has expired",
            AccessFault::Revoked => "was revoked",
        })
    })?;
    if !caller.scopes.iter().any(|granted| granted == scope) {
        return Err(ApiError::insufficient_scope(scope));
    }
    Ok(caller)
}

/// The token of the one `Authorization: Bearer` header; a second header makes the request ambiguous.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}
