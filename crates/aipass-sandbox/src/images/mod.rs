//! `POST /oauth2/v1/images/generations`, `/edits` and `/variations`: real PNGs that follow from the request.

mod answer;
mod edits;
mod encode;
mod pixels;
mod request;
mod scene;
mod variations;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::account::ensure_funds;
use crate::bearer::ApiAccess;
use crate::body;
use crate::errors::ApiError;
use crate::state::App;
use answer::Studio;
pub(crate) use edits::edit;
pub(crate) use pixels::Pixels;
use request::{GenerationRequest, Order};
pub(crate) use scene::{Scene, Size};
pub(crate) use variations::vary;

/// What an image is when no size is asked for.
const DEFAULT_SIZE: Size = Size {
    width: 1024,
    height: 1024,
};

pub(crate) async fn generate(
    State(app): State<App>,
    _: ApiAccess,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let request: GenerationRequest = body::json(&headers, body, body::LARGE)
        .await
        .map_err(|error| ApiError::body(&error))?;
    let order = Order::check(&request.options, "/images/generations", "image_generation")?;
    let prompt = request::prompt(request.prompt)?;
    let size = order.size.unwrap_or(DEFAULT_SIZE);
    let studio = Studio {
        call: "image_generation",
        seed: format!("{}\n{prompt}", order.model.id),
        prompt: &prompt,
        revised_prompt: Some(format!("{prompt}, drawn by the sandbox")),
        pictures: 0,
        size,
    };
    let draw = |seed: &str, done: u32, steps: u32| Scene::of(seed, size).stage(done, steps);
    Ok(studio.answer(&app, &order, draw))
}
