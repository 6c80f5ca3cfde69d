//! The context of one call: options going in, facts coming out.

use crate::{
    failure::{Failure, KEPT},
    receive::Sieve,
    sse,
};
use bytes::BytesMut;
use http::{HeaderMap, StatusCode};
use std::{
    any::Any,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The largest JSON answer that is read into memory, unless the caller says otherwise.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What the caller asks of one call. Every time limit may be off (`None`), which is the default here: limits are
/// policy, and policy belongs to the crate `aipass`.
#[derive(Clone)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long to wait for the response's head, counted from the start of the attempt, or from the end of a large request
    /// by a transport that can tell.
    pub first_byte: Option<Duration>,
    /// How long the body may stay silent, of a stream or a download too.
    pub idle: Option<Duration>,
    /// How long the call may take until its whole answer is there, all attempts and the pauses between them included.
    /// For streams and downloads, until the head of the answer.
    pub total: Option<Duration>,
    /// Headers to add to the request; they win over those of the operation.
    pub headers: HeaderMap,
    /// The largest JSON answer in bytes; a larger one is a [`Failure`].
    pub max_body: usize,
    /// The largest event of a stream in bytes, for whoever decodes it.
    pub max_event: usize,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            first_byte: None,
            idle: None,
            total: None,
            headers: HeaderMap::new(),
            max_body: MAX_BODY,
            max_event: sse::DEFAULT_LIMIT,
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
            .field("max_event", &self.max_event)
            .finish()
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
    /// Set when the call begins; `None` where there is no limit.
    deadline: Option<Instant>,
    /// What the transport keeps for itself.
    state: Option<Box<dyn Any + Send>>,
    /// What the body of the answer goes through.
    sieve: Option<Box<dyn Sieve>>,
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

    /// The moment at which [`CallOptions::total`] is over; `None` where there is no such limit, or the call has not begun.
    pub fn deadline(&self) -> Option<Instant> {
        self.with(|record| record.deadline)
    }

    /// Lets [`CallOptions::total`] count from now, also when the call begins. A [`Transport`](crate::Transport) calls it
    /// after it has waited for a person.
    pub fn start_clock(&self) {
        // A sum beyond what the clock can hold is no limit.
        let deadline = self
            .options
            .total
            .and_then(|total| Instant::now().checked_add(total));
        self.with(|record| record.deadline = deadline);
    }

    /// What a [`Transport`](crate::Transport) remembers between the attempts of this call: one value of a type of its own,
    /// which begins as its default. Must not be called again from inside.
    pub fn state<T: Default + Send + 'static, R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.with(|record| {
            if !record.state.as_ref().is_some_and(|state| state.is::<T>()) {
                record.state = Some(Box::new(T::default()));
            }
            match record.state.as_mut().and_then(|state| state.downcast_mut()) {
                Some(state) => change(state),
                None => unreachable!("a value of that type was put there"),
            }
        })
    }

    /// Has an answer that is read whole go through this while it comes, if it comes in more than one piece. Who decodes it must
    /// know what is left in the place of what was taken out, and the generated operations do not.
    #[doc(hidden)]
    pub fn set_sieve(&self, sieve: impl Sieve + 'static) {
        self.with(|record| record.sieve = Some(Box::new(sieve)));
    }

    /// Whether there is a sieve for the body that begins now.
    pub(crate) fn begin_to_sift(&self) -> bool {
        self.with(|record| record.sieve.as_mut().map(|sieve| sieve.begin(KEPT)).is_some())
    }

    pub(crate) fn sift(&self, kept: &mut BytesMut, piece: &[u8]) {
        self.with(|record| {
            if let Some(sieve) = &mut record.sieve {
                sieve.sift(kept, piece);
            }
        });
    }

    /// Why the call failed, once; later calls give `None`.
    pub fn take_failure(&self) -> Option<Failure> {
        self.with(|record| record.failure.take())
    }

    /// As [`headers`](Self::headers), once, without a copy.
    pub fn take_headers(&self) -> HeaderMap {
        self.with(|record| std::mem::take(&mut record.headers))
    }

    pub(crate) fn answered(&self, status: StatusCode, headers: HeaderMap) {
        self.with(|record| {
            record.status = Some(status);
            record.headers = headers;
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
        call.answered(StatusCode::OK, headers.clone());
        let options = CallOptions {
            headers,
            ..CallOptions::default()
        };
        let shown = format!("{call:?} {:?}", CallContext::new(options));
        assert!(
            shown.contains("x-api-key") && !shown.contains("canary"),
            "{shown}"
        );
    }

    #[test]
    fn a_transport_keeps_one_value_of_its_own() {
        let call = CallContext::default();
        assert_eq!(call.state(|count: &mut u32| std::mem::replace(count, 7)), 0);
        assert_eq!(call.state(|count: &mut u32| *count), 7);
    }

    #[test]
    fn the_clock_starts_with_the_call() {
        let options = CallOptions {
            total: Some(Duration::from_secs(1)),
            ..CallOptions::default()
        };
        let call = CallContext::new(options);
        assert!(call.deadline().is_none(), "it has not begun");
        call.start_clock();
        assert!(call.deadline().is_some());
    }
}
