//! A chunk that differs from the one before it in its text alone is not parsed. It must say what it would say otherwise: each
//! stream here is also sent with a blank more at another place in every chunk, so that no chunk is like the one before it.

use super::{Outcome, Replay, read, told};
use std::fmt::Write as _;

/// All that a reader can see of a stream.
#[derive(Debug, PartialEq)]
struct Seen {
    events: Vec<String>,
    end: Result<Vec<String>, (String, Vec<String>)>,
}

impl Replay {
    async fn seen(&self, events: &[Event], chunks: bool) -> Seen {
        let stream = self.open(events.iter().map(Event::bytes)).await;
        let stream = if chunks { stream.raw() } else { stream };
        let Outcome { events, end, .. } = read(stream).await;
        let end = end.map(|reply| told(&reply)).map_err(|error| {
            // How it is told: the kind, the risk and what the server said. Which connection it was is of no matter.
            let told_of = told(error.partial().unwrap());
            let kind = format!("{error} {:?} {:?}", error.charge_risk(), error.server_message());
            (kind, told_of)
        });
        Seen { events, end }
    }

    async fn agrees(&self, events: &[Event], why: &str) -> Seen {
        let as_sent = self.seen(events, false).await;
        let mut places = Places::default();
        let apart: Vec<_> = events.iter().map(|event| event.apart(&mut places)).collect();
        let parsed = self.seen(&apart, false).await;
        assert_eq!(as_sent, parsed, "{why}: {}", shown(events));

        // Each chunk as it was sent, whichever way it was read.
        let raw = self.seen(events, true).await;
        let (chunks, rest): (Vec<_>, Vec<_>) = raw
            .events
            .into_iter()
            .partition(|event| event.starts_with("chunk "));
        assert_eq!(rest, as_sent.events, "{why}: {}", shown(events));
        let sent = events
            .iter()
            .filter(|event| event.name != "ping" && event.is_object());
        let sent: Vec<_> = sent
            .map(|event| format!("chunk {}", String::from_utf8_lossy(&event.data)))
            .collect();
        if as_sent.end.is_ok() {
            assert_eq!(chunks, sent, "{why}");
        } else {
            assert!(sent.starts_with(&chunks), "{why}: {chunks:?} of {sent:?}");
        }
        as_sent
    }
}

#[derive(Clone, Debug)]
struct Event {
    name: &'static str,
    data: Vec<u8>,
}

