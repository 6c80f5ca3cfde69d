//! The listener: who can end a login, and what the person sees.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use aipass_auth::Loopback;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::running::{Running, free_port, good_server, raw, status};
use crate::support::{RawServer, Reply, client};

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_and_open_sockets_do_not_keep_the_true_callback_out() {
    let server = good_server().await;
    let auth = client(&server.base).app_name("My <App>").build().unwrap();
    let running = Running::start(&auth, Loopback::new()).await;
    let authority = running.authority();
    assert!(running.redirect.as_str().starts_with("http://127.0.0.1:"));

    let mut idle = Vec::new();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(&authority).await.unwrap();
        stream.write_all(b"GET /call").await.unwrap();
        idle.push(stream);
    }
    // Three of them go on, a byte at a time.
    for mut slow in idle.drain(..3) {
        tokio::spawn(async move {
            while slow.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await
            }
        });
    }
    let true_target = "/callback?code=C&state=STATE";
    let with_head = |head: &str| {
        running
            .get(true_target)
            .replacen("\r\nHost", &format!("\r\n{head}\r\nHost"), 1)
    };
    let with_method = |method: &str| running.get(true_target).replacen("GET", method, 1);
    let with_host = |host: &str| {
        running
            .get(true_target)
            .replace(&format!("Host: {authority}\r\n"), host)
    };
    let port = running.redirect.port().unwrap();
    let other_case: String = running.state.chars().map(swap_case).collect();
    for (request, expected) in [
        (running.get("/favicon.ico"), 404),
        (running.get("/"), 404),
        (running.get("/callback/?code=C&state=STATE"), 404),
        (running.get("/CALLBACK?code=C&state=STATE"), 404),
        (running.get(&format!("http://{authority}{true_target}")), 404),
        (running.get("/callback"), 400),
        (running.get("/callback?code=C"), 400),
        (running.get("/callback?code=C&state="), 400),
        (running.get("/callback?code=C&state=WRONG"), 400),
        (running.get(&format!("/callback?code=C&state={other_case}")), 400),
        (running.get("/callback?code=C&state=STATEx"), 400),
        (
            running.get(&format!("/callback?code=C&state={}", &running.state[..42])),
            400,
        ),
        (running.get("/callback?state=STATE"), 400),
        (running.get("/callback?error=access_denied&state=WRONG"), 400),
        (running.get("/callback?error=access_denied"), 400),
        (running.get("/callback?code=C&state=STATE&state=STATE"), 400),
        (running.get("/callback?code=C&code=D&state=STATE"), 400),
        (
            running.get("/callback?code=C&error=access_denied&state=STATE"),
            400,
        ),
        (running.get("/callback?code=&state=STATE"), 400),
        (
            running.get("/callback?code=C&state=STATE&iss=https%3A%2F%2Fevil.example"),
            400,
        ),
        (running.get("/callback?code=%3Cscript%3E&state=%3Cscript%3E"), 400),
        (with_host(&format!("Host: evil.example:{port}\r\n")), 421),
        (with_host("Host: 127.0.0.1\r\n"), 421),
        (with_host(&format!("Host: localhost:{port}\r\n")), 421),
        (with_host(""), 421),
        (
            with_host(&format!("Host: {authority}\r\nHost: {authority}\r\n")),
            421,
        ),
        (with_head("Sec-Fetch-Dest: image"), 403),
        (with_head("Sec-Fetch-Dest: empty"), 403),
        (
            with_head("Sec-Fetch-Dest: document\r\nSec-Fetch-Dest: iframe"),
            403,
        ),
        (with_method("POST"), 405),
        (with_method("HEAD"), 405),
        (with_method("OPTIONS"), 405),
        ("\x16\x03\x01 hello\r\n\r\n".to_owned(), 400),
        ("GET /callback\r\n\r\n".to_owned(), 400),
        (running.get(&format!("/{}", "a".repeat(20_000))), 431),
        (with_head(&format!("Cookie: {}", "a".repeat(17 * 1024))), 431),
        (with_head(&"X: y\r\n".repeat(150)), 431),
        (with_head("Sec-Fetch-Dest: iframe"), 403),
        (with_head("Sec-Fetch-Dest: script"), 403),
        (with_host(&format!("Host: {authority}.evil.example\r\n")), 421),
        (with_host(&format!("Host: evil.example@{authority}\r\n")), 421),
        (with_host(&format!("Host: [::1]:{port}\r\n")), 421),
        (
            with_host(&format!("Host: {authority}\r\nHost: evil.example\r\n")),
            421,
        ),
        (with_method("PUT"), 405),
        (with_method("CONNECT"), 405),
        (running.get("//callback?code=C&state=STATE"), 404),
        (running.get("/callback;x?code=C&state=STATE"), 404),
        (running.get("/%63allback?code=C&state=STATE"), 404),
        (
            running.get("/callback?error=access_denied&error=server_error&state=STATE"),
            400,
        ),
        (running.get("/callback?code=C&state=STATE&iss="), 400),
    ] {
        let response = running.send(&request).await;
        assert_eq!(status(&response), expected, "{request:.100}");
        assert!(
            !response.contains("<script") && !response.contains("WRONG"),
            "{response}"
        );
        assert!(!response.contains(&running.state), "{response}");
    }
    assert!(!running.login.is_finished());
    assert_eq!(server.requests().len(), 0, "nothing was exchanged");

    let response = running.send(&with_head("Sec-Fetch-Dest: document")).await;
    assert_eq!(status(&response), 200, "{response}");
    assert!(
        response.contains("You are signed in to My &lt;App&gt;"),
        "{response}"
    );
    for header in [
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "Connection: close",
        "default-src 'none'",
        "X-Frame-Options: DENY",
    ] {
        assert!(response.contains(header), "{header}");
    }
    running.login.await.unwrap().unwrap();
    assert_eq!(auth.token(None).await.unwrap().expose_secret(), "A1");
    assert_eq!(server.requests().len(), 1);
    let again = TcpStream::connect(&authority).await.unwrap_err();
    assert_eq!(
        again.kind(),
        io::ErrorKind::ConnectionRefused,
        "the listener ends with its login"
    );
    for mut stream in idle {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok() && rest.is_empty(), "open connections end with it");
    }
}

