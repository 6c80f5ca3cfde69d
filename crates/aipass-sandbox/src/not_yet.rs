//! Endpoints of the playbook's table that have no answer yet: they check the caller and say so with 501.

use crate::bearer::ApiAccess;
use crate::errors::ApiError;
use crate::route::Route;

/// A handler for `route`; the guard runs first, so that a login can be tested on any endpoint.
pub(crate) async fn refuse(route: Route, _: ApiAccess) -> ApiError {
    ApiError::not_implemented(what(route))
}

fn what(route: Route) -> &'static str {
    match route {
        Route::Embeddings => "embeddings",
        Route::ImageGenerations | Route::ImageEdits | Route::ImageVariations => "images",
        Route::Speech => "speech",
        Route::Transcriptions => "transcriptions",
        Route::CreateVideo | Route::RemixVideo | Route::Video | Route::VideoContent => "videos",
        _ => "this endpoint",
    }
}
