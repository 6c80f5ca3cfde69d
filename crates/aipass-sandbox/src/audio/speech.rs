//! `POST /oauth2/v1/audio/speech`: the sound, in pieces as it is made, or as events.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{flac, mp3, notes, wav};
use crate::account::{charge, ensure_funds, tell_cost};
use crate::bearer::ApiAccess;
use crate::body;
use crate::chat::completion::words;
use crate::errors::ApiError;
use crate::models::Model;
use crate::sse;
use crate::state::App;

/// LiteLLM's size of a piece.
const PIECE: usize = 8 * 1024;

#[derive(Deserialize)]
struct SpeechRequest {
    model: Option<String>,
    input: Option<String>,
    /// A name, or an object with the id of a voice of one's own.
    voice: Option<Value>,
    response_format: Option<String>,
    stream_format: Option<String>,
    speed: Option<f64>,
}

pub(crate) async fn speak(
    State(app): State<App>,
    _: ApiAccess,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let request: SpeechRequest = body::json(&headers, body, body::LARGE)
        .await
        .map_err(|error| ApiError::body(&error))?;
    let model = Model::serving("/audio/speech", request.model.as_deref(), "audio_speech")?;
    let text = text(&request)?;
    let voice = voice(&request)?;
    let speed = request.speed.unwrap_or(1.0);
    if !(0.25..=4.0).contains(&speed) {
        return Err(ApiError::bad_param("speed", "speed must be between 0.25 and 4"));
    }
    let as_events = as_events(&request, model)?;
    let encode = encoder(&request, model)?;

    let notes = notes::of(text, &voice, speed);
    let sound = encode(&notes, text);
    let cost = model.cost(0, 0);
    charge(&app, cost);
    let pieces = sound.chunks(PIECE);
    if as_events {
        let delta = |piece| {
            let audio = STANDARD.encode(piece);
            sse::named(DELTA, &Delta { kind: DELTA, audio })
        };
        let (input_tokens, output_tokens) = (words(text).len() as u64, notes.len() as u64);
        let usage = Usage {
            input_tokens,
            output_tokens,
            total_tokens: input_tokens + output_tokens,
        };
        let done = sse::named(DONE, &Done { kind: DONE, usage });
        let events = pieces.map(delta).chain([done]).collect();
        return Ok(sse::respond(events, app.config.chunk_delay));
    }
    // What LiteLLM declares, whatever format was asked for.
    let content_type = if is_gemini(model) {
        "audio/wav"
    } else {
        "audio/mpeg"
    };
    let pieces = pieces.map(Bytes::copy_from_slice).collect();
    let body = sse::paced(pieces, app.config.chunk_delay);
    let mut response = ([(header::CONTENT_TYPE, content_type)], body).into_response();
    tell_cost(&mut response, cost);
    Ok(response)
}

const DELTA: &str = "speech.audio.delta";
const DONE: &str = "speech.audio.done";

fn is_gemini(model: &Model) -> bool {
    model.id.starts_with("gemini")
}

fn text(request: &SpeechRequest) -> Result<&str, ApiError> {
    match request.input.as_deref() {
        None => Err(ApiError::bad_param(
            "input",
            "you must provide an input parameter",
        )),
        Some(text) if text.trim().is_empty() => Err(ApiError::bad_param("input", "input cannot be empty")),
        Some(text) if text.chars().count() > 4096 => Err(ApiError::bad_param(
            "input",
            "input must have at most 4096 characters",
        )),
        Some(text) => Ok(text),
    }
}

fn voice(request: &SpeechRequest) -> Result<String, ApiError> {
    let id = match &request.voice {
        Some(Value::Object(own)) => own.get("id").and_then(Value::as_str),
        Some(Value::String(name)) => Some(name.as_str()),
        _ => None,
    };
    id.filter(|id| !id.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| ApiError::bad_param("voice", "you must provide a voice parameter"))
}

fn as_events(request: &SpeechRequest, model: &Model) -> Result<bool, ApiError> {
    match request.stream_format.as_deref() {
        None | Some("audio") => Ok(false),
        Some("sse") if model.id == "gpt-4o-mini-tts" => Ok(true),
        Some("sse") => Err(ApiError::bad_param(
            "stream_format",
            "stream_format sse is only supported by gpt-4o-mini-tts",
        )),
        Some(_) => Err(ApiError::bad_param(
            "stream_format",
            "stream_format must be audio or sse",
        )),
    }
}

type Encoder = fn(&[notes::Note], &str) -> Vec<u8>;

fn encoder(request: &SpeechRequest, model: &Model) -> Result<Encoder, ApiError> {
    let refuse = |why: &str| Err(ApiError::bad_param("response_format", why));
    let as_wav: Encoder = |notes, text| wav::encode(&notes::samples(notes), text);
    Ok(match request.response_format.as_deref() {
        // These models speak in their own form alone.
        _ if is_gemini(model) => as_wav,
        None | Some("mp3") => mp3::encode,
        Some("wav") => as_wav,
        Some("pcm") => |notes, _| wav::pcm(&notes::samples(notes)),
        Some("flac") => |notes, text| flac::encode(&notes::samples(notes), text),
        Some("opus" | "aac") => {
            return refuse("the sandbox does not make opus or aac; ask for mp3, flac, wav or pcm");
        }
        Some(_) => return refuse("response_format must be mp3, opus, aac, flac, wav or pcm"),
    })
}

#[derive(Serialize)]
struct Delta {
    #[serde(rename = "type")]
    kind: &'static str,
    audio: String,
}

#[derive(Serialize)]
struct Done {
    #[serde(rename = "type")]
    kind: &'static str,
    usage: Usage,
}

#[derive(Serialize)]
struct Usage {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
}
