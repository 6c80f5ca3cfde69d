//! The stream through crates that others would take.

use super::{
    TOKEN,
    raw::{self, Raw},
    reader::Told,
};
use crate::{Failure, plain};
use async_openai::{
    config::OpenAIConfig,
    types::chat::{ChatCompletionRequestUserMessage, CreateChatCompletionRequest},
};
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use std::hint::black_box;

/// reqwest, with `eventsource-stream` in place of a splitter.
#[derive(Clone)]
pub(crate) struct EventsourceStream(Raw);

impl EventsourceStream {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        Raw::new(url).map(Self)
    }

    /// Reads a stream to its end.
    pub(crate) async fn read(self, model: &str, mut told: Told) -> Result<usize, Failure> {
        let mut events = self.0.ask(model).await?.bytes_stream().eventsource();
        told.open().await;
        let mut text = 0;
        while let Some(event) = events.next().await {
            let data = event?.data;
            if data == "[DONE]" {
                return Ok(text);
            }
            text += raw::length_of(&serde_json::from_str(&data)?);
            told.piece().await?;
        }
        Err("the stream has no end".into())
    }
}

/// `async-openai`, with a client of reqwest like the others.
#[derive(Clone)]
pub(crate) struct AsyncOpenAi(async_openai::Client<OpenAIConfig>);

impl AsyncOpenAi {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let config = OpenAIConfig::new()
            .with_api_base(format!("{url}/oauth2/v1"))
            .with_api_key(TOKEN);
        let client = async_openai::Client::build(plain::http()?, config);
        Ok(Self(client))
    }

    /// Reads a stream to its end.
    pub(crate) async fn read(self, model: &str, mut told: Told) -> Result<usize, Failure> {
        let request = CreateChatCompletionRequest {
            model: model.to_owned(),
            messages: vec![ChatCompletionRequestUserMessage::from("Count.").into()],
            stream: Some(true),
            ..CreateChatCompletionRequest::default()
        };
        let mut stream = self.0.chat().create_stream(request).await?;
        told.open().await;
        let mut text = 0;
        while let Some(chunk) = stream.next().await {
            let chunk = black_box(chunk?);
            let content = chunk
                .choices
                .first()
                .and_then(|choice| choice.delta.content.as_ref());
            text += content.map_or(0, String::len);
            told.piece().await?;
        }
        Ok(text)
    }
}
