//! OAuth 2.0 with PKCE for AI Pass.

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
pub use store::{AccountKey, BoxFuture, StoreError, StoreLock, TokenStore};
pub use tokens::{SessionInfo, StoredTokens};
pub use wire::TokenDialect;

/// The HTTP client factory that the crates of this SDK share. Not part of the public interface.
#[doc(hidden)]
pub mod __http {
    pub use crate::http::{HttpOptions, builder, client};
}
