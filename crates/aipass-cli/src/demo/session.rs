//! The steps of the demo around the session: from the registration of an app to the token that is refused.

use crate::{
    demo::{
        media::VIDEO_POLLS,
        report::{Broken, OrBroken, Step, ensure, held},
    },
    exit::Exit,
    failure::Failure,
    output, redirect,
};
use aipass::{AuthError, Client, ClientRegistration, Loopback, RevokeOutcome, Secret, register_client};
use aipass_sandbox::{Route, Sandbox, SecretKind};
use std::{net::TcpListener, time::Duration};
use tokio::{sync::mpsc, task::JoinSet};

/// Between two words of a streamed answer, so that one sees them come.
pub(super) const WORD_PAUSE: Duration = Duration::from_millis(40);

/// How many calls meet the expired token at once.
const CALLS: usize = 20;

pub(crate) async fn sandbox() -> Step<Sandbox> {
    let sandbox = Sandbox::builder()
        .chunk_delay(WORD_PAUSE)
        .video_polls(VIDEO_POLLS)
        .start()
        .await
        .or_broken("a free port")?;
    held(
        format!("an AI Pass of its own at {}", sandbox.base_url()),
        sandbox,
    )
}

/// An app that is registered, with the port that its login will listen on.
pub(crate) struct App {
    client_id: String,
    redirect_uri: String,
    /// Keeps the port from others until the login takes it.
    reserved: TcpListener,
}

pub(crate) async fn register(sandbox: &Sandbox) -> Step<App> {
    let reserved = TcpListener::bind(("127.0.0.1", 0)).or_broken("a free port")?;
    let port = reserved.local_addr().or_broken("a free port")?.port();
    let redirect_uri = redirect::on_port(port);
    let wanted = ClientRegistration::new("aipass demo", &redirect_uri);
    let client = register_client(sandbox.base_url(), &wanted, None)
        .await
        .or_broken("a registered client")?;
    ensure(
        client.redirect_uris == [redirect_uri.as_str()],
        &redirect_uri,
        client.redirect_uris.join(" "),
    )?;
    let registrations = sandbox.counts().registrations;
    ensure(registrations == 1, "1 registration", registrations)?;
    let client_id = client.client_id;
    held(
        format!("{client_id} at {redirect_uri}"),
        App {
            client_id,
            redirect_uri,
            reserved,
        },
    )
}

pub(crate) async fn login(sandbox: &Sandbox, app: App, browser: bool) -> Step<Client> {
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .client_id(&app.client_id)
        .build();
    let client = client.or_broken("a client")?;
    drop(app.reserved);
    let flow = Loopback::new().redirect_uri(&app.redirect_uri);
    if browser {
        let shown = flow.on_url(|url| output::note(&format!("Allow the access on this page:\n\n  {url}\n")));
        client.login(shown).await.map_err(|error| declined(&error))?;
    } else {
        login_as_person(sandbox, &client, flow).await?;
    }
    check_login(sandbox)?;
    let session = client.session().await.or_broken("a session")?;
    let scopes = session
        .map(|session| session.scopes.join(" and "))
        .unwrap_or_default();
    ensure(scopes == "api:access and profile:read", "both scopes", &scopes)?;
    let user = client.userinfo().await.or_broken("the user's profile")?;
    let name = user.name.clone().unwrap_or_default();
    ensure(!name.is_empty(), "the user's name", "none")?;
    held(format!("{name} allowed {scopes} (state, PKCE)"), client)
}

/// A person who says no has broken nothing.
fn declined(error: &aipass::Error) -> Broken {
    if error.auth_error().is_some_and(AuthError::is_denied) {
        return Failure::new(
            Exit::Other,
            "you declined the access, and the demo goes no further without it",
        )
        .with_help("`aipass demo --browser` starts it again; `aipass demo` allows the access by itself")
        .into();
    }
    Broken::Expected {
        expected: "a login".to_owned(),
        got: error.to_string(),
    }
}

