//! The seam of the generated client: transports, contexts, failures, forms that are sent again, typed events.

use crate::support::{Answer, Server, answer, client, events, eventually, http, impatient};
use aipass_api::{
    CallContext, CallOptions, Client, Failure, FailureKind, Plain, Sieve, SilentBody, StaticBearer,
    TimeoutPhase,
    multipart::FilePart,
    operation::Operation,
    sse::EventError,
    types::{ChatCompletionRequest, ChatMessage, ImageEditForm},
};
use aipass_auth::{AccountKey, MemoryStore, StoredTokens, TokenStore};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::{sync::Arc, time::Duration};

fn plain(server: &Server) -> Client {
    Client::with_transport(&server.base_url, http(&server.base_url), Plain)
}

#[tokio::test]
async fn the_generated_client_works_alone() {
    let server = Server::start([answer(
        "200 OK",
        "application/json",
        r#"{"sub":"u1","later":true}"#,
    )])
    .await;
    let bearer = StaticBearer::new("token-9").unwrap();
    let client = Client::with_transport(&format!("{}/", server.base_url), http(&server.base_url), bearer);
    let user = client.get_userinfo().send().await.unwrap().into_inner();
    assert_eq!(user.sub, "u1");
    assert_eq!(user.extra["later"], true);
    let request = &server.requests()[0];
    assert!(
        request.starts_with("GET /oauth2/userinfo HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("authorization: Bearer token-9\r\n"), "{request}");
}

#[tokio::test]
async fn a_failure_keeps_status_headers_and_a_capped_body() {
    let long = "x".repeat(100_000);
    let body = format!("<title>Bad gateway</title>{long}");
    let head = format!(
        "HTTP/1.1 502 Bad Gateway\r\nx-request-id: r-7\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let server = Server::start([Answer::Bytes((head + &body).into_bytes())]).await;
    let call = Arc::new(CallContext::default());
    let error = plain(&server)
        .for_call(call.clone())
        .list_models()
        .send()
        .await
        .unwrap_err();

    let failure = Failure::of(&error).unwrap();
    assert_eq!(failure.kind(), FailureKind::Status);
    assert_eq!(failure.status().unwrap().as_u16(), 502);
    assert_eq!(failure.headers()["x-request-id"], "r-7");
    assert_eq!(failure.body().len(), 64 * 1024);
    assert_eq!(
        failure.error_body().unwrap().message.as_deref(),
        Some("Bad gateway")
    );
    assert_eq!((call.status().unwrap().as_u16(), call.attempts()), (502, 1));
    assert!(call.take_failure().is_some());
    assert!(call.take_failure().is_none());
}

#[tokio::test]
async fn a_success_that_is_none_is_a_failure() {
    for (why, answer, kind) in [
        (
            "html",
            answer("200 OK", "text/html", "<html><title>Maintenance</title>"),
            FailureKind::NotAnAnswer,
        ),
        (
            "null",
            answer("200 OK", "application/json", "null"),
            FailureKind::NotAnAnswer,
        ),
        (
            "empty",
            answer("200 OK", "application/json", ""),
            FailureKind::NotAnAnswer,
        ),
        (
            "an error",
            answer("200 OK", "application/json", r#"{"error":{"message":"m"}}"#),
            FailureKind::FalseSuccess,
        ),
        (
            "an envelope",
            answer("200 OK", "application/json", r#"{"success":false}"#),
            FailureKind::FalseSuccess,
        ),
        (
            "a cut body",
            Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"data\":".to_vec()),
            FailureKind::Cut,
        ),
    ] {
        let server = Server::start([answer]).await;
        let error = plain(&server).list_models().send().await.unwrap_err();
        let failure = Failure::of(&error).unwrap_or_else(|| panic!("{why}: {error:?}"));
        assert_eq!(
            (failure.kind(), failure.status().unwrap().as_u16()),
            (kind, 200),
            "{why}"
        );
    }
}

#[tokio::test]
async fn malformed_json_keeps_its_status_in_the_context() {
    let server = Server::start([answer("200 OK", "application/json", r#"{"data":[{"id""#)]).await;
    let error = client(&server.base_url).models().await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.status().unwrap().as_u16(), 200);
    assert_eq!(&error.raw_body()[..], br#"{"data":[{"id""#);
    assert!(!format!("{error} {error:?}").contains("\"id\""), "{error:?}");
}

#[tokio::test]
async fn limits_end_a_call_that_hangs() {
    let limit = Some(Duration::from_millis(100));
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{".to_vec();
    let mut idle = CallOptions::default();
    idle.idle = limit;
    let mut total = CallOptions::default();
    total.total = limit;
    for (answer, options, phase) in [
        (Answer::Hang(head.clone()), idle, TimeoutPhase::Idle),
        (Answer::Hang(head), total.clone(), TimeoutPhase::Total),
        (Answer::Hang(Vec::new()), total, TimeoutPhase::Total),
    ] {
        let server = Server::start([answer]).await;
        let call = Arc::new(CallContext::new(options));
        let error = plain(&server)
            .for_call(call)
            .list_models()
            .send()
            .await
            .unwrap_err();
        assert_eq!(Failure::of(&error).unwrap().kind(), FailureKind::Timeout(phase));
    }
    // The facade's own limit, on the head of the answer.
    let server = Server::start([Answer::Hang(Vec::new())]).await;
    assert!(
        impatient(&server.base_url)
            .models()
            .await
            .unwrap_err()
            .is_timeout()
    );
}

/// Also without a context of the caller's own, and also for bodies that are handed on unread.
#[tokio::test]
async fn the_limits_of_the_facade_hold_for_the_generated_client() {
    let silent = Server::start([Answer::Hang(Vec::new())]).await;
    let error = impatient(&silent.base_url)
        .api()
        .list_models()
        .send()
        .await
        .unwrap_err();
    let kind = Failure::of(&error).unwrap().kind();
    assert_eq!(kind, FailureKind::Timeout(TimeoutPhase::FirstByte));

    let head = b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 100\r\n\r\nabc".to_vec();
    let stalled = Server::start([Answer::Hang(head)]).await;
    let video = impatient(&stalled.base_url)
        .api()
        .download_video()
        .id("video_1")
        .send()
        .await
        .unwrap();
    let mut bytes = video.into_inner_stream();
    assert_eq!(&bytes.next().await.unwrap().unwrap()[..], b"abc");
    assert!(SilentBody::is_in(&bytes.next().await.unwrap().unwrap_err()));

    let stalled = Server::start([Answer::Hang(events(": hello\n\n"))]).await;
    let request = ChatCompletionRequest::new("m", [ChatMessage::user("hi")]);
    let api = impatient(&stalled.base_url);
    let mut stream = api
        .api()
        .create_chat_completion_stream()
        .body(request)
        .events()
        .await
        .unwrap();
    let Some(Err(EventError::Cut(error))) = stream.next().await else {
        panic!("the stream must end")
    };
    assert!(SilentBody::is_in(&error));
}

#[tokio::test]
async fn json_in_the_place_of_a_video_is_no_video() {
    for body in [
        r#"{"detail":"not ready"}"#,
        r#"{"id":"video_1","status":"in_progress"}"#,
    ] {
        let server = Server::start([answer("200 OK", "application/json", body)]).await;
        let error = plain(&server)
            .download_video()
            .id("video_1")
            .send()
            .await
            .err()
            .unwrap();
        assert_eq!(
            Failure::of(&error).unwrap().kind(),
            FailureKind::NotAnAnswer,
            "{body}"
        );
    }
}

/// The renewal that follows a 401 may fail; what the service said stays.
#[tokio::test]
async fn a_refused_call_keeps_what_the_service_said() {
    let body = r#"{"error":{"message":"model is not enabled for this app","code":"model_not_enabled"}}"#;
    let head = format!(
        "HTTP/1.1 401 Unauthorized\r\nx-request-id: r-9\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = Server::start([Answer::Bytes(head.into_bytes())]).await;
    let error = client(&server.base_url)
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_login_required(), "{error:?}");
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert_eq!(error.request_id(), Some("r-9"));
    assert_eq!(error.code(), Some("model_not_enabled"));
    assert_eq!(error.server_message(), Some("model is not enabled for this app"));
    assert_eq!(error.charge_risk(), aipass::ChargeRisk::Refused);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_charge_risk_of_a_status() {
    let budget = r#"{"error":{"message":"m","type":"budget_exceeded"}}"#;
    for (status, body, risk) in [
        ("500 Internal Server Error", "{}", aipass::ChargeRisk::Unknown),
        ("530 Whatever", "{}", aipass::ChargeRisk::Unknown),
        ("501 Not Implemented", "{}", aipass::ChargeRisk::Refused),
        ("422 Unprocessable", "{}", aipass::ChargeRisk::Refused),
        ("503 Service Unavailable", budget, aipass::ChargeRisk::Refused),
        ("200 OK", budget, aipass::ChargeRisk::Refused),
        (
            "200 OK",
            r#"{"error":{"message":"m"}}"#,
            aipass::ChargeRisk::Unknown,
        ),
        (
            "200 OK",
            r#"{"id":"g1","choices":[{"message":{"content":"half"}}],"error":{"message":"died","code":502}}"#,
            aipass::ChargeRisk::Completed,
        ),
        (
            "200 OK",
            r#"{"choices":[{"message":{"content":"half"}}],"error":{"message":"m","type":"invalid_request_error"}}"#,
            aipass::ChargeRisk::Completed,
        ),
        ("200 OK", r#"{"choices":[]}"#, aipass::ChargeRisk::Unknown),
        (
            "200 OK",
            r#"{"choices":[{"message":"#,
            aipass::ChargeRisk::Completed,
        ),
    ] {
        let server = Server::start([answer(status, "application/json", body)]).await;
        let error = client(&server.base_url)
            .chat("m")
            .user("hi")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.charge_risk(), risk, "{status} {body}");
    }
}

#[tokio::test]
async fn a_total_limit_of_token_requests_cuts_no_stream() {
    let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    let server = Server::start([Answer::Hang(events(chunk))]).await;
    let mut timeouts = aipass::Timeouts::default();
    timeouts.idle = Some(Duration::from_millis(400));
    let ai = aipass::Client::builder()
        .base_url(&server.base_url)
        .access_token(aipass::Secret::new("token-1"))
        .http(aipass::HttpOptions::default().timeout(Duration::from_millis(100)))
        .timeouts(timeouts)
        .build()
        .unwrap();
    let mut stream = ai.chat("m").user("hi").stream().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "Hi");
    assert!(
        stream.next().await.unwrap().unwrap_err().is_timeout(),
        "by the limit on silence"
    );
}

#[tokio::test]
async fn an_answer_above_the_limit_is_refused() {
    let server = Server::start([answer("200 OK", "application/json", &"[1,2,3]".repeat(100))]).await;
    let mut options = CallOptions::default();
    options.max_body = 100;
    let call = Arc::new(CallContext::new(options));
    let error = plain(&server)
        .for_call(call)
        .list_models()
        .send()
        .await
        .unwrap_err();
    assert_eq!(Failure::of(&error).unwrap().kind(), FailureKind::TooLarge);
}

#[tokio::test]
async fn nothing_listening_is_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&base_url).chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    assert_eq!(error.charge_risk(), aipass::ChargeRisk::NotSent);
    let error = client(&base_url).models().await.unwrap_err();
    assert_eq!(error.charge_risk(), aipass::ChargeRisk::Free);
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let elsewhere = Server::start([answer("200 OK", "application/json", r#"{"data":[]}"#)]).await;
    let moved = format!(
        "HTTP/1.1 307 Moved\r\nlocation: {}/oauth2/v1/models\r\ncontent-length: 0\r\n\r\n",
        elsewhere.base_url
    );
    let server = Server::start([Answer::Bytes(moved.into_bytes())]).await;
    let error = client(&server.base_url)
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 307);
    assert!(
        elsewhere.requests().is_empty(),
        "neither token nor body may travel"
    );
}

/// The proof of the multipart rule: a typed form, literal bytes on the wire, and the same bytes again after a 401.
#[tokio::test]
async fn an_image_edit_is_sent_again_after_a_401() {
    let tokens =
        r#"{"access_token":"access-2","refresh_token":"refresh-2","expires_in":3600,"token_type":"Bearer"}"#;
    let server = Server::start([
        answer("401 Unauthorized", "application/json", r#"{"error":"expired"}"#),
        answer("200 OK", "application/json", tokens),
        answer(
            "200 OK",
            "application/json",
            r#"{"created":1.0,"data":[{"b64_json":"AA=="}]}"#,
        ),
    ])
    .await;
    let store = MemoryStore::new();
    let key = AccountKey::new(&server.base_url.parse().unwrap(), "client_1", "default");
    store
        .save(
            &key,
            &StoredTokens::new(&key, "access-1").with_refresh_token("refresh-1"),
        )
        .await
        .unwrap();
    let ai = aipass::Client::builder()
        .base_url(&server.base_url)
        .client_id("client_1")
        .token_store(store)
        .build()
        .unwrap();

    let form = ImageEditForm::builder()
        .image(vec![
            FilePart::new("cat.png", "image/png", "PNG-1"),
            FilePart::new("hat.png", "image/png", "PNG-2"),
        ])
        .prompt("put the hat on the cat")
        .model(Some("gpt-image-1".to_owned()));
    let images = ai
        .api()
        .edit_image()
        .form(form)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(images.data[0].b64_json.as_deref(), Some("AA=="));

    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests[1].starts_with("POST /oauth2/token HTTP/1.1\r\n"),
        "{}",
        requests[1]
    );
    let (first, bearer) = edit(&requests[0]);
    assert_eq!(bearer, "Bearer access-1");
    let (second, bearer) = edit(&requests[2]);
    assert_eq!(bearer, "Bearer access-2");
    let part = |rest: &str| format!("--B\r\nContent-Disposition: form-data; {rest}\r\n");
    for expected in [
        part("name=\"image\"; filename=\"cat.png\"\r\nContent-Type: image/png\r\n\r\nPNG-1"),
        part("name=\"image\"; filename=\"hat.png\"\r\nContent-Type: image/png\r\n\r\nPNG-2"),
        part("name=\"prompt\"\r\n\r\nput the hat on the cat"),
        part("name=\"model\"\r\n\r\ngpt-image-1"),
    ] {
        assert!(first.contains(&expected), "{first}");
    }
    assert!(first.ends_with("--B--\r\n"));
    assert_eq!(first, second, "the same body is sent again");
}

/// The body with its boundary as `B`, and the bearer.
fn edit(request: &str) -> (String, &str) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    assert!(
        head.starts_with("POST /oauth2/v1/images/edits HTTP/1.1\r\n"),
        "{head}"
    );
    let boundary = value("content-type: multipart/form-data; boundary=");
    (body.replace(boundary, "B"), value("authorization: "))
}

#[tokio::test]
async fn typed_events_come_out_of_a_streaming_operation() {
    let request = ChatCompletionRequest::new("m", [ChatMessage::user("hi")]);
    let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\",\"tool_calls\":null}}],\"later\":1}\n\n";
    let server = Server::start([
        Answer::Bytes(events(&format!("\u{feff}: hello\n{chunk}data: [DONE]\n\n"))),
        Answer::Bytes(events(chunk)),
        Answer::Bytes(events(&format!(
            "{chunk}data: {{\"error\":{{\"message\":\"m\",\"code\":\"500\"}}}}\n\n"
        ))),
    ])
    .await;
    let api = plain(&server);

    let mut whole = api
        .create_chat_completion_stream()
        .body(request.clone())
        .events()
        .await
        .unwrap();
    let first = whole.next().await.unwrap().unwrap();
    assert_eq!(first.extra["later"], 1);
    assert!(whole.next().await.is_none());
    let sent: serde_json::Value =
        serde_json::from_str(server.requests()[0].split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(sent["stream"], true, "the operation that streams says so itself");

    let mut cut = api
        .create_chat_completion_stream()
        .body(request.clone())
        .events()
        .await
        .unwrap();
    cut.next().await.unwrap().unwrap();
    assert!(matches!(cut.next().await, Some(Err(EventError::Unfinished))));
    assert!(cut.next().await.is_none());

    let mut failing = api
        .create_chat_completion_stream()
        .body(request)
        .events()
        .await
        .unwrap();
    failing.next().await.unwrap().unwrap();
    let Some(Err(EventError::Server(error))) = failing.next().await else {
        panic!("the error must be typed")
    };
    assert_eq!(error.code.as_deref(), Some("500"));
}

/// One odd member takes no answer away that was paid for.
#[tokio::test]
async fn an_error_that_says_nothing_is_none() {
    for error in [r#""""#, "{}", "null", "false"] {
        let body = format!(r#"{{"choices":[{{"message":{{"content":"Hello"}}}}],"error":{error}}}"#);
        let server = Server::start([answer("200 OK", "application/json", &body)]).await;
        let reply = client(&server.base_url).chat("m").user("hi").send().await;
        assert_eq!(reply.unwrap().text(), "Hello", "{error}");
    }
}

/// What is sent holds files and buffers, and a stream lasts for hours.
#[tokio::test]
async fn what_was_sent_is_let_go_when_the_answer_begins() {
    struct Recording(Arc<[u8; 3]>);
    impl AsRef<[u8]> for Recording {
        fn as_ref(&self) -> &[u8] {
            &*self.0
        }
    }
    let held = Arc::new(*b"MP3");
    let recording = Bytes::from_owner(Recording(held.clone()));
    let delta = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hel\"}\n\n";
    let server = Server::start([Answer::Hang(events(delta))]).await;
    let part = FilePart::new("a.mp3", "audio/mpeg", recording);
    let mut stream = client(&server.base_url)
        .transcribe("m", part)
        .stream()
        .await
        .unwrap();
    stream.next().await.unwrap().unwrap();
    eventually("the recording is let go", || Arc::strong_count(&held) == 1).await;
    drop(stream);
}

/// Takes out every `x` that need not stay.
struct WithoutX(usize);

impl Sieve for WithoutX {
    fn begin(&mut self, shown: usize) {
        self.0 = shown;
    }

    fn sift(&mut self, kept: &mut BytesMut, piece: &[u8]) {
        for byte in piece {
            if kept.len() < self.0 || *byte != b'x' {
                kept.extend_from_slice(&[*byte]);
            }
        }
    }
}

#[tokio::test]
async fn a_large_answer_goes_through_the_sieve_of_its_call() {
    for (letters, expected) in [(3, 3), (1_000_000, 64 * 1024 - 2)] {
        let body = format!("[\"{}\"]", "x".repeat(letters));
        let server = Server::start([answer("200 OK", "application/json", &body)]).await;
        let call = CallContext::default();
        call.set_sieve(WithoutX(0));
        let request = http(&server.base_url).get(&server.base_url).build().unwrap();
        let asked = plain(&server)
            .execute_whole(&call, Operation::READ, &mut aipass_api::copies(request))
            .await;
        let expected = format!("[\"{}\"]", "x".repeat(expected));
        assert!(asked.unwrap() == expected, "{letters}");
    }
}
