//! Chat completions: literal answers, literal streams, and what is refused.

use aipass_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Reply, base64, post_json, signed_in};

pub(crate) async fn chat(sandbox: &Sandbox, token: &str, body: &Value) -> Reply {
    post_json(sandbox, "/oauth2/v1/chat/completions", token, &body.to_string()).await
}

/// A request with one user message and `more` members.
pub(crate) fn ask(prompt: &str, more: &Value) -> Value {
    let mut body = json!({ "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": prompt }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn the_playbook_example_gets_this_answer() {
    let (sandbox, token) = signed_in().await;
    let body = r#"{
        "model": "gpt-4o-mini",
        "messages": [
          {"role":"system","content":"You answer briefly."},
          {"role":"user","content":"One tip for better focus?"}
        ],
        "max_tokens": 200,
        "stream": false
      }"#;
    let reply = post_json(&sandbox, "/oauth2/v1/chat/completions", &token, body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body,
        r#"{"id":"chatcmpl-60c050e6799c870af41bb750","object":"chat.completion","created":1767225600,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"You asked: \"One tip for better focus?\" I was told: \"You answer briefly.\" The sandbox wrote this; no model was asked."},"finish_reason":"stop"}],"usage":{"prompt_tokens":8,"completion_tokens":21,"total_tokens":29}}"#
    );
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("x-request-id"), Some("req_00000001"));
    assert_eq!(reply.header("x-ratelimit-limit-requests"), Some("1000"));
    assert_eq!(reply.header("x-ratelimit-remaining-requests"), Some("999"));
    assert_eq!(reply.header("x-ratelimit-limit-tokens"), Some("1000000"));
    assert_eq!(reply.header("x-ratelimit-remaining-tokens"), Some("999971"));
    let again = post_json(&sandbox, "/v1/chat/completions", &token, body).await;
    assert_eq!(again.body, reply.body);
}

#[tokio::test]
async fn a_stream_is_these_bytes() {
    let (sandbox, token) = signed_in().await;
    let more = json!({ "stream": true, "stream_options": { "include_usage": true }, "stop": " sandbox" });
    let reply = chat(&sandbox, &token, &ask("Hi", &more)).await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    assert_eq!(
        reply.body,
        r#"data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"You"}}]}

data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" asked:"}}]}

data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" \"Hi\""}}]}

data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" The"}}]}

data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-04c3e06b659c6e759e7d4279","created":1767225600,"model":"gpt-4o-mini","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":4,"total_tokens":5}}

data: [DONE]

"#
    );
}

/// The events of a stream, without `[DONE]`.
fn events(reply: &Reply) -> Vec<Value> {
    let mut events: Vec<_> = reply
        .body
        .split_terminator("\n\n")
        .map(|e| e.strip_prefix("data: ").unwrap())
        .collect();
    assert_eq!(events.pop(), Some("[DONE]"));
    events
        .into_iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect()
}

#[tokio::test]
async fn a_stream_without_usage_carries_the_same_text_as_the_plain_answer() {
    let (sandbox, token) = signed_in().await;
    let plain = chat(&sandbox, &token, &ask("Tell me more, please", &json!({ "n": 2 }))).await;
    let streamed = chat(
        &sandbox,
        &token,
        &ask("Tell me more, please", &json!({ "n": 2, "stream": true })),
    )
    .await;
    let mut texts = [String::new(), String::new()];
    for event in events(&streamed) {
        assert_eq!(event.get("usage"), None);
        let choice = &event["choices"][0];
        let index = usize::try_from(choice["index"].as_u64().unwrap()).unwrap();
        texts[index] += choice["delta"]["content"].as_str().unwrap_or_default();
    }
    for (index, text) in texts.iter().enumerate() {
        assert_eq!(plain.text(&format!("/choices/{index}/message/content")), *text);
    }
    assert_ne!(texts[0], texts[1]);
}

pub(crate) fn weather() -> Value {
    json!([
        { "type": "function", "function": { "name": "get_weather", "parameters": {
            "type": "object", "properties": { "city": { "type": "string" }, "days": { "type": "integer" } },
            "required": ["city"] } } },
        { "type": "function", "function": { "name": "get_time" } }
    ])
}

