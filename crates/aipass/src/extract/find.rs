//! The JSON in a text: all of it, in a code fence, or between words.

use serde_json::{Deserializer, Value};

/// What may be the answer, the likeliest first. Each is whole and valid JSON; a text that breaks off or goes wrong within JSON
/// has no more after that place, since what stands inside is a part and no answer.
pub(super) fn candidates(text: &str) -> Vec<&str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if is_json(text) {
        return vec![text];
    }
    // Some servers leave in what a model thinks aloud, and that holds drafts.
    let text = text
        .rsplit_once("</think>")
        .map_or(text, |(_, answer)| answer.trim());
    let mut found: Vec<_> = fenced(text).into_iter().filter(|inner| is_json(inner)).collect();
    found.extend(Scan::new(text));
    found
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

/// What stands in code fences, without their language. A line of JSON cannot begin with a fence: in a string, the end of a
/// line is escaped.
fn fenced(text: &str) -> Vec<&str> {
    let (mut found, mut open, mut at) = (Vec::new(), None, 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim_start().starts_with("```") {
            open = match open {
                None => Some(at),
                Some(from) => {
                    found.push(text[from..start].trim());
                    None
                }
            };
        }
    }
    found
}

/// The objects and lists of a text that stand in no other one.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// How many bytes may still be read in vain. A text of braces would be read from each of them.
    patience: usize,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            patience: 4096 + 8 * text.len(),
        }
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while let Some(offset) = self.text[self.at..].find(['{', '[']) {
            let start = self.at + offset;
            // It knows strings and escapes.
            let mut json = Deserializer::from_str(&self.text[start..]).into_iter::<Value>();
            match json.next() {
                Some(Ok(_)) => {
                    self.at = start + json.byte_offset();
                    return Some(&self.text[start..self.at]);
                }
                Some(Err(error)) if !error.is_eof() && !is_meant(&self.text[start..]) => {
                    let read = read_until(&self.text[start..], &error);
                    let Some(left) = self.patience.checked_sub(read) else {
                        break;
                    };
                    self.patience = left;
                    self.at = start + 1;
                }
                _ => break,
            }
        }
        self.at = self.text.len();
        None
    }
}

/// Whether a bracket begins JSON that went wrong, and no prose: what stands inside is then a part, and no answer either.
fn is_meant(text: &str) -> bool {
    let Some(inside) = text
        .get(1..)
        .and_then(|inside| inside.trim_start().chars().next())
    else {
        return false;
    };
    match text.as_bytes().first() {
        Some(b'{') => inside == '"',
        _ => matches!(inside, '{' | '[' | '"'),
    }
}

fn read_until(text: &str, error: &serde_json::Error) -> usize {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    before.map(str::len).sum::<usize>() + error.column()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_where_it_stands() {
        for (text, expected) in [
            (r#"{"a":1}"#, &[r#"{"a":1}"#][..]),
            ("\u{feff} {\"a\":1}\n", &[r#"{"a":1}"#]),
            ("[1, 2]", &["[1, 2]"]),
            (
                r#"{"a":{"b":1}} and {"c":2}"#,
                &[r#"{"a":{"b":1}}"#, r#"{"c":2}"#],
            ),
            (r#"Here: {"a":"}"}."#, &[r#"{"a":"}"}"#]),
            (r#"{"a":"\"}{"} tail"#, &[r#"{"a":"\"}{"}"#]),
            (r#"{"a":"\\"} }"#, &[r#"{"a":"\\"}"#]),
            (r#"{"a":"```"} is it"#, &[r#"{"a":"```"}"#]),
            ("a set {x, y} and {\"a\":1}", &[r#"{"a":1}"#]),
            ("as [1] says: {\"a\":1}", &["[1]", r#"{"a":1}"#]),
            ("[see {\"a\":1}]", &[r#"{"a":1}"#]),
            ("```json\n{\"a\":1}\n```", &[r#"{"a":1}"#, r#"{"a":1}"#]),
            (
                "say {\"b\":2}\n```\n{\"a\":1}\n```\n",
                &[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"a":1}"#],
            ),
            (
                "```json\n{\"a\":\"x\\n```y\"}\n```",
                &["{\"a\":\"x\\n```y\"}", "{\"a\":\"x\\n```y\"}"],
            ),
            ("```json\n{\"a\":1}", &[r#"{"a":1}"#]),
            ("``` {\"a\":1} ```", &[r#"{"a":1}"#]),
            ("<think>{\"a\":0}, or {\"a\":</think>\n{\"a\":1}", &[r#"{"a":1}"#]),
            (r#"{"a":"</think>"}"#, &[r#"{"a":"</think>"}"#]),
            ("maybe {\"a\":0}\n</think>\n", &[]),
            ("~ ü {\"ü\":\"é\"} ü", &[r#"{"ü":"é"}"#]),
            // What breaks off is no answer, and neither are its parts.
            (r#"{"a":[{"b":1},{"b":2}"#, &[]),
            (r#"{"a":"{\"b\":1}"#, &[]),
            ("{{{{", &[]),
            // Neither is what went wrong, and neither are its parts.
            (r#"{"store": {"name": "X"}, "total": 5.00,}"#, &[]),
            (
                "{\"store\": {\"name\": \"X\"}, \"total\": 5.00\n\nSorry, I had to stop.",
                &[],
            ),
            (
                "```json\n{ \"store\": {\"name\": \"X\"}, \"total\": 5,00}\n```",
                &[],
            ),
            (r#"[{"a":1}, {"b":2},] {"c":3}"#, &[]),
            (r#"{"c":3} and {"a":{"b":1},}"#, &[r#"{"c":3}"#]),
            ("no JSON at all", &[]),
            ("}{", &[]),
            ("", &[]),
        ] {
            assert_eq!(candidates(text), expected, "{text}");
        }
    }

    /// With a look from each brace to the end, some of these would take minutes.
    #[test]
    fn no_text_takes_long() {
        for (text, found) in [
            ("{", 0),
            ("[", 0),
            ("[1], ", 10_000),
            ("{\"a\":", 0),
            ("{\"a\":[", 0),
            ("[]", 25_000),
            ("```\n", 0),
            ("{} x ", 10_000),
        ] {
            let long = format!("{} x", text.repeat(50_000 / text.len()));
            assert_eq!(candidates(&long).len(), found, "{text}");
        }
    }
}
