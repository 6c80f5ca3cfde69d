//! Images: real PNGs in every form of answer, decoded here with the png crate.

use std::io::Cursor;

use aipass_sandbox::{Credential, Fault, Route, Sandbox};
use serde_json::{Value, json};

use crate::support::{Reply, events, post_form, post_json, send, send_bytes, signed_in, unbase64};

const GENERATE: &str = "/oauth2/v1/images/generations";
const EDIT: &str = "/oauth2/v1/images/edits";
const VARY: &str = "/oauth2/v1/images/variations";

/// A blue JPEG of 8 by 8 pixels, and a grey one without colour channels.
const BLUE_JPEG: &str = "/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaGhwcHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABMAAEBAAAAAAAAAAAAAAAAAAAABwEBAQAAAAAAAAAAAAAAAAAABQcQAQAAAAAAAAAAAAAAAAAAAAARAQAAAAAAAAAAAAAAAAAAAAD/wAARCAAIAAgDASIAAhEAAxEA/9oADAMBAAIRAxEAPwCOAL+Lf//Z";
const GREY_JPEG: &str = "/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgACAAIAwESAAISAAMSAP/aAAwDAQACEQMRAD8AAA//2Q==";

/// Width, height and pixels as red, green, blue, opacity.
fn decode(bytes: &[u8]) -> (u32, u32, Vec<[u8; 4]>) {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    let pixels = buffer.chunks_exact(4).map(|pixel| pixel.try_into().unwrap());
    (info.width, info.height, pixels.collect())
}

fn encode(width: u32, height: u32, pixels: &[[u8; 4]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&pixels.concat())
        .unwrap();
    bytes
}

fn image(reply: &Reply, index: usize) -> Vec<u8> {
    unbase64(&reply.text(&format!("/data/{index}/b64_json")))
}

async fn post(sandbox: &Sandbox, token: &str, body: &Value) -> Reply {
    post_json(sandbox, GENERATE, token, &body.to_string()).await
}

#[tokio::test]
async fn a_link_leads_to_a_png_of_the_asked_size_and_needs_no_bearer() {
    let (sandbox, token) = signed_in().await;
    let body = json!({ "model": "dall-e-3", "prompt": "a red fox", "size": "512x256" });
    let reply = post(&sandbox, &token, &body).await;
    assert_eq!(reply.status, 200);
    let url = reply.text("/data/0/url");
    assert_eq!(
        reply.json(),
        json!({
            "created": 1_767_225_600,
            "data": [{ "url": url, "revised_prompt": "a red fox, drawn by the sandbox" }],
            "size": "512x256",
            "quality": "medium",
            "output_format": "png",
            "background": "opaque",
            "usage": {
                "input_tokens": 3, "output_tokens": 1056, "total_tokens": 1059,
                "input_tokens_details": { "text_tokens": 3, "image_tokens": 0 }
            }
        })
    );
    assert_eq!(reply.header("x-litellm-response-cost"), Some("0.04"));
    assert_eq!(post(&sandbox, &token, &body).await.body, reply.body);

    let path = url.strip_prefix(sandbox.base_url()).unwrap();
    assert!(
        path.starts_with("/files/img-") && path.ends_with(".png"),
        "{path}"
    );
    let file = send_bytes(&sandbox, "GET", path, &[], b"").await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (200, Some("image/png"))
    );
    let (width, height, pixels) = decode(&file.bytes);
    assert_eq!((width, height, pixels.len()), (512, 256, 512 * 256));
    assert!(pixels.iter().any(|pixel| pixel != &pixels[0]));
    assert!(file.bytes.len() < 20_000, "{}", file.bytes.len());

    // A client that sends its token to the place of files shows in the log.
    let bearer = format!("Bearer {token}");
    send_bytes(&sandbox, "GET", path, &[("Authorization", &bearer)], b"").await;
    let log = sandbox.requests();
    let credentials: Vec<_> = log
        .iter()
        .filter(|record| record.route == Some(Route::File))
        .map(|record| record.credential != Credential::None)
        .collect();
    assert_eq!(credentials, [false, true]);
    assert_eq!(
        send(&sandbox, "GET", "/files/img-0.png", &[], "").await.status,
        404
    );
}

