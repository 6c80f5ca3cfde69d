//! Checks `aipass-auth` against an authorization server that is not ours. `cargo xtask conformance` starts that server
//! and then this program, with the server's address as its argument.
//!
//! Our own sandbox was written by those who wrote the client, so it could share their mistakes. This server decides by
//! itself about codes, PKCE, rotation, reuse and revocation, and says why it refused.

#[path = "../checks.rs"]
mod checks;
mod login;
mod race;
mod server;
mod session;
mod visitor;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use checks::Report;
use server::{Dialect, Server};

type Failure = Box<dyn Error + Send + Sync>;

/// Everything takes a few seconds; this is for a server that hangs.
const LIMIT: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let work = async {
        match args.as_slice() {
            [race::CHILD, guard, issuer, dir] => {
                race::child(guard, issuer, dir).await?;
                Ok(ExitCode::SUCCESS)
            }
            [issuer] => Ok(check_all(&Server::new(issuer)?).await),
            _ => Err("usage: conformance ISSUER (see `cargo xtask conformance`)".into()),
        }
    };
    tokio::time::timeout(LIMIT, work).await?
}

async fn check_all(server: &Server) -> ExitCode {
    let mut report = Report::default();
    for dialect in Dialect::ALL {
        let named = |check: &str| format!("{check} ({})", dialect.name());
        report
            .check(
                &named("login through the listener"),
                login::through_the_listener(server, dialect),
            )
            .await;
        report
            .check(&named("renewal"), session::rotation(server, dialect))
            .await;
        report
            .check(
                &named("reuse of an old refresh token"),
                session::reuse(server, dialect),
            )
            .await;
        report
            .check(&named("wrong verifier"), login::wrong_verifier(server, dialect))
            .await;
        report
            .check(&named("code used twice"), login::code_used_twice(server, dialect))
            .await;
        report
            .check(&named("logout"), session::logout(server, dialect))
            .await;
        report
            .check(
                &named("confidential client"),
                login::confidential(server, dialect),
            )
            .await;
    }
    report.check("login declined", login::declined(server)).await;
    report
        .check("PKCE is required", login::challenge_required(server))
        .await;
    report
        .check(
            "issuer and state of the callback",
            login::issuer_and_state(server),
        )
        .await;
    report
        .check("access token at its end", login::expired_token(server))
        .await;
    report
        .check("8 processes renew at once", race::locked(server))
        .await;
    report
        .check("control: 8 processes without a lock", race::unlocked(server))
        .await;
    report.end()
}
