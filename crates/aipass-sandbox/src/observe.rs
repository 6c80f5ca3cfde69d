//! What was asked of the sandbox: counters and a request log for tests and demos, without any secret in them.

use std::collections::{BTreeMap, VecDeque};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::body;
use crate::faults;
use crate::route::Route;
use crate::secret::SecretKind;
use crate::state::{App, lock};

/// How many requests the log keeps; the oldest go first. Counters never forget.
const LOG_LIMIT: usize = 10_000;

/// How often things happened since the sandbox started.
///
/// Requests count when they arrive, so a request that is still being answered is in here. One that met a
/// [`Fault`](crate::Fault) in place of its answer counts in [`requests`](Self::requests) only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests to the token endpoint with `authorization_code`.
    pub code_requests: u64,
    /// Requests to the token endpoint with `refresh_token`.
    pub refresh_requests: u64,
    /// Requests to the token endpoint that were refused, whatever the reason.
    pub token_refusals: u64,
    /// Tokens that were revoked through the revoke endpoint; an unknown token does not count.
    pub revocations: u64,
    /// Clients registered over HTTP.
    pub registrations: u64,
    /// Consent pages shown.
    pub consent_pages: u64,
    /// Consents given.
    pub approvals: u64,
    /// Consents refused.
    pub denials: u64,
    /// Requests answered with 401.
    pub unauthorized: u64,
    /// Paid calls that were answered and charged.
    pub charged_calls: u64,
    /// Checkouts that were paid.
    pub payments: u64,
    /// Requests per route; a route that nobody called is absent.
    pub requests: BTreeMap<Route, u64>,
}

impl Counts {
    /// Requests to one route.
    #[must_use]
    pub fn requests_to(&self, route: Route) -> u64 {
        self.requests.get(&route).copied().unwrap_or(0)
    }
}

/// What a request carried as its bearer. The value itself is never kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// No `Authorization` header.
    None,
    /// A bearer that this sandbox made, of this kind: an access token, or one sent where it does not belong.
    Issued(SecretKind),
    /// Anything else: a foreign bearer or another scheme.
    Other,
}

/// One line of the request log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The path without its query; a secret in it is cut to its prefix.
    pub path: String,
    /// The route, when there is one for method and path.
    pub route: Option<Route>,
    /// The status of the answer; `None` while the answer is still due, and after a caller who left early.
    pub status: Option<u16>,
    /// What the request carried as its bearer.
    pub credential: Credential,
    /// The `X-AIPass-OAuth-Client-Id` header.
    pub client_id: Option<String>,
    /// The id in the answer's `x-request-id` header.
    pub request_id: String,
}

#[derive(Default)]
pub(crate) struct Observer {
    pub(crate) counts: Counts,
    log: VecDeque<RequestRecord>,
    arrived: u64,
}

impl Observer {
    pub(crate) fn log(&self) -> Vec<RequestRecord> {
        self.log.iter().cloned().collect()
    }

    fn arrive(&mut self, request: &Request, route: Option<Route>) -> String {
        self.arrived += 1;
        if let Some(route) = route {
            *self.counts.requests.entry(route).or_default() += 1;
        }
        let request_id = format!("req_{:08}", self.arrived);
        if self.log.len() == LOG_LIMIT {
            self.log.pop_front();
        }
        self.log.push_back(RequestRecord {
            method: request.method().to_string(),
            path: without_secrets(request.uri().path()),
            route,
            status: None,
            credential: credential(request.headers()),
            client_id: client_id(request.headers()),
            request_id: request_id.clone(),
        });
        request_id
    }

    fn answer(&mut self, request_id: &str, status: StatusCode) {
        if let Some(record) = self
            .log
            .iter_mut()
            .rev()
            .find(|record| record.request_id == request_id)
        {
            record.status = Some(status.as_u16());
        }
        if status == StatusCode::UNAUTHORIZED {
            self.counts.unauthorized += 1;
        }
    }
}

/// The middleware around every route: logs, plays a fault when one is due, and stamps the answer with its id.
pub(crate) async fn watch(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = Route::find(request.method().as_str(), request.uri().path());
    let request_id = lock(&app.observer).arrive(&request, route);
    let (parts, body) = request.into_parts();
    let (body, rest) = body::split(body);
    let request = Request::from_parts(parts, body);
    let fault = route.and_then(|route| lock(&app.faults).take(route));
    let mut response = match fault {
        None => next.run(request).await,
        Some(fault) => faults::play(fault, request, next).await,
    };
    // A caller who is still sending reads no answer, and closing on it then would reset the connection.
    rest.drain().await;
    lock(&app.observer).answer(&request_id, response.status());
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Cuts a path segment that holds one of our secrets down to the prefix: a client that puts its token there must
/// be visible in the log, its token must not.
fn without_secrets(path: &str) -> String {
    let shorten = |segment: &str| match segment.find("sbx_") {
        Some(at) => format!("{}…", &segment[..at + "sbx_".len()]),
        None => segment.to_owned(),
    };
    path.split('/').map(shorten).collect::<Vec<_>>().join("/")
}

fn credential(headers: &HeaderMap) -> Credential {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Credential::None;
    };
    let text = value.to_str().unwrap_or_default();
    let token = text.split_once(' ').map_or("", |(_, token)| token.trim());
    SecretKind::of(token).map_or(Credential::Other, Credential::Issued)
}

fn client_id(headers: &HeaderMap) -> Option<String> {
    headers
        .get("x-aipass-oauth-client-id")?
        .to_str()
        .ok()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_the_path_is_cut_to_its_prefix() {
        assert_eq!(
            without_secrets("/oauth2/v1/sbx_at_abc/models"),
            "/oauth2/v1/sbx_…/models"
        );
        assert_eq!(without_secrets("/oauth2/v1/models"), "/oauth2/v1/models");
    }
}
