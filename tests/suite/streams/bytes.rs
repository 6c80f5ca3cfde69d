//! The bytes of events, as the WHATWG standard has them, however they are cut up on the way.

use super::{Outcome, Replay, Site, in_time, read};

impl Replay {
    async fn outcome<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
        read(self.open(pieces).await).await
    }

    /// Whole, and byte by byte.
    async fn gives(&self, bytes: &[u8], expected: &[&str]) {
        for size in [bytes.len(), 1] {
            let outcome = self.outcome(bytes.chunks(size)).await;
            same(bytes, &outcome, expected, size);
        }
    }

    /// Also in two, at every place.
    async fn gives_at_every_split(&self, bytes: &[u8], expected: &[&str]) {
        self.gives(bytes, expected).await;
        for at in 1..bytes.len() {
            let (left, right) = bytes.split_at(at);
            let outcome = self.outcome([left, right]).await;
            same(bytes, &outcome, expected, at);
        }
    }
}

fn same(bytes: &[u8], outcome: &Outcome, expected: &[&str], at: usize) {
    let shown = bytes.escape_ascii();
    assert_eq!(outcome.events, expected, "{shown} at {at}: {:?}", outcome.end);
    assert!(outcome.end.is_ok(), "{shown} at {at}: {:?}", outcome.end);
}

const A: &str = r#"data: {"choices":[{"delta":{"content":"a"}}]}"#;
const B: &str = r#"data: {"choices":[{"delta":{"content":"b"}}]}"#;

#[tokio::test]
async fn lines_end_in_cr_lf_or_both_in_any_mix() {
    let pieces = Replay::start().await;
    // A line's end and the empty line after it. CR and LF would be one end.
    let ends: Vec<_> = ["\n", "\r", "\r\n"]
        .iter()
        .flat_map(|first| ["\n", "\r", "\r\n"].map(|second| (*first, second)))
        .filter(|pair| *pair != ("\r", "\n"))
        .collect();
    for (a, after_a) in &ends {
        for (b, after_b) in &ends {
            // An end that counted twice would end the event in its middle.
            let first = A.replace("[{", &format!("{a}data: [{{"));
            let bytes = format!("{first}{a}{after_a}{B}{b}{after_b}data: [DONE]{a}{after_b}");
            pieces.gives(bytes.as_bytes(), &["text 0 a", "text 0 b"]).await;
        }
    }
}

#[tokio::test]
async fn a_stream_may_be_cut_up_anywhere() {
    let pieces = Replay::start().await;
    let mixed = format!(
        "\u{feff}\r\n: \u{1f600}\r{A}\r\n\r\nid: 1\nevent: message\r{}\r\ndata: \"\u{20ac}\u{2028}\"}}}}]}}\r\rretry: 5\n\rdata:[DONE]\r\n\n",
        r#"data: {"choices":[{"delta":{"content":"#
    );
    pieces
        .gives_at_every_split(mixed.as_bytes(), &["text 0 a", "text 0 \u{20ac}\u{2028}"])
        .await;
}

#[tokio::test]
async fn what_the_standard_says_of_lines_holds() {
    let pieces = Replay::start().await;
    let bom = "\u{feff}";
    let table: &[(&str, String, &[&str])] = &[
        ("one BOM is dropped", format!("{bom}{A}\n\n"), &["text 0 a"]),
        ("and only one", format!("{bom}{bom}{A}\n\n{B}\n\n"), &["text 0 b"]),
        (
            "and only in front",
            format!("{A}\n\n{bom}{A}\n\n{B}\n\n"),
            &["text 0 a", "text 0 b"],
        ),
        (
            "a BOM inside data is data",
            r#"data: {"choices":[{"delta":{"content":"*x"}}]}"#.replace('*', bom) + "\n\n",
            &["text 0 \u{feff}x"],
        ),
        (
            "several data lines are one event",
            "data: {\"choices\":\ndata: [{\"delta\":\ndata\ndata:{\"content\":\"a\"}}\ndata:   ]}\n\n".into(),
            &["text 0 a"],
        ),
        (
            "lines between them do not matter",
            "data: {\"choices\":\n: comment\nid: 7\nother: 1\ndata: [{\"delta\":{\"content\":\"a\"}}]}\n\n"
                .into(),
            &["text 0 a"],
        ),
        (
            "other separators end no line",
            r#"data: {"choices":[{"delta":{"content":"x*y"}}]}"#.replace('*', "\u{2028}\u{2029}\u{85}")
                + "\n\n",
            &["text 0 x\u{2028}\u{2029}\u{85}y"],
        ),
        (
            "no space after the colon",
            A.replace(": {", ":{") + "\n\n",
            &["text 0 a"],
        ),
        (
            "names are whole and exact",
            format!("datax: 1\ndata : 2\n data: 3\nDATA: 4\nda\n\n{A}\n\n"),
            &["text 0 a"],
        ),
        (
            "an id with NUL is no id",
            format!("id: 1\0\n{A}\n\nid: \0\n\n{B}\n\n"),
            &["text 0 a", "text 0 b"],
        ),
        (
            "a retry is no matter",
            format!("retry: 1\n\nretry: soon\nretry: -1\nretry:\nretry\n{A}\n\n"),
            &["text 0 a"],
        ),
        (
            "comments say nothing",
            format!(":\n\n: x\n\n:data: {{\n{A}\n:event: error\n:\n\n::\n\n"),
            &["text 0 a"],
        ),
        (
            "empty lines in front",
            format!("\n\r\n\r\r{A}\n\n"),
            &["text 0 a"],
        ),
    ];
    for (why, bytes, expected) in table {
        let bytes = bytes.clone() + "data: [DONE]\n\n";
        let outcome = pieces.outcome([bytes.as_bytes()]).await;
        assert_eq!(outcome.events, *expected, "{why}: {:?}", outcome.end);
        pieces.gives(bytes.as_bytes(), expected).await;
    }
}

