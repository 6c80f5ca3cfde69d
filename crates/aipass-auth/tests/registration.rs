//! Registration of a client: what is sent, what comes back once, and how a refusal is told.

use aipass_auth::{ClientRegistration, HttpOptions, Secret, register_client, register_client_with};

use crate::support::{RawServer, Reply, impatient};

fn wanted() -> ClientRegistration {
    ClientRegistration::new("My App", "http://127.0.0.1:8417/callback")
}

#[tokio::test]
async fn several_redirect_uris_are_sent_byte_for_byte() {
    let answer = r#"{"success":true,"data":{"clientId":"client_1","clientSecret":"CANARY","redirectUris":["http://127.0.0.1:8417/callback","http://127.0.0.1:8418/callback","myapp://auth/callback"],"scopes":["api:access"]}}"#;
    let server = RawServer::always(Reply::json(201, answer)).await;
    let mut wanted = wanted()
        .with_redirect_uris([
            "http://127.0.0.1:8417/callback",
            "HTTP://127.0.0.1:8418/callback",
            "myapp://auth/callback",
        ])
        .with_scopes(["api:access"]);
    wanted.require_consent = Some(false);
    wanted.access_token_ttl_seconds = Some(600);
    wanted.refresh_token_ttl_seconds = Some(86_400);
    let client = register_client(&server.base, &wanted, None).await.unwrap();
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /api/v1/oauth2/clients HTTP/1.1\r\n"));
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        body,
        r#"{"clientName":"My App","redirectUris":["http://127.0.0.1:8417/callback","HTTP://127.0.0.1:8418/callback","myapp://auth/callback"],"requestedScopes":["api:access"],"requireConsent":false,"accessTokenTtlSeconds":600,"refreshTokenTtlSeconds":86400}"#
    );
    assert_eq!(client.redirect_uris.len(), 3);
    assert_eq!(
        client.client_secret.as_ref().map(Secret::expose_secret),
        Some("CANARY")
    );
    assert!(!format!("{client:?} {client:#?}").contains("CANARY"));
}

#[tokio::test]
async fn what_cannot_be_registered_is_not_sent() {
    let server = RawServer::always(Reply::json(201, r#"{"clientId":"client_1"}"#)).await;
    for wrong in [
        wanted().with_redirect_uris([""; 0]),
        wanted().with_redirect_uris(["http://app.example/callback"]),
        wanted().with_redirect_uris(["myapp://auth/callback", "https://app.example/#x"]),
        wanted().with_redirect_uris(["javascript:alert(1)"]),
        wanted().with_redirect_uris(["/callback"]),
    ] {
        let error = register_client(&server.base, &wrong, None).await.unwrap_err();
        assert!(error.is_config() && error.status().is_none(), "{error}");
    }
    for token in ["", "a b", "a\r\nX-Evil: 1", "é"] {
        let error = register_client(&server.base, &wanted(), Some(&Secret::new(token)))
            .await
            .unwrap_err();
        assert!(error.is_config(), "{error}");
    }
    let error = register_client("http://aipass.one", &wanted(), None)
        .await
        .unwrap_err();
    assert!(error.is_config());
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_refusal_says_whether_a_change_or_a_pause_helps() {
    for (status, body, code, config, help) in [
        (
            400,
            r#"{"error":"invalid_redirect_uri","error_description":"not https"}"#,
            "invalid_redirect_uri",
            true,
            "redirect URIs",
        ),
        (
            400,
            r#"{"success":false,"message":"clientName must have 3 to 255 characters"}"#,
            "unrecognised_response",
            true,
            "name",
        ),
        (
            401,
            r#"{"error":"invalid_token"}"#,
            "invalid_token",
            true,
            "developer",
        ),
        (403, "", "unrecognised_response", true, "developer"),
        (
            409,
            r#"{"code":"client_exists","detail":"x"}"#,
            "client_exists",
            true,
            "name",
        ),
        (
            200,
            r#"{"success":false,"message":"no"}"#,
            "unrecognised_response",
            true,
            "name",
        ),
        (429, "{}", "unrecognised_response", false, "in a moment"),
        (
            500,
            r#"{"error":"invalid_request"}"#,
            "invalid_request",
            false,
            "in a moment",
        ),
    ] {
        let server = RawServer::always(Reply::json(status, body)).await;
        let error = register_client(&server.base, &wanted(), Some(&Secret::new("CANARY")))
            .await
            .unwrap_err();
        assert_eq!(
            (error.code(), error.status().unwrap().as_u16()),
            (Some(code), status),
            "{body}"
        );
        assert_eq!(
            (error.is_config(), error.is_temporary()),
            (config, !config),
            "{body}"
        );
        assert!(error.help().unwrap().contains(help), "{body}: {:?}", error.help());
        assert!(!error.is_login_required() && !format!("{error} {error:?}").contains("CANARY"));
        assert_eq!(server.requests().len(), 1, "a client is registered once");
    }
}

#[tokio::test]
async fn answers_that_are_no_client() {
    for reply in [
        Reply::html(200, "<html>sign in</html>"),
        Reply::json(200, "{}"),
        Reply::json(201, r#"{"data":{"clientSecret":"CANARY"}}"#),
        Reply::Endless,
        Reply::Drip,
        Reply::HangUp,
    ] {
        let server = RawServer::always(reply).await;
        let error = register_client_with(&impatient(), &server.base, &wanted(), None)
            .await
            .unwrap_err();
        assert!(!error.is_config() && error.help().is_some(), "{error}");
        assert!(!format!("{error} {error:?}").contains("CANARY"));
        assert_eq!(server.requests().len(), 1);
    }
    let nowhere = register_client_with(&HttpOptions::default(), "http://127.0.0.1:1", &wanted(), None).await;
    assert!(nowhere.unwrap_err().is_network());
}
