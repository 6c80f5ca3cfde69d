//! A file in a form: where its bytes come from.

use super::media::MediaType;
use bytes::Bytes;
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How far a transfer is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Handed over so far.
    pub done: u64,
    /// The whole, where it is known.
    pub total: Option<u64>,
}

impl Progress {
    #[doc(hidden)]
    #[must_use]
    pub fn new(done: u64, total: Option<u64>) -> Self {
        Self { done, total }
    }
}

/// A file to send: its name, its media type and its bytes. Clones share the bytes.
///
/// | made by | memory | sent again, after a 401 for instance |
/// |---|---|---|
/// | [`new`](Self::new), [`from_bytes`](Self::from_bytes) | all of it | yes |
/// | [`open`](Self::open) | some pieces of 256 KiB | yes: it is opened again, and a file that has changed is an error |
/// | [`from_reader`](Self::from_reader) | one piece | no: a failure is the outcome |
///
/// ```
/// use aipass_api::multipart::FilePart;
///
/// let image = FilePart::new("cat.png", "image/png", &b"\x89PNG..."[..]);
/// assert_eq!(image.file_name, "cat.png");
/// assert_eq!(image.length(), Some(7));
/// ```
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct FilePart {
    /// The name that the server sees. Some endpoints refuse a file without an extension.
    pub file_name: String,
    /// The media type, such as `image/png`.
    pub content_type: String,
    #[serde(skip)]
    pub(super) content: Content,
    #[serde(skip)]
    pub(super) progress: Option<OnProgress>,
}

/// What is told how far a file is.
#[derive(Clone)]
pub(super) struct OnProgress(pub(super) Arc<dyn Fn(Progress) + Send + Sync>);

#[derive(Clone)]
pub(super) enum Content {
    Bytes(Bytes),
    Path(Arc<OnDisk>),
    Reader(Arc<Once>),
}

impl Default for Content {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

/// A file as it was when it was chosen.
#[derive(PartialEq)]
pub(super) struct OnDisk {
    pub(super) path: PathBuf,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
}

pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// What can be read once.
pub(super) struct Once {
    reader: Mutex<Option<Reader>>,
    pub(super) length: Option<u64>,
}

impl Once {
    pub(super) fn take(&self) -> Option<Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl FilePart {
    /// A file of that name, media type and content.
    pub fn new(
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        data: impl Into<Bytes>,
    ) -> Self {
        Self::of(file_name, content_type, Content::Bytes(data.into()))
    }

    /// As [`new`](Self::new), with a media type and a name made of what the bytes are, such as `file.png`.
    ///
    /// ```
    /// use aipass_api::multipart::FilePart;
    ///
    /// let sound = FilePart::from_bytes(&b"RIFF\0\0\0\0WAVEfmt "[..]);
    /// assert_eq!((sound.file_name.as_str(), sound.content_type.as_str()), ("file.wav", "audio/wav"));
    /// ```
    pub fn from_bytes(data: impl Into<Bytes>) -> Self {
        let data = data.into();
        let media = MediaType::of_content(&data).unwrap_or(MediaType::UNKNOWN);
        Self::new(format!("file.{}", media.extension()), media.as_str(), data)
    }

    /// A file on disk, by its path: read while it is sent, so that a large one needs no memory. Its name is the path's last
    /// part, its media type what the content says, or else the extension.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or it is a folder.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        Self::look_at(path)
            .await
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    async fn look_at(path: &Path) -> io::Result<Self> {
        // To open a pipe would wait for somebody who writes into it.
        if !tokio::fs::metadata(path).await?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let file = tokio::fs::File::open(path).await?;
        let metadata = file.metadata().await?;
        let mut start = Vec::new();
        file.take(MediaType::NEEDS as u64).read_to_end(&mut start).await?;
        let media = MediaType::of_content(&start)
            .or_else(|| MediaType::of_name(path))
            .unwrap_or(MediaType::UNKNOWN);
        let name = path
            .file_name()
            .map_or_else(|| "file".into(), |name| name.to_string_lossy());
        let on_disk = OnDisk {
            path: path.to_owned(),
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        Ok(Self::of(name, media.as_str(), Content::Path(Arc::new(on_disk))))
    }

    /// What a reader gives, such as another connection. It can be sent once only. See also [`with_length`](Self::with_length).
    pub fn from_reader(
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        reader: impl AsyncRead + Send + 'static,
    ) -> Self {
        let once = Once {
            reader: Mutex::new(Some(Box::new(Box::pin(reader)))),
            length: None,
        };
        Self::of(file_name, content_type, Content::Reader(Arc::new(once)))
    }

    /// How many bytes the reader gives. Some servers want to know; another number of bytes is an error then. Files of other
    /// kinds know it.
    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        if let Content::Reader(once) = &self.content {
            self.content = Content::Reader(Arc::new(Once {
                reader: Mutex::new(once.take()),
                length: Some(bytes),
            }));
        }
        self
    }

    /// Has that function told how much of this file was handed to the network, from 0 again where the request is sent again.
    /// It is called from the task that sends, for each piece: keep it short.
    #[must_use]
    pub fn on_progress(mut self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(OnProgress(Arc::new(tell)));
        self
    }

    /// How many bytes it has; `None` for a reader that was not given a length.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::Path(file) => Some(file.length),
            Content::Reader(once) => once.length,
        }
    }

    fn of(file_name: impl Into<String>, content_type: impl Into<String>, content: Content) -> Self {
        Self {
            file_name: file_name.into(),
            content_type: content_type.into(),
            content,
            progress: None,
        }
    }
}

/// The same name, media type and bytes. Files on disk are compared by path, length and time; a reader equals its own clones
/// alone.
impl PartialEq for FilePart {
    fn eq(&self, other: &Self) -> bool {
        let same_content = match (&self.content, &other.content) {
            (Content::Bytes(one), Content::Bytes(other)) => one == other,
            (Content::Path(one), Content::Path(other)) => one == other,
            (Content::Reader(one), Content::Reader(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        same_content && self.file_name == other.file_name && self.content_type == other.content_type
    }
}

impl Eq for FilePart {}

impl fmt::Debug for FilePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePart")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.length())
            .finish_non_exhaustive()
    }
}