#[tokio::test]
async fn a_prompt_that_names_a_tool_gets_a_call_of_it() {
    let (sandbox, token) = signed_in().await;
    let body = ask("Please get weather for Paris?", &json!({ "tools": weather() }));
    let reply = chat(&sandbox, &token, &body).await;
    let choice = &reply.json()["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"]["content"], Value::Null);
    let id = choice["message"]["tool_calls"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(id.starts_with("call_") && id.len() == 29);
    assert_eq!(
        choice["message"]["tool_calls"],
        json!([{ "id": id, "type": "function", "function": {
            "name": "get_weather", "arguments": "{\"city\":\"Paris\",\"days\":3}"
        }}])
    );

    let mut streamed = body.clone();
    streamed["stream"] = json!(true);
    let mut arguments = String::new();
    let events = events(&chat(&sandbox, &token, &streamed).await);
    let first = &events[1]["choices"][0]["delta"]["tool_calls"][0];
    assert_eq!(
        first,
        &json!({ "index": 0, "id": id, "type": "function", "function": { "name": "get_weather", "arguments": "" } })
    );
    for event in &events[2..events.len() - 1] {
        let call = &event["choices"][0]["delta"]["tool_calls"][0];
        assert_eq!((call["index"].as_u64(), call.get("id")), (Some(0), None));
        arguments += call["function"]["arguments"].as_str().unwrap();
    }
    assert_eq!(arguments, "{\"city\":\"Paris\",\"days\":3}");
    assert_eq!(
        events.last().unwrap()["choices"][0]["finish_reason"],
        "tool_calls"
    );

    let mut answered = body;
    let messages = answered["messages"].as_array_mut().unwrap();
    messages.push(choice["message"].clone());
    messages.push(json!({ "role": "tool", "tool_call_id": id, "content": "sunny" }));
    let reply = chat(&sandbox, &token, &answered).await;
    let text = reply.text("/choices/0/message/content");
    assert!(text.contains("The tools answered: \"sunny\""), "{text}");
}

#[tokio::test]
async fn tool_choice_decides() {
    let (sandbox, token) = signed_in().await;
    for (prompt, choice, expected) in [
        ("get_weather now", json!("auto"), vec!["get_weather"]),
        (
            "get_weather and get_time",
            json!("auto"),
            vec!["get_weather", "get_time"],
        ),
        ("Hello", json!("auto"), vec![]),
        ("get_weather now", json!("none"), vec![]),
        ("Hello", json!("required"), vec!["get_weather"]),
        ("get_time", json!("required"), vec!["get_time"]),
        (
            "Hello",
            json!({ "type": "function", "function": { "name": "get_time" } }),
            vec!["get_time"],
        ),
    ] {
        let body = ask(prompt, &json!({ "tools": weather(), "tool_choice": choice }));
        let reply = chat(&sandbox, &token, &body).await.json();
        let calls = reply["choices"][0]["message"]["tool_calls"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let names: Vec<_> = calls
            .iter()
            .map(|call| call["function"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{prompt} {choice}");
    }
}

#[tokio::test]
async fn response_formats_get_json_that_fits() {
    let (sandbox, token) = signed_in().await;
    let object = ask("Hi", &json!({ "response_format": { "type": "json_object" } }));
    let text = chat(&sandbox, &token, &object)
        .await
        .text("/choices/0/message/content");
    assert_eq!(
        text,
        r#"{"answer":"You asked: \"Hi\" The sandbox wrote this; no model was asked."}"#
    );

    let schema = json!({ "type": "object", "additionalProperties": false, "required": ["merchant", "amount"],
        "properties": { "merchant": { "type": "string" }, "amount": { "type": "number" } } });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "receipt", "strict": true, "schema": schema } });
    let body = ask("Read this receipt", &json!({ "response_format": format }));
    let text = chat(&sandbox, &token, &body)
        .await
        .text("/choices/0/message/content");
    assert_eq!(text, r#"{"amount":12.5,"merchant":"Corner Shop"}"#);
}

#[tokio::test]
async fn limits_cut_the_answer() {
    let (sandbox, token) = signed_in().await;
    for (more, content, reason) in [
        (json!({ "max_tokens": 2 }), json!("You asked:"), "length"),
        (
            json!({ "max_completion_tokens": 1, "max_tokens": 9 }),
            json!("You"),
            "length",
        ),
        (json!({ "stop": ["\"", "asked"] }), json!("You "), "stop"),
        (
            json!({ "model": "gpt-5-mini", "max_tokens": 16 }),
            Value::Null,
            "length",
        ),
        (
            json!({ "model": "gpt-5-mini", "max_tokens": 17 }),
            json!("You"),
            "length",
        ),
    ] {
        let choice = chat(&sandbox, &token, &ask("Hi", &more)).await.json()["choices"][0].clone();
        assert_eq!(
            (&choice["message"]["content"], choice["finish_reason"].as_str()),
            (&content, Some(reason)),
            "{more}"
        );
    }
    let reply = chat(
        &sandbox,
        &token,
        &ask("Hi", &json!({ "model": "gpt-5-mini", "max_tokens": 16 })),
    )
    .await;
    assert_eq!(
        reply.json()["usage"],
        json!({ "prompt_tokens": 1, "completion_tokens": 16, "total_tokens": 17,
            "completion_tokens_details": { "reasoning_tokens": 16 } })
    );
}

#[tokio::test]
async fn the_playbook_vision_example_sees_its_picture() {
    let (sandbox, token) = signed_in().await;
    let body = json!({ "model": "gemini/gemini-2.5-flash-lite", "temperature": 0.7, "max_tokens": 2000,
    "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "What's in this image?" },
        { "type": "image_url", "image_url": { "url": "data:image/jpeg;base64,/9j/4AAQ" } }
    ]}]});
    let reply = chat(&sandbox, &token, &body).await;
    assert_eq!(
        reply.text("/choices/0/message/content"),
        "You asked: \"What's in this image?\" I see 1 picture (image/jpeg, 6 bytes). The sandbox wrote this; no model \
         was asked."
    );
    assert_eq!(reply.json()["usage"]["prompt_tokens"], 89);
}

