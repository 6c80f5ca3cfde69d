//! Where the files of the demo go: into a folder that is removed at its end, or into one that the person asked for.

use crate::failure::Failure;
use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A folder that is the demo's own.
#[derive(Debug)]
pub(crate) enum Folder {
    /// Removed when it is dropped.
    Temporary(TempDir),
    Kept(PathBuf),
}

/// How often it is tried, with a pause of [`PAUSE`] in between.
const TRIES: usize = 50;

const PAUSE: Duration = Duration::from_millis(20);

impl Drop for Folder {
    fn drop(&mut self) {
        let Self::Temporary(folder) = self else { return };
        // A save that was interrupted may write to its end on a thread of its own, into a folder that is being removed.
        for _ in 0..TRIES {
            match fs::remove_dir_all(folder.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => thread::sleep(PAUSE),
                _ => return,
            }
        }
    }
}

impl Folder {
    /// A new folder, for good if it has a name. One that is there already is left alone: a file in it could be replaced.
    pub(crate) fn create(keep: Option<PathBuf>) -> Result<Self, Failure> {
        let created = match keep {
            None => tempfile::Builder::new()
                .prefix("aipass-demo-")
                .tempdir()
                .map(Self::Temporary),
            Some(path) => fs::create_dir(&path).map(|()| Self::Kept(path)),
        };
        created.map_err(|error| {
            Failure::config(
                format!("the folder for the files of the demo cannot be made: {error}"),
                "`--keep` takes the name of a folder that is not there yet, in one that is",
            )
        })
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }

    /// Where the files can be looked at afterwards.
    pub(crate) fn kept(&self) -> Option<&Path> {
        match self {
            Self::Temporary(_) => None,
            Self::Kept(path) => Some(path),
        }
    }
}
