//! `POST /api/v1/oauth2/clients`: client registration, playbook section 1.
//!
//! Both documented forms are taken: one `redirectUri` (the playbook) and a list `redirectUris` (later pages). A client
//! is public unless `clientType` says `CONFIDENTIAL`; no page names that value, so it is the sandbox's assumption.
//! The playbook shows no `Authorization` header on this call, and none is asked for.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::oauth::redirect_uri;
use crate::oauth::registry::{Client, Lifetimes, NewClient};
use crate::oauth::scope;
use crate::secret::SecretKind;
use crate::state::{App, lock};
use crate::{body, clock, envelope};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegistrationRequest {
    client_name: Option<String>,
    redirect_uri: Option<String>,
    redirect_uris: Option<Vec<String>>,
    requested_scopes: Option<Vec<String>>,
    client_type: Option<String>,
    require_consent: Option<bool>,
    access_token_ttl_seconds: Option<u64>,
    refresh_token_ttl_seconds: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OAuth2ClientDto {
    id: u64,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    client_name: String,
    client_type: &'static str,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    access_token_ttl_seconds: u64,
    require_pkce: bool,
    require_consent: bool,
    is_active: bool,
    created_at: String,
    updated_at: String,
}

pub(crate) async fn register(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let request: RegistrationRequest = match body::json(&headers, body, body::SMALL).await {
        Ok(request) => request,
        Err(error) => return envelope::failure(error.status(), &error.message()),
    };
    let new = match checked(request, &app.config.lifetimes) {
        Ok((new, confidential)) => {
            let secret = confidential.then(|| app.vault.mint(SecretKind::ClientSecret));
            NewClient { secret, ..new }
        }
        Err(message) => return envelope::failure(StatusCode::BAD_REQUEST, &message),
    };
    let client = lock(&app.clients).register(new);
    lock(&app.observer).counts.registrations += 1;
    envelope::success(
        StatusCode::CREATED,
        "OAuth2 client created successfully",
        OAuth2ClientDto::with_secret(client),
    )
}

/// The request as a client without its secret, and whether it wants one.
pub(crate) fn checked(
    request: RegistrationRequest,
    defaults: &Lifetimes,
) -> Result<(NewClient, bool), String> {
    let name = request.client_name.unwrap_or_default().trim().to_owned();
    if !(3..=255).contains(&name.chars().count()) {
        return Err("clientName must have 3 to 255 characters".to_owned());
    }

    let mut redirect_uris: Vec<String> = Vec::new();
    for uri in request
        .redirect_uri
        .into_iter()
        .chain(request.redirect_uris.unwrap_or_default())
    {
        let uri = uri.trim();
        redirect_uri::check(uri)?;
        if !redirect_uris.iter().any(|known| known == uri) {
            redirect_uris.push(uri.to_owned());
        }
    }
    if !(1..=8).contains(&redirect_uris.len()) {
        return Err("redirectUri or redirectUris must name 1 to 8 redirect URIs".to_owned());
    }

    let requested = request
        .requested_scopes
        .unwrap_or_else(|| vec![scope::API_ACCESS.to_owned()]);
    let scopes = scope::split(&requested.join(" "));
    if scopes.is_empty() || scopes.iter().any(|scope| !scope::ALL.contains(&scope.as_str())) {
        return Err(format!(
            "requestedScopes must name some of: {}",
            scope::ALL.join(", ")
        ));
    }

    let confidential = match request.client_type.as_deref() {
        None | Some("PUBLIC") => false,
        Some("CONFIDENTIAL") => true,
        Some(_) => return Err("clientType must be PUBLIC or CONFIDENTIAL".to_owned()),
    };
    let lifetimes = Lifetimes {
        access: lifetime(
            "accessTokenTtlSeconds",
            request.access_token_ttl_seconds,
            defaults.access,
        )?,
        refresh: lifetime(
            "refreshTokenTtlSeconds",
            request.refresh_token_ttl_seconds,
            defaults.refresh,
        )?,
        code: defaults.code,
    };
    let require_consent = request.require_consent.unwrap_or(true);
    Ok((
        NewClient {
            name,
            secret: None,
            redirect_uris,
            scopes,
            lifetimes,
            require_consent,
        },
        confidential,
    ))
}

fn lifetime(member: &str, seconds: Option<u64>, default: Duration) -> Result<Duration, String> {
    const TEN_YEARS: u64 = 315_360_000;
    match seconds {
        None => Ok(default),
        Some(seconds @ 1..=TEN_YEARS) => Ok(Duration::from_secs(seconds)),
        Some(_) => Err(format!("{member} must be between 1 and {TEN_YEARS}")),
    }
}

impl OAuth2ClientDto {
    fn with_secret(client: Client) -> Self {
        Self {
            client_secret: client.secret.clone(),
            ..Self::without_secret(client)
        }
    }

    /// As every answer but the registration's shows a client.
    pub(crate) fn without_secret(client: Client) -> Self {
        Self {
            id: client.number,
            client_id: client.client_id,
            client_type: kind(client.secret.is_some()),
            client_secret: None,
            client_name: client.name,
            redirect_uris: client.redirect_uris,
            scopes: client.scopes,
            access_token_ttl_seconds: client.lifetimes.access.as_secs(),
            require_pkce: true,
            require_consent: client.require_consent,
            is_active: true,
            created_at: clock::local_date_time(client.created_at),
            updated_at: clock::local_date_time(client.updated_at),
        }
    }
}

fn kind(confidential: bool) -> &'static str {
    if confidential { "CONFIDENTIAL" } else { "PUBLIC" }
}
