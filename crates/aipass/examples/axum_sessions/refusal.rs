//! What a request comes to that gets no answer: a status and a line for the visitor.

use aipass::{AuthError, ConfigError};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

pub(crate) struct Refusal(pub(crate) StatusCode, pub(crate) String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl From<aipass::Error> for Refusal {
    fn from(error: aipass::Error) -> Self {
        let status = match &error {
            error if error.is_login_required() => StatusCode::UNAUTHORIZED,
            error if error.is_budget_exceeded() => StatusCode::PAYMENT_REQUIRED,
            _ => StatusCode::BAD_GATEWAY,
        };
        Self(status, error.to_string())
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}
