//! The schema that goes out for a type.

use super::{Item, Kind, Point, body, ok, schema};
use crate::support::{Server, client};
use aipass::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

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
    struct Spot {
        x: i32,
        y: i32,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(tag = "type")]
    enum Shape {
        /// It has no size.
        Dot(Spot),
        Line {
            to: Vec<Spot>,
        },
        Nothing,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Drawing {
        shape: Shape,
    }
    let (sent, drawing) = schema::<Drawing>(r#"{"shape":{"type":"Dot","x":1,"y":2}}"#).await;
    assert_eq!(drawing.shape, Shape::Dot(Spot { x: 1, y: 2 }));
    let spot = json!({
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
                "Spot": spot,
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
                            "to": {"type": "array", "items": {"$ref": "#/$defs/Spot"}}
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

/// OpenAI refuses a strict schema where it cannot tell the variants by the first member.
#[tokio::test]
async fn variants_that_begin_alike_have_no_strict_form() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(tag = "type")]
    enum Payment {
        Cash { amount: u32 },
        Card { amount: u32, number: String },
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(tag = "a")]
    enum Tagged {
        Cash { amount: u32 },
        Card { amount: u32, number: String },
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Cash {
        amount: u32,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Card {
        amount: u32,
        number: String,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(untagged)]
    enum Either {
        Card(Card),
        Cash(Cash),
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    enum Named {
        Card(Card),
        Cash(Cash),
    }
    let (sent, cash) = schema::<Payment>(r#"{"value":{"type":"Cash","amount":5}}"#).await;
    assert_eq!(
        (cash, &sent["strict"]),
        (Payment::Cash { amount: 5 }, &json!(false))
    );
    let (sent, cash) = schema::<Either>(r#"{"value":{"amount":5}}"#).await;
    let expected = Either::Cash(Cash { amount: 5 });
    assert_eq!((cash, &sent["strict"]), (expected, &json!(false)));
    // A tag that comes first tells them apart, and so does a name around each.
    let (sent, cash) = schema::<Tagged>(r#"{"value":{"a":"Cash","amount":5}}"#).await;
    assert_eq!(
        (cash, &sent["strict"]),
        (Tagged::Cash { amount: 5 }, &json!(true))
    );
    let (sent, cash) = schema::<Named>(r#"{"value":{"Cash":{"amount":5}}}"#).await;
    let expected = Named::Cash(Cash { amount: 5 });
    assert_eq!((cash, &sent["strict"]), (expected, &json!(true)));
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

    // A name that is written otherwise where it is referred to.
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars", rename = "Größe/cm")]
    struct Size {
        width: u8,
        of: Option<Box<Self>>,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Door(Size);
    let (sent, door) = schema::<Door>(r#"{"width":90,"of":null}"#).await;
    assert_eq!((door.0.width, door.0.of), (90, None));
    assert_eq!(sent["schema"]["required"], json!(["of", "width"]));
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
    assert_root(&sent["schema"]);

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

/// As OpenAI takes it, for an answer as for the parameters of a tool.
fn assert_root(schema: &Value) {
    assert_eq!(schema["type"], "object", "{schema}");
    for key in ["anyOf", "oneOf", "allOf", "enum", "not"] {
        assert_eq!(schema.get(key), None, "{schema}");
    }
}

#[tokio::test]
async fn a_struct_that_holds_a_flattened_enum_travels_in_an_object() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Only {
        #[serde(flatten)]
        act: Act,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    #[serde(tag = "act")]
    enum Act {
        Go { to: String },
        Stay,
    }
    let go = Only {
        act: Act::Go {
            to: "Oslo".to_owned(),
        },
    };
    let (sent, only) = schema::<Only>(r#"{"value":{"act":"Go","to":"Oslo"}}"#).await;
    assert_eq!(only, go);
    assert_root(&sent["schema"]);
    assert_eq!(
        (&sent["schema"]["required"], &sent["strict"]),
        (&json!(["value"]), &json!(true))
    );
    let (_, bare) = schema::<Only>(r#"{"act":"Go","to":"Oslo"}"#).await;
    assert_eq!(bare, go, "a model may leave the object out");

    let tool = aipass::Tool::new(
        "act",
        "",
        |only: Only| async move { Ok(format!("{:?}", only.act)) },
    );
    let tool = serde_json::to_value(tool.definition()).unwrap();
    assert_root(&tool["function"]["parameters"]);
    assert_eq!(tool["function"]["parameters"]["required"], json!(["value"]));
}

/// Strictness would have the model invent what it may leave out.
#[tokio::test]
async fn a_member_with_a_default_that_is_not_null_is_not_required() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Trip {
        town: String,
        #[serde(flatten)]
        by: Option<By>,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct By {
        ship: String,
    }
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Maybe {
        #[serde(default)]
        note: Option<String>,
        #[serde(default)]
        kind: Option<Kind>,
    }
    let (sent, point) = schema::<Point>(r#"{"x":1}"#).await;
    assert_eq!(point, Point { x: 1, y: 0 });
    assert_eq!(
        (&sent["strict"], &sent["schema"]["required"]),
        (&json!(false), &json!(["x"]))
    );

    let (sent, points) = schema::<Vec<Point>>(r#"{"value":[{"x":1}]}"#).await;
    assert_eq!(points, [Point { x: 1, y: 0 }]);
    assert_eq!(sent["strict"], false, "it holds for the whole");

    let (sent, trip) = schema::<Trip>(r#"{"town":"Oslo"}"#).await;
    assert_eq!((trip.town.as_str(), trip.by), ("Oslo", None));
    assert_eq!(
        (&sent["strict"], &sent["schema"]["required"]),
        (&json!(false), &json!(["town"]))
    );

    let (sent, maybe) = schema::<Maybe>(r#"{"note":null,"kind":null}"#).await;
    assert_eq!((maybe.note, maybe.kind), (None, None));
    assert_eq!(
        (&sent["strict"], &sent["schema"]["required"]),
        (&json!(true), &json!(["kind", "note"])),
        "null is what is left out"
    );
}
