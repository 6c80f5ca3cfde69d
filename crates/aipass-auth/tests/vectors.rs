//! The words of the standards: RFC 6749, 6750 and 7009, each code and sample that a client may meet.

use aipass_auth::{AuthError, HttpOptions, RevokeOutcome, RevokeShape};

use crate::support::{RawServer, Reply, client, impatient, signed_in};

const REDIRECT: &str = "https://app.example/callback";

/// A login that the server answers with this.
async fn exchange(reply: Reply) -> Result<Vec<String>, AuthError> {
    let http = match reply {
        // Only these need a limit; a busy machine must not make a good answer late.
        Reply::Silence | Reply::Drip => impatient(),
        _ => HttpOptions::default(),
    };
    let server = RawServer::always(reply).await;
    let auth = client(&server.base).http(http).build().unwrap();
    let (url, pending) = auth.begin(REDIRECT).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    let kept = serde_json::to_value(&pending).unwrap();
    assert!(
        !url.as_str().contains(kept["verifier"].as_str().unwrap()),
        "the verifier stays here"
    );
    let ended = auth
        .complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
        .await;
    assert_eq!(server.requests().len(), 1, "a code is sent once");
    assert_eq!(auth.session().await.unwrap().is_some(), ended.is_ok());
    ended.map(|info| info.scopes)
}

#[tokio::test]
async fn the_errors_of_rfc_6749_section_5_2() {
    for (code, status, config) in [
        ("invalid_request", 400, true),
        ("invalid_client", 400, true),
        ("invalid_client", 401, true),
        ("invalid_grant", 400, false),
        ("unauthorized_client", 400, true),
        ("unsupported_grant_type", 400, true),
        ("invalid_scope", 400, true),
    ] {
        let head = "Content-Type: application/json;charset=UTF-8\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\nCache-Control: no-store\r\n";
        let body = format!(
            r#"{{"error":"{code}","error_description":"why","error_uri":"https://aipass.one/e","x":[1]}}"#
        );
        let error = exchange(Reply::with_head(status, head, &body)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.description(), error.is_config()),
            (Some(code), Some("why"), config)
        );
        assert!(
            !error.is_temporary() && !error.is_login_required() && error.help().is_some(),
            "{code}"
        );
    }
}

