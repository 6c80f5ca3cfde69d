//! A job that makes a video, known by its id.

use super::VideoDownload;
use crate::{
    call::{Call, Told, operation},
    client::Client,
    error::Error,
    meta::Meta,
};
use aipass_api::{
    ErrorBody,
    enums::VideoStatus,
    operation::Operation,
    types::{Video, VideoRemixRequest, VideoSeconds},
};
use aipass_auth::AuthError;
use http::StatusCode;
use serde_json::json;
use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

impl Client {
    /// The video job of that id, such as one that an earlier run of the program started. Asks for nothing yet.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let job = ai.video_job("video_68d…").wait(aipass::Wait::new()).await?;
    /// job.download_to("cat.mp4").await?;
    /// # Ok(()) }
    /// ```
    pub fn video_job(&self, id: impl Into<String>) -> VideoJob {
        VideoJob {
            client: self.clone(),
            id: id.into(),
            video: None,
            status: None,
            later: false,
            meta: Meta::default(),
        }
    }
}

/// A job that makes a video, as it was when it was last asked for.
#[derive(Clone)]
#[must_use = "the job goes on, and is paid for, whether anybody waits or not"]
pub struct VideoJob {
    pub(super) client: Client,
    id: String,
    video: Option<Video>,
    /// The status, in whichever case it came.
    status: Option<VideoStatus>,
    /// It is one of the later contract: `videoId`, `downloadUrl`, and a status at an address of its own.
    pub(super) later: bool,
    meta: Meta,
}

impl VideoJob {
    /// From the answer to a call that starts a job.
    pub(super) fn started(client: &Client, call: Call, answer: Result<Video, Error>) -> Result<Self, Error> {
        let read = answer.and_then(|video| match id_of(&video) {
            Some((id, later)) => Ok((id, later, video)),
            None => Err(Error::empty(call.operation, &call.context)),
        });
        match read {
            Ok((id, later, video)) => {
                let told = Told {
                    model: video.model.clone(),
                    usage: None,
                };
                Ok(Self {
                    client: client.clone(),
                    id,
                    later,
                    meta: call.answered(told),
                    status: status_of(&video),
                    video: Some(video),
                })
            }
            Err(error) => Err(call.failed(error)),
        }
    }

    /// The id. Keep it: with it, [`video_job`](Client::video_job) finds the job again.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How far it was; `None` where it was not asked for yet, or the server did not say.
    #[must_use]
    pub fn status(&self) -> Option<&VideoStatus> {
        self.status.as_ref()
    }

