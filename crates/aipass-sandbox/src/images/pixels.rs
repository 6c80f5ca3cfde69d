//! Pictures that were sent, as pixels: read from PNG and JPEG, changed, and written as PNG.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::encode;
use super::scene::{Rgb, Size};

/// A picture, four bytes to a pixel: red, green, blue, opacity.
pub(crate) struct Pixels {
    pub(crate) size: Size,
    rgba: Vec<u8>,
}

const TOO_LARGE: &str = "its sides must not be longer than 4096 pixels";

impl Pixels {
    /// Reads a PNG or a JPEG; the error says in words what is wrong.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::from_png(bytes)
        } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Self::from_jpeg(bytes)
        } else if bytes.starts_with(b"GIF8") || bytes.get(8..12) == Some(b"WEBP") {
            Err("the sandbox reads PNG and JPEG, and neither GIF nor WebP".to_owned())
        } else {
            Err("it is neither a PNG nor a JPEG".to_owned())
        }
    }

    fn from_png(bytes: &[u8]) -> Result<Self, String> {
        let broken = |_| "it is a broken PNG".to_owned();
        let limits = Limits {
            bytes: 128 * 1024 * 1024,
        };
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(broken)?;
        let size = Size {
            width: reader.info().width,
            height: reader.info().height,
        };
        if size.width.max(size.height) > Size::LIMIT {
            return Err(TOO_LARGE.to_owned());
        }
        let mut buffer = vec![0; reader.output_buffer_size().ok_or(TOO_LARGE)?];
        let frame = reader.next_frame(&mut buffer).map_err(broken)?;
        buffer.truncate(frame.buffer_size());
        let rgba = match frame.color_type {
            ColorType::Rgba => buffer,
            ColorType::GrayscaleAlpha => buffer
                .chunks_exact(2)
                .flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]])
                .collect(),
            _ => return Err("it is a PNG of an unknown kind".to_owned()),
        };
        Ok(Self { size, rgba })
    }

    fn from_jpeg(bytes: &[u8]) -> Result<Self, String> {
        let limit = usize::try_from(Size::LIMIT).unwrap_or(0);
        let options = DecoderOptions::default()
            .jpeg_set_out_colorspace(ColorSpace::RGBA)
            .set_max_width(limit)
            .set_max_height(limit);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        let broken = "it is a broken JPEG, or larger than 4096 pixels";
        let rgba = decoder.decode().map_err(|_| broken)?;
        let (width, height) = decoder.dimensions().ok_or(broken)?;
        let side = |side: usize| u32::try_from(side).map_err(|_| broken);
        let size = Size {
            width: side(width)?,
            height: side(height)?,
        };
        if rgba.len() != width * height * 4 {
            return Err(broken.to_owned());
        }
        Ok(Self { size, rgba })
    }

    pub(crate) fn png(&self) -> Vec<u8> {
        encode::rgba(self.size, &self.rgba)
    }

    fn build(size: Size, mut pixel: impl FnMut(u32, u32) -> [u8; 4]) -> Self {
        let mut rgba = Vec::new();
        for y in 0..size.height {
            for x in 0..size.width {
                rgba.extend_from_slice(&pixel(x, y));
            }
        }
        Self { size, rgba }
    }

    fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let index = (u64::from(y) * u64::from(self.size.width) + u64::from(x)) * 4;
        let start = usize::try_from(index).unwrap_or(usize::MAX);
        match self.rgba.get(start..).and_then(|rest| rest.first_chunk()) {
            Some(pixel) => *pixel,
            None => [0; 4],
        }
    }

    /// The same picture in another size, nearest pixels taken.
    pub(crate) fn scaled(self, size: Size) -> Self {
        if size == self.size {
            return self;
        }
        let place =
            |at: u32, to: u32, from: u32| u32::try_from(u64::from(at) * u64::from(from) / u64::from(to));
        Self::build(size, |x, y| {
            let x = place(x, size.width, self.size.width).unwrap_or(0);
            let y = place(y, size.height, self.size.height).unwrap_or(0);
            self.at(x, y)
        })
    }

    /// Several pictures side by side, each in the size of the first, or narrower where they would go over the limit.
    pub(crate) fn side_by_side(mut pictures: Vec<Self>) -> Option<Self> {
        if pictures.len() < 2 {
            return pictures.pop();
        }
        let count = u32::try_from(pictures.len()).ok()?;
        let first = pictures[0].size;
        let cell = Size {
            width: first.width.min(Size::LIMIT / count).max(1),
            height: first.height,
        };
        let pictures: Vec<_> = pictures.into_iter().map(|picture| picture.scaled(cell)).collect();
        let size = Size {
            width: cell.width * count,
            height: cell.height,
        };
        Some(Self::build(size, |x, y| {
            let picture = &pictures[usize::try_from(x / cell.width).unwrap_or(0)];
            picture.at(x % cell.width, y)
        }))
    }

    /// Half the picture's own colour and half this one, wherever `changes` says so.
    pub(crate) fn tinted(&self, tint: Rgb, changes: impl Fn(u32, u32) -> bool) -> Self {
        Self::build(self.size, |x, y| {
            let [red, green, blue, opacity] = self.at(x, y);
            if !changes(x, y) {
                return [red, green, blue, opacity];
            }
            let mix = |own: u8, tint: u8| own.midpoint(tint);
            [
                mix(red, tint[0]),
                mix(green, tint[1]),
                mix(blue, tint[2]),
                u8::MAX,
            ]
        })
    }

    /// Mirrored, and with its colours turned `turns` thirds of the way round the wheel.
    pub(crate) fn varied(&self, mirrored: bool, turns: u32) -> Self {
        Self::build(self.size, |x, y| {
            let [red, green, blue, opacity] = self.at(if mirrored { self.size.width - 1 - x } else { x }, y);
            match turns % 3 {
                0 => [red, green, blue, opacity],
                1 => [blue, red, green, opacity],
                _ => [green, blue, red, opacity],
            }
        })
    }

    /// Whether a mask lets this place change.
    pub(crate) fn is_transparent(&self, x: u32, y: u32) -> bool {
        x < self.size.width && self.at(x, y)[3] < 128
    }

    pub(crate) fn has_transparency(&self) -> bool {
        self.rgba.chunks_exact(4).any(|pixel| pixel[3] < 128)
    }

    /// The mean colour.
    pub(crate) fn mean(&self) -> Rgb {
        let count = (self.rgba.len() as u64 / 4).max(1);
        [0, 1, 2].map(|channel| {
            let sum: u64 = self
                .rgba
                .chunks_exact(4)
                .map(|pixel| u64::from(pixel[channel]))
                .sum();
            u8::try_from(sum / count).unwrap_or(u8::MAX)
        })
    }
}
