//! What several tests need: clients for a base URL, and a server whose every byte the test decides.

use aipass::{Client, Secret, Timeouts};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A facade client with a fixed access token.
pub(crate) fn client(base_url: &str) -> Client {
    Client::builder()
        .base_url(base_url)
        .access_token(Secret::new("token-1"))
        .build()
        .unwrap()
}

/// As [`client`], with limits that a test can wait for.
pub(crate) fn impatient(base_url: &str) -> Client {
    let limit = Some(Duration::from_millis(200));
    let mut timeouts = Timeouts::default();
    timeouts.first_byte_free = limit;
    timeouts.first_byte_paid = limit;
    timeouts.idle = limit;
    Client::builder()
        .base_url(base_url)
        .access_token(Secret::new("token-1"))
        .timeouts(timeouts)
        .build()
        .unwrap()
}

/// An HTTP client for the generated layer alone.
pub(crate) fn http(base_url: &str) -> reqwest::Client {
    let base = aipass_auth::BaseUrl::parse(base_url).unwrap();
    aipass_auth::__http::client(&aipass_auth::HttpOptions::default(), &base).unwrap()
}

/// What a [`Server`] does once it has read a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Sends the bytes and closes.
    Bytes(Vec<u8>),
    /// Sends the bytes and keeps the connection open, silent.
    Hang(Vec<u8>),
}

/// A server that answers request number n with answer number n, and the last one from then on.
pub(crate) struct Server {
    pub(crate) base_url: String,
    requests: Arc<std::sync::Mutex<Vec<String>>>,
    closed: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<_> = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
        let closed: Arc<AtomicUsize> = Arc::default();
        let (seen, ended) = (requests.clone(), closed.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (answers, seen, ended) = (answers.clone(), seen.clone(), ended.clone());
                tokio::spawn(async move { serve(socket, &answers, &seen, &ended).await });
            }
        });
        Self {
            base_url,
            requests,
            closed,
        }
    }

    /// The requests so far, head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until the peer has closed that many connections that were left open.
    pub(crate) async fn closed(&self, count: usize) {
        eventually("the peer closes its connections", || {
            self.closed.load(Ordering::SeqCst) >= count
        })
        .await;
    }
}

async fn serve(
    mut socket: TcpStream,
    answers: &[Answer],
    seen: &std::sync::Mutex<Vec<String>>,
    ended: &AtomicUsize,
) {
    let Some(request) = read_request(&mut socket).await else {
        return;
    };
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request);
        seen.len() - 1
    };
    match &answers[number.min(answers.len() - 1)] {
        Answer::Bytes(bytes) => {
            let _ = socket.write_all(bytes).await;
            let _ = socket.shutdown().await;
        }
        Answer::Hang(bytes) => {
            let _ = socket.write_all(bytes).await;
            // The peer says no more after its request: this ends when it closes.
            let _ = socket.read(&mut [0; 64]).await;
            ended.fetch_add(1, Ordering::SeqCst);
        }
    }
}

pub(crate) async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse::<usize>()
                    .ok()
            })
            .unwrap_or(0);
        if body.len() >= length {
            return Some(text);
        }
    }
}

/// A request as it was sent.
#[derive(Debug, PartialEq)]
pub(crate) struct Sent {
    /// The method and the path.
    pub(crate) line: String,
    head: String,
    pub(crate) content_type: String,
    /// The boundary of a form is `B`.
    pub(crate) body: String,
}

impl Sent {
    /// The one request that came.
    pub(crate) fn to(server: &Server) -> Self {
        let [request] = server.requests().try_into().unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap();
        let mut sent = Self {
            line: line.strip_suffix(" HTTP/1.1").unwrap().to_owned(),
            head: head.to_owned(),
            content_type: String::new(),
            body: body.to_owned(),
        };
        sent.content_type = sent.header("content-type").to_owned();
        if let Some((media_type, boundary)) = sent.content_type.split_once("; boundary=") {
            sent.body = body.replace(boundary, "B");
            sent.content_type = media_type.to_owned();
        }
        sent
    }

    /// The one value of a header.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let values = lines.filter(|(other, _)| *other == name).map(|(_, value)| value);
        let [value] = values.collect::<Vec<_>>().try_into().unwrap();
        value
    }
}

/// A field of a form whose boundary is `B`.
pub(crate) fn form_field(name: &str, value: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

/// A file of such a form.
pub(crate) fn form_file(name: &str, file_name: &str, media_type: &str, content: &str) -> String {
    format!(
        "--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: {media_type}\r\n\r\n{content}\r\n"
    )
}

/// The end of such a form.
pub(crate) const FORM_END: &str = "--B--\r\n";

/// A whole answer with that status line, content type and body.
pub(crate) fn answer(status: &str, content_type: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .into_bytes(),
    )
}

/// The head of an event stream without a length, and what follows.
pub(crate) fn events(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

/// Waits for something that must come to pass; a test that would wait for ever fails instead.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .is_ok(),
        "never came to pass: {what}"
    );
}
