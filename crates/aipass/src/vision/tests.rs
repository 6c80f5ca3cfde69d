//! What holds with and without the feature `images`, and what is said without it.

use super::{Image, ImageError, ImageFormat, address, exif, head::Head, sniff::sniff};
use aipass_api::{enums::ImageDetail, types::ContentPart};
use std::{error::Error as StdError, io};

/// A JPEG of 3 by 2 pixels, as far as its header goes: start, frame, scan, end.
const JPEG: &[u8] = b"\xFF\xD8\xFF\xC0\x00\x0B\x08\x00\x02\x00\x03\x01\x01\x11\x00\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00\x12\x34\xFF\xD9";

/// A PNG of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89\0\0\0\x0BIDATx\x9Cc\xF8\x0F\x04\0\x09\xFB\x03\xFD\xFB^k+\0\0\0\0IEND\xAEB`\x82";

/// A GIF of one pixel.
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0!\xF9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// A WebP of one pixel.
const WEBP: &[u8] = b"RIFF\x22\0\0\0WEBPVP8 \x16\0\0\0\x30\x01\0\x9D\x01\x2A\x01\0\x01\0\x0E\xC0\xFE\x25\xA4\0\x03\x70\0\0\0\0";

const IMAGES: [(&[u8], ImageFormat, u32, u32); 4] = [
    (JPEG, ImageFormat::Jpeg, 3, 2),
    (PNG, ImageFormat::Png, 1, 1),
    (GIF, ImageFormat::Gif, 1, 1),
    (WEBP, ImageFormat::WebP, 1, 1),
];

/// The EXIF data of a photo whose top is on the right.
const TURNED: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

/// [`JPEG`] with that orientation in front.
fn turned() -> Vec<u8> {
    let mut photo = b"\xFF\xD8\xFF\xE1\0\x22Exif\0\0".to_vec();
    photo.extend_from_slice(TURNED);
    photo.extend_from_slice(&JPEG[2..]);
    photo
}

#[test]
fn the_content_tells_the_format() {
    for (bytes, format, width, height) in IMAGES {
        assert_eq!(sniff(bytes).unwrap(), format);
        let head = Head::read(format, bytes).unwrap();
        assert_eq!(
            (head.width, head.height, head.orientation),
            (width, height, 1),
            "{format:?}"
        );
    }
}

