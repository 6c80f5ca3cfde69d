//! What a server says about itself, over real sockets: where the question goes, and which answers are believed.

use aipass_auth::{AuthError, Discovery, HttpOptions, ServerMetadata, TokenStore as _, discover};

use crate::support::{CLIENT, RawServer, Reply, client, impatient, key, tokens};
use aipass_auth::{Auth, MemoryStore};

/// A document of this server; `BASE` stands for its base URL.
const DOCUMENT: &str = r#"{"issuer":"BASE","authorization_endpoint":"BASE/sign-in","token_endpoint":"BASE/tokens","revocation_endpoint":"BASE/take-back","registration_endpoint":"BASE/register","userinfo_endpoint":"BASE/me","scopes_supported":["api:access"],"code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true}"#;

/// A server that publishes this, and answers every other request with tokens.
async fn publishing(document: &'static str) -> RawServer {
    RawServer::start(move |request| {
        if !request.starts_with("GET /.well-known/oauth-authorization-server") {
            let token = if request.contains("refresh_token") {
                "A2"
            } else {
                "A1"
            };
            let tokens = format!(r#"{{"access_token":"{token}","refresh_token":"R1","expires_in":3600}}"#);
            return Reply::json(200, &tokens);
        }
        let host = request.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("host: ")
                .map(str::to_owned)
        });
        Reply::json(
            200,
            &document.replace("BASE", &format!("http://{}", host.unwrap())),
        )
    })
    .await
}

async fn ask(base: &str) -> Result<ServerMetadata, AuthError> {
    discover(base, &HttpOptions::default()).await
}

#[tokio::test]
async fn the_whole_session_goes_to_the_endpoints_that_were_found() {
    let server = publishing(DOCUMENT).await;
    let found = ask(&server.base).await.unwrap();
    assert_eq!(found.issuer(), server.base);
    assert!(found.sends_issuer());
    assert_eq!(found.registration_endpoint().unwrap().path(), "/register");
    assert_eq!(found.userinfo_endpoint().unwrap().path(), "/me");
    let asked = server.requests()[0].clone();
    assert!(asked.starts_with("GET /.well-known/oauth-authorization-server HTTP/1.1\r\n"));
    assert!(asked.to_lowercase().contains("accept: application/json"));

    let store = MemoryStore::new();
    let auth = Auth::builder(CLIENT)
        .server(found)
        .token_store(store.clone())
        .build()
        .unwrap();
    let (url, pending) = auth.begin("myapp://auth/callback").unwrap();
    assert_eq!(url.path(), "/sign-in");
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
    let base = &server.base;
    let callback = format!("myapp://auth/callback?code=C&state={state}&iss={base}");
    auth.complete(pending, &callback).await.unwrap();
    auth.refresh().await.unwrap();
    assert!(auth.logout().await.is_complete());
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.split(['?', ' ']).nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(lines[1..], ["/tokens", "/tokens", "/take-back", "/take-back"]);
}

#[tokio::test]
async fn a_server_that_names_itself_has_to_do_so_in_every_callback() {
    let server = publishing(DOCUMENT).await;
    let auth = Auth::builder(CLIENT)
        .server(ask(&server.base).await.unwrap())
        .build()
        .unwrap();
    let base = &server.base;
    for rest in [
        String::new(),
        "&iss=".to_owned(),
        "&iss=https://evil.example".to_owned(),
        format!("&iss={base}&iss={base}"),
    ] {
        let (url, pending) = auth.begin("myapp://auth/callback").unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        // The demand survives the way through a session.
        let kept = serde_json::to_string(&pending).unwrap();
        let pending = serde_json::from_str(&kept).unwrap();
        let callback = format!("myapp://auth/callback?code=C&state={state}{rest}");
        let error = auth.complete(pending, &callback).await.unwrap_err();
        assert!(error.is_callback_invalid(), "{rest}");
    }
    assert_eq!(server.requests().len(), 1, "no code was sent");
}

#[tokio::test]
async fn found_endpoints_belong_to_their_base_url() {
    let server = publishing(DOCUMENT).await;
    let found = ask(&server.base).await.unwrap();
    let elsewhere = Auth::builder(CLIENT)
        .server(found.clone())
        .base_url("https://aipass.one");
    assert!(elsewhere.build().is_err());
    // Tokens are bound to the base URL as ever.
    let store = MemoryStore::new();
    store
        .save(&key(&server.base), &tokens(&server.base, 3600))
        .await
        .unwrap();
    let auth = client("https://aipass.one")
        .server(found)
        .token_store(store)
        .build()
        .unwrap();
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A0");
}

