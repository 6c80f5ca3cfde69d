//! Time: whatever a server leaves undone, a call ends by its own limit. No limit here is one that a healthy server
//! could reach.

use super::server::{Act, HELLO, Probe, STOP, Script, answer, content, events, limits, probe, under};
use aipass::{
    ChargeRisk, Error, RequestOptions,
    policy::{RetryPolicy, Timeouts},
    types::ImageEditForm,
};
use aipass_api::{Failure, FailureKind, SilentBody, TimeoutPhase, multipart::FilePart};
use futures_util::StreamExt;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::Instant,
};

const SHORT: Duration = Duration::from_millis(100);
/// Nothing here lasts that long; what is limited by this is not limited.
const LONG: Duration = Duration::from_secs(3600);

/// No limit but those that the test sets.
fn only(set: impl FnOnce(&mut Timeouts)) -> impl FnOnce(&mut Timeouts) {
    |limits| {
        limits.first_byte_free = Some(LONG);
        limits.first_byte_paid = Some(LONG);
        limits.first_byte_download = Some(LONG);
        limits.idle = Some(LONG);
        limits.event = Some(LONG);
        limits.total_free = Some(LONG);
        limits.total_paid = Some(LONG);
        set(limits);
    }
}

/// A test that hangs says so.
async fn ends<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("the call never ends")
}

async fn stream(probe: &Probe) -> Error {
    match probe.ai.chat("m").user("hi").stream().await {
        Ok(stream) => stream.collect_message().await.unwrap_err(),
        Err(error) => error,
    }
}

fn head() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n".to_vec()
}

/// A server that takes the request and never answers.
#[tokio::test]
async fn no_head_in_time() {
    type Set = fn(&mut Timeouts);
    let cases: [(&str, Set); 4] = [
        ("free", |limits| limits.first_byte_free = Some(SHORT)),
        ("paid", |limits| limits.first_byte_paid = Some(SHORT)),
        ("stream", |limits| limits.first_byte_paid = Some(SHORT)),
        ("download", |limits| limits.first_byte_download = Some(SHORT)),
    ];
    for (class, set) in cases {
        let server = Script::always(Act::Hold(Vec::new())).await;
        let probe = server.probe_with(under(RetryPolicy::none(), only(set))).await;
        let (error, risk) = match class {
            "free" => (ends(probe.ai.models()).await.unwrap_err(), ChargeRisk::Free),
            "paid" => (
                ends(probe.ai.chat("m").user("hi").send()).await.unwrap_err(),
                ChargeRisk::Unknown,
            ),
            "stream" => (ends(stream(&probe)).await, ChargeRisk::Unknown),
            _ => {
                let sending = probe.ai.api().download_video().id("v-1").send();
                let error = ends(sending).await.err().unwrap();
                let kind = Failure::of(&error).unwrap().kind();
                assert_eq!(kind, FailureKind::Timeout(TimeoutPhase::FirstByte));
                continue;
            }
        };
        assert!(
            error.is_timeout() && error.status().is_none(),
            "{class}: {error:?}"
        );
        assert_eq!((error.charge_risk(), error.attempts()), (risk, 1), "{class}");
    }
}

