//! The account: who it is (`GET /oauth2/userinfo`), what it spent (`GET /api/v1/usage/me/summary`), and the charging
//! of paid calls.

use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::bearer::{ApiAccess, ProfileRead};
use crate::errors::ApiError;
use crate::money::Micros;
use crate::state::{App, Shared, lock};
use crate::{clock, envelope};

/// The person whose account the sandbox plays.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Serialize)]
struct Userinfo {
    sub: &'static str,
    name: String,
    email: String,
    email_verified: bool,
    preferred_username: String,
    updated_at: String,
    scopes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsageSummary {
    total_cost: f64,
    max_budget: f64,
    remaining_budget: f64,
}

pub(crate) async fn userinfo(State(app): State<App>, ProfileRead(caller): ProfileRead) -> Response {
    let User { name, email } = app.config.user.clone();
    let preferred_username = email.split('@').next().unwrap_or_default().to_owned();
    Json(Userinfo {
        sub: "usr_sandbox_1",
        name,
        email,
        email_verified: true,
        preferred_username,
        updated_at: clock::rfc3339(SystemTime::now()),
        scopes: caller.scopes,
    })
    .into_response()
}

pub(crate) async fn usage_summary(State(app): State<App>, _: ApiAccess) -> Response {
    let purse = *lock(&app.purse);
    let summary = UsageSummary {
        total_cost: purse.spent.usd(),
        max_budget: purse.max_budget.usd(),
        remaining_budget: purse.remaining().usd(),
    };
    envelope::success(StatusCode::OK, "Usage summary retrieved successfully", summary)
}

/// Refuses a paid call of an account that has used up its budget.
pub(crate) fn ensure_funds(app: &Shared) -> Result<(), ApiError> {
    let purse = *lock(&app.purse);
    if purse.is_exhausted() {
        return Err(ApiError::budget(app.config.budget_status.code(), purse));
    }
    Ok(())
}

/// Takes the cost of a call that is about to be answered.
pub(crate) fn charge(app: &Shared, cost: Micros) {
    lock(&app.purse).charge(cost);
    lock(&app.observer).counts.charged_calls += 1;
}

/// Tells the price of an answer, as LiteLLM does where it knows the price before the first byte.
pub(crate) fn tell_cost(response: &mut Response, cost: Micros) {
    if let Ok(value) = HeaderValue::try_from(cost.to_string()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-litellm-response-cost"), value);
    }
}
