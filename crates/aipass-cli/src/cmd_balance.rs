//! `aipass balance`: what is left in the wallet.

use crate::{
    args::ConnectionArgs,
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{self, usd},
    when,
};
use aipass::Balance;
use clap::Args;
use serde::Serialize;
use std::time::{Duration, SystemTime};

/// Show what is left in your wallet
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}
The amounts are US dollars; an amount that the service leaves out is null.

With --watch there is a line for each time, which begins with the time, or in JSON:
      {\"time\":\"2026-01-31T12:00:00Z\",\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}
A failure that may pass is told on stderr, and the watch goes on. Ctrl-C ends it with 130.

With --fail-below it ends with 14 as soon as less is left, and with 1 if the service does not say what is left.")]
pub(crate) struct BalanceArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Ask again and again after this time, such as 30s, 5m or 1h
    #[arg(long, value_name = "DUR", value_parser = when::read_span)]
    watch: Option<Duration>,
    /// End with 14 if less than this is left
    #[arg(long, value_name = "USD", value_parser = amount, allow_negative_numbers = true)]
    fail_below: Option<f64>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
pub(crate) struct Amounts {
    /// With `--watch` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    remaining: Option<f64>,
    spent: Option<f64>,
    max: Option<f64>,
}

impl From<Balance> for Amounts {
    fn from(balance: Balance) -> Self {
        Self {
            time: None,
            remaining: balance.remaining,
            spent: balance.spent,
            max: balance.max,
        }
    }
}

pub(crate) async fn run(context: &Context, args: &BalanceArgs) -> Result<(), Failure> {
    let client = context.client(&args.connection)?;
    let Some(interval) = args.watch else {
        let balance = client.fetch_balance().await?.into_inner();
        return args.tell(balance, None);
    };
    let mut watch = client.balance_watch(interval);
    loop {
        let next = watch.next().await;
        let now = when::utc(SystemTime::now());
        match next {
            Ok(balance) => args.tell(balance.into_inner(), Some(now))?,
            Err(error) => {
                let pause = error.retry_after();
                let failure = Failure::from(error);
                if !failure.exit.may_pass() {
                    return Err(failure);
                }
                if let Some(report) = &failure.report {
                    output::note(&format!("{now}  not known: {}", output::one_line(&report.what)));
                }
                if let Some(pause) = pause {
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}

impl BalanceArgs {
    /// Prints the balance, and compares it with the limit.
    fn tell(&self, balance: Balance, time: Option<String>) -> Result<(), Failure> {
        if self.json {
            output::json(&Amounts {
                time,
                ..Amounts::from(balance)
            })?;
        } else {
            let words = in_words(&balance);
            output::line(&match time {
                Some(time) => format!("{time}  {words}"),
                None => words,
            })?;
        }
        match (self.fail_below, balance.remaining) {
            (Some(limit), Some(left)) if left < limit => {
                let what = format!("{} USD left, less than {}", usd(left), usd(limit));
                Err(Failure::new(Exit::CheckFailed, what))
            }
            (Some(_), None) => Err(Failure::new(
                Exit::Other,
                "the service does not say what is left, so it cannot be compared",
            )
            .with_help("leave --fail-below out; a wallet without a limit has no rest")),
            _ => Ok(()),
        }
    }
}

fn amount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err("it is an amount in US dollars, such as 1.50".to_owned()),
    }
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
