//! Fields that must survive what servers do to them: nulls, absences and additions.

use super::schema;
use crate::document;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Takes the null from lists and maps.
///
/// To the caller an empty list, none and null are the same; without this the type would be `Option<Vec<_>>` in one place
/// and `Vec<_>` in another. The decoder accepts null for every list all the same.
pub(super) fn lists_are_never_null(schema: &mut Value) {
    let list = schema.get("type").is_some_and(|kind| kind == "array");
    let map = schema.get("type").is_some_and(|kind| kind == "object")
        && !schema::has_properties(schema)
        && schema.get("additionalProperties").is_some();
    if let Some(members) = schema.as_object_mut().filter(|_| list || map) {
        members.remove("nullable");
    }
}

/// In answers, a property that may be null may also be absent.
///
/// The generator wants the key of a required nullable property to be there. Which of the two a server sends says
/// nothing, and it must not cost the answer.
pub(super) fn null_is_absent(document: &mut Value, answers: &BTreeSet<String>) {
    for (_, schema) in document::members_mut(document.pointer_mut("/components/schemas"))
        .filter(|(name, _)| answers.contains(*name))
    {
        schema::each(schema, &mut require_no_nullable);
    }
}

fn require_no_nullable(schema: &mut Value) {
    let nullable: BTreeSet<String> = document::members(schema.get("properties"))
        .filter(|(_, property)| property.get("nullable").is_some_and(|nullable| nullable == true))
        .map(|(name, _)| name.to_owned())
        .collect();
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    if let Some(required) = members.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !nullable.contains(name)));
        // An empty list is not allowed.
        if required.is_empty() {
            members.remove("required");
        }
    }
}

/// Keeps unknown fields of answers, and lets the caller add fields to a request.
///
/// `additionalProperties: {}` makes the generator add a flattened map `extra`. It cannot do so in the variants of a
/// tagged union; there the map is added to the generated code.
pub(super) fn keep_unknown(
    document: &mut Value,
    answers: &BTreeSet<String>,
    unions: &BTreeMap<String, String>,
) {
    let bodies = request_bodies(document);
    for (name, schema) in document::members_mut(document.pointer_mut("/components/schemas")) {
        if unions.contains_key(name) || !(answers.contains(name) || bodies.contains(name)) {
            continue;
        }
        let takes_extra = schema::has_properties(schema) && schema["properties"].get("extra").is_none();
        if let Some(members) = schema.as_object_mut().filter(|_| takes_extra) {
            members.entry("additionalProperties").or_insert_with(|| json!({}));
        }
    }
}

/// The components that are whole JSON bodies of requests. The fields of a form are parts, each with its own encoding.
fn request_bodies(document: &Value) -> BTreeSet<String> {
    document::operations(document)
        .filter_map(|operation| {
            let schema = operation
                .value
                .pointer("/requestBody/content/application~1json/schema")?;
            document::ref_name(schema).map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{schemas, types};

    #[test]
    fn a_list_is_empty_where_it_is_null() {
        insta::assert_snapshot!(types(&schemas(
            "Answer:
  type: object
  required: [data]
  properties:
    data: { type: array, items: { type: string } }
    calls: { type: array, nullable: true, items: { type: string } }
    meta: { type: object, nullable: true, additionalProperties: { type: string } }"
        )));
    }

    #[test]
    fn what_may_be_null_may_be_absent_in_answers_only() {
        insta::assert_snapshot!(types(&schemas(
            "Answer: { type: object, required: [a], properties: { a: { type: string, nullable: true } } }
Question: { type: object, required: [q], properties: { q: { type: string, nullable: true } } }"
        )));
    }

    #[test]
    fn unknown_fields_are_kept_in_answers_and_in_whole_bodies() {
        insta::assert_snapshot!(types(&schemas(
            "Answer: { type: object, properties: { inner: { $ref: '#/components/schemas/InAnswer' } } }
InAnswer: { type: object, properties: { a: { type: string } } }
Question: { type: object, properties: { inner: { $ref: '#/components/schemas/InQuestion' } } }
InQuestion: { type: object, properties: { q: { type: string } } }"
        )));
    }
}
