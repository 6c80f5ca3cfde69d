//! Where a transport gets its access token from.

use std::fmt;

use crate::error::{AuthError, LoginReason};
use crate::secret::{AccessToken, Secret};
use crate::store::BoxFuture;

/// Gives out access tokens; what a transport needs to know about a session.
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// A token to send. `rejected` is a token of this source that the service answered with 401; a source that
    /// can renew does so if that token is still the one in use, and returns another one or an error.
    ///
    /// # Errors
    ///
    /// [`is_login_required`](AuthError::is_login_required) when only a login helps.
    fn token<'a>(
        &'a self,
        rejected: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, AuthError>>;
}

/// A token that was obtained elsewhere and is never renewed, for example an API key.
///
/// Once the service rejects it, [`is_login_required`](AuthError::is_login_required) is the answer.
///
/// ```
/// use aipass_auth::{Secret, StaticToken, TokenSource};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let source = StaticToken::new("sk-aikey-1");
/// let token = source.token(None).await?;
/// assert!(source.token(Some(&token)).await.unwrap_err().is_login_required());
/// # Ok::<(), aipass_auth::AuthError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct StaticToken(Result<AccessToken, AuthError>);

impl StaticToken {
    /// Wraps a token. One that fits into no header is refused when it is first asked for.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(AccessToken::new(token))
    }
}

impl TokenSource for StaticToken {
    fn token<'a>(
        &'a self,
        rejected: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, AuthError>> {
        Box::pin(async move {
            let token = self.0.clone()?;
            if rejected.is_some_and(|rejected| rejected.same_as(&token)) {
                return Err(AuthError::login_required(LoginReason::TokenRejected));
            }
            Ok(token)
        })
    }
}
