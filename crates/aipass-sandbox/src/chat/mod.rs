//! `POST /oauth2/v1/chat/completions`, playbook sections 5 and 6: answers that depend on the request and on nothing
//! else, so that the same request always gets the same bytes.

mod answer;
pub(crate) mod completion;
mod prompt;
mod request;
mod sample;
mod stream;
mod strict;
mod tools;
mod turns;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::account::{charge, ensure_funds};
use crate::bearer::ApiAccess;
use crate::body;
use crate::errors::ApiError;
use crate::models::Model;
use crate::state::App;
use completion::Completion;
use prompt::Prompt;
use request::ChatRequest;

/// The decoration of rate-limit headers: a limit that is never reached.
const RATE_LIMIT: [(&str, u64); 2] = [
    ("x-ratelimit-limit-requests", 1_000),
    ("x-ratelimit-limit-tokens", 1_000_000),
];

pub(crate) async fn complete(
    State(app): State<App>,
    _: ApiAccess,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let request: ChatRequest = body::json(&headers, body, body::LARGE)
        .await
        .map_err(|error| ApiError::body(&error))?;
    let model = Model::serving("/chat/completions", request.model.as_deref(), "chat_completions")?;
    request.check()?;
    strict::check(&request, model)?;
    let prompt = Prompt::read(&request)?;

    let completion = Completion::of(&request, &prompt, model);
    let cost = model.cost(completion.usage.prompt_tokens, completion.usage.completion_tokens);
    charge(&app, cost);

    let streams = request.stream.unwrap_or(false);
    let mut response = if streams {
        let with_usage = request
            .stream_options
            .is_some_and(|options| options.include_usage.unwrap_or(false));
        stream::respond(&completion, with_usage, app.config.chunk_delay)
    } else {
        Json(completion.body()).into_response()
    };
    let headers = response.headers_mut();
    if !streams {
        // LiteLLM knows the cost of a stream only when its headers are long gone.
        insert(headers, "x-litellm-response-cost", cost.to_string());
    }
    for (name, limit) in RATE_LIMIT {
        insert(headers, name, limit.to_string());
    }
    insert(
        headers,
        "x-ratelimit-remaining-requests",
        (RATE_LIMIT[0].1 - 1).to_string(),
    );
    insert(
        headers,
        "x-ratelimit-remaining-tokens",
        RATE_LIMIT[1]
            .1
            .saturating_sub(completion.usage.total_tokens)
            .to_string(),
    );
    Ok(response)
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
