//! Signing in, staying signed in, and signing out.

use super::support::{CLIENT_ID, Program, Stage, address_in};
use aipass_sandbox::{Fault, Route};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_shows_whose_session_it_is_and_what_is_in_the_wallet() {
    let stage = Stage::start().await;
    let run = stage.login(stage.login_program()).await.exits(0).prints("");
    let run = run.says("✓ Signed in as Robin Sandbox <robin@sandbox.test>\n");
    run.says("✓ 10.00 USD left (0.00 of 10.00 USD spent)\n");
    let counts = stage.sandbox.counts();
    assert_eq!(
        (counts.approvals, counts.code_requests, counts.token_refusals),
        (1, 1, 0)
    );
    // Another process finds the session.
    stage
        .program(["balance"])
        .run()
        .exits(0)
        .prints("10.00 USD left (0.00 of 10.00 USD spent)\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_is_renewed_once_and_stored() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    stage.sandbox.expire_access_tokens();
    for _ in 0..3 {
        stage.program(["balance"]).run().exits(0);
    }
    assert_eq!(stage.sandbox.counts().refresh_requests, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_the_service_ended_asks_for_a_login() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    stage.sandbox.revoke_all();
    stage
        .program(["balance"])
        .run()
        .exits(4)
        .says("help: run `aipass login`\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_login_says_so() {
    let stage = Stage::start().await;
    let mut running = stage.login_program().start();
    let before = running.stderr_until("/oauth2/authorize?");
    stage.sandbox.deny(address_in(&before)).await.unwrap();
    running
        .wait()
        .exits(1)
        .says("error: the login was declined\nhelp: ");
    stage.program(["balance"]).run().exits(4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_with_one_scope_shows_what_it_can() {
    let stage = Stage::start().await;
    let only = |scope: &str| stage.login_program().arg("--scope").arg(scope);
    stage
        .login(only("api:access"))
        .await
        .exits(0)
        .says("✓ Signed in\n");
    stage
        .program(["models", "-q", "gpt-5"])
        .run()
        .exits(0)
        .prints("gpt-5-mini\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_id_of_a_flag_goes_first_and_is_to_be_remembered() {
    let stage = Stage::start().await;
    let program = stage.login_program().arg("--client-id").arg(CLIENT_ID);
    let run = stage
        .login(program.env("AIPASS_CLIENT_ID", "client_other"))
        .await
        .exits(0);
    run.says("✓ Settings kept in the profile `default` (");
    // The other commands need neither the flag nor a variable from now on.
    stage.bare(["balance"]).run().exits(0);
    stage
        .program(["balance"])
        .env("AIPASS_CLIENT_ID", "client_other")
        .run()
        .exits(4);
}

#[test]
fn a_token_in_the_environment_leaves_nothing_to_sign_in_to() {
    let run = Program::new(["login"])
        .env("AIPASS_ACCESS_TOKEN", "token")
        .env("AIPASS_CLIENT_ID", "client")
        .run();
    run.exits(3)
        .prints("")
        .says("error: AIPASS_ACCESS_TOKEN is set")
        .says("unset AIPASS_ACCESS_TOKEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_revokes_and_deletes_and_says_both() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let run = stage.program(["logout"]).run().exits(0).prints("");
    assert_eq!(
        run.stderr,
        "✓ AI Pass revoked the refresh token\n✓ AI Pass revoked the access token\n✓ Deleted the session on this machine\n"
    );
    assert!(stage.sandbox.counts().revocations >= 1);
    stage.program(["balance"]).run().exits(4);
    assert_eq!(
        stage.program(["logout"]).run().exits(0).stderr,
        "Nobody was signed in.\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_logout_asks_nobody() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let run = stage.program(["logout", "--local-only"]).run().exits(0);
    run.says(
        "✓ Deleted the session on this machine\nIt was not revoked: its tokens work until they expire.\n",
    );
    assert_eq!(stage.sandbox.counts().requests_to(Route::Revoke), 0);
    stage.program(["balance"]).run().exits(4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_that_the_service_fails_still_deletes() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    stage.sandbox.fail_next(Route::Revoke, Fault::status(500, "{}"));
    let run = stage.program(["logout"]).run().exits(9);
    run.says("✗ AI Pass did not revoke the refresh token: it works until it expires\n")
        .says("✓ AI Pass revoked the access token\n")
        .says("✓ Deleted the session on this machine\n");
    stage.program(["balance"]).run().exits(4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_leaves_the_token_of_the_environment_alone() {
    let stage = Stage::start().await;
    let program = stage.with_token(["logout"]).env("AIPASS_CLIENT_ID", CLIENT_ID);
    program
        .run()
        .exits(0)
        .says("Nobody was signed in.\n")
        .says("AIPASS_ACCESS_TOKEN is still set");
    assert_eq!(stage.sandbox.counts().requests_to(Route::Revoke), 0);
}

/// A lock that cannot be had does not keep the session here, and tokens that cannot be read are not "nobody".
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_deletes_whatever_stands_in_its_way() {
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};
    let stage = Stage::start().await;
    let files = |locks: bool| -> Vec<PathBuf> {
        let entries = fs::read_dir(stage.state())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .filter(|path| !path.to_string_lossy().contains("profiles.toml"))
            .filter(|path| path.to_string_lossy().ends_with(".lock") == locks)
            .collect()
    };
    let loosen = |paths: Vec<PathBuf>| {
        assert_eq!(paths.len(), 1, "{paths:?}");
        fs::set_permissions(&paths[0], fs::Permissions::from_mode(0o644)).unwrap();
    };
    stage.login(stage.login_program()).await.exits(0);
    loosen(files(true));
    stage
        .program(["logout", "--local-only"])
        .run()
        .exits(0)
        .says("✓ Deleted the session on this machine\n");
    assert!(files(false).is_empty());

    for lock in files(true) {
        fs::remove_file(lock).unwrap();
    }
    stage.login(stage.login_program()).await.exits(0);
    loosen(files(false));
    stage
        .program(["logout"])
        .run()
        .exits(3)
        .says("✗ AI Pass did not revoke the refresh token")
        .says("✓ Deleted the session on this machine\n");
    assert!(files(false).is_empty());
}
