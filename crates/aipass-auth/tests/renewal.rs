//! Renewal over real sockets; the rules themselves are tested beside the code on a clock that stands still.

use std::time::Duration;

use httpmock::prelude::*;

use crate::support::{RawServer, Reply, client, impatient, pair, signed_in, store_with_tokens};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_tasks_on_an_expired_token_cause_one_token_request() {
    let server = MockServer::start_async().await;
    let base = server.base_url();
    let renewal = server
        .mock_async(|when, then| {
            when.method(POST).path("/oauth2/token");
            then.status(200)
                .delay(Duration::from_millis(50))
                .header("content-type", "application/json")
                .body(r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600}"#);
        })
        .await;
    let (auth, _) = signed_in(&base, -1).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let auth = auth.clone();
            tokio::spawn(async move { auth.token(None).await.unwrap().expose_secret().to_owned() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "A1");
    }
    renewal.assert_calls_async(1).await;
}

#[cfg(feature = "file-store")]
#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_rotated_pair_on_the_disk() {
    use std::sync::Arc;

    use aipass_auth::{FileStore, TokenStore as _};
    use tokio::sync::Notify;

    let rotated = Arc::new(Notify::new());
    let seen = rotated.clone();
    let server = RawServer::start(move |_| {
        seen.notify_one();
        Reply::json(
            200,
            r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600}"#,
        )
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let store = FileStore::in_dir(dir.path().join("tokens"));
    store
        .save(
            &crate::support::key(&server.base),
            &crate::support::tokens(&server.base, -1),
        )
        .await
        .unwrap();
    let auth = client(&server.base).token_store(store.clone()).build().unwrap();
    let caller = tokio::spawn({
        let auth = auth.clone();
        async move { auth.token(None).await }
    });
    rotated.notified().await;
    caller.abort();
    auth.close().await;
    assert_eq!(
        pair(&store, &server.base).await,
        ("A1".to_owned(), "R1".to_owned())
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_fails_for_the_moment_keeps_a_token_that_works() {
    for reply in [
        Reply::json(500, r#"{"error":"server_error"}"#),
        Reply::html(502, "<html>Bad gateway</html>"),
        Reply::json(429, r#"{"error":"slow_down"}"#),
        Reply::html(400, "<html>What?</html>"),
        Reply::json(200, r#"{"error":"temporarily_unavailable"}"#),
        Reply::html(200, "<html>Sign in to the hotel</html>"),
        Reply::json(200, "{}"),
        Reply::Silence,
        Reply::HangUp,
        Reply::Endless,
        Reply::Drip,
    ] {
        let server = RawServer::always(reply).await;
        let store = store_with_tokens(&server.base, 30).await;
        let auth = client(&server.base)
            .http(impatient())
            .token_store(store.clone())
            .build()
            .unwrap();
        for _ in 0..3 {
            assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A0");
        }
        assert_eq!(server.requests().len(), 1);
        assert_eq!(
            pair(&store, &server.base).await,
            ("A0".to_owned(), "R0".to_owned())
        );
    }
}

#[tokio::test]
async fn what_fails_for_the_moment_is_a_temporary_error_once_the_token_is_over() {
    for (reply, network, timeout) in [
        (Reply::json(500, r#"{"error":"invalid_grant"}"#), false, false),
        (Reply::html(400, "<html>What?</html>"), false, false),
        (Reply::Silence, true, true),
        (Reply::HangUp, true, false),
        (Reply::Endless, false, false),
        (Reply::Drip, true, true),
    ] {
        let server = RawServer::always(reply).await;
        let store = store_with_tokens(&server.base, -1).await;
        let auth = client(&server.base)
            .http(impatient())
            .token_store(store.clone())
            .build()
            .unwrap();
        let error = auth.token(None).await.unwrap_err();
        assert!(error.is_temporary() && !error.is_login_required(), "{error}");
        assert_eq!(
            (error.is_network(), error.is_timeout()),
            (network, timeout),
            "{error}"
        );
        assert_eq!(pair(&store, &server.base).await.1, "R0");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_temporary_error() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let (auth, _) = signed_in(&base, -1).await;
    let error = auth.token(None).await.unwrap_err();
    assert!(
        error.is_network() && error.is_temporary() && !error.is_timeout(),
        "{error}"
    );
}

#[tokio::test]
async fn a_busy_server_that_asks_for_a_second_gets_it() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let server = RawServer::start(move |_| {
        if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            Reply::with_head(503, "Retry-After: 1\r\n", "")
        } else {
            Reply::json(200, r#"{"access_token":"A1"}"#)
        }
    })
    .await;
    let (auth, store) = signed_in(&server.base, -1).await;
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    assert_eq!(
        pair(&store, &server.base).await,
        ("A1".to_owned(), "R0".to_owned()),
        "no new refresh token: the old one stays"
    );
}

#[tokio::test]
async fn a_dead_grant_is_asked_for_once_and_stays_in_the_store() {
    let server = RawServer::always(Reply::json(400, r#"{"error":"invalid_grant"}"#)).await;
    let (auth, store) = signed_in(&server.base, -1).await;
    for _ in 0..5 {
        assert!(auth.token(None).await.unwrap_err().is_login_required());
    }
    assert_eq!(server.requests().len(), 1);
    assert_eq!(pair(&store, &server.base).await.1, "R0");
    assert!(
        auth.session().await.unwrap().is_some(),
        "what is stored is shown; only the server knows that it is over"
    );
}

#[tokio::test]
async fn a_client_that_the_server_refuses_is_an_error_of_the_settings() {
    let server = RawServer::always(Reply::json(401, r#"{"error":"invalid_client"}"#)).await;
    let (auth, store) = signed_in(&server.base, -1).await;
    let error = auth.token(None).await.unwrap_err();
    assert!(error.is_config() && !error.is_login_required() && !error.is_temporary());
    assert_eq!(pair(&store, &server.base).await.1, "R0");
}

#[tokio::test]
async fn a_logout_reports_each_part_and_always_forgets() {
    let server = RawServer::start(|request| {
        if request.contains("token=R0") {
            Reply::json(503, "")
        } else {
            Reply::json(200, "")
        }
    })
    .await;
    let (auth, store) = signed_in(&server.base, 3600).await;
    let report = auth.logout().await;
    assert!(!report.is_complete() && !report.refresh_token.is_settled() && report.access_token.is_settled());
    assert!(report.store.is_ok());
    assert!(
        aipass_auth::TokenStore::load(&store, &crate::support::key(&server.base))
            .await
            .unwrap()
            .is_none()
    );
    assert!(auth.session().await.unwrap().is_none());
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "POST /oauth2/revoke?token=R0 HTTP/1.1",
            "POST /oauth2/revoke?token=A0 HTTP/1.1"
        ]
    );
}

/// What cannot be read cannot be revoked, and that is not "nobody was signed in".
#[cfg(all(unix, feature = "file-store"))]
#[tokio::test]
async fn a_logout_of_tokens_that_cannot_be_read_says_so_and_deletes_them() {
    use std::os::unix::fs::PermissionsExt;
    let server = RawServer::always(Reply::json(200, "")).await;
    let folder = tempfile::tempdir().unwrap();
    let store = aipass_auth::FileStore::in_dir(folder.path().join("state"));
    let account = crate::support::key(&server.base);
    let held = crate::support::tokens(&server.base, 3600);
    aipass_auth::TokenStore::save(&store, &account, &held)
        .await
        .unwrap();
    let path = store.path(&account);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();

    let auth = client(&server.base).token_store(store).build().unwrap();
    let report = auth.logout().await;
    assert!(!report.is_complete(), "{report:?}");
    assert!(!report.refresh_token.is_settled() && !report.access_token.is_settled());
    assert!(report.store.is_ok() && !path.exists());
    assert!(server.requests().is_empty());
}

/// Whoever goes away in the middle of an exchange or a logout leaves it to be waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_waits_for_work_whose_caller_has_gone() {
    let (reached, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let server = RawServer::start(move |_| {
        reached.send(()).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        Reply::json(
            200,
            r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600,"token_type":"Bearer"}"#,
        )
    })
    .await;
    let auth = client(&server.base).build().unwrap();
    let (url, pending) = auth.begin("myapp://auth/callback").unwrap();
    let state = url
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let caller = {
        let auth = auth.clone();
        tokio::spawn(async move {
            let callback = format!("myapp://auth/callback?code=c&state={state}");
            auth.complete(pending, &callback).await
        })
    };
    arrivals.recv().await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    auth.close().await;
    assert!(
        auth.session().await.unwrap().is_some(),
        "the tokens that the server gave out are kept"
    );
}
