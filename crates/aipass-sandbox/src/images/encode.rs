//! Writing PNG.

use png::{BitDepth, ColorType, Compression, Encoder};

use super::scene::{Rgb, Size};

/// A picture of up to 16 colours, its pixels packed two to a byte and its rows to whole bytes.
pub(super) fn indexed(size: Size, palette: &[Rgb], packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Four);
    encoder.set_palette(palette.concat());
    encoder.set_compression(Compression::Fast);
    finish(encoder, packed);
    bytes
}

/// A picture with transparency.
pub(super) fn rgba(size: Size, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    finish(encoder, pixels);
    bytes
}

/// Into memory and with the right number of bytes, writing cannot fail.
fn finish(encoder: Encoder<'_, &mut Vec<u8>>, pixels: &[u8]) {
    if let Ok(mut writer) = encoder.write_header() {
        let _ = writer.write_image_data(pixels);
    }
}
