//! How long a call may take: the defaults as data, settable for a client and for a call.

use aipass_api::{
    CallOptions,
    operation::{Charge, Operation, ResponseKind},
};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Time limits. All are finite by default, so that a silent server never hangs a program; `None` switches one off.
///
/// Nothing limits the total length of a stream or a download: there [`idle`](Self::idle) holds, and for a stream
/// [`event`](Self::event) too; [`total_paid`](Self::total_paid) ends with the head of its answer. The limit on opening a connection, 10 seconds, is
/// [`HttpOptions::connect_timeout`](crate::HttpOptions::connect_timeout).
///
/// ```
/// use aipass::policy::Timeouts;
/// use std::time::Duration;
///
/// let mut timeouts = Timeouts::default();
/// timeouts.idle = Some(Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until the head of the answer comes, for calls that cost nothing. 30 seconds. As in the next two, the time counts from
    /// the end of a large request, and from the beginning of one under 64 KiB, connecting included: leave it above the
    /// limit on that.
    pub first_byte_free: Option<Duration>,
    /// Until the head of the answer comes, for paid calls: models think before they speak. 10 minutes.
    pub first_byte_paid: Option<Duration>,
    /// Until the head of the answer comes, for a download such as a video. 5 minutes.
    pub first_byte_download: Option<Duration>,
    /// Between two pieces of an answer, or of a request that is being sent. 5 minutes.
    pub idle: Option<Duration>,
    /// Between two events of a stream that hold data; comments that keep it alive do not count. 15 minutes.
    pub event: Option<Duration>,
    /// For the whole of a call that costs nothing, all attempts included. 60 seconds.
    pub total_free: Option<Duration>,
    /// For the whole of a paid call without a stream, all attempts included. 15 minutes.
    pub total_paid: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_byte_free: Some(Duration::from_secs(30)),
            first_byte_paid: Some(10 * MINUTE),
            first_byte_download: Some(5 * MINUTE),
            idle: Some(5 * MINUTE),
            event: Some(15 * MINUTE),
            total_free: Some(MINUTE),
            total_paid: Some(15 * MINUTE),
        }
    }
}

/// One limit, and how long it is for each kind of call. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeLimit {
    /// What is limited.
    pub what: &'static str,
    /// A call that costs nothing.
    pub free: Option<Duration>,
    /// A paid call that is answered as a whole.
    pub paid: Option<Duration>,
    /// A paid call that is answered by a stream.
    pub stream: Option<Duration>,
    /// A download.
    pub download: Option<Duration>,
}

impl Timeouts {
    /// The limits as a table.
    #[must_use]
    pub fn rows(&self) -> Vec<TimeLimit> {
        let row = |what, [free, paid, stream, download]: [Option<Duration>; 4]| TimeLimit {
            what,
            free,
            paid,
            stream,
            download,
        };
        vec![
            row(
                "first byte, from the end of the request",
                [
                    self.first_byte_free,
                    self.first_byte_paid,
                    self.first_byte_paid,
                    self.first_byte_download,
                ],
            ),
            row("between two bytes", [self.idle; 4]),
            row("between two events with data", [None, None, self.event, None]),
            row("in total", [self.total_free, self.total_paid, None, None]),
            row(
                "until the head, all attempts",
                [None, None, self.total_paid, self.total_paid],
            ),
        ]
    }

    /// The limits of one operation.
    pub(crate) fn options(&self, operation: &Operation) -> CallOptions {
        let (first_byte, total) = match (operation.response, operation.charge) {
            (ResponseKind::EventStream, _) => (self.first_byte_paid, self.total_paid),
            (ResponseKind::Bytes, Charge::Free) => (self.first_byte_download, self.total_paid),
            (_, Charge::Paid) => (self.first_byte_paid, self.total_paid),
            (_, Charge::Free | Charge::Once) => (self.first_byte_free, self.total_free),
        };
        let mut options = CallOptions::default();
        options.first_byte = first_byte;
        options.idle = self.idle;
        options.total = total;
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_every_limit() {
        let timeouts = Timeouts::default();
        let raw = [Operation::READ, Operation::CALL];
        for operation in aipass_api::OPERATIONS.iter().chain(raw) {
            let options = timeouts.options(operation);
            for limit in [options.first_byte, options.idle, options.total] {
                assert!(limit.is_some(), "{}", operation.id);
            }
            assert!(options.first_byte <= options.total, "{}", operation.id);
        }
    }

    #[test]
    fn a_download_and_a_paid_answer_have_limits_of_their_own() {
        let options = |id| Timeouts::default().options(Operation::find(id).unwrap());
        assert_eq!(options("download_video").first_byte, Some(5 * MINUTE));
        assert_eq!(options("create_speech").first_byte, Some(10 * MINUTE));
        assert_eq!(options("create_speech_stream").first_byte, Some(10 * MINUTE));
        assert_eq!(options("list_models").first_byte, Some(MINUTE / 2));
    }
}
