//! The benches: what a call costs through the facade, against the same call written by hand. `cargo xtask bench` builds
//! and runs this program and prints its figures.
//!
//! | words | what happens |
//! |---|---|
//! | `measure WHAT` | measures it, and prints a [`report`] as JSON |
//! | `run WHAT SIDE SHAPE COUNT URL` | makes so many calls, or reads so many chunks, and nothing else: for an instruction counter or a profiler |
//! | `serve` | answers until its standard input ends; prints its URL |
//!
//! The server is a process of its own, so that its work is in no figure. The client runs on one thread.

mod allocations;
mod chat;
mod instructions;
mod media;
mod memory;
mod paired;
mod plain;
mod report;
mod server;
mod stream;

use std::{error::Error, fmt, io, process::ExitCode, str::FromStr};
use tokio::runtime::{Builder, Runtime};

/// Whatever ends a measurement early.
type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "\
usage: aipass-benches measure WHAT
       aipass-benches run chat raw|facade sequential|together CALLS URL
       aipass-benches run stream raw|facade|eventsource-stream|async-openai SHAPE COUNT URL
       aipass-benches run media raw|facade upload|download|embeddings FILE URL
       aipass-benches serve
WHAT: chat, stream, media
SHAPE: large, events, tiny, late, many, idle, stalled (COUNT is the chunks), whole (COUNT is the bytes of the only one),
       first, apart (COUNT is the streams)";

/// Who makes the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// What a careful person would write over reqwest and serde_json.
    Raw,
    /// The crate `aipass` with all its policies.
    Facade,
}

/// How the calls follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One after the other, on one connection.
    Sequential,
    /// [`TOGETHER`] at a time.
    Together,
}

/// How many calls are under way at once in [`Shape::Together`].
const TOGETHER: usize = 64;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["measure", "chat"] => chat::measure().map(|report| println!("{report}")),
        ["run", "chat", side, shape, calls, url] => run_chat(side, shape, calls, url),
        ["measure", "stream"] => stream::measure().map(|report| println!("{report}")),
        ["run", "stream", reader, shape, chunks, url] => stream::run(reader, shape, chunks, url),
        ["measure", "media"] => media::measure().map(|report| println!("{report}")),
        ["run", "media", side, work, file, url] => media::run(side, work, file, url),
        ["serve"] => server::serve().map_err(Failure::from),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run_chat(side: &str, shape: &str, calls: &str, url: &str) -> Result<(), Failure> {
    let (side, shape, calls) = (side.parse()?, shape.parse()?, calls.parse()?);
    chat::Chat::new(side, url)?.calls(&runtime()?, shape, calls)
}

/// One thread: what is counted is the work, and not where a scheduler puts it.
fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

impl FromStr for Side {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        [Self::Raw, Self::Facade]
            .into_iter()
            .find(|side| side.to_string() == name)
            .ok_or_else(|| USAGE.into())
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "raw",
            Self::Facade => "facade",
        })
    }
}

impl FromStr for Shape {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        [Self::Sequential, Self::Together]
            .into_iter()
            .find(|shape| shape.to_string() == name)
            .ok_or_else(|| USAGE.into())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sequential => "sequential",
            Self::Together => "together",
        })
    }
}
