//! Operations: their names and costs, the table of endpoints, parameters, bodies and answers.

use super::{Problem, ProblemKind, problem};
use crate::{
    allowlist::Allowlist,
    document::{self, Operation, Place},
    naming,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The classes of `x-aipass-charge`.
const CHARGES: [&str; 3] = ["free", "paid", "once"];

pub(super) fn check(document: &Value, allowlist: &Allowlist) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = BTreeMap::new();
    for operation in document::operations(document) {
        let row = allowlist.find(operation.path, operation.method);
        problems.extend(id(&operation, &mut ids));
        problems.extend(charge(&operation));
        if row.is_none() {
            let kind = ProblemKind::NotAllowed {
                method: operation.method.to_uppercase(),
                path: operation.path.to_owned(),
            };
            problems.push(problem(operation.place(), kind));
        }
        problems.extend(parameters(&operation, document));
        problems.extend(bodies(&operation, document, row.is_none_or(|row| row.generate)));
    }
    problems.extend(rows_without_operation(document, allowlist));
    problems
}

fn id(operation: &Operation<'_>, ids: &mut BTreeMap<String, Place>) -> Option<Problem> {
    let place = operation.place();
    let Some(id) = operation.id().filter(|id| !id.is_empty()) else {
        return Some(problem(place, ProblemKind::NoOperationId));
    };
    // The generator compares what it makes of the ids, so `getModel` and `get_model` are the same one.
    match ids.get(&naming::snake(id)) {
        Some(first) => {
            let kind = ProblemKind::DuplicateOperationId {
                id: id.to_owned(),
                first: first.clone(),
            };
            Some(problem(place, kind))
        }
        None => {
            ids.insert(naming::snake(id), place);
            None
        }
    }
}

fn charge(operation: &Operation<'_>) -> Option<Problem> {
    let kind = match operation.value.get("x-aipass-charge") {
        None => ProblemKind::NoCharge,
        Some(Value::String(class)) if CHARGES.contains(&class.as_str()) => return None,
        Some(Value::String(other)) => ProblemKind::UnknownCharge(other.clone()),
        Some(other) => ProblemKind::UnknownCharge(other.to_string()),
    };
    Some(problem(operation.place(), kind))
}

fn rows_without_operation(document: &Value, allowlist: &Allowlist) -> Vec<Problem> {
    let missing = allowlist.endpoint.iter().filter(|row| {
        !document::operations(document)
            .any(|operation| operation.path == row.path && operation.method.eq_ignore_ascii_case(&row.method))
    });
    missing
        .map(|row| {
            let kind = ProblemKind::NotInDocument {
                method: row.method.clone(),
                path: row.path.clone(),
            };
            problem(Place::default().at("paths"), kind)
        })
        .collect()
}

fn parameters(operation: &Operation<'_>, document: &Value) -> Vec<Problem> {
    let place = operation.place().at("parameters");
    let parameters = effective_parameters(operation, document);
    let mut problems = Vec::new();
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for parameter in &parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        if let Some(kind) = unsupported(parameter) {
            problems.push(problem(
                place.clone(),
                ProblemKind::Parameter {
                    name: name.to_owned(),
                    kind,
                },
            ));
        }
        let rust = naming::snake(name);
        if let Some(first) = names.insert(rust.clone(), name) {
            let kind = ProblemKind::SameName {
                first: first.to_owned(),
                second: name.to_owned(),
                name: rust,
            };
            problems.push(problem(place.clone(), kind));
        }
    }
    let in_path = parameters
        .iter()
        .filter(|parameter| parameter["in"] == "path" && parameter["required"] == true);
    let names: Vec<&str> = in_path
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    problems.extend(template(operation, &names));
    problems
}

