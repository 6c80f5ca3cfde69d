//! The controls of a running sandbox, and what it tells about the requests that it saw.

use std::error::Error as _;
use std::time::Duration;

use aipass_sandbox::{ClientSeed, Credential, Route, Sandbox, SecretKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{
    VERIFIER, builder, code, exchange, get, post_json, refresh, request, send, signed_in, start,
    token_request,
};

const MODELS: &str = "/oauth2/v1/models";

#[tokio::test]
async fn access_tokens_expire_on_demand_and_a_refresh_helps() {
    let sandbox = start().await;
    let tokens = sandbox.issue_tokens("client_a", &["api:access"]).unwrap();
    sandbox.expire_access_tokens();
    assert_eq!(get(&sandbox, MODELS, &tokens.access_token).await.status, 401);
    let fresh = token_request(&sandbox, &refresh(&tokens.refresh_token)).await;
    assert_eq!(
        get(&sandbox, MODELS, &fresh.text("/access_token")).await.status,
        200
    );
    assert_eq!(
        (sandbox.counts().refresh_requests, sandbox.counts().unauthorized),
        (1, 1)
    );
}

#[tokio::test]
async fn revoke_all_ends_every_grant_and_open_code() {
    let sandbox = start().await;
    let code = code(&sandbox).await;
    let tokens = sandbox.issue_tokens("client_a", &["api:access"]).unwrap();
    sandbox.revoke_all();
    assert_eq!(get(&sandbox, MODELS, &tokens.access_token).await.status, 401);
    assert_eq!(
        token_request(&sandbox, &refresh(&tokens.refresh_token))
            .await
            .status,
        400
    );
    assert_eq!(token_request(&sandbox, &exchange(&code)).await.status, 400);
    assert!(sandbox.issue_tokens("client_unknown", &["api:access"]).is_none());
}

#[tokio::test]
async fn a_caller_that_leaves_during_the_delay_has_rotated_its_token() {
    let sandbox = start().await;
    let tokens = sandbox.issue_tokens("client_a", &["api:access"]).unwrap();
    sandbox.token_delay(Duration::from_secs(3600));
    let body = refresh(&tokens.refresh_token);
    let call = request(
        "POST",
        "/oauth2/token",
        &[("Content-Type", "application/json")],
        &body,
    );
    let mut stream = TcpStream::connect(sandbox.base_url().trim_start_matches("http://"))
        .await
        .unwrap();
    stream.write_all(call.as_bytes()).await.unwrap();
    while sandbox.issued_secrets().len() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(stream);
    sandbox.token_delay(Duration::ZERO);
    let reuse = token_request(&sandbox, &body).await;
    assert!(
        reuse
            .text("/error_description")
            .starts_with("the refresh token was already used")
    );
}

#[tokio::test]
async fn the_log_tells_what_happened_and_no_secret() {
    let (sandbox, token) = signed_in().await;
    let reply = get(&sandbox, MODELS, &token).await;
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("X-AIPass-OAuth-Client-Id", "client_a"),
    ];
    send(
        &sandbox,
        "GET",
        &format!("/oauth2/v1/{token}/models?access_token={token}"),
        &headers,
        "",
    )
    .await;
    send(
        &sandbox,
        "POST",
        &format!("/oauth2/revoke?token={token}"),
        &[],
        "",
    )
    .await;
    send(
        &sandbox,
        "GET",
        MODELS,
        &[("Authorization", "Bearer sk-aikey-1")],
        "",
    )
    .await;

    let log = sandbox.requests();
    let lines: Vec<_> = log
        .iter()
        .map(|r| {
            (
                r.method.as_str(),
                r.path.as_str(),
                r.route,
                r.status,
                r.credential,
            )
        })
        .collect();
    let access = Credential::Issued(SecretKind::AccessToken);
    assert_eq!(
        lines,
        [
            ("GET", "/oauth2/v1/models", Some(Route::Models), Some(200), access),
            ("GET", "/oauth2/v1/sbx_…/models", None, Some(404), access),
            (
                "POST",
                "/oauth2/revoke",
                Some(Route::Revoke),
                Some(200),
                Credential::None
            ),
            (
                "GET",
                "/oauth2/v1/models",
                Some(Route::Models),
                Some(401),
                Credential::Other
            ),
        ]
    );
    assert_eq!(log[1].client_id.as_deref(), Some("client_a"));
    assert_eq!(Some(log[0].request_id.as_str()), reply.header("x-request-id"));
    assert!(!format!("{log:?}").contains(&token[7..]));
}

