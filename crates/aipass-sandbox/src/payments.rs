//! `POST /api/v1/payment/create-checkout-session`, and the page behind the link that it answers with. Later than the
//! playbook. A real checkout is a page of a payment provider; this one has a single button and takes no money.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::bearer::ApiAccess;
use crate::money::Micros;
use crate::page;
use crate::secret::random_text;
use crate::state::{App, Shared, lock};
use crate::{body, envelope};

const LEAST: Micros = Micros(500_000);
const MOST: Micros = Micros(10_000_000_000);
/// More sessions than this mean a loop somewhere; then all of them end.
const MAX_OPEN: usize = 10_000;

#[derive(Clone, Copy)]
pub(crate) struct Checkout {
    amount: Micros,
    paid: bool,
}

#[derive(Deserialize)]
struct CheckoutRequest {
    amount: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckoutSession {
    checkout_url: String,
}

pub(crate) async fn create(State(app): State<App>, _: ApiAccess, headers: HeaderMap, body: Body) -> Response {
    let request: CheckoutRequest = match body::json(&headers, body, body::SMALL).await {
        Ok(request) => request,
        Err(error) => return envelope::failure(error.status(), &error.message()),
    };
    let refuse = |why: &str| envelope::failure(StatusCode::BAD_REQUEST, why);
    let Some(amount) = request.amount.map(Micros::from_usd) else {
        return refuse("amount is required");
    };
    if amount < LEAST {
        return refuse("amount must be at least 0.50 USD");
    }
    if amount > MOST {
        return refuse("amount must be at most 10000 USD");
    }
    let id = random_text(16);
    let checkout_url = format!("{}/checkout/{id}", app.base_url);
    let mut checkouts = lock(&app.checkouts);
    if checkouts.len() >= MAX_OPEN {
        checkouts.clear();
    }
    checkouts.insert(id, Checkout { amount, paid: false });
    envelope::success(
        StatusCode::OK,
        "Checkout session created successfully",
        CheckoutSession { checkout_url },
    )
}

/// The page: a button, or what came of it.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>) -> Response {
    let checkout = lock(&app.checkouts).get(&id).copied();
    let balance = lock(&app.purse).remaining();
    match checkout {
        None => unknown(),
        Some(Checkout { amount, paid: false }) => page::checkout::open(&id, amount, balance),
        Some(Checkout { amount, paid: true }) => page::checkout::paid(amount, balance),
    }
}

/// The button. A second click finds the page paid and adds nothing.
pub(crate) async fn pay(State(app): State<App>, Path(id): Path<String>) -> Response {
    if !settle(&app, &id) {
        return unknown();
    }
    let place = format!("/checkout/{id}");
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// Adds the money once; `false` for an unknown session.
fn settle(app: &Shared, id: &str) -> bool {
    let mut checkouts = lock(&app.checkouts);
    let Some(checkout) = checkouts.get_mut(id) else {
        return false;
    };
    if !checkout.paid {
        checkout.paid = true;
        lock(&app.purse).deposit(checkout.amount);
        lock(&app.observer).counts.payments += 1;
    }
    true
}

fn unknown() -> Response {
    page::problem(
        "This checkout link does not work",
        "It may be too old. Your balance shows whether it was paid; if not, please go back to the app for a new one.",
        "Nothing was paid here.",
    )
}
