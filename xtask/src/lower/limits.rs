//! What a client must not enforce: the server's limits, defaults, formats and closed objects.

use serde_json::{Value, json};

/// Members of a schema that limit or fill a value.
const LIMITS: [&str; 16] = [
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "default",
    "example",
    "externalDocs",
];

/// The formats that become types of other crates, or that say nothing about the Rust type.
const FORMATS: [&str; 9] = [
    "date-time",
    "date",
    "time",
    "uuid",
    "uri",
    "byte",
    "email",
    "password",
    "duration",
];

/// Drops limits, defaults and examples.
///
/// The server knows its limits, and they change. The generator would turn them into newtypes that refuse an answer,
/// `minimum: 1` into `NonZeroU64`, and a default into a field that is sent unasked with every request.
pub(super) fn drop_limits(schema: &mut Value) {
    if let Some(members) = schema.as_object_mut() {
        members.retain(|key, _| !LIMITS.contains(&key.as_str()));
    }
}

/// Drops the formats of strings that a server may get wrong.
///
/// A local date-time without its zone would fail a whole answer, and chrono, uuid and regress would come into the tree.
/// `binary` stays: it marks the files of a form. So do the formats of numbers.
pub(super) fn drop_formats(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    if members
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| FORMATS.contains(&format))
    {
        members.remove("format");
    }
}

/// Opens every closed object, and declares the free fields of an open one.
///
/// With `additionalProperties: false` the generated type refuses each field that the service adds one day. With `true`
/// the generator accepts unknown fields and drops them; `{}` keeps them in a field `extra`.
pub(super) fn never_closed(schema: &mut Value) {
    let declared = super::schema::has_properties(schema);
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    match members.get("additionalProperties") {
        Some(Value::Bool(false)) => {
            members.remove("additionalProperties");
        }
        Some(Value::Bool(true)) if declared => {
            members.insert("additionalProperties".into(), json!({}));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{schemas, types};

    #[test]
    fn limits_defaults_and_examples_are_the_servers_business() {
        insta::assert_snapshot!(types(&schemas(
            "Question:
  type: object
  required: [model]
  properties:
    model: { type: string, minLength: 1, maxLength: 9, pattern: '^[a-z]+$', example: m }
    n: { type: integer, minimum: 1, maximum: 10, default: 1 }
    many: { type: array, minItems: 2, maxItems: 2, items: { type: number, multipleOf: 0.5 } }
    stream: { type: boolean, default: false }"
        )));
    }

    #[test]
    fn formats_are_plain_text() {
        insta::assert_snapshot!(types(&schemas(
            "Answer:
  type: object
  properties:
    at: { type: string, format: date-time }
    day: { type: string, format: date }
    id: { type: string, format: uuid }
    url: { type: string, format: uri }
    data: { type: string, format: byte }
    count: { type: integer, format: int32 }"
        )));
    }

    #[test]
    fn closed_objects_are_opened() {
        insta::assert_snapshot!(types(&schemas(
            "Question:
  type: object
  additionalProperties: false
  properties:
    inner: { $ref: '#/components/schemas/Inner' }
    free: { $ref: '#/components/schemas/Free' }
Inner: { type: object, additionalProperties: false, properties: { a: { type: string } } }
Free: { type: object, additionalProperties: true, properties: { a: { type: string } } }"
        )));
    }
}
