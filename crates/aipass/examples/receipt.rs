//! A photo that becomes a value of a type, as in the playbook's section 6.
//!
//! ```sh
//! cargo run -p aipass --example receipt
//! ```
//!
//! It talks to an embedded AI Pass, which reads the photo by the text that its file carries, and makes up what is not printed
//! there: the category and the confidence. A model of the service looks at the picture. `common` says what else an app of
//! your own does instead.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass::{Image, schemars::JsonSchema};
use aipass_sandbox::Sandbox;
use serde::Deserialize;
use std::error::Error;

/// What a receipt says. The model reads these comments.
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
    items: Vec<Item>,
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

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Item {
    name: String,
    price: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_sandbox, ai) = common::signed_in(Sandbox::builder()).await?;

    // A file would be `Image::open("receipt.jpg")`. Photos that are too large or lie on their side need the feature `images`.
    let photo = Image::from_bytes(include_bytes!("receipt.jpg").as_slice()).await?;
    let found = ai
        .extract("gemini/gemini-2.5-flash-lite")
        .user("Extract the data of this receipt.")
        .image(photo)
        .max_tokens(2000)
        .send::<Receipt>()
        .await?;

    let receipt = &found.value;
    println!(
        "{:.2} {} at {} on {}",
        receipt.amount,
        receipt.currency,
        receipt.merchant,
        receipt.date.as_deref().unwrap_or("an unknown day")
    );
    println!("{:?}, {} sure", receipt.category, receipt.confidence);
    for item in &receipt.items {
        println!("{:>8.2}  {}", item.price, item.name);
    }
    let cost = found.reply.meta().cost().unwrap_or_default();
    println!("{} request, {cost} USD", found.calls);
    Ok(())
}
