//! A backend that serves a chat to its page, word by word.
//!
//! ```sh
//! cargo run -p aipass --example serve_chat            # asks itself once, and ends
//! cargo run -p aipass --example serve_chat -- --serve # open the address that it prints
//! ```
//!
//! It talks to an embedded AI Pass and needs neither account nor internet. In a backend of your own the client is the one
//! of the user at hand: the example `axum_sessions` shows how it gets there.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

#[path = "common/browser.rs"]
mod browser;
mod common;

use aipass::{Client, SseBody};
use aipass_sandbox::Sandbox;
use axum::{
    Router,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse},
    routing::{get, post},
};
use browser::Browser;
use std::{env, error::Error, time::Duration};
use tokio::net::TcpListener;

const PAGE: &str = include_str!("serve_chat.html");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pause = Duration::from_millis(80);
    let (_sandbox, ai) = common::signed_in(Sandbox::builder().chunk_delay(pause)).await?;

    let app = Router::new()
        .route("/", get(Html(PAGE)))
        .route("/chat", post(chat))
        .with_state(ai);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let site = listener.local_addr()?;
    let server = axum::serve(listener, app).into_future();
    if env::args().any(|arg| arg == "--serve") {
        println!("Open http://{site} and stop it with Ctrl-C.");
        return Ok(server.await?);
    }

    tokio::spawn(server);
    let page = Browser::new(site).send("POST", "/chat", "One tip?").await?;
    println!("{} {}", page.status(), page.header("content-type"));
    let events: Vec<_> = page.text.split_terminator("\n\n").collect();
    println!(
        "{} events, of which the last is {}",
        events.len(),
        events.last().unwrap_or(&"none")
    );
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
