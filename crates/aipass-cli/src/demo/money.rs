//! The steps of the demo around the wallet: what is left, and what happens when nothing is.

use crate::{
    demo::{
        QUESTION, charged, check,
        report::{Broken, OrBroken, Step, ensure, held},
    },
    output::usd,
};
use aipass::{ChargeRisk, Client};
use aipass_sandbox::Sandbox;

/// Less than a call costs: the one that uses it up goes through, and the next does not.
const LITTLE: f64 = 0.000_5;

const TOP_UP: f64 = 5.0;

/// What is left, in US dollars.
pub(crate) async fn balance(sandbox: &Sandbox, client: &Client) -> Step<f64> {
    let left = left(sandbox, client).await?;
    ensure(left > 0.0, "money in the wallet", usd(left))?;
    held(format!("{} USD left", usd(left)), left)
}

/// The balance after the paid calls.
pub(crate) async fn spent(sandbox: &Sandbox, client: &Client, before: f64) -> Step<()> {
    let left = left(sandbox, client).await?;
    ensure(
        left < before,
        format_args!("less than {} USD", usd(before)),
        usd(left),
    )?;
    let calls = sandbox.counts().charged_calls;
    held(
        format!(
            "{} USD left: {calls} paid calls cost {} USD",
            usd(left),
            usd(before - left)
        ),
        (),
    )
}

/// Uses the wallet up, and looks at how the next call is refused.
pub(crate) async fn budget(sandbox: &Sandbox, client: &Client, model: &str) -> Step<()> {
    sandbox.set_balance(LITTLE);
    let before = sandbox.counts().charged_calls;
    let last = client.chat(model).user(QUESTION).send().await;
    check(&last.or_broken("an answer for the last money")?, QUESTION)?;
    charged(sandbox, before, 1)?;

    let expected = "a refusal for want of money";
    let Err(error) = client.chat(model).user(QUESTION).send().await else {
        return Err("an answer").or_broken(expected);
    };
    let Some(budget) = error.budget() else {
        return Err(error).or_broken(expected);
    };
    charged(sandbox, before, 1)?;
    let risk = error.charge_risk();
    ensure(risk == ChargeRisk::Refused, "no charge", risk)?;
    let books = sandbox.wallet();
    let (spent, max) = (budget.spent.unwrap_or(f64::NAN), budget.max.unwrap_or(f64::NAN));
    ensure(
        same(spent, books.spent) && same(max, books.max_budget),
        format_args!("{} of {} USD", usd(books.spent), usd(books.max_budget)),
        format_args!("{} of {} USD", usd(spent), usd(max)),
    )?;
    held(
        format!("{spent:.2} of {max:.2} USD spent; the next call was refused, and not charged"),
        (),
    )
}

/// Adds money on the checkout page, as the person would, and makes the refused call again.
pub(crate) async fn top_up(sandbox: &Sandbox, client: &Client, model: &str) -> Step<()> {
    let (before, calls) = (sandbox.wallet().max_budget, sandbox.counts().charged_calls);
    let link = client.checkout_link(TOP_UP).await.or_broken("a link to pay at")?;
    sandbox
        .pay(&link)
        .await
        .or_broken("a page with a button to pay")?;
    let added = sandbox.wallet().max_budget - before;
    ensure(
        same(added, TOP_UP),
        format_args!("{} USD more", usd(TOP_UP)),
        usd(added),
    )?;
    let reply = client.chat(model).user(QUESTION).send().await;
    check(&reply.or_broken("an answer again")?, QUESTION)?;
    charged(sandbox, calls, 1)?;
    held(
        format!(
            "{} USD paid on a checkout page; the refused call now goes through",
            usd(added)
        ),
        (),
    )
}

/// The balance, if the sandbox's own books say the same.
async fn left(sandbox: &Sandbox, client: &Client) -> Result<f64, Broken> {
    let balance = client.balance().await.or_broken("a balance")?;
    let books = sandbox.wallet().remaining;
    let left = balance.remaining.unwrap_or(f64::NAN);
    ensure(
        same(left, books),
        format_args!("{} USD, as in the sandbox's books", usd(books)),
        usd(left),
    )?;
    Ok(left)
}

/// Both come from whole millionths, so a smaller difference is the rounding of a float.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 5e-7
}
