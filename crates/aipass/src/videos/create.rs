//! How a video is asked for.

use super::VideoJob;
use crate::{call::operation, client::Client, error::Error, options::RequestOptions};
use aipass_api::{
    enums::VideoSize,
    multipart::{FilePart, Form},
    types::{VideoRequest, VideoSeconds},
};
use std::fmt;

impl Client {
    /// Starts a video that shows this. Sending it is a paid call, and starts a job that takes minutes. (Playbook section 8;
    /// scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// use aipass::Wait;
    ///
    /// let job = ai.video("sora-2", "A cat plays the piano").seconds(4).size("1280x720").create().await?;
    /// println!("{}", job.id()); // With it, the waiting can go on in another run of the program.
    /// let done = job.wait(Wait::new().on_progress(|job| println!("{:?} %", job.progress()))).await?;
    /// done.download_to("cat.mp4").await?;
    /// # Ok(()) }
    /// ```
    pub fn video(&self, model: impl Into<String>, prompt: impl Into<String>) -> VideoBuilder {
        self.video_request(VideoRequest::new(model, prompt))
    }

    /// As [`video`](Self::video), from a request that is already there.
    pub fn video_request(&self, request: VideoRequest) -> VideoBuilder {
        VideoBuilder {
            client: self.clone(),
            request,
            reference: None,
        }
    }
}

/// A video that is being asked for. Nothing is sent, and nothing paid, before [`create`](Self::create).
#[derive(Clone)]
#[must_use = "no video is made before it is created"]
pub struct VideoBuilder {
    client: Client,
    request: VideoRequest,
    reference: Option<FilePart>,
}

impl VideoBuilder {
    /// The length in seconds. Which lengths exist depends on the model.
    ///
    /// It is sent as text, as OpenAI has it; [`with`](Self::with) sets a number where a route wants one.
    pub fn seconds(mut self, seconds: u32) -> Self {
        self.request.seconds = Some(VideoSeconds::Text(seconds.to_string()));
        self
    }

    /// Width and height in pixels, such as `1280x720`. Which sizes exist depends on the model.
    pub fn size(mut self, size: impl Into<VideoSize>) -> Self {
        self.request.size = Some(size.into());
        self
    }

    /// A picture to start from. The request becomes a form then.
    pub fn reference(mut self, picture: FilePart) -> Self {
        self.reference = Some(picture);
        self
    }

    /// Changes any other field of the request.
    pub fn with(mut self, change: impl FnOnce(&mut VideoRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Starts the job. A paid call: it is sent again only where it is certain that it was not charged.
    ///
    /// # Errors
    /// See [`Error`]; [`charge_risk`](Error::charge_risk) says whether it may have been charged. An answer without an id is
    /// [no answer](Error::is_decode).
    pub async fn create(self) -> Result<VideoJob, Error> {
        if self.request.prompt.trim().is_empty() {
            return Err(Error::request("the video has no prompt"));
        }
        let call = self
            .client
            .begin(operation!("create_video"), self.request.model.as_deref())?;
        let answer = match self.reference {
            None => call.post_for_json(&self.client, &self.request).await,
            // A form cannot hold what only JSON can.
            Some(_) if self.request.input_reference.is_some() || !self.request.extra.is_empty() => {
                Err(Error::request(
                    "an uploaded picture cannot be sent together with an address or unknown fields",
                ))
            }
            Some(picture) => {
                let form = Form::from(self.request.into_form(picture));
                call.post_form_for_json(&self.client, form).await
            }
        };
        VideoJob::started(&self.client, call, answer)
    }
}

// The prompt is the user's own.
impl fmt::Debug for VideoBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoBuilder")
            .field("model", &self.request.model)
            .field("seconds", &self.request.seconds)
            .field("size", &self.request.size)
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}
