//! String enums: every one of them stays open to values that this version does not know.

use super::{
    LowerError,
    names::Names,
    schema::{self, Link},
};
use crate::{
    document::{self, Place},
    naming,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// A string enum that we write ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenEnum {
    /// The component's name.
    pub name: String,
    /// What the document says about it.
    pub description: Option<String>,
    /// The variants: the name in Rust and the value on the wire.
    pub variants: Vec<(String, String)>,
}

/// Names the remaining enums of one value, except the tags of unions.
///
/// `"type": "function"` outside a union would become a closed enum of one variant, and the first answer with another
/// kind would fail.
pub(super) fn name_constants(
    document: &mut Value,
    unions: &BTreeMap<String, String>,
) -> Result<(), LowerError> {
    let mut names = Names::of(document);
    for (name, schema) in document::members_mut(document.pointer_mut("/components/schemas")) {
        name_constants_in(
            name,
            schema,
            unions.get(name).map(String::as_str),
            &Place::schema(name),
            &mut names,
        )?;
    }
    names.write(document);
    Ok(())
}

fn name_constants_in(
    prefix: &str,
    schema: &mut Value,
    tag: Option<&str>,
    place: &Place,
    names: &mut Names,
) -> Result<(), LowerError> {
    for (link, child) in schema::children_mut(schema) {
        match link {
            Link::Property(property) if tag == Some(property.as_str()) => {}
            Link::Property(property) => {
                let name = format!("{prefix}{}", naming::pascal(&property));
                let place = place.at("properties").at(&property);
                if schema::is_enum(child) {
                    names.give(child, name, &place)?;
                } else {
                    name_constants_in(&name, child, None, &place, names)?;
                }
            }
            Link::Part { list: "oneOf", index } => {
                let name = match tag.and_then(|tag| super::unions::constant(child, tag)) {
                    Some(value) => format!("{prefix}{}", naming::pascal(&value)),
                    None => format!("{prefix}Variant{index}"),
                };
                let place = place.at("oneOf").at(index);
                if schema::is_enum(child) {
                    names.give(child, name, &place)?;
                } else {
                    name_constants_in(&name, child, tag, &place, names)?;
                }
            }
            _ => name_constants_in(prefix, child, None, place, names)?,
        }
    }
    Ok(())
}

/// The enums among the components.
///
/// The generator's own enums are closed: one new value fails a whole answer. It gets a replacement for each of these
/// instead.
pub(super) fn collect(document: &Value) -> Result<Vec<OpenEnum>, LowerError> {
    let schemas = document::schemas(document).into_iter().flatten();
    schemas
        .filter(|(_, schema)| schema::is_enum(schema))
        .map(|(name, schema)| open_enum(name, schema))
        .collect()
}

fn open_enum(name: &str, schema: &Value) -> Result<OpenEnum, LowerError> {
    let mut variants: Vec<(String, String)> = Vec::new();
    for value in document::elements(schema.get("enum")).filter_map(Value::as_str) {
        let variant = variant_name(value);
        if let Some((_, first)) = variants.iter().find(|(other, _)| *other == variant) {
            return Err(LowerError::SameVariant {
                place: Place::schema(name),
                first: first.clone(),
                second: value.to_owned(),
                variant,
            });
        }
        variants.push((variant, value.to_owned()));
    }
    let description = schema
        .get("description")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Ok(OpenEnum {
        name: name.to_owned(),
        description,
        variants,
    })
}

/// `Unknown` is the variant that keeps values we do not know, so a value of that name steps aside.
fn variant_name(value: &str) -> String {
    match naming::pascal(value) {
        taken if taken == "Unknown" => "UnknownValue".to_owned(),
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LowerError, lower};
    use crate::testing::{allowlist, schemas, types};

    #[test]
    fn enums_stay_open_whatever_their_name() {
        // The generator calls `SE` `Se`, and must find the replacement under that name.
        insta::assert_snapshot!(types(&schemas(
            "Answer:
  type: object
  required: [must]
  properties:
    must: { $ref: '#/components/schemas/SE' }
    may: { nullable: true, allOf: [{ $ref: '#/components/schemas/SE' }] }
    list: { type: array, items: { $ref: '#/components/schemas/SE' } }
SE: { type: string, description: How large., enum: [1024x1024, auto, unknown] }"
        )));
    }

    #[test]
    fn a_constant_outside_a_union_stays_open_too() {
        insta::assert_snapshot!(types(&schemas(
            "Answer: { type: object, required: [type], properties: { type: { type: string, enum: [function] } } }"
        )));
    }

    #[test]
    fn values_that_would_be_one_variant_are_refused() {
        let document = schemas(
            "Answer: { type: object, properties: { e: { $ref: '#/components/schemas/E' } } }
E: { type: string, enum: [a.b, A-b] }",
        );
        let error = lower(&document, &allowlist(&document)).unwrap_err();
        assert!(
            matches!(&error, LowerError::SameVariant { variant, .. } if variant == "AB"),
            "{error:?}"
        );
        assert!(error.to_string().starts_with("components.schemas.E:"), "{error}");
    }
}
