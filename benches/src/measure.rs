//! Processes that are measured: by their CPU time, and by their instructions where valgrind is installed.

use crate::{
    Error,
    chat::{Shape, Side},
};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The CPU time of this process so far.
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap_or_default(),
        time.tv_nsec.try_into().unwrap_or_default(),
    )
}

/// The server, in a process of its own that ends with this value.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start() -> Result<Self, Error> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        Ok(Self {
            child,
            url: url.trim().to_owned(),
        })
    }

    /// The CPU time of one call in nanoseconds, of a new process that makes so many.
    pub fn cpu(&self, side: Side, shape: Shape, calls: u32) -> Result<f64, Error> {
        let program = std::env::current_exe()?;
        let output = Command::new(program)
            .args(self.client(side, shape, calls))
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        text.trim()
            .parse()
            .map_err(|_| format!("{}{}", text, String::from_utf8_lossy(&output.stderr)).into())
    }

    /// The instructions of one call: the difference between two runs of different length. `None` without valgrind.
    pub fn instructions(&self, side: Side, shape: Shape) -> Result<Option<f64>, Error> {
        const FEW: u32 = 128;
        const MANY: u32 = 640;
        let (Some(few), Some(many)) = (
            self.collected(side, shape, FEW)?,
            self.collected(side, shape, MANY)?,
        ) else {
            return Ok(None);
        };
        Ok(Some((many - few) / f64::from(MANY - FEW)))
    }

    fn collected(&self, side: Side, shape: Shape, calls: u32) -> Result<Option<f64>, Error> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe()?)
            .args(self.client(side, shape, calls))
            .output();
        let output = match output {
            Ok(output) => output,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let collected = said
            .lines()
            .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
        match collected {
            Some(count) => Ok(Some(count)),
            None => Err(said.into()),
        }
    }

    fn client(&self, side: Side, shape: Shape, calls: u32) -> Vec<String> {
        let calls = calls.to_string();
        let args = [
            "client",
            "--url",
            &self.url,
            "--side",
            side.name(),
            "--shape",
            shape.name(),
            "--calls",
            &calls,
        ];
        args.map(str::to_owned).into()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
