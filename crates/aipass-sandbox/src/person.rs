//! The person in front of the browser, played by a small HTTP client: opens the consent page, reads its form, clicks,
//! and follows the redirect to the app.

use std::fmt;
use std::time::Duration;

use axum::http::{Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use url::{Url, form_urlencoded};

use crate::form::Form;
use crate::oauth::redirect_uri::is_loopback;

/// How long one page may take. The app's own page often waits for the token exchange.
const PAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// No page that a person reads is larger.
const PAGE_LIMIT: usize = 1024 * 1024;
/// How many redirects are followed within the app before it counts as a loop.
const MAX_REDIRECTS: usize = 5;

/// Someone who signs in at a [`Sandbox`](crate::Sandbox); made by [`Sandbox::person`](crate::Sandbox::person).
#[derive(Clone)]
pub struct Person {
    base_url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// Where the person ended up after the decision.
///
/// `Debug` leaves out the query of the callback URL and the page: the code stands in there.
#[derive(Clone)]
pub struct Visit {
    callback_url: String,
    page: Option<(StatusCode, String)>,
}

impl Visit {
    /// The URL that the consent led to: the redirect URI with `code` and `state`, or with `error`.
    #[must_use]
    pub fn callback_url(&self) -> &str {
        &self.callback_url
    }

    /// The status of the app's page; `None` when the callback is not a page on this machine.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.page.as_ref().map(|(status, _)| status.as_u16())
    }

    /// The text of the app's page, as sent.
    #[must_use]
    pub fn page(&self) -> Option<&str> {
        self.page.as_ref().map(|(_, text)| text.as_str())
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.callback_url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("Visit")
            .field("callback", &place)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// The person could not get through.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersonError {
    /// The URL does not start with the sandbox's own base URL.
    #[error("the URL does not belong to this sandbox")]
    Elsewhere,
    /// The sandbox answered with an error page, for example because the redirect URI is not registered.
    #[error("the page was refused with status {status}")]
    Refused {
        /// The status of the page.
        status: u16,
        /// The page as a person would see it.
        page: String,
    },
    /// The answer holds no form with the button that was to be clicked.
    #[error("the page has no form with that button")]
    NoForm,
    /// A redirect without a target, or more of them than a browser would follow.
    #[error("the redirect cannot be followed")]
    BadRedirect,
    /// A page did not arrive: nobody listens there, the connection broke, or it took longer than a minute.
    #[error("no page came from {place}")]
    Unreachable {
        /// Scheme, host and port that were asked.
        place: String,
        /// What went wrong below.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Person {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Opens the authorize URL, clicks "Allow", and follows the redirect. A callback to this machine is fetched, as
    /// the browser would; any other is returned as it is.
    ///
    /// # Errors
    /// See [`PersonError`].
    pub async fn approve(&self, authorize_url: &str) -> Result<Visit, PersonError> {
        self.decide(authorize_url, "allow").await
    }

    /// The same with "Deny".
    ///
    /// # Errors
    /// See [`PersonError`].
    pub async fn deny(&self, authorize_url: &str) -> Result<Visit, PersonError> {
        self.decide(authorize_url, "deny").await
    }

    async fn decide(&self, authorize_url: &str, decision: &str) -> Result<Visit, PersonError> {
        let url = self.own(authorize_url)?;
        let answer = match self.fetch(Method::GET, &url, String::new()).await? {
            // Without a page: a mistake of the request, or a client that needs no consent.
            answer if answer.status.is_redirection() => answer,
            answer if answer.status == StatusCode::OK => self.click(&url, &answer.text, decision).await?,
            answer => return Err(answer.refused()),
        };
        let callback_url = answer.location.ok_or(PersonError::BadRedirect)?;
        let page = self.follow(&callback_url).await?;
        Ok(Visit { callback_url, page })
    }

    /// Opens the link of a checkout session and clicks its button, which adds the money to the account.
    ///
    /// # Errors
    /// See [`PersonError`]. A session that is paid has no button any more: [`PersonError::NoForm`].
    pub async fn pay(&self, checkout_url: &str) -> Result<(), PersonError> {
        let url = self.own(checkout_url)?;
        let answer = self.fetch(Method::GET, &url, String::new()).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.refused());
        }
        self.click(&url, &answer.text, "pay").await.map(|_| ())
    }

    fn own(&self, url: &str) -> Result<Url, PersonError> {
        let own = url
            .strip_prefix(&self.base_url)
            .is_some_and(|rest| rest.starts_with('/'));
        Url::parse(url).ok().filter(|_| own).ok_or(PersonError::Elsewhere)
    }

    /// Sends the form as the browser does when the button with this value is clicked.
    async fn click(&self, page: &Url, html: &str, decision: &str) -> Result<Answer, PersonError> {
        let form = Form::find(html).ok_or(PersonError::NoForm)?;
        let button = form
            .buttons
            .iter()
            .find(|(_, value)| value == decision)
            .ok_or(PersonError::NoForm)?;
        let action = page.join(&form.action).map_err(|_| PersonError::NoForm)?;
        let fields = form.hidden.iter().chain([button]);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let answer = self.fetch(Method::POST, &action, body).await?;
        if answer.status.is_redirection() {
            Ok(answer)
        } else {
            Err(answer.refused())
        }
    }

    /// Fetches the callback when it is a page on this machine, through the app's own redirects to its final page.
    async fn follow(&self, callback_url: &str) -> Result<Option<(StatusCode, String)>, PersonError> {
        let mut url = Url::parse(callback_url).map_err(|_| PersonError::BadRedirect)?;
        for _ in 0..=MAX_REDIRECTS {
            if !is_loopback(&url) {
                return Ok(None);
            }
            let answer = self.fetch(Method::GET, &url, String::new()).await?;
            if !answer.status.is_redirection() {
                return Ok(Some((answer.status, answer.text)));
            }
            let location = answer.location.ok_or(PersonError::BadRedirect)?;
            url = url.join(&location).map_err(|_| PersonError::BadRedirect)?;
        }
        Err(PersonError::BadRedirect)
    }

    async fn fetch(&self, method: Method, url: &Url, body: String) -> Result<Answer, PersonError> {
        let unreachable = |source| {
            let place = url.origin().ascii_serialization();
            PersonError::Unreachable { place, source }
        };
        match tokio::time::timeout(PAGE_TIMEOUT, self.exchange(method, url, body)).await {
            Ok(answer) => answer.map_err(unreachable),
            Err(elapsed) => Err(unreachable(elapsed.into())),
        }
    }

    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        body: String,
    ) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let mut request = Request::builder()
            .method(&method)
            .uri(url.as_str())
            .header(header::ACCEPT, "text/html")
            .header(header::CONNECTION, "close");
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let response = self.client.request(request.body(Full::from(body))?).await?;
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = Limited::new(response.into_body(), PAGE_LIMIT)
            .collect()
            .await?
            .to_bytes();
        Ok(Answer {
            status,
            location,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

struct Answer {
    status: StatusCode,
    location: Option<String>,
    text: String,
}

impl Answer {
    fn refused(self) -> PersonError {
        PersonError::Refused {
            status: self.status.as_u16(),
            page: self.text,
        }
    }
}
