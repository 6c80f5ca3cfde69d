//! Structured output: the schema that goes out, and the value, or the error, that comes of an answer. The answers are literal.

mod fallbacks;
mod schemas;

use crate::{
    session::{CALLBACK, app, sign_in},
    support::{Answer, Server, answer, client},
};
use aipass::{ChargeRisk, Error, MemoryStore, schemars::JsonSchema};
use aipass_sandbox::Sandbox;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeMap, error::Error as _, sync::Arc};

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Item {
    /// As it is printed.
    name: String,
    #[schemars(range(min = 0.5, max = 9.0))]
    price: f64,
    note: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Point {
    x: i32,
    #[serde(default)]
    y: i32,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
#[serde(rename_all = "snake_case")]
enum Kind {
    Food,
    Drink,
}

fn ok(content: &str) -> Answer {
    reply(&json!({"role": "assistant", "content": content}), "stop", 5)
}

fn reply(message: &Value, finish: &str, completion_tokens: u32) -> Answer {
    let body = json!({
        "id": "c1", "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 9, "completion_tokens": completion_tokens, "total_tokens": 9 + completion_tokens}
    });
    answer("200 OK", "application/json", &body.to_string())
}

fn refusal(status: &str, body: &str) -> Answer {
    answer(status, "application/json", body)
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// What is sent for a type, and what came of that answer.
async fn sent<T: DeserializeOwned + JsonSchema>(content: &str) -> (Value, Result<T, Error>) {
    let server = Server::start([ok(content)]).await;
    let value = client(&server.base_url)
        .extract("m")
        .user("Go.")
        .into_json()
        .await;
    assert_eq!(server.requests().len(), 1, "one paid call, whatever came of it");
    (body(&server.requests()[0])["response_format"].clone(), value)
}

/// As [`sent`], of an answer that fits.
async fn schema<T: DeserializeOwned + JsonSchema>(content: &str) -> (Value, T) {
    let (format, value) = sent(content).await;
    assert_eq!(format["type"], "json_schema");
    (format["json_schema"].clone(), value.unwrap())
}

/// None of these costs a second call.
#[tokio::test]
async fn an_answer_with_something_around_it_is_read() {
    for content in [
        "```json\n{\"x\":1,\"y\":2}\n```",
        "Here it is:\n\n```\n{\"x\":1,\"y\":2}\n```\nAnything else?",
        "Sure {as you like}: {\"x\":1,\"y\":2} [1]",
        "The schema is {\"type\":\"object\"}, and the answer {\"x\":1,\"y\":2}.",
        "\u{feff}\n {\"x\":1,\"y\":2,\"z\":\"}{\"} ",
        "[7] {\"x\":1,\"y\":2}",
        "<think>\nPerhaps {\"x\":9,\"y\":9}, or {\"x\":\n</think>\n\n{\"x\":1,\"y\":2}",
    ] {
        let (_, point) = sent::<Point>(content).await;
        assert_eq!(point.unwrap(), Point { x: 1, y: 2 }, "{content}");
    }
}

/// A part of an answer that went wrong would fit a type that requires nothing.
#[tokio::test]
async fn a_part_of_a_broken_answer_is_no_answer() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Bill {
        total: Option<f64>,
        paid: Option<bool>,
    }
    for content in [
        r#"{"store": {"name": "X"}, "total": 5.00,}"#,
        "{\"store\": {\"name\": \"X\"}, \"total\": 5.00\n\nSorry, I had to stop.",
        "```json\n{\"store\": {\"name\": \"X\"}, \"total\": 5,00}\n```",
    ] {
        let error = sent::<Bill>(content).await.1.unwrap_err();
        assert!(error.is_decode(), "{content}");
        assert_eq!(error.partial().unwrap().text(), content);
    }
    let (_, bill) = sent::<Bill>("For {x, y} [see {\"total\": 5.00}]").await;
    let expected = Bill {
        total: Some(5.0),
        paid: None,
    };
    assert_eq!(bill.unwrap(), expected);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_says_where() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[expect(dead_code, reason = "it never comes to be")]
    struct Order {
        items: Vec<Item>,
        #[serde(default)]
        extra: BTreeMap<String, Point>,
    }
    let item = |price: &str| format!(r#"{{"items":[{{"name":"Tea","price":{price},"note":null}}]}}"#);
    for (content, place) in [
        (item(r#""canary""#), "at items[0].price"),
        (item("null"), "at items[0].price"),
        (r#"{"items":[{"name":"canary"}]}"#.to_owned(), "at items[0]"),
        (r#"{"items":"canary"}"#.to_owned(), "at items"),
        (r#"{"canary":1}"#.to_owned(), "at the top"),
        (
            r#"{"items":[],"extra":{"canary":{"x":"canary"}}}"#.to_owned(),
            "at extra.*.x",
        ),
        ("canary".to_owned(), "there is no JSON object in it"),
        (String::new(), "there is no JSON object in it"),
        (
            r#"{"items":[{"name":"canary","#.to_owned(),
            "there is no JSON object in it",
        ),
        (r#"[["canary"]]"#.to_owned(), "there is no JSON object in it"),
        (r#""canary""#.to_owned(), "at the top"),
    ] {
        let error = sent::<Order>(&content).await.1.unwrap_err();
        assert!(error.is_decode() && !error.is_bad_request(), "{content}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{content}");
        assert_eq!(error.partial().unwrap().text(), content);
        assert_eq!(error.to_string(), "the answer does not fit the type");
        let source = error.source().unwrap().to_string();
        assert_eq!(source.split(" (line 1, column ").next(), Some(place), "{content}");
        let help = "the answer is kept; try another model, or describe the members of the type; the call was probably charged";
        assert_eq!(error.help(), help);
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn no_answer_has_an_error_of_its_own() {
    let said = |content: &str| json!({"content": content});
    for (answer, holds, display, help) in [
        (
            reply(&json!({"content": null, "refusal": "I will not."}), "stop", 4),
            Error::is_refusal as fn(&Error) -> bool,
            "the model refused to answer",
            "the model's own words are kept; ask in another way, or another model; the call was probably charged",
        ),
        (
            reply(&said(r#"{"x":1,"#), "length", 4),
            Error::is_length,
            "the answer ends at the limit of tokens",
            "what came is kept; raise max_tokens or leave it out; the call was probably charged",
        ),
        (
            reply(&said(""), "length", 300),
            Error::is_length,
            "the limit of tokens was used up before the first word",
            "the model spent the limit on reasoning, before the first word; raise max_tokens or leave it out, or ask for less \
             reasoning effort; the call was probably charged",
        ),
        (
            reply(&said(r#"{"x":1,"y":2}"#), "content_filter", 4),
            Error::is_content_filter,
            "a content filter ended the answer",
            "change the request; a repetition helps nothing; the call was probably charged",
        ),
        (
            reply(&said(r#"{"x":1,"y":2}"#), "error", 4),
            Error::is_incomplete,
            "the answer is incomplete",
            "what came is kept; ask again if you need the rest; the call was probably charged",
        ),
    ] {
        let server = Server::start([answer]).await;
        let ask = client(&server.base_url)
            .extract("m")
            .user("Go.")
            .allow_json_object()
            .allow_text();
        let error = ask.into_json::<Point>().await.unwrap_err();
        assert!(holds(&error), "{error:?}");
        let questions = [
            Error::is_refusal,
            Error::is_length,
            Error::is_content_filter,
            Error::is_decode,
            Error::is_incomplete,
        ];
        assert_eq!(
            questions.iter().filter(|holds| holds(&error)).count(),
            1,
            "{error:?}"
        );
        assert_eq!(error.to_string(), display);
        assert_eq!(error.help(), help);
        assert_eq!(error.charge_risk(), ChargeRisk::Completed);
        assert_eq!(error.attempts(), 1);
        let partial = error.partial().unwrap();
        assert_eq!(partial.refusal().is_some(), error.is_refusal());
        assert_eq!(partial.usage().unwrap().prompt_tokens, Some(9));
        assert_eq!(
            server.requests().len(),
            1,
            "it was answered, so nothing is asked again"
        );
    }
}

#[tokio::test]
async fn a_whole_answer_that_ends_at_the_limit_is_one() {
    let server = Server::start([reply(&json!({"content": "{\"x\":1,\"y\":2}"}), "length", 9)]).await;
    let point: Point = client(&server.base_url)
        .extract("m")
        .user("Go.")
        .into_json()
        .await
        .unwrap();
    assert_eq!(point, Point { x: 1, y: 2 });
    let server = Server::start([reply(
        &json!({"content": "First {\"x\":1,\"y\":2}, then"}),
        "length",
        9,
    )])
    .await;
    let ask = client(&server.base_url).extract("m").user("Go.");
    assert!(
        ask.into_json::<Point>().await.unwrap_err().is_length(),
        "the text goes on"
    );
}

/// What has no end of its own may go on behind the limit.
#[tokio::test]
async fn a_bare_value_at_the_limit_is_whole_only_where_its_end_is_seen() {
    async fn at_the_limit<T: DeserializeOwned + JsonSchema>(content: &str) -> Result<T, Error> {
        let server = Server::start([reply(&json!({"content": content}), "length", 9)]).await;
        client(&server.base_url)
            .extract("m")
            .user("Go.")
            .into_json()
            .await
    }
    for cut in ["12", " 12\n", "-1"] {
        let error = at_the_limit::<i64>(cut).await.unwrap_err();
        assert!(error.is_length(), "{cut}");
        assert_eq!(error.partial().unwrap().text(), cut);
    }
    assert!(at_the_limit::<bool>("true").await.unwrap_err().is_length());
    assert_eq!(at_the_limit::<i64>("{\"value\":12}").await.unwrap(), 12);
    assert_eq!(at_the_limit::<Vec<i64>>("[12]\n").await.unwrap(), [12]);
    assert_eq!(at_the_limit::<String>("\"a\"").await.unwrap(), "a");
}

/// The object that was asked for goes before a list or an object that is quoted.
#[tokio::test]
async fn a_quotation_is_no_bare_value() {
    for content in [
        "As [1] says: {\"value\":[4,5]}",
        "[1] and {\"value\":[4,5]}",
        "```\n[9]\n```\n{\"value\":[4,5]}",
    ] {
        assert_eq!(sent::<Vec<u8>>(content).await.1.unwrap(), [4, 5], "{content}");
    }
    assert_eq!(
        sent::<Vec<u8>>("Here: [4, 5]").await.1.unwrap(),
        [4, 5],
        "a model may leave the object out"
    );
    let error = sent::<BTreeMap<String, u8>>("[[\"a\", 1]]").await.1.unwrap_err();
    assert!(error.is_decode());
    assert!(sent::<Vec<u8>>("{\"value\":[4,\"x\"]}").await.1.is_err());
}

#[tokio::test]
async fn a_filter_that_answers_with_an_error_is_one_too() {
    for body in [
        r#"{"error":{"message":"no","code":"content_filter"}}"#,
        r#"{"error":{"message":"no","type":"responsibleaipolicyviolation","code":null}}"#,
        r#"{"error":{"message":"litellm.ContentPolicyViolationError: no","code":"400"}}"#,
    ] {
        let server = Server::start([refusal("400 Bad Request", body)]).await;
        let error = client(&server.base_url)
            .chat("m")
            .user("Go.")
            .send()
            .await
            .unwrap_err();
        assert!(error.is_content_filter() && error.is_bad_request(), "{body}");
        assert_eq!(error.charge_risk(), ChargeRisk::Refused);
    }
}

#[tokio::test]
async fn a_question_without_words_is_not_sent() {
    let server = Server::start([ok("{}")]).await;
    let error = client(&server.base_url)
        .extract("m")
        .into_json::<Point>()
        .await
        .unwrap_err();
    assert_eq!((error.charge_risk(), error.attempts()), (ChargeRisk::NotSent, 0));
    assert!(server.requests().is_empty());
}

/// What a plain chat says of an answer that reasoning used up.
#[tokio::test]
async fn a_chat_says_that_nothing_was_left_for_the_answer() {
    let usage = |completion: u32, reasoning: u32| json!({"completion_tokens": completion, "completion_tokens_details": {"reasoning_tokens": reasoning}});
    for (message, finish, usage, cut, unseen) in [
        (json!({"content": ""}), "length", usage(50, 50), true, true),
        (json!({"content": null}), "length", usage(50, 0), true, true),
        (
            json!({"content": "", "reasoning_content": "Hm"}),
            "length",
            json!({}),
            true,
            true,
        ),
        (json!({"content": ""}), "length", json!(null), true, false),
        (json!({"content": "Blue"}), "length", usage(50, 40), true, false),
        (json!({"content": ""}), "stop", usage(50, 50), false, false),
    ] {
        let body = json!({"choices": [{"message": message, "finish_reason": finish}], "usage": usage});
        let server = Server::start([answer("200 OK", "application/json", &body.to_string())]).await;
        let reply = client(&server.base_url)
            .chat("m")
            .user("Go.")
            .send()
            .await
            .unwrap();
        assert_eq!((reply.is_cut(), reply.is_spent_unseen()), (cut, unseen), "{body}");
        let text = reply.text().to_owned();
        match reply.into_whole() {
            Ok(reply) => assert!(!reply.is_cut()),
            Err(error) => {
                assert!(error.is_length() && cut);
                assert_eq!(error.help().contains("reasoning"), unseen, "{body}");
                assert_eq!(error.partial().unwrap().text(), text);
            }
        }
    }
}

/// Of a reason that is not known, nobody knows whether it was an end.
#[tokio::test]
async fn an_answer_is_whole_where_its_reason_says_so() {
    for (finish, whole) in [
        (json!("stop"), true),
        (json!("tool_calls"), true),
        (json!("function_call"), true),
        (json!(null), true),
        (json!(""), true),
        (json!("error"), false),
        (json!("MALFORMED_FUNCTION_CALL"), false),
        (json!("pause_turn"), false),
    ] {
        let body = json!({"choices": [{"message": {"content": "Blue"}, "finish_reason": finish}]});
        let server = Server::start([answer("200 OK", "application/json", &body.to_string())]).await;
        let chat = client(&server.base_url).chat("m").user("Go.");
        match chat.send().await.unwrap().into_whole() {
            Ok(reply) => assert!(whole && reply.text() == "Blue", "{finish}"),
            Err(error) => {
                assert!(!whole && error.is_incomplete(), "{finish}");
                assert_eq!(error.charge_risk(), ChargeRisk::Completed);
                assert_eq!(error.partial().unwrap().text(), "Blue");
            }
        }
    }
}

/// Against the sandbox, which makes an instance of whatever schema it is sent.
#[tokio::test]
async fn one_extraction_is_one_charge() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    let ask = || {
        ai.extract("gpt-4o-mini")
            .user("Tea?")
            .allow_json_object()
            .allow_text()
    };
    let items = ask().into_json::<Vec<Item>>().await.unwrap();
    assert_eq!((items.len(), items[0].name.as_str()), (1, "Tea"));
    let found = ask().send::<Point>().await.unwrap();
    assert_eq!((found.value, found.calls), (Point { x: 3, y: 0 }, 1));
    assert_eq!(sandbox.counts().charged_calls, 2);
    assert!(found.reply.meta().cost().unwrap() > 0.0);
    let chat = ai.chat("gpt-4o-mini").user("Food");
    assert_eq!(
        aipass::ExtractBuilder::from(chat)
            .into_json::<Kind>()
            .await
            .unwrap(),
        Kind::Food
    );
}

#[tokio::test]
async fn nothing_that_was_said_is_shown() {
    let server = Server::start([ok("{\"value\":\"canary\"}")]).await;
    let ask = client(&server.base_url)
        .extract("m")
        .system("canary")
        .user("canary");
    let shown = format!("{ask:?}");
    let found = ask.send::<String>().await.unwrap();
    assert_eq!(found.value, "canary");
    let shown = format!("{shown} {found:?}");
    assert!(
        shown.contains("JsonSchema") && !shown.contains("canary"),
        "{shown}"
    );
}
