//! The playbook's own examples, pinned to the letter: the requests that it shows, and the answers that it names.

use crate::support::{Server, answer, client};
use aipass::types::{ContentPart, MessageContent};
use httpmock::prelude::*;
use serde_json::json;

const ANSWER: &str = r#"{"id":"c","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Take breaks.","tool_calls":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":3,"total_tokens":23}}"#;

/// Section 5.
#[tokio::test]
async fn chat() {
    let server = MockServer::start_async().await;
    let call = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/oauth2/v1/chat/completions")
                .header("authorization", "Bearer token-1")
                .header("content-type", "application/json")
                .header_missing("api-version")
                .json_body(json!({
                    "model": "gpt-4o-mini",
                    "messages": [
                        {"role": "system", "content": "You answer briefly."},
                        {"role": "user", "content": "One tip for better focus?"}
                    ],
                    "max_tokens": 200,
                    "stream": false
                }));
            then.status(200)
                .header("content-type", "application/json")
                .body(ANSWER);
        })
        .await;
    let reply = client(&server.base_url())
        .chat("gpt-4o-mini")
        .system("You answer briefly.")
        .user("One tip for better focus?")
        .max_tokens(200)
        .with(|request| request.stream = Some(false))
        .send()
        .await
        .unwrap();
    call.assert_async().await;
    assert_eq!(reply.text(), "Take breaks.");
    assert_eq!(reply.finish_reason().unwrap().as_str(), "stop");
    assert_eq!(reply.usage().unwrap().total_tokens, Some(23));
}

/// Section 6, with the receipt example's model, whose name has a slash.
#[tokio::test]
async fn vision() {
    let server = MockServer::start_async().await;
    let call =
        server
            .mock_async(|when, then| {
                when.method(POST).path("/oauth2/v1/chat/completions").json_body(json!({
                "model": "gemini/gemini-2.5-flash-lite",
                "messages": [{
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Extract: {amount, currency, date, merchant, category}"},
                        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AAQ"}}
                    ]
                }],
                "temperature": 0.7,
                "max_tokens": 2000
            }));
                then.status(200)
                    .header("content-type", "application/json")
                    .body(ANSWER);
            })
            .await;
    let question = MessageContent::Parts(vec![
        ContentPart::text("Extract: {amount, currency, date, merchant, category}"),
        ContentPart::image_url("data:image/jpeg;base64,/9j/4AAQ"),
    ]);
    let chat = client(&server.base_url())
        .chat("gemini/gemini-2.5-flash-lite")
        .user(question);
    chat.temperature(0.7).max_tokens(2000).send().await.unwrap();
    call.assert_async().await;
}

/// Section 7, with the playbook's own answer.
#[tokio::test]
async fn usage() {
    let server = MockServer::start_async().await;
    let call = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/api/v1/usage/me/summary")
                .header("authorization", "Bearer token-1");
            then.status(200).header("content-type", "application/json").body(
                r#"{
                  "success": true,
                  "message": "Usage summary retrieved successfully",
                  "data": {
                    "totalCost": 2.45,
                    "maxBudget": 10.00,
                    "remainingBudget": 7.55
                  },
                  "timestamp": "2024-01-15T14:30:00Z"
                }"#,
            );
        })
        .await;
    let balance = client(&server.base_url()).balance().await.unwrap();
    call.assert_async().await;
    assert_eq!(
        (balance.spent, balance.max, balance.remaining),
        (Some(2.45), Some(10.0), Some(7.55))
    );
}

/// Section 8.
#[tokio::test]
async fn userinfo() {
    let server = MockServer::start_async().await;
    let call = server
        .mock_async(|when, then| {
            when.method(GET).path("/oauth2/userinfo").header("authorization", "Bearer token-1");
            then.status(200).header("content-type", "application/json").body(
                r#"{"sub":"user-7","name":"Ada","email":"ada@example.com","email_verified":true,"updated_at":1700000000,"scopes":["api:access"]}"#,
            );
        })
        .await;
    let user = client(&server.base_url()).userinfo().await.unwrap();
    call.assert_async().await;
    assert_eq!((user.sub.as_str(), user.name.as_deref()), ("user-7", Some("Ada")));
    assert_eq!(user.email_verified, Some(true));
}

/// Section 1: what is sent without a bearer, and both shapes of the answer.
#[tokio::test]
async fn registration() {
    for body in [
        r#"{"success":true,"data":{"id":1,"clientId":"client_abc","clientSecret":"s3cr3t","clientType":"PUBLIC","redirectUris":["myapp://auth/callback"]}}"#,
        r#"{"clientId":"client_abc","clientSecret":"s3cr3t"}"#,
    ] {
        let server = MockServer::start_async().await;
        let call = server
            .mock_async(|when, then| {
                when.method(POST)
                    .path("/api/v1/oauth2/clients")
                    .header("content-type", "application/json")
                    .header_missing("authorization")
                    .json_body(json!({
                        "clientName": "My Flutter App",
                        "redirectUri": "myapp://auth/callback",
                        "requestedScopes": ["api:access", "profile:read"]
                    }));
                then.status(201)
                    .header("content-type", "application/json")
                    .body(body);
            })
            .await;
        let request = aipass_auth::ClientRegistration::new("My Flutter App", "myapp://auth/callback")
            .with_scopes(["api:access", "profile:read"]);
        let registered = aipass_auth::register_client(&server.base_url(), &request, None)
            .await
            .unwrap();
        call.assert_async().await;
        assert_eq!(registered.client_id, "client_abc");
        assert_eq!(
            registered.client_secret.as_ref().unwrap().expose_secret(),
            "s3cr3t"
        );
        assert!(!format!("{registered:?}").contains("s3cr3t"));
    }
}

