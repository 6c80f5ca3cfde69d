//! The streamed form: server-sent events, a word each, as LiteLLM writes them.
//!
//! `data: {json}` and a blank line per event, members without a value left out, and `data: [DONE]` at the end.

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;

use super::completion::{Choice, Completion, Usage};
use crate::clock::CREATED;
use crate::sse;

/// How many characters of a tool's arguments go into one event.
const ARGUMENT_PIECE: usize = 8;

pub(super) fn respond(completion: &Completion, with_usage: bool, delay: Duration) -> Response {
    sse::respond(events(completion, with_usage), delay)
}

/// All events of a completion, choices in turns as they would grow side by side.
fn events(completion: &Completion, with_usage: bool) -> Vec<Bytes> {
    let mut tracks: Vec<_> = completion
        .choices
        .iter()
        .map(|choice| deltas(choice).into_iter())
        .collect();
    let mut events = Vec::new();
    loop {
        let before = events.len();
        for (track, index) in tracks.iter_mut().zip(0..) {
            if let Some((delta, finish_reason)) = track.next() {
                let choice = ChunkChoice {
                    index,
                    delta,
                    finish_reason,
                };
                events.push(sse::data(&chunk(completion, Some(choice), None)));
            }
        }
        if events.len() == before {
            break;
        }
    }
    if with_usage {
        events.push(sse::data(&chunk(completion, None, Some(&completion.usage))));
    }
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    events
}

fn deltas<'a>(choice: &'a Choice) -> Vec<(Delta<'a>, Option<&'static str>)> {
    let mut deltas = Vec::new();
    let role = Delta {
        role: Some("assistant"),
        ..Delta::default()
    };
    match &choice.words {
        Some(words) => {
            deltas.push(Delta {
                content: Some(""),
                ..role
            });
            deltas.extend(words.iter().map(|word| Delta {
                content: Some(word),
                ..Delta::default()
            }));
        }
        None => deltas.push(role),
    }
    for (numbered, index) in choice.tool_calls.iter().zip(0..) {
        let call = |id: Option<&'a str>, name, arguments| {
            let kind = id.map(|_| "function");
            let call = ToolCallDelta {
                index,
                id,
                kind,
                function: FunctionDelta { name, arguments },
            };
            Delta {
                tool_calls: vec![call],
                ..Delta::default()
            }
        };
        deltas.push(call(Some(&numbered.id), Some(numbered.call.name.as_str()), ""));
        deltas.extend(
            pieces(&numbered.call.arguments)
                .into_iter()
                .map(|piece| call(None, None, piece)),
        );
    }
    let last = (Delta::default(), Some(choice.finish_reason));
    deltas
        .into_iter()
        .map(|delta| (delta, None))
        .chain([last])
        .collect()
}

/// The text in pieces of a few characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .char_indices()
            .nth(ARGUMENT_PIECE)
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn chunk<'a>(
    completion: &'a Completion,
    choice: Option<ChunkChoice<'a>>,
    usage: Option<&'a Usage>,
) -> Chunk<'a> {
    Chunk {
        id: &completion.id,
        created: CREATED,
        model: completion.model,
        object: "chat.completion.chunk",
        choices: choice.into_iter().collect(),
        usage,
    }
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    created: u64,
    model: &'a str,
    object: &'static str,
    choices: Vec<ChunkChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a Usage>,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u64,
    delta: Delta<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCallDelta<'a>>,
}

#[derive(Serialize)]
struct ToolCallDelta<'a> {
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    function: FunctionDelta<'a>,
}

#[derive(Serialize)]
struct FunctionDelta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}
