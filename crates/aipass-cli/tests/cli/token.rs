//! `aipass token`: the one secret that is printed, and the one renewal that many callers cause.

use super::support::{Program, Stage};
use aipass_sandbox::SecretKind;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_stands_alone_on_stdout() {
    let stage = Stage::start().await;
    stage
        .program(["token"])
        .run()
        .exits(4)
        .prints("")
        .says("help: run `aipass login`");
    stage.login(stage.login_program()).await.exits(0);
    let run = stage.bare(["token"]).run().exits(0);
    assert_eq!(run.stderr, "");
    let token = run.stdout.strip_suffix('\n').unwrap().to_owned();
    let issued = stage.sandbox.issued_secrets();
    assert!(
        issued
            .iter()
            .any(|secret| { secret.kind() == SecretKind::AccessToken && secret.expose_secret() == token })
    );
    assert_eq!(stage.sandbox.counts().refresh_requests, 0);

    let renewed = stage.bare(["token", "--refresh"]).run().exits(0).stdout;
    assert_ne!(renewed.trim_end(), token);
    assert_eq!(stage.sandbox.counts().refresh_requests, 1);
    // It works, also for a program of another kind.
    Program::new(["balance"])
        .env("AIPASS_BASE_URL", stage.sandbox.base_url())
        .env("AIPASS_ACCESS_TOKEN", renewed.trim_end())
        .run()
        .exits(0);
}

#[test]
fn a_token_of_the_environment_is_printed_as_it_is_and_never_renewed() {
    let program = |args: &[&str]| Program::new(args).env("AIPASS_ACCESS_TOKEN", "from-the-environment");
    program(&["token"])
        .run()
        .exits(0)
        .prints("from-the-environment\n");
    let run = program(&["token", "--refresh"]).run().exits(3).prints("");
    run.says("AIPASS_ACCESS_TOKEN is set, and that token cannot be renewed");
}

/// Many scripts that find an expired token at once are all served, and the service is asked once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_renew_an_expired_session_once() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    stage.expire_here();
    stage.sandbox.expire_access_tokens();
    let running: Vec<_> = (0..8).map(|_| stage.bare(["token"]).start()).collect();
    let tokens: Vec<_> = running
        .into_iter()
        .map(|program| program.wait().exits(0).stdout)
        .collect();
    assert!(
        tokens
            .iter()
            .all(|token| *token == tokens[0] && !token.trim().is_empty())
    );
    assert_eq!(stage.sandbox.counts().refresh_requests, 1);
    stage.bare(["balance"]).run().exits(0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_closes_early_is_no_failure() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let mut running = stage.bare(["token"]).start();
    running.close_stdout();
    assert_eq!(running.wait().exits(0).stderr, "");
    // With a pipeline of a shell, as people write it.
    let shell = std::process::Command::new("/bin/sh")
        .args(["-c", "\"$0\" token | head -c 4"])
        .arg(env!("CARGO_BIN_EXE_aipass"))
        .env("AIPASS_CONFIG_DIR", stage.state())
        .output()
        .unwrap();
    assert_eq!(
        (shell.stdout.as_slice(), shell.stderr.as_slice()),
        (&b"sbx_"[..], &b""[..])
    );
}
