//! Requests to any address of the service: with the token, nowhere else, and read as they come.

use crate::{
    facade::{BUDGET, MODELS, builder, headed, json},
    session::signed_in,
    support::{Answer, Server, answer, client, events, impatient},
};
use aipass::{ChargeRisk, Client, InMemory, Reply, Secret};
use aipass_sandbox::{Route, Sandbox};
use http::Method;

#[tokio::test]
async fn a_raw_request_has_the_token_and_the_client_id() {
    let server = Server::start([json(r#"{"a":1}"#)]).await;
    let ai = Client::builder()
        .base_url(format!("{}/base", server.base_url))
        .client_id("client_1")
        .access_token(Secret::new("token-1"))
        .build()
        .unwrap();
    let answer = ai
        .request(Method::PUT, "/api/v1/things?q=a b&x=%2F")
        .json(&serde_json::json!({"n": 1}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.bytes().await.unwrap(), r#"{"a":1}"#);
    ai.request(Method::GET, "/x")
        .accept("text/plain")
        .send()
        .await
        .unwrap();
    let requests = server.requests();
    assert!(
        requests[0].starts_with("PUT /base/api/v1/things?q=a%20b&x=%2F HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
    for line in [
        "authorization: Bearer token-1\r\n",
        "x-aipass-oauth-client-id: client_1\r\n",
        "content-type: application/json\r\n",
        "accept: application/json\r\n",
    ] {
        assert!(requests[0].contains(line), "{line} in {}", requests[0]);
    }
    assert!(requests[0].ends_with("\r\n\r\n{\"n\":1}"));
    assert!(requests[1].contains("accept: text/plain\r\n"), "{}", requests[1]);
    assert!(!format!("{:?}", ai.request(Method::GET, "/canary").body("a/b", "canary")).contains("canary"));
}

#[tokio::test]
async fn no_address_leads_away_from_the_service() {
    let (server, other) = (
        Server::start([json("{}")]).await,
        Server::start([json("{}")]).await,
    );
    let ai = client(&server.base_url);
    let foreign = other.base_url.strip_prefix("http:").unwrap();
    for path in [
        other.base_url.as_str(),
        foreign,
        "",
        "models",
        "/..",
        "/a/../../x",
        "/a/%2e%2E/x",
        "/.%2e/x",
        "/a#b",
        "/\\other.example",
        "/a\r\nhost: other.example",
        "/\t/other.example",
    ] {
        let error = ai.request(Method::POST, path).send().await.unwrap_err();
        assert!(error.is_bad_request(), "{path:?}: {error:?}");
        assert_eq!(
            (error.charge_risk(), error.attempts()),
            (ChargeRisk::NotSent, 0),
            "{path:?}"
        );
    }
    // What looks like another place in a URL is a path here.
    for path in ["/@other.example/x", "/a//b", "/http://other.example/"] {
        ai.request(Method::GET, path).send().await.unwrap();
    }
    assert_eq!((server.requests().len(), other.requests().len()), (3, 0));
    assert_eq!(ai.totals().paid_calls, 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::start([json("{}")]).await;
    let away = headed("307 Temporary Redirect", &[("location", &other.base_url)], "");
    let server = Server::start([away]).await;
    for method in [Method::GET, Method::POST] {
        let error = client(&server.base_url)
            .request(method, "/x")
            .body("text/plain", "hi")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 307);
    }
    assert_eq!(other.requests().len(), 0);
}

#[tokio::test]
async fn errors_are_decoded_as_everywhere() {
    let ask = async |method, answer: Answer| {
        let server = Server::start([answer]).await;
        let ai = builder(&server.base_url).build().unwrap();
        let error = ai.request(method, "/x").send().await.unwrap_err();
        (error, server.requests().len())
    };
    let (error, _) = ask(
        Method::POST,
        answer("401 Unauthorized", "application/json", BUDGET),
    )
    .await;
    assert!(error.is_budget_exceeded());
    assert_eq!(error.raw_body(), BUDGET);
    // Inside a 200 too.
    let (error, _) = ask(Method::POST, json(BUDGET)).await;
    assert!(error.is_budget_exceeded());
    let (error, _) = ask(Method::GET, json(r#"{"success":false,"message":"no"}"#)).await;
    assert_eq!(
        (error.is_bad_request(), error.server_message()),
        (true, Some("no"))
    );
    let (error, sent) = ask(
        Method::POST,
        answer("502 Bad Gateway", "text/html", "<title>Oops</title>"),
    )
    .await;
    assert_eq!(
        (error.charge_risk(), error.server_message(), sent),
        (ChargeRisk::Unknown, Some("Oops"), 1)
    );
    let (error, sent) = ask(Method::GET, answer("502 Bad Gateway", "text/html", "")).await;
    assert_eq!(
        (error.charge_risk(), error.attempts(), sent),
        (ChargeRisk::Free, 3, 3)
    );
    let (error, sent) = ask(Method::DELETE, Answer::Bytes(Vec::new())).await;
    assert_eq!((error.charge_risk(), sent), (ChargeRisk::Unknown, 1));
    let (error, _) = ask(
        Method::POST,
        answer("200 OK", "text/html", "<title>Sign in</title>"),
    )
    .await;
    assert_eq!(
        (error.is_decode(), error.server_message()),
        (true, Some("Sign in"))
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    sandbox.expire_access_tokens();
    let answer = ai.request(Method::GET, "/oauth2/v1/models").send().await.unwrap();
    assert_eq!(answer.meta().attempts(), 2);
    assert!(String::from_utf8_lossy(&answer.bytes().await.unwrap()).contains("gpt-4o-mini"));
    assert_eq!(sandbox.counts().refresh_requests, 1);
    assert_eq!(sandbox.counts().requests_to(Route::Models), 2);
}

#[tokio::test]
async fn a_stream_of_events_is_read_piece_by_piece() {
    let server = Server::start([Answer::Hang(events("data: 1\n\n"))]).await;
    let ai = client(&server.base_url);
    let request = ai.request(Method::POST, "/x").accept("text/event-stream");
    let mut answer = request.send().await.unwrap();
    // The server has said no more yet.
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "data: 1\n\n");
    assert_eq!(ai.totals().calls, 0);
    drop(answer);
    server.closed(1).await;
    assert_eq!((ai.totals().calls, ai.totals().paid_calls), (0, 1));

    let server = Server::start([Answer::Bytes(events("data: 1\n\ndata: 2\n\n"))]).await;
    let ai = client(&server.base_url);
    let answer = ai.request(Method::POST, "/x").send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), "data: 1\n\ndata: 2\n\n");
    assert_eq!(
        (
            ai.totals().calls,
            ai.totals().paid_calls,
            ai.totals().unpriced_calls
        ),
        (1, 1, 1)
    );
}

fn cut(media_type: &str) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: 500\r\n\r\n");
    Answer::Bytes(format!("{head}{{\"data\":").into_bytes())
}

#[tokio::test]
async fn a_cut_body_is_never_a_whole_one() {
    for (method, risk) in [
        (Method::POST, ChargeRisk::Completed),
        (Method::GET, ChargeRisk::Free),
    ] {
        let server = Server::start([cut("application/octet-stream")]).await;
        let ai = client(&server.base_url);
        let mut answer = ai.request(method.clone(), "/x").send().await.unwrap();
        assert_eq!(answer.chunk().await.unwrap().unwrap(), "{\"data\":");
        for _ in 0..2 {
            let error = answer
                .chunk()
                .await
                .expect_err("a failure is no end, however often one asks");
            assert!(error.is_incomplete(), "{error:?}");
            assert_eq!(
                (error.charge_risk(), error.status().unwrap().as_u16()),
                (risk, 200)
            );
        }
        let paid = u64::from(method == Method::POST);
        assert_eq!((ai.totals().calls, ai.totals().paid_calls), (0, paid));
        let answer = ai.request(method, "/x").send().await.unwrap();
        assert!(answer.bytes().await.unwrap_err().is_incomplete());
    }
    // JSON is read before it is handed on.
    let server = Server::start([cut("application/json")]).await;
    let error = client(&server.base_url)
        .request(Method::POST, "/x")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_incomplete(), "{error:?}");
    assert_eq!(
        (error.charge_risk(), &error.raw_body()[..]),
        (ChargeRisk::Completed, &b"{\"data\":"[..])
    );
}

#[tokio::test]
async fn a_body_that_falls_silent_ends_by_its_limit() {
    let server = Server::start([Answer::Hang(events("data: 1\n\n"))]).await;
    let ai = impatient(&server.base_url);
    let mut answer = ai.request(Method::POST, "/x").send().await.unwrap();
    answer.chunk().await.unwrap().unwrap();
    let error = answer.chunk().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);

    let server = Server::start([Answer::Hang(Vec::new())]).await;
    let error = impatient(&server.base_url)
        .request(Method::POST, "/x")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.is_timeout(), error.charge_risk()),
        (true, ChargeRisk::Unknown)
    );
}

#[tokio::test]
async fn a_body_has_its_limit_in_memory() {
    let large = bytes::Bytes::from(vec![b' '; 64 * 1024 * 1024 + 1]);
    let service = |media_type: &'static str| {
        let large = large.clone();
        InMemory::new(move |_| {
            let mut response = http::Response::new(large.clone());
            response
                .headers_mut()
                .insert("content-type", media_type.parse().unwrap());
            Reply::Answer(response)
        })
    };
    for media_type in ["application/octet-stream", "application/json"] {
        let ai = builder("http://127.0.0.1:1")
            .responder(service(media_type))
            .build()
            .unwrap();
        let outcome = match ai.request(Method::POST, "/x").send().await {
            Ok(answer) => answer.bytes().await.map(drop),
            Err(error) => Err(error),
        };
        let error = outcome.unwrap_err();
        assert!(
            error.is_decode() && !error.is_incomplete(),
            "{media_type}: {error:?}"
        );
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{media_type}");
        assert_eq!(
            (ai.totals().calls, ai.totals().unpriced_calls),
            (0, 1),
            "{media_type}"
        );
    }
    // Piece by piece there is none.
    let ai = builder("http://127.0.0.1:1")
        .responder(service("video/mp4"))
        .build()
        .unwrap();
    let mut answer = ai.request(Method::GET, "/x").send().await.unwrap();
    let mut length = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        length += piece.len();
    }
    assert_eq!(length, large.len());
}

#[tokio::test]
async fn an_answer_may_be_empty() {
    let server = Server::start([
        Answer::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        headed("200 OK", &[], ""),
        json(MODELS),
    ])
    .await;
    let ai = client(&server.base_url);
    for method in [Method::DELETE, Method::POST] {
        assert_eq!(
            ai.request(method, "/x")
                .send()
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap(),
            ""
        );
    }
    let head = ai.request(Method::HEAD, "/x").send().await.unwrap();
    assert_eq!(head.bytes().await.unwrap(), "");
    assert_eq!((ai.totals().calls, ai.totals().paid_calls), (3, 2));
}
