//! The requests of the playbook's own examples, byte for byte.

use aipass_auth::{ClientRegistration, RevokeOutcome, RevokeShape, Secret, TokenDialect, register_client};
use httpmock::prelude::*;

use crate::support::{client, key, pair, signed_in, tokens};
use aipass_auth::{MemoryStore, TokenStore as _};

const ANSWER: &str = r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600,"token_type":"Bearer","scope":"api:access"}"#;

#[tokio::test]
async fn the_code_exchange() {
    let server = MockServer::start_async().await;
    let base = server.base_url();
    let store = MemoryStore::new();
    let auth = client(&base).token_store(store.clone()).build().unwrap();
    let (url, pending) = auth.begin("myapp://auth/callback").unwrap();
    let kept: serde_json::Value = serde_json::to_value(&pending).unwrap();
    let verifier = kept["verifier"].as_str().unwrap();
    let state = url
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let exchange = server
        .mock_async(|when, then| {
            when.method(POST).path("/oauth2/token").header("content-type", "application/json").header_missing("authorization").body(
                format!(
                    r#"{{"grantType":"authorization_code","code":"CODE_FROM_REDIRECT","codeVerifier":"{verifier}","clientId":"YOUR_CLIENT_ID","redirectUri":"myapp://auth/callback"}}"#
                ),
            );
            then.status(200).header("content-type", "application/json").body(ANSWER);
        })
        .await;
    let info = auth
        .complete(
            pending,
            &format!("myapp://auth/callback?code=CODE_FROM_REDIRECT&state={state}"),
        )
        .await
        .unwrap();
    exchange.assert_async().await;
    assert_eq!(info.scopes, ["api:access"]);
    assert!(info.expires_at.unwrap() > info.obtained_at && info.can_refresh);
    assert_eq!(pair(&store, &base).await, ("A1".to_owned(), "R1".to_owned()));
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
}

#[tokio::test]
async fn the_renewal() {
    let server = MockServer::start_async().await;
    let base = server.base_url();
    let renewal = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/oauth2/token")
                .header("content-type", "application/json")
                .body(r#"{"grantType":"refresh_token","refreshToken":"R0","clientId":"YOUR_CLIENT_ID"}"#);
            then.status(200)
                .header("content-type", "application/json")
                .body(ANSWER);
        })
        .await;
    let (auth, store) = signed_in(&base, -1).await;
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    renewal.assert_async().await;
    assert_eq!(pair(&store, &base).await, ("A1".to_owned(), "R1".to_owned()));
}

#[tokio::test]
async fn a_confidential_client_puts_its_secret_into_the_object() {
    let server = MockServer::start_async().await;
    let base = server.base_url();
    let renewal = server
        .mock_async(|when, then| {
            when.method(POST).path("/oauth2/token").header_missing("authorization").body(
                r#"{"grantType":"refresh_token","refreshToken":"R0","clientId":"YOUR_CLIENT_ID","clientSecret":"S"}"#,
            );
            then.status(200).header("content-type", "application/json").body(ANSWER);
        })
        .await;
    let store = MemoryStore::new();
    store.save(&key(&base), &tokens(&base, -1)).await.unwrap();
    let auth = client(&base)
        .client_secret("S")
        .token_store(store)
        .build()
        .unwrap();
    auth.token(None).await.unwrap();
    renewal.assert_async().await;
}

#[tokio::test]
async fn the_form_of_rfc_6749_as_a_switch() {
    let server = MockServer::start_async().await;
    let base = server.base_url();
    let renewal = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/oauth2/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("grant_type=refresh_token&refresh_token=R0&client_id=YOUR_CLIENT_ID");
            then.status(200)
                .header("content-type", "application/json")
                .body(ANSWER);
        })
        .await;
    let store = MemoryStore::new();
    store.save(&key(&base), &tokens(&base, -1)).await.unwrap();
    let auth = client(&base)
        .dialect(TokenDialect::Rfc6749Form)
        .token_store(store)
        .build()
        .unwrap();
    auth.token(None).await.unwrap();
    renewal.assert_async().await;
}

#[tokio::test]
async fn the_registration() {
    let server = MockServer::start_async().await;
    let registration = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/v1/oauth2/clients")
                .header("content-type", "application/json")
                .header_missing("authorization")
                .body(r#"{"clientName":"My Flutter App","redirectUri":"myapp://auth/callback","requestedScopes":["api:access","profile:read"]}"#);
            then.status(201).header("content-type", "application/json").body(
                r#"{"success":true,"data":{"id":7,"clientId":"client_1","clientSecret":"shown once","clientName":"My Flutter App","clientType":"PUBLIC","redirectUris":["myapp://auth/callback"],"scopes":["api:access","profile:read"],"accessTokenTtlSeconds":3600,"requirePkce":true,"createdAt":"2024-01-15T10:00:00"}}"#,
            );
        })
        .await;
    let wanted = ClientRegistration::new("My Flutter App", "myapp://auth/callback");
    let client = register_client(&server.base_url(), &wanted, None).await.unwrap();
    registration.assert_async().await;
    assert_eq!(
        (client.client_id.as_str(), client.access_token_ttl_seconds),
        ("client_1", Some(3600))
    );
    assert_eq!(
        client.client_secret.as_ref().map(Secret::expose_secret),
        Some("shown once")
    );
    assert_eq!(client.redirect_uris, ["myapp://auth/callback"]);
}

