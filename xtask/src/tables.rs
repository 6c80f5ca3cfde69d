//! The policy tables in the documentation: printed by the crate that goes by them, so that they say what it does.

use crate::outside::programs;
use similar::TextDiff;
use std::{fs, io, path::Path, process::Command};

/// The file, from the root.
pub const TABLES: &str = "crates/aipass/src/policy/tables.md";

/// The tables cannot be printed or written, or those that are checked in are stale.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// The program that prints them failed; what it said stands above.
    #[error("the policy tables cannot be printed; the reason stands above")]
    Program,
    /// Cargo or the file is out of reach.
    #[error("{TABLES}: {0}")]
    Io(#[from] io::Error),
    /// The checked-in tables are not those of the code.
    #[error("the policy tables are stale; run `cargo xtask regen`\n{0}")]
    Stale(String),
}

/// Writes the tables.
///
/// # Errors
///
/// If the crate does not compile, or the file cannot be written.
pub fn write(root: &Path) -> Result<(), TablesError> {
    let (path, tables) = (root.join(TABLES), printed(root)?);
    // A file that did not change keeps its time, so that nothing is compiled again.
    if fs::read_to_string(&path).is_ok_and(|before| before == tables) {
        return Ok(());
    }
    Ok(fs::write(path, tables)?)
}

/// Whether the checked-in tables are those of the code.
///
/// # Errors
///
/// [`TablesError::Stale`] with a diff if they are not.
pub fn check(root: &Path) -> Result<(), TablesError> {
    compare(&fs::read_to_string(root.join(TABLES))?, &printed(root)?)
}

fn compare(shown: &str, printed: &str) -> Result<(), TablesError> {
    if shown == printed {
        return Ok(());
    }
    let diff = TextDiff::from_lines(shown, printed);
    Err(TablesError::Stale(
        diff.unified_diff().context_radius(1).to_string(),
    ))
}

fn printed(root: &Path) -> Result<String, TablesError> {
    let output = Command::new(programs::cargo())
        .args([
            "run",
            "--quiet",
            "--locked",
            "-p",
            "aipass",
            "--example",
            "policy_tables",
        ])
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(TablesError::Program);
    }
    String::from_utf8(output.stdout).map_err(|error| io::Error::other(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_tables_are_told_with_the_change() {
        assert!(compare("| a |\n", "| a |\n").is_ok());
        let told = compare("| a |\n", "| b |\n").unwrap_err().to_string();
        for part in ["cargo xtask regen", "-| a |", "+| b |"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
