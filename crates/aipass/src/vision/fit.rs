//! Images made to fit: upright, of so many pixels and bytes, and without what else their file told.

use super::{ImageError, ImageFormat, Picture, builder::Wanted, error::What, head::Head};
use bytes::Bytes;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader, Limits, RgbImage,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    imageops::FilterType as Scaling,
    metadata::Orientation,
};
use std::io::Cursor;

/// What the pixels of one image may take, in bytes: 100 megapixels of four bytes, and some room.
const MEMORY: u64 = 512 * 1024 * 1024;

/// What a decoder may take beside the pixels, in bytes: for rows, tables, and profiles that are stored compressed.
const ROOM: u64 = 8 * 1024 * 1024;

/// What is encoded at most, in pixels. It bounds the memory for scaling, and no model looks closer.
const ENCODED_PIXELS: f64 = 16e6;

/// Below this, fewer pixels look better than a lower quality.
const LEAST_QUALITY: u8 = 60;

/// Above this, a photo grows and does not look better.
const BEST_QUALITY: u8 = 90;

/// An image of so few pixels a side shows nothing.
const LEAST_SIDE: u32 = 8;

/// Profiles of screens and cameras have less; those of printers, which have more, are for other colours than these.
const PROFILE: usize = 16 * 1024;

/// Blocks, for about two seconds for a photo of 12 megapixels.
pub(super) fn fit(bytes: &[u8], head: &Head, wanted: &Wanted) -> Result<Picture, ImageError> {
    let (image, profile) = decode(bytes, head, wanted)?;
    let side = f64::from(wanted.max_side.unwrap_or(u16::MAX.into()));
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let scale = (ENCODED_PIXELS / (width * height))
        .sqrt()
        .min(side / width.max(height))
        .min(worth_trying(bytes, head, wanted))
        .min(1.0);
    let mut image = shrunk(&image, scale).unwrap_or(image);
    if let Some(orientation) = Orientation::from_exif(head.orientation) {
        image.apply_orientation(orientation);
    }
    let drawn = matches!(head.format, ImageFormat::Png | ImageFormat::Gif);
    if (drawn || image.color().has_alpha())
        && let Some(picture) = drawing(&image, wanted.max_bytes, &profile)?
    {
        return Ok(picture);
    }
    photo(&on_white(image), wanted.max_bytes, &profile)
}

/// A photo of the least quality has about a fifth of the bytes that it has at its finest: where even these are too many,
/// there is no use in trying all of its pixels.
fn worth_trying(bytes: &[u8], head: &Head, wanted: &Wanted) -> f64 {
    match head.format {
        ImageFormat::Jpeg => (5.0 * wanted.max_bytes as f64 / bytes.len() as f64)
            .sqrt()
            .max(0.1),
        _ => 1.0,
    }
}

/// In 8 bits a channel, with transparency only where something shines through; and the colour profile, or nothing.
fn decode(bytes: &[u8], head: &Head, wanted: &Wanted) -> Result<(DynamicImage, Vec<u8>), ImageError> {
    let format = match head.format {
        ImageFormat::Jpeg => image::ImageFormat::Jpeg,
        ImageFormat::Png => image::ImageFormat::Png,
        ImageFormat::Gif => image::ImageFormat::Gif,
        ImageFormat::WebP => image::ImageFormat::WebP,
    };
    let mut limits = Limits::default();
    // Four channels of 16 bits are the most that a pixel takes.
    limits.max_alloc = Some(head.pixels().saturating_mul(8).saturating_add(ROOM).min(MEMORY));
    // The file may tell the decoder something else than it told us.
    limits.max_image_width = Some(head.width);
    limits.max_image_height = Some(head.height);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > wanted.max_pixels || decoder.total_bytes() > MEMORY {
        return Err(What::TooManyPixels.into());
    }
    let profile = decoder.icc_profile().ok().flatten().unwrap_or_default();
    let of_these_colours = profile.len() <= PROFILE && profile.get(16..20) == Some(b"RGB ");
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    Ok((plain(image), if of_these_colours { profile } else { Vec::new() }))
}

fn refusal(error: &image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(_) => What::TooManyPixels.into(),
        _ => What::Damaged.into(),
    }
}

fn plain(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return image.into_rgb8().into();
    }
    let image = image.into_rgba8();
    if image.pixels().all(|pixel| pixel[3] == u8::MAX) {
        DynamicImage::from(image).into_rgb8().into()
    } else {
        image.into()
    }
}

/// By halves as long as it goes, which needs no further memory, and the rest in one careful step, which needs sixteen bytes
/// for each pixel. `None` where nothing changes.
fn shrunk(image: &DynamicImage, scale: f64) -> Option<DynamicImage> {
    let (width, height) = (scaled(image.width(), scale), scaled(image.height(), scale));
    let mut smaller = None;
    loop {
        let now = smaller.as_ref().unwrap_or(image);
        // Each side for itself: there may be millions of columns, and one row.
        let half = (halved(now.width(), width), halved(now.height(), height));
        smaller = if half != (now.width(), now.height()) {
            Some(now.thumbnail_exact(half.0, half.1))
        } else if (now.width(), now.height()) != (width, height) {
            return Some(now.resize_exact(width, height, Scaling::CatmullRom));
        } else {
            return smaller;
        };
    }
}

