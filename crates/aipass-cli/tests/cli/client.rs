//! `aipass client register`.

use super::support::{Stage, free_port};
use aipass_sandbox::{Credential, Fault, Route, SecretKind};
use std::process::Stdio;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_registered_kept_and_signed_in_with() {
    let stage = Stage::start().await;
    let port = free_port();
    let uri = format!("http://127.0.0.1:{port}/callback");
    let register = |args: &[&str]| {
        let args = ["client", "register", "--name", "My app"].iter().chain(args);
        stage.bare(args).env("AIPASS_BASE_URL", stage.sandbox.base_url())
    };
    let run = register(&["--redirect-uri", &uri]).run().exits(0);
    let id = run.stdout.strip_suffix('\n').unwrap().to_owned();
    assert!(id.starts_with("client_") && id.lines().count() == 1, "{id}");
    run.says("✓ Settings kept in the profile `default` (");
    assert_eq!(
        stage.profiles(),
        format!(
            "[profiles.default]\nbase_url = \"{}\"\nclient_id = \"{id}\"\nredirect_uris = [\"{uri}\"]\n",
            stage.sandbox.base_url()
        )
    );
    stage.login(stage.bare(["login", "--no-browser"])).await.exits(0);

    // A client in the profile stays there unless somebody says otherwise, and the service is not asked.
    let run = register(&[]).run().exits(3).prints("");
    run.says(&format!(
        "the profile `default` has the client {id} already\nhelp: use --profile NAME"
    ));
    assert_eq!(stage.sandbox.counts().registrations, 1);
    let json = register(&["--json", "--force", "--scope", "api:access"])
        .run()
        .exits(0);
    json.stderr
        .find("No --redirect-uri is given, so it is http://127.0.0.1:8417/callback.\n")
        .unwrap();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_ne!(json["client_id"], id);
    assert_eq!(json["client_secret"], serde_json::Value::Null);
    assert_eq!(
        json["redirect_uris"],
        serde_json::json!(["http://127.0.0.1:8417/callback"])
    );
    assert_eq!(json["scopes"], serde_json::json!(["api:access"]));
    assert!(stage.profiles().contains("scopes = [\"api:access\"]"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_shown_once_and_stored_nowhere() {
    let stage = Stage::start().await;
    let answer = r#"{"success":true,"data":{"clientId":"client_s","clientSecret":"sbx_cs_canary","redirectUris":["http://127.0.0.1:1/cb"]}}"#;
    let register = |json: bool| {
        stage
            .sandbox
            .fail_next(Route::RegisterClient, Fault::status(201, answer));
        let args = ["client", "register", "--name", "My app", "--force", "--json"];
        let args = &args[..args.len() - usize::from(!json)];
        let program = stage.bare(args).env("AIPASS_BASE_URL", stage.sandbox.base_url());
        program.env("AIPASS_LOG", "trace").run().exits(0)
    };
    let run = register(false).prints("client_s\n");
    assert_eq!(run.stderr.matches("sbx_cs_canary").count(), 1, "{}", run.stderr);
    run.says("It is shown this once and stored nowhere; keep it safe, and set it as AIPASS_CLIENT_SECRET:");
    let run = register(true);
    assert!(run.stdout.contains("\"client_secret\":\"sbx_cs_canary\"") && !run.stderr.contains("canary"));
    for entry in std::fs::read_dir(stage.state()).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("canary"), "{text}");
    }
}

/// Nobody can ask for it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_not_lost_to_a_pipe_that_is_closed() {
    let stage = Stage::start().await;
    let answer = r#"{"clientId":"client_s","clientSecret":"sbx_cs_canary"}"#;
    for json in [false, true] {
        stage
            .sandbox
            .fail_next(Route::RegisterClient, Fault::status(201, answer));
        let args = ["client", "register", "--name", "My app", "--force", "--json"];
        let args = &args[..args.len() - usize::from(!json)];
        let program = stage.bare(args).env("AIPASS_BASE_URL", stage.sandbox.base_url());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let running = program.start_on([Stdio::null(), writer.into(), Stdio::piped()]);
        let run = running.wait().exits(3).says("client_s\n");
        assert_eq!(run.stderr.matches("sbx_cs_canary").count(), 1, "{}", run.stderr);
        assert!(stage.profiles().contains("client_s"));
    }
}

/// A client that the next command does not find is a failure, though its id has been shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_that_cannot_be_written_is_3() {
    let stage = Stage::start().await;
    stage.write_profiles("");
    std::fs::create_dir(stage.state().join("profiles.toml.lock")).unwrap();
    let args = ["client", "register", "--name", "My app", "--redirect-uri"];
    let program = stage.bare(args).arg(&stage.redirect_uri());
    let program = program.env("AIPASS_BASE_URL", stage.sandbox.base_url());
    let run = program
        .run()
        .exits(3)
        .says("the profile could not be written to ");
    assert!(run.stdout.starts_with("client_"), "{}", run.stdout);
    // Whatever became of the output.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let program = stage.bare(args).arg(&stage.redirect_uri());
    let program = program.env("AIPASS_BASE_URL", stage.sandbox.base_url());
    let running = program.start_on([Stdio::null(), writer.into(), Stdio::piped()]);
    running
        .wait()
        .exits(3)
        .says("the profile could not be written to ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_developers_token_comes_from_a_pipe_or_the_environment() {
    let stage = Stage::start().await;
    let token = stage
        .sandbox
        .issue_tokens("client_cli", &["api:access"])
        .unwrap()
        .access_token;
    let register = || {
        let args = ["client", "register", "--name", "My app", "--force"];
        stage.bare(args).env("AIPASS_BASE_URL", stage.sandbox.base_url())
    };
    let carried = || {
        let log = stage.sandbox.requests();
        log.into_iter()
            .rfind(|request| request.route == Some(Route::RegisterClient))
            .unwrap()
            .credential
    };
    register().run().exits(0);
    assert_eq!(carried(), Credential::None);
    register().env("AIPASS_ACCESS_TOKEN", &token).run().exits(0);
    assert_eq!(carried(), Credential::Issued(SecretKind::AccessToken));
    register().run().exits(0);
    assert_eq!(carried(), Credential::None);
    register().arg("--with-token").run_with(token.as_bytes()).exits(0);
    assert_eq!(carried(), Credential::Issued(SecretKind::AccessToken));
    register().arg("--with-token").run().exits(2).says("is empty");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_writes_nothing() {
    let stage = Stage::start().await;
    let program = stage.bare(["client", "register", "--name", "x"]);
    let run = program
        .env("AIPASS_BASE_URL", stage.sandbox.base_url())
        .run()
        .exits(3)
        .prints("");
    run.says("server: ");
    assert!(!stage.state().join("profiles.toml").exists());
    stage.bare(["client", "register"]).run().exits(2);
    stage.bare(["client"]).run().exits(2);
}
