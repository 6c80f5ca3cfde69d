//! Bodies that break off below the events: compressed ones, ones with a length, chunked ones, and resets.

use super::{CHUNKED, DONE, HELLO, LAST, Outcome, Peer, STOP, Site, chat, in_time, part, run};
use crate::support::Answer;
use aipass::ChargeRisk;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::Arc;
use tokio::sync::Notify;

fn is_cut(outcome: Outcome, why: &str) {
    assert_eq!(outcome.text, "Hello", "{why}");
    let error = outcome.end.expect_err(why);
    assert!(error.is_incomplete(), "{why}: {error:?}");
    assert_eq!(error.partial().unwrap().text(), "Hello", "{why}");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{why}");
}

fn is_whole(outcome: Outcome, why: &str) {
    let reply = outcome.end.unwrap_or_else(|error| panic!("{why}: {error:?}"));
    assert_eq!((outcome.text.as_str(), reply.text()), ("Hello", "Hello"), "{why}");
}

#[tokio::test]
async fn a_chunked_body_that_breaks_off_is_incomplete() {
    let hello = part(HELLO.as_bytes());
    let size = format!("{:x}\r\n", STOP.len()).into_bytes();
    for (why, rest) in [
        ("after a chunk", &b""[..]),
        ("after the size of a chunk", &size),
        ("in a size", b"3"),
        ("in a chunk", b"ff\r\ndata: {\"choices\":[{"),
        ("with what is no chunk", b"no size\r\n"),
    ] {
        is_cut(run(Answer::Bytes([CHUNKED, &hello, rest].concat())).await, why);
    }
    for (why, end) in [("a finish reason", STOP), ("[DONE]", DONE)] {
        let end = part(end.as_bytes());
        for rest in [&b""[..], b"3", b"ff\r\ndata: {", b"no size\r\n"] {
            is_whole(
                run(Answer::Bytes([CHUNKED, &hello, &end, rest].concat())).await,
                why,
            );
        }
    }
}

fn with_length(length: usize, body: &str) -> Answer {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {length}\r\n\r\n");
    Answer::Bytes((head + body).into_bytes())
}

#[tokio::test]
async fn a_length_that_is_not_reached_is_a_cut() {
    is_cut(run(with_length(1000, HELLO)).await, "a few words");
    for end in [STOP, DONE] {
        let body = format!("{HELLO}{end}");
        is_whole(run(with_length(1000, &body)).await, "all the same whole");
        is_whole(run(with_length(body.len(), &body)).await, "whole");
    }
    // Of what is beyond the length nothing is read.
    let body = format!("{HELLO}{STOP}");
    is_cut(
        run(with_length(HELLO.len(), &body)).await,
        "a length that is too small",
    );
}

/// `Hello`, then a finish reason and [DONE], in one member (RFC 1952) whose first 81 bytes unpack to `Hello`.
const WHOLE: &str = "H4sIAAAAAAACA0pJLEm0UqhWSs7Iz0xOLVayiq5WysxLSa1QsjLQUUpJzSlJVLICSufnlaTmlShZKXmk5ijV1sbWcnGlkKo1Jx+qEwAAAP//I05nrY5SWmZeZnFGfFFqYnF+HtCE4pL8AiUkI6Jd/P1cY7m4AHf9D+DGAAAA";
/// The same without [DONE].
const FINISHED: &str = "H4sIAAAAAAACA0pJLEm0UqhWSs7Iz0xOLVayiq5WysxLSa1QsjLQUUpJzSlJVLICSufnlaTmlShZKXmk5ijV1sbWcnGlkKo1Jx+qEwAAAP//I05nrY5SWmZeZnFGfFFqYnF+HtCE4pL8AiWwEQBnXdDvuAAAAA==";
/// `Hello`, and no more.
const FIRST: &str = "H4sIAAAAAAACA0tJLEm0UqhWSs7Iz0xOLVayiq5WysxLSa1QsjLQUUpJzSlJVLICSufnlaTmlShZKXmk5ijV1sbWcnGlkKo1Jx+qEwBLJMA1dQAAAA==";
/// ` world`, a finish reason and [DONE].
const SECOND: &str = "H4sIAAAAAAACA0tJLEm0UqhWSs7Iz0xOLVayiq5WysxLSa1QsjLQUUpJzSlJVLICSufnlaTmlShZKSmU5xflpCjV1sbWcnGlEKW7VkcpLTMvszgjvig1sTg/D2hKcUl+gRKSEdEu/n6usVxcADgPy7WPAAAA";
/// What ends a member: the sum and the length.
const TRAILER: usize = 8;

fn unpacked(member: &str) -> Vec<u8> {
    STANDARD.decode(member).unwrap()
}

