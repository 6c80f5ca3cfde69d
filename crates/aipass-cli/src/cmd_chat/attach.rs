//! What goes along with a question: pictures, sounds and texts, told apart by their content and never by their names.

use crate::{failure::Failure, upload};
use aipass::{
    Image, MediaType,
    enums::InputAudioFormat,
    types::{ContentPart, InputAudio},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// The largest file that goes along.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A file, or the address of a picture, as a part of the question.
pub(super) async fn part(attached: &str) -> Result<ContentPart, Failure> {
    if is_address(attached) {
        return match Image::url(attached) {
            Ok(image) => Ok(image.into()),
            Err(error) => Err(Failure::config(
                format!("the address of a picture cannot be sent: {error}"),
                "give one that begins with https://, or a file",
            )),
        };
    }
    let path = Path::new(attached);
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read(&owned)).await;
    let bytes = read
        .unwrap_or_else(|_| Err(io::Error::other("the reader ended")))
        .map_err(|error| upload::unreadable(path, &error))?;
    of(path, bytes).await
}

fn is_address(text: &str) -> bool {
    let has = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    has("https://") || has("http://") || has("data:")
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe could keep the program waiting for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is larger than 64 MiB",
        ));
    }
    Ok(bytes)
}

/// The part that these bytes make.
async fn of(path: &Path, bytes: Vec<u8>) -> Result<ContentPart, Failure> {
    if bytes.is_empty() {
        return Err(refused(path, "is empty", "check the file"));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(refused(path, "is text in UTF-16", "convert it to UTF-8"));
    }
    if let Some(format) = sound(&bytes) {
        return Ok(ContentPart::InputAudio {
            input_audio: InputAudio {
                data: STANDARD.encode(&bytes),
                format,
                extra: serde_json::Map::new(),
            },
            prompt_cache_breakpoint: None,
            extra: serde_json::Map::new(),
        });
    }
    let media = MediaType::of_content(&bytes).filter(|media| !media.as_str().starts_with("image/"));
    if let Some(media) = media {
        let help = if media.as_str().starts_with("audio/") {
            "convert it to WAV or MP3, or write it down with `aipass transcribe`"
        } else {
            "send pictures of it, or its sound as WAV or MP3"
        };
        return Err(refused(
            path,
            &format!("is {}, which no chat takes", media.as_str()),
            help,
        ));
    }
    if let Some(text) = text(&bytes) {
        return Ok(ContentPart::text(format!("File {}:\n\n{text}", name(path))));
    }
    match Image::from_bytes(bytes).await {
        Ok(image) => Ok(image.into()),
        Err(error) if error.is_unsupported() && error.found().is_none() => Err(refused(
            path,
            "is neither a picture, nor a sound, nor a text",
            "attach JPEG, PNG, GIF, WebP, WAV, MP3, or text in UTF-8",
        )),
        Err(error) => Err(refused(path, &format!("cannot be sent: {error}"), error.help())),
    }
}

/// The two formats that chats take.
fn sound(bytes: &[u8]) -> Option<InputAudioFormat> {
    let media = MediaType::of_content(bytes)?;
    match (media.as_str(), bytes) {
        ("audio/wav", _) => Some(InputAudioFormat::Wav),
        // Of MPEG audio the third layer, whose bits are 01.
        ("audio/mpeg", [b'I', b'D', b'3', ..]) => Some(InputAudioFormat::Mp3),
        ("audio/mpeg", [_, second, ..]) if second & 0x06 == 0x02 => Some(InputAudioFormat::Mp3),
        _ => None,
    }
}

/// Text as it can be sent; a PDF may look like some.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\x1b');
    (!text.starts_with("%PDF-") && text.chars().all(is_text)).then(|| text.trim_start_matches('\u{feff}'))
}

/// The name alone: where it stands on this machine is nobody's business.
fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn refused(path: &Path, why: &str, help: &str) -> Failure {
    Failure::config(format!("{} {why}", path.display()), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn content_decides_and_not_the_name() {
        let name = Path::new("dir/x.png");
        for (bytes, says) in [
            (&b"RIFF\0\0\0\0WAVEfmt "[..], Ok("\"format\":\"wav\"")),
            (b"ID3\x04", Ok("\"format\":\"mp3\"")),
            (b"\xff\xfb\x90\x64", Ok("\"format\":\"mp3\"")),
            (b"hello", Ok("\"File x.png:\\n\\nhello\"")),
            ("\u{feff}h\u{e9}".as_bytes(), Ok("\"File x.png:\\n\\nh\u{e9}\"")),
            (b"", Err("is empty")),
            (b"\xff\xfeh\0", Err("UTF-16")),
            (b"fLaC\0\0", Err("is audio/flac, which no chat takes")),
            (b"\0\0\0\x20ftypisom", Err("is video/mp4, which no chat takes")),
            (b"\0\0\0\x20ftypheicheic", Err("HEIC")),
            (b"%PDF-1.7", Err("PDF")),
            (b"\x89PNG\r\n\x1a\n", Err("cannot be sent")),
            (
                b"\0\x01\x02",
                Err("is neither a picture, nor a sound, nor a text"),
            ),
        ] {
            match (of(name, bytes.to_vec()).await, says) {
                (Ok(part), Ok(text)) => {
                    let json = serde_json::to_string(&part).unwrap();
                    assert!(json.contains(text), "{json}");
                }
                (Err(failure), Err(text)) => {
                    let what = failure.report.unwrap().what;
                    assert!(what.contains(text), "{what}");
                }
                (outcome, _) => panic!("{bytes:?}: {outcome:?}"),
            }
        }
    }

    #[test]
    fn addresses_are_told_from_files() {
        for (text, expected) in [
            ("https://example.com/a.png", true),
            ("HTTP://127.0.0.1/a.png", true),
            ("data:image/png;base64,AA==", true),
            ("a.png", false),
            ("http", false),
            ("./https:/x", false),
        ] {
            assert_eq!(is_address(text), expected, "{text}");
        }
    }
}
