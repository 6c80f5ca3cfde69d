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

impl Pattern {
    /// Remembers the chunk that was read from `json`: `text` is the choice and the piece, borrowed from there.
    pub(super) fn learn(&mut self, json: &str, text: Option<(u32, &str)>) {
        self.json.clear();
        let Some((choice, piece)) = text else { return };
        let Some(place) = place(json, piece) else { return };
        self.json.extend_from_slice(json.as_bytes());
        self.piece = place;
        self.choice = choice;
    }

    /// The choice and the piece of a chunk that is the same as the last one otherwise.
    pub(super) fn text<'a>(&self, json: &'a [u8]) -> Option<(u32, &'a str)> {
        if self.json.is_empty() {
            return None;
        }
        let piece = json
            .strip_prefix(&self.json[..self.piece.start])?
            .strip_suffix(&self.json[self.piece.end..])?;
        let ends_it = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        if piece.is_empty() || piece.iter().any(ends_it) {
            return None;
        }
        Some((self.choice, std::str::from_utf8(piece).ok()?))
    }
}

/// Where a string that was borrowed from JSON stands in it. Nothing where it stands there otherwise than between quotes.
fn place(json: &str, piece: &str) -> Option<Range<usize>> {
    let from = piece.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
    let to = from.checked_add(piece.len())?;
    let quoted = json.get(from.checked_sub(1)?..to.checked_add(1)?)?;
    let stands = quoted.strip_prefix('"')?.strip_suffix('"')? == piece;
    stands.then_some(from..to)
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

    fn pattern() -> Pattern {
        let at = FIRST.find("one").unwrap();
        let mut pattern = Pattern::default();
        pattern.learn(FIRST, Some((3, &FIRST[at..at + 3])));
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
        pattern.learn(FIRST, None);
        assert_eq!(pattern.text(FIRST.as_bytes()), None);
        pattern.learn(FIRST, Some((0, "one")));
        assert_eq!(pattern.text(FIRST.as_bytes()), None, "a piece from elsewhere");
    }
}
