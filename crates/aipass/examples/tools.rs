//! A model that calls functions of the app.
//!
//! ```sh
//! cargo run -p aipass --example tools
//! ```
//!
//! It talks to an embedded AI Pass, which calls every tool whose name the question holds; `common` says what an app of your
//! own does instead.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass::{Tool, ToolEvent, Tools, schemars::JsonSchema};
use aipass_sandbox::Sandbox;
use serde::{Deserialize, Serialize};
use std::error::Error;

#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Place {
    /// The name of a town.
    town: String,
}

#[derive(Serialize)]
struct Weather {
    sky: &'static str,
    celsius: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_sandbox, ai) = common::signed_in(Sandbox::builder()).await?;

    let tools = Tools::new()
        .tool(Tool::new(
            "get_weather",
            "The weather of today in a town.",
            |place: Place| async move {
                if place.town.is_empty() {
                    // The model reads this, and can do better.
                    return Err("which town?".into());
                }
                Ok(Weather {
                    sky: "clear",
                    celsius: 21.5,
                })
            },
        ))
        .tool(Tool::new("get_time", "The time of day.", |(): ()| async {
            Ok("12:30")
        }));

    // Every round is a paid call, so how many there may be is said here.
    let mut run = ai
        .chat("gpt-4o-mini")
        .user("Please get_time and get_weather for Bergen")
        .run_tools(tools, 4)
        .stream();
    while let Some(event) = run.next().await {
        match event? {
            ToolEvent::ToolStarted { call, .. } => println!("{} {}", call.name, call.arguments),
            ToolEvent::ToolFinished { result, .. } => println!("{} -> {}", result.call.name, result.content),
            event => print!("{}", event.text()),
        }
    }
    let report = run.finish()?;
    println!();
    let tokens = report
        .usage()
        .and_then(|usage| usage.total_tokens)
        .unwrap_or_default();
    println!("{} rounds, {tokens} tokens", report.rounds());
    Ok(())
}
