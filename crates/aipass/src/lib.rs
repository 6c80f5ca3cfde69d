#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! [`Client`] has every endpoint. [`Auth`] is the login side of it. [`policy`] has what happens when something goes wrong, as
//! tables. [`types`] and [`enums`] are the wire types,
//! generated from the OpenAPI document: unknown fields are kept and unknown values decode. [`env`](mod@env) names the environment
//! variables.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls and ring; the system's roots are loaded at the first handshake |
//! | `loopback` | yes | login through the system browser and a listener on a loopback port |
//! | `file-store` | yes | tokens in a file that only its owner can read, and [`Profile`]s shared with the program `aipass` |
//! | `keyring` | no | such a file, encrypted with a key that the system's keyring keeps |
//! | `images` | no | [`Image`]s that are too large or lie on their side are shrunk and turned upright before they are sent |
//! | `unstable-api` | no | `Client::api()`, the generated client, whose surface follows its generator |
//!
//! # What is logged
//!
//! One `tracing` span for each call, named `aipass`, with the operation, the model, the status, the tokens, how often it was
//! sent again, the charge risk of a failure and the time; the names are OpenTelemetry's for generative AI where it has one.
//! Events name outcomes. Never a body, a header, a URL's query or a token.

mod account;
mod audio;
mod builder;
mod call;
mod chat;
mod client;
mod config_error;
mod embeddings;
pub mod env;
mod error;
mod extract;
mod foreign;
mod images;
mod ledger;
mod memory;
mod meta;
mod middleware;
mod models;
mod oauth_clients;
mod options;
pub mod policy;
#[cfg(feature = "file-store")]
mod profile;
mod raw;
mod reach;
mod salvage;
mod saved;
mod streams;
mod tools;
mod transport;
mod users;
mod videos;
mod vision;

pub use account::{Balance, BalanceWatch};
pub use audio::{SpeechBuilder, TranscriptionBuilder};
pub use builder::ClientBuilder;
pub use chat::{
    ChatAccumulator, ChatBuilder, ChatChoice, ChatEvent, ChatReply, ChatStream, RawChunk, SseBody,
    TextStream, ToolCall,
};
pub use client::Client;
pub use config_error::ConfigError;
pub use embeddings::{BatchError, Embeddings, EmbeddingsBuilder, cosine_similarity};
pub use error::{BudgetExceeded, Error};
pub use extract::{ExtractBuilder, ExtractMode, Extracted};
pub use images::{GeneratedImage, ImageEditBuilder, ImageGenerationBuilder, ImageVariationBuilder, Images};
pub use ledger::{BudgetGuard, Totals};
pub use memory::{InMemory, Reply, Responder};
pub use meta::{Answer, Meta, RateLimit};
pub use middleware::{Answered, Middleware, Outgoing, Retrying};
pub use models::ModelFilter;
pub use oauth_clients::{OAuthClient, OAuthClientUpdate};
pub use options::RequestOptions;
pub use policy::{ChargeRisk, RetryPolicy, Timeouts};
#[cfg(feature = "file-store")]
pub use profile::{Profile, ProfileStore, Profiles};
pub use raw::{RawAnswer, RawRequest};
pub use reach::{Reached, reach};
pub use streams::{ByteStream, EventStream};
pub use tools::{
    IntoToolFlow, Tool, ToolEvent, ToolFlow, ToolReport, ToolResult, ToolRun, ToolStatus, ToolStream, Tools,
};
pub use videos::{VideoBuilder, VideoDownload, VideoJob, Wait};
pub use vision::{Image, ImageBuilder, ImageError, ImageFormat};

/// Any error that a hook of yours gives.
pub use aipass_api::BoxError;
/// The open string enums of the wire: each keeps the values it does not know.
pub use aipass_api::enums;
pub use aipass_api::multipart::{FilePart, MediaType, Progress};
pub use aipass_api::operation::Charge;
/// The wire types.
pub use aipass_api::types;
/// The types of headers, methods and status codes: the version that this crate goes by.
pub use http;
/// What makes a schema of a type, for [`Client::extract`] and [`Tool::new`]: the version that this crate goes by.
pub use schemars;

#[cfg(feature = "unstable-api")]
pub use aipass_api as api;
#[cfg(feature = "file-store")]
pub use aipass_auth::FileStore;
/// The suite that tries a [`TokenStore`] of your own.
pub use aipass_auth::testing;
pub use aipass_auth::{
    AccessToken, AccountKey, Auth, AuthError, BaseUrl, BoxFuture, BuildError, ClientRegistration, DeepLink,
    DeepLinks, Discovery, HttpOptions, KeyringProblem, LoginFlow, LoginMode, LoginOptions, LogoutReport,
    MemoryStore, Paste, PasteSource, PendingLogin, RefreshMode, RegisteredClient, RevokeOutcome, RevokeShape,
    SealProblem, Secret, ServerMetadata, SessionEvent, SessionEvents, SessionInfo, StdinLines, StoreError,
    StoreLock, StoredTokens, TokenStore, discover, register_client, register_client_with,
};
#[cfg(feature = "keyring")]
pub use aipass_auth::{KeyringOrFile, KeyringStore, StoreBackend};
#[cfg(feature = "loopback")]
pub use aipass_auth::{Loopback, LoopbackHost};
