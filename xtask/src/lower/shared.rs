//! Shared parts of operations: what `components` and path items declare once.

use crate::document::{self, METHODS};
use serde_json::{Value, json};

/// Puts referenced parameters, bodies and responses, and the parameters of a path item, into each operation.
///
/// The later rules then find everything in one place. References to schemas stay: they name types.
pub(super) fn inline(document: &mut Value) {
    let whole = document.clone();
    for (_, item) in document::members_mut(document.get_mut("paths")) {
        let shared = item.as_object_mut().and_then(|item| item.remove("parameters"));
        for (method, operation) in document::members_mut(Some(item)) {
            if METHODS.contains(&method) {
                inline_operation(operation, shared.as_ref(), &whole);
            }
        }
    }
}

fn inline_operation(operation: &mut Value, shared: Option<&Value>, whole: &Value) {
    let mut parameters: Vec<Value> = document::elements(operation.get("parameters"))
        .map(|value| resolved(value, whole))
        .collect();
    for parameter in document::elements(shared).map(|value| resolved(value, whole)) {
        let same = |other: &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
        if !parameters.iter().any(same) {
            parameters.push(parameter);
        }
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        *body = resolved(body, whole);
    }
    for (_, response) in document::members_mut(operation.get_mut("responses")) {
        *response = resolved(response, whole);
    }
}

fn resolved(value: &Value, whole: &Value) -> Value {
    let target = value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| document::resolve(whole, reference));
    target.unwrap_or(value).clone()
}

#[cfg(test)]
mod tests {
    use crate::testing::{document, generated, operations};

    #[test]
    fn parameters_of_the_path_and_of_components_reach_the_operation() {
        let mut document = document(
            "/videos/{id}:
  parameters: [{ $ref: '#/components/parameters/Id' }]
  get:
    operationId: get_video
    x-aipass-charge: free
    parameters: [{ $ref: '#/components/parameters/Variant' }]
    responses: { '200': { $ref: '#/components/responses/Done' } }",
            "",
        );
        document["components"]["parameters"] = serde_json::json!({
            "Id": { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
            "Variant": { "name": "variant", "in": "query", "schema": { "type": "string" } },
        });
        document["components"]["responses"] = serde_json::json!({ "Done": { "description": "Done" } });
        insta::assert_snapshot!(operations(&generated(&document)));
    }
}
