//! The registered clients.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::oauth::scope;
use crate::secret::random_text;

/// How long the things that a client gets stay valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetimes {
    pub(crate) access: Duration,
    pub(crate) refresh: Duration,
    pub(crate) code: Duration,
}

/// A client that exists from the start, for [`SandboxBuilder::client`](crate::SandboxBuilder::client).
///
/// ```
/// use aipass_sandbox::ClientSeed;
///
/// let client = ClientSeed::new("client_demo")
///     .name("Demo")
///     .redirect_uri("http://127.0.0.1:8765/callback")
///     .scopes(["api:access", "profile:read"]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct ClientSeed {
    client_id: String,
    name: String,
    secret: Option<String>,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    require_consent: bool,
}

impl ClientSeed {
    /// A public client with both scopes and no redirect URI yet.
    pub fn new(client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self {
            name: client_id.clone(),
            client_id,
            secret: None,
            redirect_uris: Vec::new(),
            scopes: scope::ALL.map(str::to_owned).to_vec(),
            require_consent: true,
        }
    }

    /// The name on the consent page; the client id by default.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Adds a redirect URI. Unlike registration over HTTP this takes any text, for tests of odd clients.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// The scopes that the client may ask for, in place of both.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Makes the client confidential: the token endpoint then asks for this secret.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Lets the authorize endpoint redirect at once, without a consent page.
    pub fn without_consent(mut self) -> Self {
        self.require_consent = false;
        self
    }
}

impl fmt::Debug for ClientSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSeed")
            .field("client_id", &self.client_id)
            .field("name", &self.name)
            .field("redirect_uris", &self.redirect_uris)
            .field("scopes", &self.scopes)
            .field("confidential", &self.secret.is_some())
            .finish_non_exhaustive()
    }
}

/// A client as the endpoints see it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) number: u64,
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) require_consent: bool,
    pub(crate) created_at: SystemTime,
    pub(crate) updated_at: SystemTime,
}

/// What a registration decides; number, id and time are added by the registry.
pub(crate) struct NewClient {
    pub(crate) name: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) require_consent: bool,
}

#[derive(Default)]
pub(crate) struct Registry {
    clients: Vec<Client>,
    /// The number of the latest client; a removed one is not given again.
    latest: u64,
}

impl Registry {
    pub(crate) fn find(&self, client_id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.client_id == client_id)
    }

    pub(crate) fn register(&mut self, new: NewClient) -> Client {
        self.add(format!("client_{}", random_text(16)), new)
    }

    pub(crate) fn seed(&mut self, seed: &ClientSeed, lifetimes: &Lifetimes) {
        let new = NewClient {
            name: seed.name.clone(),
            secret: seed.secret.clone(),
            redirect_uris: seed.redirect_uris.clone(),
            scopes: seed.scopes.clone(),
            lifetimes: *lifetimes,
            require_consent: seed.require_consent,
        };
        self.add(seed.client_id.clone(), new);
    }

    pub(crate) fn all(&self) -> Vec<Client> {
        self.clients.clone()
    }

    pub(crate) fn numbered(&self, number: u64) -> Option<Client> {
        self.clients
            .iter()
            .find(|client| client.number == number)
            .cloned()
    }

    /// Changes what a registration decides, but for the secret.
    pub(crate) fn update(&mut self, number: u64, new: NewClient) -> Option<Client> {
        let client = self.clients.iter_mut().find(|client| client.number == number)?;
        client.name = new.name;
        client.redirect_uris = new.redirect_uris;
        client.scopes = new.scopes;
        client.lifetimes = new.lifetimes;
        client.require_consent = new.require_consent;
        client.updated_at = SystemTime::now();
        Some(client.clone())
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Client> {
        let place = self.clients.iter().position(|client| client.number == number)?;
        Some(self.clients.remove(place))
    }

    fn add(&mut self, client_id: String, new: NewClient) -> Client {
        let NewClient {
            name,
            secret,
            redirect_uris,
            scopes,
            lifetimes,
            require_consent,
        } = new;
        self.latest += 1;
        let now = SystemTime::now();
        let client = Client {
            number: self.latest,
            client_id,
            name,
            secret,
            redirect_uris,
            scopes,
            lifetimes,
            require_consent,
            created_at: now,
            updated_at: now,
        };
        self.clients.push(client.clone());
        client
    }
}
