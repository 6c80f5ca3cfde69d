//! The login in a real browser: starts chromedriver, and lets `tests/examples/browser` do the rest.

use super::{Outside, OutsideError, programs, running};
use std::{
    env,
    ffi::OsStr,
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    time::Duration,
};

const CHROMEDRIVER: &[&str] = &["chromedriver"];
const CHROMIUM: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

const START_LIMIT: Duration = Duration::from_secs(30);
/// The program has a limit of its own below this.
const CHECK_LIMIT: Duration = Duration::from_secs(150);
/// For chromedriver to close its browsers.
const END_LIMIT: Duration = Duration::from_secs(5);

pub(super) fn run(root: &Path) -> Result<(), OutsideError> {
    let chromedriver = programs::find_or("CHROMEDRIVER", CHROMEDRIVER)?;
    let chromium = programs::find_or("CHROMIUM", CHROMIUM)?;
    let folder = Outside::Browser.folder(root)?;
    Outside::Browser.build(root)?;
    let driver = Driver::start(&chromedriver)?;
    let url = format!("http://127.0.0.1:{}", driver.port);
    let mut args: Vec<&OsStr> = vec![url.as_ref(), chromium.as_ref(), folder.as_ref()];
    if programs::is_root() {
        args.push("--no-sandbox".as_ref());
    }
    Outside::Browser.make_checks(root, &args, CHECK_LIMIT)
}

/// The running chromedriver. It is asked to end, so that it closes its browsers, before it is made to.
struct Driver {
    program: running::Running,
    port: u16,
    /// What the browser leaves behind goes with it. Not below the target folder: the path of the browser's socket must
    /// be short.
    scratch: PathBuf,
}

impl Driver {
    fn start(chromedriver: &Path) -> Result<Self, OutsideError> {
        let scratch = env::temp_dir().join(format!("aipass-browser-{}", process::id()));
        fs::create_dir_all(&scratch).map_err(OutsideError::io("the browser's folder"))?;
        let program = running::Running::start(
            Command::new(chromedriver)
                .arg("--port=0")
                .env("TMPDIR", &scratch)
                .stderr(Stdio::null()),
        )
        .map_err(OutsideError::io("chromedriver"))?;
        let mut driver = Self {
            program,
            port: 0,
            scratch,
        };
        driver.port = driver
            .program
            .wait_for(START_LIMIT, port_of)
            .map_err(|why| OutsideError::Failed(format!("chromedriver did not start: {why}")))?;
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended, and without a port there was never anything to ask.
        let _ = ask_to_end(self.port);
        self.program.end(END_LIMIT);
        // What is left there is empty, and the system clears it in the end.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

fn ask_to_end(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(END_LIMIT))?;
    write!(
        stream,
        "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

/// The port in `ChromeDriver was started successfully on port 38915.`
fn port_of(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_right_line() {
        assert_eq!(
            port_of("ChromeDriver was started successfully on port 38915."),
            Some(38915)
        );
        for line in [
            "Starting ChromeDriver 130.0.6723.91 (53ac076) on port 0",
            "Only local connections are allowed.",
            "",
        ] {
            assert_eq!(port_of(line), None, "{line}");
        }
    }
}
