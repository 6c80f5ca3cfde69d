//! Instructions of a call or a chunk, counted by valgrind: the same on every run, whatever else the machine does.
//!
//! A program that does a few is taken off one that does many, so that its start, its first connection and the load of
//! its certificates do not count.

use crate::Failure;
use std::{env, io, process::Command};

/// The instructions of one, of `run WORDS COUNT URL` with both counts; nothing where valgrind is not installed.
pub(crate) fn each(words: [&str; 3], [few, many]: [usize; 2], url: &str) -> Result<Option<f64>, Failure> {
    let Some(little) = total(words, few, url)? else {
        return Ok(None);
    };
    let Some(much) = total(words, many, url)? else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "the counts are far below 2^52 and shown with four digits"
    )]
    let each = much.saturating_sub(little) as f64 / (many - few) as f64;
    Ok(Some(each))
}

fn total(words: [&str; 3], count: usize, url: &str) -> Result<Option<u64>, Failure> {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .arg("run")
        .args(words)
        .args([&count.to_string(), url])
        .output();
    let output = match run {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        output => output?,
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("valgrind ended with {}:\n{said}", output.status).into());
    }
    match collected(&said) {
        Some(total) => Ok(Some(total)),
        None => Err(format!("valgrind told no count:\n{said}").into()),
    }
}

/// The count in what callgrind says at its end: `==123== Collected : 456`.
fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    line?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_count_is_found_in_what_callgrind_says() {
        let said =
            "==7== Events    : Ir\n==7== Collected : 36713481\n==7== \n==7== I   refs:      36,713,481\n";
        assert_eq!(super::collected(said), Some(36_713_481));
        assert_eq!(super::collected("==7== killed\n"), None);
    }
}
