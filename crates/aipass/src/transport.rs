//! The facade's transport: the bearer, one renewal after a 401, and the limit on the first byte.

use crate::classify;
use aipass_api::{
    BoxError, CallContext, ErrorBody, TimeoutPhase, Transport, TransportError, TransportFuture,
    operation::Operation,
};
use aipass_auth::{AccessToken, TokenSource};
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, StatusCode, header};
use reqwest::{Request, Response};
use std::{sync::Arc, time::Duration};

/// The prefix that the document gives the model operations.
pub(crate) const DOCUMENT_PREFIX: &str = "/oauth2/v1";

/// Later pages of AI Pass ask for it on every call with an OAuth token; earlier versions ignore it.
const CLIENT_ID: HeaderName = HeaderName::from_static("x-aipass-oauth-client-id");

/// An error body is small; a 401 that sends more is answered by what came first.
const ERROR_BODY: usize = 64 * 1024;

pub(crate) struct Authed {
    pub(crate) tokens: Arc<dyn TokenSource>,
    pub(crate) client_id: Option<HeaderValue>,
    /// Where the model operations live, if not under [`DOCUMENT_PREFIX`].
    pub(crate) api_prefix: Option<String>,
}

impl Transport for Authed {
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: Request,
        operation: &'static Operation,
        call: &'a CallContext,
    ) -> TransportFuture<'a> {
        Box::pin(self.exchange(http, request, operation, call))
    }
}

impl Authed {
    async fn exchange(
        &self,
        http: &reqwest::Client,
        mut request: Request,
        operation: &'static Operation,
        call: &CallContext,
    ) -> Result<Response, TransportError> {
        self.move_prefix(&mut request, operation);
        if let Some(client_id) = &self.client_id {
            request.headers_mut().insert(CLIENT_ID, client_id.clone());
        }
        let token = self.token(None).await?;
        sign(&mut request, &token)?;
        // `None` for a body that can be sent only once: then the 401 is the answer.
        let again = request.try_clone();
        let first_byte = call.options.first_byte;
        let response = attempt(http, request, call).await?;
        let Some(mut request) = again.filter(|_| response.status() == StatusCode::UNAUTHORIZED) else {
            return Ok(response);
        };
        // A gateway may report an empty wallet as a 401. A new token does not fill it.
        let response = buffered(response, first_byte).await;
        if response.budget {
            return Ok(response.whole);
        }
        call.refused(
            response.whole.status(),
            response.whole.headers().clone(),
            response.body,
        );
        tracing::debug!(
            operation = operation.id,
            "the token was refused; asking for another one"
        );
        let renewed = self.token(Some(&token)).await?;
        sign(&mut request, &renewed)?;
        attempt(http, request, call).await
    }

    async fn token(&self, rejected: Option<&AccessToken>) -> Result<AccessToken, TransportError> {
        self.tokens
            .token(rejected)
            .await
            .map_err(|error| TransportError::Other(BoxError::from(error)))
    }

    fn move_prefix(&self, request: &mut Request, operation: &Operation) {
        let Some(prefix) = &self.api_prefix else { return };
        let Some(rest) = operation
            .path
            .strip_prefix(DOCUMENT_PREFIX)
            .filter(|rest| rest.starts_with('/'))
        else {
            return;
        };
        // The base URL may carry a path and an id may hold anything, so the prefix is found by what follows it: the
        // operation's own segments, counted from the end.
        let path = request.url().path().to_owned();
        let tail: Vec<&str> = path.rsplitn(rest.matches('/').count() + 1, '/').collect();
        let Some((head, tail)) = tail.split_last() else {
            return;
        };
        let Some(base) = head.strip_suffix(DOCUMENT_PREFIX) else {
            return;
        };
        let tail: Vec<&str> = tail.iter().rev().copied().collect();
        request
            .url_mut()
            .set_path(&format!("{base}{prefix}/{}", tail.join("/")));
    }
}

fn sign(request: &mut Request, token: &AccessToken) -> Result<(), TransportError> {
    // The error of a bad value is dropped: it could quote the token.
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
        .map_err(|_| TransportError::Other("the access token cannot stand in a header".into()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Ok(())
}

async fn attempt(
    http: &reqwest::Client,
    request: Request,
    call: &CallContext,
) -> Result<Response, TransportError> {
    call.count_attempt();
    let sending = http.execute(request);
    match call.options.first_byte {
        None => Ok(sending.await?),
        Some(limit) => match tokio::time::timeout(limit, sending).await {
            Ok(response) => Ok(response?),
            Err(_) => Err(TransportError::Timeout(TimeoutPhase::FirstByte)),
        },
    }
}

struct Buffered {
    whole: Response,
    body: Bytes,
    budget: bool,
}

/// Reads a refusal's body, so that it can be looked at and still be handed on.
async fn buffered(mut response: Response, limit: Option<Duration>) -> Buffered {
    let mut body = BytesMut::new();
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= ERROR_BODY {
                break;
            }
        }
    };
    // A body that hangs is judged by what came: the status is known already.
    match limit {
        Some(limit) => drop(tokio::time::timeout(limit, reading).await),
        None => reading.await,
    }
    let body = body.freeze();
    let budget = classify::is_budget(response.status(), &ErrorBody::read(&body));
    Buffered {
        whole: rebuild(&response, body.clone()),
        body,
        budget,
    }
}

fn rebuild(response: &Response, body: Bytes) -> Response {
    let mut whole = http::Response::new(body);
    *whole.status_mut() = response.status();
    *whole.headers_mut() = response.headers().clone();
    whole.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aipass_auth::{Secret, StaticToken};

    #[test]
    fn the_prefix_moves_for_model_operations_only() {
        let authed = Authed {
            tokens: Arc::new(StaticToken::new(Secret::new("t".to_owned()))),
            client_id: None,
            api_prefix: Some("/v1".to_owned()),
        };
        let moved = |id: &str, url: &str| {
            let mut request = Request::new(http::Method::GET, url.parse().unwrap());
            authed.move_prefix(&mut request, Operation::find(id).unwrap());
            request.url().to_string()
        };
        assert_eq!(
            moved("list_models", "https://aipass.one/oauth2/v1/models"),
            "https://aipass.one/v1/models"
        );
        assert_eq!(
            moved(
                "get_video",
                "https://aipass.one/base/oauth2/v1/videos/oauth2%2Fv1"
            ),
            "https://aipass.one/base/v1/videos/oauth2%2Fv1"
        );
        assert_eq!(
            moved("get_userinfo", "https://aipass.one/oauth2/userinfo"),
            "https://aipass.one/oauth2/userinfo"
        );
    }
}
