//! Video jobs in both contracts, and downloads whole and in part.

use aipass_sandbox::{Sandbox, VideoContract};
use serde_json::{Value, json};

use crate::support::{RawReply, Reply, builder, get, post_form, post_json, send_bytes, signed_in, unbase64};

const VIDEOS: &str = "/oauth2/v1/videos";

fn path(id: &str) -> String {
    let id = id.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    format!("{VIDEOS}/{id}")
}

async fn create(sandbox: &Sandbox, token: &str, body: &Value) -> Reply {
    post_json(sandbox, VIDEOS, token, &body.to_string()).await
}

async fn download(sandbox: &Sandbox, token: &str, target: &str, more: &[(&str, &str)]) -> RawReply {
    let bearer = format!("Bearer {token}");
    let headers = [&[("Authorization", bearer.as_str())], more].concat();
    send_bytes(sandbox, "GET", target, &headers, b"").await
}

/// The atoms of a file or of an atom: name and body.
fn atoms(mut bytes: &[u8]) -> Vec<(&str, &[u8])> {
    let mut atoms = Vec::new();
    while !bytes.is_empty() {
        let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
        atoms.push((std::str::from_utf8(&bytes[4..8]).unwrap(), &bytes[8..length]));
        bytes = &bytes[length..];
    }
    atoms
}

fn atom<'a>(bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
    path.iter().fold(bytes, |bytes, name| {
        atoms(bytes)
            .into_iter()
            .find(|(found, _)| found == name)
            .unwrap()
            .1
    })
}

#[tokio::test]
async fn a_job_goes_through_its_states_and_ends_in_a_film() {
    let (sandbox, token) = signed_in().await;
    let body = json!({ "model": "sora-2", "prompt": "a fox runs", "seconds": "8", "size": "64x48" });
    let created = create(&sandbox, &token, &body).await;
    assert_eq!(created.header("x-litellm-response-cost"), Some("0.8"));
    let id = created.text("/id");
    assert!(id.starts_with("video_") && id.ends_with('=') && id.contains('/') && id.contains('+'));
    let shown = |status: &str, progress: u32| {
        json!({
            "id": id, "object": "video", "status": status, "progress": progress, "created_at": 1_767_225_600,
            "model": "sora-2", "seconds": "8", "size": "64x48", "usage": { "duration_seconds": 8.0 }
        })
    };
    assert_eq!(created.json(), shown("queued", 0));
    let early = get(&sandbox, &format!("{}/content", path(&id)), &token).await;
    assert_eq!(early.status, 400);
    assert_eq!(
        get(&sandbox, &path(&id), &token).await.json(),
        shown("in_progress", 50)
    );
    let mut done = shown("completed", 100);
    done["completed_at"] = json!(1_767_225_660);
    done["expires_at"] = json!(1_767_312_000);
    for _ in 0..2 {
        assert_eq!(get(&sandbox, &path(&id), &token).await.json(), done);
    }

    let film = download(&sandbox, &token, &format!("{}/content", path(&id)), &[]).await;
    assert_eq!(film.header("content-type"), Some("video/mp4"));
    assert_eq!(
        film.header("content-length"),
        Some(film.bytes.len().to_string().as_str())
    );
    let names: Vec<_> = atoms(&film.bytes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ftyp", "moov", "mdat"]);
    // Version and flags, a common size of 0, the number of frames, and their lengths.
    let lengths = atom(&film.bytes, &["moov", "trak", "mdia", "minf", "stbl", "stsz"]);
    let lengths: Vec<_> = lengths
        .chunks(4)
        .map(|four| u32::from_be_bytes(four.try_into().unwrap()) as usize)
        .collect();
    assert_eq!(lengths[..3], [0, 0, 8]);
    let offset = atom(&film.bytes, &["moov", "trak", "mdia", "minf", "stbl", "stco"]);
    let mut at = u32::from_be_bytes(offset[8..12].try_into().unwrap()) as usize;
    let mut frames = Vec::new();
    for length in &lengths[3..] {
        let frame = &film.bytes[at..at + length];
        let mut reader = png::Decoder::new(std::io::Cursor::new(frame))
            .read_info()
            .unwrap();
        assert_eq!((reader.info().width, reader.info().height), (64, 48));
        reader
            .next_frame(&mut vec![0; reader.output_buffer_size().unwrap()])
            .unwrap();
        frames.push(frame);
        at += length;
    }
    assert_eq!(at, film.bytes.len());
    assert!(frames.windows(2).all(|pair| pair[0] != pair[1]));

    // The same request once more is another job with the same film.
    let second = create(&sandbox, &token, &body).await.text("/id");
    assert_ne!(second, id);
    assert_eq!(sandbox.counts().charged_calls, 2);
}

#[tokio::test]
async fn a_download_can_be_continued() {
    let sandbox = builder().video_polls(0).start().await.unwrap();
    let token = sandbox
        .issue_tokens("client_a", &["api:access"])
        .unwrap()
        .access_token;
    let created = create(
        &sandbox,
        &token,
        &json!({ "prompt": "x", "seconds": 2, "size": "32x32" }),
    )
    .await;
    assert_eq!(created.text("/status"), "completed");
    let target = format!("{}/content", path(&created.text("/id")));
    let whole = download(&sandbox, &token, &target, &[]).await;
    let (bytes, length) = (&whole.bytes, whole.bytes.len());
    let etag = whole.header("etag").unwrap();
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let disposition = whole.header("content-disposition").unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"video-") && disposition.ends_with(".mp4\""),
        "{disposition}"
    );

    let rest = download(
        &sandbox,
        &token,
        &target,
        &[("Range", "bytes=100-"), ("If-Range", etag)],
    )
    .await;
    assert_eq!((rest.status, &rest.bytes[..]), (206, &bytes[100..]));
    let range = format!("bytes 100-{}/{length}", length - 1);
    assert_eq!(rest.header("content-range"), Some(range.as_str()));
    let changed = [("Range", "bytes=100-"), ("If-Range", "\"other\"")];
    let changed = download(&sandbox, &token, &target, &changed).await;
    assert_eq!((changed.status, &changed.bytes), (200, bytes));
    let beyond = download(&sandbox, &token, &target, &[("Range", "bytes=999999-")]).await;
    assert_eq!(beyond.status, 416);
    let range = format!("bytes */{length}");
    assert_eq!(beyond.header("content-range"), Some(range.as_str()));

    let thumbnail = download(&sandbox, &token, &format!("{target}?variant=thumbnail"), &[]).await;
    assert_eq!(thumbnail.header("content-type"), Some("image/png"));
    assert!(thumbnail.bytes.starts_with(b"\x89PNG"));
    let odd = download(&sandbox, &token, &format!("{target}?variant=spritesheet"), &[]).await;
    assert_eq!(odd.status, 400);
}

