//! The one error of the facade: what happened, what it may have cost, and what to do about it.

use crate::{
    charge::ChargeRisk,
    chat::ChatReply,
    classify::{self, Class},
};
use aipass_api::{CallContext, ErrorBody, Failure, FailureKind, operation::Operation};
use aipass_auth::{AuthError, BuildError};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use std::{error::Error as StdError, fmt, time::Duration};

/// Why a call failed.
///
/// `Display` says what happened and nothing that is private: no body, no header, no URL, no token. [`help`](Self::help)
/// says what to do, [`charge_risk`](Self::charge_risk) whether money may have been spent.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
/// match ai.chat("gpt-4o-mini").user("One tip for better focus?").send().await {
///     Ok(reply) => println!("{}", reply.text()),
///     Err(error) if error.is_budget_exceeded() => println!("please top up"),
///     Err(error) => println!("{error}; {}", error.help()),
/// }
/// # Ok(()) }
/// ```
pub struct Error(Box<Parts>);

struct Parts {
    kind: Kind,
    risk: ChargeRisk,
    operation: Option<&'static str>,
    status: Option<StatusCode>,
    headers: HeaderMap,
    attempts: u32,
    body: ErrorBody,
    raw: Bytes,
    partial: Option<ChatReply>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Class(Class),
    /// The authorization side failed for now; the session is kept.
    Auth,
    /// The call cannot be built as asked.
    Request(&'static str),
    Timeout,
    Network,
    /// A 2xx answer that does not decode.
    Decode,
    /// A 2xx answer that is something else: HTML, null, nothing.
    NotAnAnswer,
    /// An answer or stream that ended early.
    Incomplete,
}

/// Refusals and failures, as questions.
impl Error {
    /// There is no session, or the server accepts it no more. Log in again.
    #[must_use]
    pub fn is_login_required(&self) -> bool {
        match self.0.kind {
            Kind::Class(class) => class == Class::Login,
            Kind::Auth => self.auth_error().is_some_and(AuthError::is_login_required),
            _ => false,
        }
    }

    /// The token has no right to this call (403), for want of a scope or of access to the app or model. Ask for the scope
    /// at the next login.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        self.class() == Some(Class::Permission)
    }

    /// The user's wallet is empty. Send them to their dashboard; a repetition helps nothing.
    #[must_use]
    pub fn is_budget_exceeded(&self) -> bool {
        matches!(self.class(), Some(Class::Budget { .. }))
    }

    /// Too many calls (429). Wait for [`retry_after`](Self::retry_after).
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.class() == Some(Class::RateLimited)
    }

    /// The request itself was refused: a bad parameter, an unknown model, or it could not be built at all.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        matches!(self.class(), Some(Class::Rejected | Class::NotFound))
            || matches!(self.0.kind, Kind::Request(_))
    }

    /// AI Pass or a provider behind it failed (5xx).
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.class() == Some(Class::Server)
    }

    /// A time limit ran out, before or in the answer.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout || self.auth_error().is_some_and(AuthError::is_timeout)
    }

    /// There was no connection, or it broke before an answer came.
    #[must_use]
    pub fn is_network(&self) -> bool {
        self.0.kind == Kind::Network || self.auth_error().is_some_and(AuthError::is_network)
    }

    /// The answer, or the stream, ended early. What came is in [`partial`](Self::partial).
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == Kind::Incomplete
    }

    /// The answer is a success that cannot be read: not the promised JSON, or a page in its place.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode | Kind::NotAnAnswer)
    }
}

/// What is known about the failure.
impl Error {
    /// What the call may have cost.
    #[must_use]
    pub fn charge_risk(&self) -> ChargeRisk {
        self.0.risk
    }

