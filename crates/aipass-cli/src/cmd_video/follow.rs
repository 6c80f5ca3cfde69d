//! A job that is followed: waited for, and downloaded when it is done.

use super::{FollowArgs, report::Report};
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{self, Bar},
    target::{Place, Target, Written},
    usage::{self, Left},
    when,
};
use aipass::{MediaType, VideoJob, Wait};
use std::{fs, io::Read as _, path::Path, time::Duration};

/// How far a job is to be followed, and what is to be said about it.
pub(super) struct Follow {
    pub(super) waits: bool,
    target: Option<Target>,
    timeout: Duration,
    json: bool,
}

/// What came of it.
pub(super) struct Outcome {
    job: VideoJob,
    file: Option<Written>,
    pub(super) failure: Option<Failure>,
}

impl Outcome {
    /// A job that nobody waits for.
    pub(super) fn begun(job: VideoJob) -> Self {
        Self {
            job,
            file: None,
            failure: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        self.job.id()
    }
}

impl Follow {
    pub(super) fn of(args: &FollowArgs, waits: bool) -> Result<Self, Failure> {
        let target = match &args.output {
            Some(path) => Some(target(path, args.force, args.json)?),
            None => None,
        };
        Ok(Self {
            waits: waits || target.is_some(),
            target,
            timeout: args.timeout,
            json: args.json,
        })
    }

    pub(super) fn download(path: &Path, force: bool, json: bool) -> Result<Self, Failure> {
        Ok(Self {
            waits: false,
            target: Some(target(path, force, json)?),
            timeout: Duration::ZERO,
            json,
        })
    }

    /// Shows the id before anything else can go wrong: on stdout, unless something else has its place there.
    pub(super) fn show_id(&self, job: &VideoJob) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        if matches!(self.target, Some(Target::Stdout)) {
            output::note(&format!("video: {}", output::one_line(job.id())));
            return Ok(());
        }
        output::foreign(&format!("{}\n", job.id()))
    }

    /// Waits until it is done, and downloads it where that is wanted.
    pub(super) async fn to_the_end(&self, context: &Context, job: VideoJob) -> Outcome {
        let bar = Bar::new("The video waits for its turn");
        let meter = bar.meter();
        let last = std::sync::Arc::new(std::sync::Mutex::new(job.clone()));
        let seen = last.clone();
        let wait = Wait::new().deadline(self.timeout).on_progress(move |job| {
            let what = match job.status().map(|status| status.as_str()) {
                Some("queued") => "The video waits for its turn",
                _ => "The video is being made",
            };
            meter.percent(what, job.progress().filter(|percent| *percent > 0.0));
            if let Ok(mut seen) = seen.lock() {
                *seen = job.clone();
            }
        });
        let id = job.id().to_owned();
        let done = tokio::select! {
            done = job.wait(wait) => done.map_err(|error| self.unfinished(error, &id)),
            () = context.interrupt.pressed() => Err(self.interrupted(&id, "goes on")),
        };
        drop(bar);
        match done {
            Ok(job) if self.target.is_some() => self.fetch(context, job).await,
            Ok(job) => Outcome::begun(job),
            Err(failure) => Outcome {
                job: last
                    .lock()
                    .map_or_else(|last| last.into_inner().clone(), |last| last.clone()),
                file: None,
                failure: Some(failure),
            },
        }
    }

    /// Downloads what is done.
    pub(super) async fn fetch(&self, context: &Context, job: VideoJob) -> Outcome {
        let id = job.id().to_owned();
        let fetched = tokio::select! {
            fetched = self.download_to_target(&job) => fetched.map_err(|failure| self.with_resume(failure, &id)),
            () = context.interrupt.pressed() => Err(self.interrupted(&id, "is done, and not downloaded yet")),
        };
        let (file, failure) = match fetched {
            Ok(file) => (file, None),
            Err(failure) => (None, Some(failure)),
        };
        Outcome { job, file, failure }
    }

