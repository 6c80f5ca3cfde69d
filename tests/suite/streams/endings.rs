//! Where a stream ends, and whether what came is the whole answer.

use super::{CHUNKED, DONE, HELLO, Outcome, STOP, Site, chat, in_time, part, run, stream};
use crate::support::{Answer, events};
use aipass::ChargeRisk;

#[tokio::test]
async fn a_whole_stream_is_a_whole_answer() {
    for (why, answer) in [
        ("with [DONE]", stream(&[HELLO, STOP, DONE])),
        ("with a finish reason and no [DONE]", stream(&[HELLO, STOP])),
        ("with [DONE] and no finish reason", stream(&[HELLO, DONE])),
        (
            "with a [DONE] that has no empty line",
            stream(&[HELLO, STOP, "data: [DONE]"]),
        ),
        ("with a BOM", stream(&["\u{feff}", HELLO, STOP, DONE])),
        ("with data after [DONE]", stream(&[HELLO, STOP, DONE, HELLO])),
        (
            "with the socket open after the finish reason",
            Answer::Hang(events(&[HELLO, STOP].concat())),
        ),
        (
            "with the socket open after [DONE]",
            Answer::Hang(events(&[HELLO, STOP, DONE].concat())),
        ),
    ] {
        let Outcome { text, end: reply, .. } = run(answer).await;
        assert_eq!(text, "Hello", "{why}");
        let reply = reply.unwrap_or_else(|error| panic!("{why}: {error:?}"));
        assert_eq!(
            (reply.text(), reply.id(), reply.model()),
            ("Hello", "c1", "m"),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_cut_stream_is_never_a_whole_answer() {
    let half_an_event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" wor";
    for (why, answer, expected) in [
        ("after a few words", stream(&[HELLO]), "Hello"),
        ("in an event", stream(&[HELLO, half_an_event]), "Hello"),
        ("before anything", stream(&[]), ""),
        ("with comments alone", stream(&[": ping\n\n"]), ""),
        ("with [DONE] alone", stream(&[DONE]), ""),
        (
            "in the empty line after a finish reason",
            stream(&[HELLO, STOP.trim_end_matches('\n'), "\n"]),
            "Hello",
        ),
        (
            "in a finish reason that is spelled to its end",
            stream(&[HELLO, STOP.trim_end_matches('\n')]),
            "Hello",
        ),
        ("in [DONE]", stream(&[HELLO, "data: [DON"]), "Hello"),
    ] {
        let Outcome { text, end: reply, .. } = run(answer).await;
        let error = reply.expect_err(why);
        assert!(error.is_incomplete(), "{why}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{why}");
        assert_eq!(
            (text.as_str(), error.partial().unwrap().text()),
            (expected, expected),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_silent_stream_ends_by_its_limit() {
    let Outcome { text, end: reply, .. } = run(Answer::Hang(events(HELLO))).await;
    let error = reply.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(
        (text.as_str(), error.partial().unwrap().text()),
        ("Hello", "Hello")
    );

    let Outcome { end: reply, .. } = run(Answer::Hang(Vec::new())).await;
    let error = reply.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);
}

/// The socket stays open after each, and no limit on silence is near.
#[tokio::test]
async fn nothing_after_done_is_read() {
    let late = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" late\"},\"finish_reason\":\"length\"}]}\n\n";
    let error = "event: error\ndata: {\"error\":{\"message\":\"late\"}}\n\n";
    for (finish, reason) in [(STOP, Some("stop")), ("", None)] {
        for done in [
            DONE,
            "data:[DONE]\r\r",
            "data:  [DONE] \t\r\n\r\n",
            "event: x\ndata: [DONE]\n\n",
        ] {
            for rest in ["", late, error, "data: {\n\n", DONE] {
                let site = Site::start(move |mut peer| async move {
                    peer.request().await?;
                    peer.send(CHUNKED).await?;
                    peer.send(&part(format!("{HELLO}{finish}").as_bytes())).await?;
                    peer.send(&part(format!("{done}{rest}").as_bytes())).await?;
                    peer.gone().await
                })
                .await;
                let outcome = in_time(chat(&site.client())).await;
                let reply = outcome.end.unwrap();
                assert_eq!(
                    (outcome.text.as_str(), reply.text()),
                    ("Hello", "Hello"),
                    "{done}{rest}"
                );
                assert_eq!(reply.finish_reason().map(ToString::to_string).as_deref(), reason);
            }
        }
    }
}

/// More may follow a finish reason, the usage above all, so the end is waited for.
#[tokio::test]
async fn what_follows_a_finish_reason_is_read() {
    let usage = "data: {\"choices\":[],\"usage\":{\"total_tokens\":5}}\n\n";
    for rest in [usage.to_owned(), format!("{usage}{DONE}")] {
        let outcome = run(stream(&[HELLO, STOP, &rest])).await;
        assert_eq!(
            outcome.events,
            ["text 0 Hel", "text 0 lo", "finish 0 stop", "usage 5"]
        );
        assert_eq!(outcome.end.unwrap().usage().unwrap().total_tokens, Some(5));
    }
}

#[tokio::test]
async fn a_stream_that_was_not_read_to_its_end_is_incomplete() {
    // Two pieces of text, the finish reason, and the end.
    let read = ["", "Hel", "Hello", "Hello", "Hello"];
    for (events, text) in read.iter().enumerate() {
        let site = Site::start(|mut peer| async move {
            peer.request().await?;
            peer.send(CHUNKED).await?;
            for piece in [HELLO, STOP, DONE] {
                peer.send(&part(piece.as_bytes())).await?;
            }
            peer.gone().await
        })
        .await;
        let mut stream = site.client().chat("m").user("hi").stream().await.unwrap();
        for _ in 0..events {
            in_time(stream.next()).await.transpose().unwrap();
        }
        match stream.finish() {
            Ok(reply) => assert_eq!((events, reply.text()), (4, *text)),
            Err(error) => {
                assert!(events < 4 && error.is_incomplete(), "after {events}: {error:?}");
                assert_eq!(error.partial().unwrap().text(), *text, "after {events}");
                assert_eq!(error.charge_risk(), ChargeRisk::Completed, "after {events}");
            }
        }
    }
}
