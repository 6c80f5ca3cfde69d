//! The chat as a careful person would write it by hand: one client, the status looked at, the answer read whole and
//! decoded into structs that own what they hold.
//!
//! It has the features of reqwest and the settings of its client that the facade has. It has none of the facade's
//! policies: no limits on time and size, no second try with a renewed token, no look for an error inside a success, no
//! fields beyond the known ones.

use super::{MODEL, QUESTION, TOKEN};
use crate::{Failure, plain};
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
        let http = plain::http()?;
        let url = format!("{url}/oauth2/v1/chat/completions").into();
        Ok(Self { http, url })
    }

    /// One call; the length of its answer's text.
    pub(crate) async fn ask(self) -> Result<usize, Failure> {
        let request = Request {
            model: MODEL,
            messages: vec![RequestMessage {
                role: "user",
                content: QUESTION,
            }],
        };
        let response = self
            .http
            .post(&*self.url)
            .bearer_auth(TOKEN)
            .json(&request)
            .send()
            .await?
            .error_for_status()?;
        let body = response.bytes().await?;
        let completion: Completion = black_box(serde_json::from_slice(&body)?);
        let first = completion.choices.first().ok_or("no choice")?;
        Ok(first.message.content.as_ref().map_or(0, String::len))
    }
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<RequestMessage<'a>>,
}

#[derive(Serialize)]
struct RequestMessage<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "whoever decodes an answer by hand names its fields too")]
struct Completion {
    id: String,
    object: String,
    created: i64,
    model: String,
    choices: Vec<Choice>,
    usage: Option<Usage>,
    service_tier: Option<String>,
    system_fingerprint: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Choice {
    index: u32,
    message: Message,
    logprobs: Option<Logprobs>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Message {
    role: String,
    content: Option<String>,
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Vec<ToolCall>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct ToolCall {
    id: String,
    r#type: String,
    function: Function,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Function {
    name: String,
    arguments: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Annotation {
    r#type: String,
    url_citation: Option<UrlCitation>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct UrlCitation {
    start_index: u32,
    end_index: u32,
    url: String,
    title: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Logprobs {
    content: Option<Vec<Logprob>>,
    refusal: Option<Vec<Logprob>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Logprob {
    token: String,
    logprob: f64,
    bytes: Option<Vec<u8>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct PromptDetails {
    cached_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as of the answer")]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
    audio_tokens: Option<u64>,
    accepted_prediction_tokens: Option<u64>,
    rejected_prediction_tokens: Option<u64>,
}
