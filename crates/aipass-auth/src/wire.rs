//! Requests to the authorization server: one bounded exchange, and the adapter between the `oauth2` crate and
//! the dialect that AI Pass speaks.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde::ser::SerializeMap;
use url::Url;
use zeroize::Zeroizing;

use crate::answer;
use crate::base_url::BaseUrl;
use crate::error::{AuthError, BuildError, Kind};
use crate::http::HttpOptions;

/// No honest answer of an authorization server comes near this.
const LIMIT: usize = 64 * 1024;

const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);

/// How the token endpoint wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TokenDialect {
    /// A JSON object with camelCase members (`grantType`, `codeVerifier`, …): what AI Pass documents.
    #[default]
    AiPassJson,
    /// The form of RFC 6749 with snake_case names, for other servers.
    Rfc6749Form,
}

/// The way to the authorization server.
pub(crate) struct Wire {
    http: reqwest::Client,
    dialect: TokenDialect,
}

/// An answer that came whole and in time.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Wire {
    pub(crate) fn new(
        options: &HttpOptions,
        base: &BaseUrl,
        dialect: TokenDialect,
    ) -> Result<Self, BuildError> {
        // A compressed answer could unfold to any size before the limit sees it.
        let options = options
            .clone()
            .gzip(false)
            .timeout(options.total().unwrap_or(TOTAL_TIMEOUT));
        Ok(Self {
            http: crate::http::client(&options, base)?,
            dialect,
        })
    }

    /// Sends one request, once, and reads its answer under the limit. Redirects are refused.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        mut headers: HeaderMap,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Answer, AuthError> {
        for (name, value) in &mut headers {
            if name == http::header::AUTHORIZATION {
                value.set_sensitive(true);
            }
        }
        let request = self
            .http
            .request(method, url)
            .headers(headers)
            .body(Bytes::from_owner(body));
        let mut response = request.send().await.map_err(network_error)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(AuthError::new(Kind::Redirect(status)));
        }
        if response
            .content_length()
            .is_some_and(|length| length > LIMIT as u64)
        {
            return Err(AuthError::new(Kind::TooLarge));
        }
        let mut body = Zeroizing::new(Vec::with_capacity(4096));
        while let Some(chunk) = response.chunk().await.map_err(network_error)? {
            if body.len() + chunk.len() > LIMIT {
                return Err(AuthError::new(Kind::TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            retry_after: retry_after(response.headers()),
            body,
        })
    }

    async fn token_request(&self, request: oauth2::HttpRequest) -> Result<oauth2::HttpResponse, AuthError> {
        let (parts, form) = request.into_parts();
        let form = Zeroizing::new(form);
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|_| AuthError::config("the token endpoint is no URL"))?;
        let mut headers = parts.headers;
        let body = match self.dialect {
            TokenDialect::Rfc6749Form => form.clone(),
            TokenDialect::AiPassJson => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                camel_case_json(&form)?
            }
        };
        let answer = self.send(parts.method, url, headers, body).await?;
        // The oauth2 crate takes exactly 200 with JSON for a success and forgets status and headers otherwise,
        // so both ride along inside the body.
        let (status, body) = if answer.status.is_success() && !answer::is_error(&answer.body) {
            (StatusCode::OK, answer::normalise_success(&answer.body))
        } else {
            let refusal = answer::refusal(&answer, &secret_values(&form));
            (StatusCode::BAD_REQUEST, answer::carry_refusal(&refusal))
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl<'c> oauth2::AsyncHttpClient<'c> for Wire {
    type Error = AuthError;
    type Future = Pin<Box<dyn Future<Output = Result<oauth2::HttpResponse, AuthError>> + Send + 'c>>;

    fn call(&'c self, request: oauth2::HttpRequest) -> Self::Future {
        Box::pin(self.token_request(request))
    }
}

/// The URL is dropped: a revocation has its token in the query.
fn network_error(error: reqwest::Error) -> AuthError {
    let kind = match (error.is_timeout(), error.is_connect()) {
        (true, connecting) => Kind::Timeout { connecting },
        (false, true) => Kind::Connect,
        (false, false) => Kind::Network,
    };
    AuthError::with_source(kind, error.without_url())
}

/// The pause that a refusal asks for, up to five minutes.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    const CAP: Duration = Duration::from_secs(300);
    crate::http::retry_after(headers).map(|pause| pause.min(CAP))
}

/// Turns the form of RFC 6749 into the JSON object that AI Pass documents.
fn camel_case_json(form: &[u8]) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    /// The members in the order of AI Pass's own examples.
    const ORDER: [&str; 7] = [
        "grantType",
        "code",
        "codeVerifier",
        "refreshToken",
        "clientId",
        "clientSecret",
        "redirectUri",
    ];

    struct Members(Vec<(String, Zeroizing<String>)>);
    impl Serialize for Members {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(self.0.len()))?;
            for (name, value) in &self.0 {
                map.serialize_entry(name, value.as_str())?;
            }
            map.end()
        }
    }

    let mut members: Vec<(String, Zeroizing<String>)> = url::form_urlencoded::parse(form)
        .map(|(name, value)| (camel_case(&name), Zeroizing::new(value.into_owned())))
        .collect();
    let rank = |name: &str| {
        ORDER
            .iter()
            .position(|known| *known == name)
            .unwrap_or(ORDER.len())
    };
    members.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(AuthError::config(
            "a parameter of the token request is given twice",
        ));
    }
    serde_json::to_vec(&Members(members))
        .map(Zeroizing::new)
        .map_err(|_| AuthError::config("the token request could not be written"))
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

/// The values of a request that no error text may repeat, should the server quote them.
fn secret_values(form: &[u8]) -> Vec<Zeroizing<String>> {
    url::form_urlencoded::parse(form)
        .filter(|(name, _)| {
            matches!(
                &**name,
                "code" | "code_verifier" | "refresh_token" | "client_secret"
            )
        })
        .map(|(_, value)| Zeroizing::new(value.into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(form: &str) -> String {
        String::from_utf8(camel_case_json(form.as_bytes()).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn the_form_becomes_the_documented_object() {
        assert_eq!(
            json(
                "grant_type=authorization_code&code=a%2Bb%2F%3D%26%25&code_verifier=v&client_id=c&redirect_uri=myapp%3A%2F%2Fcb"
            ),
            r#"{"grantType":"authorization_code","code":"a+b/=&%","codeVerifier":"v","clientId":"c","redirectUri":"myapp://cb"}"#
        );
        assert_eq!(
            json(
                "client_id=c&refresh_token=R%22%5C&grant_type=refresh_token&client_secret=s&scope=a+b&x_y_z=1"
            ),
            r#"{"grantType":"refresh_token","refreshToken":"R\"\\","clientId":"c","clientSecret":"s","scope":"a b","xYZ":"1"}"#
        );
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert!(
            camel_case_json(b"code=a&grant_type=x&code=b")
                .unwrap_err()
                .is_config()
        );
        assert!(
            camel_case_json(b"code_verifier=a&scope=s&codeVerifier=b")
                .unwrap_err()
                .is_config()
        );
    }

    #[test]
    fn retry_after_is_read_and_capped() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            retry_after(&headers)
        };
        assert_eq!(read("1"), Some(Duration::from_secs(1)));
        assert_eq!(read("86400"), Some(Duration::from_secs(300)));
        assert_eq!(read("soon"), None);
    }
}
