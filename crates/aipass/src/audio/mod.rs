//! Speech from text, and text from speech.

mod speech;
mod stream;
mod transcription;

pub use speech::SpeechBuilder;
pub use transcription::TranscriptionBuilder;
