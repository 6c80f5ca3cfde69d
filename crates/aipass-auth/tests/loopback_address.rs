//! Where the listener stands: registered redirect URIs, the other addresses of this machine, ports that are taken.

use aipass_auth::{Loopback, LoopbackHost};
use tokio::net::TcpStream;

use crate::running::{Running, free_port, good_server, raw, status};
use crate::support::client;

#[tokio::test]
async fn a_registered_redirect_uri_is_used_as_it_stands() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let port = free_port();
    for (uri, address) in [
        (
            format!("http://127.0.0.1:{port}/a/b"),
            format!("127.0.0.1:{port}"),
        ),
        (format!("http://localhost:{port}/"), format!("127.0.0.1:{port}")),
    ] {
        let running = Running::start(&auth, Loopback::new().redirect_uri(&uri)).await;
        assert_eq!(running.redirect.as_str(), uri);
        let target = format!("{}?code=C&state=STATE", running.redirect.path());
        assert_eq!(status(&raw(&address, &running.get(&target)).await), 200, "{uri}");
        running.login.await.unwrap().unwrap();
        assert!(
            server
                .requests()
                .last()
                .unwrap()
                .contains(&format!(r#""redirectUri":"{uri}""#))
        );
    }
}

#[tokio::test]
async fn the_other_loopback_addresses() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    for (host, name) in [
        (LoopbackHost::V6, "[::1]"),
        (LoopbackHost::Localhost, "localhost"),
    ] {
        // A machine without IPv6 cannot show this.
        if host == LoopbackHost::V6 && std::net::TcpListener::bind("[::1]:0").is_err() {
            continue;
        }
        let running = Running::start(&auth, Loopback::new().host(host).path("/cb")).await;
        assert_eq!(
            (running.redirect.host_str(), running.redirect.path()),
            (Some(name), "/cb")
        );
        let response = running.send(&running.get("/cb?code=C&state=STATE")).await;
        assert_eq!(status(&response), 200, "{name}");
        running.login.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn ports_are_tried_in_their_order() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken_port = taken.local_addr().unwrap().port();
    let free = free_port();
    let running = Running::start(&auth, Loopback::new().ports([taken_port, free])).await;
    assert_eq!(running.redirect.port(), Some(free));
    running.login.abort();

    for flow in [
        Loopback::new().ports([taken_port]),
        Loopback::new().redirect_uri(format!("http://127.0.0.1:{taken_port}/callback")),
        Loopback::new().redirect_uri(format!("http://localhost:{taken_port}/callback")),
        Loopback::new().ports([]),
    ] {
        let error = auth.login(flow.open_browser(false)).await.unwrap_err();
        assert!(
            error.is_listen() && std::error::Error::source(&error).is_some(),
            "{error}"
        );
        assert!(error.help().unwrap().contains("port"));
    }
    for flow in [
        Loopback::new().path("callback"),
        Loopback::new().redirect_uri("https://app.example/cb"),
    ] {
        assert!(
            auth.login(flow.open_browser(false))
                .await
                .unwrap_err()
                .is_config()
        );
    }
}

#[tokio::test]
async fn a_login_that_is_dropped_closes_its_port() {
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let running = Running::start(&auth, Loopback::new()).await;
    let authority = running.authority();
    TcpStream::connect(&authority).await.unwrap();
    running.login.abort();
    assert!(running.login.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(&authority).await.is_err());
}

#[tokio::test]
async fn the_first_registered_address_whose_port_is_free_is_used() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let holding = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holding.local_addr().unwrap().port();
    let (second, third) = (free_port(), free_port());
    let uris = [
        format!("http://127.0.0.1:{taken}/callback"),
        // Written in a way of its own, which is the one that is registered.
        format!("HTTP://127.0.0.1:{second}/Zur%C3%BCck"),
        format!("http://127.0.0.1:{third}/callback"),
    ];
    let running = Running::start(&auth, Loopback::new().redirect_uris(&uris)).await;
    assert_eq!(running.redirect_text, uris[1]);
    let response = running
        .send(&running.get("/Zur%C3%BCck?code=C&state=STATE"))
        .await;
    assert_eq!(status(&response), 200, "{response}");
    running.login.await.unwrap().unwrap();
    let sent = format!(r#""redirectUri":"{}""#, uris[1]);
    assert!(server.requests()[0].contains(&sent), "{:?}", server.requests());
}

#[tokio::test]
async fn the_error_of_a_taken_port_says_which_were_tried() {
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let held: Vec<_> = (0..2)
        .map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let ports: Vec<u16> = held
        .iter()
        .map(|held| held.local_addr().unwrap().port())
        .collect();
    let uris: Vec<String> = ports
        .iter()
        .map(|port| format!("http://127.0.0.1:{port}/callback"))
        .collect();
    for flow in [
        Loopback::new().redirect_uris(&uris),
        Loopback::new().ports(ports.clone()),
    ] {
        let flow = flow
            .open_browser(false)
            .on_url(|_| panic!("no page is shown that nobody waits for"));
        let error = auth.login(flow).await.unwrap_err();
        assert!(error.is_listen() && !error.is_config());
        assert_eq!(error.tried_redirect_uris(), uris);
        assert!(uris.iter().all(|uri| error.to_string().contains(uri)), "{error}");
        assert!(error.help().unwrap().contains("register"));
    }
    // One that cannot be listened on is found before anything is opened, wherever it stands.
    let free = free_port();
    for uris in [
        vec![
            format!("http://127.0.0.1:{free}/callback"),
            "https://app.example/callback".to_owned(),
        ],
        vec!["myapp://auth/callback".to_owned()],
        Vec::new(),
    ] {
        let flow = Loopback::new().redirect_uris(uris).open_browser(false);
        let error = auth.login(flow).await.unwrap_err();
        assert!(error.is_config() && error.tried_redirect_uris().is_empty());
    }
}
