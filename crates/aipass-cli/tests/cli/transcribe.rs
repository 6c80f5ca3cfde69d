//! `aipass transcribe`: what was said, in each format.

use super::support::Stage;
use aipass_sandbox::{Fault, Route};
use serde_json::Value;
use std::fs;

/// A sandbox and a recording that says "Good morning".
async fn recorded() -> (Stage, String) {
    let stage = Stage::start().await;
    let wav = stage.file("memo.wav");
    let speak = ["speak", "-m", "tts-1", "-o", &wav, "Good morning"];
    stage.with_token(speak).run().exits(0);
    (stage, wav)
}

const TRANSCRIBE: [&str; 3] = ["transcribe", "-m", "whisper-1"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_is_written_down_in_each_format() {
    let (stage, wav) = recorded().await;
    let run = |args: &[&str]| {
        let run = stage.with_token(TRANSCRIBE).arg(&wav).args(args).run().exits(0);
        assert_eq!(run.stderr, "");
        run.stdout
    };
    assert_eq!(run(&[]), "Good morning\n");
    assert_eq!(
        run(&["--format", "text", "--language", "en", "--prompt", "Greetings"]),
        "Good morning\n"
    );
    let srt = run(&["--format", "srt"]);
    assert!(
        srt.starts_with("1\n00:00:00,000 --> ") && srt.contains("Good morning"),
        "{srt}"
    );
    let vtt = run(&["--format", "vtt"]);
    assert!(
        vtt.starts_with("WEBVTT\n") && vtt.contains("Good morning"),
        "{vtt}"
    );
    let json: Value = serde_json::from_str(&run(&["--format", "json"])).unwrap();
    assert_eq!(json["text"], "Good morning");
    let verbose: Value = serde_json::from_str(&run(&["--format", "verbose_json"])).unwrap();
    assert_eq!(verbose["words"][1]["word"], "morning");
    assert!(verbose["segments"].is_array());
    // From a pipe it is the same.
    let bytes = fs::read(&wav).unwrap();
    stage
        .with_token(TRANSCRIBE)
        .arg("-")
        .run_with(&bytes)
        .exits(0)
        .prints("Good morning\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_has_the_same_shape_for_all_models() {
    let (stage, wav) = recorded().await;
    let before = stage.sandbox.wallet().spent;
    let run = stage
        .with_token(TRANSCRIBE)
        .args([&wav, "--json", "-u"])
        .run()
        .exits(0);
    assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""));
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["balance", "cost", "duration", "language", "model", "text"]);
    let wallet = stage.sandbox.wallet();
    assert_eq!(answer["text"], "Good morning");
    assert!((answer["cost"].as_f64().unwrap() - (wallet.spent - before)).abs() < 1e-9);
    assert_eq!(answer["balance"]["remaining"], wallet.remaining);
    let told = stage
        .with_token(TRANSCRIBE)
        .args([&wav, "-u"])
        .run()
        .exits(0)
        .prints("Good morning\n");
    told.says("cost: 0.0").says("\nbalance: ");
    stage
        .with_token(TRANSCRIBE)
        .args([&wav, "--json", "--format", "srt"])
        .run()
        .exits(2)
        .prints("");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_has_its_exit_code() {
    let (stage, wav) = recorded().await;
    let charged = stage.sandbox.counts().charged_calls;
    let empty = stage.write("empty.wav", b"");
    for (file, says) in [
        ("/nonexistent.wav", "error: /nonexistent.wav cannot be read"),
        ("/", "error: / cannot be read"),
        (&empty, "is empty"),
    ] {
        stage
            .with_token(TRANSCRIBE)
            .arg(file)
            .run()
            .exits(3)
            .prints("")
            .says(says);
    }
    stage
        .with_token(TRANSCRIBE)
        .arg("-")
        .run()
        .exits(2)
        .says("there is no recording on standard input");
    stage
        .with_token(TRANSCRIBE)
        .args([&wav, "--format", "pdf"])
        .run()
        .exits(2);
    stage.sandbox.set_balance(0.0);
    stage
        .with_token(TRANSCRIBE)
        .arg(&wav)
        .run()
        .exits(5)
        .prints("")
        .says("the wallet is empty");
    assert_eq!(stage.sandbox.counts().charged_calls, charged);
    stage.sandbox.set_balance(1.0);
    stage
        .sandbox
        .fail_next(Route::Transcriptions, Fault::CutAfterBytes(3));
    stage
        .with_token(TRANSCRIBE)
        .arg(&wav)
        .run()
        .exits(10)
        .says("charged");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_sees_the_upload_and_ctrl_c_ends_it() {
    let (stage, wav) = recorded().await;
    stage.sandbox.fail_next(Route::Transcriptions, Fault::Stall);
    let program = stage.with_token(TRANSCRIBE).arg(&wav).env("TERM", "xterm");
    let mut terminal = super::terminal::Terminal::start(program);
    terminal.until("Listening");
    while stage.sandbox.counts().requests_to(Route::Transcriptions) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    terminal.interrupt();
    let screen = terminal.end(130);
    assert!(screen.contains("the call may have been charged"), "{screen}");
    let mut running = stage.with_token(TRANSCRIBE).arg(&wav).start();
    running.close_stdout();
    assert_eq!(running.wait().exits(0).stderr, "");
}