/// Logs in while the sandbox's person opens the page and allows the access.
async fn login_as_person(sandbox: &Sandbox, client: &Client, flow: Loopback) -> Result<(), Broken> {
    let (shown, mut urls) = mpsc::unbounded_channel();
    let flow = flow.open_browser(false).on_url(move |url| {
        // Nobody waits for a second address.
        let _ = shown.send(url.clone());
    });
    let login = async { client.login(flow).await.or_broken("a login") };
    let person = async {
        let url = urls
            .recv()
            .await
            .ok_or("none")
            .or_broken("an address to sign in at")?;
        let visit = sandbox
            .approve(url.as_str())
            .await
            .or_broken("a consent page that leads back to the app")?;
        let status = visit.status().unwrap_or(0);
        ensure(
            status == 200,
            "a page that says that it worked",
            format_args!("HTTP {status}"),
        )
    };
    tokio::try_join!(login, person).map(drop)
}

/// Whether the sandbox saw one login with all that belongs to it.
fn check_login(sandbox: &Sandbox) -> Result<(), Broken> {
    let counts = sandbox.counts();
    ensure(counts.consent_pages >= 1, "a consent page", "none")?;
    ensure(counts.approvals == 1, "1 consent", counts.approvals)?;
    ensure(
        counts.code_requests == 1,
        "1 exchange of the code",
        counts.code_requests,
    )?;
    ensure(counts.token_refusals == 0, "no refusal", counts.token_refusals)?;
    let secrets = sandbox.seen_secrets();
    for (kind, name) in [
        (SecretKind::State, "a state"),
        (SecretKind::CodeVerifier, "a PKCE verifier"),
    ] {
        ensure(secrets.iter().any(|secret| secret.kind() == kind), name, "none")?;
    }
    Ok(())
}

/// Lets the access token expire and sends many calls at once.
pub(crate) async fn refresh(sandbox: &Sandbox, client: &Client) -> Step<()> {
    let before = sandbox.counts();
    sandbox.expire_access_tokens();
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let client = client.clone();
        calls.spawn(async move { client.userinfo().await });
    }
    while let Some(call) = calls.join_next().await {
        call.or_broken("an answer to every call")?
            .or_broken("an answer to every call")?;
    }
    let after = sandbox.counts();
    let refused = after.unauthorized - before.unauthorized;
    ensure(refused >= 1, "the expired token to be refused", "no refusal")?;
    let refreshes = after.refresh_requests - before.refresh_requests;
    ensure(refreshes == 1, "exactly 1 refresh", refreshes)?;
    let asked = after.requests_to(Route::Token) - before.requests_to(Route::Token);
    ensure(asked == 1, "1 token request", asked)?;
    held(
        format!("expired; {CALLS} calls at once caused {refreshes} refresh, and all were answered"),
        (),
    )
}

/// Ends the session, and hands on the access token that was in use.
pub(crate) async fn logout(sandbox: &Sandbox, client: &Client) -> Step<Secret> {
    let auth = client.auth().or_broken("a session")?;
    let token = auth.token(None).await.or_broken("a session")?;
    let report = client.logout().await.or_broken("a session that ends")?;
    for (name, outcome) in [
        ("refresh token", &report.refresh_token),
        ("access token", &report.access_token),
    ] {
        match outcome {
            RevokeOutcome::Revoked => {}
            RevokeOutcome::Absent => ensure(false, format_args!("a {name}"), "none")?,
            RevokeOutcome::Failed(error) => ensure(false, format_args!("the {name} to be revoked"), error)?,
        }
    }
    report.store.or_broken("nothing left here")?;
    let left = client.session().await.or_broken("no session")?;
    ensure(left.is_none(), "no session", "one")?;
    let revocations = sandbox.counts().revocations;
    ensure(
        revocations >= 1,
        "the sandbox to have revoked tokens",
        revocations,
    )?;
    held(
        "both tokens revoked by the service, nothing left here",
        Secret::new(token.expose_secret()),
    )
}

/// Tries the token of the ended session once more.
pub(crate) async fn refused(sandbox: &Sandbox, token: Secret) -> Step<()> {
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .access_token(token)
        .build();
    let client = client.or_broken("a client")?;
    let before = sandbox.counts().unauthorized;
    let expected = "the old token to be refused";
    let error = match client.userinfo().await {
        Err(error) if error.is_login_required() => error,
        Err(error) => return Err(error).or_broken(expected),
        Ok(_) => return Err("an answer").or_broken(expected),
    };
    let refusals = sandbox.counts().unauthorized - before;
    ensure(refusals >= 1, "a refusal by the service (HTTP 401)", "none")?;
    held(format!("the old token gets HTTP 401: {error}"), ())
}
