//! A search by meaning: the notes become vectors once, each question becomes one, and the nearest notes are the hits.
//!
//! ```sh
//! cargo run -p aipass --example embeddings_search
//! ```
//!
//! It talks to an embedded AI Pass, where texts are near each other that share words; models know synonyms, too. An app of
//! your own keeps the vectors, and embeds thousands of texts with `send_in_batches`. `common` says what else it does instead.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass::cosine_similarity;
use aipass_sandbox::Sandbox;
use std::error::Error;

const MODEL: &str = "text-embedding-3-small";

const NOTES: [&str; 5] = [
    "The ferry to the island leaves at half past nine.",
    "Water the tomatoes every second evening.",
    "The bread needs an hour in the oven.",
    "Tickets for the ferry are sold on the pier.",
    "The library is closed on Mondays.",
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_sandbox, ai) = common::signed_in(Sandbox::builder()).await?;

    // One paid call for all notes; the vectors come in the order of the texts.
    let notes = ai.embeddings(MODEL).inputs(NOTES).send().await?;
    for question in ["When does the ferry leave?", "How long is the bread in the oven?"] {
        let asked = ai.embeddings(MODEL).input(question).send().await?;
        let nearness = |vector| cosine_similarity(&asked[0], vector).unwrap_or(-1.0);
        let mut hits: Vec<_> = notes.iter().map(|note| nearness(note)).zip(NOTES).collect();
        hits.sort_by(|(one, _), (other, _)| other.total_cmp(one));

        println!("{question}");
        for (nearness, note) in hits.iter().take(2) {
            println!("  {nearness:.2}  {note}");
        }
    }
    println!("{} USD in all", ai.totals().cost);
    Ok(())
}
