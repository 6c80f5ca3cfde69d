//! The loopback listener: whatever else arrives, only the true callback ends the login, and only once.

use aipass_auth::{Auth, Loopback};
use std::{net::SocketAddr, sync::Mutex, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends these bytes and gives back what the listener says.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer).await;
    answer
}

fn get(address: SocketAddr, target: &str, more: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n{more}\r\n")
}

#[tokio::test]
async fn bad_callbacks_do_not_end_a_login_and_the_true_one_does() {
    let server = httpmock::MockServer::start_async().await;
    let exchange = server
        .mock_async(|when, then| {
            when.method(httpmock::Method::POST).path("/oauth2/token");
            then.status(200).header("content-type", "application/json").body(
                r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600,"token_type":"Bearer"}"#,
            );
        })
        .await;
    let auth = Auth::builder("client_1")
        .base_url(server.base_url())
        .build()
        .unwrap();
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let flow = Loopback::new().opener(move |url: &url::Url| {
        tell.lock().unwrap().take().unwrap().send(url.clone()).ok();
        Ok(())
    });
    let login = {
        let auth = auth.clone();
        tokio::spawn(async move { auth.login(flow).await })
    };
    let url = told.await.unwrap();
    let value = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .unwrap()
            .1
            .into_owned()
    };
    let redirect: url::Url = value("redirect_uri").parse().unwrap();
    let address: SocketAddr = format!("127.0.0.1:{}", redirect.port().unwrap()).parse().unwrap();
    let (path, state) = (redirect.path().to_owned(), value("state"));

    // Browsers open connections ahead of time and say nothing on them.
    let mut idle = Vec::new();
    for _ in 0..10 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    let callback = |query: &str| format!("{path}?{query}");
    let wrong_case: String = state
        .chars()
        .map(|c| {
            if c.is_ascii_uppercase() {
                c.to_ascii_lowercase()
            } else {
                c.to_ascii_uppercase()
            }
        })
        .collect();
    let long = "x".repeat(20_000);
    let bad = [
        get(address, "/favicon.ico", ""),
        get(address, "/", ""),
        get(address, &callback(""), ""),
        get(address, &callback("code=evil"), ""),
        get(address, &callback("code=evil&state=wrong"), ""),
        get(
            address,
            &callback(&format!("code=evil&state={}", &state[..state.len() - 1])),
            "",
        ),
        get(address, &callback(&format!("code=evil&state={wrong_case}")), ""),
        get(address, &callback(&format!("code=evil&state={state}x")), ""),
        get(address, &callback(&format!("code=a&code=b&state={state}")), ""),
        get(
            address,
            &callback(&format!("code=a&state={state}&state={state}")),
            "",
        ),
        get(
            address,
            &callback(&format!("code=a&error=access_denied&state={state}")),
            "",
        ),
        get(address, &callback(&format!("code=&state={state}")), ""),
        get(address, &callback(&format!("state={state}")), ""),
        get(address, &callback("error=access_denied"), ""),
        get(address, &callback("error=access_denied&state=wrong"), ""),
        get(address, &format!("/x{path}?code=evil&state={state}"), ""),
        get(
            address,
            &callback(&format!("code=evil&state={state}")),
            "Host: evil.example\r\n",
        ),
        get(
            address,
            &callback(&format!("code=evil&state={state}")),
            "Sec-Fetch-Dest: image\r\n",
        ),
        format!("GET {path}?code=evil&state={state} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        format!("GET {path}?code=evil&state={state} HTTP/1.1\r\n\r\n"),
        format!(
            "POST {path}?code=evil&state={state} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n"
        ),
        format!("OPTIONS {path} HTTP/1.1\r\nHost: {address}\r\n\r\n"),
        format!("HEAD {path}?code=evil&state={state} HTTP/1.1\r\nHost: {address}\r\n\r\n"),
        get(address, &callback(&format!("code={long}&state={state}")), ""),
        "\u{16}\u{3}\u{1} this is no HTTP\r\n\r\n".to_owned(),
    ];
    for request in &bad {
        let answer = raw(address, request).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{request}\n{answer}");
        assert!(
            !answer.contains("evil") && !answer.contains(&state),
            "nothing is echoed: {answer}"
        );
        assert!(!login.is_finished(), "{request}");
    }
    assert_eq!(exchange.calls_async().await, 0, "no code was exchanged");

    let answer = raw(
        address,
        &get(address, &callback(&format!("code=true&state={state}")), ""),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let head = answer.split_once("\r\n\r\n").unwrap().0.to_ascii_lowercase();
    for header in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "connection: close",
        "content-security-policy: default-src 'none'",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
    login.await.unwrap().unwrap();
    assert_eq!(exchange.calls_async().await, 1);
    assert!(auth.session().await.unwrap().is_some());
    assert!(
        TcpStream::connect(address).await.is_err(),
        "a second callback is refused"
    );
    drop(idle);
}

#[tokio::test]
async fn nobody_answers_in_time() {
    let auth = Auth::builder("client_1")
        .base_url("http://127.0.0.1:9")
        .build()
        .unwrap();
    let flow = Loopback::new()
        .open_browser(false)
        .timeout(Duration::from_millis(50));
    let error = auth.login(flow).await.unwrap_err();
    assert!(!error.is_login_required() && !error.is_denied(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "nobody finished the login in the browser in time"
    );
}
