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
    pub(crate) connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json {
    remaining: Option<f64>,
    spent: Option<f64>,
    max: Option<f64>,
}

pub(crate) async fn run(context: &Context, args: &BalanceArgs) -> Result<(), Failure> {
    let balance = context.client(&args.connection)?.balance().await?.into_inner();
    if args.json {
        let Balance {
            remaining,
            spent,
            max,
            ..
        } = balance;
        return output::json(&Json {
            remaining,
            spent,
            max,
        });
    }
    output::line(&in_words(&balance))
}

/// One line for a person.
pub(crate) fn in_words(balance: &Balance) -> String {
    let left = balance.remaining.map(|left| format!("{} USD left", usd(left)));
    let spent = match (balance.spent, balance.max) {
        (Some(spent), Some(max)) => Some(format!("{} of {} USD spent", usd(spent), usd(max))),
        (Some(spent), None) => Some(format!("{} USD spent", usd(spent))),
        (None, Some(max)) => Some(format!("{} USD at most", usd(max))),
        (None, None) => None,
    };
    match (left, spent) {
        (Some(left), Some(spent)) => format!("{left} ({spent})"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => "the service named no amount".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_said() {
        for (remaining, spent, max, text) in [
            (
                Some(7.55),
                Some(2.45),
                Some(10.0),
                "7.55 USD left (2.45 of 10.00 USD spent)",
            ),
            (Some(7.55), None, None, "7.55 USD left"),
            (None, Some(2.45), None, "2.45 USD spent"),
            (None, None, Some(10.0), "10.00 USD at most"),
        ] {
            let mut balance = Balance::default();
            (balance.remaining, balance.spent, balance.max) = (remaining, spent, max);
            assert_eq!(in_words(&balance), text);
        }
    }
}
