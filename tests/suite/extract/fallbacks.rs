//! Which refusals lead to another request, and to which.

use super::{Point, body, ok, refusal};
use crate::support::{Answer, Server, client, impatient};
use aipass::{ChargeRisk, Error, ExtractBuilder, ExtractMode, Extracted, RequestOptions};
use serde_json::{Value, json};

const UNSUPPORTED: &str = r#"{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":"response_format","code":null}}"#;

/// What came, and the requests that it took.
async fn ladder(
    answers: impl IntoIterator<Item = Answer>,
    allow: impl FnOnce(ExtractBuilder) -> ExtractBuilder,
) -> (Result<Extracted<Point>, Error>, Vec<Value>) {
    let server = Server::start(answers).await;
    let ask = impatient(&server.base_url)
        .extract("m")
        .system("Be brief.")
        .user("Go.");
    let outcome = allow(ask).send().await;
    (
        outcome,
        server.requests().iter().map(|request| body(request)).collect(),
    )
}

const INSTRUCTIONS: &str =
    "Be brief.\n\nAnswer with one JSON object and nothing else. It must be valid under this JSON Schema:\n";

#[tokio::test]
async fn without_a_fallback_a_refusal_is_the_end() {
    let (outcome, requests) = ladder([refusal("400 Bad Request", UNSUPPORTED)], |ask| ask).await;
    let error = outcome.unwrap_err();
    assert!(error.is_bad_request());
    assert_eq!(
        (error.param(), error.charge_risk()),
        (Some("response_format"), ChargeRisk::Refused)
    );
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn fallbacks_are_asked_in_order_and_counted() {
    let refused = || refusal("400 Bad Request", UNSUPPORTED);
    let answered = || ok("Well: {\"x\":1,\"y\":2}");

    let (outcome, requests) = ladder([answered()], |ask| ask.allow_json_object().allow_text()).await;
    let found = outcome.unwrap();
    assert_eq!(
        (found.calls, found.mode, requests.len()),
        (1, ExtractMode::JsonSchema, 1)
    );

    let both = |ask: ExtractBuilder| ask.allow_json_object().allow_text();
    let (outcome, requests) = ladder([refused(), answered()], both).await;
    let found = outcome.unwrap();
    assert_eq!(
        (found.calls, found.mode, requests.len()),
        (2, ExtractMode::JsonObject, 2)
    );
    assert_eq!(requests[1]["response_format"], json!({"type": "json_object"}));

    let (outcome, requests) = ladder([refused(), refused(), answered()], both).await;
    let found = outcome.unwrap();
    assert_eq!(
        (found.calls, found.mode, requests.len()),
        (3, ExtractMode::Text, 3)
    );
    assert_eq!(found.value, Point { x: 1, y: 2 });
    assert_eq!(found.reply.usage().unwrap().total_tokens, Some(14));
    assert_eq!(requests[2].get("response_format"), None);

    for request in &requests[1..] {
        let messages = request["messages"].as_array().unwrap();
        assert_eq!(
            messages.len(),
            2,
            "the instructions are added to those of the app"
        );
        assert_eq!(messages[1], json!({"role": "user", "content": "Go."}));
        let text = messages[0]["content"].as_str().unwrap();
        let schema: Value = serde_json::from_str(text.strip_prefix(INSTRUCTIONS).unwrap()).unwrap();
        assert_eq!(schema, requests[0]["response_format"]["json_schema"]["schema"]);
    }

    let (outcome, requests) = ladder([refused(), answered()], ExtractBuilder::allow_text).await;
    let found = outcome.unwrap();
    assert_eq!(
        (found.calls, found.mode, requests.len()),
        (2, ExtractMode::Text, 2)
    );

    let (outcome, requests) = ladder([refused(), refused()], ExtractBuilder::allow_json_object).await;
    assert!(outcome.unwrap_err().is_bad_request());
    assert_eq!(requests.len(), 2, "text is not allowed");
}

#[tokio::test]
async fn only_a_refused_form_leads_to_another_request() {
    let failed = r#"{"error":{"message":"response_format failed","type":"server_error"}}"#;
    for (answer, calls, why) in [
        (
            refusal(
                "422 Unprocessable Entity",
                r#"{"detail":[{"loc":["body","response_format"],"msg":"extra"}]}"#,
            ),
            2,
            "FastAPI names the member in its place",
        ),
        (
            refusal(
                "400 Bad Request",
                r#"{"error":{"message":"litellm.UnsupportedParamsError: m does not support parameters: ['response_format']","type":"None","param":"None","code":"400"}}"#,
            ),
            2,
            "LiteLLM in its words",
        ),
        (
            refusal(
                "400 Bad Request",
                r#"{"error":{"message":"litellm.BadRequestError: Invalid value at 'generation_config.response_schema'","code":"400"}}"#,
            ),
            2,
            "Gemini in its words",
        ),
        (
            refusal(
                "400 Bad Request",
                r#"{"error":{"message":"Structured Outputs are not supported by this model."}}"#,
            ),
            2,
            "a provider in its words",
        ),
        (
            refusal(
                "400 Bad Request",
                r#"{"error":{"message":"Invalid schema: Objects provided via 'anyOf' must not share identical first keys.","type":"invalid_request_error","param":null,"code":null}}"#,
            ),
            2,
            "OpenAI, of a schema that it cannot enforce",
        ),
        (
            refusal(
                "422 Unprocessable Entity",
                r#"{"detail":[{"loc":["body","n"],"msg":"too big","input":{"response_format":1}}]}"#,
            ),
            1,
            "it quotes the request",
        ),
        (
            refusal(
                "400 Bad Request",
                r#"{"error":{"message":"bad","param":"messages"}}"#,
            ),
            1,
            "something else is bad",
        ),
        (
            refusal("500 Internal Server Error", failed),
            1,
            "the call may have been charged",
        ),
        (
            refusal("404 Not Found", r#"{"error":{"message":"no json_schema model"}}"#),
            1,
            "no such model",
        ),
        (
            refusal(
                "400 Bad Request",
                r#"{"error":{"message":"response_format","code":"budget_exceeded"}}"#,
            ),
            1,
            "the wallet is empty",
        ),
        (ok("{\"x\":\"one\"}"), 1, "an answer was paid for"),
        (Answer::Hang(Vec::new()), 1, "no answer, and nobody knows"),
    ] {
        let (outcome, requests) = ladder([answer, refusal("403 Forbidden", "{}")], |ask| {
            ask.allow_json_object().allow_text()
        })
        .await;
        assert!(outcome.is_err(), "{why}");
        assert_eq!(requests.len(), calls, "{why}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_for_one_request() {
    let keyed = |ask: ExtractBuilder| ask.options(RequestOptions::new().idempotency_key("k"));
    for (answers, allow, sent) in [
        (
            ok("{\"x\":1}"),
            (|ask| ask) as fn(ExtractBuilder) -> ExtractBuilder,
            1,
        ),
        (ok("{\"x\":1}"), ExtractBuilder::allow_text, 0),
        (ok("{\"x\":1}"), ExtractBuilder::allow_json_object, 0),
    ] {
        let (outcome, requests) = ladder([answers], |ask| keyed(allow(ask))).await;
        assert_eq!(requests.len(), sent);
        match outcome {
            Ok(found) => assert_eq!((found.calls, sent), (1, 1)),
            Err(error) => assert_eq!(
                (error.to_string().as_str(), error.charge_risk()),
                ("an idempotency key is for one call", ChargeRisk::NotSent)
            ),
        }
    }
}

#[tokio::test]
async fn instructions_find_their_place_among_messages() {
    let server = Server::start([refusal("400 Bad Request", UNSUPPORTED), ok("{\"x\":1}")]).await;
    let ask = client(&server.base_url).extract("m").user("Go.").allow_text();
    assert_eq!(ask.into_json::<Point>().await.unwrap(), Point { x: 1, y: 0 });
    let second = body(&server.requests()[1]);
    assert_eq!(second["messages"][0]["role"], "system");
    assert_eq!(second["messages"][1], json!({"role": "user", "content": "Go."}));
}
