//! Images for vision models: what goes out as it is, what is made to fit, what is refused, and what arrives at a server.
//!
//! Every picture is made here, by encoders that are not the crate's own choice of settings, or from literal bytes.

use crate::support::{Server, answer, client};
use aipass::{Image, ImageError, ImageFormat, enums::ImageDetail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{
    DynamicImage, GenericImageView, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use serde_json::json;
use std::io::Cursor;

const ANSWER: &str = r#"{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"A cat."},"finish_reason":"stop"}]}"#;

fn written(image: &DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn read(image: &Image) -> DynamicImage {
    let format = match image.format().unwrap() {
        ImageFormat::Jpeg => image::ImageFormat::Jpeg,
        ImageFormat::Png => image::ImageFormat::Png,
        ImageFormat::Gif => image::ImageFormat::Gif,
        ImageFormat::WebP => image::ImageFormat::WebP,
        other => panic!("{other:?}"),
    };
    let read = image::load_from_memory_with_format(image.bytes().unwrap(), format).unwrap();
    assert_eq!(read.dimensions(), image.dimensions().unwrap());
    read
}

async fn refused(image: aipass::ImageBuilder<'_>) -> ImageError {
    image.await.expect_err("it must be refused")
}

/// Four colours, and none of the eight ways to turn or mirror them gives the same picture.
const COLOURS: [Rgb<u8>; 4] = [
    Rgb([220, 30, 30]),
    Rgb([30, 200, 30]),
    Rgb([30, 30, 220]),
    Rgb([230, 220, 40]),
];

/// 64 by 32 pixels: red and green above blue and yellow.
fn quarters() -> RgbImage {
    RgbImage::from_fn(64, 32, |x, y| {
        COLOURS[usize::from(x >= 32) + 2 * usize::from(y >= 16)]
    })
}

/// Noise over a slope of colour: it hardly compresses, and one still sees what is where.
fn noisy(width: u32, height: u32) -> RgbImage {
    let mut state: u32 = 1;
    RgbImage::from_fn(width, height, |x, y| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let noise = (state % 80) as u8;
        let slope = |at: u32, of: u32| u8::try_from(at * 160 / of).unwrap() + noise;
        Rgb([slope(x, width), slope(y, height), noise])
    })
}

#[tokio::test]
async fn small_images_go_out_byte_for_byte() {
    let picture = DynamicImage::from(quarters());
    for (format, expected) in [
        (image::ImageFormat::Jpeg, ImageFormat::Jpeg),
        (image::ImageFormat::Png, ImageFormat::Png),
        (image::ImageFormat::Gif, ImageFormat::Gif),
        (image::ImageFormat::WebP, ImageFormat::WebP),
    ] {
        let file = written(&picture, format);
        // A limit is reached and not passed.
        let image = Image::from_bytes(file.clone())
            .max_bytes(file.len())
            .await
            .unwrap();
        assert_eq!(image.format(), Some(expected));
        assert_eq!(image.dimensions(), Some((64, 32)));
        assert_eq!(image.bytes().unwrap(), &file);
    }
}

#[tokio::test]
async fn a_large_photo_is_made_to_fit() {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90)
        .encode_image(&noisy(5000, 4000))
        .unwrap();
    assert!(file.len() > 5_000_000, "{}", file.len());
    let image = Image::from_bytes(file).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Jpeg));
    let length = image.bytes().unwrap().len();
    // Below the limit, and not far below it: more bytes are a better picture.
    assert!((640_000..=800_000).contains(&length), "{length}");
    let read = read(&image);
    let (width, height) = read.dimensions();
    assert!(width.abs_diff(height * 5 / 4) <= 2, "{width} × {height}");
    // What was where is there still: the noise is 40 on average.
    let small = read.thumbnail_exact(4, 4).into_rgb8();
    for (x, y, pixel) in small.enumerate_pixels() {
        for (channel, expected) in pixel.0.into_iter().zip([60 + x * 40, 60 + y * 40, 40]) {
            assert!(u32::from(channel).abs_diff(expected) < 12, "{x} {y} {pixel:?}");
        }
    }
}

/// The EXIF data that gives this orientation, in the order of bytes that cameras use less.
fn exif(orientation: u8) -> Vec<u8> {
    let mut data = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    data[18] = orientation;
    data
}

/// A JPEG with EXIF data behind its start, as cameras write it.
fn tagged_jpeg(picture: &DynamicImage, orientation: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 95)
        .encode_image(picture)
        .unwrap();
    let tag = [b"Exif\0\0", &exif(orientation)[..]].concat();
    let length = u16::try_from(tag.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &tag, &jpeg[2..]].concat()
}