#[tokio::test]
async fn the_picture_follows_from_the_prompt_and_its_number() {
    let (sandbox, token) = signed_in().await;
    let ask = async |prompt: &str, n: u32| {
        let body = json!({ "model": "gpt-image-1", "prompt": prompt, "n": n, "size": "auto" });
        post(&sandbox, &token, &body).await
    };
    // These models answer with base64, and cannot be asked for a link.
    let (one, two, other) = (
        ask("a fox", 1).await,
        ask("a fox", 2).await,
        ask("a dog", 1).await,
    );
    assert_eq!(image(&one, 0), image(&two, 0));
    assert_ne!(image(&two, 0), image(&two, 1));
    assert_ne!(image(&one, 0), image(&other, 0));
    let (width, height, _) = decode(&image(&one, 0));
    assert_eq!((width, height), (1024, 1024));
    assert_eq!(two.header("x-litellm-response-cost"), Some("0.08"));
    assert_eq!(sandbox.counts().charged_calls, 3);
}

#[tokio::test]
async fn a_stream_shows_stages_and_ends_with_the_image() {
    let (sandbox, token) = signed_in().await;
    let body = json!({
        "model": "gpt-image-1", "prompt": "a fox", "size": "64x64", "stream": true, "partial_images": 2
    });
    let reply = post(&sandbox, &token, &body).await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    let events = events(&reply.body);
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "image_generation.partial_image",
            "image_generation.partial_image",
            "image_generation.completed"
        ]
    );
    let mut pictures = Vec::new();
    for (index, (name, data)) in events.iter().enumerate() {
        assert_eq!(data["type"], name.as_str());
        assert_eq!(
            data["partial_image_index"],
            if index < 2 { json!(index) } else { Value::Null }
        );
        pictures.push(decode(&unbase64(data["b64_json"].as_str().unwrap())));
    }
    assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
    assert_eq!(events[2].1["usage"]["output_tokens"], 1256);
    let whole = post(
        &sandbox,
        &token,
        &json!({ "model": "gpt-image-1", "prompt": "a fox", "size": "64x64" }),
    )
    .await;
    assert_eq!(decode(&image(&whole, 0)), pictures[2]);
    // 40 000 micro-dollars for each image, and 1000 for each stage.
    assert_eq!(sandbox.wallet().spent, 0.082);
}

#[tokio::test]
async fn an_edit_changes_the_picture_where_the_mask_lets_it() {
    let (sandbox, token) = signed_in().await;
    let white = [255, 255, 255, 255];
    let picture = encode(4, 2, &[white; 8]);
    let mut open = [[0, 0, 0, 255]; 8];
    open[0] = [0; 4];
    open[5] = [0; 4];
    let mask = encode(4, 2, &open);
    let base: [(&str, Option<&str>, &[u8]); 3] = [
        ("image", Some("a.png"), &picture),
        ("prompt", None, b"make it red"),
        ("model", None, b"gpt-image-1"),
    ];
    let masked = [&base[..], &[("mask", Some("m.png"), &mask)]].concat();
    let reply = post_form(&sandbox, EDIT, &token, &masked).await.into_text();
    let (width, height, pixels) = decode(&image(&reply, 0));
    assert_eq!((width, height), (4, 2));
    let changed: Vec<_> = (0..8).filter(|&index| pixels[index] != white).collect();
    assert_eq!(changed, [0, 5]);
    assert_eq!(reply.json()["usage"]["input_tokens_details"]["image_tokens"], 64);

    let whole = post_form(&sandbox, EDIT, &token, &base).await.into_text();
    let (.., pixels) = decode(&image(&whole, 0));
    assert!(pixels.iter().all(|pixel| pixel != &white && pixel == &pixels[0]));
    let other: Vec<_> = [base[0], ("prompt", None, b"make it green"), base[2]].to_vec();
    let other = post_form(&sandbox, EDIT, &token, &other).await.into_text();
    assert_ne!(decode(&image(&other, 0)).2[0], pixels[0]);
    // With a second picture beside it, the mask is still for the first alone.
    let two = [&masked[..], &[("image", Some("b.png"), &picture)]].concat();
    let two = post_form(&sandbox, EDIT, &token, &two).await.into_text();
    let (width, height, pixels) = decode(&image(&two, 0));
    assert_eq!((width, height), (8, 2));
    let changed: Vec<_> = (0..16).filter(|&index| pixels[index] != white).collect();
    assert_eq!(changed, [0, 9]);
    assert_eq!(sandbox.counts().charged_calls, 4);
}

