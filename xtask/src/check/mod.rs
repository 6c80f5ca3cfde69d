//! What must hold of the document before anything is generated from it.
//!
//! The generator panics on much of what it does not support, without a word about where. So each of those cases is
//! looked for first, and every problem names its place.

mod operations;
mod references;
mod schemas;
#[cfg(test)]
mod tests;

use crate::{
    allowlist::Allowlist,
    document::{self, Place},
};
use serde_json::Value;
use std::fmt;

/// One thing that is wrong with the document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

/// The kinds of problems.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The generator takes OpenAPI 3.0 only.
    #[error("OpenAPI {0} is not supported, only 3.0.x")]
    Version(String),
    /// The document does not have the shape of OpenAPI.
    #[error("not the shape of OpenAPI 3.0: {0}")]
    Shape(String),
    /// A reference that points at nothing in the document.
    #[error("$ref {0} points at nothing")]
    DanglingRef(String),
    /// An operation without a name.
    #[error("operationId is missing")]
    NoOperationId,
    /// Two operations with one name; the place of the first is given.
    #[error("operationId {id} is also that of {first}")]
    DuplicateOperationId {
        /// The id.
        id: String,
        /// The other operation.
        first: Place,
    },
    /// An operation that does not say what it costs.
    #[error("x-aipass-charge is missing; it is free, paid or once")]
    NoCharge,
    /// A charge class that does not exist.
    #[error("x-aipass-charge {0} is unknown; it is free, paid or once")]
    UnknownCharge(String),
    /// An operation that the allowlist does not have.
    #[error("{method} {path} is not in the allowlist")]
    NotAllowed {
        /// The method.
        method: String,
        /// The path.
        path: String,
    },
    /// A row of the allowlist that the document does not have.
    #[error("the allowlist has {method} {path}, the document has not")]
    NotInDocument {
        /// The method.
        method: String,
        /// The path.
        path: String,
    },
    /// A media type that no rule of the lowering handles.
    #[error("the media type {0} is not handled")]
    MediaType(String),
    /// A media type that does not say what it holds.
    #[error("{0} has no schema")]
    NoSchema(String),
    /// An operation without a success answer.
    #[error("no 2xx response is declared")]
    NoSuccess,
    /// A path that is a template of another kind.
    #[error("the path template cannot be read: {0}")]
    Path(String),
    /// A parameter of the path that is in the template or in the list, but not in both.
    #[error(
        "the path parameter {0} must stand both in the template and in the parameters, with `required: true`"
    )]
    PathParameter(String),
    /// A parameter of a kind that the generator does not support.
    #[error("the parameter {name} is of an unsupported kind: {kind}")]
    Parameter {
        /// Its name.
        name: String,
        /// What is unsupported about it.
        kind: String,
    },
    /// Two parameters or properties that would have one name in Rust.
    #[error("{first} and {second} would both be called {name}")]
    SameName {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// The name in Rust.
        name: String,
    },
    /// A component that is a union and may be null.
    #[error(
        "a component with oneOf cannot be nullable; write `nullable: true, allOf: [$ref]` where it is used"
    )]
    NullableUnion,
    /// A schema keyword that the generator panics on.
    #[error("the keyword {0} is not supported")]
    Keyword(&'static str),
    /// An enum of something else than strings would stay closed.
    #[error("an enum must be of strings")]
    EnumOfOther,
}

/// Everything that is wrong with the document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a list of problems is all it is")]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// Checks the document, and that it has the endpoints of the table and no others.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the document.
pub fn document(document: &Value, allowlist: &Allowlist) -> Result<(), Problems> {
    let mut problems = version(document);
    if problems.is_empty() {
        problems.extend(references::check(document));
        problems.extend(operations::check(document, allowlist));
        problems.extend(schemas::check(document));
    }
    if problems.is_empty() {
        problems.extend(shape(document));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Problems(problems))
    }
}

fn problem(place: Place, kind: ProblemKind) -> Problem {
    Problem { place, kind }
}

/// An unsupported version is the only problem that is told: everything else would follow from it.
fn version(document: &Value) -> Vec<Problem> {
    let version = match document.get("openapi") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "without a version".to_owned(),
    };
    let supported = version.starts_with("3.0.");
    (!supported)
        .then(|| problem(Place::default().at("openapi"), ProblemKind::Version(version)))
        .into_iter()
        .collect()
}

/// The typed reading of the document. Its errors do not say where, so each part is read alone to find it.
fn shape(document: &Value) -> Option<Problem> {
    let whole = serde_json::from_value::<openapiv3::OpenAPI>(document.clone()).err()?;
    let schemas = document::schemas(document)
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| {
            let error =
                serde_json::from_value::<openapiv3::ReferenceOr<openapiv3::Schema>>(schema.clone()).err()?;
            Some((Place::schema(name), error))
        });
    let operations = document::operations(document).filter_map(|operation| {
        let error = serde_json::from_value::<openapiv3::Operation>(operation.value.clone()).err()?;
        Some((operation.place(), error))
    });
    let (place, error) = schemas
        .chain(operations)
        .next()
        .unwrap_or((Place::default(), whole));
    Some(problem(place, ProblemKind::Shape(error.to_string())))
}
