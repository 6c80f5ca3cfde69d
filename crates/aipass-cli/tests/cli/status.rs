//! `aipass status` and `aipass whoami`.

use super::support::Stage;
use aipass_sandbox::{Fault, Route};
use serde_json::{Value, json};

fn parsed(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_4_and_the_settings_are_told_all_the_same() {
    let stage = Stage::start().await;
    let run = stage.program(["status"]).run().exits(4);
    assert!(run.stdout.starts_with("Not signed in\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("profiles.toml, not there yet)"),
        "{}",
        run.stdout
    );
    run.says("error: nobody is signed in\nhelp: run `aipass login`\n");
    // Without a client there is nobody either.
    stage
        .bare(["status"])
        .run()
        .exits(4)
        .says("error: nobody is signed in\nhelp: 1. get a client: `aipass client register");
    let json = parsed(&stage.program(["status", "--json"]).run().exits(4).stdout);
    assert_eq!(
        (&json["signed_in"], &json["source"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_told_without_asking_anybody() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let asked = stage.sandbox.requests().len();
    let run = stage.bare(["status"]).run().exits(0);
    assert_eq!(run.stderr, "");
    for text in [
        "Signed in\n",
        "scopes     api:access profile:read\n",
        "token      expires in ",
        " minutes, at 20",
        "Z; renewed by itself\n",
        &format!("stored in  {}\n", stage.session_file().display()),
        "profile    default (",
        &format!("service    {}\n", stage.sandbox.base_url()),
        "client id  client_cli\n",
    ] {
        assert!(run.stdout.contains(text), "{text:?}: {}", run.stdout);
    }
    let found = parsed(&stage.bare(["status", "--json"]).run().exits(0).stdout);
    let expires_in = found["expires_in"].as_i64().unwrap();
    assert!((1..=3600).contains(&expires_in), "{expires_in}");
    let text = found["expires_at"].as_str().unwrap().to_owned();
    assert!(text.len() == 20 && text.ends_with('Z'), "{text}");
    assert_eq!(
        found,
        json!({
            "signed_in": true,
            "source": "session",
            "checked": false,
            "user": null,
            "account": "default",
            "scopes": ["api:access", "profile:read"],
            "expires_at": text,
            "expires_in": expires_in,
            "can_refresh": true,
            "stored_in": stage.session_file().display().to_string(),
            "profile": "default",
            "profiles_file": stage.state().join("profiles.toml").display().to_string(),
            "base_url": stage.sandbox.base_url(),
            "client_id": "client_cli",
            "shadowed": [],
        })
    );
    assert_eq!(stage.sandbox.requests().len(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_takes_the_servers_word() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    let run = stage.bare(["status", "--check"]).run().exits(0);
    assert!(
        run.stdout
            .starts_with("Signed in as Robin Sandbox <robin@sandbox.test>\n"),
        "{}",
        run.stdout
    );
    let found = parsed(&stage.bare(["status", "--check", "--json"]).run().exits(0).stdout);
    assert_eq!(
        (&found["checked"], &found["user"]["name"]),
        (&json!(true), &json!("Robin Sandbox"))
    );
    stage.sandbox.revoke_all();
    // Nobody has told this machine yet.
    stage.bare(["status"]).run().exits(0);
    let run = stage.bare(["status", "--check"]).run().exits(4);
    assert!(run.stdout.starts_with("Not signed in\n"), "{}", run.stdout);
}

/// A network that is down ends nobody's session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_without_an_answer_leaves_what_is_known_here() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    for (fault, code) in [(Fault::Reset, 7), (Fault::status(503, "{}"), 9)] {
        for with_token in [false, true] {
            let check = |args: &[&str]| {
                // A free call is sent three times before it counts as failed.
                for _ in 0..3 {
                    stage.sandbox.fail_next(Route::Userinfo, fault.clone());
                }
                let args = ["status", "--check"].iter().chain(args).copied();
                let program = if with_token {
                    stage.with_token(args)
                } else {
                    stage.bare(args)
                };
                program.run().exits(code).says("error: ")
            };
            let run = check(&[]);
            assert!(!run.stdout.contains("Not signed in"), "{}", run.stdout);
            let found = parsed(&check(&["--json"]).stdout);
            assert_eq!(
                (&found["signed_in"], &found["checked"], &found["user"]),
                (&json!(true), &json!(false), &Value::Null)
            );
        }
    }
    stage.bare(["status", "--check"]).run().exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_session_is_told_as_what_it_is() {
    let stage = Stage::start().await;
    stage.login(stage.login_program()).await.exits(0);
    stage.expire_here();
    let run = stage.bare(["status"]).run().exits(0);
    assert!(run.stdout.contains(" minutes ago, at 20"), "{}", run.stdout);
    assert!(
        run.stdout.contains("renewed at the next call\n"),
        "{}",
        run.stdout
    );
    // Without a refresh token nothing can be renewed.
    let file = stage.session_file();
    let mut session: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    session.as_object_mut().unwrap().remove("refresh_token");
    std::fs::write(&file, session.to_string()).unwrap();
    stage
        .bare(["status"])
        .run()
        .exits(4)
        .says("error: the session has expired and cannot be renewed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_the_environment_shadows_the_session() {
    let stage = Stage::start().await;
    stage.with_token(["status"]).run().exits(0);
    stage.login(stage.login_program()).await.exits(0);
    let run = stage.with_token(["status"]).run().exits(0);
    assert!(
        run.stdout.starts_with("Using the token of AIPASS_ACCESS_TOKEN\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("shadowed   AIPASS_ACCESS_TOKEN goes before the stored session\n"),
        "{}",
        run.stdout
    );
    let found = parsed(&stage.with_token(["status", "--json"]).run().exits(0).stdout);
    assert_eq!(
        (&found["source"], &found["expires_at"]),
        (&json!("environment"), &Value::Null)
    );
    assert_eq!(
        found["shadowed"],
        json!([{"variable": "AIPASS_ACCESS_TOKEN", "shadows": "session"}])
    );
    let refused = stage
        .with_token(["status", "--check"])
        .env("AIPASS_ACCESS_TOKEN", "unknown");
    refused
        .run()
        .exits(4)
        .says("help: set another token in AIPASS_ACCESS_TOKEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoami_says_who_it_is() {
    let stage = Stage::start().await;
    let run = stage.with_token(["whoami"]).run().exits(0);
    run.prints("Robin Sandbox <robin@sandbox.test>\n");
    let found = parsed(&stage.with_token(["whoami", "--json"]).run().exits(0).stdout);
    assert_eq!(
        (&found["name"], &found["email"]),
        (&json!("Robin Sandbox"), &json!("robin@sandbox.test"))
    );
    assert!(found["sub"].is_string());
    let mut names: Vec<_> = found.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["email", "name", "sub", "username"]);
    stage.program(["whoami"]).run().exits(4).prints("");
}

/// What a server calls somebody must not rewrite the screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_keeps_a_servers_control_characters_from_the_terminal() {
    let stage = Stage::start().await;
    let answer = "{\"sub\":\"1\",\"name\":\"A\u{9b}2J\u{7f}\u{202e}da\"}";
    stage
        .sandbox
        .fail_next(Route::Userinfo, Fault::status(200, answer));
    let run = stage.with_token(["whoami", "--json"]).run().exits(0);
    assert!(
        run.stdout.contains(r#""name":"A\u009b2J\u007f\u202eda""#),
        "{}",
        run.stdout.escape_debug()
    );
}
