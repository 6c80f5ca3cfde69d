//! What the SDK costs, as ratios against code that a careful person would write by hand, measured in the same run.
//!
//! `cargo xtask bench` starts it. The server runs in a process of its own, and so does each measurement, so that only the
//! client's work is counted.

mod chat;
mod measure;
mod report;
mod server;

use chat::{Shape, Side};
use clap::{Parser, Subcommand};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Measures the SDK against plain reqwest and serde_json")]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A chat of 1 KB, one after the other and 64 at once.
    Chat,
    /// Answers every request with the same chat, and prints its address.
    #[command(hide = true)]
    Serve,
    /// Makes calls, and prints the CPU time of one in nanoseconds.
    #[command(hide = true)]
    Client {
        #[arg(long)]
        url: String,
        #[arg(long)]
        side: Side,
        #[arg(long)]
        shape: Shape,
        #[arg(long)]
        calls: u32,
    },
}

fn main() -> Result<(), Error> {
    match Args::parse().what {
        What::Chat => report::chat(),
        What::Serve => server::run(),
        What::Client {
            url,
            side,
            shape,
            calls,
        } => {
            let spent = chat::run(&url, side, shape, calls)?;
            println!("{spent}");
            Ok(())
        }
    }
}
