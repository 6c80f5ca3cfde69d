//! Where a result goes: to a file that appears as a whole, or to stdout.
//!
//! Whatever can be known before is checked before: what comes afterwards has been paid for. Then nothing is thrown away: a
//! file that cannot stand where it should is kept elsewhere, and the person is told where.

use crate::{exit::Exit, failure::Failure, output};
use aipass::MediaType;
use clap::Args;
use serde::Serialize;
use std::{
    fs,
    io::{self, IsTerminal, Write as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// What every command that writes a file takes.
#[derive(Args, Debug)]
pub(crate) struct OutputArgs {
    /// Where the result goes, with the extension that it turns out to need; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

impl OutputArgs {
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        Target::new(&self.output, self.force)
    }

    /// What the name of the file says that it should be.
    pub(crate) fn extension(&self) -> Option<String> {
        let extension = self.output.extension()?.to_str()?;
        Some(extension.to_ascii_lowercase())
    }
}

/// A place that a result can go to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Stdout,
    File(Place),
}

/// A file that does not exist yet, or may be replaced.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
    force: bool,
}

/// What was written, as `--json` has it.
#[derive(Debug, Serialize)]
pub(crate) struct Written {
    pub(crate) path: String,
    pub(crate) media_type: Option<&'static str>,
    pub(crate) bytes: u64,
}

impl Target {
    /// Checks that it can be written to.
    pub(crate) fn new(output: &Path, force: bool) -> Result<Self, Failure> {
        if output.as_os_str() == "-" {
            if io::stdout().is_terminal() {
                return Err(Failure::usage(
                    "the result is no text, and stdout is a terminal",
                    "use -o FILE, or send it on, as in `-o - | PROGRAM`",
                ));
            }
            return Ok(Self::Stdout);
        }
        Place::new(output, force).map(Self::File)
    }

    /// Each its own place for so many results: `cat-1.png`, `cat-2.png`.
    pub(crate) fn several(&self, count: u32) -> Result<Vec<Self>, Failure> {
        match self {
            target if count <= 1 => Ok(vec![target.clone()]),
            Self::Stdout => Err(Failure::usage(
                "several results cannot go to stdout",
                "use -o FILE, which gets a number for each",
            )),
            Self::File(place) => (1..=count)
                .map(|number| Place::new(&numbered(&place.path, number), place.force).map(Self::File))
                .collect(),
        }
    }

    /// Refuses what a `--json` object on stdout would stand in the middle of.
    pub(crate) fn beside_json(self, json: bool) -> Result<Self, Failure> {
        if json && matches!(self, Self::Stdout) {
            return Err(Failure::usage(
                "stdout cannot hold the result and JSON",
                "use -o FILE, or leave --json out",
            ));
        }
        Ok(self)
    }

    /// Keeps what came of something that broke off, with `.part` behind the name, and says so in the failure.
    pub(crate) fn keep_part(&self, bytes: &[u8], failure: Failure) -> Failure {
        let Self::File(place) = self else { return failure };
        if bytes.is_empty() {
            return failure;
        }
        let mut name = place.path.clone().into_os_string();
        name.push(".part");
        match place.put(Path::new(&name), bytes) {
            Ok(path) => failure.with_help(format!("what came of it is kept in {}", path.display())),
            Err(_) => failure,
        }
    }

    /// Writes what was paid for.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<Option<Written>, Failure> {
        match self {
            Self::Stdout => match output::bytes(bytes) {
                Err(failure) => Err(kept(failure, bytes)),
                Ok(()) => Ok(None),
            },
            Self::File(place) => place.write(bytes).map(Some),
        }
    }
}

/// Prints a text that was paid for. Where stdout does not take it, it is kept elsewhere.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    output::foreign(text).map_err(|failure| kept(failure, text.as_bytes()))
}

/// The same for a JSON document on a line of its own.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let line = output::json_line(value)?;
    output::data(&line).map_err(|failure| kept(failure, line.as_bytes()))
}

/// What stdout did not take, kept elsewhere. Nobody reads on, which is no failure; a full disk behind stdout is one.
pub(crate) fn kept(failure: Failure, bytes: &[u8]) -> Failure {
    if failure.exit != Exit::Config {
        return failure;
    }
    let cause = failure.report.and_then(|report| report.cause);
    elsewhere(Path::new("stdout"), bytes, cause)
}

impl Place {
    pub(crate) fn new(path: &Path, force: bool) -> Result<Self, Failure> {
        if path.file_name().is_none() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(Failure::usage(
                "the output names no file",
                "use -o FILE, or -o - for stdout",
            ));
        }
        vacant(path, force)?;
        // Whether the folder takes a file is seen by making one.
        unfinished(path).map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            force,
        })
    }

    /// The same for what is known to be of that kind: its name with the right extension must be free too.
    pub(crate) fn of_kind(path: &Path, force: bool, kind: MediaType) -> Result<Self, Failure> {
        let place = Self::new(path, force)?;
        vacant(&fitting(path, kind), force)?;
        Ok(place)
    }

    /// The same, which replaces nothing.
    pub(crate) fn careful(mut self) -> Self {
        self.force = false;
        self
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn write(&self, bytes: &[u8]) -> Result<Written, Failure> {
        let kind = MediaType::of_content(bytes);
        let wanted = kind.map_or_else(|| self.path.clone(), |kind| fitting(&self.path, kind));
        let path = match self.put(&wanted, bytes) {
            Ok(path) => path,
            Err(error) => return Err(elsewhere(&self.path, bytes, Some(error.to_string()))),
        };
        let written = Written {
            path: path.display().to_string(),
            media_type: kind.map(MediaType::as_str),
            bytes: bytes.len() as u64,
        };
        self.tell(&path, &written);
        Ok(written)
    }

    /// Puts a whole file there; gives its name, which is another one where the extension had to change and the right name is
    /// taken.
    fn put(&self, wanted: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        let mut part = unfinished(wanted)?;
        part.write_all(bytes)?;
        part.as_file().sync_all()?;
        if self.force && wanted == self.path {
            part.persist(wanted)?;
            return Ok(wanted.to_owned());
        }
        let mut path = wanted.to_owned();
        for number in 2.. {
            match part.persist_noclobber(&path) {
                Ok(_) => break,
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => part = error.file,
                Err(error) => return Err(error.error),
            }
            path = numbered(wanted, number);
        }
        Ok(path)
    }

    /// Tells where it is, and why that is not where it was asked for.
    pub(crate) fn tell(&self, path: &Path, written: &Written) {
        let size = output::size(written.bytes);
        let kind = written.media_type.unwrap_or("of no known kind");
        let shown = output::one_line(&written.path);
        output::done(&format!("Written to {shown} ({kind}, {size})"));
        if path != self.path {
            let asked = output::one_line(&self.path.display().to_string());
            output::note(&format!(
                "That is its name since it is {kind}; {asked} was asked for."
            ));
        }
    }
}

