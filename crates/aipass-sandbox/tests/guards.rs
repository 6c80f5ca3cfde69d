//! What every protected endpoint refuses before any work, and what is no endpoint at all.

use aipass_sandbox::Route;
use serde_json::json;

use crate::support::{get, post_json, refresh, send, signed_in, start, token_request};

/// Every route behind the `api:access` guard.
fn guarded() -> impl Iterator<Item = Route> {
    let open = [
        Route::Discovery,
        Route::RegisterClient,
        Route::Authorize,
        Route::Decision,
        Route::Token,
        Route::Revoke,
        Route::Userinfo,
        Route::File,
        Route::Checkout,
        Route::Pay,
    ];
    Route::ALL.into_iter().filter(move |route| !open.contains(route))
}

#[tokio::test]
async fn without_a_valid_bearer_every_endpoint_answers_401() {
    let (sandbox, token) = signed_in().await;
    sandbox.expire_access_tokens();
    let tokens = sandbox.issue_tokens("client_a", &["api:access"]).unwrap();
    let spent = tokens.access_token;
    let first = tokens.refresh_token.clone();
    token_request(&sandbox, &refresh(&first)).await;
    token_request(&sandbox, &refresh(&first)).await;

    let none = "Authentication Error, no access token was sent. Send it as `Authorization: Bearer …`.";
    let basic = "Basic Y2xpZW50OnNlY3JldA==".to_owned();
    for (authorization, message, challenge) in [
        (None, none, r#"Bearer realm="aipass""#),
        (Some(basic), none, r#"Bearer realm="aipass""#),
        (Some("Bearer ".to_owned()), none, r#"Bearer realm="aipass""#),
        (
            Some("Bearer sk-aikey-123".to_owned()),
            "Authentication Error, the access token is unknown.",
            r#"Bearer realm="aipass", error="invalid_token", error_description="The access token is unknown""#,
        ),
        (
            Some(format!("Bearer {}", tokens.refresh_token)),
            "Authentication Error, the access token is unknown.",
            r#"Bearer realm="aipass", error="invalid_token", error_description="The access token is unknown""#,
        ),
        (
            Some(format!("bearer {token}")),
            "Authentication Error, the access token has expired.",
            r#"Bearer realm="aipass", error="invalid_token", error_description="The access token has expired""#,
        ),
        (
            Some(format!("Bearer {spent}")),
            "Authentication Error, the access token was revoked.",
            r#"Bearer realm="aipass", error="invalid_token", error_description="The access token was revoked""#,
        ),
    ] {
        let headers: Vec<_> = authorization
            .iter()
            .map(|value| ("Authorization", value.as_str()))
            .collect();
        for route in guarded().chain([Route::Userinfo]) {
            let target = route.path().replace("{id}", "some-id");
            let reply = send(&sandbox, route.method(), &target, &headers, "").await;
            assert_eq!(reply.status, 401, "{route}");
            assert_eq!(reply.header("www-authenticate"), Some(challenge), "{route}");
            assert_eq!(
                reply.json(),
                json!({ "error": { "message": message, "type": "auth_error", "param": null, "code": "401" } })
            );
        }
    }
    let twice = format!("Bearer {token}");
    let headers = [
        ("Authorization", twice.as_str()),
        ("Authorization", twice.as_str()),
    ];
    assert_eq!(
        send(&sandbox, "GET", "/oauth2/v1/models", &headers, "")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_missing_scope_is_403_and_named() {
    let sandbox = start().await;
    let profile = sandbox
        .issue_tokens("client_a", &["profile:read"])
        .unwrap()
        .access_token;
    let api = sandbox
        .issue_tokens("client_a", &["api:access"])
        .unwrap()
        .access_token;
    let cases = guarded().map(|route| (route, &profile, "api:access"));
    for (route, token, scope) in cases.chain([(Route::Userinfo, &api, "profile:read")]) {
        let bearer = format!("Bearer {token}");
        let target = route.path().replace("{id}", "some-id");
        let reply = send(
            &sandbox,
            route.method(),
            &target,
            &[("Authorization", &bearer)],
            "",
        )
        .await;
        assert_eq!(reply.status, 403, "{route}");
        let challenge = format!(r#"Bearer realm="aipass", error="insufficient_scope", scope="{scope}""#);
        assert_eq!(
            reply.header("www-authenticate"),
            Some(challenge.as_str()),
            "{route}"
        );
        assert_eq!(reply.text("/error/code"), "insufficient_scope", "{route}");
    }
}

#[tokio::test]
async fn what_is_not_in_the_table_is_404_and_a_wrong_method_is_405() {
    let (sandbox, token) = signed_in().await;
    for target in [
        "/",
        "/oauth2/v1/responses",
        "/oauth2/v1",
        "/apikey/v1/models",
        "/oauth2/v1/models/",
    ] {
        let reply = get(&sandbox, target, &token).await;
        assert_eq!(reply.status, 404, "{target}");
        assert_eq!(reply.text("/error/type"), "not_found_error", "{target}");
    }
    for route in Route::ALL {
        let reply = send(&sandbox, "PATCH", &route.path().replace("{id}", "x"), &[], "").await;
        assert_eq!(reply.status, 405, "{route}");
        assert_eq!(
            reply.text("/error/message"),
            "The method PATCH is not allowed on this endpoint."
        );
        assert!(reply.header("allow").unwrap().contains(route.method()), "{route}");
    }
}

#[tokio::test]
async fn both_prefixes_lead_to_the_same_routes_and_a_body_needs_its_type() {
    let (sandbox, token) = signed_in().await;
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "text/plain")];
    for route in guarded().filter(|route| route.path().starts_with("/oauth2/v1/")) {
        let path = route.path().replace("{id}", "video_a%2Fb%3D");
        for target in [path.replace("/oauth2/v1", "/v1"), path] {
            let reply = send(&sandbox, route.method(), &target, &headers, "{}").await;
            // An unknown id is told before the type of a body, as it needs less work.
            let expected: &[u16] = match (route.method(), route) {
                (_, Route::Models) => &[200],
                ("GET", _) => &[404],
                _ => &[404, 415],
            };
            assert!(expected.contains(&reply.status), "{route}: {}", reply.status);
        }
        assert_eq!(sandbox.counts().requests_to(route), 2, "{route}");
    }
    assert_eq!(sandbox.counts().charged_calls, 0);
}

#[tokio::test]
async fn a_large_upload_is_read_to_its_end_before_it_is_refused() {
    let sandbox = start().await;
    // Far more than both socket buffers hold: a server that answers and closes at once would reset this upload.
    let body = "x".repeat(8 * 1024 * 1024);
    let reply = send(&sandbox, "POST", "/oauth2/v1/images/edits", &[], &body).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn a_chat_body_has_a_type_a_form_and_a_limit() {
    let (sandbox, token) = signed_in().await;
    let bearer = format!("Bearer {token}");
    let chat = "/oauth2/v1/chat/completions";
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", content_type)];
        let reply = send(&sandbox, "POST", chat, &headers, "{}").await;
        assert_eq!(reply.status, 415, "{content_type}");
        assert_eq!(
            reply.text("/error/message"),
            "The Content-Type must be application/json."
        );
    }
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "Application/JSON; charset=utf-8"),
    ];
    assert_eq!(send(&sandbox, "POST", chat, &headers, "{").await.status, 400);
    assert_eq!(post_json(&sandbox, chat, &token, "not json").await.status, 400);
    let large = format!(r#"{{"model":"{}"}}"#, "x".repeat(33 * 1024 * 1024));
    assert_eq!(post_json(&sandbox, chat, &token, &large).await.status, 413);
}
