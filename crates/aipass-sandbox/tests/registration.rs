//! `POST /api/v1/oauth2/clients` and discovery.

use serde_json::json;

use crate::support::{FORM, JSON, Reply, send, start};
use aipass_sandbox::Sandbox;

async fn register(sandbox: &Sandbox, body: &str) -> Reply {
    send(sandbox, "POST", "/api/v1/oauth2/clients", &[JSON], body).await
}

#[tokio::test]
async fn the_playbook_form_gets_an_enveloped_public_client() {
    let sandbox = start().await;
    let reply = register(
        &sandbox,
        r#"{
  "clientName": "My Flutter App",
  "redirectUri": "myapp://auth/callback",
  "requestedScopes": ["api:access", "profile:read"]
}"#,
    )
    .await;
    assert_eq!(reply.status, 201);
    let mut body = reply.json();
    let client_id = reply.text("/data/clientId");
    assert!(
        client_id.starts_with("client_") && client_id.len() == 29,
        "{client_id}"
    );
    let created = reply.text("/data/createdAt");
    assert_eq!(created.len(), "2024-01-15T10:00:00".len());
    assert!(reply.text("/timestamp").ends_with('Z'));
    for volatile in ["clientId", "createdAt", "updatedAt"] {
        body["data"][volatile] = json!("…");
    }
    body["timestamp"] = json!("…");
    assert_eq!(
        body,
        json!({
            "success": true,
            "message": "OAuth2 client created successfully",
            "data": {
                "id": 2,
                "clientId": "…",
                "clientName": "My Flutter App",
                "clientType": "PUBLIC",
                "redirectUris": ["myapp://auth/callback"],
                "scopes": ["api:access", "profile:read"],
                "accessTokenTtlSeconds": 3600,
                "requirePkce": true,
                "requireConsent": true,
                "isActive": true,
                "createdAt": "…",
                "updatedAt": "…"
            },
            "timestamp": "…"
        })
    );
    assert_eq!(sandbox.counts().registrations, 1);
}

#[tokio::test]
async fn the_later_form_has_several_uris_lifetimes_and_confidential_clients() {
    let sandbox = start().await;
    let reply = register(
        &sandbox,
        r#"{"clientName":"Server","redirectUris":["https://example.com/cb","http://localhost:8765/cb"],
            "clientType":"CONFIDENTIAL","accessTokenTtlSeconds":60,"refreshTokenTtlSeconds":600,
            "requireConsent":false}"#,
    )
    .await;
    assert_eq!(reply.status, 201);
    let data = &reply.json()["data"];
    assert_eq!(
        data["redirectUris"],
        json!(["https://example.com/cb", "http://localhost:8765/cb"])
    );
    assert_eq!(data["scopes"], json!(["api:access"]));
    assert_eq!(data["accessTokenTtlSeconds"], 60);
    assert_eq!(data["requireConsent"], false);
    assert_eq!(data["clientType"], "CONFIDENTIAL");
    let secret = reply.text("/data/clientSecret");
    assert!(secret.starts_with("sbx_cs_"));
    assert!(
        sandbox
            .issued_secrets()
            .iter()
            .any(|issued| issued.expose_secret() == secret)
    );
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_with_an_envelope() {
    let sandbox = start().await;
    let nine: Vec<_> = (0..9)
        .map(|number| format!(r#""https://example.com/{number}""#))
        .collect();
    let too_many = format!(r#"{{"clientName":"Name","redirectUris":[{}]}}"#, nine.join(","));
    let long_name = format!(r#"{{"clientName":"{}","redirectUri":"a:b"}}"#, "n".repeat(256));
    for (body, message) in [
        (
            r#"{"redirectUri":"a:b"}"#,
            "clientName must have 3 to 255 characters",
        ),
        (
            r#"{"clientName":"ab","redirectUri":"a:b"}"#,
            "clientName must have 3 to 255 characters",
        ),
        (&long_name, "clientName must have 3 to 255 characters"),
        (
            r#"{"clientName":"Name"}"#,
            "redirectUri or redirectUris must name 1 to 8 redirect URIs",
        ),
        (
            &too_many,
            "redirectUri or redirectUris must name 1 to 8 redirect URIs",
        ),
        (
            r#"{"clientName":"Name","redirectUri":"http://example.com/"}"#,
            "plain HTTP is allowed for localhost, 127.0.0.1 and [::1] only",
        ),
        (
            r#"{"clientName":"Name","redirectUri":"javascript:alert(1)"}"#,
            "this scheme of a redirect URI is not allowed",
        ),
        (
            r#"{"clientName":"Name","redirectUri":"a:b","requestedScopes":["admin"]}"#,
            "requestedScopes must name some of: api:access, profile:read",
        ),
        (
            r#"{"clientName":"Name","redirectUri":"a:b","clientType":"SECRET"}"#,
            "clientType must be PUBLIC or CONFIDENTIAL",
        ),
        (
            r#"{"clientName":"Name","redirectUri":"a:b","accessTokenTtlSeconds":0}"#,
            "accessTokenTtlSeconds must be between 1 and 315360000",
        ),
        (
            r#"{"clientName":"#,
            "The body cannot be read: it is no JSON (line 1, column 14).",
        ),
    ] {
        let reply = register(&sandbox, body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json()["success"], false, "{body}");
        assert_eq!(reply.text("/message"), message, "{body}");
    }
    let reply = send(
        &sandbox,
        "POST",
        "/api/v1/oauth2/clients",
        &[FORM],
        "clientName=Name",
    )
    .await;
    assert_eq!(reply.status, 415);
    assert_eq!(sandbox.counts().registrations, 0);
}

#[tokio::test]
async fn discovery_names_the_endpoints_of_this_sandbox() {
    let sandbox = start().await;
    let reply = send(
        &sandbox,
        "GET",
        "/.well-known/oauth-authorization-server",
        &[],
        "",
    )
    .await;
    let base = sandbox.base_url();
    assert_eq!(
        reply.json(),
        json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "token_endpoint": format!("{base}/oauth2/token"),
            "userinfo_endpoint": format!("{base}/oauth2/userinfo"),
            "revocation_endpoint": format!("{base}/oauth2/revoke"),
            "scopes_supported": ["api:access", "profile:read"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"]
        })
    );
}