    /// The status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The server's id for the call, to quote to support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        ["x-request-id", "x-litellm-call-id"]
            .iter()
            .find_map(|name| self.header(name))
    }

    /// How long the server asks to wait, in whole seconds (RFC 9110 section 10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header(header::RETRY_AFTER.as_str())?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// The server's machine-readable code, or else its class.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.body.code.as_deref().or(self.0.body.kind.as_deref())
    }

    /// The parameter that the server refused.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.0.body.param.as_deref()
    }

    /// The server's own words, cut to 500 characters and without control characters. They may quote the request, so
    /// show them to the user and keep them out of logs.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        self.0.body.message.as_deref()
    }

    /// The first 64 KiB of the answer as it came. Keep it out of logs.
    #[must_use]
    pub fn raw_body(&self) -> &Bytes {
        &self.0.raw
    }

    /// How often the call was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the wallet has spent and may spend at most, in USD, where a budget error says so.
    #[must_use]
    pub fn budget(&self) -> Option<(Option<f64>, Option<f64>)> {
        match self.class() {
            Some(Class::Budget { spent, max }) => Some((spent, max)),
            _ => None,
        }
    }

    /// The error of the login side, where the failure is one: a login that is required, a store that cannot be written, a
    /// token endpoint that did not answer.
    #[must_use]
    pub fn auth_error(&self) -> Option<&AuthError> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// What came of a chat before it broke off.
    #[must_use]
    pub fn partial(&self) -> Option<&ChatReply> {
        self.0.partial.as_ref()
    }

    /// What to do about it, in one sentence for a person.
    #[must_use]
    pub fn help(&self) -> String {
        if let Some(error) = self.auth_error() {
            return error.help().unwrap_or("correct the settings").to_owned();
        }
        let advice = match self.0.kind {
            Kind::Class(Class::Budget { .. }) => {
                "add funds at https://aipass.one/panel/dashboard, then try again"
            }
            Kind::Class(Class::Login) => "log in again",
            Kind::Class(Class::Permission) => {
                "the login lacks a scope, or the account has no access; log in again with the scopes that the call needs"
            }
            Kind::Class(Class::NotFound) => "check the model or id; the list of models has the exact names",
            Kind::Class(Class::RateLimited) => "wait a little, then try again",
            Kind::Class(Class::Rejected) | Kind::Request(_) => "correct the request",
            Kind::Class(Class::Server) => "the service failed; try again later",
            Kind::Class(Class::Unexpected) => {
                "check the base URL; something else than AI Pass may have answered"
            }
            Kind::Auth => "try again later; the session is kept",
            Kind::Timeout | Kind::Network => "check the connection, then try again",
            Kind::Decode | Kind::NotAnAnswer => "check the base URL, and for a newer version of this program",
            Kind::Incomplete => "what came is kept; ask again if you need the rest",
        };
        if self.0.risk.may_have_been_charged() {
            format!("{advice}; {}", self.0.risk)
        } else {
            advice.to_owned()
        }
    }

    fn class(&self) -> Option<Class> {
        match self.0.kind {
            Kind::Class(class) => Some(class),
            _ => None,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }
}

/// How the facade makes errors.
impl Error {
    fn bare(kind: Kind, risk: ChargeRisk) -> Self {
        Self(Box::new(Parts {
            kind,
            risk,
            operation: None,
            status: None,
            headers: HeaderMap::new(),
            attempts: 0,
            body: ErrorBody::default(),
            raw: Bytes::new(),
            partial: None,
            source: None,
        }))
    }

    /// The service did not answer a question that is no call and costs nothing.
    pub(crate) fn unreachable(source: reqwest::Error) -> Self {
        let kind = if source.is_timeout() {
            Kind::Timeout
        } else {
            Kind::Network
        };
        let mut this = Self::bare(kind, ChargeRisk::Free);
        // Its text would hold the URL.
        this.0.source = Some(Box::new(source.without_url()));
        this
    }

    /// The call cannot be built; `what` is a fragment that says why.
    pub(crate) fn request(what: &'static str) -> Self {
        Self::bare(Kind::Request(what), ChargeRisk::NotSent)
    }

    pub(crate) fn auth(error: AuthError) -> Self {
        let mut this = Self::bare(Kind::Auth, ChargeRisk::Free);
        this.0.status = error.status();
        this.0.source = Some(Box::new(error));
        this
    }

