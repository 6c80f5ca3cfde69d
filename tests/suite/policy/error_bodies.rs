//! What a server says about an error: every shape that is known, at a status, inside a success and inside a stream.

use super::server::{Act, Script, answer, events, json};
use aipass::{ChargeRisk, Error};
use aipass_api::Failure;

/// A body, and its message, code, type and param.
struct Shape {
    body: &'static str,
    said: [Option<&'static str>; 4],
    /// Whether it is an error wherever it stands, or only because a status says so.
    inside: bool,
}

const fn shape(body: &'static str, said: [Option<&'static str>; 4]) -> Shape {
    Shape {
        body,
        said,
        inside: true,
    }
}

const fn by_status(body: &'static str, said: [Option<&'static str>; 4]) -> Shape {
    Shape {
        body,
        said,
        inside: false,
    }
}

const SHAPES: &[Shape] = &[
    shape(
        r#"{"error":{"message":"m","type":"t_1","param":"p","code":"c-1"}}"#,
        [Some("m"), Some("c-1"), Some("t_1"), Some("p")],
    ),
    shape(
        r#"{"error":{"message":"m","type":"t","param":"p","code":1234}}"#,
        [Some("m"), Some("1234"), Some("t"), Some("p")],
    ),
    // The code falls back to the type.
    shape(
        r#"{"error":{"message":"m","type":"t","param":null,"code":null}}"#,
        [Some("m"), Some("t"), Some("t"), None],
    ),
    shape(
        r#"{"error":{"message":"m","type":"None","param":"None","code":"None"}}"#,
        [Some("m"), None, None, None],
    ),
    shape(r#"{"error":{}}"#, [None; 4]),
    shape(
        r#"{"error":{"message":{"deep":1},"type":[],"param":true,"code":1.5}}"#,
        [None, Some("1.5"), None, None],
    ),
    shape(
        r#"{"error":"invalid_thing","error_description":"what is wrong"}"#,
        [Some("what is wrong"), Some("invalid_thing"), None, None],
    ),
    shape(r#"{"error":"it broke"}"#, [Some("it broke"), None, None, None]),
    shape(
        r#"{"success":false,"message":"m","error":"E_1","timestamp":"2026-01-01T00:00:00Z"}"#,
        [Some("m"), Some("E_1"), None, None],
    ),
    shape(
        r#"{"success":false,"message":"m","timestamp":"t"}"#,
        [Some("m"), None, None, None],
    ),
    shape(
        r#"{"success":false,"message":"m","error":null}"#,
        [Some("m"), None, None, None],
    ),
    shape(
        r#"[{"error":{"message":"m","code":1503,"status":"UNAVAILABLE"}}]"#,
        [Some("m"), Some("1503"), None, None],
    ),
    shape(
        r#"{"timestamp":"t","status":418,"error":"Teapot","message":"m","path":"/x"}"#,
        [Some("m"), Some("Teapot"), None, None],
    ),
    shape(
        r#"{"object":"error","message":"m","type":"T","param":null,"code":1400}"#,
        [Some("m"), Some("1400"), Some("T"), None],
    ),
    by_status(r#"{"detail":"m"}"#, [Some("m"), None, None, None]),
    by_status(r#"{"detail":{"error":"m"}}"#, [Some("m"), None, None, None]),
    by_status(
        r#"{"detail":[{"loc":["body","n"],"msg":"a","type":"x"},{"loc":[],"msg":"b"}]}"#,
        [Some("a; b"), None, None, None],
    ),
    by_status(
        r#"{"message":"m","code":"c"}"#,
        [Some("m"), Some("c"), None, None],
    ),
    by_status(
        "upstream fell over\n",
        [Some("upstream fell over"), None, None, None],
    ),
    by_status(
        "\u{feff}<!DOCTYPE html><html><head><TITLE>502 Bad Gateway</TITLE></head><body>secret</body>",
        [Some("502 Bad Gateway"), None, None, None],
    ),
    by_status("<p>no title", [None; 4]),
    by_status("", [None; 4]),
    by_status(
        "{\"error\":{\"message\":\"cut",
        [Some("{\"error\":{\"message\":\"cut"), None, None, None],
    ),
    by_status("null", [None; 4]),
];

fn said(error: &Error) -> [Option<&str>; 4] {
    [
        error.server_message(),
        error.code(),
        error.error_type(),
        error.param(),
    ]
}

async fn chat(act: Act) -> Error {
    let server = Script::always(act).await;
    let error = server
        .probe()
        .await
        .ai
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap_err();
    assert_eq!(server.calls().len(), 1, "{error:?}");
    error
}

async fn stream(act: Act) -> Error {
    let server = Script::always(act).await;
    match server.probe().await.ai.chat("m").user("hi").stream().await {
        Ok(stream) => stream.collect_message().await.unwrap_err(),
        Err(error) => error,
    }
}

#[tokio::test]
async fn every_shape_at_a_status() {
    for Shape {
        body, said: expected, ..
    } in SHAPES
    {
        // What the head says of the type is often wrong.
        for headers in [
            "content-type: application/json\r\n",
            "content-type: text/plain\r\n",
            "",
        ] {
            let act = Act::Keep(answer(
                "418 Teapot",
                &format!("{headers}x-request-id: r-1\r\n"),
                body,
            ));
            for error in [chat(act.clone()).await, stream(act).await] {
                assert!(error.is_bad_request(), "{body}: {error:?}");
                assert_eq!(said(&error), *expected, "{body}");
                assert_eq!(error.status().unwrap().as_u16(), 418);
                assert_eq!(error.request_id(), Some("r-1"));
                assert_eq!(error.raw_body(), body.as_bytes());
                assert_eq!(error.charge_risk(), ChargeRisk::Refused);
                assert!(
                    !format!("{error} {error:?}").contains("upstream fell"),
                    "{error:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn every_shape_inside_a_success() {
    for Shape {
        body, said: expected, ..
    } in SHAPES.iter().filter(|shape| shape.inside)
    {
        let act = Act::Keep(json("200 OK", body));
        for error in [chat(act.clone()).await, stream(act).await] {
            assert_eq!(said(&error), *expected, "{body}");
            assert_eq!(error.status().unwrap().as_u16(), 200);
            assert_eq!(error.raw_body(), body.as_bytes());
            let refused = body.contains("\"success\":false");
            let risk = if refused {
                ChargeRisk::Refused
            } else {
                ChargeRisk::Unknown
            };
            assert_eq!(error.charge_risk(), risk, "{body}");
            assert_eq!(error.is_bad_request(), refused, "{body}");
        }
    }
}

#[tokio::test]
async fn every_shape_inside_a_stream() {
    for Shape {
        body,
        said: expected,
        inside,
    } in SHAPES
    {
        // An event is an object, or says by its name that it is an error. An empty one is none.
        let plain = (*inside && !body.starts_with('[')).then_some("");
        let named = (!body.is_empty()).then_some("event: error\n");
        for name in [plain, named].into_iter().flatten() {
            let body = body.trim_end();
            let act = Act::Close(events(&format!(": hi\n\n{name}data: {body}\n\ndata: [DONE]\n\n")));
            let error = stream(act).await;
            assert_eq!(said(&error), *expected, "{name}{body}: {error:?}");
            assert_eq!(error.status().unwrap().as_u16(), 200);
            let risk = match error.is_bad_request() {
                true => ChargeRisk::Refused,
                false => ChargeRisk::Unknown,
            };
            assert_eq!(error.charge_risk(), risk, "{name}{body}: {error:?}");
            assert!(
                error.is_server() || body.contains("\"success\":false"),
                "{name}{body}: {error:?}"
            );
        }
    }
}

/// The first 64 KiB of an error are kept, and none of it is shown.
#[tokio::test]
async fn the_raw_body_is_capped_and_not_shown() {
    let body = format!(
        r#"{{"error":{{"message":"{}","padding":"{}"}}}}"#,
        "m".repeat(900),
        "canary".repeat(20_000)
    );
    let error = chat(Act::Keep(json("400 Bad Request", &body))).await;
    assert_eq!(error.raw_body(), &body.as_bytes()[..64 * 1024]);
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert!(error.server_message().unwrap().len() <= 500);
    let chain = format!(
        "{error} {error:?} {} {:?}",
        error.help(),
        std::error::Error::source(&error)
    );
    assert!(!chain.contains("canary") && !chain.contains("mmm"), "{chain}");
}

/// A body of another length than said, cut, or reset, does not lose the status.
#[tokio::test]
async fn the_status_of_a_broken_error_body_stays() {
    let head = "HTTP/1.1 422 Unprocessable\r\ncontent-length: 500\r\n\r\n{\"error\":";
    for act in [Act::Close(head.into()), Act::Reset(head.into())] {
        let error = chat(act).await;
        assert!(error.is_bad_request(), "{error:?}");
        assert_eq!(
            (error.status().unwrap().as_u16(), error.charge_risk()),
            (422, ChargeRisk::Refused)
        );
    }
}

#[tokio::test]
async fn a_201_and_a_202_are_as_good_as_a_200() {
    let whole = r#"{"error":null,"choices":[{"index":0,"message":{"content":"ok"},"finish_reason":"stop"}]}"#;
    let piece =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\n";
    for status in ["200 OK", "201 Created", "202 Accepted", "203 Other", "299 Odd"] {
        let server = Script::acts([
            Act::Keep(json(status, whole)),
            Act::Keep(json(status, whole)),
            Act::Keep(answer(status, "content-type: text/event-stream\r\n", piece)),
            Act::Keep(json(status, "{\"data\":[]}")),
        ])
        .await;
        let ai = server.probe().await.ai;
        assert_eq!(
            ai.chat("m").user("hi").send().await.unwrap().text(),
            "ok",
            "{status}"
        );
        for _ in 0..2 {
            let stream = ai.chat("m").user("hi").stream().await.unwrap();
            assert_eq!(stream.collect_message().await.unwrap().text(), "ok", "{status}");
        }
        assert!(ai.models().await.unwrap().is_empty(), "{status}");
    }
}

/// Whole JSON of another kind may come from anywhere; JSON that breaks off was being written.
#[tokio::test]
async fn an_answer_without_what_was_promised() {
    for (body, risk) in [
        ("{}", ChargeRisk::Unknown),
        (r#"{"choices":[]}"#, ChargeRisk::Unknown),
        (r#"{"choices":null}"#, ChargeRisk::Unknown),
        ("[]", ChargeRisk::Unknown),
        ("3", ChargeRisk::Unknown),
        (r#""ok""#, ChargeRisk::Unknown),
        (r#"{"choices":["#, ChargeRisk::Completed),
        (
            r#"{"choices":[{"index":0,"message":{"content":"o"#,
            ChargeRisk::Completed,
        ),
        ("{choices}", ChargeRisk::Completed),
    ] {
        let error = chat(Act::Keep(json("200 OK", body))).await;
        assert!(
            error.is_decode() && error.charge_risk() == risk,
            "{body}: {error:?}"
        );
        assert_eq!(error.status().unwrap().as_u16(), 200, "{body}");
    }
}

#[tokio::test]
async fn nothing_in_the_place_of_a_file_is_no_file() {
    for act in [
        Act::Keep(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        Act::Keep(json("200 OK", "")),
        Act::Keep(json("200 OK", "null")),
        Act::Keep(answer(
            "200 OK",
            "content-type: text/html; charset=utf-8\r\n",
            "<title>x</title>",
        )),
    ] {
        let context = format!("{act:?}");
        let server = Script::always(act).await;
        let ai = server.probe().await.ai;
        let error = ai.api().download_video().id("v-1").send().await.err().unwrap();
        let failure = Failure::of(&error).unwrap();
        assert_eq!(failure.kind(), aipass_api::FailureKind::NotAnAnswer, "{context}");
    }
}
