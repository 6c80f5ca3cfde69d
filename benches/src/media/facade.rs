//! The facade's side.

use super::{DIMENSIONS, FILE, TEXTS, TOKEN, Work};
use crate::Failure;
use aipass::{Client, FilePart, Secret};
use std::path::Path;

pub(super) async fn run(work: Work, file: &Path, url: &str) -> Result<(), Failure> {
    let ai = Client::builder()
        .base_url(url)
        .access_token(Secret::new(TOKEN))
        .build()?;
    match work {
        Work::Upload => {
            let images = ai
                .edit_image("m", "A hat")
                .image(FilePart::open(file).await?)
                .send()
                .await?;
            super::wire::same(images.len(), 1)
        }
        Work::Download => {
            let path = ai.video_job("v1").download_to(file).await?;
            super::wire::same(usize::try_from(std::fs::metadata(path)?.len())?, FILE)
        }
        Work::Embeddings => {
            let vectors = ai
                .embeddings("text-embedding-3-small")
                .inputs(super::wire::texts())
                .send()
                .await?;
            super::wire::same(vectors.len(), TEXTS)?;
            super::wire::same(vectors[TEXTS - 1].len(), DIMENSIONS)
        }
    }
}
