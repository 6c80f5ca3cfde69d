//! The facade's transport: what happens between a call and the network.

mod address;
mod patience;
mod relogin;

pub(crate) use address::{Address, DOCUMENT_PREFIX};
pub(crate) use relogin::{FlowMaker, LogIn, Relogin};

use crate::{
    memory::Responder,
    middleware::{Answered, Middleware, Outgoing, Retrying},
    options::OURS,
    policy::{Again, Facts, RetryPolicy, Sleeper, risk},
};
use aipass_api::{
    BoxError, CallContext, Failure, FailureKind, LearnFuture, Retry, RetryFuture, TimeoutPhase, Transport,
    TransportError, TransportFuture,
    operation::{Operation, ResponseKind},
};
use aipass_auth::{AccessToken, Auth, AuthError, TokenSource};
use http::{HeaderName, HeaderValue, header};
use reqwest::{Request, Response};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// Later pages of AI Pass ask for it on every call with an OAuth token; earlier versions ignore it.
pub(crate) const CLIENT_ID: HeaderName = HeaderName::from_static("x-aipass-oauth-client-id");

/// Everything that a call meets on its way: the token, the scopes, the hooks, the limits, and the retry table.
pub(crate) struct Authed {
    /// `None` for an address that is not the service's: nobody there gets a token.
    pub(crate) tokens: Option<Arc<dyn TokenSource>>,
    pub(crate) client_id: Option<HeaderValue>,
    pub(crate) address: Address,
    pub(crate) policy: RetryPolicy,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) middleware: Arc<[Arc<dyn Middleware>]>,
    /// Answers in place of the network.
    pub(crate) responder: Option<Arc<dyn Responder>>,
    pub(crate) relogin: Option<Arc<Relogin>>,
    pub(crate) auth: Option<Auth>,
}

/// What is remembered between the attempts of one call.
#[derive(Default)]
pub(crate) struct Memory {
    /// The policy of this call, where it has one of its own.
    pub(crate) policy: Option<Box<RetryPolicy>>,
    /// The token of the last attempt.
    token: Option<AccessToken>,
    /// The renewed one for the next attempt.
    renewal: Option<AccessToken>,
    renewed: bool,
    logged_in: bool,
    /// How many logins of the session had ended when the attempt began.
    logins: u64,
    retries: u32,
    /// How many attempts before the last one may have been charged.
    pub(crate) doubtful: u32,
    /// The attempt at hand has left this machine.
    pub(crate) sent: bool,
}

impl Transport for Authed {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: Request,
        operation: &'static Operation,
        call: &'a CallContext,
    ) -> TransportFuture<'a> {
        // The futures of an attempt would have its place several times over.
        let request = Box::new(request);
        Box::pin(self.attempt(http, request, operation, call))
    }

    fn retry<'a>(
        &'a self,
        failure: &'a Failure,
        operation: &'static Operation,
        call: &'a CallContext,
    ) -> RetryFuture<'a> {
        Box::pin(self.decide(failure, operation, call))
    }

    fn learn<'a>(
        &'a self,
        failure: &'a Failure,
        operation: &'static Operation,
        call: &'a CallContext,
    ) -> LearnFuture<'a> {
        Box::pin(async move {
            if self.policy_of(call).again(&Facts::of(failure), operation.charge) == Again::Renew {
                // Whether it worked is seen by the next call, which would be refused for the same token otherwise.
                let _ = self.another_token(operation, call).await;
            }
        })
    }
}

impl Authed {
    async fn attempt(
        &self,
        http: &reqwest::Client,
        request: Box<Request>,
        operation: &'static Operation,
        call: &CallContext,
    ) -> Result<Response, TransportError> {
        let attempt = call.attempts() + 1;
        let (request, token) = self.prepare(request, operation, call, attempt).await?;

        call.state(|memory: &mut Memory| {
            memory.token = token;
            memory.sent = true;
        });
        call.count_attempt();
        let began = Instant::now();
        let response = match &self.responder {
            Some(responder) => {
                // It is rare, and its room would be kept in every call.
                let answering = Box::pin(crate::memory::answer(responder.as_ref(), *request));
                patience::within(call.options.first_byte, answering).await?
            }
            None => patience::send(http, *request, &call.options).await?,
        };
        if !self.middleware.is_empty() {
            self.after(&response, operation, attempt, began.elapsed());
        }
        Ok(response)
    }

