//! From the text of an answer to a value of the type.

use super::{Form, find, form::Wrapped};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};
use std::fmt::Write;

/// Why a text is no value of the type: where it fails. It quotes nothing of the text.
#[derive(Debug)]
pub(crate) struct Misfit(pub(crate) String);

/// The value that the text holds, alone, in a fence or between words.
pub(super) fn somewhere<T: DeserializeOwned>(text: &str, form: &Form) -> Result<T, Misfit> {
    let candidates = find::candidates(text);
    let mut first = None;
    // What was asked for goes before what may be a quotation.
    for json in &candidates {
        match asked_for(json, form) {
            Ok(value) => return Ok(value),
            // A list that no answer can be is a quotation.
            Err(_) if !form.wrapped && json.starts_with('[') => {}
            Err(misfit) => drop(first.get_or_insert(misfit)),
        }
    }
    let bare = candidates.iter().filter(|_| form.wrapped);
    match bare.filter_map(|json| bare_value(json, form)).next() {
        Some(value) => Ok(value),
        None => Err(first.unwrap_or_else(|| Misfit("there is no JSON object in it".to_owned()))),
    }
}

/// The value that the text is, and nothing else.
pub(crate) fn exactly<T: DeserializeOwned>(json: &str, form: &Form) -> Result<T, Misfit> {
    asked_for(json, form).or_else(|misfit| match form.wrapped {
        true => bare_value(json, form).ok_or(misfit),
        false => Err(misfit),
    })
}

/// The value in the form in which it was asked for.
fn asked_for<T: DeserializeOwned>(json: &str, form: &Form) -> Result<T, Misfit> {
    // Serde would take a list for the members of a struct in their order.
    if json.trim_start().starts_with('[') {
        return Err(Misfit("it is a list and no object".to_owned()));
    }
    if form.wrapped {
        return fit::<Wrapped<T>>(json, form).map(|wrapped| wrapped.value);
    }
    fit(json, form)
}

/// A model that is told the schema in words may leave out the object around the value.
fn bare_value<T: DeserializeOwned>(json: &str, form: &Form) -> Option<T> {
    // A type that takes any object would take that around a value that does not fit, and lose it.
    let around = serde_json::from_str::<Map<String, Value>>(json);
    if around.is_ok_and(|object| object.len() == 1 && object.contains_key("value")) {
        return None;
    }
    fit(json, form).ok()
}

fn fit<T: DeserializeOwned>(json: &str, form: &Form) -> Result<T, Misfit> {
    let mut json = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        // Its own text quotes values.
        let (line, column) = (error.inner().line(), error.inner().column());
        Misfit(format!(
            "{} (line {line}, column {column})",
            place(error.path(), form)
        ))
    })?;
    match json.end() {
        Ok(()) => Ok(value),
        Err(_) => Err(Misfit("there is more behind the value".to_owned())),
    }
}

/// Members by their names, where these come from the type and not from the answer.
fn place(path: &Path, form: &Form) -> String {
    let mut place = String::from("at ");
    for segment in path {
        // Writing into a text does not fail.
        let _ = match segment {
            Segment::Seq { index } => write!(place, "[{index}]"),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                let dot = if place.ends_with(' ') { "" } else { "." };
                let name = if form.knows(name) { name } else { "*" };
                write!(place, "{dot}{name}")
            }
            Segment::Unknown => write!(place, "?"),
        };
    }
    if place.ends_with(' ') {
        "at the top".to_owned()
    } else {
        place
    }
}
