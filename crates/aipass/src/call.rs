//! One call from the outside: the books are opened, the span is there, the answer gets its facts.

use crate::{
    client::Client,
    error::Error,
    ledger::Ticket,
    meta::{self, Answer, Meta},
    policy::Timeouts,
    salvage::{self, Salvage},
    streams::Endings,
    transport::Memory,
};
use aipass_api::{
    Attempts, CallContext, Failure, ResponseValue, copies,
    multipart::Form,
    operation::{Operation, ResponseKind},
    types::Usage,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use reqwest::{Request, Response};
use serde::Serialize;
use std::{future::Future, sync::Arc, time::Duration, time::Instant};
use tracing::{Instrument, Span, field, instrument::Instrumented};
use url::Url;

/// Short requests fit, and none has to grow from nothing. An allocator has pieces of this size at hand.
const FIRST_PIECE: usize = 1024;

/// As many as a usual request has by the time it is sent.
const FIRST_HEADERS: usize = 6;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The operation of that id; an unknown one does not compile.
macro_rules! operation {
    ($id:literal) => {
        const { ::aipass_api::operation::Operation::named($id) }
    };
}
pub(crate) use operation;

pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) context: Arc<CallContext>,
    /// The limit on silence between two events of a stream.
    pub(crate) event_limit: Option<Duration>,
    pub(crate) endings: Arc<Endings>,
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
        operation: &'static Operation,
        model: Option<&str>,
    ) -> Result<(aipass_api::Client, Call), Error> {
        let call = self.begin(operation, model)?;
        Ok((self.parts().0.api.for_call(call.context.clone()), call))
    }

    /// The call alone, for [`Call::post`].
    pub(crate) fn begin(&self, operation: &'static Operation, model: Option<&str>) -> Result<Call, Error> {
        let (core, own) = self.parts();
        if let Some(problem) = own.problem() {
            return Err(Error::request(problem));
        }
        let ticket = core.books().open(operation).map_err(Error::over_guard)?;
        core.wiring.endings.tidy();
        let timeouts: &Timeouts = own.timeouts.as_ref().unwrap_or(&core.wiring.timeouts);
        let mut options = timeouts.options(operation);
        if !own.headers.is_empty() {
            options.headers.clone_from(&own.headers);
        }
        if own.timeout.is_some() {
            options.total = own.timeout;
        }
        if let Some(bytes) = own.max_body {
            options.max_body = bytes;
        }
        if let Some(bytes) = own.max_event {
            options.max_event = bytes;
        }
        let context = Arc::new(CallContext::new(options));
        if let Some(policy) = &own.retry {
            context.state(|memory: &mut Memory| memory.policy = Some(Box::new(policy.clone())));
        }
        Ok(Call {
            operation,
            ticket: ticket.of(&context),
            context,
            event_limit: timeouts.event,
            endings: core.wiring.endings.clone(),
            span: span(operation, model),
            began: Instant::now(),
        })
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

    /// Sends a body of JSON and gives the answer as it comes, whose silence nothing limits yet. The generated builder would
    /// take a large request apart and put it together again, and read the same address anew for each call.
    pub(crate) fn post(
        &self,
        client: &Client,
        accept: &'static str,
        body: impl Serialize,
    ) -> impl Future<Output = Result<Response, Error>> + Send {
        // What is asked may be large, and the answer long in coming: its JSON alone is kept until then.
        let body = json(&body);
        async move {
            let body = body?;
            let mut attempts = || Some(self.request(client, accept, JSON, body.clone().into()));
            self.open(client, &mut attempts).await
        }
    }

    /// As [`post`](Self::post), of a form.
    pub(crate) async fn post_form(
        &self,
        client: &Client,
        accept: &'static str,
        form: Form,
    ) -> Result<Response, Error> {
        let mut attempts = self.form_attempts(client, accept, form).await?;
        self.open(client, &mut attempts).await
    }

    /// As [`post_for_json`](Self::post_for_json), of a form.
    pub(crate) async fn post_form_for_json<T: Salvage>(
        &self,
        client: &Client,
        form: Form,
    ) -> Result<T, Error> {
        let answer = self.post_form_for_body(client, "application/json", form).await?;
        self.read(&answer)
    }

    /// As [`post_form`](Self::post_form), for an answer of JSON or text.
    pub(crate) async fn post_form_for_body(
        &self,
        client: &Client,
        accept: &'static str,
        form: Form,
    ) -> Result<Bytes, Error> {
        let mut attempts = self.form_attempts(client, accept, form).await?;
        self.whole(client, &mut attempts).await
    }

    /// A form that holds a reader is sent once, and its token renewed before it.
    async fn form_attempts(
        &self,
        client: &Client,
        accept: &'static str,
        form: Form,
    ) -> Result<impl FnMut() -> Option<Request> + Send, Error> {
        let (content_type, body) = form.into_streamed();
        let content_type = HeaderValue::try_from(content_type)
            .map_err(|_| Error::request("the boundary of the form cannot be sent"))?;
        let again = body.is_replayable();
        if !again {
            Box::pin(self.within(client.renew_ahead())).await;
        }
        let mut sent = false;
        Ok(move || {
            let may = again || !std::mem::replace(&mut sent, true);
            may.then(|| self.request(client, accept, content_type.clone(), body.to_body()))
        })
    }

    /// As [`post`](Self::post), for an answer of JSON.
    pub(crate) async fn post_for_json<T: Salvage>(
        &self,
        client: &Client,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.post_for_body(client, body).await?;
        self.read(&answer)
    }

    /// As [`post_for_json`](Self::post_for_json), without reading what it says.
    pub(crate) fn post_for_body(
        &self,
        client: &Client,
        body: impl Serialize,
    ) -> impl Future<Output = Result<Bytes, Error>> + Send {
        // As in `post`.
        let body = json(&body);
        async move {
            let body = body?;
            let mut attempts = || Some(self.request(client, "application/json", JSON, body.clone().into()));
            self.whole(client, &mut attempts).await
        }
    }

    /// As [`post_for_json`](Self::post_for_json), to an address that names a thing.
    pub(crate) async fn post_to_for_json<T: Salvage>(
        &self,
        client: &Client,
        url: Url,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let mut request = self.request(client, "application/json", JSON, json(body)?.into());
        *request.url_mut() = url;
        let answer = self.whole(client, &mut copies(request)).await?;
        self.read(&answer)
    }

    /// Asks for what is at that address of the operation, and gives the answer as it comes.
    pub(crate) async fn get_for_body(&self, client: &Client, url: Url) -> Result<Bytes, Error> {
        let mut request = Request::new(Method::GET, url);
        let accept = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::ACCEPT, accept);
        self.whole(client, &mut copies(request)).await
    }

    /// As [`get_for_body`](Self::get_for_body), for an answer of JSON.
    pub(crate) async fn get_for_json<T: Salvage>(&self, client: &Client, url: Url) -> Result<T, Error> {
        let answer = self.get_for_body(client, url).await?;
        self.read(&answer)
    }

    fn read<T: Salvage>(&self, answer: &Bytes) -> Result<T, Error> {
        salvage::read(answer).map_err(|error| Error::decode(self.operation, &self.context, answer, &error))
    }

    fn open(
        &self,
        client: &Client,
        attempts: &mut Attempts<'_>,
    ) -> impl Future<Output = Result<Response, Error>> + Send {
        let api = &client.parts().0.api;
        self.sent(api.execute_open(&self.context, self.operation, attempts))
    }

    fn whole(
        &self,
        client: &Client,
        attempts: &mut Attempts<'_>,
    ) -> impl Future<Output = Result<Bytes, Error>> + Send {
        let api = &client.parts().0.api;
        self.sent(api.execute_whole(&self.context, self.operation, attempts))
    }

    fn request(
        &self,
        client: &Client,
        accept: &'static str,
        content_type: HeaderValue,
        body: reqwest::Body,
    ) -> Request {
        let mut request = Request::new(Method::POST, client.parts().0.address(self.operation));
        let headers = request.headers_mut();
        headers.reserve(FIRST_HEADERS);
        headers.insert(header::CONTENT_TYPE, content_type);
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        *request.body_mut() = Some(body);
        request
    }

    fn sent<T>(
        &self,
        sending: impl Future<Output = Result<T, Failure>> + Send,
    ) -> impl Future<Output = Result<T, Error>> + Send {
        // It is large, and would be copied with each future that holds it.
        let sending = self.within(Box::pin(sending));
        async move {
            if let Some(soon) = self.endings.next() {
                soon.await;
            }
            let sent = sending.await;
            sent.map_err(|failure| Error::failure(self.operation, &self.context, &failure))
        }
    }

    /// What is known when a stream begins. An open stream may be one of thousands: its headers are there once.
    pub(crate) fn begun(&mut self) -> Meta {
        let headers = self.context.take_headers();
        self.ticket.begun(&headers);
        self.meta(headers)
    }

    fn meta(&self, headers: HeaderMap) -> Meta {
        Meta {
            headers,
            attempts: self.context.attempts(),
            doubtful: self.context.state(|memory: &mut Memory| memory.doubtful),
            elapsed: self.began.elapsed(),
            model: None,
            cost: None,
            streamed: self.operation.response == ResponseKind::EventStream,
        }
    }

    /// Closes the books on a call that was answered.
    pub(crate) fn answered(self, told: Told) -> Meta {
        self.answered_by(told.model, told.usage.as_ref())
    }

    /// As [`answered`](Self::answered), by what stays in the answer.
    pub(crate) fn answered_by(self, model: Option<String>, usage: Option<&Usage>) -> Meta {
        let mut meta = self.meta(self.context.take_headers());
        meta.model = model;
        meta.cost = usage.and_then(|usage| usage.cost);
        self.settle(&meta, usage);
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
        if !self.span.is_disabled() {
            let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.span.record("aipass.elapsed_ms", elapsed);
        }
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

fn json(body: &impl Serialize) -> Result<Bytes, Error> {
    let mut json = Vec::with_capacity(FIRST_PIECE);
    serde_json::to_writer(&mut json, body)
        .map_err(|_| Error::request("the request cannot be written as JSON"))?;
    // It is kept until the answer begins, which may take minutes. A copy leaves the allocator a piece of the size that the next
    // call asks for.
    Ok(if json.len() < json.capacity() / 2 {
        Bytes::copy_from_slice(&json)
    } else {
        json.into()
    })
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
