//! The context of one call: options going in, facts coming out.

use crate::failure::Failure;
use http::{HeaderMap, StatusCode};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The largest JSON answer that is read into memory, unless the caller says otherwise.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What the caller asks of one call. Every time limit may be off (`None`), which is the default here: limits are
/// policy, and policy belongs to the crate `aipass`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long to wait for the response's head, counted from the start of the attempt.
    pub first_byte: Option<Duration>,
    /// How long the body may stay silent.
    pub idle: Option<Duration>,
    /// How long the call may take until its whole answer is there. Never applied to streams.
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

/// One call: its options, and what became known about it. Make a new one for every call.
#[derive(Debug, Default)]
pub struct CallContext {
    /// What the caller asks.
    pub options: CallOptions,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    status: Option<StatusCode>,
    headers: HeaderMap,
    attempts: u32,
    failure: Option<Failure>,
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
