//! What a stream is asked for with, and what may stand in its place.

use super::{DONE, HELLO, Outcome, STOP, read, run, stream, told};
use crate::support::{Server, answer, client};
use aipass::ChargeRisk;

#[tokio::test]
async fn the_request_of_a_stream_asks_for_usage() {
    let server = Server::start([stream(&[HELLO, STOP, DONE])]).await;
    let sent = client(&server.base_url).chat("m").user("hi").stream().await;
    read(sent.unwrap()).await.end.unwrap();
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

#[tokio::test]
async fn what_is_no_stream_is_told_apart() {
    let whole = r#"{"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;
    let Outcome { text, end: reply, .. } = run(answer("200 OK", "application/json", whole)).await;
    assert_eq!(
        (text.as_str(), reply.unwrap().text()),
        ("Hello", "Hello"),
        "a paid answer is not thrown away"
    );

    let Outcome { end: reply, .. } = run(answer(
        "200 OK",
        "application/json; charset=utf-8",
        r#"{"error":{"message":"m","code":"402"}}"#,
    ))
    .await;
    assert!(reply.unwrap_err().is_budget_exceeded());

    let bare = r#"{"id":"a","choices":[{"message":{"content":"whole"}}]}"#;
    let Outcome { text, end: reply, .. } = run(answer("200 OK", "application/json", bare)).await;
    assert_eq!(
        (text.as_str(), reply.unwrap().text()),
        ("whole", "whole"),
        "as without a stream"
    );

    let Outcome { end: reply, .. } = run(answer(
        "200 OK",
        "text/html",
        "<!doctype html><title>Sign in</title>",
    ))
    .await;
    let error = reply.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert_eq!(error.server_message(), Some("Sign in"));
}

/// Gateways name JSON in several ways, or not at all.
#[tokio::test]
async fn json_in_the_place_of_events_is_known_by_its_first_letter() {
    let budget = r#"{"error":{"message":"m","type":"budget_exceeded"}}"#;
    let whole = r#" {"choices":[{"message":{"content":"Hello"}}]}"#;
    for media_type in ["text/plain", "text/event-stream", "application/problem+json", ""] {
        let Outcome { end: reply, .. } = run(answer("200 OK", media_type, budget)).await;
        let error = reply.unwrap_err();
        assert!(error.is_budget_exceeded(), "{media_type}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Refused, "{media_type}");
        let Outcome { text, end: reply, .. } = run(answer("200 OK", media_type, whole)).await;
        assert_eq!(
            (text.as_str(), reply.unwrap().text()),
            ("Hello", "Hello"),
            "{media_type}"
        );
    }
}

/// It comes as events, so that a program has one way to read an answer.
#[tokio::test]
async fn a_whole_completion_is_told_in_events() {
    let whole = r#"{
        "id": "c1", "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{\"x\":1}"}}
            ]}, "finish_reason": "tool_calls"},
            {"index": 1, "message": {"role": "assistant", "content": "No.", "refusal": "I won't"}, "finish_reason": "stop"}
        ],
        "usage": {"total_tokens": 5}
    }"#;
    for media_type in ["application/json", "text/event-stream"] {
        let outcome = run(answer("200 OK", media_type, whole)).await;
        let expected = [
            "start 0/0 a f",
            "args 0/0 {}",
            "done 0 a f {}",
            "start 0/1 b g",
            "args 0/1 {\"x\":1}",
            "done 0 b g {\"x\":1}",
            "finish 0 tool_calls",
            "text 1 No.",
            "refusal 1 I won't",
            "finish 1 stop",
            "usage 5",
        ];
        let mut events = outcome.events;
        let mut sorted = expected.to_vec();
        // A call may be told to be done before or after the next one begins.
        events.sort();
        sorted.sort_unstable();
        assert_eq!(events, sorted, "{media_type}");
        let reply = outcome.end.unwrap();
        assert_eq!(
            told(&reply),
            [
                "text 0 ",
                "call 0 function a f {}",
                "call 0 function b g {\"x\":1}",
                "finish 0 tool_calls",
                "text 1 No.",
                "refusal 1 I won't",
                "finish 1 stop",
                "usage 5",
            ],
            "{media_type}"
        );
    }
}

#[tokio::test]
async fn half_a_completion_is_none() {
    let half = r#"{"id":"c1","choices":[{"index":0,"message":{"content":"Hel"#;
    for media_type in ["application/json", "text/event-stream"] {
        let outcome = run(answer("200 OK", media_type, half)).await;
        let error = outcome.end.unwrap_err();
        assert!(error.is_decode(), "{media_type}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{media_type}");
        assert!(outcome.events.is_empty(), "{media_type}");
    }
}

/// Nothing that says nothing is an answer, whatever it is called.
#[tokio::test]
async fn nothing_is_no_answer() {
    for media_type in ["application/json", "text/event-stream", "text/plain", ""] {
        for body in [
            "",
            " \r\n\r\n",
            "null",
            "{}",
            "[]",
            r#"{"choices":[]}"#,
            r#"{"choices":null}"#,
        ] {
            let outcome = run(answer("200 OK", media_type, body)).await;
            let error = outcome.end.expect_err(body);
            assert!(
                error.is_decode() || error.is_incomplete(),
                "{media_type} {body}: {error:?}"
            );
            assert!(outcome.events.is_empty(), "{media_type} {body}");
        }
    }
}

/// An error that says nothing takes no answer away that was paid for: a stream judges as a call does.
#[tokio::test]
async fn an_empty_error_beside_an_answer_is_none() {
    for error in ["\"\"", "{}", "null"] {
        let body = format!(
            r#"{{"choices":[{{"message":{{"content":"hi"}},"finish_reason":"stop"}}],"error":{error}}}"#
        );
        for media_type in ["application/json", "text/event-stream"] {
            let outcome = run(answer("200 OK", media_type, &body)).await;
            assert_eq!(outcome.end.expect(error).text(), "hi", "{media_type}");
        }
    }
}
