//! Why an image cannot be sent.

#[cfg(not(feature = "images"))]
use super::builder::Objection;
use std::{error::Error as StdError, fmt, io};

/// Why an image cannot be sent. Nothing was sent, and nothing charged.
///
/// `Display` says what is wrong, and [`help`](Self::help) what to do; neither shows a path, an address or a byte of the
/// image. It turns into an [`Error`](crate::Error) by `?`, where it is a [bad request](crate::Error::is_bad_request).
///
/// ```no_run
/// # async fn run() {
/// match aipass::Image::open("IMG_0001.HEIC").await {
///     Ok(image) => println!("{image:?}"),
///     Err(error) => println!("{error}; {}", error.help()),
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct ImageError {
    what: What,
    source: Option<io::Error>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Read,
    Empty,
    Damaged,
    /// The format's name.
    Unsupported(&'static str),
    Unknown,
    TooLong,
    TooManyPixels,
    #[cfg(feature = "images")]
    DoesNotFit,
    #[cfg(not(feature = "images"))]
    Needed(Objection),
    /// A fragment that says why.
    Address(&'static str),
}

impl ImageError {
    pub(super) fn read(source: io::Error) -> Self {
        Self {
            what: What::Read,
            source: Some(source),
        }
    }

    /// It is of a format that vision models do not read, or of none that is known.
    ///
    /// Remedy: convert it to JPEG, PNG, GIF or WebP; [`help`](Self::help) says how to come by one.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.what, What::Unsupported(_) | What::Unknown)
    }

    /// The name of the format that it is in, such as `HEIC`, where that is known and [not supported](Self::is_unsupported).
    #[must_use]
    pub fn found(&self) -> Option<&'static str> {
        match self.what {
            What::Unsupported(name) => Some(name),
            _ => None,
        }
    }

    /// It is empty, its end is missing, or it does not decode.
    ///
    /// Cause: a download or an upload that broke off, or a file that something else wrote over. Remedy: get it again.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        matches!(self.what, What::Empty | What::Damaged)
    }

    /// It has more than 64 MiB or too many pixels, or cannot be made as small as asked.
    ///
    /// Remedy: shrink it, or change [`max_pixels`](crate::ImageBuilder::max_pixels) or
    /// [`max_bytes`](crate::ImageBuilder::max_bytes).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        match self.what {
            What::TooLong | What::TooManyPixels => true,
            #[cfg(feature = "images")]
            What::DoesNotFit => true,
            _ => false,
        }
    }

    /// It cannot go out as it is, and this program was built without the feature `images`, which would have changed it.
    ///
    /// Remedy: enable the feature, or change the image before.
    #[must_use]
    pub fn is_feature_needed(&self) -> bool {
        #[cfg(not(feature = "images"))]
        if matches!(self.what, What::Needed(_)) {
            return true;
        }
        false
    }

    /// The file or the reader gave an error, which is the [source](std::error::Error::source).
    ///
    /// Remedy: check the path, that it is a regular file, and that it may be read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.what, What::Read)
    }

    /// The address is none that an image may be given by.
    ///
    /// Remedy: give an `https` address or a data URL, or open the file.
    #[must_use]
    pub fn is_address(&self) -> bool {
        matches!(self.what, What::Address(_))
    }

    /// What to do about it, in one sentence for a person.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.what {
            What::Read => "check the path, and that it is a file that may be read",
            What::Empty | What::Damaged => "get the image again; its download may have broken off",
            What::Unsupported("HEIC") => {
                "convert it to JPEG; on an iPhone, Settings > Camera > Formats > Most Compatible takes photos as JPEG"
            }
            What::Unsupported("SVG") => "render it as PNG",
            What::Unsupported("PDF") => {
                "render the page as PNG or JPEG, or send the PDF as a file to a model that reads files"
            }
            What::Unsupported("AVIF" | "JPEG XL" | "JPEG 2000") => "convert it to JPEG or WebP",
            What::Unsupported(_) => "convert it to PNG or JPEG",
            What::Unknown => "give an image in JPEG, PNG, GIF or WebP",
            What::TooLong | What::TooManyPixels => "shrink the image before",
            #[cfg(feature = "images")]
            What::DoesNotFit => "allow more bytes with max_bytes",
            #[cfg(not(feature = "images"))]
            What::Needed(objection) => match objection {
                Objection::Bytes => {
                    "enable the feature `images` of the crate `aipass`, which shrinks images; or shrink it before, or allow more with max_bytes"
                }
                Objection::Turned => {
                    "enable the feature `images` of the crate `aipass`, which turns images upright; or turn it before"
                }
                Objection::Side | Objection::Metadata => {
                    "enable the feature `images` of the crate `aipass`, which encodes images anew"
                }
            },
            What::Address(_) => "give an https address or a data URL, or open the file with Image::open",
        }
    }
}

impl From<What> for ImageError {
    fn from(what: What) -> Self {
        Self { what, source: None }
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Read => "the image cannot be read",
            What::Empty => "the image is empty",
            What::Damaged => "the image is damaged, or a part of it is missing",
            What::Unsupported(name) => {
                return write!(
                    f,
                    "the image is in the format {name}, which vision models do not read"
                );
            }
            What::Unknown => "the image is in no format that vision models read",
            What::TooLong => "the image has more than 64 MiB",
            What::TooManyPixels => "the image has too many pixels",
            #[cfg(feature = "images")]
            What::DoesNotFit => "the image cannot be made to fit into so few bytes",
            #[cfg(not(feature = "images"))]
            What::Needed(objection) => match objection {
                Objection::Bytes => "the image has too many bytes, and the feature `images` is not enabled",
                Objection::Turned => {
                    "the image is stored turned or mirrored, and the feature `images` is not enabled"
                }
                Objection::Side => {
                    "the image has too many pixels on a side, and the feature `images` is not enabled"
                }
                Objection::Metadata => {
                    "the metadata of the image cannot be removed, as the feature `images` is not enabled"
                }
            },
            What::Address(why) => {
                return write!(f, "the address of the image is not usable: {why}");
            }
        };
        f.write_str(what)
    }
}

impl StdError for ImageError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref()?)
    }
}
