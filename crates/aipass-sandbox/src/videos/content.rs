//! `GET /oauth2/v1/videos/{id}/content`: the file of a finished job, whole or in part.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use url::form_urlencoded;

use super::job::Plan;
use super::{find, mp4};
use crate::bearer::ApiAccess;
use crate::digest;
use crate::errors::ApiError;
use crate::files::{self, File};
use crate::images::Scene;
use crate::state::{App, Shared};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variant {
    Video,
    Thumbnail,
}

pub(crate) async fn download(
    State(app): State<App>,
    _: ApiAccess,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let job = find(&app, &id)?;
    let variant = variant(query.as_deref().unwrap_or_default())?;
    if !job.is_completed(app.config.video_polls) {
        return Err(ApiError::bad_request(
            "The video is not ready: its status is not completed.",
        ));
    }
    let (name, file) = kept(&app, &job.plan, variant);
    let mut response = files::serve(&headers, &file);
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn variant(query: &str) -> Result<Variant, ApiError> {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "variant");
    match asked.as_ref().map(|(_, value)| value.as_ref()) {
        None | Some("video") => Ok(Variant::Video),
        Some("thumbnail") => Ok(Variant::Thumbnail),
        Some(_) => Err(ApiError::bad_param(
            "variant",
            "variant must be video or thumbnail; the sandbox makes no other",
        )),
    }
}

/// The address of the finished video, which needs no bearer.
pub(super) fn link(app: &Shared, plan: &Plan) -> String {
    let (name, file) = kept(app, plan, Variant::Video);
    files::publish(app, name, file)
}

/// The name and the bytes, which are made once.
fn kept(app: &Shared, plan: &Plan, variant: Variant) -> (String, File) {
    let seed = plan.seed();
    let extension = match variant {
        Variant::Video => "mp4",
        Variant::Thumbnail => "png",
    };
    let name = format!("video-{}.{extension}", digest::hex(&seed));
    if let Some(file) = files::find(app, &name) {
        return (name, file);
    }
    let mut scene = Scene::of(&seed, plan.size);
    if let Some(ground) = plan.ground {
        scene = scene.under(ground);
    }
    let file = match variant {
        Variant::Thumbnail => File {
            bytes: scene.png().into(),
            content_type: "image/png",
        },
        Variant::Video => {
            // A frame per second: its things drift to the right.
            let frames: Vec<_> = (0..plan.seconds).map(|second| scene.moved(40 * second)).collect();
            File {
                bytes: mp4::encode(plan.size, &frames).into(),
                content_type: "video/mp4",
            }
        }
    };
    files::publish(app, name.clone(), file.clone());
    (name, file)
}
