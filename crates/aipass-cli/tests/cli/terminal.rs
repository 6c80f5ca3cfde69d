//! The program at a real terminal: a person is asked, and nobody else.

use super::support::{Answers, Program, Running, Stage, address_in, decide};
use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    process::Stdio,
};

/// A terminal with a program in it. What it shows and what is typed are one stream, as for a person.
pub(super) struct Terminal {
    screen: File,
    shown: String,
    running: Running,
}

/// A screen as most are.
const SIZE: Winsize = Winsize {
    ws_row: 24,
    ws_col: 80,
    ws_xpixel: 0,
    ws_ypixel: 0,
};

impl Terminal {
    pub(super) fn start(program: Program) -> Self {
        let control = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&control).unwrap();
        unlockpt(&control).unwrap();
        tcsetwinsize(&control, SIZE).unwrap();
        let name = ptsname(&control, Vec::new()).unwrap();
        let open = || {
            let path = name.to_str().unwrap();
            Stdio::from(OpenOptions::new().read(true).write(true).open(path).unwrap())
        };
        let running = program.start_on([open(), open(), open()]);
        Self {
            screen: control.into(),
            shown: String::new(),
            running,
        }
    }

    /// Reads until this stands on the screen; gives what has been shown so far.
    pub(super) fn until(&mut self, text: &str) -> String {
        let mut bytes = [0; 1024];
        while !self.shown.contains(text) {
            match self.screen.read(&mut bytes) {
                // The terminal is gone once the program has ended.
                Ok(0) | Err(_) => panic!("{text:?} did not come: {}", self.shown),
                Ok(length) => self.shown += &String::from_utf8_lossy(&bytes[..length]),
            }
        }
        std::mem::take(&mut self.shown)
    }

    pub(super) fn type_line(&mut self, line: &str) {
        self.screen.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Waits for its end; gives what was shown last.
    pub(super) fn end(mut self, code: i32) -> String {
        let mut bytes = [0; 1024];
        while let Ok(length @ 1..) = self.screen.read(&mut bytes) {
            self.shown += &String::from_utf8_lossy(&bytes[..length]);
        }
        assert_eq!(self.running.code(), Some(code), "{}", self.shown);
        self.shown
    }

    /// Presses Ctrl-C.
    pub(super) fn interrupt(&self) {
        self.running.interrupt();
    }
}

/// The address on the screen.
fn shown_address(screen: &str) -> String {
    let up_to = screen
        .lines()
        .take_while(|line| !line.contains("Waiting"))
        .collect::<Vec<_>>();
    let line = up_to
        .iter()
        .find(|line| line.contains("/oauth2/authorize?"))
        .unwrap();
    address_in(line).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_needs_a_login_offers_one_and_goes_on() {
    let stage = Stage::start().await;
    stage.write_profiles("[profiles.default]\nclient_id = \"client_cli\"\nbase_url = \"{base_url}\"\nredirect_uris = [\"{redirect_uri}\"]\n");
    for args in [
        &["balance"][..],
        &["models"],
        &["whoami"],
        &["token"],
        &["chat", "-m", "gpt-4o-mini", "Hi"],
    ] {
        let mut terminal = Terminal::start(stage.bare(args));
        terminal.until("Nobody is signed in. Sign in now? [Y/n] ");
        terminal.type_line("");
        let screen = terminal.until("Waiting up to 5 minutes");
        assert!(
            screen.contains("Paste the address that it ends up at."),
            "{screen}"
        );
        stage.sandbox.approve(&shown_address(&screen)).await.unwrap();
        let screen = terminal.end(0);
        assert!(screen.contains("Signed in as Robin Sandbox"), "{screen}");
        let last = screen.trim_end().lines().last().unwrap();
        assert!(!last.is_empty() && !last.contains("error"), "{screen}");
        stage.bare(["logout"]).run().exits(0);
    }
}

/// The login comes before the question is typed, so that it is not lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_typed_is_not_lost_to_a_login() {
    let stage = Stage::start().await;
    let mut terminal = Terminal::start(stage.program(["chat", "-m", "gpt-4o-mini", "-"]));
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_line("n");
    terminal.end(4);
    let token = stage.with_token(["chat", "-m", "gpt-4o-mini", "-"]);
    let mut terminal = Terminal::start(token);
    // Ctrl-D ends what is typed.
    terminal.type_line("Hi\n\u{4}");
    let screen = terminal.end(0);
    assert!(screen.contains("You asked: \"Hi"), "{screen}");
}

