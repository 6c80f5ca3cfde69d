//! Files that hold what was paid for: they appear as a whole, or not at all.

use crate::error::Error;
use aipass_api::multipart::MediaType;
use bytes::Bytes;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Names that are tried until one is free.
const MOST_NAMES: u32 = 16;

/// Writes a file by way of another one beside it, with the extension that its content has; gives back where it is. Once
/// begun it goes on to its end, whether anybody waits or not: what it holds is paid for, and half of it would stay otherwise.
pub(crate) async fn save(path: &Path, bytes: Bytes) -> Result<PathBuf, Error> {
    let asked = path.to_owned();
    let saving = move || {
        let path = free(&asked, fitting(&asked, &bytes));
        let (mut file, part) = beside(&path)?;
        let written = file.write_all(&bytes).and_then(|()| finish(file, &part, &path));
        if written.is_err() {
            // What went wrong is told already.
            let _ = fs::remove_file(&part);
        }
        written.map(|()| path)
    };
    let saved = in_background(saving).await;
    saved.map_err(|error| unwritable(path, &error))
}

/// What went wrong, and where.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Error {
    let problem = io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    Error::file("the file cannot be written", problem)
}

/// A name that was not asked for takes no other file's place: `cat-2.png` where `cat.jpg` was asked for, the image is a PNG, and
/// there is a `cat.png`. Who asks for `cat` means all of it.
pub(crate) fn free(asked: &Path, fitting: PathBuf) -> PathBuf {
    if fitting == asked || asked.extension().is_none() {
        return fitting;
    }
    let mut path = fitting.clone();
    let mut number = 2;
    while path.exists() {
        let stem = fitting.file_stem().unwrap_or_default().display();
        let extension = fitting.extension().unwrap_or_default().display();
        path.set_file_name(format!("{stem}-{number}.{extension}"));
        number += 1;
    }
    path
}

/// Whether a file can be written there at all: asked before something is paid for.
pub(crate) async fn try_out(path: &Path) -> Result<(), Error> {
    let asked = path.to_owned();
    let trying = move || {
        is_name_of_file(&asked)?;
        let (file, part) = beside(&asked)?;
        drop(file);
        fs::remove_file(part)
    };
    let tried = in_background(trying).await;
    tried.map_err(|error| unwritable(path, &error))
}

/// An error where nothing that is called so can be a file: a folder has that name, or it is none.
pub(crate) fn is_name_of_file(path: &Path) -> io::Result<()> {
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
    }
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(())
}

/// Runs what waits for the disk where it holds up nobody.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// A new file beside that one. Its name is nobody else's: two who save under one name write two files, of which the later
/// takes the place, and no link that somebody has put there is followed.
fn beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut tries = 0;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{:08x}.part", rand::random::<u32>()));
        let part = PathBuf::from(name);
        tries += 1;
        match File::create_new(&part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < MOST_NAMES => {}
            created => return Ok((created?, part)),
        }
    }
}

/// Puts a whole file in its place, once it is sure to be on the disk.
pub(crate) fn finish(file: File, part: &Path, path: &Path) -> io::Result<()> {
    file.sync_all()?;
    // Some systems do not rename what is open. On others a lock on it must last for so long.
    #[cfg(not(unix))]
    drop(file);
    let renamed = fs::rename(part, path);
    #[cfg(unix)]
    drop(file);
    renamed
}

/// `cat.png.part` for `cat.png`: never the name of a whole file.
pub(crate) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// The path with the extension of what the bytes are, where it has none or that of another kind. A name that is no media's
/// is the caller's own business.
pub(crate) fn fitting(path: &Path, bytes: &[u8]) -> PathBuf {
    let Some(media) = MediaType::of_content(bytes) else {
        return path.to_owned();
    };
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        None => path.with_extension(media.extension()),
        Some(extension) if media.goes_by(extension) => path.to_owned(),
        Some(_) if MediaType::of_name(path).is_some() => path.with_extension(media.extension()),
        // `talk.v2` is a name with a point, and not a kind of file.
        Some(_) => {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(media.extension());
            name.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[test]
    fn a_name_gets_the_extension_of_its_content() {
        for (name, expected) in [
            ("out", "out.png"),
            ("out.png", "out.png"),
            ("out.PNG", "out.PNG"),
            ("out.jpg", "out.png"),
            ("dir.d/out.mp3", "dir.d/out.png"),
            ("out.v2", "out.v2.png"),
        ] {
            assert_eq!(fitting(Path::new(name), PNG), Path::new(expected));
        }
        assert_eq!(fitting(Path::new("out.txt"), b"hello"), Path::new("out.txt"));
    }

    #[tokio::test]
    async fn a_file_appears_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(&folder.path().join("cat.jpg"), PNG.into()).await.unwrap();
        assert_eq!(path, folder.path().join("cat.png"));
        assert_eq!(fs::read(&path).unwrap(), PNG);
        let error = save(&folder.path().join("none/cat.png"), PNG.into())
            .await
            .unwrap_err();
        assert!(error.is_file(), "{error}");
        // A folder stands where the file should go: the whole is written, and cannot be put there.
        fs::create_dir(folder.path().join("dog.png")).unwrap();
        // Another file has that name already, and was not asked for.
        let second = save(&folder.path().join("cat.gif"), PNG.into()).await.unwrap();
        assert_eq!(second, folder.path().join("cat-2.png"));
        fs::remove_file(second).unwrap();
        save(&folder.path().join("dog.png"), PNG.into())
            .await
            .unwrap_err();
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["cat.png", "dog.png"]);
    }
}
