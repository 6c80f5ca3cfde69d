//! Which components something refers to, and from which side.

use super::operations::{Body, LoweredOperation};
use crate::document::{self, SCHEMAS};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Drops the components that no operation needs any more: those of operations that are not generated, of errors, and
/// the variants that were copied into their unions.
pub(super) fn prune(document: &mut Value, operations: &[LoweredOperation]) {
    let mut needed = closure(document, document.get("paths").unwrap_or(&Value::Null));
    needed.extend(forms(document, operations));
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    if let Some(schemas) = schemas {
        schemas.retain(|name, _| needed.contains(name));
    }
}

/// The components that answers hold, directly or not; the events of a stream are answers too.
pub(super) fn answers(document: &Value) -> BTreeSet<String> {
    parts(document, "responses")
        .flat_map(|responses| closure(document, responses))
        .collect()
}

/// The components that are an answer as they stand.
pub(super) fn whole_answers(document: &Value) -> BTreeSet<String> {
    parts(document, "responses")
        .flat_map(|responses| document::members(responses.pointer("/2XX/content")))
        .filter_map(|(_, media)| document::ref_name(media.get("schema")?).map(str::to_owned))
        .collect()
}

/// The components that requests hold, directly or not.
pub(super) fn requests(document: &Value, operations: &[LoweredOperation]) -> BTreeSet<String> {
    let bodies = parts(document, "requestBody").chain(parts(document, "parameters"));
    let mut names: BTreeSet<String> = bodies.flat_map(|part| closure(document, part)).collect();
    names.extend(forms(document, operations));
    names
}

fn parts<'a>(document: &'a Value, part: &'a str) -> impl Iterator<Item = &'a Value> {
    document::operations(document).filter_map(move |operation| operation.value.get(part))
}

/// A form is sent as bytes, so that nothing in the lowered paths refers to its component.
fn forms(document: &Value, operations: &[LoweredOperation]) -> BTreeSet<String> {
    let schemas = operations.iter().filter_map(|operation| match &operation.body {
        Body::Form { schema } => Some(json!({ "$ref": format!("{SCHEMAS}{schema}") })),
        Body::None | Body::Json => None,
    });
    schemas
        .flat_map(|reference| closure(document, &reference))
        .collect()
}

/// The components that a value refers to, and those that these refer to in turn.
pub(crate) fn closure(document: &Value, from: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = Vec::new();
    references(from, &mut open);
    while let Some(name) = open.pop() {
        if let Some(schema) = document::schemas(document).and_then(|schemas| schemas.get(&name))
            && found.insert(name)
        {
            references(schema, &mut open);
        }
    }
    found
}

fn references(value: &Value, found: &mut Vec<String>) {
    found.extend(document::ref_name(value).map(str::to_owned));
    match value {
        Value::Object(members) => members.values().for_each(|value| references(value, found)),
        Value::Array(elements) => elements.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_that_refers_to_itself_is_reached_once() {
        let document = json!({ "components": { "schemas": {
            "A": { "properties": { "b": { "$ref": "#/components/schemas/B" } } },
            "B": { "items": { "$ref": "#/components/schemas/A" } },
            "C": {},
        } } });
        let reached = closure(&document, &json!({ "$ref": "#/components/schemas/A" }));
        assert_eq!(reached.into_iter().collect::<Vec<_>>(), ["A", "B"]);
    }

    #[test]
    fn only_what_an_operation_reaches_is_left() {
        let document = crate::testing::schemas(
            "Answer: { type: object, properties: { used: { $ref: '#/components/schemas/Used' } } }
Used: { type: object, properties: { a: { type: string } } }
Unused: { type: object, properties: { a: { type: string } } }",
        );
        let lowered = crate::lower::lower(&document, &crate::testing::allowlist(&document)).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&lowered.document).unwrap());
    }
}
