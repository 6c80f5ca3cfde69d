//! What is known about a call beside its answer: request id, model, price, limits, attempts.

use crate::{
    facade::{BALANCE, CHAT, MODELS, STREAM, builder, headed, json},
    support::{Server, client},
};
use aipass::{Meta, RateLimit};
use std::time::Duration;

const HEADERS: &[(&str, &str)] = &[
    ("x-request-id", "id-canary"),
    ("x-litellm-response-cost", "0.25"),
    ("x-litellm-model-group", "group-1"),
    ("x-ratelimit-limit-requests", "60"),
    ("x-ratelimit-remaining-requests", "59"),
    ("x-ratelimit-reset-requests", "1m1.5s"),
    ("x-ratelimit-remaining-tokens", "7000"),
    ("set-cookie", "canary"),
];

fn check(meta: &Meta, model: &str) {
    assert_eq!(meta.request_id(), Some("id-canary"));
    assert_eq!(meta.model(), Some(model));
    assert_eq!(meta.cost(), Some(0.25));
    let requests = meta.request_limit();
    assert_eq!(
        (requests.limit, requests.remaining, requests.reset),
        (Some(60), Some(59), Some(Duration::from_millis(61_500)))
    );
    assert_eq!(meta.token_limit().remaining, Some(7000));
    assert_eq!(meta.attempts(), 1);
    assert!(meta.elapsed() > Duration::ZERO);
    assert_eq!(meta.headers()["set-cookie"], "canary");
    let shown = format!("{meta:?} {meta:#?}");
    assert!(shown.contains("set-cookie"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn every_answer_says_what_is_known_about_its_call() {
    let server = Server::start([headed("200 OK", HEADERS, CHAT)]).await;
    let reply = client(&server.base_url)
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap();
    // The header is the gateway's own sum, `usage.cost` a provider's word.
    check(reply.meta(), "m-2026");
    assert!(!format!("{reply:?}").contains("canary"));

    let server = Server::start([headed("200 OK", HEADERS, MODELS)]).await;
    let models = client(&server.base_url).models().await.unwrap();
    check(models.meta(), "group-1");
    assert!(!format!("{models:?}").contains("canary"));
    assert_eq!(
        models.into_iter().map(|model| model.id).collect::<Vec<_>>(),
        ["m", "gemini/pro"]
    );

    let server = Server::start([headed("200 OK", HEADERS, BALANCE)]).await;
    check(
        client(&server.base_url).balance().await.unwrap().meta(),
        "group-1",
    );

    let server = Server::start([headed("200 OK", HEADERS, r#"{"sub":"u1"}"#)]).await;
    let user = client(&server.base_url).userinfo().await.unwrap();
    check(user.meta(), "group-1");
    assert_eq!(user.into_inner().sub, "u1");

    let server = Server::start([headed("200 OK", HEADERS, r#"{"id":"m"}"#)]).await;
    check(
        client(&server.base_url).model("m").await.unwrap().meta(),
        "group-1",
    );

    let server = Server::start([headed("200 OK", HEADERS, "{}")]).await;
    let raw = client(&server.base_url)
        .request(http::Method::POST, "/x")
        .send()
        .await
        .unwrap();
    check(raw.meta(), "group-1");
    assert!(!format!("{raw:?}").contains("canary"));
}

#[tokio::test]
async fn a_stream_knows_its_price_at_its_end() {
    let server = Server::start([headed(
        "200 OK",
        &[("x-request-id", "r-1"), ("set-cookie", "canary")],
        STREAM,
    )])
    .await;
    let mut stream = client(&server.base_url)
        .chat("m")
        .user("hi")
        .stream()
        .await
        .unwrap();
    let begin = stream.meta().clone();
    assert_eq!((begin.request_id(), begin.attempts()), (Some("r-1"), 1));
    assert_eq!((begin.model(), begin.cost()), (None, None), "nothing is guessed");
    assert!(begin.elapsed() > Duration::ZERO);
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    assert_eq!(
        (stream.meta().model(), stream.meta().cost()),
        (Some("m-2026"), Some(0.5))
    );
    assert!(!format!("{stream:?}").contains("canary"));
    let meta = stream.finish().unwrap().meta().clone();
    assert_eq!(
        (meta.request_id(), meta.cost(), meta.elapsed()),
        (Some("r-1"), Some(0.5), begin.elapsed())
    );

    // A head that names nothing as the price was written before there was anything to pay for.
    for (head, price) in [("0.25", Some(0.5)), ("0.0", Some(0.5))] {
        let server = Server::start([headed("200 OK", &[("x-litellm-response-cost", head)], STREAM)]).await;
        let ai = client(&server.base_url);
        let stream = ai.chat("m").user("hi").stream().await.unwrap();
        assert_eq!(
            stream.collect_message().await.unwrap().meta().cost(),
            price,
            "{head}"
        );
        assert_eq!(ai.totals().cost, 0.5, "{head}");
    }
}

#[tokio::test]
async fn the_answer_that_counts_is_the_last_one() {
    let refused = headed(
        "429 Too Many Requests",
        &[("x-request-id", "r-0"), ("x-litellm-response-cost", "9")],
        "{}",
    );
    let server = Server::start([
        refused.clone(),
        refused,
        headed("200 OK", &[("x-litellm-call-id", "r-2")], CHAT),
    ])
    .await;
    let reply = builder(&server.base_url)
        .build()
        .unwrap()
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap();
    let meta = reply.meta();
    assert_eq!(
        (meta.attempts(), meta.request_id(), meta.cost()),
        (3, Some("r-2"), Some(0.5))
    );
}

#[tokio::test]
async fn what_a_server_does_not_say_is_not_known() {
    let bare = r#"{"choices":[{"message":{"content":"Hello"}}]}"#;
    for headers in [
        &[][..],
        &[
            ("x-litellm-response-cost", "None"),
            ("x-ratelimit-limit-requests", "many"),
        ],
        &[
            ("x-litellm-response-cost", "NaN"),
            ("x-ratelimit-reset-requests", "soon"),
        ],
        &[
            ("x-litellm-response-cost", "-1"),
            ("x-ratelimit-remaining-tokens", "-5"),
        ],
    ] {
        let server = Server::start([headed("200 OK", headers, bare)]).await;
        let ai = client(&server.base_url);
        let reply = ai.chat("m").user("hi").send().await.unwrap();
        let meta = reply.meta();
        assert_eq!(
            (meta.request_id(), meta.model(), meta.cost()),
            (None, None, None),
            "{headers:?}"
        );
        assert_eq!(
            (meta.request_limit(), meta.token_limit()),
            (RateLimit::default(), RateLimit::default())
        );
        assert_eq!((ai.totals().unpriced_calls, ai.totals().cost), (1, 0.0));
    }
}

#[tokio::test]
async fn the_attempts_and_the_request_id_of_a_failure_are_known_too() {
    let server = Server::start([
        headed("429 Too Many Requests", &[], "{}"),
        headed("500 Internal Server Error", &[("x-request-id", "r-9")], "{}"),
        json(CHAT),
    ])
    .await;
    let error = builder(&server.base_url)
        .build()
        .unwrap()
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), error.request_id()), (2, Some("r-9")));
}