/// LF between them: inside a text it is a fault, where nothing at all would be the text `ab`.
#[tokio::test]
async fn data_lines_are_joined_by_lf() {
    let pieces = Replay::start().await;
    let broken = b"data: {\"choices\":[{\"delta\":{\"content\":\"a\ndata: b\"}}]}\n\n";
    let outcome = pieces.outcome([&broken[..]]).await;
    assert!(outcome.end.unwrap_err().is_decode());
    assert!(outcome.events.is_empty());
}

#[tokio::test]
async fn bytes_that_are_no_utf_8_are_replaced() {
    let pieces = Replay::start().await;
    let table: &[(&[u8], &str)] = &[
        (b"\xff", "\u{fffd}"),
        // The beginning of a letter is replaced as one, and what follows it stays.
        (b"\xe2\x82", "\u{fffd}"),
        (b"\xf0\x9f\x98z", "\u{fffd}z"),
        // A surrogate, and an overlong slash.
        (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
        (b"\xc0\xaf", "\u{fffd}\u{fffd}"),
    ];
    for (odd, text) in table {
        let head: &[u8] = b": \xff\n\xffdata: x\ndata: {\"choices\":[{\"delta\":{\"content\":\"";
        let bytes = [head, odd, b"\"}}]}\n\nevent: \xfe\n\ndata: [DONE]\n\n"].concat();
        pieces.gives(&bytes, &[&format!("text 0 {text}")]).await;
    }
}

#[tokio::test]
async fn what_holds_nothing_is_skipped() {
    let pieces = Replay::start().await;
    for nothing in [
        "data:\n\n",
        "data\n\n",
        "data:  \n\n",
        "data:\ndata:\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\n",
        "event: ping\ndata: no JSON\n\n",
        "event: ping\ndata:\n\n",
        "event: ping\n\n",
        "id: 1\n\n",
        "id\n\n",
        // Without data there is no event, and the name goes with it.
        "event: error\n\n",
        "event: error\nid: 2\n\n",
        ": ping - 2026-01-01 00:00:00\n\n",
    ] {
        let bytes = format!("{nothing}{A}\n\n{nothing}{nothing}{B}\n\n{nothing}data: [DONE]\n\n");
        pieces.gives(bytes.as_bytes(), &["text 0 a", "text 0 b"]).await;
    }
}

/// As before, from a server that writes and flushes each byte by itself.
#[tokio::test]
async fn a_server_may_write_byte_by_byte() {
    let site = Site::start(|mut peer| async move {
        peer.request().await?;
        let body = format!("\u{feff}{A}\r\n\r\n: \u{e4}\r{B}\r\rdata: [DONE]\n\n");
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        for byte in (head.to_owned() + &body).bytes() {
            peer.send(&[byte]).await?;
            // Time for the client to take it.
            tokio::time::sleep(std::time::Duration::from_micros(100)).await;
        }
        Some(())
    })
    .await;
    let ai = site.client();
    let outcome = read(in_time(ai.chat("m").user("hi").stream()).await.unwrap()).await;
    assert_eq!(outcome.events, ["text 0 a", "text 0 b"]);
    assert!(outcome.end.is_ok());
}
