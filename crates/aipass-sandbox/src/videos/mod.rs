//! `/oauth2/v1/videos`: jobs that are done after a settable number of polls, and real MP4s.
//!
//! Two contracts are documented. In the playbook's a job has an `id` and is polled at `/videos/{id}`; in the later one it
//! has a `videoId`, is polled at `/videos/{id}/status`, and tells a `downloadUrl` when it is done.

mod content;
mod job;
mod mp4;
mod request;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use crate::account::{charge, ensure_funds, tell_cost};
use crate::bearer::ApiAccess;
use crate::body;
use crate::errors::ApiError;
use crate::models::Model;
use crate::money::Micros;
use crate::state::{App, Shared, lock};
pub(crate) use content::download;
pub(crate) use job::Jobs;
use job::{Job, Plan};

/// Which of the two documented contracts the endpoints for videos follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VideoContract {
    /// The playbook's: `id`, polled at `/videos/{id}`, `seconds` as text.
    #[default]
    Playbook,
    /// A later page's: `videoId`, polled at `/videos/{id}/status`, `seconds` as a number, and `downloadUrl`.
    Later,
}

pub(crate) async fn create(
    State(app): State<App>,
    _: ApiAccess,
    request: Request,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let plan = request::read(request).await?;
    Ok(start(&app, plan))
}

#[derive(Deserialize)]
struct RemixRequest {
    prompt: Option<String>,
}

pub(crate) async fn remix(
    State(app): State<App>,
    _: ApiAccess,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let base = find(&app, &id)?;
    let request: RemixRequest = body::json(&headers, body, body::LARGE)
        .await
        .map_err(|error| ApiError::body(&error))?;
    let prompt = request::prompt(request.prompt)?;
    if !base.is_completed(app.config.video_polls) {
        return Err(ApiError::bad_request("only a completed video can be remixed"));
    }
    let plan = Plan {
        prompt,
        remixed_from: Some(base.id),
        ..base.plan
    };
    Ok(start(&app, plan))
}

/// Charges, and answers with a new job.
fn start(app: &Shared, plan: Plan) -> Response {
    let cost = cost(plan.model, plan.seconds);
    charge(app, cost);
    let job = lock(&app.videos).add(plan);
    let mut response = job::show(app, &job);
    tell_cost(&mut response, cost);
    response
}

/// The model's price is for four seconds.
fn cost(model: &Model, seconds: u32) -> Micros {
    Micros(model.cost(0, 0).0 * i64::from(seconds) / 4)
}

pub(crate) async fn get(
    State(app): State<App>,
    _: ApiAccess,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    poll(&app, &id, VideoContract::Playbook)
}

pub(crate) async fn status(
    State(app): State<App>,
    _: ApiAccess,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    poll(&app, &id, VideoContract::Later)
}

/// A look at a job, which brings it a step on.
fn poll(app: &Shared, id: &str, contract: VideoContract) -> Result<Response, ApiError> {
    if app.config.video_contract != contract {
        return Err(unknown(id));
    }
    let job = lock(&app.videos).poll(id).ok_or_else(|| unknown(id))?;
    Ok(job::show(app, &job))
}

fn find(app: &Shared, id: &str) -> Result<Job, ApiError> {
    lock(&app.videos).find(id).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "not_found_error",
        format!("Video with id '{id}' not found."),
    )
}