/// Where the pixel that is stored at a place belongs, by the table of the EXIF standard (4.6.5, Orientation).
fn upright(orientation: u8, (x, y): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let (right, bottom) = (width - 1 - x, height - 1 - y);
    match orientation {
        1 => (x, y),
        2 => (right, y),
        3 => (right, bottom),
        4 => (x, bottom),
        5 => (y, x),
        6 => (bottom, x),
        7 => (bottom, right),
        8 => (y, right),
        _ => panic!("{orientation}"),
    }
}

/// The picture that has to be stored so that this orientation shows it upright.
fn stored(shown: &RgbImage, orientation: u8) -> RgbImage {
    let (width, height) = match orientation {
        1..=4 => shown.dimensions(),
        _ => (shown.height(), shown.width()),
    };
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = upright(orientation, (x, y), (width, height));
        *shown.get_pixel(x, y)
    })
}

fn assert_quarters(picture: &DynamicImage) {
    assert_eq!(picture.dimensions(), (64, 32));
    for (at, colour) in [(16, 8), (48, 8), (16, 24), (48, 24)].into_iter().zip(COLOURS) {
        let pixel = picture.get_pixel(at.0, at.1);
        for (found, expected) in pixel.0.into_iter().zip(colour.0) {
            assert!(found.abs_diff(expected) < 16, "{at:?}: {pixel:?} for {colour:?}");
        }
    }
}

#[tokio::test]
async fn photos_are_turned_upright() {
    for orientation in 1..=8 {
        let file = tagged_jpeg(&stored(&quarters(), orientation).into(), orientation);
        let image = Image::from_bytes(file.clone()).await.unwrap();
        assert_quarters(&read(&image));
        // What is upright is left alone, and nothing else: to say it twice would turn the picture twice.
        let bytes = image.bytes().unwrap();
        assert_eq!(bytes == &file, orientation == 1, "{orientation}");
        let tells = bytes.windows(6).any(|bytes| bytes == b"Exif\0\0");
        assert_eq!(tells, orientation == 1, "{orientation}");
    }
    let picture = DynamicImage::from(stored(&quarters(), 6));
    let png = with_chunk(&written(&picture, image::ImageFormat::Png), b"eXIf", &exif(6));
    let image = Image::from_bytes(png).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Png));
    assert_quarters(&read(&image));
    let image = Image::from_bytes(tagged_webp(&picture, 6)).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Jpeg));
    assert_quarters(&read(&image));
}

/// A WebP of the extended form (RFC 9649, section 2.7), with EXIF data at its end.
fn tagged_webp(picture: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = written(picture, image::ImageFormat::WebP);
    let (width, height) = picture.dimensions();
    let mut head = vec![8, 0, 0, 0];
    head.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
    head.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap();
        [kind, &length.to_le_bytes(), data].concat()
    };
    let chunks = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &head),
        plain[12..].to_vec(),
        chunk(b"EXIF", &exif(orientation)),
    ];
    chunk(b"RIFF", &chunks.concat())
}

/// A PNG with one more chunk behind its header.
fn with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    const HEADER: usize = 8 + 12 + 13;
    [&png[..HEADER], &chunk(kind, data), &png[HEADER..]].concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let body = [&kind[..], data].concat();
    let checksum = !body.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    });
    [&length[..], &body, &checksum.to_be_bytes()].concat()
}

#[tokio::test]
async fn metadata_is_kept_or_removed_as_asked() {
    let picture = DynamicImage::from(quarters());
    let file = with_chunk(
        &written(&picture, image::ImageFormat::Png),
        b"tEXt",
        b"Comment\0taken at home",
    );
    let tells = |image: &Image| {
        let bytes = image.bytes().unwrap();
        bytes.windows(4).any(|word| word == b"home")
    };
    assert!(tells(&Image::from_bytes(file.clone()).await.unwrap()));
    let image = Image::from_bytes(file).strip_metadata(true).await.unwrap();
    assert!(!tells(&image));
    assert_eq!(read(&image).into_rgb8(), quarters(), "nothing else is lost");
    // The colours of a photo would be others without their profile.
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    image::ImageEncoder::set_icc_profile(&mut encoder, profile).unwrap();
    encoder.encode_image(&picture).unwrap();
    let image = Image::from_bytes(jpeg).strip_metadata(true).await.unwrap();
    let bytes = image.bytes().unwrap();
    assert!(bytes.windows(12).any(|word| word == b"ICC_PROFILE\0"));
}

/// A drawing on nothing: left half transparent, a soft edge, right half red.
fn on_nothing(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, _| {
        Rgba([255, 0, 0, u8::try_from(x * 255 / (width - 1)).unwrap()])
    })
}

