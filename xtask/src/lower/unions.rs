//! Unions: which schemas may stand in one place, and how the generated code tells them apart.

use super::{LowerError, schema};
use crate::document::{self, Place};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Reads `anyOf` as `oneOf`.
///
/// From `anyOf` the generator makes a struct of flattened options, which cannot decode a string at all. The documents
/// that use it mean "one of these".
pub(super) fn any_of_is_one_of(schema: &mut Value) {
    if let Some(members) = schema.as_object_mut()
        && let Some(parts) = members.remove("anyOf")
    {
        members.insert("oneOf".into(), parts);
    }
}

/// Puts text before numbers in a union.
///
/// Variants are tried in their order, and numbers of answers are also read from text: `"017"` must stay the text that
/// it is.
pub(super) fn text_before_numbers(schema: &mut Value) {
    let number = |part: &Value| ["integer", "number"].iter().any(|kind| part["type"] == *kind);
    if let Some(parts) = schema.get_mut("oneOf").and_then(Value::as_array_mut)
        && parts.iter().any(number)
    {
        parts.sort_by_key(|part| part["type"] != "string");
    }
}

/// The property that tells the variants of a union apart, if there is one.
pub(super) fn tag_of(union: &Value, schemas: &Map<String, Value>) -> Option<String> {
    let variants: Vec<&Value> = document::elements(union.get("oneOf"))
        .map(|variant| target(variant, schemas))
        .collect();
    if variants.is_empty() || !variants.iter().all(|variant| schema::has_properties(variant)) {
        return None;
    }
    if let Some(tag) = union
        .pointer("/discriminator/propertyName")
        .and_then(Value::as_str)
    {
        return Some(tag.to_owned());
    }
    let mut constants = document::members(variants.first()?.get("properties")).map(|(name, _)| name);
    constants
        .find(|name| {
            let mut values: Vec<_> = variants
                .iter()
                .map(|variant| required_constant(variant, name))
                .collect();
            let complete = values.iter().all(Option::is_some);
            values.sort();
            values.dedup();
            complete && values.len() == variants.len()
        })
        .map(str::to_owned)
}

fn required_constant(variant: &Value, property: &str) -> Option<String> {
    constant(variant, property).filter(|_| schema::requires(variant, property))
}

/// The only value that a property of a schema may have.
pub(super) fn constant(schema: &Value, property: &str) -> Option<String> {
    match schema
        .get("properties")?
        .get(property)?
        .get("enum")?
        .as_array()?
        .as_slice()
    {
        [only] => only.as_str().map(str::to_owned),
        _ => None,
    }
}

fn target<'a>(schema: &'a Value, schemas: &'a Map<String, Value>) -> &'a Value {
    document::ref_name(schema)
        .and_then(|name| schemas.get(name))
        .unwrap_or(schema)
}

