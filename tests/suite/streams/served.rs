//! A chat that is served again: every byte that a browser gets, and what it comes to be in the client there.

use super::{DONE, Flood, HELLO, STOP, Site, chat, data, in_time, read, stream, told};
use crate::support::{Answer, Server, answer, client, events, impatient};
use aipass::{ChatStream, Client, Error, SseBody};
use axum::{Router, body::Body, extract::State, response::IntoResponse, routing::post};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

async fn open(ai: &Client) -> ChatStream {
    in_time(ai.chat("m").user("hi").stream()).await.unwrap()
}

/// All that is served of an answer, to its end.
async fn served(answer: Answer) -> String {
    let server = Server::start([answer]).await;
    let mut body = open(&impatient(&server.base_url)).await.to_sse();
    let mut all = Vec::new();
    while let Some(piece) = in_time(body.next()).await {
        let Ok(piece) = piece;
        assert!(!piece.is_empty(), "a piece of nothing ends a chunked body");
        all.extend_from_slice(&piece);
    }
    assert!(in_time(body.next()).await.is_none());
    String::from_utf8(all).unwrap()
}

const FIRST: &str = r#"{"id":"c1", "x_vendor":{"deep":[1,null]},"choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}"#;
const SECOND: &str = r#"{"choices":[{"index":0,"delta":{"content":"\u006co \ud83d\ude00 ä"},"x":1e2}]}"#;
const LAST_CHUNK: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"total_tokens":5},"provider":"p"}"#;

#[tokio::test]
async fn a_whole_chat_is_served_as_it_came() {
    let expected = format!("data: {FIRST}\n\ndata: {SECOND}\n\ndata: {LAST_CHUNK}\n\ndata: [DONE]\n\n");
    let plain = data(&[FIRST, SECOND, LAST_CHUNK]);
    let decorated = format!(
        "\u{feff}: hello\r\n\r\nid: 7\r\nretry: 5\r\nevent: chunk\r\ndata:{FIRST}\r\n\r\nevent: ping\ndata: x\n\n\
         data: \n\ndata: {SECOND}\r\rdata: {LAST_CHUNK}\n\n: bye\n\n"
    );
    for answer in [
        stream(&[&plain, DONE]),
        // A server may leave the [DONE] out; who reads on behind us need not know.
        stream(&[&plain]),
        stream(&[&decorated, "data: [DONE]"]),
        // The answer ends before the connection.
        Answer::Hang(events(&format!("{plain}{DONE}"))),
    ] {
        assert_eq!(served(answer).await, expected);
    }
}

#[tokio::test]
async fn a_chunk_of_several_lines_stays_one_event() {
    let lines = "data: {\"choices\":\ndata:  [{\"delta\":\ndata: {\"content\":\"a\"}}]}\n\n";
    let expected = format!("{lines}{STOP}{DONE}");
    assert_eq!(served(stream(&[lines, STOP, DONE])).await, expected);
}

#[tokio::test]
async fn a_completion_in_the_place_of_events_is_served_as_a_chunk() {
    let whole = "{\r\n\"id\":\"c1\",\r\n\"x\":1,\"choices\":[\n{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\\nb\"},\"finish_reason\":\"stop\"}]}";
    for media_type in ["application/json", "text/event-stream"] {
        let all = served(answer("200 OK", media_type, whole)).await;
        let lines: Vec<_> = all.split('\n').collect();
        let [chunk, "", "data: [DONE]", "", ""] = lines.as_slice() else {
            panic!("{all}")
        };
        assert_eq!(
            serde_json::from_str::<Value>(chunk.strip_prefix("data: ").unwrap()).unwrap(),
            json!({"id": "c1", "x": 1, "object": "chat.completion.chunk", "choices": [
                {"index": 0, "delta": {"role": "assistant", "content": "a\nb"}, "finish_reason": "stop"}]}),
            "{media_type}"
        );
    }
}

#[tokio::test]
async fn what_the_call_cost_is_known_at_its_end() {
    let chunk = r#"{"model":"m","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"total_tokens":5,"cost":0.25}}"#;
    let server = Server::start([stream(&[&data(&[chunk]), DONE])]).await;
    let mut body = open(&client(&server.base_url)).await.to_sse();
    assert_eq!((body.meta().model(), body.meta().cost()), (None, None));
    while in_time(body.next()).await.is_some() {}
    assert_eq!((body.meta().model(), body.meta().cost()), (Some("m"), Some(0.25)));
}

