//! The jobs and how far they are.

use std::collections::HashMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{VideoContract, content};
use crate::clock::CREATED;
use crate::images::Size;
use crate::models::Model;
use crate::state::Shared;

/// What a job is to make.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) model: &'static Model,
    pub(super) prompt: String,
    pub(super) seconds: u32,
    pub(super) size: Size,
    /// The mean colour of the picture to start from.
    pub(super) ground: Option<[u8; 3]>,
    pub(super) remixed_from: Option<String>,
}

impl Plan {
    /// What the video follows from.
    pub(super) fn seed(&self) -> String {
        format!(
            "{}\n{}\n{}\n{}\n{:?}\n{:?}",
            self.model.id, self.prompt, self.seconds, self.size, self.ground, self.remixed_from
        )
    }

    /// Whether the job comes to nothing: the prompt asks for it by the word "fail".
    fn fails(&self) -> bool {
        self.prompt
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("fail"))
    }
}

#[derive(Clone)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) plan: Plan,
    polls: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Queued,
    InProgress,
    Completed,
    Failed,
}

impl Job {
    fn status(&self, polls_needed: u32) -> Status {
        if self.polls >= polls_needed {
            if self.plan.fails() {
                Status::Failed
            } else {
                Status::Completed
            }
        } else if self.polls == 0 {
            Status::Queued
        } else {
            Status::InProgress
        }
    }

    pub(super) fn is_completed(&self, polls_needed: u32) -> bool {
        self.status(polls_needed) == Status::Completed
    }
}

#[derive(Default)]
pub(crate) struct Jobs {
    jobs: HashMap<String, Job>,
}

impl Jobs {
    /// A new job. Its id follows from its plan; of equal plans, each has another id.
    pub(super) fn add(&mut self, plan: Plan) -> Job {
        let seed = plan.seed();
        let mut number = 0;
        let mut id = id(&seed, number);
        while self.jobs.contains_key(&id) {
            number += 1;
            id = self::id(&seed, number);
        }
        let job = Job {
            id: id.clone(),
            plan,
            polls: 0,
        };
        self.jobs.insert(id, job.clone());
        job
    }

    pub(super) fn find(&self, id: &str) -> Option<Job> {
        self.jobs.get(id).cloned()
    }

    pub(super) fn poll(&mut self, id: &str) -> Option<Job> {
        let job = self.jobs.get_mut(id)?;
        job.polls = job.polls.saturating_add(1);
        Some(job.clone())
    }
}

/// Like LiteLLM's: standard base64, here always with each of the characters that a path must encode.
fn id(seed: &str, number: u32) -> String {
    let mut attempt = 0_u32;
    loop {
        let text = STANDARD.encode(Sha256::digest(format!("{seed}\n{number}\n{attempt}")));
        // A quarter of the attempts have both; the sign at the end comes with the length.
        if (text.contains('/') && text.contains('+')) || attempt == 1000 {
            return format!("video_{text}");
        }
        attempt += 1;
    }
}

/// A job as the chosen contract shows it.
pub(super) fn show(app: &Shared, job: &Job) -> Response {
    let needed = app.config.video_polls;
    let status = job.status(needed);
    let error = (status == Status::Failed).then_some(VideoError {
        code: "video_generation_failed",
        message: "The video could not be made: its prompt asks for a failure.",
    });
    let completed = status == Status::Completed;
    match app.config.video_contract {
        VideoContract::Playbook => Json(VideoObject {
            id: &job.id,
            object: "video",
            status,
            progress: progress(job, needed),
            created_at: CREATED,
            completed_at: completed.then_some(CREATED + 60),
            expires_at: completed.then_some(CREATED + 86_400),
            model: job.plan.model.id,
            seconds: job.plan.seconds.to_string(),
            size: job.plan.size.to_string(),
            remixed_from_video_id: job.plan.remixed_from.as_deref(),
            error,
            usage: VideoUsage {
                duration_seconds: f64::from(job.plan.seconds),
            },
        })
        .into_response(),
        VideoContract::Later => Json(LaterVideo {
            video_id: &job.id,
            status,
            seconds: job.plan.seconds,
            model: job.plan.model.id,
            download_url: completed.then(|| content::link(app, &job.plan)),
            error,
        })
        .into_response(),
    }
}

fn progress(job: &Job, needed: u32) -> u32 {
    job.polls
        .min(needed)
        .saturating_mul(100)
        .checked_div(needed)
        .unwrap_or(100)
}

#[derive(Serialize)]
struct VideoObject<'a> {
    id: &'a str,
    object: &'static str,
    status: Status,
    progress: u32,
    created_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    model: &'static str,
    seconds: String,
    size: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remixed_from_video_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<VideoError>,
    usage: VideoUsage,
}

#[derive(Serialize)]
struct VideoError {
    code: &'static str,
    message: &'static str,
}

#[derive(Serialize)]
struct VideoUsage {
    duration_seconds: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LaterVideo<'a> {
    video_id: &'a str,
    status: Status,
    seconds: u32,
    model: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    download_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<VideoError>,
}
