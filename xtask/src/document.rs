//! Reads the OpenAPI document as a tree of values, and names the places in it.

use serde_json::{Map, Value};
use std::fmt;

/// Where schemas live in a document, as a reference spells it.
pub const SCHEMAS: &str = "#/components/schemas/";

/// The keys of a path item that are operations.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A place in the document, such as `paths./oauth2/v1/models.get.responses.200`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The place `key` below this one.
    #[must_use]
    pub fn at(&self, key: impl fmt::Display) -> Self {
        if self.0.is_empty() {
            Self(key.to_string())
        } else {
            Self(format!("{}.{key}", self.0))
        }
    }

    /// The place of an operation.
    #[must_use]
    pub fn operation(path: &str, method: &str) -> Self {
        Self::default().at("paths").at(path).at(method)
    }

    /// The place of a component's schema.
    #[must_use]
    pub fn schema(name: &str) -> Self {
        Self::default().at("components").at("schemas").at(name)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "the document"
        } else {
            &self.0
        })
    }
}

/// The text is no YAML, or no YAML that has a place in JSON. The message has the line and the column.
#[derive(Debug, thiserror::Error)]
#[error("not readable as YAML: {0}")]
pub struct SyntaxError(String);

/// Reads YAML into a tree of JSON values.
///
/// # Errors
///
/// If the text is no YAML; a duplicate key is refused too.
pub fn parse(text: &str) -> Result<Value, SyntaxError> {
    // As in YAML 1.2, `no` is a word and not a boolean.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| SyntaxError(error.to_string()))
}

/// One operation of a document.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Operation<'a> {
    /// The path template.
    pub path: &'a str,
    /// The method in lower case, as the document has it.
    pub method: &'a str,
    /// What the path item declares for all its operations.
    pub item: &'a Value,
    /// The operation object.
    pub value: &'a Value,
}

impl<'a> Operation<'a> {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::operation(self.path, self.method)
    }

    /// Its `operationId`, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.value.get("operationId")?.as_str()
    }
}

/// The operations of a document, in its order of paths.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    members(document.get("paths")).flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |&method| {
            Some(Operation {
                path,
                method,
                item,
                value: item.get(method)?,
            })
        })
    })
}

/// The members of an object; none where there is no object.
pub fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}

/// The members of an object, to change; none where there is no object.
pub fn members_mut(value: Option<&mut Value>) -> impl Iterator<Item = (&str, &mut Value)> {
    value
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}

/// The elements of an array; none where there is no array.
pub fn elements(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// The schemas under `components`.
#[must_use]
pub fn schemas(document: &Value) -> Option<&Map<String, Value>> {
    document.get("components")?.get("schemas")?.as_object()
}

/// The name of the component that a schema refers to.
#[must_use]
pub fn ref_name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

/// What a reference inside the document points at.
#[must_use]
pub fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_has_its_line() {
        let error = parse("openapi: 3.0.3\ninfo: {title: [\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 3") || error.contains("3:") || error.contains("line 2"),
            "{error}"
        );
    }

    #[test]
    fn a_duplicate_key_is_refused() {
        let error = parse("paths: {}\npaths: {}\n").unwrap_err().to_string();
        assert!(error.contains("paths"), "{error}");
    }

    #[test]
    fn a_word_stays_a_word() {
        assert_eq!(
            parse("enum: [no, on, true]").unwrap()["enum"],
            serde_json::json!(["no", "on", true])
        );
    }

    #[test]
    fn a_place_reads_like_a_path() {
        assert_eq!(
            Place::operation("/oauth2/v1/models", "get").to_string(),
            "paths./oauth2/v1/models.get"
        );
        assert_eq!(Place::default().to_string(), "the document");
    }
}
