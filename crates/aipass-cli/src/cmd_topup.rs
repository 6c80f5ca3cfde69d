//! `aipass topup`: the page on which money is added to the wallet.

use crate::{
    args::ConnectionArgs,
    browser,
    context::Context,
    failure::Failure,
    input,
    output::{self, usd},
};
use clap::Args;
use serde::Serialize;
use std::io::{self, IsTerminal};

/// Print the link to a page where you add money to your wallet
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"url\":\"https://…\",\"usd\":10.0}

The link is all that stands on stdout. At a terminal it is opened in your browser too, unless there is none to see, \
as over SSH. Nothing is paid before you do so on that page; `aipass balance` shows when it has arrived.")]
pub(crate) struct TopupArgs {
    /// How much to add, in US dollars; at least 0.50
    #[arg(value_name = "USD", default_value = "10", value_parser = amount)]
    usd: f64,
    /// Do not open a browser
    #[arg(long)]
    no_browser: bool,
    /// Print one JSON object; opens no browser
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    url: &'a str,
    usd: f64,
}

pub(crate) async fn run(context: &Context, args: &TopupArgs) -> Result<(), Failure> {
    let client = context.client(&args.connection)?;
    let link = client.checkout_link(args.usd).await?.into_inner();
    if args.json {
        return output::json(&Json {
            url: &link,
            usd: args.usd,
        });
    }
    output::foreign(&format!("{link}\n"))?;
    // Whoever pipes the link wants it somewhere else.
    let is_seen = input::is_interactive() && io::stdout().is_terminal();
    if args.no_browser || !is_seen || browser::is_headless() {
        return Ok(());
    }
    if browser::open(&link).await {
        output::note(&format!(
            "Your browser opens this page, to add {} USD.",
            usd(args.usd)
        ));
    } else {
        output::note("No browser could be opened; open this page yourself.");
    }
    Ok(())
}

fn amount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(usd) if usd.is_finite() && usd >= 0.5 => Ok(usd),
        _ => Err("it is an amount in US dollars, such as 5 or 12.50, and at least 0.50".to_owned()),
    }
}
