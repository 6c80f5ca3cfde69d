//! Programs with a time limit, and programs that run beside a check and end with it.

use std::{
    io::{self, BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

const POLL: Duration = Duration::from_millis(20);

/// Runs a program to its end; `None` if it took too long and was ended.
pub(super) fn within(limit: Duration, command: &mut Command) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    let status = wait(&mut child, limit)?;
    if status.is_none() {
        end(&mut child);
    }
    Ok(status)
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself meanwhile.
    let _ = child.kill();
    let _ = child.wait();
}

/// A program that runs beside a check. It is ended when this is dropped; should we be killed, its input ends, and what
/// the terminal interrupts is interrupted with us.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (sender, lines) = mpsc::channel();
        if let Some(output) = child.stdout.take() {
            // Reads on to the end, so that the program is never stopped by a full pipe.
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // Nobody listens once the line was found that was waited for.
                    let _ = sender.send(line);
                }
            });
        }
        Ok(Self { child, lines })
    }

    /// Waits for the line that says where the program listens.
    pub(super) fn wait_for<T>(
        &mut self,
        limit: Duration,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<T, &'static str> {
        let start = Instant::now();
        loop {
            let rest = limit.saturating_sub(start.elapsed());
            match self.lines.recv_timeout(rest) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err("it did not say in time where it listens"),
                Err(RecvTimeoutError::Disconnected) => return Err("it ended at once"),
            }
        }
    }

    /// Lets the program end by itself for so long, and then makes it.
    pub(super) fn end(&mut self, patience: Duration) {
        if !matches!(wait(&mut self.child, patience), Ok(Some(_))) {
            end(&mut self.child);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let status = within(Duration::from_millis(50), &mut shell("exec sleep 600")).unwrap();
        assert!(status.is_none());
        let status = within(Duration::from_secs(60), &mut shell("exit 3")).unwrap();
        assert_eq!(status.unwrap().code(), Some(3));
    }

    #[test]
    fn the_line_is_found_among_others() {
        let mut running = Running::start(&mut shell("echo hello; echo port 17; exec sleep 600")).unwrap();
        let port = running.wait_for(Duration::from_secs(60), |line| {
            line.strip_prefix("port ")?.parse::<u16>().ok()
        });
        assert_eq!(port, Ok(17));
    }

    #[test]
    fn a_program_that_says_nothing_or_ends_is_told_apart() {
        let mut silent = Running::start(&mut shell("exec sleep 600")).unwrap();
        let found = silent.wait_for(Duration::from_millis(50), |_| Some(()));
        assert_eq!(found, Err("it did not say in time where it listens"));
        let mut gone = Running::start(&mut shell("echo sorry")).unwrap();
        let found = gone.wait_for(Duration::from_secs(60), |line| {
            line.strip_prefix("port ").map(str::len)
        });
        assert_eq!(found, Err("it ended at once"));
    }

    #[test]
    fn a_program_ends_with_its_input_and_with_its_guard() {
        let mut running = Running::start(&mut shell("echo $$; exec cat")).unwrap();
        let id: u32 = running
            .wait_for(Duration::from_secs(60), |line| line.parse().ok())
            .unwrap();
        assert_eq!(id, running.child.id());
        drop(running);
        let alive = Command::new("kill")
            .args(["-0", &id.to_string()])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(!alive.success(), "it was waited for, so nothing of it is left");
    }
}
