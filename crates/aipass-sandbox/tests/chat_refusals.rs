//! Chats that are refused, as the service and the models behind it refuse them.

use crate::{
    chat::{ask, chat, weather},
    support::signed_in,
};
use serde_json::{Value, json};

#[tokio::test]
async fn each_call_of_a_tool_has_its_answer_before_the_next_turn() {
    let (sandbox, token) = signed_in().await;
    let user = json!({ "role": "user", "content": "Hi" });
    let calls = |ids: &[&str]| {
        let calls = ids.iter().map(|id| {
            json!({ "id": id, "type": "function", "function": { "name": "get_time", "arguments": "{}" } })
        });
        json!({ "role": "assistant", "content": null, "tool_calls": calls.collect::<Vec<_>>() })
    };
    let answer = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "noon" });
    let talk = |messages: &[Value]| ask("Hi", &json!({ "messages": messages, "tools": weather() }));
    const ORPHAN: &str = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with \
                          'tool_calls'.";
    const MISSING: &str = "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
                           'tool_call_id'. The following tool_call_ids did not have response messages: ";
    for (messages, param, message) in [
        (
            vec![user.clone(), answer("a")],
            "messages.[1].role",
            ORPHAN.to_owned(),
        ),
        (
            vec![user.clone(), calls(&[]), answer("a")],
            "messages.[2].role",
            ORPHAN.to_owned(),
        ),
        (
            vec![
                user.clone(),
                calls(&["a"]),
                answer("a"),
                user.clone(),
                answer("a"),
            ],
            "messages.[4].role",
            ORPHAN.to_owned(),
        ),
        (
            vec![user.clone(), calls(&["a"]), answer("b")],
            "messages.[2].tool_call_id",
            "Invalid parameter: 'tool_call_id' of 'b' not found in 'tool_calls' of previous message."
                .to_owned(),
        ),
        (
            vec![user.clone(), calls(&["a"])],
            "messages",
            format!("{MISSING}a"),
        ),
        (
            vec![user.clone(), calls(&["a", "b", "c"]), answer("b"), user.clone()],
            "messages",
            format!("{MISSING}a, c"),
        ),
    ] {
        let reply = chat(&sandbox, &token, &talk(&messages)).await;
        let expected = json!({ "error": {
            "message": message, "type": "invalid_request_error", "param": param, "code": "400" } });
        assert_eq!((reply.status, reply.json()), (400, expected));
    }
    assert_eq!(sandbox.wallet().spent, 0.0);

    // In any order, and in a later turn again.
    let whole = [
        user.clone(),
        calls(&["a", "b"]),
        answer("b"),
        answer("a"),
        calls(&["c"]),
        answer("c"),
        user,
    ];
    assert_eq!(chat(&sandbox, &token, &talk(&whole)).await.status, 200);
}

/// An object with these members, all of them required and no others.
fn closed(members: &Value) -> Value {
    let names: Vec<_> = members.as_object().unwrap().keys().collect();
    json!({ "type": "object", "properties": members, "required": names, "additionalProperties": false })
}