impl Event {
    fn new(data: impl Into<Vec<u8>>) -> Self {
        Self {
            name: "",
            data: data.into(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if !self.name.is_empty() {
            bytes.extend(format!("event: {}\n", self.name).into_bytes());
        }
        for line in self.data.split(|byte| *byte == b'\n') {
            bytes.extend_from_slice(b"data: ");
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes
    }

    fn is_object(&self) -> bool {
        self.data.trim_ascii().starts_with(b"{")
    }

    /// The same with one more blank where JSON allows one, at another place each time.
    fn apart(&self, places: &mut Places) -> Self {
        let at = places.next(&self.data).filter(|_| self.is_object());
        let mut data = self.data.clone();
        if let Some(at) = at {
            data.insert(at, b' ');
        }
        Self {
            name: self.name,
            data,
        }
    }
}

/// Where the next blank goes.
#[derive(Default)]
struct Places(usize);

impl Places {
    /// After a letter of JSON that stands outside of strings. Broken JSON is broken with a blank too.
    fn next(&mut self, json: &[u8]) -> Option<usize> {
        let (mut inside, mut escaped, mut places) = (false, false, Vec::new());
        for (at, byte) in json.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if inside => escaped = true,
                b'"' => inside = !inside,
                b'{' | b'[' | b':' | b',' if !inside => places.push(at + 1),
                _ => {}
            }
        }
        self.0 += 1;
        (!places.is_empty()).then(|| places[self.0 % places.len()])
    }
}

fn shown(events: &[Event]) -> String {
    events.iter().fold(String::new(), |mut shown, event| {
        let _ = writeln!(shown, "{} {}", event.name, event.data.escape_ascii());
        shown
    })
}

fn chunk(text: &str) -> Vec<u8> {
    format!(
        r#"{{"id":"c1","created":5,"model":"m","choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#
    )
    .into_bytes()
}

/// As [`chunk`], with that in the place of a part of it.
fn but(from: &str, to: &str) -> Vec<u8> {
    let chunk = String::from_utf8(chunk("but")).unwrap();
    assert!(chunk.contains(from), "{from}");
    chunk.replace(from, to).into_bytes()
}

/// What stands between the quotes of the text, as bytes, and what is read from there; nothing where it is no JSON.
const TEXTS: &[(&[u8], Option<&str>)] = &[
    (b"two", Some("two")),
    (b"x", Some("x")),
    (b" {}[],: ", Some(" {}[],: ")),
    (b"", Some("")),
    (b"\\\"", Some("\"")),
    (b"\\\\", Some("\\")),
    (b"a\\nb\\t", Some("a\nb\t")),
    (b"\\u00e4\\ud83d\\ude00", Some("ä😀")),
    (b"\\u0000", Some("\0")),
    (b"\\/", Some("/")),
    (b"[DONE]", Some("[DONE]")),
    (b"data: [DONE]", Some("data: [DONE]")),
    (b"error", Some("error")),
    ("ä€😀".as_bytes(), Some("ä€😀")),
    (
        "\u{7f}\u{80}\u{2028}\u{feff}".as_bytes(),
        Some("\u{7f}\u{80}\u{2028}\u{feff}"),
    ),
    // Bytes that are no text are replaced, as everywhere in events.
    (b"a\xffb", Some("a\u{fffd}b")),
    (b"\xe2\x82", Some("\u{fffd}")),
    (b"\xc3", Some("\u{fffd}")),
    (b"\xed\xa0\x80", Some("\u{fffd}\u{fffd}\u{fffd}")),
    (b"\x01", None),
    (b"a\x1fb", None),
    (b"a\tb", None),
    (b"a\nb", None),
    (b"\\", None),
    (b"\\x", None),
    (b"\\ud83d", None),
    (b"\"", None),
    (b"a\" b", None),
    // Text that ends its own string and goes on with other members.
    (b"a\",\"refusal\":\"no", None),
];

fn with_text(text: &[u8]) -> Vec<u8> {
    let whole = chunk("TEXT");
    let at = whole.windows(4).position(|four| four == b"TEXT").unwrap();
    [&whole[..at], text, &whole[at + 4..]].concat()
}

#[tokio::test]
async fn a_text_of_any_kind_is_read_as_json_has_it() {
    let bodies = Replay::start().await;
    for (text, expected) in TEXTS {
        // After a chunk that may be known again, and before one.
        let events = [chunk("one"), with_text(text), chunk("three"), chunk("four")].map(Event::new);
        let why = text.escape_ascii().to_string();
        let seen = bodies.agrees(&events, &why).await;
        let Some(expected) = expected else {
            if text.starts_with(b"a\",") {
                let end = [
                    "text 0 one",
                    "text 0 a",
                    "refusal 0 no",
                    "text 0 three",
                    "text 0 four",
                ];
                assert_eq!(seen.events, end, "{why}");
            } else {
                assert_eq!(seen.events, ["text 0 one"], "{why}");
                assert!(seen.end.unwrap_err().0.contains("cannot be read"), "{why}");
            }
            continue;
        };
        let texts = ["one", expected, "three", "four"];
        let texts: Vec<_> = texts
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| format!("text 0 {text}"))
            .collect();
        assert_eq!(seen.events, texts, "{why}");
    }
}

