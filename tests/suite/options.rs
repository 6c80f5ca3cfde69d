//! Settings of a call, of a derived client and of the builder, as they arrive on the wire.

use crate::{
    facade::{BALANCE, CHAT, MODELS, Pauses, builder, headed, json},
    support::{Answer, Server, answer, client},
};
use aipass::{
    Client, HttpOptions, MemoryStore, RequestOptions, RetryPolicy, StoredTokens, Timeouts, TokenStore,
};
use std::time::Duration;

fn header<'a>(request: &'a str, name: &str) -> Vec<&'a str> {
    let head = request.split("\r\n\r\n").next().unwrap_or_default();
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .collect()
}

/// A client that has renewed its token.
async fn renewed(
    server: &Server,
    change: impl FnOnce(aipass::ClientBuilder) -> aipass::ClientBuilder,
) -> Client {
    let store = MemoryStore::default();
    let ai = change(
        Client::builder()
            .base_url(&server.base_url)
            .client_id("client_1")
            .token_store(store.clone()),
    )
    .build()
    .unwrap();
    let key = ai.auth().unwrap().account_key().clone();
    let tokens = StoredTokens::new(&key, "A1").with_refresh_token("R1");
    store.save(&key, &tokens).await.unwrap();
    ai.auth().unwrap().refresh().await.unwrap();
    ai
}

