//! The stream through the crate `aipass`, as its README has it, read to its end.

use super::{TOKEN, reader::Told};
use crate::Failure;
use aipass::{Client, Secret};

/// A client, as every user makes one.
#[derive(Clone)]
pub(crate) struct Facade(Client);

impl Facade {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let client = Client::builder()
            .base_url(url)
            .access_token(Secret::new(TOKEN))
            .build()?;
        Ok(Self(client))
    }

    /// Reads a stream to its end.
    pub(crate) async fn read(self, model: &str, mut told: Told) -> Result<usize, Failure> {
        let mut stream = self.0.chat(model).user("Count.").stream().await?;
        told.open().await;
        let mut text = 0;
        while let Some(event) = stream.next().await {
            let piece = event?.text().len();
            text += piece;
            if piece > 0 {
                told.piece().await?;
            }
        }
        Ok(text)
    }
}
