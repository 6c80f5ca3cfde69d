//! `POST /oauth2/v1/audio/transcriptions`.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::forms::{self, Usage};
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
    let usage = if by_time {
        Usage::by_time(&transcript)
    } else {
        Usage::by_tokens(&transcript, form.text("prompt").unwrap_or_default())
    };
    let cost = model.cost(0, 0);
    charge(&app, cost);
    if streams {
        let events = if format == Format::DiarizedJson {
            forms::passage_events(&transcript, &usage)
        } else {
            forms::events(&transcript, &usage)
        };
        return Ok(sse::respond(events, app.config.chunk_delay));
    }
    let text = |text: String| {
        let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (headers, text).into_response()
    };
    let mut response = match format {
        Format::Json => Json(forms::plain(&transcript, &usage)).into_response(),
        Format::Text => text(transcript.text.clone() + "\n"),
        Format::Srt => text(transcript.srt()),
        Format::Vtt => text(transcript.vtt()),
        Format::VerboseJson => {
            let language = form.text("language").unwrap_or("en");
            let (words, segments) = granularities(&form);
            Json(forms::verbose(&transcript, language, words, segments, &usage)).into_response()
        }
        Format::DiarizedJson => Json(forms::diarized(&transcript, &usage)).into_response(),
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

/// Whether `verbose_json` shall have words, and whether segments: these unless only words are asked for.
fn granularities(form: &Upload) -> (bool, bool) {
    let asked: Vec<&[u8]> = form
        .all("timestamp_granularities[]")
        .chain(form.all("timestamp_granularities"))
        .map(|part| &part.bytes[..])
        .collect();
    let has = |name: &[u8]| asked.contains(&name);
    (has(b"word"), asked.is_empty() || has(b"segment"))
}
