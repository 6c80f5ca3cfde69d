//! What holds of the decoder for every stream: it agrees with the standard, however the bytes are cut; it keeps little;
//! and it searches no byte twice.

use super::{Decoder, EventTooLarge, reference};

/// Streams that servers send, and streams that they should not send.
const CORPUS: &[&[u8]] = &[
    b"data: a\n\ndata: b\r\n\r\ndata: c\r\r",
    b"data: mixed\r\ndata: ends\rdata: of\ndata: lines\n\r\n",
    b"\r\r\n\n\r\ndata: after blanks\n\r",
    b"\xef\xbb\xbfdata: first\n\ndata: second\n\n",
    b"\xef\xbb\xbf\xef\xbb\xbfdata: two marks\n\ndata: x\n\n",
    b"\n\xef\xbb\xbfdata: a mark that is late\n\ndata: x\n\n",
    b"\xef\xbb\xbf\n\ndata: x\n\n",
    b"\xef\xbbdata: half a mark\n\ndata: x\n\n",
    b"data: one\ndata: two\ndata:\ndata: four\n\n",
    b": comment\n:\n:data: no\ndata: x\n: inside\n\n: ping\n\n",
    b"id: 7\ndata: x\n\nid: a\0b\ndata: y\n\nid\n\n",
    b"retry: 10\n\nretry: soon\ndata: x\n\nretry\ndata: y\n\n",
    b"data: whole\n\ndata: no empty line\n",
    b"data: whole\n\ndata: no end of line",
    "data: a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f\n\n".as_bytes(),
    "data: \u{1f600} in four bytes\n\ndata\u{e9}: x\n\n".as_bytes(),
    b"data: \xff \xe2\x82\n\ndata: \xf0\x9f\x98\ndata: \x80\xed\xa0\x80\n\n",
    b"event: \xff\ndata: x\n\nevent\xff: y\ndata: z\n\n",
    b"data: {\"a\":1}\n\ndata: [DONE]\n\ndata: late\n\n",
    b"data: [DONE]",
    b"data\n\ndata:\n\ndata: \n\ndata:  \n\n",
    b"event: ping\n\nevent: ping\ndata: {}\n\ndata: x\n\n",
    b"event: a\nevent: b\ndata: x\n\nevent: a\nevent\ndata: y\n\n",
    b"datax: no\ndata : no\n data: no\nDATA: no\ndata:yes\n\n",
    b"data: a:b: c\nno colon at all\n\n",
    b"data:\tx\n\ndata:\0\n\n",
    b"",
    b"\n",
    b"\xef\xbb\xbf",
];

type Decoded = (Vec<(String, String)>, Option<EventTooLarge>);

/// The events as the decoder gives them when the bytes come in those pieces, and the refusal that ended them. They are the same
/// where it gives back all room between the pieces.
fn decoded<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]> + Clone) -> Decoded {
    let decoded = fed(limit, pieces.clone(), false);
    assert_eq!(fed(limit, pieces, true), decoded);
    decoded
}

fn fed<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>, shrinks: bool) -> Decoded {
    let mut decoder = Decoder::with_limit(limit);
    let mut events = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        loop {
            match decoder.next_event() {
                Ok(Some(event)) => events.push((event.name().into_owned(), event.data().into_owned())),
                Ok(None) => break,
                Err(error) => return (events, Some(error)),
            }
        }
        if shrinks {
            decoder.shrink_to(0);
        }
    }
    (events, None)
}

/// A generator of numbers that gives the same ones on every machine (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        // Seeds that are near each other begin far apart.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    /// A stream out of pieces that mean something, so that most of it is not noise.
    fn stream(&mut self) -> Vec<u8> {
        const PIECES: &[&[u8]] = &[
            b"\n",
            b"\n",
            b"\n\n",
            b"\r",
            b"\r",
            b"\r\n",
            b"\r\n\r\n",
            b"data:",
            b"data: ",
            b"data",
            b"event:",
            b"event: ping",
            b"id: 1",
            b"id: \0",
            b"retry: 5",
            b":",
            b" ",
            b"x",
            b"error",
            b"[DONE]",
            b"{\"a\":1}",
            b"\0",
            b"\t",
            b"\xef\xbb\xbf",
            b"\xef",
            b"\xbb",
            b"\xbf",
            b"\xff",
            b"\xe2\x80\xa8",
            b"\xe2\x80",
            b"\xf0\x9f\x98\x80",
            b"\xf0\x9f",
        ];
        let count = self.below(40);
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.extend_from_slice(PIECES[self.below(PIECES.len())]);
        }
        bytes
    }

    fn pieces<'a>(&mut self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(1 + self.below(bytes.len().min(12)));
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}

#[test]
fn the_corpus_means_what_the_standard_says_at_every_split() {
    for bytes in CORPUS {
        let expected = (reference::events(bytes), None);
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(
            decoded(1000, bytes.chunks(1)),
            expected,
            "byte by byte: {shown:?}"
        );
        for at in 0..=bytes.len() {
            let (front, back) = bytes.split_at(at);
            assert_eq!(decoded(1000, [front, back]), expected, "split at {at}: {shown:?}");
        }
    }
}

#[test]
fn a_long_line_is_one_event_in_any_pieces() {
    let mut bytes = b"data: ".to_vec();
    bytes.resize(100_000, b'x');
    bytes.extend_from_slice(b"\r\n\r\ndata: next\r\n\r\n");
    let expected = (reference::events(&bytes), None);
    for size in [1, 2, 7, 1400, 16_384, bytes.len()] {
        assert_eq!(decoded(100_000, bytes.chunks(size)), expected, "in {size}s");
    }
}

