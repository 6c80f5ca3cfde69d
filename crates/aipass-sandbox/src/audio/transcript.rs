//! A text laid over the length of its recording, in each of the forms that a transcription can have.

use serde::Serialize;

use crate::chat::completion;

/// A text with the times of its words.
pub(super) struct Transcript {
    pub(super) text: String,
    pub(super) duration: f64,
    pub(super) words: Vec<Word>,
    pub(super) segments: Vec<Segment>,
}

#[derive(Clone, Serialize)]
pub(super) struct Word {
    pub(super) word: String,
    pub(super) start: f64,
    pub(super) end: f64,
}

/// A sentence.
pub(super) struct Segment {
    pub(super) text: String,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Transcript {
    /// Every word takes its share of the time by its length, as the sandbox speaks.
    pub(super) fn of(text: String, duration: f64) -> Self {
        let spoken: Vec<&str> = text.split_whitespace().collect();
        let weight = |word: &str| 2.0 + f64::from(u32::try_from(word.chars().count()).unwrap_or(u32::MAX));
        let total: f64 = spoken.iter().map(|word| weight(word)).sum();
        let mut passed = 0.0;
        let words: Vec<Word> = spoken
            .iter()
            .map(|word| {
                let start = rounded(duration * passed / total);
                passed += weight(word);
                Word {
                    word: (*word).to_owned(),
                    start,
                    end: rounded(duration * passed / total),
                }
            })
            .collect();
        let segments = words
            .split_inclusive(|word| word.word.ends_with(['.', '!', '?']))
            .filter_map(|sentence| {
                let texts: Vec<&str> = sentence.iter().map(|word| word.word.as_str()).collect();
                Some(Segment {
                    text: texts.join(" "),
                    start: sentence.first()?.start,
                    end: sentence.last()?.end,
                })
            })
            .collect();
        Self {
            text,
            duration: rounded(duration),
            words,
            segments,
        }
    }

    /// SubRip.
    pub(super) fn srt(&self) -> String {
        self.segments
            .iter()
            .zip(1..)
            .map(|(segment, number)| {
                let (start, end) = (clock(segment.start, ','), clock(segment.end, ','));
                format!("{number}\n{start} --> {end}\n{}\n\n", segment.text)
            })
            .collect()
    }

    /// WebVTT.
    pub(super) fn vtt(&self) -> String {
        let cues = self.segments.iter().map(|segment| {
            let (start, end) = (clock(segment.start, '.'), clock(segment.end, '.'));
            format!("{start} --> {end}\n{}\n\n", segment.text)
        });
        std::iter::once("WEBVTT\n\n".to_owned()).chain(cues).collect()
    }

    /// The text in pieces of a word.
    pub(super) fn deltas(&self) -> Vec<String> {
        completion::words(&self.text)
    }
}

/// Hundredths of a second are enough, and print as such.
fn rounded(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and times are not negative"
)]
fn clock(seconds: f64, point: char) -> String {
    let milliseconds = (seconds * 1000.0).round() as u64;
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!(
        "{:02}:{:02}:{:02}{point}{rest:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_share_the_time_and_sentences_are_segments() {
        let transcript = Transcript::of("Hi you. Go!".to_owned(), 3.0);
        let times: Vec<_> = transcript
            .words
            .iter()
            .map(|word| (word.start, word.end))
            .collect();
        assert_eq!(times, [(0.0, 0.8), (0.8, 2.0), (2.0, 3.0)]);
        assert_eq!(
            transcript.srt(),
            "1\n00:00:00,000 --> 00:00:02,000\nHi you.\n\n2\n00:00:02,000 --> 00:00:03,000\nGo!\n\n"
        );
        assert_eq!(clock(3725.5, '.'), "01:02:05.500");
        assert!(Transcript::of(String::new(), 1.0).segments.is_empty());
    }
}
