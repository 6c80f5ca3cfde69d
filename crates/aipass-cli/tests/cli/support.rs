//! Running the program: with nothing in its environment but what the test puts there.

use aipass_sandbox::{ClientSeed, Sandbox, SandboxBuilder};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::{self, JoinHandle},
};
use tempfile::TempDir;

pub(super) const CLIENT_ID: &str = "client_cli";

/// How a run ended, and what it printed.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Run {
    #[track_caller]
    pub(super) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub(super) fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "{text:?} is not on stderr: {}",
            self.stderr
        );
        self
    }

    #[track_caller]
    pub(super) fn prints(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "stderr: {}", self.stderr);
        self
    }

    /// Both streams.
    pub(super) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// One call of the program.
pub(super) struct Program(Command);

impl Program {
    pub(super) fn new<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aipass"));
        command
            .args(args)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(command)
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(super) fn arg(mut self, arg: &str) -> Self {
        self.0.arg(arg);
        self
    }

    pub(super) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.args(args);
        self
    }

    pub(super) fn run(mut self) -> Run {
        self.0.output().unwrap().into()
    }

    /// Runs it with this on its standard input.
    pub(super) fn run_with(mut self, input: &[u8]) -> Run {
        let mut child = self.0.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// Runs it where it prints what may be no text.
    pub(super) fn output(mut self) -> Output {
        self.0.output().unwrap()
    }

    pub(super) fn start(mut self) -> Running {
        Running(self.0.spawn().unwrap())
    }

    /// Starts it with a pipe as its standard input.
    pub(super) fn start_with_input(mut self) -> Running {
        Running(self.0.stdin(Stdio::piped()).spawn().unwrap())
    }

    /// Starts it with these three streams.
    pub(super) fn start_on(mut self, streams: [Stdio; 3]) -> Running {
        let [stdin, stdout, stderr] = streams;
        self.0.stdin(stdin).stdout(stdout).stderr(stderr);
        Running(self.0.spawn().unwrap())
    }
}

/// A program that is still running. It ends with the test.
pub(super) struct Running(Child);

impl Running {
    /// Reads stderr up to the line that has this text. Gives what was read, that line included.
    pub(super) fn stderr_until(&mut self, text: &str) -> String {
        let mut lines = BufReader::with_capacity(1, self.0.stderr.as_mut().unwrap());
        let mut read = String::new();
        loop {
            let start = read.len();
            assert_ne!(
                lines.read_line(&mut read).unwrap(),
                0,
                "{text:?} did not come on stderr: {read}"
            );
            if read[start..].contains(text) {
                return read;
            }
        }
    }

    /// Reads stdout until this text has come.
    pub(super) fn stdout_until(&mut self, text: &str) {
        let stdout = self.0.stdout.as_mut().unwrap();
        let (mut read, mut byte) = (Vec::new(), [0]);
        while !read.ends_with(text.as_bytes()) {
            assert_eq!(
                stdout.read(&mut byte).unwrap(),
                1,
                "{text:?} did not come on stdout"
            );
            read.push(byte[0]);
        }
    }

    /// Closes the pipe that it prints into.
    pub(super) fn close_stdout(&mut self) {
        drop(self.0.stdout.take());
    }