#[tokio::test]
async fn a_developer_registers_with_a_bearer_token() {
    let server = MockServer::start_async().await;
    let registration = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/v1/oauth2/clients")
                .header("authorization", "Bearer T");
            then.status(403)
                .header("content-type", "application/json")
                .body(r#"{"success":false,"message":"Not yours","error":"access_denied"}"#);
        })
        .await;
    let wanted = ClientRegistration::new("App", "myapp://auth/callback");
    let error = register_client(&server.base_url(), &wanted, Some(&Secret::new("T")))
        .await
        .unwrap_err();
    registration.assert_async().await;
    assert_eq!(
        (error.status().unwrap().as_u16(), error.description()),
        (403, Some("Not yours"))
    );
}

#[tokio::test]
async fn the_revocation() {
    let server = MockServer::start_async().await;
    let base = server.base_url();
    let mut mocks = Vec::new();
    for token in ["R0", "A0"] {
        mocks.push(
            server
                .mock_async(|when, then| {
                    when.method(POST)
                        .path("/oauth2/revoke")
                        .query_param("token", token)
                        .body("");
                    then.status(200);
                })
                .await,
        );
    }
    let (auth, store) = signed_in(&base, 3600).await;
    let report = auth.logout().await;
    for mock in mocks {
        mock.assert_async().await;
    }
    assert!(report.is_complete(), "{report:?}");
    assert!(store.load(&key(&base)).await.unwrap().is_none());
    assert!(auth.token(None).await.unwrap_err().is_login_required());
    let again = auth.logout().await;
    assert!(again.is_complete() && matches!(again.access_token, RevokeOutcome::Absent));
}

#[tokio::test]
async fn a_token_survives_its_way_through_the_query() {
    let server = crate::support::RawServer::always(crate::support::Reply::json(200, "")).await;
    let store = MemoryStore::new();
    let tokens = aipass_auth::StoredTokens::new(&key(&server.base), "a+b/c==&x=1#");
    store.save(&key(&server.base), &tokens).await.unwrap();
    let auth = client(&server.base).token_store(store).build().unwrap();
    assert!(auth.logout().await.is_complete());
    let line = server.requests()[0].lines().next().unwrap().to_owned();
    assert_eq!(
        line,
        "POST /oauth2/revoke?token=a%2Bb%2Fc%3D%3D%26x%3D1%23 HTTP/1.1"
    );
    assert!(!server.requests()[0].to_lowercase().contains("referer"));
}

#[tokio::test]
async fn the_other_shapes_of_revocation() {
    for (shape, kind, body) in [
        (RevokeShape::Json, "application/json", r#"{"token":"A0"}"#),
        (
            RevokeShape::Form,
            "application/x-www-form-urlencoded",
            "token=A0&token_type_hint=access_token&client_id=YOUR_CLIENT_ID",
        ),
    ] {
        let server = MockServer::start_async().await;
        let base = server.base_url();
        let revocation = server
            .mock_async(|when, then| {
                when.method(POST)
                    .path("/oauth2/revoke")
                    .query_param_missing("token")
                    .header("content-type", kind)
                    .body(body);
                then.status(200);
            })
            .await;
        let store = MemoryStore::new();
        store
            .save(&key(&base), &aipass_auth::StoredTokens::new(&key(&base), "A0"))
            .await
            .unwrap();
        let auth = client(&base)
            .revoke_shape(shape)
            .token_store(store)
            .build()
            .unwrap();
        assert!(auth.logout().await.is_complete(), "{shape:?}");
        revocation.assert_async().await;
    }
}

#[tokio::test]
async fn a_base_url_with_a_path_stays_in_front_of_every_endpoint() {
    let server = MockServer::start_async().await;
    let base = server.url("/gateway/");
    let renewal = server
        .mock_async(|when, then| {
            when.method(POST).path("/gateway/oauth2/token");
            then.status(200)
                .header("content-type", "application/json")
                .body(ANSWER);
        })
        .await;
    let (auth, _) = signed_in(&base, -1).await;
    auth.token(None).await.unwrap();
    renewal.assert_async().await;
    let (url, _) = auth.begin("myapp://auth/callback").unwrap();
    assert!(
        url.as_str()
            .starts_with(&server.url("/gateway/oauth2/authorize?")),
        "{url}"
    );
}