#[test]
fn random_streams_mean_what_the_standard_says() {
    for seed in 1..=20_000 {
        let mut numbers = Numbers::new(seed);
        let bytes = numbers.stream();
        let expected = (reference::events(&bytes), None);
        let shown = String::from_utf8_lossy(&bytes);
        let whole = [bytes.as_slice()];
        assert_eq!(decoded(10_000, whole), expected, "seed {seed}: {shown:?}");
        let pieces = numbers.pieces(&bytes);
        assert_eq!(
            decoded(10_000, pieces.clone()),
            expected,
            "seed {seed}: {pieces:?}"
        );
    }
}

#[test]
fn what_is_too_large_does_not_depend_on_the_pieces() {
    let long_comment = [&b": "[..], &[b'x'; 100], b"\ndata: y\n\n"].concat();
    assert_eq!(
        decoded(64, [long_comment.as_slice()]).1,
        Some(EventTooLarge { limit: 64 })
    );
    assert_eq!(
        decoded(64, long_comment.chunks(1)).1,
        Some(EventTooLarge { limit: 64 })
    );

    for seed in 1..=20_000 {
        let mut numbers = Numbers::new(seed);
        let limit = numbers.below(24);
        let bytes = numbers.stream();
        let shown = String::from_utf8_lossy(&bytes);
        let whole = decoded(limit, [bytes.as_slice()]);
        let pieces = numbers.pieces(&bytes);
        assert_eq!(
            decoded(limit, pieces.clone()),
            whole,
            "seed {seed}, limit {limit}: {pieces:?}"
        );
        assert_eq!(
            decoded(limit, bytes.chunks(1)),
            whole,
            "seed {seed}, limit {limit}: {shown:?}"
        );
        for (name, data) in whole.0 {
            // A byte that is not UTF-8 becomes a character of three.
            assert!(
                data.len() <= 3 * (limit + 1) && name.len() <= 3 * limit.max(7),
                "seed {seed}, limit {limit}: {shown:?}"
            );
        }
    }
}

/// The work is linear in the bytes: once no event is left, every byte was searched, the search never goes back, and what is
/// kept for later is the unfinished line alone. (What it costs in time is for the benches.)
#[test]
fn no_byte_is_searched_twice_and_only_the_unfinished_line_is_kept() {
    for seed in 1..=5_000 {
        let mut numbers = Numbers::new(seed);
        let bytes = numbers.stream();
        let mut decoder = Decoder::new();
        // How many bytes went out of the buffer for good, and how far the search was.
        let (mut gone, mut searched, mut given) = (0, 0, 0);
        for piece in numbers.pieces(&bytes) {
            gone += decoder.start;
            decoder.push(piece);
            assert_eq!(
                gone + decoder.scanned,
                searched,
                "seed {seed}: a push moves no search"
            );
            given += piece.len();
            while decoder.next_event().unwrap().is_some() {
                assert!(
                    gone + decoder.scanned > searched,
                    "seed {seed}: an event takes a line"
                );
                searched = gone + decoder.scanned;
            }
            searched = gone + decoder.scanned;
            assert_eq!(searched, given, "seed {seed}");
            let line = bytes[..given]
                .rsplit(|byte| b"\r\n".contains(byte))
                .next()
                .unwrap();
            assert_eq!(&decoder.buffer[decoder.start..], line, "seed {seed}");
        }
    }
}

#[test]
fn the_end_of_a_stream_is_judged_as_its_events_are() {
    for (bytes, expected) in [
        (&b"data: [DO\ndata: NE]"[..], false),
        (b"data: a\ndata: [DONE]", false),
        (b"data:\ndata: [DONE]", true),
        (b"\xef\xbb\xbfdata: [DONE]", true),
        (b"data: [DONE]\r", true),
        (b"data: [DONE]\n: a comment", true),
    ] {
        let mut decoder = Decoder::new();
        decoder.push(bytes);
        assert!(decoder.next_event().unwrap().is_none());
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(decoder.ends_in_done(), expected, "{shown:?}");
        assert_eq!(decoder.ends_in_done(), expected, "asked again: {shown:?}");
        // The same with the line and the empty line that are missing.
        let whole = [bytes, b"\n\n"].concat();
        let data = reference::events(&whole).pop().map(|(_, data)| data);
        assert_eq!(
            data.is_some_and(|data| data.trim() == "[DONE]"),
            expected,
            "{shown:?}"
        );
    }
}

#[test]
fn memory_is_bounded_by_the_limit() {
    for filler in [
        "data: xxxxxxxx\n",
        "data\n",
        "x",
        ": xxxxxxxxx",
        "event: xxxxx",
        "\u{1f600}",
    ] {
        let mut decoder = Decoder::with_limit(1000);
        let mut refused = false;
        for _ in 0..10_000 {
            decoder.push(filler.as_bytes());
            if decoder.next_event().is_err() {
                refused = true;
                break;
            }
        }
        assert!(refused, "{filler:?}");
        // The data so far, the line that comes, and vectors that double.
        let held = decoder.buffer.capacity() + decoder.data.capacity() + decoder.event.capacity();
        assert!(held <= 6 * 1000, "{filler:?}: {held}");
    }
}
