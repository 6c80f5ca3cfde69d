//! `aipass logout`: ends the session at the service and on this machine, and says which of both happened.

use crate::{
    args::ConnectionArgs,
    context::{Context, Session},
    environment,
    exit::Exit,
    failure::Failure,
    output,
};
use aipass::{AuthError, RevokeOutcome, StoreError, TokenStore};
use clap::Args;

/// Sign out: revoke the session at AI Pass and delete it here
#[derive(Args, Debug)]
pub(crate) struct LogoutArgs {
    /// Only delete the session here, without asking AI Pass to revoke it
    #[arg(long)]
    local_only: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(crate) async fn run(context: &Context, args: LogoutArgs) -> Result<(), Failure> {
    let session = context.session(&args.connection)?;
    let result = if args.local_only {
        delete(&session).await
    } else {
        revoke(&session).await
    };
    if environment::ACCESS_TOKEN.is_set() {
        let token = environment::ACCESS_TOKEN.name;
        output::note(&format!(
            "{token} is still set: the other commands go on using that token."
        ));
    }
    result
}

async fn delete(session: &Session) -> Result<(), Failure> {
    let key = session.client.auth()?.account_key().clone();
    // The lock keeps a renewal of another process from writing the session back. Without it the session is deleted all
    // the same: the person asked for it.
    let _lock = session.store.lock(&key).await;
    let had = !matches!(session.store.load(&key).await, Ok(None));
    told(session.store.remove(&key).await, had)?;
    if had {
        output::note("It was not revoked: its tokens work until they expire.");
    }
    Ok(())
}

async fn revoke(session: &Session) -> Result<(), Failure> {
    let report = session.client.logout().await?;
    let had = !matches!(
        (&report.refresh_token, &report.access_token),
        (RevokeOutcome::Absent, RevokeOutcome::Absent)
    );
    let refresh_token = revoked("refresh token", report.refresh_token);
    let access_token = revoked("access token", report.access_token);
    told(report.store, had)?;
    refresh_token.and(access_token)
}

fn revoked(name: &str, outcome: RevokeOutcome) -> Result<(), Failure> {
    match outcome {
        RevokeOutcome::Revoked => output::done(&format!("AI Pass revoked the {name}")),
        RevokeOutcome::Absent => {}
        RevokeOutcome::Failed(error) => {
            output::undone(&format!(
                "AI Pass did not revoke the {name}: it works until it expires"
            ));
            return Err(error.into());
        }
    }
    Ok(())
}

fn told(removed: Result<(), StoreError>, had: bool) -> Result<(), Failure> {
    match removed {
        Ok(()) if had => output::done("Deleted the session on this machine"),
        Ok(()) => output::note("Nobody was signed in."),
        Err(error) => {
            output::undone("The session on this machine could not be deleted");
            return Err(Failure {
                exit: Exit::Config,
                ..AuthError::from(error).into()
            });
        }
    }
    Ok(())
}
