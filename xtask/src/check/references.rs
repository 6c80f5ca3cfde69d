//! References: each must point at something in the document.

use super::{Problem, ProblemKind, problem};
use crate::document::{self, Place};
use serde_json::Value;

pub(super) fn check(document: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    visit(document, document, &Place::default(), &mut problems);
    problems
}

fn visit(value: &Value, document: &Value, place: &Place, problems: &mut Vec<Problem>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref")
                && document::resolve(document, target).is_none()
            {
                problems.push(problem(place.clone(), ProblemKind::DanglingRef(target.clone())));
            }
            // What stands in an example is data, whatever it is called.
            for (key, value) in members
                .iter()
                .filter(|(key, _)| !["example", "examples"].contains(&key.as_str()))
            {
                visit(value, document, &place.at(key), problems);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                visit(value, document, &place.at(index), problems);
            }
        }
        _ => {}
    }
}
