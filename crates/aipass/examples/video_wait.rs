//! A video: ordered, waited for, downloaded.
//!
//! ```sh
//! cargo run -p aipass --example video_wait [-- FOLDER]
//! ```
//!
//! It talks to an embedded AI Pass, which is done after three looks; a model takes minutes. `common` says what an app of your
//! own does instead. Without a folder the video goes to one that is removed again.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass::Wait;
use aipass_sandbox::Sandbox;
use std::{env, error::Error, path::PathBuf, time::Duration};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_sandbox, ai) = common::signed_in(Sandbox::builder().video_polls(3)).await?;
    let temporary = tempfile::tempdir()?;
    let folder = env::args_os()
        .nth(1)
        .map_or(temporary.path().to_owned(), PathBuf::from);

    // This is the paid call. The job goes on whether anybody waits or not: keep its id, and `video_job(id)` finds it again
    // after the program was started anew.
    let job = ai
        .video("sora-2", "Waves on a pebble beach")
        .seconds(4)
        .size("640x360")
        .create()
        .await?;
    println!("ordered: {} USD", job.meta().cost().unwrap_or_default());

    // An app of your own leaves out the interval (5 seconds by default), and has a deadline of its own or the default of 20
    // minutes.
    let wait = Wait::new()
        .interval(Duration::from_millis(500))
        .deadline(Duration::from_secs(60))
        .on_progress(|job| println!("waiting: {:.0} %", job.progress().unwrap_or_default()));
    let job = job.wait(wait).await?;

    // A download that breaks off goes on from there.
    let path = job
        .download()
        .on_progress(|progress| {
            println!(
                "downloading: {} of {} bytes",
                progress.done,
                progress.total.unwrap_or_default()
            )
        })
        .to(folder.join("waves.mp4"))
        .await?;
    let length = job.length().unwrap_or_default();
    println!("saved: {}, {} seconds", path.display(), length.as_secs());
    Ok(())
}
