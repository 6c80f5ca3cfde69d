//! A chat of 1 KB: through the SDK with all its policies, and through plain reqwest and serde_json.

use crate::{Error, measure::cpu_time};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::{future::Future, hint::black_box, time::Duration};

/// Who makes the calls.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Side {
    /// `aipass`, as its users call it.
    Facade,
    /// What a careful person would write by hand.
    Raw,
}

/// How the calls come.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Shape {
    /// One after the other.
    Sequential,
    /// 64 at once.
    Many,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Self::Facade => "facade",
            Self::Raw => "raw",
        }
    }
}

impl Shape {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Many => "many",
        }
    }
}

const AT_ONCE: u32 = 64;
const MODEL: &str = "gpt-4o-mini";
const SYSTEM: &str = "You answer briefly, in plain words, and you never use a list where a sentence will do.";
const USER: &str = "I work at home, at a small table near the kitchen, and since spring I find it harder and harder to \
    keep at one thing for longer than ten minutes. The phone rings, somebody writes, I look at the news, and when I come back \
    I have forgotten what I was about to do. In the evening I am tired and have little to show for it. I have tried to get up \
    earlier, and that helped for a week. I have tried an application that blocks the news, and I found a way around it on the \
    second day. I do not want to buy anything, and I do not want to change my work. What is the one thing that you would try \
    first, if you were in my place, and how would you know after a week whether it had helped? Please do not tell me to see a \
    doctor; I have done that, and all is well. One tip for better focus is enough.";

/// The CPU time of one call, in nanoseconds.
pub fn run(url: &str, side: Side, shape: Shape, calls: u32) -> Result<u128, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let spent = match side {
        Side::Facade => {
            let ai = aipass::Client::builder()
                .base_url(url)
                .access_token(aipass::Secret::new("sk-0123456789abcdef0123456789abcdef"))
                .build()?;
            runtime.block_on(timed(shape, calls, move || facade(ai.clone())))?
        }
        Side::Raw => {
            let base = aipass_auth::BaseUrl::parse(url)?;
            let http = aipass_auth::__http::client(&aipass::HttpOptions::default(), &base)?;
            let url = format!("{url}/oauth2/v1/chat/completions");
            runtime.block_on(timed(shape, calls, move || raw(http.clone(), url.clone())))?
        }
    };
    Ok(spent.as_nanos() / u128::from(calls))
}

async fn facade(ai: aipass::Client) -> Result<(), Error> {
    let reply = ai
        .chat(MODEL)
        .system(SYSTEM)
        .user(USER)
        .max_tokens(200)
        .send()
        .await?;
    black_box(reply);
    Ok(())
}

async fn raw(http: reqwest::Client, url: String) -> Result<(), Error> {
    let message = |role, content: &str| Message {
        role,
        content: content.to_owned(),
    };
    let request = Request {
        model: MODEL.to_owned(),
        messages: vec![message("system", SYSTEM), message("user", USER)],
        max_tokens: Some(200),
    };
    let body = http
        .post(url)
        .bearer_auth("sk-0123456789abcdef0123456789abcdef")
        .json(&request)
        .send()
        .await?
        .error_for_status()?
        .bytes()
        .await?;
    let completion: Completion = serde_json::from_slice(&body)?;
    black_box(completion);
    Ok(())
}

/// The CPU time of all calls, after a few that open the connections.
async fn timed<F>(shape: Shape, calls: u32, mut call: impl FnMut() -> F) -> Result<Duration, Error>
where
    F: Future<Output = Result<(), Error>> + 'static,
{
    let lanes = if shape == Shape::Many { AT_ONCE } else { 1 };
    at_once(lanes, lanes, &mut call).await?;
    let before = cpu_time();
    at_once(lanes, calls, &mut call).await?;
    Ok(cpu_time() - before)
}

/// That many calls, in lanes beside each other.
async fn at_once<F>(lanes: u32, calls: u32, call: &mut impl FnMut() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>> + 'static,
{
    if lanes == 1 {
        for _ in 0..calls {
            call().await?;
        }
        return Ok(());
    }
    let set = tokio::task::LocalSet::new();
    for _ in 0..calls / lanes {
        let running: Vec<_> = (0..lanes).map(|_| set.spawn_local(call())).collect();
        set.run_until(async {
            for call in running {
                call.await??;
            }
            Ok::<(), Error>(())
        })
        .await?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Request {
    model: String,
    messages: Vec<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

#[derive(Deserialize)]
#[expect(
    dead_code,
    reason = "read for their cost, as a program would read them for their worth"
)]
struct Completion {
    id: String,
    object: String,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    usage: Option<Usage>,
    system_fingerprint: Option<String>,
    service_tier: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their cost")]
struct Choice {
    index: u32,
    message: Answer,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their cost")]
struct Answer {
    role: String,
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their cost")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their cost")]
struct PromptDetails {
    cached_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their cost")]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
    audio_tokens: Option<u64>,
    accepted_prediction_tokens: Option<u64>,
    rejected_prediction_tokens: Option<u64>,
}
