//! `aipass video`: jobs that are started, waited for and downloaded, and whose id is never lost.

use super::support::{Answers, Stage, answer};
use aipass_sandbox::{Fault, Route};
use serde_json::Value;
use std::fs;

const CREATE: [&str; 9] = [
    "video",
    "create",
    "-m",
    "sora-2",
    "--seconds",
    "1",
    "--size",
    "64x64",
    "A cat plays the piano",
];

/// A sandbox whose videos are done at the first look.
async fn quick() -> Stage {
    Stage::start_with(|builder| builder.video_polls(1)).await
}

/// A sandbox whose videos are never done.
async fn endless() -> Stage {
    Stage::start_with(|builder| builder.video_polls(1_000_000)).await
}

/// Starts a video; gives its id.
fn started(stage: &Stage) -> String {
    let run = stage.with_token(CREATE).run().exits(0);
    assert_eq!(run.stderr, "");
    run.stdout.strip_suffix('\n').unwrap().to_owned()
}

fn is_mp4(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_started_looked_at_waited_for_and_downloaded() {
    let stage = quick().await;
    let id = started(&stage);
    assert!(id.starts_with("video_"), "{id}");
    stage
        .with_token(["video", "get", &id])
        .run()
        .exits(0)
        .prints("completed 100%\n");
    let run = stage.with_token(["video", "wait", &id]).run().exits(0).prints("");
    run.says("✓ The video is done; download it with `aipass video download ");
    let out = stage.file("cat.mp4");
    let download = ["video", "download", &id, "-o", &out];
    let run = stage.with_token(download).run().exits(0).prints("");
    run.says(&format!("✓ Written to {out} (video/mp4, "));
    let bytes = fs::read(&out).unwrap();
    assert!(is_mp4(&bytes));
    assert_eq!(stage.files(), ["cat.mp4"]);
    let piped = stage.with_token(["video", "download", &id, "-o", "-"]).output();
    assert_eq!(
        (piped.status.code(), piped.stdout, piped.stderr),
        (Some(0), bytes, Vec::new())
    );
    // Now that it is there, it is not simply written over.
    stage.with_token(download).run().exits(3).says("exists already");
    stage.with_token(download).arg("--force").run().exits(0);
    assert_eq!(stage.sandbox.counts().charged_calls, 1);

    let remix = ["video", "remix", &id, "At night", "-o", &stage.file("night.mp4")];
    let run = stage.with_token(remix).run().exits(0);
    assert!(run.stdout.starts_with("video_") && !run.stdout.contains(&id));
    assert!(is_mp4(&fs::read(stage.file("night.mp4")).unwrap()));
    assert_eq!(stage.sandbox.counts().charged_calls, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_does_all_of_it() {
    let stage = quick().await;
    let out = stage.file("cat.webm");
    let pixel = stage.file("start.png");
    let image = [
        "image",
        "create",
        "-m",
        "gpt-image-1",
        "--size",
        "64x64",
        "-o",
        &pixel,
        "A cat",
    ];
    stage.with_token(image).run().exits(0);
    let spent = stage.sandbox.wallet().spent;
    let run = stage
        .with_token(CREATE)
        .args(["-i", &pixel, "-o", &out, "--json", "-u"])
        .run()
        .exits(0);
    let cat = stage.file("cat.mp4");
    assert!(is_mp4(&fs::read(&cat).unwrap()));
    assert!(run.stderr.contains("cat.webm was asked for"), "{}", run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(run.stdout.lines().count(), 1);
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    let known = [
        "balance",
        "cost",
        "error",
        "expires_at",
        "file",
        "id",
        "model",
        "progress",
        "seconds",
        "size",
        "status",
    ];
    assert_eq!(keys, known);
    let wallet = stage.sandbox.wallet();
    assert_eq!(
        (&answer["status"], &answer["seconds"]),
        (&"completed".into(), &1.0.into())
    );
    assert_eq!(
        (&answer["file"]["path"], &answer["file"]["media_type"]),
        (&cat.clone().into(), &"video/mp4".into())
    );
    assert_eq!(answer["file"]["bytes"], fs::metadata(&cat).unwrap().len());
    assert!((answer["cost"].as_f64().unwrap() - (wallet.spent - spent)).abs() < 1e-9);
    assert_eq!(answer["balance"]["remaining"], wallet.remaining);
    // Beside bytes on stdout the id has its place on stderr.
    let piped = stage.with_token(CREATE).args(["-o", "-"]).output();
    assert!(is_mp4(&piped.stdout) && piped.status.success());
    assert!(
        String::from_utf8(piped.stderr)
            .unwrap()
            .starts_with("video: video_")
    );
    let from_stdin = [
        "video",
        "create",
        "-m",
        "sora-2",
        "--seconds",
        "1",
        "--wait",
        "-u",
        "-",
    ];
    let run = stage
        .with_token(from_stdin)
        .run_with(b"A dog")
        .exits(0)
        .says("\ncost: ")
        .says("\nbalance: ");
    assert!(run.stdout.starts_with("video_") && run.stdout.lines().count() == 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_place_is_not_paid_for() {
    let stage = quick().await;
    let mine = stage.write("mine.mp4", b"mine");
    let other = stage.file("mine.webm");
    for (args, code, says) in [
        (&["-o", &mine][..], 3, "mine.mp4 exists already"),
        // That is what it would be called.
        (&["-o", &other], 3, "mine.mp4 exists already"),
        (&["-o", "/nonexistent/cat.mp4"], 3, "no file can be written at"),
        (&["-o", "-", "--json"], 2, "stdout cannot hold"),
        (&["-i", "/nonexistent.png"], 3, "/nonexistent.png cannot be read"),
        (&["--timeout", "soon"], 2, "30s, 5m"),
    ] {
        stage
            .with_token(CREATE)
            .args(args)
            .run()
            .exits(code)
            .prints("")
            .says(says);
    }
    stage
        .with_token(["video", "create", "-m", "sora-2", " "])
        .run()
        .exits(2)
        .says("there is no description");
    stage
        .with_token(["video", "get", "video_none"])
        .run()
        .exits(13)
        .prints("");
    let run = stage
        .with_token(["video", "wait", "video_none"])
        .run()
        .exits(13)
        .prints("");
    assert!(!run.stderr.contains("paid"), "{}", run.stderr);
    stage.sandbox.set_balance(0.0);
    stage
        .with_token(CREATE)
        .run()
        .exits(5)
        .prints("")
        .says("the wallet is empty");
    let counts = stage.sandbox.counts();
    assert_eq!(counts.charged_calls, 0);
    assert_eq!(stage.files(), ["mine.mp4"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_video_is_14_everywhere() {
    let stage = quick().await;
    let fail = ["video", "create", "-m", "sora-2", "--seconds", "1"];
    let reason = "server: The video could not be made";
    let out = stage.file("cat.mp4");
    let run = stage
        .with_token(fail)
        .args(["-o", &out, "Please fail"])
        .run()
        .exits(14);
    let id = run
        .says("error: the job ended without a result")
        .says(reason)
        .stdout
        .trim()
        .to_owned();
    assert!(id.starts_with("video_") && stage.files().is_empty());
    stage
        .with_token(["video", "get", &id])
        .run()
        .exits(14)
        .says(reason)
        .prints("failed 100%\n");
    stage
        .with_token(["video", "wait", &id])
        .run()
        .exits(14)
        .says(reason)
        .prints("");
    stage
        .with_token(["video", "download", &id, "-o", &out])
        .run()
        .exits(14)
        .says(reason)
        .prints("");
    let run = stage
        .with_token(fail)
        .args(["--wait", "--json", "Please fail"])
        .run()
        .exits(14);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["status"], "failed");
    assert_eq!(answer["error"]["code"], "video_generation_failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_is_over_too_soon_says_how_to_go_on() {
    let stage = endless().await;
    let out = stage.file("my cat.mp4");
    let run = stage
        .with_token(CREATE)
        .args(["-o", &out, "--timeout", "1s"])
        .run()
        .exits(10);
    let id = run.stdout.trim().to_owned();
    run.says(&format!(
        "error: the video {id} is not done after 1 second; it goes on\n"
    ))
    .says(&format!(
        "help: the video is paid for; go on with `aipass video wait {id} -o '{out}'`\n"
    ));
    let run = stage
        .with_token(["video", "wait", &id, "--timeout", "1s", "--json"])
        .run()
        .exits(10);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&answer["id"], &answer["status"]),
        (&id.clone().into(), &"in_progress".into())
    );
    stage
        .with_token(["video", "download", &id, "-o", &out])
        .run()
        .exits(10)
        .says("error: the video is not done yet\nhelp: wait for it: `aipass video wait ");
    assert!(stage.files().is_empty());
}

/// What goes wrong after the start is about a video that is paid for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_fails_says_how_to_go_on() {
    let stage = quick().await;
    let broken = Fault::Status {
        status: 500,
        body: "{}".to_owned(),
        headers: vec![("x-should-retry".to_owned(), "false".to_owned())],
    };
    stage.sandbox.fail_next(Route::VideoContent, broken);
    let out = stage.file("cat.mp4");
    let run = stage.with_token(CREATE).args(["-o", &out]).run().exits(9);
    let id = run.stdout.trim().to_owned();
    run.says(&format!("go on with `aipass video wait {id} -o {out}`"));
    let wait = ["video", "wait", &id, "-o", &out];
    stage.with_token(wait).run().exits(0).prints("");
    assert!(is_mp4(&fs::read(&out).unwrap()));
    assert_eq!(stage.sandbox.counts().charged_calls, 1);
    // A session that has ended meanwhile is no reason to start, and pay for, another one.
    stage.sandbox.fail_next(
        Route::Video,
        Fault::status(401, r#"{"error":{"message":"expired"}}"#),
    );
    stage.sandbox.fail_next(
        Route::Video,
        Fault::status(401, r#"{"error":{"message":"expired"}}"#),
    );
    let run = stage.with_token(CREATE).args(["--wait"]).run().exits(4);
    run.says("go on with `aipass video wait ");
}

#[test]
fn an_answer_without_an_id_may_have_been_charged() {
    let server = Answers::start([answer(
        "200 OK",
        "content-type: application/json\r\n",
        "{\"object\":\"video\"}",
    )]);
    server.program(CREATE).run().exits(8).prints("");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_in_a_wait_prints_the_id_and_how_to_go_on() {
    let stage = endless().await;
    let out = stage.file("cat.mp4");
    let mut running = stage.with_token(CREATE).args(["-o", &out]).start();
    running.stdout_until("\n");
    while stage.sandbox.counts().requests_to(Route::Video) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    running.interrupt();
    let run = running.wait().exits(130);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let id = lines[0]
        .strip_prefix("error: interrupted; the video ")
        .unwrap()
        .strip_suffix(" goes on")
        .unwrap();
    assert!(id.starts_with("video_"), "{id}");
    assert_eq!(
        lines[1],
        format!("help: go on with `aipass video wait {id} -o {out}`")
    );

    let program = stage.with_token(["video", "wait", id, "--json"]).start();
    while stage.sandbox.counts().requests_to(Route::Video) < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    program.interrupt();
    let run = program
        .wait()
        .exits(130)
        .says(&format!("go on with `aipass video wait {id}`"));
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["id"], id);

    stage.sandbox.fail_next(Route::CreateVideo, Fault::Stall);
    let asked = stage.sandbox.counts().requests_to(Route::CreateVideo);
    let running = stage.with_token(CREATE).start();
    while stage.sandbox.counts().requests_to(Route::CreateVideo) == asked {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    running.interrupt();
    running
        .wait()
        .exits(130)
        .prints("")
        .says("the call may have been charged");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_sees_how_far_it_is() {
    use super::terminal::Terminal;
    let stage = endless().await;
    let id = started(&stage);
    let wait = || stage.with_token(["video", "wait", &id]).env("TERM", "xterm");
    let mut terminal = Terminal::start(wait().env("NO_COLOR", "1"));
    let mut screen = terminal.until("The video is being made");
    terminal.interrupt();
    screen += &terminal.end(130);
    // A `^C` has its place in the same line, so that it goes away with it.
    let drawn = screen
        .split(['\r', '\n'])
        .filter(|line| line.contains("is being made"));
    let widths: Vec<_> = drawn
        .map(|line| line.replace("\x1b[2K", "").chars().count())
        .collect();
    assert!(widths.iter().max() == Some(&77), "{widths:?}: {screen:?}");
    assert!(screen.contains("error: interrupted; the video "), "{screen}");
    let screen = Terminal::start(stage.with_token(["video", "download", &id, "-o", "-"])).end(2);
    assert!(screen.contains("stdout is a terminal"), "{screen}");
    let named = wait().args(["--profile", "work", "--timeout", "1s"]);
    stage.write_profiles("[profiles.work]\nclient_id = \"client_cli\"\nbase_url = \"{base_url}\"\n");
    named.run().exits(10).says("`aipass --profile work video wait ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_pipe_is_quiet() {
    let stage = quick().await;
    for args in [&["--wait"][..], &["-o", "-"], &["--wait", "--json"]] {
        let mut running = stage.with_token(CREATE).args(args).start();
        running.close_stdout();
        let run = running.wait().exits(0);
        assert!(!run.stderr.contains("error"), "{}", run.stderr);
    }
}
