//! What OpenAI refuses of a schema with `strict: true`: what its guide to structured outputs rules out, and what its errors
//! are known to name. A keyword about which neither says anything is taken.

use serde_json::{Map, Value};

use super::request::{ChatRequest, ResponseFormat};
use crate::errors::ApiError;
use crate::models::Model;

const NOT_PERMITTED: &[&str] = &[
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "uniqueItems",
];

/// Refuses the schemas of the response format and of the tools, where they are strict and the model is OpenAI's.
pub(super) fn check(request: &ChatRequest, model: &Model) -> Result<(), ApiError> {
    if !model.id.starts_with("gpt-") {
        return Ok(());
    }
    if let Some(ResponseFormat::JsonSchema { json_schema }) = &request.response_format
        && json_schema.strict == Some(true)
    {
        root(&json_schema.schema).map_err(|why| {
            let name = &json_schema.name;
            ApiError::bad_param(
                "response_format",
                format!("Invalid schema for response_format '{name}': {why}"),
            )
        })?;
    }
    for (index, tool) in request.tools().iter().enumerate() {
        let function = &tool.function;
        // A function without parameters takes none.
        if function.strict == Some(true) && !function.parameters.is_null() {
            root(&function.parameters).map_err(|why| {
                ApiError::bad_param(
                    format!("tools[{index}].function.parameters"),
                    format!("Invalid schema for function '{}': {why}", function.name),
                )
            })?;
        }
    }
    Ok(())
}

fn root(schema: &Value) -> Result<(), String> {
    let kind = schema.get("type").unwrap_or(&Value::Null);
    if kind != "object" {
        return Err(format!(
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: {kind}'."
        ));
    }
    if schema.get("anyOf").is_some() || schema.get("enum").is_some() {
        return Err("schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.".to_owned());
    }
    Place {
        root: schema,
        path: Vec::new(),
    }
    .schema(schema)
}

/// Where in the schema the walk is.
struct Place<'a> {
    root: &'a Value,
    path: Vec<String>,
}

impl Place<'_> {
    fn schema(&mut self, schema: &Value) -> Result<(), String> {
        let Some(schema) = schema.as_object() else {
            return Err(self.refused(&format!("{schema} is not of type 'object', 'boolean'.")));
        };
        if let Some(reference) = schema.get("$ref") {
            self.reference(schema, reference)?;
        } else if !["type", "anyOf", "enum", "const"]
            .iter()
            .any(|key| schema.contains_key(*key))
        {
            return Err(self.refused("schema must have a 'type' key."));
        }
        if let Some(keyword) = NOT_PERMITTED.iter().find(|key| schema.contains_key(**key)) {
            return Err(self.refused(&format!("'{keyword}' is not permitted.")));
        }
        if is_object(schema) {
            self.object(schema)?;
        }
        for key in ["properties", "$defs", "definitions"] {
            for (name, member) in schema.get(key).and_then(Value::as_object).into_iter().flatten() {
                self.below(&[key, name], member)?;
            }
        }
        if let Some(items) = schema.get("items") {
            self.below(&["items"], items)?;
        }
        let choices = schema.get("anyOf").and_then(Value::as_array);
        for (index, choice) in choices.into_iter().flatten().enumerate() {
            self.below(&["anyOf", &index.to_string()], choice)?;
        }
        Ok(())
    }

    fn below(&mut self, steps: &[&str], schema: &Value) -> Result<(), String> {
        let depth = self.path.len();
        self.path.extend(steps.iter().map(|&step| step.to_owned()));
        self.schema(schema)?;
        self.path.truncate(depth);
        Ok(())
    }

    fn reference(&self, schema: &Map<String, Value>, reference: &Value) -> Result<(), String> {
        let path = reference.as_str().and_then(|text| text.strip_prefix('#'));
        if path.and_then(|path| self.root.pointer(path)).is_none() {
            return Err(self
                .refused("reference can only point to definitions defined at the top level of the schema."));
        }
        let beside = schema.keys().find(|key| *key != "$ref" && *key != "$defs");
        beside.map_or(Ok(()), |key| {
            Err(self.refused(&format!("$ref cannot have keywords {{'{key}'}}.")))
        })
    }

    fn object(&self, schema: &Map<String, Value>) -> Result<(), String> {
        if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err(self.refused("'additionalProperties' is required to be supplied and to be false."));
        }
        let names = |key: &str| -> Vec<&str> {
            match schema.get(key) {
                Some(Value::Object(members)) => members.keys().map(String::as_str).collect(),
                Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            }
        };
        let (members, required) = (names("properties"), names("required"));
        let odd = |word: &str, name: &str| {
            Err(self.refused(&format!(
                "'required' is required to be supplied and to be an array including every key in properties. {word} \
                 '{name}'."
            )))
        };
        if let Some(name) = members.iter().find(|name| !required.contains(name)) {
            return odd("Missing", name);
        }
        match required.iter().find(|name| !members.contains(name)) {
            Some(name) => odd("Extra required key", name),
            None => Ok(()),
        }
    }

    fn refused(&self, why: &str) -> String {
        let steps: Vec<_> = self.path.iter().map(|step| format!("'{step}'")).collect();
        format!("In context=({}), {why}", steps.join(", "))
    }
}

/// Whether it describes objects, perhaps beside null.
fn is_object(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        kind => kind.is_some_and(|kind| kind == "object") || schema.contains_key("properties"),
    }
}