    /// Writes a line to its standard input.
    pub(super) fn type_line(&mut self, line: &str) {
        let stdin = self.0.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    pub(super) fn close_stdin(&mut self) {
        drop(self.0.stdin.take());
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Waits for its end where its output goes elsewhere.
    pub(super) fn code(&mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }

    /// Presses Ctrl-C.
    pub(super) fn interrupt(&self) {
        let status = Command::new("kill")
            .args(["-INT", &self.0.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for its end. The output is what was not read before.
    pub(super) fn wait(mut self) -> Run {
        drop(self.0.stdin.take());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        if let Some(mut pipe) = self.0.stdout.take() {
            pipe.read_to_string(&mut stdout).unwrap();
        }
        self.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        Run {
            code: self.0.wait().unwrap().code(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.0.kill();
    }
}

/// A sandbox with a registered client, and a home for the program's session.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    home: TempDir,
    port: u16,
}

impl Stage {
    pub(super) async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    /// With a sandbox of other settings.
    pub(super) async fn start_with(set: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let port = free_port();
        let client = ClientSeed::new(CLIENT_ID).redirect_uri(format!("http://127.0.0.1:{port}/callback"));
        let builder = set(Sandbox::builder().client(client));
        let sandbox = builder.start().await.unwrap();
        Self {
            sandbox,
            home: tempfile::tempdir().unwrap(),
            port,
        }
    }

    /// The program with the client id and the session of this stage.
    pub(super) fn program<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        Program::new(args)
            .env("AIPASS_BASE_URL", self.sandbox.base_url())
            .env("AIPASS_CLIENT_ID", CLIENT_ID)
            .env("AIPASS_CONFIG_DIR", self.state())
    }

    /// The program with nothing but its folder, so that everything comes from the profile.
    pub(super) fn bare<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        Program::new(args).env("AIPASS_CONFIG_DIR", self.state())
    }

    /// Writes `profiles.toml`, with the sandbox's address in the place of `{base_url}` and its redirect URI in that of
    /// `{redirect_uri}`.
    pub(super) fn write_profiles(&self, text: &str) {
        let dir = self.state();
        std::fs::create_dir_all(&dir).unwrap();
        private(&dir, 0o700);
        let text = text
            .replace("{base_url}", self.sandbox.base_url())
            .replace("{redirect_uri}", &self.redirect_uri());
        std::fs::write(dir.join("profiles.toml"), text).unwrap();
        private(&dir.join("profiles.toml"), 0o600);
    }

    pub(super) fn profiles(&self) -> String {
        std::fs::read_to_string(self.state().join("profiles.toml")).unwrap()
    }

    pub(super) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}/callback", self.port)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The file of the one session.
    pub(super) fn session_file(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.state()).unwrap();
        let mut files = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let file = files.next().unwrap();
        assert!(files.next().is_none(), "there are several sessions");
        file
    }

    /// Lets the access token on this machine be past its end, as the program sees it.
    pub(super) fn expire_here(&self) {
        let file = self.session_file();
        let mut session: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let obtained = session["obtained_at"].as_u64().unwrap();
        session["obtained_at"] = (obtained - 7200).into();
        session["expires_at"] = (obtained - 3600).into();
        std::fs::write(&file, session.to_string()).unwrap();
    }

    /// The program with an access token in its environment, and neither client id nor session.
    pub(super) fn with_token<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        let tokens = self
            .sandbox
            .issue_tokens(CLIENT_ID, &["api:access", "profile:read"])
            .unwrap();
        Program::new(args)
            .env("AIPASS_BASE_URL", self.sandbox.base_url())
            .env("AIPASS_ACCESS_TOKEN", tokens.access_token)
            .env("AIPASS_CONFIG_DIR", self.state())
    }

    /// A path beside the state, for what the program reads and writes.
    pub(super) fn file(&self, name: &str) -> String {
        self.home.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes such a file; gives its path.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.file(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The names of the files there, in order.
    pub(super) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.home.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "state").collect();
        names.sort();
        names
    }

    pub(super) fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    pub(super) fn login_program(&self) -> Program {
        self.program(["login", "--no-browser", "--port", &self.port.to_string()])
    }

    /// Runs a login to its end, with a person who allows the access.
    pub(super) async fn login(&self, program: Program) -> Run {
        let mut running = program.start();
        let before = running.stderr_until("/oauth2/authorize?");
        self.sandbox.approve(address_in(&before)).await.unwrap();
        let mut run = running.wait();
        run.stderr.insert_str(0, &before);
        run
    }
}

/// Gives a file or folder these rights, where there are such.
pub(super) fn private(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// The address on the last line of what a login printed.
pub(super) fn address_in(stderr: &str) -> &str {
    stderr.lines().last().unwrap().trim()
}

/// A port that nobody listens on. It lies below the range from which the system hands ports out, since a connection of
/// another test could draw it there before the program under test takes it.
pub(super) fn free_port() -> u16 {
    static NEXT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
    let slot = u16::try_from(std::process::id() % 100).unwrap();
    loop {
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 100;
        let port = 20_000 + slot * 100 + next;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A server for one stream: each text that is sent to it goes out as it is, and dropping it closes the connection.
pub(super) struct RawStream {
    port: u16,
    texts: Option<std::sync::mpsc::Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl RawStream {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (texts, to_send) = std::sync::mpsc::channel::<String>();
        let thread = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            read_request(&mut socket);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            socket.write_all(head.as_bytes()).unwrap();
            for text in to_send {
                // The program may have gone by now.
                let _ = socket.write_all(text.as_bytes());
            }
        });
        Self {
            port,
            texts: Some(texts),
            thread: Some(thread),
        }
    }

    pub(super) fn program<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        Program::new(args)
            .env("AIPASS_BASE_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AIPASS_ACCESS_TOKEN", "token")
    }

    /// Sends a piece of the answer.
    pub(super) fn word(&self, word: &str) {
        self.send(&format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{word}\"}}}}]}}\n\n"
        ));
    }

