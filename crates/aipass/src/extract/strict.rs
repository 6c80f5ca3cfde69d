//! The strict form of a schema: what structured output and tools enforce to the letter, as far as a type has one.
//!
//! Providers differ in what they take beside the types. What is left here is what all of them take: closed objects whose
//! members are all required, lists, choices, values, references.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

type Schema = Map<String, Value>;

/// Keywords that say what a value looks like, and that have no strict form.
const WITHOUT_FORM: &[&str] = &[
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "prefixItems",
    "contains",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
];

/// Keywords that some provider refuses. The model is told in words instead.
const BOUNDS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The formats of text that providers enforce.
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

/// Deeper than this, objects that are put together from others are taken to have no end.
const DEEPEST: usize = 16;

/// The strict form of a root schema with its definitions; `None` where it has none.
pub(super) fn form_of(root: &Schema) -> Option<Schema> {
    let mut form = of_object(root, root, 0)?;
    if let Some(Value::Object(definitions)) = root.get("$defs") {
        let definitions = definitions
            .iter()
            .map(|(name, schema)| Some((name.clone(), of(schema, root, 0)?)))
            .collect::<Option<Schema>>()?;
        form.insert("$defs".to_owned(), definitions.into());
    }
    Some(form)
}

/// What a schema refers to, where it is a definition of that root.
pub(super) fn target<'a>(schema: &Schema, root: &'a Schema) -> Option<&'a Schema> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    // RFC 6901, sections 6 and 3.
    let name = percent_decode_str(name).decode_utf8().ok()?;
    let name = name.replace("~1", "/").replace("~0", "~");
    root.get("$defs")?.get(name)?.as_object()
}

fn of(schema: &Value, root: &Schema, depth: usize) -> Option<Value> {
    // `true` takes everything.
    Some(of_object(schema.as_object()?, root, depth)?.into())
}

fn of_object(schema: &Schema, root: &Schema, depth: usize) -> Option<Schema> {
    let has = |key: &str| schema.contains_key(key);
    if depth > DEEPEST || WITHOUT_FORM.iter().any(|key| has(key)) {
        return None;
    }
    let mut form = Schema::new();
    if let Some(words) = words(schema) {
        form.insert("description".to_owned(), words.into());
    }
    let choices = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    if let Some(reference) = schema.get("$ref") {
        if has("properties") || choices.is_some() {
            return of_object(&joined(schema, root)?, root, depth + 1);
        }
        if form.is_empty() {
            form.insert("$ref".to_owned(), reference.clone());
        } else {
            // Nothing may stand beside a reference.
            let mut alone = Schema::new();
            alone.insert("$ref".to_owned(), reference.clone());
            form.insert("anyOf".to_owned(), vec![Value::Object(alone)].into());
        }
        return Some(form);
    }
    if let Some(choices) = choices {
        // A flattened enum has members beside the choice.
        if has("properties") || (has("anyOf") && has("oneOf")) {
            return None;
        }
        let choices = choices.as_array()?;
        if !are_told_apart(choices, root) {
            return None;
        }
        let choices = choices
            .iter()
            .map(|choice| of(choice, root, depth))
            .collect::<Option<Vec<_>>>()?;
        form.insert("anyOf".to_owned(), choices.into());
        return Some(form);
    }
    if let Some(kind) = schema.get("type") {
        form.insert("type".to_owned(), kind.clone());
    }
    if let Some(values) = schema.get("enum") {
        form.insert("enum".to_owned(), values.clone());
    } else if let Some(value) = schema.get("const") {
        form.insert("enum".to_owned(), vec![value.clone()].into());
    } else if !has("type") {
        return None;
    }
    if is(schema, "object") {
        close(schema, root, depth, &mut form)?;
    }
    if is(schema, "array") {
        form.insert("items".to_owned(), of(schema.get("items")?, root, depth)?);
    }
    if let Some(format) = enforced_format(schema) {
        form.insert("format".to_owned(), format.into());
    }
    Some(form)
}

/// Whether a model's first word shows which object it chooses: OpenAI refuses others that begin with one member, unless the
/// value of that tells them apart.
fn are_told_apart(choices: &[Value], root: &Schema) -> bool {
    let mut first = Vec::new();
    for choice in choices {
        beginnings(choice, root, 0, &mut first);
    }
    first.iter().enumerate().all(|(at, one)| {
        let same = |other: &(String, Option<Value>)| {
            one.0 == other.0 && (one.1.is_none() || other.1.is_none() || one.1 == other.1)
        };
        !first[..at].iter().any(same)
    })
}

