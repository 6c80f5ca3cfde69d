//! The answer to a call for images: links or base64, whole or as events.

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::request::Order;
use super::scene::Size;
use crate::account::{charge, tell_cost};
use crate::chat::completion::words;
use crate::clock::CREATED;
use crate::files::{self, File};
use crate::money::Micros;
use crate::state::Shared;
use crate::{digest, sse};

/// What a stage of a streamed image costs, in micro-dollars.
const STAGE_PRICE: i64 = 1_000;
const TOKENS_PER_PICTURE: u64 = 64;
const TOKENS_PER_STAGE: u64 = 100;

/// A call on its way to an answer.
pub(super) struct Studio<'a> {
    /// `image_generation` or `image_edit`: how events are called.
    pub(super) call: &'static str,
    /// What the images follow from.
    pub(super) seed: String,
    pub(super) prompt: &'a str,
    pub(super) revised_prompt: Option<String>,
    /// How many pictures were sent along.
    pub(super) pictures: u64,
    pub(super) size: Size,
}

impl Studio<'_> {
    /// Charges, and answers with images that `draw` makes from a seed and from how much of it is done.
    pub(super) fn answer(
        &self,
        app: &Shared,
        order: &Order,
        draw: impl Fn(&str, u32, u32) -> Vec<u8>,
    ) -> Response {
        let stages = order.stages.unwrap_or(0);
        let per_image = order.model.cost(0, 0).0 + STAGE_PRICE * i64::from(stages);
        let cost = Micros(per_image * i64::from(order.n));
        charge(app, cost);
        // The second image of a call is another one than the first, and the first does not depend on `n`.
        let seeds: Vec<String> = (0..order.n)
            .map(|number| format!("{}\n{number}", self.seed))
            .collect();
        if order.stages.is_some() {
            return self.stream(app, order, stages, &seeds, draw);
        }

        let images = seeds.iter().map(|seed| {
            let bytes = draw(seed, 1, 1);
            let revised_prompt = self
                .revised_prompt
                .clone()
                .filter(|_| !order.model.id.starts_with("gpt-image-"));
            if order.as_base64 {
                return Image {
                    url: None,
                    b64_json: Some(STANDARD.encode(bytes)),
                    revised_prompt,
                };
            }
            let name = format!("img-{}.png", digest::hex(&bytes));
            let file = File {
                bytes: bytes.into(),
                content_type: "image/png",
            };
            Image {
                url: Some(files::publish(app, name, file)),
                b64_json: None,
                revised_prompt,
            }
        });
        let list = ImageList {
            created: CREATED,
            data: images.collect(),
            size: self.size.to_string(),
            quality: order.quality,
            output_format: "png",
            background: "opaque",
            usage: self.usage(order),
        };
        let mut response = Json(list).into_response();
        tell_cost(&mut response, cost);
        response
    }

    fn stream(
        &self,
        app: &Shared,
        order: &Order,
        stages: u32,
        seeds: &[String],
        draw: impl Fn(&str, u32, u32) -> Vec<u8>,
    ) -> Response {
        let event = |kind: &str, bytes: Vec<u8>, stage: Option<u32>, usage: Option<ImageUsage>| {
            let name = format!("{}.{kind}", self.call);
            let event = Event {
                kind: &name,
                b64_json: STANDARD.encode(bytes),
                partial_image_index: stage,
                created_at: CREATED,
                size: self.size.to_string(),
                quality: order.quality,
                output_format: "png",
                background: "opaque",
                usage,
            };
            sse::named(&name, &event)
        };
        let mut events = Vec::new();
        for (seed, left) in seeds.iter().zip((0..seeds.len()).rev()) {
            for stage in 0..stages {
                let bytes = draw(seed, stage + 1, stages + 1);
                events.push(event("partial_image", bytes, Some(stage), None));
            }
            let usage = (left == 0).then(|| self.usage(order));
            events.push(event("completed", draw(seed, 1, 1), None, usage));
        }
        sse::respond(events, app.config.chunk_delay)
    }

    fn usage(&self, order: &Order) -> ImageUsage {
        let per_image = match order.quality {
            "low" => 272,
            "high" | "hd" => 4160,
            _ => 1056,
        };
        let stages = u64::from(order.stages.unwrap_or(0)) * TOKENS_PER_STAGE;
        let details = ImageInputTokensDetails {
            text_tokens: words(self.prompt).len() as u64,
            image_tokens: self.pictures * TOKENS_PER_PICTURE,
        };
        let input_tokens = details.text_tokens + details.image_tokens;
        let output_tokens = u64::from(order.n) * (per_image + stages);
        ImageUsage {
            input_tokens,
            output_tokens,
            total_tokens: input_tokens + output_tokens,
            input_tokens_details: details,
        }
    }
}

#[derive(Serialize)]
struct ImageList {
    created: u64,
    data: Vec<Image>,
    size: String,
    quality: &'static str,
    output_format: &'static str,
    background: &'static str,
    usage: ImageUsage,
}

#[derive(Serialize)]
struct Image {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b64_json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revised_prompt: Option<String>,
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    b64_json: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_image_index: Option<u32>,
    created_at: u64,
    size: String,
    quality: &'static str,
    output_format: &'static str,
    background: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<ImageUsage>,
}

#[derive(Serialize)]
struct ImageUsage {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
    input_tokens_details: ImageInputTokensDetails,
}

#[derive(Serialize)]
struct ImageInputTokensDetails {
    text_tokens: u64,
    image_tokens: u64,
}
