//! `cargo xtask fuzz`: feeds changed bytes to what reads the network, for a while.
//!
//! The targets are a workspace of their own in `fuzz/`, with a lock of their own. libFuzzer changes the seeds there and
//! keeps what reaches code that nothing before it reached. The flags that let it see that are those of `cargo fuzz`, given
//! to a stable compiler; the sanitizers would need a nightly one, and code without `unsafe` has little use for them.

#![expect(
    clippy::print_stdout,
    reason = "the number of runs is the purpose of the command"
)]

use crate::outside::programs;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How long a target is fuzzed unless told otherwise.
pub const SECONDS: u32 = 60;

/// What there is to fuzz, and what must hold of it.
const TARGETS: [(&str, &str); 3] = [
    (
        "sse_decoder",
        "any bytes, in any pieces, are the events of the standard",
    ),
    (
        "chat_accumulator",
        "events and answer agree, and half an answer is never whole",
    ),
    (
        "error_body",
        "any body of an error is read, and what is shown of it is harmless",
    ),
];

/// The workspace of the targets, from the root.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";

/// Where inputs go that break a rule; git does not see them.
const FINDINGS: &str = "fuzz/findings";

/// Counters at the edges of the program, and the values that it compares with.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The targets could not be run, or one broke a rule.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FuzzError {
    /// There is no such target.
    #[error("there is no target {name:?}; there are:{}", list())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// A target broke one of its rules.
    #[error("{target} broke a rule; its input is in {FINDINGS}: mend the code, and keep the input as a test")]
    Found {
        /// The target.
        target: String,
    },
    /// The targets do not build; what cargo said stands above.
    #[error("the targets do not build (they need Linux and a C++ compiler)")]
    Build,
    /// A program or a file could not be reached.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
    /// A target ended well without saying how often it ran.
    #[error("{target} does not tell how often it ran")]
    Silent {
        /// The target.
        target: String,
    },
}

fn list() -> String {
    TARGETS
        .iter()
        .map(|(name, what)| format!("\n  {name:<17} {what}"))
        .collect()
}

/// Fuzzes the target of that name, or all of them one after the other, each for so many seconds, and prints how often
/// each ran. What is found is saved.
///
/// # Errors
///
/// There is no such target, it could not be built or run, or it broke a rule.
pub fn run(root: &Path, target: Option<&str>, seconds: u32) -> Result<(), FuzzError> {
    let names = chosen(target)?;
    let folder = build(root)?;
    for name in names {
        println!("==> fuzzing: {name}, {seconds} seconds");
        let runs = fuzz(root, &folder, name, seconds)?;
        println!("{name}: {runs} runs, nothing found");
    }
    Ok(())
}

fn chosen(target: Option<&str>) -> Result<Vec<&'static str>, FuzzError> {
    let names = || TARGETS.iter().map(|(name, _)| *name);
    match target {
        None => Ok(names().collect()),
        Some(target) => match names().find(|name| *name == target) {
            Some(name) => Ok(vec![name]),
            None => Err(FuzzError::Unknown {
                name: target.to_owned(),
            }),
        },
    }
}

/// Builds the targets; gives the folder that they are in.
fn build(root: &Path) -> Result<PathBuf, FuzzError> {
    // With a target named, the flags do not reach build scripts and macros, which have nothing to report to.
    let host = host()?;
    let output = Command::new(programs::cargo())
        .args(["build", "--release", "--locked", "--manifest-path", MANIFEST])
        .args(["--target", &host, "--message-format", "json-render-diagnostics"])
        .env("RUSTFLAGS", COVERAGE)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| FuzzError::Io("cargo".to_owned(), error))?;
    if !output.status.success() {
        return Err(FuzzError::Build);
    }
    let mut artifacts = cargo_metadata::Message::parse_stream(output.stdout.as_slice());
    let program = artifacts.find_map(|message| match message {
        Ok(cargo_metadata::Message::CompilerArtifact(artifact)) => artifact.executable,
        _ => None,
    });
    let folder = program.and_then(|program| program.parent().map(Into::into));
    folder.ok_or(FuzzError::Build)
}

fn host() -> Result<String, FuzzError> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| FuzzError::Io("rustc".to_owned(), error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or(FuzzError::Build)
}

/// Gives the number of runs.
fn fuzz(root: &Path, folder: &Path, name: &str, seconds: u32) -> Result<u64, FuzzError> {
    // What was reached before is where the next run begins.
    let corpus = folder.join("corpus").join(name);
    let findings = root.join(FINDINGS).join(name);
    for folder in [&corpus, &findings] {
        fs::create_dir_all(folder).map_err(|error| FuzzError::Io(folder.display().to_string(), error))?;
    }
    let output = Command::new(folder.join(name))
        .arg(&corpus)
        .arg(root.join("fuzz/seeds").join(name))
        // The last slash makes it a folder.
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg(format!("-max_total_time={seconds}"))
        .args([
            "-print_final_stats=1",
            "-max_len=4096",
            "-timeout=10",
            "-rss_limit_mb=1024",
        ])
        .env("RUST_BACKTRACE", "0")
        .output()
        .map_err(|error| FuzzError::Io(name.to_owned(), error))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        println!("{}", last_lines(&said));
        return Err(FuzzError::Found {
            target: name.to_owned(),
        });
    }
    runs(&said).ok_or_else(|| FuzzError::Silent {
        target: name.to_owned(),
    })
}

fn runs(said: &str) -> Option<u64> {
    let mut lines = said.lines();
    let count = lines.find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    count.trim().parse().ok()
}

/// The panic and where the input went, without the lines that libFuzzer wrote on its way there.
fn last_lines(said: &str) -> String {
    let start = said.rfind("\nthread ").map_or(0, |at| at + 1);
    said[start..].lines().take(60).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_answered_with_what_is() {
        let error = chosen(Some("sse")).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no target \"sse\"; there are:\n  sse_decoder "),
            "{error}"
        );
        assert_eq!(chosen(Some("error_body")).unwrap(), ["error_body"]);
        assert_eq!(chosen(None).unwrap().len(), TARGETS.len());
    }

    #[test]
    fn every_target_is_built_and_has_seeds() {
        let manifest = fs::read_to_string(crate::root().join(MANIFEST)).unwrap();
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
        for (name, _) in TARGETS {
            assert!(
                manifest.contains(&format!("name = \"{name}\"\npath = \"targets/{name}.rs\"")),
                "{name}"
            );
            let seeds = fs::read_dir(crate::root().join("fuzz/seeds").join(name)).unwrap();
            assert!(seeds.count() > 10, "{name}");
        }
    }

    #[test]
    fn the_runs_are_counted_and_a_finding_is_shown() {
        let said = "#2\tINITED\nDone 7 runs in 2 second(s)\nstat::number_of_executed_units: 7\nstat::x: 1\n";
        assert_eq!(runs(said), Some(7));
        assert_eq!(runs("nothing"), None);
        let said = "#2\tINITED\n\nthread 'main' panicked at a.rs:1:1:\nboom\nTest unit written to x\n";
        assert_eq!(
            last_lines(said),
            "thread 'main' panicked at a.rs:1:1:\nboom\nTest unit written to x"
        );
    }
}
