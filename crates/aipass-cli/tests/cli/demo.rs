//! `aipass demo`, the first thing that anybody runs.

use super::support::{Program, address_in, decide, free_port, get, golden};
use std::fs;

#[test]
fn every_step_of_the_demo_holds() {
    let run = Program::new(["demo"]).run().exits(0);
    golden("demo.txt", &masked(&run.stdout));
    assert_eq!(run.stderr, "Next: `aipass login` signs in to AI Pass itself.\n");
}

#[test]
fn the_demo_needs_no_network_and_no_settings() {
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    Program::new(["demo"])
        .env("HTTP_PROXY", &nowhere)
        .env("ALL_PROXY", &nowhere)
        .env("AIPASS_BASE_URL", &nowhere)
        .env("AIPASS_ACCESS_TOKEN", "token")
        .env("AIPASS_CLIENT_ID", "client")
        .env("AIPASS_CONFIG_DIR", "/dev/null/nowhere")
        .run()
        .exits(0);
}

#[test]
fn the_demo_logs_and_shows_no_secret() {
    let run = Program::new(["demo"]).env("AIPASS_LOG", "trace").run().exits(0);
    assert!(
        run.stderr.contains("aipass_auth"),
        "nothing was logged: {}",
        run.stderr
    );
    assert!(!run.all().contains("sbx_"), "{}", run.all());
}

/// Whether it ends well, breaks off or is interrupted.
#[test]
fn the_demo_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let demo = || Program::new(["demo"]).env("TMPDIR", folder.path());
    let is_empty = || fs::read_dir(folder.path()).unwrap().next().is_none();
    demo().run().exits(0);
    assert!(is_empty());
    let mut running = demo().start();
    running.close_stdout();
    running.wait().exits(1);
    assert!(is_empty());
    #[cfg(unix)]
    {
        let mut running = demo().start();
        running.stdout_until("lighthouse.png");
        assert!(!is_empty());
        running.interrupt();
        running.wait().exits(130);
        assert!(is_empty());
    }
}

#[test]
fn the_demo_keeps_its_files_where_it_is_told_to_and_replaces_none() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let keep = || Program::new(["demo".as_ref(), "--keep".as_ref(), kept.as_os_str()]).run();
    let run = keep().exits(0);
    assert!(
        run.stderr
            .starts_with(&format!("The files are in {}.\n", kept.display()))
    );
    for (name, start) in [
        ("receipt.jpg", b"\xFF\xD8\xFF\xE0".as_slice()),
        (
            "lighthouse.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x06\0",
        ),
        ("tide.mp3", b"ID3"),
        ("waves.mp4", b"\0\0\0\x1cftyp"),
    ] {
        let bytes = fs::read(kept.join(name)).unwrap();
        assert!(bytes.starts_with(start), "{name}: {:?}", bytes.get(..32));
    }
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 4);

    fs::write(kept.join("tide.mp3"), "mine").unwrap();
    keep()
        .exits(3)
        .says("error: the folder for the files of the demo cannot be made: ");
    assert_eq!(fs::read(kept.join("tide.mp3")).unwrap(), b"mine");
}

/// The text with ids and numbers as stars, but for the money and the counts of the demo itself.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        let (head, tail) = match (word.strip_prefix("client_"), word.find("127.0.0.1:")) {
            (Some(_), _) => ("client_", " "),
            (None, Some(at)) => {
                let port = at + "127.0.0.1:".len();
                let digits = word[port..].bytes().take_while(u8::is_ascii_digit).count();
                (&word[..port], &word[port + digits..])
            }
            (None, None) => {
                masked.push_str(word);
                continue;
            }
        };
        masked.push_str(&format!("{head}*{tail}"));
    }
    masked
}

/// 0 says that every step held; a reader that leaves before the end cannot know that.
#[test]
fn a_demo_that_nobody_reads_to_its_end_is_no_success() {
    let mut running = Program::new(["demo"]).start();
    running.close_stdout();
    running.wait().exits(1);
}

/// Nothing is broken where the person said no, so there is nothing to report.
#[test]
fn a_demo_that_the_person_declines_says_so() {
    // Without a PATH no browser is found.
    let mut running = Program::new(["demo", "--browser"]).start();
    let before = running.stderr_until("/oauth2/authorize?");
    let callback = decide(address_in(&before), "deny");
    get(&callback);
    let run = running.wait().exits(1);
    assert!(!run.stderr.contains("report"), "{}", run.stderr);
    run.says("error: you declined the access, and the demo goes no further without it\nhelp: `aipass demo");
}
