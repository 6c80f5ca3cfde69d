//! Structured output: the schema that goes out, and the value, or the error, that comes of an answer. The answers are literal.

use crate::support::{Answer, Server, answer, client, impatient};
use aipass::{ChargeRisk, Error, ExtractBuilder, ExtractMode, Extracted, schemars::JsonSchema};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeMap, error::Error as _};

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

/// The whole request for a struct with an option, a list, an enum, another struct and itself.
#[tokio::test]
async fn the_request_is_written_as_openai_has_it() {
    /// What was bought.
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Receipt {
        items: Vec<Item>,
        best: Option<Item>,
        /// The better one.
        worst: Item,
        kind: Kind,
        count: u32,
        #[schemars(length(equal = 3))]
        currency: String,
        refund_of: Option<Box<Self>>,
    }
    let server = Server::start([ok(
        r#"{"items":[{"name":"Tea","price":2,"note":null}],"best":null,"worst":{"name":"Tea","price":2,"note":"hot"},
            "kind":"drink","count":1,"currency":"EUR","refund_of":null}"#,
    )])
    .await;
    let receipt: Receipt = client(&server.base_url)
        .extract("m")
        .system("Read it.")
        .user("Tea 2.00")
        .max_tokens(300)
        .temperature(0.5)
        .with(|request| request.seed = Some(7))
        .into_json()
        .await
        .unwrap();
    assert_eq!(receipt.worst.note.as_deref(), Some("hot"));
    assert_eq!(
        (receipt.items.len(), receipt.best, receipt.kind),
        (1, None, Kind::Drink)
    );
    assert_eq!((receipt.count, receipt.currency.as_str()), (1, "EUR"));
    assert!(receipt.refund_of.is_none());
    let expected = json!({
        "model": "m",
        "messages": [{"role": "system", "content": "Read it."}, {"role": "user", "content": "Tea 2.00"}],
        "max_tokens": 300,
        "temperature": 0.5,
        "seed": 7,
        "response_format": {"type": "json_schema", "json_schema": {
            "name": "Receipt",
            "strict": true,
            "schema": {
                "description": "What was bought.",
                "type": "object",
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
                    "best": {"anyOf": [{"$ref": "#/$defs/Item"}, {"type": "null"}]},
                    "worst": {"description": "The better one.", "anyOf": [{"$ref": "#/$defs/Item"}]},
                    "kind": {"$ref": "#/$defs/Kind"},
                    "count": {"type": "integer", "description": "minimum: 0"},
                    "currency": {"type": "string", "description": "minLength: 3, maxLength: 3"},
                    "refund_of": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}
                },
                "required": ["best", "count", "currency", "items", "kind", "refund_of", "worst"],
                "additionalProperties": false,
                "$defs": {
                    "Item": {
                        "type": "object",
                        "properties": {
                            "name": {"type": "string", "description": "As it is printed."},
                            "price": {"type": "number", "description": "minimum: 0.5, maximum: 9.0"},
                            "note": {"type": ["string", "null"]}
                        },
                        "required": ["name", "note", "price"],
                        "additionalProperties": false
                    },
                    "Kind": {"type": "string", "enum": ["food", "drink"]}
                }
            }
        }}
    });
    assert_eq!(body(&server.requests()[0]), expected);
}

