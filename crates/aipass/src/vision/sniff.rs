//! Which format some bytes are, by what they begin with.

use super::{ImageError, ImageFormat, error::What};

/// The format of an image that vision models read.
pub(super) fn sniff(bytes: &[u8]) -> Result<ImageFormat, ImageError> {
    match bytes {
        [] => Err(What::Empty.into()),
        [0xFF, 0xD8, 0xFF, ..] => Ok(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(ImageFormat::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(ImageFormat::WebP),
        _ => Err(other(bytes).map_or(What::Unknown, What::Unsupported).into()),
    }
}

/// The name of a format that is known, and of no use to the models.
fn other(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] => media_file(brands),
        // The two reserved members that follow the length are always zero.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some("BMP"),
        // Classic and large TIFF, in both orders of bytes; most raw photos are TIFF too.
        [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => Some("TIFF"),
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => Some("JPEG XL"),
        [0, 0, 0, 0x0C, b'j', b'P', b' ', b' ', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => Some("JPEG 2000"),
        [0, 0, 1, 0, ..] => Some("ICO"),
        _ => text(bytes),
    }
}

/// The container that HEIC and AVIF share with films: a main brand, a version of four bytes, and further brands.
fn media_file(brands: &[u8]) -> Option<&'static str> {
    let (main, rest) = brands.split_first_chunk::<4>()?;
    let others = rest.get(4..).unwrap_or_default();
    match main {
        b"avif" | b"avis" => Some("AVIF"),
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"hevm" | b"hevs" => Some("HEIC"),
        b"mif1" | b"msf1" | b"miaf" => {
            let (others, _) = others.as_chunks::<4>();
            let avif = others.iter().take(16).any(|brand| brand == b"avif");
            Some(if avif { "AVIF" } else { "HEIC" })
        }
        _ => None,
    }
}

/// Formats that are text, or begin with some.
fn text(bytes: &[u8]) -> Option<&'static str> {
    const LOOKED_AT: usize = 1024;
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let start = start
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(start)
        .trim_ascii_start();
    if start.starts_with(b"%PDF-") {
        return Some("PDF");
    }
    let markup = start.starts_with(b"<svg")
        || [&b"<?xml"[..], b"<!--", b"<!DOCTYPE"]
            .iter()
            .any(|opening| start.starts_with(opening));
    let svg = markup && start.windows(4).any(|tag| tag.eq_ignore_ascii_case(b"<svg"));
    svg.then_some("SVG")
}
