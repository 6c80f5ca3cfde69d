//! Everything that must hold before a change lands, as one command that works the same on every machine.
//!
//! The steps stand in order of their cost, and the first failure ends the run, so that a slip costs seconds.

#![expect(
    clippy::print_stdout,
    reason = "what the steps say is the purpose of the command"
)]

use crate::{
    bench, fuzz,
    outside::{Outside, OutsideError, programs},
    regen, tidy,
};
use cargo_metadata::{CargoOpt, MetadataCommand};
use std::{
    env, fmt,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    /// A cargo command; a component that it needs besides cargo itself.
    Cargo {
        args: Vec<String>,
        rustdoc_flags: Option<&'static str>,
        needs: Option<&'static str>,
    },
    Tidy,
    Regen,
    /// A check against other people's software, which not every machine has.
    Outside(Outside),
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Passed(Duration),
    /// A component of the toolchain is missing, without which a change cannot land.
    Skipped(String),
    /// Other people's software is missing; its checks are made where it is.
    LeftOut(String),
    Failed(Duration),
    NotReached,
}

/// A step failed; what it said stands above.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CiError {
    /// The command to repeat the step alone.
    #[error("{name} failed; repeat it with: {command}")]
    Step {
        /// The step.
        name: String,
        /// Its command.
        command: String,
    },
    /// Cargo could not describe the workspace.
    #[error("cargo metadata: {0}")]
    Metadata(#[from] cargo_metadata::Error),
}

/// A crate of ours that is published.
#[derive(Clone, Debug)]
struct Crate {
    name: String,
    has_library: bool,
    has_features: bool,
}

