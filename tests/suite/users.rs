//! A server with many users: one pool of connections, a session for each user.

use crate::session::{CALLBACK, app, sign_in};
use aipass::{MemoryStore, Secret};
use aipass_sandbox::Sandbox;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

#[tokio::test]
async fn each_user_has_a_session_of_their_own() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    let (ada, bob) = (ai.with_session("ada").unwrap(), ai.with_session("bob").unwrap());
    sign_in(&ada, &sandbox).await;
    assert!(bob.session().await.unwrap().is_none());
    assert!(bob.balance().await.unwrap_err().is_login_required());
    sign_in(&bob, &sandbox).await;

    sandbox.expire_access_tokens();
    let calls: Vec<_> = (0..20)
        .map(|number| {
            let user = ai.with_session(["ada", "bob"][number % 2]).unwrap();
            tokio::spawn(async move { user.balance().await.unwrap() })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(sandbox.counts().refresh_requests, 2, "one renewal for each user");

    ada.logout().await.unwrap();
    assert!(ai.with_session("ada").unwrap().session().await.unwrap().is_none());
    bob.balance().await.unwrap();
    ai.close().await;
}

#[tokio::test]
async fn a_login_that_one_user_began_is_of_no_use_to_another() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    let (ada, bob) = (ai.with_session("ada").unwrap(), ai.with_session("bob").unwrap());
    let (url, pending) = ada.auth().unwrap().begin(CALLBACK).unwrap();
    let visit = sandbox.approve(url.as_str()).await.unwrap();
    let error = bob
        .auth()
        .unwrap()
        .complete(pending, visit.callback_url())
        .await
        .unwrap_err();
    assert!(error.is_config(), "{error}");
    assert!(bob.session().await.unwrap().is_none());
    assert_eq!(sandbox.counts().code_requests, 0);
}

/// Answers every request with the same balance on connections that stay open, and counts them.
async fn keep_alive() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let connections: Arc<AtomicUsize> = Arc::default();
    let counter = connections.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut socket = BufReader::new(socket);
                loop {
                    let (mut line, mut length) = (String::new(), 0);
                    while line != "\r\n" {
                        line.clear();
                        if socket.read_line(&mut line).await.unwrap_or(0) == 0 {
                            return;
                        }
                        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                            length = value.trim().parse().unwrap();
                        }
                    }
                    socket.read_exact(&mut vec![0; length]).await.unwrap();
                    let body =
                        r#"{"success":true,"data":{"totalCost":1.0,"maxBudget":5.0,"remainingBudget":4.0}}"#;
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
                    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    socket.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (base_url, connections)
}

#[tokio::test]
async fn all_users_share_the_connections() {
    let (base_url, connections) = keep_alive().await;
    let store = MemoryStore::default();
    let ai = aipass::Client::builder()
        .base_url(&base_url)
        .client_id("client_1")
        .token_store(store.clone())
        .build()
        .unwrap();
    for number in 0..20 {
        let user = ai.with_session(format!("user-{number}")).unwrap();
        let key = user.auth().unwrap().account_key().clone();
        let tokens = aipass::StoredTokens::new(&key, format!("token-{number}"));
        aipass::TokenStore::save(&store, &key, &tokens).await.unwrap();
        assert_eq!(user.balance().await.unwrap().remaining, Some(4.0));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_fixed_token_has_no_users() {
    let ai = aipass::Client::builder()
        .access_token(Secret::new("t"))
        .build()
        .unwrap();
    assert!(
        ai.with_session("ada")
            .unwrap_err()
            .to_string()
            .contains("fixed access token")
    );
    let ai = aipass::Client::builder().client_id("client_1").build().unwrap();
    assert!(ai.with_session("").is_err());
}