/// A head, or a part of the answer, and then nothing.
#[tokio::test]
async fn a_body_that_falls_silent() {
    let idle = |limits: &mut Timeouts| limits.idle = Some(SHORT);
    let server = Script::always(Act::Hold(head())).await;
    let probe = server.probe_with(under(RetryPolicy::none(), only(idle))).await;
    let error = ends(probe.ai.models()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(
        (error.status().unwrap().as_u16(), error.charge_risk()),
        (200, ChargeRisk::Free)
    );
    let error = ends(probe.ai.chat("m").user("hi").send()).await.unwrap_err();
    assert!(
        error.is_timeout() && error.charge_risk() == ChargeRisk::Completed,
        "{error:?}"
    );

    for (body, partial) in [("", ""), (": ping\n\n", ""), (HELLO, "Hel")] {
        let server = Script::always(Act::Hold(events(body))).await;
        let probe = server.probe_with(limits(only(idle))).await;
        let error = ends(stream(&probe)).await;
        assert!(
            error.is_timeout() && error.charge_risk() == ChargeRisk::Completed,
            "{error:?}"
        );
        assert_eq!(error.partial().unwrap().text(), partial);
        assert_eq!(server.calls().len(), 1);
    }

    let head = b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 100\r\n\r\nabc".to_vec();
    let server = Script::always(Act::Hold(head)).await;
    let probe = server.probe_with(limits(only(idle))).await;
    let video = probe.ai.api().download_video().id("v-1").send().await.unwrap();
    let mut bytes = video.into_inner_stream();
    assert_eq!(&bytes.next().await.unwrap().unwrap()[..], b"abc");
    assert!(SilentBody::is_in(&ends(bytes.next()).await.unwrap().unwrap_err()));
}

/// One byte after the other keeps the limit on silence away, but not the one on the whole.
#[tokio::test]
async fn an_answer_that_drips_ends_by_its_total() {
    let set = |limits: &mut Timeouts| {
        limits.idle = Some(LONG);
        limits.total_free = Some(3 * SHORT);
        limits.total_paid = Some(3 * SHORT);
    };
    let server = Script::always(Act::Drip(head(), SHORT / 4)).await;
    let Probe { ai, pauses, .. } = server.probe_with(limits(only(set))).await;
    let error = ends(ai.models()).await.unwrap_err();
    assert!(
        error.is_timeout() && error.charge_risk() == ChargeRisk::Free,
        "{error:?}"
    );
    assert_eq!(error.attempts(), 1, "no time is left for another attempt");
    assert!(!error.raw_body().is_empty(), "what came is kept");
    let error = ends(ai.chat("m").user("hi").send()).await.unwrap_err();
    assert!(
        error.is_timeout() && error.charge_risk() == ChargeRisk::Completed,
        "{error:?}"
    );
    assert!(pauses.recorded().is_empty());
}

/// A stream has no total, so it ends by what it lacks: events with data.
#[tokio::test]
async fn a_stream_of_comments_ends_by_its_events() {
    let set = |limits: &mut Timeouts| {
        limits.event = Some(3 * SHORT);
        limits.total_paid = Some(SHORT / 4);
    };
    for (body, partial) in [("", ""), (HELLO, "Hel")] {
        // Spaces make a line without a name, which is a comment as far as a reader is concerned.
        let server = Script::always(Act::Drip(events(&format!("{body}: ping\n\n")), SHORT / 4)).await;
        let probe = server.probe_with(limits(only(set))).await;
        let began = Instant::now();
        let error = ends(stream(&probe)).await;
        assert!(error.is_timeout(), "{error:?}");
        assert!(began.elapsed() >= 3 * SHORT, "not before its time");
        assert_eq!(error.partial().unwrap().text(), partial);
        assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    }
}

/// Whoever reads slowly is not to blame the server for it.
#[tokio::test]
async fn a_slow_reader_ends_nothing() {
    let set = |limits: &mut Timeouts| {
        limits.idle = Some(SHORT);
        limits.event = Some(SHORT);
    };
    let server = Script::always(Act::Close(events(&format!("{HELLO}{HELLO}{HELLO}{STOP}")))).await;
    let probe = server.probe_with(limits(only(set))).await;
    let mut stream = probe.ai.chat("m").user("hi").stream().await.unwrap();
    let mut text = String::new();
    tokio::time::sleep(3 * SHORT).await;
    while let Some(event) = stream.next().await {
        text.push_str(event.unwrap().text());
        tokio::time::sleep(3 * SHORT).await;
    }
    assert_eq!(text, "HelHelHel");
    assert_eq!(stream.finish().unwrap().text(), "HelHelHel");
}

/// A program may look away in the middle, as one with a window does: what the server sent meanwhile counts.
#[tokio::test]
async fn a_reader_that_looks_away_ends_nothing() {
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    let told = Arc::new(tokio::sync::Mutex::new(told));
    let server = Script::always(Act::Relay(events(""), told)).await;
    let set = |limits: &mut Timeouts| {
        limits.event = Some(3 * SHORT);
        limits.idle = Some(3 * SHORT);
    };
    let probe = server.probe_with(limits(only(set))).await;
    let mut stream = probe.ai.chat("m").user("hi").stream().await.unwrap();
    for _ in 0..2 {
        let waiting = tokio::time::timeout(SHORT / 4, stream.next()).await;
        assert!(waiting.is_err(), "nothing has come yet");
        for text in [": ping\n\n", ": ping\n\n", HELLO] {
            tell.send(text.to_owned()).unwrap();
            tokio::time::sleep(3 * SHORT).await;
        }
        assert_eq!(stream.next().await.unwrap().unwrap().text(), "Hel");
    }
    tell.send(STOP.to_owned()).unwrap();
    assert_eq!(stream.collect_message().await.unwrap().text(), "HelHel");
}

/// One deadline for all attempts: what does not fit is not waited for, and the error is the one that there is.
#[tokio::test]
async fn a_pause_that_does_not_fit_is_not_waited_for() {
    let total = |limits: &mut Timeouts| {
        limits.total_free = Some(Duration::from_secs(20));
        limits.total_paid = Some(Duration::from_secs(20));
    };
    for (seconds, sent) in [(1, 3), (25, 1)] {
        let slow = answer("429 Slow", &format!("retry-after: {seconds}\r\n"), "");
        let server = Script::always(Act::Keep(slow)).await;
        let Probe { ai, pauses, .. } = server.probe_with(limits(only(total))).await;
        for error in [
            ai.models().await.unwrap_err(),
            ai.chat("m").user("hi").send().await.unwrap_err(),
        ] {
            assert!(error.is_rate_limited(), "{error:?}");
            assert_eq!(error.attempts(), sent);
            assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        }
        assert_eq!(pauses.recorded().len(), 2 * (sent as usize - 1));
        // A stream has a deadline until its head comes.
        let error = ai.chat("m").user("hi").stream().await.unwrap_err();
        assert_eq!(error.attempts(), sent, "{error:?}");
    }
}

#[tokio::test]
async fn the_deadline_holds_over_all_attempts() {
    let slow = Act::Keep(answer("502 Bad Gateway", "", ""));
    let server = Script::acts([slow, Act::Hold(Vec::new())]).await;
    let set = |limits: &mut Timeouts| limits.total_free = Some(20 * SHORT);
    let probe = server.probe_with(limits(only(set))).await;
    let error = ends(probe.ai.models()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!((error.attempts(), server.calls().len()), (2, 2));

    // And each call may have limits of its own.
    let mut own = Timeouts::default();
    own.total_free = Some(SHORT);
    let ai = probe.ai.with_options(RequestOptions::new().timeouts(own));
    assert!(ends(ai.models()).await.unwrap_err().is_timeout());
}

/// The status of an error is known before its body: what the body lacks is not waited for beyond the limits.
#[tokio::test]
async fn an_error_whose_body_hangs_keeps_its_status() {
    let cut =
        |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 100\r\n\r\n{{\"error\":").into_bytes();
    for set in [
        (|limits| limits.total_paid = Some(3 * SHORT)) as fn(&mut Timeouts),
        |limits| limits.idle = Some(SHORT),
    ] {
        let server = Script::always(Act::Hold(cut("422 Unprocessable"))).await;
        let probe = server.probe_with(limits(only(set))).await;
        let error = ends(probe.ai.chat("m").user("hi").send()).await.unwrap_err();
        assert!(error.is_bad_request(), "{error:?}");
        assert_eq!(
            (error.status().unwrap().as_u16(), error.charge_risk()),
            (422, ChargeRisk::Refused)
        );
    }
    let server = Script::always(Act::Hold(cut("502 Bad Gateway"))).await;
    let probe = server
        .probe_with(limits(only(|limits| limits.total_free = Some(3 * SHORT))))
        .await;
    let error = ends(probe.ai.models()).await.unwrap_err();
    assert!(error.is_server(), "{error:?}");
    assert_eq!(error.attempts(), 1, "no time is left");
}

#[tokio::test]
async fn a_limit_that_is_off_limits_nothing() {
    let server = Script::always(Act::Keep(content())).await;
    let set = |limits: &mut Timeouts| {
        limits.first_byte_free = None;
        limits.first_byte_paid = Some(Duration::MAX);
        limits.idle = Some(Duration::MAX);
        limits.event = Some(Duration::MAX);
        limits.total_free = Some(Duration::MAX);
        limits.total_paid = None;
    };
    let probe = server.probe_with(limits(set)).await;
    probe.ai.models().await.unwrap();
    probe.ai.chat("m").user("hi").send().await.unwrap();
    let stream = probe.ai.chat("m").user("hi").stream().await.unwrap();
    assert_eq!(stream.collect_message().await.unwrap().text(), "ok");
}

/// Takes a request piece by piece, with a pause after each of the first ones, and answers once all of it is there; or
/// stops reading after `upto` bytes.
async fn slow_reader(pauses: usize, pause: Duration, upto: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let requests: Arc<AtomicUsize> = Arc::default();
    let seen = requests.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let (mut bytes, mut read, mut piece) = (Vec::new(), 0, vec![0; 256 * 1024]);
                let (mut length, mut left) = (None, pauses);
                while read < upto {
                    let got = socket.read(&mut piece).await.ok().filter(|got| *got > 0)?;
                    read += got;
                    if length.is_none() {
                        bytes.extend_from_slice(&piece[..got]);
                        let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
                        let end = head.find("\r\n\r\n")? + 4;
                        let said = head
                            .lines()
                            .find_map(|line| line.strip_prefix("content-length: "))?;
                        length = Some(end + said.parse::<usize>().ok()?);
                    }
                    if Some(read) == length {
                        let image = r#"{"created":1,"data":[{"b64_json":"AA=="}]}"#;
                        let image = answer("200 OK", "content-type: application/json\r\n", image);
                        return socket.write_all(&image).await.ok();
                    }
                    if left > 0 {
                        left -= 1;
                        tokio::time::sleep(pause).await;
                    }
                }
                std::future::pending().await
            });
        }
    });
    (base_url, requests)
}