#[tokio::test]
async fn the_page_tells_the_truth_after_the_exchange() {
    for (reply, page) in [
        (
            Reply::json(
                400,
                r#"{"error":"invalid_grant","error_description":"<b>canary</b>"}"#,
            ),
            "The sign-in did not work",
        ),
        (
            Reply::json(401, r#"{"error":"invalid_client"}"#),
            "AI Pass refused the sign-in",
        ),
        (Reply::json(503, ""), "AI Pass could not be reached"),
        (Reply::HangUp, "AI Pass could not be reached"),
    ] {
        let server = RawServer::always(reply).await;
        let auth = client(&server.base).build().unwrap();
        let running = Running::start(&auth, Loopback::new()).await;
        let response = running.send(&running.get("/callback?code=C&state=STATE")).await;
        assert!(status(&response) == 400 && response.contains(page), "{response}");
        assert!(!response.contains("canary"));
        running.login.await.unwrap().unwrap_err();
        assert!(auth.session().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_declined_login_is_typed_and_shown() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let running = Running::start(&auth, Loopback::new()).await;
    let target = "/callback?error=access_denied&error_description=%3Cscript%3E%1b&state=STATE";
    let response = running.send(&running.get(target)).await;
    assert!(
        response.contains("You did not allow access") && !response.contains("script"),
        "{response}"
    );
    let error = running.login.await.unwrap().unwrap_err();
    assert!(error.is_denied());
    assert_eq!(error.description(), Some("<script>"));
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn nobody_at_the_browser_ends_in_a_timeout() {
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let flow = Loopback::new()
        .open_browser(false)
        .timeout(Duration::from_millis(50));
    let error = auth.login(flow).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_network() && !error.is_temporary());
}

#[tokio::test]
async fn the_browser_gets_the_url_and_its_failure_is_no_failure() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let (sender, urls) = mpsc::channel();
    let flow = Loopback::new().opener(move |url| {
        sender.send(url.clone()).unwrap();
        Err(io::Error::other("no browser here"))
    });
    let login = tokio::spawn({
        let auth = auth.clone();
        async move { auth.login(flow).await }
    });
    let url = tokio::task::spawn_blocking(move || urls.recv().unwrap())
        .await
        .unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}/oauth2/authorize?", server.base))
    );
    let query = |wanted: &str| {
        url.query_pairs()
            .find(|(name, _)| name == wanted)
            .unwrap()
            .1
            .into_owned()
    };
    let redirect: Url = query("redirect_uri").parse().unwrap();
    let authority = format!("127.0.0.1:{}", redirect.port().unwrap());
    let target = format!("/callback?code=C&state={}", query("state"));
    let response = raw(
        &authority,
        &format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\n\r\n"),
    )
    .await;
    assert_eq!(status(&response), 200);
    login.await.unwrap().unwrap();
}