/// A half that is large enough, or else all of it.
fn halved(side: u32, wanted: u32) -> u32 {
    if side / 2 >= wanted { side / 2 } else { side }
}

fn scaled(side: u32, scale: f64) -> u32 {
    ((f64::from(side) * scale).round() as u32).max(1)
}

fn on_white(image: DynamicImage) -> DynamicImage {
    let DynamicImage::ImageRgba8(image) = image else {
        return image;
    };
    let mut flat = RgbImage::new(image.width(), image.height());
    for (to, from) in flat.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = from.0;
        to.0 = [red, green, blue].map(|colour| over_white(colour, alpha));
    }
    flat.into()
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha, white) = (u16::from(colour), u16::from(alpha), u16::from(u8::MAX));
    let mixed = (colour * alpha + white * (white - alpha) + white / 2) / white;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

/// The best JPEG that fits: of as many pixels as fit at the least quality, and then of the highest quality.
fn photo(original: &DynamicImage, max_bytes: usize, profile: &[u8]) -> Result<Picture, ImageError> {
    let mut scale = 1.0;
    let mut smaller = None;
    loop {
        let image = smaller.as_ref().unwrap_or(original);
        let least = jpeg(image, LEAST_QUALITY, profile)?;
        if least.len() <= max_bytes {
            let file = best(image, least, max_bytes, profile)?;
            return Ok(picture(file, ImageFormat::Jpeg, image));
        }
        if image.width().max(image.height()) <= LEAST_SIDE {
            return Err(What::DoesNotFit.into());
        }
        let share = max_bytes as f64 / least.len() as f64;
        // The bytes go about with the pixels; a little less, since a smaller picture has more in each of them.
        scale *= (share.sqrt() * 0.97).clamp(0.1, 0.9);
        smaller = shrunk(original, scale);
    }
}

/// As [`photo`]: nobody sees a difference of three in quality, nor what the last fifth of the bytes would add.
fn best(
    image: &DynamicImage,
    least: Vec<u8>,
    max_bytes: usize,
    profile: &[u8],
) -> Result<Vec<u8>, ImageError> {
    const UNSEEN: u8 = 3;
    let (mut file, mut low, mut high) = (least, LEAST_QUALITY, BEST_QUALITY);
    // Where there is room, most often the best fits at once.
    let mut tried = BEST_QUALITY;
    while low + UNSEEN < high && file.len() < max_bytes / 5 * 4 {
        let next = jpeg(image, tried, profile)?;
        if next.len() <= max_bytes {
            (file, low) = (next, tried);
        } else {
            high = tried;
        }
        tried = low.midpoint(high);
    }
    Ok(file)
}

fn jpeg(image: &DynamicImage, quality: u8, profile: &[u8]) -> Result<Vec<u8>, ImageError> {
    let mut file = Vec::new();
    encode(JpegEncoder::new_with_quality(&mut file, quality), image, profile)?;
    Ok(file)
}

/// `None` where it does not fit.
fn drawing(image: &DynamicImage, max_bytes: usize, profile: &[u8]) -> Result<Option<Picture>, ImageError> {
    // Of a page of text, care leaves less than half of what haste does, and of a simple pattern a tenth; of a photo hardly
    // less, and a large one takes seconds.
    const CARE: usize = 16;
    let mut file = png(image, CompressionType::Fast, profile)?;
    if file.len() > max_bytes && file.len() / CARE <= max_bytes {
        file = png(image, CompressionType::Default, profile)?;
    }
    let fits = file.len() <= max_bytes;
    Ok(fits.then(|| picture(file, ImageFormat::Png, image)))
}

fn png(image: &DynamicImage, compression: CompressionType, profile: &[u8]) -> Result<Vec<u8>, ImageError> {
    let mut file = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut file, compression, FilterType::Adaptive);
    encode(encoder, image, profile)?;
    Ok(file)
}

fn encode(mut encoder: impl ImageEncoder, image: &DynamicImage, profile: &[u8]) -> Result<(), ImageError> {
    if !profile.is_empty() {
        // An encoder that cannot hold one writes the image without.
        let _ = encoder.set_icc_profile(profile.to_vec());
    }
    let colours = ExtendedColorType::from(image.color());
    let written = encoder.write_image(image.as_bytes(), image.width(), image.height(), colours);
    written.map_err(|_| What::Damaged.into())
}

fn picture(file: Vec<u8>, format: ImageFormat, image: &DynamicImage) -> Picture {
    Picture {
        bytes: Bytes::from(file),
        format,
        width: image.width(),
        height: image.height(),
    }
}
