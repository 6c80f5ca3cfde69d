//! The listener and a pasted address: whichever comes first ends the login.

use std::io;
use std::time::Duration;

use aipass_auth::{AuthError, BoxFuture, Loopback, PasteSource};
use tokio::net::TcpStream;

use crate::running::{Running, good_server, status};
use crate::support::client;

/// Lines that a test types, and what the person was told in between.
struct Typing {
    lines: tokio::sync::mpsc::UnboundedReceiver<io::Result<Option<String>>>,
    told: tokio::sync::mpsc::UnboundedSender<String>,
}

impl PasteSource for Typing {
    fn next_line(&mut self, trouble: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
        if let Some(trouble) = trouble {
            assert!(trouble.is_callback_invalid() && trouble.help().is_some());
            self.told.send(format!("{trouble} {trouble:?}")).unwrap();
        }
        Box::pin(async { self.lines.recv().await.unwrap_or(Ok(None)) })
    }
}

type Line = io::Result<Option<String>>;

fn typing() -> (
    tokio::sync::mpsc::UnboundedSender<Line>,
    tokio::sync::mpsc::UnboundedReceiver<String>,
    Typing,
) {
    let (lines, typed) = tokio::sync::mpsc::unbounded_channel();
    let (told, hears) = tokio::sync::mpsc::unbounded_channel();
    (lines, hears, Typing { lines: typed, told })
}

#[tokio::test]
async fn a_pasted_address_ends_the_same_wait() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let (lines, mut told, source) = typing();
    let running = Running::start(&auth, Loopback::new().or_paste(source)).await;
    let authority = running.authority();
    lines.send(Ok(Some("canary".to_owned()))).unwrap();
    let words = told.recv().await.unwrap();
    assert!(!words.contains("canary"), "{words}");
    assert!(!running.login.is_finished());
    let pasted = format!("{}?code=C&state={}\n", running.redirect, running.state);
    lines.send(Ok(Some(pasted))).unwrap();
    running.login.await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 1);
    assert!(
        TcpStream::connect(&authority).await.is_err(),
        "the port is closed"
    );
}

#[tokio::test]
async fn the_listener_goes_on_whatever_becomes_of_the_pasting() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let wrong = || Ok(Some("http://127.0.0.1/?code=C&state=x".to_owned()));
    let endings: [Vec<Line>; 4] = [
        Vec::new(),
        vec![Ok(None)],
        vec![Err(io::Error::other("the terminal is gone"))],
        (0..200).map(|_| wrong()).collect(),
    ];
    for ending in endings {
        let (lines, _told, source) = typing();
        let running = Running::start(&auth, Loopback::new().or_paste(source)).await;
        for line in ending {
            lines.send(line).unwrap();
        }
        let favicon = running.send(&running.get("/favicon.ico")).await;
        assert_eq!(status(&favicon), 404);
        let response = running.send(&running.get("/callback?code=C&state=STATE")).await;
        assert_eq!(status(&response), 200);
        running.login.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_pasted_refusal_ends_the_login_and_a_strangers_does_not() {
    let server = good_server().await;
    let auth = client(&server.base).build().unwrap();
    let (lines, mut told, source) = typing();
    let running = Running::start(&auth, Loopback::new().or_paste(source)).await;
    lines
        .send(Ok(Some("?error=access_denied&state=WRONG".to_owned())))
        .unwrap();
    told.recv().await.unwrap();
    let state = &running.state;
    lines
        .send(Ok(Some(format!("?error=access_denied&state={state}"))))
        .unwrap();
    assert!(running.login.await.unwrap().unwrap_err().is_denied());
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn the_wait_for_a_paste_ends_with_that_for_the_browser() {
    let auth = client("http://127.0.0.1:1").build().unwrap();
    let (_lines, _told, source) = typing();
    let flow = Loopback::new()
        .open_browser(false)
        .timeout(Duration::from_millis(50))
        .or_paste(source);
    assert!(auth.login(flow).await.unwrap_err().is_timeout());
}
