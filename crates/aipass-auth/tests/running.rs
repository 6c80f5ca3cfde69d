//! A login at the listener under way, and what the browser's side of it does.

use std::sync::mpsc;

use aipass_auth::{Auth, AuthError, Loopback, SessionInfo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::Url;

use crate::support::{RawServer, Reply};

/// A login under way, and what the browser knows of it.
pub(crate) struct Running {
    pub(crate) login: JoinHandle<Result<SessionInfo, AuthError>>,
    pub(crate) redirect: Url,
    pub(crate) redirect_text: String,
    pub(crate) state: String,
}

impl Running {
    pub(crate) async fn start(auth: &Auth, flow: Loopback) -> Self {
        let (sender, urls) = mpsc::channel();
        let flow = flow
            .open_browser(false)
            .on_url(move |url| sender.send(url.clone()).unwrap());
        let auth = auth.clone();
        let login = tokio::spawn(async move { auth.login(flow).await });
        let url = tokio::task::spawn_blocking(move || urls.recv().unwrap())
            .await
            .unwrap();
        let query = |wanted: &str| {
            url.query_pairs()
                .find(|(name, _)| name == wanted)
                .unwrap()
                .1
                .into_owned()
        };
        Self {
            login,
            redirect: query("redirect_uri").parse().unwrap(),
            redirect_text: query("redirect_uri"),
            state: query("state"),
        }
    }

    pub(crate) fn authority(&self) -> String {
        format!(
            "{}:{}",
            self.redirect.host_str().unwrap(),
            self.redirect.port().unwrap()
        )
    }

    pub(crate) fn get(&self, target: &str) -> String {
        let target = target.replace("STATE", &self.state);
        format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.authority())
    }

    pub(crate) async fn send(&self, request: &str) -> String {
        raw(&self.authority(), request).await
    }
}

pub(crate) async fn raw(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A refusal may come, and the connection end, before everything was sent.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8(response).unwrap()
}

pub(crate) fn status(response: &str) -> u16 {
    response
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

pub(crate) async fn good_server() -> RawServer {
    RawServer::always(Reply::json(
        200,
        r#"{"access_token":"A1","refresh_token":"R1","expires_in":3600}"#,
    ))
    .await
}

/// A port that nobody listens on. It lies below the range from which the system hands ports out, since a connection of
/// another test could draw it there before the program under test takes it.
pub(crate) fn free_port() -> u16 {
    static NEXT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
    let slot = u16::try_from(std::process::id() % 100).unwrap();
    loop {
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 100;
        let port = 20_000 + slot * 100 + next;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
