//! Example values: instances of a JSON schema, and values for a field of a known name. What is known from a picture goes
//! before what is made up.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Deeper than this, only what a schema requires is filled in; twice as deep, nothing. Recursive schemas end there.
const FULL_DEPTH: usize = 4;

/// A small instance of `schema`. Members with the name of a `known` value have that value where the schema takes it; `hint`
/// fills texts that nothing else determines.
pub(super) fn instance(schema: &Value, known: &Map<String, Value>, hint: &str) -> Value {
    let root = schema;
    Sampler { root, known, hint }.value(schema, "", 0)
}

/// A value for a field that is known by its name alone, as in a prompt that lists fields in braces.
pub(super) fn field(name: &str, hint: &str) -> Value {
    let is = |words: &[&str]| words.iter().any(|word| name.to_ascii_lowercase().contains(word));
    if is(&["amount", "total", "price", "cost", "sum"]) {
        json!(12.5)
    } else if is(&["confidence", "score", "probability"]) {
        json!(0.9)
    } else if is(&["count", "quantity", "number", "age"]) {
        json!(3)
    } else {
        json!(text(name, hint))
    }
}

fn text(name: &str, hint: &str) -> String {
    let is = |words: &[&str]| words.iter().any(|word| name.to_ascii_lowercase().contains(word));
    let known = if is(&["currency"]) {
        "EUR"
    } else if is(&["date", "day"]) {
        "2026-01-31"
    } else if is(&["merchant", "shop", "vendor"]) {
        "Corner Shop"
    } else if is(&["category"]) {
        "groceries"
    } else if is(&["mail"]) {
        "robin@sandbox.test"
    } else {
        hint
    };
    known.to_owned()
}

#[derive(Clone, Copy)]
struct Sampler<'a> {
    root: &'a Value,
    known: &'a Map<String, Value>,
    hint: &'a str,
}

impl<'a> Sampler<'a> {
    fn value(&self, schema: &'a Value, name: &str, depth: usize) -> Value {
        if depth > 2 * FULL_DEPTH {
            return Value::Null;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.find(target);
            return target.map_or(Value::Null, |target| self.value(target, name, depth + 1));
        }
        for given in ["const", "default"] {
            if let Some(value) = schema.get(given) {
                return value.clone();
            }
        }
        for list in ["enum", "examples"] {
            if let Some(value) = schema
                .get(list)
                .and_then(Value::as_array)
                .and_then(|list| list.first())
            {
                return value.clone();
            }
        }
        for union in ["anyOf", "oneOf", "allOf"] {
            let members = schema.get(union).and_then(Value::as_array);
            if let Some(member) = members.and_then(|members| members.iter().find(|member| !is_null(member))) {
                return self.value(member, name, depth + 1);
            }
        }
        match type_of(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "integer" => json!(least(schema, 3.0).ceil() as i64),
            // A confidence of 12.5 would be no example of one.
            "number" => json!(least(schema, field(name, self.hint).as_f64().unwrap_or(12.5))),
            "boolean" => json!(true),
            "null" => Value::Null,
            _ => json!(self.string(schema, name)),
        }
    }

    fn find(&self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// `value` as an instance of `schema`, if it is one. Of an object, members that the schema does not have are left out,
    /// and those that are missing are made up.
    fn fitting(&self, schema: &'a Value, value: &'a Value, depth: usize) -> Option<Value> {
        if depth > 2 * FULL_DEPTH {
            return None;
        }
        let fits = if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return self.fitting(self.find(target)?, value, depth + 1);
        } else if let Some(only) = schema.get("const") {
            only == value
        } else if let Some(list) = schema.get("enum").and_then(Value::as_array) {
            list.contains(value)
        } else {
            let unions = ["anyOf", "oneOf", "allOf"].into_iter();
            let mut members = unions.filter_map(|union| schema.get(union).and_then(Value::as_array));
            if let Some(members) = members.next() {
                let mut found = members.iter();
                return found.find_map(|member| self.fitting(member, value, depth + 1));
            }
            match value {
                Value::Object(known) if takes(schema, "object") => {
                    return Some(Sampler { known, ..*self }.object(schema, depth));
                }
                Value::Array(items) if takes(schema, "array") => {
                    let items = items.iter().enumerate();
                    let items = items.map(|(at, item)| self.fitting(item_at(schema, at)?, item, depth + 1));
                    let items = items.collect::<Option<Vec<_>>>()?;
                    return (items.len() >= places(schema)).then_some(Value::Array(items));
                }
                Value::Number(number) => {
                    let is_whole = number.is_i64() || number.is_u64();
                    let is_taken = takes(schema, "number") || (is_whole && takes(schema, "integer"));
                    is_taken
                        && number
                            .as_f64()
                            .is_some_and(|number| least(schema, number) == number)
                }
                Value::String(text) => takes(schema, "string") && bounded(text, schema) == *text,
                Value::Bool(_) => takes(schema, "boolean"),
                Value::Null => takes(schema, "null"),
                Value::Object(_) | Value::Array(_) => false,
            }
        };
        fits.then(|| value.clone())
    }

