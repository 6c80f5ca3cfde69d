//! Writes the generated files, or tells that they are stale.

use crate::{
    allowlist::{Allowlist, AllowlistError},
    check::{self, Problems},
    document::{self, SyntaxError},
    generate::{self, GenerateError, Generated},
    surface,
    tables::{self, TablesError},
};
use serde_json::Value;
use similar::TextDiff;
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// The document, from the root.
pub const DOCUMENT: &str = "openapi/aipass.yaml";
/// The table of endpoints, from the root.
pub const ALLOWLIST: &str = "openapi/allowlist.toml";
/// The folder of the generated files, from the root.
pub const OUTPUT: &str = "crates/aipass-api/src/generated";
/// The command that mends stale files.
pub const COMMAND: &str = "cargo xtask regen";

/// The first line of each generated file.
pub const HEADER: &str = "// @generated from openapi/aipass.yaml by `cargo xtask regen`; do not edit.";

/// A diff longer than this helps nobody.
const MAX_DIFF_LINES: usize = 120;

/// Nothing was generated, or what is checked in is stale.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegenError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The document is no YAML.
    #[error("{DOCUMENT}: {0}")]
    Syntax(#[from] SyntaxError),
    /// The table of endpoints cannot be read.
    #[error(transparent)]
    Allowlist(#[from] AllowlistError),
    /// The document does not pass the checks.
    #[error("{DOCUMENT}: {0}")]
    Check(#[from] Problems),
    /// The document cannot be lowered or generated.
    #[error("{DOCUMENT}: {0}")]
    Generate(#[from] GenerateError),
    /// The checked-in files are not what the document gives now.
    #[error(transparent)]
    Stale(#[from] Stale),
    /// The policy tables of the documentation cannot be printed, or are stale.
    #[error(transparent)]
    Tables(#[from] TablesError),
}

/// The checked-in files are not what the document gives now: a diff for each, from theirs to the right ones.
#[derive(Debug)]
pub struct Stale {
    diffs: Vec<String>,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the generated files are stale; run `{COMMAND}`")?;
        let diff = self.diffs.concat();
        let lines: Vec<&str> = diff.lines().collect();
        for line in lines.iter().take(MAX_DIFF_LINES) {
            writeln!(f, "{line}")?;
        }
        match lines.len().saturating_sub(MAX_DIFF_LINES) {
            0 => Ok(()),
            more => writeln!(f, "... and {more} more lines; run `{COMMAND}`"),
        }
    }
}

impl std::error::Error for Stale {}

/// Reads and checks the document and its table.
///
/// # Errors
///
/// If one of them cannot be read or does not pass the checks.
pub fn read(root: &Path) -> Result<(Value, Allowlist), RegenError> {
    let document = document::parse(&read_text(&root.join(DOCUMENT))?)?;
    let allowlist = Allowlist::parse(&read_text(&root.join(ALLOWLIST))?)?;
    check::document(&document, &allowlist)?;
    Ok((document, allowlist))
}

/// Generates everything in memory.
///
/// # Errors
///
/// If the document cannot be read, checked, lowered or generated.
pub fn generated(root: &Path) -> Result<Generated, RegenError> {
    let (document, allowlist) = read(root)?;
    Ok(generate::generate(&document, &allowlist)?)
}

/// Writes the generated code, and then the policy tables, which are printed by what is built on it.
///
/// # Errors
///
/// If the document is refused, the crate does not compile, or a file cannot be written.
pub fn write_all(root: &Path) -> Result<(), RegenError> {
    write(root)?;
    Ok(tables::write(root)?)
}

/// Whether the checked-in code and tables are what the document and the code give now.
///
/// # Errors
///
/// [`RegenError::Stale`] or [`TablesError::Stale`] with a diff and the command that mends it.
pub fn check_all(root: &Path) -> Result<(), RegenError> {
    check(root)?;
    Ok(tables::check(root)?)
}

/// Generates and writes the files.
///
/// # Errors
///
/// If the document is refused or a file cannot be written.
pub fn write(root: &Path) -> Result<(), RegenError> {
    let folder = root.join(OUTPUT);
    fs::create_dir_all(&folder).map_err(|source| RegenError::Io {
        path: folder.clone(),
        source,
    })?;
    for (name, text) in files(&generated(root)?) {
        let path = folder.join(name);
        // A file that did not change keeps its time, so that nothing is compiled again.
        if fs::read_to_string(&path).is_ok_and(|before| before == text) {
            continue;
        }
        fs::write(&path, text).map_err(|source| RegenError::Io { path, source })?;
    }
    Ok(())
}

/// Whether the checked-in files are what the document gives now.
///
/// # Errors
///
/// [`RegenError::Stale`] if they are not, with a diff and the command that mends it; another error if the document
/// cannot be generated from.
pub fn check(root: &Path) -> Result<(), RegenError> {
    let folder = root.join(OUTPUT);
    let files = files(&generated(root)?);
    let mut diffs: Vec<String> = files
        .iter()
        .filter_map(|(name, text)| {
            diff(
                name,
                &fs::read_to_string(folder.join(name)).unwrap_or_default(),
                text,
            )
        })
        .collect();
    diffs.extend(strangers(&folder, &files));
    if diffs.is_empty() {
        Ok(())
    } else {
        Err(Stale { diffs }.into())
    }
}

/// The [public surface](crate::surface) of everything that is generated.
///
/// # Errors
///
/// If the document cannot be generated from.
pub fn public_surface(root: &Path) -> Result<String, RegenError> {
    let generated = generated(root)?;
    let enums = syn::parse_file(&generated.enums).map_err(GenerateError::from)?;
    Ok([&generated.client, &generated.companion, &enums]
        .map(surface::surface)
        .concat())
}

/// Files that the generator does not write have no place in its folder.
fn strangers(folder: &Path, files: &[(&str, String)]) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut strangers: Vec<String> = names
        .filter(|name| !files.iter().any(|(known, _)| known == name))
        .collect();
    strangers.sort();
    strangers
        .into_iter()
        .map(|name| format!("{OUTPUT}/{name} is not generated; remove it\n"))
        .collect()
}

fn diff(name: &str, before: &str, after: &str) -> Option<String> {
    if before == after {
        return None;
    }
    let path = format!("{OUTPUT}/{name}");
    let diff = TextDiff::from_lines(before, after);
    Some(
        diff.unified_diff()
            .context_radius(2)
            .header(&path, &format!("{path} (regenerated)"))
            .to_string(),
    )
}

/// The generated files: their names and their text.
fn files(generated: &Generated) -> Vec<(&'static str, String)> {
    let module = syn::parse_quote! {
        pub mod client;
        mod companion;
        pub mod enums;
        pub mod operations;
    };
    [
        ("mod.rs", prettyplease::unparse(&module)),
        ("client.rs", prettyplease::unparse(&generated.client)),
        ("companion.rs", prettyplease::unparse(&generated.companion)),
        ("enums.rs", generated.enums.clone()),
        ("operations.rs", prettyplease::unparse(&generated.operations)),
    ]
    .map(|(name, text)| (name, format!("{HEADER}\n\n{text}")))
    .into()
}

fn read_text(path: &Path) -> Result<String, RegenError> {
    fs::read_to_string(path).map_err(|source| RegenError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_tells_the_change_and_the_command() {
        let diff = diff(
            "enums.rs",
            "pub enum A {\n    B,\n}\n",
            "pub enum A {\n    C,\n}\n",
        )
        .unwrap();
        let message = Stale { diffs: vec![diff] }.to_string();
        for part in [
            "run `cargo xtask regen`",
            "crates/aipass-api/src/generated/enums.rs",
            "-    B,",
            "+    C,",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(super::diff("enums.rs", "same\n", "same\n"), None);
    }

    #[test]
    fn a_long_diff_is_cut() {
        let after: String = (0..500).map(|line| format!("{line}\n")).collect();
        let message = Stale {
            diffs: diff("client.rs", "", &after).into_iter().collect(),
        }
        .to_string();
        assert!(message.lines().count() < MAX_DIFF_LINES + 5, "{message}");
        assert!(
            message.ends_with("more lines; run `cargo xtask regen`\n"),
            "{message}"
        );
    }

    #[test]
    fn an_error_in_the_document_names_the_file() {
        let root = std::env::temp_dir().join(format!("xtask-regen-{}", std::process::id()));
        fs::create_dir_all(root.join("openapi")).unwrap();
        fs::write(root.join(DOCUMENT), "openapi: 3.1.0\npaths: {}\n").unwrap();
        fs::write(root.join(ALLOWLIST), "").unwrap();
        let error = check(&root).unwrap_err().to_string();
        fs::write(root.join(DOCUMENT), "openapi: [\n").unwrap();
        let syntax = check(&root).unwrap_err().to_string();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            error,
            "openapi/aipass.yaml: openapi: OpenAPI 3.1.0 is not supported, only 3.0.x"
        );
        assert!(
            syntax.starts_with("openapi/aipass.yaml: not readable as YAML: "),
            "{syntax}"
        );
    }
}
