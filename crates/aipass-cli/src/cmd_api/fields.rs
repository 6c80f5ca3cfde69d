//! The fields of a request: in its query, or as a JSON object.

use crate::failure::Failure;
use serde_json::{Map, Value};
use std::fmt::Write;

/// What `-f` and `-F` say.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    pub(super) fn read(texts: &[String], jsons: &[String]) -> Result<Self, Failure> {
        let mut fields = Vec::new();
        for text in texts {
            let (key, value) = split(text, "-f")?;
            fields.push((key.to_owned(), Value::from(value)));
        }
        for json in jsons {
            let (key, value) = split(json, "-F")?;
            let value = serde_json::from_str(value).map_err(|_| {
                Failure::usage(
                    format!("the value of -F {key} is not JSON"),
                    format!("use -f {key}=… for a text"),
                )
            })?;
            fields.push((key.to_owned(), value));
        }
        Ok(Self(fields))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path with the fields in its query. A key can be there several times.
    pub(super) fn in_query(&self, path: &str) -> String {
        let mut text = path.to_owned();
        for (key, value) in &self.0 {
            text.push(if text.contains('?') { '&' } else { '?' });
            encode(&mut text, key);
            text.push('=');
            match value {
                Value::String(value) => encode(&mut text, value),
                value => encode(&mut text, &value.to_string()),
            }
        }
        text
    }

    /// One JSON object. Of a key that is there several times, the last value counts.
    pub(super) fn into_json(self) -> Value {
        Value::Object(self.0.into_iter().collect::<Map<_, _>>())
    }
}

fn split<'a>(text: &'a str, flag: &str) -> Result<(&'a str, &'a str), Failure> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key, value)),
        // The text is not quoted: it may be a value that stands in the wrong place.
        _ => Err(Failure::usage(
            format!("a field of {flag} has no name"),
            format!("write it as {flag} NAME=VALUE"),
        )),
    }
}

/// All but the unreserved characters of RFC 3986 section 2.3.
fn encode(text: &mut String, part: &str) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], jsons: &[&str]) -> Result<Fields, Failure> {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Fields::read(&owned(texts), &owned(jsons))
    }

    #[test]
    fn a_query_means_what_was_typed() {
        let fields = read(&["q=a b&c=d/é", "n=5", "empty="], &["on=true"]).unwrap();
        assert_eq!(
            fields.in_query("/p"),
            "/p?q=a%20b%26c%3Dd%2F%C3%A9&n=5&empty=&on=true"
        );
        assert_eq!(
            fields.in_query("/p?x=1"),
            "/p?x=1&q=a%20b%26c%3Dd%2F%C3%A9&n=5&empty=&on=true"
        );
    }

    #[test]
    fn a_text_stays_a_text_and_json_is_json() {
        let fields = read(
            &["a=5", "b=true", "c=x=y"],
            &["d=5", "e=null", "f=[1,{}]", "g=\"t\""],
        );
        let expected = serde_json::json!({
            "a": "5", "b": "true", "c": "x=y", "d": 5, "e": null, "f": [1, {}], "g": "t"
        });
        assert_eq!(fields.unwrap().into_json(), expected);
    }

    #[test]
    fn what_is_no_field_is_told_without_its_value() {
        for (texts, jsons) in [
            (&["secret"][..], &[][..]),
            (&["=secret"], &[]),
            (&[], &["a=secret"]),
            (&[], &["a="]),
        ] {
            let failure = read(texts, jsons).unwrap_err();
            let report = failure.report.unwrap();
            assert!(!report.what.contains("secret"), "{}", report.what);
        }
    }
}
