//! FLAC (RFC 9639): the samples as they are, in verbatim subframes, and the text in a Vorbis comment.

use super::RATE;
use super::bits::Bits;
use crate::marks::comment;

/// Samples of a frame.
const BLOCK: usize = 4096;

pub(super) fn encode(samples: &[i16], text: &str) -> Vec<u8> {
    let mut bytes = b"fLaC".to_vec();
    bytes.extend_from_slice(&block(0, &stream_info(samples.len())));
    bytes.extend_from_slice(&block(0x84, &vorbis_comment(text)));
    for (number, samples) in samples.chunks(BLOCK).enumerate() {
        frame(&mut bytes, number, samples);
    }
    bytes
}

/// A metadata block; the highest bit of its kind marks the last one.
fn block(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

fn stream_info(samples: usize) -> Vec<u8> {
    let block = u32::try_from(BLOCK).unwrap_or(0);
    let samples = samples as u64;
    let mut bits = Bits::default();
    bits.put(block, 16);
    bits.put(block, 16);
    bits.put(0, 24); // sizes of frames: unknown
    bits.put(0, 24);
    bits.put(RATE, 20);
    bits.put(0, 3); // one channel
    bits.put(15, 5); // 16 bits
    bits.put(u32::try_from(samples >> 32).unwrap_or(0), 4);
    bits.put(u32::try_from(samples & 0xFFFF_FFFF).unwrap_or(0), 32);
    let mut info = bits.into_bytes();
    info.extend_from_slice(&[0; 16]); // no checksum of the samples
    info
}

fn vorbis_comment(text: &str) -> Vec<u8> {
    let field = format!("COMMENT={}", comment(text));
    let mut body = Vec::new();
    for part in ["aipass-sandbox", &field] {
        let length = u32::try_from(part.len()).unwrap_or(0);
        body.extend_from_slice(&length.to_le_bytes());
        body.extend_from_slice(part.as_bytes());
        if body.len() == 4 + part.len() {
            body.extend_from_slice(&1_u32.to_le_bytes()); // one field follows
        }
    }
    body
}

fn frame(bytes: &mut Vec<u8>, number: usize, samples: &[i16]) {
    let start = bytes.len();
    // Fixed block size; the block's length in 16 bits at the end; rate and width as the stream info has them.
    bytes.extend_from_slice(&[0xFF, 0xF8, 0x70, 0x00]);
    // Frames are numbered in what is UTF-8 for characters.
    let number = u32::try_from(number)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or('\0');
    bytes.extend_from_slice(number.encode_utf8(&mut [0; 4]).as_bytes());
    let length = u16::try_from(samples.len() - 1).unwrap_or(0);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.push(crc8(&bytes[start..]));
    bytes.push(0x02); // a verbatim subframe
    bytes.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
    let crc = crc16(&bytes[start..]);
    bytes.extend_from_slice(&crc.to_be_bytes());
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| {
            (crc << 1) ^ if crc & 0x80 == 0 { 0 } else { 0x07 }
        })
    })
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x8005 }
        })
    })
}

/// The length of any FLAC in seconds: the stream info is its first block.
pub(super) fn seconds(bytes: &[u8]) -> Option<f64> {
    length_of(bytes.get(8..)?)
}

#[expect(clippy::cast_precision_loss, reason = "a count of samples has 36 bits")]
fn length_of(info: &[u8]) -> Option<f64> {
    let packed = u64::from_be_bytes(info.get(10..18)?.try_into().ok()?);
    let (rate, samples) = (packed >> 44, packed & 0xF_FFFF_FFFF);
    (rate > 0).then(|| samples as f64 / rate as f64)
}
