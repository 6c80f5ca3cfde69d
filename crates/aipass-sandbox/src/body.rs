//! Reading request bodies: the content type first, then a size limit, then the text.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use serde::de::DeserializeOwned;

use crate::state::lock;

/// What an OAuth or registration body may weigh.
pub(crate) const SMALL: usize = 64 * 1024;
/// What a model call may weigh: room for several pictures in base64.
pub(crate) const LARGE: usize = 32 * 1024 * 1024;

/// Why a body was not taken. Each dialect of errors has its own way to say it.
#[derive(Debug)]
pub(crate) enum BodyError {
    ContentType { expected: &'static str },
    TooLarge { limit: usize },
    Cut,
    Malformed(String),
}

impl BodyError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::ContentType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Cut | Self::Malformed(_) => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Self::ContentType { expected } => format!("The Content-Type must be {expected}."),
            Self::TooLarge { limit } => format!("The body is larger than {limit} bytes."),
            Self::Cut => "The body ended before its length.".to_owned(),
            Self::Malformed(why) => format!("The body cannot be read: {why}."),
        }
    }
}

/// The media type without its parameters, in lower case; empty when there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

pub(crate) async fn read(body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    match to_bytes(body, limit).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            let too_large = std::error::Error::source(&error)
                .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
            Err(if too_large {
                BodyError::TooLarge { limit }
            } else {
                BodyError::Cut
            })
        }
    }
}

/// A JSON body; every other content type is refused before a byte is read.
pub(crate) async fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<T, BodyError> {
    if media_type(headers) != "application/json" {
        return Err(BodyError::ContentType {
            expected: "application/json",
        });
    }
    parse_json(&read(body, limit).await?)
}

pub(crate) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BodyError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // serde's text may quote values, and those of a token request are secrets: keep the place only.
        let what = if error.is_data() {
            "a member is missing, doubled or of the wrong type"
        } else {
            "it is no JSON"
        };
        BodyError::Malformed(format!(
            "{what} (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

/// A body in two hands: one reads it, the other makes sure that it was read to its end.
pub(crate) fn split(body: Body) -> (Body, Rest) {
    let shared = Arc::new(Mutex::new(body));
    (Body::new(Reader(Arc::clone(&shared))), Rest(shared))
}

/// What a handler has not read of its request.
pub(crate) struct Rest(Arc<Mutex<Body>>);

impl Rest {
    /// Reads to the end, or to where a caller who sends without end has to be stopped.
    pub(crate) async fn drain(self) {
        let mut left = 4 * LARGE;
        let mut reader = Reader(self.0);
        while let Some(Ok(frame)) = reader.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            if length > left {
                return;
            }
            left -= length;
        }
    }
}

struct Reader(Arc<Mutex<Body>>);

impl HttpBody for Reader {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *lock(&self.0)).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        lock(&self.0).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        lock(&self.0).size_hint()
    }
}
