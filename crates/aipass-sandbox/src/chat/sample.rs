//! Example values: instances of a JSON schema, and values for a field of a known name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Deeper than this, only what a schema requires is filled in; twice as deep, nothing. Recursive schemas end there.
const FULL_DEPTH: usize = 4;

/// A small instance of `schema`. `hint` fills texts that nothing else determines.
pub(super) fn instance(schema: &Value, hint: &str) -> Value {
    Sampler { root: schema, hint }.value(schema, "", 0)
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

struct Sampler<'a> {
    root: &'a Value,
    hint: &'a str,
}

impl<'a> Sampler<'a> {
    fn value(&self, schema: &'a Value, name: &str, depth: usize) -> Value {
        if depth > 2 * FULL_DEPTH {
            return Value::Null;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let target = target
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer));
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
            if depth < FULL_DEPTH || is_required(name) {
                object.insert(name.clone(), self.value(member, name, depth + 1));
            }
        }
        Value::Object(object)
    }

    fn array(&self, schema: &'a Value, name: &str, depth: usize) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let count = if depth < FULL_DEPTH { least.max(1) } else { least }.min(100);
        let items = schema.get("items").unwrap_or(&Value::Null);
        (0..count).map(|_| self.value(items, name, depth + 1)).collect()
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
        _ if schema.get("items").is_some() => "array",
        _ => "string",
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
            instance(&schema, "hello"),
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
        assert!(instance(&schema, "").to_string().len() < 200);
        assert_eq!(instance(&json!({ "$ref": "#" }), ""), Value::Null);
    }
}