/// What comes after two pieces of text, and what is told of it.
fn breaks() -> Vec<(&'static str, Answer, Value)> {
    let after = |rest: &str| stream(&[&data(&[FIRST, SECOND]), rest]);
    let error = |message: &str, kind: &str, code: Value| json!({"error": {"message": message, "type": kind, "code": code}});
    let incomplete = || error("the answer is incomplete (HTTP 200)", "incomplete", Value::Null);
    vec![
        ("cut", after(""), incomplete()),
        ("cut within an event", after("data: {\"secret\":"), incomplete()),
        (
            "silent",
            Answer::Hang(events(&data(&[FIRST, SECOND]))),
            error("no answer in time (HTTP 200)", "timeout", Value::Null),
        ),
        (
            "malformed",
            after("data: secret\n\ndata: [DONE]\n\n"),
            error("the answer cannot be read (HTTP 200)", "decode", Value::Null),
        ),
        (
            "an empty wallet",
            after(
                "data: {\"error\":{\"message\":\"secret\",\"type\":\"budget_exceeded\",\"param\":\"secret\",\"code\":\"400\"}}\n\ndata: [DONE]\n\n",
            ),
            error("the wallet is empty (HTTP 200)", "budget_exceeded", "400".into()),
        ),
        (
            "too many calls",
            after("event: error\ndata: {\"error\":{\"message\":\"secret\",\"code\":429}}\n\n"),
            error("too many calls (HTTP 200)", "rate_limited", "429".into()),
        ),
        (
            "too many calls, in a word",
            after("data: {\"error\":{\"message\":\"secret\",\"type\":\"rate_limit_error\"}}\n\n"),
            error(
                "too many calls (HTTP 200)",
                "rate_limited",
                "rate_limit_error".into(),
            ),
        ),
        (
            "a bad request",
            after("data: {\"error\":{\"message\":\"secret\",\"type\":\"invalid_request_error\"}}\n\n"),
            error(
                "the request was rejected (HTTP 200)",
                "bad_request",
                "invalid_request_error".into(),
            ),
        ),
        (
            "a failure",
            after("event: error\ndata: secret\n\ndata: [DONE]\n\n"),
            error("the service failed (HTTP 200)", "server", Value::Null),
        ),
    ]
}

