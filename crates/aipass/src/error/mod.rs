//! The one error of the facade: what happened, what it may have cost, and what to do about it.

mod make;
mod media;
mod text;

pub(crate) use make::StreamFault;

use crate::{
    chat::ChatReply,
    meta,
    policy::{ChargeRisk, Class, ErrorClass},
    tools::ToolReport,
    vision::ImageError,
};
use aipass_api::ErrorBody;
use aipass_auth::AuthError;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use std::{error::Error as StdError, time::Duration};

/// Where a user of AI Pass adds funds.
const DASHBOARD: &str = "https://aipass.one/panel/dashboard";

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
    tools: Option<Box<ToolReport>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// The job that the call was about.
    job: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Class(Class),
    /// The authorization side failed for now; the session is kept.
    Auth,
    /// The stored login lacks this scope; nothing was sent.
    MissingScope(&'static str),
    /// The app's own limit is reached; nothing was sent.
    OverGuard {
        spent: f64,
        max: f64,
    },
    /// The app's own hook said no; nothing was sent.
    Vetoed,
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
    /// A file of this machine.
    File(&'static str),
    /// An address that an answer names, and that must not be asked.
    Address(&'static str),
    /// Somebody else than the service, who has a file, does not give it.
    Stranger,
    /// A job that ended without a result.
    JobFailed,
    /// A job that goes on after the waiting is over.
    StillRunning,
    /// The model said no.
    Refusal,
    /// The answer ends at the limit of tokens; `unseen` where nothing of it is to be seen.
    Length {
        unseen: bool,
    },
    /// A content filter took the answer away.
    Filtered,
    /// An answer that is not of the type that was asked for.
    Unfit,
    /// A run of tools has made all the requests that it may.
    RoundLimit,
}

/// Values of an error's code or type that a content filter gives, in any case of letters.
const FILTER_CODES: &[&str] = &[
    "content_filter",
    "content_policy_violation",
    "moderation_blocked",
    "ResponsibleAIPolicyViolation",
];

/// How a gateway begins the message of an error that a content filter gave, where its code is only a status.
const FILTER_MESSAGE: &str = "litellm.ContentPolicyViolationError";

/// An empty wallet, as far as the server told. Amounts are in USD.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BudgetExceeded {
    /// What was spent.
    pub spent: Option<f64>,
    /// What may be spent at most.
    pub max: Option<f64>,
    /// Where the user adds funds.
    pub dashboard_url: &'static str,
}

/// Refusals and failures, as questions. One of them holds, but for [`is_not_found`](Self::is_not_found), which is a
/// [bad request](Self::is_bad_request) too, for a [content filter](Self::is_content_filter) that answers with an error, and
/// for what the login side adds.
impl Error {
    /// There is no session, or the server accepts it no more.
    ///
    /// Cause: nobody logged in, the user revoked the app, or the tokens are over (401). Remedy: log in again, or let
    /// [`login_with`](crate::ClientBuilder::login_with) do it.
    #[must_use]
    pub fn is_login_required(&self) -> bool {
        match self.0.kind {
            Kind::Class(class) => class.class == ErrorClass::Login,
            Kind::Auth => self.auth_error().is_some_and(AuthError::is_login_required),
            _ => false,
        }
    }

    /// The token has no right to this call.
    ///
    /// Cause: a scope that was not asked for at the login, which is noticed before anything is sent
    /// ([`missing_scope`](Self::missing_scope)), or an app or account without access (403). Remedy: log in with the scope,
    /// or ask for the access.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        self.is(ErrorClass::Permission) || matches!(self.0.kind, Kind::MissingScope(_))
    }

    /// The user's wallet is empty; [`budget`](Self::budget) has the amounts.
    ///
    /// Cause: the user's balance or limit is used up, at whatever status the gateway says so. Remedy: send the user to
    /// their dashboard; a repetition helps nothing.
    #[must_use]
    pub fn is_budget_exceeded(&self) -> bool {
        self.is(ErrorClass::Budget)
    }

    /// AI Pass's own account at the provider of that model is empty: it is not the user's wallet.
    ///
    /// Cause: `insufficient_quota` that comes from a provider. Remedy: try another model.
    #[must_use]
    pub fn is_provider_quota(&self) -> bool {
        self.is(ErrorClass::ProviderQuota)
    }

    /// The limit that the app set itself with a [`BudgetGuard`](crate::BudgetGuard) is reached. Nothing was sent.
    ///
    /// Remedy: start a new session once the user agrees to spend more.
    #[must_use]
    pub fn is_over_guard(&self) -> bool {
        matches!(self.0.kind, Kind::OverGuard { .. })
    }

    /// Too many calls (429).
    ///
    /// Cause: a limit of AI Pass or of a provider, still there after the retries or with a delay above 60 seconds. Remedy:
    /// wait for [`retry_after`](Self::retry_after).
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.is(ErrorClass::RateLimited)
    }

    /// The request itself is refused, or it could not be built at all.
    ///
    /// Cause: a bad parameter, named by [`param`](Self::param) where the server says it, an unknown model or id. Remedy:
    /// correct the request.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.is(ErrorClass::Rejected)
            || self.is(ErrorClass::NotFound)
            || matches!(self.0.kind, Kind::Request(_))
    }

    /// There is no such model, id or endpoint (404), which is also a [bad request](Self::is_bad_request); or a link in an answer
    /// does not lead to its file any more.
    ///
    /// Remedy: [`models`](crate::Client::models) has the exact names; links stop working after a while.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.is(ErrorClass::NotFound) || self.0.kind == Kind::Stranger
    }

    /// AI Pass or a provider behind it failed (5xx).
    ///
    /// Remedy: try again later; [`charge_risk`](Self::charge_risk) says whether the call may have been charged.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.is(ErrorClass::Server)
    }

    /// A time limit ran out, before or in the answer.
    ///
    /// Cause: a silent server or connection, or a limit that is too short. Remedy: the limits are
    /// [`Timeouts`](crate::policy::Timeouts).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout | Kind::StillRunning)
            || self.auth_error().is_some_and(AuthError::is_timeout)
    }

    /// There was no connection, or it broke before an answer came.
    ///
    /// Remedy: check the connection; `NotSent` as the [charge risk](Self::charge_risk) says that nothing was sent.
    #[must_use]
    pub fn is_network(&self) -> bool {
        self.0.kind == Kind::Network || self.auth_error().is_some_and(AuthError::is_network)
    }

    /// The answer, or the stream, ended early. What came is in [`partial`](Self::partial), or in
    /// [`raw_body`](Self::raw_body).
    ///
    /// Cause: a connection that was cut, a server that gave up; where an answer was due
    /// ([`ChatReply::into_whole`]), a finish reason that is not known to be an end. Remedy: use what came, or ask again and pay again.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == Kind::Incomplete
    }

    /// The answer is a success that cannot be read: not the promised JSON, or a page in its place. Of
    /// [structured output](crate::Client::extract): no JSON that fits the type; the [source](std::error::Error::source)
    /// names the member, and the answer is in [`partial`](Self::partial).
    ///
    /// Cause: something else than AI Pass answered, or a newer service; a model that does not keep to the schema. Remedy:
    /// check the base URL, update the program; try another model, or describe the members of the type.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::Decode | Kind::NotAnAnswer | Kind::Unfit | Kind::Address(_)
        )
    }

    /// The model refused to answer; its words are the [refusal](ChatReply::refusal) of [`partial`](Self::partial). Only where
    /// an answer was due: [`Client::extract`](crate::Client::extract), [`ChatReply::into_whole`].
    ///
    /// Cause: the model's own rules. Remedy: ask in another way, or another model.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.0.kind == Kind::Refusal
    }

    /// The answer ends at the limit of tokens; what came is in [`partial`](Self::partial). Only where a whole one was due:
    /// [`Client::extract`](crate::Client::extract), a call of a tool, [`ChatReply::into_whole`].
    ///
    /// Cause: `max_tokens`, or the model's own limit. A model that reasons may use up all of it before the first word, which
    /// [`ChatReply::is_spent_unseen`] and [`help`](Self::help) tell. Remedy: raise the limit, or leave it out.
    #[must_use]
    pub fn is_length(&self) -> bool {
        matches!(self.0.kind, Kind::Length { .. })
    }

    /// A content filter took the answer away, or refused the request.
    ///
    /// Cause: what was asked for, or what the model wrote. Remedy: change the request; a repetition helps nothing.
    #[must_use]
    pub fn is_content_filter(&self) -> bool {
        let is_code = |text: &str| FILTER_CODES.iter().any(|code| code.eq_ignore_ascii_case(text));
        self.0.kind == Kind::Filtered
            || [self.code(), self.error_type()]
                .into_iter()
                .flatten()
                .any(is_code)
            || self
                .server_message()
                .is_some_and(|words| words.starts_with(FILTER_MESSAGE))
    }

    /// A [run of tools](crate::ToolRun) has made all the requests that it may, and the model asks for more tools. What was
    /// done is in [`tool_report`](Self::tool_report).
    ///
    /// Remedy: go on from there with more rounds, or show what came.
    #[must_use]
    pub fn is_round_limit(&self) -> bool {
        self.0.kind == Kind::RoundLimit
    }

    /// Middleware of the app stopped the call; its error is the last in the chain of
    /// [sources](std::error::Error::source). Nothing was sent.
    #[must_use]
    pub fn is_vetoed(&self) -> bool {
        self.0.kind == Kind::Vetoed
    }

    fn is(&self, class: ErrorClass) -> bool {
        self.class() == Some(class)
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
        meta::request_id(&self.0.headers)
    }

    /// How long the server asks to wait (`retry-after-ms`, or `Retry-After` as RFC 9110 section 10.2.3 has it), at most a
    /// day.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        aipass_auth::__http::retry_after(&self.0.headers)
    }

    /// The server's machine-readable code, or else its type.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.body.code.as_deref().or(self.error_type())
    }

    /// The server's machine-readable class of the error, such as `invalid_request_error` (the member `type`).
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.0.body.kind.as_deref()
    }

    /// The parameter that the server refused.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.0.body.param.as_deref()
    }

    /// The scope that is missing: known from the stored login, or named by the server (RFC 6750 section 3).
    #[must_use]
    pub fn missing_scope(&self) -> Option<&str> {
        match self.0.kind {
            Kind::MissingScope(scope) => Some(scope),
            _ if self.is_permission() => {
                let challenge = self.header(header::WWW_AUTHENTICATE.as_str())?;
                let scope = challenge.split_once("scope=\"")?.1.split('"').next()?;
                Some(scope).filter(|scope| !scope.is_empty())
            }
            _ => None,
        }
    }

    /// The server's own words, cut to 500 characters, without control characters and without hashes of keys. They may
    /// quote the request, so show them to the user and keep them out of logs.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        self.0.body.message.as_deref()
    }

    /// The first 64 KiB of the answer as it came. Keep it out of logs.
    #[must_use]
    pub fn raw_body(&self) -> &Bytes {
        &self.0.raw
    }

    /// The headers of the answer as they came; empty where there was none. Keep them out of logs.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// How often the call was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the wallet has spent and may spend, where it is [empty](Self::is_budget_exceeded).
    #[must_use]
    pub fn budget(&self) -> Option<BudgetExceeded> {
        match self.0.kind {
            Kind::Class(Class {
                class: ErrorClass::Budget,
                spent,
                max,
            }) => Some(BudgetExceeded {
                spent,
                max,
                dashboard_url: DASHBOARD,
            }),
            _ => None,
        }
    }

    /// The error of the login side, where the failure is one: a login that is required, a store that cannot be written, a
    /// token endpoint that did not answer.
    #[must_use]
    pub fn auth_error(&self) -> Option<&AuthError> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// Why an image cannot be sent, where the failure is that.
    #[must_use]
    pub fn image_error(&self) -> Option<&ImageError> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// What came of a chat before it broke off.
    #[must_use]
    pub fn partial(&self) -> Option<&ChatReply> {
        self.0.partial.as_ref()
    }

    /// What a [run of tools](crate::ToolRun) had done when it failed. It was paid for, and
    /// [a new run can go on from it](crate::ToolReport::messages).
    #[must_use]
    pub fn tool_report(&self) -> Option<&ToolReport> {
        self.0.tools.as_deref()
    }

    fn class(&self) -> Option<ErrorClass> {
        match self.0.kind {
            Kind::Class(class) => Some(class.class),
            _ => None,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }
}
