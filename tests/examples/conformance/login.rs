//! Logins: what the server and the client make of each other between the authorize URL and the first tokens.

use std::io;
use std::time::Duration;

use aipass_auth::{Auth, AuthError, Loopback, MemoryStore, PendingLogin, SessionInfo, TokenStore};
use url::Url;

use super::checks::{Checked, ensure};
use super::server::{
    CONFIDENTIAL, Dialect, INSTALLED, SCHEME_REDIRECT, SECRET, SHORT_LIVED, Server, WEB_REDIRECT,
};
use super::visitor::{Page, Visitor};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Takes a visitor through a login with the listener, and returns what the program and the visitor got.
pub(crate) async fn sign_in(
    auth: &Auth,
    visitor: &Visitor,
) -> Result<(Result<SessionInfo, AuthError>, Page), Failure> {
    let (sender, mut urls) = tokio::sync::mpsc::unbounded_channel();
    let flow = Loopback::new()
        .timeout(Duration::from_secs(30))
        .opener(move |url| sender.send(url.clone()).map_err(io::Error::other));
    let program = auth.clone();
    let login = tokio::spawn(async move { program.login(flow).await });
    let url = urls.recv().await.ok_or("the login never opened a browser")?;
    let page = visitor.decide_and_return(&url).await?;
    Ok((login.await?, page))
}

/// A session of a fresh login.
pub(crate) async fn signed_in(
    server: &Server,
    client_id: &str,
    dialect: Dialect,
    store: impl TokenStore,
) -> Result<Auth, Failure> {
    let auth = server.client(client_id, dialect, store).build()?;
    let (outcome, _) = sign_in(&auth, &Visitor::new(&server.issuer)?).await?;
    outcome?;
    Ok(auth)
}

pub(crate) async fn through_the_listener(server: &Server, dialect: Dialect) -> Checked {
    let before = server.stats().await?;
    let auth = server.client(INSTALLED, dialect, MemoryStore::new()).build()?;
    let (outcome, page) = sign_in(&auth, &Visitor::new(&server.issuer)?).await?;
    let info = outcome?;
    let after = server.stats().await?;
    ensure(info.can_refresh, "there is no refresh token")?;
    ensure(
        page.status == 200 && page.text.contains("You are signed in to Conformance"),
        format!("the page in the browser has the status {}", page.status),
    )?;
    ensure(
        after.exchanges == before.exchanges + 1
            && after.requests(dialect) == before.requests(dialect) + 1
            && after.json + after.form == before.json + before.form + 1,
        "the server did not see one exchange in this dialect",
    )?;
    let status = server.call(auth.token(None).await?.expose_secret()).await?;
    ensure(
        status == 200,
        format!("a call with the access token was answered {status}"),
    )?;
    Ok(format!(
        "one exchange, and the token opens a call; scopes {:?}",
        info.scopes
    ))
}

pub(crate) async fn declined(server: &Server) -> Checked {
    let before = server.stats().await?;
    let auth = server
        .client(INSTALLED, Dialect::AiPass, MemoryStore::new())
        .build()?;
    let visitor = Visitor::new(&server.issuer)?.who_says_no();
    let (outcome, page) = sign_in(&auth, &visitor).await?;
    let error = outcome.err().ok_or("the login succeeded")?;
    ensure(error.is_denied(), format!("the error is another one: {error}"))?;
    ensure(
        page.text.contains("You did not allow access"),
        "the page in the browser does not say so",
    )?;
    let after = server.stats().await?;
    ensure(
        after.json + after.form == before.json + before.form,
        "the token endpoint was asked",
    )?;
    Ok("a typed error, a page that says so, and no token request".to_owned())
}

/// A login up to the callback, which the check then hands over as it likes.
async fn callback(server: &Server, auth: &Auth, redirect_uri: &str) -> Result<(PendingLogin, Url), Failure> {
    let (url, pending) = auth.begin(redirect_uri)?;
    let parameter = |wanted: &str| query(&url, wanted).ok_or_else(|| format!("the URL has no {wanted}"));
    ensure(
        parameter("code_challenge_method")? == "S256" && parameter("code_challenge")?.len() == 43,
        "the authorize URL has no challenge by S256",
    )?;
    ensure(
        query(&url, "code_verifier").is_none(),
        "the authorize URL shows the verifier",
    )?;
    Ok((pending, Visitor::new(&server.issuer)?.decide(&url).await?))
}

