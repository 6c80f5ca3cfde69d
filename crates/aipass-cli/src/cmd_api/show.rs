//! An answer on stdout: its bytes as they are into a pipe, its text without what moves the cursor on a terminal.

use crate::{failure::Failure, output};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::io::{self, IsTerminal};

/// Headers whose values may hold a secret.
const SECRET: &[HeaderName] = &[
    header::SET_COOKIE,
    header::COOKIE,
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
];

/// Prints the status and the headers, and the empty line after them.
pub(super) fn head(status: StatusCode, headers: &HeaderMap) -> Result<(), Failure> {
    let mut text = format!(
        "HTTP {} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default()
    );
    text.truncate(text.trim_end().len());
    for (name, value) in headers {
        text += "\n";
        text += name.as_str();
        text += ": ";
        text += &shown(name, value);
    }
    text += "\n\n";
    output::foreign(&text)
}

fn shown(name: &HeaderName, value: &HeaderValue) -> String {
    if value.is_sensitive() || SECRET.contains(name) {
        return "(not shown)".to_owned();
    }
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Where a body goes.
#[derive(Debug)]
pub(super) struct Screen {
    is_terminal: bool,
    media_type: Option<String>,
    /// The beginning of a character whose end has not come yet.
    open: Vec<u8>,
    has_shown: bool,
    ends_line: bool,
}

impl Screen {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let media_type = headers.get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok()?.split(';').next());
        Self {
            is_terminal: io::stdout().is_terminal(),
            media_type: media_type.map(|text| text.trim().to_ascii_lowercase()),
            open: Vec::new(),
            has_shown: false,
            ends_line: true,
        }
    }

    pub(super) fn has_shown(&self) -> bool {
        self.has_shown
    }

    /// What the service says that it is.
    pub(super) fn kind(&self) -> &str {
        self.media_type.as_deref().unwrap_or("of no known type")
    }

    /// Whether it can be shown here: a terminal takes text only.
    pub(super) fn takes(&self, piece: &[u8]) -> bool {
        !self.is_terminal || self.has_shown || is_text(self.media_type.as_deref(), piece)
    }

    /// Prints a piece of the body at once.
    pub(super) fn show(&mut self, piece: &[u8]) -> Result<(), Failure> {
        if piece.is_empty() {
            return Ok(());
        }
        if !self.is_terminal {
            self.has_shown = true;
            return output::bytes(piece);
        }
        self.has_shown = true;
        self.open.extend_from_slice(piece);
        let text = whole_characters(&mut self.open);
        self.print(&text)
    }

    /// Ends the line on a terminal, so that what comes next starts on one of its own.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if !self.open.is_empty() {
            self.open.clear();
            self.print("\u{fffd}")?;
        }
        if self.ends_line {
            return Ok(());
        }
        self.print("\n")
    }

    fn print(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        self.ends_line = text.ends_with('\n');
        output::foreign(text)
    }
}

/// Whether a terminal can show it: by its type, and where it has none by its first bytes.
fn is_text(media_type: Option<&str>, piece: &[u8]) -> bool {
    match media_type {
        None => !piece.contains(&0),
        Some(kind) => {
            let parts = [
                "json",
                "xml",
                "javascript",
                "x-www-form-urlencoded",
                "yaml",
                "x-ndjson",
            ];
            kind.starts_with("text/")
                || kind.strip_prefix("application/").is_some_and(|kind| {
                    parts.contains(&kind) || kind.ends_with("+json") || kind.ends_with("+xml")
                })
        }
    }
}

/// Takes the whole characters off the front; what is no UTF-8 becomes U+FFFD.
fn whole_characters(bytes: &mut Vec<u8>) -> String {
    let mut text = String::new();
    let mut taken = 0;
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        taken += chunk.valid().len();
        let invalid = chunk.invalid();
        if invalid.is_empty() {
            continue;
        }
        let at_end = taken + invalid.len() == bytes.len();
        if at_end && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none()) {
            break;
        }
        text.push('\u{fffd}');
        taken += invalid.len();
    }
    bytes.drain(..taken);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_comes_in_two_pieces_is_one() {
        let mut open = "a€b".as_bytes()[..3].to_vec();
        assert_eq!(whole_characters(&mut open), "a");
        open.extend_from_slice(&"a€b".as_bytes()[3..]);
        assert_eq!(whole_characters(&mut open), "€b");
        open.extend_from_slice(b"\xff\xe2x\xe2");
        assert_eq!(whole_characters(&mut open), "\u{fffd}\u{fffd}x");
        assert_eq!(open, b"\xe2");
    }

    #[test]
    fn media_are_told_from_text() {
        for (kind, text) in [
            (Some("application/json"), true),
            (Some("application/problem+json"), true),
            (Some("text/event-stream"), true),
            (Some("audio/mpeg"), false),
            (Some("application/octet-stream"), false),
            (None, true),
        ] {
            assert_eq!(is_text(kind, b"ID3"), text, "{kind:?}");
        }
        assert!(!is_text(None, b"\0"));
    }

    #[test]
    fn a_secret_header_is_named_and_not_shown() {
        let value = HeaderValue::from_static("canary");
        assert_eq!(shown(&header::SET_COOKIE, &value), "(not shown)");
        assert_eq!(shown(&header::SERVER, &value), "canary");
    }
}
