//! `aipass chat --schema`: JSON of a form, or exit 8 and nothing on stdout.

use super::support::{Answers, Stage};
use aipass_sandbox::Route;
use serde_json::{Value, json};

const RECEIPT: &str = r#"{"type":"object","properties":{"shop":{"type":"string"},"total":{"type":"number"}},"required":["shop","total"],"additionalProperties":false}"#;
const CHAT: [&str; 4] = ["chat", "-m", "gpt-4o-mini", "Read it"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_is_json_of_that_form() {
    let stage = Stage::start().await;
    let schema = stage.write("receipt.json", RECEIPT.as_bytes());
    for args in [&[][..], &["--no-stream"]] {
        let run = stage
            .with_token(CHAT)
            .args(args)
            .args(["--schema", &schema])
            .run()
            .exits(0);
        assert_eq!(run.stderr, "");
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(
            answer["shop"].is_string() && answer["total"].is_number(),
            "{answer}"
        );
        assert_eq!(answer.as_object().unwrap().len(), 2);
    }
    // A member that may be missing is no form to the letter, which the service would refuse.
    let optional = RECEIPT.replace(r#","total"]"#, "]");
    let optional = stage.write("optional.json", optional.as_bytes());
    stage
        .with_token(CHAT)
        .args(["--schema", &optional])
        .run()
        .exits(0);
    let run = stage
        .with_token(CHAT)
        .args(["--schema", &schema, "--json", "-u"])
        .run()
        .exits(0);
    let object: Value = serde_json::from_str(&run.stdout).unwrap();
    let answer: Value = serde_json::from_str(object["text"].as_str().unwrap()).unwrap();
    assert!(answer["shop"].is_string());
    assert!(object["balance"]["remaining"].is_number());
    let piped = stage
        .with_token(CHAT)
        .args(["--schema", "-"])
        .run_with(RECEIPT.as_bytes())
        .exits(0);
    assert!(piped.stdout.starts_with('{'));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_schema_is_refused_before_anything_is_sent() {
    let stage = Stage::start().await;
    let list = stage.write("list.json", b"[1]");
    let cut = stage.write("cut.json", b"{\"type\":");
    for (file, says) in [
        ("/nonexistent.json", "/nonexistent.json cannot be read"),
        (&list, "holds no JSON Schema"),
        (&cut, "holds no JSON Schema"),
    ] {
        stage
            .with_token(CHAT)
            .args(["--schema", file])
            .run()
            .exits(3)
            .prints("")
            .says(says);
    }
    let both = ["chat", "-m", "gpt-4o-mini", "--schema", "-", "-"];
    stage
        .with_token(both)
        .run_with(b"{}")
        .exits(2)
        .says("the question and the schema");
    assert_eq!(stage.sandbox.counts().requests_to(Route::ChatCompletions), 0);
}

/// An answer of the service with this text and this end.
fn answers(text: &str, finish_reason: &str) -> Answers {
    let choice = json!({"index": 0, "message": {"content": text}, "finish_reason": finish_reason});
    let body = json!({ "choices": [choice] }).to_string();
    Answers::one("200 OK", "content-type: application/json\r\n", &body)
}

#[test]
fn an_answer_that_is_no_json_is_8_and_stands_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("My receipt.json");
    std::fs::write(&schema, RECEIPT).unwrap();
    let args = ["--schema", schema.to_str().unwrap()];
    for (text, reason, code, stdout) in [
        (
            "{\"shop\": \"A\",\n \"total\": 1}",
            "stop",
            0,
            "{\"shop\": \"A\",\n \"total\": 1}\n",
        ),
        (
            "```json\n{\"shop\":\"A\"}\n```\n",
            "stop",
            0,
            "{\"shop\":\"A\"}\n",
        ),
        ("It is 5 dollars.", "stop", 8, ""),
        ("", "stop", 8, ""),
        ("{\"shop\":", "length", 10, ""),
        ("{\"shop\":", "content_filter", 11, ""),
    ] {
        let server = answers(text, reason);
        let run = server.program(CHAT).args(args).run().exits(code).prints(stdout);
        assert!(code == 0 || run.stderr.contains(text), "{}", run.stderr);
        assert!(
            code != 8 || run.stderr.contains("error: the answer is no JSON\n"),
            "{}",
            run.stderr
        );
        let (_, request) = server.request();
        let request: Value = serde_json::from_str(&request).unwrap();
        let format = &request["response_format"];
        assert_eq!(format["type"], "json_schema");
        assert_eq!(format["json_schema"]["name"], "My_receipt");
        assert_eq!(format["json_schema"]["strict"], true);
        assert_eq!(
            format["json_schema"]["schema"],
            serde_json::from_str::<Value>(RECEIPT).unwrap()
        );
        assert!(request.get("stream").is_none() || request["stream"] == false);
    }
    // An object that takes more is not held to the letter.
    std::fs::write(&schema, r#"{"title":"open one","type":"object"}"#).unwrap();
    let server = answers("{}", "stop");
    server.program(CHAT).args(args).run().exits(0).prints("{}\n");
    let (_, request) = server.request();
    assert!(
        request.contains(r#""name":"open_one""#) && request.contains(r#""strict":false"#),
        "{request}"
    );
    let server = answers("no", "stop");
    let run = server.program(CHAT).args(args).arg("--json").run().exits(8);
    assert!(run.stdout.contains("\"text\":\"no\""), "{}", run.stdout);
}