#[tokio::test]
async fn a_chat_that_breaks_ends_with_an_error_and_without_a_done() {
    for (why, answer, expected) in breaks() {
        let all = served(answer).await;
        let error = all
            .strip_prefix(&data(&[FIRST, SECOND]))
            .unwrap_or_else(|| panic!("{why}: {all}"));
        let lines: Vec<_> = error.split('\n').collect();
        let ["event: error", told, "", ""] = lines.as_slice() else {
            panic!("{why}: {error}")
        };
        let told: Value = serde_json::from_str(told.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(told, expected, "{why}");
        for hidden in ["[DONE]", "secret", "token-1", "http", "127.0.0.1"] {
            assert!(!all.contains(hidden), "{why}: {all}");
        }
    }
}

#[tokio::test]
async fn nothing_at_all_is_served_as_an_error_too() {
    let all = served(stream(&[""])).await;
    assert!(all.starts_with("event: error\ndata: {"), "{all}");
    assert!(!all.contains("[DONE]"), "{all}");
}

/// What was served, in the hands of another client.
#[tokio::test]
async fn the_next_reader_sees_the_same_kind_of_error() {
    type Is = fn(&Error) -> bool;
    let rows: [(&str, Is); 5] = [
        ("an empty wallet", Error::is_budget_exceeded),
        ("too many calls", Error::is_rate_limited),
        ("too many calls, in a word", Error::is_rate_limited),
        ("a bad request", Error::is_bad_request),
        ("a failure", Error::is_server),
    ];
    for (why, answer, _) in breaks() {
        let bytes = served(answer).await;
        let again = Server::start([Answer::Hang(events(&bytes))]).await;
        let outcome = chat(&impatient(&again.base_url)).await;
        assert_eq!(outcome.text, "Hello 😀 ä", "{why}");
        let error = outcome.end.expect_err(why);
        assert_eq!(error.partial().unwrap().text(), "Hello 😀 ä", "{why}");
        // It was told, and not waited for.
        assert!(!error.is_timeout(), "{why}: {error:?}");
        for (_, is) in rows.iter().filter(|(row, _)| *row == why) {
            assert!(is(&error), "{why}: {error:?}");
        }
    }
}

/// A server that says `HELLO`, and the rest when it is told to.
async fn halting() -> (Site, Arc<Notify>) {
    let go: Arc<Notify> = Arc::default();
    let wait = go.clone();
    let site = Site::start(move |mut peer| {
        let wait = wait.clone();
        async move {
            peer.request().await?;
            peer.send(&events(&data(&[FIRST]))).await?;
            wait.notified().await;
            peer.send([STOP, DONE].concat().as_bytes()).await
        }
    })
    .await;
    (site, go)
}

#[tokio::test]
async fn signs_of_life_are_sent_while_the_model_is_silent() {
    let (site, go) = halting().await;
    let mut body = open(&site.client()).await.to_sse();
    body = body.keep_alive(Some(Duration::from_millis(20)));
    assert_eq!(body.meta().attempts(), 1);
    let Ok(first) = in_time(body.next()).await.unwrap();
    assert_eq!(first, data(&[FIRST]));
    for _ in 0..3 {
        let Ok(sign) = in_time(body.next()).await.unwrap();
        assert_eq!(sign, ": keep-alive\n\n");
    }
    go.notify_one();
    let mut rest = String::new();
    while let Some(Ok(piece)) = in_time(body.next()).await {
        rest.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let rest = rest.replace(": keep-alive\n\n", "");
    assert_eq!(rest, [STOP, DONE].concat());
}

#[tokio::test]
async fn no_sign_of_life_is_sent_where_none_is_wanted() {
    for every in [None, Some(Duration::ZERO), Some(Duration::MAX)] {
        let (site, go) = halting().await;
        let mut body = open(&site.client()).await.to_sse().keep_alive(every);
        let Ok(first) = in_time(body.next()).await.unwrap();
        assert_eq!(first, data(&[FIRST]));
        let next = tokio::time::timeout(Duration::from_millis(150), body.next()).await;
        assert!(next.is_err(), "{every:?}: {next:?}");
        go.notify_one();
        let Ok(next) = in_time(body.next()).await.unwrap();
        assert!(next.starts_with(STOP.as_bytes()), "{every:?}: {next:?}");
    }
}

/// Our own signs of life are none of the server's.
#[tokio::test]
async fn signs_of_life_do_not_hide_that_the_model_is_silent() {
    let server = Server::start([Answer::Hang(events(HELLO))]).await;
    let mut body = open(&impatient(&server.base_url)).await.to_sse();
    body = body.keep_alive(Some(Duration::from_millis(10)));
    let all = in_time(async {
        let mut all = String::new();
        while let Some(Ok(piece)) = body.next().await {
            all.push_str(std::str::from_utf8(&piece).unwrap());
        }
        all
    })
    .await;
    assert!(all.contains(": keep-alive\n\n"), "{all}");
    assert!(all.contains("event: error\n"), "{all}");
    assert!(all.contains("\"timeout\""), "{all}");
}

#[tokio::test]
async fn dropping_a_body_closes_its_socket() {
    let server = Server::start([Answer::Hang(events(HELLO))]).await;
    let ai = client(&server.base_url);
    drop(open(&ai).await.to_sse());
    server.closed(1).await;

    let mut body = open(&ai).await.to_sse();
    in_time(body.next()).await.unwrap().unwrap();
    drop(body);
    server.closed(2).await;

    let mut body = open(&ai).await.to_sse();
    let waiting = tokio::spawn(async move { while body.next().await.is_some() {} });
    tokio::time::sleep(Duration::from_millis(50)).await;
    waiting.abort();
    server.closed(3).await;
}

/// A browser that does not read stops the model: what is on the way is in the buffers of sockets.
#[tokio::test]
async fn a_body_that_is_not_polled_pulls_nothing() {
    const EVENTS: usize = 60;
    let flood = Flood::start(EVENTS).await;
    let mut body = open(&flood.site.client()).await.to_sse();
    let Ok(first) = in_time(body.next()).await.unwrap();
    let mut all = first.len();
    flood.is_held_up().await;
    while let Some(Ok(piece)) = in_time(body.next()).await {
        all += piece.len();
    }
    assert_eq!(all, EVENTS * Flood::event().len() + DONE.len());
}

#[tokio::test]
async fn a_body_can_be_sent_to_another_thread() {
    fn goes_anywhere<T: Send + 'static>(body: T) -> T {
        body
    }
    let server = Server::start([stream(&[HELLO, STOP, DONE])]).await;
    let mut body = goes_anywhere(open(&client(&server.base_url)).await.to_sse());
    assert!(!format!("{body:?}").contains("token-1"));
    let reading = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let Ok(first) = body.next().await.unwrap();
            first
        })
    });
    let first = tokio::task::spawn_blocking(|| reading.join().unwrap());
    assert!(in_time(first).await.unwrap().starts_with(b"data: {"));
}

