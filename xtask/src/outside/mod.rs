//! Checks that need software which is not ours: an authorization server on node, and a real browser.
//!
//! Each starts the other software, then a program in `tests/examples` that makes the checks and prints a line for
//! each, and ends both whatever happens. Nothing is installed on the system, and what is left is below the target folder.
//! What is not there is named, so that `cargo xtask ci` can leave the check out and say why.

#![expect(
    clippy::print_stdout,
    reason = "what the other software said is shown when a check fails"
)]

mod browser;
mod conformance;
pub(crate) mod programs;
mod running;

use cargo_metadata::MetadataCommand;
use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// One of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outside {
    /// `aipass-auth` against oidc-provider, an authorization server of other people.
    Conformance,
    /// The login and its pages in a real browser.
    Browser,
}

/// A check could not be made, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutsideError {
    /// Something that it needs is not on this machine or cannot be reached from it.
    #[error("{0}")]
    Missing(String),
    /// It failed; the lines above say where.
    #[error("{0}")]
    Failed(String),
}

impl OutsideError {
    fn io(what: &str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Failed(format!("{what}: {error}"))
    }
}

impl Outside {
    /// The verb of `cargo xtask`, and the name of the program in `tests/examples`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Conformance => "conformance",
            Self::Browser => "browser",
        }
    }

    /// Makes the check.
    ///
    /// # Errors
    ///
    /// [`OutsideError::Missing`] when something is not there, [`OutsideError::Failed`] when something is wrong.
    pub fn run(self, root: &Path) -> Result<(), OutsideError> {
        match self {
            Self::Conformance => conformance::run(root),
            Self::Browser => browser::run(root),
        }
    }

    /// The folder of this check below the target folder.
    fn folder(self, root: &Path) -> Result<PathBuf, OutsideError> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .map_err(|error| OutsideError::Failed(format!("cargo metadata: {error}")))?;
        let folder = metadata.target_directory.join(self.verb()).into_std_path_buf();
        std::fs::create_dir_all(&folder).map_err(OutsideError::io("the target folder"))?;
        Ok(folder)
    }

    /// Builds the program that makes the checks. It may take as long as it takes.
    fn build(self, root: &Path) -> Result<(), OutsideError> {
        let status = self
            .cargo("build", root)
            .status()
            .map_err(OutsideError::io("cargo"))?;
        if status.success() {
            Ok(())
        } else {
            Err(OutsideError::Failed(
                "the program that makes the checks does not build".to_owned(),
            ))
        }
    }

    /// Runs the program that makes the checks, and ends it when it takes too long.
    fn make_checks(
        self,
        root: &Path,
        args: &[&std::ffi::OsStr],
        limit: Duration,
    ) -> Result<(), OutsideError> {
        let mut command = self.cargo("run", root);
        command.arg("--").args(args);
        let status = running::within(limit, &mut command).map_err(OutsideError::io("cargo"))?;
        match status {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(OutsideError::Failed(
                "a check failed; its line above says which one".to_owned(),
            )),
            None => Err(OutsideError::Failed(format!(
                "the checks were not done after {} seconds",
                limit.as_secs()
            ))),
        }
    }

    fn cargo(self, verb: &str, root: &Path) -> Command {
        let mut command = Command::new(programs::cargo());
        command.current_dir(root).args([
            verb,
            "--quiet",
            "--package",
            "aipass-tests",
            "--example",
            self.verb(),
            "--locked",
        ]);
        command
    }
}

fn say(text: &str) {
    println!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_program() {
        for check in [Outside::Conformance, Outside::Browser] {
            let main = format!("tests/examples/{}/main.rs", check.verb());
            assert!(crate::root().join(&main).is_file(), "{main}");
        }
    }

    #[test]
    fn what_a_check_writes_stays_in_the_target_folder() {
        let folder = Outside::Conformance.folder(crate::root()).unwrap();
        assert!(folder.ends_with("conformance"), "{}", folder.display());
        assert!(!folder.starts_with(crate::root().join("xtask")));
    }
}
