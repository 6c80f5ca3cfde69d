//! A model that calls functions of the app: `cargo run -p aipass --example tools`.
//!
//! It talks to an embedded AI Pass and needs neither account nor internet; that one calls every tool whose name the question
//! holds. In an app of your own the client comes from `aipass::Client::builder()` with a login.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

use aipass::{Client, Secret, Tool, ToolEvent, Tools, schemars::JsonSchema};
use aipass_sandbox::{ClientSeed, Sandbox};
use serde::{Deserialize, Serialize};

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
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder()
        .client(ClientSeed::new("client_demo").redirect_uri("myapp://auth/callback"))
        .start()
        .await?;
    let tokens = sandbox
        .issue_tokens("client_demo", &["api:access"])
        .ok_or("the sandbox does not know its client")?;
    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .access_token(Secret::new(tokens.access_token))
        .build()?;

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
    println!(
        "{} rounds, {tokens} tokens, {:?} USD",
        report.rounds(),
        report.cost()
    );
    Ok(())
}
