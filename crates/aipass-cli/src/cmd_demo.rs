//! `aipass demo`: the whole journey against an embedded AI Pass, each step checked.

use crate::{
    demo::{self, Report},
    exit::Exit,
    failure::Failure,
    output,
};
use clap::Args;

/// Play the whole journey against an embedded AI Pass: no account, no network
#[derive(Args, Debug)]
#[command(after_long_help = "\
Starts an AI Pass of its own on this machine, registers an app there, signs in, lists models, chats, \
streams, renews an expired token and signs out. Every line is checked before it is printed; the demo ends \
with 1 if a step does not hold. The tokens stay in memory.")]
pub(crate) struct DemoArgs {
    /// Allow the access yourself, on the consent page in your browser
    #[arg(long)]
    browser: bool,
}

pub(crate) async fn run(args: DemoArgs) -> Result<(), Failure> {
    let mut report = Report::new();
    // A reader that leaves early is no failure elsewhere. Here 0 says that every step held, and those to come did not.
    steps(&mut report, &args)
        .await
        .map_err(|failure| match failure.exit {
            Exit::Ok => Failure {
                exit: Exit::Other,
                ..failure
            },
            _ => failure,
        })?;
    report.end()?;
    output::note("Next: `aipass login` signs in to AI Pass itself.");
    Ok(())
}

async fn steps(report: &mut Report, args: &DemoArgs) -> Result<(), Failure> {
    let sandbox = report.step("sandbox", demo::sandbox().await)?;
    let app = report.step("register", demo::register(&sandbox).await)?;
    let client = report.step("login", demo::login(&sandbox, app, args.browser).await)?;
    let model = report.step("models", demo::models(&client).await)?;
    let wallet = report.step("balance", demo::balance(&sandbox, &client).await)?;
    report.step("chat", demo::chat(&sandbox, &client, model).await)?;
    report.announce("stream")?;
    report.step("stream", demo::stream(&sandbox, &client, model).await)?;
    report.step("balance", demo::spent(&sandbox, &client, wallet).await)?;
    report.step("refresh", demo::refresh(&sandbox, &client).await)?;
    let token = report.step("logout", demo::logout(&sandbox, &client).await)?;
    report.step("refused", demo::refused(&sandbox, token).await)
}
