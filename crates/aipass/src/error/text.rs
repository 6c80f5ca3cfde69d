//! What an error says: what happened, and what to do. Never a body, a header, a URL or a secret.

use super::{DASHBOARD, Error, Kind};
use crate::policy::{ChargeRisk, ErrorClass};
use aipass_auth::AuthError;
use std::{error::Error as StdError, fmt};

impl Error {
    /// What to do about it, in one sentence for a person, and whether money may have been spent.
    #[must_use]
    pub fn help(&self) -> String {
        let advice = self.advice();
        let broke_off = matches!(self.0.kind, Kind::Timeout | Kind::Network);
        // A refusal speaks for itself; whoever was cut off wants to know.
        if self.0.risk.may_have_been_charged() || (broke_off && self.0.risk == ChargeRisk::NotSent) {
            format!("{advice}; {}", self.0.risk)
        } else {
            advice
        }
    }

    fn advice(&self) -> String {
        if let Some(error) = self.auth_error() {
            return error.help().unwrap_or("correct the settings").to_owned();
        }
        if let Some(error) = self.image_error() {
            return error.help().to_owned();
        }
        let advice = match self.0.kind {
            Kind::Class(class) => match class.class {
                ErrorClass::Budget => {
                    return format!(
                        "add funds through a checkout link, or for AI Pass at {DASHBOARD}, then try again"
                    );
                }
                ErrorClass::ProviderQuota => {
                    "try another model: the service has used up its own quota for this one"
                }
                ErrorClass::Login => "log in again",
                ErrorClass::Permission => {
                    "the login lacks a scope, or the account has no access; log in again with the scopes that the call needs"
                }
                ErrorClass::NotFound => "check the model or id; the list of models has the exact names",
                ErrorClass::RateLimited => match self.retry_after() {
                    Some(pause) => return format!("wait {} s, then try again", pause.as_secs().max(1)),
                    None => "wait a little, then try again",
                },
                ErrorClass::Rejected => match self.param() {
                    Some("model") => "check the model; the list of models has the exact names",
                    Some(param) => return format!("correct the parameter {param}"),
                    None => "correct the request",
                },
                ErrorClass::Server if self.0.risk.may_have_been_charged() => {
                    "look at the balance before it is asked for again"
                }
                ErrorClass::Server => "try again later",
                ErrorClass::Unexpected => "check the base URL; something else than AI Pass may have answered",
            },
            Kind::MissingScope(scope) => return format!("log in again and ask for the scope {scope}"),
            Kind::OverGuard { .. } => {
                "the app's own limit holds the call back; start a new session to spend more"
            }
            Kind::Vetoed => "the app itself stopped the call; its own error says why",
            Kind::Request(_) => "correct the request",
            Kind::Auth => "try again later; the session is kept",
            Kind::Timeout => "allow more time, or check the connection, then try again",
            Kind::Network => "check the connection, then try again",
            Kind::Decode | Kind::NotAnAnswer => "check the base URL, and for a newer version of this program",
            Kind::Incomplete if self.0.partial.is_some() => {
                "what came is kept; ask again if you need the rest"
            }
            Kind::Incomplete => "the connection was cut; ask again",
            Kind::File(_) => "check the path, its folder and the room there; then ask for the file again",
            Kind::Address(_) => "the answer names a file at an address that is not safe to ask",
            Kind::Stranger => "links stop working after a while; ask for the file anew",
            Kind::JobFailed => "change what is asked for, or try again",
            Kind::StillRunning => "the job goes on: wait for it again by its id",
            Kind::Refusal => "the model's own words are kept; ask in another way, or another model",
            Kind::Length { unseen: true } => {
                "the model spent the limit on reasoning, before the first word; raise max_tokens or leave it out, or ask for less reasoning effort"
            }
            Kind::Length { unseen: false } => "what came is kept; raise max_tokens or leave it out",
            Kind::Filtered => "change the request; a repetition helps nothing",
            Kind::Unfit => "the answer is kept; try another model, or describe the members of the type",
            Kind::RoundLimit => "what was done is kept; go on from its messages with more rounds",
        };
        advice.to_owned()
    }

