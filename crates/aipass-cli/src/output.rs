//! The only place that prints. Data goes to stdout, everything else to stderr; colours go to terminals only.

mod bar;

pub(crate) use bar::{Bar, Meter};

use crate::{exit::Exit, failure::Failure};
use serde::Serialize;
use std::{
    borrow::Cow,
    fmt::Display,
    io::{self, IsTerminal, Write},
};

/// Prints one line of data.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    data(&format!("{text}\n"))
}

/// Prints one JSON document on a line of its own.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    data(&json_line(value)?)
}

/// That line.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value)
        .map_err(|_| Failure::new(Exit::Other, "the result cannot be written as JSON"))?;
    Ok(format!("{}\n", escaped(&text)))
}

/// The same JSON, with what a terminal would obey in the form `\u009b`. Outside its strings JSON has no such character,
/// and those below U+0020 are escaped already.
fn escaped(json: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| c.is_control() || is_bidi_control(c);
    if !json.contains(is_obeyed) {
        return json.into();
    }
    let mut text = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_obeyed(c) {
            text += &format!("\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.into()
}

/// Prints data as it comes, without waiting for the end of the line.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes())
}

/// The same for what may be no text.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::output(&error))
}

/// Prints what a model or a server wrote: as it is into a pipe, without its control characters on a terminal.
pub(crate) fn foreign(text: &str) -> Result<(), Failure> {
    if io::stdout().is_terminal() {
        data(&harmless(text))
    } else {
        data(text)
    }
}

/// Tells the person something, on stderr.
pub(crate) fn note(text: &str) {
    bar::aside(|| {
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    });
}

/// Asks the person something, and leaves the cursor behind it.
pub(crate) fn ask(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{text}");
    let _ = stderr.flush();
}

/// Tells the person that a step worked.
pub(crate) fn done(text: &str) {
    note(&format!("{} {text}", Paint::stderr().good("✓")));
}

/// Tells the person that a step did not work, where the command goes on.
pub(crate) fn undone(text: &str) {
    note(&format!("{} {text}", Paint::stderr().bad("✗")));
}

/// Prints why a command failed.
pub(crate) fn failure(failure: &Failure) {
    let Some(report) = &failure.report else { return };
    let paint = Paint::stderr();
    if failure.exit == Exit::Interrupted && io::stderr().is_terminal() {
        // The terminal has shown a ^C.
        note("");
    }
    note(&format!("{} {}", paint.bad("error:"), harmless(&report.what)));
    if let Some(help) = &report.help {
        // Steps stand below each other.
        note(&format!(
            "{} {}",
            paint.bold("help:"),
            harmless(help).replace('\n', "\n      ")
        ));
    }
    let details = [
        ("wallet:", &report.wallet),
        ("server:", &report.server),
        ("cause:", &report.cause),
    ];
    for (label, text) in details {
        if let Some(text) = text {
            note(&format!("{} {}", paint.bold(label), one_line(text)));
        }
    }
    if report.is_partial {
        note(&format!(
            "{} what is printed is part of the answer",
            paint.bold("note:")
        ));
    }
}

/// Prints what the command-line parser has to say: its help, or what is wrong.
pub(crate) fn parser(error: &clap::Error) -> Exit {
    let printed = error.print();
    if error.use_stderr() {
        return Exit::Usage;
    }
    // A reader that has closed the pipe wants to see no more.
    let Err(error) = printed else { return Exit::Ok };
    let unwritten = Failure::output(&error);
    failure(&unwritten);
    unwritten.exit
}

/// Text with colours, where there is somebody to see them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    pub(crate) fn stdout() -> Self {
        Self {
            on: wants_colour(io::stdout().is_terminal()),
        }
    }

    pub(crate) fn stderr() -> Self {
        Self {
            on: wants_colour(io::stderr().is_terminal()),
        }
    }

    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    pub(crate) fn good(self, text: impl Display) -> String {
        self.styled("32", text)
    }

    pub(crate) fn bad(self, text: impl Display) -> String {
        self.styled("1;31", text)
    }

    pub(crate) fn bold(self, text: impl Display) -> String {
        self.styled("1", text)
    }

    pub(crate) fn dim(self, text: impl Display) -> String {
        self.styled("2", text)
    }

    fn styled(self, code: &str, text: impl Display) -> String {
        if self.on {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }
}

/// The conventions that the command-line parser follows too.
fn wants_colour(is_terminal: bool) -> bool {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if var(crate::environment::NO_COLOR.name).is_some() {
        return false;
    }
    let forced = var("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    forced || (is_terminal && var("TERM").is_none_or(|term| term != "dumb"))
}

/// The text without control characters, line breaks and tabs aside: they could move the cursor, and what a server or a
/// model sends must not rewrite the screen.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || is_bidi_control(c);
    if text.contains(is_harmful) {
        text.chars().filter(|&c| !is_harmful(c)).collect()
    } else {
        text.into()
    }
}

/// These turn the order of what is read around.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// As [`harmless`], with line breaks as blanks.
pub(crate) fn one_line(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An amount in US dollars: at least two decimals, and as many as a millionth needs.
pub(crate) fn usd(amount: f64) -> String {
    let text = format!("{amount:.6}");
    let end = text.find('.').map_or(text.len(), |dot| dot + 3);
    let (fixed, rest) = text.split_at(end.min(text.len()));
    format!("{fixed}{}", rest.trim_end_matches('0'))
}

/// A number of bytes as people read it.
pub(crate) fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    for (unit, one) in units {
        if bytes >= one {
            let tenths = bytes / (one / 10);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (12_345_678, "12.3 MB"),
            (2_900_000_000, "2.9 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn what_comes_from_outside_cannot_move_the_cursor() {
        assert_eq!(harmless("a\tb\nc"), "a\tb\nc");
        assert_eq!(harmless("a\x1b[2Jb\rc\u{9b}d\u{202e}e\u{7f}"), "a[2Jbcde");
        assert_eq!(one_line(" a\n\n b\tc "), "a b c");
    }

    #[test]
    fn json_obeys_nobody_and_means_the_same() {
        let value = "é\x1b[2J\u{7f}\u{80}\u{9b}2J\u{9f}\u{a0}\u{202e}x\u{2069}\u{1f980}\n";
        let json = serde_json::to_string(value).unwrap();
        let text = escaped(&json);
        assert_eq!(
            text,
            "\"é\\u001b[2J\\u007f\\u0080\\u009b2J\\u009f\u{a0}\\u202ex\\u2069\u{1f980}\\n\""
        );
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
    }

    #[test]
    fn amounts_show_cents_and_no_noise() {
        for (amount, text) in [
            (10.0, "10.00"),
            (7.55, "7.55"),
            (9.9931, "9.9931"),
            (0.000_001, "0.000001"),
            (-0.5, "-0.50"),
            (0.0, "0.00"),
        ] {
            assert_eq!(usd(amount), text);
        }
    }
}
