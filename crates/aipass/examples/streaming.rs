//! An answer that is shown while it is written.
//!
//! ```sh
//! cargo run -p aipass --example streaming
//! ```
//!
//! It talks to an embedded AI Pass, which pauses between its words; `common` says what an app of your own does instead.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass_sandbox::Sandbox;
use std::{
    error::Error,
    io::{self, Write as _},
    time::Duration,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pause = Duration::from_millis(60);
    let (_sandbox, ai) = common::signed_in(Sandbox::builder().chunk_delay(pause)).await?;

    // What fails before the first word is an error here; a paid call is not sent again once it may have been charged.
    let mut stream = ai
        .chat("gpt-4o-mini")
        .user("Tell me something about the sea.")
        .stream()
        .await?;
    while let Some(event) = stream.next().await {
        // What fails later is an error here, with the part of the answer that came in `partial()`.
        print!("{}", event?.text());
        io::stdout().flush()?;
    }

    // A stream that was cut is an error here, and never half an answer.
    let reply = stream.finish()?;
    println!();
    let tokens = reply.usage().and_then(|usage| usage.total_tokens);
    let reason = reply.finish_reason().map_or("none", |reason| reason.as_str());
    println!("finish reason: {reason}, {} tokens", tokens.unwrap_or_default());
    Ok(())
}
