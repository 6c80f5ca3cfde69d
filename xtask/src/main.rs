//! `cargo xtask`: the workspace's own tools. A thin shell around the library of the same name.

#![expect(
    clippy::print_stderr,
    reason = "errors and usage are for the person at the terminal"
)]

use std::{fmt::Display, path::Path, process::ExitCode};
use xtask::outside::Outside;

const USAGE: &str = "\
usage: cargo xtask <verb>

  regen          write the generated code from openapi/aipass.yaml, and the policy tables into the documentation
  regen --check  tell whether what is checked in is what the document and the tables give
  tidy           check directions of dependencies, licences and how files look
  conformance    check the login against an authorization server of other people (needs node and npm)
  browser        check the login and its pages in a browser (needs chromium and chromedriver)
  bench [WHAT] [--save]
                 measure what calls cost, against the same calls by hand; --save writes docs/benchmarks.md
  fuzz [TARGET] [--seconds N]
                 feed changed bytes to what reads the network, 60 seconds a target (needs Linux and a C++ compiler)
  ci             run everything that must hold before a change lands";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = xtask::root();
    match args.as_slice() {
        ["regen"] => exit(xtask::regen::write_all(root)),
        ["regen", "--check"] => exit(xtask::regen::check_all(root)),
        ["tidy"] => exit(xtask::tidy::check(root)),
        ["conformance"] => exit(Outside::Conformance.run(root)),
        ["browser"] => exit(Outside::Browser.run(root)),
        ["bench", rest @ ..] => bench(root, rest),
        ["fuzz", rest @ ..] => fuzz(root, rest),
        ["ci"] => exit(xtask::ci::run(root)),
        _ => usage(),
    }
}

fn bench(root: &Path, args: &[&str]) -> ExitCode {
    match args {
        [] => exit(xtask::bench::run(root, None, false)),
        ["--save"] => exit(xtask::bench::run(root, None, true)),
        [what] if !what.starts_with('-') => exit(xtask::bench::run(root, Some(what), false)),
        [what, "--save"] | ["--save", what] => exit(xtask::bench::run(root, Some(what), true)),
        _ => usage(),
    }
}

fn fuzz(root: &Path, args: &[&str]) -> ExitCode {
    let (target, seconds) = match args {
        [] => (None, None),
        ["--seconds", seconds] => (None, Some(seconds)),
        [target] => (Some(*target), None),
        [target, "--seconds", seconds] | ["--seconds", seconds, target] => (Some(*target), Some(seconds)),
        _ => return usage(),
    };
    if target.is_some_and(|target| target.starts_with('-')) {
        return usage();
    }
    match seconds.map_or(Ok(xtask::fuzz::SECONDS), |seconds| seconds.parse()) {
        Ok(seconds) if seconds > 0 => exit(xtask::fuzz::run(root, target, seconds)),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn exit<E: Display>(outcome: Result<(), E>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
