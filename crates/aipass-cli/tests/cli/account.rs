//! `aipass balance` and `aipass models`.

use super::support::Stage;
use aipass_sandbox::{Fault, Route};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_balance_comes_in_words_and_as_json() {
    let stage = Stage::start().await;
    stage
        .with_token(["chat", "-m", "gpt-4o-mini", "Hi"])
        .run()
        .exits(0);
    let wallet = stage.sandbox.wallet();
    let run = stage.with_token(["balance"]).run().exits(0);
    assert_eq!(
        run.stdout,
        format!(
            "{} USD left ({} of 10.00 USD spent)\n",
            wallet.remaining, wallet.spent
        )
    );
    assert_eq!(run.stderr, "");
    let json = stage.with_token(["balance", "--json"]).run().exits(0);
    json.prints(&format!(
        "{{\"remaining\":{},\"spent\":{},\"max\":10.0}}\n",
        wallet.remaining, wallet.spent
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_amount_that_is_missing_is_null() {
    let stage = Stage::start().await;
    let body = r#"{"success":true,"data":{"totalCost":1.5,"maxBudget":null}}"#;
    stage
        .sandbox
        .fail_next(Route::UsageSummary, Fault::status(200, body));
    let json = stage.with_token(["balance", "--json"]).run().exits(0);
    json.prints("{\"remaining\":null,\"spent\":1.5,\"max\":null}\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn models_are_listed_and_filtered() {
    let stage = Stage::start().await;
    let all = stage.with_token(["models"]).run().exits(0).stdout;
    assert!(
        all.lines().any(|id| id == "gpt-4o-mini") && all.lines().count() > 5,
        "{all}"
    );
    let run = stage
        .with_token(["models", "-q", "GPT", "-q", "image"])
        .run()
        .exits(0);
    run.prints("gpt-image-1\ngpt-image-1-mini\n");
    stage
        .with_token(["models", "-q", "nonsense"])
        .run()
        .exits(0)
        .prints("")
        .says("no model matches\n");
    let json = stage
        .with_token(["models", "-q", "claude", "--json"])
        .run()
        .exits(0);
    json.prints(
        "[{\"id\":\"claude-sonnet-4-5\",\"name\":null,\"type\":null,\"owned_by\":\"openai\",\"context_length\":null,\
         \"capabilities\":[],\"methods\":[]}]\n",
    );
}
