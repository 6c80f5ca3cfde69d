//! Downloading a finished video: as bytes, or to a file that goes on where it broke off.

use super::{
    VideoJob,
    job::{is_elsewhere, passes},
    partial::Partial,
};
use crate::{call::operation, error::Error, foreign::Fetched, policy::ChargeRisk, streams::ByteStream};
use aipass_api::{enums::VideoVariant, multipart::Progress, operation::Operation};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The most that a file may have, so that a server that does not end fills no disk.
const MOST_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// How often a download goes on after it broke off, without a byte in between.
const MOST_FAILURES: u32 = 3;

/// The pause before it goes on.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// The download of a finished video. Costs nothing.
///
/// ```no_run
/// # async fn run(job: aipass::VideoJob) -> Result<(), aipass::Error> {
/// let path = job
///     .download()
///     .on_progress(|progress| println!("{} of {:?} bytes", progress.done, progress.total))
///     .to("cat.mp4")
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "nothing is downloaded before it is asked for"]
pub struct VideoDownload {
    job: VideoJob,
    variant: Option<VideoVariant>,
    progress: Option<OnProgress>,
    most: u64,
}

impl VideoDownload {
    pub(super) fn new(job: VideoJob) -> Self {
        Self {
            job,
            variant: None,
            progress: None,
            most: MOST_BYTES,
        }
    }

    /// Something else than the video, such as `thumbnail` (assumed).
    pub fn variant(mut self, variant: impl Into<VideoVariant>) -> Self {
        self.variant = Some(variant.into());
        self
    }

