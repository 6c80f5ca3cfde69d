//! The request for a video, as JSON or as a form with a picture to start from.

use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::job::Plan;
use crate::body;
use crate::errors::ApiError;
use crate::images::{Pixels, Size};
use crate::models::Model;
use crate::multipart::Upload;

#[derive(Default, Deserialize)]
struct VideoRequest {
    model: Option<String>,
    prompt: Option<String>,
    seconds: Option<Value>,
    size: Option<String>,
    input_reference: Option<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    image_url: Option<String>,
    file_id: Option<String>,
}

pub(super) async fn read(request: Request) -> Result<Plan, ApiError> {
    let (fields, picture) = if body::media_type(request.headers()) == "multipart/form-data" {
        let form = Upload::read(request).await?;
        let picture = form.first("input_reference").map(|part| part.bytes.to_vec());
        let fields = VideoRequest {
            model: form.owned("model"),
            prompt: form.owned("prompt"),
            seconds: form.owned("seconds").map(Value::from),
            size: form.owned("size"),
            input_reference: None,
        };
        (fields, picture)
    } else {
        let (head, body) = request.into_parts();
        let fields: VideoRequest = body::json(&head.headers, body, body::LARGE)
            .await
            .map_err(|error| ApiError::body(&error))?;
        let picture = fields.input_reference.as_ref().map(linked).transpose()?.flatten();
        (fields, picture)
    };
    let model = Model::serving(
        "/videos",
        Some(fields.model.as_deref().unwrap_or("sora-2")),
        "video_generation",
    )?;
    let ground = match picture {
        None => None,
        Some(bytes) => match Pixels::decode(&bytes) {
            Ok(picture) => Some(picture.mean()),
            Err(why) => {
                return Err(ApiError::bad_param(
                    "input_reference",
                    format!("the picture cannot be read: {why}"),
                ));
            }
        },
    };
    Ok(Plan {
        model,
        prompt: prompt(fields.prompt)?,
        seconds: seconds(fields.seconds.as_ref())?,
        size: size(fields.size.as_deref())?,
        ground,
        remixed_from: None,
    })
}

/// The picture of a data URL. One behind a link is not fetched: the sandbox is offline.
fn linked(reference: &Reference) -> Result<Option<Vec<u8>>, ApiError> {
    let refuse = |why: &str| Err(ApiError::bad_param("input_reference", why));
    match (&reference.image_url, &reference.file_id) {
        (Some(url), None) if url.starts_with("data:") => {
            match url
                .split_once(";base64,")
                .and_then(|(_, data)| STANDARD.decode(data).ok())
            {
                Some(bytes) => Ok(Some(bytes)),
                None => refuse("a data URL must look like data:image/jpeg;base64,…"),
            }
        }
        (Some(url), None) if url.starts_with("https://") || url.starts_with("http://") => Ok(None),
        (None, Some(_)) => refuse("the sandbox has no files; send the picture itself"),
        _ => refuse("input_reference must have an image_url, a data URL or an http(s) URL"),
    }
}

pub(super) fn prompt(text: Option<String>) -> Result<String, ApiError> {
    match text {
        Some(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(ApiError::bad_param(
            "prompt",
            "you must provide a prompt parameter",
        )),
    }
}

/// Whole seconds, as text (OpenAI's form) or as a number.
fn seconds(value: Option<&Value>) -> Result<u32, ApiError> {
    let asked = match value {
        None => Some(4.0),
        Some(Value::String(text)) => text.parse::<f64>().ok(),
        Some(value) => value.as_f64(),
    };
    asked
        .and_then(|asked| (1..=20).find(|whole| f64::from(*whole) == asked))
        .ok_or_else(|| ApiError::bad_param("seconds", "seconds must be a whole number from 1 to 20"))
}

fn size(text: Option<&str>) -> Result<Size, ApiError> {
    Size::parse(text.unwrap_or("720x1280"))
        .filter(|size| size.width.max(size.height) <= 2048)
        .ok_or_else(|| {
            ApiError::bad_param("size", "size must be width and height up to 2048, as in 720x1280")
        })
}
