//! What a text sounds like: each word a tone as long as the word, and a short silence after it.

use super::{NOTE, RATE};
use crate::digest::Dice;

/// 24 milliseconds of sound: a pitch in steps of an MP3's frequency line, or silence.
pub(super) type Note = Option<u32>;

/// The lowest and highest line: about 200 and 800 Hz.
const LINES: std::ops::Range<u32> = 10..40;

/// The notes of a text, spoken by a voice at a speed from 0.25 to 4.
pub(super) fn of(text: &str, voice: &str, speed: f64) -> Vec<Note> {
    let pitch = Dice::of(voice).below(8);
    let mut notes = Vec::new();
    for word in text.split_whitespace() {
        let line = LINES.start + pitch + Dice::of(word.to_lowercase()).below(LINES.end - LINES.start - 8);
        let length = 2 + 2 * word.chars().count().min(1000);
        notes.extend(std::iter::repeat_n(Some(line), scaled(length, speed)));
        notes.extend(std::iter::repeat_n(None, scaled(2, speed)));
    }
    notes
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few thousand at most, and never below one"
)]
fn scaled(length: usize, speed: f64) -> usize {
    (length as f64 / speed).round().max(1.0) as usize
}

/// The notes as 16-bit samples.
#[expect(clippy::cast_possible_truncation, reason = "the amplitude is within 16 bits")]
pub(super) fn samples(notes: &[Note]) -> Vec<i16> {
    const AMPLITUDE: f64 = 6000.0;
    let mut phase = 0.0_f64;
    let mut samples = Vec::new();
    for note in notes {
        let Some(line) = note else {
            phase = 0.0;
            samples.extend((0..NOTE).map(|_| 0));
            continue;
        };
        // The middle of the line's band.
        let frequency = (f64::from(*line) + 0.5) * f64::from(RATE) / f64::from(2 * NOTE);
        let step = std::f64::consts::TAU * frequency / f64::from(RATE);
        for _ in 0..NOTE {
            samples.push((phase.sin() * AMPLITUDE) as i16);
            phase = (phase + step) % std::f64::consts::TAU;
        }
    }
    samples
}