/// The first member of an object, or of each that may be chosen, and the one value that it takes.
fn beginnings(schema: &Value, root: &Schema, depth: usize, found: &mut Vec<(String, Option<Value>)>) {
    // A choice among choices is seldom, and one that holds itself would branch without end.
    const LOOKED_AT: usize = 4;
    let Some(schema) = schema.as_object().filter(|_| depth < LOOKED_AT) else {
        return;
    };
    let target = if schema.contains_key("properties") {
        joined(schema, root)
    } else {
        target(schema, root).cloned()
    };
    if let Some(target) = target {
        return beginnings(&target.into(), root, depth + 1, found);
    }
    let choices = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    for choice in choices.and_then(Value::as_array).into_iter().flatten() {
        beginnings(choice, root, depth + 1, found);
    }
    let members = schema.get("properties").and_then(Value::as_object);
    if let Some((name, member)) = members.and_then(|members| members.iter().next()) {
        found.push((name.clone(), member.get("const").cloned()));
    }
}

/// An object takes its own members and no others, and none may be missing. One that the type can do without, and that cannot
/// be null, would have to be made up: then there is no strict form.
fn close(schema: &Schema, root: &Schema, depth: usize, form: &mut Schema) -> Option<()> {
    if schema
        .get("additionalProperties")
        .is_some_and(|more| *more != Value::Bool(false))
    {
        return None;
    }
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
    let mut members = Schema::new();
    if let Some(properties) = schema.get("properties") {
        for (name, member) in properties.as_object()? {
            if !is_required(name) && !takes_null(member, root, 0) {
                return None;
            }
            members.insert(name.clone(), of(member, root, depth)?);
        }
    }
    let names: Vec<Value> = members.keys().map(|name| name.as_str().into()).collect();
    form.insert("properties".to_owned(), members.into());
    form.insert("required".to_owned(), names.into());
    form.insert("additionalProperties".to_owned(), false.into());
    Some(())
}

fn takes_null(schema: &Value, root: &Schema, depth: usize) -> bool {
    let Some(schema) = schema.as_object().filter(|_| depth <= DEEPEST) else {
        return false;
    };
    let choices = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    let mut choices = choices.and_then(Value::as_array).into_iter().flatten();
    is(schema, "null")
        || choices.any(|choice| takes_null(choice, root, depth + 1))
        || target(schema, root).is_some_and(|target| takes_null(&target.clone().into(), root, depth + 1))
}

/// A variant with a tag has members of its own beside those of what it refers to.
fn joined(schema: &Schema, root: &Schema) -> Option<Schema> {
    let mut joined = target(schema, root)?.clone();
    let own = schema.get("properties")?.as_object()?.clone();
    match joined.entry("properties").or_insert_with(|| Schema::new().into()) {
        Value::Object(members) => members.extend(own),
        _ => return None,
    }
    if let Some(own) = schema.get("required").and_then(Value::as_array) {
        match joined
            .entry("required")
            .or_insert_with(|| Vec::<Value>::new().into())
        {
            Value::Array(names) => names.extend(own.iter().cloned()),
            _ => return None,
        }
    }
    if let Some(description) = schema.get("description") {
        joined.insert("description".to_owned(), description.clone());
    }
    Some(joined)
}

/// The description, and what the type demands beside it.
fn words(schema: &Schema) -> Option<String> {
    let mut bounds: Vec<_> = BOUNDS
        .iter()
        .filter_map(|key| Some(format!("{key}: {}", schema.get(*key)?)))
        .collect();
    if let Some(format) = schema.get("format").and_then(Value::as_str)
        && is(schema, "string")
        && enforced_format(schema).is_none()
    {
        bounds.push(format!("format: {format}"));
    }
    let bounds = Some(bounds.join(", ")).filter(|bounds| !bounds.is_empty());
    let description = schema.get("description").and_then(Value::as_str);
    match (description, bounds) {
        (Some(description), Some(bounds)) => Some(format!("{description} ({bounds})")),
        (Some(description), None) => Some(description.to_owned()),
        (None, bounds) => bounds,
    }
}

fn enforced_format(schema: &Schema) -> Option<&str> {
    let format = schema.get("format").and_then(Value::as_str)?;
    FORMATS.contains(&format).then_some(format)
}

/// Whether values of that type are taken, perhaps beside null.
fn is(schema: &Schema, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    }
}