#[cfg(feature = "file-store")]
#[tokio::test]
async fn a_store_that_cannot_take_tokens_stops_a_login_before_the_browser_opens() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("not-a-folder");
    std::fs::write(&file, "").unwrap();
    let store = aipass_auth::FileStore::in_dir(file.join("tokens"));
    let auth = client("http://127.0.0.1:1").token_store(store).build().unwrap();
    let flow = Loopback::new()
        .open_browser(false)
        .on_url(|_| panic!("the URL is not even made"));
    assert!(auth.login(flow).await.unwrap_err().is_store());
}

#[tokio::test]
async fn a_socket_of_a_dead_login_brings_nothing_into_the_next_one() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let uri = format!("http://127.0.0.1:{}/callback", free_port());
    let first = Running::start(&auth, Loopback::new().redirect_uri(&uri)).await;
    let mut kept = TcpStream::connect(first.authority()).await.unwrap();
    kept.write_all(b"GET /callback?code=OLD&state=").await.unwrap();
    first.login.abort();
    assert!(first.login.await.unwrap_err().is_cancelled());

    let second = Running::start(&auth, Loopback::new().redirect_uri(&uri)).await;
    let rest = format!(
        "{} HTTP/1.1\r\nHost: {}\r\n\r\n",
        second.state,
        second.authority()
    );
    let _ = kept.write_all(rest.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = kept.read_to_end(&mut answer).await;
    assert_eq!(answer, b"", "nobody answers there any more");
    assert!(!second.login.is_finished() && server.requests().is_empty());
    // The address of the first login is no way into the second one either.
    let stale = format!("/callback?code=OLD&state={}", first.state);
    assert_eq!(status(&second.send(&second.get(&stale)).await), 400);

    let response = second.send(&second.get("/callback?code=C&state=STATE")).await;
    assert_eq!(status(&response), 200);
    second.login.await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].contains(r#""code":"C""#));
}

#[tokio::test]
async fn two_answers_at_once_are_one_login() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let running = Running::start(&auth, Loopback::new()).await;
    let request = running.get("/callback?code=C&state=STATE");
    let mut sockets = Vec::new();
    for _ in 0..8 {
        sockets.push(TcpStream::connect(running.authority()).await.unwrap());
    }
    for socket in &mut sockets {
        let _ = socket.write_all(request.as_bytes()).await;
    }
    running.login.await.unwrap().unwrap();
    let mut pages = 0;
    for mut socket in sockets {
        let mut page = Vec::new();
        let _ = socket.read_to_end(&mut page).await;
        pages += usize::from(page.starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!((pages, server.requests().len()), (1, 1));
}

#[tokio::test]
async fn an_issuer_that_is_due_is_missed_at_the_listener() {
    let server = good_server().await;
    let auth = client(&server.base).require_issuer(true).build().unwrap();
    let running = Running::start(&auth, Loopback::new()).await;
    for target in [
        "/callback?code=C&state=STATE",
        "/callback?error=access_denied&state=STATE",
        "/callback?code=C&state=STATE&iss=https%3A%2F%2Fevil.example",
    ] {
        assert_eq!(status(&running.send(&running.get(target)).await), 400, "{target}");
    }
    assert!(!running.login.is_finished());
    let target = format!("/callback?code=C&state=STATE&iss={}", server.base);
    assert_eq!(status(&running.send(&running.get(&target)).await), 200);
    running.login.await.unwrap().unwrap();
}

fn swap_case(letter: char) -> char {
    if letter.is_ascii_uppercase() {
        letter.to_ascii_lowercase()
    } else {
        letter.to_ascii_uppercase()
    }
}
