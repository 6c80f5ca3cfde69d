//! How long a call may take: the defaults as data, settable on the builder.

use aipass_api::{
    CallOptions,
    operation::{Charge, Operation, ResponseKind},
};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Time limits. All are finite by default, so that a silent server never hangs a program; `None` switches one off.
///
/// Nothing limits the total length of a stream or a download: there [`idle`](Self::idle) holds. The limit on opening a
/// connection, 10 seconds, is [`HttpOptions::connect_timeout`](crate::HttpOptions::connect_timeout).
///
/// ```
/// use aipass::Timeouts;
/// use std::time::Duration;
///
/// let mut timeouts = Timeouts::default();
/// timeouts.idle = Some(Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until the head of the answer comes, for calls that cost nothing. 30 seconds.
    pub first_byte_free: Option<Duration>,
    /// Until the head of the answer comes, for paid calls: models think before they speak. 10 minutes.
    pub first_byte_paid: Option<Duration>,
    /// Between two pieces of an answer. 5 minutes.
    pub idle: Option<Duration>,
    /// For the whole of a call that costs nothing. 60 seconds.
    pub total_free: Option<Duration>,
    /// For the whole of a paid call without a stream. 15 minutes.
    pub total_paid: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_byte_free: Some(Duration::from_secs(30)),
            first_byte_paid: Some(10 * MINUTE),
            idle: Some(5 * MINUTE),
            total_free: Some(MINUTE),
            total_paid: Some(15 * MINUTE),
        }
    }
}

impl Timeouts {
    /// The limits of one operation.
    pub(crate) fn options(&self, operation: &Operation) -> CallOptions {
        let paid = operation.charge == Charge::Paid;
        let endless = matches!(
            operation.response,
            ResponseKind::EventStream | ResponseKind::Bytes
        );
        let mut options = CallOptions::default();
        options.first_byte = if paid {
            self.first_byte_paid
        } else {
            self.first_byte_free
        };
        options.idle = self.idle;
        options.total = match (endless, paid) {
            (true, _) => None,
            (false, true) => self.total_paid,
            (false, false) => self.total_free,
        };
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_limit_and_no_stream_has_a_total() {
        let timeouts = Timeouts::default();
        for operation in aipass_api::OPERATIONS {
            let options = timeouts.options(operation);
            assert!(
                options.first_byte.is_some() && options.idle.is_some(),
                "{}",
                operation.id
            );
            let endless = matches!(
                operation.response,
                ResponseKind::EventStream | ResponseKind::Bytes
            );
            assert_eq!(options.total.is_none(), endless, "{}", operation.id);
        }
    }
}
