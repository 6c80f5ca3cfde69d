//! Waiting for a video.

use super::{VideoJob, job::passes};
use crate::error::Error;
use rand::Rng as _;
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// The longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// And the shortest.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

type OnProgress = Arc<dyn Fn(&VideoJob) + Send + Sync>;

/// How to wait for a video.
#[derive(Clone)]
#[must_use = "it says how to wait, and does not wait"]
pub struct Wait {
    deadline: Duration,
    interval: Duration,
    progress: Option<OnProgress>,
}

impl Default for Wait {
    fn default() -> Self {
        Self::new()
    }
}

impl Wait {
    /// For at most 20 minutes, asking every 5 seconds.
    pub fn new() -> Self {
        Self {
            deadline: Duration::from_secs(20 * 60),
            interval: Duration::from_secs(5),
            progress: None,
        }
    }

    /// How long to wait at most, and for an answer that is under way then, one [`interval`](Self::interval) longer: so it is
    /// asked once in any case. The job itself goes on.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long to pause between two questions, a fifth more or less; a server that names another pause (`Retry-After`) is
    /// listened to, up to a minute. Under half a second counts as half a second.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(SHORTEST_PAUSE);
        self
    }

    /// Has that function told each time the server was asked.
    pub fn on_progress(mut self, tell: impl Fn(&VideoJob) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
        self
    }

    /// The next pause.
    fn pause(&self, asked_for: Option<Duration>) -> Duration {
        match asked_for {
            Some(pause) if !pause.is_zero() => pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE),
            _ => {
                let factor = rand::thread_rng().gen_range(0.8..1.2);
                // Whoever never wants to ask again may say so.
                Duration::try_from_secs_f64(self.interval.as_secs_f64() * factor).unwrap_or(self.interval)
            }
        }
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("deadline", &self.deadline)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl VideoJob {
    /// Waits until the video is ready. Costs nothing: the job is paid for, and goes on when nobody waits.
    ///
    /// A status that this version does not know is waited out, and so is trouble with the connection, the service or the
    /// renewal of the token.
    ///
    /// # Errors
    /// Each error names the job in [`video_id`](Error::video_id), so that the waiting can go on later.
    /// [`Error::is_job_failed`] where the job ended without a video; [`Error::is_timeout`] where it is not done by the
    /// deadline; else see [`Error`].
    pub async fn wait(mut self, wait: Wait) -> Result<Self, Error> {
        let sleeper = self.client.parts().0.wiring.sleeper.clone();
        let began = Instant::now();
        // What was slept for counts also where somebody else keeps the time.
        let mut slept = Duration::ZERO;
        loop {
            let left = wait.deadline.saturating_sub(began.elapsed().max(slept));
            let trouble = match timeout(left.max(wait.interval), self.refresh()).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) if passes(&error) => Some(error),
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(Error::still_running("get_video", None).of_job(self.id())),
            };
            if trouble.is_none() {
                if let Some(tell) = &wait.progress {
                    tell(&self);
                }
                if self.is_completed() {
                    return Ok(self);
                }
                if let Some(failure) = self.failure() {
                    return Err(failure);
                }
            }
            let asked_for = match &trouble {
                Some(error) => error.retry_after(),
                None => aipass_auth::__http::retry_after(self.meta().headers()),
            };
            let pause = wait.pause(asked_for);
            if began.elapsed().max(slept).saturating_add(pause) >= wait.deadline {
                return Err(Error::still_running("get_video", trouble).of_job(self.id()));
            }
            sleeper.sleep(pause).await;
            slept += pause;
        }
    }
}