#[tokio::test]
async fn a_prompt_can_ask_for_a_failure() {
    let (sandbox, token) = signed_in().await;
    let id = create(
        &sandbox,
        &token,
        &json!({ "prompt": "Please FAIL.", "size": "32x32" }),
    )
    .await
    .text("/id");
    get(&sandbox, &path(&id), &token).await;
    let failed = get(&sandbox, &path(&id), &token).await;
    assert_eq!(failed.text("/status"), "failed");
    assert_eq!(
        failed.json()["error"],
        json!({
            "code": "video_generation_failed",
            "message": "The video could not be made: its prompt asks for a failure."
        })
    );
    let content = get(&sandbox, &format!("{}/content", path(&id)), &token).await;
    assert_eq!(content.status, 400);
    let remix = post_json(
        &sandbox,
        &format!("{}/remix", path(&id)),
        &token,
        r#"{"prompt":"y"}"#,
    )
    .await;
    assert_eq!(
        remix.text("/error/message"),
        "only a completed video can be remixed"
    );
    let fine = create(
        &sandbox,
        &token,
        &json!({ "prompt": "failure is no word", "size": "32x32" }),
    )
    .await;
    get(&sandbox, &path(&fine.text("/id")), &token).await;
    let done = get(&sandbox, &path(&fine.text("/id")), &token).await;
    assert_eq!(done.text("/status"), "completed");
}