/// Runs all steps, prints the time of each, and ends at the first that fails.
///
/// # Errors
///
/// The step that failed.
pub fn run(root: &Path) -> Result<(), CiError> {
    let steps = plan(&published(root)?);
    let mut outcomes: Vec<(Step, Outcome)> = steps
        .into_iter()
        .map(|step| (step, Outcome::NotReached))
        .collect();
    for (step, outcome) in &mut outcomes {
        println!("==> {}: {}", step.name, command(&step.action));
        *outcome = run_step(step, root);
        if matches!(outcome, Outcome::Failed(_)) {
            break;
        }
    }
    print!("\n{}", summary(&outcomes));
    match outcomes
        .into_iter()
        .find(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
    {
        Some((step, _)) => Err(CiError::Step {
            command: command(&step.action),
            name: step.name,
        }),
        None => Ok(()),
    }
}

/// Fails where the lock beside that manifest would change.
fn up_to_date(manifest: &str) -> [&str; 6] {
    [
        "update",
        "--workspace",
        "--locked",
        "--quiet",
        "--manifest-path",
        manifest,
    ]
}

/// The steps, cheap ones first.
fn plan(crates: &[Crate]) -> Vec<Step> {
    let mut steps = vec![
        cargo("format", &["fmt", "--all", "--check"]).needing("fmt"),
        // Workspaces of their own. To compile them would take a minute each and share nothing with the steps below.
        cargo(
            "format of the benches",
            &["fmt", "--manifest-path", bench::MANIFEST, "--check"],
        )
        .needing("fmt"),
        cargo(
            "format of the fuzz targets",
            &["fmt", "--manifest-path", fuzz::MANIFEST, "--check"],
        )
        .needing("fmt"),
        // A new dependency of ours has to stand in their locks too.
        cargo("lock of the benches", &up_to_date(bench::MANIFEST)),
        cargo("lock of the fuzz targets", &up_to_date(fuzz::MANIFEST)),
        Step {
            name: "tidy".to_owned(),
            action: Action::Tidy,
        },
        Step {
            name: "generated code".to_owned(),
            action: Action::Regen,
        },
        cargo(
            "clippy, all features",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
        )
        .needing("clippy"),
    ];
    for package in crates {
        let name = package.name.as_str();
        let targets: &[&str] = if package.has_library {
            &["--lib", "--examples"]
        } else {
            &["--bins"]
        };
        steps.push(cargo(
            &format!("{name} alone"),
            &[&["check", "-p", name, "--locked"], targets].concat(),
        ));
        if package.has_features {
            // One crate at a time: in the whole workspace another member switches the features on again.
            let args = [
                "clippy",
                "-p",
                name,
                "--all-targets",
                "--locked",
                "--no-default-features",
                "--",
                "-D",
                "warnings",
            ];
            steps.push(cargo(&format!("{name} alone, no features"), &args).needing("clippy"));
        }
    }
    steps.push(cargo("tests", &["test", "--workspace", "--locked"]));
    let mut docs = cargo("docs", &["doc", "--workspace", "--no-deps", "--locked"]);
    if let Action::Cargo { rustdoc_flags, .. } = &mut docs.action {
        *rustdoc_flags = Some("-D warnings");
    }
    steps.push(docs);
    let mut package = vec!["package", "--no-verify", "--locked", "--allow-dirty"];
    package.extend(crates.iter().flat_map(|package| ["-p", package.name.as_str()]));
    steps.push(cargo("packages", &package));
    for (name, check) in [
        ("foreign authorization server", Outside::Conformance),
        ("real browser", Outside::Browser),
    ] {
        steps.push(Step {
            name: name.to_owned(),
            action: Action::Outside(check),
        });
    }
    steps
}

fn cargo(name: &str, args: &[&str]) -> Step {
    let args = args.iter().map(|&arg| arg.to_owned()).collect();
    Step {
        name: name.to_owned(),
        action: Action::Cargo {
            args,
            rustdoc_flags: None,
            needs: None,
        },
    }
}

impl Step {
    fn needing(mut self, component: &'static str) -> Self {
        if let Action::Cargo { needs, .. } = &mut self.action {
            *needs = Some(component);
        }
        self
    }
}

/// The command that does what a step does.
fn command(action: &Action) -> String {
    match action {
        Action::Tidy => "cargo xtask tidy".to_owned(),
        Action::Regen => format!("{} --check", regen::COMMAND),
        Action::Outside(check) => format!("cargo xtask {}", check.verb()),
        Action::Cargo {
            args, rustdoc_flags, ..
        } => {
            let prefix = rustdoc_flags
                .map(|flags| format!("RUSTDOCFLAGS=\"{flags}\" "))
                .unwrap_or_default();
            format!("{prefix}cargo {}", args.join(" "))
        }
    }
}

fn run_step(step: &Step, root: &Path) -> Outcome {
    let start = Instant::now();
    let passed = match &step.action {
        Action::Tidy => told(tidy::check(root)),
        Action::Regen => told(regen::check_all(root)),
        Action::Outside(check) => match check.run(root) {
            Err(OutsideError::Missing(what)) => return Outcome::LeftOut(what),
            outcome => told(outcome),
        },
        Action::Cargo {
            args,
            rustdoc_flags,
            needs,
        } => {
            // A developer without a component may run the rest; where the result counts, nothing is left out.
            if let Some(component) = needs
                && env::var_os("CI").is_none()
                && !has(component)
            {
                return Outcome::Skipped(format!("cargo {component} is not installed"));
            }
            succeeds(&mut cargo_command(args, *rustdoc_flags, root)).then_some(())
        }
    };
    if passed.is_some() {
        Outcome::Passed(start.elapsed())
    } else {
        Outcome::Failed(start.elapsed())
    }
}

fn succeeds(command: &mut Command) -> bool {
    told(command.status().map_err(|error| format!("cargo: {error}"))).is_some_and(|status| status.success())
}

fn cargo_command(args: &[String], rustdoc_flags: Option<&str>, root: &Path) -> Command {
    let mut command = Command::new(programs::cargo());
    command.args(args).current_dir(root);
    if let Some(flags) = rustdoc_flags {
        command.env("RUSTDOCFLAGS", flags);
    }
    command
}

/// The value; or nothing, after the error was printed.
fn told<T, E: fmt::Display>(result: Result<T, E>) -> Option<T> {
    result.map_err(|error| println!("{error}")).ok()
}

fn has(component: &str) -> bool {
    let mut command = Command::new(programs::cargo());
    command
        .args([component, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    succeeds(&mut command)
}

fn published(root: &Path) -> Result<Vec<Crate>, cargo_metadata::Error> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .no_deps()
        .exec()?;
    let ours = metadata
        .packages
        .iter()
        .filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty()));
    let mut crates: Vec<Crate> = ours
        .map(|package| Crate {
            name: package.name.to_string(),
            has_library: package.targets.iter().any(cargo_metadata::Target::is_lib),
            has_features: !package.features.is_empty(),
        })
        .collect();
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}

