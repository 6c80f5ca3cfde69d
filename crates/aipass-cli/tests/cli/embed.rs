//! `aipass embed`: one text, and as many as there are lines.

use super::support::{Answers, Stage, answer};
use aipass_sandbox::{Fault, Route};
use serde_json::Value;

const EMBED: [&str; 5] = ["embed", "-m", "text-embedding-3-small", "--dimensions", "8"];

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_text_is_one_vector() {
    let stage = Stage::start().await;
    let run = stage.with_token(EMBED).arg("The cat sleeps.").run().exits(0);
    assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""));
    let vector: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(numbers(&vector).len(), 8);
    let length: f64 = numbers(&vector).iter().map(|number| number * number).sum();
    assert!((length - 1.0).abs() < 1e-3, "{vector}");
    let piped = stage.with_token(EMBED).run_with(b"The cat sleeps.").exits(0);
    assert_eq!(piped.stdout, run.stdout);

    let before = stage.sandbox.wallet().spent;
    let run = stage
        .with_token(EMBED)
        .args(["--json", "-u", "The cat sleeps."])
        .run()
        .exits(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let wallet = stage.sandbox.wallet();
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["balance", "cost", "embedding", "model", "usage"]);
    assert_eq!(answer["embedding"], vector);
    assert_eq!(answer["model"], "text-embedding-3-small");
    assert_eq!(answer["usage"]["prompt_tokens"], answer["usage"]["total_tokens"]);
    assert!((answer["cost"].as_f64().unwrap() - (wallet.spent - before)).abs() < 1e-9);
    assert_eq!(answer["balance"]["remaining"], wallet.remaining);
    let told = stage
        .with_token(EMBED)
        .args(["-u", "The cat sleeps."])
        .run()
        .exits(0);
    told.says("tokens: ").says("\ncost: 0.0").says("\nbalance: ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_line_has_its_own_in_their_order() {
    let stage = Stage::start().await;
    // More than go out in one call, and more than go out at the same time.
    let mut lines: Vec<_> = (0..450).map(|number| format!("line {number}")).collect();
    lines[7].clear();
    lines[449] = "line 3".to_owned();
    let run = stage
        .with_token(EMBED)
        .args(["--jsonl", "-u"])
        .run_with(lines.join("\r\n").as_bytes())
        .exits(0);
    let printed: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(printed.len(), 450);
    for (index, line) in printed.iter().enumerate() {
        assert_eq!(line["index"], index);
        assert_eq!(line["embedding"].is_null(), index == 7, "{index}");
    }
    assert_eq!(printed[3]["embedding"], printed[449]["embedding"]);
    assert_ne!(printed[3]["embedding"], printed[4]["embedding"]);
    assert_eq!(stage.sandbox.counts().requests_to(Route::Embeddings), 5);
    run.says("tokens: 898 in, 898 in total\n").says("balance: ");
    let few = stage
        .with_token(EMBED)
        .args(["--jsonl", "-u", "one\n\ntwo"])
        .run()
        .exits(0)
        .says("\ncost: 0.0");
    assert_eq!(few.stdout.lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_before_a_failure_is_printed() {
    let stage = Stage::start().await;
    let text = (0..250)
        .map(|number| format!("line {number}\n"))
        .collect::<String>();
    stage.sandbox.fail_next(
        Route::Embeddings,
        Fault::status(400, r#"{"error":{"message":"no"}}"#),
    );
    let run = stage
        .with_token(EMBED)
        .arg("--jsonl")
        .run_with(text.as_bytes())
        .exits(13);
    let printed: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(printed.len(), 250);
    let filled = printed.iter().filter(|line| !line["embedding"].is_null()).count();
    assert!(filled == 150 || filled == 200, "{filled}");
    run.says("note: what is printed is part of the answer");

    stage.sandbox.set_balance(0.0);
    let charged = stage.sandbox.counts().charged_calls;
    stage
        .with_token(EMBED)
        .arg("--jsonl")
        .run_with(b"one\ntwo")
        .exits(5)
        .prints("")
        .says("the wallet is empty");
    stage.with_token(EMBED).arg("one").run().exits(5).prints("");
    assert_eq!(stage.sandbox.counts().charged_calls, charged);
}

/// The lines of the first four calls are printed before the fifth begins.
#[test]
fn what_is_printed_stays_when_a_later_call_fails() {
    let items: Vec<_> = (0..100)
        .map(|index| format!("{{\"index\":{index},\"embedding\":[0.5,{index}]}}"))
        .collect();
    let body = format!("{{\"data\":[{}]}}", items.join(","));
    let json = "content-type: application/json\r\n";
    let good = answer("200 OK", json, &body);
    let bad = answer("400 Bad", json, r#"{"error":{"message":"no"}}"#);
    let server = Answers::start([good.clone(), good.clone(), good.clone(), good, bad]);
    let text = "line\n".repeat(401);
    let program = server.program(["embed", "-m", "m", "--jsonl"]);
    let run = program.run_with(text.as_bytes()).exits(13);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 400);
    assert_eq!(lines[399], "{\"index\":399,\"embedding\":[0.5,99.0]}");
    run.says("server: no\n")
        .says("note: what is printed is part of the answer\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_call_is_not_sent() {
    let stage = Stage::start().await;
    for args in [
        &["--json", "--jsonl", "x"][..],
        &[" "],
        &["--dimensions", "0", "x"],
        &[],
    ] {
        stage
            .with_token(["embed", "-m", "text-embedding-3-small"])
            .args(args)
            .run()
            .exits(2)
            .prints("");
    }
    assert_eq!(stage.sandbox.counts().requests_to(Route::Embeddings), 0);
    let mut running = stage.with_token(EMBED).args(["--jsonl", "one\ntwo"]).start();
    running.close_stdout();
    assert_eq!(running.wait().exits(0).stderr, "");
}
