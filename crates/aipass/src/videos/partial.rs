//! A download that is not whole yet: its bytes in a `.part`, and in a `.part.json` which file they are of.

use crate::{error::Error, saved};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::{
    fs::{OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};
use tokio::{
    fs::{self, File},
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, SeekFrom},
};

/// As much of the beginning tells what the content is.
const START: u64 = aipass_api::multipart::MediaType::NEEDS as u64;

/// How often a part that is in use is asked for, and the pause in between: a download that was just dropped lets go of it when
/// its last piece is written.
const MOST_TRIES: u32 = 20;
const TRY_PAUSE: Duration = Duration::from_millis(50);

/// It has its part to itself: two who write into one file would make a mixture.
pub(super) struct Partial {
    path: PathBuf,
    file: File,
    length: u64,
    notes: Notes,
}

/// What must be the same for the bytes to be of the same file.
#[derive(Default, Serialize, Deserialize)]
struct Notes {
    /// Which video, and what of it.
    what: String,
    /// The strong `ETag`, or else the `Last-Modified`.
    validator: Option<String>,
    /// The length of the whole, where the server said it.
    #[serde(default)]
    total: Option<u64>,
}

impl Notes {
    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Partial {
    /// What is there of that download, if anything.
    pub(super) async fn open(path: &Path, what: &str) -> Result<Self, Error> {
        let part = saved::part_of(path);
        let opening = async {
            let (path, asked) = (part.clone(), path.to_owned());
            let opening = move || {
                saved::is_name_of_file(&asked)?;
                open_alone(&path)
            };
            let file = File::from_std(saved::in_background(opening).await?);
            // Who has the part has its notes too.
            let notes = match fs::read(notes_of(&part)).await {
                Ok(notes) => serde_json::from_slice(&notes).unwrap_or_default(),
                Err(_) => Notes::default(),
            };
            let length = file.metadata().await?.len();
            Ok((file, length, notes))
        };
        let (file, length, notes): (_, _, Notes) =
            opening.await.map_err(|error| saved::unwritable(path, &error))?;
        let mut partial = Self {
            path: part,
            file,
            length,
            notes,
        };
        if partial.notes.what != what || partial.notes.validator.is_none() {
            partial.restart().await?;
            partial.notes.what = what.to_owned();
        }
        let end = SeekFrom::Start(partial.length);
        partial.file.seek(end).await.map_err(unwritable)?;
        Ok(partial)
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.notes.total
    }

    /// The headers that ask for the rest.
    pub(super) fn range(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.length == 0 {
            return headers;
        }
        let range = HeaderValue::try_from(format!("bytes={}-", self.length)).ok();
        let validator = self.notes.validator.as_deref();
        let validator = validator.and_then(|validator| HeaderValue::from_str(validator).ok());
        if let (Some(range), Some(validator)) = (range, validator) {
            headers.insert(header::RANGE, range);
            headers.insert(header::IF_RANGE, validator);
        }
        headers
    }

    /// Forgets what is there.
    pub(super) async fn restart(&mut self) -> Result<(), Error> {
        let restarting = async {
            self.file.set_len(0).await?;
            self.file.rewind().await
        };
        restarting.await.map_err(unwritable)?;
        self.length = 0;
        self.notes.total = None;
        self.notes.validator = None;
        Ok(())
    }

    /// Whether an answer of that head is the whole file, or the rest of the one that is here: the next byte, of the same version
    /// (RFC 9110 section 15.3.7.3), and of a length that is known.
    pub(super) fn takes(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        if status != StatusCode::PARTIAL_CONTENT {
            return true;
        }
        let Some((first, total)) = content_range(headers).filter(|_| self.length > 0) else {
            return false;
        };
        let same =
            |told: Option<u64>, noted: Option<u64>| told.zip(noted).is_none_or(|(told, noted)| told == noted);
        first == self.length
            && self.is_of(headers)
            && same(total, self.notes.total)
            && total.or(self.notes.total).is_some()
    }

    /// Whether those headers are of the same version, where they name one. Half of a file may have a weak tag where the whole
    /// had a strong one: what is in the tag is the same then.
    fn is_of(&self, headers: &HeaderMap) -> bool {
        let noted = self.notes.validator.as_deref();
        let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        match tag {
            Some(tag) if noted.is_some_and(|noted| noted.starts_with('"')) => {
                Some(tag.strip_prefix("W/").unwrap_or(tag)) == noted
            }
            _ => validator(headers).is_none_or(|told| noted == Some(&told)),
        }
    }

    /// An answer begins that [`takes`](Self::takes) has found good.
    pub(super) async fn begin(&mut self, status: StatusCode, headers: &HeaderMap) -> Result<(), Error> {
        if status == StatusCode::PARTIAL_CONTENT {
            let told = content_range(headers).and_then(|(_, total)| total);
            self.notes.total = told.or(self.notes.total);
            return Ok(());
        }
        self.restart().await?;
        self.notes.total = number(headers, header::CONTENT_LENGTH);
        self.notes.validator = validator(headers);
        let (notes, path) = (self.notes.to_json(), notes_of(&self.path));
        let file = self.file.try_clone().await.map_err(unwritable)?;
        let noting = move || {
            let noted = std::fs::write(path, notes);
            // Until then the place is taken, even if nobody waits any more: the next one has notes of its own.
            drop(file);
            noted
        };
        saved::in_background(noting).await.map_err(unwritable)
    }

    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.file.write_all(piece).await.map_err(unwritable)?;
        self.length += piece.len() as u64;
        Ok(())
    }