/// Copies the variants of tagged unions into the union, and tells the tag of each.
///
/// The generator ignores discriminators and tries untagged variants one after another, with an error that says nothing.
/// From inline objects with a one-value tag it makes `#[serde(tag = "type")]`. The variants' own components stay for
/// whoever else refers to them.
pub(super) fn inline_variants(document: &mut Value) -> Result<BTreeMap<String, String>, LowerError> {
    let whole = document::schemas(document).cloned().unwrap_or_default();
    let mut unions = BTreeMap::new();
    for (name, union) in document::members_mut(document.pointer_mut("/components/schemas")) {
        let Some(tag) = tag_of(union, &whole) else {
            continue;
        };
        let variants = document::elements(union.get("oneOf"))
            .enumerate()
            .map(|(index, variant)| {
                inline_variant(variant, union, &tag, &whole).ok_or_else(|| LowerError::NoTag {
                    place: Place::schema(name),
                    variant: index,
                    tag: tag.clone(),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        union["oneOf"] = json!(variants);
        if let Some(members) = union.as_object_mut() {
            members.remove("discriminator");
        }
        unions.insert(name.to_owned(), tag);
    }
    Ok(unions)
}

fn inline_variant(variant: &Value, union: &Value, tag: &str, schemas: &Map<String, Value>) -> Option<Value> {
    let mut copy = target(variant, schemas).clone();
    let value = mapped(union, variant).or_else(|| constant(&copy, tag))?;
    copy["properties"][tag] = json!({ "type": "string", "enum": [value] });
    let members = copy.as_object_mut()?;
    for key in ["additionalProperties", "title", "nullable"] {
        members.remove(key);
    }
    let required = members
        .entry("required")
        .or_insert_with(|| json!([]))
        .as_array_mut()?;
    if !required.iter().any(|name| name == tag) {
        required.push(json!(tag));
    }
    Some(copy)
}

/// The tag's value that the discriminator maps to a variant.
fn mapped(union: &Value, variant: &Value) -> Option<String> {
    let reference = variant.get("$ref")?;
    let name = document::ref_name(variant)?;
    document::members(union.pointer("/discriminator/mapping"))
        .find(|(_, target)| *target == reference || *target == name)
        .map(|(value, _)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{LowerError, lower};
    use crate::testing::{allowlist, schemas, types};

    #[test]
    fn any_of_means_one_of() {
        insta::assert_snapshot!(types(&schemas(
            "Question: { type: object, properties: { stop: { $ref: '#/components/schemas/Stop' } } }
Stop: { anyOf: [{ type: string }, { type: array, items: { type: string } }] }"
        )));
    }

    #[test]
    fn text_stays_text_before_numbers_and_other_json_decodes() {
        insta::assert_snapshot!(types(&schemas(
            "Answer: { type: object, properties: { code: { $ref: '#/components/schemas/Code' } } }
Code: { oneOf: [{ type: integer }, { type: string }] }"
        )));
    }

    #[test]
    fn a_tag_tells_the_variants_apart_and_a_new_kind_decodes() {
        insta::assert_snapshot!(types(&schemas(
            "Answer: { type: object, properties: { parts: { type: array, items: { $ref: '#/components/schemas/Part' } }, text: { $ref: '#/components/schemas/TextPart' } } }
Part:
  oneOf: [{ $ref: '#/components/schemas/TextPart' }, { $ref: '#/components/schemas/ImagePart' }, { $ref: '#/components/schemas/PausePart' }]
  discriminator: { propertyName: type, mapping: { text: '#/components/schemas/TextPart', image: '#/components/schemas/ImagePart' } }
TextPart: { type: object, required: [type, text], properties: { type: { type: string, enum: [text] }, text: { type: string } } }
ImagePart: { type: object, required: [type], additionalProperties: true, properties: { type: { type: string }, width: { type: integer } } }
PausePart: { type: object, required: [type], properties: { type: { type: string, enum: [pause] } } }"
        )));
    }

    #[test]
    fn a_tag_with_its_content_beside_it() {
        insta::assert_snapshot!(types(&schemas(
            "Question: { type: object, properties: { format: { $ref: '#/components/schemas/Format' } } }
Format:
  oneOf:
    - { type: object, required: [type], properties: { type: { type: string, enum: [text] } } }
    - { type: object, required: [type, schema], properties: { type: { type: string, enum: [json] }, schema: { type: object, properties: { name: { type: string } } } } }"
        )));
    }

    #[test]
    fn a_variant_without_its_tag_is_refused() {
        let document = schemas(
            "Answer:
  oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }]
  discriminator: { propertyName: type }
A: { type: object, required: [type], properties: { type: { type: string, enum: [a] } } }
B: { type: object, required: [type], properties: { type: { type: string } } }",
        );
        let error = lower(&document, &allowlist(&document)).unwrap_err();
        assert!(
            matches!(&error, LowerError::NoTag { variant: 1, .. }),
            "{error:?}"
        );
        assert!(
            error.to_string().starts_with("components.schemas.Answer:"),
            "{error}"
        );
    }
}