#[tokio::test]
async fn a_base_url_with_a_path_asks_where_rfc_8414_says() {
    let server = publishing(r#"{"issuer":"BASE/ai/pass","authorization_endpoint":"BASE/ai/pass/a","token_endpoint":"BASE/ai/pass/t"}"#).await;
    let found = ask(&format!("{}/ai/pass/", server.base)).await.unwrap();
    assert_eq!(found.token_endpoint().path(), "/ai/pass/t");
    assert!(
        server.requests()[0].starts_with("GET /.well-known/oauth-authorization-server/ai/pass HTTP/1.1\r\n")
    );
}

#[tokio::test]
async fn a_document_that_could_send_tokens_elsewhere_is_not_believed() {
    for document in [
        r#"{"issuer":"https://aipass.one","authorization_endpoint":"BASE/a","token_endpoint":"BASE/t"}"#,
        r#"{"issuer":"BASE/","authorization_endpoint":"BASE/a","token_endpoint":"http://127.0.0.1:1/t"}"#,
        r#"{"issuer":"BASE","authorization_endpoint":"BASE/a","token_endpoint":"https://evil.example/t"}"#,
        r#"{"issuer":"BASE","authorization_endpoint":"http://evil.example/a","token_endpoint":"BASE/t"}"#,
        r#"{"issuer":"BASE","authorization_endpoint":"BASE/a","token_endpoint":"BASE/t","revocation_endpoint":"https://evil.example/r"}"#,
        r#"{"issuer":"BASE","authorization_endpoint":"BASE/a","token_endpoint":"BASE/t","code_challenge_methods_supported":["plain"]}"#,
        r#"{"issuer":"BASE","authorization_endpoint":"BASE/a"}"#,
        r#"{"issuer":"BASE","authorization_endpoint":["BASE/a"],"token_endpoint":"BASE/t"}"#,
        r#"{"error":"canary"}"#,
        r#""canary""#,
        "canary",
        "",
    ] {
        let server = publishing(document).await;
        let error = ask(&server.base).await.unwrap_err();
        assert!(
            error.is_discovery() && error.is_config() && !error.is_temporary(),
            "{document}: {error}"
        );
        assert!(error.help().is_some() && !format!("{error} {error:?}").contains("canary"));
        assert!(!format!("{error} {error:?}").contains("evil"), "{error}");
    }
}

#[tokio::test]
async fn an_allowed_origin_is_an_explicit_choice() {
    let login = "https://login.example";
    let document =
        r#"{"issuer":"BASE","authorization_endpoint":"https://login.example/a","token_endpoint":"BASE/t"}"#;
    let server = publishing(document).await;
    assert!(ask(&server.base).await.unwrap_err().is_discovery());
    let found = Discovery::new(&server.base)
        .allow_origin(login)
        .fetch()
        .await
        .unwrap();
    assert_eq!(found.authorization_endpoint().as_str(), "https://login.example/a");
    for origin in [
        "http://login.example",
        "login.example",
        "https://user:canary@login.example",
    ] {
        let question = Discovery::new(&server.base).allow_origin(origin);
        let error = question.fetch().await.unwrap_err();
        assert!(error.is_config() && !error.is_discovery(), "{origin}");
        assert!(!format!("{error} {error:?} {question:?}").contains("canary"));
    }
    assert_eq!(server.requests().len(), 2, "an unusable origin asks nobody");
}

#[tokio::test]
async fn answers_that_are_no_document() {
    let redirected = RawServer::always(Reply::json(200, "{}")).await;
    for (reply, what) in [
        (Reply::html(404, "<html>nothing</html>"), "discovery"),
        (Reply::json(403, "{}"), "discovery"),
        (Reply::json(204, ""), "discovery"),
        (Reply::html(200, "<html>sign in to the Wi-Fi</html>"), "discovery"),
        (Reply::html(502, "<html>bad gateway</html>"), "temporary"),
        (Reply::json(429, "{}"), "temporary"),
        (Reply::HangUp, "network"),
        (Reply::Silence, "timeout"),
        (Reply::Drip, "timeout"),
        (Reply::Endless, "large"),
        (
            Reply::json(
                200,
                &format!(r#"{{"issuer":"x","pad":"{}"}}"#, "x".repeat(200_000)),
            ),
            "large",
        ),
    ] {
        let server = RawServer::always(reply).await;
        let http = if what == "timeout" {
            impatient()
        } else {
            HttpOptions::default()
        };
        let error = discover(&server.base, &http).await.unwrap_err();
        let holds = match what {
            "discovery" => error.is_discovery() && !error.is_temporary(),
            "temporary" => error.is_temporary() && !error.is_discovery() && error.status().is_some(),
            "network" => error.is_network() && !error.is_timeout(),
            "timeout" => error.is_timeout() && error.is_network(),
            _ => error.to_string().contains("too large"),
        };
        assert!(holds, "{what}: {error}");
        assert_eq!(server.requests().len(), 1, "asked once");
    }
    for status in [301, 302, 303, 307, 308] {
        let location = format!(
            "Location: {}/.well-known/oauth-authorization-server\r\n",
            redirected.base
        );
        let server = RawServer::always(Reply::with_head(status, &location, "")).await;
        let error = ask(&server.base).await.unwrap_err();
        assert!(error.is_config() && error.status().unwrap().as_u16() == status);
    }
    assert_eq!(redirected.requests().len(), 0);
    let nowhere = ask("http://127.0.0.1:1").await.unwrap_err();
    assert!(nowhere.is_network() && nowhere.is_temporary());
    for base in ["", "http://aipass.one", "https://user:canary@aipass.one"] {
        let error = discover(base, &HttpOptions::default()).await.unwrap_err();
        assert!(error.is_config() && !format!("{error} {error:?}").contains("canary"));
    }
}