    /// Everything that is to be done to a request before it is sent, and the token that signs it.
    async fn prepare(
        &self,
        mut request: Box<Request>,
        operation: &'static Operation,
        call: &CallContext,
        attempt: u32,
    ) -> Result<(Box<Request>, Option<AccessToken>), TransportError> {
        let logins = self.relogin.as_ref().map_or(0, |relogin| relogin.ended());
        let renewal = call.state(|memory: &mut Memory| {
            memory.sent = false;
            memory.logins = logins;
            memory.renewal.take()
        });
        self.address.place(&mut request, operation);
        if let Some(client_id) = &self.client_id {
            request.headers_mut().insert(CLIENT_ID, client_id.clone());
        }
        if !shows_its_end(operation) {
            let identity = HeaderValue::from_static("identity");
            request.headers_mut().insert(header::ACCEPT_ENCODING, identity);
        }
        let token = match &self.tokens {
            Some(tokens) => Some(token(tokens.as_ref(), renewal, operation).await?),
            None => None,
        };
        if !self.middleware.is_empty() {
            // It is rare, and its room would be kept in every call.
            Box::pin(self.before(&mut request, operation, attempt)).await?;
        }
        if let Some(token) = &token {
            sign(&mut request, token)?;
        }
        Ok((request, token))
    }

    async fn before(
        &self,
        request: &mut Request,
        operation: &'static Operation,
        attempt: u32,
    ) -> Result<(), TransportError> {
        let ours: Vec<Option<HeaderValue>> = OURS
            .iter()
            .map(|name| request.headers().get(name).cloned())
            .collect();
        let mut outgoing = Outgoing {
            operation: operation.id,
            charge: operation.charge,
            attempt,
            method: request.method().clone(),
            path: request.url().path().to_owned(),
            headers: std::mem::take(request.headers_mut()),
        };
        for hook in self.middleware.iter() {
            hook.before(&mut outgoing)
                .await
                .map_err(|error| own(Vetoed(error)))?;
        }
        for (name, value) in OURS.iter().zip(ours) {
            match value {
                Some(value) => drop(outgoing.headers.insert(name, value)),
                None => drop(outgoing.headers.remove(name)),
            }
        }
        *request.headers_mut() = outgoing.headers;
        Ok(())
    }

    fn after(&self, response: &Response, operation: &'static Operation, attempt: u32, elapsed: Duration) {
        let answered = Answered {
            operation: operation.id,
            attempt,
            status: response.status(),
            headers: response.headers(),
            elapsed,
        };
        for hook in self.middleware.iter() {
            hook.after(&answered);
        }
    }

    /// What is to become of a call that failed.
    async fn decide(&self, failure: &Failure, operation: &'static Operation, call: &CallContext) -> Retry {
        match failure.kind() {
            FailureKind::InvalidId => return Retry::No,
            // The login side has its own rules for its own calls; here only a login can help.
            FailureKind::Transport => {
                let error = failure.transport_error().and_then(|error| error.downcast_ref());
                return match error {
                    Some(error) => self.log_in(error, operation, call).await.unwrap_or(Retry::No),
                    None => Retry::No,
                };
            }
            _ => {}
        }
        let facts = Facts::of(failure);
        let policy = self.policy_of(call);
        match policy.again(&facts, operation.charge) {
            Again::Renew => self.renew(operation, call).await,
            Again::Retry => {
                let retries = call.state(|memory: &mut Memory| memory.retries);
                let Some(pause) = policy.pause(retries, &facts).filter(|pause| fits(*pause, call)) else {
                    return Retry::No;
                };
                call.state(|memory: &mut Memory| {
                    memory.retries += 1;
                    memory.doubtful += u32::from(risk(&facts, operation.charge).may_have_been_charged());
                });
                self.wait(pause, failure, operation, call).await;
                Retry::Again
            }
            Again::No | Again::OptIn => Retry::No,
        }
    }

    /// The policy of the call, or else that of the client.
    fn policy_of(&self, call: &CallContext) -> RetryPolicy {
        let own = call.state(|memory: &mut Memory| memory.policy.as_deref().cloned());
        own.unwrap_or_else(|| self.policy.clone())
    }

    async fn wait(
        &self,
        pause: Duration,
        failure: &Failure,
        operation: &'static Operation,
        call: &CallContext,
    ) {
        tracing::debug!(
            operation = operation.id,
            attempt = call.attempts(),
            pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            "waiting before the call is sent again: {failure}"
        );
        let retrying = Retrying {
            operation: operation.id,
            attempt: call.attempts(),
            status: failure.status(),
            pause,
        };
        for hook in self.middleware.iter() {
            hook.on_retry(&retrying);
        }
        self.sleeper.sleep(pause).await;
    }

