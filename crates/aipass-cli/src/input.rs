//! What a person or a pipe hands in: an answer at the terminal, or a secret on standard input.

use crate::{exit::Exit, failure::Failure, output};
use aipass::{Client, Secret};
use std::io::{self, BufRead, IsTerminal, Read};

/// The largest body that is sent.
const LARGEST_BODY: u64 = 64 * 1024 * 1024;

/// A token is a few kilobytes; a longer text is something else.
const LONGEST_SECRET: u64 = 64 * 1024;

/// Whether there is a person to ask: what they type is read, and what is asked is seen.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question that an empty line answers with yes.
pub(crate) async fn agrees(question: &str) -> bool {
    output::ask(&format!("{question} [Y/n] "));
    let line = on_a_thread(|| {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line)?;
        // The end of the input is no answer.
        Ok((read > 0).then_some(line))
    });
    let Ok(Some(line)) = line.await else { return false };
    matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

/// Reads a secret from standard input, where neither the list of processes nor the history of a shell shows it.
pub(crate) async fn secret(what: &str, usage: &str) -> Result<Secret, Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::usage(
            format!("{what} is read from standard input, and would be seen on this terminal"),
            format!("use {usage}"),
        ));
    }
    let text = on_a_thread(|| {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(LONGEST_SECRET + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST_SECRET {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        String::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    });
    let unusable = |why: &str| {
        Failure::usage(
            format!("{what} on standard input is {why}"),
            format!("use {usage}"),
        )
    };
    let text = Secret::new(text.await.map_err(|_| unusable("no text, or too long"))?);
    let trimmed = text.expose_secret().trim();
    if trimmed.is_empty() {
        return Err(unusable("empty"));
    }
    if !trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable("not one word"));
    }
    Ok(Secret::new(trimmed))
}

/// The longest text that is read from standard input.
const LONGEST_TEXT: u64 = 16 * 1024 * 1024;

/// Whether a text comes from standard input: `-`, or none where that is no terminal.
pub(crate) fn is_piped(given: Option<&str>) -> bool {
    match given {
        Some(text) => text == "-",
        None => !io::stdin().is_terminal(),
    }
}

/// The text of an argument, or that of standard input; `what` names it.
pub(crate) async fn text(given: Option<&str>, what: &str) -> Result<String, Failure> {
    let text = if is_piped(given) {
        piped(what).await?
    } else {
        given.unwrap_or_default().to_owned()
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(
            format!("there is no {what}"),
            "write it behind the options, or pipe it in",
        ));
    }
    Ok(text)
}

async fn piped(what: &str) -> Result<String, Failure> {
    let bytes = on_a_thread(|| {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(LONGEST_TEXT + 1)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let bytes = bytes.await?;
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err(Failure::usage(
            format!("the {what} is longer than 16 MiB"),
            "send less",
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("the {what} is not UTF-8 text"), "convert it first"))
}

/// Looks whether somebody is signed in, before a person types what a missing login would lose.
pub(crate) async fn before_typing(client: &Client, reads_input: bool) -> Result<(), Failure> {
    if reads_input
        && io::stdin().is_terminal()
        && let Ok(auth) = client.auth()
    {
        auth.token(None).await?;
    }
    Ok(())
}

/// Reads the body of a request from a file, or from standard input for `-`.
pub(crate) async fn body(file: &str) -> Result<Vec<u8>, Failure> {
    let from_stdin = file == "-";
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let source: &mut dyn Read = if from_stdin {
            &mut io::stdin().lock()
        } else {
            &mut std::fs::File::open(path)?
        };
        source.take(LARGEST_BODY + 1).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    });
    let name = if from_stdin { "standard input" } else { file };
    let unreadable = |why: String| {
        Failure::config(
            format!("{name} cannot be read: {why}"),
            "check the name and the rights of the file",
        )
    };
    let bytes = read
        .await
        .map_err(|_| unreadable("the reader ended".to_owned()))?
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > LARGEST_BODY {
        return Err(Failure::usage(
            format!("{name} is larger than 64 MiB"),
            "send less",
        ));
    }
    Ok(bytes)
}

/// On a thread of its own, so that Ctrl-C is heard meanwhile.
async fn on_a_thread<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let unreadable = || Failure::new(Exit::Config, "standard input cannot be read");
    let read = tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| unreadable())?;
    read.map_err(|_| unreadable())
}