/// The parameters of an operation, and those of its path that it does not replace.
fn effective_parameters<'a>(operation: &Operation<'a>, document: &'a Value) -> Vec<&'a Value> {
    let own = document::elements(operation.value.get("parameters"));
    let mut all: Vec<&Value> = own.map(|value| resolved(value, document)).collect();
    for shared in document::elements(operation.item.get("parameters")).map(|value| resolved(value, document))
    {
        if !all
            .iter()
            .any(|own| own["name"] == shared["name"] && own["in"] == shared["in"])
        {
            all.push(shared);
        }
    }
    all
}

fn unsupported(parameter: &Value) -> Option<String> {
    let style = parameter.get("style").and_then(Value::as_str);
    match parameter["in"].as_str() {
        _ if parameter.get("content").is_some() => Some("content".to_owned()),
        Some("path" | "header") if style.is_none_or(|style| style == "simple") => None,
        Some("query") if style.is_none_or(|style| style == "form") => None,
        Some("path" | "header" | "query") => style.map(str::to_owned),
        Some(other) => Some(other.to_owned()),
        None => Some("it has no `in`".to_owned()),
    }
}

fn template(operation: &Operation<'_>, declared: &[&str]) -> Vec<Problem> {
    let names = match template_names(operation.path) {
        Ok(names) => names,
        Err(what) => return vec![problem(operation.place(), ProblemKind::Path(what))],
    };
    let lost = names.iter().filter(|name| !declared.contains(&name.as_str()));
    let stray = declared
        .iter()
        .filter(|name| !names.iter().any(|other| other == *name));
    lost.map(String::as_str)
        .chain(stray.copied())
        .map(|name| problem(operation.place(), ProblemKind::PathParameter(name.to_owned())))
        .collect()
}

/// The names in a path template.
fn template_names(path: &str) -> Result<Vec<String>, String> {
    if !path.starts_with('/') {
        return Err("it does not start with a slash".to_owned());
    }
    // The lowering repeats a path with more slashes, so the document's own may have none in a row.
    if path.contains("//") {
        return Err("it has two slashes in a row".to_owned());
    }
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            return Err("a brace is not closed".to_owned());
        };
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return Err(format!("{{{name}}} is no plain name"));
        }
        names.push(name.to_owned());
        rest = tail;
    }
    Ok(names)
}

fn bodies(operation: &Operation<'_>, document: &Value, generated: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(body) = operation.value.get("requestBody") {
        let place = operation.place().at("requestBody");
        problems.extend(media(resolved(body, document), &place, generated, takes_body));
    }
    let mut success = false;
    for (code, response) in document::members(operation.value.get("responses")) {
        let place = operation.place().at("responses").at(code);
        success |= code.starts_with('2');
        // What stands under an error is for the reader: the hooks decode errors of every kind.
        let strict = generated && code.starts_with('2');
        problems.extend(media(resolved(response, document), &place, strict, takes_answer));
    }
    if generated && !success {
        problems.push(problem(operation.place().at("responses"), ProblemKind::NoSuccess));
    }
    problems
}

fn media(body: &Value, place: &Place, strict: bool, takes: fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (media_type, media) in document::members(body.get("content")) {
        let place = place.at("content").at(media_type);
        if strict && !takes(media_type) {
            problems.push(problem(
                place.clone(),
                ProblemKind::MediaType(media_type.to_owned()),
            ));
        }
        if media.get("schema").is_none() {
            problems.push(problem(place, ProblemKind::NoSchema(media_type.to_owned())));
        }
    }
    problems
}

fn takes_body(media_type: &str) -> bool {
    ["application/json", "multipart/form-data"].contains(&media_type)
}

fn takes_answer(media_type: &str) -> bool {
    ["application/json", "application/octet-stream"].contains(&media_type)
        || ["text/", "audio/", "video/", "image/"]
            .iter()
            .any(|kind| media_type.starts_with(kind))
}

fn resolved<'a>(value: &'a Value, document: &'a Value) -> &'a Value {
    let target = value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|target| document::resolve(document, target));
    target.unwrap_or(value)
}
