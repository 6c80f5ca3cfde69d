//! `cargo xtask bench`: builds the benches, runs them, and shows their figures beside the goals.
//!
//! The benches are a workspace of their own in `benches/`, with a lock of their own; this program knows only what they
//! print. Nothing fails here because a figure is bad: a figure depends on the machine, and a person reads it.

#![expect(clippy::print_stdout, reason = "the table is the purpose of the command")]

use crate::outside::programs;
use serde::Deserialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::SystemTime,
};

/// What there is to measure, and what it is.
const BENCHES: [(&str, &str); 3] = [
    ("chat", "a chat of 1 KB, against reqwest and serde_json by hand"),
    (
        "stream",
        "a streamed chat, against the same and against other crates",
    ),
    (
        "media",
        "files up and down, and vectors, against the same by hand",
    ),
];

/// The workspace of the benches, from the root.
pub(crate) const MANIFEST: &str = "benches/Cargo.toml";

/// Where `--save` writes.
const SAVED: &str = "docs/benchmarks.md";

const PREFACE: &str = "\
# Benchmarks

What a call costs through the facade, as a ratio to the same call written by hand over reqwest and serde_json (raw, 1.00):
same server, same run. Instructions repeat to within a per cent; CPU and time depend on the machine and on what else it
does. `cargo xtask bench --save` writes this file.
";

/// The benches could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// There is no such bench.
    #[error("there is no bench {name:?}; there are:{}", list())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// A program failed; what it said stands above.
    #[error("{0}")]
    Failed(String),
    /// A program or a file could not be reached.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
    /// The benches printed something else than a report.
    #[error("the report of the benches does not read: {0}")]
    Report(#[from] serde_json::Error),
}

fn list() -> String {
    BENCHES
        .iter()
        .map(|(name, what)| format!("\n  {name:<8} {what}"))
        .collect()
}

/// What a bench prints.
#[derive(Debug, Deserialize)]
struct Report {
    rows: Vec<Row>,
    /// The names of what was measured besides the two sides.
    #[serde(default)]
    peers: Vec<String>,
    notes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Row {
    work: String,
    unit: String,
    raw: f64,
    facade: f64,
    /// None where there is nothing to divide by.
    ratio: Option<f64>,
    goal: Option<f64>,
    /// A goal for the facade's own figure.
    #[serde(default)]
    most: Option<f64>,
    /// Ratios, or figures in a row without a ratio; none of a peer that fails.
    #[serde(default)]
    peers: Vec<Option<f64>>,
}

/// Runs the bench of that name, or all of them, and prints their tables; with `save` they go into `docs/benchmarks.md`
/// too, in place of what was there under the same names.
///
/// # Errors
///
/// There is no such bench, or it could not be built, run or saved. A figure beyond its goal is no error.
pub fn run(root: &Path, what: Option<&str>, save: bool) -> Result<(), BenchError> {
    let names = chosen(what)?;
    let program = build(root)?;
    for name in names {
        let report: Report = serde_json::from_slice(&measure(&program, name)?)?;
        let section = section(name, &report, &circumstances());
        println!("{section}");
        if save {
            write(&root.join(SAVED), name, &section)?;
        }
    }
    Ok(())
}

fn chosen(what: Option<&str>) -> Result<Vec<&'static str>, BenchError> {
    let names = || BENCHES.iter().map(|(name, _)| *name);
    match what {
        None => Ok(names().collect()),
        Some(what) => match names().find(|name| *name == what) {
            Some(name) => Ok(vec![name]),
            None => Err(BenchError::Unknown {
                name: what.to_owned(),
            }),
        },
    }
}

/// Builds the program as its users would: optimised, with the versions of its lock. Cargo tells where it put it.
fn build(root: &Path) -> Result<PathBuf, BenchError> {
    let output = Command::new(programs::cargo())
        .args(["build", "--release", "--locked", "--manifest-path", MANIFEST])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| BenchError::Io("cargo".to_owned(), error))?;
    if !output.status.success() {
        return Err(BenchError::Failed("the benches do not build".to_owned()));
    }
    let artifacts = cargo_metadata::Message::parse_stream(output.stdout.as_slice());
    let programs = artifacts.filter_map(|message| match message {
        Ok(cargo_metadata::Message::CompilerArtifact(artifact)) => artifact.executable,
        _ => None,
    });
    programs
        .last()
        .map(Into::into)
        .ok_or_else(|| BenchError::Failed("cargo built no program of the benches".to_owned()))
}

fn measure(program: &Path, name: &str) -> Result<Vec<u8>, BenchError> {
    println!("==> measuring: {name}");
    let output = Command::new(program)
        .args(["measure", name])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| BenchError::Io(program.display().to_string(), error))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(BenchError::Failed(format!("the bench {name} failed")))
    }
}

/// When and on what a bench ran.
fn circumstances() -> String {
    // `Tue, 24 Nov 2026 12:48:08 GMT`: the day is enough.
    let now = httpdate::fmt_http_date(SystemTime::now());
    let day = now.get(5..16).unwrap_or(&now);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(
        |_| String::new(),
        |output| {
            let version = String::from_utf8_lossy(&output.stdout).into_owned();
            version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
        },
    );
    format!("{day}, {}, {cores} cores, {rustc}", std::env::consts::ARCH)
}

