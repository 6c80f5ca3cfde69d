//! Answers that arrive in pieces: server-sent events, and bytes of a sound.

use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;

/// Server-sent events, with the sandbox's pause before each but the first.
pub(crate) fn respond(events: Vec<Bytes>, delay: Duration) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, paced(events, delay)).into_response()
}

/// A body of these pieces, with a pause before each but the first.
pub(crate) fn paced(pieces: Vec<Bytes>, delay: Duration) -> Body {
    let pieces = pieces.into_iter().enumerate();
    Body::from_stream(stream::unfold(pieces, move |mut pieces| async move {
        let (index, piece) = pieces.next()?;
        if index > 0 && !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        Some((Ok::<Bytes, std::convert::Infallible>(piece), pieces))
    }))
}

/// `data: {json}` and a blank line.
pub(crate) fn data(value: &impl Serialize) -> Bytes {
    Bytes::from(format!("data: {}\n\n", json(value)))
}

/// The same behind its name, as OpenAI writes events of pictures and sounds.
pub(crate) fn named(name: &str, value: &impl Serialize) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {}\n\n", json(value)))
}

fn json(value: &impl Serialize) -> String {
    // Texts, numbers and lists always serialise.
    serde_json::to_string(value).unwrap_or_default()
}
