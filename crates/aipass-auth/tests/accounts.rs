//! Many users in one process: a session and a lock for each, and nothing lost when a handle goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use aipass_auth::{
    AccountKey, Auth, BaseUrl, BoxFuture, MemoryStore, SessionEvent, StoreError, StoredTokens, TokenStore,
};

use crate::support::{CLIENT, RawServer, Reply, client, impatient};

fn key_of(base: &str, user: &str) -> AccountKey {
    AccountKey::new(&BaseUrl::parse(base).unwrap(), CLIENT, user)
}

/// An expired session of this user: `A-user` and `R-user`.
async fn expired(store: &impl TokenStore, base: &str, user: &str) {
    let key = key_of(base, user);
    let hour = Duration::from_secs(3600);
    let tokens = StoredTokens::new(&key, format!("A-{user}"))
        .with_refresh_token(format!("R-{user}"))
        .with_times(SystemTime::now() - hour * 2, Some(SystemTime::now() - hour));
    store.save(&key, &tokens).await.unwrap();
}

/// A server that gives out a token that names the refresh token it was asked with.
async fn renewing() -> RawServer {
    RawServer::start(|request| {
        let old = request.split("\"refreshToken\":\"").nth(1).unwrap();
        let old = old.split('"').next().unwrap();
        Reply::json(
            200,
            &format!(r#"{{"access_token":"new-{old}","refresh_token":"next-{old}","expires_in":3600}}"#),
        )
    })
    .await
}

async fn token(auth: &Auth) -> String {
    auth.token(None).await.unwrap().expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_for_each_request_is_still_one_session() {
    let server = renewing().await;
    let store = MemoryStore::new();
    for user in ["ada", "bob"] {
        expired(&store, &server.base, user).await;
    }
    let auth = client(&server.base).token_store(store).build().unwrap();
    let requests: Vec<_> = (0..40)
        .map(|number| {
            let user = ["ada", "bob"][number % 2];
            let auth = auth.for_account(user).unwrap();
            tokio::spawn(async move { (user, token(&auth).await) })
        })
        .collect();
    for request in requests {
        let (user, token) = request.await.unwrap();
        assert_eq!(token, format!("new-R-{user}"));
    }
    assert_eq!(server.requests().len(), 2, "one renewal for each user");
    assert!(
        auth.token(None).await.unwrap_err().is_login_required(),
        "the account that nobody signed in to has no session"
    );
}

#[tokio::test]
async fn a_user_whose_renewal_stalls_holds_nobody_else_up() {
    let server = RawServer::start(|request| {
        if request.contains("R-ada") {
            Reply::Silence
        } else {
            Reply::json(200, r#"{"access_token":"fresh"}"#)
        }
    })
    .await;
    let store = MemoryStore::new();
    for user in ["ada", "bob"] {
        expired(&store, &server.base, user).await;
    }
    let auth = client(&server.base)
        .http(impatient())
        .token_store(store)
        .build()
        .unwrap();
    let (ada, bob) = (auth.for_account("ada").unwrap(), auth.for_account("bob").unwrap());
    let (stalled, token) = tokio::join!(ada.token(None), async {
        let token = token(&bob).await;
        assert_eq!(token, "fresh");
        token
    });
    assert!(stalled.unwrap_err().is_timeout());
    assert_eq!(token, "fresh");
}

#[tokio::test]
async fn a_logout_ends_the_session_of_one_user() {
    let server = renewing().await;
    let store = MemoryStore::new();
    for user in ["ada", "bob"] {
        expired(&store, &server.base, user).await;
    }
    let auth = client(&server.base).token_store(store.clone()).build().unwrap();
    auth.for_account("ada").unwrap().logout().await;
    assert!(store.load(&key_of(&server.base, "ada")).await.unwrap().is_none());
    assert_eq!(token(&auth.for_account("bob").unwrap()).await, "new-R-bob");
    let ada = auth.for_account("ada").unwrap();
    assert!(ada.token(None).await.unwrap_err().is_login_required());
    assert!(
        server
            .requests()
            .iter()
            .all(|request| !request.contains("-bob HTTP"))
    );
}

/// A memory store that cannot save while it is told so.
#[derive(Debug, Clone, Default)]
struct Full(MemoryStore, Arc<AtomicBool>);

impl TokenStore for Full {
    fn load<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<Option<StoredTokens>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a AccountKey,
        tokens: &'a StoredTokens,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.1.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::other("no space left")) });
        }
        self.0.save(key, tokens)
    }

    fn remove<'a>(&'a self, key: &'a AccountKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.remove(key)
    }
}

