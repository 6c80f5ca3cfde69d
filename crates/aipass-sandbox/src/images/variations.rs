//! `POST /oauth2/v1/images/variations`: the picture mirrored, in other colours, or both.
//!
//! The playbook lists the path. No model of the catalogue says that it makes variations, so those that edit do.

use axum::extract::{Request, State};
use axum::response::Response;

use super::answer::Studio;
use super::edits::decode;
use super::request::{Options, Order};
use crate::account::ensure_funds;
use crate::bearer::ApiAccess;
use crate::digest::{self, Dice};
use crate::errors::ApiError;
use crate::multipart::Upload;
use crate::state::App;

pub(crate) async fn vary(
    State(app): State<App>,
    _: ApiAccess,
    request: Request,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let form = Upload::read(request).await?;
    let mut order = Order::check(&Options::of(&form)?, "/images/variations", "image_edit")?;
    // There are no events for variations.
    order.stages = None;
    let part = form
        .first("image")
        .ok_or_else(|| ApiError::bad_param("image", "you must provide an image part"))?;
    let picture = decode("image", part)?;
    let size = order.size.unwrap_or(picture.size);
    let studio = Studio {
        call: "image_variation",
        seed: format!("{}\n{}", order.model.id, digest::hex(&part.bytes)),
        prompt: "",
        revised_prompt: None,
        pictures: 1,
        size,
    };
    let draw = |seed: &str, _: u32, _: u32| {
        let mut dice = Dice::of(seed);
        // One to five: never the picture as it was.
        let choice = 1 + dice.below(5);
        picture.varied(choice % 2 == 1, choice / 2).scaled(size).png()
    };
    Ok(studio.answer(&app, &order, draw))
}