#[tokio::test]
async fn transparency_stays_where_it_fits() {
    let png = written(&on_nothing(64, 64).into(), image::ImageFormat::Png);
    let image = Image::from_bytes(png).strip_metadata(true).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Png));
    assert_eq!(read(&image).into_rgba8(), on_nothing(64, 64));

    // Noise that is too large for a PNG: on white, as JPEG.
    let noise = noisy(400, 300);
    let picture = RgbaImage::from_fn(400, 300, |x, y| {
        let Rgb([red, green, blue]) = *noise.get_pixel(x, y);
        Rgba([red, green, blue, if x < 200 { 0 } else { 255 }])
    });
    let png = written(&picture.into(), image::ImageFormat::Png);
    let image = Image::from_bytes(png).max_bytes(40_000).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Jpeg));
    assert!(image.bytes().unwrap().len() <= 40_000);
    let read = read(&image);
    let (width, height) = read.dimensions();
    assert!(width.abs_diff(height * 4 / 3) <= 2);
    let white = read.get_pixel(width / 4, height / 2);
    assert!(white.0.into_iter().all(|channel| channel > 240), "{white:?}");
    let red = read.get_pixel(width * 3 / 4, height / 2);
    assert!(red[0] < 220 && red[2] < 120, "{red:?}");
}

#[tokio::test]
async fn drawings_stay_sharp() {
    // Opaque, though it has the channel for transparency, as many screenshots have.
    let picture = DynamicImage::from(quarters());
    let mut png = Vec::new();
    let uncompressed = image::codecs::png::CompressionType::Uncompressed;
    let encoder = PngEncoder::new_with_quality(&mut png, uncompressed, Default::default());
    picture.to_rgba8().write_with_encoder(encoder).unwrap();
    let image = Image::from_bytes(png).max_bytes(2_000).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Png));
    assert_eq!(read(&image).into_rgb8(), quarters());
    assert!(!read(&image).color().has_alpha());

    // Something like a page of text, which fits when it is packed with care.
    let page = RgbImage::from_fn(600, 400, |x, y| {
        let ink = y % 14 < 9 && (x * 7 + (x / 6) * (y / 14) * 13) % 11 < 4 && (y * 3 + x / 2) % 5 < 3;
        Rgb([if ink { 0 } else { 255 }; 3])
    });
    let page = DynamicImage::from(page);
    let (mut fast, mut careful) = (Vec::new(), Vec::new());
    for (file, compression) in [
        (&mut fast, image::codecs::png::CompressionType::Fast),
        (&mut careful, image::codecs::png::CompressionType::Default),
    ] {
        let encoder = PngEncoder::new_with_quality(file, compression, Default::default());
        page.write_with_encoder(encoder).unwrap();
    }
    assert!(
        careful.len() * 5 < fast.len() * 4,
        "{} {}",
        careful.len(),
        fast.len()
    );
    let limit = careful.len() + 100;
    let image = Image::from_bytes(fast).max_bytes(limit).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Png));
    assert_eq!(read(&image), page);
}

#[tokio::test]
async fn fewer_pixels_where_asked() {
    let jpeg = written(&noisy(300, 100).into(), image::ImageFormat::Jpeg);
    let untouched = Image::from_bytes(jpeg.clone()).max_side(300).await.unwrap();
    assert_eq!(untouched.bytes().unwrap(), &jpeg);
    let image = Image::from_bytes(jpeg).max_side(150).await.unwrap();
    assert_eq!(read(&image).dimensions(), (150, 50));
    // The side of the picture as it is seen, and as it is stored, is the same one.
    let file = tagged_jpeg(&stored(&quarters(), 6).into(), 6);
    let image = Image::from_bytes(file).max_side(16).await.unwrap();
    assert_eq!(read(&image).dimensions(), (16, 8));
}

#[tokio::test]
async fn limits_that_nothing_can_meet() {
    let jpeg = written(&noisy(300, 100).into(), image::ImageFormat::Jpeg);
    let error = refused(Image::from_bytes(jpeg.clone()).max_bytes(100)).await;
    assert!(error.is_too_large(), "{error}");
    assert_eq!(error.help(), "allow more bytes with max_bytes");
    let least = Image::from_bytes(jpeg).max_bytes(1500).await.unwrap();
    assert!(least.bytes().unwrap().len() <= 1500);
    read(&least);
}

/// A GIF of two frames, of which the first is red.
fn animation() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut file);
    for colour in [[255, 0, 0, 255], [0, 0, 255, 255]] {
        let frame = image::Frame::new(RgbaImage::from_pixel(40, 30, Rgba(colour)));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    file
}

