//! `POST /oauth2/v1/images/edits`: the pictures that were sent, side by side and tinted in a colour that follows from
//! the prompt; with a mask, only where the mask is transparent.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::Studio;
use super::pixels::Pixels;
use super::request::{self, Options, Order};
use super::scene::{Size, tint_of};
use crate::account::ensure_funds;
use crate::bearer::ApiAccess;
use crate::digest;
use crate::errors::ApiError;
use crate::multipart::{Part, Upload};
use crate::state::App;

/// OpenAI's limit on the pictures of one call.
const MAX_PICTURES: usize = 16;
/// What is decoded at a time takes four bytes a pixel.
const MAX_PIXELS: u64 = 32_000_000;

pub(crate) async fn edit(
    State(app): State<App>,
    _: ApiAccess,
    request: Request,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let form = Upload::read(request).await?;
    let order = Order::check(&Options::of(&form)?, "/images/edits", "image_edit")?;
    let prompt = request::prompt(form.owned("prompt"))?;
    if form.first("image").is_some() && form.first("image[]").is_some() {
        // LiteLLM raises a plain FastAPI error here, which has this form and not the usual one.
        let detail = "Cannot specify both 'image' and 'image[]' fields";
        return Ok((
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({ "detail": detail })),
        )
            .into_response());
    }
    let parts = parts(&form)?;
    let mut pictures = Vec::new();
    let mut pixels = 0;
    for part in &parts {
        let picture = decode("image", part)?;
        pixels += u64::from(picture.size.width) * u64::from(picture.size.height);
        if pixels > MAX_PIXELS {
            return Err(ApiError::bad_param(
                "image",
                "the images have more than 32 million pixels together",
            ));
        }
        pictures.push(picture);
    }
    let mask = form
        .first("mask")
        .or_else(|| form.first("mask[]"))
        .map(|part| decode("mask", part))
        .transpose()?;
    let edges = pictures[0].size;
    if let Some(mask) = &mask {
        if mask.size != edges {
            return Err(ApiError::bad_param(
                "mask",
                format!("the mask is {}, the first image is {edges}", mask.size),
            ));
        }
        if !mask.has_transparency() {
            return Err(ApiError::bad_param(
                "mask",
                "the mask has no transparent place, so nothing may change",
            ));
        }
    }
    let digests: Vec<String> = parts.iter().map(|part| digest::hex(&part.bytes)).collect();
    let seed = format!("{}\n{prompt}\n{}", order.model.id, digests.join("\n"));
    let count = pictures.len() as u64;
    let Some(base) = Pixels::side_by_side(pictures) else {
        return Err(missing());
    };
    // The mask is for the first picture, which may have become narrower to make room for the others.
    let mask = mask.map(|mask| {
        mask.scaled(Size {
            width: base.size.width / u32::try_from(count).unwrap_or(1),
            height: base.size.height,
        })
    });
    let size = order.size.unwrap_or(base.size);
    let studio = Studio {
        call: "image_edit",
        seed,
        prompt: &prompt,
        revised_prompt: None,
        pictures: count,
        size,
    };
    let draw = |seed: &str, done: u32, steps: u32| {
        let ready = base.size.height * done / steps;
        let changes = |x, y| y < ready && mask.as_ref().is_none_or(|mask| mask.is_transparent(x, y));
        base.tinted(tint_of(seed), changes).scaled(size).png()
    };
    Ok(studio.answer(&app, &order, draw))
}

/// The parts with pictures: `image` repeated, or `image[]` repeated.
fn parts(form: &Upload) -> Result<Vec<&Part>, ApiError> {
    let parts: Vec<&Part> = form.all("image").chain(form.all("image[]")).collect();
    match parts.len() {
        0 => Err(missing()),
        count if count > MAX_PICTURES => Err(ApiError::bad_param("image", "at most 16 images can be sent")),
        _ => Ok(parts),
    }
}

fn missing() -> ApiError {
    ApiError::bad_param("image", "you must provide an image part")
}

/// The picture in a part, which must be a file.
pub(super) fn decode(param: &'static str, part: &Part) -> Result<Pixels, ApiError> {
    if part.file_name.is_none() {
        return Err(ApiError::bad_param(
            param,
            format!("the part {param} must have a file name"),
        ));
    }
    Pixels::decode(&part.bytes)
        .map_err(|why| ApiError::bad_param(param, format!("the part {param} cannot be read: {why}")))
}
