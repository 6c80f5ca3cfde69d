//! The program as a person and a script meet it: real processes against a sandbox in the test.

#![expect(
    clippy::unwrap_used,
    reason = "a test panics where something it needs is missing"
)]

use aipass_sandbox::{ClientSeed, Fault, Route, Sandbox};
use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

const CLIENT: &str = "client_cli_test";

/// The program with nothing in its environment but what the test sets.
fn aipass(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aipass"));
    command.args(args).env_clear().stdin(Stdio::null());
    command
}

/// As [`aipass`], pointed at that sandbox, with its files in that folder.
fn at(sandbox: &Sandbox, folder: &Path, args: &[&str]) -> Command {
    let mut command = aipass(args);
    command
        .env("AIPASS_BASE_URL", sandbox.base_url())
        .env("AIPASS_CLIENT_ID", CLIENT)
        .env("AIPASS_CONFIG_DIR", folder)
        .env("AIPASS_MODEL", "gpt-4o-mini");
    command
}

/// Runs to the end on another thread, so that the sandbox goes on serving.
async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A sandbox that knows the client of these tests, and the port that it is registered with.
async fn sandbox() -> (Sandbox, u16) {
    let port = free_port();
    let client = ClientSeed::new(CLIENT).redirect_uri(format!("http://127.0.0.1:{port}/callback"));
    (Sandbox::builder().client(client).start().await.unwrap(), port)
}

