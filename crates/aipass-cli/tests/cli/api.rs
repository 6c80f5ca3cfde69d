//! `aipass api`: a request of one's own.

use super::support::{Answers, RawStream, Stage};
use aipass_sandbox::Route;
use serde_json::{Value, json};

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_carries_the_session_and_prints_what_came() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let run = stage
        .program(["api", "get", "/api/v1/usage/me/summary"])
        .run()
        .exits(0);
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&summary["data"]["remainingBudget"], run.stderr.as_str()),
        (&json!(10.0), "")
    );

    let chat = stage.program([
        "api",
        "POST",
        "/oauth2/v1/chat/completions",
        "-f",
        "model=gpt-4o-mini",
        "-F",
        r#"messages=[{"role":"user","content":"Hi"}]"#,
    ]);
    let run = chat.run().exits(0);
    let reply: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(reply["choices"][0]["finish_reason"], "stop");
    assert_eq!(stage.sandbox.counts().charged_calls, 1);
    // Nobody is there to sign in.
    stage.program(["logout"]).run().exits(0);
    let run = stage.program(["api", "GET", "/oauth2/v1/models"]).run();
    run.exits(4).prints("").says("help: run `aipass login`\n");
}

#[test]
fn fields_go_into_the_query_or_into_json() {
    let sent = |args: &[&str]| {
        let server = Answers::one("200 OK", JSON, "{}");
        server
            .program(["api"].iter().chain(args))
            .run()
            .exits(0)
            .prints("{}");
        server.request()
    };
    let (head, body) = sent(&["GET", "/v1/x?a=1", "-f", "q=b c&d", "-F", "n=5"]);
    assert!(
        head.starts_with("GET /v1/x?a=1&q=b%20c%26d&n=5 HTTP/1.1\r\n"),
        "{head}"
    );
    assert_eq!(body, "");
    let (head, body) = sent(&["patch", "/v1/x", "-f", "text=5", "-F", "n=5", "-F", "on=true"]);
    assert!(head.starts_with("PATCH /v1/x HTTP/1.1\r\n"), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("\r\ncontent-type: application/json\r\n"),
        "{head}"
    );
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"text": "5", "n": 5, "on": true}));
    let (head, body) = sent(&["DELETE", "/v1/x"]);
    assert!(
        head.starts_with("DELETE /v1/x HTTP/1.1\r\n") && body.is_empty(),
        "{head}"
    );
}

#[test]
fn a_body_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body");
    std::fs::write(&file, "{\"a\": 1}\n").unwrap();
    let server = Answers::one("200 OK", JSON, "{}");
    let file = file.to_str().unwrap();
    server
        .program(["api", "POST", "/v1/x", "--input", file])
        .run()
        .exits(0);
    assert_eq!(server.request().1, "{\"a\": 1}\n");

    let server = Answers::one("200 OK", JSON, "{}");
    let args = [
        "api",
        "PUT",
        "/v1/x",
        "--input",
        "-",
        "--content-type",
        "text/csv",
    ];
    server.program(args).run_with(b"a,b\n").exits(0);
    let (head, body) = server.request();
    assert!(
        head.to_ascii_lowercase()
            .contains("\r\ncontent-type: text/csv\r\n"),
        "{head}"
    );
    assert_eq!(body, "a,b\n");

    let program = |args: &[&str]| {
        super::support::Program::new(["api"].iter().chain(args)).env("AIPASS_ACCESS_TOKEN", "token")
    };
    program(&["POST", "/x", "--input", "/no/such"])
        .run()
        .exits(3)
        .says("error: /no/such cannot be read: ");
    for wrong in [
        &["GET", "/x", "--input", "-"][..],
        &["POST", "/x", "--input", "-", "-f", "a=1"],
        &["POST", "/x", "--content-type", "text/csv"],
        &["POST", "/x", "-F", "a=text"],
        &["POST", "/x", "-f", "a"],
        &["CONNECT", "/x"],
        &["G T", "/x"],
    ] {
        program(wrong).run().exits(2).prints("");
    }
}

#[test]
fn the_head_is_shown_without_what_may_be_secret() {
    let headers = format!("{JSON}x-request-id: r1\r\nset-cookie: canary\r\n");
    let server = Answers::one("201 Created", &headers, "{\"a\":1}");
    let run = server.program(["api", "POST", "/v1/x", "-i"]).run().exits(0);
    assert_eq!(
        run.stdout,
        "HTTP 201 Created\ncontent-type: application/json\nx-request-id: r1\nset-cookie: (not shown)\n\
         content-length: 7\nconnection: close\n\n{\"a\":1}"
    );
    let server = Answers::one("200 OK", &headers, "");
    let run = server.program(["api", "HEAD", "/v1/x", "-i"]).run().exits(0);
    assert!(run.stdout.ends_with("\n\n"), "{}", run.stdout);
}

