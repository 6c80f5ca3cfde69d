//! What a streamed chat tells, event by event.

use super::ToolCall;
use crate::{Error, call::operation};
use aipass_api::{
    CallContext,
    enums::FinishReason,
    types::{ChatCompletionChunk, Usage},
};
use serde_json::{Map, Value};
use std::fmt;

/// What happens in a streamed answer.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// A piece of the text.
    Text {
        /// Which choice; 0 unless the request asks for several.
        choice: u32,
        /// The piece.
        text: String,
    },
    /// A piece of the model's refusal.
    Refusal {
        /// Which choice.
        choice: u32,
        /// The piece.
        text: String,
    },
    /// A piece of what the model thinks aloud.
    Reasoning {
        /// Which choice.
        choice: u32,
        /// The piece.
        text: String,
    },
    /// The model starts a tool call.
    ToolCallStarted {
        /// Which choice.
        choice: u32,
        /// The call's number within the choice, from 0.
        call: usize,
        /// The id to answer under.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// A piece of a tool call's arguments.
    ToolCallArguments {
        /// Which choice.
        choice: u32,
        /// The call's number within the choice.
        call: usize,
        /// The piece.
        delta: String,
    },
    /// A tool call whose arguments are whole and parse.
    ToolCallDone {
        /// Which choice.
        choice: u32,
        /// The call.
        call: ToolCall,
    },
    /// The model stopped.
    Finish {
        /// Which choice.
        choice: u32,
        /// Why.
        reason: FinishReason,
    },
    /// The tokens used.
    Usage(Box<Usage>),
    /// A chunk as the server sent it, before the events that are read from it. Only where
    /// [`ChatStream::raw`](super::ChatStream::raw) asks for it.
    Chunk(RawChunk),
}

impl ChatEvent {
    /// The piece of text; empty for every other event, so that a loop can simply print it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text, .. } => text,
            _ => "",
        }
    }

    #[cfg(test)]
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Text { choice, text } => format!("text {choice} {text}"),
            Self::Refusal { choice, text } => format!("refusal {choice} {text}"),
            Self::Reasoning { choice, text } => format!("reasoning {choice} {text}"),
            Self::ToolCallStarted {
                choice,
                call,
                id,
                name,
            } => format!("start {choice}/{call} {id} {name}"),
            Self::ToolCallArguments { choice, call, delta } => format!("args {choice}/{call} {delta}"),
            Self::ToolCallDone { choice, call } => format!("done {choice} {} {}", call.name, call.arguments),
            Self::Finish { choice, reason } => format!("finish {choice} {reason}"),
            Self::Usage(_) => "usage".to_owned(),
            Self::Chunk(chunk) => format!("chunk {}", chunk.json()),
        }
    }
}

// What a model says is the user's own: logs show its size.
impl fmt::Debug for ChatEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text, .. } => write!(f, "Text({} bytes)", text.len()),
            Self::Refusal { text, .. } => write!(f, "Refusal({} bytes)", text.len()),
            Self::Reasoning { text, .. } => write!(f, "Reasoning({} bytes)", text.len()),
            Self::ToolCallStarted { name, .. } => write!(f, "ToolCallStarted({name})"),
            Self::ToolCallArguments { delta, .. } => write!(f, "ToolCallArguments({} bytes)", delta.len()),
            Self::ToolCallDone { call, .. } => write!(f, "ToolCallDone({call:?})"),
            Self::Finish { reason, .. } => write!(f, "Finish({reason})"),
            Self::Usage(_) => f.write_str("Usage"),
            Self::Chunk(chunk) => chunk.fmt(f),
        }
    }
}

/// One chunk of a streamed chat as the server sent it. The wire type is read on demand: that costs more than all the rest of
/// a stream.
#[derive(Clone, PartialEq, Eq)]
pub struct RawChunk {
    json: Box<str>,
}

impl RawChunk {
    pub(super) fn new(json: &str) -> Self {
        Self { json: json.into() }
    }

    /// A whole completion that came in the place of a stream, as the one chunk that says the same.
    pub(super) fn of_completion(json: &str) -> Self {
        let Ok(Value::Object(mut completion)) = serde_json::from_str(json) else {
            return Self::new(json);
        };
        if let Some(Value::Array(choices)) = completion.get_mut("choices") {
            choices
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(message_to_delta);
        }
        completion.insert("object".to_owned(), "chat.completion.chunk".into());
        Self::new(&Value::Object(completion).to_string())
    }

    /// The chunk as JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The chunk as its wire type; fields that this version does not know are in `extra`.
    ///
    /// # Errors
    /// [`Error::is_decode`] for a chunk that is JSON and no such thing. The stream itself takes more: its own events may be of
    /// use all the same.
    pub fn decode(&self) -> Result<ChatCompletionChunk, Error> {
        serde_json::from_str(&self.json).map_err(|error| {
            let operation = operation!("create_chat_completion_stream");
            let json = self.json.as_bytes().to_vec();
            Error::decode(operation, &CallContext::default(), &json.into(), &error)
        })
    }
}

fn message_to_delta(choice: &mut Map<String, Value>) {
    if let Some(message) = choice.remove("message")
        && choice.get("delta").is_none_or(Value::is_null)
    {
        choice.insert("delta".to_owned(), message);
    }
}

impl fmt::Debug for RawChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawChunk({} bytes)", self.json.len())
    }
}
