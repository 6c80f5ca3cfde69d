//! Gives every inline type a component of its own, so that each generated type is known by name.

use super::{
    LowerError,
    schema::{self, Link},
    unions,
};
use crate::{
    document::{self, METHODS, Place, SCHEMAS},
    naming,
};
use serde_json::{Map, Value, json};

/// Names the bodies that operations declare inline: `EditImageBody`, `ListModelsResponse`.
///
/// An operation that is split by media type would otherwise have each body twice, under two names.
pub(super) fn name_bodies(document: &mut Value) -> Result<(), LowerError> {
    let mut names = Names::of(document);
    for (path, item) in document::members_mut(document.get_mut("paths")) {
        for (method, operation) in document::members_mut(Some(item)) {
            if METHODS.contains(&method) {
                let place = Place::operation(path, method);
                let id = naming::pascal(operation["operationId"].as_str().unwrap_or_default());
                for (part, suffix) in [("requestBody", "Body"), ("responses", "Response")] {
                    if let Some(part_value) = operation.get_mut(part) {
                        name_body(part_value, &format!("{id}{suffix}"), &place.at(part), &mut names)?;
                    }
                }
                let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
                for parameter in parameters.into_iter().flatten() {
                    let name = naming::pascal(parameter["name"].as_str().unwrap_or_default());
                    if let Some(schema) = parameter
                        .get_mut("schema")
                        .filter(|schema| schema::is_enum(schema))
                    {
                        names.give(schema, format!("{id}{name}"), &place.at("parameters"))?;
                    }
                }
            }
        }
    }
    names.write(document);
    Ok(())
}

fn name_body(part: &mut Value, name: &str, place: &Place, names: &mut Names) -> Result<(), LowerError> {
    let bodies: Vec<&mut Value> = if part.get("content").is_some() {
        vec![part]
    } else {
        document::members_mut(Some(part))
            .map(|(_, response)| response)
            .collect()
    };
    for body in bodies {
        for (media_type, media) in document::members_mut(body.get_mut("content")) {
            let Some(schema) = media
                .get_mut("schema")
                .filter(|schema| is_type(schema, &names.taken))
            else {
                continue;
            };
            let own = schema.get("title").and_then(Value::as_str).map(naming::pascal);
            names.give(
                schema,
                own.unwrap_or_else(|| name.to_owned()),
                &place.at(media_type),
            )?;
        }
    }
    Ok(())
}

/// Names the types inside components: the property `usage` of `Chat` becomes the component `ChatUsage`.
///
/// The names are the ones that the generator would choose. What is gained is that every later rule sees flat
/// components, and that it is known of each generated type whether answers hold it. The variants of a tagged union
/// stay inline, because the generator recognises tags in no other form.
pub(super) fn name_types(document: &mut Value) -> Result<(), LowerError> {
    let mut names = Names::of(document);
    for (name, schema) in document::members_mut(document.pointer_mut("/components/schemas")) {
        name_children(name, schema, &Place::schema(name), &mut names)?;
    }
    names.write(document);
    Ok(())
}

fn name_children(
    prefix: &str,
    schema: &mut Value,
    place: &Place,
    names: &mut Names,
) -> Result<(), LowerError> {
    let tag = unions::tag_of(schema, &names.taken);
    for (link, child) in schema::children_mut(schema) {
        let place = place.at(describe(&link));
        let name = child_name(prefix, &link, child, tag.as_deref());
        name_children(&name, child, &place, names)?;
        let variant = tag.is_some() && matches!(link, Link::Part { list: "oneOf", .. });
        if !variant && is_type(child, &names.taken) {
            names.give(child, name, &place)?;
        }
    }
    Ok(())
}

/// Whether the generator makes a type with a name from a schema.
fn is_type(schema: &Value, schemas: &Map<String, Value>) -> bool {
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|values| values.len() > 1);
    (schema::is_enum(schema) && listed)
        || schema::has_properties(schema)
        || unions::tag_of(schema, schemas).is_some()
}

