//! The life of a session after the login: rotation, the reuse of an old refresh token, and its end.

use aipass_auth::{Auth, MemoryStore, StoredTokens, TokenStore};

use super::checks::{Checked, ensure};
use super::login::signed_in;
use super::server::{Dialect, INSTALLED, Server, in_words};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the store of a session holds.
pub(crate) async fn stored(auth: &Auth, store: &impl TokenStore) -> Result<StoredTokens, Failure> {
    let tokens = store.load(auth.account_key()).await?;
    Ok(tokens.ok_or("the store is empty")?)
}

fn refresh_token(tokens: &StoredTokens) -> &str {
    tokens.refresh_token().map_or("", |token| token.expose_secret())
}

/// A second holder of these tokens that knows nothing of the first.
async fn thief(
    server: &Server,
    dialect: Dialect,
    auth: &Auth,
    tokens: &StoredTokens,
) -> Result<Auth, Failure> {
    let store = MemoryStore::new();
    store.save(auth.account_key(), tokens).await?;
    Ok(server.client(INSTALLED, dialect, store).build()?)
}

async fn must_sign_in(auth: &Auth, otherwise: &str) -> Result<(), Failure> {
    let error = auth.refresh().await.err().ok_or(otherwise)?;
    ensure(
        error.is_login_required(),
        format!("the error is another one: {error}"),
    )
}

pub(crate) async fn rotation(server: &Server, dialect: Dialect) -> Checked {
    let store = MemoryStore::new();
    let auth = signed_in(server, INSTALLED, dialect, store.clone()).await?;
    let first = stored(&auth, &store).await?;
    let before = server.stats().await?;
    auth.refresh().await?;
    let after = server.stats().await?;
    let second = stored(&auth, &store).await?;
    ensure(
        refresh_token(&first) != refresh_token(&second) && !refresh_token(&second).is_empty(),
        "the refresh token is the old one",
    )?;
    ensure(
        first.access_token().expose_secret() != second.access_token().expose_secret(),
        "the access token is the old one",
    )?;
    ensure(
        after.refreshes == before.refreshes + 1 && after.requests(dialect) == before.requests(dialect) + 1,
        "the server did not see one renewal in this dialect",
    )?;
    let status = server.call(second.access_token().expose_secret()).await?;
    ensure(
        status == 200,
        format!("a call with the new token was answered {status}"),
    )?;
    Ok("both tokens are new, stored, and work".to_owned())
}

pub(crate) async fn reuse(server: &Server, dialect: Dialect) -> Checked {
    let store = MemoryStore::new();
    let auth = signed_in(server, INSTALLED, dialect, store.clone()).await?;
    let old = stored(&auth, &store).await?;
    auth.refresh().await?;
    let current = stored(&auth, &store).await?;
    let before = server.stats().await?;
    let thief = thief(server, dialect, &auth, &old).await?;
    must_sign_in(&thief, "an old refresh token was taken").await?;
    must_sign_in(&auth, "the session outlives the reuse of its old token").await?;
    let status = server.call(current.access_token().expose_secret()).await?;
    ensure(
        status == 401,
        format!("a call with the newest token was answered {status}"),
    )?;
    let reasons = server.stats().await?.errors_since(&before);
    Ok(format!(
        "the whole family is dead, and both holders are told to sign in ({reasons})"
    ))
}

pub(crate) async fn logout(server: &Server, dialect: Dialect) -> Checked {
    let store = MemoryStore::new();
    let auth = signed_in(server, INSTALLED, dialect, store.clone()).await?;
    let tokens = stored(&auth, &store).await?;
    let before = server.stats().await?;
    let report = auth.logout().await;
    let after = server.stats().await?;
    ensure(report.is_complete(), in_words(&report))?;
    ensure(
        after.revocations > before.revocations,
        "the server revoked nothing",
    )?;
    ensure(
        store.load(auth.account_key()).await?.is_none(),
        "the store still holds tokens",
    )?;
    let status = server.call(tokens.access_token().expose_secret()).await?;
    ensure(status == 401, format!("the access token still works: {status}"))?;
    let thief = thief(server, dialect, &auth, &tokens).await?;
    must_sign_in(&thief, "the refresh token still works").await?;
    Ok(in_words(&report))
}