#[tokio::test]
async fn a_form_brings_a_picture_and_a_remix_its_origin() {
    let (sandbox, token) = signed_in().await;
    let pixel = unbase64(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
    );
    let parts: Vec<(&str, Option<&str>, &[u8])> = vec![
        ("prompt", None, b"a fox runs"),
        ("model", None, b"veo-3.1-fast-generate-preview"),
        ("seconds", None, b"4"),
        ("size", None, b"32x32"),
        ("input_reference", Some("fox.png"), &pixel),
    ];
    let reply = post_form(&sandbox, VIDEOS, &token, &parts).await.into_text();
    assert_eq!(reply.status, 200, "{}", reply.body);
    let id = reply.text("/id");
    get(&sandbox, &path(&id), &token).await;
    get(&sandbox, &path(&id), &token).await;
    let first = download(&sandbox, &token, &format!("{}/content", path(&id)), &[]).await;

    let remix = format!("{}/remix", path(&id));
    let remixed = post_json(&sandbox, &remix, &token, r#"{"prompt":"at night"}"#).await;
    assert_eq!(remixed.text("/remixed_from_video_id"), id);
    assert_eq!(
        (remixed.text("/status"), remixed.text("/seconds")),
        ("queued".into(), "4".into())
    );
    let remixed = remixed.text("/id");
    assert_ne!(remixed, id);
    get(&sandbox, &path(&remixed), &token).await;
    get(&sandbox, &path(&remixed), &token).await;
    let second = download(&sandbox, &token, &format!("{}/content", path(&remixed)), &[]).await;
    assert_ne!(first.bytes, second.bytes);
    assert_eq!(sandbox.wallet().spent, 1.2);

    let url = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
    let body = json!({ "prompt": "x", "size": "32x32", "input_reference": { "image_url": url } });
    assert_eq!(create(&sandbox, &token, &body).await.status, 200);
}

#[tokio::test]
async fn the_later_contract_has_other_names_and_another_place_to_poll() {
    let sandbox = builder()
        .video_contract(VideoContract::Later)
        .video_polls(1)
        .start()
        .await
        .unwrap();
    let token = sandbox
        .issue_tokens("client_a", &["api:access"])
        .unwrap()
        .access_token;
    let created = create(&sandbox, &token, &json!({ "prompt": "x", "size": "32x32" })).await;
    let id = created.text("/videoId");
    assert_eq!(
        created.json(),
        json!({ "videoId": id, "status": "queued", "seconds": 4, "model": "sora-2" })
    );
    assert_eq!(get(&sandbox, &path(&id), &token).await.status, 404);
    let done = get(&sandbox, &format!("{}/status", path(&id)), &token).await;
    let url = done.text("/downloadUrl");
    assert_eq!(
        done.json(),
        json!({
            "videoId": id, "status": "completed", "seconds": 4, "model": "sora-2", "downloadUrl": url
        })
    );
    let target = url.strip_prefix(sandbox.base_url()).unwrap();
    let file = send_bytes(&sandbox, "GET", target, &[], b"").await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (200, Some("video/mp4"))
    );
    let content = download(&sandbox, &token, &format!("{}/content", path(&id)), &[]).await;
    assert_eq!(content.bytes, file.bytes);
}

#[tokio::test]
async fn what_no_model_films_is_refused_free_of_charge() {
    let (sandbox, token) = signed_in().await;
    for (body, param) in [
        (json!({}), "prompt"),
        (json!({ "prompt": "x", "model": "tts-1" }), "model"),
        (json!({ "prompt": "x", "seconds": "4.5" }), "seconds"),
        (json!({ "prompt": "x", "seconds": 0 }), "seconds"),
        (json!({ "prompt": "x", "seconds": "long" }), "seconds"),
        (json!({ "prompt": "x", "size": "4096x2" }), "size"),
        (
            json!({ "prompt": "x", "input_reference": { "file_id": "file_1" } }),
            "input_reference",
        ),
        (
            json!({ "prompt": "x", "input_reference": { "image_url": "data:image/png;base64,aGk=" } }),
            "input_reference",
        ),
    ] {
        let reply = create(&sandbox, &token, &body).await;
        assert_eq!(
            (reply.status, reply.text("/error/param").as_str()),
            (400, param),
            "{body}"
        );
    }
    let unknown = get(&sandbox, &path("video_x/+="), &token).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(
        unknown.text("/error/message"),
        "Video with id 'video_x/+=' not found."
    );
    assert_eq!(
        get(&sandbox, &format!("{}/status", path("x")), &token)
            .await
            .status,
        404
    );
    assert_eq!(sandbox.counts().charged_calls, 0);
}
