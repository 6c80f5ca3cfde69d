//! `aipass image`: pictures in files, and nothing paid for one that has no place.

use super::support::{Answers, Stage, answer};
use aipass_sandbox::{Fault, Route};
use serde_json::Value;
use std::fs;

/// One pixel that nothing can be seen of.
const CLEAR: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x0b\x49\x44\x41\x54\x78\x9c\x63\x60\x00\x02\x00\x00\x05\x00\x01\x7a\x5e\xab\x3f\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const CREATE: [&str; 7] = [
    "image",
    "create",
    "-m",
    "gpt-image-1",
    "--size",
    "256x256",
    "A cat",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_stands_in_its_file() {
    let stage = Stage::start().await;
    let out = stage.file("cat.png");
    let run = stage
        .with_token(CREATE)
        .args(["-o", &out])
        .run()
        .exits(0)
        .prints("");
    let bytes = fs::read(&out).unwrap();
    assert!(bytes.starts_with(PNG));
    // Width and height stand in the first chunk.
    assert_eq!(bytes[16..24], [0, 0, 1, 0, 0, 0, 1, 0]);
    assert!(
        run.stderr
            .starts_with(&format!("✓ Written to {out} (image/png, ")),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1);
    assert_eq!(stage.files(), ["cat.png"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&out).unwrap().permissions().mode();
        assert_eq!(mode & 0o444, 0o444 & !umask(), "{mode:o}");
    }

    // The same picture, byte for byte, through a pipe.
    let piped = stage.with_token(CREATE).args(["-o", "-"]).output();
    assert_eq!((piped.status.code(), piped.stdout), (Some(0), bytes));
    assert!(piped.stderr.is_empty());
    assert_eq!(stage.sandbox.counts().charged_calls, 2);
}

/// What a new file here may be read by.
#[cfg(unix)]
fn umask() -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x"), "").unwrap();
    let mode = fs::metadata(folder.path().join("x"))
        .unwrap()
        .permissions()
        .mode();
    !mode & 0o666
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_says_what_came_and_what_it_took() {
    let stage = Stage::start().await;
    let out = stage.file("cat");
    let run = stage
        .with_token(CREATE)
        .args(["-o", &out, "--json", "-u", "-n", "2"])
        .run()
        .exits(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(run.stdout.lines().count(), 1);
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["balance", "cost", "files", "model", "usage"]);
    for (number, file) in answer["files"].as_array().unwrap().iter().enumerate() {
        let path = format!("{out}-{}.png", number + 1);
        assert_eq!(file["path"], path);
        assert_eq!(file["media_type"], "image/png");
        assert_eq!(file["bytes"], fs::metadata(path).unwrap().len());
        assert!(file.get("revised_prompt").is_some());
    }
    let wallet = stage.sandbox.wallet();
    assert_eq!(answer["cost"], wallet.spent);
    assert_eq!(answer["balance"]["remaining"], wallet.remaining);
    assert_eq!(stage.files(), ["cat-1.png", "cat-2.png"]);

    let out = stage.file("dog.png");
    let run = stage
        .with_token(CREATE)
        .args(["-o", &out, "-u"])
        .run()
        .exits(0)
        .prints("");
    run.says("\ntokens: ").says("\ncost: 0.0").says("\nbalance: ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_changed_and_varied() {
    let stage = Stage::start().await;
    let cat = stage.write("cat.png", CLEAR);
    let hat = stage.file("hat.png");
    let edit = [
        "image",
        "edit",
        "-m",
        "gpt-image-1",
        "-i",
        &cat,
        "-i",
        &cat,
        "--mask",
        &cat,
        "-o",
        &hat,
        "-",
    ];
    stage
        .with_token(edit)
        .run_with(b"Put a hat on the cat")
        .exits(0)
        .prints("");
    assert!(fs::read(&hat).unwrap().starts_with(PNG));
    let other = stage.file("other.png");
    let vary = ["image", "vary", "-m", "dall-e-2", &cat, "-o", &other];
    stage.with_token(vary).run().exits(0).prints("");
    assert!(fs::read(&other).unwrap().starts_with(PNG));
    let counts = stage.sandbox.counts();
    assert_eq!(counts.requests_to(Route::ImageEdits), 1);
    assert_eq!(counts.requests_to(Route::ImageVariations), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_place_is_not_paid_for() {
    let stage = Stage::start().await;
    let mine = stage.write("mine.png", b"mine");
    let folder = stage.state().parent().unwrap().to_str().unwrap().to_owned();
    let numbered = stage.file("n.png");
    stage.write("n-2.png", b"mine");
    for (args, code, says) in [
        (vec!["-o", &mine], 3, "exists already\nhelp: use --force"),
        (vec!["-o", &folder], 3, "is a folder"),
        (
            vec!["-o", "/nonexistent/cat.png"],
            3,
            "no file can be written at /nonexistent/cat.png",
        ),
        (vec!["-o", "/dev/null", "--force"], 3, "is no regular file"),
        (vec!["-o", "cat/"], 2, "names no file"),
        (vec!["-o", &numbered, "-n", "2"], 3, "n-2.png exists already"),
        (
            vec!["-o", "-", "-n", "2"],
            2,
            "several results cannot go to stdout",
        ),
        (
            vec!["-o", "-", "--json"],
            2,
            "stdout cannot hold the result and JSON",
        ),
        (vec![], 2, "--output <FILE>"),
    ] {
        stage
            .with_token(CREATE)
            .args(args)
            .run()
            .exits(code)
            .prints("")
            .says(says);
    }
    let edit = [
        "image",
        "edit",
        "-m",
        "gpt-image-1",
        "-o",
        &numbered,
        "A hat",
        "-i",
    ];
    for (file, says) in [
        ("/nonexistent", "/nonexistent cannot be read"),
        (&folder, "cannot be read"),
    ] {
        stage
            .with_token(edit)
            .arg(file)
            .run()
            .exits(3)
            .prints("")
            .says(says);
    }
    let empty = stage.write("empty.png", b"");
    stage.with_token(edit).arg(&empty).run().exits(3).says("is empty");
    stage
        .with_token(["image", "create", "-m", "gpt-image-1", "-o", &numbered, " "])
        .run()
        .exits(2)
        .says("there is no description");
    stage
        .program(CREATE)
        .args(["-o", &numbered])
        .run()
        .exits(4)
        .prints("");
    assert_eq!(stage.sandbox.counts().charged_calls, 0);
    assert_eq!(stage.files(), ["empty.png", "mine.png", "n-2.png"]);
    assert_eq!(fs::read(&mine).unwrap(), b"mine");
    stage
        .with_token(CREATE)
        .args(["-o", &mine, "--force"])
        .run()
        .exits(0);
    assert!(fs::read(&mine).unwrap().starts_with(PNG));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_extension_follows_the_content_and_takes_nothing_away() {
    let stage = Stage::start().await;
    let out = stage.file("cat.jpg");
    let run = stage.with_token(CREATE).args(["-o", &out]).run().exits(0);
    run.says("cat.png (image/png").says("cat.jpg was asked for");
    // The right name is taken now, and nobody said that it may be replaced.
    let run = stage
        .with_token(CREATE)
        .args(["-o", &out, "--force"])
        .run()
        .exits(0);
    run.says("cat-2.png (image/png");
    assert_eq!(stage.files(), ["cat-2.png", "cat.png"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_has_its_exit_code_and_leaves_no_file() {
    let stage = Stage::start().await;
    let out = stage.file("cat.png");
    let program = || stage.with_token(CREATE).args(["-o", &out]);
    let image = Route::ImageGenerations;
    stage.sandbox.fail_next(image, Fault::Html200);
    program().run().exits(8).prints("");
    stage.sandbox.fail_next(image, Fault::CutAfterBytes(100));
    program().run().exits(10).prints("").says("charged");
    stage
        .with_token(["image", "create", "-m", "gpt-4o-mini", "-o", &out, "A cat"])
        .run()
        .exits(13);
    stage.sandbox.set_balance(0.0);
    program()
        .run()
        .exits(5)
        .prints("")
        .says("error: the wallet is empty")
        .says("help: add money: `aipass topup`");
    assert!(stage.files().is_empty());
}

/// A disk that is full is found out only when all is paid for.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stdout_does_not_take_is_kept() {
    use std::process::Stdio;
    let stage = Stage::start().await;
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let program = stage.with_token(CREATE).args(["-o", "-"]);
    let program = program.env("TMPDIR", stage.file(""));
    let running = program.start_on([Stdio::null(), full.into(), Stdio::piped()]);
    running
        .wait()
        .exits(3)
        .says("error: stdout cannot be written\nhelp: it is paid for, so it is kept in ");
    let kept = stage.files();
    assert!(kept.len() == 1 && kept[0].starts_with("aipass-"), "{kept:?}");
    assert!(fs::read(stage.file(&kept[0])).unwrap().starts_with(PNG));
}

/// A link that leads nowhere is told: the picture behind it is paid for.
#[test]
fn a_picture_that_cannot_be_fetched_is_told_with_its_link() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("cat.png");
    let body = r#"{"data":[{"url":"http://10.0.0.1/cat.png"}]}"#;
    let server = Answers::start([answer("200 OK", "content-type: application/json\r\n", body)]);
    let run = server
        .program(CREATE)
        .args(["-o", out.to_str().unwrap()])
        .run()
        .exits(8)
        .prints("");
    run.says("the picture is paid for")
        .says("http://10.0.0.1/cat.png");
    assert!(!out.exists());
}

#[test]
fn fewer_pictures_than_asked_for_are_kept_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("cat.png");
    let body = r#"{"data":[{"b64_json":"iVBORw0KGgo="}]}"#;
    let server = Answers::start([answer("200 OK", "content-type: application/json\r\n", body)]);
    let program = server
        .program(CREATE)
        .args(["-n", "2", "-o", out.to_str().unwrap()]);
    program.run().exits(10).says("error: 1 of 2 pictures came");
    assert_eq!(fs::read(folder.path().join("cat-1.png")).unwrap(), PNG);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_says_that_it_may_have_been_charged() {
    let stage = Stage::start().await;
    stage.sandbox.fail_next(Route::ImageGenerations, Fault::Stall);
    let out = stage.file("cat.png");
    let running = stage.with_token(CREATE).args(["-o", &out]).start();
    while stage.sandbox.counts().requests_to(Route::ImageGenerations) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    running.interrupt();
    let run = running.wait().exits(130).prints("");
    run.says("error: interrupted\nhelp: the call may have been charged\n");
    assert!(stage.files().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_pipe_is_quiet() {
    let stage = Stage::start().await;
    let mut running = stage.with_token(CREATE).args(["-o", "-"]).start();
    running.close_stdout();
    let run = running.wait().exits(0);
    assert_eq!(run.stderr, "");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_gets_no_bytes_and_a_line_that_goes_away() {
    use super::terminal::Terminal;
    let stage = Stage::start().await;
    let program = |out: &str| stage.with_token(CREATE).args(["-o", out]).env("NO_COLOR", "1");
    let screen = Terminal::start(program("-")).end(2);
    assert!(
        screen.contains("the result is no text, and stdout is a terminal"),
        "{screen}"
    );
    assert_eq!(stage.sandbox.counts().charged_calls, 0);
    for (term, seen) in [("xterm", true), ("dumb", false)] {
        stage.sandbox.fail_next(Route::ImageGenerations, Fault::Stall);
        let mut terminal = Terminal::start(program(&stage.file("cat.png")).env("TERM", term));
        if seen {
            terminal.until("Drawing");
        }
        let asked = if seen { 1 } else { 2 };
        while stage.sandbox.counts().requests_to(Route::ImageGenerations) < asked {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        terminal.interrupt();
        let screen = terminal.end(130);
        assert!(seen || !screen.contains("Drawing"), "{screen}");
        assert!(screen.contains("the call may have been charged"), "{screen}");
    }
}
