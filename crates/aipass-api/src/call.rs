//! The context of one call: options going in, facts coming out.

use crate::failure::Failure;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The largest JSON answer that is read into memory, unless the caller says otherwise.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What the caller asks of one call. Every time limit may be off (`None`), which is the default here: limits are
/// policy, and policy belongs to the crate `aipass`.
#[derive(Clone)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long to wait for the response's head, counted from the start of the attempt.
    pub first_byte: Option<Duration>,
    /// How long the body may stay silent, of a stream or a download too.
    pub idle: Option<Duration>,
    /// How long the call may take until its whole answer is there. Never applied to streams and downloads.
    pub total: Option<Duration>,
    /// Headers to add to the request; they win over those of the operation.
    pub headers: HeaderMap,
    /// The largest JSON answer in bytes; a larger one is a [`Failure`].
    pub max_body: usize,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            first_byte: None,
            idle: None,
            total: None,
            headers: HeaderMap::new(),
            max_body: MAX_BODY,
        }
    }
}

// A header may be a credential: only the names are shown.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("first_byte", &self.first_byte)
            .field("idle", &self.idle)
            .field("total", &self.total)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("max_body", &self.max_body)
            .finish()
    }
}

/// An answer that a transport did not hand on because it tried again, or meant to: a 401 before a renewal.
#[derive(Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as much as was read.
    pub body: Bytes,
    /// How often the request had been sent by then.
    pub attempts: u32,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// One call: its options, and what became known about it. Make a new one for every call.
#[derive(Default)]
pub struct CallContext {
    /// What the caller asks.
    pub options: CallOptions,
    record: Mutex<Record>,
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("options", &self.options)
            .field("status", &self.status())
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Record {
    status: Option<StatusCode>,
    headers: HeaderMap,
    attempts: u32,
    failure: Option<Failure>,
    refusal: Option<Refusal>,
}

impl CallContext {
    /// A call with these options.
    #[must_use]
    pub fn new(options: CallOptions) -> Self {
        Self {
            options,
            record: Mutex::default(),
        }
    }

    /// The status of the last answer, also where its body did not decode.
    pub fn status(&self) -> Option<StatusCode> {
        self.with(|record| record.status)
    }

    /// The headers of the last answer.
    pub fn headers(&self) -> HeaderMap {
        self.with(|record| record.headers.clone())
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.with(|record| record.attempts)
    }

    /// Counts one attempt. A [`Transport`](crate::Transport) calls it each time before it sends.
    pub fn count_attempt(&self) {
        self.with(|record| record.attempts += 1);
    }

    /// Keeps an answer that a [`Transport`](crate::Transport) does not hand on, so that it is not lost if the next attempt
    /// comes to nothing.
    pub fn refused(&self, status: StatusCode, headers: HeaderMap, body: Bytes) {
        self.with(|record| {
            record.refusal = Some(Refusal {
                status,
                headers,
                body,
                attempts: record.attempts,
            });
        });
    }

    /// The last answer that was not handed on.
    pub fn refusal(&self) -> Option<Refusal> {
        self.with(|record| record.refusal.clone())
    }

    /// Why the call failed, once; later calls give `None`.
    pub fn take_failure(&self) -> Option<Failure> {
        self.with(|record| record.failure.take())
    }

    pub(crate) fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        self.with(|record| {
            record.status = Some(status);
            record.headers = headers.clone();
        });
    }

    pub(crate) fn failed(&self, failure: Failure) {
        self.with(|record| record.failure = Some(failure));
    }

    // A panic elsewhere must not hide what is known about a call: the record is plain data, always whole.
    fn with<T>(&self, f: impl FnOnce(&mut Record) -> T) -> T {
        f(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_stay_out_of_debug() {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", http::HeaderValue::from_static("canary"));
        let call = CallContext::default();
        call.answered(StatusCode::OK, &headers);
        call.refused(
            StatusCode::UNAUTHORIZED,
            headers.clone(),
            Bytes::from_static(b"canary"),
        );
        let options = CallOptions {
            headers,
            ..CallOptions::default()
        };
        let shown = format!("{call:?} {:?} {:?}", CallContext::new(options), call.refusal());
        assert!(
            shown.contains("x-api-key") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
