//! Every example as a process: it ends by itself, with success, and says what it should.
//!
//! `cargo test` builds the examples beside the tests, so nothing is built for this a second time. A run of this test alone
//! (`--test examples`) uses those that were built last.

#![expect(clippy::unwrap_used, reason = "a step that fails fails its test")]

use std::{
    collections::BTreeSet,
    env, fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Each with a line of what it prints, or the start of one.
const EXAMPLES: &[(&str, &str)] = &[
    ("axum_sessions", "Eve comes with a guessed state: 400"),
    ("balance", "topped up: 4.9987 USD left"),
    ("deep_link_login", "hello, Robin Sandbox"),
    (
        "embeddings_search",
        "  0.67  The bread needs an hour in the oven.",
    ),
    ("image_edit", "it is image/png of 1024x1024 pixels"),
    ("policy_tables", "# Retries"),
    ("quickstart", "signed in, with api:access and profile:read"),
    ("receipt", "22.70 GBP at Harbour Grocers on 2026-03-14"),
    ("serve_chat", "16 events, of which the last is data: [DONE]"),
    ("speech_and_transcript", "heard: The ferry leaves at nine."),
    ("streaming", "finish reason: stop, "),
    ("tools", "get_weather -> {\"celsius\":21.5,\"sky\":\"clear\"}"),
    ("video_wait", "waiting: 100 %"),
];

/// Far more than any of them needs: one that never ends must not hold up the tests for ever.
const PATIENCE: Duration = Duration::from_secs(120);

fn is_built(name: &str) -> bool {
    name != "quickstart" || cfg!(feature = "loopback")
}

/// Beside the folder of the test's own program.
fn program(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{name} is not built: run `cargo test -p aipass`, or `cargo build -p aipass --examples` before it"
    );
    program
}

/// What it prints, once it has ended well.
fn output(name: &str) -> String {
    let mut child = Command::new(program(name))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (done, ended) = mpsc::channel();
    let reader = thread::spawn(move || {
        let (mut out, mut err) = (String::new(), String::new());
        // One after the other: what any of them complains of fits into a pipe.
        let read = stdout
            .read_to_string(&mut out)
            .and_then(|_| stderr.read_to_string(&mut err));
        done.send(read).unwrap();
        (out, err)
    });
    let read = ended.recv_timeout(PATIENCE);
    if read.is_err() {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    let (out, err) = reader.join().unwrap();
    read.unwrap_or_else(|_| panic!("{name} did not end by itself: {out}{err}"))
        .unwrap();
    assert!(status.success(), "{name}: {status}\n{out}{err}");
    assert_eq!(err, "", "{name} complains");
    out
}

#[test]
fn every_example_ends_well_and_says_what_it_should() {
    let built = EXAMPLES.iter().filter(|(name, _)| is_built(name));
    let running: Vec<_> = built
        .map(|&(name, line)| (name, line, thread::spawn(move || output(name))))
        .collect();
    for (name, line, example) in running {
        let text = example.join().unwrap();
        let says = text.lines().any(|said| said.starts_with(line));
        assert!(says, "{name} does not say {line:?}:\n{text}");
    }
}

#[test]
fn no_example_is_left_out_here_or_in_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(root.join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let examples: BTreeSet<_> = files
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs") || path.join("main.rs").exists())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let tried: BTreeSet<_> = EXAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(examples, tried);

    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| {
        let command = line.strip_prefix("| `cargo run -p aipass --example ")?;
        command.split_once('`').map(|(name, _)| name.to_owned())
    });
    let mut shown: BTreeSet<_> = rows.collect();
    // It prints a part of the documentation, and shows nobody how to do something.
    shown.insert("policy_tables".to_owned());
    assert_eq!(shown, examples);
}