/// Starts a login and gives back the process, and the address that it asks to open.
#[expect(
    clippy::zombie_processes,
    reason = "the caller waits; a test that fails before ends its process anyway"
)]
async fn start_login(
    sandbox: &Sandbox,
    folder: &Path,
    port: u16,
    log: Option<&str>,
) -> (Child, String, BufReader<std::process::ChildStderr>) {
    let mut command = at(
        sandbox,
        folder,
        &["login", "--no-browser", "--port", &port.to_string()],
    );
    if let Some(log) = log {
        command.env("AIPASS_LOG", log);
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    tokio::task::spawn_blocking(move || {
        loop {
            let mut line = String::new();
            assert_ne!(
                lines.read_line(&mut line).unwrap(),
                0,
                "the login ended without an address to open"
            );
            if line.trim().starts_with("http://") && line.contains("/oauth2/authorize?") {
                return (child, line.trim().to_owned(), lines);
            }
        }
    })
    .await
    .unwrap()
}

/// Signs in and gives back what the program printed after the address.
async fn sign_in(sandbox: &Sandbox, folder: &Path, port: u16, log: Option<&str>) -> (i32, String) {
    let (mut child, url, mut rest) = start_login(sandbox, folder, port, log).await;
    sandbox.approve(&url).await.unwrap();
    tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        rest.read_to_string(&mut text).unwrap();
        (child.wait().unwrap().code().unwrap(), text)
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_holds_every_step_and_leaks_nothing() {
    let output = run(aipass(&["demo"])).await;
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output) + &stderr(&output);
    for step in [
        "register",
        "login",
        "models",
        "chat",
        "stream",
        "balance",
        "1 refresh",
        "logout",
        "refused",
    ] {
        assert!(text.contains(step), "no {step} in:\n{text}");
    }

    let mut traced = aipass(&["demo"]);
    traced.env("AIPASS_LOG", "trace");
    let output = run(traced).await;
    assert_eq!(code(&output), 0);
    let text = stdout(&output) + &stderr(&output);
    assert!(
        text.contains("aipass_auth::session"),
        "the log must have heard something"
    );
    // Every secret of the sandbox starts so.
    for prefix in ["sbx_at_", "sbx_rt_", "sbx_ac_", "sbx_cs_"] {
        assert!(!text.contains(prefix), "a {prefix} secret was printed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn login_then_every_command_then_logout() {
    let (sandbox, port) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();

    let output = run(at(&sandbox, here, &["models"])).await;
    assert_eq!(
        (code(&output), stdout(&output)),
        (4, String::new()),
        "nobody is signed in"
    );
    assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));

    let (code_of_login, text) = sign_in(&sandbox, here, port, None).await;
    assert_eq!(code_of_login, 0, "{text}");
    assert!(text.contains("Signed in as Robin Sandbox"), "{text}");

    let output = run(at(&sandbox, here, &["models"])).await;
    assert!(
        stdout(&output).lines().any(|line| line.contains("gpt-4o-mini")),
        "{}",
        stdout(&output)
    );

    let balance = run(at(&sandbox, here, &["balance", "--json"])).await;
    let json: serde_json::Value = serde_json::from_str(&stdout(&balance)).unwrap();
    assert!(json.to_string().contains("10"), "{json}");

    let streamed = run(at(
        &sandbox,
        here,
        &["chat", "-s", "Be brief.", "Which way is north?"],
    ))
    .await;
    let whole = run(at(
        &sandbox,
        here,
        &["chat", "--no-stream", "-s", "Be brief.", "Which way is north?"],
    ))
    .await;
    assert_eq!(
        (code(&streamed), stdout(&streamed)),
        (0, stdout(&whole)),
        "a stream says the same"
    );
    assert!(
        stdout(&whole).contains("Which way is north?"),
        "{}",
        stdout(&whole)
    );

    let json = run(at(&sandbox, here, &["chat", "--json", "Which way is north?"])).await;
    let json: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(json["finish_reason"], "stop", "{json}");
    assert!(json["text"].as_str().unwrap().contains("north"), "{json}");

    let mut piped = at(&sandbox, here, &["chat", "-"]);
    let mut child = piped
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"From a pipe").unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap())
        .await
        .unwrap();
    assert!(stdout(&output).contains("From a pipe"), "{}", stderr(&output));

    let output = run(at(&sandbox, here, &["logout"])).await;
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(code(&run(at(&sandbox, here, &["balance"])).await), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_at_the_loudest_log_level_prints_no_secret() {
    let (sandbox, port) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let (code, mut text) = sign_in(&sandbox, folder.path(), port, Some("trace")).await;
    assert_eq!(code, 0);
    sandbox.expire_access_tokens();
    let mut chat = at(&sandbox, folder.path(), &["chat", "hi"]);
    chat.env("AIPASS_LOG", "trace");
    let output = run(chat).await;
    text += &(stdout(&output) + &stderr(&output));
    assert!(
        text.contains("aipass_auth::session"),
        "the log must have heard something"
    );
    let secrets = sandbox.issued_secrets();
    assert!(secrets.len() >= 5, "a code and two pairs");
    for secret in secrets {
        assert!(
            !text.contains(secret.expose_secret()),
            "a {:?} was printed",
            secret.kind()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_login_and_a_missing_client_are_told_apart() {
    let (sandbox, port) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let (mut child, url, mut rest) = start_login(&sandbox, folder.path(), port, None).await;
    sandbox.deny(&url).await.unwrap();
    let (status, text) = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        rest.read_to_string(&mut text).unwrap();
        (child.wait().unwrap().code().unwrap(), text)
    })
    .await
    .unwrap();
    assert!(status != 0 && text.contains("declined"), "{status} {text}");

    let mut nobody = aipass(&["login"]);
    nobody.env("AIPASS_CONFIG_DIR", folder.path());
    let output = run(nobody).await;
    assert_eq!(code(&output), 3);
    assert!(
        stderr(&output).contains("AIPASS_CLIENT_ID"),
        "the steps to get one: {}",
        stderr(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&run(aipass(&["--no-such-flag"])).await), 2);
    assert_eq!(code(&run(aipass(&["help", "exit-codes"])).await), 0);
    assert_eq!(code(&run(aipass(&["help", "environment"])).await), 0);

    let with_token = |base_url: &str, args: &[&str]| {
        let mut command = aipass(args);
        command
            .env("AIPASS_BASE_URL", base_url)
            .env("AIPASS_ACCESS_TOKEN", "some-token")
            .env("AIPASS_MODEL", "gpt-4o-mini")
            .env("AIPASS_CONFIG_DIR", folder.path());
        command
    };
    let nothing = format!("http://127.0.0.1:{}", free_port());
    assert_eq!(
        code(&run(with_token(&nothing, &["chat", "hi"])).await),
        7,
        "nothing was sent"
    );
    assert_eq!(code(&run(with_token("ftp://x", &["balance"])).await), 3);

    let (sandbox, _) = sandbox().await;
    assert_eq!(
        code(&run(with_token(sandbox.base_url(), &["balance"])).await),
        4,
        "an unknown token"
    );
    let output = run(with_token(sandbox.base_url(), &["login"])).await;
    assert!(
        stderr(&output).contains("AIPASS_ACCESS_TOKEN"),
        "{}",
        stderr(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_stream_keeps_its_text_and_fails() {
    let (sandbox, port) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    sign_in(&sandbox, folder.path(), port, None).await;
    sandbox.fail_next(Route::ChatCompletions, Fault::CutAfterBytes(900));
    let output = run(at(&sandbox, folder.path(), &["chat", "Which way is north?"])).await;
    assert_ne!(code(&output), 0);
    assert!(!stdout(&output).trim().is_empty(), "what came is kept");
    assert!(stderr(&output).contains("incomplete"), "{}", stderr(&output));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_stream_keeps_its_text() {
    let port = free_port();
    let client = ClientSeed::new(CLIENT).redirect_uri(format!("http://127.0.0.1:{port}/callback"));
    let sandbox = Sandbox::builder()
        .client(client)
        .chunk_delay(Duration::from_millis(100))
        .start()
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    sign_in(&sandbox, folder.path(), port, None).await;
    let mut command = at(&sandbox, folder.path(), &["chat", "Which way is north?"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (status, text, notes) = tokio::task::spawn_blocking(move || {
        let mut out = child.stdout.take().unwrap();
        let mut first = [0; 1];
        out.read_exact(&mut first).unwrap();
        let killed = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        let (mut text, mut notes) = (String::new(), String::new());
        out.read_to_string(&mut text).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut notes).unwrap();
        (child.wait().unwrap().code(), text, notes)
    })
    .await
    .unwrap();
    assert_eq!(status, Some(130), "{notes}");
    assert!(
        !text.contains("no model was asked"),
        "the stream was cut short: {text}"
    );
    assert!(notes.contains("partial"), "{notes}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_is_no_failure() {
    let (sandbox, port) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    sign_in(&sandbox, folder.path(), port, None).await;
    let mut command = at(&sandbox, folder.path(), &["models"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap())
        .await
        .unwrap();
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
}