#[tokio::test]
async fn several_pictures_of_both_kinds_come_side_by_side() {
    let (sandbox, token) = signed_in().await;
    let (blue, grey) = (unbase64(BLUE_JPEG), unbase64(GREY_JPEG));
    let picture = encode(2, 2, &[[255, 255, 255, 255]; 4]);
    let parts: Vec<(&str, Option<&str>, &[u8])> = vec![
        ("image[]", Some("a.jpg"), &blue),
        ("image[]", Some("b.jpg"), &grey),
        ("image[]", Some("c.png"), &picture),
        ("prompt", None, b"x"),
        ("stream", None, b"true"),
        ("partial_images", None, b"1"),
    ];
    let reply = post_form(&sandbox, EDIT, &token, &parts).await.into_text();
    let events = events(&reply.body);
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["image_edit.partial_image", "image_edit.completed"]);
    let (width, height, pixels) = decode(&unbase64(events[1].1["b64_json"].as_str().unwrap()));
    assert_eq!((width, height), (24, 8));
    let [left, middle, right] = [pixels[0], pixels[8], pixels[16]];
    assert!(
        left[2] > left[0] && right[0] > middle[0],
        "{left:?} {middle:?} {right:?}"
    );
    // The stage is tinted in its upper half alone.
    let (.., stage) = decode(&unbase64(events[0].1["b64_json"].as_str().unwrap()));
    assert_eq!(stage[0], pixels[0]);
    assert_eq!(stage[7 * 24 + 16], [255, 255, 255, 255]);
}

#[tokio::test]
async fn a_variation_resembles_its_picture_and_is_another() {
    let (sandbox, token) = signed_in().await;
    let pixels: Vec<_> = (0..16).map(|index| [index * 16, 40, 200, 255]).collect();
    let picture = encode(4, 4, &pixels);
    let parts: Vec<(&str, Option<&str>, &[u8])> = vec![
        ("image", Some("a.png"), &picture),
        ("n", None, b"2"),
        ("size", None, b"8x8"),
    ];
    let reply = post_form(&sandbox, VARY, &token, &parts).await.into_text();
    assert_eq!(reply.status, 200, "{}", reply.body);
    for index in 0..2 {
        let url = reply.text(&format!("/data/{index}/url"));
        let path = url.strip_prefix(sandbox.base_url()).unwrap();
        let (width, height, varied) = decode(&send_bytes(&sandbox, "GET", path, &[], b"").await.bytes);
        assert_eq!((width, height), (8, 8));
        let doubled: Vec<_> = (0..64).map(|at| pixels[at / 16 * 4 + at % 8 / 2]).collect();
        assert_ne!(varied, doubled);
        let light = |pixels: &[[u8; 4]]| {
            pixels
                .iter()
                .flat_map(|pixel| &pixel[..3])
                .map(|&part| u64::from(part))
                .sum::<u64>()
        };
        assert_eq!(light(&varied), light(&doubled));
    }
}