fn form(bytes: usize) -> aipass_api::types::builder::ImageEditForm {
    ImageEditForm::builder()
        .image(vec![FilePart::new("cat.png", "image/png", vec![7; bytes])])
        .prompt("put a hat on the cat")
}

/// The time to the first byte begins when the request is out: a slow line is not a slow server.
#[tokio::test]
async fn a_large_upload_is_not_cut_by_the_limit_on_the_answer() {
    let limit = Duration::from_secs(1);
    // What it reads in that time, and what the system holds, is a small part of the whole.
    let (base_url, requests) = slow_reader(10, limit / 5, usize::MAX).await;
    let set = |limits: &mut Timeouts| limits.first_byte_paid = Some(limit);
    let Probe { ai, .. } = probe(&base_url, limits(only(set))).await;
    let began = Instant::now();
    let images = ends(ai.api().edit_image().form(form(24 << 20)).send())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(images.data[0].b64_json.as_deref(), Some("AA=="));
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert!(
        began.elapsed() > limit,
        "the upload alone took longer than the limit"
    );
}

#[tokio::test]
async fn an_upload_that_nobody_reads_ends_by_the_limit_on_silence() {
    let (base_url, requests) = slow_reader(0, Duration::ZERO, 300_000).await;
    let Probe { ai, pauses, .. } =
        probe(&base_url, limits(only(|limits| limits.idle = Some(3 * SHORT)))).await;
    let error = ends(ai.api().edit_image().form(form(24 << 20)).send())
        .await
        .unwrap_err();
    let failure = Failure::of(&error).unwrap();
    assert!(matches!(failure.kind(), FailureKind::Timeout(_)), "{failure:?}");
    assert!(failure.status().is_none() && !failure.is_not_sent());
    assert_eq!((requests.load(Ordering::SeqCst), pauses.recorded().len()), (1, 0));
}

/// Without a limit on silence, the end of a large request is noticed all the same.
#[tokio::test]
async fn a_large_request_that_nobody_answers_ends_without_a_limit_on_silence() {
    let set = |limits: &mut Timeouts| {
        limits.first_byte_paid = Some(SHORT);
        limits.idle = None;
    };
    let server = Script::always(Act::Hold(Vec::new())).await;
    let probe = server.probe_with(limits(only(set))).await;
    let large = "x".repeat(300 * 1024);
    let error = ends(probe.ai.chat("m").user(large).stream()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);
}