    /// Whether the video was ready.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.status() == Some(&VideoStatus::Completed)
    }

    /// How much was done, in percent from 0 to 100, where the server said it.
    #[must_use]
    pub fn progress(&self) -> Option<f64> {
        let progress = self.video.as_ref()?.progress?;
        (!progress.is_nan()).then(|| progress.clamp(0.0, 100.0))
    }

    /// The length of the video, as a text or a number gives it.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        let seconds = match self.video.as_ref()?.seconds.as_ref()? {
            VideoSeconds::Text(text) => text.trim().trim_end_matches('s').parse().ok()?,
            VideoSeconds::Number(number) => *number,
            VideoSeconds::Unknown(_) => return None,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The last answer about it, as it came.
    #[must_use]
    pub fn raw(&self) -> Option<&Video> {
        self.video.as_ref()
    }

    /// What is known about the last call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Asks how far it is. Costs nothing.
    ///
    /// # Errors
    /// The call failed; see [`Error`]. A job that failed is no error here: see [`failure`](Self::failure).
    pub async fn refresh(&mut self) -> Result<(), Error> {
        let asked = if self.later {
            self.ask(operation!("get_video_status")).await
        } else {
            match self.ask(operation!("get_video")).await {
                // The later contract has another address, and what is not on the gateway's list is unknown to it or forbidden.
                // Where there is none either, the first answer stands; where there is trouble, nobody knows yet.
                Err(error) if is_elsewhere(&error) => match self.ask(operation!("get_video_status")).await {
                    Ok(asked) => {
                        self.later = true;
                        Ok(asked)
                    }
                    Err(trouble) if passes(&trouble) => Err(trouble),
                    Err(_) => Err(error),
                },
                outcome => outcome,
            }
        };
        let (video, meta) = asked.map_err(|error| error.of_job(&self.id))?;
        self.status = status_of(&video);
        self.video = Some(video);
        self.meta = meta;
        Ok(())
    }

    async fn ask(&self, operation: &'static Operation) -> Result<(Video, Meta), Error> {
        let call = self.client.begin(operation, None)?;
        let url = self.address(call.operation)?;
        let read = call
            .get_for_json(&self.client, url)
            .await
            .and_then(|video: Video| {
                // What is about nothing is no answer; a job of no known status may get one later.
                let is_job = video.status.is_some() || id_of(&video).is_some();
                is_job
                    .then_some(video)
                    .ok_or_else(|| Error::empty(call.operation, &call.context))
            });
        match read {
            Ok(video) => Ok((video, call.answered(Told::default()))),
            Err(error) => Err(call.failed(error)),
        }
    }

    /// Where that operation is about this job.
    pub(super) fn address(&self, operation: &Operation) -> Result<Url, Error> {
        // The URL would drop some of them without a word.
        if self.id.contains(char::is_control) {
            return Err(Error::invalid_id());
        }
        let mut url = self.client.parts().0.wiring.base.endpoint("");
        {
            let problem = || Error::request("the base URL cannot have a path");
            let mut segments = url.path_segments_mut().map_err(|()| problem())?;
            let path = operation.path.trim_start_matches('/').split('/');
            segments.pop_if_empty().extend(path.map(|segment| match segment {
                "{id}" => self.id.as_str(),
                other => other,
            }));
        }
        Ok(url)
    }

    /// The error of a job that ended without a video, with the server's reason; `None` for any other.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        let video = self.video.as_ref()?;
        if self.status != Some(VideoStatus::Failed) {
            return None;
        }
        let error = serde_json::to_value(&video.error).unwrap_or_default();
        let reason = ErrorBody::inside(&json!({ "error": error })).unwrap_or_default();
        Some(Error::job_failed("get_video", reason).of_job(&self.id))
    }

    /// Starts a job for a video that changes this one, which must be finished. A paid call.
    ///
    /// # Errors
    /// See [`Error`]; [`charge_risk`](Error::charge_risk) says whether it may have been charged.
    pub async fn remix(&self, prompt: impl Into<String>) -> Result<Self, Error> {
        let remixed = self.start_remix(VideoRemixRequest::new(prompt)).await;
        remixed.map_err(|error| error.of_job(&self.id))
    }

    async fn start_remix(&self, request: VideoRemixRequest) -> Result<Self, Error> {
        if request.prompt.trim().is_empty() {
            return Err(Error::request("the video has no prompt"));
        }
        let call = self.client.begin(operation!("remix_video"), None)?;
        let url = self.address(call.operation)?;
        let answer = call.post_to_for_json(&self.client, url, &request).await;
        Self::started(&self.client, call, answer)
    }

    /// The download of the finished video, to be set up.
    pub fn download(&self) -> VideoDownload {
        VideoDownload::new(self.clone())
    }

    /// Downloads the finished video to a file: see [`VideoDownload::to`]. Costs nothing.
    ///
    /// # Errors
    /// As [`VideoDownload::to`].
    pub async fn download_to(&self, path: impl AsRef<Path>) -> Result<PathBuf, Error> {
        self.download().to(path).await
    }
}

/// Whether the gateway does not know that address, as far as its answer tells.
pub(super) fn is_elsewhere(error: &Error) -> bool {
    let knows_more = error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE);
    !knows_more && (error.is_not_found() || (error.is_permission() && error.status().is_some()))
}

/// Whether it may be over by the next question.
pub(super) fn passes(error: &Error) -> bool {
    error.is_server()
        || error.is_network()
        || error.is_incomplete()
        || error.is_timeout()
        || error.is_rate_limited()
        || error.auth_error().is_some_and(AuthError::is_temporary)
}

/// The status: gateways differ in its case.
fn status_of(video: &Video) -> Option<VideoStatus> {
    let told = video.status.as_ref()?;
    match VideoStatus::from(told.as_str().trim().to_ascii_lowercase()) {
        VideoStatus::Unknown(_) => Some(told.clone()),
        known => Some(known),
    }
}

/// The id, and whether it has the name of the later contract.
fn id_of(video: &Video) -> Option<(String, bool)> {
    let filled = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    filled(&video.id)
        .map(|id| (id, false))
        .or_else(|| filled(&video.video_id).map(|id| (id, true)))
}

// The prompt is the user's own, and the address of the file may be signed.
impl fmt::Debug for VideoJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoJob")
            .field("id", &self.id)
            .field("status", &self.status())
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}
