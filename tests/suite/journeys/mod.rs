//! What a user does, from the login to the saved file: every endpoint through the facade against the sandbox, over real
//! sockets and with a real login, and what each step costs.

mod account;
mod audio;
mod chat;
mod embeddings;
mod files;
mod hostile;
mod images;
mod models;
mod renewal;
mod shown;
mod tour;
mod videos;

use crate::{
    facade::Pauses,
    session::{CALLBACK, app, sign_in},
};
use aipass::{Client, MemoryStore};
use aipass_sandbox::{Sandbox, SandboxBuilder};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use std::{io::Cursor, sync::Arc};

/// A sandbox, and a client that is signed in there and waits for nothing.
async fn home(builder: SandboxBuilder) -> (Sandbox, Client) {
    let sandbox = builder.start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .sleeper(Pauses::default())
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    (sandbox, ai)
}

/// The work, which must be charged so many times.
async fn charged<T>(sandbox: &Sandbox, times: u64, work: impl Future<Output = T>) -> T {
    let (before, calls) = (sandbox.wallet().spent, sandbox.counts().charged_calls);
    let outcome = work.await;
    assert_eq!(sandbox.counts().charged_calls, calls + times);
    assert_eq!(
        sandbox.wallet().spent > before,
        times > 0,
        "money goes with the calls"
    );
    outcome
}

/// A picture with a colour for each corner, as a PNG.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let drawn = RgbaImage::from_fn(width, height, |x, y| {
        let side = |at: u32, of: u32| if at * 2 < of { 40 } else { 220 };
        Rgba([side(x, width), side(y, height), 90, 255])
    });
    png(drawn)
}

fn png(picture: RgbaImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

/// The pixels of a file that must be a PNG.
fn pixels(file: &[u8]) -> RgbaImage {
    image::load_from_memory_with_format(file, ImageFormat::Png)
        .unwrap()
        .into_rgba8()
}