    /// A 401: another token, once.
    async fn renew(&self, operation: &'static Operation, call: &CallContext) -> Retry {
        let renewed = match self.another_token(operation, call).await {
            None => return Retry::No,
            Some(Err(error)) => return Retry::Failed(error),
            Some(Ok(renewed)) => renewed,
        };
        match renewed {
            Ok(token) => {
                call.state(|memory: &mut Memory| memory.renewal = Some(token));
                Retry::Again
            }
            Err(error) => match self.log_in(&error, operation, call).await {
                Some(retry) => retry,
                None => Retry::Failed(own(error)),
            },
        }
    }

    /// A token in the place of the one that was refused, if there is one to be had and it is the first time that this call asks.
    async fn another_token(
        &self,
        operation: &'static Operation,
        call: &CallContext,
    ) -> Option<Result<Result<AccessToken, AuthError>, TransportError>> {
        let (rejected, first) = call.state(|memory: &mut Memory| {
            let first = !std::mem::replace(&mut memory.renewed, true);
            (memory.token.clone(), first)
        });
        let (tokens, rejected) = (self.tokens.as_ref()?, rejected.filter(|_| first)?);
        tracing::debug!(
            operation = operation.id,
            "the token was refused; asking for another one"
        );
        let renewing = tokens.token(Some(&rejected));
        Some(match call.deadline() {
            None => Ok(renewing.await),
            Some(deadline) => timeout_at(deadline, renewing)
                .await
                .map_err(|_| TransportError::Timeout(TimeoutPhase::Total)),
        })
    }

    /// Where only a login helps, and the app has given a way to log in. `None` where that is not so.
    async fn log_in(
        &self,
        error: &AuthError,
        operation: &'static Operation,
        call: &CallContext,
    ) -> Option<Retry> {
        let relogin = self.relogin.as_ref().filter(|_| error.is_login_required())?;
        if call.state(|memory: &mut Memory| std::mem::replace(&mut memory.logged_in, true)) {
            return None;
        }
        tracing::info!(operation = operation.id, "a login is required; starting one");
        let seen = call.state(|memory: &mut Memory| memory.logins);
        let auth = self.auth.as_ref()?;
        Some(match relogin.run(auth, seen).await {
            Ok(()) => {
                // A person's time is not the server's.
                call.start_clock();
                Retry::Again
            }
            Err(error) => Retry::Failed(own(error)),
        })
    }
}

/// The token of an attempt, which has the scopes that the operation needs.
async fn token(
    tokens: &dyn TokenSource,
    renewal: Option<AccessToken>,
    operation: &'static Operation,
) -> Result<AccessToken, TransportError> {
    let token = match renewal {
        Some(token) => token,
        None => tokens.token(None).await.map_err(own)?,
    };
    if let Some(scope) = missing_scope(&token, operation) {
        return Err(own(MissingScope(scope)));
    }
    Ok(token)
}

/// Whether that pause ends before the call has to.
fn fits(pause: Duration, call: &CallContext) -> bool {
    call.deadline().is_none_or(|deadline| {
        Instant::now()
            .checked_add(pause)
            .is_some_and(|end| end < deadline)
    })
}

/// Whether an answer that comes in half is seen to. A decoder of gzip may drop what follows the first member, so that half
/// a file or a text would pass as the whole: those are asked for as they are.
fn shows_its_end(operation: &Operation) -> bool {
    matches!(
        operation.response,
        ResponseKind::Json | ResponseKind::EventStream | ResponseKind::Empty
    )
}

fn own(error: impl Into<BoxError>) -> TransportError {
    TransportError::Other(error.into())
}

fn missing_scope(token: &AccessToken, operation: &'static Operation) -> Option<&'static str> {
    let granted = token.scopes()?;
    let is_missing = |scope: &&str| !granted.iter().any(|granted| granted == scope);
    operation.scopes.iter().copied().find(is_missing)
}

fn sign(request: &mut Request, token: &AccessToken) -> Result<(), TransportError> {
    let value = ["Bearer ", token.expose_secret()].concat();
    // The error of a bad value is dropped: it could quote the token.
    let mut value =
        HeaderValue::try_from(value).map_err(|_| own("the access token cannot stand in a header"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Ok(())
}

/// The scope that the login did not bring, known before anything is sent.
#[derive(Debug)]
pub(crate) struct MissingScope(pub(crate) &'static str);

impl std::fmt::Display for MissingScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the login lacks the scope {}", self.0)
    }
}

impl std::error::Error for MissingScope {}

/// A hook of the app said no.
#[derive(Debug)]
pub(crate) struct Vetoed(pub(crate) BoxError);

impl std::fmt::Display for Vetoed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the app's own middleware stopped the call")
    }
}

impl std::error::Error for Vetoed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.as_ref())
    }
}
