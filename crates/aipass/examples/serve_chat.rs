//! A backend that serves a chat to its page, word by word: `cargo run -p aipass --example serve_chat`, then open the address
//! that it prints.
//!
//! It talks to an embedded AI Pass and needs neither account nor internet. In a backend of your own the client comes from
//! `aipass::Client::builder()` with the session of the user at hand.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

use aipass::{Client, Secret, SseBody};
use aipass_sandbox::{ClientSeed, Sandbox};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse},
    routing::{get, post},
};
use std::time::Duration;

const PAGE: &str = include_str!("serve_chat.html");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder()
        .client(ClientSeed::new("client_demo").redirect_uri("myapp://auth/callback"))
        .chunk_delay(Duration::from_millis(150))
        .start()
        .await?;
    let tokens = sandbox
        .issue_tokens("client_demo", &["api:access"])
        .ok_or("the sandbox does not know its client")?;
    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .access_token(Secret::new(tokens.access_token))
        .build()?;

    let app = Router::new()
        .route("/", get(Html(PAGE)))
        .route("/chat", post(chat))
        .with_state(ai);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("Open http://{} and stop it with Ctrl-C.", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// The prompt comes in as text, and the answer goes out as events.
async fn chat(State(ai): State<Client>, prompt: String) -> Result<impl IntoResponse, (StatusCode, String)> {
    // What fails before the first word is an answer with a status of its own.
    let stream = ai
        .chat("gpt-4o-mini")
        .user(prompt)
        .stream()
        .await
        .map_err(|error| {
            let status = if error.is_budget_exceeded() {
                StatusCode::PAYMENT_REQUIRED
            } else {
                StatusCode::BAD_GATEWAY
            };
            (status, error.to_string())
        })?;
    Ok((SseBody::HEADERS, Body::from_stream(stream.to_sse())))
}
