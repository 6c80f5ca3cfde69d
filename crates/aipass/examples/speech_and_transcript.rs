//! A text that is read aloud, and a recording that is written down again.
//!
//! ```sh
//! cargo run -p aipass --example speech_and_transcript [-- FOLDER]
//! ```
//!
//! It talks to an embedded AI Pass, which whistles each word and understands only what it whistled itself; `common` says what
//! an app of your own does instead. Without a folder the sound goes to one that is removed again.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass::FilePart;
use aipass_sandbox::Sandbox;
use std::{env, error::Error, path::PathBuf};

const TEXT: &str = "The ferry leaves at nine.";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_sandbox, ai) = common::signed_in(Sandbox::builder()).await?;
    let temporary = tempfile::tempdir()?;
    let folder = env::args_os()
        .nth(1)
        .map_or(temporary.path().to_owned(), PathBuf::from);

    // The file appears as a whole or not at all. To play it while it is made, take `stream()`.
    let path = ai
        .speech("tts-1", TEXT)
        .voice("nova")
        .save(folder.join("ferry.mp3"))
        .await?;
    println!("spoken: {}", path.display());

    let recording = FilePart::open(&path).await?;
    let heard = ai
        .transcribe("whisper-1", recording)
        .language("en")
        .verbose()
        .await?;
    println!("heard: {}", heard.text);
    for word in &heard.words {
        println!(
            "{:>6.2} s  {}",
            word.start.unwrap_or_default(),
            word.word.as_deref().unwrap_or_default()
        );
    }

    // The same as subtitles. It is another paid call.
    let subtitles = ai
        .transcribe("whisper-1", FilePart::open(&path).await?)
        .srt()
        .await?;
    println!("{}", subtitles.trim_end());
    Ok(())
}
