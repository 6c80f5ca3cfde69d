//! How an image is asked for, and whether it can go out as it is.

use super::{Content, Image, ImageError, Picture, error::What, head::Head, read, sniff::sniff};
use aipass_api::enums::ImageDetail;
use aipass_auth::BoxFuture;
use bytes::Bytes;
use std::{fmt, future::IntoFuture, path::PathBuf, pin::Pin};
use tokio::{io::AsyncRead, task};

/// What the playbook (section 6) asks for, before base64.
const MAX_BYTES: usize = 800_000;

/// A photo of the largest cameras in hand; a screen has a tenth of it.
const MAX_PIXELS: u64 = 100_000_000;

/// An image that is about to be read: from [`Image::open`], [`Image::from_bytes`] or [`Image::from_reader`]. Awaiting it gives
/// the [`Image`].
///
/// ```no_run
/// # async fn run() -> Result<(), aipass::ImageError> {
/// use aipass::{Image, enums::ImageDetail};
///
/// let image = Image::open("receipt.jpg").max_side(2048).detail(ImageDetail::High).await?;
/// println!("{:?} of {:?} pixels", image.format(), image.dimensions());
/// # Ok(()) }
/// ```
///
/// # What the feature `images` does
///
/// An image that is too large, lies on its side, or is to lose its metadata is decoded, reduced to 16 megapixels (or to
/// [`max_side`](Self::max_side)), turned upright by its EXIF orientation, and encoded anew:
///
/// - as PNG where it has transparency, or came as PNG or GIF, and fits so;
/// - else as JPEG of the highest quality between 60 and 90 that fits, with transparency put on white; and where even 60 does
///   not fit, of fewer pixels.
///
/// Of an animation the first frame is left. All metadata is gone then; the colour profile is kept. This happens on threads for
/// blocking work, needs up to 12 bytes of memory for each pixel of the original, and is not stopped by dropping the future.
///
/// # Errors
///
/// Of the `await`, an [`ImageError`]: [`is_unsupported`](ImageError::is_unsupported) for another format,
/// [`is_damaged`](ImageError::is_damaged) for an empty, cut or broken file, [`is_too_large`](ImageError::is_too_large) above
/// 64 MiB, above [`max_pixels`](Self::max_pixels), or where no quality fits, [`is_feature_needed`](ImageError::is_feature_needed)
/// where the feature `images` would have been needed, and [`is_read`](ImageError::is_read) where reading failed.
#[must_use = "an image is not read before it is awaited"]
pub struct ImageBuilder<'r> {
    source: Source<'r>,
    wanted: Wanted,
    detail: Option<ImageDetail>,
}

enum Source<'r> {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Pin<Box<dyn AsyncRead + Send + 'r>>),
}

/// What an image must be like.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) max_bytes: usize,
    pub(super) max_side: Option<u32>,
    pub(super) max_pixels: u64,
    pub(super) no_metadata: bool,
}

impl<'r> ImageBuilder<'r> {
    pub(super) fn reader(reader: Pin<Box<dyn AsyncRead + Send + 'r>>) -> Self {
        Self::new(Source::Reader(reader))
    }

    fn new(source: Source<'r>) -> Self {
        Self {
            source,
            wanted: Wanted {
                max_bytes: MAX_BYTES,
                max_side: None,
                max_pixels: MAX_PIXELS,
                no_metadata: false,
            },
            detail: None,
        }
    }

    /// At most this many bytes, counted before base64, which adds a third. The default is 800 000 (playbook section 6).
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.wanted.max_bytes = bytes;
        self
    }

    /// At most this many pixels on the longer side. A model counts the pixels into its tokens, so that fewer of them may cost
    /// less. There is no default; an image is never enlarged.
    pub fn max_side(mut self, pixels: u32) -> Self {
        self.wanted.max_side = Some(pixels.max(1));
        self
    }

    /// Refuses an image whose header promises more pixels than these, before anything is decoded: some small files would
    /// fill the memory. The default is 100 000 000; a server that takes images from strangers, several at once, wants less.
    /// More than 512 MiB of pixels are never decoded.
    pub fn max_pixels(mut self, pixels: u64) -> Self {
        self.wanted.max_pixels = pixels;
        self
    }

    /// Whether the image is encoded anew in any case, so that none of its metadata is sent: not the place where a photo was
    /// taken, no names, no preview. Needs the feature `images`. Without it, an image that goes out as it is keeps them.
    pub fn strip_metadata(mut self, strip: bool) -> Self {
        self.wanted.no_metadata = strip;
        self
    }

    /// As [`Image::detail`].
    pub fn detail(mut self, detail: ImageDetail) -> Self {
        self.detail = Some(detail);
        self
    }

    async fn load(self) -> Result<Image, ImageError> {
        let Self {
            source,
            wanted,
            detail,
        } = self;
        let work = match source {
            Source::Path(path) => task::spawn_blocking(move || prepare(read::file(&path)?, &wanted)),
            Source::Bytes(bytes) => task::spawn_blocking(move || prepare(bytes, &wanted)),
            Source::Reader(reader) => {
                let bytes = read::reader(reader).await?;
                task::spawn_blocking(move || prepare(bytes, &wanted))
            }
        };
        // A decoder that panics, whatever the file did to it, takes nobody with it.
        let picture = work.await.unwrap_or_else(|_| Err(What::Damaged.into()))?;
        Ok(Image {
            content: Content::Picture(picture),
            detail,
        })
    }
}

impl ImageBuilder<'static> {
    pub(super) fn open(path: PathBuf) -> Self {
        Self::new(Source::Path(path))
    }

    pub(super) fn bytes(bytes: Bytes) -> Self {
        Self::new(Source::Bytes(bytes))
    }
}

impl<'r> IntoFuture for ImageBuilder<'r> {
    type Output = Result<Image, ImageError>;
    type IntoFuture = BoxFuture<'r, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.load())
    }
}

impl fmt::Debug for ImageBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageBuilder")
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

fn prepare(bytes: Bytes, wanted: &Wanted) -> Result<Picture, ImageError> {
    if bytes.len() > read::MOST {
        return Err(What::TooLong.into());
    }
    let head = Head::read(sniff(&bytes)?, &bytes).ok_or(What::Damaged)?;
    if head.pixels() > wanted.max_pixels {
        return Err(What::TooManyPixels.into());
    }
    match wanted.objection(&head, bytes.len()) {
        None => Ok(Picture {
            bytes,
            format: head.format,
            width: head.width,
            height: head.height,
        }),
        #[cfg(feature = "images")]
        Some(_) => super::fit::fit(&bytes, &head, wanted),
        #[cfg(not(feature = "images"))]
        Some(objection) => Err(What::Needed(objection).into()),
    }
}

/// Why an image cannot go out as it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Objection {
    Bytes,
    Turned,
    Side,
    Metadata,
}

impl Wanted {
    fn objection(&self, head: &Head, bytes: usize) -> Option<Objection> {
        let longer = head.width.max(head.height);
        if bytes > self.max_bytes {
            Some(Objection::Bytes)
        } else if head.orientation != 1 {
            Some(Objection::Turned)
        } else if self.max_side.is_some_and(|side| longer > side) {
            Some(Objection::Side)
        } else {
            self.no_metadata.then_some(Objection::Metadata)
        }
    }
}
