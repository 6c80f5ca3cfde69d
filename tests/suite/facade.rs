//! What the tests of the facade need beside [`support`](crate::support): answers with headers, answers in memory, and
//! pauses that nobody waits for.

use crate::support::Answer;
use aipass::{BoxFuture, Client, ClientBuilder, InMemory, Reply, Secret, policy::Sleeper};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// A chat that names its price, 0.5 USD.
pub(crate) const CHAT: &str = r#"{"id":"c1","model":"m-2026","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"cost":0.5}}"#;

/// The same as a stream.
pub(crate) const STREAM: &str = concat!(
    "data: {\"id\":\"c1\",\"model\":\"m-2026\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5,\"cost\":0.5}}\n\n",
    "data: [DONE]\n\n",
);

pub(crate) const BUDGET: &str = r#"{"error":{"message":"Budget has been exceeded! Current cost: 10.1, Max budget: 10.0","type":"budget_exceeded"}}"#;

pub(crate) const BALANCE: &str =
    r#"{"success":true,"data":{"totalCost":1.0,"maxBudget":5.0,"remainingBudget":4.0}}"#;

pub(crate) const MODELS: &str = r#"{"object":"list","data":[{"id":"m"},{"id":"gemini/pro"}]}"#;

/// A whole answer with further headers.
pub(crate) fn headed(status: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let kind = if body.starts_with("data:") {
        "text/event-stream"
    } else {
        "application/json"
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}"
    );
    Answer::Bytes(format!("{head}\r\n{body}").into_bytes())
}

pub(crate) fn json(body: &str) -> Answer {
    headed("200 OK", &[], body)
}

/// With a fixed token.
pub(crate) fn builder(base_url: &str) -> ClientBuilder {
    Client::builder()
        .base_url(base_url)
        .access_token(Secret::new("token-1"))
        .sleeper(Pauses::default())
}

pub(crate) fn ok(body: &str) -> Reply {
    Reply::json(http::StatusCode::OK, body.to_owned())
}

/// A service in memory that knows what [`CHAT`] and its like say.
pub(crate) fn service() -> InMemory {
    InMemory::new(|request| match request.uri().path() {
        "/oauth2/v1/chat/completions" => {
            let body = String::from_utf8_lossy(request.body());
            if body.contains("\"stream\":true") {
                Reply::events(STREAM)
            } else {
                ok(CHAT)
            }
        }
        "/api/v1/usage/me/summary" => ok(BALANCE),
        "/oauth2/v1/models" => ok(MODELS),
        "/oauth2/userinfo" => ok(r#"{"sub":"u1"}"#),
        _ => Reply::json(http::StatusCode::NOT_FOUND, "{}"),
    })
}

/// What must not take for ever; a test that would hang fails instead.
pub(crate) async fn in_time<F: Future>(work: F) -> F::Output {
    let waiting = tokio::time::timeout(Duration::from_secs(20), work).await;
    waiting.expect("it never ended")
}

/// The pauses before retries, without the waiting.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl Pauses {
    pub(crate) fn seen(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Sleeper for Pauses {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(pause);
        Box::pin(std::future::ready(()))
    }
}