    /// From what the generated client gives, and the context of the call.
    pub(crate) fn call(
        operation: &'static Operation,
        call: &CallContext,
        error: &aipass_api::Error<()>,
    ) -> Self {
        let mut this = match call.take_failure().or_else(|| Failure::of(error).cloned()) {
            Some(failure) => Self::failure(operation, &failure),
            None => match error {
                aipass_api::Error::InvalidResponsePayload(body, source) => {
                    Self::decode(operation, call, body, source)
                }
                // The generated builder names the member that is missing; nothing was sent.
                _ => Self::request("a required member of the request is missing or invalid"),
            },
        };
        this.0.operation = Some(operation.id);
        this.0.attempts = call.attempts();
        this.settle(call);
        this
    }

    /// Mends what the failure alone cannot know: how often the call was sent, and what it was answered before.
    fn settle(&mut self, call: &CallContext) {
        let parts = &mut self.0;
        if parts.attempts == 0 && parts.risk == ChargeRisk::Unknown {
            parts.risk = ChargeRisk::NotSent;
        }
        // A 401 was answered, and nothing was sent after it: the renewal failed, or took too long.
        let Some(refusal) = call
            .refusal()
            .filter(|refusal| refusal.attempts == parts.attempts)
        else {
            return;
        };
        if !matches!(parts.kind, Kind::Auth | Kind::Timeout) {
            return;
        }
        if parts.risk != ChargeRisk::Free {
            parts.risk = ChargeRisk::Refused;
        }
        parts.status = Some(refusal.status);
        parts.body = ErrorBody::read(&refusal.body);
        parts.headers = refusal.headers;
        parts.raw = refusal.body;
    }

    /// A success that lacks what the operation promises.
    pub(crate) fn empty(operation: &'static Operation, call: &CallContext) -> Self {
        let mut this = Self::bare(Kind::NotAnAnswer, ChargeRisk::answered(operation));
        this.0.operation = Some(operation.id);
        this.0.attempts = call.attempts();
        this.0.status = call.status();
        this.0.headers = call.headers();
        this
    }

    /// A stream broke after its head: `partial` is what came.
    pub(crate) fn stream(
        operation: &'static Operation,
        call: &CallContext,
        fault: StreamFault,
        partial: Option<ChatReply>,
    ) -> Self {
        let status = call.status();
        let (kind, body) = match fault {
            StreamFault::Incomplete(_) => (Kind::Incomplete, ErrorBody::default()),
            StreamFault::Timeout => (Kind::Timeout, ErrorBody::default()),
            StreamFault::Malformed => (Kind::Decode, ErrorBody::default()),
            StreamFault::Server(ref body) => {
                let class = classify::class(status.unwrap_or(StatusCode::OK), body);
                (
                    Kind::Class(if class == Class::Unexpected {
                        Class::Server
                    } else {
                        class
                    }),
                    body.clone(),
                )
            }
        };
        let begun = partial
            .as_ref()
            .is_some_and(|partial| !partial.choices().is_empty());
        let risk = match kind {
            // Before the first word, an error inside a stream is what it would be as an answer of its own.
            Kind::Class(class) if !begun && class.is_refusal() => ChargeRisk::Refused,
            Kind::Class(_) if !begun => ChargeRisk::Unknown,
            _ => ChargeRisk::Completed,
        };
        let mut this = Self::bare(kind, risk);
        this.0.operation = Some(operation.id);
        this.0.attempts = call.attempts();
        this.0.status = status;
        this.0.headers = call.headers();
        this.0.body = body;
        this.0.partial = partial;
        if let StreamFault::Incomplete(Some(source)) = fault {
            this.0.source = Some(source);
        }
        this
    }

