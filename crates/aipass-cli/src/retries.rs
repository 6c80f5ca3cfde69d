//! A pause before a call is sent again is told: else the program would seem to hang.

use crate::output;
use aipass::{Middleware, Retrying};
use std::time::Duration;

/// Says on stderr that a retry is waited for.
#[derive(Debug)]
pub(crate) struct TellsRetries;

impl Middleware for TellsRetries {
    fn on_retry(&self, retry: &Retrying) {
        let why = match retry.status {
            Some(status) => format!("HTTP {}", status.as_u16()),
            None => "no answer".to_owned(),
        };
        output::note(&format!(
            "waiting {} before sending again ({why})",
            seconds(retry.pause)
        ));
    }
}

/// Whole seconds above ten, tenths below: `0.5 s`, `2 s`.
fn seconds(pause: Duration) -> String {
    let tenths = pause.as_millis().div_ceil(100);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} s"),
        (whole @ 0..10, part) => format!("{whole}.{part} s"),
        (whole, _) => format!("{} s", whole + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_never_said_to_be_shorter_than_it_is() {
        for (millis, text) in [
            (0, "0 s"),
            (437, "0.5 s"),
            (500, "0.5 s"),
            (2_000, "2 s"),
            (2_001, "2.1 s"),
            (59_999, "60 s"),
            (30_200, "31 s"),
        ] {
            assert_eq!(seconds(Duration::from_millis(millis)), text);
        }
    }
}
