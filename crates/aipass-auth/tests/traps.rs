//! Ways in which tokens could end up where they do not belong.

use std::time::Duration;

use aipass_auth::{
    AccountKey, Auth, BaseUrl, ClientRegistration, HttpOptions, MemoryStore, StoreError, StoredTokens,
    TokenStore as _,
};
use aipass_auth::{discover, register_client_with};

use crate::support::{RawServer, Reply, client, signed_in, store_with_tokens};

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = RawServer::always(Reply::json(200, r#"{"access_token":"EVIL"}"#)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}/oauth2/token\r\n", elsewhere.base);
        let server = RawServer::always(Reply::with_head(status, &location, "")).await;
        let (auth, _) = signed_in(&server.base, -1).await;
        let error = auth.token(None).await.unwrap_err();
        assert!(error.is_config() && !error.is_login_required(), "{error}");
        assert_eq!(error.status().unwrap().as_u16(), status);
        let report = auth.logout().await;
        assert!(!report.access_token.is_settled() && !report.refresh_token.is_settled());
        let wanted = ClientRegistration::new("App", "myapp://cb");
        let error = register_client_with(&HttpOptions::default(), &server.base, &wanted, None)
            .await
            .unwrap_err();
        assert!(error.is_config());
        let error = discover(&server.base, &HttpOptions::default()).await.unwrap_err();
        assert!(error.is_config());
        let auth = client(&server.base).client_secret("S").build().unwrap();
        let (url, pending) = auth.begin("myapp://cb").unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        let callback = format!("myapp://cb?code=C&state={state}");
        assert!(auth.complete(pending, &callback).await.unwrap_err().is_config());
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn no_proxy_sees_a_server_on_this_machine() {
    let proxy = RawServer::always(Reply::json(200, r#"{"access_token":"EVIL"}"#)).await;
    let server = RawServer::always(Reply::json(200, r#"{"access_token":"A1"}"#)).await;
    let store = store_with_tokens(&server.base, -1).await;
    let options = HttpOptions::default().proxy(proxy.base.as_str());
    let auth = client(&server.base)
        .http(options)
        .token_store(store)
        .build()
        .unwrap();
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}

/// Runs in a process of its own with HTTP_PROXY set, by the next test; alone it is an ordinary renewal.
#[tokio::test]
async fn child_renews_at_a_server_on_this_machine() {
    let server = RawServer::always(Reply::json(200, r#"{"access_token":"A1"}"#)).await;
    let (auth, _) = signed_in(&server.base, -1).await;
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    assert!(auth.logout().await.is_complete());
    let wanted = ClientRegistration::new("App", "myapp://cb");
    register_client_with(&HttpOptions::default(), &server.base, &wanted, None)
        .await
        .unwrap_err();
    discover(&server.base, &HttpOptions::default()).await.unwrap_err();
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_the_environment_sees_nothing_either() {
    let proxy = RawServer::always(Reply::json(200, r#"{"access_token":"EVIL"}"#)).await;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["traps::child_renews_at_a_server_on_this_machine", "--exact"]);
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        child.env(name, &proxy.base);
    }
    for name in ["NO_PROXY", "no_proxy"] {
        child.env_remove(name);
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap())
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(proxy.requests().len(), 0);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_off() {
    let padded = |size: usize| {
        let body = format!(r#"{{"access_token":"A1","pad":"{}"}}"#, " ".repeat(size));
        Reply::json(200, &body)
    };
    let server = RawServer::always(padded(60 * 1024)).await;
    let (auth, _) = signed_in(&server.base, -1).await;
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    for reply in [padded(64 * 1024), Reply::Endless] {
        let server = RawServer::always(reply).await;
        let (auth, _) = signed_in(&server.base, -1).await;
        let error = auth.token(None).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the answer of the authorization server is too large"
        );
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    let server = RawServer::always(Reply::Drip).await;
    let store = store_with_tokens(&server.base, -1).await;
    let options = HttpOptions::default().timeout(Duration::from_millis(200));
    let auth = client(&server.base)
        .http(options)
        .token_store(store)
        .build()
        .unwrap();
    assert!(auth.token(None).await.unwrap_err().is_timeout());
    // A logout ends as well, and leaves nothing here.
    let report = auth.logout().await;
    assert!(!report.refresh_token.is_settled() && !report.access_token.is_settled());
    assert!(report.store.is_ok() && auth.session().await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_is_compressed() {
    let server = RawServer::always(Reply::json(200, r#"{"access_token":"A1"}"#)).await;
    let (auth, _) = signed_in(&server.base, -1).await;
    auth.token(None).await.unwrap();
    assert!(
        !server.requests()[0].to_lowercase().contains("accept-encoding"),
        "{}",
        server.requests()[0]
    );
}

#[tokio::test]
async fn tokens_of_one_service_do_not_reach_another() {
    let server = RawServer::always(Reply::json(200, r#"{"access_token":"A1"}"#)).await;
    let production = AccountKey::new(&BaseUrl::default(), "client_1", "default");
    let store = MemoryStore::new();
    let tokens = StoredTokens::new(&production, "A0").with_refresh_token("R0");
    store.save(&production, &tokens).await.unwrap();
    let staging = Auth::builder("client_1")
        .base_url(&server.base)
        .token_store(store.clone())
        .build()
        .unwrap();
    assert!(staging.session().await.unwrap().is_none());
    assert!(staging.token(None).await.unwrap_err().is_login_required());
    // Not even a store that mixes its keys up gets them there.
    store.save(staging.account_key(), &tokens).await.unwrap();
    assert!(matches!(
        staging.token(None).await.unwrap_err().store_error(),
        Some(StoreError::ForeignTokens)
    ));
    assert!(matches!(
        staging.session().await.unwrap_err().store_error(),
        Some(StoreError::ForeignTokens)
    ));
    assert_eq!(server.requests().len(), 0);
}