    /// Whether as much is there as there is.
    pub(super) fn is_whole(&self) -> bool {
        self.length > 0 && self.notes.total == Some(self.length)
    }

    /// Whether all of it is there, as far as anybody said how much that is.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.notes.total {
            Some(total) if total != self.length => Err(Error::cut_download()),
            _ => Ok(()),
        }
    }

    /// What has come stays for the next time, as far as it can be used then.
    pub(super) async fn keep(mut self) {
        // Why the download has ended says more than what goes wrong here.
        let _ = self.file.flush().await;
        if self.length > 0 && self.notes.validator.is_some() {
            return;
        }
        let (file, part) = (self.file.into_std().await, self.path);
        let removing = move || {
            let _ = std::fs::remove_file(notes_of(&part));
            // Some systems do not remove what is open. On others nobody else shall have it before.
            #[cfg(not(unix))]
            drop(file);
            let removed = std::fs::remove_file(&part);
            #[cfg(unix)]
            drop(file);
            removed
        };
        let _ = saved::in_background(removing).await;
    }

    /// Puts the whole in its place.
    pub(super) async fn finish(mut self, path: &Path) -> Result<PathBuf, Error> {
        let finishing = async {
            self.file.flush().await?;
            self.file.rewind().await?;
            let mut start = Vec::new();
            (&mut self.file).take(START).read_to_end(&mut start).await?;
            let (asked, fitting) = (path.to_owned(), saved::fitting(path, &start));
            let (file, part) = (self.file.into_std().await, self.path);
            let (notes, noted) = (notes_of(&part), self.notes.to_json());
            let putting = move || {
                let path = saved::free(&asked, fitting);
                // It may take long, and a part without its notes is nobody's.
                file.sync_all()?;
                // The next download to that path finds neither of both, or both.
                let _ = std::fs::remove_file(&notes);
                let put = saved::finish(file, &part, &path);
                if put.is_err() {
                    // What went wrong is told already.
                    let _ = std::fs::write(&notes, noted);
                }
                put.map(|()| path)
            };
            saved::in_background(putting).await
        };
        finishing.await.map_err(unwritable)
    }
}

/// Opens the part, new or as it is, for this download alone. Ours has notes beside it from its first byte on: others call
/// their files so, too.
fn open_alone(part: &Path) -> io::Result<std::fs::File> {
    let mut tries = 0;
    loop {
        for path in [part, &notes_of(part)] {
            if path.is_symlink() {
                // It leads to a file that is somebody's.
                let problem = format!("{} is a link", path.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, problem));
            }
        }
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(part)?;
        tries += 1;
        let is_alone = match file.try_lock() {
            Ok(()) => is_there(part, &file),
            // Not every file system has locks.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => true,
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => false,
        };
        if is_alone {
            if file.metadata()?.len() > 0 && !notes_of(part).exists() {
                let problem = format!("{} is there, and not of a download like this", part.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, problem));
            }
            return Ok(file);
        }
        if tries == MOST_TRIES {
            let problem = "another download writes to that place";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, problem));
        }
        thread::sleep(TRY_PAUSE);
    }
}

/// Whether what was opened is still what the path names: who had it before may have put it in its place.
#[cfg(unix)]
fn is_there(path: &Path, file: &std::fs::File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(file), Ok(path)) => identity(file) == identity(path),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_there(path: &Path, _: &std::fs::File) -> bool {
    path.exists()
}

fn unwritable(error: io::Error) -> Error {
    Error::file("the file cannot be written", error)
}

fn notes_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// What says that a file is still the same: a weak `ETag` says less (RFC 9110 section 13.1.5).
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name)?.to_str().ok();
    text(header::ETAG)
        .filter(|tag| tag.starts_with('"'))
        .or_else(|| text(header::LAST_MODIFIED))
        .map(str::to_owned)
}

/// The place of the first byte, and the length of the whole: `bytes 100-199/200`.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, total.trim().parse().ok()))
}

fn number(headers: &HeaderMap, name: header::HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        pairs.collect()
    }

    #[test]
    fn only_what_is_strong_says_that_a_file_is_the_same() {
        for (pairs, expected) in [
            (&[("etag", "\"a\""), ("last-modified", "Tue")][..], Some("\"a\"")),
            (&[("etag", "W/\"a\""), ("last-modified", "Tue")], Some("Tue")),
            (&[("etag", "W/\"a\"")], None),
            (&[], None),
        ] {
            assert_eq!(validator(&headers(pairs)).as_deref(), expected);
        }
    }

    #[test]
    fn a_content_range_is_read() {
        for (text, expected) in [
            ("bytes 100-199/200", Some((100, Some(200)))),
            ("bytes 100-199/*", Some((100, None))),
            ("bytes */200", None),
            ("items 1-2/3", None),
        ] {
            assert_eq!(content_range(&headers(&[("content-range", text)])), expected);
        }
    }
}