#[tokio::test]
async fn a_strict_schema_is_refused_where_openai_refuses_it() {
    let (sandbox, token) = signed_in().await;
    let format = |schema: &Value, strict: bool| {
        json!({ "response_format": { "type": "json_schema", "json_schema": {
            "name": "receipt", "strict": strict, "schema": schema } } })
    };
    let tools = |schema: &Value, strict: bool| {
        json!({ "tools": [
            { "type": "function", "function": { "name": "get_time", "strict": true } },
            { "type": "function", "function": { "name": "keep", "strict": strict, "parameters": schema } }
        ] })
    };
    let text = json!({ "type": "string" });
    let open = json!({ "type": "object", "properties": { "a": text }, "required": ["a"] });
    let loose = json!({ "type": "object", "properties": { "a": text }, "required": [], "additionalProperties": false });
    let extra =
        json!({ "type": "object", "properties": {}, "required": ["b"], "additionalProperties": false });
    const CLOSE: &str = "'additionalProperties' is required to be supplied and to be false.";
    const REQUIRE: &str =
        "'required' is required to be supplied and to be an array including every key in properties.";
    let defined = |definition: &Value, member: &Value| {
        let mut schema = closed(&json!({ "a": member }));
        schema["$defs"] = json!({ "A": definition });
        schema
    };
    let mut mapped = closed(&json!({}));
    mapped["additionalProperties"] = json!(true);
    let mut either = closed(&json!({}));
    either["anyOf"] = json!([closed(&json!({}))]);
    for (schema, why) in [
        (open.clone(), format!("In context=(), {CLOSE}")),
        (mapped, format!("In context=(), {CLOSE}")),
        (loose.clone(), format!("In context=(), {REQUIRE} Missing 'a'.")),
        (extra, format!("In context=(), {REQUIRE} Extra required key 'b'.")),
        (
            closed(&json!({ "a": open })),
            format!("In context=('properties', 'a'), {CLOSE}"),
        ),
        (
            closed(&json!({ "a": { "type": ["array", "null"], "items": loose } })),
            format!("In context=('properties', 'a', 'items'), {REQUIRE} Missing 'a'."),
        ),
        (
            closed(&json!({ "a": { "anyOf": [{ "type": "null" }, open] } })),
            format!("In context=('properties', 'a', 'anyOf', '1'), {CLOSE}"),
        ),
        (
            defined(&open, &json!({ "$ref": "#/$defs/A" })),
            format!("In context=('$defs', 'A'), {CLOSE}"),
        ),
        (
            defined(&text, &json!({ "$ref": "#/$defs/B" })),
            "In context=('properties', 'a'), reference can only point to definitions defined at the top level of the \
             schema."
                .to_owned(),
        ),
        (
            defined(&text, &json!({ "$ref": "#/$defs/A", "description": "one" })),
            "In context=('properties', 'a'), $ref cannot have keywords {'description'}.".to_owned(),
        ),
        (
            closed(&json!({ "a": { "type": "array", "items": text, "uniqueItems": true } })),
            "In context=('properties', 'a'), 'uniqueItems' is not permitted.".to_owned(),
        ),
        (
            closed(&json!({ "a": { "type": "string", "not": { "enum": [""] } } })),
            "In context=('properties', 'a'), 'not' is not permitted.".to_owned(),
        ),
        (
            closed(&json!({ "a": { "oneOf": [text] , "type": "string" } })),
            "In context=('properties', 'a'), 'oneOf' is not permitted.".to_owned(),
        ),
        (
            closed(&json!({ "a": {} })),
            "In context=('properties', 'a'), schema must have a 'type' key.".to_owned(),
        ),
        (
            json!({ "type": "array", "items": text }),
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.".to_owned(),
        ),
        (
            json!({ "anyOf": [closed(&json!({}))] }),
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: null'.".to_owned(),
        ),
        (
            either,
            "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
                .to_owned(),
        ),
    ] {
        for (more, subject, param) in [
            (format(&schema, true), "response_format 'receipt'", "response_format"),
            (
                tools(&schema, true),
                "function 'keep'",
                "tools[1].function.parameters",
            ),
        ] {
            let reply = chat(&sandbox, &token, &ask("Hi", &more)).await;
            let expected = json!({ "error": {
                "message": format!("Invalid schema for {subject}: {why}"),
                "type": "invalid_request_error", "param": param, "code": "400" } });
            assert_eq!((reply.status, reply.json()), (400, expected), "{schema}");
        }
    }
    assert_eq!(sandbox.wallet().spent, 0.0);

    // Without `strict` it is advice, other providers have rules of their own, and this much is taken.
    let gemini = json!({ "model": "gemini/gemini-2.5-flash-lite" });
    let mut elsewhere = format(&open, true);
    elsewhere["model"] = gemini["model"].clone();
    let taken = defined(
        &closed(&json!({
            "when": { "type": "string", "format": "date", "description": "the day" },
            "code": { "type": "string", "pattern": "^[A-Z]+$" },
            "sum": { "type": ["number", "null"], "minimum": 0, "multipleOf": 0.01 },
            "kind": { "enum": ["a", "b"] },
            "next": { "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }] }
        })),
        &json!({ "type": "array", "minItems": 1, "maxItems": 3, "items": { "$ref": "#/$defs/A" } }),
    );
    for more in [
        format(&open, false),
        tools(&open, false),
        elsewhere,
        format(&taken, true),
        tools(&taken, true),
    ] {
        let reply = chat(&sandbox, &token, &ask("Hi", &more)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

#[tokio::test]
async fn what_no_provider_takes_is_refused_and_costs_nothing() {
    let (sandbox, token) = signed_in().await;
    let image = |url: &str| {
        json!({ "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": [
        { "type": "image_url", "image_url": { "url": url } }] }] })
    };
    for (body, param) in [
        (
            json!({ "messages": [{ "role": "user", "content": "Hi" }] }),
            json!("model"),
        ),
        (ask("Hi", &json!({ "model": "gpt-99" })), json!("model")),
        (ask("Hi", &json!({ "model": "tts-1" })), json!("model")),
        (ask("Hi", &json!({ "messages": [] })), json!("messages")),
        (
            ask(
                "Hi",
                &json!({ "messages": [{ "role": "robot", "content": "Hi" }] }),
            ),
            Value::Null,
        ),
        (
            ask(
                "Hi",
                &json!({ "messages": [{ "role": "tool", "content": "Hi" }] }),
            ),
            json!("messages"),
        ),
        (ask("Hi", &json!({ "max_tokens": "many" })), Value::Null),
        (ask("Hi", &json!({ "max_tokens": 0 })), json!("max_tokens")),
        (ask("Hi", &json!({ "n": 0 })), json!("n")),
        (ask("Hi", &json!({ "n": 129 })), json!("n")),
        (image("data:image/jpeg;base64,###"), json!("messages")),
        (image("data:image/bmp;base64,AAAA"), json!("messages")),
        (image("data:image/png,AAAA"), json!("messages")),
        (image("file:///etc/passwd"), json!("messages")),
    ] {
        let reply = chat(&sandbox, &token, &body).await;
        assert_eq!(reply.status, 400, "{body}");
        let error = &reply.json()["error"];
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("invalid_request_error"), &json!("400")),
            "{body}"
        );
        assert_eq!(error["param"], param, "{body}");
    }
    let unknown = chat(&sandbox, &token, &ask("Hi", &json!({ "model": "gpt-99" }))).await;
    assert_eq!(
        unknown.text("/error/message"),
        "/chat/completions: Invalid model name passed in model=gpt-99. Call `/v1/models` to view available models for \
         your key."
    );
    assert_eq!(sandbox.wallet().spent, 0.0);
}
