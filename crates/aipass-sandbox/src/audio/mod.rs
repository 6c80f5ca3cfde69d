//! `POST /oauth2/v1/audio/speech` and `/audio/transcriptions`: real sounds of a tone per word, which carry their text
//! with them, so that a transcription gives it back.

mod bits;
mod flac;
mod forms;
mod mp3;
mod notes;
mod recording;
mod speech;
mod transcript;
mod transcription;
mod wav;

pub(crate) use speech::speak;
pub(crate) use transcription::transcribe;

/// Samples per second of everything that the sandbox speaks, as most models have it.
const RATE: u32 = 24_000;
/// Samples of a note: those of an MP3 frame of this rate.
const NOTE: u32 = 576;
