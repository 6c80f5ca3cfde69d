//! The steps of the demo with pictures, sound and film. What the sandbox makes are real files, and they are looked into.

use crate::{
    demo::{
        charged,
        report::{Broken, OrBroken, Step, ensure, held},
    },
    output,
};
use aipass::{Client, FilePart, Image, ImageFormat, VideoJob, Wait, schemars::JsonSchema};
use aipass_sandbox::Sandbox;
use serde::Deserialize;
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A photo of a receipt of a shop that does not exist. What is printed on it also stands in its JPEG comment, in the words that
/// the sandbox reads.
const RECEIPT: &[u8] = include_bytes!("receipt.jpg");

const SPOKEN: &str = "The tide is out at noon.";

/// How many looks at a video it takes until it is done.
pub(super) const VIDEO_POLLS: u32 = 3;

/// What is to be read from a receipt.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Receipt {
    /// The total that was paid.
    amount: f64,
    /// ISO 4217, such as EUR.
    currency: String,
    /// The day of the purchase, as YYYY-MM-DD.
    date: String,
    merchant: String,
}

/// Reads the photo as a value of a type.
pub(crate) async fn vision(sandbox: &Sandbox, client: &Client, folder: &Path, model: &str) -> Step<()> {
    let path = folder.join("receipt.jpg");
    fs::write(&path, RECEIPT).or_broken("a file that can be written")?;
    let photo = Image::open(&path).await.or_broken("a photo")?;
    let before = sandbox.counts().charged_calls;
    let read: Receipt = client
        .extract(model)
        .user("Read this receipt.")
        .image(photo)
        .into_json()
        .await
        .or_broken("a receipt")?;
    charged(sandbox, before, 1)?;
    // As it is printed.
    let printed = Receipt {
        amount: 22.70,
        currency: "GBP".to_owned(),
        date: "2026-03-14".to_owned(),
        merchant: "Harbour Grocers".to_owned(),
    };
    ensure(read == printed, told(&printed), told(&read))?;
    held(format!("{}, as the photo says", told(&read)), ())
}

fn told(receipt: &Receipt) -> String {
    let Receipt {
        amount,
        currency,
        date,
        merchant,
    } = receipt;
    format!("{currency} {amount:.2} at {merchant} on {date}")
}

/// Draws a picture, and looks at the file.
pub(crate) async fn image(sandbox: &Sandbox, client: &Client, folder: &Path) -> Step<()> {
    let before = sandbox.counts().charged_calls;
    let images = client
        .image("gpt-image-1", "A lighthouse at dusk")
        .size("1024x1536")
        .send()
        .await
        .or_broken("a picture")?;
    charged(sandbox, before, 1)?;
    let path = images
        .into_first()
        .save(folder.join("lighthouse"))
        .await
        .or_broken("a picture that can be saved")?;
    let picture = Image::open(&path).await.or_broken("a picture that can be read")?;
    let is_png = picture.format() == Some(ImageFormat::Png);
    ensure(is_png, "a PNG", format_args!("{:?}", picture.format()))?;
    let (width, height) = picture.dimensions().unwrap_or_default();
    ensure(
        (width, height) == (1024, 1536),
        "1024x1536 pixels",
        format_args!("{width}x{height}"),
    )?;
    held(
        format!("{}, a PNG of {width}x{height} pixels, as asked for", name(&path)),
        (),
    )
}

/// Lets a text be spoken, and the sound be written down again.
pub(crate) async fn speech(sandbox: &Sandbox, client: &Client, folder: &Path) -> Step<()> {
    let before = sandbox.counts().charged_calls;
    let path = client
        .speech("tts-1", SPOKEN)
        .voice("nova")
        .save(folder.join("tide"))
        .await
        .or_broken("a sound that can be saved")?;
    ensure(name(&path) == "tide.mp3", "tide.mp3", name(&path))?;
    let sound = FilePart::open(&path)
        .await
        .or_broken("a sound that can be read")?;
    let heard = client
        .transcribe("whisper-1", sound)
        .send()
        .await
        .or_broken("a transcript")?;
    charged(sandbox, before, 2)?;
    ensure(heard.text == SPOKEN, SPOKEN, &heard.text)?;
    held(format!("{}, heard again as \"{}\"", name(&path), heard.text), ())
}

