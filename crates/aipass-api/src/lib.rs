//! Typed client for the AI Pass endpoints, generated from their OpenAPI document.
//!
//! This is the layer below the crate `aipass`: every operation of `openapi/aipass.yaml`, its types, and the little
//! that a generator cannot write. It knows nothing about OAuth and holds no policy: no retries, no renewal of tokens.
//! Most programs want `aipass`; use this crate alone when you bring your own credentials and rules.
//!
//! | part | what it does |
//! |---|---|
//! | [`Client`] and [`builder`] | one method for each operation, generated |
//! | [`types`], [`enums`] | the wire types: unknown fields are kept, unknown values decode, null lists are empty |
//! | [`Transport`] | the seam: what happens between an operation and the network; [`Plain`] and [`StaticBearer`] come along |
//! | [`CallContext`] | the options of one call going in, its status, headers and failure coming out |
//! | [`Failure`] | why a call failed, decoded once, with status, headers and at most 64 KiB of the body |
//! | [`sse`] | server-sent events: bytes in, events out |
//! | [`multipart`] | `multipart/form-data` bodies that can be sent again |
//! | [`operation`] | what each operation costs, takes and answers, as data |
//!
//! # Used alone
//!
//! The TLS backend is the caller's: hand in a [`reqwest::Client`] that is built the way your program wants it.
//!
//! ```no_run
//! # async fn run(http: reqwest::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use aipass_api::{Client, StaticBearer};
//!
//! let client = Client::with_transport("https://aipass.one", http, StaticBearer::new("an access token")?);
//! let usage = client.get_usage_summary().send().await?.into_inner();
//! if let Some(data) = usage.data {
//!     println!("{:?} USD left", data.remaining_budget);
//! }
//! # Ok(()) }
//! ```

// The generated code names this crate from outside, so that its paths also hold in other crates.
extern crate self as aipass_api;

mod attempts;
mod body;
mod call;
mod client;
mod conversations;
mod error_body;
mod failure;
#[rustfmt::skip]
#[allow(warnings, reason = "generated")]
mod generated;
#[doc(hidden)]
pub mod lenient;
pub mod multipart;
mod open_enum;
pub mod operation;
mod path;
mod receive;
mod requests;
pub mod sse;
mod transport;

#[doc(hidden)]
pub use attempts::{Attempts, copies};
pub use body::{Silence, SilentBody};
pub use call::{CallContext, CallOptions};
pub use client::Inner;
pub use error_body::ErrorBody;
pub use failure::{Failure, FailureKind, TimeoutPhase};
pub use generated::client::{Client, builder, types};
pub use generated::enums;
pub use generated::operations::OPERATIONS;
pub use path::InvalidId;
pub use progenitor_client::{ByteStream, Error, ResponseValue};
#[doc(hidden)]
pub use receive::{Sieve, error_in_answer, is_json, media_type, names_json};
pub use transport::{
    BoxError, InvalidToken, LearnFuture, Plain, Retry, RetryFuture, StaticBearer, Transport, TransportError,
    TransportFuture,
};