    fn object(&self, schema: &'a Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        // In the order of their names, because serde_json's own order depends on a feature that others may turn on.
        let properties: BTreeMap<_, _> = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .collect();
        let mut object = Map::new();
        for (name, member) in properties {
            let known = self.known.get(name);
            if let Some(value) = known.and_then(|value| self.fitting(member, value, depth + 1)) {
                object.insert(name.clone(), value);
            } else if depth < FULL_DEPTH || is_required(name) {
                object.insert(name.clone(), self.value(member, name, depth + 1));
            }
        }
        Value::Object(object)
    }

    fn array(&self, schema: &'a Value, name: &str, depth: usize) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let least = usize::try_from(least).unwrap_or(usize::MAX);
        let count = if depth < FULL_DEPTH { least.max(1) } else { least }.min(100);
        (0..count.max(places(schema)))
            .map(|at| self.value(item_at(schema, at).unwrap_or(&Value::Null), name, depth + 1))
            .collect()
    }

    fn string(&self, schema: &Value, name: &str) -> String {
        match schema.get("format").and_then(Value::as_str) {
            Some("date") => "2026-01-31".to_owned(),
            Some("time") => "12:30:00Z".to_owned(),
            Some("date-time") => "2026-01-31T12:30:00Z".to_owned(),
            Some("email") => "robin@sandbox.test".to_owned(),
            Some("uri") => "https://sandbox.test/".to_owned(),
            Some("uuid") => "00000000-0000-4000-8000-000000000000".to_owned(),
            _ => bounded(&text(name, self.hint), schema),
        }
    }
}

/// The places of a tuple.
fn places(schema: &Value) -> usize {
    let places = schema.get("prefixItems").and_then(Value::as_array);
    places.map_or(0, Vec::len)
}

/// The schema of the item at that place of a list: a tuple has one for each.
fn item_at(schema: &Value, at: usize) -> Option<&Value> {
    let place = schema.get("prefixItems").and_then(|places| places.get(at));
    place.or_else(|| schema.get("items"))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// The type of a schema: the first that is not null, or what its keywords suggest.
fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or("null"),
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() || schema.get("prefixItems").is_some() => "array",
        _ => "string",
    }
}

fn takes(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(|one| one == name),
        _ => type_of(schema) == name,
    }
}

/// `preferred`, moved between the schema's bounds.
fn least(schema: &Value, preferred: f64) -> f64 {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let lower = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|limit| limit + 1.0));
    let upper = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|limit| limit - 1.0));
    preferred
        .min(upper.unwrap_or(preferred))
        .max(lower.unwrap_or(f64::MIN))
}

