//! The router: which handler answers which route, and what answers everything else.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, options, post, put};

use crate::errors::ApiError;
use crate::oauth::{authorize, clients, discovery, manage, revoke, token};
use crate::observe::watch;
use crate::route::{MODEL_PREFIX, MODEL_PREFIX_ALIAS, Route};
use crate::state::App;
use crate::{account, audio, chat, embeddings, files, images, models, payments, videos};

pub(crate) fn build(app: App) -> Router {
    let mut router = Router::new().route(Route::Token.path(), options(token::preflight));
    for route in Route::ALL {
        for path in paths(route) {
            router = router.route(&path, handler(route));
        }
    }
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        // Every reader of a body has a limit of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&app), watch))
        .with_state(app)
}

fn handler(route: Route) -> MethodRouter<App> {
    match route {
        Route::Discovery => get(discovery::metadata),
        Route::RegisterClient => post(clients::register),
        Route::Clients => get(manage::list),
        Route::Client => get(manage::get),
        Route::UpdateClient => put(manage::update),
        Route::DeleteClient => delete(manage::remove),
        Route::Authorize => get(authorize::show),
        Route::Decision => post(authorize::decide),
        Route::Token => post(token::exchange),
        Route::Revoke => post(revoke::revoke),
        Route::Userinfo => get(account::userinfo),
        Route::UsageSummary => get(account::usage_summary),
        Route::CreateCheckout => post(payments::create),
        Route::Checkout => get(payments::show),
        Route::Pay => post(payments::pay),
        Route::Models => get(models::list),
        Route::Model => get(models::get),
        Route::ChatCompletions => post(chat::complete),
        Route::Embeddings => post(embeddings::create),
        Route::ImageGenerations => post(images::generate),
        Route::ImageEdits => post(images::edit),
        Route::ImageVariations => post(images::vary),
        Route::File => get(files::get),
        Route::Speech => post(audio::speak),
        Route::Transcriptions => post(audio::transcribe),
        Route::CreateVideo => post(videos::create),
        Route::RemixVideo => post(videos::remix),
        Route::Video => get(videos::get),
        Route::VideoStatus => get(videos::status),
        Route::VideoContent => get(videos::download),
    }
}

/// The paths of a route in axum's words. Ids of models may hold slashes; ids of videos are one segment.
fn paths(route: Route) -> Vec<String> {
    let path = if route == Route::Model {
        "/oauth2/v1/models/{*id}"
    } else {
        route.path()
    };
    let alias = path
        .strip_prefix(MODEL_PREFIX)
        .map(|rest| format!("{MODEL_PREFIX_ALIAS}{rest}"));
    std::iter::once(path.to_owned()).chain(alias).collect()
}

async fn unknown_route() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "not_found_error",
        "There is no such endpoint. Only the endpoints of the REST playbook's table are served.",
    )
}

async fn wrong_method(method: Method) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "invalid_request_error",
        format!("The method {method} is not allowed on this endpoint."),
    )
}
