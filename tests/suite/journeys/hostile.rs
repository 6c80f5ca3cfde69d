//! Servers that answer with something else than was asked for: it is an error everywhere, the wallet's state is told, and
//! nobody gets a token who shall not have it.

use crate::{
    facade::{Pauses, builder, in_time},
    policy::server::{Act, Script, answer as whole, json},
    support::{Server, answer, eventually},
};
use aipass::{ChargeRisk, Client, Error, FilePart, RequestOptions, Wait};
use aipass_sandbox::{Fault, Route, Sandbox};
use std::{path::Path, pin::Pin, time::Duration};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest of it";
pub(super) const MP4: &[u8] = b"\0\0\0\x18ftypisom0123456789abcdefghij";

pub(super) fn ai(base_url: &str) -> Client {
    builder(base_url).build().unwrap()
}

fn part() -> FilePart {
    FilePart::new("a.png", "image/png", PNG)
}

pub(super) fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// An image behind that link, without another call.
async fn image_at(link: &str) -> (Server, aipass::GeneratedImage) {
    let list = format!(r#"{{"data":[{{"url":"{link}"}}]}}"#);
    let server = Server::start([answer("200 OK", "application/json", &list)]).await;
    let images = ai(&server.base_url).image("m", "x").send().await.unwrap();
    (server, images.into_first())
}

type Outcome = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
type Ask = fn(Client) -> Outcome;

/// Each call that is answered in JSON, and whether it is made once only, since it costs money or changes something.
const CALLS: [(&str, bool, Ask); 17] = [
    ("models", false, |ai| {
        Box::pin(async move { ai.models().await.map(drop) })
    }),
    ("model", false, |ai| {
        Box::pin(async move { ai.model("m").await.map(drop) })
    }),
    ("chat", true, |ai| {
        Box::pin(async move { ai.chat("m").user("x").send().await.map(drop) })
    }),
    ("embeddings", true, |ai| {
        Box::pin(async move { ai.embeddings("m").input("x").send().await.map(drop) })
    }),
    ("image", true, |ai| {
        Box::pin(async move { ai.image("m", "x").send().await.map(drop) })
    }),
    ("edit", true, |ai| {
        Box::pin(async move { ai.edit_image("m", "x").image(part()).send().await.map(drop) })
    }),
    ("variation", true, |ai| {
        Box::pin(async move { ai.vary_image("m", part()).send().await.map(drop) })
    }),
    ("transcription", true, |ai| {
        Box::pin(async move { ai.transcribe("m", part()).send().await.map(drop) })
    }),
    ("subtitles", true, |ai| {
        Box::pin(async move { ai.transcribe("m", part()).srt().await.map(drop) })
    }),
    ("speech", true, |ai| {
        Box::pin(async move { ai.speech("m", "x").bytes().await.map(drop) })
    }),
    ("video", true, |ai| {
        Box::pin(async move { ai.video("m", "x").create().await.map(drop) })
    }),
    ("remix", true, |ai| {
        Box::pin(async move { ai.video_job("v1").remix("x").await.map(drop) })
    }),
    ("status", false, |ai| {
        Box::pin(async move { ai.video_job("v1").refresh().await })
    }),
    ("balance", false, |ai| {
        Box::pin(async move { ai.fetch_balance().await.map(drop) })
    }),
    ("userinfo", false, |ai| {
        Box::pin(async move { ai.userinfo().await.map(drop) })
    }),
    ("applications", false, |ai| {
        Box::pin(async move { ai.oauth_clients().await.map(drop) })
    }),
    ("checkout", true, |ai| {
        Box::pin(async move { ai.checkout_link(1.0).await.map(drop) })
    }),
];

#[tokio::test]
async fn an_error_inside_a_success_is_an_error_everywhere() {
    for (body, message, risk) in [
        (
            r#"{"error":{"message":"boom","type":"server_error","code":"500"}}"#,
            "boom",
            ChargeRisk::Unknown,
        ),
        (r#"{"error":"boom"}"#, "boom", ChargeRisk::Unknown),
        (
            r#"{"error":{"message":"no more","type":"insufficient_balance"}}"#,
            "no more",
            ChargeRisk::Refused,
        ),
        (
            r#"{"success":false,"message":"no more","timestamp":"2026-08-01T10:00:00"}"#,
            "no more",
            ChargeRisk::Refused,
        ),
    ] {
        for (name, is_once, ask) in CALLS {
            let server = Server::start([answer("200 OK", "application/json", body)]).await;
            let error = ask(ai(&server.base_url)).await.unwrap_err();
            assert_eq!(error.server_message(), Some(message), "{name}: {body}: {error:?}");
            let expected = if is_once { risk } else { error.charge_risk() };
            assert_eq!(error.charge_risk(), expected, "{name}: {body}");
            if is_once {
                assert_eq!(server.requests().len(), 1, "{name}: {body}");
            } else {
                assert!(!error.charge_risk().may_have_been_charged(), "{name}: {body}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_nothing_and_half_an_answer_are_errors_everywhere() {
    for (media_type, body) in [
        ("text/html", "<html>Sign in to the network</html>"),
        ("application/json", "<html>Sign in to the network</html>"),
        ("application/json", "null"),
        ("application/json", ""),
        ("application/json", r#"{"id":"v1","data":[{"#),
    ] {
        for (name, is_once, ask) in CALLS {
            let server = Server::start([answer("200 OK", media_type, body)]).await;
            let outcome = ask(ai(&server.base_url)).await;
            // Subtitles may be any text, JSON that is none included.
            if name == "subtitles" && body.starts_with('{') {
                assert!(outcome.is_ok());
                continue;
            }
            let error = outcome.unwrap_err();
            assert!(
                error.is_decode() || error.is_incomplete(),
                "{name}: {body:?}: {error:?}"
            );
            assert_eq!(
                error.charge_risk().may_have_been_charged(),
                is_once,
                "{name}: {body:?}"
            );
            assert!(!error.to_string().contains("Sign in"), "{error}");
        }
    }
}

#[tokio::test]
async fn waiting_for_a_video_ends_at_a_page() {
    let server = Script::always(Act::Keep(whole(
        "200 OK",
        "content-type: text/html\r\n",
        "<html>down for maintenance</html>",
    )))
    .await;
    let error = in_time(ai(&server.base_url).video_job("v1").wait(Wait::new()))
        .await
        .unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert_eq!(
        (error.video_id(), error.charge_risk()),
        (Some("v1"), ChargeRisk::Free)
    );
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit_and_the_line_is_closed() {
    let endless = |media_type: &str| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\n\r\n");
        Act::Flood(head.into_bytes(), usize::MAX)
    };
    let options = || RequestOptions::new().max_body(1_000_000);
    let server = Script::always(endless("audio/mpeg")).await;
    let sound = ai(&server.base_url).speech("m", "x").options(options()).bytes();
    let error = in_time(sound).await.unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{error:?}");
    eventually("the sound's line is closed", || server.ended() == 1).await;

    let server = Script::always(endless("video/mp4")).await;
    let job = ai(&server.base_url).with_options(options()).video_job("v1");
    in_time(job.download().bytes()).await.unwrap_err();
    eventually("the video's line is closed", || server.ended() == 1).await;

    let files = Script::always(endless("image/png")).await;
    let list = format!(r#"{{"data":[{{"url":"{}/a.png"}}]}}"#, files.base_url);
    let server = Server::start([answer("200 OK", "application/json", &list)]).await;
    let asked = ai(&server.base_url).image("m", "x").options(options());
    let image = asked.send().await.unwrap().into_first();
    let error = in_time(image.bytes()).await.unwrap_err();
    assert_eq!(
        error.charge_risk(),
        ChargeRisk::Free,
        "the image was paid for before: {error:?}"
    );
    eventually("the image's line is closed", || files.ended() == 1).await;

    let server = Script::always(endless("application/json")).await;
    for (name, _, ask) in CALLS {
        let ai = ai(&server.base_url).with_options(options());
        let outcome = in_time(ask(ai)).await;
        assert!(outcome.is_err(), "{name}");
    }
}

/// A gzip file of one stored block (RFC 1951 section 3.2.4, RFC 1952).
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut crc = u32::MAX;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    let length = u16::try_from(content.len()).unwrap();
    let mut file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01".to_vec();
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend_from_slice(content);
    file.extend((!crc).to_le_bytes());
    file.extend(u32::from(length).to_le_bytes());
    file
}

#[tokio::test]
async fn a_compressed_image_is_the_image_and_half_of_it_is_none() {
    let packed = gzip(PNG);
    for (body, is_whole) in [(packed.clone(), true), (packed[..20].to_vec(), false)] {
        let head = "content-type: image/png\r\ncontent-encoding: gzip\r\n";
        let files = Script::always(Act::Keep(whole("200 OK", head, body))).await;
        let (_server, image) = image_at(&format!("{}/a.png", files.base_url)).await;
        let folder = tempfile::tempdir().unwrap();
        let saved = image.save(folder.path().join("a.png")).await;
        assert_eq!(saved.is_ok(), is_whole, "{saved:?}");
        if is_whole {
            assert_eq!(std::fs::read(saved.unwrap()).unwrap(), PNG);
        } else {
            assert_eq!(files.calls().len(), 1 + 2 * usize::from(files.calls().len() > 1));
            assert_eq!(self::files(folder.path()), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_token_goes_to_nobody_else() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let signed_in = crate::session::signed_in(&sandbox).await;
    // A provider's host, which logs what it is sent.
    let foreign = Script::start(|number| match number {
        0 => Act::Keep(whole("302 Found", "location: /moved\r\n", "")),
        1 => Act::Keep(whole("200 OK", "content-type: image/png\r\n", PNG)),
        _ => Act::Keep(json("401 Unauthorized", r#"{"error":"no token"}"#)),
    })
    .await;
    let list = format!(r#"{{"data":[{{"url":"{}/a.png"}}]}}"#, foreign.base_url);
    sandbox.fail_next(Route::ImageGenerations, Fault::status(200, list.clone()));
    let image = signed_in.image("m", "x").send().await.unwrap().into_first();
    assert_eq!(image.bytes().await.unwrap(), PNG);
    // One that asks for a token gets none, and no login is asked for on its account.
    let error = image.bytes().await.unwrap_err();
    assert_eq!(sandbox.counts().refresh_requests, 0);
    let status = format!(
        r#"{{"videoId":"v1","status":"completed","downloadUrl":"{}/v.mp4"}}"#,
        foreign.base_url
    );
    sandbox.fail_next(Route::CreateVideo, Fault::status(200, status));
    let job = signed_in.video("m", "x").create().await.unwrap();
    job.download().bytes().await.unwrap_err();
    assert!(foreign.calls().len() >= 4);
    for call in foreign.calls() {
        let call = call.to_ascii_lowercase();
        for leak in ["sbx_", "authorization", "cookie", "client_", "x-aipass"] {
            assert!(!call.contains(leak), "{leak}: {call}");
        }
    }
    assert!(!format!("{error:?} {error}").contains("sbx_"));
}

/// The later contract: no such addresses as the playbook's, and the gateway says so in either way.
#[tokio::test]
async fn a_job_is_found_at_the_later_addresses_by_its_id_alone() {
    for status in ["404 Not Found", "403 Forbidden"] {
        let files = Script::always(Act::Keep(whole("200 OK", "content-type: video/mp4\r\n", MP4))).await;
        let done = format!(
            r#"{{"status":"completed","downloadUrl":"{}/v.mp4"}}"#,
            files.base_url
        );
        let gateway = || {
            let nothing = Act::Keep(json(status, r#"{"error":"not on the list"}"#));
            Script::acts([nothing.clone(), nothing, Act::Keep(json("200 OK", &done))])
        };
        // The content, the job, its status: the first two are unknown there.
        let server = gateway().await;
        let bytes = ai(&server.base_url)
            .video_job("v1")
            .download()
            .bytes()
            .await
            .unwrap();
        assert_eq!(bytes, MP4, "{status}");
        let calls = server.calls();
        let asked: Vec<_> = calls.iter().map(|call| call.split(' ').nth(1).unwrap()).collect();
        assert_eq!(
            asked,
            [
                "/oauth2/v1/videos/v1/content",
                "/oauth2/v1/videos/v1",
                "/oauth2/v1/videos/v1/status"
            ]
        );
        let server = Script::acts([Act::Keep(json(status, "{}")), Act::Keep(json("200 OK", &done))]).await;
        let job = in_time(ai(&server.base_url).video_job("v1").wait(Wait::new()))
            .await
            .unwrap();
        assert_eq!(job.id(), "v1");
        assert_eq!(job.download().bytes().await.unwrap(), MP4);
        assert_eq!(server.calls().len(), 2, "the link is known by then");
    }
}

#[tokio::test]
async fn no_length_of_time_is_too_long_or_too_short() {
    let queued = |hint: &str| {
        let head = format!("content-type: application/json\r\nretry-after: {hint}\r\n");
        Act::Keep(whole("200 OK", &head, r#"{"id":"v1","status":"queued"}"#))
    };
    let done = Act::Keep(json("200 OK", r#"{"id":"v1","status":"completed"}"#));
    let server = Script::acts([queued("0"), queued("0.001"), done]).await;
    let pauses = Pauses::default();
    let patient = Client::builder()
        .base_url(&server.base_url)
        .access_token(aipass::Secret::new("token-1"))
        .sleeper(pauses.clone())
        .build()
        .unwrap();
    let _job = patient.video_job("v1").wait(Wait::new()).await.unwrap();
    let seen = pauses.seen();
    assert!(seen[0] >= Duration::from_secs(4), "no hint at all: {seen:?}");
    assert_eq!(seen[1], Duration::from_millis(500));

    let server = Script::acts([queued(""), queued("")]).await;
    let forever = Wait::new().interval(Duration::MAX).deadline(Duration::MAX);
    let outcome = in_time(ai(&server.base_url).video_job("v1").wait(forever)).await;
    assert!(outcome.unwrap_err().is_timeout());

    let balance = r#"{"totalCost":1}"#;
    let server = Server::start([answer("200 OK", "application/json", balance)]).await;
    let mut watch = ai(&server.base_url).balance_watch(Duration::MAX);
    watch.next().await.unwrap();
    let second = tokio::time::timeout(Duration::from_millis(200), watch.next()).await;
    assert!(second.is_err(), "it would ask without a pause");
    assert_eq!(server.requests().len(), 1);
}
