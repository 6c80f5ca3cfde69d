//! Images that a model is asked about. (Playbook section 6.)
//!
//! [`ImageBuilder`] reads one (`read.rs`), looks at its first bytes (`sniff.rs`) and at what its header says (`head.rs`), and
//! has it made smaller where that is asked for or needed (`fit.rs`, with the feature `images`).

mod address;
mod builder;
mod error;
mod exif;
#[cfg(feature = "images")]
mod fit;
mod head;
mod read;
mod sniff;

pub use builder::ImageBuilder;
pub use error::ImageError;

use aipass_api::{enums::ImageDetail, types::ContentPart};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use std::{fmt, path::Path};
use tokio::io::AsyncRead;

/// An image for a model to look at, ready to be sent. Reading one costs nothing and sends nothing.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use aipass::Image;
///
/// let receipt = Image::open("receipt.jpg").await?;
/// let reply = ai
///     .chat("gemini/gemini-2.5-flash-lite")
///     .user("Extract: {amount, currency, date, merchant, category}")
///     .image(receipt)
///     .send()
///     .await?;
/// println!("{}", reply.text());
/// # Ok(()) }
/// ```
///
/// JPEG, PNG, GIF and WebP are read (playbook section 6); which of them it is, is told by the content and never by a name.
/// HEIC, AVIF, BMP, TIFF, SVG, PDF and others are refused by their names, before anything is sent. The bytes are checked as
/// far as their headers go: a file whose end is missing is refused too, but for a GIF, of which only the size is looked at.
///
/// An image goes out **as it is**, byte for byte, when it has at most 800 000 bytes ([`ImageBuilder::max_bytes`]) and stands
/// upright. It then keeps its metadata, **with the place where a photo was taken**;
/// [`strip_metadata`](ImageBuilder::strip_metadata) removes it. Every other image is made to fit by the feature `images`;
/// without that feature it is an error that says so.
///
/// A clone shares the bytes.
#[derive(Clone)]
#[must_use = "an image does nothing until it is part of a chat"]
pub struct Image {
    content: Content,
    detail: Option<ImageDetail>,
}

#[derive(Clone)]
enum Content {
    /// An address that the service fetches, or a data URL, as it was given.
    Address(String),
    Picture(Picture),
}

#[derive(Clone)]
struct Picture {
    bytes: Bytes,
    format: ImageFormat,
    width: u32,
    height: u32,
}

/// The formats that vision models read (playbook section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// Photos.
    Jpeg,
    /// Drawings and screenshots, perhaps with transparency.
    Png,
    /// Drawings of few colours, perhaps animated.
    Gif,
    /// Photos or drawings.
    WebP,
}

impl ImageFormat {
    /// Its media type, such as `image/jpeg`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

impl Image {
    /// Reads an image from a file, once it is awaited. [`ImageBuilder`] has what can be set before, and what can go wrong.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), aipass::ImageError> {
    /// let image = aipass::Image::open("scan.png").max_bytes(400_000).await?;
    /// # Ok(()) }
    /// ```
    pub fn open(path: impl AsRef<Path>) -> ImageBuilder<'static> {
        ImageBuilder::open(path.as_ref().to_owned())
    }

    /// As [`open`](Self::open), from bytes that are in memory already.
    ///
    /// ```no_run
    /// # async fn run(upload: Vec<u8>) -> Result<(), aipass::ImageError> {
    /// let image = aipass::Image::from_bytes(upload).strip_metadata(true).await?;
    /// # Ok(()) }
    /// ```
    pub fn from_bytes(bytes: impl Into<Bytes>) -> ImageBuilder<'static> {
        ImageBuilder::bytes(bytes.into())
    }

    /// As [`open`](Self::open), from a reader. It is read to its end, or until it has given more than 64 MiB, which is an
    /// error. How long it may take is for the reader to say.
    ///
    /// ```no_run
    /// # async fn run(socket: tokio::net::TcpStream) -> Result<(), aipass::ImageError> {
    /// let image = aipass::Image::from_reader(socket).await?;
    /// # Ok(()) }
    /// ```
    pub fn from_reader<'r>(reader: impl AsyncRead + Send + 'r) -> ImageBuilder<'r> {
        ImageBuilder::reader(Box::pin(reader))
    }

    /// An image by its address, which the service or the model's provider fetches: nothing is read here, and nothing checked
    /// but the address. It goes out as it stands.
    ///
    /// ```
    /// let image = aipass::Image::url("https://example.com/cat.jpg")?;
    /// # Ok::<(), aipass::ImageError>(())
    /// ```
    ///
    /// # Errors
    /// [`is_address`](ImageError::is_address) for what is neither an `https` address, nor an `http` address of this machine
    /// (for a service that runs on it), nor a data URL of a JPEG, PNG, GIF or WebP in base64.
    pub fn url(url: impl Into<String>) -> Result<Self, ImageError> {
        let url = url.into();
        address::check(&url)?;
        Ok(Self {
            content: Content::Address(url),
            detail: None,
        })
    }

    /// How closely the model looks. A closer look costs more tokens; without it the model decides.
    pub fn detail(mut self, detail: ImageDetail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// What is sent; `None` for an [address](Self::url).
    #[must_use]
    pub fn bytes(&self) -> Option<&Bytes> {
        self.picture().map(|picture| &picture.bytes)
    }

    /// The format of what is sent; `None` for an [address](Self::url).
    #[must_use]
    pub fn format(&self) -> Option<ImageFormat> {
        self.picture().map(|picture| picture.format)
    }

    /// Width and height of what is sent, in pixels; `None` for an [address](Self::url).
    #[must_use]
    pub fn dimensions(&self) -> Option<(u32, u32)> {
        self.picture().map(|picture| (picture.width, picture.height))
    }

    fn picture(&self) -> Option<&Picture> {
        match &self.content {
            Content::Picture(picture) => Some(picture),
            Content::Address(_) => None,
        }
    }
}

impl Content {
    /// The one time that the base64 text is written; it is moved from here on.
    fn into_url(self) -> String {
        match self {
            Self::Address(url) => url,
            Self::Picture(picture) => {
                let kind = picture.format.media_type();
                let letters = picture.bytes.len().div_ceil(3) * 4;
                let mut url = String::with_capacity("data:;base64,".len() + kind.len() + letters);
                url.push_str("data:");
                url.push_str(kind);
                url.push_str(";base64,");
                STANDARD.encode_string(&picture.bytes, &mut url);
                url
            }
        }
    }
}

/// For a message that is put together by hand: a text and images in any order.
impl From<Image> for ContentPart {
    fn from(image: Image) -> Self {
        let mut part = Self::image_url(image.content.into_url());
        if let Self::ImageUrl { image_url, .. } = &mut part {
            image_url.detail = image.detail;
        }
        part
    }
}

// Neither the picture nor its address: both are the user's own.
impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Address(_) => f.debug_struct("Image").finish_non_exhaustive(),
            Content::Picture(picture) => picture.fmt(f),
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("format", &self.format)
            .field("width", &self.width)
            .field("height", &self.height)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
