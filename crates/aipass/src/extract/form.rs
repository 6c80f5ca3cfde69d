//! The form of an answer or of a tool's arguments: the schema that is sent, under its name.

use super::strict;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The longest name of a schema or a function.
pub(crate) const NAME_LENGTH: usize = 64;

/// More references than this from one newtype to the next have no end.
const MOST_REFERENCES: usize = 16;

#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) schema: Map<String, Value>,
    pub(crate) strict: bool,
    /// The type is no plain object, and travels as the member `value` of one.
    pub(crate) wrapped: bool,
    /// Every name that the schema knows: others come from an answer, and are not shown.
    members: BTreeSet<String>,
}

// What a type that is no object travels in. A doc comment would be told to the model.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Wrapped<T> {
    pub(crate) value: T,
}

impl Form {
    pub(crate) fn of<T: JsonSchema>() -> Self {
        let mut root = root_of::<T>();
        let wrapped = !is_plain_object(&root);
        if wrapped {
            root = root_of::<Wrapped<T>>();
        }
        let mut members = BTreeSet::new();
        collect(&Value::Object(root.clone()), &mut members);
        let strict = strict::form_of(&root);
        Self {
            name: clean(&T::schema_name()),
            strict: strict.is_some(),
            schema: strict.unwrap_or(root),
            wrapped,
            members,
        }
    }

    pub(super) fn named(mut self, name: Option<&str>) -> Self {
        if let Some(name) = name {
            self.name = clean(name);
        }
        self
    }

    /// Whether the type is nothing at all, as `()` is.
    pub(crate) fn is_nothing(&self) -> bool {
        let value = self
            .schema
            .get("properties")
            .and_then(|members| members.get("value"));
        self.wrapped && value.is_some_and(|value| value.get("type") == Some(&"null".into()))
    }

    /// The form of an object without members.
    pub(crate) fn empty(self) -> Self {
        let closed = Map::from_iter([
            ("type".to_owned(), "object".into()),
            ("properties".to_owned(), Map::new().into()),
            ("required".to_owned(), Vec::<Value>::new().into()),
            ("additionalProperties".to_owned(), false.into()),
        ]);
        Self {
            schema: closed,
            strict: true,
            ..self
        }
    }

    /// Whether a member of that name stands in the schema.
    pub(super) fn knows(&self, member: &str) -> bool {
        self.members.contains(member)
    }

    /// What a model is told that does not take the schema itself.
    pub(super) fn instructions(&self) -> String {
        format!(
            "Answer with one JSON object and nothing else. It must be valid under this JSON Schema:\n{}",
            Value::Object(self.schema.clone())
        )
    }
}

/// Whether the service takes the schema at the root, of an answer as of parameters: as an object without a choice beside its
/// type. A struct that holds a flattened enum is none.
fn is_plain_object(root: &Map<String, Value>) -> bool {
    const REFUSED: [&str; 5] = ["anyOf", "oneOf", "allOf", "enum", "not"];
    root.get("type").and_then(Value::as_str) == Some("object")
        && !REFUSED.iter().any(|key| root.contains_key(*key))
}

/// The schema of a type, with what its root refers to in its place.
fn root_of<T: JsonSchema>() -> Map<String, Value> {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    let mut root = match schema.to_value() {
        Value::Object(root) => root,
        // `true` is the schema of everything.
        _ => Map::new(),
    };
    root.remove("$schema");
    root.remove("title");
    // A newtype is a reference to what it holds. One that is written by hand may refer to itself.
    for _ in 0..MOST_REFERENCES {
        let Some(mut target) = strict::target(&root, &root).cloned() else {
            break;
        };
        root.remove("$ref");
        target.append(&mut root);
        root = target;
    }
    root
}

fn collect(schema: &Value, members: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::Object(properties) if key == "properties" => {
                        members.extend(properties.keys().cloned());
                    }
                    Value::Array(values) if key == "enum" => {
                        members.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    Value::String(value) if key == "const" => {
                        members.insert(value.clone());
                    }
                    _ => {}
                }
                collect(value, members);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, members)),
        _ => {}
    }
}

/// As the service takes a name: letters, digits, underscores and hyphens.
fn clean(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let name: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .take(NAME_LENGTH)
        .collect();
    if name.is_empty() {
        "answer".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema that refers to itself, as only one that is written by hand does.
    struct Endless;

    impl JsonSchema for Endless {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Endless".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
            schemars::json_schema!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}}})
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_has_a_form() {
        let form = Form::of::<Endless>();
        assert!(form.wrapped);
        assert_eq!(form.schema["type"], "object");
    }

    #[test]
    fn names_are_as_the_service_takes_them() {
        for (name, expected) in [
            ("Receipt", "Receipt"),
            ("Page_of_Item", "Page_of_Item"),
            ("a b/ü-1", "a_b__-1"),
            ("", "answer"),
        ] {
            assert_eq!(clean(name), expected, "{name}");
        }
        assert_eq!(clean(&"x".repeat(70)).len(), 64);
    }
}
