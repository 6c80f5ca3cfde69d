//! Files that hold what was paid for: they appear as a whole, or not at all.

use crate::error::Error;
use aipass_api::multipart::MediaType;
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::{fs, io::AsyncWriteExt as _};

/// Writes a file by way of a `.part` beside it, with the extension that its content has; gives back where it is.
pub(crate) async fn save(path: &Path, bytes: &[u8]) -> Result<PathBuf, Error> {
    let path = free(path, fitting(path, bytes)).await;
    let part = part_of(&path);
    let writing = async {
        let mut file = fs::File::create(&part).await?;
        file.write_all(bytes).await?;
        finish(file, &part, &path).await
    };
    match writing.await {
        Ok(()) => Ok(path),
        Err(error) => {
            // What went wrong is told already.
            let _ = fs::remove_file(&part).await;
            Err(unwritable(&path, &error))
        }
    }
}

/// What went wrong, and where.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Error {
    let problem = io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    Error::file("the file cannot be written", problem)
}

/// A name that was not asked for takes no other file's place: `cat-2.png` where `cat.jpg` was asked for, the image is a PNG, and
/// there is a `cat.png`.
pub(crate) async fn free(asked: &Path, fitting: PathBuf) -> PathBuf {
    if fitting == asked {
        return fitting;
    }
    let mut path = fitting.clone();
    let mut number = 2;
    while fs::try_exists(&path).await.unwrap_or(false) {
        let stem = fitting.file_stem().unwrap_or_default().display();
        let extension = fitting.extension().unwrap_or_default().display();
        path.set_file_name(format!("{stem}-{number}.{extension}"));
        number += 1;
    }
    path
}

/// Whether a file can be written there at all: asked before something is paid for.
pub(crate) async fn try_out(path: &Path) -> Result<(), Error> {
    let part = part_of(path);
    let trying = async {
        drop(fs::File::create(&part).await?);
        fs::remove_file(&part).await
    };
    trying.await.map_err(|error| unwritable(path, &error))
}

/// Puts a whole `.part` in its place, once it is sure to be on the disk.
pub(crate) async fn finish(file: fs::File, part: &Path, path: &Path) -> io::Result<()> {
    file.sync_all().await?;
    // Some systems do not rename what is open.
    drop(file.into_std().await);
    fs::rename(part, path).await
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
        let path = save(&folder.path().join("cat.jpg"), PNG).await.unwrap();
        assert_eq!(path, folder.path().join("cat.png"));
        assert_eq!(std::fs::read(&path).unwrap(), PNG);
        let error = save(&folder.path().join("none/cat.png"), PNG).await.unwrap_err();
        assert!(error.is_file(), "{error}");
        // A folder stands where the file should go: the whole is written, and cannot be put there.
        std::fs::create_dir(folder.path().join("dog.png")).unwrap();
        // Another file has that name already, and was not asked for.
        let second = save(&folder.path().join("cat.gif"), PNG).await.unwrap();
        assert_eq!(second, folder.path().join("cat-2.png"));
        std::fs::remove_file(second).unwrap();
        save(&folder.path().join("dog.png"), PNG).await.unwrap_err();
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["cat.png", "dog.png"]);
    }
}
