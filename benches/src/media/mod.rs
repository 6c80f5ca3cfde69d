//! Files up and down, and vectors: what they cost, and how much memory they take.

mod facade;
mod raw;
pub(crate) mod wire;

use crate::{
    Failure, Side, memory,
    paired::{self, Cost},
    report::{Report, Row},
    server::Server,
};
use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::{self, Command},
    str::FromStr,
};

/// The length of a file that goes up or down.
pub(crate) const FILE: usize = 64 * 1024 * 1024;

/// The texts of a call for embeddings, and the numbers of a vector.
pub(crate) const TEXTS: usize = 2048;
pub(crate) const DIMENSIONS: usize = 1536;

/// Runs of each side, each in a process of its own.
const PAIRS: usize = 7;

const TOKEN: &str = "at_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Upload,
    Download,
    Embeddings,
}

impl Work {
    const ALL: [Self; 3] = [Self::Upload, Self::Download, Self::Embeddings];

    fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Embeddings => "embeddings",
        }
    }

    /// In words, the goal of the CPU's ratio, and the goal of the memory.
    fn goals(self) -> (String, f64, Memory) {
        match self {
            Self::Upload => {
                let what = format!("upload of a file of {} MiB", FILE >> 20);
                (what, 0.15, Memory::MoreThanRaw(8.0))
            }
            Self::Download => {
                let what = format!("download of {} MiB to a file", FILE >> 20);
                (what, 1.05, Memory::MoreThanRaw(2.0))
            }
            Self::Embeddings => {
                let what = format!("embeddings, {TEXTS} × {DIMENSIONS}");
                (what, 0.20, Memory::AboveStart(28.0))
            }
        }
    }
}

/// The most memory, in MiB.
enum Memory {
    AboveStart(f64),
    MoreThanRaw(f64),
}

impl FromStr for Work {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        Self::ALL
            .into_iter()
            .find(|work| work.name() == name)
            .ok_or_else(|| crate::USAGE.into())
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Does it once, and prints the microseconds of CPU and the bytes of memory above start.
pub(crate) fn run(side: &str, work: &str, file: &str, url: &str) -> Result<(), Failure> {
    let (side, work): (Side, Work) = (side.parse()?, work.parse()?);
    let file = Path::new(file);
    let runtime = crate::runtime()?;
    let before = memory::now()?;
    let cost = Cost::of(|| match side {
        Side::Raw => runtime.block_on(raw::run(work, file, url)),
        Side::Facade => runtime.block_on(facade::run(work, file, url)),
    })?;
    let above = memory::peak()?.saturating_sub(before);
    println!("{} {above}", cost.cpu.as_micros());
    Ok(())
}

/// Measures everything about them.
pub(crate) fn measure() -> Result<Report, Failure> {
    let mut server = Server::start()?;
    let mut report = Report::default();
    let url = server.url.clone();
    let folder = Folder::new()?;
    for work in Work::ALL {
        measured(&mut report, work, &folder.0, &url).map_err(|failure| server.explain(failure))?;
    }
    report.notes.push(format!(
        "Each run is a process of its own: {PAIRS} of each side in turns, medians. Memory above start: the most that it \
         has; its goal is 8 MiB more than by hand for the upload, 2 MiB more for the download, and 28 MiB in all for the \
         vectors. By hand: reqwest's `multipart::Part::file`; `chunk` and `tokio::fs`; vectors as JSON numbers, which the facade \
         asks for in base64. The facade's download is on the disk when it ends (fsync), and the other one's is not."
    ));
    Ok(report)
}

fn measured(report: &mut Report, work: Work, folder: &Path, url: &str) -> Result<(), Failure> {
    let mut figures: Vec<Vec<(f64, f64)>> = vec![Vec::new(), Vec::new()];
    let cpu = paired::rounds(PAIRS, &[Side::Raw, Side::Facade], |side| {
        let (cpu, memory) = once(side, work, folder, url)?;
        figures[usize::from(side == Side::Facade)].push((cpu, memory));
        Ok(cpu)
    })?;
    let ratio = paired::median(
        cpu[0]
            .iter()
            .zip(&cpu[1])
            .map(|(raw, facade)| facade / raw)
            .collect(),
    );
    let memory = |side: usize| paired::median(figures[side].iter().map(|(_, memory)| *memory).collect());
    let (what, goal, most) = work.goals();
    report.rows.push(Row {
        work: format!("{what}, CPU"),
        unit: "ms",
        raw: paired::median(cpu[0].clone()),
        facade: paired::median(cpu[1].clone()),
        ratio: Some(ratio),
        goal: Some(goal),
        ..Row::default()
    });
    report.rows.push(Row {
        work: format!("{what}, memory above start"),
        unit: "MiB",
        raw: memory(0),
        facade: memory(1),
        most: Some(match most {
            Memory::AboveStart(most) => most,
            Memory::MoreThanRaw(more) => memory(0) + more,
        }),
        ..Row::default()
    });
    Ok(())
}

/// Milliseconds and mebibytes of one run.
fn once(side: Side, work: Work, folder: &Path, url: &str) -> Result<(f64, f64), Failure> {
    let file = folder.join(match work {
        Work::Upload => "up.png",
        Work::Download | Work::Embeddings => "down.mp4",
    });
    let output = Command::new(env::current_exe()?)
        .args(["run", "media", &side.to_string(), work.name()])
        .arg(&file)
        .arg(url)
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{work} of {side}: {said}").into());
    }
    let said = String::from_utf8(output.stdout)?;
    let (cpu, memory) = said.trim().split_once(' ').ok_or("a run said something else")?;
    let (cpu, memory): (f64, f64) = (cpu.parse()?, memory.parse()?);
    Ok((cpu / 1000.0, memory / (1024.0 * 1024.0)))
}

/// A folder with the file that goes up. It ends with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let folder = Self(env::temp_dir().join(format!("aipass-benches-{}", process::id())));
        std::fs::create_dir_all(&folder.0)?;
        std::fs::write(folder.0.join("up.png"), wire::file())?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whatever is left there is small beside what the system cleans up itself.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
