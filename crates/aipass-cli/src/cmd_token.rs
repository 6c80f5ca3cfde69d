//! `aipass token`: an access token for scripts. The one command that prints a secret.

use crate::{args::ConnectionArgs, context::Context, environment, failure::Failure, output};
use clap::Args;

/// Print an access token for scripts, renewed if it has to be
#[derive(Args, Debug)]
#[command(after_long_help = "\
The token is all that stands on stdout: AIPASS_ACCESS_TOKEN=$(aipass token) my-program. As an argument of \
a program, others on this machine would see it.

Many calls at once renew an expired token once. The token of AIPASS_ACCESS_TOKEN is printed as it is.")]
pub(crate) struct TokenArgs {
    /// Renew it first, even if it is still good
    #[arg(long)]
    refresh: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

pub(crate) async fn run(context: &Context, args: &TokenArgs) -> Result<(), Failure> {
    if let Some(token) = environment::ACCESS_TOKEN.read()? {
        let name = environment::ACCESS_TOKEN.name;
        if args.refresh {
            return Err(Failure::config(
                format!("{name} is set, and that token cannot be renewed"),
                format!("unset {name} to use a session of your own"),
            ));
        }
        return output::line(&token);
    }
    let client = context.session(&args.connection)?.client;
    let auth = client.auth()?;
    if args.refresh {
        auth.refresh().await?;
    }
    output::line(auth.token(None).await?.expose_secret())
}
