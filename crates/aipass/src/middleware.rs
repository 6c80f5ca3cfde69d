//! Hooks of the app's own around every request.

use aipass_api::operation::Charge;
use aipass_auth::BoxFuture;
use http::{HeaderMap, Method, StatusCode, header};
use std::{fmt, time::Duration};

/// Code of yours around every request of a client: metrics, a limit of your own, a header for a gateway.
///
/// Every method has a default that does nothing. Hooks run in the order in which they were added, once for each attempt.
/// They see neither the access token nor a body.
///
/// ```
/// use aipass::{BoxError, BoxFuture, Client, Middleware, Outgoing, Retrying};
///
/// #[derive(Debug)]
/// struct Traced;
///
/// impl Middleware for Traced {
///     fn before<'a>(&'a self, request: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
///         request.headers_mut().insert("x-trace-id", "4711".parse().unwrap());
///         Box::pin(async { Ok(()) })
///     }
///
///     fn on_retry(&self, retry: &Retrying) {
///         eprintln!("{} is sent again in {:?}", retry.operation, retry.pause);
///     }
/// }
///
/// let ai = Client::builder().client_id("client_1").middleware(Traced).build()?;
/// # Ok::<(), aipass::ConfigError>(())
/// ```
pub trait Middleware: Send + Sync + fmt::Debug + 'static {
    /// Before an attempt is sent. It may wait, change the headers, or stop the call with an error, which then is the last of
    /// the [sources](std::error::Error::source) of the call's own; nothing was sent.
    ///
    /// `Authorization`, `Host` and the other headers that this library writes itself are written after the hooks, so that
    /// what they put there does not travel.
    ///
    /// # Errors
    /// Whatever should stop the call. Its text is shown to the user, so it holds no secret.
    fn before<'a>(
        &'a self,
        _request: &'a mut Outgoing,
    ) -> BoxFuture<'a, Result<(), Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// When the head of an answer has come, whatever its status.
    fn after(&self, _answer: &Answered<'_>) {}

    /// Before the pause that comes before a retry. A renewed token after a 401 is no retry.
    fn on_retry(&self, _retry: &Retrying) {}
}

/// A request before it is sent. Its headers can be changed, but for those that this library writes itself.
pub struct Outgoing {
    pub(crate) operation: &'static str,
    pub(crate) charge: Charge,
    pub(crate) attempt: u32,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

impl Outgoing {
    /// The operation, such as `create_chat_completion`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Whether it may cost money.
    #[must_use]
    pub fn charge(&self) -> Charge {
        self.charge
    }

    /// The number of the attempt, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers, to be changed. What [`RequestOptions::header`](crate::RequestOptions::header) refuses is put back to what
    /// it was after the hooks.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }
}

/// The head of an answer.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Answered<'a> {
    /// The operation, such as `create_chat_completion`.
    pub operation: &'static str,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// From the beginning of the attempt to the head of its answer.
    pub elapsed: Duration,
}

/// A call that is about to be sent again.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Retrying {
    /// The operation, such as `create_chat_completion`.
    pub operation: &'static str,
    /// The number of the attempt that failed, from 1.
    pub attempt: u32,
    /// The status of the failed answer, where there was one.
    pub status: Option<StatusCode>,
    /// How long is waited.
    pub pause: Duration,
}

// A header may be a credential: only the names are shown.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("operation", &self.operation)
            .field("attempt", &self.attempt)
            .field("method", &self.method)
            .field("headers", &Names(&self.headers))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered")
            .field("operation", &self.operation)
            .field("attempt", &self.attempt)
            .field("status", &self.status)
            .field("headers", &Names(self.headers))
            .field("elapsed", &self.elapsed)
            .finish()
    }
}

/// The names of headers without their values.
pub(crate) struct Names<'a>(pub(crate) &'a HeaderMap);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.keys().map(header::HeaderName::as_str))
            .finish()
    }
}
