//! What servers do that no document says.

use super::{DONE, HELLO, Outcome, Row, STOP, check, data, in_time, read, run, stream};
use crate::support::{Answer, Server, answer, events, impatient};
use aipass::ChargeRisk;

#[tokio::test]
async fn pings_and_notes_between_events_are_no_matter() {
    let ping = ": ping - 2026-01-01 00:00:00.000000+00:00\n\n";
    let outcome = run(stream(&[
        ping,
        ": OPENROUTER PROCESSING\n\n",
        HELLO,
        ping,
        STOP,
        ping,
        DONE,
    ]))
    .await;
    assert_eq!(outcome.events, ["text 0 Hel", "text 0 lo", "finish 0 stop"]);
    assert!(outcome.end.is_ok());
}

#[tokio::test]
async fn chunks_that_providers_add_disturb_nothing() {
    check(&[
        Row {
            why: "Azure's verdict on the prompt, in front",
            chunks: &[
                r#"{"id":"","model":"","object":"","created":0,"choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"ok"},"content_filter_results":{}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"content_filter_offsets":{"check_offset":1},"finish_reason":"stop"}]}"#,
            ],
            events: &["text 0 ok", "finish 0 stop"],
            reply: &["text 0 ok", "finish 0 stop"],
        },
        Row {
            why: "the whole so far beside each piece",
            chunks: &[
                r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"o"},"delta":{"content":"o"}}]}"#,
                r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"delta":{"content":"k"},"finish_reason":"stop"}]}"#,
            ],
            events: &["text 0 o", "text 0 k", "finish 0 stop"],
            reply: &["text 0 ok", "finish 0 stop"],
        },
        Row {
            why: "a whole completion as the one event",
            chunks: &[
                r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"total_tokens":5}}"#,
            ],
            events: &["text 0 ok", "finish 0 stop", "usage 5"],
            reply: &["text 0 ok", "finish 0 stop", "usage 5"],
        },
    ])
    .await;
}

/// LiteLLM looks at the first chunk before it answers.
#[tokio::test]
async fn an_error_before_the_first_chunk_is_an_answer_of_its_own() {
    let body = r#"{"error":{"message":"litellm.RateLimitError: slow down","type":"throttling_error","param":null,"code":"429"}}"#;
    let outcome = run(answer("429 Too Many Requests", "application/json", body)).await;
    let error = outcome.end.unwrap_err();
    assert!(error.is_rate_limited(), "{error:?}");
    assert_eq!(error.status().unwrap().as_u16(), 429);
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
    assert!(error.partial().is_none());

    let body = r#"{"error":{"message":"litellm.BadRequestError: no such thing","type":null,"param":null,"code":"400"}}"#;
    let error = run(answer("400 Bad Request", "text/event-stream", body))
        .await
        .end
        .unwrap_err();
    assert!(error.is_bad_request(), "{error:?}");
    assert_eq!(
        error.server_message(),
        Some("litellm.BadRequestError: no such thing")
    );
}

#[tokio::test]
async fn llama_cpp_ends_without_an_empty_line() {
    for end in ["data: [DONE]", "data: [DONE]\n", "data:[DONE]\r"] {
        let outcome = run(stream(&[HELLO, end])).await;
        assert_eq!(outcome.end.unwrap().text(), "Hello", "{end:?}");
    }
}

/// A chat that asks for two answers.
async fn two(answer: Answer) -> Outcome {
    let server = Server::start([answer]).await;
    let chat = impatient(&server.base_url).chat("m").user("hi");
    let stream = chat.with(|request| request.n = Some(2)).stream();
    read(in_time(stream).await.unwrap()).await
}

#[tokio::test]
async fn two_answers_of_which_one_has_a_finish_reason() {
    let both = data(&[
        r#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#,
        r#"{"choices":[{"index":1,"delta":{"content":"b"}}]}"#,
    ]);
    let second = data(&[r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#]);
    for (why, parts, whole) in [
        (
            "LiteLLM finishes the first alone",
            &[both.as_str(), STOP, DONE][..],
            true,
        ),
        ("neither", &[&both, DONE], true),
        ("both", &[&both, STOP, &second], true),
        ("the first alone, and no [DONE]", &[&both, STOP], false),
        ("the second alone, and no [DONE]", &[&both, &second], false),
        ("the second never came", &[HELLO, STOP], false),
    ] {
        let outcome = two(stream(parts)).await;
        match (outcome.end, whole) {
            (Ok(reply), true) => assert_eq!(reply.choices().len(), 2, "{why}"),
            (Err(error), false) => {
                assert!(error.is_incomplete(), "{why}: {error:?}");
                assert_eq!(
                    error.partial().unwrap().choices()[0].finish_reason.is_some(),
                    parts.contains(&STOP),
                    "{why}"
                );
            }
            (end, _) => panic!("{why}: {end:?}"),
        }
    }
}

/// The socket stays open after one of two answers: the other may still come.
#[tokio::test]
async fn one_of_two_answers_is_not_the_end() {
    let outcome = two(Answer::Hang(events(&[HELLO, STOP].concat()))).await;
    let error = outcome.end.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.partial().unwrap().text(), "Hello");
}

/// llama.cpp has a field of its own for what goes wrong after the head: 200 was said already.
#[tokio::test]
async fn llama_cpp_reports_errors_in_a_field_of_their_own() {
    let line = "error: {\"code\":500,\"message\":\"m\",\"type\":\"server_error\"}\n\n";
    for (before, text) in [("", ""), (HELLO, "Hello")] {
        for after in ["", DONE] {
            let outcome = run(stream(&[before, line, after])).await;
            let error = outcome.end.expect_err(line);
            assert!(error.is_server(), "{before}{after}: {error:?}");
            assert_eq!(error.server_message(), Some("m"), "{before}{after}");
            assert_eq!(error.partial().unwrap().text(), text, "{before}{after}");
        }
    }
}
