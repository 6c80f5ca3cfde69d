//! No secret in anything that is printed, however much is logged.

use super::support::{Run, Stage};
use aipass_sandbox::SecretKind;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_printed_however_much_is_logged() {
    let stage = Stage::start().await;
    let mut runs = Vec::new();
    let traced = |args: &[&str]| stage.program(args).env("AIPASS_LOG", "trace").run();
    runs.push(
        stage
            .login(stage.login_program().env("AIPASS_LOG", "trace"))
            .await
            .exits(0),
    );
    runs.push(traced(&["chat", "-m", "gpt-4o-mini", "Hi"]).exits(0));
    stage.sandbox.expire_access_tokens();
    runs.push(traced(&["chat", "-m", "gpt-4o-mini", "--no-stream", "--json", "Hi"]).exits(0));
    runs.push(
        stage
            .with_token(["balance"])
            .env("AIPASS_LOG", "trace")
            .run()
            .exits(0),
    );
    runs.push(traced(&["chat", "-m", "no-such-model", "Hi"]).exits(13));
    for args in [
        &["status", "--check"][..],
        &["whoami"],
        &["doctor"],
        &["status", "--json"],
    ] {
        runs.push(traced(args).exits(0));
    }
    runs.push(traced(&["logout"]).exits(0));
    runs.push(traced(&["balance"]).exits(4));

    let output: String = runs.iter().map(Run::all).collect();
    assert!(
        output.contains(" DEBUG ") && output.contains("aipass_auth"),
        "nothing was logged: {output}"
    );
    let secrets = stage.sandbox.issued_secrets();
    let kinds = [
        SecretKind::AccessToken,
        SecretKind::RefreshToken,
        SecretKind::Code,
    ];
    assert!(
        kinds
            .iter()
            .all(|kind| secrets.iter().any(|secret| secret.kind() == *kind))
    );
    // The state is part of the address that a login has to show; the verifier is not.
    let verifiers: Vec<_> = stage
        .sandbox
        .seen_secrets()
        .into_iter()
        .filter(|secret| secret.kind() == SecretKind::CodeVerifier)
        .collect();
    assert_eq!(verifiers.len(), 1);
    for secret in secrets.iter().chain(&verifiers) {
        assert!(
            !output.contains(secret.expose_secret()),
            "the output holds a {:?}",
            secret.kind()
        );
    }
    assert!(!output.contains("sbx_"), "{output}");
}
