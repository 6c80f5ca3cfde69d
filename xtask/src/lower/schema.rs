//! Walking over schemas: the one place that knows where a schema may hold another.

use crate::document::{self, METHODS};
use serde_json::Value;

/// The members of a schema that hold a list of schemas.
const LISTS: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// How a schema hangs in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Property(String),
    Item,
    MapValue,
    Part { list: &'static str, index: usize },
}

/// The schemas directly inside a schema.
pub(super) fn children_mut(schema: &mut Value) -> Vec<(Link, &mut Value)> {
    let mut children = Vec::new();
    for (key, value) in document::members_mut(Some(schema)) {
        match key {
            "properties" => {
                children.extend(
                    document::members_mut(Some(value)).map(|(name, v)| (Link::Property(name.to_owned()), v)),
                );
            }
            "items" => children.push((Link::Item, value)),
            "additionalProperties" if value.is_object() => children.push((Link::MapValue, value)),
            _ => {
                if let Some(list) = LISTS.into_iter().find(|list| *list == key) {
                    let parts = value.as_array_mut().into_iter().flatten().enumerate();
                    children.extend(parts.map(|(index, v)| (Link::Part { list, index }, v)));
                }
            }
        }
    }
    children
}

/// Applies a rule to a schema and to every schema inside it, outside first.
pub(super) fn each(schema: &mut Value, rule: &mut impl FnMut(&mut Value)) {
    rule(schema);
    for (_, child) in children_mut(schema) {
        each(child, rule);
    }
}

/// Applies a rule to every schema of a document.
pub(super) fn each_in(document: &mut Value, rule: &mut impl FnMut(&mut Value)) {
    for schema in roots_mut(document) {
        each(schema, rule);
    }
}

/// The schemas of a document that are in no other schema: components, parameters, bodies.
pub(super) fn roots_mut(document: &mut Value) -> Vec<&mut Value> {
    let mut roots = Vec::new();
    for (key, value) in document::members_mut(Some(document)) {
        match key {
            "components" => {
                roots.extend(document::members_mut(value.get_mut("schemas")).map(|(_, schema)| schema));
            }
            "paths" => {
                for (_, item) in document::members_mut(Some(value)) {
                    for (method, operation) in document::members_mut(Some(item)) {
                        if METHODS.contains(&method) {
                            roots.extend(roots_of_operation(operation));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    roots
}

fn roots_of_operation(operation: &mut Value) -> Vec<&mut Value> {
    let mut roots = Vec::new();
    for (key, value) in document::members_mut(Some(operation)) {
        match key {
            "parameters" => {
                let parameters = value.as_array_mut().into_iter().flatten();
                roots.extend(parameters.filter_map(|parameter| parameter.get_mut("schema")));
            }
            "requestBody" => roots.extend(media_schemas_mut(value)),
            "responses" => {
                roots.extend(
                    document::members_mut(Some(value)).flat_map(|(_, response)| media_schemas_mut(response)),
                );
            }
            _ => {}
        }
    }
    roots
}

fn media_schemas_mut(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    document::members_mut(body.get_mut("content")).filter_map(|(_, media)| media.get_mut("schema"))
}

/// Whether a schema is a string of which the values are listed.
pub(super) fn is_enum(schema: &Value) -> bool {
    schema.get("enum").is_some_and(Value::is_array) && schema.get("type").is_none_or(|kind| kind == "string")
}

/// Whether a schema is an object that declares its properties.
pub(super) fn has_properties(schema: &Value) -> bool {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|properties| !properties.is_empty())
}

/// Whether a property must be there.
pub(super) fn requires(schema: &Value, property: &str) -> bool {
    document::elements(schema.get("required")).any(|name| name == property)
}