/// `text` within the schema's limits on length.
fn bounded(text: &str, schema: &Value) -> String {
    let limit = |name: &str| {
        schema
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|limit| usize::try_from(limit).ok())
    };
    let mut text: String = text
        .chars()
        .take(limit("maxLength").unwrap_or(usize::MAX))
        .collect();
    let missing = limit("minLength")
        .unwrap_or(0)
        .min(1000)
        .saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('x', missing));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuple_has_a_value_of_its_own_kind_at_each_place() {
        let pair = json!({ "type": "array", "minItems": 2, "maxItems": 2,
            "prefixItems": [{ "type": "integer" }, { "type": "string" }] });
        let schema = json!({ "type": "object", "required": ["pair"], "properties": { "pair": pair } });
        for (known, expected) in [
            (json!({}), json!({ "pair": [3, "Hi"] })),
            (json!({ "pair": [7, "x"] }), json!({ "pair": [7, "x"] })),
            (json!({ "pair": ["x", 7] }), json!({ "pair": [3, "Hi"] })),
            (json!({ "pair": [7] }), json!({ "pair": [3, "Hi"] })),
            (json!({ "pair": [7, "x", 1] }), json!({ "pair": [3, "Hi"] })),
        ] {
            assert_eq!(
                instance(&schema, known.as_object().unwrap(), "Hi"),
                expected,
                "{known}"
            );
        }
    }

    #[test]
    fn an_instance_fills_every_kind_of_schema() {
        let schema = json!({
            "type": "object",
            "required": ["merchant", "total"],
            "properties": {
                "merchant": { "type": "string" },
                "total": { "type": "number", "maximum": 9.5 },
                "confidence": { "type": "number" },
                "items": { "type": "array", "minItems": 2, "items": { "$ref": "#/$defs/Item" } },
                "paid": { "type": ["null", "boolean"] },
                "note": { "type": "string", "maxLength": 3 },
                "currency": { "enum": ["CHF", "EUR"] },
                "tax": { "anyOf": [{ "type": "null" }, { "type": "integer", "minimum": 7 }] }
            },
            "$defs": { "Item": { "type": "object", "properties": { "on": { "type": "string", "format": "date" } } } }
        });
        assert_eq!(
            instance(&schema, &Map::new(), "hello"),
            json!({
                "merchant": "Corner Shop",
                "total": 9.5,
                "confidence": 0.9,
                "items": [{ "on": "2026-01-31" }, { "on": "2026-01-31" }],
                "paid": true,
                "note": "hel",
                "currency": "CHF",
                "tax": 7
            })
        );
    }

    #[test]
    fn a_recursive_schema_comes_to_an_end() {
        let schema = json!({
            "type": "object",
            "properties": { "child": { "$ref": "#" } }
        });
        assert!(instance(&schema, &Map::new(), "").to_string().len() < 200);
        assert_eq!(instance(&json!({ "$ref": "#" }), &Map::new(), ""), Value::Null);
        // Neither does a text without end fill it for ever.
        let known = json!({ "child": { "child": { "child": {} } } });
        let known = known.as_object().unwrap();
        assert!(instance(&schema, known, "").to_string().len() < 300);
        assert_eq!(
            instance(
                &json!({ "properties": { "child": { "$ref": "#/properties/child" } } }),
                known,
                ""
            ),
            json!({ "child": null })
        );
    }

    #[test]
    fn what_is_known_fills_the_members_that_take_it() {
        let known = json!({
            "total": 22.7, "count": 7, "date": "2026-03-14", "paid": false, "note": null, "category": "food",
            "kind": "card", "code": "much too long", "share": 1.5, "shop": { "name": "Harbour", "city": "Bristol" },
            "items": [{ "name": "Apples", "price": 2.4 }, { "name": "Bag", "price": 0.3 }], "tags": ["a", 1],
            "unasked": "left out"
        });
        let schema = json!({
            "type": "object",
            "properties": {
                "total": { "type": "number", "minimum": 0 },
                "count": { "type": ["integer", "null"] },
                "date": { "anyOf": [{ "type": "null" }, { "type": "string", "format": "date" }] },
                "paid": { "type": "boolean" },
                "note": { "type": ["string", "null"] },
                "category": { "enum": ["groceries", "food"] },
                "kind": { "oneOf": [{ "const": "cash" }, { "const": "card" }] },
                "code": { "type": "string", "maxLength": 4 },
                "share": { "type": "number", "maximum": 1 },
                "shop": { "$ref": "#/$defs/Shop" },
                "items": { "type": "array", "items": { "$ref": "#/$defs/Item" } },
                "tags": { "type": "array", "items": { "type": "string" } },
                "merchant": { "type": "string" }
            },
            "$defs": {
                "Shop": { "type": "object", "properties": { "name": { "type": "string" }, "mail": { "type": "string" } } },
                "Item": { "type": "object", "properties": { "name": { "type": "string" }, "price": { "type": "number" } } }
            }
        });
        assert_eq!(
            instance(&schema, known.as_object().unwrap(), "hello"),
            json!({
                "total": 22.7, "count": 7, "date": "2026-03-14", "paid": false, "note": null, "category": "food",
                "kind": "card", "shop": { "name": "Harbour", "mail": "robin@sandbox.test" },
                "items": [{ "name": "Apples", "price": 2.4 }, { "name": "Bag", "price": 0.3 }],
                // These are made up: the text does not fit, or says nothing.
                "code": "hell", "share": 1.0, "tags": ["hello"], "merchant": "Corner Shop"
            })
        );
    }
}
