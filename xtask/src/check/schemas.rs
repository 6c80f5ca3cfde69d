//! Schemas: what the generator panics on, or would turn into a type that loses answers.

use super::{Problem, ProblemKind, problem};
use crate::{
    document::{self, Place},
    naming,
};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, schema) in document::schemas(document).into_iter().flatten() {
        let place = Place::schema(name);
        let union = ["oneOf", "anyOf"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some());
        if union && schema.get("nullable").is_some_and(|nullable| nullable == true) {
            problems.push(problem(place, ProblemKind::NullableUnion));
        }
    }
    visit(document, &Place::default(), &mut problems);
    problems
}

/// Walks over the whole document. A schema is told by its keywords, wherever it stands.
fn visit(value: &Value, place: &Place, problems: &mut Vec<Problem>) {
    problems.extend(keywords(value, place));
    problems.extend(enum_of_other(value, place));
    problems.extend(same_properties(value, place));
    for (key, value) in document::members(Some(value)) {
        match key {
            // What stands in these is data, whatever it is called.
            "example" | "examples" | "default" | "enum" => {}
            // The keys in here are the document's own names and no keywords.
            "properties" => {
                for (name, schema) in document::members(Some(value)) {
                    visit(schema, &place.at(key).at(name), problems);
                }
            }
            _ => visit(value, &place.at(key), problems),
        }
    }
    for (index, value) in document::elements(Some(value)).enumerate() {
        visit(value, &place.at(index), problems);
    }
}

fn keywords(schema: &Value, place: &Place) -> Option<Problem> {
    let keyword = if schema.get("not").is_some() {
        "not"
    } else if schema.get("type").is_some_and(Value::is_array) {
        "type with a list"
    } else {
        return None;
    };
    Some(problem(place.clone(), ProblemKind::Keyword(keyword)))
}

fn enum_of_other(schema: &Value, place: &Place) -> Option<Problem> {
    let values = schema.get("enum")?.as_array()?;
    let strings = values.iter().all(Value::is_string);
    (!strings).then(|| problem(place.clone(), ProblemKind::EnumOfOther))
}

fn same_properties(schema: &Value, place: &Place) -> Vec<Problem> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for (property, _) in document::members(schema.get("properties")) {
        let name = naming::snake(property);
        if let Some(first) = names.insert(name.clone(), property) {
            let kind = ProblemKind::SameName {
                first: first.to_owned(),
                second: property.to_owned(),
                name,
            };
            problems.push(problem(place.at("properties"), kind));
        }
    }
    problems
}