#[tokio::test]
async fn what_no_model_draws_is_refused_free_of_charge() {
    let (sandbox, token) = signed_in().await;
    for (body, param) in [
        (json!({ "model": "dall-e-3" }), "prompt"),
        (json!({ "model": "dall-e-3", "prompt": " " }), "prompt"),
        (json!({ "model": "tts-1", "prompt": "x" }), "model"),
        (json!({ "model": "dall-e-3", "prompt": "x", "n": 2 }), "n"),
        (json!({ "model": "gpt-image-1", "prompt": "x", "n": 0 }), "n"),
        (json!({ "prompt": "x", "size": "huge" }), "size"),
        (json!({ "prompt": "x", "quality": "best" }), "quality"),
        (
            json!({ "prompt": "x", "response_format": "file" }),
            "response_format",
        ),
        (
            json!({ "model": "gpt-image-1", "prompt": "x", "response_format": "b64_json" }),
            "response_format",
        ),
        (json!({ "prompt": "x", "output_format": "webp" }), "output_format"),
        (
            json!({ "prompt": "x", "model": "dall-e-3", "stream": true }),
            "stream",
        ),
        (
            json!({ "prompt": "x", "stream": true, "partial_images": 4 }),
            "partial_images",
        ),
    ] {
        let reply = post(&sandbox, &token, &body).await;
        assert_eq!(
            (reply.status, reply.text("/error/param").as_str()),
            (400, param),
            "{body}"
        );
    }
    let picture = encode(1, 1, &[[1, 2, 3, 255]]);
    let wide = encode(2, 1, &[[1, 2, 3, 0]; 2]);
    let prompt: (&str, Option<&str>, &[u8]) = ("prompt", None, b"x");
    let image: (&str, Option<&str>, &[u8]) = ("image", Some("a.png"), &picture);
    for (parts, param, message) in [
        (vec![prompt], "image", "you must provide an image part"),
        (vec![image], "prompt", "you must provide a prompt parameter"),
        (
            vec![prompt, ("image", None, &picture)],
            "image",
            "the part image must have a file name",
        ),
        (
            vec![prompt, ("image", Some("a.gif"), b"GIF89a")],
            "image",
            "the part image cannot be read: the sandbox reads PNG and JPEG, and neither GIF nor WebP",
        ),
        (
            vec![prompt, ("image", Some("a.png"), &picture[..30])],
            "image",
            "the part image cannot be read: it is a broken PNG",
        ),
        (
            vec![prompt, ("image", Some("a.txt"), b"hello")],
            "image",
            "the part image cannot be read: it is neither a PNG nor a JPEG",
        ),
        (
            vec![prompt, image, ("mask", Some("m.png"), &wide)],
            "mask",
            "the mask is 2x1, the first image is 1x1",
        ),
        (
            vec![prompt, image, ("mask", Some("m.png"), &picture)],
            "mask",
            "the mask has no transparent place, so nothing may change",
        ),
        (
            vec![prompt, image, ("n", None, b"two")],
            "n",
            "n must be a whole number",
        ),
    ] {
        let reply = post_form(&sandbox, EDIT, &token, &parts).await.into_text();
        assert_eq!(
            reply.json(),
            json!({ "error": {
                "message": message, "type": "invalid_request_error", "param": param, "code": "400"
            }})
        );
    }
    let both = [prompt, image, ("image[]", Some("b.png"), &picture[..])];
    let both = post_form(&sandbox, EDIT, &token, &both).await.into_text();
    assert_eq!(
        (both.status, both.json()),
        (
            422,
            json!({ "detail": "Cannot specify both 'image' and 'image[]' fields" })
        )
    );
    let json = post_json(&sandbox, EDIT, &token, "{}").await;
    assert_eq!(json.status, 415);
    assert_eq!(sandbox.counts().charged_calls, 0);

    sandbox.fail_next(Route::ImageEdits, Fault::status(429, "{}"));
    assert_eq!(
        post_form(&sandbox, EDIT, &token, &[prompt, image]).await.status,
        429
    );
    assert_eq!(
        post_form(&sandbox, EDIT, &token, &[prompt, image]).await.status,
        200
    );
}
