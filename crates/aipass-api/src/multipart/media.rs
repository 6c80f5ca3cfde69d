//! The media types of what the endpoints take and give: told by content first, by name second.

use std::path::Path;

/// A media type that an endpoint takes or gives.
///
/// ```
/// use aipass_api::multipart::MediaType;
///
/// let png = MediaType::of_content(b"\x89PNG\r\n\x1a\n").unwrap();
/// assert_eq!((png.as_str(), png.extension()), ("image/png", "png"));
/// assert_eq!(MediaType::of_name("memo.M4A").unwrap().as_str(), "audio/mp4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MediaType {
    name: &'static str,
    /// The usual one first.
    extensions: &'static [&'static str],
}

const fn of(name: &'static str, extensions: &'static [&'static str]) -> MediaType {
    MediaType { name, extensions }
}

const PNG: MediaType = of("image/png", &["png"]);
const JPEG: MediaType = of("image/jpeg", &["jpg", "jpeg"]);
const GIF: MediaType = of("image/gif", &["gif"]);
const WEBP: MediaType = of("image/webp", &["webp"]);
const MP3: MediaType = of("audio/mpeg", &["mp3", "mpeg", "mpga"]);
const WAV: MediaType = of("audio/wav", &["wav"]);
const FLAC: MediaType = of("audio/flac", &["flac"]);
const OGG: MediaType = of("audio/ogg", &["ogg", "opus", "oga"]);
const AAC: MediaType = of("audio/aac", &["aac"]);
const M4A: MediaType = of("audio/mp4", &["m4a"]);
const MP4: MediaType = of("video/mp4", &["mp4"]);
const WEBM: MediaType = of("video/webm", &["webm"]);

const ALL: [MediaType; 12] = [PNG, JPEG, GIF, WEBP, MP3, WAV, FLAC, OGG, AAC, M4A, MP4, WEBM];

impl MediaType {
    /// Any bytes.
    pub const UNKNOWN: Self = of("application/octet-stream", &["bin"]);

    /// As many bytes of the beginning are enough for [`of_content`](Self::of_content).
    pub const NEEDS: usize = 16;

    /// As it stands in a header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.name
    }

    /// The usual extension of a file's name, without the point.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.extensions[0]
    }

    /// Whether a name with that extension, in any case, says the same.
    #[must_use]
    pub fn goes_by(self, extension: &str) -> bool {
        self.extensions
            .iter()
            .any(|known| known.eq_ignore_ascii_case(extension))
    }

    /// What these bytes are, by how they begin.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        let at = |place: usize, text: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(text));
        let media = match bytes {
            [0x89, b'P', b'N', b'G', ..] => PNG,
            [0xff, 0xd8, 0xff, ..] => JPEG,
            [b'G', b'I', b'F', b'8', ..] => GIF,
            [b'R', b'I', b'F', b'F', ..] if at(8, b"WEBP") => WEBP,
            [b'R', b'I', b'F', b'F', ..] if at(8, b"WAVE") => WAV,
            [b'f', b'L', b'a', b'C', ..] => FLAC,
            [b'O', b'g', b'g', b'S', ..] => OGG,
            [b'I', b'D', b'3', ..] => MP3,
            // ADTS has no layer, where MPEG audio has one; both begin with twelve set bits.
            [0xff, second, ..] if second & 0xf6 == 0xf0 => AAC,
            [0xff, second, third, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 && is_mpeg(*third) => {
                MP3
            }
            [0x1a, 0x45, 0xdf, 0xa3, ..] => WEBM,
            _ if at(4, b"ftypM4A") => M4A,
            // HEIC and AVIF are built of the same boxes, and are no videos.
            _ if at(4, b"ftyp") && ![&b"hei"[..], b"avi", b"mif"].iter().any(|brand| at(8, brand)) => MP4,
            _ => return None,
        };
        Some(media)
    }

    /// What a file of that name should be.
    #[must_use]
    pub fn of_name(name: impl AsRef<Path>) -> Option<Self> {
        let extension = name.as_ref().extension()?.to_str()?;
        ALL.into_iter().find(|media| media.goes_by(extension))
    }
}

/// Whether that can be the third byte of MPEG audio: it names a bitrate and a sample rate that exist.
fn is_mpeg(third: u8) -> bool {
    !matches!(third >> 4, 0 | 15) && third >> 2 & 3 != 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_what_it_is() {
        let cases: [(&[u8], Option<&str>); 21] = [
            (b"\x89PNG\r\n\x1a\n", Some("png")),
            (b"\xff\xd8\xff\xe0", Some("jpg")),
            (b"GIF89a", Some("gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("webp")),
            (b"RIFF\0\0\0\0WAVEfmt ", Some("wav")),
            (b"RIFF\0\0\0\0AVI ", None),
            (b"RIFF", None),
            (b"fLaC", Some("flac")),
            (b"OggS", Some("ogg")),
            (b"ID3\x04", Some("mp3")),
            (b"\xff\xfb\x90\x64", Some("mp3")),
            (b"\xff\xf3\x90\x64", Some("mp3")),
            (b"\xff\xf1\x50\x80", Some("aac")),
            // Bare samples of near silence begin so.
            (b"\xff\xff\xff\xff", None),
            (b"\xff\xff\0\0", None),
            (b"\0\0\0\x20ftypM4A ", Some("m4a")),
            (b"\0\0\0\x20ftypisom", Some("mp4")),
            (b"\0\0\0\x20ftypheic", None),
            (b"\0\0\0\x20ftypavif", None),
            (b"\x1a\x45\xdf\xa3", Some("webm")),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            let media = MediaType::of_content(bytes);
            assert_eq!(media.map(MediaType::extension), expected, "{bytes:?}");
            let longest = &bytes[..bytes.len().min(MediaType::NEEDS)];
            assert_eq!(MediaType::of_content(longest), media, "{bytes:?}");
        }
    }

    #[test]
    fn a_name_tells_it_by_its_extension_in_any_case() {
        assert_eq!(MediaType::of_name("a/b/talk.MPGA"), Some(MP3));
        assert_eq!(MediaType::of_name("talk"), None);
        assert_eq!(MediaType::of_name("talk.txt"), None);
        assert!(JPEG.goes_by("JPEG") && !JPEG.goes_by("png"));
    }
}
