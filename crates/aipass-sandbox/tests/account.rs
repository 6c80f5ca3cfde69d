//! Userinfo, models, and the money.

use aipass_sandbox::{BudgetStatus, ModelsShape};
use serde_json::{Value, json};

use crate::support::{builder, get, post_json, signed_in};

const CHAT: &str = "/oauth2/v1/chat/completions";
const HELLO: &str = r#"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello there"}]}"#;
const SUMMARY: &str = "/api/v1/usage/me/summary";

#[tokio::test]
async fn userinfo_is_bare_and_in_snake_case() {
    let sandbox = builder()
        .user("Ada Example", "ada@example.test")
        .start()
        .await
        .unwrap();
    let token = sandbox
        .issue_tokens("client_a", &["profile:read"])
        .unwrap()
        .access_token;
    let reply = get(&sandbox, "/oauth2/userinfo", &token).await;
    let mut body = reply.json();
    assert!(reply.text("/updated_at").ends_with('Z'));
    body["updated_at"] = Value::Null;
    assert_eq!(
        body,
        json!({
            "sub": "usr_sandbox_1",
            "name": "Ada Example",
            "email": "ada@example.test",
            "email_verified": true,
            "preferred_username": "ada",
            "updated_at": null,
            "scopes": ["profile:read"]
        })
    );
}

#[tokio::test]
async fn the_catalogue_has_three_shapes() {
    let (sandbox, token) = signed_in().await;
    let list = get(&sandbox, "/oauth2/v1/models", &token).await;
    let start = r#"{"object":"list","data":[{"id":"gpt-4o-mini","object":"model","created":1677610602,"owned_by":"openai"},{"id":"gemini/gemini-2.5-flash-lite","#;
    assert!(list.body.starts_with(start), "{}", list.body);

    let bare = get(&sandbox, "/v1/models?detailed=false&type=embedding", &token).await;
    assert_eq!(
        bare.json(),
        json!([
            "text-embedding-3-small",
            "text-embedding-3-large",
            "gemini/gemini-embedding-001"
        ])
    );

    let filtered = get(
        &sandbox,
        "/v1/models?method=chat_completions&capability=vision&type=multimodal&unknown=1",
        &token,
    )
    .await;
    assert_eq!(filtered.json()["data"].as_array().unwrap().len(), 4);
    assert_eq!(
        filtered.json()["data"][0],
        json!({
            "id": "gpt-4o-mini",
            "object": "model",
            "created": 1_677_610_602,
            "owned_by": "openai",
            "name": "GPT-4o mini",
            "type": "multimodal",
            "capabilities": ["text", "vision", "streaming", "tools"],
            "methods": ["chat_completions"]
        })
    );
}

#[tokio::test]
async fn a_model_is_found_by_its_id_with_or_without_an_encoded_slash() {
    let (sandbox, token) = signed_in().await;
    for target in [
        "/oauth2/v1/models/gemini/gemini-2.5-flash-lite",
        "/oauth2/v1/models/gemini%2Fgemini-2.5-flash-lite",
        "/v1/models/gemini/gemini-2.5-flash-lite",
    ] {
        let reply = get(&sandbox, target, &token).await;
        assert_eq!(
            reply.json(),
            json!({
                "id": "gemini/gemini-2.5-flash-lite",
                "object": "model",
                "created": 1_677_610_602,
                "owned_by": "openai"
            }),
            "{target}"
        );
    }
    let unknown = get(&sandbox, "/oauth2/v1/models/gpt-99", &token).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json(), json!({ "detail": "Model 'gpt-99' not found" }));
}