fn summary(outcomes: &[(Step, Outcome)]) -> String {
    let width = outcomes
        .iter()
        .map(|(step, _)| step.name.len())
        .max()
        .unwrap_or_default();
    let line = |(step, outcome): &(Step, Outcome)| {
        let outcome = match outcome {
            Outcome::Passed(time) => format!("ok       {:>6.1} s", time.as_secs_f64()),
            Outcome::Failed(time) => format!("FAILED   {:>6.1} s", time.as_secs_f64()),
            Outcome::Skipped(reason) | Outcome::LeftOut(reason) => format!("skipped  {reason}"),
            Outcome::NotReached => "not run  a step before it failed".to_owned(),
        };
        format!("{:width$}  {outcome}\n", step.name)
    };
    let mut lines: String = outcomes.iter().map(line).collect();
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| is(outcome)).count();
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    if skipped > 0 {
        lines += &format!("{skipped} skipped: this run does not prove that the change can land\n");
    }
    let left_out = count(|outcome| matches!(outcome, Outcome::LeftOut(_)));
    if left_out > 0 {
        lines += &format!("{left_out} skipped for want of other software: made where that is installed\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates() -> Vec<Crate> {
        let package = |name: &str, has_library, has_features| Crate {
            name: name.to_owned(),
            has_library,
            has_features,
        };
        vec![
            package("aipass", true, true),
            package("aipass-api", true, false),
            package("aipass-cli", false, false),
        ]
    }

    #[test]
    fn the_commands_are_the_ones_that_a_developer_types() {
        let commands: Vec<String> = plan(&crates()).iter().map(|step| command(&step.action)).collect();
        assert_eq!(
            commands,
            [
                "cargo fmt --all --check",
                "cargo fmt --manifest-path benches/Cargo.toml --check",
                "cargo fmt --manifest-path fuzz/Cargo.toml --check",
                "cargo update --workspace --locked --quiet --manifest-path benches/Cargo.toml",
                "cargo update --workspace --locked --quiet --manifest-path fuzz/Cargo.toml",
                "cargo xtask tidy",
                "cargo xtask regen --check",
                "cargo clippy --workspace --all-targets --all-features --locked -- -D warnings",
                "cargo check -p aipass --locked --lib --examples",
                "cargo clippy -p aipass --all-targets --locked --no-default-features -- -D warnings",
                "cargo check -p aipass-api --locked --lib --examples",
                "cargo check -p aipass-cli --locked --bins",
                "cargo test --workspace --locked",
                "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --locked",
                "cargo package --no-verify --locked --allow-dirty -p aipass -p aipass-api -p aipass-cli",
                "cargo xtask conformance",
                "cargo xtask browser",
            ]
        );
    }

    #[test]
    fn the_summary_tells_what_was_left_out_and_why() {
        let step = |name: &str| Step {
            name: name.to_owned(),
            action: Action::Tidy,
        };
        let text = summary(&[
            (step("tidy"), Outcome::Passed(Duration::from_millis(1200))),
            (
                step("format"),
                Outcome::Skipped("cargo fmt is not installed".to_owned()),
            ),
            (step("tests"), Outcome::Failed(Duration::from_secs(61))),
            (step("docs"), Outcome::NotReached),
            (
                step("browser"),
                Outcome::LeftOut("chromium is not installed".to_owned()),
            ),
        ]);
        assert_eq!(
            text,
            "tidy     ok          1.2 s\n\
             format   skipped  cargo fmt is not installed\n\
             tests    FAILED     61.0 s\n\
             docs     not run  a step before it failed\n\
             browser  skipped  chromium is not installed\n\
             1 skipped: this run does not prove that the change can land\n\
             1 skipped for want of other software: made where that is installed\n"
        );
    }

    #[test]
    fn the_docs_are_built_with_warnings_denied() {
        let command = cargo_command(&["doc".to_owned()], Some("-D warnings"), crate::root());
        let flags = command.get_envs().find(|(name, _)| *name == "RUSTDOCFLAGS");
        assert_eq!(flags.and_then(|(_, value)| value), Some("-D warnings".as_ref()));
        assert_eq!(command.get_current_dir(), Some(crate::root()));
    }

    #[test]
    fn a_command_decides_about_its_step() {
        let quiet = |arg: &str| {
            let mut command = cargo_command(&[arg.to_owned()], None, crate::root());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            succeeds(&mut command)
        };
        assert!(quiet("--version"));
        assert!(!quiet("no-such-verb"));
    }
}
