//! The forms of a transcription that are JSON, whole and as events.

use bytes::Bytes;
use serde::Serialize;

use super::transcript::{Segment, Transcript, Word};
use crate::sse;

/// What a call consumed, in the terms that the model is billed in.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Usage {
    Tokens {
        input_tokens: u64,
        input_token_details: InputTokenDetails,
        output_tokens: u64,
        total_tokens: u64,
    },
    Duration {
        seconds: u64,
    },
}

#[derive(Serialize)]
pub(super) struct InputTokenDetails {
    text_tokens: u64,
    audio_tokens: u64,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and times are not negative"
)]
impl Usage {
    pub(super) fn by_time(transcript: &Transcript) -> Self {
        Self::Duration {
            seconds: transcript.duration.ceil() as u64,
        }
    }

    /// A second of sound counts as ten tokens, a word as one.
    pub(super) fn by_tokens(transcript: &Transcript, prompt: &str) -> Self {
        let audio_tokens = (transcript.duration * 10.0).ceil() as u64;
        let text_tokens = prompt.split_whitespace().count() as u64;
        let input_tokens = audio_tokens + text_tokens;
        let output_tokens = transcript.words.len() as u64;
        Self::Tokens {
            input_tokens,
            input_token_details: InputTokenDetails {
                text_tokens,
                audio_tokens,
            },
            output_tokens,
            total_tokens: input_tokens + output_tokens,
        }
    }
}

#[derive(Serialize)]
struct Plain<'a> {
    text: &'a str,
    usage: &'a Usage,
}

pub(super) fn plain<'a>(transcript: &'a Transcript, usage: &'a Usage) -> impl Serialize + 'a {
    Plain {
        text: &transcript.text,
        usage,
    }
}

#[derive(Serialize)]
struct Verbose<'a> {
    task: &'static str,
    language: &'a str,
    duration: f64,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'a [Word]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<Vec<VerboseSegment<'a>>>,
    usage: &'a Usage,
}

#[derive(Serialize)]
struct VerboseSegment<'a> {
    id: u64,
    seek: u64,
    start: f64,
    end: f64,
    text: &'a str,
    tokens: Vec<usize>,
    temperature: f64,
    avg_logprob: f64,
    compression_ratio: f64,
    no_speech_prob: f64,
}

pub(super) fn verbose<'a>(
    transcript: &'a Transcript,
    language: &'a str,
    words: bool,
    segments: bool,
    usage: &'a Usage,
) -> impl Serialize + 'a {
    let segment = |(segment, id): (&'a Segment, u64)| VerboseSegment {
        id,
        seek: 0,
        start: segment.start,
        end: segment.end,
        text: &segment.text,
        tokens: (0..segment.text.split_whitespace().count()).collect(),
        temperature: 0.0,
        avg_logprob: -0.25,
        compression_ratio: 1.0,
        no_speech_prob: 0.01,
    };
    Verbose {
        task: "transcribe",
        language: name_of(language),
        duration: transcript.duration,
        text: &transcript.text,
        words: words.then_some(&transcript.words[..]),
        segments: segments.then(|| transcript.segments.iter().zip(0..).map(segment).collect()),
        usage,
    }
}

/// The name that `verbose_json` has for a language; others stay as they were given.
fn name_of(code: &str) -> &str {
    match code {
        "en" => "english",
        "de" => "german",
        "fr" => "french",
        "es" => "spanish",
        other => other,
    }
}

#[derive(Serialize)]
struct Diarized<'a> {
    task: &'static str,
    duration: f64,
    text: &'a str,
    segments: Vec<Passage<'a>>,
    usage: &'a Usage,
}

#[derive(Serialize)]
struct Passage<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    speaker: &'static str,
    start: f64,
    end: f64,
    text: &'a str,
}

const SEGMENT: &str = "transcript.text.segment";
const DELTA: &str = "transcript.text.delta";
const DONE: &str = "transcript.text.done";

pub(super) fn diarized<'a>(transcript: &'a Transcript, usage: &'a Usage) -> impl Serialize + 'a {
    Diarized {
        task: "transcribe",
        duration: transcript.duration,
        text: &transcript.text,
        segments: passages(transcript),
        usage,
    }
}

/// The sentences, spoken by two people in turns.
fn passages(transcript: &Transcript) -> Vec<Passage<'_>> {
    let passage = |(number, segment)| {
        let segment: &Segment = segment;
        Passage {
            kind: SEGMENT,
            id: format!("seg_{number:03}"),
            speaker: if number % 2 == 0 { "A" } else { "B" },
            start: segment.start,
            end: segment.end,
            text: &segment.text,
        }
    };
    transcript.segments.iter().enumerate().map(passage).collect()
}

#[derive(Serialize)]
struct Delta<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    delta: &'a str,
}

#[derive(Serialize)]
struct Done<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    usage: &'a Usage,
}

/// A word each, and the whole text.
pub(super) fn events(transcript: &Transcript, usage: &Usage) -> Vec<Bytes> {
    let delta = |delta: &String| sse::named(DELTA, &Delta { kind: DELTA, delta });
    let deltas = transcript.deltas();
    deltas
        .iter()
        .map(delta)
        .chain([done(transcript, usage)])
        .collect()
}

/// A sentence each, with who says it, and the whole text.
pub(super) fn passage_events(transcript: &Transcript, usage: &Usage) -> Vec<Bytes> {
    passages(transcript)
        .iter()
        .map(|passage| sse::named(SEGMENT, passage))
        .chain([done(transcript, usage)])
        .collect()
}

fn done(transcript: &Transcript, usage: &Usage) -> Bytes {
    let event = Done {
        kind: DONE,
        text: &transcript.text,
        usage,
    };
    sse::named(DONE, &event)
}
