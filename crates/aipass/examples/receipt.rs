//! Reads a receipt, as in the playbook's section 6: `cargo run -p aipass --example receipt`.
//!
//! It talks to an embedded AI Pass and needs neither account nor internet; its answers are made up, and have the shape that the
//! type asks for. In an app of your own the client comes from `aipass::Client::builder()` with a login.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

use aipass::{
    Client, Secret,
    schemars::JsonSchema,
    types::{ContentPart, MessageContent},
};
use aipass_sandbox::{ClientSeed, Sandbox};
use serde::Deserialize;

/// What a receipt says.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Receipt {
    /// The total that was paid.
    amount: f64,
    /// ISO 4217, such as EUR.
    currency: String,
    /// The day of the purchase, as YYYY-MM-DD; null where the receipt does not say it.
    date: Option<String>,
    merchant: String,
    category: Category,
    /// From 0 to 1: how sure you are.
    confidence: f64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
#[serde(rename_all = "lowercase")]
enum Category {
    Groceries,
    Travel,
    Meals,
    Other,
}

/// A picture of one white pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";

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

    let question = MessageContent::Parts(vec![
        ContentPart::text("Extract the data of this receipt."),
        ContentPart::image_url(format!("data:image/png;base64,{PIXEL}")),
    ]);
    let found = ai
        .extract("gemini/gemini-2.5-flash-lite")
        .user(question)
        .max_tokens(2000)
        .send::<Receipt>()
        .await?;
    let Receipt {
        amount,
        currency,
        date,
        merchant,
        category,
        confidence,
    } = found.value;
    println!(
        "{amount} {currency} at {merchant} on {} ({category:?}), confidence {confidence}",
        date.as_deref().unwrap_or("an unknown day")
    );
    println!("{} request, {:?} USD", found.calls, found.reply.meta().cost());
    Ok(())
}
