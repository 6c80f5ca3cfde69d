//! `aipass chat -u`: tokens, cost and what is left.

use super::support::Stage;
use aipass_sandbox::{Fault, Route};
use serde_json::Value;

const ANSWER: &str = "You asked: \"Hi\" The sandbox wrote this; no model was asked.\n";
const CHAT: [&str; 5] = ["chat", "-m", "gpt-4o-mini", "-u", "Hi"];

/// A balance that cannot be had, at once.
fn no_balance() -> Fault {
    Fault::Status {
        status: 500,
        body: "{}".to_owned(),
        headers: vec![("x-should-retry".to_owned(), "false".to_owned())],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_answer_took_is_told_after_it() {
    let stage = Stage::start().await;
    let run = stage.with_token(CHAT).run().exits(0).prints(ANSWER);
    let left = format!("balance: {} USD left", stage.sandbox.wallet().remaining);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "a stream has no price: {lines:?}");
    assert!(
        lines[0].starts_with("tokens: ") && lines[0].ends_with(" in total"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with(&left), "{lines:?}");

    let whole = stage.with_token(CHAT).arg("--no-stream").run();
    let run = whole.exits(0).prints(ANSWER).says("\ncost: 0.0");
    assert_eq!(run.stderr.lines().count(), 3, "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_has_the_same_facts() {
    let stage = Stage::start().await;
    let run = stage
        .with_token(CHAT)
        .arg("--json")
        .arg("--no-stream")
        .run()
        .exits(0);
    assert_eq!(run.stderr, "");
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let wallet = stage.sandbox.wallet();
    assert_eq!(answer["cost"], wallet.spent);
    assert_eq!(answer["balance"]["remaining"], wallet.remaining);
    assert_eq!(answer["balance"]["max"], 10.0);
    assert!(answer["balance"].get("time").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_that_does_not_come_changes_no_exit_code() {
    let stage = Stage::start().await;
    let told = "balance: not known: the service failed (HTTP 500)\n";
    stage.sandbox.fail_next(Route::UsageSummary, no_balance());
    stage.with_token(CHAT).run().exits(0).prints(ANSWER).says(told);
    stage.sandbox.fail_next(Route::UsageSummary, no_balance());
    let run = stage.with_token(CHAT).arg("--json").run().exits(0).says(told);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&answer["complete"], &answer["balance"]),
        (&true.into(), &Value::Null)
    );
    // What was cut was paid for.
    stage
        .sandbox
        .fail_next(Route::ChatCompletions, Fault::CutAfterBytes(900));
    stage
        .with_token(CHAT)
        .run()
        .exits(10)
        .says("tokens: the service did not tell\nbalance: ")
        .says("error: the answer is incomplete");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_while_the_balance_is_asked_for_keeps_the_answer() {
    let stage = Stage::start().await;
    stage.sandbox.fail_next(Route::UsageSummary, Fault::Stall);
    let running = stage.with_token(CHAT).arg("--json").start();
    while stage.sandbox.counts().requests_to(Route::UsageSummary) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    running.interrupt();
    let run = running
        .wait()
        .exits(130)
        .says("error: interrupted before the balance came; the answer is whole\n");
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&answer["complete"], &answer["balance"]),
        (&true.into(), &Value::Null)
    );
}