#[tokio::test]
async fn every_secret_of_a_login_is_known_for_a_search() {
    let sandbox = start().await;
    let code = code(&sandbox).await;
    let tokens = token_request(&sandbox, &exchange(&code)).await;
    let issued = sandbox.issued_secrets();
    let listed: Vec<_> = issued
        .iter()
        .map(|secret| (secret.kind(), secret.expose_secret()))
        .collect();
    assert_eq!(
        listed,
        [
            (SecretKind::Code, code.as_str()),
            (SecretKind::AccessToken, &tokens.text("/access_token")),
            (SecretKind::RefreshToken, &tokens.text("/refresh_token")),
        ]
    );
    let seen = sandbox.seen_secrets();
    let listed: Vec<_> = seen
        .iter()
        .map(|secret| (secret.kind(), secret.expose_secret()))
        .collect();
    assert_eq!(
        listed,
        [(SecretKind::State, "st-1"), (SecretKind::CodeVerifier, VERIFIER)]
    );

    let shown = format!("{:?} {:?} {:?}", sandbox, issued, sandbox.counts());
    assert!(
        issued
            .iter()
            .chain(&seen)
            .all(|secret| !shown.contains(secret.expose_secret())),
        "{shown}"
    );
    let direct = sandbox.issue_tokens("client_a", &[]).unwrap();
    let seed = ClientSeed::new("client_b").secret("hush-hush");
    let shown = format!(
        "{direct:?} {seed:?} {:?}",
        Sandbox::builder().client(seed.clone())
    );
    assert!(!shown.contains("hush") && !shown.contains("sbx_"), "{shown}");
}

#[tokio::test]
async fn words_of_a_stream_arrive_one_by_one() {
    let sandbox = builder()
        .chunk_delay(Duration::from_millis(20))
        .start()
        .await
        .unwrap();
    let token = sandbox
        .issue_tokens("client_a", &["api:access"])
        .unwrap()
        .access_token;
    let body = r#"{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let call = request("POST", "/oauth2/v1/chat/completions", &headers, body);
    let mut stream = TcpStream::connect(sandbox.base_url().trim_start_matches("http://"))
        .await
        .unwrap();
    stream.write_all(call.as_bytes()).await.unwrap();
    let (mut reads, mut all) = (0, Vec::new());
    while stream.read_buf(&mut all).await.unwrap() > 0 {
        reads += 1;
    }
    assert!(all.ends_with(b"data: [DONE]\n\n\r\n0\r\n\r\n"));
    // 13 events with a pause before each but the first. A slow machine may join some, never all.
    assert!(reads > 3, "{reads}");
}

#[tokio::test]
async fn a_dropped_sandbox_closes_its_port_and_its_connections() {
    let (sandbox, token) = signed_in().await;
    post_json(&sandbox, "/oauth2/v1/embeddings", &token, "{}").await;
    let address = sandbox.base_url().trim_start_matches("http://").to_owned();
    let mut idle = TcpStream::connect(&address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut answer = vec![0; 4096];
    assert!(idle.read(&mut answer).await.unwrap() > 0);

    drop(sandbox);
    assert_eq!(idle.read(&mut answer).await.unwrap(), 0);
    assert!(TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let sandbox = start().await;
    let port: u16 = sandbox.base_url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Sandbox::builder().port(port).start().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the sandbox cannot listen on 127.0.0.1:{port}")
    );
    assert!(error.source().is_some());
}
