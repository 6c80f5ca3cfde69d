//! What the decoder makes of single streams.

use super::{Decoder, EventTooLarge, error_in};

/// Every event as `name|data`, fed in pieces of `size` bytes.
fn events(bytes: &[u8], size: usize) -> Vec<String> {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    for piece in bytes.chunks(size.max(1)) {
        decoder.push(piece);
        while let Some(event) = decoder.next_event().unwrap() {
            out.push(format!("{}|{}", event.name(), event.data()));
        }
    }
    out
}

#[test]
fn the_standard_holds_at_every_split() {
    let table: &[(&[u8], &[&str])] = &[
        (
            b"data: a\n\ndata:b\r\n\r\ndata:  c\r\r",
            &["message|a", "message|b", "message| c"],
        ),
        (b"\xef\xbb\xbfdata: first\n\n", &["message|first"]),
        (b"data: \xef\xbb\xbfkept\n\n", &["message|\u{feff}kept"]),
        (b"data: x\ndata: y\n\n", &["message|x\ny"]),
        (b"data\n\ndata:\n\n", &["message|", "message|"]),
        (
            b": comment\nid: 1\nretry: 10\n\nevent: ping\n\ndata: z\n\n",
            &["message|z"],
        ),
        (
            b"event: error\ndata: {}\n\ndata: q\n\n",
            &["error|{}", "message|q"],
        ),
        (b"datax: no\ndata : no\nother\n\n", &[]),
        (b"data: unterminated", &[]),
        (b"data: unterminated\n", &[]),
        (b"data: \xff!\n\n", &["message|\u{fffd}!"]),
        ("data: a\u{2028}b\n\n".as_bytes(), &["message|a\u{2028}b"]),
        (b"\r\n\r\ndata: late\r\n\r\n", &["message|late"]),
    ];
    for (bytes, expected) in table {
        for size in 1..=bytes.len() {
            assert_eq!(
                events(bytes, size),
                *expected,
                "{:?} in {size}s",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}

#[test]
fn an_event_above_the_limit_is_refused_before_it_is_whole() {
    let mut decoder = Decoder::with_limit(64);
    decoder.push(b"data: ");
    let mut refused = false;
    for _ in 0..1000 {
        decoder.push(&[b'x'; 16]);
        if let Err(error) = decoder.next_event() {
            assert_eq!(error, EventTooLarge { limit: 64 });
            refused = true;
            break;
        }
    }
    assert!(refused);
    assert!(decoder.buffer.len() < 200, "{}", decoder.buffer.len());

    let mut decoder = Decoder::with_limit(64);
    decoder.push("data: 0123456789\n".repeat(10).as_bytes());
    assert!(decoder.next_event().is_err(), "many short lines count together");
}

#[test]
fn the_buffer_does_not_grow_with_the_stream() {
    let mut decoder = Decoder::new();
    for _ in 0..10_000 {
        decoder.push(b"data: {\"x\":1}\n\ndata: par");
        assert!(decoder.next_event().unwrap().is_some());
        decoder.push(b"tial\n\n");
        assert!(decoder.next_event().unwrap().is_some());
    }
    assert!(decoder.buffer.capacity() < 1024);
}

#[test]
fn room_is_given_back_where_nothing_is_in_it() {
    let large = format!("data: {0}\ndata: {0}\n\n", "x".repeat(5000));
    let mut decoder = Decoder::new();
    decoder.push(large.as_bytes());
    decoder.shrink_to(4096);
    assert_eq!(decoder.next_event().unwrap().unwrap().data().len(), 10_001);
    assert!(decoder.buffer.capacity() > 4096 && decoder.data.capacity() > 4096);
    decoder.shrink_to(4096);
    assert!(decoder.buffer.capacity() == 0 && decoder.data.capacity() == 0);

    decoder.push(&large.as_bytes()[..6000]);
    assert!(decoder.next_event().unwrap().is_none());
    decoder.shrink_to(4096);
    decoder.push(&large.as_bytes()[6000..]);
    assert_eq!(decoder.next_event().unwrap().unwrap().data().len(), 10_001);

    decoder.push(b"data: a\n\n");
    assert_eq!(decoder.next_event().unwrap().unwrap().data(), "a");
    let before = decoder.buffer.capacity();
    decoder.shrink_to(before);
    assert_eq!(decoder.buffer.capacity(), before, "small room is kept");
}

#[test]
fn an_unterminated_done_counts_and_nothing_else_does() {
    for (bytes, expected) in [
        (&b"data: [DONE]"[..], true),
        (b"data: [DONE]\n", true),
        (b"data: a\n\ndata:[DONE] ", true),
        (b"data: a\n\n", false),
        (b"data: {\"half", false),
        (b"", false),
    ] {
        let mut decoder = Decoder::new();
        decoder.push(bytes);
        while decoder.next_event().unwrap().is_some() {}
        assert_eq!(
            decoder.ends_in_done(),
            expected,
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn an_error_field_counts_only_where_it_is_asked_for() {
    let bytes = b"data: a\n\nerror: {\"message\":\"m\"}\n\nerrors: b\n\n";
    let mut decoder = Decoder::new();
    decoder.push(bytes);
    assert_eq!(decoder.next_event().unwrap().unwrap().data(), "a");
    assert!(
        decoder.next_event().unwrap().is_none(),
        "the standard knows no such field"
    );

    let mut decoder = Decoder::new().with_error_field();
    decoder.push(bytes);
    assert!(error_in(decoder.next_event().unwrap().unwrap()).is_none());
    let error = error_in(decoder.next_event().unwrap().unwrap()).unwrap();
    assert_eq!(error.message.as_deref(), Some("m"));
    assert!(decoder.next_event().unwrap().is_none());
}

#[test]
fn an_event_with_an_error_field_is_nothing_else() {
    for bytes in [
        "error: bad\n\n",
        "data: a\nerror: bad\n\n",
        "data: a\ndata: b\nevent: x\nerror: bad\n\n",
        "error: bad\nevent: x\n\n",
        "error: bad\nevent\ndata: a\n\n",
        "error: bad\ndata: [DONE]\n\n",
    ] {
        for size in 1..=bytes.len() {
            let mut decoder = Decoder::new().with_error_field();
            let mut all = Vec::new();
            for piece in bytes.as_bytes().chunks(size).chain([&b"data: next\n\n"[..]]) {
                decoder.push(piece);
                while let Some(event) = decoder.next_event().unwrap() {
                    all.push(format!("{}|{}", event.name(), event.data()));
                }
            }
            assert_eq!(all, ["error|bad", "message|next"], "{bytes:?} in {size}s");
        }
    }
    let mut decoder = Decoder::new().with_error_field();
    decoder.push(b"error: one\nerror: two\n\n");
    assert_eq!(decoder.next_event().unwrap().unwrap().data(), "one\ntwo");
}

#[test]
fn errors_inside_a_stream_are_seen() {
    let mut decoder = Decoder::new();
    decoder.push(b"data: {\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}\n\n");
    let error = error_in(decoder.next_event().unwrap().unwrap()).unwrap();
    assert_eq!(error.kind.as_deref(), Some("budget_exceeded"));

    decoder.push(b"event: error\ndata: overloaded\n\ndata: {\"error\":null,\"choices\":[\"error\"]}\n\n");
    let error = error_in(decoder.next_event().unwrap().unwrap()).unwrap();
    assert_eq!(error.message.as_deref(), Some("overloaded"));
    assert!(error_in(decoder.next_event().unwrap().unwrap()).is_none());
}
