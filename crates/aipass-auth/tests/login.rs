//! `begin` and `complete`: what completes a login, and what does not.

use aipass_auth::{Auth, LoginMode, LoginOptions, MemoryStore, PendingLogin, TokenStore};

use crate::support::{CLIENT, RawServer, Reply, client, key, pair};

const REDIRECT: &str = "https://app.example/callback";

fn begin(auth: &Auth) -> (PendingLogin, String) {
    let (url, pending) = auth.begin(REDIRECT).unwrap();
    let state = url
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    (pending, state)
}

fn tokens(body: &str) -> Reply {
    Reply::json(200, body)
}

const GOOD: &str = r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600,"token_type":"Bearer"}"#;

#[tokio::test]
async fn a_login_asks_for_what_it_was_told_to() {
    let auth = client("https://aipass.one")
        .scopes(["api:access"])
        .build()
        .unwrap();
    let query = |options: LoginOptions| {
        let (url, pending) = auth.begin_with(REDIRECT, options).unwrap();
        assert_eq!(pending.redirect_uri(), REDIRECT);
        url.query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect::<std::collections::HashMap<_, _>>()
    };
    let plain = query(LoginOptions::new());
    assert_eq!(
        (plain["scope"].as_str(), plain["client_id"].as_str()),
        ("api:access", CLIENT)
    );
    assert_eq!(
        (
            plain["response_type"].as_str(),
            plain["code_challenge_method"].as_str()
        ),
        ("code", "S256")
    );
    assert_eq!(
        (
            plain["state"].len(),
            plain["code_challenge"].len(),
            plain.get("mode")
        ),
        (43, 43, None)
    );
    let other = query(LoginOptions::new().mode(LoginMode::Login).scopes(["a", "b"]));
    assert_eq!(
        (other["mode"].as_str(), other["scope"].as_str()),
        ("login", "a b")
    );
    assert_ne!(plain["state"], other["state"]);
    assert_ne!(plain["code_challenge"], other["code_challenge"]);
}

#[tokio::test]
async fn a_way_back_is_kept_if_it_stays_on_the_site() {
    let auth = client("https://aipass.one").build().unwrap();
    let (_, pending) = auth
        .begin_with(REDIRECT, LoginOptions::new().return_to("/settings?tab=1"))
        .unwrap();
    let kept: PendingLogin = serde_json::from_value(serde_json::to_value(&pending).unwrap()).unwrap();
    assert_eq!(kept.return_to(), Some("/settings?tab=1"));
    assert!(
        auth.begin_with(REDIRECT, LoginOptions::new().return_to("//evil.example"))
            .unwrap_err()
            .is_config()
    );
    assert!(
        auth.begin_with(REDIRECT, LoginOptions::new().scopes(["a b"]))
            .unwrap_err()
            .is_config()
    );
}

