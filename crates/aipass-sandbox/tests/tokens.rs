//! The token endpoint and revocation.

use std::time::Duration;

use aipass_sandbox::{ClientSeed, Sandbox};
use serde_json::{Value, json};

use crate::support::{
    FORM, JSON, REDIRECT, Reply, VERIFIER, authorize_url, builder, code, exchange, get, refresh, send, start,
    token_request,
};

const MODELS: &str = "/oauth2/v1/models";

#[track_caller]
fn refused(reply: &Reply, status: u16, error: &str, description: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(
        reply.json(),
        json!({ "error": error, "error_description": description })
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

async fn pair(sandbox: &Sandbox) -> (String, String) {
    let reply = token_request(sandbox, &exchange(&code(sandbox).await)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    (reply.text("/access_token"), reply.text("/refresh_token"))
}

#[tokio::test]
async fn a_code_is_exchanged_for_a_pair_that_works() {
    let sandbox = start().await;
    let reply = token_request(&sandbox, &exchange(&code(&sandbox).await)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let access = reply.text("/access_token");
    let refresh = reply.text("/refresh_token");
    assert!(access.starts_with("sbx_at_") && access.len() == 50);
    assert!(refresh.starts_with("sbx_rt_") && refresh.len() == 50);
    assert_eq!(
        reply.json(),
        json!({
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": 3600,
            "token_type": "Bearer",
            "scope": "api:access profile:read"
        })
    );
    assert_eq!(get(&sandbox, MODELS, &access).await.status, 200);
    assert_eq!(get(&sandbox, "/oauth2/userinfo", &access).await.status, 200);
}

#[tokio::test]
async fn a_code_that_comes_back_is_refused_and_takes_its_tokens_with_it() {
    let sandbox = start().await;
    let code = code(&sandbox).await;
    let access = token_request(&sandbox, &exchange(&code))
        .await
        .text("/access_token");
    assert_eq!(get(&sandbox, MODELS, &access).await.status, 200);
    let again = token_request(&sandbox, &exchange(&code)).await;
    refused(
        &again,
        400,
        "invalid_grant",
        "the code was already used; the tokens that it gave are revoked",
    );
    assert_eq!(get(&sandbox, MODELS, &access).await.status, 401);
}

#[tokio::test]
async fn a_wrong_exchange_is_refused_and_leaves_the_code_usable() {
    let sandbox = builder()
        .client(ClientSeed::new("client_b").redirect_uri(REDIRECT))
        .start()
        .await
        .unwrap();
    let good = exchange(&code(&sandbox).await);
    let other_verifier = VERIFIER.replace("dBjf", "dBjg");
    for (body, error, description) in [
        (
            good.replace(VERIFIER, &other_verifier),
            "invalid_grant",
            "codeVerifier does not match the code challenge",
        ),
        (
            good.replace(VERIFIER, "short"),
            "invalid_grant",
            "codeVerifier must have 43 to 128 characters.",
        ),
        (
            good.replace("/callback", "/callback/"),
            "invalid_grant",
            "redirectUri is not the one of the authorize request",
        ),
        (
            good.replace("client_a", "client_b"),
            "invalid_grant",
            "the code was issued to another client",
        ),
        (
            good.replace("sbx_ac_", "sbx_ac_x"),
            "invalid_grant",
            "the code is unknown",
        ),
        (
            good.replace("codeVerifier", "code_verifier"),
            "invalid_request",
            "codeVerifier is missing.",
        ),
        (
            good.replace("redirectUri", "redirect_uri"),
            "invalid_request",
            "redirectUri is missing.",
        ),
        (
            good.replace("\"code\"", "\"kode\""),
            "invalid_request",
            "code is missing.",
        ),
        (
            good.replace("clientId", "client_id"),
            "invalid_request",
            "clientId is missing.",
        ),
        (
            good.replace("grantType", "grant_type"),
            "invalid_request",
            "grantType is missing.",
        ),
        (
            good.replace("authorization_code", "password"),
            "unsupported_grant_type",
            "grantType must be authorization_code or refresh_token.",
        ),
    ] {
        refused(&token_request(&sandbox, &body).await, 400, error, description);
    }
    let unknown = token_request(&sandbox, &good.replace("client_a", "client_c")).await;
    refused(&unknown, 401, "invalid_client", "The client is unknown.");
    assert_eq!(token_request(&sandbox, &good).await.status, 200);
    assert_eq!(sandbox.counts().token_refusals, 12);
}

#[tokio::test]
async fn a_code_expires() {
    let sandbox = builder().code_ttl(Duration::ZERO).start().await.unwrap();
    let reply = token_request(&sandbox, &exchange(&code(&sandbox).await)).await;
    refused(&reply, 400, "invalid_grant", "the code has expired");
}

#[tokio::test]
async fn a_form_is_refused_unless_it_was_switched_on() {
    let form = |code: &str| {
        format!(
            "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}&client_id=client_a\
             &redirect_uri=myapp%3A%2F%2Fauth%2Fcallback"
        )
    };
    let sandbox = start().await;
    let body = form(&code(&sandbox).await);
    let reply = send(&sandbox, "POST", "/oauth2/token", &[FORM], &body).await;
    let description = "The token endpoint takes application/json with camelCase members (grantType, codeVerifier, \
                       clientId, …), not a form.";
    refused(&reply, 415, "invalid_request", description);

    let sandbox = builder().accept_form(true).start().await.unwrap();
    let body = form(&code(&sandbox).await);
    let twice = send(
        &sandbox,
        "POST",
        "/oauth2/token",
        &[FORM],
        &(body.clone() + "&code=x"),
    )
    .await;
    refused(
        &twice,
        400,
        "invalid_request",
        "A parameter is there more than once.",
    );
    let reply = send(&sandbox, "POST", "/oauth2/token", &[FORM], &body).await;
    assert_eq!(reply.status, 200);
    let refresh = reply.text("/refresh_token");
    let body = format!("grant_type=refresh_token&refresh_token={refresh}&client_id=client_a");
    assert_eq!(
        send(&sandbox, "POST", "/oauth2/token", &[FORM], &body)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_without_quoting_it() {
    let sandbox = start().await;
    for body in [
        "",
        "{",
        "[]",
        "grant_type=refresh_token",
        r#"{"grantType":"refresh_token","refreshToken":["hush-hush"]}"#,
    ] {
        let reply = token_request(&sandbox, body).await;
        assert_eq!(
            (reply.status, reply.text("/error").as_str()),
            (400, "invalid_request"),
            "{body}"
        );
        assert!(!reply.body.contains("hush"), "{}", reply.body);
    }
    let double = r#"{"grantType":"refresh_token","grantType":"refresh_token"}"#;
    assert_eq!(token_request(&sandbox, double).await.status, 400);
    let large = format!(r#"{{"grantType":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(token_request(&sandbox, &large).await.status, 413);
    let untyped = send(&sandbox, "POST", "/oauth2/token", &[], "{}").await;
    assert_eq!(untyped.status, 415);
}

#[tokio::test]
async fn a_refresh_rotates_both_tokens_and_a_used_one_kills_the_family() {
    let sandbox = start().await;
    let (old_access, first) = pair(&sandbox).await;
    let reply = token_request(&sandbox, &refresh(&first)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.text("/scope"), "api:access profile:read");
    let (access, second) = (reply.text("/access_token"), reply.text("/refresh_token"));
    assert!(access != old_access && second != first);
    for token in [&old_access, &access] {
        assert_eq!(get(&sandbox, MODELS, token).await.status, 200);
    }

    let reuse = token_request(&sandbox, &refresh(&first)).await;
    let description = "the refresh token was already used; all tokens of its grant are revoked";
    refused(&reuse, 400, "invalid_grant", description);
    for token in [&old_access, &access] {
        assert_eq!(get(&sandbox, MODELS, token).await.status, 401);
    }
    refused(
        &token_request(&sandbox, &refresh(&second)).await,
        400,
        "invalid_grant",
        "the refresh token was revoked",
    );
    assert_eq!(
        (sandbox.counts().code_requests, sandbox.counts().refresh_requests),
        (1, 3)
    );
}

#[tokio::test]
async fn refresh_tokens_are_bound_to_their_client_and_expire() {
    let sandbox = builder()
        .client(ClientSeed::new("client_b").redirect_uri(REDIRECT))
        .start()
        .await
        .unwrap();
    let (_, token) = pair(&sandbox).await;
    let foreign = refresh(&token).replace("client_a", "client_b");
    let description = "the refresh token was issued to another client";
    refused(
        &token_request(&sandbox, &foreign).await,
        400,
        "invalid_grant",
        description,
    );
    let unknown = token_request(&sandbox, &refresh("sbx_rt_unknown")).await;
    refused(&unknown, 400, "invalid_grant", "the refresh token is unknown");
    sandbox.expire_refresh_tokens();
    let expired = token_request(&sandbox, &refresh(&token)).await;
    refused(&expired, 400, "invalid_grant", "the refresh token has expired");
}

#[tokio::test]
async fn a_confidential_client_must_show_its_secret() {
    let client = ClientSeed::new("client_a")
        .redirect_uri(REDIRECT)
        .secret("s3cret");
    let sandbox = Sandbox::builder().client(client).start().await.unwrap();
    let good = exchange(&code(&sandbox).await);
    let with = |secret: &str| good.replace('}', &format!(r#","clientSecret":"{secret}"}}"#));
    for body in [good.clone(), with("S3cret")] {
        let reply = token_request(&sandbox, &body).await;
        refused(
            &reply,
            401,
            "invalid_client",
            "The client secret is missing or wrong.",
        );
    }
    assert_eq!(token_request(&sandbox, &with("s3cret")).await.status, 200);
}

#[tokio::test]
async fn an_access_token_expires_by_itself_and_says_so_in_whole_seconds() {
    let sandbox = builder()
        .access_token_ttl(Duration::from_millis(1))
        .start()
        .await
        .unwrap();
    let reply = token_request(&sandbox, &exchange(&code(&sandbox).await)).await;
    assert_eq!(reply.json()["expires_in"], 1);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let refused = get(&sandbox, MODELS, &reply.text("/access_token")).await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.text("/error/message"),
        "Authentication Error, the access token has expired."
    );
}

#[tokio::test]
async fn pages_of_any_origin_may_use_the_token_endpoint() {
    let sandbox = start().await;
    let headers = [
        ("Origin", "https://app.example"),
        ("Access-Control-Request-Method", "POST"),
    ];
    let reply = send(&sandbox, "OPTIONS", "/oauth2/token", &headers, "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(reply.header("access-control-allow-headers"), Some("content-type"));
}

#[tokio::test]
async fn each_documented_shape_revokes_the_whole_grant() {
    let sandbox = start().await;
    for shape in 0..5 {
        let (access, refresh_token) = pair(&sandbox).await;
        let query = format!("/oauth2/revoke?token={access}");
        let json = format!(r#"{{"token":"{refresh_token}"}}"#);
        let form = format!("token={refresh_token}&token_type_hint=refresh_token&client_id=client_a");
        let bearer = format!("Bearer {access}");
        let reply = match shape {
            0 => send(&sandbox, "POST", &query, &[], "").await,
            1 => send(&sandbox, "POST", &query, &[("Authorization", &bearer)], "").await,
            2 => send(&sandbox, "POST", "/oauth2/revoke", &[JSON], &json).await,
            3 => send(&sandbox, "POST", "/oauth2/revoke", &[FORM], &form).await,
            _ => send(&sandbox, "POST", &query, &[JSON], "{}").await,
        };
        assert_eq!((reply.status, reply.body.as_str()), (200, ""), "shape {shape}");
        assert_eq!(get(&sandbox, MODELS, &access).await.status, 401, "shape {shape}");
        assert_eq!(
            token_request(&sandbox, &refresh(&refresh_token)).await.status,
            400,
            "shape {shape}"
        );
        let again = send(&sandbox, "POST", &query, &[], "").await;
        assert_eq!(again.status, 200, "shape {shape}");
    }
    assert_eq!(sandbox.counts().revocations, 5);
}

#[tokio::test]
async fn revoking_needs_a_token_of_the_client_that_asks() {
    let sandbox = start().await;
    let (access, _) = pair(&sandbox).await;
    for (target, headers, body) in [
        ("/oauth2/revoke", vec![], String::new()),
        ("/oauth2/revoke?token=", vec![], String::new()),
        ("/oauth2/revoke", vec![FORM], "client_id=client_a".to_owned()),
        ("/oauth2/revoke", vec![JSON], "{}".to_owned()),
    ] {
        refused(
            &send(&sandbox, "POST", target, &headers, &body).await,
            400,
            "invalid_request",
            "token is missing.",
        );
    }
    let foreign = format!("token={access}&client_id=client_b");
    let reply = send(&sandbox, "POST", "/oauth2/revoke", &[FORM], &foreign).await;
    refused(
        &reply,
        400,
        "unauthorized_client",
        "The token was issued to another client.",
    );
    assert_eq!(
        send(
            &sandbox,
            "POST",
            "/oauth2/revoke",
            &[("Content-Type", "text/plain")],
            "x"
        )
        .await
        .status,
        415
    );
    let unknown = send(&sandbox, "POST", "/oauth2/revoke?token=sbx_at_unknown", &[], "").await;
    assert_eq!(unknown.status, 200);
    assert_eq!(get(&sandbox, MODELS, &access).await.status, 200);
    assert_eq!(sandbox.counts().revocations, 0);
}

#[tokio::test]
async fn a_narrow_consent_gives_a_narrow_token() {
    let sandbox = start().await;
    let url = authorize_url(&sandbox).replace("api%3Aaccess+", "");
    let visit = sandbox.approve(&url).await.unwrap();
    let code = visit.callback_url().split(['=', '&']).nth(1).unwrap();
    let reply = token_request(&sandbox, &exchange(code)).await;
    assert_eq!(reply.json()["scope"], Value::from("profile:read"));
    let access = reply.text("/access_token");
    assert_eq!(get(&sandbox, "/oauth2/userinfo", &access).await.status, 200);
    assert_eq!(get(&sandbox, MODELS, &access).await.status, 403);
}
