//! Answers in place of the network, for the tests of an app.

use crate::middleware::Names;
use aipass_api::TransportError;
use aipass_auth::BoxFuture;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Answers requests in place of the network: see [`ClientBuilder::responder`](crate::ClientBuilder::responder).
///
/// Everything else stays as it is: tokens, hooks, retries, limits and what an answer means. Only the login side still
/// goes to its server, so give the client a fixed [access token](crate::ClientBuilder::access_token), or a store with
/// tokens that are good.
pub trait Responder: Send + Sync + fmt::Debug + 'static {
    /// The answer to that request. Its `Authorization` header is marked as sensitive.
    fn respond(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply>;
}

/// What becomes of a request.
#[non_exhaustive]
pub enum Reply {
    /// An answer. For a stream, its body holds all of the events.
    Answer(Response<Bytes>),
    /// No connection could be made: nothing was sent.
    Refused,
    /// The request was sent, and the connection ended without an answer.
    NoAnswer,
}

impl Reply {
    /// An answer of JSON.
    #[must_use]
    pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::of(status, "application/json", body.into())
    }

    /// A stream of server-sent events, as they stand on the wire: `data: {…}\n\n`.
    #[must_use]
    pub fn events(body: impl Into<Bytes>) -> Self {
        Self::of(StatusCode::OK, "text/event-stream", body.into())
    }

    fn of(status: StatusCode, media_type: &'static str, body: Bytes) -> Self {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response.headers_mut().insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static(media_type),
        );
        Self::Answer(response)
    }
}

// What a model answers stays out of logs: only its size is shown.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(response) => f
                .debug_struct("Answer")
                .field("status", &response.status())
                .field("headers", &Names(response.headers()))
                .field("body_bytes", &response.body().len())
                .finish(),
            Self::Refused => f.write_str("Refused"),
            Self::NoAnswer => f.write_str("NoAnswer"),
        }
    }
}

/// A [`Responder`] that remembers what it was asked and answers by a function.
///
/// ```
/// use aipass::{Client, InMemory, Reply, Secret, http::StatusCode};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let service = InMemory::new(|request| match request.uri().path() {
///     "/oauth2/v1/chat/completions" => {
///         Reply::json(StatusCode::OK, r#"{"choices":[{"message":{"content":"Take a walk."}}]}"#)
///     }
///     _ => Reply::json(StatusCode::NOT_FOUND, "{}"),
/// });
/// let ai = Client::builder().access_token(Secret::new("token")).responder(service.clone()).build()?;
/// assert_eq!(ai.chat("gpt-4o-mini").user("One tip?").send().await?.text(), "Take a walk.");
/// assert_eq!(service.requests().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct InMemory(Arc<Inner>);

type Answering = dyn Fn(&Request<Bytes>) -> Reply + Send + Sync;

struct Inner {
    answer: Box<Answering>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl InMemory {
    /// Answers each request by that function.
    pub fn new(answer: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            answer: Box::new(answer),
            requests: Mutex::default(),
        }))
    }

    /// The requests so far, the first one first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Request<Bytes>>> {
        self.0.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Responder for InMemory {
    fn respond(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let reply = (self.0.answer)(&request);
        self.lock().push(request);
        Box::pin(std::future::ready(reply))
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory")
            .field("requests", &self.lock().len())
            .finish_non_exhaustive()
    }
}

pub(crate) async fn answer(
    responder: &dyn Responder,
    request: reqwest::Request,
) -> Result<reqwest::Response, TransportError> {
    let (parts, body) = Request::<reqwest::Body>::try_from(request)?.into_parts();
    let body = http_body_util::BodyExt::collect(body).await?.to_bytes();
    match responder.respond(Request::from_parts(parts, body)).await {
        Reply::Answer(response) => Ok(response.into()),
        Reply::Refused => Err(TransportError::NotSent(
            "the responder refused the connection".into(),
        )),
        Reply::NoAnswer => Err(TransportError::NoAnswer("the responder gave no answer".into())),
    }
}