#[test]
fn other_formats_are_refused_by_name() {
    let cases: [(&[u8], &str); 20] = [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypheix\0\0\0\0mif1heix", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftyp", ""),
        (b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf", "AVIF"),
        (b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"BM\x3A\0\0\0\0\0\0\0\x36\0\0\0", "BMP"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"II+\0\x08\0\0\0", "TIFF"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
        (b"\xEF\xBB\xBF\n <?xml version=\"1.0\"?><!-- x --><SVG/>", "SVG"),
        (b"<?xml version=\"1.0\"?><html/>", ""),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xFF\x0A\xFA\x7F", "JPEG XL"),
        (b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000"),
        (b"\0\0\x01\0\x01\0\x10\x10", "ICO"),
        // A film, a text, and an image whose first bytes are those of another world.
        (b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", ""),
        (b"GIF", ""),
        (b"RIFF\x24\0\0\0WAVEfmt ", ""),
    ];
    for (bytes, name) in cases {
        let error = sniff(bytes).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        assert_eq!(error.found().unwrap_or_default(), name, "{bytes:?}");
        assert!(error.to_string().contains(name) && !error.help().is_empty());
    }
    assert!(sniff(b"").unwrap_err().is_damaged());
}

#[test]
fn what_is_cut_is_noticed() {
    for (bytes, format, ..) in IMAGES {
        for length in 0..bytes.len() {
            let cut = Head::read(format, &bytes[..length]);
            // Of a GIF only the head is looked at, which has ten bytes.
            let expected = format == ImageFormat::Gif && length >= 10;
            assert_eq!(cut.is_some(), expected, "{format:?} of {length} bytes");
        }
    }
}

/// Whatever stands in a file, looking at it ends and does not panic.
#[test]
fn no_header_leads_astray() {
    let mut state: u32 = 7;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize
    };
    let webp = b"RIFF\x44\0\0\0WEBPVP8X\x0A\0\0\0\x0A\0\0\0\x09\0\0\x09\0\0ANMF\x1E\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0VP8L\x05\0\0\0\x2F\0\0\0\0\0EXIF\0\0\0\0";
    let mut samples: Vec<_> = IMAGES.iter().map(|image| (image.0.to_vec(), image.1)).collect();
    samples.push((turned(), ImageFormat::Jpeg));
    samples.push((webp.to_vec(), ImageFormat::WebP));
    let mut refused = 0;
    for (sample, format) in &samples {
        assert!(Head::read(*format, sample).is_some(), "{sample:?}");
        for _ in 0..2000 {
            let mut bytes = sample.clone();
            for _ in 0..=random() % 4 {
                let at = random() % bytes.len();
                bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, bytes[at] ^ 4][random() % 6];
            }
            refused += usize::from(Head::read(*format, &bytes).is_none());
            exif::orientation(&bytes[random() % bytes.len()..]);
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn frames_within_frames_are_refused() {
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap();
        [kind, &length.to_le_bytes(), data].concat()
    };
    let mut frame = chunk(b"VP8L", b"\x2F\0\0\0\0\0");
    let accepted = [true, true, false, false].map(|_| {
        let file = chunk(b"RIFF", &[b"WEBP", &frame[..]].concat());
        frame = chunk(b"ANMF", &[&[0; 16], &frame[..]].concat());
        Head::read(ImageFormat::WebP, &file).is_some()
    });
    assert_eq!(accepted, [true, true, false, false]);
}

#[test]
fn which_way_is_up() {
    assert_eq!(exif::orientation(TURNED), Some(6));
    let little =
        b"II*\0\x08\0\0\0\x02\0\x0F\x01\x02\0\x04\0\0\0abc\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
    assert_eq!(exif::orientation(little), Some(8));
    // A value beyond the eight, a number of another kind, an entry that is missing, and a place outside of the data.
    for none in [
        &b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0"[..],
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0",
        b"II*\0\x08\0\0\0\xFF\xFF\x0F\x01\x03\0\x01\0\0\0\x06\0\0\0",
        b"II*\0\xFF\xFF\xFF\xFF\x01\0",
        b"II",
        b"",
    ] {
        assert_eq!(exif::orientation(none), None, "{none:?}");
    }
    let head = Head::read(ImageFormat::Jpeg, &turned()).unwrap();
    assert_eq!((head.width, head.height, head.orientation), (3, 2, 6));
}

#[test]
fn addresses() {
    for good in [
        "https://example.com/cat.jpg?size=large",
        "HTTPS://example.com/cat",
        "http://127.0.0.1:8080/cat.png",
        "http://[::1]/cat.png",
        "http://localhost/cat.png",
        "data:image/jpeg;base64,/9j/4AAQ",
        "data:image/jpg;base64,/9j/4AAQ",
        "DATA:image/WebP;charset=utf-8;base64,UklGRg==",
    ] {
        address::check(good).unwrap();
    }
    for bad in [
        "http://example.com/cat.jpg",
        "ftp://example.com/cat.jpg",
        "file:///home/cat.jpg",
        "cat.jpg",
        "",
        "data:image/heic;base64,AAAA",
        "data:text/html;base64,AAAA",
        "data:image/png,AAAA",
        "data:image/png;base64,",
        "data:image/png;base64",
        "dätä:image/png;base64,AAAA",
    ] {
        let error = address::check(bad).unwrap_err();
        assert!(error.is_address(), "{bad}: {error}");
        let said = format!("{error} {error:?} {}", error.help());
        assert!(!said.contains("cat"), "{said}");
    }
}

#[tokio::test]
async fn a_part_of_a_message() {
    let image = Image::from_bytes(GIF).detail(ImageDetail::Low).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Gif));
    assert_eq!(image.dimensions(), Some((1, 1)));
    let shown = format!("{image:?}");
    assert_eq!(shown, "Image { format: Gif, width: 1, height: 1, bytes: 43 }");
    let expected = serde_json::json!({
        "type": "image_url",
        "image_url": {
            "url": "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==",
            "detail": "low"
        }
    });
    assert_eq!(
        serde_json::to_value(ContentPart::from(image.clone())).unwrap(),
        expected
    );
    // Written into a text that is exactly as large as it must be.
    let url = image.content.into_url();
    assert_eq!(url.capacity(), url.len());

    let image = Image::url("https://example.com/cat.jpg").unwrap();
    assert_eq!((image.format(), image.dimensions()), (None, None));
    assert_eq!(format!("{image:?}"), "Image { .. }");
    let expected =
        serde_json::json!({"type": "image_url", "image_url": {"url": "https://example.com/cat.jpg"}});
    assert_eq!(serde_json::to_value(ContentPart::from(image)).unwrap(), expected);
}

#[tokio::test]
async fn errors_pass_on() {
    async fn ours() -> Result<Image, crate::Error> {
        Ok(Image::from_bytes(&b"%PDF-1.7"[..]).await?)
    }
    async fn any() -> Result<Image, Box<dyn StdError + Send + Sync>> {
        Ok(Image::from_bytes(&b"%PDF-1.7"[..]).await?)
    }
    let error = ours().await.unwrap_err();
    assert!(error.is_bad_request());
    assert_eq!(error.charge_risk(), crate::ChargeRisk::NotSent);
    assert_eq!(error.to_string(), "the image cannot be sent");
    assert_eq!(error.image_error().unwrap().found(), Some("PDF"));
    assert!(error.help().starts_with("render the page"));
    let source = error.source().unwrap().to_string();
    assert_eq!(
        source,
        "the image is in the format PDF, which vision models do not read"
    );
    assert!(any().await.unwrap_err().is::<ImageError>());
}

#[tokio::test]
async fn a_reader_is_not_read_for_ever() {
    let error = Image::from_reader(tokio::io::repeat(0xFF)).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");
    let broken = broken_reader();
    let error = Image::from_reader(broken).await.unwrap_err();
    assert!(error.is_read(), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "the line broke");
}

/// A reader that gives the start of an image, and then an error.
fn broken_reader() -> impl tokio::io::AsyncRead + Send {
    struct Broken(bool);
    impl tokio::io::AsyncRead for Broken {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            into: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            if std::mem::replace(&mut self.0, true) {
                return std::task::Poll::Ready(Err(io::Error::other("the line broke")));
            }
            into.put_slice(&PNG[..20]);
            std::task::Poll::Ready(Ok(()))
        }
    }
    Broken(false)
}