/// So that `jq` can read what was wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_stands_on_stdout_and_the_code_is_that_of_every_call() {
    let stage = Stage::start().await;
    stage.sandbox.set_balance(0.0);
    let chat = [
        "api",
        "POST",
        "/oauth2/v1/chat/completions",
        "-f",
        "model=gpt-4o-mini",
        "-F",
        "messages=[]",
    ];
    let run = stage
        .with_token(chat)
        .run()
        .exits(5)
        .says("error: the wallet is empty (HTTP 400)\n");
    let body: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(body["error"]["type"], "budget_exceeded");
    let run = stage.with_token(["api", "GET", "/nowhere", "-i"]).run().exits(13);
    assert!(run.stdout.starts_with("HTTP 404 Not Found\n"), "{}", run.stdout);
    assert!(run.stdout.contains("\n\n{\"error\":"), "{}", run.stdout);
    let run = stage
        .with_token(["api", "GET", "/oauth2/userinfo"])
        .env("AIPASS_ACCESS_TOKEN", "unknown")
        .run();
    assert!(run.exits(4).stdout.contains("\"error\""));
    assert_eq!(stage.sandbox.counts().requests_to(Route::ChatCompletions), 1);

    let page = "<html>Welcome</html>";
    let server = Answers::one("200 OK", "content-type: text/html\r\n", page);
    server
        .program(["api", "POST", "/v1/x"])
        .run()
        .exits(8)
        .prints(page);
    let long = "x".repeat(70_000);
    let server = Answers::one("400 Bad Request", "", &long);
    let run = server.program(["api", "POST", "/v1/x"]).run().exits(13);
    let run = run.says("The body goes on; its first 64 KiB are printed.\n");
    assert_eq!(run.stdout.len(), 64 * 1024);
}

#[test]
fn events_are_printed_as_they_come_and_a_cut_is_told() {
    let server = RawStream::start();
    let mut running = server
        .program(["api", "POST", "/v1/x", "-F", "stream=true"])
        .start();
    server.send("data: one\n\n");
    running.stdout_until("data: one\n\n");
    server.send("data: [DONE]\n\n");
    server.close();
    running.wait().exits(0).prints("data: [DONE]\n\n");

    let cut = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 9\r\n\r\nID3";
    let server = Answers::start([cut]);
    server
        .program(["api", "POST", "/v1/x"])
        .run()
        .exits(10)
        .prints("ID3")
        .says("error: the answer is incomplete")
        .says("note: what is printed is part of the answer\n");
}

#[test]
fn an_error_inside_a_stream_ends_it_with_its_code() {
    let word = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\r\n\r\n";
    let error = |body: &str| format!("data: {{\"error\":{body}}}\n\n");
    let part = "note: what is printed is part of the answer\n";
    for (before, event, code, says) in [
        (
            word,
            error(r#"{"message":"m","type":"budget_exceeded"}"#),
            5,
            "error: the wallet is empty",
        ),
        (word, error(r#"{"message":"m","code":"429"}"#), 6, part),
        (
            word,
            error(r#"{"message":"m","code":"content_filter"}"#),
            11,
            part,
        ),
        (word, error(r#"{"message":"m","code":"500"}"#), 10, part),
        (
            word,
            "event: error\ndata: overloaded\n\n".to_owned(),
            10,
            "server: overloaded\n",
        ),
        ("", error(r#"{"message":"m","code":"500"}"#), 8, "charged"),
        (
            ": ping\n\n",
            error(r#"{"message":"m","code":"429"}"#),
            6,
            "server: m\n",
        ),
    ] {
        let server = RawStream::start();
        let mut running = server.program(["api", "POST", "/v1/x"]).start();
        server.send(before);
        running.stdout_until(before);
        let (head, tail) = event.split_at(event.len() / 2);
        server.send(head);
        running.stdout_until(head);
        server.send(tail);
        // It ends though the connection stays open.
        let run = running.wait().exits(code).prints(tail).says(says);
        assert_eq!(
            run.stderr.contains(part),
            before == word,
            "{event}: {}",
            run.stderr
        );
        server.close();
    }
    let failed = error(r#"{"message":"m","code":"500"}"#);
    let server = Answers::one("200 OK", "content-type: text/event-stream\r\n", &failed);
    let run = server
        .program(["api", "GET", "/v1/x"])
        .run()
        .exits(9)
        .prints(&failed);
    assert!(!run.stderr.contains("charged"), "{}", run.stderr);
    // What only looks like one goes through.
    for (kind, body) in [
        (
            "text/event-stream",
            "data: {\"type\":\"done\",\"error\":null}\n\n",
        ),
        ("text/plain", "data: {\"error\":{\"message\":\"m\"}}\n\n"),
    ] {
        let server = Answers::one("200 OK", &format!("content-type: {kind}\r\n"), body);
        server
            .program(["api", "POST", "/v1/x"])
            .run()
            .exits(0)
            .prints(body);
    }
}

#[test]
fn bytes_go_through_as_they_are() {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 256\r\n\r\n".to_vec();
    let bytes: Vec<u8> = (0..=255).collect();
    answer.extend_from_slice(&bytes);
    let server = Answers::start([answer]);
    let output = server.program(["api", "POST", "/v1/audio/speech"]).output();
    assert_eq!((output.status.code(), output.stdout), (Some(0), bytes));
}

#[cfg(unix)]
#[test]
fn whoever_leaves_or_presses_ctrl_c_gets_the_usual_end() {
    let server = RawStream::start();
    let mut running = server.program(["api", "POST", "/v1/x"]).start();
    server.send("data: one\n\n");
    running.stdout_until("data: one\n\n");
    running.interrupt();
    running
        .wait()
        .exits(130)
        .says("error: interrupted\nhelp: the call may have been charged\n");
    server.close();

    let server = RawStream::start();
    let mut running = server.program(["api", "GET", "/v1/x"]).start();
    server.send("data: one\n\n");
    running.stdout_until("data: one\n\n");
    running.close_stdout();
    while !running.has_ended() {
        server.send("data: two\n\n");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(running.wait().exits(0).stderr, "");
    server.close();
}