#[tokio::test]
async fn animations() {
    let file = animation();
    let image = Image::from_bytes(file.clone()).await.unwrap();
    assert_eq!(image.bytes().unwrap(), &file);
    // Of one that must be changed, the first frame is left.
    let image = Image::from_bytes(file).strip_metadata(true).await.unwrap();
    assert_eq!(image.format(), Some(ImageFormat::Png));
    assert_eq!(read(&image).get_pixel(20, 15), Rgba([255, 0, 0, 255]));
}

/// Deflate, by hand: so many zeros in a file of a two-hundredth of their size (RFC 1950 and 1951).
fn inflating(zeros: usize) -> Vec<u8> {
    let mut bits = Bits(vec![0x78, 0x01], 0, 0);
    // The last block, with fixed codes, and a first zero.
    bits.push(0b011, 3);
    bits.push_code(0b0011_0000, 8);
    for _ in 0..zeros / 258 {
        // 258 times what stands one place before.
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    bits.push(0, 7);
    bits.0
}

struct Bits(Vec<u8>, u32, u32);

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.1 |= value << self.2;
        self.2 += count;
        while self.2 >= 8 {
            self.0.push(self.1 as u8);
            self.1 >>= 8;
            self.2 -= 8;
        }
    }

    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}

fn png(width: u32, height: u32, depth: u8, colours: u8, data: &[u8]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[depth, colours, 0, 0, 0]);
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", data),
        chunk(b"IEND", b""),
    ]
    .concat()
}

const PEAK: &str = "AIPASS_TEST_PEAK";

/// Files that would fill the memory, and must not.
#[tokio::test]
async fn bombs() {
    // By its header, by what its pixels take, and a real one of some kilobytes and 90 megapixels.
    let huge = png(50_000, 50_000, 8, 6, &inflating(1000));
    let deep = png(9_000, 9_000, 16, 6, &inflating(1000));
    let zeros = inflating(9_000 * 1_251);
    assert!(zeros.len() < 80_000, "{}", zeros.len());
    let real = png(10_000, 9_000, 1, 0, &zeros);
    // Each tells of a small picture first.
    let webp = b"RIFF\x2C\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x63\0\0\x63\0\0VP8 \x0E\0\0\0\x30\x01\0\x9D\x01\x2A\xFF\x3F\xFF\x3F\0\0\0\0";
    let gif = b"GIF89a\x0A\0\x0A\0\x80\0\0\xFF\xFF\xFF\0\0\0,\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02D\x01\0;";
    let jpeg = b"\xFF\xD8\xFF\xC0\0\x0B\x08\0\x02\0\x03\x01\x01\x11\0\xFF\xC0\0\x0B\x08\xF0\0\xF0\0\x01\x01\x11\0\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\x12\xFF\xD9";
    for (name, image) in [
        ("huge", Image::from_bytes(huge.clone())),
        ("unlimited", Image::from_bytes(huge).max_pixels(u64::MAX)),
        ("deep", Image::from_bytes(deep)),
        ("real", Image::from_bytes(real).max_pixels(10_000_000)),
        ("webp", Image::from_bytes(&webp[..])),
        ("gif", Image::from_bytes(&gif[..])),
        ("jpeg", Image::from_bytes(&jpeg[..])),
    ] {
        let error = refused(image.strip_metadata(true)).await;
        assert!(error.is_too_large(), "{name}: {error}");
    }
    // A header of 64 pixels a side before 200 MB of them, and a colour profile of 200 MB: they are left alone.
    let lying = png(64, 64, 8, 0, &inflating(200_000_000));
    let profile = [b"P3\0\0", &inflating(200_000_000)[..]].concat();
    let profile = with_chunk(&png(64, 64, 8, 0, &inflating(64 * 65)), b"iCCP", &profile);
    for bomb in [lying, profile] {
        match Image::from_bytes(bomb)
            .max_bytes(100_000)
            .strip_metadata(true)
            .await
        {
            Ok(image) => assert_eq!(image.dimensions(), Some((64, 64))),
            Err(error) => assert!(error.is_damaged() || error.is_too_large(), "{error}"),
        }
    }
    // Nothing can be taken from its height.
    let thin = png(8_000_000, 1, 1, 0, &inflating(1_000_100));
    let image = Image::from_bytes(thin).strip_metadata(true).await.unwrap();
    assert_eq!(image.dimensions(), Some((65_535, 1)));
    if std::env::var_os(PEAK).is_some() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        println!("\n{peak}");
    }
}