/// Only as a borrow: the reader is still there afterwards.
#[tokio::test]
async fn a_reader_may_be_lent() {
    let mut file = io::Cursor::new(PNG);
    let image = Image::from_reader(&mut file).await.unwrap();
    assert_eq!(image.bytes().unwrap(), PNG);
    assert_eq!(file.position(), PNG.len() as u64);
}

#[tokio::test]
async fn files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.heic");
    // Its name is not believed.
    std::fs::write(&path, PNG).unwrap();
    let image = Image::open(&path).await.unwrap();
    assert_eq!(image.bytes().unwrap(), PNG);

    let long = std::fs::File::create(folder.path().join("long.png")).unwrap();
    long.set_len(64 * 1024 * 1024 + 1).unwrap();
    let error = Image::open(folder.path().join("long.png")).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");

    for unreadable in ["missing.png", "."] {
        let error = Image::open(folder.path().join(unreadable)).await.unwrap_err();
        assert!(error.is_read() && error.source().is_some(), "{error}");
        assert!(!format!("{error} {error:?}").contains("missing.png"));
    }
}

#[tokio::test]
async fn too_many_pixels_are_refused_before_they_are_decoded() {
    let mut png = PNG.to_vec();
    png[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
    let error = Image::from_bytes(png).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");
    let error = Image::from_bytes(JPEG).max_pixels(5).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");
    assert!(Image::from_bytes(JPEG).max_pixels(6).await.is_ok());
}

#[cfg(not(feature = "images"))]
#[tokio::test]
async fn without_the_feature_an_image_goes_out_as_it_is_or_not_at_all() {
    for (bytes, format, width, height) in IMAGES {
        let image = Image::from_bytes(bytes).max_bytes(bytes.len()).await.unwrap();
        assert_eq!(image.bytes().unwrap(), bytes);
        assert_eq!(
            (image.format(), image.dimensions()),
            (Some(format), Some((width, height)))
        );
    }
    let refused = [
        (
            Image::from_bytes(JPEG).max_bytes(JPEG.len() - 1),
            "the image has too many bytes",
        ),
        (
            Image::from_bytes(turned()),
            "the image is stored turned or mirrored",
        ),
        (
            Image::from_bytes(JPEG).max_side(2),
            "the image has too many pixels on a side",
        ),
        (
            Image::from_bytes(JPEG).strip_metadata(true),
            "the metadata of the image cannot be removed",
        ),
    ];
    for (image, begins) in refused {
        let error = image.await.unwrap_err();
        assert!(error.is_feature_needed() && !error.is_too_large(), "{error}");
        assert!(error.to_string().starts_with(begins), "{error}");
        assert!(error.to_string().contains("the feature `images` is not enabled"));
        assert!(error.help().contains("enable the feature `images`"), "{error}");
    }
}
