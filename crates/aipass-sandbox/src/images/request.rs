//! What the three calls for images have in common: model, number, size and form of the answer.

use serde::Deserialize;

use super::scene::Size;
use crate::errors::ApiError;
use crate::models::Model;
use crate::multipart::Upload;

#[derive(Deserialize)]
pub(super) struct GenerationRequest {
    pub(super) prompt: Option<String>,
    #[serde(flatten)]
    pub(super) options: Options,
}

#[derive(Default, Deserialize)]
pub(super) struct Options {
    model: Option<String>,
    n: Option<u64>,
    size: Option<String>,
    quality: Option<String>,
    response_format: Option<String>,
    output_format: Option<String>,
    stream: Option<bool>,
    partial_images: Option<u64>,
}

impl Options {
    /// The same members out of a form.
    pub(super) fn of(form: &Upload) -> Result<Self, ApiError> {
        Ok(Self {
            model: form.owned("model"),
            n: form.number("n")?,
            size: form.owned("size"),
            quality: form.owned("quality"),
            response_format: form.owned("response_format"),
            output_format: form.owned("output_format"),
            stream: Some(form.flag("stream")?),
            partial_images: form.number("partial_images")?,
        })
    }
}

/// Options that passed every check.
pub(super) struct Order {
    pub(super) model: &'static Model,
    pub(super) n: u32,
    /// `None` for `auto`.
    pub(super) size: Option<Size>,
    pub(super) quality: &'static str,
    pub(super) as_base64: bool,
    /// How many stages to send before the image, when it is streamed.
    pub(super) stages: Option<u32>,
}

impl Order {
    pub(super) fn check(options: &Options, call: &str, method: &str) -> Result<Self, ApiError> {
        let streams = options.stream.unwrap_or(false);
        // OpenAI's default, which is another one where only another model can do what is asked.
        let default = if streams { "gpt-image-1" } else { "dall-e-2" };
        let model = Model::serving(call, Some(options.model.as_deref().unwrap_or(default)), method)?;
        let modern = model.id.starts_with("gpt-image-");
        if streams && !modern {
            return Err(ApiError::bad_param(
                "stream",
                "stream is only supported by the gpt-image models",
            ));
        }
        let n = match options.n.map(u32::try_from) {
            None => 1,
            Some(Ok(n @ 1..=10)) => n,
            Some(_) => return Err(ApiError::bad_param("n", "n must be between 1 and 10")),
        };
        if n > 1 && model.id == "dall-e-3" {
            return Err(ApiError::bad_param("n", "you must provide n=1 for dall-e-3"));
        }
        if modern && options.response_format.is_some() {
            return Err(ApiError::bad_param(
                "response_format",
                "Unknown parameter: 'response_format'.",
            ));
        }
        let as_base64 = match options.response_format.as_deref() {
            None => modern,
            Some("url") => false,
            Some("b64_json") => true,
            Some(_) => {
                return Err(ApiError::bad_param(
                    "response_format",
                    "response_format must be url or b64_json",
                ));
            }
        };
        if !matches!(options.output_format.as_deref(), None | Some("png")) {
            return Err(ApiError::bad_param(
                "output_format",
                "the sandbox makes png alone",
            ));
        }
        let stages = match options.partial_images.map(u32::try_from) {
            None => 0,
            Some(Ok(stages @ 0..=3)) => stages,
            Some(_) => {
                return Err(ApiError::bad_param(
                    "partial_images",
                    "partial_images must be between 0 and 3",
                ));
            }
        };
        Ok(Self {
            model,
            n,
            size: size(options.size.as_deref())?,
            quality: quality(options.quality.as_deref())?,
            as_base64,
            stages: streams.then_some(stages),
        })
    }
}

fn size(text: Option<&str>) -> Result<Option<Size>, ApiError> {
    match text {
        None | Some("auto") => Ok(None),
        Some(text) => Size::parse(text).map(Some).ok_or_else(|| {
            ApiError::bad_param(
                "size",
                "size must be auto, or width and height up to 4096, as in 1024x1024",
            )
        }),
    }
}

fn quality(text: Option<&str>) -> Result<&'static str, ApiError> {
    const LEVELS: [&str; 5] = ["low", "medium", "high", "standard", "hd"];
    match text {
        None | Some("auto") => Ok("medium"),
        Some(text) => LEVELS.into_iter().find(|level| *level == text).ok_or_else(|| {
            ApiError::bad_param(
                "quality",
                "quality must be auto, low, medium, high, standard or hd",
            )
        }),
    }
}

/// The prompt, which every call but a variation needs.
pub(super) fn prompt(text: Option<String>) -> Result<String, ApiError> {
    match text {
        None => Err(ApiError::bad_param(
            "prompt",
            "you must provide a prompt parameter",
        )),
        Some(text) if text.trim().is_empty() => Err(ApiError::bad_param("prompt", "prompt cannot be empty")),
        Some(text) if text.chars().count() > 32_000 => Err(ApiError::bad_param(
            "prompt",
            "prompt must have at most 32000 characters",
        )),
        Some(text) => Ok(text),
    }
}
