//! What an image says of itself, without decoding it: its size, which way is up, and whether its end is there.
//!
//! Every length is checked against the bytes, and each is passed once, so that no header leads astray or round in circles.

use super::{ImageFormat, exif};

/// What is known without decoding. Width and height are as stored; an orientation of 5 to 8 swaps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) format: ImageFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    /// From 1, which is upright, to 8, as EXIF has it.
    pub(super) orientation: u8,
}

type Size = (u32, u32);

impl Head {
    /// `None` where the image is broken, or its end is missing.
    pub(super) fn read(format: ImageFormat, bytes: &[u8]) -> Option<Self> {
        let (size, orientation) = match format {
            ImageFormat::Jpeg => jpeg(bytes),
            ImageFormat::Png => png(bytes),
            ImageFormat::Gif => gif(bytes),
            ImageFormat::WebP => webp(bytes),
        }?;
        let (width, height) = size;
        (width > 0 && height > 0).then_some(Self {
            format,
            width,
            height,
            orientation: orientation.unwrap_or(1),
        })
    }

    pub(super) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Of two sizes that a file gives, the one that costs more memory: a decoder may believe either.
fn larger(one: Option<Size>, other: Size) -> Size {
    match one {
        Some((width, height)) => (width.max(other.0), height.max(other.1)),
        None => other,
    }
}

/// ITU T.81, annex B: segments up to the start of the scan.
fn jpeg(bytes: &[u8]) -> Option<(Size, Option<u8>)> {
    const END: [u8; 2] = [0xFF, 0xD9];
    let (mut size, mut orientation) = (None, None);
    let mut rest = bytes.get(2..)?;
    loop {
        let (0xFF, after) = rest.split_first()? else {
            return None;
        };
        let filled = after.iter().take_while(|byte| **byte == 0xFF).count();
        let (marker, after) = after.get(filled..)?.split_first()?;
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            rest = after;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
        let segment = after.get(2..length)?;
        rest = after.get(length..)?;
        match marker {
            0xC4 | 0xC8 | 0xCC => {}
            0xC0..=0xCF => {
                let [_, h1, h2, w1, w2] = *segment.first_chunk()?;
                let frame = (u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2]));
                size = Some(larger(size, (frame.0.into(), frame.1.into())));
            }
            0xE1 if orientation.is_none() => {
                orientation = segment.strip_prefix(b"Exif\0\0").and_then(exif::orientation);
            }
            0xDA => break,
            _ => {}
        }
    }
    // In the data of a scan 0xFF is always followed by a zero, a restart or a marker, so this is the end and nothing else.
    let ended = rest.windows(2).rev().any(|pair| pair == END);
    ended.then_some((size?, orientation))
}

/// PNG, third edition, section 5: chunks up to `IEND`.
fn png(bytes: &[u8]) -> Option<(Size, Option<u8>)> {
    let (mut size, mut orientation) = (None, None);
    let mut rest = bytes.get(8..)?;
    loop {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let kind: &[u8; 4] = rest.get(4..)?.first_chunk()?;
        let data = rest.get(8..)?.get(..length)?;
        // The checksum.
        rest = rest.get(8 + length..)?.get(4..)?;
        match kind {
            b"IHDR" => {
                let width = u32::from_be_bytes(*data.first_chunk()?);
                let height = u32::from_be_bytes(*data.get(4..)?.first_chunk()?);
                size = Some(larger(size, (width, height)));
            }
            b"eXIf" => orientation = exif::orientation(data),
            b"IEND" => return Some((size?, orientation)),
            _ => {}
        }
    }
}

/// GIF89a, section 18: the logical screen.
fn gif(bytes: &[u8]) -> Option<(Size, Option<u8>)> {
    let [w1, w2, h1, h2] = *bytes.get(6..)?.first_chunk()?;
    let (width, height) = (u16::from_le_bytes([w1, w2]), u16::from_le_bytes([h1, h2]));
    Some(((width.into(), height.into()), None))
}

/// RFC 9649, section 2: chunks of a RIFF file.
fn webp(bytes: &[u8]) -> Option<(Size, Option<u8>)> {
    let length = usize::try_from(u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?)).ok()?;
    let mut found = (None, None);
    let chunks = bytes.get(8..)?.get(..length)?.get(4..)?;
    webp_chunks(chunks, false, &mut found)?;
    Some((found.0?, found.1))
}

/// Those of the file, or those inside a frame of an animation.
fn webp_chunks(mut rest: &[u8], inside: bool, found: &mut (Option<Size>, Option<u8>)) -> Option<()> {
    while rest.len() >= 8 {
        let kind: &[u8; 4] = rest.first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*rest.get(4..)?.first_chunk()?)).ok()?;
        let data = rest.get(8..)?.get(..length)?;
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
        match kind {
            b"VP8X" => {
                let [_, _, _, _, w1, w2, w3, h1, h2, h3] = *data.first_chunk()?;
                let size = (
                    u32::from_le_bytes([w1, w2, w3, 0]) + 1,
                    u32::from_le_bytes([h1, h2, h3, 0]) + 1,
                );
                found.0 = Some(larger(found.0, size));
            }
            b"VP8 " => {
                let [_, _, _, 0x9D, 0x01, 0x2A, w1, w2, h1, h2] = *data.first_chunk()? else {
                    return None;
                };
                let side = |pair| u32::from(u16::from_le_bytes(pair) & 0x3FFF);
                found.0 = Some(larger(found.0, (side([w1, w2]), side([h1, h2]))));
            }
            b"VP8L" => {
                let [0x2F, bits @ ..] = *data.first_chunk::<5>()? else {
                    return None;
                };
                let bits = u32::from_le_bytes(bits);
                let size = ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
                found.0 = Some(larger(found.0, size));
            }
            // Its place, and then chunks of its own, among which there is no further frame.
            b"ANMF" if inside => return None,
            b"ANMF" => webp_chunks(data.get(16..)?, true, found)?,
            b"EXIF" => {
                let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                found.1 = exif::orientation(tiff);
            }
            _ => {}
        }
    }
    Some(())
}
