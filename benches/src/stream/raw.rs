//! The stream read by hand: a buffer, a splitter that knows just what this server sends, and structs that own what they
//! hold. It looks for no error inside the stream and keeps no whole answer.

use super::{TOKEN, reader::Told};
use crate::{Failure, plain};
use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};
use std::{hint::black_box, sync::Arc};

/// A client and where it calls.
#[derive(Clone)]
pub(crate) struct Raw {
    http: reqwest::Client,
    url: Arc<str>,
}

impl Raw {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        Ok(Self {
            http: plain::http()?,
            url: format!("{url}/oauth2/v1/chat/completions").into(),
        })
    }

    /// Asks for a stream.
    pub(crate) async fn ask(&self, model: &str) -> Result<reqwest::Response, Failure> {
        let request = Request {
            model,
            messages: [RequestMessage {
                role: "user",
                content: "Count.",
            }],
            stream: true,
        };
        let call = self.http.post(&*self.url).bearer_auth(TOKEN).json(&request);
        Ok(call.send().await?.error_for_status()?)
    }

    /// Reads a stream to its end.
    pub(crate) async fn read(self, model: &str, mut told: Told) -> Result<usize, Failure> {
        let mut response = self.ask(model).await?;
        told.open().await;
        let end_of_event = Finder::new(b"\n\n");
        let (mut text, mut buffer, mut searched) = (0, Vec::<u8>::new(), 0);
        while let Some(bytes) = response.chunk().await? {
            buffer.extend_from_slice(&bytes);
            let mut at = 0;
            while let Some(found) = end_of_event.find(&buffer[searched..]) {
                let end = searched + found;
                let data = buffer[at..end].strip_prefix(b"data: ").unwrap_or_default();
                at = end + 2;
                searched = at;
                if data == b"[DONE]" {
                    return Ok(text);
                }
                let piece = length_of(&serde_json::from_slice(data)?);
                text += piece;
                told.piece().await?;
            }
            buffer.drain(..at);
            // No byte of a large event is searched twice, the half of an end aside.
            searched = buffer.len().saturating_sub(1);
        }
        Err("the stream has no end".into())
    }
}

/// The length of the chunk's text; all of the chunk counts as used.
pub(crate) fn length_of(chunk: &Chunk) -> usize {
    let choice = black_box(chunk).choices.first();
    choice
        .and_then(|choice| choice.delta.content.as_ref())
        .map_or(0, String::len)
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: [RequestMessage<'a>; 1],
    stream: bool,
}

#[derive(Serialize)]
struct RequestMessage<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "whoever decodes a chunk by hand names its fields too")]
pub(crate) struct Chunk {
    id: String,
    object: String,
    created: i64,
    model: String,
    system_fingerprint: Option<String>,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the chunk")]
struct Choice {
    index: u32,
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the chunk")]
struct Delta {
    role: Option<String>,
    content: Option<String>,
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Vec<ToolCall>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the chunk")]
struct ToolCall {
    index: u32,
    id: Option<String>,
    r#type: Option<String>,
    function: Option<Function>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the chunk")]
struct Function {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the chunk")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}
