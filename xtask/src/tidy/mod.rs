//! Rules that no compiler checks: who may depend on whom, licences, and how files look.
//!
//! Each rule is a function from what it looks at to the violations that it finds, so that each can be shown to fail.

mod files;
mod graph;
mod licences;
mod manifests;
mod text;

use cargo_metadata::{CargoOpt, MetadataCommand};
use std::{fmt, io, path::Path};

/// One breach of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Violation {
    /// The package, or the file with its line.
    pub place: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl Violation {
    fn new(place: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self {
            place: place.to_string(),
            message: message.to_string(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The workspace is not tidy, or could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TidyError {
    /// Rules are broken.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Violations(Vec<Violation>),
    /// Cargo could not describe the workspace.
    #[error("cargo metadata: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    /// A file or folder could not be read.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Checks every rule over the workspace in `root`.
///
/// # Errors
///
/// [`TidyError::Violations`] with everything that is wrong; another error if the workspace cannot be looked at.
pub fn check(root: &Path) -> Result<(), TidyError> {
    let mut violations = of_dependencies(root)?;
    violations.extend(of_files(root)?);
    if violations.is_empty() {
        Ok(())
    } else {
        Err(TidyError::Violations(violations))
    }
}

fn of_dependencies(root: &Path) -> Result<Vec<Violation>, TidyError> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(vec!["--locked".to_owned()])
        .exec()?;
    let graph = graph::Graph::of(&metadata);
    Ok([
        graph::direction(&graph),
        graph::single(&graph),
        graph::banned(&graph),
        graph::generator_stays_home(&graph),
        licences::allowed(&graph),
        manifests::rust_version(&graph),
        manifests::exact_siblings(&graph),
        manifests::one_registry(&graph),
    ]
    .concat())
}

fn of_files(root: &Path) -> Result<Vec<Violation>, TidyError> {
    let mut violations = files::readme_is_shared(root);
    for file in files::all(root)? {
        violations.extend(text::opens_with_its_story(&file));
        violations.extend(text::no_trailing_space(&file));
        violations.extend(text::no_escape_hatch(&file));
        violations.extend(text::not_too_long(&file));
        violations.extend(text::no_place_of_this_machine(&file));
    }
    Ok(violations)
}
