//! Each fault as it looks from outside.

use std::io::ErrorKind;
use std::time::Duration;

use aipass_sandbox::{Fault, Route, Sandbox};

use crate::support::{exchange_bytes, get, request, signed_in};

const MODELS: &str = "/oauth2/v1/models";

/// The raw bytes of an answer, until the connection ends.
async fn raw(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    token: &str,
    body: &str,
) -> std::io::Result<String> {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let request = request(method, target, &headers, body);
    let bytes = exchange_bytes(sandbox.base_url(), request.as_bytes()).await?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[tokio::test]
async fn faults_are_met_in_order_on_their_route_alone() {
    let (sandbox, token) = signed_in().await;
    sandbox.fail_next(Route::Models, Fault::status(503, r#"{"error":"busy"}"#));
    sandbox.fail_next(
        Route::Models,
        Fault::Status {
            status: 429,
            body: "slow down".to_owned(),
            headers: vec![
                ("Retry-After".to_owned(), "7".to_owned()),
                ("Content-Type".to_owned(), "text/plain".to_owned()),
                ("no header".to_owned(), "x".to_owned()),
            ],
        },
    );
    sandbox.fail_next(Route::Models, Fault::Html200);
    assert_eq!(get(&sandbox, "/oauth2/v1/models/tts-1", &token).await.status, 200);

    let first = get(&sandbox, MODELS, &token).await;
    assert_eq!((first.status, first.body.as_str()), (503, r#"{"error":"busy"}"#));
    assert_eq!(first.header("content-type"), Some("application/json"));
    let second = get(&sandbox, MODELS, "any").await;
    assert_eq!((second.status, second.body.as_str()), (429, "slow down"));
    assert_eq!(
        (second.header("retry-after"), second.header("content-type")),
        (Some("7"), Some("text/plain"))
    );
    let third = get(&sandbox, "/v1/models", &token).await;
    assert_eq!(
        (third.status, third.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(third.body.starts_with("<!doctype html>"));
    assert!(
        get(&sandbox, MODELS, &token)
            .await
            .body
            .starts_with("{\"object\":\"list\"")
    );
}

#[tokio::test]
async fn a_cut_ends_a_known_length_early() {
    let (sandbox, token) = signed_in().await;
    let whole = raw(&sandbox, "GET", MODELS, &token, "").await.unwrap();
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let length = format!("content-length: {}", body.len());
    assert!(head.contains(&length));

    sandbox.fail_next(Route::Models, Fault::CutAfterBytes(20));
    let cut = raw(&sandbox, "GET", MODELS, &token, "").await.unwrap();
    let (head, part) = cut.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&length), "{head}");
    assert_eq!(part, &body[..20]);
}

#[tokio::test]
async fn a_cut_ends_a_stream_without_its_last_chunk_and_the_call_is_paid() {
    let (sandbox, token) = signed_in().await;
    sandbox.fail_next(Route::ChatCompletions, Fault::CutAfterBytes(300));
    let body = r#"{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;
    let cut = raw(&sandbox, "POST", "/oauth2/v1/chat/completions", &token, body)
        .await
        .unwrap();
    assert!(cut.contains("transfer-encoding: chunked"));
    assert!(cut.contains("\"role\":\"assistant\""));
    assert!(!cut.contains("[DONE]") && !cut.ends_with("0\r\n\r\n"), "{cut}");
    assert_eq!(sandbox.counts().charged_calls, 1);
}

#[tokio::test]
async fn a_reset_comes_without_any_byte() {
    let (sandbox, token) = signed_in().await;
    sandbox.fail_next(Route::Models, Fault::Reset);
    let error = raw(&sandbox, "GET", MODELS, &token, "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(raw(&sandbox, "GET", MODELS, &token, "").await.is_ok());
}

#[tokio::test]
async fn a_stall_never_answers_and_shows_as_open_in_the_log() {
    let (sandbox, token) = signed_in().await;
    sandbox.fail_next(Route::Models, Fault::Stall);
    let call = raw(&sandbox, "GET", MODELS, &token, "");
    assert!(
        tokio::time::timeout(Duration::from_millis(100), call)
            .await
            .is_err()
    );
    let log = sandbox.requests();
    assert_eq!(
        (log.len(), log[0].route, log[0].status),
        (1, Some(Route::Models), None)
    );
}
