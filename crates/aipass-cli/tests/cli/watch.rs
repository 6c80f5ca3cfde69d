//! `aipass balance --watch` and `--fail-below`.

use super::support::{Program, Stage};
use aipass_sandbox::{Fault, Route};
use serde_json::Value;

/// A balance without the part that is compared.
const NO_REST: &str = r#"{"success":true,"data":{"totalCost":1.5,"maxBudget":null}}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_little_is_14_and_too_little_to_know_is_not_success() {
    let stage = Stage::start().await;
    let below = |limit: &str| stage.with_token(["balance", "--fail-below", limit]).run();
    let all = "10.00 USD left (0.00 of 10.00 USD spent)\n";
    below("10").exits(0).prints(all);
    below("10.01")
        .exits(14)
        .prints(all)
        .says("error: 10.00 USD left, less than 10.01\n");
    stage.sandbox.set_balance(0.0);
    below("0").exits(0);

    stage
        .sandbox
        .fail_next(Route::UsageSummary, Fault::status(200, NO_REST));
    below("1")
        .exits(1)
        .says("error: the service does not say what is left");
}

#[test]
fn nonsense_is_a_usage_error() {
    for args in [
        ["--watch", "0s"],
        ["--watch", "500ms"],
        ["--watch", "5"],
        ["--watch", "soon"],
        ["--fail-below", "-1"],
        ["--fail-below", "nan"],
        ["--fail-below", "much"],
    ] {
        let run = Program::new(["balance"].into_iter().chain(args)).run();
        let run = run.exits(2).prints("");
        assert!(run.stderr.contains(args[0]), "{}", run.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_tells_each_time_survives_a_failure_and_ends_at_the_limit() {
    let stage = Stage::start().await;
    let broken = Fault::Status {
        status: 500,
        body: "{}".to_owned(),
        headers: vec![("x-should-retry".to_owned(), "false".to_owned())],
    };
    stage.sandbox.fail_next(Route::UsageSummary, broken);
    let args = ["balance", "--watch", "1s", "--fail-below", "5", "--json"];
    let mut running = stage.with_token(args).start();
    running.stderr_until("Z  not known: the service failed (HTTP 500)\n");
    running.stdout_until("\"remaining\":10.0,\"spent\":0.0,\"max\":10.0}\n");
    stage.sandbox.set_balance(1.0);
    // One more may have come before.
    let run = running
        .wait()
        .exits(14)
        .says("error: 1.00 USD left, less than 5.00\n");
    let last: Value = serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["remaining"], 1.0);
    assert!(last["time"].as_str().unwrap().ends_with('Z'), "{last}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_ends_with_ctrl_c_or_where_only_a_person_can_help() {
    let stage = Stage::start().await;
    let mut running = stage.with_token(["balance", "--watch", "1h"]).start();
    running.stdout_until("Z  10.00 USD left (0.00 of 10.00 USD spent)\n");
    running.interrupt();
    running.wait().exits(130).says("error: interrupted\n");

    let mut running = stage.with_token(["balance", "--watch", "1s"]).start();
    running.stdout_until("spent)\n");
    stage.sandbox.revoke_all();
    running
        .wait()
        .exits(4)
        .says("error: the access token is no longer accepted\nhelp: ");
}
