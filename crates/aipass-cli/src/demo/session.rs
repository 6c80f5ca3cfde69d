//! The steps of the demo around the session: from the registration of an app to the token that is refused.

use crate::{
    cmd_login,
    demo::report::{Broken, Step, ensure, held},
    output,
};
use aipass::{Client, ClientRegistration, Loopback, RevokeOutcome, Secret, register_client};
use aipass_sandbox::{Route, Sandbox};
use std::{net::TcpListener, time::Duration};
use tokio::{sync::mpsc, task::JoinSet};

/// Between two words of a streamed answer, so that one sees them come.
const WORD_PAUSE: Duration = Duration::from_millis(40);

/// How many calls meet the expired token at once.
const CALLS: usize = 20;

pub(crate) async fn sandbox() -> Step<Sandbox> {
    let sandbox = Sandbox::builder().chunk_delay(WORD_PAUSE).start().await;
    let sandbox = sandbox.map_err(|error| Broken::instead_of("a free port")(&error))?;
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
    let no_port = Broken::instead_of("a free port");
    let reserved = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| no_port(&error))?;
    let port = reserved.local_addr().map_err(|error| no_port(&error))?.port();
    let redirect_uri = crate::context::redirect_uri(port);
    let wanted = ClientRegistration::new("aipass demo", &redirect_uri);
    let client = register_client(sandbox.base_url(), &wanted, None).await;
    let client = client.map_err(|error| Broken::instead_of("a registered client")(&error))?;
    ensure(
        client.redirect_uris == [redirect_uri.as_str()],
        &redirect_uri,
        client.redirect_uris.join(" "),
    )?;
    let registrations = sandbox.counts().registrations;
    ensure(registrations == 1, "1 registration", registrations)?;
    let facts = format!("{} returns to {redirect_uri}", client.client_id);
    held(
        facts,
        App {
            client_id: client.client_id,
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
    let client = client.map_err(|error| Broken::instead_of("a client")(&error))?;
    drop(app.reserved);
    let flow = Loopback::new().redirect_uri(&app.redirect_uri);
    if browser {
        let shown = flow.on_url(|url| output::note(&format!("Allow the access on this page:\n\n  {url}\n")));
        client
            .login(shown)
            .await
            .map(drop)
            .map_err(|error| Broken::instead_of("a login")(&error))?;
    } else {
        login_as_person(sandbox, &client, flow).await?;
    }
    let counts = sandbox.counts();
    let steps = (
        counts.consent_pages,
        counts.approvals,
        counts.code_requests,
        counts.token_refusals,
    );
    let expected = "one consent page, one approval and one exchange";
    ensure(
        steps.0 >= 1 && (steps.1, steps.2, steps.3) == (1, 1, 0),
        expected,
        format_args!("{steps:?}"),
    )?;
    let session = client
        .session()
        .await
        .map_err(|error| Broken::instead_of("a session")(&error))?;
    let scopes = session
        .map(|session| session.scopes.join(" and "))
        .unwrap_or_default();
    ensure(scopes == "api:access and profile:read", "both scopes", &scopes)?;
    let user = client
        .userinfo()
        .await
        .map_err(|error| Broken::instead_of("the user's profile")(&error))?;
    held(
        format!(
            "{} allowed {scopes} (PKCE, state and loopback)",
            cmd_login::who(&user)
        ),
        client,
    )
}

/// Logs in while the sandbox's person opens the page and allows the access.
async fn login_as_person(sandbox: &Sandbox, client: &Client, flow: Loopback) -> Result<(), Broken> {
    let (shown, mut urls) = mpsc::unbounded_channel();
    let flow = flow.open_browser(false).on_url(move |url| {
        // Nobody waits for a second address.
        let _ = shown.send(url.clone());
    });
    let login = async {
        client
            .login(flow)
            .await
            .map(drop)
            .map_err(|error| Broken::instead_of("a login")(&error))
    };
    let person = async {
        let broken = Broken::instead_of("a consent page that leads back to the app");
        let url = urls.recv().await.ok_or_else(|| broken(&"no address"))?;
        let visit = sandbox
            .approve(url.as_str())
            .await
            .map_err(|error| broken(&error))?;
        let status = visit.status().unwrap_or(0);
        ensure(
            status == 200,
            "a page that says that it worked",
            format_args!("HTTP {status}"),
        )
    };
    tokio::try_join!(login, person).map(drop)
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
        let broken = Broken::instead_of("an answer to every call");
        call.map_err(|error| broken(&error))?
            .map_err(|error| broken(&error))?;
    }
    let after = sandbox.counts();
    let refused = after.unauthorized - before.unauthorized;
    ensure(refused >= 1, "the expired token to be refused", "no refusal")?;
    let refreshes = after.refresh_requests - before.refresh_requests;
    ensure(refreshes == 1, "exactly 1 refresh", refreshes)?;
    let asked = after.requests_to(Route::Token) - before.requests_to(Route::Token);
    ensure(asked == 1, "1 token request", asked)?;
    held(
        format!("the token expired; {CALLS} calls at once caused {refreshes} refresh, and all were answered"),
        (),
    )
}

/// Ends the session, and hands on the access token that was in use.
pub(crate) async fn logout(sandbox: &Sandbox, client: &Client) -> Step<Secret> {
    let broken = Broken::instead_of("a session that ends");
    let token = match client.auth() {
        Ok(auth) => auth.token(None).await.map_err(|error| broken(&error))?,
        Err(error) => return Err(broken(&error)),
    };
    let report = client.logout().await.map_err(|error| broken(&error))?;
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
    ensure(
        report.is_complete(),
        "nothing left on this machine",
        format_args!("{:?}", report.store),
    )?;
    let left = client.session().await.map_err(|error| broken(&error))?;
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
    let client = client.map_err(|error| Broken::instead_of("a client")(&error))?;
    match client.userinfo().await {
        Err(error) if error.is_login_required() => {
            held(format!("the old token no longer works: {error}"), ())
        }
        Err(error) => Err(Broken::instead_of("the old token to be refused")(&error)),
        Ok(_) => Err(Broken::instead_of("the old token to be refused")(&"an answer")),
    }
}