fn child_name(prefix: &str, link: &Link, child: &Value, tag: Option<&str>) -> String {
    let title = child.get("title").and_then(Value::as_str).map(naming::pascal);
    match link {
        Link::Property(property) => title.unwrap_or_else(|| format!("{prefix}{}", naming::pascal(property))),
        Link::Item => title.unwrap_or_else(|| format!("{prefix}Item")),
        Link::MapValue => title.unwrap_or_else(|| format!("{prefix}Value")),
        Link::Part { list: "allOf", .. } => prefix.to_owned(),
        Link::Part { index, .. } => {
            let value = tag
                .and_then(|tag| unions::constant(child, tag))
                .map(|value| naming::pascal(&value));
            let mode = schema::is_enum(child).then(|| "Mode".to_owned());
            format!(
                "{prefix}{}",
                title
                    .or(value)
                    .or(mode)
                    .unwrap_or_else(|| format!("Variant{index}"))
            )
        }
    }
}

fn describe(link: &Link) -> String {
    match link {
        Link::Property(property) => format!("properties.{property}"),
        Link::Item => "items".to_owned(),
        Link::MapValue => "additionalProperties".to_owned(),
        Link::Part { list, index } => format!("{list}.{index}"),
    }
}

/// The names that components have, and the components that are to be added.
pub(super) struct Names {
    taken: Map<String, Value>,
    added: Map<String, Value>,
}

impl Names {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            taken: document::schemas(document).cloned().unwrap_or_default(),
            added: Map::new(),
        }
    }

    /// Makes a component of a schema, and leaves a reference in its place. Null stays at the place of use: the
    /// generator makes two types of one name from a component that may be null.
    pub(super) fn give(&mut self, schema: &mut Value, name: String, place: &Place) -> Result<(), LowerError> {
        let mut component = schema.take();
        let nullable = component
            .as_object_mut()
            .and_then(|members| members.remove("nullable"));
        let description = component.get("description").cloned();
        let mut reference = json!({ "$ref": format!("{SCHEMAS}{name}") });
        if nullable.is_some_and(|nullable| nullable == true) {
            reference = json!({ "nullable": true, "allOf": [reference] });
            if let Some(description) = description {
                reference["description"] = description;
            }
        }
        *schema = reference;
        let other = self.taken.get(&name).or_else(|| self.added.get(&name));
        if other.is_some_and(|other| *other != component) {
            return Err(LowerError::NameTaken {
                place: place.clone(),
                name,
            });
        }
        self.added.insert(name, component);
        Ok(())
    }

    pub(super) fn write(self, document: &mut Value) {
        if let Some(root) = document.as_object_mut() {
            let components = root.entry("components").or_insert_with(|| json!({}));
            let mut schemas = components["schemas"]
                .take()
                .as_object()
                .cloned()
                .unwrap_or_default();
            schemas.extend(self.added);
            components["schemas"] = Value::Object(schemas);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LowerError, lower};
    use crate::testing::{allowlist, document, schemas, types};

    #[test]
    fn inline_types_are_named_after_where_they_stand() {
        insta::assert_snapshot!(types(&schemas(
            "Answer:
  type: object
  properties:
    usage: { type: object, properties: { total: { type: integer } } }
    data: { type: array, items: { type: object, properties: { id: { type: string } } } }
    reason: { type: string, nullable: true, enum: [stop, length] }
    titled: { type: object, title: own name, properties: { a: { type: string } } }"
        )));
    }

    #[test]
    fn inline_bodies_are_named_after_their_operation() {
        insta::assert_snapshot!(types(&document(
            "/remix:
  post:
    operationId: remix_video
    x-aipass-charge: paid
    parameters: [{ name: speed, in: query, schema: { type: string, enum: [fast, slow] } }]
    requestBody: { content: { application/json: { schema: { type: object, properties: { prompt: { type: string } } } } } }
    responses: { '200': { description: OK, content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } } } }",
            ""
        )));
    }

    #[test]
    fn two_types_of_one_name_are_refused() {
        let document = schemas(
            "Answer: { type: object, properties: { usage: { type: object, properties: { total: { type: integer } } } } }
AnswerUsage: { type: string }",
        );
        let error = lower(&document, &allowlist(&document)).unwrap_err();
        assert!(
            matches!(&error, LowerError::NameTaken { name, .. } if name == "AnswerUsage"),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .starts_with("components.schemas.Answer.properties.usage:"),
            "{error}"
        );
    }
}
