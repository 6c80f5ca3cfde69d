//! MP3: MPEG-2 Layer III at 24 kHz, one channel, 16 kbit/s. A note is a frame, and its tone one line of the frame's
//! 576: no analysis is needed, and the Huffman code for lines of one step is four bits for four lines.
//!
//! The text stands before the frames, in a comment of an ID3v2.4 tag.

use super::NOTE;
use super::bits::Bits;
use super::notes::Note;
use crate::marks::comment;

/// 72 · 16 000 bit/s ÷ 24 000 Hz.
const FRAME: usize = 48;
/// The header of every frame: sync, MPEG-2, Layer III, no CRC; 16 kbit/s, 24 kHz, no padding; one channel, original.
const HEADER: [u8; 4] = [0xFF, 0xF3, 0x24, 0xC4];
/// How loud a line of one step is, in steps of a quarter of two: 210 is full scale for a line.
const GAIN: u32 = 200;

pub(super) fn encode(notes: &[Note], text: &str) -> Vec<u8> {
    let mut bytes = tag(text);
    for (index, note) in notes.iter().enumerate() {
        bytes.extend_from_slice(&frame(*note, index));
    }
    bytes
}

/// Side information of ISO/IEC 13818-3 section 2.4.1.7, and the lines in region `count1`.
fn frame(note: Note, index: usize) -> Vec<u8> {
    // The lines before the tone are zero, and so are the three others of its four.
    let mut lines = Bits::default();
    let mut length = 0;
    if let Some(line) = note {
        for _ in 0..line / 4 {
            lines.put(0b1111, 4);
        }
        // Table B is the complement of the four lines, and a sign for each line that is not zero.
        lines.put(0b1111 ^ (0b1000 >> (line % 4)), 4);
        lines.put(u32::from(is_negative(line, index)), 1);
        length = 4 * (line / 4) + 5;
    }
    let mut frame = Bits::default();
    for byte in HEADER {
        frame.put(u32::from(byte), 8);
    }
    frame.put(0, 8); // main_data_begin: nothing is borrowed from earlier frames
    frame.put(0, 1); // private_bits
    frame.put(length, 12); // part2_3_length
    frame.put(0, 9); // big_values: none
    frame.put(if note.is_some() { GAIN } else { 0 }, 8); // global_gain
    frame.put(0, 9); // scalefac_compress: none
    frame.put(0, 1); // window_switching_flag
    frame.put(0, 15); // table_select
    frame.put(0, 7); // region0_count, region1_count
    frame.put(0, 1); // scalefac_scale
    frame.put(1, 1); // count1table_select: table B
    let mut bytes = frame.into_bytes();
    bytes.extend_from_slice(&lines.into_bytes());
    bytes.resize(FRAME, 0);
    bytes
}

/// A tone in the middle of its line's band goes on by (line + ½)·π from frame to frame; these signs follow that.
fn is_negative(line: u32, index: usize) -> bool {
    let quarter = (u64::from(2 * line + 1) * (index as u64 % 4)) % 4;
    matches!(quarter, 1 | 2)
}

/// An ID3v2.4 tag with one comment in UTF-8.
fn tag(text: &str) -> Vec<u8> {
    let comment = format!("\u{3}eng\0{}", comment(text));
    let mut frame = b"COMM".to_vec();
    frame.extend_from_slice(&synchsafe(comment.len()));
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(comment.as_bytes());
    let mut tag = b"ID3\x04\0\0".to_vec();
    tag.extend_from_slice(&synchsafe(frame.len()));
    tag.extend_from_slice(&frame);
    tag
}

/// A length in four bytes of seven bits each.
fn synchsafe(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| u8::try_from((length >> shift) & 0x7F).unwrap_or(0))
}

/// The length of any MP3 in seconds.
pub(super) fn seconds(bytes: &[u8]) -> Option<f64> {
    let start = match bytes {
        [b'I', b'D', b'3', _, _, _, length @ ..] => {
            let length = length.iter().take(4);
            10 + length.fold(0, |length, byte| (length << 7) | usize::from(byte & 0x7F))
        }
        _ => 0,
    };
    play_time(bytes.get(start..).unwrap_or_default())
}

/// The frames from the first one on, each as long as its header says.
fn play_time(mut rest: &[u8]) -> Option<f64> {
    let mut seconds = 0.0;
    while let Some((length, time)) = header(rest) {
        seconds += time;
        rest = rest.get(length..).unwrap_or_default();
    }
    (seconds > 0.0).then_some(seconds)
}

/// Length in bytes and in seconds of a Layer III frame.
fn header(bytes: &[u8]) -> Option<(usize, f64)> {
    const MPEG1: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const MPEG2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let [0xFF, second, third, ..] = *bytes else {
        return None;
    };
    if second & 0xE6 != 0xE2 {
        return None;
    }
    let (rates, divisor) = match (second >> 3) & 3 {
        3 => (MPEG1, 1),
        2 => (MPEG2, 2),
        0 => (MPEG2, 4),
        _ => return None,
    };
    let kilobits = *rates.get(usize::from(third >> 4))?;
    let rate = [44_100, 48_000, 32_000].get(usize::from((third >> 2) & 3))? / divisor;
    let samples = if divisor == 1 { 2 * NOTE } else { NOTE };
    let length = samples / 8 * kilobits * 1000 / rate + u32::from((third >> 1) & 1);
    if kilobits == 0 {
        return None;
    }
    Some((
        usize::try_from(length).ok()?,
        f64::from(samples) / f64::from(rate),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::RATE;
    use super::*;

    #[test]
    fn frames_have_the_length_that_their_header_says() {
        let bytes = encode(&[Some(12), None, Some(39)], "Hi \u{1f600}");
        assert!((seconds(&bytes).unwrap() - 3.0 * f64::from(NOTE) / f64::from(RATE)).abs() < 1e-9);
        // 128 kbit/s at 44.1 kHz, the most usual frame of all.
        let (length, seconds) = header(&[0xFF, 0xFB, 0x90, 0x64]).unwrap();
        assert_eq!(length, 417);
        assert!((seconds - 0.026_122).abs() < 1e-6);
    }
}