#[tokio::test]
async fn a_pair_that_could_not_be_saved_outlives_the_handle_that_fetched_it() {
    let server = renewing().await;
    let store = Full::default();
    expired(&store, &server.base, "ada").await;
    let auth = client(&server.base).token_store(store.clone()).build().unwrap();
    store.1.store(true, Ordering::SeqCst);
    assert_eq!(token(&auth.for_account("ada").unwrap()).await, "new-R-ada");
    store.1.store(false, Ordering::SeqCst);
    // More users than are kept without a look for idle ones.
    for number in 0..3000 {
        auth.for_account(format!("user-{number}")).unwrap();
    }
    auth.close().await;
    let saved = store.load(&key_of(&server.base, "ada")).await.unwrap().unwrap();
    assert_eq!(saved.refresh_token().unwrap().expose_secret(), "next-R-ada");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_dead_grant_is_asked_for_once_however_many_handles_there_are() {
    let server = RawServer::always(Reply::json(400, r#"{"error":"invalid_grant"}"#)).await;
    let store = MemoryStore::new();
    expired(&store, &server.base, "ada").await;
    let auth = client(&server.base).token_store(store).build().unwrap();
    let mut events = auth.events();
    for _ in 0..10 {
        let ada = auth.for_account("ada").unwrap();
        assert!(ada.token(None).await.unwrap_err().is_login_required());
    }
    assert_eq!(server.requests().len(), 1);
    drop(auth);
    let event = events.next().await.unwrap();
    assert!(
        matches!(&event, SessionEvent::LoginRequired { account, .. } if account == "ada"),
        "{event:?}"
    );
    assert!(
        events.next().await.is_none(),
        "told once, and the stream ends with its client"
    );
}

/// A refresh token that the server may have used up must not be sent again while the old token works.
#[tokio::test]
async fn a_doubt_outlives_the_handle_that_met_it() {
    let server = RawServer::always(Reply::Silence).await;
    let store = MemoryStore::new();
    let key = key_of(&server.base, "ada");
    let soon = SystemTime::now() + Duration::from_secs(30);
    let tokens = StoredTokens::new(&key, "A-ada")
        .with_refresh_token("R-ada")
        .with_times(SystemTime::now() - Duration::from_secs(3600), Some(soon));
    store.save(&key, &tokens).await.unwrap();
    let auth = client(&server.base)
        .http(impatient())
        .token_store(store)
        .build()
        .unwrap();
    assert_eq!(token(&auth.for_account("ada").unwrap()).await, "A-ada");
    // Longer than the pause after a first failure.
    tokio::time::sleep(Duration::from_millis(600)).await;
    for number in 0..3000 {
        auth.for_account(format!("user-{number}")).unwrap();
    }
    assert_eq!(token(&auth.for_account("ada").unwrap()).await, "A-ada");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn tokens_from_elsewhere_are_taken_over_as_a_login() {
    let store = MemoryStore::new();
    let base = "https://aipass.one";
    expired(&store, base, "ada").await;
    let auth = client(base).token_store(store.clone()).build().unwrap();
    let ada = auth.for_account("ada").unwrap();
    let theirs = StoredTokens::new(ada.account_key(), "T1");
    ada.sign_in_with(theirs.clone()).await.unwrap();
    assert_eq!(token(&ada).await, "T1");
    let stored = store.load(ada.account_key()).await.unwrap().unwrap();
    assert_eq!(
        stored.generation(),
        2,
        "it counts on, so that a late writer notices"
    );
    let bob = auth.for_account("bob").unwrap();
    assert!(bob.sign_in_with(theirs).await.unwrap_err().is_store());
    let unsafe_token = StoredTokens::new(bob.account_key(), "T\r\nX-Evil: 1");
    assert!(bob.sign_in_with(unsafe_token).await.unwrap_err().is_config());
    assert!(store.load(bob.account_key()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_label_is_short_and_plain() {
    let auth = client("https://aipass.one").build().unwrap();
    for bad in ["", "a\nb", "\u{0}", &"x".repeat(257)] {
        assert!(
            auth.for_account(bad)
                .unwrap_err()
                .to_string()
                .contains("account label")
        );
    }
    assert_eq!(
        auth.for_account("Ünïcode 1").unwrap().account_key().account(),
        "Ünïcode 1"
    );
}
