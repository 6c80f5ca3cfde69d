//! The applications that a developer has registered. These endpoints are documented later than the playbook (assumed).

use crate::{
    call::{Told, operation},
    client::Client,
    error::Error,
    meta::Answer,
};
use aipass_api::types::{self, OAuthClientEnvelope, OAuthClientRequest};
use http::StatusCode;

/// A registered application, without its secret, which is shown once, when it is [registered](crate::register_client).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthClient {
    /// The number of the registration, by which it is found.
    pub id: Option<i64>,
    /// The public name, for [`client_id`](crate::ClientBuilder::client_id).
    pub client_id: String,
    /// The name that users see.
    pub client_name: Option<String>,
    /// Whether it can keep a secret; `PUBLIC` if not.
    pub client_type: Option<String>,
    /// Where the browser may return to.
    pub redirect_uris: Vec<String>,
    /// The scopes that it may ask users for.
    pub scopes: Vec<String>,
    /// The life of access tokens in seconds.
    pub access_token_ttl_seconds: Option<i64>,
    /// The life of refresh tokens in seconds.
    pub refresh_token_ttl_seconds: Option<i64>,
    /// Whether users are asked before access is given.
    pub require_consent: Option<bool>,
    /// Whether the registration is in use.
    pub is_active: Option<bool>,
}

impl OAuthClient {
    /// The settings as the service tells them, to be sent back with a change: an update replaces all of them. It tells
    /// everything but the life of refresh tokens (assumed), so set
    /// [`refresh_token_ttl_seconds`](OAuthClientUpdate::refresh_token_ttl_seconds) where that is not the default.
    pub fn to_update(&self) -> OAuthClientUpdate {
        let mut update = OAuthClientUpdate::new(self.client_name.clone().unwrap_or_default())
            .redirect_uris(self.redirect_uris.clone())
            .scopes(self.scopes.clone());
        update.0.require_consent = self.require_consent;
        update.0.access_token_ttl_seconds = self.access_token_ttl_seconds;
        update.0.refresh_token_ttl_seconds = self.refresh_token_ttl_seconds;
        update
    }
}

/// The settings of an application that replace **all** of those it has: begin with [`OAuthClient::to_update`].
#[derive(Clone, Debug)]
#[must_use = "nothing is changed before it is sent"]
pub struct OAuthClientUpdate(OAuthClientRequest);

impl OAuthClientUpdate {
    /// With that name, of 3 to 255 characters, and nothing else: what is not set may get the service's default (assumed).
    pub fn new(client_name: impl Into<String>) -> Self {
        Self(OAuthClientRequest::new(client_name))
    }

    /// Another name, of 3 to 255 characters.
    pub fn name(mut self, client_name: impl Into<String>) -> Self {
        self.0.client_name = client_name.into();
        self
    }

    /// The places that the browser may return to.
    pub fn redirect_uris<T: Into<String>>(mut self, uris: impl IntoIterator<Item = T>) -> Self {
        self.0.redirect_uris = uris.into_iter().map(Into::into).collect();
        self
    }

    /// The scopes that it may ask users for.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.0.requested_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether users are asked before access is given.
    pub fn require_consent(mut self, require: bool) -> Self {
        self.0.require_consent = Some(require);
        self
    }

    /// The life of access tokens in seconds.
    pub fn access_token_ttl_seconds(mut self, seconds: i64) -> Self {
        self.0.access_token_ttl_seconds = Some(seconds);
        self
    }

    /// The life of refresh tokens in seconds.
    pub fn refresh_token_ttl_seconds(mut self, seconds: i64) -> Self {
        self.0.refresh_token_ttl_seconds = Some(seconds);
        self
    }
}

impl Client {
    /// The applications that the signed-in developer has registered. Costs nothing.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// for app in ai.oauth_clients().await? {
    ///     println!("{}: {:?}", app.client_id, app.client_name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn oauth_clients(&self) -> Result<Answer<Vec<OAuthClient>>, Error> {
        let (api, call) = self.call(operation!("list_clients"), None)?;
        let read = |list: types::OAuthClientList| {
            let clients = list.data.into_iter().map(OAuthClient::from);
            Some((clients.collect(), Told::default()))
        };
        call.answer(api.list_clients().send(), read).await
    }

    /// One of them, by its number. Costs nothing.
    ///
    /// # Errors
    /// [`Error::is_not_found`] where there is none, or it is somebody else's; else see [`Error`].
    pub async fn oauth_client(&self, id: i64) -> Result<Answer<OAuthClient>, Error> {
        let (api, call) = self.call(operation!("get_client"), None)?;
        call.answer(api.get_client().id(id).send(), one).await
    }

    /// Changes one of them, by its number (`id`, and not `client_id`). All settings are replaced. Costs nothing, and is not
    /// repeated where it is not certain that it was refused.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// for app in ai.oauth_clients().await? {
    ///     if let Some(id) = app.id {
    ///         ai.update_oauth_client(id, app.to_update().name("My App 2")).await?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn update_oauth_client(
        &self,
        id: i64,
        update: OAuthClientUpdate,
    ) -> Result<Answer<OAuthClient>, Error> {
        let (api, call) = self.call(operation!("update_client"), None)?;
        call.answer(api.update_client().id(id).body(update.0).send(), one)
            .await
    }

    /// Deletes one of them, with everything that users have allowed it: their tokens work no more. Costs nothing, and cannot
    /// be undone.
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn delete_oauth_client(&self, id: i64) -> Result<(), Error> {
        let (api, call) = self.call(operation!("delete_client"), None)?;
        let read = |_| Some(((), Told::default()));
        match call.answer(api.delete_client().id(id).send(), read).await {
            // There is nothing to be said about what is gone (RFC 9110 section 9.3.5).
            Err(error) if error.status() == Some(StatusCode::NO_CONTENT) => Ok(()),
            outcome => outcome.map(drop),
        }
    }
}

fn one(envelope: OAuthClientEnvelope) -> Option<(OAuthClient, Told)> {
    Some((envelope.data?.into(), Told::default()))
}

impl From<types::OAuthClient> for OAuthClient {
    fn from(wire: types::OAuthClient) -> Self {
        // Where the registration names one place, as the playbook's does, so may the answer.
        let one = wire.extra.get("redirectUri").and_then(|uri| uri.as_str());
        let one = one.filter(|_| wire.redirect_uris.is_empty()).map(str::to_owned);
        Self {
            id: wire.id,
            client_id: wire.client_id,
            client_name: wire.client_name,
            client_type: wire.client_type,
            redirect_uris: wire.redirect_uris.into_iter().chain(one).collect(),
            scopes: wire.scopes,
            access_token_ttl_seconds: wire.access_token_ttl_seconds,
            refresh_token_ttl_seconds: wire.refresh_token_ttl_seconds,
            require_consent: wire.require_consent,
            is_active: wire.is_active,
        }
    }
}
