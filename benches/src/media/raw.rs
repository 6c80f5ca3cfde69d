//! The same by hand.

use super::{DIMENSIONS, FILE, TEXTS, TOKEN, Work, wire};
use crate::{Failure, plain};
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use std::path::Path;
use tokio::io::AsyncWriteExt as _;

#[derive(Deserialize)]
struct Images {
    data: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    b64_json: String,
}

#[derive(Serialize)]
struct Request {
    model: &'static str,
    input: Vec<String>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    embedding: Vec<f32>,
}

pub(super) async fn run(work: Work, file: &Path, url: &str) -> Result<(), Failure> {
    let http = plain::http()?;
    match work {
        Work::Upload => {
            let form = Form::new()
                .text("model", "m")
                .text("prompt", "A hat")
                .part("image", Part::file(file).await?.mime_str("image/png")?);
            let sending = http
                .post(format!("{url}/oauth2/v1/images/edits"))
                .bearer_auth(TOKEN)
                .multipart(form);
            let images: Images = sending.send().await?.error_for_status()?.json().await?;
            wire::same(
                images
                    .data
                    .iter()
                    .filter(|image| !image.b64_json.is_empty())
                    .count(),
                1,
            )
        }
        Work::Download => {
            let asking = http
                .get(format!("{url}/oauth2/v1/videos/v1/content"))
                .bearer_auth(TOKEN);
            let mut response = asking.send().await?.error_for_status()?;
            let mut out = tokio::fs::File::create(file).await?;
            while let Some(piece) = response.chunk().await? {
                out.write_all(&piece).await?;
            }
            out.flush().await?;
            wire::same(usize::try_from(out.metadata().await?.len())?, FILE)
        }
        Work::Embeddings => {
            let request = Request {
                model: "text-embedding-3-small",
                input: wire::texts(),
            };
            let asking = http
                .post(format!("{url}/oauth2/v1/embeddings"))
                .bearer_auth(TOKEN)
                .json(&request);
            let list: List = asking.send().await?.error_for_status()?.json().await?;
            wire::same(list.data.len(), TEXTS)?;
            wire::same(list.data[TEXTS - 1].embedding.len(), DIMENSIONS)
        }
    }
}
