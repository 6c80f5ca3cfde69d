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
//! | program | how |
//! | --- | --- |
//! | on the person's machine | [`Auth::login`] with a `Loopback` listener (feature `loopback`) |
//! | mobile, deep link | `begin("com.example.app:/callback")`, and `complete` with the URL that the system hands over |
//! | web server | the [`PendingLogin`] waits in the person's session, serialised; see its page |
//! | another machine, over SSH | print the URL, and `complete` with the address that the person pastes |
//!
//! A client is made in the developer dashboard or with [`register_client`]. AI Pass compares redirect URIs byte for
//! byte.
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
//! - `loopback` (default): the `Loopback` login with the system's browser.
//! - `file-store` (default): the `FileStore`.
//! - `keyring`: the `KeyringStore` and `KeyringOrFile`, over a store of the `keyring-core` crate that you choose.

mod answer;
mod auth;
mod base_url;
mod callback;
mod clock;
mod error;
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
mod pending;
#[cfg(feature = "file-store")]
mod private_file;
mod refresh;
#[cfg(test)]
mod refresh_tests;
mod register;
mod revoke;
mod secret;
mod session;
mod source;
mod store;
mod store_error;
pub mod testing;
#[cfg(feature = "rustls")]
mod tls;
mod tokens;
mod wire;

pub use auth::{Auth, AuthBuilder};
pub use base_url::BaseUrl;
pub use error::{AuthError, BuildError};
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
pub use pending::PendingLogin;
pub use register::{ClientRegistration, RegisteredClient, register_client, register_client_with};
pub use revoke::{LogoutReport, RevokeOutcome, RevokeShape};
pub use secret::{AccessToken, Secret};
pub use source::{StaticToken, TokenSource};
pub use store::{AccountKey, BoxFuture, StoreLock, TokenStore};
pub use store_error::{KeyringProblem, SealProblem, StoreError};
pub use tokens::{SessionInfo, StoredTokens};
pub use wire::TokenDialect;

/// The HTTP client factory that the crates of this SDK share. Not part of the public interface.
#[doc(hidden)]
pub mod __http {
    pub use crate::http::{HttpOptions, builder, client};
}