/// Chunks of another kind, each of which stands between chunks that may be known again.
fn others() -> Vec<(Event, &'static str)> {
    let named = |name: &'static str, data: Vec<u8>| Event { name, data };
    vec![
        (Event::new(but("c1", "c2")), "text 0 but"),
        (Event::new(but("\"m\"", "\"n\"")), "text 0 but"),
        (Event::new(but(":5", ":6")), "text 0 but"),
        (Event::new(but("\"index\":0", "\"index\":1")), "text 1 but"),
        (Event::new(but("null", "\"stop\"")), "text 0 but, finish 0 stop"),
        (Event::new(but("null", "\"\"")), "text 0 but"),
        (Event::new(but("\"content\":", "\"refusal\":")), "refusal 0 but"),
        (
            Event::new(but("\"content\":", "\"reasoning\":")),
            "reasoning 0 but",
        ),
        (Event::new(but("\"content\":", "\"later\":")), ""),
        (Event::new(but("\"delta\":", "\"message\":")), "text 0 but"),
        (Event::new(but("\"but\"", "null")), ""),
        (Event::new(but("\"but\"", "[{\"text\":\"but\"}]")), "text 0 but"),
        (
            Event::new(but(
                "\"but\"",
                "\"but\",\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"function\":{\"name\":\"f\"}}]",
            )),
            "text 0 but, start 0/0 t f",
        ),
        (
            Event::new(but("]}", "],\"usage\":{\"total_tokens\":7}}")),
            "text 0 but, usage 7",
        ),
        (Event::new(but("]}", "],\"usage\":null}")), "text 0 but"),
        (Event::new(but("]}", "],\"error\":null}")), "text 0 but"),
        (Event::new(but("]}", "],\"error\":{\"message\":\"m\"}}")), "!"),
        (
            Event::new(but("]}", ",{\"index\":1,\"delta\":{\"content\":\"x\"}}]}")),
            "text 0 but, text 1 x",
        ),
        (
            Event::new("{\"choices\":[],\"usage\":{\"total_tokens\":7}}"),
            "usage 7",
        ),
        (
            Event::new("{\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}"),
            "!",
        ),
        (Event::new("{\"error\":\"m\"}"), "!"),
        (Event::new("{\"success\":false,\"message\":\"m\"}"), "!"),
        (Event::new("{}"), ""),
        (Event::new(""), ""),
        (Event::new(" "), ""),
        (Event::new("[]"), "!"),
        (Event::new(&chunk("but")[..40]), "!"),
        (Event::new([chunk("but"), b"}".to_vec()].concat()), "!"),
        (Event::new([chunk("but"), b" ".to_vec()].concat()), "text 0 but"),
        (Event::new([b" ".to_vec(), chunk("but")].concat()), "text 0 but"),
        // A line end between members is a blank.
        (Event::new(but(",\"choices\"", ",\n\"choices\"")), "text 0 but"),
        (named("message", chunk("but")), "text 0 but"),
        (named("chunk", chunk("but")), "text 0 but"),
        (named("ping", chunk("but")), ""),
        (named("error", chunk("but")), "!"),
        (named("error", b"m".to_vec()), "!"),
    ]
}

#[tokio::test]
async fn a_chunk_of_another_kind_is_read_as_such() {
    let bodies = Replay::start().await;
    for (other, expected) in others() {
        let why = shown(std::slice::from_ref(&other));
        let around = |text: &str| Event::new(chunk(text));
        let events = [
            around("one"),
            around("two"),
            other.clone(),
            around("three"),
            around("four"),
            other,
            around("five"),
        ];
        let seen = bodies.agrees(&events, &why).await;
        let mut all = vec!["text 0 one", "text 0 two"];
        if expected == "!" {
            assert!(seen.end.is_err(), "{why}: {seen:?}");
        } else {
            let said: Vec<_> = expected.split(", ").filter(|said| !said.is_empty()).collect();
            all.extend(&said);
            all.extend(["text 0 three", "text 0 four"]);
            // What says the same twice is told once.
            all.extend(
                said.iter()
                    .filter(|said| !said.starts_with("finish") && !said.starts_with("start")),
            );
            all.push("text 0 five");
        }
        assert_eq!(seen.events, all, "{why}");
    }
}