#[tokio::test]
async fn the_summary_goes_down_by_exactly_what_calls_cost() {
    let (sandbox, token) = signed_in().await;
    let summary = get(&sandbox, SUMMARY, &token).await;
    assert!(summary.text("/timestamp").ends_with('Z'));
    assert!(
        summary.body.starts_with(
            r#"{"success":true,"message":"Usage summary retrieved successfully","data":{"totalCost":0.0,"maxBudget":10.0,"remainingBudget":10.0},"timestamp":""#
        ),
        "{}",
        summary.body
    );

    // 2 tokens in and 12 out, at 10 and 40 micro-dollars, and 1000 for the call.
    let chat = post_json(&sandbox, CHAT, &token, HELLO).await;
    assert_eq!(
        chat.json()["usage"],
        json!({ "prompt_tokens": 2, "completion_tokens": 12, "total_tokens": 14 })
    );
    assert_eq!(chat.header("x-litellm-response-cost"), Some("0.0015"));
    let refused = post_json(&sandbox, CHAT, &token, &HELLO.replace("gpt-4o-mini", "nothing")).await;
    assert_eq!(refused.status, 400);
    let data = get(&sandbox, SUMMARY, &token).await.json()["data"].clone();
    assert_eq!(
        data,
        json!({ "totalCost": 0.0015, "maxBudget": 10.0, "remainingBudget": 9.9985 })
    );

    let streamed = HELLO.replace("[{", r#"[{"role":"system","content":""},{"#);
    let streamed = streamed.replace(r#""model""#, r#""stream":true,"model""#);
    let reply = post_json(&sandbox, CHAT, &token, &streamed).await;
    assert_eq!(
        (reply.status, reply.header("x-litellm-response-cost")),
        (200, None)
    );
    assert_eq!(
        get(&sandbox, SUMMARY, &token).await.json()["data"]["totalCost"],
        0.003
    );
    assert_eq!(sandbox.counts().charged_calls, 2);
    let wallet = sandbox.wallet();
    assert!(
        wallet.spent == 0.003 && wallet.max_budget == 10.0 && wallet.remaining == 9.997,
        "{wallet:?}"
    );
}

#[tokio::test]
async fn an_empty_wallet_refuses_paid_calls_with_json_also_for_streams() {
    let (sandbox, token) = signed_in().await;
    post_json(&sandbox, CHAT, &token, HELLO).await;
    sandbox.set_balance(0.0);
    for body in [
        HELLO.to_owned(),
        HELLO.replace(r#""model""#, r#""stream":true,"model""#),
    ] {
        let reply = post_json(&sandbox, CHAT, &token, &body).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(
            reply.json(),
            json!({ "error": {
                "message": "Budget has been exceeded! Current cost: 0.0015, Max budget: 0.0015",
                "type": "budget_exceeded",
                "param": null,
                "code": "400"
            }})
        );
    }
    assert_eq!(get(&sandbox, "/oauth2/v1/models", &token).await.status, 200);
    sandbox.set_balance(1.0);
    assert_eq!(post_json(&sandbox, CHAT, &token, HELLO).await.status, 200);
}

#[tokio::test]
async fn the_later_status_for_an_empty_wallet_is_402() {
    let sandbox = builder()
        .balance(0.0)
        .budget_status(BudgetStatus::PaymentRequired)
        .start()
        .await
        .unwrap();
    let token = sandbox
        .issue_tokens("client_a", &["api:access"])
        .unwrap()
        .access_token;
    let reply = post_json(&sandbox, CHAT, &token, HELLO).await;
    assert_eq!(reply.status, 402);
    assert_eq!(
        reply.json(),
        json!({ "error": {
            "message": "Budget has been exceeded! Current cost: 0, Max budget: 0",
            "type": "budget_exceeded",
            "param": null,
            "code": "402"
        }})
    );
}

#[tokio::test]
async fn the_shape_of_the_list_can_be_chosen_and_the_query_goes_before_it() {
    for (shape, first) in [
        (ModelsShape::Bare, r#"["gpt-4o-mini","#),
        (
            ModelsShape::Catalogue,
            r#"{"object":"list","data":[{"id":"gpt-4o-mini","object":"model","created":1677610602,"owned_by":"openai","name":"GPT-4o mini","type":"multimodal","#,
        ),
    ] {
        let sandbox = builder().models_shape(shape).start().await.unwrap();
        let token = sandbox
            .issue_tokens("client_a", &["api:access"])
            .unwrap()
            .access_token;
        let list = get(&sandbox, "/v1/models", &token).await;
        assert!(list.body.starts_with(first), "{}", list.body);
        let video = get(&sandbox, "/v1/models?type=video&detailed=false", &token).await;
        assert_eq!(
            video.json(),
            json!(["sora-2", "openai/sora-2", "veo-3.1-fast-generate-preview"])
        );
        let speech = get(&sandbox, "/v1/models?method=audio_speech&detailed=true", &token).await;
        assert_eq!(speech.json()["data"][0]["id"], "tts-1");
        let one = get(&sandbox, "/v1/models/whisper-1", &token).await.json();
        let told = (shape == ModelsShape::Catalogue).then_some(json!(["audio_transcription"]));
        assert_eq!(one.get("methods").cloned(), told);
    }
}
