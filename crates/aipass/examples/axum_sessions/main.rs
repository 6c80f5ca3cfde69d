//! A web backend with many users: each signs in with a browser, and chats on a wallet of their own.
//!
//! ```sh
//! cargo run -p aipass --example axum_sessions            # two users visit it, and it ends
//! cargo run -p aipass --example axum_sessions -- --serve # open the address that it prints
//! ```
//!
//! It talks to an embedded AI Pass and needs neither account nor internet. In a backend of your own:
//!
//! - the cookie is `Secure`, too, and the redirect URI is the `https` address that you registered;
//! - a login that is never ended is thrown away after ten minutes, when it is of no use any more;
//! - the session's name is that of your own user, and its tokens are in a store that outlives the process.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

#[path = "../common/browser.rs"]
mod browser;
mod refusal;
mod visits;

use aipass::{Client, PendingLogin};
use aipass_sandbox::{ClientSeed, Sandbox};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect},
    routing::{get, post},
};
use rand::distributions::{Alphanumeric, DistString as _};
use refusal::Refusal;
use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::net::TcpListener;

const HOME: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>A chat for each user</title>\
    <a href=/login>Sign in</a> <form method=post action=/chat enctype=text/plain>\
    <input name=prompt> <button>Ask</button></form> <form method=post action=/logout><button>Sign out</button></form>";

#[derive(Clone)]
struct Site {
    ai: Client,
    redirect_uri: String,
    /// The logins under way, each under the session that began it. They hold secrets and stay on this side.
    pending: Arc<Mutex<HashMap<String, PendingLogin>>>,
}

/// Begins a login, under a new session: the name of one that came from outside may be known to somebody else.
async fn login(State(site): State<Site>) -> Result<impl IntoResponse, Refusal> {
    let session = Alphanumeric.sample_string(&mut rand::thread_rng(), 32);
    let user = site.ai.with_session(&session)?;
    let (url, pending) = user.auth()?.begin(&site.redirect_uri)?;
    let cookie = format!("session={session}; HttpOnly; SameSite=Lax; Path=/");
    let mut logins = site.pending.lock().unwrap_or_else(PoisonError::into_inner);
    logins.insert(session, pending);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())))
}

/// Ends the login that this browser began. It is taken out, so that it is good for one try, and `complete` refuses a state
/// that is not its own.
async fn callback(State(site): State<Site>, headers: HeaderMap, uri: Uri) -> Result<Redirect, Refusal> {
    let session = session(&headers)?;
    let pending = {
        let mut logins = site.pending.lock().unwrap_or_else(PoisonError::into_inner);
        logins.remove(session)
    };
    let pending =
        pending.ok_or_else(|| Refusal(StatusCode::BAD_REQUEST, "no login was begun here".into()))?;
    let user = site.ai.with_session(session)?;
    user.auth()?.complete(pending, &uri.to_string()).await?;
    Ok(Redirect::to("/"))
}

/// One client for each request is fine: the same name always gives the same session.
async fn chat(State(site): State<Site>, headers: HeaderMap, prompt: String) -> Result<String, Refusal> {
    let user = site.ai.with_session(session(&headers)?)?;
    let reply = user.chat("gpt-4o-mini").user(prompt).send().await?;
    Ok(reply.text().to_owned())
}

async fn logout(State(site): State<Site>, headers: HeaderMap) -> Result<&'static str, Refusal> {
    site.ai.with_session(session(&headers)?)?.logout().await?;
    Ok("signed out")
}

fn session(headers: &HeaderMap) -> Result<&str, Refusal> {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    let mut cookies = cookies.unwrap_or_default().split("; ");
    let session = cookies.find_map(|cookie| cookie.strip_prefix("session="));
    session.ok_or_else(|| Refusal(StatusCode::UNAUTHORIZED, "there is no session".into()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let redirect_uri = format!("http://{address}/callback");
    let app = ClientSeed::new("client_demo").redirect_uri(&redirect_uri);
    let sandbox = Sandbox::builder().client(app).start().await?;
    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .client_id("client_demo")
        .build()?;
    let site = Site {
        ai,
        redirect_uri,
        pending: Arc::default(),
    };
    let routes = Router::new()
        .route("/", get(Html(HOME)))
        .route("/login", get(login))
        .route("/callback", get(callback))
        .route("/chat", post(chat))
        .route("/logout", post(logout));
    let server = axum::serve(listener, routes.with_state(site)).into_future();
    if env::args().any(|arg| arg == "--serve") {
        println!("Open http://{address} and stop it with Ctrl-C.");
        return Ok(server.await?);
    }
    tokio::spawn(server);
    visits::all(&sandbox, address).await
}
