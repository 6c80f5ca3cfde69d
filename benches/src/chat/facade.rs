//! The chat through the crate `aipass`, as its README has it: a fixed access token, all policies as they come.

use super::{MODEL, QUESTION, TOKEN};
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

    /// One call; the length of its answer's text.
    pub(crate) async fn ask(self) -> Result<usize, Failure> {
        let reply = self.0.chat(MODEL).user(QUESTION).send().await?;
        Ok(reply.text().len())
    }
}
