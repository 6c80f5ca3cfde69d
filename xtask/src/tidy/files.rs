//! Which files the rules look at, and the README that two places share.

use super::Violation;
use crate::regen::OUTPUT;
use std::{fs, io, path::Path};

/// The kinds of files that people write.
const KINDS: [&str; 7] = ["rs", "toml", "md", "mjs", "yaml", "yml", "sh"];

/// Folders that hold what machines write.
const SKIPPED: [&str; 3] = ["target", ".git", ".state"];

/// A file of the workspace.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its path from the root, with slashes.
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn is(&self, kind: &str) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extension == kind)
    }
}

/// Every file that people write, in alphabetical order.
pub(super) fn all(root: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    collect(root, root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, root: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let relative = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        if kind.is_dir() {
            if !SKIPPED.contains(&name.as_str()) && relative != OUTPUT {
                collect(&path, root, files)?;
            }
        } else if kind.is_file() && KINDS.iter().any(|kind| name.ends_with(&format!(".{kind}"))) {
            files.push(File {
                path: relative,
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

/// The facade's README is the root's, so that the crate's page, its docs and the repository tell the same.
pub(super) fn readme_is_shared(root: &Path) -> Vec<Violation> {
    let path = "crates/aipass/README.md";
    let same = match (
        fs::canonicalize(root.join(path)),
        fs::canonicalize(root.join("README.md")),
    ) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        _ => false,
    };
    if same {
        Vec::new()
    } else {
        vec![Violation::new(
            path,
            "it must be a link to the README.md at the root",
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_written_folders_are_skipped() {
        let root = std::env::temp_dir().join(format!("xtask-tidy-{}", std::process::id()));
        for path in [
            "src/lib.rs",
            "target/debug/build.rs",
            "crates/aipass-api/src/generated/client.rs",
            "a.png",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found: Vec<_> = all(&root).unwrap().into_iter().map(|file| file.path).collect();
        let shared = readme_is_shared(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, ["src/lib.rs"]);
        assert_eq!(shared.len(), 1, "there is no README to link to");
    }
}