/// The same in a process of its own, whose memory nothing else has used.
#[cfg(target_os = "linux")]
#[test]
fn bombs_fill_no_memory() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "vision::bombs", "--nocapture"])
        .env(PEAK, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kibibytes < 100 * 1024, "{kibibytes} KiB");
}

#[tokio::test]
async fn damaged_files_are_refused() {
    let picture = DynamicImage::from(quarters());
    for format in [
        image::ImageFormat::Jpeg,
        image::ImageFormat::Png,
        image::ImageFormat::WebP,
    ] {
        let mut file = written(&picture, format);
        file.truncate(file.len() - 8);
        let error = refused(Image::from_bytes(file)).await;
        assert!(error.is_damaged(), "{format:?}: {error}");
    }
    // A body of nonsense behind a good header is noticed where it is decoded.
    let error = refused(Image::from_bytes(png(8, 8, 8, 2, b"nonsense")).strip_metadata(true)).await;
    assert!(error.is_damaged(), "{error}");
}

#[tokio::test]
async fn what_arrives_at_a_server() {
    let server = Server::start([answer("200 OK", "application/json", ANSWER)]).await;
    let ai = client(&server.base_url);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.bin");
    let file = written(&quarters().into(), image::ImageFormat::Png);
    tokio::fs::write(&path, &file).await.unwrap();
    let cat = Image::open(&path).detail(ImageDetail::High).await.unwrap();
    let reply = ai
        .chat("gpt-4o-mini")
        .system("Be brief.")
        .user("What is it?")
        .image(cat.clone())
        .images([Image::url("https://example.com/cat.jpg").unwrap()])
        .send()
        .await
        .unwrap();
    assert_eq!(reply.text(), "A cat.");
    // Without a text before it, after an answer, and no images at all.
    let chat = ai.chat("m").images([]).image(cat.clone()).assistant("A cat.");
    chat.image(cat).user("Why?").images([]).send().await.unwrap();

    let url = format!("data:image/png;base64,{}", STANDARD.encode(&file));
    let high = json!({"type": "image_url", "image_url": {"url": url, "detail": "high"}});
    let bodies: Vec<serde_json::Value> = server
        .requests()
        .iter()
        .map(|request| serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap())
        .collect();
    assert_eq!(
        bodies,
        [
            json!({
                "model": "gpt-4o-mini",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": [
                        {"type": "text", "text": "What is it?"},
                        high,
                        {"type": "image_url", "image_url": {"url": "https://example.com/cat.jpg"}}
                    ]}
                ]
            }),
            json!({
                "model": "m",
                "messages": [
                    {"role": "user", "content": [high]},
                    {"role": "assistant", "content": "A cat."},
                    {"role": "user", "content": [high]},
                    {"role": "user", "content": "Why?"}
                ]
            }),
        ]
    );
}

/// Nothing is sent when the image cannot be.
#[tokio::test]
async fn no_call_without_the_image() {
    let server = Server::start([answer("200 OK", "application/json", ANSWER)]).await;
    let ai = client(&server.base_url);
    let ask = async || -> Result<String, aipass::Error> {
        let heic = Image::from_bytes(&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..]).await?;
        Ok(ai
            .chat("m")
            .user("What is it?")
            .image(heic)
            .send()
            .await?
            .text()
            .to_owned())
    };
    let error = ask().await.unwrap_err();
    assert!(error.is_bad_request() && !error.charge_risk().may_have_been_charged());
    assert!(error.help().starts_with("convert it to JPEG"), "{}", error.help());
    assert!(server.requests().is_empty());
}

/// Of a GIF the end is not looked for; of the others it is.
#[tokio::test]
async fn a_gif_without_its_end_goes_out_as_it_is() {
    let gif = b"GIF89a\x0A\0\x0A\0\x80\0\0\xFF\xFF\xFF\0\0\0,\0\0";
    let image = Image::from_bytes(&gif[..]).await.unwrap();
    assert_eq!(image.bytes().unwrap(), &gif[..]);
    let jpeg = b"\xFF\xD8\xFF\xC0\0\x0B\x08\0\x02\0\x03\x01\x01\x11\0\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\x12";
    assert!(refused(Image::from_bytes(&jpeg[..])).await.is_damaged());
}

/// The example has a copy of its own: a link out of the crate is lost in its package and on Windows.
#[test]
fn the_photo_of_the_example_is_a_file_and_that_of_the_demo() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let example = crates.join("aipass/examples/receipt.jpg");
    assert!(std::fs::symlink_metadata(&example).unwrap().is_file());
    let demo = crates.join("aipass-cli/src/demo/receipt.jpg");
    assert!(std::fs::read(example).unwrap() == std::fs::read(demo).unwrap());
}