/// A JPEG that is nothing but its comment, as a data URL.
fn jpeg_that_says(text: &str) -> String {
    let comment = format!("aipass-sandbox: \"{text}\" (spoken by the sandbox)");
    let length = u16::try_from(comment.len() + 2).unwrap().to_be_bytes();
    let bytes = [b"\xFF\xD8\xFF\xFE", &length[..], comment.as_bytes(), b"\xFF\xD9"].concat();
    format!("data:image/jpeg;base64,{}", base64(&bytes))
}

fn look_at(urls: &[String], prompt: &str, more: &Value) -> Value {
    let mut body = ask(prompt, more);
    let pictures = urls
        .iter()
        .map(|url| json!({ "type": "image_url", "image_url": { "url": url } }));
    let text = json!({ "type": "text", "text": prompt });
    body["messages"][0]["content"] = std::iter::once(text).chain(pictures).collect();
    body
}

#[tokio::test]
async fn a_picture_that_carries_its_text_is_read() {
    let (sandbox, token) = signed_in().await;
    let receipt = jpeg_that_says(r#"{"amount":22.7,"currency":"GBP","merchant":"Harbour","tip":"none"}"#);
    let format = json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "receipt", "schema": {
        "type": "object",
        "properties": {
            "amount": { "type": "number" },
            "currency": { "type": "string" },
            "date": { "type": "string" },
            "tip": { "type": "number" }
        }
    } } } });
    for (body, expected) in [
        // The date is not on it, and a tip of "none" is no number: both are made up.
        (
            look_at(std::slice::from_ref(&receipt), "Read it.", &format),
            r#"{"amount":22.7,"currency":"GBP","date":"2026-01-31","tip":12.5}"#.to_owned(),
        ),
        (
            look_at(std::slice::from_ref(&receipt), "In JSON: {merchant, amount, date}", &json!({})),
            r#"Here is what I found: {"merchant":"Harbour","amount":22.7,"date":"2026-01-31"}"#.to_owned(),
        ),
        // Of two, the first to say it counts.
        (
            look_at(
                &[jpeg_that_says(r#"{"amount":1}"#), receipt.clone()],
                "In JSON: {merchant, amount}",
                &json!({}),
            ),
            r#"Here is what I found: {"merchant":"Harbour","amount":1}"#.to_owned(),
        ),
        (
            look_at(&[jpeg_that_says("Mind the gap")], "What is it?", &json!({})),
            "You asked: \"What is it?\" I see 1 picture (image/jpeg, 62 bytes). I read: \"Mind the gap\" The sandbox \
             wrote this; no model was asked."
                .to_owned(),
        ),
    ] {
        let reply = chat(&sandbox, &token, &body).await;
        assert_eq!(reply.text("/choices/0/message/content"), expected);
    }
}

#[tokio::test]
async fn a_picture_is_not_read_beyond_its_own_question() {
    let (sandbox, token) = signed_in().await;
    let mut body = look_at(&[jpeg_that_says(r#"{"amount":22.7}"#)], "Look.", &json!({}));
    let later = [
        json!({ "role": "assistant", "content": "I see." }),
        json!({ "role": "user", "content": "In JSON: {amount}" }),
    ];
    body["messages"].as_array_mut().unwrap().extend(later);
    let reply = chat(&sandbox, &token, &body).await;
    assert_eq!(
        reply.text("/choices/0/message/content"),
        r#"Here is what I found: {"amount":12.5}"#
    );
    // A text whose end is missing is none.
    let cut = base64(b"\xFF\xD8\xFF\xFEaipass-sandbox: \"{\"amount\":22.7}");
    let body = look_at(
        &[format!("data:image/jpeg;base64,{cut}")],
        "In JSON: {amount}",
        &json!({}),
    );
    let reply = chat(&sandbox, &token, &body).await;
    assert_eq!(
        reply.text("/choices/0/message/content"),
        r#"Here is what I found: {"amount":12.5}"#
    );
}
