//! The hooks that join the generated client to its transport, and the two ways to make a client.

use crate::{
    attempts::{Attempts, copies},
    body,
    call::{CallContext, CallOptions},
    failure::Failure,
    generated::client::Client,
    operation::Operation,
    path,
    receive::{self, Received},
    transport::{Retry, Transport, TransportFuture},
};
use bytes::Bytes;
use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use std::{fmt, sync::Arc};

type Defaults = Arc<dyn Fn(&Operation) -> CallOptions + Send + Sync>;

/// What the generated [`Client`] carries: the shared transport, and the context of the call at hand.
#[derive(Clone)]
pub struct Inner {
    transport: Arc<dyn Transport>,
    /// The options of a call that brings no context.
    defaults: Option<Defaults>,
    call: Option<Arc<CallContext>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client for `base_url` that sends through `transport`.
    ///
    /// The base URL may carry a path; a slash at its end does no harm.
    pub fn with_transport(base_url: &str, http: reqwest::Client, transport: impl Transport) -> Self {
        let inner = Inner {
            transport: Arc::new(transport),
            defaults: None,
            call: None,
        };
        Self::new_with_client(base_url.trim_end_matches('/'), http, inner)
    }

    /// The same client, with options for every call that brings no context of its own.
    #[must_use]
    pub fn with_default_options(
        &self,
        options: impl Fn(&Operation) -> CallOptions + Send + Sync + 'static,
    ) -> Self {
        let mut client = self.clone();
        client.inner.defaults = Some(Arc::new(options));
        client
    }

    /// The same client with the context of one call. It shares the connection pool and the transport, so that it is
    /// cheap to make one for each call.
    ///
    /// ```no_run
    /// # async fn run(client: aipass_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass_api::{CallContext, CallOptions};
    /// use std::{sync::Arc, time::Duration};
    ///
    /// let mut options = CallOptions::default();
    /// options.total = Some(Duration::from_secs(20));
    /// let call = Arc::new(CallContext::new(options));
    /// let answer = client.for_call(call.clone()).get_userinfo().send().await;
    /// println!("{} attempts, status {:?}", call.attempts(), call.status());
    /// # answer?; Ok(()) }
    /// ```
    #[must_use]
    pub fn for_call(&self, call: Arc<CallContext>) -> Self {
        let mut client = self.clone();
        client.inner.call = Some(call);
        client
    }
}

/// Requests that no generated operation stands for.
impl Client {
    /// Sends a request of one's own through the transport, under the rules of `operation`: one of the table, or
    /// [`Operation::READ`] and [`Operation::CALL`]. A body of JSON or HTML is read and judged; any other is handed on as
    /// the operation says.
    ///
    /// # Errors
    /// A [`Failure`], as from any other operation.
    pub async fn execute(
        &self,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, Failure> {
        let call = self.inner().call.clone().unwrap_or_else(|| {
            let options = self.inner().defaults.as_ref().map(|options| options(operation));
            Arc::new(CallContext::new(options.unwrap_or_default()))
        });
        let outcome = self.execute_in(&call, operation, request).await;
        outcome.inspect_err(|failure| call.failed(failure.clone()))
    }

    /// As [`execute`](Self::execute), with this context.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn execute_in(
        &self,
        call: &CallContext,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, Failure> {
        let mut attempts = copies(request);
        let received = self.receive(call, operation, &mut attempts).await?;
        let open = matches!(received, Received::Open(_));
        let response = received.into_response();
        call.answered(response.status(), response.headers().clone());
        Ok(if open {
            body::limit_silence(response, call.options.idle)
        } else {
            response
        })
    }

    /// As [`execute_in`](Self::execute_in), for a caller that limits the silence of the body itself. The head's headers are in
    /// `call` alone.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    #[doc(hidden)]
    pub async fn execute_open(
        &self,
        call: &CallContext,
        operation: &'static Operation,
        attempts: &mut Attempts<'_>,
    ) -> Result<reqwest::Response, Failure> {
        let received = self.receive(call, operation, attempts).await?;
        let mut response = received.into_response();
        call.answered(response.status(), std::mem::take(response.headers_mut()));
        Ok(response)
    }

    /// As [`execute_in`](Self::execute_in), for an operation whose answer is JSON or text: its body, which was read whole. The
    /// head is in `call`.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    #[doc(hidden)]
    pub async fn execute_whole(
        &self,
        call: &CallContext,
        operation: &'static Operation,
        attempts: &mut Attempts<'_>,
    ) -> Result<Bytes, Failure> {
        let received = self.receive(call, operation, attempts).await?;
        let (head, body) = received.into_whole().await?;
        call.answered(head.status, head.headers);
        Ok(body)
    }

    async fn receive(
        &self,
        call: &CallContext,
        operation: &'static Operation,
        attempts: &mut Attempts<'_>,
    ) -> Result<Received, Failure> {
        let transport = self.inner().transport.as_ref();
        let mut sending = self.first(call, operation, attempts)?;
        loop {
            let failure = match receive::receive(sending, operation, call).await {
                Ok(received) => return Ok(received),
                Err(failure) => failure,
            };
            if let Some(status) = failure.status() {
                call.answered(status, failure.headers().clone());
            }
            // Its place would be kept in every call.
            let Some(again) = attempts().map(Box::new) else {
                transport.learn(&failure, operation, call).await;
                return Err(failure);
            };
            match transport.retry(&failure, operation, call).await {
                Retry::No => return Err(failure),
                Retry::Again => sending = self.attempt(call, operation, *again),
                Retry::Failed(error) => return Err(failure.overtaken(error)),
            }
        }
    }

    fn first<'a>(
        &'a self,
        call: &'a CallContext,
        operation: &'static Operation,
        attempts: &mut Attempts<'_>,
    ) -> Result<TransportFuture<'a>, Failure> {
        let Some(request) = attempts() else {
            unreachable!("there is a request for the first attempt")
        };
        path::check(operation, request.url()).map_err(Failure::unsendable)?;
        call.start_clock();
        Ok(self.attempt(call, operation, request))
    }

    fn attempt<'a>(
        &'a self,
        call: &'a CallContext,
        operation: &'static Operation,
        mut request: reqwest::Request,
    ) -> TransportFuture<'a> {
        if !call.options.headers.is_empty() {
            request.headers_mut().extend(call.options.headers.clone());
        }
        self.inner()
            .transport
            .send(self.client(), request, operation, call)
    }
}

impl ClientHooks<Inner> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        // The generator sends the document's version under this name; AI Pass knows no such header.
        request.headers_mut().remove("api-version");
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        // Every generated operation is in the table: both come out of the same run of the generator.
        let Some(operation) = Operation::find(info.operation_id) else {
            return Ok(Failure::unknown_operation(info.operation_id).into_response());
        };
        let outcome = self.execute(operation, request).await;
        Ok(outcome.unwrap_or_else(Failure::into_response))
    }

    async fn post<E>(
        &self,
        result: &reqwest::Result<reqwest::Response>,
        _: &OperationInfo,
    ) -> Result<(), Error<E>> {
        match result
            .as_ref()
            .ok()
            .and_then(|response| response.extensions().get::<Failure>())
        {
            Some(failure) => Err(Error::UnexpectedResponse(failure.clone().into_response())),
            None => Ok(()),
        }
    }
}