#[tokio::test]
async fn the_errors_of_rfc_6749_section_4_1_2_1() {
    let server = RawServer::always(Reply::HangUp).await;
    let auth = client(&server.base).build().unwrap();
    for (code, denied, config, temporary) in [
        ("access_denied", true, false, false),
        ("invalid_request", false, false, false),
        ("unauthorized_client", false, true, false),
        ("unsupported_response_type", false, true, false),
        ("invalid_scope", false, true, false),
        ("server_error", false, false, true),
        ("temporarily_unavailable", false, false, true),
    ] {
        let (url, pending) = auth.begin(REDIRECT).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        let callback = format!("{REDIRECT}?error={code}&error_description=a+b%22&error_uri=x&state={state}");
        let error = auth.complete(pending, &callback).await.unwrap_err();
        assert_eq!((error.code(), error.description()), (Some(code), Some("a b\"")));
        assert_eq!(
            (error.is_denied(), error.is_config(), error.is_temporary()),
            (denied, config, temporary),
            "{code}"
        );
        assert!(!error.is_callback_invalid() && error.help().is_some());
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn the_samples_of_a_success() {
    for (body, scopes) in [
        // RFC 6749, section 5.1, with a type that we can use, and RFC 6750, section 4.
        (
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#,
            "api:access profile:read",
        ),
        (
            r#"{"access_token":"mF_9.B5f-4.1JqM","token_type":"Bearer","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"}"#,
            "api:access profile:read",
        ),
        (
            r#"{"access_token":"A","token_type":"bearer","scope":"api:access"}"#,
            "api:access",
        ),
        (
            r#"{"access_token":"A","token_type":"BEARER","scope":"a  b "}"#,
            "a b",
        ),
        (
            r#"{"access_token":"A","token_type":"Bearer","scope":null}"#,
            "api:access profile:read",
        ),
        (
            r#"{"access_token":"A","token_type":"Bearer","scope":""}"#,
            "api:access profile:read",
        ),
        (
            r#"{"access_token":"A","token_type":"Bearer","scope":["a","b"]}"#,
            "a b",
        ),
        (
            r#"{"access_token":"A","token_type":"Bearer","refresh_token":null}"#,
            "api:access profile:read",
        ),
        (
            r#"{"access_token":"A","token_type":"Bearer","expires_in":"3600"}"#,
            "api:access profile:read",
        ),
        (
            r#"{"token_type":"Bearer","unknown":{"a":[{}]},"access_token":"A"}"#,
            "api:access profile:read",
        ),
    ] {
        let read = exchange(Reply::json(200, body)).await.unwrap();
        assert_eq!(read.join(" "), scopes, "{body}");
    }
    // Bytes that mean the same, and a content type that says something else.
    for reply in [
        Reply::with_head(200, "Content-Type: application/json; charset=utf-8\r\n", r#"{"access_token":"A"}"#),
        Reply::with_head(200, "Content-Type: text/plain\r\n", r#"{"access_token":"A"}"#),
        Reply::with_head(200, "", "\n\t {\"access_token\" : \"\\u0041\"} \r\n"),
        Reply::Raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"access_\r\nb\r\ntoken\":\"A\"}\r\n0\r\n\r\n".to_owned()),
    ] {
        exchange(reply).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_success() {
    for reply in [
        Reply::json(404, ""),
        Reply::json(200, "{\""),
        Reply::json(200, "null"),
        Reply::json(200, "[]"),
        Reply::json(200, "\"A\""),
        Reply::json(200, r#"{"token_type":"Bearer"}"#),
        Reply::json(200, r#"{"access_token":null,"token_type":"Bearer"}"#),
        Reply::json(200, r#"{"access_token":"A","token_type":"example"}"#),
        Reply::json(200, r#"{"access_token":"A","token_type":"MAC"}"#),
        Reply::json(200, r#"{"access_token":"A","token_type":"DPoP"}"#),
        Reply::json(200, r#"{"access_token":"A","token_type":"Bearer, DPoP"}"#),
        Reply::json(200, r#"{"access_token":"A","token_type":["Bearer"]}"#),
        Reply::json(200, r#"{"error":"invalid_grant"}"#),
        Reply::with_head(
            200,
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "access_token=A&token_type=bearer",
        ),
        Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":\"A\"}".to_owned()),
        Reply::Raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"access_token\":\"A\"}\r\n"
                .to_owned(),
        ),
        Reply::Raw("nonsense\r\n\r\n".to_owned()),
        Reply::HangUp,
        Reply::Silence,
        Reply::Drip,
        Reply::Endless,
    ] {
        let error = exchange(reply).await.unwrap_err();
        assert!(!error.is_login_required() && !error.is_callback_invalid() && error.help().is_some());
    }
}

#[tokio::test]
async fn what_would_break_a_header_a_terminal_or_a_page_does_not_get_through() {
    for evil in [
        "\\r\\nX-Evil: 1",
        "\\n",
        "\\u0000",
        "\\u001b[2J",
        "\\u007f",
        "\\u00e9",
        " ",
        "\\ud83d\\ude00",
    ] {
        let body = format!(r#"{{"access_token":"A{evil}B","token_type":"Bearer"}}"#);
        exchange(Reply::json(200, &body)).await.unwrap_err();
        let body = format!(r#"{{"access_token":"A","token_type":"Bearer{evil}"}}"#);
        exchange(Reply::json(200, &body)).await.unwrap_err();
        let body = format!(r#"{{"error":"invalid_grant{evil}","error_description":"<b>A{evil}B"}}"#);
        let error = exchange(Reply::json(400, &body)).await.unwrap_err();
        assert_eq!(error.code(), Some("unrecognised_response"), "{evil}");
        let words = error.description().unwrap();
        assert!(!words.chars().any(char::is_control), "{words:?}");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("<b>") && !said.contains("Evil"), "{said}");
        // Whatever the scopes are, they cannot break anything later.
        let body = format!(r#"{{"access_token":"A","scope":"a{evil}b"}}"#);
        for scope in exchange(Reply::json(200, &body)).await.unwrap() {
            assert!(!scope.chars().any(char::is_control), "{scope:?}");
        }
    }
    let long = format!(
        r#"{{"error":"{}","error_description":"{}"}}"#,
        "a".repeat(65),
        "x".repeat(50_000)
    );
    let error = exchange(Reply::json(400, &long)).await.unwrap_err();
    assert_eq!(error.code(), Some("unrecognised_response"));
    assert_eq!(error.description().map(str::len), Some(300));
}

#[tokio::test]
async fn the_answers_of_rfc_7009() {
    for (reply, settled) in [
        (Reply::json(200, ""), true),
        (Reply::html(200, "revoked"), true),
        (Reply::json(204, ""), true),
        // An unknown token is gone, too (section 2.2); some servers say it with an error in a success.
        (Reply::json(200, r#"{"error":null}"#), true),
        (Reply::json(400, r#"{"error":"unsupported_token_type"}"#), false),
        (Reply::json(200, r#"{"success":false,"message":"no"}"#), false),
        (Reply::with_head(503, "Retry-After: 7\r\n", ""), false),
        (Reply::json(401, r#"{"error":"invalid_client"}"#), false),
        (Reply::HangUp, false),
    ] {
        let server = RawServer::always(reply).await;
        for shape in [RevokeShape::Query, RevokeShape::Json, RevokeShape::Form] {
            let store = crate::support::store_with_tokens(&server.base, 3600).await;
            let auth = client(&server.base)
                .revoke_shape(shape)
                .token_store(store)
                .build()
                .unwrap();
            let report = auth.logout().await;
            assert_eq!(report.is_complete(), settled, "{report:?}");
            assert!(report.store.is_ok() && auth.session().await.unwrap().is_none());
            if let RevokeOutcome::Failed(error) = report.refresh_token {
                assert!(!format!("{error} {error:?}").contains("R0"));
                if error.status().is_some_and(|status| status == 503) {
                    assert_eq!(error.retry_after().unwrap().as_secs(), 7);
                }
            }
        }
        assert_eq!(server.requests().len(), 6, "each token is taken back once");
    }
}

/// RFC 6749, section 6: a new refresh token replaces the old one, an absent one leaves it, and so do scopes.
#[tokio::test]
async fn the_answers_of_a_renewal() {
    for (body, refresh_token, scopes) in [
        (r#"{"access_token":"A1","refresh_token":"R1"}"#, "R1", None),
        (r#"{"access_token":"A1"}"#, "R0", None),
        (r#"{"access_token":"A1","refresh_token":""}"#, "R0", None),
        (
            r#"{"access_token":"A1","scope":"api:access"}"#,
            "R0",
            Some("api:access"),
        ),
    ] {
        let server = RawServer::always(Reply::json(200, body)).await;
        let (auth, store) = signed_in(&server.base, 3600).await;
        let before = auth.session().await.unwrap().unwrap().scopes;
        let info = auth.refresh().await.unwrap();
        assert_eq!(
            crate::support::pair(&store, &server.base).await.1,
            refresh_token,
            "{body}"
        );
        match scopes {
            Some(scopes) => assert_eq!(info.scopes.join(" "), scopes),
            None => assert_eq!(info.scopes, before),
        }
        assert!(!server.requests()[0].contains("scope"), "{:?}", server.requests());
    }
}
