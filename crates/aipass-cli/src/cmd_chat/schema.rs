//! `aipass chat --schema`: an answer that is JSON of the form that a file describes.

use crate::{exit::Exit, failure::Failure, input, output};
use aipass::types::{JsonSchemaDefinition, ResponseFormat};
use serde_json::{Map, Value};
use std::path::Path;

/// The longest name of a schema.
const NAME_LENGTH: usize = 64;

/// The form of answer that the schema in this file asks for.
pub(super) async fn format(file: &str) -> Result<ResponseFormat, Failure> {
    let bytes = input::body(file).await?;
    let read = serde_json::from_slice(&bytes);
    let schema: Map<String, Value> = read.map_err(|error| {
        let mut failure = Failure::config(
            format!("{file} holds no JSON Schema"),
            "it is one JSON object, such as {\"type\":\"object\",\"properties\":{…}}",
        );
        failure.set_cause(error.to_string());
        failure
    })?;
    let title = schema.get("title").and_then(Value::as_str);
    let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
    Ok(ResponseFormat::JsonSchema(JsonSchemaDefinition {
        description: None,
        name: clean(title.or(stem).unwrap_or_default()),
        strict: Some(is_closed(&schema)),
        schema,
    }))
}

/// Whether every object that the schema describes is closed, and none of its members may be missing, so that the answer can
/// be held to it to the letter. The service refuses to do so for any other.
fn is_closed(schema: &Map<String, Value>) -> bool {
    let kind = schema.get("type");
    let is_object = schema.contains_key("properties")
        || kind.is_some_and(|kind| match kind {
            Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
            kind => kind == "object",
        });
    if is_object && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return false;
    }
    if let Some(Value::Object(members)) = schema.get("properties") {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &String| required.is_some_and(|names| names.iter().any(|one| one == name));
        if !members.keys().all(is_required) {
            return false;
        }
    }
    schema.iter().all(|(key, value)| match (key.as_str(), value) {
        // Names that are the schema's own, each with a schema.
        ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(schemas)) => {
            schemas.values().all(is_closed_value)
        }
        // Values, which may look like schemas.
        ("const" | "enum" | "default" | "examples", _) => true,
        (_, value) => is_closed_value(value),
    })
}

fn is_closed_value(value: &Value) -> bool {
    match value {
        Value::Object(schema) => is_closed(schema),
        Value::Array(values) => values.iter().all(is_closed_value),
        _ => true,
    }
}

/// A name as the service takes it.
fn clean(name: &str) -> String {
    let fits = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(fits).take(NAME_LENGTH).collect();
    if name.is_empty() {
        "answer".to_owned()
    } else {
        name
    }
}

/// The JSON in an answer: all of it, or what stands in one code fence. `None` where there is none.
pub(super) fn json(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let is_json = |text: &&str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let inner = || {
        let inner = text.strip_prefix("```")?.strip_suffix("```")?;
        Some(inner.split_once('\n')?.1.trim())
    };
    Some(text).filter(is_json).or_else(|| inner().filter(is_json))
}

/// The answer is paid for and is no JSON: stdout, which promises some, does not get it, and the person does.
pub(super) fn show_aside(text: &str) {
    if !text.trim().is_empty() {
        output::note(&output::harmless(text));
    }
}

pub(super) fn no_json() -> Failure {
    Failure::new(Exit::MayBeCharged, "the answer is no JSON")
        .with_help("try another model: this one may not take a schema; the call was probably charged")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_strict_where_all_of_it_is_closed() {
        for (text, expected) in [
            (
                r#"{"type":"object","properties":{},"additionalProperties":false}"#,
                true,
            ),
            (r#"{"type":"object","properties":{}}"#, false),
            (r#"{"type":["object","null"]}"#, false),
            (r#"{"type":"string"}"#, true),
            (r#"{"type":"object","additionalProperties":true}"#, false),
            (
                r#"{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}},"required":[]}"#,
                false,
            ),
            (
                r#"{"type":"object","additionalProperties":false,"properties":{"a":{"type":"array","items":{"type":"object"}}}}"#,
                false,
            ),
            (
                r#"{"type":"object","additionalProperties":false,"required":["type","properties"],"properties":{"type":{"type":"string"},"properties":{"const":{"type":"object"}}}}"#,
                true,
            ),
            (r##"{"$ref":"#/$defs/a","$defs":{"a":{"properties":{}}}}"##, false),
            (r#"{"anyOf":[{"type":"object"},{"type":"null"}]}"#, false),
        ] {
            assert_eq!(
                is_closed(&serde_json::from_str(text).unwrap()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn names_and_answers_are_cleaned() {
        assert_eq!(clean("My receipt.v2"), "My_receipt_v2");
        assert_eq!(clean(""), "answer");
        assert_eq!(clean(&"x".repeat(70)).len(), 64);
        assert_eq!(json(" {\"a\": 1}\n"), Some("{\"a\": 1}"));
        assert_eq!(json("```json\n{\"a\":1}\n```"), Some("{\"a\":1}"));
        assert_eq!(json("Here: {\"a\":1}"), None);
        assert_eq!(json("{\"a\":"), None);
        assert_eq!(json(""), None);
    }
}