/// A chunked body that ends in order, so that the compression alone shows a cut.
async fn compressed(body: &[u8], size: usize) -> Outcome {
    let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    bytes.extend(body.chunks(size).flat_map(part));
    bytes.extend_from_slice(LAST);
    run(Answer::Bytes(bytes)).await
}

#[tokio::test]
async fn a_compressed_stream_is_read_as_it_comes() {
    for body in [WHOLE, FINISHED].map(unpacked) {
        for size in [1, 7, 64, body.len()] {
            is_whole(compressed(&body, size).await, "a whole member");
        }
    }
    // What was flushed is given out before there is more.
    let site = Site::start(|mut peer| async move {
        peer.request().await?;
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
        peer.send(head).await?;
        peer.send(&unpacked(WHOLE)[..81]).await?;
        peer.gone().await
    })
    .await;
    let mut stream = site.client().chat("m").user("hi").stream().await.unwrap();
    for text in ["Hel", "lo"] {
        assert_eq!(in_time(stream.next()).await.unwrap().unwrap().text(), text);
    }
}

#[tokio::test]
async fn a_compressed_stream_that_breaks_off_is_incomplete() {
    let whole = unpacked(WHOLE);
    for size in [1, 1000] {
        is_cut(compressed(&whole[..81], size).await, "after a block");
        is_cut(compressed(&whole[..95], size).await, "in a block");
        let first = unpacked(FIRST);
        is_cut(
            compressed(&first, size).await,
            "a whole member and half an answer",
        );
        let bare = &first[..first.len() - TRAILER];
        is_cut(compressed(bare, size).await, "without its trailer");
        is_cut(
            compressed(&first[..first.len() - 3], size).await,
            "in its trailer",
        );
    }
    let mut wrong = unpacked(FIRST);
    let sum = wrong.len() - TRAILER;
    wrong[sum] ^= 1;
    is_cut(compressed(&wrong, 1000).await, "with a wrong sum");
    let broken = [&whole[..81], b"\xff\xff\xff\xff"].concat();
    // In a piece of its own: a decoder that fails keeps what it unpacked of the same piece to itself.
    is_cut(compressed(&broken, 81).await, "with what does not unpack");
}

/// A cut after the end takes nothing away, also where it is the compression's.
#[tokio::test]
async fn a_compressed_stream_without_its_trailer_is_whole_where_its_events_are() {
    for body in [WHOLE, FINISHED].map(unpacked) {
        for size in [1, 1000] {
            is_whole(
                compressed(&body[..body.len() - TRAILER], size).await,
                "no trailer",
            );
            is_whole(compressed(&body[..body.len() - 3], size).await, "half a trailer");
        }
    }
}

/// A reader that stops after the first member must not take it for the answer.
#[tokio::test]
async fn the_first_of_two_members_is_not_the_answer() {
    let both = [unpacked(FIRST), unpacked(SECOND)].concat();
    for size in [1, 50, both.len()] {
        let outcome = compressed(&both, size).await;
        match &outcome.end {
            Ok(reply) => assert_eq!(reply.text(), "Hello world"),
            Err(_) => is_cut(outcome, "the second member is not read"),
        }
    }
}

/// Sends these pieces, and resets the connection once the client has read them.
async fn reset_after(pieces: &'static [&'static str], events: usize) -> Outcome {
    let read: Arc<Notify> = Arc::default();
    let signal = read.clone();
    let site = Site::start(move |mut peer: Peer| {
        let read = read.clone();
        async move {
            peer.request().await?;
            peer.send(CHUNKED).await?;
            peer.send(&part(pieces.concat().as_bytes())).await?;
            read.notified().await;
            peer.reset()
        }
    })
    .await;
    let mut stream = site.client().chat("m").user("hi").stream().await.unwrap();
    let mut text = String::new();
    for _ in 0..events {
        text.push_str(in_time(stream.next()).await.unwrap().unwrap().text());
    }
    signal.notify_one();
    let mut rest = super::read(stream).await;
    rest.text.insert_str(0, &text);
    rest
}

#[tokio::test]
async fn a_reset_is_a_cut_until_the_answer_is_whole() {
    is_cut(reset_after(&[HELLO], 2).await, "after a few words");
    is_cut(
        reset_after(&[HELLO, "data: {\"choices\":["], 2).await,
        "in an event",
    );
    is_whole(reset_after(&[HELLO, STOP], 3).await, "after the finish reason");
    is_whole(reset_after(&[HELLO, STOP, DONE], 3).await, "after [DONE]");

    let error = chat(
        &Site::start(|mut peer: Peer| async move {
            peer.request().await?;
            peer.send(CHUNKED).await?;
            peer.reset()
        })
        .await
        .client(),
    )
    .await
    .end
    .unwrap_err();
    assert!(error.is_incomplete() || error.is_network(), "{error:?}");
    assert!(
        matches!(error.charge_risk(), ChargeRisk::Completed | ChargeRisk::Unknown),
        "{error:?}"
    );
}
