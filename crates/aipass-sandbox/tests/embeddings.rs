//! Embeddings: near texts, both encodings, and what is refused.

use serde_json::{Value, json};

use crate::support::{post_json, signed_in, unbase64};

const PATH: &str = "/oauth2/v1/embeddings";

fn numbers(embedding: &Value) -> Vec<f64> {
    embedding
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[tokio::test]
async fn similar_texts_are_nearer_than_others() {
    let (sandbox, token) = signed_in().await;
    let body = r#"{"model":"text-embedding-3-small","input":["The cat sat on the mat","A cat sits on a mat","Quarterly revenue grew","!"]}"#;
    let reply = post_json(&sandbox, PATH, &token, body).await;
    let answer = reply.json();
    assert_eq!(answer["object"], "list");
    assert_eq!(answer["model"], "text-embedding-3-small");
    assert_eq!(
        answer["usage"],
        json!({ "prompt_tokens": 16, "total_tokens": 16 })
    );
    // 100 micro-dollars for the call and 1 per token.
    assert_eq!(reply.header("x-litellm-response-cost"), Some("0.000116"));
    let data = answer["data"].as_array().unwrap();
    let vectors: Vec<_> = data.iter().map(|entry| numbers(&entry["embedding"])).collect();
    for (index, (entry, vector)) in data.iter().zip(&vectors).enumerate() {
        assert_eq!(
            (entry["object"].as_str(), entry["index"].as_u64()),
            (Some("embedding"), Some(index as u64))
        );
        assert_eq!(vector.len(), 1536);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
    }
    let (near, far) = (dot(&vectors[0], &vectors[1]), dot(&vectors[0], &vectors[2]));
    assert!(near > 0.4 && far < 0.2, "{near} {far}");

    let again = post_json(&sandbox, PATH, &token, body).await;
    assert_eq!(again.body, reply.body);
    assert_eq!(sandbox.counts().charged_calls, 2);
    assert_eq!(sandbox.wallet().spent, 0.000_232);
}

#[tokio::test]
async fn base64_holds_the_same_numbers_and_lengths_are_honoured() {
    let (sandbox, token) = signed_in().await;
    let ask = async |more: &str| {
        let body = format!(r#"{{"model":"text-embedding-3-large","input":"Hello"{more}}}"#);
        post_json(&sandbox, PATH, &token, &body).await.json()["data"][0]["embedding"].clone()
    };
    assert_eq!(numbers(&ask("").await).len(), 3072);
    let plain = numbers(&ask(r#","dimensions":8"#).await);
    let packed = ask(r#","dimensions":8,"encoding_format":"base64""#).await;
    let bytes = unbase64(packed.as_str().unwrap());
    let unpacked: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect();
    assert_eq!(unpacked.len(), 8);
    assert!(
        plain
            .iter()
            .zip(&unpacked)
            .all(|(a, b)| (a - f64::from(*b)).abs() < 1e-6)
    );
}

#[tokio::test]
async fn what_no_provider_embeds_is_refused_free_of_charge() {
    let (sandbox, token) = signed_in().await;
    for (body, param, message) in [
        (r#"{"input":"a"}"#, "model", "you must provide a model parameter"),
        (
            r#"{"model":"text-embedding-3-small"}"#,
            "input",
            "you must provide an input parameter",
        ),
        (
            r#"{"model":"text-embedding-3-small","input":[]}"#,
            "input",
            "input must hold at least one text",
        ),
        (
            r#"{"model":"text-embedding-3-small","input":["a",""]}"#,
            "input",
            "input cannot be an empty string",
        ),
        (
            r#"{"model":"text-embedding-3-small","input":"a","dimensions":1537}"#,
            "dimensions",
            "dimensions must be between 1 and 1536 for this model",
        ),
        (
            r#"{"model":"text-embedding-3-small","input":"a","encoding_format":"hex"}"#,
            "encoding_format",
            "encoding_format must be float or base64",
        ),
        (
            r#"{"model":"gemini/gemini-embedding-001","input":"a","encoding_format":"base64"}"#,
            "encoding_format",
            "gemini does not support parameters: {'encoding_format': 'base64'}",
        ),
        (
            r#"{"model":"gpt-4o-mini","input":"a"}"#,
            "model",
            "/embeddings: Invalid model name passed in model=gpt-4o-mini. Call `/v1/models` to view available models for your key.",
        ),
    ] {
        let reply = post_json(&sandbox, PATH, &token, body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(
            reply.json(),
            json!({ "error": {
                "message": message, "type": "invalid_request_error", "param": param, "code": "400"
            }})
        );
    }
    assert_eq!(sandbox.counts().charged_calls, 0);
    let gemini = r#"{"model":"gemini/gemini-embedding-001","input":"a","encoding_format":"float"}"#;
    let reply = post_json(&sandbox, PATH, &token, gemini).await;
    assert_eq!(numbers(&reply.json()["data"][0]["embedding"]).len(), 256);

    sandbox.set_balance(0.0);
    let poor = post_json(&sandbox, PATH, &token, gemini).await;
    assert_eq!(
        (poor.status, poor.text("/error/type").as_str()),
        (400, "budget_exceeded")
    );
}
