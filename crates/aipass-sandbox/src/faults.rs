//! Misbehaviour on demand: what the next request to a route meets instead of its answer.

use std::collections::{BTreeMap, VecDeque};
use std::future::{pending, ready};
use std::io;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};

use crate::body::LARGE;
use crate::route::Route;
use crate::server::Line;

/// One misbehaviour, for [`Sandbox::fail_next`](crate::Sandbox::fail_next).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// This answer instead of the true one. The call is not carried out and costs nothing.
    Status {
        /// The status code.
        status: u16,
        /// The body, sent as `application/json` unless the headers say otherwise.
        body: String,
        /// Further headers; one that is no valid header is left out.
        headers: Vec<(String, String)>,
    },
    /// The call is carried out and charged, and the connection ends after so many bytes of the answer's body.
    CutAfterBytes(usize),
    /// The request is read to its end and never answered. The call is not carried out.
    Stall,
    /// A page of HTML with status 200, as a captive portal sends it. The call is not carried out.
    Html200,
    /// The connection is reset (TCP RST) before any byte of an answer. The call is not carried out.
    Reset,
}

impl Fault {
    /// A status with a JSON body and no further headers.
    #[must_use]
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Status {
            status,
            body: body.into(),
            headers: Vec::new(),
        }
    }
}

/// The faults that are still due, in order per route.
#[derive(Default)]
pub(crate) struct FaultPlan {
    due: BTreeMap<Route, VecDeque<Fault>>,
}

impl FaultPlan {
    pub(crate) fn push(&mut self, route: Route, fault: Fault) {
        self.due.entry(route).or_default().push_back(fault);
    }

    pub(crate) fn take(&mut self, route: Route) -> Option<Fault> {
        self.due.get_mut(&route)?.pop_front()
    }
}

/// Lets `request` meet `fault`.
pub(crate) async fn play(fault: Fault, request: Request, next: Next) -> Response {
    match fault {
        Fault::CutAfterBytes(bytes) => cut(next.run(request).await, bytes),
        Fault::Status {
            status,
            body,
            headers,
        } => {
            drain(request).await;
            canned(status, body, &headers)
        }
        Fault::Html200 => {
            drain(request).await;
            Html("<!doctype html><title>Sign in to the network</title><p>Welcome to the guest network.")
                .into_response()
        }
        Fault::Stall => {
            drain(request).await;
            // The server drops this future when the caller hangs up or the sandbox ends.
            pending().await
        }
        Fault::Reset => {
            let line = request.extensions().get::<Line>().cloned();
            drain(request).await;
            if let Some(line) = line {
                line.reset();
            }
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

/// Reads the request to its end, so that the fault is met while waiting for the answer and not while sending.
async fn drain(request: Request) {
    // A body that is too large or cut is as good as read.
    let _ = to_bytes(request.into_body(), LARGE).await;
}

fn canned(status: u16, body: String, headers: &[(String, String)]) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    for (name, value) in headers {
        let name = header::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The first `bytes` of the body, and then an error that makes the server close the connection. An answer of known
/// length keeps announcing it; a stream ends without its last chunk.
fn cut(response: Response, bytes: usize) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        parts
            .headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let head = body.into_data_stream().scan(bytes, |left, chunk| {
        let part = chunk
            .ok()
            .filter(|_| *left > 0)
            .map(|chunk| chunk.slice(..chunk.len().min(*left)));
        *left -= part.as_ref().map_or(0, Bytes::len);
        ready(part.map(Ok::<Bytes, io::Error>))
    });
    // One turn of the scheduler between the last byte and the error lets the server flush that byte.
    let tail = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::ErrorKind::ConnectionAborted.into())
    });
    Response::from_parts(parts, Body::from_stream(head.chain(tail)))
}