fn query(url: &Url, wanted: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// The callback with one parameter changed.
fn with(callback: &Url, changed: &str, value: &str) -> String {
    let mut url = callback.clone();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(callback.query_pairs().map(|(name, old)| {
            if name == changed {
                (name, value.into())
            } else {
                (name, old)
            }
        }));
    url.into()
}

/// The same login once more, as a web server could keep it twice.
fn again(pending: &PendingLogin) -> Result<PendingLogin, Failure> {
    Ok(serde_json::from_value(serde_json::to_value(pending)?)?)
}

pub(crate) async fn wrong_verifier(server: &Server, dialect: Dialect) -> Checked {
    let auth = server.client(INSTALLED, dialect, MemoryStore::new()).build()?;
    let (pending, callback) = callback(server, &auth, SCHEME_REDIRECT).await?;
    let mut foreign = serde_json::to_value(&pending)?;
    foreign["verifier"] = "A".repeat(64).into();
    let foreign: PendingLogin = serde_json::from_value(foreign)?;
    let error = auth
        .complete(foreign, callback.as_str())
        .await
        .err()
        .ok_or("the server took another verifier")?;
    ensure(
        error.code() == Some("invalid_grant"),
        format!("the error is another one: {error}"),
    )?;
    auth.complete(pending, callback.as_str()).await?;
    Ok("invalid_grant, and the code still works with its own verifier".to_owned())
}

pub(crate) async fn code_used_twice(server: &Server, dialect: Dialect) -> Checked {
    let auth = server.client(INSTALLED, dialect, MemoryStore::new()).build()?;
    let (pending, callback) = callback(server, &auth, SCHEME_REDIRECT).await?;
    let second = again(&pending)?;
    auth.complete(pending, callback.as_str()).await?;
    let error = auth
        .complete(second, callback.as_str())
        .await
        .err()
        .ok_or("the server took the code twice")?;
    ensure(
        error.code() == Some("invalid_grant"),
        format!("the error is another one: {error}"),
    )?;
    let error = auth
        .refresh()
        .await
        .err()
        .ok_or("the session of a stolen code goes on")?;
    ensure(
        error.is_login_required(),
        format!("the error is another one: {error}"),
    )?;
    Ok("invalid_grant, and the session of the first use is over, as RFC 6749 wants it".to_owned())
}

/// Without this, a check of the verifier would prove nothing.
pub(crate) async fn challenge_required(server: &Server) -> Checked {
    let request = [
        ("response_type", "code"),
        ("client_id", INSTALLED),
        ("redirect_uri", SCHEME_REDIRECT),
        ("scope", "openid"),
        ("state", "s"),
    ];
    let target: Url = server.authorize(&request).await?.parse()?;
    ensure(
        query(&target, "error").as_deref() == Some("invalid_request") && query(&target, "code").is_none(),
        "the server took a request without a challenge",
    )?;
    let plain = [
        &request[..],
        &[
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "plain"),
        ],
    ]
    .concat();
    let target: Url = server.authorize(&plain).await?.parse()?;
    ensure(
        query(&target, "error").as_deref() == Some("invalid_request"),
        "the server took a plain challenge",
    )?;
    Ok("a request with none or with a plain one is refused; ours has S256".to_owned())
}

pub(crate) async fn issuer_and_state(server: &Server) -> Checked {
    let auth = server
        .client(INSTALLED, Dialect::AiPass, MemoryStore::new())
        .build()?;
    let (pending, callback) = callback(server, &auth, SCHEME_REDIRECT).await?;
    ensure(
        query(&callback, "iss").as_deref() == Some(server.issuer.as_str()),
        "the server does not name itself in the callback",
    )?;
    let before = server.stats().await?;
    for (parameter, value) in [("iss", "https://attacker.example"), ("state", "somebody-else-s")] {
        let error = auth
            .complete(again(&pending)?, &with(&callback, parameter, value))
            .await
            .err()
            .ok_or_else(|| format!("another {parameter} was taken"))?;
        ensure(
            error.is_callback_invalid(),
            format!("the error is another one: {error}"),
        )?;
    }
    let after = server.stats().await?;
    ensure(
        after.json + after.form == before.json + before.form,
        "the code was sent all the same",
    )?;
    auth.complete(pending, callback.as_str()).await?;
    Ok("another one is refused before the code is sent; the server's own is taken".to_owned())
}

pub(crate) async fn confidential(server: &Server, dialect: Dialect) -> Checked {
    let build = |secret: &str| {
        server
            .client(CONFIDENTIAL, dialect, MemoryStore::new())
            .client_secret(secret)
            .build()
    };
    let auth = build(SECRET)?;
    let (pending, right) = callback(server, &auth, WEB_REDIRECT).await?;
    auth.complete(pending, right.as_str()).await?;
    auth.refresh().await?;
    let stranger = build("another-secret")?;
    let (pending, callback) = callback(server, &stranger, WEB_REDIRECT).await?;
    let error = stranger
        .complete(pending, callback.as_str())
        .await
        .err()
        .ok_or("the server took another secret")?;
    ensure(
        error.is_config() && error.code() == Some("invalid_client"),
        format!("the error is another one: {error}"),
    )?;
    Ok("login and renewal with the secret; invalid_client with another".to_owned())
}

/// A real end of a real token, by the server's clock.
pub(crate) async fn expired_token(server: &Server) -> Checked {
    let auth = signed_in(server, SHORT_LIVED, Dialect::AiPass, MemoryStore::new()).await?;
    let old = auth.token(None).await?;
    let mut status = 200;
    for _ in 0..50 {
        status = server.call(old.expose_secret()).await?;
        if status != 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure(status == 401, format!("an old token was answered {status}"))?;
    let before = server.stats().await?;
    let new = auth.token(Some(&old)).await?;
    let status = server.call(new.expose_secret()).await?;
    let after = server.stats().await?;
    ensure(status == 200, format!("the new token was answered {status}"))?;
    ensure(
        after.refreshes == before.refreshes + 1,
        "there was not exactly one renewal",
    )?;
    Ok("a 401, one renewal, and the new token opens the call".to_owned())
}
