//! The lines of the demo: a tick, the step, and the facts that were checked.

use crate::{
    exit::Exit,
    failure::Failure,
    output::{self, Paint},
};
use std::fmt::Display;

/// A step that held: what to tell, and what the next steps need.
pub(crate) struct Held<T> {
    pub(super) facts: String,
    pub(super) value: T,
}

/// A step that did not hold.
pub(crate) enum Broken {
    Expected { expected: String, got: String },
    Output(Failure),
}

pub(crate) type Step<T> = Result<Held<T>, Broken>;

pub(super) fn held<T>(facts: impl Into<String>, value: T) -> Step<T> {
    Ok(Held {
        facts: facts.into(),
        value,
    })
}

/// Turns an error into a step that did not hold.
pub(super) trait OrBroken<T> {
    /// The value, if there is one where `expected` should be.
    fn or_broken(self, expected: &str) -> Result<T, Broken>;
}

impl<T, E: Display> OrBroken<T> for Result<T, E> {
    fn or_broken(self, expected: &str) -> Result<T, Broken> {
        self.map_err(|error| Broken::Expected {
            expected: expected.to_owned(),
            got: error.to_string(),
        })
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Output(failure)
    }
}

/// Checks one fact.
pub(super) fn ensure(holds: bool, expected: impl Display, got: impl Display) -> Result<(), Broken> {
    if holds {
        Ok(())
    } else {
        Err(Broken::Expected {
            expected: expected.to_string(),
            got: got.to_string(),
        })
    }
}

pub(crate) struct Report {
    paint: Paint,
    steps: usize,
    /// Whether a line is begun that a step goes on with.
    is_open: bool,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            paint: Paint::stdout(),
            steps: 0,
            is_open: false,
        }
    }

    /// Begins the line of a step that writes its own text as it comes.
    pub(crate) fn announce(&mut self, name: &str) -> Result<(), Failure> {
        self.is_open = true;
        output::data(&format!(
            "{} {} ",
            self.paint.dim("·"),
            self.paint.dim(padded(name))
        ))
    }

    /// Prints how a step ended.
    pub(crate) fn step<T>(&mut self, name: &str, step: Step<T>) -> Result<T, Failure> {
        if std::mem::take(&mut self.is_open) {
            output::line("")?;
        }
        match step {
            Ok(Held { facts, value }) => {
                self.steps += 1;
                let facts = output::one_line(&facts);
                output::line(&format!(
                    "{} {} {facts}",
                    self.paint.good("✓"),
                    self.paint.bold(padded(name))
                ))?;
                Ok(value)
            }
            Err(Broken::Output(failure)) => Err(failure),
            Err(Broken::Expected { expected, got }) => {
                let what = output::one_line(&format!("expected {expected}, got: {got}"));
                // The step did not hold, whether or not anybody reads that.
                let _ = output::line(&format!(
                    "{} {} {what}",
                    self.paint.bad("✗"),
                    self.paint.bold(padded(name))
                ));
                Err(
                    Failure::new(Exit::Other, format!("the demo broke at the step '{name}'"))
                        .with_help("`AIPASS_LOG=debug aipass demo` shows more; please report it"),
                )
            }
        }
    }

    pub(crate) fn end(&self) -> Result<(), Failure> {
        output::line(&format!("\nAll {} steps held.", self.steps))
    }
}

fn padded(name: &str) -> String {
    format!("{name:<8}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_does_not_hold_ends_the_demo_with_1() {
        let mut report = Report::new();
        let step: Step<()> = Err("HTTP 500").or_broken("an answer");
        let failure = report.step("chat", step).unwrap_err();
        assert_eq!(failure.exit, Exit::Other);
        assert!(failure.report.unwrap().what.contains("'chat'"));
        assert_eq!(report.steps, 0);
    }

    #[test]
    fn what_does_not_hold_says_what_was_expected_and_what_came() {
        assert!(ensure(true, "1", "1").is_ok());
        let Err(Broken::Expected { expected, got }) = ensure(false, "1 refresh", 2) else {
            panic!("it held")
        };
        assert_eq!((expected.as_str(), got.as_str()), ("1 refresh", "2"));
    }
}