#[tokio::test]
async fn enums_have_a_strict_form() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(tag = "type")]
    enum Shape {
        /// It has no size.
        Dot(Point),
        Line {
            to: Vec<Point>,
        },
        Nothing,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Drawing {
        shape: Shape,
    }
    let (sent, drawing) = schema::<Drawing>(r#"{"shape":{"type":"Dot","x":1,"y":2}}"#).await;
    assert_eq!(drawing.shape, Shape::Dot(Point { x: 1, y: 2 }));
    let point = json!({
        "type": "object",
        "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
        "required": ["x", "y"], "additionalProperties": false
    });
    let expected = json!({
        "name": "Drawing",
        "strict": true,
        "schema": {
            "type": "object",
            "properties": {"shape": {"$ref": "#/$defs/Shape"}},
            "required": ["shape"], "additionalProperties": false,
            "$defs": {
                "Point": point,
                "Shape": {"anyOf": [
                    {
                        "description": "It has no size.",
                        "type": "object",
                        "properties": {
                            "type": {"type": "string", "enum": ["Dot"]},
                            "x": {"type": "integer"}, "y": {"type": "integer"}
                        },
                        "required": ["type", "x", "y"], "additionalProperties": false
                    },
                    {
                        "type": "object",
                        "properties": {
                            "type": {"type": "string", "enum": ["Line"]},
                            "to": {"type": "array", "items": {"$ref": "#/$defs/Point"}}
                        },
                        "required": ["to", "type"], "additionalProperties": false
                    },
                    {
                        "type": "object",
                        "properties": {"type": {"type": "string", "enum": ["Nothing"]}},
                        "required": ["type"], "additionalProperties": false
                    }
                ]}
            }
        }
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn bounds_and_formats_that_a_provider_may_refuse_are_told_in_words() {
    #[derive(Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Bounds {
        #[schemars(extend("format" = "date-time"))]
        at: String,
        /// Where it is.
        #[schemars(url)]
        link: String,
        #[schemars(regex(pattern = "^[a-z]+$"))]
        word: String,
        signed: i64,
        #[schemars(length(min = 1))]
        set: std::collections::BTreeSet<u8>,
    }
    let content = r#"{"at":"a","link":"b","word":"c","signed":-1,"set":[1,1]}"#;
    let (sent, bounds) = schema::<Bounds>(content).await;
    assert_eq!(
        (bounds.at, bounds.link, bounds.word),
        ("a".into(), "b".into(), "c".into())
    );
    assert_eq!((bounds.signed, bounds.set.len()), (-1, 1));
    assert_eq!(sent["strict"], true);
    let expected = json!({
        "at": {"type": "string", "format": "date-time"},
        "link": {"type": "string", "description": "Where it is. (format: uri)"},
        "word": {"type": "string", "description": "pattern: \"^[a-z]+$\""},
        "signed": {"type": "integer"},
        "set": {
            "type": "array",
            "description": "minItems: 1, uniqueItems: true",
            "items": {"type": "integer", "description": "minimum: 0, maximum: 255"}
        }
    });
    assert_eq!(sent["schema"]["properties"], expected);
}

#[tokio::test]
async fn what_is_no_object_travels_in_one() {
    let wrapped = |name: &str, value: Value, definitions: Option<Value>| {
        let mut schema = json!({
            "type": "object", "properties": {"value": value}, "required": ["value"], "additionalProperties": false
        });
        if let Some(definitions) = definitions {
            schema["$defs"] = definitions;
        }
        json!({"name": name, "strict": true, "schema": schema})
    };
    let kind = json!({"Kind": {"type": "string", "enum": ["food", "drink"]}});

    let (sent, value) = schema::<Vec<Kind>>(r#"{"value":["food","drink"]}"#).await;
    assert_eq!(value, [Kind::Food, Kind::Drink]);
    let list = json!({"type": "array", "items": {"$ref": "#/$defs/Kind"}});
    assert_eq!(sent, wrapped("Array_of_Kind", list, Some(kind.clone())));

    let (sent, value) = schema::<Kind>(r#"{"value":"food"}"#).await;
    assert_eq!(value, Kind::Food);
    assert_eq!(sent, wrapped("Kind", json!({"$ref": "#/$defs/Kind"}), Some(kind)));

    let (sent, value) = schema::<bool>(r#"{"value":true}"#).await;
    assert!(value);
    assert_eq!(sent, wrapped("boolean", json!({"type": "boolean"}), None));

    let (sent, value) = schema::<Option<bool>>(r#"{"value":null}"#).await;
    assert_eq!(value, None);
    let option = json!({"type": ["boolean", "null"]});
    assert_eq!(sent, wrapped("Nullable_boolean", option, None));

    let (_, bare) = schema::<Vec<u8>>("[1, 2]").await;
    assert_eq!(bare, [1, 2], "a model may leave the object out");
}

#[tokio::test]
async fn a_type_that_refers_to_itself_keeps_its_reference() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Node {
        id: i32,
        children: Vec<Self>,
    }
    let (sent, node) = schema::<Node>(r#"{"id":1,"children":[{"id":2,"children":[]}]}"#).await;
    assert_eq!(node.children[0].id, 2);
    let object = |child: &str| {
        json!({
            "type": "object",
            "properties": {"id": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": child}}},
            "required": ["children", "id"], "additionalProperties": false
        })
    };
    assert_eq!(
        sent,
        json!({"name": "Node", "strict": true, "schema": object("#")})
    );

    let (sent, _) = schema::<Vec<Node>>(r#"{"value":[]}"#).await;
    assert_eq!(sent["schema"]["$defs"], json!({"Node": object("#/$defs/Node")}));

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Outer(Node);
    let (sent, outer) = schema::<Outer>(r#"{"id":1,"children":[]}"#).await;
    assert_eq!(outer.0.id, 1);
    let mut expected = object("#/$defs/Node");
    expected["$defs"] = json!({"Node": object("#/$defs/Node")});
    assert_eq!(sent["schema"], expected, "a newtype is what it holds");
}

#[tokio::test]
async fn what_has_no_strict_form_goes_out_as_it_is() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Tags {
        tags: BTreeMap<String, u8>,
        note: Option<String>,
    }
    let (sent, tags) = schema::<Tags>(r#"{"tags":{"a":1}}"#).await;
    assert_eq!(tags.tags["a"], 1);
    let expected = json!({
        "name": "Tags",
        "strict": false,
        "schema": {
            "type": "object",
            "properties": {
                "tags": {
                    "type": "object",
                    "additionalProperties": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}
                },
                "note": {"type": ["string", "null"]}
            },
            "required": ["tags"]
        }
    });
    assert_eq!(sent, expected);

    let (sent, map) = schema::<BTreeMap<String, Point>>(r#"{"a":{"x":1}}"#).await;
    assert_eq!(map["a"], Point { x: 1, y: 0 });
    assert_eq!(
        (&sent["name"], &sent["strict"]),
        (&json!("Map_of_Point"), &json!(false))
    );
    assert_eq!(sent["schema"]["type"], "object", "it is not wrapped");

    #[derive(Debug, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Flat {
        a: i32,
        #[serde(flatten)]
        rest: Rest,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(tag = "t")]
    enum Rest {
        One { b: i32 },
        Two,
    }
    let (sent, flat) = schema::<Flat>(r#"{"a":1,"t":"One","b":2}"#).await;
    assert_eq!((flat.a, flat.rest), (1, Rest::One { b: 2 }));
    assert_eq!(sent["strict"], false);

    let (sent, pair) = schema::<(i32, String)>(r#"{"value":[1,"a"]}"#).await;
    assert_eq!(pair, (1, "a".to_owned()));
    assert_eq!(
        (&sent["strict"], &sent["schema"]["required"]),
        (&json!(false), &json!(["value"]))
    );

    let (sent, any) = schema::<Value>(r#"{"value":{"free":1}}"#).await;
    assert_eq!((any, &sent["strict"]), (json!({"free": 1}), &json!(false)));
}

#[tokio::test]
async fn the_name_is_of_the_type_or_of_the_app() {
    for (name, expected) in [
        (None, "Point"),
        (Some("a point, of course"), "a_point__of_course"),
    ] {
        let server = Server::start([ok(r#"{"x":1,"y":1}"#)]).await;
        let mut ask = client(&server.base_url).extract("m").user("Go.");
        if let Some(name) = name {
            ask = ask.name(name);
        }
        let point: Point = ask.into_json().await.unwrap();
        assert_eq!(point, Point { x: 1, y: 1 });
        let body = body(&server.requests()[0]);
        assert_eq!(body["response_format"]["json_schema"]["name"], expected);
    }
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
    ] {
        let (_, point) = sent::<Point>(content).await;
        assert_eq!(point.unwrap(), Point { x: 1, y: 2 }, "{content}");
    }
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
async fn instructions_find_their_place_among_messages() {
    let server = Server::start([refusal("400 Bad Request", UNSUPPORTED), ok("{\"x\":1}")]).await;
    let ask = client(&server.base_url).extract("m").user("Go.").allow_text();
    assert_eq!(ask.into_json::<Point>().await.unwrap(), Point { x: 1, y: 0 });
    let second = body(&server.requests()[1]);
    assert_eq!(second["messages"][0]["role"], "system");
    assert_eq!(second["messages"][1], json!({"role": "user", "content": "Go."}));
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
