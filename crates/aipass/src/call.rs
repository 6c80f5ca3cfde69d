//! One call from the outside: the books are opened, the span is there, the answer gets its facts.

use crate::{
    client::Client,
    error::Error,
    ledger::Ticket,
    meta::{self, Answer, Meta},
    policy::Timeouts,
    transport::Memory,
};
use aipass_api::{CallContext, ResponseValue, operation::Operation, types::Usage};
use http::HeaderMap;
use std::{future::Future, sync::Arc, time::Duration, time::Instant};
use tracing::{Instrument, Span, field, instrument::Instrumented};

pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) context: Arc<CallContext>,
    /// The limit on silence between two events of a stream.
    pub(crate) event_limit: Option<Duration>,
    ticket: Ticket,
    span: Span,
    began: Instant,
}

/// What an answer itself tells about the call.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) model: Option<String>,
    pub(crate) usage: Option<Usage>,
}

impl Client {
    /// The generated client for one call of that operation, and the call.
    pub(crate) fn call(
        &self,
        id: &'static str,
        model: Option<&str>,
    ) -> Result<(aipass_api::Client, Call), Error> {
        let Some(operation) = Operation::find(id) else {
            unreachable!("the table has every operation: {id}")
        };
        self.call_of(operation, model)
    }

    pub(crate) fn call_of(
        &self,
        operation: &'static Operation,
        model: Option<&str>,
    ) -> Result<(aipass_api::Client, Call), Error> {
        let (core, own) = self.parts();
        if let Some(problem) = own.problem() {
            return Err(Error::request(problem));
        }
        let ticket = core.ledger.open(operation).map_err(Error::over_guard)?;
        let timeouts: &Timeouts = own.timeouts.as_ref().unwrap_or(&core.wiring.timeouts);
        let mut options = timeouts.options(operation);
        options.headers.clone_from(&own.headers);
        let context = Arc::new(CallContext::new(options));
        if let Some(policy) = &own.retry {
            context.state(|memory: &mut Memory| memory.policy = Some(policy.clone()));
        }
        let call = Call {
            operation,
            context: context.clone(),
            event_limit: timeouts.event,
            ticket,
            span: span(operation, model),
            began: Instant::now(),
        };
        Ok((core.api.for_call(context), call))
    }
}

impl Call {
    /// Sends, and reads what the answer holds; `None` where it lacks what the operation promises.
    pub(crate) async fn answer<T, U>(
        self,
        sending: impl Future<Output = Result<ResponseValue<T>, aipass_api::Error<()>>>,
        read: impl FnOnce(T) -> Option<(U, Told)>,
    ) -> Result<Answer<U>, Error> {
        match self.send(sending).await {
            Err(error) => Err(self.failed(error)),
            Ok(response) => match read(response.into_inner()) {
                Some((value, told)) => Ok(Answer::new(value, self.answered(told))),
                None => {
                    let error = Error::empty(self.operation, &self.context);
                    Err(self.failed(error))
                }
            },
        }
    }

    /// Sends; the books stay open.
    pub(crate) async fn send<T>(
        &self,
        sending: impl Future<Output = Result<ResponseValue<T>, aipass_api::Error<()>>>,
    ) -> Result<ResponseValue<T>, Error> {
        let sent = self.within(sending).await;
        sent.map_err(|error| Error::call(self.operation, &self.context, &error))
    }

    /// What happens in there is told as a part of the call.
    pub(crate) fn within<F: Future>(&self, work: F) -> Instrumented<F> {
        work.instrument(self.span.clone())
    }

    /// What is known so far; for a stream, when it begins.
    pub(crate) fn meta(&self, headers: HeaderMap) -> Meta {
        Meta {
            headers,
            attempts: self.context.attempts(),
            elapsed: self.began.elapsed(),
            model: None,
            cost: None,
        }
    }

    /// Closes the books on a call that was answered.
    pub(crate) fn answered(self, told: Told) -> Meta {
        let mut meta = self.meta(self.context.headers());
        meta.model = told.model;
        meta.cost = told.usage.as_ref().and_then(|usage| usage.cost);
        self.settle(&meta, told.usage.as_ref());
        meta
    }

    /// As [`answered`](Self::answered), for a stream that has ended.
    pub(crate) fn settle(self, meta: &Meta, usage: Option<&Usage>) {
        self.span.record(
            "http.response.status_code",
            self.context.status().map(|status| status.as_u16()),
        );
        self.span.record("gen_ai.response.model", meta.model());
        if let Some(usage) = usage {
            self.span.record("gen_ai.usage.input_tokens", usage.prompt_tokens);
            self.span
                .record("gen_ai.usage.output_tokens", usage.completion_tokens);
        }
        self.finish(None);
        self.ticket.answered(usage, meta.cost());
    }

    /// Closes the books on a call that failed, and gives its error back.
    pub(crate) fn failed(self, error: Error) -> Error {
        self.span.record(
            "http.response.status_code",
            error.status().map(|status| status.as_u16()),
        );
        self.span
            .record("aipass.charge_risk", field::debug(error.charge_risk()));
        self.finish(Some(&error));
        if let Some(budget) = error.budget() {
            self.ticket.ledger().exhausted(budget.spent, budget.max);
        }
        self.ticket
            .failed(error.charge_risk(), meta::told_cost(error.headers()));
        error
    }

    fn finish(&self, error: Option<&Error>) {
        let resent = self.context.attempts().saturating_sub(1);
        self.span.record("http.request.resend_count", resent);
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span.record("aipass.elapsed_ms", elapsed);
        let _entered = self.span.enter();
        match error {
            None => tracing::debug!("the call was answered"),
            Some(error) => {
                self.span.record("error.type", error.kind_name());
                tracing::debug!("the call failed: {error}");
            }
        }
    }
}

/// The names are OpenTelemetry's for generative AI where it has one.
fn span(operation: &'static Operation, model: Option<&str>) -> Span {
    let kind = match operation.id {
        "create_chat_completion" | "create_chat_completion_stream" => Some("chat"),
        "create_embedding" => Some("embeddings"),
        _ => None,
    };
    tracing::info_span!(
        "aipass",
        operation = operation.id,
        gen_ai.provider.name = "aipass",
        gen_ai.operation.name = kind,
        gen_ai.request.model = model,
        gen_ai.response.model = field::Empty,
        gen_ai.usage.input_tokens = field::Empty,
        gen_ai.usage.output_tokens = field::Empty,
        http.response.status_code = field::Empty,
        http.request.resend_count = field::Empty,
        "error.type" = field::Empty,
        aipass.charge_risk = field::Empty,
        aipass.elapsed_ms = field::Empty,
    )
}
