//! Events on their way through: one that reports an error is the end of the answer, whatever its status was.

use crate::{exit::Exit, failure::Failure};
use aipass::{
    ChatAccumulator,
    api::{
        ErrorBody,
        sse::{Decoder, error_in},
    },
};
use serde_json::json;

/// A longer event reports no error.
const LONGEST: usize = 1024 * 1024;

#[derive(Debug)]
pub(super) struct Watch {
    /// `None` where the body is no stream of events, or none that can be read.
    decoder: Option<Decoder>,
    /// Something of the answer came before.
    has_begun: bool,
}

impl Watch {
    pub(super) fn new(media_type: &str) -> Self {
        let is_events = media_type == "text/event-stream";
        Self {
            decoder: is_events.then(|| Decoder::with_limit(LONGEST).with_error_field()),
            has_begun: false,
        }
    }

    /// Looks through a piece of the body; gives the first error that ends in it.
    pub(super) fn look(&mut self, piece: &[u8]) -> Option<Failure> {
        let decoder = self.decoder.as_mut()?;
        decoder.push(piece);
        loop {
            match decoder.next_event() {
                Ok(Some(event)) => match error_in(event) {
                    Some(error) => return Some(failed(&error, self.has_begun)),
                    None => self.has_begun |= !event.is_empty(),
                },
                Ok(None) => return None,
                Err(_) => {
                    self.decoder = None;
                    return None;
                }
            }
        }
    }
}

/// What the library makes of it in the stream of a chat.
fn failed(error: &ErrorBody, has_begun: bool) -> Failure {
    let error = json!({ "error": {
        "message": error.message, "type": error.kind, "param": error.param, "code": error.code } });
    let Err(error) = ChatAccumulator::new().push(&error.to_string()) else {
        return Failure::new(Exit::Incomplete, "the answer ended in an error");
    };
    // What was printed is not printed twice, with a login or without.
    let mut failure = Failure::from(error).after_paying();
    if !has_begun {
        return failure;
    }
    if matches!(
        failure.exit,
        Exit::MayBeCharged | Exit::Server | Exit::Rejected | Exit::Other
    ) {
        failure.exit = Exit::Incomplete;
    }
    failure.after_a_part()
}
