//! `/api/v1/oauth2/clients` for clients that exist: list, get, change, remove. Later than the playbook.
//!
//! A sandbox has one account, so that every client is its owner's. A secret is shown once, at registration.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::bearer::ApiAccess;
use crate::oauth::clients::{OAuth2ClientDto, RegistrationRequest, checked};
use crate::state::{App, lock};
use crate::{body, envelope};

pub(crate) async fn list(State(app): State<App>, _: ApiAccess) -> Response {
    let clients = lock(&app.clients).all();
    let clients: Vec<_> = clients.into_iter().map(OAuth2ClientDto::without_secret).collect();
    envelope::success(StatusCode::OK, "OAuth2 clients retrieved successfully", clients)
}

pub(crate) async fn get(State(app): State<App>, _: ApiAccess, Path(id): Path<String>) -> Response {
    let client = number(&id).and_then(|number| lock(&app.clients).numbered(number));
    match client {
        Some(client) => envelope::success(
            StatusCode::OK,
            "OAuth2 client retrieved successfully",
            OAuth2ClientDto::without_secret(client),
        ),
        None => unknown(),
    }
}

/// Takes the body of a registration. The client keeps its id, its type and its secret.
pub(crate) async fn update(
    State(app): State<App>,
    _: ApiAccess,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(number) = number(&id).filter(|number| lock(&app.clients).numbered(*number).is_some()) else {
        return unknown();
    };
    let request: RegistrationRequest = match body::json(&headers, body, body::SMALL).await {
        Ok(request) => request,
        Err(error) => return envelope::failure(error.status(), &error.message()),
    };
    let new = match checked(request, &app.config.lifetimes) {
        Ok((new, _)) => new,
        Err(message) => return envelope::failure(StatusCode::BAD_REQUEST, &message),
    };
    let updated = lock(&app.clients).update(number, new);
    match updated {
        Some(client) => envelope::success(
            StatusCode::OK,
            "OAuth2 client updated successfully",
            OAuth2ClientDto::without_secret(client),
        ),
        None => unknown(),
    }
}

/// Removes a client and every authorization that it was given.
pub(crate) async fn remove(State(app): State<App>, _: ApiAccess, Path(id): Path<String>) -> Response {
    let removed = number(&id).and_then(|number| lock(&app.clients).remove(number));
    let Some(client) = removed else {
        return unknown();
    };
    lock(&app.grants).revoke_client(&client.client_id);
    envelope::done(StatusCode::OK, "OAuth2 client deleted successfully")
}

fn number(id: &str) -> Option<u64> {
    id.parse().ok()
}

fn unknown() -> Response {
    envelope::failure(StatusCode::NOT_FOUND, "OAuth2 client not found")
}
