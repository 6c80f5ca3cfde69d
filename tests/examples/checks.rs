//! How both programs that check against other people's software tell what they found: one line for each check.

#![expect(clippy::print_stdout, reason = "the lines are what these programs are for")]

use std::error::Error;
use std::process::ExitCode;

/// What a check found out, in a few words, or why it failed.
pub(crate) type Checked = Result<String, Box<dyn Error + Send + Sync>>;

/// The checks so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: usize,
    failed: usize,
}

impl Report {
    /// Runs one check and prints its line. A failure does not keep the other checks from being made.
    pub(crate) async fn check(&mut self, name: &str, check: impl Future<Output = Checked>) {
        match check.await {
            Ok(finding) => {
                self.passed += 1;
                println!("ok      {name}: {finding}");
            }
            Err(error) => {
                self.failed += 1;
                println!("FAILED  {name}: {}", with_sources(error.as_ref()));
            }
        }
    }

    /// Prints the sum; a failure if anything failed.
    pub(crate) fn end(self) -> ExitCode {
        println!("{} ok, {} failed", self.passed, self.failed);
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// A statement that has to be true; the words say what is wrong otherwise.
pub(crate) fn ensure(holds: bool, otherwise: impl Into<String>) -> Result<(), Box<dyn Error + Send + Sync>> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.into().into())
    }
}

fn with_sources(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}
