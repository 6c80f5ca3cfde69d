//! An embedded [AI Pass](https://aipass.one) for tests and demos: an OAuth 2.0 server with a real consent page, and
//! the endpoints of the REST playbook, on a loopback port, offline, without an account.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use aipass_sandbox::{ClientSeed, Route, Sandbox};
//!
//! let sandbox = Sandbox::builder()
//!     .client(ClientSeed::new("client_demo").redirect_uri("myapp://auth/callback"))
//!     .start()
//!     .await?;
//!
//! // An app under test uses `sandbox.base_url()` in place of https://aipass.one. It makes an authorize URL:
//! let authorize_url = format!(
//!     "{}/oauth2/authorize?response_type=code&client_id=client_demo&redirect_uri=myapp%3A%2F%2Fauth%2Fcallback\
//!      &scope=api%3Aaccess&state=xyz&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
//!      &code_challenge_method=S256",
//!     sandbox.base_url()
//! );
//!
//! // The test plays the person: reads the consent page, clicks "Allow", follows the redirect.
//! let visit = sandbox.approve(&authorize_url).await?;
//! assert!(visit.callback_url().starts_with("myapp://auth/callback?code=sbx_ac_"));
//! assert!(visit.callback_url().ends_with("&state=xyz"));
//! assert_eq!(sandbox.counts().requests_to(Route::Authorize), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # What it is true to
//!
//! It follows the playbook, and refuses what the service refuses: a wrong content type, a missing or expired bearer, a
//! missing scope, a redirect URI that differs by one character, a code or refresh token that was used before, an
//! unknown route. Its wire types are its own, so that it cannot agree with a mistake of a client crate. Where the
//! service is not documented, it makes an assumption and says so here or at the item:
//!
//! - Error bodies follow LiteLLM, which the service forwards to. OAuth errors follow RFC 6749.
//! - A refused exchange leaves the code usable. A code or refresh token that comes back revokes its whole grant, and so
//!   does revoking either token of a pair. The access token from before a refresh stays valid until it expires.
//! - `http://[::1]` counts as loopback beside `localhost` and `127.0.0.1`.
//! - Of a strict schema, what OpenAI's guide rules out or its errors name is refused, for OpenAI's models alone. A tool's
//!   answer must belong to a call right before it, and each call must have one.
//! - `response_format` is refused for `gpt-image` models, whose images come as base64.
//! - Prices are made up. A call is refused once the budget is used up, not when it would go over it, as LiteLLM does.
//!
//! # Answers
//!
//! A chat answer depends on the request alone, down to its id, so that tests can compare bytes. It quotes the last
//! user message and the system text, and says which pictures and sound clips came along. A prompt that names one of
//! the request's tools gets a call of that tool; `response_format` gets JSON that fits; fields in braces, as in the
//! playbook's receipt example, get a JSON object inside the text. A word counts as a token; `max_tokens`, `stop` and
//! `n` are honoured. A model that reasons (`gpt-5-mini`) spends 16 tokens before its first word.
//!
//! Pictures are not looked at, but read: one that carries its text between the marks `aipass-sandbox: "` and
//! `" (spoken by the sandbox)`, such as a JPEG in a comment segment or a PNG in a chunk `tEXt`, has it quoted in the
//! answer. Where the text is a JSON object, as in `aipass-sandbox: "{"amount":22.7}" (spoken by the sandbox)`, its members
//! fill those of the same name that `response_format`, a tool's parameters or fields in braces ask for, as far as the
//! schema takes them; all others are made up. A picture that is encoded anew on the way carries nothing any more.
//!
//! The other models' answers depend on the request alone as well, and are real files:
//!
//! - Embeddings are hashed words and letter groups: texts that share words are near each other, synonyms are not.
//! - Images are PNGs of the asked size whose drawing follows from the prompt, as links to the sandbox itself or as base64.
//!   An edit tints the pictures that were sent (PNG or JPEG, several side by side), where the mask is transparent; a
//!   variation mirrors one or turns its colours.
//! - Speech is a tone per word, as MP3, FLAC, WAV or raw samples; the sandbox makes neither Opus nor AAC. The first three
//!   carry their text, and a transcription gives it back, with times that fit the tones. Any other recording is told by
//!   its container and length. The content type is `audio/mpeg` whatever was asked for, as LiteLLM answers.
//! - A video is an MP4 of PNG frames, one a second. Its job is done after [`SandboxBuilder::video_polls`] looks at it, and
//!   fails if its prompt has the word "fail". Its id holds `/`, `+` and `=`. [`SandboxBuilder::video_contract`] chooses
//!   between the two documented contracts. The same request twice makes two jobs, of which the second has another id.
//!
//! Links lead to `/files/…` of the sandbox and need no bearer. A client that sends its token there shows in
//! [`Sandbox::requests`].
//!
//! Calls for images, speech and transcriptions stream where their models can: the events have OpenAI's names, and no
//! `[DONE]` follows them.
//!
//! A checkout session leads to a page with one button that adds the money; [`Sandbox::pay`] clicks it.
//!
//! # Secrets
//!
//! Codes, tokens and client secrets start with `sbx_ac_`, `sbx_at_`, `sbx_rt_` and `sbx_cs_`, so that one grep for
//! `sbx_` finds a leak; [`Sandbox::issued_secrets`] has the exact values. No `Debug` of this crate shows one.
//!
//! # Trouble on demand
//!
//! [`Sandbox::fail_next`] makes the next request to a route meet a [`Fault`]. [`Sandbox::expire_access_tokens`],
//! [`Sandbox::revoke_all`], [`Sandbox::set_balance`] and [`Sandbox::token_delay`] do what their names say, so that a
//! test needs no waiting.

mod account;
mod audio;
mod bearer;
mod body;
mod builder;
mod chat;
mod clock;
mod digest;
mod embeddings;
mod envelope;
mod errors;
mod faults;
mod files;
mod form;
mod images;
mod marks;
mod models;
mod money;
mod multipart;
mod oauth;
mod observe;
mod page;
mod payments;
mod person;
mod route;
mod router;
mod sandbox;
mod secret;
mod server;
mod sse;
mod state;
mod videos;

pub use builder::{BudgetStatus, SandboxBuilder, SandboxError};
pub use faults::Fault;
pub use models::ModelsShape;
pub use money::Wallet;
pub use oauth::registry::ClientSeed;
pub use observe::{Counts, Credential, RequestRecord};
pub use person::{Person, PersonError, Visit};
pub use route::Route;
pub use sandbox::{IssuedTokens, Sandbox};
pub use secret::{IssuedSecret, SecretKind};
pub use videos::VideoContract;
