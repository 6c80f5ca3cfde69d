//! The page where a person adds money.

use axum::http::StatusCode;
use axum::response::Response;

use super::{Escaped, html};
use crate::money::Micros;

/// The page with its button.
pub(crate) fn open(id: &str, amount: Micros, balance: Micros) -> Response {
    let body = format!(
        r#"<h1>Add ${amount:.2} to your AI Pass</h1>
<p>Apps that you allowed pay for their work from your balance.</p>
{money}
<form method="post" action="/checkout/{id}">
<button type="submit" name="decision" value="pay" class="primary whole">Add ${amount:.2}</button>
</form>
<footer>This is a sandbox: no card is asked for, and no real money moves.</footer>"#,
        amount = amount.usd(),
        money = money(balance),
        id = Escaped(id),
    );
    html(StatusCode::OK, "Add money to your AI Pass", &body, "'self'")
}

/// The page when it is done, and whenever somebody comes back to it.
pub(crate) fn paid(amount: Micros, balance: Micros) -> Response {
    let body = format!(
        r#"<h1>This link is paid</h1>
<p>It has added ${amount:.2} to your balance, once. You can close this page and go back to the app.</p>
{money}
<footer>This is a sandbox: no real money moved.</footer>"#,
        amount = amount.usd(),
        money = money(balance),
    );
    html(StatusCode::OK, "Paid", &body, "'none'")
}

fn money(balance: Micros) -> String {
    format!(
        r#"<div class="account"><div class="who"><span>Your balance</span></div><div class="money">${:.2}</div></div>"#,
        balance.usd()
    )
}
