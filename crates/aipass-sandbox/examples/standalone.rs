//! Runs a sandbox until it is interrupted: `cargo run -p aipass-sandbox --example standalone -- 8787`.
//!
//! The optional argument is the port. Apps in any language can use the printed address in place of the service's.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

use aipass_sandbox::{ClientSeed, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let client = ClientSeed::new("client_demo")
        .name("Demo App")
        .redirect_uri("http://127.0.0.1:8765/callback")
        .redirect_uri("myapp://auth/callback");
    let sandbox = Sandbox::builder().port(port).client(client).start().await?;

    println!("AI Pass sandbox: {}", sandbox.base_url());
    println!("client_demo may return to http://127.0.0.1:8765/callback and myapp://auth/callback");
    println!("Stop it with Ctrl-C.");
    std::future::pending().await
}
