//! What became of a call, as the exit code tells a script: every row of the table that a failed call can have.

use super::support::{Answers, RawStream, Stage, answer};
use aipass_sandbox::{Fault, Route};

const MODEL: &str = "gpt-4o-mini";
const CHAT: [&str; 4] = ["chat", "-m", MODEL, "Hi"];
const WHOLE: [&str; 5] = ["chat", "-m", MODEL, "--no-stream", "Hi"];
/// Said with an error, it keeps a free call from being sent again.
const ONCE: (&str, &str) = ("x-should-retry", "false");

fn status(status: u16, body: &str, headers: &[(&str, &str)]) -> Fault {
    Fault::Status {
        status,
        body: body.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_wallet_is_5_with_the_amounts_and_the_way_out() {
    let stage = Stage::start().await;
    stage.sandbox.set_balance(0.0);
    for args in [&CHAT[..], &WHOLE] {
        let run = stage.with_token(args).run().exits(5).prints("");
        run.says("error: the wallet is empty (HTTP 400)\n")
            .says("help: add money: `aipass topup` prints the link to a page for that\n")
            .says("wallet: 0.00 of 0.00 USD spent\n");
    }
    let run = stage.with_token(CHAT).args(["--profile", "default"]);
    stage.write_profiles("[profiles.default]\nclient_id = \"mine\"\n");
    run.run().exits(5).says("`aipass --profile default topup`");
    // It goes before what the status says.
    let broke = r#"{"error":{"message":"m","type":"budget_exceeded"}}"#;
    for code in [401, 403, 429, 500] {
        stage
            .sandbox
            .fail_next(Route::ChatCompletions, Fault::status(code, broke));
        stage.with_token(CHAT).run().exits(5);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_and_failure_has_its_code() {
    let filter = r#"{"error":{"message":"no","code":"content_policy_violation"}}"#;
    let azure = r#"{"error":{"message":"no","type":"x","code":"Content_Filter"}}"#;
    let gateway = r#"{"error":{"message":"litellm.ContentPolicyViolationError: no","code":"400"}}"#;
    let quota = r#"{"error":{"message":"m","code":"insufficient_quota"}}"#;
    let long = ("retry-after", "3600");
    let page = "text/html";
    let paid = [
        (status(429, "{}", &[long]), 6, "wait 3600 s, then try again"),
        (status(400, filter, &[]), 11, "error: the request was rejected"),
        (status(403, azure, &[]), 11, "error: "),
        (status(400, gateway, &[]), 11, "error: "),
        (
            status(403, "{}", &[]),
            12,
            "error: the call is not allowed (HTTP 403)",
        ),
        // It was sent, and nobody knows what was done.
        (status(500, "{}", &[]), 8, "the call may have been charged"),
        (status(503, "{}", &[long]), 8, "the call may have been charged"),
        (status(408, "{}", &[]), 8, "the call may have been charged"),
        (Fault::Reset, 8, "the call may have been charged"),
        (Fault::Html200, 8, "the call may have been charged"),
        (status(200, "null", &[]), 8, "the call may have been charged"),
        // The service itself says that it did nothing.
        (status(501, "{}", &[]), 9, "error: the service failed (HTTP 501)"),
        (
            status(429, quota, &[("llm_provider-x", "1")]),
            9,
            "try another model",
        ),
        (status(307, "", &[("location", "/x")]), 9, "check the base URL"),
        // It may follow work that was done.
        (status(302, "", &[("location", "/x")]), 8, "check the base URL"),
        (
            status(400, "{}", &[]),
            13,
            "error: the request was rejected (HTTP 400)",
        ),
        (
            status(404, "{}", &[]),
            13,
            "the list of models has the exact names",
        ),
        (
            status(422, "{}", &[]),
            13,
            "error: the request was rejected (HTTP 422)",
        ),
        (status(413, "<html>", &[("content-type", page)]), 13, "error: "),
    ];
    let free = [
        (status(429, "{}", &[long]), 6, "wait 3600 s, then try again"),
        (
            status(403, "{}", &[]),
            12,
            "error: the call is not allowed (HTTP 403)",
        ),
        // It costs nothing, whatever happens.
        (
            status(500, "{}", &[ONCE]),
            9,
            "error: the service failed (HTTP 500)",
        ),
        (status(501, "{}", &[]), 9, "error: the service failed (HTTP 501)"),
        (
            Fault::Html200,
            9,
            "error: the answer is not what the call promises",
        ),
        (status(302, "", &[("location", "/x")]), 9, "check the base URL"),
        (status(404, "{}", &[]), 13, "error: "),
        (status(422, "{}", &[]), 13, "error: "),
    ];
    let stage = Stage::start().await;
    for (fault, code, says) in paid {
        for args in [&CHAT[..], &WHOLE] {
            stage.sandbox.fail_next(Route::ChatCompletions, fault.clone());
            let run = stage.with_token(args).run();
            assert_eq!(run.code, Some(code), "{fault:?}: {}", run.stderr);
            run.says(says).prints("");
        }
    }
    for (fault, code, says) in free {
        stage.sandbox.fail_next(Route::Models, fault.clone());
        let run = stage.with_token(["models"]).run();
        assert_eq!(run.code, Some(code), "{fault:?}: {}", run.stderr);
        let run = run.says(says).prints("");
        assert!(!run.stderr.contains("charged"), "{}", run.stderr);
    }
    assert_eq!(stage.sandbox.counts().charged_calls, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_broke_off_is_10() {
    let stage = Stage::start().await;
    stage
        .sandbox
        .fail_next(Route::ChatCompletions, Fault::CutAfterBytes(40));
    stage
        .with_token(WHOLE)
        .run()
        .exits(10)
        .prints("")
        .says("error: the answer is incomplete")
        .says("the call was probably charged");
    // A free call is sent three times before it counts as failed.
    for _ in 0..3 {
        stage.sandbox.fail_next(Route::Models, Fault::CutAfterBytes(40));
    }
    let run = stage.with_token(["models"]).run().exits(10).prints("");
    assert!(!run.stderr.contains("charged"), "{}", run.stderr);
}

/// What failed after the first words is told by its reason where that has a code of its own.
#[test]
fn a_stream_that_fails_after_words_keeps_them() {
    let error = |body: &str| format!("data: {{\"error\":{body}}}\n\n");
    for (end, code) in [
        (error(r#"{"message":"m","type":"budget_exceeded"}"#), 5),
        (error(r#"{"message":"m","code":"429"}"#), 6),
        (error(r#"{"message":"m","code":"content_filter"}"#), 11),
        (error(r#"{"message":"m","code":"500"}"#), 10),
        ("data: {\n\n".to_owned(), 10),
        (String::new(), 10),
    ] {
        let server = RawStream::start();
        let program = server.program(CHAT);
        server.word("one ");
        server.send(&end);
        let run = std::thread::spawn(move || program.run());
        server.close();
        let run = run.join().unwrap();
        assert_eq!(run.code, Some(code), "{end}: {}", run.stderr);
        run.prints("one \n")
            .says("error: ")
            .says("note: what is printed is part of the answer\n");
    }
}

#[test]
fn an_answer_that_a_filter_or_the_model_ends_is_11() {
    let filtered =
        r#"{"choices":[{"index":0,"message":{"content":"one"},"finish_reason":"content_filter"}]}"#;
    let refused = r#"{"choices":[{"index":0,"message":{"content":null,"refusal":"I will not."},"finish_reason":"stop"}]}"#;
    for (body, stdout, says) in [
        (filtered, "one\n", "error: a content filter ended the answer\n"),
        (
            refused,
            "",
            "error: the model refused to answer\nserver: I will not.\n",
        ),
    ] {
        for args in [&CHAT[..], &WHOLE] {
            let server = Answers::one("200 OK", "content-type: application/json\r\n", body);
            server.program(args).run().exits(11).prints(stdout).says(says);
        }
    }
}

/// Whether it is whole, in the JSON as by the exit code.
#[test]
fn only_what_is_known_to_be_an_end_makes_a_whole_answer() {
    let ended = |message: &str, reason: &str| {
        format!(r#"{{"choices":[{{"index":0,"message":{message},"finish_reason":{reason}}}]}}"#)
    };
    let text = r#"{"content":"one"}"#;
    for (body, code, says) in [
        (ended(text, "\"stop\""), 0, ""),
        (ended(text, "null"), 0, ""),
        (ended(text, "\"\""), 0, ""),
        (
            ended(text, "\"network_error\""),
            10,
            "error: the answer ended for a reason that is not known to be an end\nhelp: it may be part of an answer; it \
             has been paid for\nserver: network_error\n",
        ),
        (
            ended(text, "\"length\""),
            10,
            "error: the answer ends at the limit of tokens\n",
        ),
        (
            ended(text, "\"content_filter\""),
            11,
            "error: a content filter ended the answer\n",
        ),
        (
            ended(r#"{"content":"one","refusal":"No."}"#, "\"stop\""),
            11,
            "error: the model refused to answer\nserver: No.\n",
        ),
    ] {
        for args in [&CHAT[..], &WHOLE] {
            let server = Answers::one("200 OK", "content-type: application/json\r\n", &body);
            let run = server.program(args).arg("--json").run().exits(code).says(says);
            let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(
                (&answer["text"], &answer["complete"]),
                (&"one".into(), &(code == 0).into()),
                "{body}"
            );
        }
    }
}

#[test]
fn an_answer_that_reasoning_used_up_is_10_and_says_so() {
    let spent = r#"{"choices":[{"index":0,"message":{"content":""},"finish_reason":"length"}],"usage":{"completion_tokens":50}}"#;
    for args in [&CHAT[..], &WHOLE] {
        let server = Answers::one("200 OK", "content-type: application/json\r\n", spent);
        server
            .program(args)
            .run()
            .exits(10)
            .prints("")
            .says("error: the limit of tokens was used up before the first word\n")
            .says("help: the model spent it on reasoning; raise --max-tokens or leave it out\n");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_scope_is_12_and_is_named() {
    let stage = Stage::start().await;
    // The service says so.
    let tokens = stage
        .sandbox
        .issue_tokens(super::support::CLIENT_ID, &["api:access"])
        .unwrap();
    stage
        .with_token(["whoami"])
        .env("AIPASS_ACCESS_TOKEN", tokens.access_token)
        .run()
        .exits(12)
        .prints("")
        .says("error: the call is not allowed (HTTP 403)\n")
        .says("help: set a token with the scope profile:read in AIPASS_ACCESS_TOKEN\n");
    // The stored session knows.
    let login = stage.login_program().arg("--scope").arg("api:access");
    stage.login(login).await.exits(0);
    let asked = stage.sandbox.counts().requests_to(Route::Userinfo);
    stage
        .program(["whoami"])
        .run()
        .exits(12)
        .prints("")
        .says("error: the login lacks the scope profile:read\n")
        .says("help: sign in with it: `aipass login --scope api:access --scope profile:read`\n");
    assert_eq!(stage.sandbox.counts().requests_to(Route::Userinfo), asked);
}

#[test]
fn a_call_that_cannot_be_built_is_2() {
    let server = Answers::start::<Vec<u8>>([]);
    for path in ["models", "//evil.example/", "/../x", "/a#b"] {
        let run = server.program(["api", "GET", path]).run().exits(2).prints("");
        run.says("error: the path must begin with one slash");
    }
}

#[test]
fn a_pause_before_a_retry_is_told() {
    let busy = answer("429 Busy", "retry-after-ms: 20\r\n", "{}");
    let models = answer(
        "200 OK",
        "content-type: application/json\r\n",
        r#"{"data":[{"id":"m"}]}"#,
    );
    let server = Answers::start([busy.clone(), busy, models]);
    let run = server.program(["models", "--json"]).run().exits(0);
    assert_eq!(
        run.stderr,
        "waiting 0.1 s before sending again (HTTP 429)\nwaiting 0.1 s before sending again (HTTP 429)\n"
    );
    let (head, _) = server.request();
    let version = env!("CARGO_PKG_VERSION");
    let agent = format!("user-agent: aipass-rust/{version} (+aipass-cli/{version})\r\n");
    assert!(head.to_ascii_lowercase().contains(&agent), "{head}");
}
