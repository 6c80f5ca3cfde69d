//! Whether something answers at the base URL, for a program that looks for the cause of a trouble.

use crate::error::Error;
use aipass_auth::{BaseUrl, HttpOptions};
use http::{StatusCode, header};
use std::time::{Duration, SystemTime};

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What answered at the base URL.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reached {
    /// The status of the answer. Any status shows that something answers; a 3xx is a base URL that has moved.
    pub status: StatusCode,
    /// The clock of the server, in whole seconds, if the answer has a `Date` (RFC 9110 section 6.6.1).
    pub server_time: Option<SystemTime>,
}

/// Asks whether anything answers at this base URL, with a `HEAD` request that carries no token and costs nothing. No
/// redirect is followed, and nothing is waited for longer than 15 seconds.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let there = aipass::reach("https://aipass.one", &aipass::HttpOptions::default()).await?;
/// println!("HTTP {}", there.status.as_u16());
/// # Ok(()) }
/// ```
///
/// # Errors
/// Nothing answers there ([`Error::is_network`], [`Error::is_timeout`]), or the base URL or an option is unusable
/// ([`Error::is_bad_request`]).
pub async fn reach(base_url: &str, http: &HttpOptions) -> Result<Reached, Error> {
    let unusable = |_| Error::request("the base URL or an option of the connection is unusable");
    let base: BaseUrl = base_url.parse().map_err(unusable)?;
    let http = http.clone().timeout(Some(PATIENCE));
    let client = aipass_auth::__http::client(&http, &base).map_err(unusable)?;
    let request = client.head(base.as_url().clone());
    let answer = request.send().await.map_err(Error::unreachable)?;
    let date = answer.headers().get(header::DATE);
    Ok(Reached {
        status: answer.status(),
        server_time: date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok()),
    })
}
