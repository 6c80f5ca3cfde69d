//! Settings of a sandbox before it starts.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::net::TcpListener;

use crate::Sandbox;
use crate::account::User;
use crate::models::ModelsShape;
use crate::money::Micros;
use crate::oauth::registry::{ClientSeed, Lifetimes};
use crate::videos::VideoContract;

/// The settings, as the running sandbox keeps them.
pub(crate) struct Config {
    pub(crate) lifetimes: Lifetimes,
    pub(crate) user: User,
    pub(crate) max_budget: Micros,
    pub(crate) budget_status: BudgetStatus,
    pub(crate) chunk_delay: Duration,
    pub(crate) accept_form: bool,
    pub(crate) models_shape: ModelsShape,
    pub(crate) video_polls: u32,
    pub(crate) video_contract: VideoContract,
    pub(crate) clients: Vec<ClientSeed>,
}

/// The status of the answer to a paid call when the budget is used up. The body is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BudgetStatus {
    /// 400, as LiteLLM answers.
    #[default]
    BadRequest,
    /// 402, as later pages of the service say.
    PaymentRequired,
}

impl BudgetStatus {
    pub(crate) fn code(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
        }
    }
}

/// Builds a [`Sandbox`]; made by [`Sandbox::builder`].
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use aipass_sandbox::{ClientSeed, Sandbox};
///
/// let sandbox = Sandbox::builder()
///     .client(ClientSeed::new("client_demo").redirect_uri("http://127.0.0.1:8765/callback"))
///     .access_token_ttl(Duration::from_secs(60))
///     .balance(2.5)
///     .start()
///     .await?;
/// assert_eq!(sandbox.wallet().remaining, 2.5);
/// # Ok::<(), aipass_sandbox::SandboxError>(()) }).unwrap();
/// ```
#[must_use]
pub struct SandboxBuilder {
    port: u16,
    config: Config,
}

impl SandboxBuilder {
    pub(crate) fn new() -> Self {
        let lifetimes = Lifetimes {
            access: Duration::from_secs(3600),
            refresh: Duration::from_secs(30 * 24 * 3600),
            code: Duration::from_secs(60),
        };
        let user = User {
            name: "Robin Sandbox".to_owned(),
            email: "robin@sandbox.test".to_owned(),
        };
        let config = Config {
            lifetimes,
            user,
            max_budget: Micros::from_usd(10.0),
            budget_status: BudgetStatus::default(),
            chunk_delay: Duration::ZERO,
            accept_form: false,
            models_shape: ModelsShape::default(),
            video_polls: 2,
            video_contract: VideoContract::default(),
            clients: Vec::new(),
        };
        Self { port: 0, config }
    }

    /// The port on 127.0.0.1; 0, the default, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How long access tokens live: an hour by default, and what a registration asks for goes before this.
    /// `expires_in` is rounded up to whole seconds.
    pub fn access_token_ttl(mut self, ttl: Duration) -> Self {
        self.config.lifetimes.access = ttl;
        self
    }

    /// How long refresh tokens live: 30 days by default, and what a registration asks for goes before this.
    pub fn refresh_token_ttl(mut self, ttl: Duration) -> Self {
        self.config.lifetimes.refresh = ttl;
        self
    }

    /// How long authorization codes live: a minute by default.
    pub fn code_ttl(mut self, ttl: Duration) -> Self {
        self.config.lifetimes.code = ttl;
        self
    }

    /// The money that the account starts with, in US dollars: 10 by default. Kept in whole micro-dollars.
    pub fn balance(mut self, usd: f64) -> Self {
        self.config.max_budget = Micros::from_usd(usd);
        self
    }

    /// The status of a refusal for want of money.
    pub fn budget_status(mut self, status: BudgetStatus) -> Self {
        self.config.budget_status = status;
        self
    }

    /// Name and e-mail address of the person whose account this is.
    pub fn user(mut self, name: impl Into<String>, email: impl Into<String>) -> Self {
        self.config.user = User {
            name: name.into(),
            email: email.into(),
        };
        self
    }

    /// Adds a client that is registered from the start.
    pub fn client(mut self, client: ClientSeed) -> Self {
        self.config.clients.push(client);
        self
    }

    /// The pause before each event of a stream but the first: none by default.
    pub fn chunk_delay(mut self, delay: Duration) -> Self {
        self.config.chunk_delay = delay;
        self
    }

    /// Lets the token endpoint take the form of RFC 6749 beside JSON. Off by default, because the service's own SDKs
    /// say that it does not.
    pub fn accept_form(mut self, accept: bool) -> Self {
        self.config.accept_form = accept;
        self
    }

    /// How the list of models looks when the query does not say how.
    pub fn models_shape(mut self, shape: ModelsShape) -> Self {
        self.config.models_shape = shape;
        self
    }

    /// How many looks at a video job it takes until it is done: 2 by default, of which the first finds it in progress and
    /// the second completed. With 0 a job is done at once.
    pub fn video_polls(mut self, polls: u32) -> Self {
        self.config.video_polls = polls;
        self
    }

    /// Which of the two documented contracts videos follow: the playbook's by default.
    pub fn video_contract(mut self, contract: VideoContract) -> Self {
        self.config.video_contract = contract;
        self
    }

    /// Binds the port and starts to serve, on the tokio runtime that this is called from.
    ///
    /// # Errors
    /// When the port cannot be bound, usually because it is in use.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await;
        let listener = bound.map_err(|source| SandboxError {
            port: self.port,
            source,
        })?;
        let port = listener
            .local_addr()
            .map_err(|source| SandboxError {
                port: self.port,
                source,
            })?
            .port();
        Ok(Sandbox::serve(listener, port, self.config))
    }
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// The sandbox could not start.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot listen on 127.0.0.1:{port}")]
pub struct SandboxError {
    port: u16,
    source: io::Error,
}
