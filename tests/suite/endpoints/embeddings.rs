//! Vectors in both forms, one for each text, in one call or in several.

use super::json_server;
use crate::support::{Answer, Server, answer, client};
use aipass::{ChargeRisk, Error, RequestOptions};

const TWO: &str = r#"{"model":"m-1","data":[{"index":1,"embedding":"AAAAQA=="},{"index":0,"embedding":[1.5]}],"usage":{"prompt_tokens":4,"total_tokens":4}}"#;

#[tokio::test]
async fn both_forms_come_in_the_order_of_the_texts() {
    let server = json_server(TWO).await;
    let vectors = client(&server.base_url)
        .embeddings("m")
        .input("one")
        .input("two")
        .send()
        .await
        .unwrap();
    assert_eq!(vectors.vectors, [vec![1.5], vec![2.0]]);
    assert_eq!(vectors.usage.as_ref().unwrap().total_tokens, Some(4));
    assert_eq!(vectors.meta().model(), Some("m-1"));
    assert!(!format!("{vectors:?}").contains("1.5"));
}

#[tokio::test]
async fn base64_is_asked_for_only_where_it_is_understood() {
    for (model, encoding) in [
        ("text-embedding-3-large", Some("base64")),
        ("openai/text-embedding-3-small", Some("base64")),
        ("text-embedding-ada-002", None),
        ("gemini/text-embedding-004", None),
        ("vertex_ai/textembedding-gecko", None),
    ] {
        let server = json_server(r#"{"data":[{"embedding":[1]}]}"#).await;
        client(&server.base_url)
            .embeddings(model)
            .input("Hi")
            .send()
            .await
            .unwrap();
        let sent = server.requests().remove(0);
        let asked = sent.contains(r#""encoding_format":"base64""#).then_some("base64");
        assert_eq!(asked, encoding, "{model}");
    }
    let server = json_server(r#"{"data":[{"embedding":[1]}]}"#).await;
    let asking = client(&server.base_url)
        .embeddings("text-embedding-3-small")
        .encoding("float")
        .input("Hi");
    asking.send().await.unwrap();
    assert!(server.requests()[0].contains(r#""encoding_format":"float""#));
}

#[tokio::test]
async fn fewer_vectors_than_texts_are_no_answer() {
    for body in [
        r#"{"data":[{"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#,
        r#"{"data":[{"embedding":[1]},{"embedding":[]}]}"#,
        r#"{"data":[{"embedding":[1]},{"embedding":"AA"}]}"#,
        r#"{"data":[{"embedding":[1]},{"embedding":null}]}"#,
    ] {
        let server = json_server(body).await;
        let error = client(&server.base_url)
            .embeddings("m")
            .inputs(["a", "b"])
            .send()
            .await
            .unwrap_err();
        assert!(error.is_decode(), "{body}: {error}");
        assert_eq!(error.charge_risk(), ChargeRisk::Unknown, "{body}");
        assert_eq!(server.requests().len(), 1, "a paid call is not repeated");
    }
}

#[tokio::test]
async fn nothing_is_sent_for_nothing() {
    let ai = client("http://127.0.0.1:9");
    for builder in [
        ai.embeddings("m"),
        ai.embeddings("m").input(""),
        ai.embeddings("m").inputs(["a", ""]),
        ai.embeddings(" ").input("a"),
    ] {
        let error = builder.clone().send().await.unwrap_err();
        assert!(error.is_bad_request(), "{error}");
        assert_eq!(error.charge_risk(), ChargeRisk::NotSent);
        let error = builder.send_in_batches(2, 2).await.unwrap_err();
        assert!(Error::from(error).is_bad_request());
    }
}

/// A server that gives each text of one letter the number of that letter, and fails for `x`.
async fn alphabet() -> httpmock::MockServer {
    let server = httpmock::MockServer::start_async().await;
    for (letters, vectors) in [("a\",\"b", "[[1],[2]]"), ("c\",\"d", "[[3],[4]]"), ("e", "[[5]]")] {
        let data: serde_json::Value = serde_json::from_str(vectors).unwrap();
        let data: Vec<_> = data
            .as_array()
            .unwrap()
            .iter()
            .map(|vector| serde_json::json!({ "embedding": vector }))
            .collect();
        let body = serde_json::json!({ "data": data, "usage": { "total_tokens": 2, "cost": 0.25 } });
        server
            .mock_async(|when, then| {
                when.body_includes(format!("[\"{letters}\"]"));
                then.status(200).json_body(body);
            })
            .await;
    }
    server
        .mock_async(|when, then| {
            when.body_includes("\"x\"");
            then.status(400)
                .json_body(serde_json::json!({"error":{"message":"no x","code":"bad"}}));
        })
        .await;
    server
}

#[tokio::test]
async fn many_texts_go_in_several_calls_and_keep_their_order() {
    let server = alphabet().await;
    for at_once in [1, 2, 9] {
        let vectors = client(&server.base_url())
            .embeddings("m")
            .inputs(["a", "b", "c", "d", "e"])
            .send_in_batches(2, at_once)
            .await
            .unwrap();
        assert_eq!(
            vectors.vectors,
            [vec![1.0], vec![2.0], vec![3.0], vec![4.0], vec![5.0]]
        );
        assert_eq!(vectors.cost(), Some(0.75));
        assert_eq!(vectors.usage.unwrap().total_tokens, Some(6));
    }
}

#[tokio::test]
async fn an_idempotency_key_is_for_one_batch() {
    let server = alphabet().await;
    let ask = client(&server.base_url())
        .embeddings("m")
        .inputs(["a", "b", "c", "d"])
        .options(RequestOptions::new().idempotency_key("k"));
    let error = ask.send_in_batches(2, 1).await.unwrap_err();
    assert_eq!(error.error.to_string(), "an idempotency key is for one call");
    assert_eq!(error.error.charge_risk(), ChargeRisk::NotSent);
    assert!(error.vectors.is_empty());
    let one = client(&server.base_url())
        .embeddings("m")
        .inputs(["a", "b"])
        .options(RequestOptions::new().idempotency_key("k"));
    assert_eq!(one.send_in_batches(2, 1).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_paid_for_is_kept_when_a_later_call_fails() {
    let server = alphabet().await;
    let error = client(&server.base_url())
        .embeddings("m")
        .inputs(["a", "b", "x", "y", "c", "d"])
        .send_in_batches(2, 1)
        .await
        .unwrap_err();
    assert_eq!(
        error.vectors,
        [Some(vec![1.0]), Some(vec![2.0]), None, None, None, None]
    );
    assert_eq!(error.error.code(), Some("bad"));
    assert_eq!(error.to_string(), "2 of 6 texts are embedded");
    assert_eq!(
        error.error.charge_risk(),
        ChargeRisk::Refused,
        "the call that failed"
    );
    assert_eq!(
        Error::from(error).charge_risk(),
        ChargeRisk::Completed,
        "all of them"
    );
}

/// As in a run of tools: a sum without one of its parts would look like the whole.
#[tokio::test]
async fn a_number_is_added_up_where_every_batch_told_it() {
    for (second, total) in [
        (
            r#"{"data":[{"embedding":[2]}],"usage":{"total_tokens":3,"prompt_tokens":3}}"#,
            Some(Some(5)),
        ),
        (
            r#"{"data":[{"embedding":[2]}],"usage":{"prompt_tokens":3}}"#,
            Some(None),
        ),
        (r#"{"data":[{"embedding":[2]}]}"#, None),
    ] {
        let first = r#"{"data":[{"embedding":[1]}],"usage":{"total_tokens":2}}"#;
        let json = |body| answer("200 OK", "application/json", body);
        let server = Server::start([json(first), json(second)]).await;
        let ask = client(&server.base_url).embeddings("m").inputs(["a", "b"]);
        let usage = ask.send_in_batches(1, 1).await.unwrap().usage;
        assert_eq!(usage.as_ref().map(|usage| usage.total_tokens), total, "{second}");
        assert_eq!(usage.and_then(|usage| usage.prompt_tokens), None);
    }
}

#[tokio::test]
async fn a_cut_answer_is_an_error() {
    let server = Server::start([answer(
        "200 OK",
        "application/json",
        r#"{"data":[{"embedding":[1,2"#,
    )])
    .await;
    let error = client(&server.base_url)
        .embeddings("m")
        .input("a")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
}

/// The three floats 1, -2.5 and 2.
const BASE64: &str = "AACAPwAAIMAAAABA";
const NUMBERS: [f32; 3] = [1.0, -2.5, 2.0];

/// An answer of 100 vectors and about a megabyte: the later the text, the longer the vector and the earlier its place. Some
/// are numbers, and some are text with an escape in it.
fn large(end: &str) -> String {
    let vectors = (0..100).rev().map(|number| {
        let vector = match number % 10 {
            4 => format!("[{}]", ["1,-2.5,2"].repeat(500 + number).join(",")),
            7 => format!("\"\\u0041{}\"", &BASE64.repeat(500 + number)[1..]),
            _ => format!("\"{}\"", BASE64.repeat(500 + number)),
        };
        format!(r#"{{"object":"embedding","index":{number},"embedding":{vector}}}"#)
    });
    let vectors: Vec<_> = vectors.collect();
    format!(r#"{{"object":"list","data":[{}]{end}"#, vectors.join(","))
}

async fn ask_for_100(answer: Answer, options: RequestOptions) -> Result<aipass::Embeddings, Error> {
    let server = Server::start([answer]).await;
    let texts = (0..100).map(|number| number.to_string());
    let ask = client(&server.base_url).embeddings("text-embedding-3-small");
    ask.inputs(texts).options(options).send().await
}

#[tokio::test]
async fn a_large_answer_is_read_while_it_comes() {
    let body = large(r#","model":"m-1","usage":{"total_tokens":4,"prompt_tokens":4}}"#);
    let whole = answer("200 OK", "application/json", &body);
    let vectors = ask_for_100(whole, RequestOptions::new()).await.unwrap();
    for (number, vector) in vectors.iter().enumerate() {
        assert_eq!(*vector, NUMBERS.repeat(500 + number), "{number}");
    }
    assert_eq!(vectors.usage.as_ref().unwrap().total_tokens, Some(4));
    assert_eq!(vectors.meta().model(), Some("m-1"));
}

/// What was taken out while it came takes nothing from the error.
#[tokio::test]
async fn a_large_answer_that_is_none_is_judged_by_all_of_it() {
    let body = large(r#","error":{"message":"The model died","code":"boom"}}"#);
    let json = |body: &str| answer("200 OK", "application/json", body);
    let shown = &body.as_bytes()[..64 * 1024];

    let error = ask_for_100(json(&body), RequestOptions::new()).await.unwrap_err();
    assert_eq!(error.code(), Some("boom"), "{error}");
    assert!(error.raw_body() == shown, "it is not what came");

    let error = ask_for_100(json(&large("")), RequestOptions::new())
        .await
        .unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    assert!(error.raw_body() == shown, "it is not what came");

    let Answer::Bytes(mut cut) = json(&body) else {
        unreachable!("it is no other one")
    };
    cut.truncate(cut.len() / 2);
    let error = ask_for_100(Answer::Bytes(cut), RequestOptions::new())
        .await
        .unwrap_err();
    assert!(error.is_incomplete(), "{error}");
    assert!(error.raw_body() == shown, "it is not what came");
}

#[tokio::test]
async fn the_limit_of_an_answer_counts_what_came() {
    let body = large("}");
    let asked = |limit: usize| {
        let whole = answer("200 OK", "application/json", &body);
        ask_for_100(whole, RequestOptions::new().max_body(limit))
    };
    assert_eq!(asked(body.len()).await.unwrap().len(), 100);
    let error = asked(body.len() - 1).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert!(
        error.raw_body() == &body.as_bytes()[..64 * 1024],
        "it is not what came"
    );
}