/// The pieces of one choice must not become the other's.
#[tokio::test]
async fn choices_take_turns() {
    let bodies = Replay::start().await;
    let of = |choice: u32, text: &str| {
        let chunk = String::from_utf8(chunk(text)).unwrap();
        Event::new(chunk.replace("\"index\":0", &format!("\"index\":{choice}")))
    };
    let events = [
        of(0, "a"),
        of(1, "b"),
        of(1, "c"),
        of(0, "d"),
        of(0, "e"),
        of(2, "f"),
        of(1, "g"),
    ];
    let seen = bodies.agrees(&events, "turns").await;
    let expected = ["0 a", "1 b", "1 c", "0 d", "0 e", "2 f", "1 g"].map(|event| format!("text {event}"));
    assert_eq!(seen.events, expected);
}

/// The text stands elsewhere in the chunk too, or its member is there twice.
#[tokio::test]
async fn a_text_that_stands_elsewhere_too_is_no_pattern() {
    let bodies = Replay::start().await;
    for shape in [
        r#"{"id":"@","choices":[{"delta":{"content":"@"}}]}"#,
        r#"{"choices":[{"delta":{"content":"@"}}],"model":"@"}"#,
        r#"{"choices":[{"delta":{"later":"@","content":"@"}}]}"#,
        r#"{"choices":[{"delta":{"content":"@","later":"@"}}],"obfuscation":"@@"}"#,
        r#"{"choices":[{"delta":{"content":"@"},"logprobs":{"content":[{"token":"@"}]}}]}"#,
        r#"{"@":1,"choices":[{"delta":{"content":"@"}}]}"#,
    ] {
        let events = ["a", "b", "bb", "index", "choices", "content", "c", "c"]
            .map(|text| Event::new(shape.replace('@', text)));
        let seen = bodies.agrees(&events, shape).await;
        assert!(!seen.events.is_empty(), "{shape}");
    }
    // One of two members of the same name changes at a time.
    for (first, second) in [("a", "b"), ("a", "c"), ("d", "c"), ("d", "e")] {
        let twice = |first: &str, second: &str| {
            Event::new(format!(
                r#"{{"choices":[{{"delta":{{"content":"{first}","content":"{second}"}}}}]}}"#
            ))
        };
        bodies
            .agrees(
                &[twice("a", "b"), twice(first, second)],
                "members that are there twice",
            )
            .await;
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

#[tokio::test]
async fn any_order_of_chunks_says_the_same() {
    let bodies = Replay::start().await;
    let (mut random, others) = (Random(7), others());
    let readable: Vec<_> = TEXTS.iter().filter(|(_, text)| text.is_some()).collect();
    for round in 0..300 {
        let mut events = Vec::new();
        for _ in 0..random.below(14) + 1 {
            // What ends a stream is rare, so that there is something before it.
            events.push(match random.below(20) {
                0 => random.one(&others).0.clone(),
                1 => Event::new(with_text(random.one(TEXTS).0)),
                2..=4 => loop {
                    let (other, said) = random.one(&others);
                    if *said != "!" {
                        break other.clone();
                    }
                },
                5 => {
                    // One byte of a chunk becomes another.
                    let mut bent = chunk("bent");
                    let at = random.below(bent.len());
                    bent[at] = *random.one(b"\"\\{}[]:,0x \x01\xff");
                    Event::new(bent)
                }
                _ => Event::new(with_text(random.one(&readable).0)),
            });
        }
        if random.below(2) == 0 {
            events.push(Event::new("[DONE]"));
        }
        bodies.agrees(&events, &format!("round {round}")).await;
    }
}
