//! Streamed chats over real sockets: every way that a stream can end.

use crate::support::{Answer, Server, answer, client, events, impatient};
use aipass::{ChargeRisk, ChatReply, Error};

const HELLO: &str = concat!(
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"}}]}\n\n",
    ": keep-alive\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"}}]}\r\n\r\n",
);
const STOP: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

/// What a stream gave: its text, and how it ended.
async fn run(answer: Answer) -> (String, Result<ChatReply, Error>) {
    let server = Server::start([answer]).await;
    let mut stream = match impatient(&server.base_url).chat("m").user("hi").stream().await {
        Ok(stream) => stream,
        Err(error) => return (String::new(), Err(error)),
    };
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => text.push_str(event.text()),
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last item");
                assert!(stream.finish().is_err(), "a stream that failed never finishes");
                return (text, Err(error));
            }
        }
    }
    (text, stream.finish())
}

fn stream(parts: &[&str]) -> Answer {
    Answer::Bytes(events(&parts.concat()))
}

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
        let (text, reply) = run(answer).await;
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
    ] {
        let (text, reply) = run(answer).await;
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
async fn a_chunked_body_that_breaks_off_is_incomplete() {
    let mut bytes =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    bytes.extend_from_slice(format!("{:x}\r\n{HELLO}\r\n", HELLO.len()).as_bytes());
    let (text, reply) = run(Answer::Bytes(bytes)).await;
    assert_eq!(text, "Hello");
    assert!(reply.unwrap_err().is_incomplete());
}

#[tokio::test]
async fn a_silent_stream_ends_by_its_limit() {
    let (text, reply) = run(Answer::Hang(events(HELLO))).await;
    let error = reply.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(
        (text.as_str(), error.partial().unwrap().text()),
        ("Hello", "Hello")
    );

    let (_, reply) = run(Answer::Hang(Vec::new())).await;
    let error = reply.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);
}

#[tokio::test]
async fn errors_inside_a_stream_are_typed() {
    let budget = "data: {\"error\":{\"message\":\"Budget has been exceeded! Current cost: 10.1, Max budget: 10.0\",\"type\":\"budget_exceeded\",\"code\":\"400\"}}\n\n";
    let (text, reply) = run(stream(&[HELLO, budget])).await;
    let error = reply.unwrap_err();
    assert!(error.is_budget_exceeded());
    let budget = error.budget().unwrap();
    assert_eq!((budget.spent, budget.max), (Some(10.1), Some(10.0)));
    assert_eq!(
        (text.as_str(), error.partial().unwrap().text()),
        ("Hello", "Hello")
    );

    let limited = "event: error\ndata: {\"error\":{\"message\":\"slow down\",\"code\":\"429\"}}\n\n";
    let (_, reply) = run(stream(&[HELLO, limited, DONE])).await;
    assert!(reply.unwrap_err().is_rate_limited());

    let (_, reply) = run(stream(&[HELLO, "data: {\"choices\":[{\n\n"])).await;
    let error = reply.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("choices"));
}

#[tokio::test]
async fn an_error_before_the_first_word_is_what_it_would_be_as_an_answer() {
    for (event, risk) in [
        (
            "{\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}",
            ChargeRisk::Refused,
        ),
        (
            "{\"error\":{\"message\":\"m\",\"code\":\"429\"}}",
            ChargeRisk::Unknown,
        ),
        (
            "{\"error\":{\"message\":\"m\",\"code\":\"502\"}}",
            ChargeRisk::Unknown,
        ),
    ] {
        let (_, reply) = run(stream(&[&format!("data: {event}\n\n"), DONE])).await;
        assert_eq!(reply.unwrap_err().charge_risk(), risk, "{event}");
    }
}

#[tokio::test]
async fn what_came_before_a_fault_is_given_out_first() {
    let odd = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}},{\"index\":-1}]}\n\n";
    let (text, reply) = run(stream(&[odd, STOP, DONE])).await;
    assert_eq!(text, "Hi");
    assert!(reply.unwrap_err().is_decode());
}

#[tokio::test]
async fn what_is_no_stream_is_told_apart() {
    let whole = r#"{"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;
    let (text, reply) = run(answer("200 OK", "application/json", whole)).await;
    assert_eq!(
        (text.as_str(), reply.unwrap().text()),
        ("Hello", "Hello"),
        "a paid answer is not thrown away"
    );

    let (_, reply) = run(answer(
        "200 OK",
        "application/json; charset=utf-8",
        r#"{"error":{"message":"m","code":"402"}}"#,
    ))
    .await;
    assert!(reply.unwrap_err().is_budget_exceeded());

    let bare = r#"{"id":"a","choices":[{"message":{"content":"whole"}}]}"#;
    let (text, reply) = run(answer("200 OK", "application/json", bare)).await;
    assert_eq!(
        (text.as_str(), reply.unwrap().text()),
        ("whole", "whole"),
        "as without a stream"
    );

    let (_, reply) = run(answer(
        "200 OK",
        "text/html",
        "<!doctype html><title>Sign in</title>",
    ))
    .await;
    let error = reply.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert_eq!(error.server_message(), Some("Sign in"));
}

#[tokio::test]
async fn dropping_a_stream_closes_its_socket() {
    let server = Server::start([Answer::Hang(events(HELLO))]).await;
    let mut stream = client(&server.base_url)
        .chat("m")
        .user("hi")
        .stream()
        .await
        .unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "Hel");
    drop(stream);
    server.closed(1).await;
}

#[tokio::test]
async fn the_request_of_a_stream_asks_for_usage() {
    let server = Server::start([stream(&[HELLO, STOP, DONE])]).await;
    client(&server.base_url)
        .chat("m")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap();
    let request = &server.requests()[0];
    assert!(
        request.to_ascii_lowercase().contains("accept: text/event-stream"),
        "{request}"
    );
    let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    let expected = serde_json::json!({
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": true,
        "stream_options": {"include_usage": true}
    });
    assert_eq!(body, expected);
}

/// Gateways name JSON in several ways, or not at all.
#[tokio::test]
async fn json_in_the_place_of_events_is_known_by_its_first_letter() {
    let budget = r#"{"error":{"message":"m","type":"budget_exceeded"}}"#;
    let whole = r#" {"choices":[{"message":{"content":"Hello"}}]}"#;
    for media_type in ["text/plain", "text/event-stream", "application/problem+json", ""] {
        let (_, reply) = run(answer("200 OK", media_type, budget)).await;
        let error = reply.unwrap_err();
        assert!(error.is_budget_exceeded(), "{media_type}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Refused, "{media_type}");
        let (text, reply) = run(answer("200 OK", media_type, whole)).await;
        assert_eq!(
            (text.as_str(), reply.unwrap().text()),
            ("Hello", "Hello"),
            "{media_type}"
        );
    }
}
