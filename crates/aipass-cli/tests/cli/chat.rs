//! `aipass chat`: whole, streamed, cut, interrupted.

use super::support::{RawStream, Stage};
use aipass_sandbox::{Fault, Route};
use std::time::Duration;

const MODEL: &str = "gpt-4o-mini";
const ANSWER: &str = "You asked: \"Hi\" The sandbox wrote this; no model was asked.\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_is_the_same_in_one_piece_and_in_many() {
    let stage = Stage::start().await;
    for args in [
        &["chat", "-m", MODEL, "Hi"][..],
        &["chat", "--model", MODEL, "--no-stream", "Hi"],
    ] {
        let run = stage.with_token(args).run().exits(0).prints(ANSWER);
        assert_eq!(run.stderr, "", "{args:?}");
    }
    stage
        .with_token(["chat", "Hi"])
        .env("AIPASS_MODEL", MODEL)
        .run()
        .exits(0)
        .prints(ANSWER);
    assert_eq!(stage.sandbox.counts().charged_calls, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instructions_and_limits_are_sent() {
    let stage = Stage::start().await;
    let run = stage
        .with_token([
            "chat",
            "-m",
            MODEL,
            "-s",
            "Be brief.",
            "--temperature",
            "0.5",
            "Hi",
        ])
        .run()
        .exits(0);
    assert!(run.stdout.contains("I was told: \"Be brief.\""), "{}", run.stdout);
    let cut = stage
        .with_token(["chat", "-m", MODEL, "--max-tokens", "2", "Hi"])
        .run()
        .exits(10);
    cut.prints("You asked:\n")
        .says("error: the answer ends at the limit of tokens\nhelp: raise --max-tokens");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_question_can_come_from_standard_input() {
    let stage = Stage::start().await;
    for args in [&["chat", "-m", MODEL, "-"][..], &["chat", "-m", MODEL]] {
        stage.with_token(args).run_with(b"Hi").exits(0).prints(ANSWER);
    }
    stage
        .with_token(["chat", "-m", MODEL, "-"])
        .run_with(b" \n")
        .exits(2)
        .says("there is no question");
    stage
        .with_token(["chat", "-m", MODEL])
        .run()
        .exits(2)
        .says("there is no question");
    stage
        .with_token(["chat", "-m", MODEL, "-"])
        .run_with(b"\xff\xfe")
        .exits(2)
        .says("not UTF-8");
    assert_eq!(stage.sandbox.counts().charged_calls, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_is_one_object_however_the_answer_came() {
    let stage = Stage::start().await;
    let mut answers = Vec::new();
    for args in [
        &["chat", "-m", MODEL, "--json", "Hi"][..],
        &["chat", "-m", MODEL, "--json", "--no-stream", "Hi"],
    ] {
        let run = stage.with_token(args).run().exits(0);
        assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""));
        answers.push(run.stdout);
    }
    let answer: serde_json::Value = serde_json::from_str(&answers[0]).unwrap();
    let other: serde_json::Value = serde_json::from_str(&answers[1]).unwrap();
    // The price of a stream is known only when its headers are long gone.
    for (key, value) in answer.as_object().unwrap() {
        assert!((key == "cost") || *value == other[key], "{key}");
    }
    assert!(answer["cost"].is_null() && other["cost"].as_f64().unwrap() > 0.0);
    let id = answer["id"].as_str().unwrap();
    let usage = &answer["usage"];
    assert_eq!(
        usage["total_tokens"],
        usage["prompt_tokens"].as_i64().unwrap() + usage["completion_tokens"].as_i64().unwrap()
    );
    assert_eq!(
        answers[0],
        format!(
            "{{\"id\":\"{id}\",\"model\":\"{MODEL}\",\"text\":\"You asked: \\\"Hi\\\" The sandbox wrote this; no model was \
             asked.\",\"refusal\":null,\"finish_reason\":\"stop\",\"complete\":true,\"usage\":{{\"prompt_tokens\":{},\
             \"completion_tokens\":{},\"total_tokens\":{}}},\"cost\":null,\"balance\":null}}\n",
            usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"],
        )
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_shows_the_servers_own_words_and_what_to_do() {
    let stage = Stage::start().await;
    for args in [
        &["chat", "-m", "no-such-model", "Hi"][..],
        &["chat", "-m", "no-such-model", "--no-stream", "Hi"],
    ] {
        let run = stage.with_token(args).run().exits(13).prints("");
        run.says("error: the request was rejected (HTTP 400)\nhelp: ")
            .says("server: /chat/completions: Invalid model name");
    }
    stage.sandbox.set_balance(0.0);
    let broke = stage
        .with_token(["chat", "-m", MODEL, "Hi"])
        .run()
        .exits(5)
        .prints("");
    broke.says("error: the wallet is empty (HTTP 400)\nhelp: add money: `aipass topup`");
    let words = r#"{"error":{"message":"one\u001b[2J\ntwo","type":"x","code":"400"}}"#;
    stage
        .sandbox
        .fail_next(Route::ChatCompletions, Fault::status(400, words));
    let run = stage.with_token(["chat", "-m", MODEL, "Hi"]).run().exits(13);
    assert!(
        !run.stderr.contains('\x1b') && run.stderr.lines().count() == 3,
        "{:?}",
        run.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_answer_is_kept_and_called_incomplete() {
    let stage = Stage::start().await;
    let whole = ANSWER.trim_end();
    for (args, json) in [
        (&["chat", "-m", MODEL, "Hi"][..], false),
        (&["chat", "-m", MODEL, "--json", "Hi"], true),
    ] {
        stage
            .sandbox
            .fail_next(Route::ChatCompletions, Fault::CutAfterBytes(900));
        let run = stage
            .with_token(args)
            .run()
            .exits(10)
            .says("error: the answer is incomplete")
            .says("note: what is printed is part of the answer\n");
        let text = if json {
            let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(
                (&answer["complete"], &answer["finish_reason"]),
                (&false.into(), &serde_json::Value::Null)
            );
            answer["text"].as_str().unwrap().to_owned()
        } else {
            run.stdout.strip_suffix('\n').unwrap().to_owned()
        };
        assert!(
            !text.is_empty() && text.len() < whole.len() && whole.starts_with(&text),
            "{text}"
        );
    }
}

#[test]
fn words_are_printed_as_they_come() {
    let server = RawStream::start();
    let mut running = server.program(["chat", "-m", MODEL, "Hi"]).start();
    server.word("one ");
    running.stdout_until("one ");
    server.word("two");
    running.stdout_until("two");
    server.send(
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    );
    running.wait().exits(0).prints("\n");
    server.close();
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_text_and_says_that_it_is_partial() {
    let server = RawStream::start();
    let mut running = server.program(["chat", "-m", MODEL, "Hi"]).start();
    server.word("one ");
    running.stdout_until("one ");
    running.interrupt();
    running
        .wait()
        .exits(130)
        .prints("\n")
        .says("error: interrupted, the answer is partial\n");
    server.close();

    let server = RawStream::start();
    let mut running = server
        .program(["chat", "-m", MODEL, "--json", "Hi"])
        .env("AIPASS_LOG", "debug")
        .start();
    server.word("one ");
    running.stderr_until("the answer began");
    running.interrupt();
    let answer: serde_json::Value = serde_json::from_str(&running.wait().exits(130).stdout).unwrap();
    assert_eq!(
        (&answer["text"], &answer["complete"]),
        (&"one ".into(), &false.into())
    );
    server.close();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_before_the_answer_says_what_it_may_have_cost() {
    let stage = Stage::start().await;
    for args in [
        &["chat", "-m", MODEL, "Hi"][..],
        &["chat", "-m", MODEL, "--no-stream", "Hi"],
    ] {
        let asked = || stage.sandbox.counts().requests_to(Route::ChatCompletions);
        let before = asked();
        stage.sandbox.fail_next(Route::ChatCompletions, Fault::Stall);
        let running = stage.with_token(args).start();
        while asked() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        running.interrupt();
        let run = running.wait().exits(130).prints("");
        run.says("error: interrupted before the answer began\nhelp: the call may have been charged\n");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let server = RawStream::start();
    let mut running = server.program(["chat", "-m", MODEL, "Hi"]).start();
    server.word("one ");
    running.stdout_until("one ");
    running.close_stdout();
    // One word may get through: a process that another test is just starting holds a copy of the pipe for a moment.
    while !running.has_ended() {
        server.word("two");
        std::thread::sleep(Duration::from_millis(5));
    }
    let run = running.wait().exits(0);
    assert_eq!(run.stderr, "");
    server.close();
}