#[tokio::test]
async fn a_web_server_completes_a_login_that_it_kept_elsewhere() {
    let server = RawServer::always(tokens(GOOD)).await;
    let (kept, state) = {
        let auth = client(&server.base).build().unwrap();
        let (pending, state) = begin(&auth);
        (serde_json::to_string(&pending).unwrap(), state)
    };
    let store = MemoryStore::new();
    let auth = client(&server.base).token_store(store.clone()).build().unwrap();
    let pending: PendingLogin = serde_json::from_str(&kept).unwrap();
    let info = auth
        .complete(pending, &format!("/callback?code=C&state={state}"))
        .await
        .unwrap();
    assert_eq!(
        info.scopes,
        ["api:access", "profile:read"],
        "an answer without scopes grants what was asked for"
    );
    assert_eq!(pair(&store, &server.base).await.0, "A1");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_callback_that_does_not_belong_to_the_login_asks_no_server() {
    let server = RawServer::always(tokens(GOOD)).await;
    let auth = client(&server.base).build().unwrap();
    for callback in [
        "https://app.example/callback?code=C",
        "https://app.example/callback?code=C&state=WRONG",
        "https://app.example/callback?error=access_denied&state=WRONG",
        "https://evil.example/callback?code=C&state=STATE",
        "https://app.example/callback?code=C&state=STATE&state=STATE",
        "https://app.example/callback?code=C&code=D&state=STATE",
        "https://app.example/callback?code=C&error=x&state=STATE",
        "https://app.example/callback?state=STATE",
        "https://app.example/callback?code=C&state=STATE&iss=https://evil.example",
        "https://app.example/callback#code=C&state=STATE",
        "C",
    ] {
        let (pending, state) = begin(&auth);
        let error = auth
            .complete(pending, &callback.replace("STATE", &state))
            .await
            .unwrap_err();
        assert!(error.is_callback_invalid() && !error.is_temporary(), "{callback}");
    }
    assert_eq!(server.requests().len(), 0);
    assert!(auth.session().await.unwrap().is_none());
}

#[tokio::test]
async fn a_declined_login_is_typed_and_leaves_the_session_alone() {
    let server = RawServer::always(tokens(GOOD)).await;
    let store = crate::support::store_with_tokens(&server.base, 3600).await;
    let auth = client(&server.base).token_store(store.clone()).build().unwrap();
    let (pending, state) = begin(&auth);
    let callback = format!("{REDIRECT}?error=access_denied&error_description=No+thanks&state={state}");
    let error = auth.complete(pending, &callback).await.unwrap_err();
    assert!(error.is_denied() && !error.is_login_required());
    assert_eq!(
        (error.code(), error.description()),
        (Some("access_denied"), Some("No thanks"))
    );
    assert_eq!(pair(&store, &server.base).await.0, "A0");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_login_of_another_client_is_refused() {
    let server = RawServer::always(tokens(GOOD)).await;
    let (pending, state) = begin(&client(&server.base).account("one").build().unwrap());
    let other = client(&server.base).account("two").build().unwrap();
    let error = other
        .complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
        .await
        .unwrap_err();
    assert!(error.is_config());
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_issuer_is_compared_when_it_is_named() {
    let server = RawServer::always(tokens(GOOD)).await;
    let auth = client(&server.base)
        .issuer("https://issuer.example")
        .build()
        .unwrap();
    let (pending, state) = begin(&auth);
    let callback = format!("{REDIRECT}?code=C&state={state}&iss=https%3A%2F%2Fissuer.example");
    auth.complete(pending, &callback).await.unwrap();
    let (pending, state) = begin(&auth);
    let callback = format!("{REDIRECT}?code=C&state={state}&iss={}", server.base);
    assert!(
        auth.complete(pending, &callback)
            .await
            .unwrap_err()
            .is_callback_invalid()
    );
}

#[tokio::test]
async fn odd_token_answers_are_read_and_wrong_ones_refused() {
    for (body, expires) in [
        (r#"{"access_token":"A1"}"#, None),
        (
            r#"{"access_token":"A1","expires_in":null,"scope":null,"refresh_token":null}"#,
            None,
        ),
        (
            r#"{"access_token":"A1","expires_in":"3600","token_type":"BEARER"}"#,
            Some(3600),
        ),
        (
            r#"{"access_token":"A1","expires_in":3600.0,"token_type":"bearer"}"#,
            Some(3600),
        ),
        (r#"{"access_token":"A1","expires_in":-5}"#, Some(0)),
        (
            r#"{"success":true,"data":{"accessToken":"A1","expiresIn":60,"tokenType":"Bearer"}}"#,
            Some(60),
        ),
        // The sample of RFC 6749, section 5.1, with a type that we can use.
        (
            r#"{"access_token":"A1","token_type":"Bearer","expires_in":3600,"example_parameter":"example_value"}"#,
            Some(3600),
        ),
    ] {
        for status in [200, 201] {
            let server = RawServer::always(Reply::json(status, body)).await;
            let auth = client(&server.base).build().unwrap();
            let (pending, state) = begin(&auth);
            let info = auth
                .complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
                .await
                .unwrap();
            let left = info
                .expires_at
                .map(|at| at.duration_since(info.obtained_at).unwrap().as_secs());
            assert_eq!(left, expires, "{body}");
            assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1", "{body}");
        }
    }
    for body in [
        "",
        "null",
        "[]",
        "{\"",
        "{}",
        "<html>sign in</html>",
        r#"{"access_token":""}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":"a b"}"#,
        r#"{"access_token":"a\r\nX-Evil: 1"}"#,
        r#"{"access_token":"é"}"#,
        r#"{"access_token":"A1","token_type":"DPoP"}"#,
        r#"{"access_token":"A1","token_type":"mac"}"#,
        r#"{"access_token":"A1","token_type":7}"#,
        r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#,
    ] {
        let server = RawServer::always(tokens(body)).await;
        let auth = client(&server.base).build().unwrap();
        let (pending, state) = begin(&auth);
        let error = auth
            .complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
            .await
            .unwrap_err();
        assert!(
            !error.is_login_required() && !error.is_config(),
            "{body}: {error}"
        );
        assert_eq!(server.requests().len(), 1, "a code is sent once: {body}");
        assert!(auth.session().await.unwrap().is_none(), "{body}");
    }
}

#[tokio::test]
async fn an_absurd_lifetime_is_no_reason_to_fail() {
    let server = RawServer::always(tokens(
        r#"{"access_token":"A1","expires_in":18446744073709551615}"#,
    ))
    .await;
    let auth = client(&server.base).build().unwrap();
    let (pending, state) = begin(&auth);
    auth.complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
        .await
        .unwrap();
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
}

#[tokio::test]
async fn further_members_of_the_answer_are_kept_and_not_shown() {
    let server = RawServer::always(tokens(r#"{"access_token":"A1","id_token":"canary"}"#)).await;
    let store = MemoryStore::new();
    let auth = client(&server.base).token_store(store.clone()).build().unwrap();
    let (pending, state) = begin(&auth);
    auth.complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
        .await
        .unwrap();
    let stored = store.load(&key(&server.base)).await.unwrap().unwrap();
    assert!(
        stored
            .to_json()
            .expose_secret()
            .contains(r#""extra":{"id_token":"canary"}"#)
    );
    assert!(!format!("{stored:?}").contains("canary"));
}

#[tokio::test]
async fn refusals_of_the_exchange_are_typed() {
    for (reply, code, temporary, config) in [
        (
            Reply::json(400, r#"{"error":"invalid_grant","error_description":"used"}"#),
            "invalid_grant",
            false,
            false,
        ),
        (
            Reply::json(401, r#"{"error":{"message":"who?","code":"invalid_client"}}"#),
            "invalid_client",
            false,
            true,
        ),
        (
            Reply::json(
                400,
                r#"{"success":false,"message":"no","error":"unauthorized_client"}"#,
            ),
            "unauthorized_client",
            false,
            true,
        ),
        (
            Reply::json(200, r#"{"error":"invalid_grant"}"#),
            "invalid_grant",
            false,
            false,
        ),
        (
            Reply::json(200, r#"{"success":false,"message":"busy"}"#),
            "unrecognised_response",
            true,
            false,
        ),
        (
            Reply::html(502, "<html><title>Bad gateway</title></html>"),
            "unrecognised_response",
            true,
            false,
        ),
        (Reply::html(404, ""), "unrecognised_response", true, false),
        (
            Reply::json(503, r#"{"error":"invalid_grant"}"#),
            "invalid_grant",
            true,
            false,
        ),
    ] {
        let server = RawServer::always(reply).await;
        let auth = client(&server.base).build().unwrap();
        let (pending, state) = begin(&auth);
        let error = auth
            .complete(pending, &format!("{REDIRECT}?code=C&state={state}"))
            .await
            .unwrap_err();
        assert_eq!(
            (error.code(), error.is_temporary(), error.is_config()),
            (Some(code), temporary, config),
            "{error}"
        );
        assert!(error.status().is_some() && error.help().is_some());
        assert_eq!(server.requests().len(), 1, "a code is sent once");
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let builder = || Auth::builder("client_1");
    assert!(builder().build().is_ok());
    for error in [
        Auth::builder("").build().unwrap_err(),
        Auth::builder("a b").build().unwrap_err(),
        Auth::builder("a\r\nb").build().unwrap_err(),
        builder().base_url("http://aipass.one").build().unwrap_err(),
        builder().account("").build().unwrap_err(),
        builder().account("a\nb").build().unwrap_err(),
        builder().scopes(["api access"]).build().unwrap_err(),
        builder().scopes([""]).build().unwrap_err(),
        builder()
            .http(aipass_auth::HttpOptions::default().proxy("not a proxy"))
            .build()
            .unwrap_err(),
    ] {
        assert!(
            !error.help().is_empty() && !error.to_string().ends_with('.'),
            "{error}"
        );
    }
    let auth = builder().base_url("https://aipass.one/").build().unwrap();
    assert_eq!(
        (auth.client_id(), auth.base_url().as_str()),
        ("client_1", "https://aipass.one/")
    );
}
