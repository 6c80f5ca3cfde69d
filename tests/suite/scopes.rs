//! A scope that the login did not bring: known before anything is sent, or named by the server.

use crate::{
    facade::headed,
    session::{CALLBACK, app, sign_in},
    support::{Server, client},
};
use aipass::{ChargeRisk, Client, MemoryStore, StoredTokens, TokenStore};
use aipass_sandbox::{Route, Sandbox};
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn a_missing_scope_is_known_before_anything_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .scopes(["api:access"])
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    let error = ai.userinfo().await.unwrap_err();
    assert!(error.is_permission() && !error.is_login_required(), "{error:?}");
    assert_eq!(error.missing_scope(), Some("profile:read"));
    // The operation costs nothing, sent or not.
    assert_eq!(
        (error.charge_risk(), error.attempts(), error.status()),
        (ChargeRisk::Free, 0, None)
    );
    assert_eq!(error.to_string(), "the login lacks the scope profile:read");
    assert!(error.help().contains("profile:read"), "{}", error.help());
    assert_eq!(sandbox.counts().requests_to(Route::Userinfo), 0);
    ai.models().await.unwrap();

    let ada = ai.with_session("ada").unwrap();
    sign_in(&ada, &sandbox).await;
    assert_eq!(
        ada.userinfo().await.unwrap_err().missing_scope(),
        Some("profile:read")
    );
}

/// A client with a stored token of those scopes.
async fn stored(base_url: &str, scopes: &[&str]) -> Client {
    let store = MemoryStore::default();
    let ai = Client::builder()
        .base_url(base_url)
        .client_id("client_1")
        .token_store(store.clone())
        .build()
        .unwrap();
    let key = ai.auth().unwrap().account_key().clone();
    let tokens = StoredTokens::new(&key, "token-1")
        .with_expires_in(Duration::from_secs(3600))
        .with_scopes(scopes.iter().copied());
    store.save(&key, &tokens).await.unwrap();
    ai
}

#[tokio::test]
async fn a_paid_call_without_its_scope_is_not_sent() {
    let server = Server::start([headed("200 OK", &[], "{}")]).await;
    let ai = stored(&server.base_url, &["profile:read"]).await;
    let outcomes = [
        ai.chat("m").user("hi").send().await.map(drop),
        ai.chat("m").user("hi").stream().await.map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.missing_scope(), Some("api:access"));
        assert_eq!(error.charge_risk(), ChargeRisk::NotSent);
    }
    assert_eq!(ai.totals(), aipass::Totals::default());
    assert_eq!(server.requests().len(), 0);
    // Nobody knows what an address of the caller's own asks for.
    ai.request(http::Method::GET, "/x").send().await.unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn unknown_scopes_hold_nothing_back() {
    let user = headed("200 OK", &[], r#"{"sub":"u1"}"#);
    let server = Server::start([user]).await;
    client(&server.base_url).userinfo().await.unwrap();
    stored(&server.base_url, &[]).await.userinfo().await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn the_server_names_the_scope_that_it_misses() {
    let challenge = r#"Bearer realm="aipass", error="insufficient_scope", scope="profile:read""#;
    for (headers, expected) in [
        (&[("www-authenticate", challenge)][..], Some("profile:read")),
        (
            &[("www-authenticate", r#"Bearer error="insufficient_scope""#)],
            None,
        ),
        (&[("www-authenticate", r#"Bearer scope="""#)], None),
        (&[], None),
    ] {
        let refusal = headed("403 Forbidden", headers, r#"{"error":"insufficient_scope"}"#);
        let server = Server::start([refusal]).await;
        let ai = client(&server.base_url);
        let error = ai.userinfo().await.unwrap_err();
        assert!(error.is_permission(), "{error:?}");
        assert_eq!((error.missing_scope(), error.attempts()), (expected, 1));
        let error = ai.chat("m").user("hi").send().await.unwrap_err();
        assert_eq!(
            (error.missing_scope(), error.charge_risk()),
            (expected, ChargeRisk::Refused)
        );
    }
}
