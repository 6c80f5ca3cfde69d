//! Files that are sent: opened before anything is paid for, and followed on their way.

use crate::{failure::Failure, output::Meter};
use aipass::FilePart;
use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// A file that is read while it is sent.
pub(crate) async fn open(path: &Path) -> Result<FilePart, Failure> {
    let part = FilePart::open(path)
        .await
        .map_err(|error| unreadable(path, &error))?;
    if part.length() == Some(0) {
        return Err(Failure::config(
            format!("{} is empty", path.display()),
            "check the file; its download may have broken off",
        ));
    }
    Ok(part)
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let mut failure = Failure::config(
        format!("{} cannot be read", path.display()),
        "check the name and the rights of the file",
    );
    failure.set_cause(error.to_string());
    failure
}

/// The same files, which move the bar as they go out; once all of them have, it says what is waited for.
pub(crate) fn watched(files: Vec<FilePart>, meter: &Meter, then: &'static str) -> Vec<FilePart> {
    let total = files.iter().map(FilePart::length).sum::<Option<u64>>();
    let done = Arc::new(Mutex::new(vec![0; files.len()]));
    let watched = files.into_iter().enumerate().map(|(place, file)| {
        let (meter, done) = (meter.clone(), done.clone());
        file.on_progress(move |progress| {
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(own) = done.get_mut(place) {
                *own = progress.done;
            }
            let sum = done.iter().sum();
            if Some(sum) == total {
                meter.waits(then);
            } else {
                meter.bytes("Sending", sum, total);
            }
        })
    });
    watched.collect()
}
