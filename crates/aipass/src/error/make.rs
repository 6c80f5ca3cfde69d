//! How the facade makes errors, from what the layers below know.

use super::{Error, Kind, Parts};
use crate::{
    chat::ChatReply,
    ledger::OverGuard,
    policy::{ChargeRisk, Class, ErrorClass, Facts, class, risk},
    tools::ToolReport,
    transport::{Memory, MissingScope, Vetoed},
    vision::ImageError,
};
use aipass_api::{CallContext, ErrorBody, Failure, FailureKind, TimeoutPhase, operation::Operation};
use aipass_auth::AuthError;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::error::Error as StdError;

/// What is wrong with an id that cannot stand in a path.
pub(super) const INVALID_ID: &str = "an id is empty, `.` or `..`, or holds control characters";

/// How much of an answer that does not decode is kept.
const KEPT: usize = 64 * 1024;

impl Error {
    pub(super) fn bare(kind: Kind, risk: ChargeRisk) -> Self {
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
            tools: None,
            source: None,
            job: None,
        }))
    }

    /// The answer is whole, and is not what was asked for.
    fn of_reply(kind: Kind, reply: ChatReply) -> Self {
        let mut this = Self::bare(kind, ChargeRisk::Completed);
        this.0.operation = Some(reply.meta.operation());
        this.0.attempts = reply.meta.attempts();
        this.0.headers = reply.meta.headers().clone();
        this.0.partial = Some(reply);
        this
    }

    pub(crate) fn refusal(reply: ChatReply) -> Self {
        Self::of_reply(Kind::Refusal, reply)
    }

    pub(crate) fn length(reply: ChatReply) -> Self {
        let unseen = reply.is_spent_unseen();
        Self::of_reply(Kind::Length { unseen }, reply)
    }

    pub(crate) fn filtered(reply: ChatReply) -> Self {
        Self::of_reply(Kind::Filtered, reply)
    }

    /// It ended for a reason that is not known to be an end.
    pub(crate) fn broken_off(reply: ChatReply) -> Self {
        Self::of_reply(Kind::Incomplete, reply)
    }

    /// `place` says where in the answer, and quotes nothing of it.
    pub(crate) fn unfit(reply: ChatReply, place: String) -> Self {
        let mut this = Self::of_reply(Kind::Unfit, reply);
        this.0.source = Some(place.into());
        this
    }

    pub(crate) fn round_limit(reply: ChatReply) -> Self {
        Self::of_reply(Kind::RoundLimit, reply)
    }

    /// A run of tools whose stream was not read to its end.
    pub(crate) fn run_incomplete(risk: ChargeRisk) -> Self {
        Self::bare(Kind::Incomplete, risk)
    }

    /// What the run had done goes with the error, and so do its costs: whoever takes the risk for that of the whole run must
    /// not pay for the earlier rounds again.
    pub(crate) fn in_run(mut self, report: ToolReport) -> Self {
        if !report.replies().is_empty() && !self.0.risk.may_have_been_charged() {
            self.0.risk = ChargeRisk::Completed;
        }
        self.0.tools = Some(Box::new(report));
        self
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

    /// An image of the request cannot be used.
    pub(crate) fn image(error: ImageError) -> Self {
        let mut this = Self::request("the image cannot be sent");
        this.0.source = Some(Box::new(error));
        this
    }

    /// The app's own limit is reached.
    pub(crate) fn over_guard(over: OverGuard) -> Self {
        let kind = Kind::OverGuard {
            spent: over.spent,
            max: over.max,
        };
        Self::bare(kind, ChargeRisk::NotSent)
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
        match call.take_failure().or_else(|| Failure::of(error).cloned()) {
            Some(failure) => Self::failure(operation, call, &failure),
            None => match error {
                aipass_api::Error::InvalidResponsePayload(body, source) => {
                    Self::decode(operation, call, body, source)
                }
                // The generated builder names the member that is missing; nothing was sent.
                _ => Self::request("a required member of the request is missing or invalid"),
            },
        }
    }

    /// A success that lacks what the operation promises.
    pub(crate) fn empty(operation: &'static Operation, call: &CallContext) -> Self {
        Self::bare(Kind::NotAnAnswer, ChargeRisk::Free).answered(operation, call, FailureKind::NotAnAnswer)
    }

    pub(crate) fn decode(
        operation: &'static Operation,
        call: &CallContext,
        body: &Bytes,
        source: &serde_json::Error,
    ) -> Self {
        // JSON that is whole and something else says nothing about the work; JSON that breaks off was an answer.
        let why = if source.is_data() {
            FailureKind::NotAnAnswer
        } else {
            FailureKind::Malformed
        };
        let mut this = Self::bare(Kind::Decode, ChargeRisk::Free).answered(operation, call, why);
        // A slice would keep all of it.
        this.0.raw = Bytes::copy_from_slice(&body[..body.len().min(KEPT)]);
        // serde_json quotes values in its text, so only the place is kept.
        let place = format!("line {}, column {}", source.line(), source.column());
        this.0.source = Some(place.into());
        this
    }

    /// An answer came, and is of no use for this reason.
    fn answered(mut self, operation: &'static Operation, call: &CallContext, why: FailureKind) -> Self {
        self.0.risk = risk(&Facts::in_answer(why, None, false), operation.charge);
        self.0.operation = Some(operation.id);
        self.0.attempts = call.attempts();
        self.0.status = call.status();
        self.0.headers = call.headers();
        self
    }

    /// A stream broke after its head, or after it had begun to answer; `partial` is what came of a chat.
    pub(crate) fn stream(
        operation: &'static Operation,
        call: &CallContext,
        headers: &HeaderMap,
        fault: StreamFault,
        begun: bool,
        partial: Option<ChatReply>,
    ) -> Self {
        // There is none where chunks are added up that came from elsewhere.
        let status = call.status();
        let (kind, why, class) = match &fault {
            StreamFault::Incomplete(_) => (Kind::Incomplete, FailureKind::Cut, None),
            StreamFault::Timeout => (Kind::Timeout, FailureKind::Timeout(TimeoutPhase::Idle), None),
            StreamFault::Malformed => (Kind::Decode, FailureKind::Malformed, None),
            StreamFault::NotAnAnswer(_) => (Kind::NotAnAnswer, FailureKind::NotAnAnswer, None),
            StreamFault::TooLarge => (Kind::NotAnAnswer, FailureKind::TooLarge, None),
            StreamFault::Server(body) => {
                let class = match class(status.unwrap_or(StatusCode::OK), body, headers) {
                    // It speaks the protocol, so it is the service.
                    class if class.class == ErrorClass::Unexpected => Class::from(ErrorClass::Server),
                    class => class,
                };
                (Kind::Class(class), FailureKind::FalseSuccess, Some(class))
            }
        };
        let risk = risk(&Facts::in_answer(why, class, begun), operation.charge);
        let mut this = Self::bare(kind, risk);
        this.0.operation = Some(operation.id);
        this.0.attempts = call.attempts();
        this.0.status = status;
        this.0.headers = headers.clone();
        this.0.partial = partial;
        match fault {
            StreamFault::Server(body) => this.0.body = body,
            StreamFault::NotAnAnswer(raw) => {
                this.0.body = ErrorBody::read(&raw);
                this.0.raw = raw.slice(..raw.len().min(KEPT));
            }
            StreamFault::Incomplete(source) => this.0.source = source,
            StreamFault::Timeout | StreamFault::Malformed | StreamFault::TooLarge => {}
        }
        this.after(call)
    }

    pub(crate) fn failure(operation: &'static Operation, call: &CallContext, failure: &Failure) -> Self {
        let facts = Facts::of(failure);
        let kind = match (failure.kind(), facts.class) {
            (FailureKind::Status | FailureKind::FalseSuccess, Some(class)) => Kind::Class(class),
            (FailureKind::Timeout(_), _) => Kind::Timeout,
            (FailureKind::Cut, _) => Kind::Incomplete,
            (FailureKind::Malformed, _) => Kind::Decode,
            (FailureKind::NotAnAnswer | FailureKind::TooLarge, _) => Kind::NotAnAnswer,
            (FailureKind::InvalidId, _) => Kind::Request(INVALID_ID),
            (FailureKind::Transport, _) => of_transport(failure),
            _ => Kind::Network,
        };
        let mut risk = risk(&facts, operation.charge);
        // The limit ran out before the attempt was sent, over a renewal or a hook.
        let sent = call.state(|memory: &mut Memory| memory.sent);
        if !sent && risk == ChargeRisk::Unknown {
            risk = ChargeRisk::NotSent;
        }
        let mut this = Self::bare(kind, risk);
        this.0.operation = Some(operation.id);
        this.0.attempts = call.attempts();
        this.0.status = failure.status();
        this.0.headers = failure.headers().clone();
        this.0.body = failure.error_body().cloned().unwrap_or_default();
        this.0.raw = failure.body().clone();
        let own = failure.transport_error();
        this.0.source = match own.and_then(|error| error.downcast_ref::<AuthError>()) {
            Some(error) => {
                // A token endpoint's status, where the service itself has said nothing.
                this.0.status = this.0.status.or(error.status());
                Some(Box::new(error.clone()))
            }
            None => Some(Box::new(failure.clone())),
        };
        this.after(call)
    }

    /// Under a policy that repeats what may have been charged, the last attempt alone does not say what the call cost.
    fn after(mut self, call: &CallContext) -> Self {
        let earlier = call.state(|memory: &mut Memory| memory.doubtful > 0);
        if earlier && !self.0.risk.may_have_been_charged() && self.0.risk != ChargeRisk::Free {
            self.0.risk = ChargeRisk::Unknown;
        }
        self
    }
}

fn of_transport(failure: &Failure) -> Kind {
    let Some(error) = failure.transport_error() else {
        return Kind::Auth;
    };
    match error.downcast_ref::<MissingScope>() {
        Some(MissingScope(scope)) => Kind::MissingScope(scope),
        None if error.is::<Vetoed>() => Kind::Vetoed,
        None => Kind::Auth,
    }
}

/// How a stream can break.
#[derive(Debug)]
pub(crate) enum StreamFault {
    Incomplete(Option<Box<dyn StdError + Send + Sync>>),
    Timeout,
    /// Cut or malformed JSON.
    Malformed,
    /// Something else, such as a page, or JSON that holds nothing of what the call promises.
    NotAnAnswer(Bytes),
    /// More than is read into memory.
    TooLarge,
    Server(ErrorBody),
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::auth(error)
    }
}

impl From<ImageError> for Error {
    fn from(error: ImageError) -> Self {
        Self::image(error)
    }
}
