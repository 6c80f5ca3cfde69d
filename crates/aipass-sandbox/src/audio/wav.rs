//! WAV: a `fmt ` chunk, the text in a `LIST` of type `INFO`, and the samples.

use super::RATE;
use crate::marks::comment;

pub(super) fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

pub(super) fn encode(samples: &[i16], text: &str) -> Vec<u8> {
    let mut format = Vec::new();
    format.extend_from_slice(&1_u16.to_le_bytes()); // PCM
    format.extend_from_slice(&1_u16.to_le_bytes()); // one channel
    format.extend_from_slice(&RATE.to_le_bytes());
    format.extend_from_slice(&(2 * RATE).to_le_bytes());
    format.extend_from_slice(&2_u16.to_le_bytes());
    format.extend_from_slice(&16_u16.to_le_bytes());
    let comment = chunk(*b"ICMT", (comment(text) + "\0").as_bytes());
    let list = [b"INFO", comment.as_slice()].concat();
    let body = [
        b"WAVE".to_vec(),
        chunk(*b"fmt ", &format),
        chunk(*b"LIST", &list),
        chunk(*b"data", &pcm(samples)),
    ];
    chunk(*b"RIFF", &body.concat())
}

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    // A text has at most 4096 characters, so that no sound comes near four gigabytes.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut chunk = [name.as_slice(), &length.to_le_bytes(), body].concat();
    if body.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

/// The length of any WAV in seconds.
pub(super) fn seconds(bytes: &[u8]) -> Option<f64> {
    let mut rate = None;
    for (name, body) in chunks(bytes.get(12..).unwrap_or_default()) {
        match name {
            b"fmt " => {
                rate = body
                    .get(8..12)
                    .and_then(|rate| rate.try_into().ok())
                    .map(u32::from_le_bytes)
            }
            b"data" => return rate.filter(|rate| *rate > 0).map(|rate| length(body, rate)),
            _ => {}
        }
    }
    None
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an upload has far less than 2^53 bytes"
)]
fn length(data: &[u8], bytes_per_second: u32) -> f64 {
    data.len() as f64 / f64::from(bytes_per_second)
}

/// The chunks, the last one cut where the file ends: writers that stream do not know its length.
fn chunks(mut rest: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let body = after.get(..length).unwrap_or(after);
        rest = after.get(length.saturating_add(length % 2)..).unwrap_or_default();
        Some((name, body))
    })
}