    fn failure(operation: &Operation, failure: &Failure) -> Self {
        let empty = ErrorBody::default();
        let body = failure.error_body().unwrap_or(&empty);
        let class = failure.status().map(|status| classify::class(status, body));
        let kind = match (failure.kind(), class) {
            (FailureKind::Status | FailureKind::FalseSuccess, Some(class)) => Kind::Class(class),
            (FailureKind::Timeout(_), _) => Kind::Timeout,
            (FailureKind::Cut, _) => Kind::Incomplete,
            (FailureKind::NotAnAnswer | FailureKind::TooLarge, _) => Kind::NotAnAnswer,
            (FailureKind::Transport, _) => Kind::Auth,
            _ => Kind::Network,
        };
        let mut risk = ChargeRisk::of(operation, failure);
        // An empty wallet is a refusal at any status; the others are where the status does not say so.
        let refused = match class {
            Some(Class::Budget { .. }) => {
                matches!(failure.kind(), FailureKind::Status | FailureKind::FalseSuccess)
            }
            Some(class) => class.is_refusal() && failure.kind() == FailureKind::FalseSuccess,
            None => false,
        };
        if refused && risk == ChargeRisk::Unknown {
            risk = ChargeRisk::Refused;
        }
        let mut this = Self::bare(kind, risk);
        this.0.status = failure.status();
        this.0.headers = failure.headers().clone();
        this.0.body = body.clone();
        this.0.raw = failure.body().clone();
        this.0.source = match failure
            .transport_error()
            .and_then(|error| error.downcast_ref::<AuthError>())
        {
            Some(error) => {
                this.0.status = error.status();
                Some(Box::new(error.clone()))
            }
            None => Some(Box::new(failure.clone())),
        };
        this
    }

    fn decode(operation: &Operation, call: &CallContext, body: &Bytes, source: &serde_json::Error) -> Self {
        let mut this = Self::bare(Kind::Decode, ChargeRisk::answered(operation));
        this.0.status = call.status();
        this.0.headers = call.headers();
        this.0.raw = body.slice(..body.len().min(64 * 1024));
        // serde_json quotes values in its text, so only the place is kept.
        let place = format!("line {}, column {}", source.line(), source.column());
        this.0.source = Some(place.into());
        this
    }
}

/// How a stream can break.
#[derive(Debug)]
pub(crate) enum StreamFault {
    Incomplete(Option<Box<dyn StdError + Send + Sync>>),
    Timeout,
    Malformed,
    Server(ErrorBody),
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::auth(error)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("charge_risk", &self.0.risk)
            .field("operation", &self.0.operation)
            .field("status", &self.0.status)
            .field("attempts", &self.0.attempts)
            .field("body", &self.0.body)
            .field("has_partial", &self.0.partial.is_some())
            .field("source", &self.0.source)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.0.kind {
            Kind::Class(Class::Budget { .. }) => "the wallet is empty",
            Kind::Class(Class::Login) => "a login is required",
            Kind::Class(Class::Permission) => "the call is not allowed",
            Kind::Class(Class::NotFound) => "there is no such model, id or endpoint",
            Kind::Class(Class::RateLimited) => "too many calls",
            Kind::Class(Class::Rejected) => "the request was rejected",
            Kind::Class(Class::Server) => "the service failed",
            Kind::Class(Class::Unexpected) => "the answer is unexpected",
            Kind::Auth => match self.auth_error() {
                Some(error) => return error.fmt(f),
                None => "the call could not be made",
            },
            Kind::Request(what) => what,
            Kind::Timeout => "no answer in time",
            Kind::Network => "the server could not be reached, or did not answer",
            Kind::Decode => "the answer cannot be read",
            Kind::NotAnAnswer => "the answer is not what the call promises",
            Kind::Incomplete => "the answer is incomplete",
        };
        f.write_str(what)?;
        match self.0.status {
            Some(status) => write!(f, " (HTTP {})", status.as_u16()),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            // It speaks through `Display` already.
            Some(source) if source.is::<AuthError>() => source.source(),
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

/// Why a [`Client`](crate::Client) cannot be built, or its environment cannot be read.
#[derive(Debug)]
pub struct ConfigError {
    what: String,
    source: Option<BuildError>,
}

impl ConfigError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }
}

impl From<BuildError> for ConfigError {
    fn from(error: BuildError) -> Self {
        Self {
            what: error.to_string(),
            source: Some(error),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for ConfigError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().and_then(StdError::source)
    }
}
