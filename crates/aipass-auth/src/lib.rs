//! OAuth 2.0 with PKCE for AI Pass: login, token stores, and a session that nobody loses by accident.
//!
//! The crate knows nothing about the API behind the login. Most programs use it through the `aipass` crate; alone
//! it gives out access tokens for calls of your own. It needs a tokio runtime.
//!
//! ```no_run
//! # #[cfg(all(feature = "loopback", feature = "file-store"))]
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use aipass_auth::{Auth, FileStore, Loopback};
//!
//! let auth = Auth::builder("client_1").token_store(FileStore::for_app("my-app")?).build()?;
//! if auth.session().await?.is_none() {
//!     auth.login(Loopback::new().redirect_uri("http://127.0.0.1:8417/callback")).await?;
//! }
//! let token = auth.token(None).await?;
//! // … a call with `token.expose_secret()`; if the service answers 401:
//! let token = auth.token(Some(&token)).await?;
//! auth.close().await;
//! # let _ = token; Ok(()) }
//! ```
//!
//! # Login
//!
//! Every login is [`Auth::begin`], which makes the URL for the person's own browser, and [`Auth::complete`], which
//! takes the URL that the browser comes back to. PKCE with S256 (RFC 7636) and a state of 256 bits are part of
//! each; there is no switch for either.
//!
//! | program | how | the redirect URI |
//! | --- | --- | --- |
//! | on the person's machine | `Loopback`: opens the browser and listens (feature `loopback`) | `http://127.0.0.1:8417/callback` |
//! | app with a scheme of its own | [`DeepLink`], or `begin` and `complete` | `com.example.app:/callback` |
//! | on another machine, over SSH | [`Paste`], or `Loopback::or_paste` | whichever is registered |
//! | web server | `begin` and `complete`, with the [`PendingLogin`] in the person's session | `https://app.example/callback` |
//!
//! A client is made in the developer dashboard or with [`register_client`]. AI Pass compares redirect URIs byte for
//! byte, port and trailing slash included, so register every one that a program may use.
//!
//! ## In a desktop program or a tool
//!
//! The listener takes the first registered address whose port is free, and the page in the browser says how the login
//! ended. The URL is worth printing, for a machine without a browser.
//!
//! ```no_run
//! # #[cfg(feature = "loopback")]
//! # async fn run(auth: aipass_auth::Auth) -> Result<(), aipass_auth::AuthError> {
//! use aipass_auth::Loopback;
//!
//! let flow = Loopback::new()
//!     .redirect_uris(["http://127.0.0.1:8417/callback", "http://127.0.0.1:8418/callback"])
//!     .on_url(|url| eprintln!("If no browser opens, go to {url}"));
//! let session = auth.login(flow).await?;
//! # let _ = session; Ok(()) }
//! ```
//!
//! ## In an app with a scheme of its own
//!
//! The system opens the app with the link that ends the login (RFC 8252, section 7.1). What the app's handler gets goes
//! into one [`DeepLinks`]; links that belong to no login are left alone.
//!
//! ```no_run
//! # async fn run(auth: aipass_auth::Auth) -> Result<(), aipass_auth::AuthError> {
//! use aipass_auth::{DeepLink, DeepLinks};
//!
//! let links = DeepLinks::new();
//! let handler = links.clone();
//! let on_open_url = move |url: String| handler.deliver(url); // given to the toolkit
//!
//! let flow = DeepLink::new("com.example.app:/callback", &links).opener(|url| {
//!     println!("the toolkit opens {url} in the system's browser");
//!     Ok(())
//! });
//! let session = auth.login(flow).await?;
//! # let _ = (session, on_open_url); Ok(()) }
//! ```
//!
//! ## Over SSH
//!
//! The person opens the page in a browser elsewhere, where the address that it ends at leads nowhere, and pastes that
//! address. `Loopback::or_paste` waits for both, which fits a forwarded port, too.
//!
//! ```no_run
//! # async fn run(auth: aipass_auth::Auth) -> Result<(), aipass_auth::AuthError> {
//! use aipass_auth::{Paste, StdinLines};
//!
//! let flow = Paste::new("http://127.0.0.1:8417/callback")
//!     .source(StdinLines::new().on_trouble(|trouble| eprintln!("{trouble}")))
//!     .on_url(|url| eprintln!("Open this page and paste the address that you end at:\n\n  {url}\n"));
//! let session = auth.login(flow).await?;
//! # let _ = session; Ok(()) }
//! ```
//!
//! ## In a web server
//!
//! What was begun waits in the session of the person who began it, and is taken out when the browser comes back: so
//! nobody can end a login that somebody else has begun. [`PendingLogin`] says how to keep it.
//! [`Auth::for_account`] gives each person a session and a lock of their own, over the same connections and store.
//!
//! ```no_run
//! # async fn run(mut session: std::collections::HashMap<String, String>, callback_url: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use aipass_auth::{Auth, LoginOptions, PendingLogin, RefreshMode, Secret};
//!
//! # let secret = Secret::new("from the configuration");
//! let app = Auth::builder("client_1")
//!     .client_secret(secret)
//!     .refresh_mode(RefreshMode::Background)
//!     .build()?;
//!
//! // GET /login: begin, keep, and send the browser to `url`.
//! let auth = app.for_account("user 17")?;
//! let options = LoginOptions::new().return_to("/settings");
//! let (url, pending) = auth.begin_with("https://app.example/callback", options)?;
//! session.insert("login".to_owned(), serde_json::to_string(&pending)?);
//!
//! // GET /callback: take out, complete, and send the browser to `wanted`.
//! let kept = session.remove("login").ok_or("no login was begun in this browser")?;
//! let pending: PendingLogin = serde_json::from_str(&kept)?;
//! let wanted = pending.return_to().unwrap_or("/").to_owned();
//! auth.complete(pending, callback_url).await?;
//! # let _ = (url, wanted); Ok(()) }
//! ```
//!
//! ## Where the endpoints are
//!
//! They are those of AI Pass's documentation below the base URL. [`discover`] asks the server instead (RFC 8414), and
//! believes nothing that would send a token to another origin. With [`AuthBuilder::require_issuer`], or where the server
//! says that it sends it, a callback has to name its issuer (RFC 9207).
//!
//! # Stores
//!
//! | store | tokens survive | shared by |
//! | --- | --- | --- |
//! | [`MemoryStore`] (default) | nothing | the tasks of one process |
//! | `FileStore` (feature `file-store`) | a restart | all processes of one user on one machine |
//! | `KeyringStore` (feature `keyring`) | a restart, encrypted with a key of the system's keyring | as `FileStore` |
//! | `KeyringOrFile` (feature `keyring`) | a restart | as `FileStore`; says which of the two it is |
//! | your own [`TokenStore`] | what you say | what you lock |
//!
//! A store of your own is tried with [`testing::store_suite`]; the page of [`testing`] shows one in Postgres and one
//! in Redis.
//!
//! Tokens are bound to the base URL, the client id and the account, and are refused anywhere else.
//!
//! # Renewal
//!
//! [`Auth::token`] renews a session when it is needed and not before: in the last minute of the access token, or after
//! a 401. A server that must not keep its callers waiting asks for [`RefreshMode::Background`], which renews up to five
//! minutes earlier beside the calls. [`Auth::events`] tells what happened: [`SessionEvent::Refreshed`],
//! [`SessionEvent::SaveFailed`], [`SessionEvent::LoginRequired`].
//!
//! | the server says | what happens to the session |
//! | --- | --- |
//! | a new pair | saved, then used; if the save fails it is used from memory and saved later |
//! | `invalid_grant` | the refresh token is not used again; an access token that still works is |
//! | `invalid_client` and other refusals of the client | kept; an error of the settings |
//! | 429 or 503 with `Retry-After` (seconds or a date) | kept; not asked again before that, at most five minutes |
//! | HTML, another 4xx or 5xx, nothing, a cut connection | kept; asked again after a growing pause |
//!
//! # What holds
//!
//! - However many tasks and processes need a new token at once, the server is asked once.
//! - A rotated pair is stored before anybody uses it, also when the caller has gone away meanwhile.
//! - A renewal that fails for the moment keeps a token that still works. Only `invalid_grant` ends a session.
//! - No redirect is followed, no answer above 64 KiB is read, and no request outlives its timeout.
//! - No token, code, verifier, state or client secret appears in a log line, a `Debug` or `Display` text or a
//!   source of an error. Log lines (by `tracing`) hold no bodies and no query strings. The one exception is made
//!   by hand: the URL of [`Auth::begin`] is there to be shown, and holds the state.
//!
//! What cannot hold: if the process is killed, or the answer is lost, between the server's rotation of a refresh
//! token and the save, the session is over and a login is needed. [`Auth::close`] before the end of a program
//! keeps that from happening in the ordinary course.
//!
//! # What is assumed about the service
//!
//! The token request as a JSON object with camelCase members, `POST /oauth2/revoke?token=…` and the registration
//! are as AI Pass's integration playbook shows them; [`TokenDialect`] and [`RevokeShape`] have the other forms. It
//! does not say whether refresh tokens rotate, so that is taken for granted; nor what the registration answers, so
//! several shapes are read.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls and ring, with the system's roots loaded at the first handshake.
//! - `loopback` (default): the `Loopback` login with the system's browser, which `DeepLink` opens with it, too.
//! - `file-store` (default): the `FileStore`.
//! - `keyring`: the `KeyringStore` and `KeyringOrFile`, over a store of the `keyring-core` crate that you choose.

