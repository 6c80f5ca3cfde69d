//! What becomes of a connection when its stream has ended: it serves the next call, or is closed.

use super::{CHUNKED, DONE, HELLO, LAST, Peer, STOP, Site, in_time, media::drain, part, read};
use crate::support::eventually;
use aipass::{Client, FilePart, types::TranscriptionForm};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const MOMENT: Duration = Duration::from_millis(20);

async fn whole_chat(ai: &Client) {
    let stream = in_time(ai.chat("m").user("hi").stream()).await.unwrap();
    assert_eq!(read(stream).await.end.unwrap().text(), "Hello");
}

async fn whole_transcription(ai: &Client) {
    let form = TranscriptionForm::builder()
        .model("m")
        .file(FilePart::new("a", "audio/mpeg", &b"x"[..]));
    let sent = in_time(ai.transcribe_form(form.try_into().unwrap()).stream()).await;
    let got = drain(sent, |event| event.text.unwrap_or_default()).await;
    got.end.unwrap();
    assert_eq!(got.items, ["Hello"]);
}

/// How many connections three calls take, one after the other, whose answers come in these pieces, with a moment in between.
async fn connections(ask: impl AsyncFn(&Client), pieces: &[&[u8]]) -> usize {
    let pieces: Vec<_> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let sent: Arc<AtomicUsize> = Arc::default();
    let count = sent.clone();
    let site = Site::start(move |mut peer| {
        let (pieces, count) = (pieces.clone(), count.clone());
        async move {
            loop {
                peer.request().await?;
                for piece in &pieces {
                    peer.send(piece).await?;
                    tokio::time::sleep(MOMENT).await;
                }
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    let ai = site.client();
    for call in 1..=3 {
        ask(&ai).await;
        eventually("the answer is sent to its end", || {
            sent.load(Ordering::SeqCst) == call || site.connections() > call
        })
        .await;
        // Time for the connection to come back.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    site.connections()
}

#[tokio::test]
async fn a_connection_is_used_again_whatever_follows_the_answer() {
    let chat = [CHUNKED, &part([HELLO, STOP].concat().as_bytes())].concat();
    let (done, comment) = (part(DONE.as_bytes()), part(b": bye\n\n"));
    let with_done = [&chat[..], &done].concat();
    let at_once = [&with_done[..], LAST].concat();
    let rows: [(&str, &[&[u8]]); 6] = [
        ("nothing", &[&at_once]),
        ("the end of the body", &[&with_done, LAST]),
        ("a [DONE] of its own", &[&chat, &done, LAST]),
        ("a comment", &[&with_done, &comment, LAST]),
        ("comments", &[&with_done, &comment, &comment, &comment, LAST]),
        (
            "a comment and an end in two",
            &[&with_done, &comment[..4], &comment[4..], b"0\r\n", b"\r\n"],
        ),
    ];
    for (why, pieces) in rows {
        assert_eq!(connections(whole_chat, pieces).await, 1, "{why}");
    }

    let last = "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\"}\n\n";
    let typed = [CHUNKED, &part(last.as_bytes())].concat();
    for pieces in [&[&typed[..], &done, LAST][..], &[&typed, &done, &comment, LAST]] {
        assert_eq!(connections(whole_transcription, pieces).await, 1);
    }
}

/// A chat to its `[DONE]`, and what a compressor says after it: that this is all, and the sum.
const ZIPPED: &str = "H4sIAAAAAAACA3yNsQoCMRBE+3yFTH2FtqkVrPQDjkOWZOUCuazcbiEc+fdbwcLKboaZeZPJKB42lIyIdMKARTJXN4vrNEtJrIijN1rmN+JxgOdGiBtWqexNUi1q1OyzkGbsKuLKtQp6n3oI+fvyn9cHPEsrOj9WJpXmEDV54Qcxnu+3yxTCDgAA//8=";
const SUM: &[u8] = b"\x03\x00\x31\xf4\xce\x49\xb7\x00\x00\x00";

#[tokio::test]
async fn a_connection_is_used_again_when_a_compressed_body_ends_a_little_later() {
    let head = std::str::from_utf8(CHUNKED).unwrap();
    let head = head.replace("\r\n\r\n", "\r\ncontent-encoding: gzip\r\n\r\n");
    let chat = [head.as_bytes(), &part(&STANDARD.decode(ZIPPED).unwrap())].concat();
    let sum = part(SUM);
    let halves = [part(&SUM[..3]), part(&SUM[3..])];
    for pieces in [
        &[&chat[..], &sum, LAST][..],
        &[&chat, &halves[0], &halves[1], LAST],
    ] {
        assert_eq!(connections(whole_chat, pieces).await, 1);
    }
}

/// A server that ends a chat, and then goes on as the test says. What it gives is told when the client has closed.
async fn endless<F>(then: impl Fn(Peer) -> F + Clone + Send + Sync + 'static) -> (Site, Arc<AtomicUsize>)
where
    F: Future<Output = Option<Peer>> + Send + 'static,
{
    let closed: Arc<AtomicUsize> = Arc::default();
    let count = closed.clone();
    let site = Site::start(move |mut peer| {
        let (count, then) = (count.clone(), then.clone());
        async move {
            peer.request().await?;
            peer.send(CHUNKED).await?;
            peer.send(&part([HELLO, STOP, DONE].concat().as_bytes())).await?;
            if let Some(mut peer) = then(peer).await {
                peer.gone().await;
            }
            count.fetch_add(1, Ordering::SeqCst);
            Some(())
        }
    })
    .await;
    (site, closed)
}

/// Sends that comment again and again until the client has closed.
async fn chatter(mut peer: Peer, comment: Vec<u8>, pause: Duration) -> Option<Peer> {
    while peer.send(&part(&comment)).await.is_some() {
        tokio::time::sleep(pause).await;
    }
    None
}

#[tokio::test]
async fn a_body_that_goes_on_is_closed() {
    // By its size, by its time, and by neither while it is silent.
    for (comment, pause) in [
        (vec![b':'; 512], Duration::from_millis(2)),
        (b":\n".to_vec(), Duration::from_millis(30)),
    ] {
        let (site, closed) = endless(move |peer| chatter(peer, comment.clone(), pause)).await;
        let ai = site.client();
        whole_chat(&ai).await;
        eventually("the client has heard enough", || {
            closed.load(Ordering::SeqCst) == 1
        })
        .await;
    }
}

#[tokio::test]
async fn a_silent_body_is_closed_at_the_next_call_or_with_the_client() {
    let (site, closed) = endless(async |peer| Some(peer)).await;
    let ai = site.client();
    whole_chat(&ai).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(closed.load(Ordering::SeqCst), 0, "no task looks after it");
    whole_chat(&ai).await;
    eventually("the first is closed", || closed.load(Ordering::SeqCst) == 1).await;
    drop(ai);
    eventually("the second is closed", || closed.load(Ordering::SeqCst) == 2).await;
}

/// The next call comes at once, and the end of the answer before it some milliseconds later.
#[tokio::test]
async fn the_next_call_waits_a_little_for_the_connection_that_is_about_to_be_free() {
    const CALLS: usize = 20;
    let site = Site::start(|mut peer| async move {
        let answer = [CHUNKED, &part([HELLO, STOP, DONE].concat().as_bytes())].concat();
        loop {
            peer.request().await?;
            peer.send(&answer).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
            peer.send(LAST).await?;
        }
    })
    .await;
    let ai = site.client();
    for _ in 0..CALLS {
        whole_chat(&ai).await;
    }
    // On a machine that is busy an end may come too late to be waited for.
    assert!(site.connections() <= 3, "{} connections", site.connections());
}

/// An end that does not come costs the next call some milliseconds, once, and no more.
#[tokio::test]
async fn an_end_that_does_not_come_is_not_waited_for_long() {
    let site = Site::start(|mut peer| async move {
        peer.request().await?;
        peer.send(&[CHUNKED, &part([HELLO, STOP, DONE].concat().as_bytes())].concat())
            .await?;
        peer.request().await.map(drop)
    })
    .await;
    let ai = site.client();
    for _ in 0..3 {
        in_time(whole_chat(&ai)).await;
    }
    assert_eq!(site.connections(), 3);
}
