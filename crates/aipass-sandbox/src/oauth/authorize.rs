//! `GET /oauth2/authorize` and the decision that follows it: RFC 6749 section 4.1.1 and 4.1.2 with PKCE.
//!
//! An unknown client or a redirect URI that is not registered gets a page and never a redirect, because the address
//! to redirect to is exactly what cannot be trusted then. Every other mistake goes back to the app.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::body;
use crate::oauth::consent::Pending;
use crate::oauth::grants::Consent;
use crate::oauth::registry::Client;
use crate::oauth::{redirect_uri, scope};
use crate::page::{self, ConsentPage, Mode, problem};
use crate::secret::SecretKind;
use crate::state::{App, Shared, lock};

pub(crate) async fn show(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(&query.unwrap_or_default());
    let (client, redirect_uri) = match destination(&app, &parameters) {
        Ok(destination) => destination,
        Err(text) => return problem("This sign-in link does not work", text, "Nothing was shared."),
    };
    let state = parameters.single("state").ok().flatten().map(str::to_owned);
    if let Some(state) = &state {
        app.vault.note(SecretKind::State, state);
    }
    let (scopes, code_challenge) = match grantable(&client, &parameters) {
        Ok(grantable) => grantable,
        Err((error, description)) => {
            let answer = [("error", error), ("error_description", description)];
            return redirect(&redirect_uri, &answer, state.as_deref());
        }
    };
    let consent = Consent {
        client_id: client.client_id.clone(),
        redirect_uri,
        scopes,
        code_challenge,
    };
    let pending = Pending { consent, state };
    if !client.require_consent {
        return allow(&app, pending);
    }

    lock(&app.observer).counts.consent_pages += 1;
    let request_id = lock(&app.desk).put(pending.clone(), Instant::now());
    page::consent(&ConsentPage {
        app_name: &client.name,
        scopes: &pending.consent.scopes,
        redirect_uri: &pending.consent.redirect_uri,
        user_name: &app.config.user.name,
        user_email: &app.config.user.email,
        balance: lock(&app.purse).remaining(),
        request_id: &request_id,
        mode: if matches!(parameters.single("mode"), Ok(Some("signup"))) {
            Mode::SignUp
        } else {
            Mode::LogIn
        },
    })
}

/// Where the form of the consent page goes.
pub(crate) async fn decide(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    if body::media_type(&headers) != "application/x-www-form-urlencoded" {
        return problem(
            "This form cannot be read",
            "Please go back to the app and sign in again.",
            "Nothing was shared.",
        );
    }
    let Ok(form) = body::read(body, body::SMALL).await else {
        return problem(
            "This form cannot be read",
            "Please go back to the app and sign in again.",
            "Nothing was shared.",
        );
    };
    let form = Parameters::parse(&String::from_utf8_lossy(&form));
    let pending = match form.single("request") {
        Ok(Some(id)) => lock(&app.desk).take(id, Instant::now()),
        _ => None,
    };
    let Some(pending) = pending else {
        return problem(
            "This page has been used or is too old",
            "Please go back to the app and sign in again.",
            "Nothing more was shared.",
        );
    };
    match form.single("decision") {
        Ok(Some("allow")) => allow(&app, pending),
        _ => deny(&app, &pending),
    }
}

fn allow(app: &Shared, pending: Pending) -> Response {
    lock(&app.observer).counts.approvals += 1;
    let Pending { consent, state } = pending;
    let lifetime = app.config.lifetimes.code;
    let redirect_uri = consent.redirect_uri.clone();
    let code = lock(&app.grants).issue_code(consent, lifetime, Instant::now());
    redirect(&redirect_uri, &[("code", &code)], state.as_deref())
}

fn deny(app: &Shared, pending: &Pending) -> Response {
    lock(&app.observer).counts.denials += 1;
    let answer = [
        ("error", "access_denied"),
        ("error_description", "The person refused access."),
    ];
    redirect(&pending.consent.redirect_uri, &answer, pending.state.as_deref())
}

/// The client and the redirect URI, or what the error page says.
fn destination(app: &Shared, parameters: &Parameters) -> Result<(Client, String), &'static str> {
    let client = match parameters.single("client_id") {
        Ok(Some(client_id)) => lock(&app.clients).find(client_id).cloned(),
        _ => None,
    };
    let client = client.ok_or("The app that sent you here is not registered: its client_id is unknown.")?;
    match parameters.single("redirect_uri") {
        Ok(Some(uri))
            if client
                .redirect_uris
                .iter()
                .any(|registered| registered == uri.trim()) =>
        {
            Ok((client, uri.trim().to_owned()))
        }
        _ => Err(
            "The app wants the answer at an address that it did not register: redirect_uri must match \
                  a registered one character for character.",
        ),
    }
}

/// The scopes and the challenge of a well-formed request, or the error for the app.
fn grantable(
    client: &Client,
    parameters: &Parameters,
) -> Result<(Vec<String>, String), (&'static str, &'static str)> {
    let single = |name| parameters.single(name);
    let twice = |Repeated| ("invalid_request", "A parameter is there more than once.");
    if single("state").is_err() || single("mode").is_err() {
        return Err(twice(Repeated));
    }
    match single("response_type").map_err(twice)? {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type must be code.")),
        None => return Err(("invalid_request", "response_type is missing.")),
    }
    if single("code_challenge_method").map_err(twice)? != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256."));
    }
    let challenge = single("code_challenge").map_err(twice)?.unwrap_or_default();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(unreserved) {
        return Err((
            "invalid_request",
            "code_challenge must have 43 to 128 unreserved characters.",
        ));
    }
    let scopes = match single("scope").map_err(twice)? {
        None | Some("") => client.scopes.clone(),
        Some(list) => scope::split(list),
    };
    if !scopes.iter().all(|scope| client.scopes.contains(scope)) {
        return Err((
            "invalid_scope",
            "The app asks for a scope that it did not register.",
        ));
    }
    Ok((scopes, challenge.to_owned()))
}

/// 303, so that the browser follows the form's POST with a GET (RFC 9700 section 4.12).
fn redirect(redirect_uri: &str, answer: &[(&str, &str)], state: Option<&str>) -> Response {
    let mut parameters = answer.to_vec();
    if let Some(state) = state {
        parameters.push(("state", state));
    }
    let location = redirect_uri::callback(redirect_uri, &parameters);
    let headers = [
        (header::LOCATION, location.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The parameters of a query or a form.
struct Parameters(Vec<(String, String)>);

/// A parameter came twice, which RFC 6749 section 3.1 forbids.
#[derive(Debug)]
struct Repeated;

impl Parameters {
    fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    fn single(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            Err(Repeated)
        } else {
            Ok(first)
        }
    }
}