    async fn download_to_target(&self, job: &VideoJob) -> Result<Option<Written>, Failure> {
        let place = match &self.target {
            None => return Ok(None),
            Some(Target::File(place)) => place,
            Some(Target::Stdout) => {
                let mut pieces = job.download().stream().await?;
                let mut any = false;
                while let Some(piece) = pieces.next().await {
                    match piece {
                        Ok(piece) => output::bytes(&piece)?,
                        Err(error) if any => return Err(Failure::from(error).after_a_part()),
                        Err(error) => return Err(error.into()),
                    }
                    any = true;
                }
                return Ok(None);
            }
        };
        let bar = Bar::new("Downloading");
        let meter = bar.meter();
        let download = job
            .download()
            .on_progress(move |progress| meter.bytes("Downloading", progress.done, progress.total));
        let path = download.to(place.path()).await?;
        drop(bar);
        let mut start = Vec::new();
        // It is there; how it begins is for the report alone.
        if let Ok(file) = fs::File::open(&path) {
            let _ = file.take(MediaType::NEEDS as u64).read_to_end(&mut start);
        }
        let written = Written {
            path: path.display().to_string(),
            media_type: MediaType::of_content(&start).map(MediaType::as_str),
            bytes: fs::metadata(&path).map_or(0, |found| found.len()),
        };
        place.tell(&path, &written);
        Ok(Some(written))
    }

    /// Prints what is to be printed at the end, also where it is no good one.
    pub(super) fn tell(
        &self,
        outcome: &Outcome,
        cost: Option<f64>,
        left: Option<&Left>,
    ) -> Result<(), Failure> {
        let report = Report::of(&outcome.job);
        if self.json {
            report.whole(outcome.file.as_ref(), cost, left)?;
            if let Some(Err(failure)) = left {
                usage::unknown(failure);
            }
            return Ok(());
        }
        if self.waits && self.target.is_none() && outcome.failure.is_none() {
            output::done(&format!(
                "The video is done; download it with `aipass video download {} -o FILE`",
                output::one_line(&quoted(outcome.job.id()))
            ));
        }
        if let Some(left) = left {
            usage::tell(None, cost, left);
        }
        Ok(())
    }

    /// The command that goes on where this one ends.
    pub(super) fn resume(&self, id: &str) -> String {
        let output = match &self.target {
            Some(Target::Stdout) => " -o -".to_owned(),
            Some(Target::File(place)) => format!(" -o {}", quoted(&place.path().display().to_string())),
            None => String::new(),
        };
        format!("`aipass video wait {}{output}`", quoted(id))
    }

    fn interrupted(&self, id: &str, state: &str) -> Failure {
        Failure::interrupted(format!("interrupted; the video {id} {state}"))
            .with_help(format!("go on with {}", self.resume(id)))
    }

    fn unfinished(&self, error: aipass::Error, id: &str) -> Failure {
        let is_late = error.is_timeout();
        if error.is_job_failed() {
            return error.into();
        }
        let mut failure = Failure::from(error);
        if is_late {
            // Nothing is wrong with the service: it takes longer.
            failure.exit = Exit::Incomplete;
            if let Some(report) = &mut failure.report {
                report.what = format!(
                    "the video {id} is not done after {}; it goes on",
                    when::span(self.timeout.as_secs())
                );
            }
        }
        self.with_resume(failure, id)
    }

    /// The same failure, with what to do about the video, which is paid for.
    pub(super) fn with_resume(&self, mut failure: Failure, id: &str) -> Failure {
        let is_worth_it =
            failure.exit.may_pass() || matches!(failure.exit, Exit::LoginRequired | Exit::Config);
        if !is_worth_it {
            return failure;
        }
        let resume = format!("the video is paid for; go on with {}", self.resume(id));
        if let Some(report) = &mut failure.report {
            report.help = Some(match report.help.take() {
                Some(help) if failure.exit != Exit::Incomplete => format!("{help}\n{resume}"),
                _ => resume,
            });
        }
        failure
    }
}

/// What is said to be a video is one, so its right name has to be free as well.
fn target(path: &Path, force: bool, json: bool) -> Result<Target, Failure> {
    match Target::new(path, force)?.beside_json(json)? {
        Target::File(place) => match MediaType::of_name("x.mp4") {
            Some(kind) => Place::of_kind(place.path(), force, kind).map(Target::File),
            None => Ok(Target::File(place)),
        },
        Target::Stdout => Ok(Target::Stdout),
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_copied_into_a_shell() {
        assert_eq!(quoted("video_a/b+c="), "video_a/b+c=");
        assert_eq!(quoted("my cat.mp4"), "'my cat.mp4'");
        assert_eq!(quoted("$(x)'"), r"'$(x)'\'''");
        assert_eq!(quoted(""), "''");
    }
}
