//! What a script can rely on: each exit code, and which stream says what.

use super::support::{Program, Stage, free_port};

#[test]
fn a_wrong_command_line_is_2() {
    for args in [
        &[][..],
        &["nonsense"],
        &["chat", "--nonsense"],
        &["chat", "Hi"],
        &["chat", "-m", "model", " "],
        &["chat", "-m", "model", "Hi", "--max-tokens", "0"],
        &["chat", "-m", "model", "Hi", "--temperature", "3"],
        &["chat", "-m", "model", "Hi", "--temperature", "-1"],
        &["login", "--port", "0"],
        &["balance", "--access-token", "x"],
    ] {
        let run = Program::new(args)
            .env("AIPASS_ACCESS_TOKEN", "token")
            .run()
            .exits(2)
            .prints("");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_missing_or_unusable_setting_is_3() {
    for args in [
        &["balance"][..],
        &["models"],
        &["login"],
        &["logout"],
        &["chat", "-m", "model", "Hi"],
    ] {
        let run = Program::new(args)
            .run()
            .exits(3)
            .prints("")
            .says("error: no client id is set\n");
        run.says("http://127.0.0.1:8417/callback")
            .says("https://aipass.one/panel/developer")
            .says("AIPASS_CLIENT_ID")
            .says("aipass demo");
        let elsewhere = Program::new(args).env("AIPASS_BASE_URL", "https://gateway.example");
        let run = elsewhere.run().exits(3).says("aipass client register");
        assert!(!run.stderr.contains("aipass.one"), "{}", run.stderr);
    }
    // An empty variable counts as not set.
    Program::new(["balance"])
        .env("AIPASS_CLIENT_ID", "")
        .env("AIPASS_ACCESS_TOKEN", "")
        .run()
        .exits(3);

    let client = |name: &str, value: &str| {
        Program::new(["balance"])
            .env("AIPASS_CLIENT_ID", "client")
            .env("AIPASS_CONFIG_DIR", "/nonexistent")
            .env(name, value)
    };
    client("AIPASS_BASE_URL", "http://example.com")
        .run()
        .exits(3)
        .says("error: the base URL is not usable");
    client("AIPASS_API_PREFIX", "v1")
        .run()
        .exits(3)
        .says("API prefix");
    client("AIPASS_LOG", "=/=").run().exits(3).says("AIPASS_LOG");
    client("AIPASS_BASE_URL", "ftp://example.com")
        .run()
        .exits(3)
        .says("only https is accepted");
}

#[cfg(unix)]
#[test]
fn an_unusable_value_is_3_and_is_not_shown() {
    use std::os::unix::ffi::OsStrExt;
    let value = std::ffi::OsStr::from_bytes(b"secret\xff");
    let run = Program::new(["balance"])
        .env("AIPASS_ACCESS_TOKEN", value)
        .run()
        .exits(3);
    assert!(
        !run.says("AIPASS_ACCESS_TOKEN is not valid Unicode")
            .stderr
            .contains("secret")
    );
    let run = Program::new(["balance"])
        .env("AIPASS_ACCESS_TOKEN", "secret\nvalue")
        .run();
    assert_ne!(run.code, Some(0));
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_session_that_cannot_be_kept_is_3() {
    use std::os::unix::fs::PermissionsExt;
    let open = tempfile::tempdir().unwrap();
    std::fs::set_permissions(open.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    for args in [&["balance"][..], &["login", "--no-browser"]] {
        Program::new(args)
            .env("AIPASS_CLIENT_ID", "client")
            .env("AIPASS_CONFIG_DIR", open.path())
            .env("AIPASS_BASE_URL", format!("http://127.0.0.1:{}", free_port()))
            .run()
            .exits(3)
            .says("is not safe to use");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_signed_in_is_4() {
    let stage = Stage::start().await;
    for args in [
        &["balance"][..],
        &["models"],
        &["chat", "-m", "gpt-4o-mini", "Hi"],
    ] {
        stage
            .program(args)
            .run()
            .exits(4)
            .prints("")
            .says("error: nobody is signed in\nhelp: run `aipass login`\n");
    }
    stage
        .with_token(["balance"])
        .env("AIPASS_ACCESS_TOKEN", "unknown")
        .run()
        .exits(4)
        .prints("");
    let token = stage.with_token(["balance"]);
    stage.sandbox.revoke_all();
    token
        .run()
        .exits(4)
        .prints("")
        .says("help: set another token in AIPASS_ACCESS_TOKEN, or unset");
}

#[test]
fn a_service_that_cannot_be_reached_is_7() {
    let base_url = format!("http://127.0.0.1:{}", free_port());
    for args in [
        &["balance"][..],
        &["models"],
        &["chat", "-m", "model", "Hi"],
        &["chat", "-m", "model", "Hi", "--no-stream"],
    ] {
        let run = Program::new(args)
            .env("AIPASS_BASE_URL", &base_url)
            .env("AIPASS_ACCESS_TOKEN", "token")
            .run();
        run.exits(7)
            .prints("")
            .says("error: the server could not be reached")
            .says("\nhelp: ");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_is_130_also_while_waiting_for_the_browser() {
    let stage = Stage::start().await;
    let mut running = stage.login_program().start();
    running.stderr_until("/oauth2/authorize?");
    running.interrupt();
    running.wait().exits(130).prints("").says("error: interrupted\n");
}

/// What was paid for is not lost with it.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_full_disk_does_not_take_is_kept_if_it_was_paid_for() {
    use std::process::Stdio;
    let stage = Stage::start().await;
    let sound = stage.file("tide.mp3");
    let speak = ["speak", "The tide is out.", "-m", "tts-1", "-o"];
    stage.with_token(speak).arg(&sound).run().exits(0);
    let answer = "You asked: \"Hi\" The sandbox wrote this; no model was asked.";
    let chat = ["chat", "-m", "gpt-4o-mini", "Hi"];
    let embed = ["embed", "Hi", "-m", "text-embedding-3-small", "--dimensions", "2"];
    let api = [
        "api",
        "POST",
        "/oauth2/v1/chat/completions",
        "-f",
        "model=gpt-4o-mini",
        "-F",
    ];
    let messages = "messages=[{\"role\":\"user\",\"content\":\"Hi\"}]";
    for (args, more, kept) in [
        (&chat[..], &[][..], answer),
        (&chat, &["--no-stream"], answer),
        (&chat, &["--json"], "\"complete\":true"),
        (&embed, &[], "[0."),
        (&embed, &["--jsonl"], "{\"index\":0,\"embedding\":[0."),
        (
            &["transcribe", &sound, "-m", "whisper-1"],
            &[],
            "The tide is out.",
        ),
        (
            &["transcribe", &sound, "-m", "whisper-1"],
            &["--json"],
            "{\"text\":\"The tide is out.\"",
        ),
        (&speak, &["-"], "The tide is out."),
        (&api, &[messages], "\"finish_reason\":\"stop\""),
        (&api, &[messages, "-F", "stream=true"], "data: [DONE]\n\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let program = stage.with_token(args).args(more).env("TMPDIR", folder.path());
        let running = program.start_on([Stdio::null(), full.into(), Stdio::piped()]);
        let run = running
            .wait()
            .exits(3)
            .says("error: stdout cannot be written\nhelp: it is paid for, so it is kept in ")
            .says("cause: No space left on device");
        let mut files = std::fs::read_dir(folder.path()).unwrap();
        let file = files.next().unwrap().unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(text.contains(kept), "{args:?} {more:?}: {text}");
        assert!(run.stderr.contains(file.to_str().unwrap()) && files.next().is_none());
    }
    // Where there is no room at all, a text is shown.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let program = stage.with_token(chat).env("TMPDIR", "/dev/null");
    let running = program.start_on([Stdio::null(), full.into(), Stdio::piped()]);
    let told = "\nerror: stdout cannot be written\nhelp: nor can a temporary file: it is paid for, and stands above\n";
    running.wait().exits(3).says(&format!("{answer}{told}"));
    // A video is kept by its id.
    for more in [&[][..], &["--json"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let program = stage
            .with_token(["video", "create", "A wave", "-m", "sora-2"])
            .args(more);
        let running = program.start_on([Stdio::null(), full.into(), Stdio::piped()]);
        running
            .wait()
            .exits(3)
            .says("the video is paid for; go on with `aipass video wait video_");
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_3_and_a_closed_pipe_is_0() {
    use std::process::{Command, Stdio};
    for args in [&["help", "exit-codes"][..], &["help", "chat"], &["--version"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let Ok(full) = full else { break };
        let output = Command::new(env!("CARGO_BIN_EXE_aipass"))
            .args(args)
            .env_clear()
            .stdout(full)
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr.matches("the output cannot be written").count(), 1);
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_aipass"));
    let output = command
        .args(["help", "exit-codes"])
        .env_clear()
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}
