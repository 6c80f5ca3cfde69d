//! `aipass demo`: the whole journey against an embedded AI Pass, each step checked.

use crate::{
    demo::{self, Folder, Report},
    exit::Exit,
    failure::Failure,
    output,
};
use clap::Args;
use std::path::PathBuf;

/// Play the whole journey against an embedded AI Pass: no account, no network
#[derive(Args, Debug)]
#[command(after_long_help = "\
Starts an AI Pass of its own on this machine, registers an app there, signs in, lists models, chats, \
streams, reads a receipt from a photo, makes a picture, a sound and a video, runs out of money and tops up, \
renews an expired token and signs out. Every line is checked before it is printed; the demo ends \
with 1 if a step does not hold. The tokens stay in memory, and the files go to a folder that is removed, \
or to the one of --keep.

No model is asked: that AI Pass makes its answers up, and reads the photo by the text that its file carries.")]
pub(crate) struct DemoArgs {
    /// Allow the access yourself, on the consent page in your browser
    #[arg(long)]
    browser: bool,
    /// Keep the files that it makes, in this new folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(crate) async fn run(args: DemoArgs) -> Result<(), Failure> {
    let folder = Folder::create(args.keep)?;
    let mut report = Report::new();
    // A reader that leaves early is no failure elsewhere. Here 0 says that every step held, and those to come did not.
    steps(&mut report, args.browser, &folder)
        .await
        .map_err(|failure| match failure.exit {
            Exit::Ok => Failure {
                exit: Exit::Other,
                ..failure
            },
            _ => failure,
        })?;
    report.end()?;
    if let Some(path) = folder.kept() {
        output::note(&format!("The files are in {}.", path.display()));
    }
    output::note("Next: `aipass login` signs in to AI Pass itself.");
    Ok(())
}

async fn steps(report: &mut Report, browser: bool, folder: &Folder) -> Result<(), Failure> {
    let folder = folder.path();
    let sandbox = report.step("sandbox", demo::sandbox().await)?;
    let app = report.step("register", demo::register(&sandbox).await)?;
    let client = report.step("login", demo::login(&sandbox, app, browser).await)?;
    let model = report.step("models", demo::models(&client).await)?;
    let wallet = report.step("balance", demo::balance(&sandbox, &client).await)?;
    report.step("chat", demo::chat(&sandbox, &client, model).await)?;
    report.announce("stream")?;
    report.step("stream", demo::stream(&sandbox, &client, model).await)?;
    report.step("vision", demo::vision(&sandbox, &client, folder, model).await)?;
    report.step("image", demo::image(&sandbox, &client, folder).await)?;
    report.step("speech", demo::speech(&sandbox, &client, folder).await)?;
    report.announce("video")?;
    report.step("video", demo::video(&sandbox, &client, folder).await)?;
    report.step("balance", demo::spent(&sandbox, &client, wallet).await)?;
    report.step("budget", demo::budget(&sandbox, &client, model).await)?;
    report.step("top-up", demo::top_up(&sandbox, &client, model).await)?;
    report.step("refresh", demo::refresh(&sandbox, &client).await)?;
    let token = report.step("logout", demo::logout(&sandbox, &client).await)?;
    report.step("refused", demo::refused(&sandbox, token).await)
}
