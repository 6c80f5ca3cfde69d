//! A picture that is drawn, changed and saved.
//!
//! ```sh
//! cargo run -p aipass --example image_edit [-- FOLDER]
//! ```
//!
//! It talks to an embedded AI Pass, which draws patterns that follow from the prompt, and tints what it is to change; `common`
//! says what an app of your own does instead. Without a folder the pictures go to one that is removed again.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

mod common;

use aipass::{FilePart, Image};
use aipass_sandbox::Sandbox;
use std::{env, error::Error, path::PathBuf};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_sandbox, ai) = common::signed_in(Sandbox::builder()).await?;
    let temporary = tempfile::tempdir()?;
    let folder = env::args_os()
        .nth(1)
        .map_or(temporary.path().to_owned(), PathBuf::from);

    let images = ai
        .image("gpt-image-1", "A lighthouse at dusk")
        .size("1024x1024")
        .send()
        .await?;
    println!("drawn: {} USD", images.meta().cost().unwrap_or_default());
    // The bytes may come with the answer or by a link: `save` takes both, and gives the file the extension of its content.
    let lighthouse = images.into_first().save(folder.join("lighthouse")).await?;
    println!("saved: {}", lighthouse.display());

    let changed = ai
        .edit_image("gpt-image-1", "The same in winter")
        .image(FilePart::open(&lighthouse).await?)
        // High quality can take minutes.
        .quality("low")
        .send()
        .await?;
    // An image that is paid for can be saved again if the disk was full.
    let winter = changed.into_first().save(folder.join("winter")).await?;
    println!("saved: {}", winter.display());

    let image = Image::open(&winter).await?;
    if let (Some(format), Some((width, height))) = (image.format(), image.dimensions()) {
        println!("it is {} of {width}x{height} pixels", format.media_type());
    }
    Ok(())
}
