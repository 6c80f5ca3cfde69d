//! The body of a form, read while it is sent.

use super::part::{Content, FilePart, OnDisk, OnProgress, Progress, Reader};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};
use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};
use tokio::io::AsyncReadExt;

/// The pieces in which a file is read and sent: small ones cost a trip to another thread each.
const PIECE: usize = 256 * 1024;

#[derive(Debug)]
pub(super) enum Segment {
    Text(Bytes),
    File(FilePart),
}

impl Segment {
    fn length(&self) -> Option<u64> {
        match self {
            Self::Text(bytes) => Some(bytes.len() as u64),
            Self::File(file) => file.length(),
        }
    }
}

/// The body of a form. Clones share its files.
#[derive(Clone)]
pub struct FormBody(Arc<[Segment]>);

impl FormBody {
    pub(super) fn new(segments: Vec<Segment>) -> Self {
        Self(segments.into())
    }

    /// Whether it can be sent a second time: it holds no reader.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        let is_reader = |segment: &Segment| matches!(segment, Segment::File(file) if matches!(file.content, Content::Reader(_)));
        !self.0.iter().any(is_reader)
    }

    /// Its length in bytes, where it is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.0.iter().map(Segment::length).sum()
    }

    /// A body to send. It opens its files when it is sent, and holds one piece of them at a time.
    #[must_use]
    pub fn to_body(&self) -> reqwest::Body {
        let pieces = Pieces {
            segments: self.0.clone(),
            next: 0,
            open: None,
        };
        reqwest::Body::wrap(Streamed {
            left: self.length(),
            reading: Mutex::new(Some(pieces.step())),
        })
    }

    /// One piece of memory where that is possible.
    pub(super) fn into_one(self) -> reqwest::Body {
        let mut whole = BytesMut::new();
        for segment in self.0.iter() {
            match segment {
                Segment::Text(bytes) => whole.extend_from_slice(bytes),
                Segment::File(FilePart {
                    content: Content::Bytes(bytes),
                    ..
                }) => whole.extend_from_slice(bytes),
                Segment::File(_) => return self.to_body(),
            }
        }
        whole.freeze().into()
    }
}

impl fmt::Debug for FormBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormBody")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

/// Where in a form the reading is.
struct Pieces {
    segments: Arc<[Segment]>,
    next: usize,
    /// The file that is being read.
    open: Option<Open>,
}

type Step = Pin<Box<dyn Future<Output = Option<(Pieces, io::Result<Bytes>)>> + Send>>;

impl Pieces {
    fn step(mut self) -> Step {
        Box::pin(async move {
            let piece = self.piece().await.transpose()?;
            Some((self, piece))
        })
    }

    /// The next piece, never an empty one; `None` at the end of the form.
    async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(open) = &mut self.open {
                if let Some(piece) = open.piece().await? {
                    return Ok(Some(piece));
                }
                self.open = None;
            }
            let Some(segment) = self.segments.get(self.next) else {
                return Ok(None);
            };
            self.next += 1;
            match segment {
                Segment::Text(bytes) => return Ok(Some(bytes.clone())),
                Segment::File(file) => self.open = Some(Open::new(file).await?),
            }
        }
    }
}

/// A file that is being read.
struct Open {
    source: Source,
    progress: Option<OnProgress>,
    done: u64,
    total: Option<u64>,
    buffer: BytesMut,
}

enum Source {
    Bytes(Bytes),
    Path(tokio::fs::File, Arc<OnDisk>),
    Reader(Reader),
}

impl Open {
    async fn new(file: &FilePart) -> io::Result<Self> {
        let source = match &file.content {
            Content::Bytes(bytes) => Source::Bytes(bytes.clone()),
            Content::Path(on_disk) => {
                let mut opened = tokio::fs::File::open(&on_disk.path).await?;
                opened.set_max_buf_size(PIECE);
                on_disk.unchanged(&opened).await?;
                Source::Path(opened, on_disk.clone())
            }
            Content::Reader(once) => {
                let spent = || io::Error::other("what a reader gives can be sent once only");
                Source::Reader(once.take().ok_or_else(spent)?)
            }
        };
        let open = Self {
            source,
            progress: file.progress.clone(),
            done: 0,
            total: file.length(),
            buffer: BytesMut::new(),
        };
        open.tell();
        Ok(open)
    }

    async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        let piece = match &mut self.source {
            Source::Bytes(rest) => rest.split_to(rest.len().min(PIECE)),
            Source::Path(file, _) => read(file, &mut self.buffer).await?,
            Source::Reader(reader) => read(reader, &mut self.buffer).await?,
        };
        self.done += piece.len() as u64;
        let is_last = piece.is_empty() || Some(self.done) == self.total;
        if let (Source::Path(file, on_disk), true) = (&self.source, is_last) {
            // The last piece is held back until it is sure, so that no server takes a mixture for the file.
            on_disk.unchanged(file).await?;
        }
        match self.total {
            Some(total) if self.done > total || (piece.is_empty() && self.done < total) => {
                let problem = format!("a file of {total} bytes was to be sent, and there are others");
                Err(io::Error::new(io::ErrorKind::InvalidData, problem))
            }
            _ if piece.is_empty() => Ok(None),
            _ => {
                self.tell();
                Ok(Some(piece))
            }
        }
    }

    fn tell(&self) {
        if let Some(OnProgress(tell)) = &self.progress {
            tell(Progress::new(self.done, self.total));
        }
    }
}

async fn read(reader: &mut (impl AsyncReadExt + Unpin), buffer: &mut BytesMut) -> io::Result<Bytes> {
    // The memory of the piece before is taken back where the network is done with it.
    buffer.reserve(PIECE);
    reader.read_buf(buffer).await?;
    Ok(buffer.split().freeze())
}

impl OnDisk {
    async fn unchanged(&self, file: &tokio::fs::File) -> io::Result<()> {
        let metadata = file.metadata().await?;
        if metadata.len() == self.length && metadata.modified().ok() == self.modified {
            return Ok(());
        }
        let name = self.path.file_name().unwrap_or_default().display();
        let problem = format!("{name} has changed since it was chosen");
        Err(io::Error::new(io::ErrorKind::InvalidData, problem))
    }
}

struct Streamed {
    left: Option<u64>,
    /// Nobody locks it: a body has to be shareable, and what it waits for is not.
    reading: Mutex<Option<Step>>,
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let reading = this
            .reading
            .get_mut()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(step) = reading else {
            return Poll::Ready(None);
        };
        let piece = ready!(step.as_mut().poll(context));
        *reading = None;
        Poll::Ready(piece.map(|(pieces, piece)| {
            let piece = piece?;
            *reading = Some(pieces.step());
            if let Some(left) = &mut this.left {
                *left = left.saturating_sub(piece.len() as u64);
            }
            Ok(Frame::data(piece))
        }))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
