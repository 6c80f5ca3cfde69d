//! Speech from text, and text from speech.

mod heard;
mod speech;
mod transcription;

pub use speech::SpeechBuilder;
pub use transcription::TranscriptionBuilder;
