//! The request as it stands on the wire, and the checks that a provider makes before any work.

use serde::Deserialize;
use serde_json::Value;

use super::turns;
use crate::errors::ApiError;

#[derive(Deserialize)]
pub(super) struct ChatRequest {
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) messages: Vec<Message>,
    pub(super) stream: Option<bool>,
    pub(super) stream_options: Option<StreamOptions>,
    pub(super) n: Option<u64>,
    pub(super) max_tokens: Option<i64>,
    pub(super) max_completion_tokens: Option<i64>,
    pub(super) stop: Option<Stop>,
    pub(super) tools: Option<Vec<Tool>>,
    pub(super) tool_choice: Option<Value>,
    pub(super) response_format: Option<ResponseFormat>,
}

#[derive(Deserialize)]
pub(super) struct StreamOptions {
    pub(super) include_usage: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) role: Role,
    pub(super) content: Option<Content>,
    pub(super) tool_calls: Option<Vec<MadeCall>>,
    pub(super) tool_call_id: Option<String>,
}

/// A call that an earlier answer made.
#[derive(Deserialize)]
pub(super) struct MadeCall {
    pub(super) id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part {
    Text { text: String },
    ImageUrl { image_url: ImageUrl },
    InputAudio { input_audio: InputAudio },
}

#[derive(Deserialize)]
pub(super) struct ImageUrl {
    pub(super) url: String,
}

#[derive(Deserialize)]
pub(super) struct InputAudio {
    pub(super) data: String,
    pub(super) format: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Stop {
    One(String),
    Some(Vec<String>),
}

#[derive(Deserialize)]
pub(super) struct Tool {
    pub(super) function: Function,
}

#[derive(Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    #[serde(default)]
    pub(super) parameters: Value,
    pub(super) strict: Option<bool>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema { json_schema: JsonSchema },
}

#[derive(Deserialize)]
pub(super) struct JsonSchema {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) schema: Value,
    pub(super) strict: Option<bool>,
}

impl Content {
    /// The text of the content, parts joined by a blank.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => {
                let texts = parts.iter().filter_map(|part| match part {
                    Part::Text { text } => Some(text.as_str()),
                    _ => None,
                });
                texts.collect::<Vec<_>>().join(" ")
            }
        }
    }
}

impl ChatRequest {
    /// Refuses what no provider accepts.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if self.messages.is_empty() {
            return Err(ApiError::bad_param(
                "messages",
                "messages must hold at least one message",
            ));
        }
        if !(1..=128).contains(&self.choices()) {
            return Err(ApiError::bad_param("n", "n must be between 1 and 128"));
        }
        if self.limit().is_some_and(|limit| limit < 1) {
            return Err(ApiError::bad_param("max_tokens", "max_tokens must be at least 1"));
        }
        turns::check(&self.messages)
    }

    pub(super) fn choices(&self) -> u64 {
        self.n.unwrap_or(1)
    }

    /// The most tokens that an answer may have; the newer name goes first.
    pub(super) fn limit(&self) -> Option<i64> {
        self.max_completion_tokens.or(self.max_tokens)
    }

    pub(super) fn tools(&self) -> &[Tool] {
        self.tools.as_deref().unwrap_or_default()
    }

    pub(super) fn stop_texts(&self) -> &[String] {
        match &self.stop {
            None => &[],
            Some(Stop::One(text)) => std::slice::from_ref(text),
            Some(Stop::Some(texts)) => texts,
        }
    }
}