fn section(name: &str, report: &Report, circumstances: &str) -> String {
    let peers: String = report.peers.iter().map(|peer| format!(" {peer} |")).collect();
    let mut text = format!(
        "## {name}\n\n`cargo xtask bench {name}` ({circumstances})\n\n\
         | work | raw | facade | facade ÷ raw | goal |{peers}\n|---|--:|--:|--:|--:|{}\n",
        "--:|".repeat(report.peers.len())
    );
    for row in &report.rows {
        let figure = |value: f64| match row.unit.as_str() {
            "instructions" | "connections" => format!("{value:.0}"),
            unit => format!("{value:.1} {unit}").trim_end().to_owned(),
        };
        let ratio = |value: f64| format!("{value:.3}");
        let goal = match (row.goal, row.most) {
            (Some(goal), _) => format!("≤ {goal:.2}"),
            (None, Some(most)) => format!("≤ {}", figure(most)),
            (None, None) => String::new(),
        };
        text += &format!(
            "| {} | {} | {} | {} | {goal} |",
            row.work,
            figure(row.raw),
            figure(row.facade),
            row.ratio.map(ratio).unwrap_or_default(),
        );
        for peer in &row.peers {
            let shown = match (peer, row.ratio) {
                (None, _) => "fails".to_owned(),
                (Some(peer), Some(_)) => ratio(*peer),
                (Some(peer), None) => figure(*peer),
            };
            text += &format!(" {shown} |");
        }
        text += "\n";
    }
    for note in &report.notes {
        text += &format!("\n{note}\n");
    }
    text
}

fn write(file: &Path, name: &str, section: &str) -> Result<(), BenchError> {
    let told = |error| BenchError::Io(SAVED.to_owned(), error);
    let before = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        before => before.map_err(told)?,
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    fs::write(file, replaced(&before, name, section)).map_err(told)
}

/// The file with this section new, and the others as they were.
fn replaced(before: &str, name: &str, section: &str) -> String {
    let kept = before.split("\n## ").skip(1).filter_map(|text| {
        let other = text.lines().next().unwrap_or_default();
        (other != name).then(|| (other.to_owned(), format!("## {}\n", text.trim_end())))
    });
    let mut sections: Vec<(String, String)> = kept.collect();
    sections.push((name.to_owned(), section.to_owned()));
    let place = |name: &str| BENCHES.iter().position(|(bench, _)| *bench == name);
    sections.sort_by_key(|(name, _)| place(name).unwrap_or(BENCHES.len()));
    sections.iter().fold(PREFACE.to_owned(), |file, (_, section)| {
        format!("{file}\n{section}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_answered_with_what_is() {
        let error = chosen(Some("chats")).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no bench \"chats\"; there are:\n  chat "),
            "{error}"
        );
        assert_eq!(chosen(Some("chat")).unwrap(), ["chat"]);
        assert_eq!(chosen(None).unwrap().len(), BENCHES.len());
    }

    #[test]
    fn figures_stand_beside_their_goals() {
        let report = r#"{"rows":[
            {"work":"a","unit":"instructions","raw":1000.4,"facade":1200,"ratio":1.1996,"goal":1.0},
            {"work":"b","unit":"µs","raw":10,"facade":9.96,"ratio":0.996,"goal":null}],"notes":["So it was."]}"#;
        let text = section("chat", &serde_json::from_str(report).unwrap(), "today");
        assert_eq!(
            text,
            "## chat\n\n`cargo xtask bench chat` (today)\n\n\
             | work | raw | facade | facade ÷ raw | goal |\n|---|--:|--:|--:|--:|\n\
             | a | 1000 | 1200 | 1.200 | ≤ 1.00 |\n\
             | b | 10.0 µs | 10.0 µs | 0.996 |  |\n\
             \nSo it was.\n"
        );
    }

    #[test]
    fn peers_stand_behind_the_goals() {
        let report = r#"{"peers":["p"],"rows":[
            {"work":"a","unit":"µs","raw":2,"facade":3,"ratio":1.5,"goal":null,"most":4,"peers":[2.5]},
            {"work":"b","unit":"MiB","raw":0,"facade":0,"ratio":null,"goal":null,"most":1,"peers":[9]},
            {"work":"c","unit":"connections","raw":2,"facade":2,"ratio":null,"goal":null,"most":2,"peers":[null]}],"notes":[]}"#;
        let text = section("stream", &serde_json::from_str(report).unwrap(), "today");
        assert_eq!(
            text,
            "## stream\n\n`cargo xtask bench stream` (today)\n\n\
             | work | raw | facade | facade ÷ raw | goal | p |\n|---|--:|--:|--:|--:|--:|\n\
             | a | 2.0 µs | 3.0 µs | 1.500 | ≤ 4.0 µs | 2.500 |\n\
             | b | 0.0 MiB | 0.0 MiB |  | ≤ 1.0 MiB | 9.0 MiB |\n\
             | c | 2 | 2 |  | ≤ 2 | fails |\n"
        );
    }

    #[test]
    fn saving_one_bench_keeps_the_others() {
        let file = replaced("", "chat", "## chat\n\nold\n");
        assert_eq!(file, format!("{PREFACE}\n## chat\n\nold\n"));
        let file = replaced(&file, "streams", "## streams\n\nfigures\n");
        let file = replaced(&file, "chat", "## chat\n\nnew\n");
        assert_eq!(
            file,
            format!("{PREFACE}\n## chat\n\nnew\n\n## streams\n\nfigures\n")
        );
    }

    #[test]
    fn the_date_is_a_day() {
        let text = circumstances();
        let day: Vec<&str> = text.split(',').next().unwrap().split(' ').collect();
        assert_eq!(
            day.iter().map(|part| part.len()).collect::<Vec<_>>(),
            [2, 3, 4],
            "{text}"
        );
    }
}
