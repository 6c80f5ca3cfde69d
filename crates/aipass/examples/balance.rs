//! The user's wallet: what is left, what happens when it is empty, and how money is added.
//!
//! ```sh
//! cargo run -p aipass --example balance
//! ```
//!
//! It talks to an embedded AI Pass whose wallet holds less than a cent, and plays the person who pays; `common` says what an
//! app of your own does instead.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass_sandbox::Sandbox;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (sandbox, ai) = common::signed_in(Sandbox::builder().balance(0.002)).await?;

    loop {
        // Kept for five minutes, and asked for anew after a paid call. What the server does not tell is `None`.
        let balance = ai.balance().await?;
        let low = if balance.is_low() { ", which is low" } else { "" };
        println!("{} USD left{low}", balance.remaining.unwrap_or_default());

        match ai
            .chat("gpt-4o-mini")
            .user("One tip for better focus?")
            .send()
            .await
        {
            Ok(reply) => println!("paid {} USD", reply.meta().cost().unwrap_or_default()),
            Err(error) => {
                let Some(budget) = error.budget() else {
                    return Err(error.into());
                };
                let (spent, max) = (budget.spent.unwrap_or_default(), budget.max.unwrap_or_default());
                println!("empty: {spent} of {max} USD spent, {}", error.charge_risk());
                println!("top up at {}", budget.dashboard_url);
                break;
            }
        }
    }

    // A page for a certain amount: an app opens it in its user's browser. Here the sandbox's person clicks its button.
    let page = ai.checkout_link(5.0).await?;
    sandbox.pay(&page).await?;
    let left = ai.fetch_balance().await?.remaining.unwrap_or_default();
    println!("topped up: {left} USD left");

    // The app's own books: what this session has done.
    let totals = ai.totals();
    println!("{} calls, {} USD", totals.calls, totals.cost);
    Ok(())
}
