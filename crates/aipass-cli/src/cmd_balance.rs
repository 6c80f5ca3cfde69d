//! `aipass balance`: what is left in the wallet.

use crate::{
    args::ConnectionArgs,
    context::Context,
    failure::Failure,
    output::{self, usd},
};
use aipass::Balance;
use clap::Args;
use serde::Serialize;

/// Show what is left in your wallet
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}
The amounts are US dollars; an amount that the service leaves out is null.")]
pub(crate) struct BalanceArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json {
    remaining: Option<f64>,
    spent: Option<f64>,
    max: Option<f64>,
}

pub(crate) async fn run(context: &Context, args: BalanceArgs) -> Result<(), Failure> {
    let balance = context.client(&args.connection)?.balance().await?;
    if args.json {
        let Balance { remaining, spent, max, .. } = balance;
        return output::json(&Json { remaining, spent, max });
    }
    output::line(&in_words(&balance))
}

/// One line for a person.
pub(crate) fn in_words(balance: &Balance) -> String {
    let spent = balance.spent.map(|spent| match balance.max {
        Some(max) => format!("{} of {} spent", usd(spent), usd(max)),
        None => format!("{} spent", usd(spent)),
    });
    match (balance.remaining, spent) {
        (Some(left), Some(spent)) => format!("{} USD left ({spent})", usd(left)),
        (Some(left), None) => format!("{} USD left", usd(left)),
        (None, Some(spent)) => format!("{spent}, no limit"),
        (None, None) => match balance.max {
            Some(max) => format!("{} USD at most", usd(max)),
            None => "no amounts known".to_owned(),
        },
    }
}
