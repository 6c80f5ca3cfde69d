//! `POST /oauth2/v1/audio/transcriptions`.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::recording::Recording;
use super::transcript::Transcript;
use crate::account::{charge, ensure_funds, tell_cost};
use crate::bearer::ApiAccess;
use crate::errors::ApiError;
use crate::models::Model;
use crate::multipart::{Part, Upload};
use crate::sse;
use crate::state::App;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Text,
    Srt,
    Vtt,
    VerboseJson,
    DiarizedJson,
}

pub(crate) async fn transcribe(
    State(app): State<App>,
    _: ApiAccess,
    request: Request,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let form = Upload::read(request).await?;
    let file = file(&form)?;
    let model = Model::serving("/audio/transcriptions", form.text("model"), "audio_transcription")?;
    let format = format(&form, model)?;
    let by_time = model.id.starts_with("whisper");
    check_temperature(&form)?;
    // This model takes no notice.
    let streams = form.flag("stream")? && !by_time;

    let recording = Recording::inspect(&file.bytes);
    let transcript = Transcript::of(recording.words(), recording.duration());
    let usage = usage(&transcript, &form, by_time);
    let cost = model.cost(0, 0);
    charge(&app, cost);
    if streams {
        let events = events(&transcript, format, &usage);
        return Ok(sse::respond(events, app.config.chunk_delay));
    }
    let text = |text: String| {
        let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (headers, text).into_response()
    };
    let mut response = match format {
        Format::Json => Json(json!({ "text": transcript.text, "usage": usage })).into_response(),
        Format::Text => text(transcript.text.clone() + "\n"),
        Format::Srt => text(transcript.srt()),
        Format::Vtt => text(transcript.vtt()),
        Format::VerboseJson => Json(verbose(&transcript, &form, &usage)).into_response(),
        Format::DiarizedJson => Json(diarized(&transcript, &usage)).into_response(),
    };
    tell_cost(&mut response, cost);
    Ok(response)
}

/// The recording. A part without a file name is a text to LiteLLM, which then says this.
fn file(form: &Upload) -> Result<&Part, ApiError> {
    match form.first("file") {
        None => Err(ApiError::bad_param("file", "you must provide a file part")),
        Some(part) if part.file_name.as_deref().unwrap_or_default().is_empty() => {
            let message = "File name is None. Please check your file name";
            let error = ApiError::new(StatusCode::BAD_REQUEST, "bad_request", message);
            Err(error.of_param("file"))
        }
        Some(part) if part.bytes.is_empty() => Err(ApiError::bad_param("file", "the file is empty")),
        Some(part) => Ok(part),
    }
}

/// The form of the answer, of those that the model has.
fn format(form: &Upload, model: &Model) -> Result<Format, ApiError> {
    let format = match form.text("response_format") {
        None | Some("json") => Format::Json,
        Some("text") => Format::Text,
        Some("srt") => Format::Srt,
        Some("vtt") => Format::Vtt,
        Some("verbose_json") => Format::VerboseJson,
        Some("diarized_json") => Format::DiarizedJson,
        Some(_) => {
            return Err(ApiError::bad_param(
                "response_format",
                "response_format must be json, text, srt, vtt, verbose_json or diarized_json",
            ));
        }
    };
    let known: &[Format] = if model.id.starts_with("whisper") {
        &[
            Format::Json,
            Format::Text,
            Format::Srt,
            Format::Vtt,
            Format::VerboseJson,
        ]
    } else if model.id.ends_with("-diarize") {
        &[Format::Json, Format::Text, Format::DiarizedJson]
    } else {
        &[Format::Json, Format::Text]
    };
    if known.contains(&format) {
        return Ok(format);
    }
    let asked = form.text("response_format").unwrap_or_default();
    Err(ApiError::bad_param(
        "response_format",
        format!(
            "response_format '{asked}' is not compatible with model '{}'",
            model.id
        ),
    ))
}