    /// One word for logs.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.0.kind {
            Kind::Class(class) => match class.class {
                ErrorClass::Budget => "budget_exceeded",
                ErrorClass::ProviderQuota => "provider_quota",
                ErrorClass::Login => "login_required",
                ErrorClass::Permission => "permission",
                ErrorClass::NotFound => "not_found",
                ErrorClass::RateLimited => "rate_limited",
                ErrorClass::Rejected => "bad_request",
                ErrorClass::Server => "server",
                ErrorClass::Unexpected => "unexpected",
            },
            Kind::Auth if self.is_login_required() => "login_required",
            Kind::Auth => "auth",
            Kind::MissingScope(_) => "missing_scope",
            Kind::OverGuard { .. } => "over_guard",
            Kind::Vetoed => "vetoed",
            Kind::Request(_) => "bad_request",
            Kind::Timeout => "timeout",
            Kind::Network => "network",
            Kind::Decode | Kind::NotAnAnswer | Kind::Unfit => "decode",
            Kind::Incomplete => "incomplete",
            Kind::File(_) => "file",
            Kind::Address(_) => "address",
            Kind::Stranger => "stranger",
            Kind::JobFailed => "job_failed",
            Kind::StillRunning => "still_running",
            Kind::Refusal => "refusal",
            Kind::Length { .. } => "length",
            Kind::Filtered => "content_filter",
            Kind::RoundLimit => "round_limit",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.0.kind {
            Kind::Class(class) => match class.class {
                ErrorClass::Budget => "the wallet is empty",
                ErrorClass::ProviderQuota => "the service's own quota for this model is used up",
                ErrorClass::Login => "a login is required",
                ErrorClass::Permission => "the call is not allowed",
                ErrorClass::NotFound => "there is no such model, id or endpoint",
                ErrorClass::RateLimited => "too many calls",
                ErrorClass::Rejected => "the request was rejected",
                ErrorClass::Server => "the service failed",
                ErrorClass::Unexpected => "the answer is unexpected",
            },
            Kind::Auth => match self.auth_error() {
                Some(error) => return error.fmt(f),
                None => "the call could not be made",
            },
            Kind::MissingScope(scope) => return write!(f, "the login lacks the scope {scope}"),
            Kind::OverGuard { spent, max } => {
                return write!(
                    f,
                    "the session's own limit of {max} USD is reached ({spent} USD spent)"
                );
            }
            Kind::Vetoed => "the app's own middleware stopped the call",
            Kind::Request(what) => what,
            Kind::Timeout => "no answer in time",
            Kind::Network => "the server could not be reached, or did not answer",
            Kind::Decode => "the answer cannot be read",
            Kind::NotAnAnswer => "the answer is not what the call promises",
            Kind::Incomplete => "the answer is incomplete",
            Kind::File(what) => what,
            Kind::Address(why) => return write!(f, "the file's address is not asked: {why}"),
            Kind::Stranger => "the link in the answer does not lead to its file",
            Kind::JobFailed => "the job ended without a result",
            Kind::StillRunning => "the job is not done in time",
            Kind::Refusal => "the model refused to answer",
            Kind::Length { unseen: true } => "the limit of tokens was used up before the first word",
            Kind::Length { unseen: false } => "the answer ends at the limit of tokens",
            Kind::Filtered => "a content filter ended the answer",
            Kind::Unfit => "the answer does not fit the type",
            Kind::RoundLimit => "the limit of rounds is reached",
        };
        f.write_str(what)?;
        match self.0.status {
            Some(status) => write!(f, " (HTTP {})", status.as_u16()),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a person sees who lets an error out of `main`.
        f.debug_struct("Error")
            .field("message", &format_args!("{self}"))
            .field("help", &format_args!("{}", self.help()))
            .field("kind", &self.0.kind)
            .field("charge_risk", &self.0.risk)
            .field("operation", &self.0.operation)
            .field("status", &self.0.status)
            .field("attempts", &self.0.attempts)
            .field("body", &self.0.body)
            .field("has_partial", &self.0.partial.is_some())
            .field("has_tool_report", &self.0.tools.is_some())
            .field("source", &self.0.source)
            .finish()
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
