//! What a recording that was sent tells about itself: its container, its length, and the text if the sandbox spoke it.

use super::{flac, mp3, wav};
use crate::marks;

pub(super) struct Recording {
    container: &'static str,
    bytes: usize,
    /// The text that the sandbox spoke, for a sound of its own.
    text: Option<String>,
    seconds: Option<f64>,
}

impl Recording {
    pub(super) fn inspect(bytes: &[u8]) -> Self {
        let at = |from: usize, text: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(text));
        let (container, seconds) = if at(0, b"RIFF") && at(8, b"WAVE") {
            ("WAV", wav::seconds(bytes))
        } else if at(0, b"fLaC") {
            ("FLAC", flac::seconds(bytes))
        } else if at(0, b"ID3") || (at(0, &[0xFF]) && bytes.get(1).is_some_and(|byte| byte & 0xE6 == 0xE2)) {
            ("MP3", mp3::seconds(bytes))
        } else if at(4, b"ftyp") {
            ("MP4", movie_length(bytes))
        } else if at(0, b"OggS") {
            ("Ogg", ogg_length(bytes))
        } else if at(0, &[0x1A, 0x45, 0xDF, 0xA3]) {
            ("WebM", webm_length(bytes))
        } else {
            ("unknown", None)
        };
        Self {
            container,
            bytes: bytes.len(),
            text: marks::carried(bytes),
            seconds,
        }
    }

    /// What is said in it.
    pub(super) fn words(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        let length = match self.seconds {
            Some(seconds) => format!("{seconds:.2} seconds"),
            None => format!("{} bytes", self.bytes),
        };
        format!(
            "This is a recording of {length} in the container {}. The sandbox understands only what it spoke itself.",
            self.container
        )
    }

    /// Its length; of a container whose length cannot be read, what its bytes would be at 16 kbit/s.
    #[expect(
        clippy::cast_precision_loss,
        reason = "an upload has far less than 2^53 bytes"
    )]
    pub(super) fn duration(&self) -> f64 {
        self.seconds.unwrap_or(self.bytes as f64 / 2000.0)
    }
}

/// The length in the movie header of an MP4, wherever in the file it is.
fn movie_length(bytes: &[u8]) -> Option<f64> {
    let at = bytes.windows(4).position(|name| name == b"mvhd")?;
    let number = |from: usize| {
        let four = bytes.get(at + from..at + from + 4)?;
        four.try_into().ok().map(u32::from_be_bytes)
    };
    // Version 1 has times of eight bytes; a length that needs them is not a recording that somebody uploads.
    let (scale, length) = if bytes.get(at + 4) == Some(&1) {
        (number(24)?, number(32)?)
    } else {
        (number(16)?, number(20)?)
    };
    (scale > 0).then(|| f64::from(length) / f64::from(scale))
}

/// The place of the last page of an Ogg file, which Opus counts in 48 kHz and Vorbis in the file's own rate.
#[expect(clippy::cast_precision_loss, reason = "a position of a recording is small")]
fn ogg_length(bytes: &[u8]) -> Option<f64> {
    let last = bytes.windows(4).rposition(|name| name == b"OggS")?;
    let position = u64::from_le_bytes(bytes.get(last + 6..last + 14)?.try_into().ok()?);
    let head = bytes.get(..512).unwrap_or(bytes);
    let find = |name: &[u8]| head.windows(name.len()).position(|window| window == name);
    let rate = if find(b"OpusHead").is_some() {
        48_000
    } else {
        let at = find(b"\x01vorbis")?;
        u32::from_le_bytes(head.get(at + 12..at + 16)?.try_into().ok()?)
    };
    (rate > 0).then(|| position as f64 / f64::from(rate))
}

/// The duration in the head of a WebM, in milliseconds unless the file has an odd scale. Live recordings have none.
fn webm_length(bytes: &[u8]) -> Option<f64> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let at = head.windows(3).position(|name| name == [0x44, 0x89, 0x88])?;
    let milliseconds = f64::from_be_bytes(head.get(at + 3..at + 11)?.try_into().ok()?);
    (milliseconds > 0.0).then_some(milliseconds / 1000.0)
}
