//! The checks, from the settings outwards. Each one stands alone, so that one trouble does not hide the next.

use super::Finding;
use crate::{
    args::ConnectionArgs,
    cmd_login::who,
    cmd_status::{expiry, is_usable},
    context::{Context, Session, Settings},
    environment,
    exit::Exit,
    failure::{self, Failure},
    redirect, when,
};
use aipass::{Client, reach};
use std::{net::TcpListener, time::SystemTime};

/// A token's end is compared with this clock, so more than that is felt.
const LARGEST_SKEW: u64 = 60;

/// Runs every check that makes sense after those before it.
pub(super) async fn all(context: &Context, args: &ConnectionArgs, offline: bool) -> Vec<Finding> {
    let settings = match context.settings(args) {
        Ok(settings) => settings,
        Err(failure) => return vec![Finding::failed("settings", failure)],
    };
    let mut findings = vec![profile(&settings)];
    findings.extend(shadows(&settings));
    let session = match context.session_of(&settings) {
        Ok(session) => {
            findings.push(Finding::ok("client", settings.client_id().unwrap_or_default()));
            Some(session)
        }
        // With a token of its own the program needs no client.
        Err(_) if settings.client_id().is_none() && environment::ACCESS_TOKEN.is_set() => None,
        Err(mut failure) => {
            if settings.client_id().is_none() {
                failure = failure.with_help(
                    "`aipass client register --name NAME` makes one; `aipass login --client-id ID` takes yours",
                );
            }
            findings.push(Finding::failed("client", failure));
            None
        }
    };
    if let Some(session) = &session {
        findings.push(store(session).await);
        findings.push(ports(&settings));
    }
    if offline {
        findings.push(Finding::note("service", "not asked, since --offline is given"));
    } else {
        findings.extend(service(&settings).await);
    }
    let reachable = !offline && findings.iter().all(|finding| !finding.is_unreachable());
    findings.push(session_state(context, args, session.as_ref(), reachable).await);
    findings
}

fn profile(settings: &Settings) -> Finding {
    let (name, file) = (&settings.profile.name, settings.profiles_path.display());
    if settings.profile_exists {
        Finding::ok("profile", format!("`{name}` in {file}"))
    } else {
        Finding::note("profile", format!("`{name}` is not in {file} yet"))
    }
}

fn shadows(settings: &Settings) -> Vec<Finding> {
    let shadows = settings.shadows().into_iter().map(|(variable, key)| {
        Finding::note("variable", format!("{variable} goes before {key} of the profile"))
    });
    let token = environment::ACCESS_TOKEN.is_set().then(|| {
        let name = environment::ACCESS_TOKEN.name;
        Finding::note(
            "variable",
            format!("{name} is set: its token is used in place of a session"),
        )
    });
    shadows.chain(token).collect()
}

/// The folder, its rights, the lock, and whether there is room.
async fn store(session: &Session) -> Finding {
    let checked = match session.client.auth() {
        Ok(auth) => auth.check_store().await,
        Err(error) => return Finding::failed("store", error.into()),
    };
    match checked {
        Ok(()) => Finding::ok(
            "store",
            format!(
                "{} is private, writable and can be locked",
                session.store.dir().display()
            ),
        ),
        Err(error) => Finding::failed("store", error.into()),
    }
}

/// Whether a login could listen.
fn ports(settings: &Settings) -> Finding {
    let usual = [redirect::on_port(redirect::DEFAULT_PORT)];
    let uris = match settings.redirect_uris() {
        [] => &usual,
        uris => uris,
    };
    let listeners: Vec<_> = uris.iter().filter_map(|uri| redirect::listener(uri)).collect();
    if listeners.is_empty() {
        return Finding::note("ports", "no redirect URI is one that this program can listen on")
            .with_help("sign in with `aipass login --paste`");
    }
    let free = listeners
        .iter()
        .find(|address| TcpListener::bind(**address).is_ok());
    match free {
        Some((_, port)) => Finding::ok("ports", format!("port {port} is free for a login")),
        None => {
            let taken = if listeners.len() == 1 { "is" } else { "are" };
            let ports = redirect::ports_in_words(uris);
            let what = format!("{ports} {taken} taken, so a login cannot listen");
            let help = "close the program that has it, or sign in with `aipass login --paste`";
            Finding::failed("ports", Failure::config(what, help))
        }
    }
}

/// Whether the service answers, and what its clock says.
async fn service(settings: &Settings) -> Vec<Finding> {
    let url = settings.base_url();
    let there = match reach(url, &Settings::http()).await {
        Ok(there) => there,
        Err(error) => {
            let mut failure = Failure::from(error);
            if let Some(report) = &mut failure.report {
                report.what = format!("{url}: {}", report.what);
            }
            return vec![Finding::failed("service", failure)];
        }
    };
    let status = there.status.as_u16();
    let mut findings = vec![
        if there.status.is_redirection() || there.status.is_server_error() {
            Finding::note("service", format!("{url} answers with HTTP {status}"))
                .with_help("check the base URL; no redirect is followed")
        } else {
            Finding::ok("service", format!("{url} answers"))
        },
    ];
    findings.extend(there.server_time.map(clock));
    findings
}

fn clock(server: SystemTime) -> Finding {
    let ahead = when::seconds_until(server);
    let skew = ahead.unsigned_abs();
    if skew <= LARGEST_SKEW {
        return Finding::ok("clock", "agrees with the server's");
    }
    let way = if ahead > 0 { "behind" } else { "ahead of" };
    Finding::failed(
        "clock",
        Failure::new(
            Exit::CheckFailed,
            format!("{} {way} the server's", when::span(skew)),
        )
        .with_help("set this machine's clock; the end of a token is told by it"),
    )
}

/// Whether calls could be made.
async fn session_state(
    context: &Context,
    args: &ConnectionArgs,
    session: Option<&Session>,
    reachable: bool,
) -> Finding {
    if environment::ACCESS_TOKEN.is_set() {
        let name = environment::ACCESS_TOKEN.name;
        return match context.client(args) {
            Ok(client) if reachable => accepted(&client, &format!("the token of {name}")).await,
            Ok(_) => Finding::note("session", format!("the token of {name} was not tried")),
            Err(failure) => Finding::failed("session", failure),
        };
    }
    let Some(session) = session else {
        return Finding::note("session", "none, for want of a client");
    };
    match session.client.session().await {
        Err(error) => Finding::failed("session", error.into()),
        Ok(None) => Finding::note("session", "nobody is signed in").with_help(failure::login_help()),
        Ok(Some(info)) if !is_usable(&info) => Finding::failed(
            "session",
            Failure::new(Exit::LoginRequired, expiry(&info)).with_help(failure::login_help()),
        ),
        Ok(Some(_)) if reachable => accepted(&session.client, "the session").await,
        Ok(Some(info)) => Finding::ok("session", expiry(&info)),
    }
}

async fn accepted(client: &Client, what: &str) -> Finding {
    match client.userinfo().await {
        Ok(user) => Finding::ok("session", format!("AI Pass accepts {what} of {}", who(&user))),
        Err(error) if error.is_permission() => Finding::ok("session", format!("AI Pass accepts {what}")),
        Err(error) => {
            let mut failure = Failure::from(error);
            if let Some(report) = &mut failure.report {
                report.what = format!("{what}: {}", report.what);
            }
            Finding::failed("session", failure)
        }
    }
}