/// Sections 3, 4 and 8: the authorize URL, the exchange, the renewal after a 401, and the revocation.
#[tokio::test]
async fn login_renewal_and_revocation() {
    let server = MockServer::start_async().await;
    let ai = aipass::Client::builder()
        .base_url(server.base_url())
        .client_id("client_abc")
        .build()
        .unwrap();
    let auth = ai.auth().unwrap();
    let (url, pending) = auth.begin("myapp://auth/callback").unwrap();

    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let value = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .unwrap()
    };
    assert_eq!(url.path(), "/oauth2/authorize");
    let mut names: Vec<_> = query.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "client_id",
            "code_challenge",
            "code_challenge_method",
            "redirect_uri",
            "response_type",
            "scope",
            "state"
        ]
    );
    assert_eq!(value("client_id"), "client_abc");
    assert_eq!(value("response_type"), "code");
    assert_eq!(value("redirect_uri"), "myapp://auth/callback");
    assert_eq!(value("scope"), "api:access profile:read");
    assert_eq!(value("code_challenge_method"), "S256");
    assert_eq!(value("code_challenge").len(), 43);
    let state = value("state");
    assert!(state.len() >= 24);

    // The verifier is random, so the exchange is read off the wire and then compared.
    let tokens = |access: &str, refresh: &str| {
        format!(
            r#"{{"access_token":"{access}","refresh_token":"{refresh}","expires_in":3600,"token_type":"Bearer","scope":"api:access profile:read"}}"#
        )
    };
    let exchange = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/oauth2/token")
                .header("content-type", "application/json")
                .json_body_includes(
                    r#"{"grantType":"authorization_code","code":"code-1","clientId":"client_abc","redirectUri":"myapp://auth/callback"}"#,
                )
                .body_matches(r#""codeVerifier":"[A-Za-z0-9._~-]{64}""#);
            then.status(200).header("content-type", "application/json").body(tokens("access-1", "refresh-1"));
        })
        .await;
    auth.complete(
        pending,
        &format!("myapp://auth/callback?code=code-1&state={state}"),
    )
    .await
    .unwrap();
    exchange.assert_async().await;

    let refused = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/oauth2/v1/models")
                .header("authorization", "Bearer access-1");
            then.status(401).body(r#"{"error":"token expired"}"#);
        })
        .await;
    let renewal = server
        .mock_async(|when, then| {
            when.method(POST).path("/oauth2/token").json_body(json!({
                "grantType": "refresh_token",
                "refreshToken": "refresh-1",
                "clientId": "client_abc"
            }));
            then.status(200)
                .header("content-type", "application/json")
                .body(tokens("access-2", "refresh-2"));
        })
        .await;
    let answered = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/oauth2/v1/models")
                .header("authorization", "Bearer access-2")
                .header("x-aipass-oauth-client-id", "client_abc");
            then.status(200)
                .header("content-type", "application/json")
                .body(r#"{"data":[{"id":"gpt-4o-mini"}]}"#);
        })
        .await;
    assert_eq!(ai.models().await.unwrap().len(), 1);
    for mock in [&refused, &renewal, &answered] {
        mock.assert_async().await;
    }

    let mut revocations = Vec::new();
    for token in ["refresh-2", "access-2"] {
        let mock = server
            .mock_async(|when, then| {
                when.method(POST)
                    .path("/oauth2/revoke")
                    .query_param("token", token);
                then.status(200);
            })
            .await;
        revocations.push(mock);
    }
    assert!(ai.logout().await.unwrap().is_complete());
    for mock in revocations {
        mock.assert_async().await;
    }
    assert!(ai.session().await.unwrap().is_none());
    assert!(ai.models().await.unwrap_err().is_login_required());
}

/// A base URL with a path, and the newer prefix of the model endpoints.
#[tokio::test]
async fn base_url_and_prefix() {
    let server = Server::start([answer("200 OK", "application/json", r#"{"data":[]}"#)]).await;
    let ai = aipass::Client::builder()
        .base_url(format!("{}/edge/", server.base_url))
        .api_prefix("/v1")
        .access_token(aipass::Secret::new("token-1"))
        .build()
        .unwrap();
    assert!(ai.models().await.unwrap().is_empty());
    assert!(
        server.requests()[0].starts_with("GET /edge/v1/models HTTP/1.1\r\n"),
        "{}",
        server.requests()[0]
    );
}