mod accounts;
mod answer;
mod auth;
mod base_url;
mod browser;
mod builder;
mod callback;
mod clock;
mod deep_link;
mod discovery;
mod error;
mod events;
#[cfg(feature = "file-store")]
mod file_store;
mod flow;
mod grant;
mod http;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(feature = "loopback")]
mod listener;
mod live;
#[cfg(feature = "loopback")]
mod loopback;
mod memory_store;
#[cfg(feature = "loopback")]
mod page;
mod paste;
mod pending;
#[cfg(feature = "file-store")]
mod private_file;
mod refresh;
#[cfg(test)]
mod refresh_tests;
mod register;
mod revoke;
mod saving;
mod secret;
mod session;
mod source;
mod stdin_lines;
mod store;
mod store_error;
pub mod testing;
#[cfg(feature = "rustls")]
mod tls;
mod tokens;
mod wire;

pub use auth::Auth;
pub use base_url::BaseUrl;
pub use builder::AuthBuilder;
pub use deep_link::{DeepLink, DeepLinks};
pub use discovery::{Discovery, ServerMetadata, discover};
pub use error::{AuthError, BuildError};
pub use events::{SessionEvent, SessionEvents};
#[cfg(feature = "file-store")]
pub use file_store::FileStore;
pub use flow::{LoginFlow, LoginMode, LoginOptions};
pub use http::HttpOptions;
#[cfg(feature = "keyring")]
pub use keyring::{KeyringOrFile, KeyringStore, StoreBackend};
#[cfg(feature = "loopback")]
pub use listener::LoopbackHost;
#[cfg(feature = "loopback")]
pub use loopback::Loopback;
pub use memory_store::MemoryStore;
pub use paste::{Paste, PasteSource};
pub use pending::PendingLogin;
pub use refresh::RefreshMode;
pub use register::{ClientRegistration, RegisteredClient, register_client, register_client_with};
pub use revoke::{LogoutReport, RevokeOutcome, RevokeShape};
pub use secret::{AccessToken, Secret};
pub use source::{StaticToken, TokenSource};
pub use stdin_lines::StdinLines;
pub use store::{AccountKey, BoxFuture, StoreLock, TokenStore};
pub use store_error::{KeyringProblem, SealProblem, StoreError};
pub use tokens::{SessionInfo, StoredTokens};
pub use wire::TokenDialect;

/// The HTTP client factory that the crates of this SDK share. Not part of the public interface.
#[doc(hidden)]
pub mod __http {
    pub use crate::http::{HttpOptions, builder, client, retry_after};
}