    /// How large a file may become, in bytes: 8 GiB unless said otherwise. A larger one is an [error](Error::is_decode): at once
    /// where the server says how large it is, or else what has come of it stays in its `….part`.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.most = bytes;
        self
    }

    /// Has that function told how far a download to a file is, for each piece. It is called from the task that downloads:
    /// keep it short.
    pub fn on_progress(mut self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
        self
    }

    /// The bytes as they come.
    ///
    /// # Errors
    /// See [`Error`]; it names the job in [`video_id`](Error::video_id).
    pub async fn stream(&self) -> Result<ByteStream, Error> {
        let fetched = self.fetch(&HeaderMap::new()).await;
        fetched
            .map(|fetched| self.pieces(fetched))
            .map_err(|error| self.name(error))
    }

    /// All bytes, up to 64 MiB or what [`max_body`](crate::RequestOptions::max_body) says.
    ///
    /// # Errors
    /// As [`stream`](Self::stream), and as [`ByteStream::bytes`].
    pub async fn bytes(&self) -> Result<Bytes, Error> {
        self.stream().await?.bytes().await
    }

    /// Downloads to a file, and gives back its path. It appears as a whole or not at all, and one of that name is replaced.
    ///
    /// What has come so far is kept in a file `….part` beside it. A download that breaks off goes on from there by itself,
    /// and so does the next one to the same path, also in another run of the program: with `Range` and `If-Range` (RFC 9110
    /// sections 14.2 and 13.1.5), where the server gives the file a strong `ETag` or a `Last-Modified`. Where it does not, or
    /// the file has changed, it begins anew. A `….part` of another program is left alone.
    ///
    /// A video that is said to be ready and is not there yet is asked for again, for a few seconds. Where the link that the job names
    /// has stopped working, the job is asked for another one.
    ///
    /// # Errors
    /// See [`Error`]; it names the job in [`video_id`](Error::video_id). [`Error::is_file`] where the file cannot be written,
    /// another download writes to that place, or another program has put a `….part` there.
    pub async fn to(&self, path: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let downloaded = self.to_file(path.as_ref()).await;
        downloaded.map_err(|error| self.name(error))
    }

    async fn to_file(&self, path: &Path) -> Result<PathBuf, Error> {
        let what = format!("{} {}", self.job.id(), self.variant_name());
        let mut partial = Partial::open(path, &what).await?;
        let sleeper = self.job.client.parts().0.wiring.sleeper.clone();
        let mut failures = 0;
        // Whoever begins anew each time gets no further, however much comes each time.
        let mut furthest = partial.length();
        loop {
            let error = match self.go_on(&mut partial).await {
                Ok(()) => return partial.finish(path).await,
                Err(error) => error,
            };
            failures = if partial.length() > furthest {
                1
            } else {
                failures + 1
            };
            furthest = furthest.max(partial.length());
            let broke_off = error.is_incomplete() || error.is_network() || error.is_timeout();
            if !(broke_off || self.is_to_come(&error)) || failures > MOST_FAILURES {
                partial.keep().await;
                return Err(error);
            }
            sleeper.sleep(PAUSE * failures).await;
        }
    }

    /// The job is done, and its file may be on its way from one server to the next.
    fn is_to_come(&self, error: &Error) -> bool {
        let is_absent = error
            .status()
            .is_some_and(|status| [StatusCode::NOT_FOUND, StatusCode::CONFLICT].contains(&status));
        is_absent && self.job.is_completed() && self.variant.is_none()
    }

    async fn go_on(&self, partial: &mut Partial) -> Result<(), Error> {
        let mut fetched = self.fetch(&partial.range()).await;
        let is_usable = match &fetched {
            // There is nothing behind what is here.
            Err(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) && partial.is_whole() => {
                return Ok(());
            }
            Ok(fetched) => partial.takes(fetched.response.status(), &fetched.call.context.headers()),
            Err(error) => error.status() != Some(StatusCode::RANGE_NOT_SATISFIABLE),
        };
        if !is_usable && partial.length() > 0 {
            // What is here is of another file, or of another version of it.
            partial.restart().await?;
            fetched = self.fetch(&HeaderMap::new()).await;
        }
        let fetched = fetched?;
        let (status, headers) = (fetched.response.status(), fetched.call.context.headers());
        let mut pieces = self.pieces(fetched);
        if !partial.takes(status, &headers) {
            let why = "the server sent a part that nobody asked for";
            return Err(Error::unreadable("download_video", why).of_risk(ChargeRisk::Free));
        }
        partial.begin(status, &headers).await?;
        let total = partial.total();
        let fits = |length: u64| {
            let why = "the file is larger than allowed";
            (length <= self.most)
                .then_some(())
                .ok_or_else(|| Error::unreadable("download_video", why).of_risk(ChargeRisk::Free))
        };
        fits(total.unwrap_or(0))?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            fits(partial.length() + piece.len() as u64)?;
            partial.write(&piece).await?;
            if let Some(tell) = &self.progress {
                tell(Progress::new(partial.length(), total));
            }
        }
        partial.check()
    }

    /// The playbook's address, or the one that the job names.
    async fn fetch(&self, headers: &HeaderMap) -> Result<Fetched, Error> {
        let mut job = self.job.clone();
        let link = self.named(&job).filter(|_| job.later);
        let fetched = match &link {
            Some(url) => job.client.fetch(url, headers).await,
            None => self.content(headers).await,
        };
        let error = match fetched {
            Err(error) if is_elsewhere(&error) && self.variant.is_none() => error,
            outcome => return outcome,
        };
        // Of a job that is known by its id alone, nobody has asked yet what it names. And links stop working after a while.
        if job.raw().is_none() || link.is_some() {
            match job.refresh().await {
                Ok(()) => {}
                Err(trouble) if passes(&trouble) => return Err(trouble),
                Err(_) => return Err(error),
            }
        }
        match self.named(&job).filter(|url| Some(url) != link.as_ref()) {
            Some(url) => job.client.fetch(&url, headers).await,
            None => Err(error),
        }
    }

    fn named(&self, job: &VideoJob) -> Option<String> {
        let url = job.raw()?.download_url.clone();
        url.filter(|url| !url.is_empty() && self.variant.is_none())
    }

    async fn content(&self, headers: &HeaderMap) -> Result<Fetched, Error> {
        let client = &self.job.client;
        let core = client.parts().0;
        let call = client.begin(operation!("download_video"), None)?;
        let operation: &'static Operation = call.operation;
        let mut url = self.job.address(operation)?;
        if self.variant.is_some() {
            url.query_pairs_mut().append_pair("variant", self.variant_name());
        }
        let asked = url.clone();
        let mut request = reqwest::Request::new(Method::GET, url);
        request.headers_mut().clone_from(headers);
        let mut attempts = aipass_api::copies(request);
        let sending = core.api.execute_open(&call.context, operation, &mut attempts);
        let failure = match call.within(Box::pin(sending)).await {
            Ok(response) => return Ok(Fetched { response, call }),
            Err(failure) => failure,
        };
        if let Some(location) =
            crate::foreign::redirect(&failure).and_then(|location| asked.join(location).ok())
        {
            call.answered(crate::call::Told::default());
            return client.fetch(location.as_str(), headers).await;
        }
        let error = Error::failure(operation, &call.context, &failure);
        Err(call.failed(error))
    }

    fn pieces(&self, fetched: Fetched) -> ByteStream {
        fetched.into_stream().of_video(self.job.id())
    }

    fn variant_name(&self) -> &str {
        self.variant.as_ref().map_or("video", VideoVariant::as_str)
    }

    fn name(&self, error: Error) -> Error {
        error.of_job(self.job.id())
    }
}

impl fmt::Debug for VideoDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoDownload")
            .field("job", &self.job)
            .field("variant", &self.variant)
            .finish_non_exhaustive()
    }
}