/// Nor is its first line, to a login that would have taken a pasted address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_typed_after_a_login_is_whole() {
    let stage = Stage::start().await;
    stage.write_profiles("[profiles.default]\nclient_id = \"client_cli\"\nbase_url = \"{base_url}\"\nredirect_uris = [\"{redirect_uri}\"]\n");
    let mut terminal = Terminal::start(stage.bare(["chat", "-m", "gpt-4o-mini", "-"]));
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_line("y");
    let screen = terminal.until("Waiting up to 5 minutes");
    assert!(!screen.contains("Paste"), "{screen}");
    stage.sandbox.approve(&shown_address(&screen)).await.unwrap();
    terminal.until("Signed in as Robin Sandbox");
    terminal.type_line("First\nSecond\n\u{4}");
    let screen = terminal.end(0);
    assert!(screen.contains("You asked: \"First"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_no_gets_the_usual_end() {
    let stage = Stage::start().await;
    let mut terminal = Terminal::start(stage.program(["balance"]));
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_line("n");
    let screen = terminal.end(4);
    assert!(screen.contains("nobody is signed in"), "{screen}");
    // A login would not help a token of the environment.
    let token = stage
        .with_token(["balance"])
        .env("AIPASS_ACCESS_TOKEN", "unknown");
    let screen = Terminal::start(token).end(4);
    assert!(!screen.contains("Sign in now?"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_can_be_pasted_while_the_listener_waits() {
    let stage = Stage::start().await;
    let port = stage.port().to_string();
    let program = stage
        .program(["login", "--port", &port])
        .env("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22");
    let mut terminal = Terminal::start(program);
    let screen = terminal.until("Waiting up to 5 minutes");
    assert!(
        screen.contains("Else paste the address that it ends up at."),
        "{screen}"
    );
    terminal.type_line("http://127.0.0.1/callback?code=x&state=y");
    terminal.until("does not complete this login");
    // The browser runs elsewhere: it does not get to the listener, and its address bar is all there is.
    terminal.type_line(&decide(&shown_address(&screen), "allow"));
    assert!(terminal.end(0).contains("Signed in as Robin Sandbox"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_pasted_at_the_terminal() {
    let stage = Stage::start().await;
    let port = stage.port().to_string();
    let mut terminal = Terminal::start(stage.program(["login", "--paste", "--port", &port]));
    let screen = terminal.until("paste the address that the browser ends up at:");
    let callback = decide(&shown_address(&screen), "allow");
    terminal.type_line(&callback);
    assert!(terminal.end(0).contains("Signed in as Robin Sandbox"));
}

/// A token that is typed would stand on the screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_not_read_from_a_terminal() {
    let stage = Stage::start().await;
    let screen = Terminal::start(stage.program(["login", "--with-token"])).end(2);
    assert!(screen.contains("would be seen on this terminal"), "{screen}");
    assert!(screen.contains("aipass login --with-token < FILE"), "{screen}");
}

/// Bytes could make a terminal do anything; a text is shown without what it would obey.
#[test]
fn a_terminal_gets_text_and_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let sound = Answers::one("200 OK", "content-type: audio/mpeg\r\n", "ID3\x1b[2J");
    let screen = Terminal::start(
        sound
            .program(["api", "POST", "/oauth2/v1/audio/speech"])
            .env("NO_COLOR", "1")
            .env("TMPDIR", folder.path()),
    )
    .end(3);
    assert!(
        screen.contains("error: the answer is audio/mpeg, and not for a terminal")
            && screen.contains("help: it is paid for, so it is kept in "),
        "{screen}"
    );
    let kept = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    assert_eq!(std::fs::read(kept.path()).unwrap(), b"ID3\x1b[2J");
    assert!(!screen.contains("ID3"), "{screen}");

    let text = Answers::one(
        "200 OK",
        "content-type: text/plain\r\nx-a: \u{9b}2J\r\n",
        "one\x1b[2J\u{20ac}",
    );
    let screen = Terminal::start(text.program(["api", "GET", "/x", "-i"]).env("NO_COLOR", "1")).end(0);
    assert!(screen.ends_with("one[2J\u{20ac}\r\n"), "{screen:?}");
    assert!(!screen.contains(['\x1b', '\u{9b}']), "{screen:?}");

    let broken = Answers::one(
        "500 Oh",
        "content-type: image/png\r\nx-should-retry: false\r\n",
        "\x1b[2J",
    );
    let screen = Terminal::start(broken.program(["api", "GET", "/x"]).env("NO_COLOR", "1")).end(9);
    assert!(!screen.contains('\x1b'), "{screen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raw_call_offers_a_login_and_hides_the_refusal_before_it() {
    let stage = Stage::start().await;
    stage.write_profiles("[profiles.default]\nclient_id = \"client_cli\"\nbase_url = \"{base_url}\"\nredirect_uris = [\"{redirect_uri}\"]\n");
    stage.login(stage.login_program()).await.exits(0);
    stage.sandbox.revoke_all();
    let mut terminal = Terminal::start(stage.bare(["api", "GET", "/api/v1/usage/me/summary"]));
    let screen = terminal.until("Sign in now? [Y/n] ");
    assert!(!screen.contains('{'), "{screen}");
    terminal.type_line("");
    let screen = terminal.until("Waiting up to 5 minutes");
    stage.sandbox.approve(&shown_address(&screen)).await.unwrap();
    let screen = terminal.end(0);
    assert!(screen.contains("\"remainingBudget\""), "{screen}");
}