fn check_temperature(form: &Upload) -> Result<(), ApiError> {
    let fits = |text: &str| text.parse().is_ok_and(|value: f64| (0.0..=1.0).contains(&value));
    if form.text("temperature").is_none_or(fits) {
        return Ok(());
    }
    Err(ApiError::bad_param(
        "temperature",
        "temperature must be between 0 and 1",
    ))
}

/// Older models are billed by the second, newer ones by tokens; a second of sound counts as ten.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and times are not negative"
)]
fn usage(transcript: &Transcript, form: &Upload, by_time: bool) -> Value {
    if by_time {
        return json!({ "type": "duration", "seconds": transcript.duration.ceil() as u64 });
    }
    let audio_tokens = (transcript.duration * 10.0).ceil() as u64;
    let prompt = form.text("prompt").unwrap_or_default();
    let text_tokens = prompt.split_whitespace().count() as u64;
    let output_tokens = transcript.words.len() as u64;
    json!({
        "type": "tokens",
        "input_tokens": audio_tokens + text_tokens,
        "input_token_details": { "text_tokens": text_tokens, "audio_tokens": audio_tokens },
        "output_tokens": output_tokens,
        "total_tokens": audio_tokens + text_tokens + output_tokens,
    })
}

fn verbose(transcript: &Transcript, form: &Upload, usage: &Value) -> Value {
    let asked: Vec<&[u8]> = form
        .all("timestamp_granularities[]")
        .chain(form.all("timestamp_granularities"))
        .map(|part| &part.bytes[..])
        .collect();
    let mut answer = json!({
        "task": "transcribe",
        "language": language(form.text("language").unwrap_or("en")),
        "duration": transcript.duration,
        "text": transcript.text,
        "usage": usage,
    });
    if asked.contains(&&b"word"[..]) {
        answer["words"] = json!(transcript.words);
    }
    if asked.is_empty() || asked.contains(&&b"segment"[..]) {
        let segments = transcript
            .segments
            .iter()
            .zip(0..)
            .map(|(segment, id)| SegmentBody {
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
            });
        answer["segments"] = json!(segments.collect::<Vec<_>>());
    }
    answer
}

/// The name that `verbose_json` has for a language; others stay as they were given.
fn language(code: &str) -> &str {
    match code {
        "en" => "english",
        "de" => "german",
        "fr" => "french",
        "es" => "spanish",
        other => other,
    }
}

fn diarized(transcript: &Transcript, usage: &Value) -> Value {
    json!({
        "task": "transcribe",
        "duration": transcript.duration,
        "text": transcript.text,
        "segments": passages(transcript),
        "usage": usage,
    })
}

/// The sentences, spoken by two people in turns.
fn passages(transcript: &Transcript) -> Vec<Value> {
    let passage = |(number, segment): (usize, &super::transcript::Segment)| {
        json!({
            "type": "transcript.text.segment",
            "id": format!("seg_{number:03}"),
            "speaker": if number % 2 == 0 { "A" } else { "B" },
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
        })
    };
    transcript.segments.iter().enumerate().map(passage).collect()
}

fn events(transcript: &Transcript, format: Format, usage: &Value) -> Vec<Bytes> {
    const DELTA: &str = "transcript.text.delta";
    const DONE: &str = "transcript.text.done";
    let mut events: Vec<Bytes> = if format == Format::DiarizedJson {
        passages(transcript)
            .iter()
            .map(|passage| sse::named("transcript.text.segment", passage))
            .collect()
    } else {
        let deltas = transcript.deltas();
        let delta = |text: &String| sse::named(DELTA, &json!({ "type": DELTA, "delta": text }));
        deltas.iter().map(delta).collect()
    };
    events.push(sse::named(
        DONE,
        &json!({ "type": DONE, "text": transcript.text, "usage": usage }),
    ));
    events
}

#[derive(Serialize)]
struct SegmentBody<'a> {
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
