//! Any bytes as an event stream: the decoder says what the standard says, and the same however the bytes are cut.

#![no_main]

#[path = "../../crates/aipass-api/src/sse/reference.rs"]
mod reference;

use aipass_api::sse::{DEFAULT_LIMIT, Decoder, error_in};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = decoded(DEFAULT_LIMIT, [bytes]);
    assert_eq!(whole.events, reference::events(bytes));
    assert!(!whole.refused);
    check(bytes, DEFAULT_LIMIT, &whole);

    // A small limit too: what is refused does not depend on the pieces either.
    let limit = bytes.len() / 2;
    let small = decoded(limit, [bytes]);
    check(bytes, limit, &small);
    assert!(whole.events.starts_with(&small.events));
    for (_, data) in &small.events {
        // A byte that is not UTF-8 becomes a character of three.
        assert!(data.len() <= 3 * (limit + 1));
    }
});

#[derive(Debug, PartialEq)]
struct Decoded {
    events: Vec<(String, String)>,
    refused: bool,
    ends_in_done: bool,
}

fn check(bytes: &[u8], limit: usize, expected: &Decoded) {
    assert_eq!(&decoded(limit, bytes.chunks(1)), expected);
    assert_eq!(&decoded(limit, pieces(bytes).into_iter()), expected);
    // Every split would be dear for a long input; the places near its middle have all been somewhere's middle.
    for at in [bytes.len() / 3, bytes.len() / 2] {
        let (front, back) = bytes.split_at(at);
        assert_eq!(&decoded(limit, [front, back]), expected);
    }
}

fn decoded<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = Decoder::with_limit(limit);
    let mut events = Vec::new();
    let mut refused = false;
    'pieces: for (number, piece) in pieces.into_iter().enumerate() {
        if number % 3 == 1 {
            decoder.shrink_to(0);
        }
        decoder.push(piece);
        loop {
            match decoder.next_event() {
                Ok(Some(event)) => {
                    let _ = (error_in(event), event.is_done(), event.is_empty());
                    events.push((event.name().into_owned(), event.data().into_owned()));
                }
                Ok(None) => break,
                Err(_) => {
                    refused = true;
                    break 'pieces;
                }
            }
        }
    }
    Decoded {
        events,
        refused,
        ends_in_done: !refused && decoder.ends_in_done(),
    }
}

/// Pieces of 1 to 16 bytes that follow from the bytes alone.
fn pieces(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut state = bytes.iter().fold(0xcbf2_9ce4_u32, |state, byte| {
        (state ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        state = state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        let size = 1 + (state >> 28) as usize;
        let (piece, rest) = bytes.split_at(size.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}
