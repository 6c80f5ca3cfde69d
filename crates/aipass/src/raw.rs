//! Requests to any address of the service, under the same session and rules.

use crate::{client::Client, error::Error, meta::Meta, streams::ByteStream};
use aipass_api::operation::Operation;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use std::fmt;

impl Client {
    /// Starts a request of your own to a path of the service, such as `/oauth2/v1/models`, with the user's token: for what
    /// this library has no method for yet. The path may carry a query. Encode what comes from somebody else before it becomes
    /// a part of it.
    ///
    /// `GET` and `HEAD` count as free reads; anything else **may cost money** and is repeated only where it is certain that
    /// it was not charged.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let answer = ai.request(http::Method::GET, "/api/v1/usage/me/summary").send().await?;
    /// println!("{}", String::from_utf8_lossy(&answer.bytes().await?));
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest {
            client: self.clone(),
            method,
            path: path.into(),
            accept: None,
            body: None,
        }
    }
}

/// A request to any address of the service; see [`Client::request`].
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    client: Client,
    method: Method,
    path: String,
    accept: Option<String>,
    body: Option<(String, Bytes)>,
}

impl RawRequest {
    /// A body with its media type, such as `application/json`.
    pub fn body(mut self, media_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        self.body = Some((media_type.into(), body.into()));
        self
    }

    /// A body of JSON.
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// The media type to ask for; `application/json` unless said otherwise.
    pub fn accept(mut self, media_type: impl Into<String>) -> Self {
        self.accept = Some(media_type.into());
        self
    }

    /// Sends the request, and gives back the head of the answer. An answer outside 2xx, and one of JSON that holds an error,
    /// is an [`Error`]; its [`raw_body`](Error::raw_body) has what was sent.
    ///
    /// # Errors
    /// See [`Error`]. A path that does not begin with a slash, leads upwards, or cannot be sent is
    /// [a bad request](Error::is_bad_request).
    pub async fn send(self) -> Result<RawAnswer, Error> {
        let operation = match self.method {
            Method::GET | Method::HEAD => Operation::READ,
            // One asks for a tunnel, the other for an echo of the token.
            Method::CONNECT | Method::TRACE => {
                return Err(Error::request("CONNECT and TRACE are no calls of an API"));
            }
            _ => Operation::CALL,
        };
        let request = self.build()?;
        let call = self.client.begin(operation, None)?;
        let api = &self.client.parts().0.api;
        let mut attempts = aipass_api::copies(request);
        let sending = api.execute_open(&call.context, operation, &mut attempts);
        match call.within(sending).await {
            Ok(response) => Ok(RawAnswer {
                status: response.status(),
                body: ByteStream::new(response, call),
            }),
            Err(failure) => {
                let error = Error::failure(operation, &call.context, &failure);
                Err(call.failed(error))
            }
        }
    }

    fn build(&self) -> Result<reqwest::Request, Error> {
        let url = self.url().ok_or_else(|| {
            Error::request("the path must begin with one slash, and must not lead upwards or hold a fragment")
        })?;
        let mut request = reqwest::Request::new(self.method.clone(), url);
        let value = |text: &str| {
            HeaderValue::try_from(text).map_err(|_| Error::request("a media type cannot be sent"))
        };
        let accept = value(self.accept.as_deref().unwrap_or("application/json"))?;
        request.headers_mut().insert(header::ACCEPT, accept);
        if let Some((media_type, body)) = &self.body {
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, value(media_type)?);
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }

    /// The address, if it is one of the service's own: a token goes nowhere else.
    fn url(&self) -> Option<url::Url> {
        let base = self.client.parts().0.wiring.base.as_url();
        let (path, query) = match self.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.path.as_str(), None),
        };
        let tail = path.strip_prefix('/')?;
        let control = |c: char| c.is_control() || matches!(c, '\\' | '#');
        if tail.starts_with('/') || self.path.contains(control) || leads_upwards(tail) {
            return None;
        }
        let mut url = base.clone();
        let root = base.path().trim_end_matches('/');
        url.set_path(&format!("{root}/{tail}"));
        url.set_query(query);
        Some(url)
    }
}

/// Whether a server could take a part of the path for the way up: dots and slashes may be encoded, also more than once, and
/// what follows a semicolon is a parameter to some.
pub(crate) fn leads_upwards(path: &str) -> bool {
    let mut plain = path.to_owned();
    // As often as anybody decodes; what is encoded even deeper is no path of ours.
    for _ in 0..4 {
        plain = percent_decode_str(&plain).decode_utf8_lossy().into_owned();
    }
    plain.split(['/', '\\']).any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        matches!(name.trim(), "." | "..")
    })
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("body_bytes", &self.body.as_ref().map(|(_, body)| body.len()))
            .finish_non_exhaustive()
    }
}

/// The head of an answer to a [`RawRequest`], and its body as it comes.
#[derive(Debug)]
pub struct RawAnswer {
    status: StatusCode,
    body: ByteStream,
}

impl RawAnswer {
    /// The status: a 2xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is known about the call.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.body.meta()
    }

    /// The next piece of the body; `None` after the last one.
    ///
    /// # Errors
    /// As [`ByteStream::next`]; a body that has broken off stays so.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match self.body.next().await {
            Some(piece) => piece.map(Some),
            None => self.body.check_whole().map(|()| None),
        }
    }

    /// The body as a stream.
    pub fn into_stream(self) -> ByteStream {
        self.body
    }

    /// The whole body, up to 64 MiB or what [`max_body`](crate::RequestOptions::max_body) says.
    ///
    /// # Errors
    /// As [`ByteStream::bytes`].
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.body.bytes().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_the_service_only() {
        let ai = Client::builder()
            .base_url("https://gateway.example/aipass")
            .access_token(aipass_auth::Secret::new("t"))
            .build()
            .unwrap();
        let url = |path: &str| {
            ai.request(Method::GET, path)
                .url()
                .map(|url| url.to_string())
                .unwrap_or_default()
        };
        assert_eq!(
            url("/oauth2/v1/models?q=a b"),
            "https://gateway.example/aipass/oauth2/v1/models?q=a%20b"
        );
        assert_eq!(
            url("/@evil.example"),
            "https://gateway.example/aipass/@evil.example"
        );
        for bad in [
            "",
            "models",
            "https://evil.example/",
            "//evil.example/x",
            "/../oauth2/token",
            "/a/%2E%2e/b",
            "/a/.",
            "/\\evil.example",
            "/a#b",
            "/..;/admin",
            "/a/%252e%252e/b",
            "/x%2F..%2F..%2Fadmin",
            "/a\r\nx: y",
        ] {
            assert_eq!(url(bad), "", "{bad:?}");
        }
    }
}
