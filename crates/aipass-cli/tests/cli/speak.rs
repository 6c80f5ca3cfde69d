//! `aipass speak`: a sound in a file or through a pipe, and what becomes of one that breaks off.

use super::support::{Answers, Stage};
use aipass_sandbox::{Fault, Route};
use serde_json::Value;
use std::fs;

const SPEAK: [&str; 6] = ["speak", "-m", "tts-1", "--voice", "nova", "Good morning"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_of_the_file_says_which_sound_is_asked_for() {
    let stage = Stage::start().await;
    for (name, args, kind, start) in [
        ("a.mp3", &[][..], "audio/mpeg", &b"ID3"[..]),
        ("a.wav", &[], "audio/wav", b"RIFF"),
        ("a.flac", &[], "audio/flac", b"fLaC"),
        ("b", &["--format", "wav", "--speed", "1.5"], "audio/wav", b"RIFF"),
    ] {
        let out = stage.file(name);
        let run = stage
            .with_token(SPEAK)
            .args(args)
            .args(["-o", &out])
            .run()
            .exits(0)
            .prints("");
        let out = if name == "b" { stage.file("b.wav") } else { out };
        run.says(&format!("✓ Written to {out} ({kind}, "));
        assert!(fs::read(&out).unwrap().starts_with(start), "{name}");
    }
    assert_eq!(stage.files(), ["a.flac", "a.mp3", "a.wav", "b.wav"]);
    // Through a pipe it is the same sound.
    let piped = stage.with_token(SPEAK).args(["-o", "-"]).output();
    assert_eq!(piped.stdout, fs::read(stage.file("a.mp3")).unwrap());
    assert_eq!((piped.status.code(), piped.stderr), (Some(0), Vec::new()));
    let from_stdin = ["speak", "-m", "tts-1", "-o", &stage.file("c.mp3"), "-"];
    stage.with_token(from_stdin).run_with(b"Good morning").exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_says_where_it_is_and_what_it_took() {
    let stage = Stage::start().await;
    let out = stage.file("a.mp3");
    let run = stage
        .with_token(SPEAK)
        .args(["-o", &out, "--json", "-u"])
        .run()
        .exits(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(run.stdout.lines().count(), 1);
    let wallet = stage.sandbox.wallet();
    assert_eq!(answer["file"]["path"], out);
    assert_eq!(answer["file"]["media_type"], "audio/mpeg");
    assert_eq!(answer["file"]["bytes"], fs::metadata(&out).unwrap().len());
    assert_eq!(answer["cost"], wallet.spent);
    assert_eq!(answer["balance"]["remaining"], wallet.remaining);
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["balance", "cost", "file", "model"]);
    let told = stage
        .with_token(SPEAK)
        .args(["-o", &stage.file("b.mp3"), "-u"])
        .run()
        .exits(0);
    told.says("\ncost: 0.0").says("\nbalance: ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_paid_for_what_has_no_place_or_no_text() {
    let stage = Stage::start().await;
    let mine = stage.write("mine.mp3", b"mine");
    let new = stage.file("new.mp3");
    for (args, code, says) in [
        (&["-o", &mine][..], 3, "exists already"),
        (&["-o", "/nonexistent/a.mp3"], 3, "no file can be written at"),
        (&["-o", "-", "--json"], 2, "stdout cannot hold"),
        (&["-o", &new, "--speed", "5"], 2, "0.25 to 4"),
        (&[], 2, "--output"),
    ] {
        stage
            .with_token(SPEAK)
            .args(args)
            .run()
            .exits(code)
            .prints("")
            .says(says);
    }
    stage
        .with_token(["speak", "-m", "tts-1", "-o", &new])
        .run()
        .exits(2)
        .says("there is no text");
    assert_eq!(stage.sandbox.counts().charged_calls, 0);
    assert_eq!(stage.files(), ["mine.mp3"]);
    stage.sandbox.set_balance(0.0);
    stage
        .with_token(SPEAK)
        .args(["-o", &new])
        .run()
        .exits(5)
        .says("the wallet is empty");
    assert_eq!(stage.files(), ["mine.mp3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_of_a_sound_that_breaks_off_is_kept() {
    let stage = Stage::start().await;
    let out = stage.file("a.mp3");
    stage.sandbox.fail_next(Route::Speech, Fault::CutAfterBytes(500));
    let run = stage
        .with_token(SPEAK)
        .args(["-o", &out])
        .run()
        .exits(10)
        .prints("");
    run.says(&format!("help: what came of it is kept in {out}.part\n"));
    assert_eq!(fs::read(format!("{out}.part")).unwrap().len(), 500);
    assert_eq!(stage.files(), ["a.mp3.part"]);
    stage.sandbox.fail_next(Route::Speech, Fault::CutAfterBytes(500));
    let piped = stage.with_token(SPEAK).args(["-o", "-"]).output();
    assert_eq!((piped.status.code(), piped.stdout.len()), (Some(10), 500));
    assert!(String::from_utf8_lossy(&piped.stderr).contains("part of the answer"));
}

/// A model may send another sound than was asked for.
#[test]
fn the_extension_follows_the_content() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.mp3");
    let server = Answers::one("200 OK", "content-type: audio/mpeg\r\n", "RIFF\0\0\0\0WAVEfmt ");
    let run = server
        .program(SPEAK)
        .args(["-o", out.to_str().unwrap()])
        .run()
        .exits(0);
    run.says("a.wav (audio/wav, 16 bytes)")
        .says("a.mp3 was asked for");
    assert!(!out.exists() && folder.path().join("a.wav").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_and_a_closed_pipe() {
    let stage = Stage::start().await;
    stage.sandbox.fail_next(Route::Speech, Fault::Stall);
    let running = stage.with_token(SPEAK).args(["-o", &stage.file("a.mp3")]).start();
    while stage.sandbox.counts().requests_to(Route::Speech) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    running.interrupt();
    running
        .wait()
        .exits(130)
        .prints("")
        .says("the call may have been charged");
    assert!(stage.files().is_empty());
    let mut running = stage.with_token(SPEAK).args(["-o", "-"]).start();
    running.close_stdout();
    assert_eq!(running.wait().exits(0).stderr, "");
    let screen = super::terminal::Terminal::start(stage.with_token(SPEAK).args(["-o", "-"])).end(2);
    assert!(screen.contains("stdout is a terminal"), "{screen}");
    assert_eq!(stage.sandbox.counts().charged_calls, 1);
}
