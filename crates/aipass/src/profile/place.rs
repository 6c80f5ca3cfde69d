//! Where profiles and tokens stand, and whether the file can be trusted.

use crate::config_error::ConfigError;
use aipass_auth::FileStore;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The folder of the program, which its SDK shares.
const APP: &str = "aipass";

/// Profiles are written by hand; a larger file is something else.
const LARGEST: u64 = 1024 * 1024;

/// The platform's folder for settings. On macOS that is the one for data: `Preferences` belongs to the system.
pub(super) fn settings_dir() -> Result<PathBuf, ConfigError> {
    use etcetera::BaseStrategy as _;
    let base = etcetera::base_strategy::choose_native_strategy()
        .map_err(|_| ConfigError::new("no home folder is known; set AIPASS_CONFIG_DIR to a folder"))?;
    let dir = if cfg!(target_vendor = "apple") {
        base.data_dir()
    } else {
        base.config_dir()
    };
    Ok(dir.join(APP))
}

/// The platform's folder for state.
pub(super) fn tokens_dir() -> Result<PathBuf, ConfigError> {
    match FileStore::for_app(APP) {
        Ok(store) => Ok(store.dir().to_owned()),
        Err(error) => Err(ConfigError::new(format!(
            "{error}; set AIPASS_CONFIG_DIR to a folder"
        ))),
    }
}

/// The text of the file, or `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable =
        |error: &io::Error| ConfigError::new(format!("{} cannot be read: {error}", path.display()));
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    };
    check(path, &file).map_err(|why| {
        ConfigError::new(format!(
            "{} is not safe to use: {why}; make it yours alone with chmod 600",
            path.display()
        ))
    })?;
    let mut text = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut text)
        .map_err(|error| unreadable(&error))?;
    if text.len() as u64 > LARGEST {
        return Err(ConfigError::new(format!(
            "{} is larger than 1 MiB",
            path.display()
        )));
    }
    let text = String::from_utf8(text)
        .map_err(|_| ConfigError::new(format!("{} is not UTF-8 text", path.display())))?;
    Ok(Some(text))
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    // Without it, opening a pipe waits for its other end.
    let flags = OFlags::NONBLOCK.bits() as _;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Whoever can write this file can send a token to a server of their choice. Reading it is no danger: it holds no
/// secret. A link is followed, since settings are often kept elsewhere; what counts is the file behind it.
#[cfg(unix)]
fn check(_: &Path, file: &File) -> Result<(), &'static str> {
    use std::os::unix::fs::MetadataExt as _;
    const OTHERS_WRITE: u32 = 0o022;
    let Ok(metadata) = file.metadata() else {
        return Err("nothing is known about it");
    };
    if !metadata.is_file() {
        return Err("it is not a regular file");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() && metadata.uid() != 0 {
        return Err("it belongs to another user");
    }
    if metadata.mode() & OTHERS_WRITE != 0 {
        return Err("others can write to it");
    }
    Ok(())
}

#[cfg(not(unix))]
fn check(path: &Path, _: &File) -> Result<(), &'static str> {
    if path.is_file() {
        Ok(())
    } else {
        Err("it is not a regular file")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn a_file_that_others_can_write_is_refused_and_one_that_they_can_read_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("profiles.toml");
        assert_eq!(read(&path).unwrap(), None);
        fs::write(&path, "x").unwrap();
        for (mode, usable) in [
            (0o600, true),
            (0o644, true),
            (0o444, true),
            (0o664, false),
            (0o602, false),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let read = read(&path);
            assert_eq!(read.is_ok(), usable, "{mode:o}");
            if let Err(error) = read {
                assert!(error.to_string().contains("others can write to it"), "{error}");
            }
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let link = dir.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(read(&link).unwrap().as_deref(), Some("x"));
        assert!(read(dir.path()).is_err());
    }

    /// Nobody ever opens its other end.
    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("profiles.toml");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let error = read(&path).unwrap_err();
        assert!(error.to_string().contains("it is not a regular file"), "{error}");
    }
}
