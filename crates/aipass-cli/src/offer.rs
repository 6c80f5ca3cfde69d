//! At a terminal, a command that needs a login offers one and then goes on.

use crate::{
    args::ConnectionArgs,
    cmd_login::{self, LoginArgs},
    context::Context,
    failure::Failure,
    input, output,
};

/// Runs the command; if it lacks a login and somebody is there to sign in, asks them, and runs it once more. A command
/// that reads standard input says so.
pub(crate) async fn login<R: Future<Output = Result<(), Failure>>>(
    context: &Context,
    connection: &ConnectionArgs,
    reads_input: bool,
    run: impl Fn() -> R,
) -> Result<(), Failure> {
    let Err(failure) = run().await else { return Ok(()) };
    if !failure.login_helps || !input::is_interactive() {
        return Err(failure);
    }
    let what = failure.report.as_ref().map_or("", |report| &report.what);
    let question = format!("{}. Sign in now?", capitalised(&output::one_line(what)));
    let stop = &context.interrupt;
    if !stop.stops(async { Ok(input::agrees(&question).await) }).await? {
        return Err(failure);
    }
    let login = LoginArgs::offered(connection, reads_input);
    stop.stops(cmd_login::run(context, &login)).await?;
    output::note("");
    run().await
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
