//! Answers that bend the format: one odd value never loses an answer that was paid for.

use crate::support::{Server, answer, client};
use aipass::enums::FinishReason;

async fn chat(body: &str) -> Result<aipass::ChatReply, aipass::Error> {
    let server = Server::start([answer("200 OK", "application/json", body)]).await;
    client(&server.base_url).chat("m").user("hi").send().await
}

#[tokio::test]
async fn odd_completions_decode() {
    for (why, body) in [
        (
            "an unknown finish reason",
            r#"{"choices":[{"index":0,"message":{"content":"ok"},"finish_reason":"tired"}]}"#,
        ),
        (
            "an unknown role",
            r#"{"choices":[{"message":{"role":"narrator","content":"ok"}}]}"#,
        ),
        (
            "an unknown service tier",
            r#"{"service_tier":"warp","choices":[{"message":{"content":"ok"}}]}"#,
        ),
        (
            "null tool calls",
            r#"{"choices":[{"message":{"content":"ok","tool_calls":null,"annotations":null}}]}"#,
        ),
        (
            "no object and no id",
            r#"{"choices":[{"message":{"content":"ok"}}]}"#,
        ),
        (
            "created as a float",
            r#"{"created":1.7e9,"choices":[{"message":{"content":"ok"}}]}"#,
        ),
        (
            "created as text",
            r#"{"created":"1700000000","choices":[{"message":{"content":"ok"}}]}"#,
        ),
        (
            "an index as a float",
            r#"{"choices":[{"index":0.0,"message":{"content":"ok"}}]}"#,
        ),
        (
            "a null usage",
            r#"{"choices":[{"message":{"content":"ok"}}],"usage":null}"#,
        ),
        (
            "content in parts",
            r#"{"choices":[{"message":{"content":[{"type":"text","text":"o"},{"type":"text","text":"k"}]}}]}"#,
        ),
        (
            "a part of an unknown kind",
            r#"{"choices":[{"message":{"content":[{"type":"text","text":"ok"},{"type":"smell","of":"roses"}]}}]}"#,
        ),
        (
            "an error that is null",
            r#"{"error":null,"choices":[{"message":{"content":"ok"}}]}"#,
        ),
        (
            "unknown fields everywhere",
            r#"{"x":1,"choices":[{"y":[2],"message":{"content":"ok","z":{"w":null}}}]}"#,
        ),
    ] {
        match chat(body).await {
            Ok(reply) => assert_eq!(reply.text(), "ok", "{why}"),
            Err(error) => panic!("{why}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn unknown_values_and_fields_are_kept() {
    let reply = chat(
        r#"{"id":"c","later":{"deep":[1]},"choices":[{"message":{"content":"ok","mood":"calm"},"finish_reason":"tired"}]}"#,
    )
    .await
    .unwrap();
    assert_eq!(
        reply.finish_reason(),
        Some(&FinishReason::Unknown("tired".to_owned()))
    );
    let raw = reply.raw().unwrap();
    assert_eq!(raw.extra["later"]["deep"][0], 1);
    assert_eq!(raw.choices[0].message.extra["mood"], "calm");
    // What came also goes out again, should the app store and replay it.
    let again = serde_json::to_value(raw).unwrap();
    assert_eq!(again["later"]["deep"][0], 1);
    assert_eq!(again["choices"][0]["finish_reason"], "tired");
}

#[tokio::test]
async fn an_integer_code_in_an_error_is_read() {
    let body =
        r#"{"error":{"message":"no such model","type":"invalid_request_error","param":"model","code":1234}}"#;
    let server = Server::start([answer("400 Bad Request", "application/json", body)]).await;
    let error = client(&server.base_url)
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_bad_request());
    assert_eq!((error.code(), error.param()), (Some("1234"), Some("model")));
    assert_eq!(error.server_message(), Some("no such model"));
}

#[tokio::test]
async fn every_shape_of_the_model_list_is_read() {
    for body in [
        r#"{"object":"list","data":[{"id":"a","object":"model","created":1677610602,"owned_by":"openai"},{"id":"b/c"}]}"#,
        r#"{"data":[{"id":"a","type":"teleport","capabilities":null,"context_length":1e5},{"id":"b/c","price":{"x":1}}]}"#,
        r#"["a","b/c"]"#,
        r#"[{"id":"a"},{"id":"b/c"}]"#,
    ] {
        let server = Server::start([answer("200 OK", "application/json", body)]).await;
        let models = client(&server.base_url).models().await.unwrap();
        let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, ["a", "b/c"], "{body}");
    }
}