#[tokio::test]
async fn the_user_agent_names_the_library_and_the_app() {
    let library = library();
    type Change = fn(aipass::ClientBuilder) -> aipass::ClientBuilder;
    let changes: [(Change, String); 4] = [
        (|builder| builder, library.clone()),
        (
            |builder| builder.app_name("Receipts"),
            format!("{library} (+Receipts)"),
        ),
        (
            |builder| builder.app_name("Re\r\nceipts (2)").http(HttpOptions::default()),
            format!("{library} (+Re--ceipts -2-)"),
        ),
        (
            |builder| {
                builder
                    .app_name("Receipts")
                    .http(HttpOptions::default().user_agent("mine/1"))
            },
            "mine/1".to_owned(),
        ),
    ];
    for (change, expected) in changes {
        let token =
            json(r#"{"access_token":"A2","refresh_token":"R2","token_type":"Bearer","expires_in":3600}"#);
        let server = Server::start([token, json(MODELS)]).await;
        renewed(&server, change).await.models().await.unwrap();
        let requests = server.requests();
        assert!(requests[0].starts_with("POST /oauth2/token "), "{requests:?}");
        assert!(requests[1].starts_with("GET /oauth2/v1/models "), "{requests:?}");
        for request in requests {
            assert_eq!(header(&request, "user-agent"), [expected.as_str()]);
        }
    }
}

/// As the library calls itself. These tests have another version.
fn library() -> String {
    let text = format!("{:?}", HttpOptions::default());
    let agent = text
        .split_once("user_agent: \"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap();
    assert!(agent.starts_with("aipass-rust/") && agent.len() > "aipass-rust/".len());
    agent.to_owned()
}

#[tokio::test]
async fn headers_of_builder_client_and_call_are_sent_and_the_nearest_wins() {
    let server = Server::start([json(CHAT)]).await;
    let ai = builder(&server.base_url)
        .header("x-a", "builder")
        .header("x-b", "builder")
        .header("x-c", "builder")
        .build()
        .unwrap()
        .with_options(
            RequestOptions::new()
                .header("x-b", "client")
                .header("x-c", "client"),
        );
    let own = RequestOptions::new()
        .header("x-c", "call")
        .idempotency_key("key-1");
    ai.chat("m").user("hi").options(own).send().await.unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    ai.request(http::Method::POST, "/x").send().await.unwrap();
    let requests = server.requests();
    let values = |request: &str| ["x-a", "x-b", "x-c"].map(|name| header(request, name).join("+"));
    assert_eq!(values(&requests[0]), ["builder", "client", "call"]);
    assert_eq!(header(&requests[0], "idempotency-key"), ["key-1"]);
    for request in &requests[1..] {
        assert_eq!(values(request), ["builder", "client", "client"]);
        assert!(
            header(request, "idempotency-key").is_empty(),
            "it is the call's own"
        );
    }
    ai.api().get_userinfo().send().await.unwrap_err();
    assert_eq!(
        header(&server.requests()[3], "x-a"),
        ["builder"],
        "the generated client has the builder's"
    );
}

#[tokio::test]
async fn a_retry_carries_the_same_idempotency_key() {
    let server = Server::start([
        answer("429 Too Many Requests", "application/json", "{}"),
        json(CHAT),
    ])
    .await;
    let ai = builder(&server.base_url).build().unwrap();
    let own = RequestOptions::new().idempotency_key("key-1");
    ai.chat("m").user("hi").options(own).send().await.unwrap();
    for request in server.requests() {
        assert_eq!(header(&request, "idempotency-key"), ["key-1"]);
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_token_request_carries_no_further_header() {
    let token = json(r#"{"access_token":"A2","token_type":"Bearer","expires_in":3600}"#);
    let server = Server::start([token, json(BALANCE)]).await;
    let ai = renewed(&server, |builder| builder.header("x-secret", "canary")).await;
    ai.balance().await.unwrap();
    let requests = server.requests();
    assert!(
        !requests[0].contains("canary") && requests[1].contains("x-secret: canary"),
        "{requests:?}"
    );
}

#[tokio::test]
async fn headers_of_the_library_itself_are_refused_before_anything_is_sent() {
    let server = Server::start([json(CHAT)]).await;
    let ai = builder(&server.base_url).build().unwrap();
    for (name, value) in [
        ("Authorization", "Bearer canary"),
        ("host", "evil.example"),
        ("content-length", "0"),
        ("content-encoding", "gzip"),
        ("content-type", "text/plain"),
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
        ("x-aipass-oauth-client-id", "client_2"),
        ("x a", "1"),
        ("", "1"),
        ("x-a", "1\r\nauthorization: Bearer canary"),
    ] {
        let options = RequestOptions::new().header(name, value);
        let outcomes = [
            ai.chat("m")
                .user("hi")
                .options(options.clone())
                .send()
                .await
                .map(drop),
            ai.chat("m")
                .user("hi")
                .options(options.clone())
                .stream()
                .await
                .map(drop),
            ai.with_options(options.clone()).models().await.map(drop),
            ai.with_options(options)
                .request(http::Method::GET, "/x")
                .send()
                .await
                .map(drop),
        ];
        for outcome in outcomes {
            let error = outcome.unwrap_err();
            assert!(
                error.is_bad_request() && !error.charge_risk().may_have_been_charged(),
                "{name}: {error:?}"
            );
            assert!(!format!("{error} {error:?} {}", error.help()).contains("canary"));
        }
        let error = builder(&server.base_url).header(name, value).build().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{name}");
    }
    assert_eq!(server.requests().len(), 0);
    assert_eq!(ai.totals(), aipass::Totals::default());
}

fn short() -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.first_byte_free = Some(Duration::from_millis(100));
    timeouts.first_byte_paid = Some(Duration::from_millis(100));
    timeouts
}

#[tokio::test]
async fn limits_and_retries_of_a_call_are_its_own() {
    let server = Server::start([Answer::Hang(Vec::new())]).await;
    let pauses = Pauses::default();
    let ai = builder(&server.base_url).sleeper(pauses.clone()).build().unwrap();
    let options = RequestOptions::new().timeouts(short());
    assert!(
        ai.chat("m")
            .user("hi")
            .options(options.clone())
            .send()
            .await
            .unwrap_err()
            .is_timeout()
    );
    let error = ai.with_options(options.clone()).models().await.unwrap_err();
    assert_eq!(
        (error.is_timeout(), error.attempts(), pauses.seen().len()),
        (true, 3, 2)
    );
    let error = ai
        .with_options(options)
        .with_options(RequestOptions::new().retry(RetryPolicy::none()))
        .models()
        .await
        .unwrap_err();
    assert_eq!(
        (error.is_timeout(), error.attempts()),
        (true, 1),
        "what lies below still holds"
    );

    let server = Server::start([answer("429 Too Many Requests", "application/json", "{}")]).await;
    let ai = builder(&server.base_url)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    assert_eq!(ai.chat("m").user("hi").send().await.unwrap_err().attempts(), 1);
    let patient = RequestOptions::new().retry(RetryPolicy::charge_safe().max_retries(4));
    let error = ai.chat("m").user("hi").options(patient).send().await.unwrap_err();
    assert_eq!(error.attempts(), 5);
}

#[tokio::test]
async fn settings_survive_the_change_of_user() {
    let store = MemoryStore::default();
    let server = Server::start([headed("500 Internal Server Error", &[], "{}")]).await;
    let ai = Client::builder()
        .base_url(&server.base_url)
        .client_id("client_1")
        .token_store(store.clone())
        .header("x-a", "builder")
        .build()
        .unwrap()
        .with_options(
            RequestOptions::new()
                .header("x-b", "client")
                .retry(RetryPolicy::none()),
        );
    let ada = ai.with_session("ada").unwrap();
    let key = ada.auth().unwrap().account_key().clone();
    store
        .save(&key, &StoredTokens::new(&key, "token-ada"))
        .await
        .unwrap();
    assert_eq!(ada.models().await.unwrap_err().attempts(), 1);
    let request = server.requests().remove(0);
    assert_eq!(header(&request, "x-a"), ["builder"]);
    assert_eq!(header(&request, "x-b"), ["client"]);
    assert_eq!(header(&request, "authorization"), ["Bearer token-ada"]);
    let broken = ai.with_options(RequestOptions::new().header("host", "x"));
    let ada = broken.with_session("ada").unwrap();
    assert!(ada.models().await.unwrap_err().is_bad_request());
}

/// The limit on what is read into memory holds for every way in which an answer is read whole.
#[tokio::test]
async fn an_answer_above_the_limit_of_the_call_is_none() {
    let large = format!(
        r#"{{"choices":[{{"message":{{"content":"{}"}}}}]}}"#,
        "x".repeat(500)
    );
    for (limit, fits) in [(100, false), (1000, true)] {
        let server = Server::start([answer("200 OK", "application/json", &large)]).await;
        let ai = client(&server.base_url).with_options(RequestOptions::new().max_body(limit));
        let outcome = ai.chat("m").user("hi").send().await;
        assert_eq!(outcome.is_ok(), fits, "{outcome:?}");
        if let Err(error) = outcome {
            assert!(error.is_decode(), "{error:?}");
            assert_eq!(error.charge_risk(), aipass::ChargeRisk::Completed);
        }
    }
    for (limit, fits) in [(100, false), (1000, true)] {
        let server = Server::start([answer("200 OK", "text/plain", &large)]).await;
        let ai = client(&server.base_url).with_options(RequestOptions::new().max_body(limit));
        let raw = ai.request(http::Method::GET, "/x").send().await.unwrap();
        assert_eq!(raw.bytes().await.is_ok(), fits, "raw, {limit}");
        let stream = ai.chat("m").user("hi").stream().await.unwrap();
        assert_eq!(stream.collect_message().await.is_ok(), fits, "a stream, {limit}");
    }
}
