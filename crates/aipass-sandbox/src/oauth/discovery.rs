//! `GET /.well-known/oauth-authorization-server`, RFC 8414. Later pages of the service name it; the playbook does not.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::oauth::scope;
use crate::route::Route;
use crate::state::App;

#[derive(Serialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    scopes_supported: [&'static str; 2],
    response_types_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    code_challenge_methods_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 1],
}

pub(crate) async fn metadata(State(app): State<App>) -> Response {
    let url = |route: Route| format!("{}{}", app.base_url, route.path());
    Json(Metadata {
        issuer: app.base_url.clone(),
        authorization_endpoint: url(Route::Authorize),
        token_endpoint: url(Route::Token),
        userinfo_endpoint: url(Route::Userinfo),
        revocation_endpoint: url(Route::Revoke),
        scopes_supported: scope::ALL,
        response_types_supported: ["code"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: ["none"],
    })
    .into_response()
}