async fn backend(State(ai): State<Client>) -> impl IntoResponse {
    let stream = ai.chat("m").user("hi").stream().await.unwrap();
    (SseBody::HEADERS, Body::from_stream(stream.to_sse()))
}

/// A backend on a port of its own, that serves the chats of that service at the address where a client of ours asks.
async fn serve(ai: Client) -> Client {
    let app = Router::new()
        .route("/oauth2/v1/chat/completions", post(backend))
        .with_state(ai);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    client(&base_url)
}

#[tokio::test]
async fn a_chat_comes_whole_through_a_backend() {
    let service = Server::start([stream(&[&data(&[FIRST, SECOND, LAST_CHUNK]), DONE])]).await;
    let browser = serve(impatient(&service.base_url)).await;
    let stream = open(&browser).await;
    let headers = stream.meta().headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["cache-control"], "no-cache");
    assert_eq!(headers["x-accel-buffering"], "no");
    let outcome = read(stream.raw()).await;
    let expected = [
        &format!("chunk {FIRST}"),
        "text 0 Hel",
        &format!("chunk {SECOND}"),
        "text 0 lo 😀 ä",
        &format!("chunk {LAST_CHUNK}"),
        "finish 0 stop",
        "usage 5",
    ];
    assert_eq!(outcome.events, expected);
    let reply = outcome.end.unwrap();
    assert_eq!(told(&reply), ["text 0 Hello 😀 ä", "finish 0 stop", "usage 5"]);
    assert_eq!(service.requests().len(), 1);
}

#[tokio::test]
async fn a_chat_that_breaks_is_broken_behind_the_backend_too() {
    for (why, answer, _) in breaks() {
        let service = Server::start([answer]).await;
        let browser = serve(impatient(&service.base_url)).await;
        let outcome = read(open(&browser).await).await;
        assert_eq!(outcome.text, "Hello 😀 ä", "{why}");
        let error = outcome.end.expect_err(why);
        assert_eq!(error.partial().unwrap().text(), "Hello 😀 ä", "{why}");
        assert_eq!(
            error.is_budget_exceeded(),
            why == "an empty wallet",
            "{why}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_browser_that_leaves_ends_the_call_to_the_service() {
    let service = Server::start([Answer::Hang(events(HELLO))]).await;
    // The backend waits as long as it takes, so that it is the browser that ends the call.
    let browser = serve(client(&service.base_url)).await;
    let mut stream = open(&browser).await;
    assert_eq!(in_time(stream.next()).await.unwrap().unwrap().text(), "Hel");
    drop(stream);
    service.closed(1).await;
}

#[tokio::test]
async fn what_was_read_before_is_served_too() {
    let server = Server::start([stream(&[HELLO, STOP, DONE])]).await;
    let ai = client(&server.base_url);
    let mut first = ai.chat("m").user("hi").stream().await.unwrap();
    assert_eq!(first.next().await.unwrap().unwrap().text(), "Hel");
    let mut body = first.to_sse();
    let mut all = Vec::new();
    while let Some(piece) = futures_util::StreamExt::next(&mut body).await {
        all.extend_from_slice(&piece.unwrap());
    }
    let text = String::from_utf8(all).unwrap();
    let chunks = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: {"));
    let words: String = chunks
        .map(|chunk| serde_json::from_str::<Value>(&format!("{{{chunk}")).unwrap())
        .filter_map(|chunk| {
            chunk["choices"][0]["delta"]["content"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(words, "Hello", "{text}");
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
}
