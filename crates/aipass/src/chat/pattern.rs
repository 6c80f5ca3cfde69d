//! The chunks of a stream differ, most of the time, in one string only: the piece of text. Such a chunk is known by
//! comparing it with the one before it, and is not parsed.

use std::{fmt, ops::Range};

/// The last chunk, where it held a piece of text and nothing else.
///
/// JSON that has the same bytes before and after the piece, and whose own piece is a string without escapes too, is the
/// same JSON with another string: it parses as the first one did, and to the same.
#[derive(Default)]
pub(super) struct Pattern {
    /// Empty where the last chunk was of another kind.
    json: Vec<u8>,
    piece: Range<usize>,
    choice: u32,
}

/// The text of a chunk that holds nothing else.
pub(super) struct LoneText<'a> {
    pub(super) choice: u32,
    /// Borrowed from the JSON; nothing where it has escapes.
    pub(super) piece: Option<&'a str>,
}

impl Pattern {
    /// Remembers the chunk that was read from `json`.
    pub(super) fn learn(&mut self, json: &str, text: Option<&LoneText<'_>>) {
        let Some(&LoneText { choice, piece }) = text else {
            self.json.clear();
            return;
        };
        let Some(place) = piece.and_then(|piece| place(json, piece)) else {
            // Escapes in one piece say nothing about the next one. Whatever else the piece may hold, it can name no member
            // that the pattern has: JSON that names one twice does not parse.
            if self.body(json.as_bytes()).is_none() {
                self.json.clear();
            }
            return;
        };
        self.json.clear();
        self.json.extend_from_slice(json.as_bytes());
        self.piece = place;
        self.choice = choice;
    }

    /// The choice and the piece of a chunk that is the same as the last one otherwise.
    pub(super) fn text<'a>(&self, json: &'a [u8]) -> Option<(u32, &'a str)> {
        let piece = self.body(json)?;
        let ends_it = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        if piece.is_empty() || piece.iter().any(ends_it) {
            return None;
        }
        Some((self.choice, std::str::from_utf8(piece).ok()?))
    }

    /// What stands in the place of the piece.
    fn body<'a>(&self, json: &'a [u8]) -> Option<&'a [u8]> {
        if self.json.is_empty() {
            return None;
        }
        json.strip_prefix(&self.json[..self.piece.start])?
            .strip_suffix(&self.json[self.piece.end..])
    }
}

/// Where a string that was borrowed from JSON stands in it. Nothing where it stands there otherwise than between quotes.
fn place(json: &str, piece: &str) -> Option<Range<usize>> {
    let from = piece.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
    let to = from.checked_add(piece.len())?;
    let quoted = json.get(from.checked_sub(1)?..to.checked_add(1)?)?;
    let stands = quoted.strip_prefix('"')?.strip_suffix('"')? == piece;
    (stands && !piece.is_empty()).then_some(from..to)
}

// It holds what a model wrote.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"id":"c","choices":[{"delta":{"content":"one"},"finish_reason":null}]}"#;

    const ESCAPED: LoneText<'static> = LoneText {
        choice: 3,
        piece: None,
    };

    fn lone(piece: &str) -> LoneText<'_> {
        LoneText {
            choice: 3,
            piece: Some(piece),
        }
    }

    fn pattern() -> Pattern {
        let at = FIRST.find("one").unwrap();
        let mut pattern = Pattern::default();
        pattern.learn(FIRST, Some(&lone(&FIRST[at..at + 3])));
        pattern
    }

    #[test]
    fn a_chunk_with_another_piece_is_known() {
        for piece in [
            "one",
            "x",
            " a longer one ",
            "{}[],:",
            "\u{e4}\u{1f600}",
            "\u{7f}",
        ] {
            let json = FIRST.replace("one", piece);
            assert_eq!(pattern().text(json.as_bytes()), Some((3, piece)));
        }
    }

    #[test]
    fn whatever_may_parse_otherwise_is_not() {
        for piece in [
            "",
            r#"\n"#,
            r#"a\"b"#,
            "a\nb",
            r#"one"},"usage":{"x":"y"#,
            r#"one","refusal":"no"#,
        ] {
            let json = FIRST.replace("one", piece);
            assert_eq!(pattern().text(json.as_bytes()), None, "{piece}");
        }
        for json in [
            FIRST.replace("\"c\"", "\"d\"").as_str(),
            FIRST.replace("null", "\"stop\"").as_str(),
            &format!(" {FIRST}"),
            &FIRST[..FIRST.len() - 1],
            &FIRST[..FIRST.find("one").unwrap()],
            "",
        ] {
            assert_eq!(pattern().text(json.as_bytes()), None, "{json}");
        }
        let mut broken = FIRST.replace("one", "\u{e4}").into_bytes();
        let at = broken.iter().position(|byte| *byte == 0xc3).unwrap();
        broken.remove(at);
        assert_eq!(pattern().text(&broken), None, "bytes that are no text");
    }

    #[test]
    fn a_chunk_of_another_kind_ends_it() {
        let mut pattern = pattern();
        pattern.learn(&FIRST.replace("one", r"\n"), Some(&ESCAPED));
        assert!(pattern.text(FIRST.as_bytes()).is_some(), "escapes do not");
        pattern.learn(r#"{"choices":[{"delta":{"content":"\n"}}]}"#, Some(&ESCAPED));
        assert_eq!(pattern.text(FIRST.as_bytes()), None, "escapes in other JSON");

        let mut pattern = self::pattern();
        pattern.learn(FIRST, None);
        assert_eq!(pattern.text(FIRST.as_bytes()), None);
        pattern.learn(FIRST, Some(&lone("one")));
        assert_eq!(pattern.text(FIRST.as_bytes()), None, "a piece from elsewhere");
    }
}