/// Refuses a name that is taken.
fn vacant(path: &Path, force: bool) -> Result<(), Failure> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Failure::config(
            format!("{shown} is a folder"),
            "name a file in it",
        )),
        Ok(found) if !found.is_file() => Err(Failure::config(
            format!("{shown} is no regular file"),
            format!("use -o - and `> {shown}`"),
        )),
        Ok(_) if !force => Err(Failure::config(
            format!("{shown} exists already"),
            "use --force to replace it, or another name",
        )),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let what = format!("no file can be written at {}", path.display());
    let mut failure = Failure::config(
        what,
        "check that the folder exists and takes files, or use another one",
    );
    failure.set_cause(error.to_string());
    failure
}

/// A `.part` beside the file, which goes away unless it is finished.
fn unfinished(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".aipass-").suffix(".part");
    // As any other new file, and not for its owner alone, as temporary files are.
    #[cfg(unix)]
    let permissions = {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(permissions);
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

/// Keeps what cannot be written where it should be, and says where.
fn elsewhere(path: &Path, bytes: &[u8], cause: Option<String>) -> Failure {
    let suffix = match MediaType::of_content(bytes) {
        Some(kind) => format!(".{}", kind.extension()),
        None if std::str::from_utf8(bytes).is_ok() => ".txt".to_owned(),
        None => format!(".{}", MediaType::UNKNOWN.extension()),
    };
    let keep = || {
        let mut builder = tempfile::Builder::new();
        let mut file = builder.prefix("aipass-").suffix(&suffix).tempfile()?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        let (_, kept) = file.keep().map_err(|error| error.error)?;
        Ok::<_, io::Error>(kept)
    };
    let what = format!("{} cannot be written", path.display());
    let mut failure = match keep() {
        Ok(kept) => Failure::config(
            what,
            format!("it is paid for, so it is kept in {}", kept.display()),
        ),
        Err(_) => Failure::new(Exit::Config, what).with_help(last_resort(bytes)),
    };
    if let Some(cause) = cause {
        failure.set_cause(cause);
    }
    failure
}

/// What nothing takes is shown where the person reads, if it is a text.
fn last_resort(bytes: &[u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            output::note(&output::harmless(text.trim_end()));
            "nor can a temporary file: it is paid for, and stands above"
        }
        Err(_) => "nor can a temporary file: it was paid for, and is lost",
    }
}

/// `cat-2.png` for `cat.png`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// The name with the extension of what the content is, by the rule of the library: a name that is no media's keeps its own
/// and gets the right one behind it.
fn fitting(path: &Path, kind: MediaType) -> PathBuf {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if kind.goes_by(extension) => path.to_owned(),
        Some(_) if MediaType::of_name(path).is_none() => {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(kind.extension());
            name.into()
        }
        _ => path.with_extension(kind.extension()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[test]
    fn names_are_numbered_before_their_extension() {
        assert_eq!(numbered(Path::new("a/cat.png"), 2), Path::new("a/cat-2.png"));
        assert_eq!(numbered(Path::new("cat"), 1), Path::new("cat-1"));
    }

    #[test]
    fn nothing_is_written_over_a_file_that_nobody_gave_up() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("cat.png"), "mine").unwrap();
        Place::new(&at("cat.png"), false).unwrap_err();
        Place::new(&at("none/cat.png"), true).unwrap_err();
        Place::new(folder.path(), true).unwrap_err();
        // The name is free, and what it turns out to need is not.
        let place = Place::new(&at("cat.jpg"), true).unwrap();
        let written = place.write(PNG).unwrap();
        assert_eq!(written.path, at("cat-2.png").display().to_string());
        assert_eq!(fs::read(at("cat.png")).unwrap(), b"mine");
        let place = Place::new(&at("cat.png"), true).unwrap();
        assert_eq!(place.write(PNG).unwrap().media_type, Some("image/png"));
        assert_eq!(fs::read(at("cat.png")).unwrap(), PNG);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no part is left");
    }

    #[test]
    fn what_cannot_be_written_is_kept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        fs::create_dir(&gone).unwrap();
        let place = Place::new(&gone.join("cat.png"), false).unwrap();
        fs::remove_dir(&gone).unwrap();
        let failure = place.write(PNG).unwrap_err();
        let help = failure.report.unwrap().help.unwrap();
        let kept = help.strip_prefix("it is paid for, so it is kept in ").unwrap();
        assert_eq!(fs::read(kept).unwrap(), PNG);
        fs::remove_file(kept).unwrap();
    }
}