/// Waits for a video while its progress is told, and looks into the file.
pub(crate) async fn video(sandbox: &Sandbox, client: &Client, folder: &Path) -> Step<()> {
    let before = sandbox.counts().charged_calls;
    let job = client
        .video("sora-2", "Waves on a pebble beach")
        .seconds(4)
        .size("640x360")
        .create()
        .await
        .or_broken("a job")?;
    charged(sandbox, before, 1)?;
    let progress = Progress::default();
    let wait = Wait::new().interval(Duration::from_millis(500));
    let wait = wait.on_progress(progress.clone().teller());
    let job = job.wait(wait).await.or_broken("a finished video")?;
    progress.check()?;
    let path = job
        .download_to(folder.join("waves.mp4"))
        .await
        .or_broken("a video that can be saved")?;
    let boxes = boxes(&fs::read(&path).or_broken("a video that can be read")?);
    let whole = boxes.as_ref().is_some_and(|boxes| {
        ["ftyp", "moov", "mdat"]
            .iter()
            .all(|name| boxes.iter().any(|b| b == name))
    });
    ensure(
        whole,
        "an MP4 from its first box to its last",
        format_args!("{boxes:?}"),
    )?;
    let length = job.length().unwrap_or_default();
    ensure(
        length == Duration::from_secs(4),
        "4 seconds",
        format_args!("{length:?}"),
    )?;
    charged(sandbox, before, 1)?;
    held(
        format!("{}, an MP4 of {} seconds, whole", name(&path), length.as_secs()),
        (),
    )
}

/// How far a video was, each time that the client asked.
#[derive(Clone, Default)]
struct Progress(Arc<Mutex<Vec<f64>>>);

impl Progress {
    /// Notes it down and shows it.
    fn teller(self) -> impl Fn(&VideoJob) + Send + Sync + 'static {
        move |job| {
            let Some(percent) = job.progress() else { return };
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let before = if seen.is_empty() { "" } else { " … " };
            // Nobody may be there to see it; the line that ends the step notices that.
            let _ = output::data(&format!("{before}{percent:.0} %"));
            seen.push(percent);
        }
    }

    fn check(&self) -> Result<(), Broken> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let grows = seen.is_sorted() && seen.last() == Some(&100.0);
        let looks = usize::try_from(VIDEO_POLLS).unwrap_or(usize::MAX);
        ensure(
            grows && seen.len() == looks,
            format_args!("{looks} looks, the last at 100 %"),
            format_args!("{seen:?}"),
        )
    }
}

/// The names of an MP4's outer boxes (ISO/IEC 14496-12), if they are as long as the file.
fn boxes(mut file: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    while !file.is_empty() {
        let (length, rest) = file.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        names.push(String::from_utf8_lossy(rest.get(..4)?).into_owned());
        file = file.get(length.max(8)..)?;
    }
    Some(names)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_that_is_cut_has_no_boxes() {
        let film = [b"\0\0\0\x0cftypisom".as_slice(), b"\0\0\0\x09mdatx"].concat();
        assert_eq!(boxes(&film), Some(vec!["ftyp".to_owned(), "mdat".to_owned()]));
        assert_eq!(boxes(&film[..film.len() - 1]), None);
        assert_eq!(boxes(b"\0\0\0\0free"), Some(vec!["free".to_owned()]));
        assert_eq!(boxes(b"<html>"), None);
    }

    #[test]
    fn the_photo_is_small_and_carries_what_is_printed_on_it() {
        assert!(RECEIPT.len() <= 60_000, "{}", RECEIPT.len());
        let text = String::from_utf8_lossy(RECEIPT);
        for printed in [
            "\"amount\":22.7,",
            "\"GBP\"",
            "\"2026-03-14\"",
            "\"Harbour Grocers\"",
        ] {
            assert!(text.contains(printed), "{printed}");
        }
    }
}
