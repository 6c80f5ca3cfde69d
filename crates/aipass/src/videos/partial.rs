//! A download that is not whole yet: its bytes in a `.part`, and in a `.part.json` which file they are of.

use crate::{error::Error, saved};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, SeekFrom},
};

/// As much of the beginning tells what the content is.
const START: u64 = aipass_api::multipart::MediaType::NEEDS as u64;

pub(super) struct Partial {
    path: PathBuf,
    file: File,
    length: u64,
    /// The length of the whole, where the server said it.
    total: Option<u64>,
    notes: Notes,
}

/// What must be the same for the bytes to be of the same file.
#[derive(Default, Serialize, Deserialize)]
struct Notes {
    /// Which video, and what of it.
    what: String,
    /// The strong `ETag`, or else the `Last-Modified`.
    validator: Option<String>,
}

impl Partial {
    /// What is there of that download, if anything.
    pub(super) async fn open(path: &Path, what: &str) -> Result<Self, Error> {
        let part = saved::part_of(path);
        let opening = async {
            let notes = match fs::read(notes_of(&part)).await {
                Ok(notes) => serde_json::from_slice(&notes).unwrap_or_default(),
                Err(_) => Notes::default(),
            };
            let file = OpenOptions::new()
                .create(true)
                .read(true)
                .write(true)
                .truncate(false)
                .open(&part)
                .await?;
            let length = file.metadata().await?.len();
            Ok((file, length, notes))
        };
        let (file, length, notes): (_, _, Notes) =
            opening.await.map_err(|error| saved::unwritable(path, &error))?;
        let mut partial = Self {
            path: part,
            file,
            length,
            total: None,
            notes,
        };
        if partial.notes.what != what || partial.notes.validator.is_none() {
            partial.restart().await?;
            partial.notes.what = what.to_owned();
        }
        let end = SeekFrom::Start(partial.length);
        let seeking = partial.file.seek(end).await;
        seeking.map_err(|error| partial.unwritable(&error))?;
        Ok(partial)
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.total
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
        restarting.await.map_err(|error| self.unwritable(&error))?;
        self.length = 0;
        self.total = None;
        self.notes.validator = None;
        Ok(())
    }

    /// An answer begins: the rest, or the whole.
    pub(super) async fn begin(&mut self, status: StatusCode, headers: &HeaderMap) -> Result<(), Error> {
        let follows = status == StatusCode::PARTIAL_CONTENT
            && self.length > 0
            && content_range(headers).is_some_and(|(first, _)| first == self.length);
        if follows {
            self.total = content_range(headers).and_then(|(_, total)| total);
            return Ok(());
        }
        if status == StatusCode::PARTIAL_CONTENT {
            // A part that nobody asked for is no beginning.
            return Err(Error::unreadable(
                "download_video",
                "the server sent another part of the file",
            ));
        }
        self.restart().await?;
        self.total = number(headers, header::CONTENT_LENGTH);
        self.notes.validator = validator(headers);
        let notes = serde_json::to_vec(&self.notes).unwrap_or_default();
        fs::write(notes_of(&self.path), notes)
            .await
            .map_err(|error| self.unwritable(&error))
    }

    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        let writing = self.file.write_all(piece).await;
        writing.map_err(|error| self.unwritable(&error))?;
        self.length += piece.len() as u64;
        Ok(())
    }

    /// Whether all of it is there, as far as anybody said how much that is.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.total {
            Some(total) if total != self.length => Err(Error::cut_download()),
            _ => Ok(()),
        }
    }

    fn unwritable(&self, error: &io::Error) -> Error {
        saved::unwritable(&self.path, error)
    }

    /// What has come stays for the next time, as far as it can be used then.
    pub(super) async fn keep(mut self) -> Result<(), Error> {
        if self.length > 0 && self.notes.validator.is_some() {
            let flushing = self.file.flush().await;
            return flushing.map_err(|error| self.unwritable(&error));
        }
        drop(self.file.into_std().await);
        let _ = fs::remove_file(notes_of(&self.path)).await;
        fs::remove_file(&self.path)
            .await
            .map_err(|error| saved::unwritable(&self.path, &error))
    }

    /// Puts the whole in its place.
    pub(super) async fn finish(mut self, path: &Path) -> Result<PathBuf, Error> {
        let finishing = async {
            self.file.flush().await?;
            self.file.rewind().await?;
            let mut start = Vec::new();
            (&mut self.file).take(START).read_to_end(&mut start).await?;
            let path = saved::free(path, saved::fitting(path, &start)).await;
            saved::finish(self.file, &self.path, &path).await?;
            Ok(path)
        };
        let path = finishing
            .await
            .map_err(|error| saved::unwritable(&self.path, &error))?;
        let _ = fs::remove_file(notes_of(&self.path)).await;
        Ok(path)
    }
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
