//! The person's browser, as far as a login needs one: an HTTP client with a cookie jar that follows redirects.

use std::collections::BTreeMap;

use aipass_auth::{BaseUrl, HttpOptions};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use super::checks::ensure;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A login at the authorization server takes five redirects.
const LONGEST_WAY: usize = 12;

/// One person with one browser. The server decides for them; see `x-decision` there.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    http: reqwest::Client,
    issuer: Url,
    says_no: bool,
}

/// A page that a visitor ended on.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Visitor {
    /// Someone who allows everything.
    pub(crate) fn new(issuer: &str) -> Result<Self, Failure> {
        let http = aipass_auth::__http::client(&HttpOptions::default(), &BaseUrl::parse(issuer)?)?;
        Ok(Self {
            http,
            issuer: issuer.parse()?,
            says_no: false,
        })
    }

    /// Someone who declines.
    pub(crate) fn who_says_no(mut self) -> Self {
        self.says_no = true;
        self
    }

    /// Follows an authorize URL to the address that the server sends the browser back to, and does not open it.
    pub(crate) async fn decide(&self, authorize_url: &Url) -> Result<Url, Failure> {
        let mut cookies = BTreeMap::new();
        let mut url = authorize_url.clone();
        for _ in 0..LONGEST_WAY {
            if url.origin() != self.issuer.origin() {
                return Ok(url);
            }
            let mut request = self.http.get(url.clone()).header(COOKIE, header_of(&cookies));
            if self.says_no {
                request = request.header("x-decision", "deny");
            }
            let response = request.send().await.map_err(reqwest::Error::without_url)?;
            for cookie in response.headers().get_all(SET_COOKIE) {
                keep(&mut cookies, cookie.to_str()?);
            }
            let target = response.headers().get(LOCATION).map(|value| value.to_str());
            let target = target.ok_or_else(|| {
                format!(
                    "the server answered {} to {} and sent the browser nowhere",
                    response.status(),
                    url.path()
                )
            })??;
            url = url.join(target)?;
        }
        Err("the server sent the browser around in circles".into())
    }

    /// Follows an authorize URL to its end, which is the page of the listener.
    pub(crate) async fn decide_and_return(&self, authorize_url: &Url) -> Result<Page, Failure> {
        let callback = self.decide(authorize_url).await?;
        ensure(
            callback.host_str() == Some("127.0.0.1"),
            "the server sent the browser to another machine",
        )?;
        let response = self
            .http
            .get(callback)
            .send()
            .await
            .map_err(reqwest::Error::without_url)?;
        Ok(Page {
            status: response.status().as_u16(),
            text: response.text().await.map_err(reqwest::Error::without_url)?,
        })
    }
}

fn header_of(cookies: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

/// Keeps a cookie, or forgets it where the server takes it back. Their paths do not overlap, so they are not looked at.
fn keep(cookies: &mut BTreeMap<String, String>, header: &str) {
    let pair = header.split(';').next().unwrap_or_default();
    if let Some((name, value)) = pair.split_once('=') {
        if value.is_empty() {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
