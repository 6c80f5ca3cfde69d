//! `GET /files/{name}`: what links in answers lead to. The links need no bearer, as those of a storage service need
//! none; the request log shows a client that sends its token there.

use std::collections::{HashMap, VecDeque};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::digest;
use crate::errors::ApiError;
use crate::state::{App, Shared, lock};

/// How many files are kept; the oldest go first, as links stop working after a while.
const MAX_FILES: usize = 500;

#[derive(Clone)]
pub(crate) struct File {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: &'static str,
}

#[derive(Default)]
pub(crate) struct Shelf {
    files: HashMap<String, File>,
    order: VecDeque<String>,
}

impl Shelf {
    fn put(&mut self, name: String, file: File) {
        if self.files.insert(name.clone(), file).is_some() {
            return;
        }
        self.order.push_back(name);
        if self.order.len() > MAX_FILES
            && let Some(oldest) = self.order.pop_front()
        {
            self.files.remove(&oldest);
        }
    }
}

/// Keeps a file under a name and returns its address.
pub(crate) fn publish(app: &Shared, name: String, file: File) -> String {
    let url = format!("{}/files/{name}", app.base_url);
    lock(&app.files).put(name, file);
    url
}

/// A file that is still kept.
pub(crate) fn find(app: &Shared, name: &str) -> Option<File> {
    lock(&app.files).files.get(name).cloned()
}

pub(crate) async fn get(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = find(&app, &name).ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "not_found_error",
            "There is no such file, or its link has expired.",
        )
    })?;
    Ok(serve(&headers, &file))
}

/// The file, or the one range of it that the request asks for, RFC 9110 section 14.
pub(crate) fn serve(request: &HeaderMap, file: &File) -> Response {
    let length = file.bytes.len();
    let etag = format!("\"{}\"", digest::hex(&file.bytes));
    let mut response = match asked(request, &etag, length) {
        Asked::All => (StatusCode::OK, file.bytes.clone()).into_response(),
        Asked::Part(start, end) => {
            let range = format!("bytes {start}-{}/{length}", end - 1);
            let headers = [(header::CONTENT_RANGE, range)];
            (StatusCode::PARTIAL_CONTENT, headers, file.bytes.slice(start..end)).into_response()
        }
        Asked::Nothing => {
            let headers = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
        }
    };
    let stamps: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, file.content_type),
        (header::ETAG, &etag),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    for (name, value) in stamps {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    /// From the first byte up to, and without, the second.
    Part(usize, usize),
    Nothing,
}

/// Several ranges, other units and what cannot be read are answered with all bytes, as the RFC allows.
fn asked(request: &HeaderMap, etag: &str, length: usize) -> Asked {
    let text = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Asked::All;
    }
    let range = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return Asked::All;
    };
    let part = |start: usize, end: usize| {
        if start < end {
            Asked::Part(start, end)
        } else {
            Asked::Nothing
        }
    };
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => part(first, last.saturating_add(1).min(length)),
        (Ok(first), Err(_)) if last.is_empty() => part(first, length),
        (Err(_), Ok(count)) if first.is_empty() => part(length.saturating_sub(count), length),
        _ => Asked::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_honoured_and_odd_ones_get_everything() {
        for (range, if_range, expected) in [
            ("bytes=2-4", "", Asked::Part(2, 5)),
            ("bytes=2-", "", Asked::Part(2, 10)),
            ("bytes=2-99", "", Asked::Part(2, 10)),
            ("bytes=-3", "", Asked::Part(7, 10)),
            ("bytes=-99", "", Asked::Part(0, 10)),
            ("bytes=10-", "", Asked::Nothing),
            ("bytes=-0", "", Asked::Nothing),
            ("bytes=4-2", "", Asked::All),
            ("bytes=0-1,4-5", "", Asked::All),
            ("lines=0-1", "", Asked::All),
            ("bytes=2-4", "\"a\"", Asked::Part(2, 5)),
            ("bytes=2-4", "\"b\"", Asked::All),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().unwrap());
            if !if_range.is_empty() {
                headers.insert(header::IF_RANGE, if_range.parse().unwrap());
            }
            assert_eq!(asked(&headers, "\"a\"", 10), expected, "{range} {if_range}");
        }
    }
}
