//! The envelope of management answers: `{"success","message","data","timestamp"}`.

use std::time::SystemTime;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::clock;

#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
    timestamp: String,
}

/// A success with its data.
pub(crate) fn success<T: Serialize>(status: StatusCode, message: &str, data: T) -> Response {
    let timestamp = clock::rfc3339(SystemTime::now());
    (
        status,
        Json(Envelope {
            success: true,
            message,
            data: Some(data),
            timestamp,
        }),
    )
        .into_response()
}

/// A success that has nothing to show.
pub(crate) fn done(status: StatusCode, message: &str) -> Response {
    bare(status, true, message)
}

/// A refusal: the envelope without data.
pub(crate) fn failure(status: StatusCode, message: &str) -> Response {
    bare(status, false, message)
}

fn bare(status: StatusCode, success: bool, message: &str) -> Response {
    let timestamp = clock::rfc3339(SystemTime::now());
    (
        status,
        Json(Envelope::<()> {
            success,
            message,
            data: None,
            timestamp,
        }),
    )
        .into_response()
}
