//! Refusals in the three dialects of the service: OpenAI's on resource calls, RFC 6749's on OAuth calls, and the
//! envelope on management calls.
//!
//! The exact bodies of the real service are not documented. Resource errors here follow LiteLLM, which the service
//! forwards to: `code` is the status as text.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::body::BodyError;
use crate::money::Purse;

/// A refused resource call: `{"error":{"message","type","param","code"}}`.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    /// Where it says more than the status.
    code: Option<&'static str>,
    param: Option<Cow<'static, str>>,
    message: String,
    challenge: Option<String>,
}

#[derive(Serialize)]
struct ApiErrorBody<'a> {
    error: ApiErrorObject<'a>,
}

#[derive(Serialize)]
struct ApiErrorObject<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: &'a str,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            code: None,
            param: None,
            message: message.into(),
            challenge: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    /// A 400 that names the member of the request that is wrong.
    pub(crate) fn bad_param(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::bad_request(message).of_param(param)
    }

    /// The same, naming the member of the request that is wrong.
    pub(crate) fn of_param(self, param: impl Into<Cow<'static, str>>) -> Self {
        Self {
            param: Some(param.into()),
            ..self
        }
    }

    /// A body that was not taken.
    pub(crate) fn body(error: &BodyError) -> Self {
        Self::new(error.status(), "invalid_request_error", error.message())
    }

    /// What LiteLLM says about a model that it does not route.
    pub(crate) fn unknown_model(call: &str, model: &str) -> Self {
        let message = format!(
            "{call}: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key."
        );
        Self::bad_param("model", message)
    }

    /// No bearer at all: RFC 6750 section 3.1 wants a challenge without an error code then.
    pub(crate) fn no_bearer() -> Self {
        let mut error = Self::new(
            StatusCode::UNAUTHORIZED,
            "auth_error",
            "Authentication Error, no access token was sent. Send it as `Authorization: Bearer …`.",
        );
        error.challenge = Some("Bearer realm=\"aipass\"".to_owned());
        error
    }

    /// A bearer that is unknown, expired or revoked.
    pub(crate) fn invalid_token(why: &'static str) -> Self {
        let message = format!("Authentication Error, the access token {why}.");
        let challenge = format!(
            "Bearer realm=\"aipass\", error=\"invalid_token\", error_description=\"The access token {why}\""
        );
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "auth_error", message);
        error.challenge = Some(challenge);
        error
    }

    /// A valid bearer whose grant lacks a scope.
    pub(crate) fn insufficient_scope(scope: &str) -> Self {
        let message = format!("The access token lacks the scope {scope}, which this call needs.");
        let challenge = format!("Bearer realm=\"aipass\", error=\"insufficient_scope\", scope=\"{scope}\"");
        let mut error = Self::new(StatusCode::FORBIDDEN, "insufficient_scope", message);
        error.code = Some("insufficient_scope");
        error.challenge = Some(challenge);
        error
    }

    /// The wallet is empty: LiteLLM's form with 400, the later documentation's status with 402.
    pub(crate) fn budget(status: StatusCode, purse: Purse) -> Self {
        let message = format!(
            "Budget has been exceeded! Current cost: {}, Max budget: {}",
            purse.spent, purse.max_budget
        );
        Self::new(status, "budget_exceeded", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ApiErrorBody {
            error: ApiErrorObject {
                message: &self.message,
                kind: self.kind,
                param: self.param.as_deref(),
                code: self.code.unwrap_or(self.status.as_str()),
            },
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(Ok(challenge)) = self.challenge.map(HeaderValue::try_from) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// A refused OAuth call: `{"error","error_description"}`, RFC 6749 section 5.2.
#[derive(Debug)]
pub(crate) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl OAuthError {
    pub(crate) fn new(error: &'static str, description: impl Into<String>) -> Self {
        let status = if error == "invalid_client" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        };
        Self {
            status,
            error,
            description: description.into(),
        }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a str,
            error_description: &'a str,
        }
        let body = Body {
            error: self.error,
            error_description: &self.description,
        };
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
