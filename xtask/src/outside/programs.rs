//! Where the programs are that a check needs.

use super::OutsideError;
use std::{
    env,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// The cargo that runs this program.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The first of these programs that is in the search path.
pub(super) fn find(names: &[&str]) -> Result<PathBuf, OutsideError> {
    find_in(&env::var_os("PATH").unwrap_or_default(), names).ok_or_else(|| not_installed(names))
}

/// As [`find`], unless a variable names the program.
pub(super) fn find_or(variable: &str, names: &[&str]) -> Result<PathBuf, OutsideError> {
    match env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(value) => named(variable, &value),
        None => find(names),
    }
}

fn find_in(path: &OsStr, names: &[&str]) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let folders: Vec<PathBuf> = env::split_paths(path).collect();
    names.iter().find_map(|name| {
        let in_folder = |folder: &PathBuf| {
            let candidates = suffixes
                .iter()
                .map(|suffix| folder.join(format!("{name}{suffix}")));
            candidates.into_iter().find(|candidate| candidate.is_file())
        };
        folders.iter().find_map(in_folder)
    })
}

/// What somebody asks for by name is not replaced by something else, nor left out in silence.
fn named(variable: &str, value: &OsStr) -> Result<PathBuf, OutsideError> {
    let path = PathBuf::from(value);
    if path.is_file() {
        Ok(path)
    } else {
        Err(OutsideError::Failed(format!(
            "{variable} names {}, which is not there",
            path.display()
        )))
    }
}

fn not_installed(names: &[&str]) -> OutsideError {
    OutsideError::Missing(format!(
        "{} is not installed",
        names.first().copied().unwrap_or_default()
    ))
}

/// Whether this is the system's administrator, for whom Chromium's own sandbox does not start.
pub(super) fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
    }
    #[cfg(not(unix))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_first_name_that_is_there_wins() {
        let root = env::temp_dir().join(format!("xtask-programs-{}", std::process::id()));
        let suffix = if cfg!(windows) { ".exe" } else { "" };
        let file = |folder: &str, name: &str| {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join(format!("{name}{suffix}"));
            fs::write(&path, "").unwrap();
            path
        };
        let chrome = file("a", "google-chrome");
        let chromium = file("b", "chromium");
        fs::create_dir_all(root.join("a").join("node")).unwrap();
        let path = env::join_paths([root.join("a"), root.join("b"), root.join("none")]).unwrap();
        let found = find_in(&path, &["chromium", "google-chrome"]);
        let second = find_in(&path, &["chromium-browser", "google-chrome"]);
        let folder = find_in(&path, &["node"]);
        let by_name = named("CHROMIUM", chromium.as_os_str());
        let wrong = named("CHROMIUM", root.join("b").as_os_str());
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, Some(chromium.clone()));
        assert_eq!(second, Some(chrome));
        assert_eq!(folder, None, "a folder is no program");
        assert_eq!(by_name.unwrap(), chromium);
        assert!(matches!(wrong, Err(OutsideError::Failed(_))));
        assert_eq!(not_installed(&["node"]).to_string(), "node is not installed");
    }
}
