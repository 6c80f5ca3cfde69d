//! How far a video is, in a line or as JSON.

use crate::{cmd_balance::Amounts, failure::Failure, output, target::Written, usage::Left};
use aipass::{VideoJob, types::VideoError};
use serde::Serialize;
use serde_json::Value;

pub(super) const HELP_START: &str = "\
The id stands on stdout at once (with `-o -` on stderr), so that it is there whatever comes. Without --wait and -o the \
command ends then. With -o the finished video goes to that file, by way of a .part beside it that a further download goes \
on with.

JSON: {\"id\":\"video_1\",\"status\":\"completed\",\"progress\":100.0,\"model\":\"sora-2\",\"seconds\":4.0,
       \"size\":\"720x1280\",\"error\":null,\"expires_at\":null,
       \"file\":{\"path\":\"cat.mp4\",\"media_type\":\"video/mp4\",\"bytes\":123456},
       \"cost\":0.4,\"balance\":{\"remaining\":7.55,\"spent\":2.45,\"max\":10.0}}
It is printed at the end, also of a wait that fails. What the service leaves out is null; \"file\" is null without -o, and \
\"balance\" without -u. \"cost\" and \"balance\" are US dollars, \"expires_at\" is in seconds since 1970.

Ctrl-C while it waits leaves the video going on: stderr has the command that waits again. A failed video ends with 14, one \
that is not done in time with 10.

A video is a paid call; waiting and downloading are free.";

pub(super) const HELP_GET: &str = "\
`get` prints one line: the status, and how much is done, as in `in_progress 50%`.

JSON: {\"id\":\"video_1\",\"status\":\"completed\",\"progress\":100.0,\"model\":\"sora-2\",\"seconds\":4.0,
       \"size\":\"720x1280\",\"error\":null,\"expires_at\":null}
What the service leaves out is null; \"error\" is {\"code\":…,\"message\":…} for a failed video. `wait` has \"file\", \
\"cost\" and \"balance\" too, as `aipass video create --help` shows.

A failed video ends with 14; a wait that is over before the video is done ends with 10, and Ctrl-C with 130: stderr has \
the command that waits again. All of it is free.";

pub(super) const HELP_DOWNLOAD: &str = "\
The file appears as a whole, by way of a .part beside it; a download that broke off goes on from there when it is begun \
again. JSON is as `aipass video create --help` shows it.

Downloading is free. Videos can be downloaded for a while only.";

/// A job as `--json` shows it.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    id: &'a str,
    status: Option<&'a str>,
    progress: Option<f64>,
    model: Option<&'a str>,
    seconds: Option<f64>,
    size: Option<&'a str>,
    error: Option<Reason<'a>>,
    expires_at: Option<i64>,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: Option<Value>,
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    report: &'a Report<'a>,
    file: Option<&'a Written>,
    cost: Option<f64>,
    balance: Option<Amounts>,
}

impl<'a> Report<'a> {
    pub(super) fn of(job: &'a VideoJob) -> Self {
        let video = job.raw();
        let reason = |error: &'a VideoError| Reason {
            code: serde_json::to_value(&error.code).ok(),
            message: error.message.as_deref(),
        };
        Self {
            id: job.id(),
            status: job.status().map(|status| status.as_str()),
            progress: job.progress(),
            model: video.and_then(|video| video.model.as_deref()),
            seconds: job.length().map(|length| length.as_secs_f64()),
            size: video.and_then(|video| video.size.as_deref()),
            error: video.and_then(|video| video.error.as_ref()).map(reason),
            expires_at: video.and_then(|video| video.expires_at),
        }
    }

    pub(super) fn json(&self) -> Result<(), Failure> {
        output::json(self)
    }

    /// With what became of it here.
    pub(super) fn whole(
        &self,
        file: Option<&Written>,
        cost: Option<f64>,
        left: Option<&Left>,
    ) -> Result<(), Failure> {
        let balance = left.and_then(|left| left.as_ref().ok());
        output::json(&Whole {
            report: self,
            file,
            cost,
            balance: balance.copied().map(Amounts::from),
        })
    }

    /// For a person and for `read`: the status, and how much is done.
    pub(super) fn line(&self) -> Result<(), Failure> {
        let status = self.status.unwrap_or("unknown");
        match self.progress {
            Some(progress) => output::foreign(&format!("{status} {progress:.0}%\n")),
            None => output::foreign(&format!("{status}\n")),
        }
    }
}