    pub(super) fn send(&self, text: &str) {
        self.texts.as_ref().unwrap().send(text.to_owned()).unwrap();
    }

    /// Closes the connection.
    pub(super) fn close(mut self) {
        self.texts = None;
        self.thread.take().unwrap().join().unwrap();
    }
}

/// A server that gives one answer after the other, byte for byte, each on a connection of its own.
pub(super) struct Answers {
    port: u16,
    requests: std::sync::mpsc::Receiver<(String, String)>,
}

impl Answers {
    pub(super) fn start<A: Into<Vec<u8>>>(answers: impl IntoIterator<Item = A>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, requests) = std::sync::mpsc::channel();
        let answers: Vec<Vec<u8>> = answers.into_iter().map(Into::into).collect();
        thread::spawn(move || {
            for answer in answers {
                let (mut socket, _) = listener.accept().unwrap();
                let _ = seen.send(read_whole_request(&mut socket));
                // The program may have gone by now.
                let _ = socket.write_all(&answer);
            }
        });
        Self { port, requests }
    }

    /// One answer with this status line, these headers and this body.
    pub(super) fn one(status: &str, headers: &str, body: &str) -> Self {
        Self::start([answer(status, headers, body)])
    }

    pub(super) fn program<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Program {
        Program::new(args)
            .env("AIPASS_BASE_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AIPASS_ACCESS_TOKEN", "token")
    }

    /// The head and the body of the next request.
    pub(super) fn request(&self) -> (String, String) {
        self.requests.recv().unwrap()
    }
}

/// An answer as it goes over the wire; each of the headers ends with a line break of HTTP.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Reads one request; gives its head.
pub(super) fn read_request(socket: &mut TcpStream) -> String {
    read_whole_request(socket).0
}

fn read_whole_request(socket: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(socket);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        assert_ne!(
            reader.read_line(&mut line).unwrap(),
            0,
            "the request ended in its head"
        );
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// A browser on another machine: clicks "allow" or "deny" on the consent page, and gives the address that it ends up
/// at without opening it.
pub(super) fn decide(url: &str, decision: &str) -> String {
    let page = get(url);
    let mut form = format!("decision={decision}");
    for input in page.split("<input").skip(1) {
        let attribute = |name: &str| {
            let (_, rest) = input.split_once(&format!("{name}=\""))?;
            Some(rest.split('"').next()?.replace("&amp;", "&"))
        };
        if let (Some(name), Some(value)) = (attribute("name"), attribute("value")) {
            form += &format!("&{name}={}", encoded(&value));
        }
    }
    let action = page
        .split("action=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
    let target = if action.starts_with('/') {
        origin + action
    } else {
        action.to_owned()
    };
    let answer = ask(&target, "POST", &form);
    let location = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location")
            .then(|| value.trim().to_owned())
    });
    location.unwrap_or_else(|| panic!("no redirect: {answer}"))
}

pub(super) fn get(url: &str) -> String {
    ask(url, "GET", "")
}

fn ask(url: &str, method: &str, form: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut socket = TcpStream::connect(host).unwrap();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    );
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// Compares with a golden file; `UPDATE_GOLDEN=1` writes it.
#[track_caller]
pub(super) fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "tests/golden/{name} differs; UPDATE_GOLDEN=1 writes it anew"
    );
}
