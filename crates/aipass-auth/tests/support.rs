//! Servers that a test can make behave as it likes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aipass_auth::{
    AccountKey, Auth, AuthBuilder, BaseUrl, HttpOptions, MemoryStore, StoredTokens, TokenStore,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const CLIENT: &str = "YOUR_CLIENT_ID";

/// A client of this server.
pub(crate) fn client(base: &str) -> AuthBuilder {
    Auth::builder(CLIENT).base_url(base)
}

pub(crate) fn key(base: &str) -> AccountKey {
    AccountKey::new(&BaseUrl::parse(base).unwrap(), CLIENT, "default")
}

/// A store that holds `A0` and `R0`, obtained an hour ago, with this many seconds left.
pub(crate) async fn store_with_tokens(base: &str, left: i64) -> MemoryStore {
    let store = MemoryStore::new();
    store.save(&key(base), &tokens(base, left)).await.unwrap();
    store
}

pub(crate) fn tokens(base: &str, left: i64) -> StoredTokens {
    let now = SystemTime::now();
    let ends = if left < 0 {
        now - Duration::from_secs(left.unsigned_abs())
    } else {
        now + Duration::from_secs(left as u64)
    };
    StoredTokens::new(&key(base), "A0")
        .with_refresh_token("R0")
        .with_times(now - Duration::from_secs(3600), Some(ends))
}

/// A client of this server whose session holds `A0` and `R0` with this many seconds left.
pub(crate) async fn signed_in(base: &str, left: i64) -> (Auth, MemoryStore) {
    let store = store_with_tokens(base, left).await;
    (client(base).token_store(store.clone()).build().unwrap(), store)
}

/// Both tokens of a store.
pub(crate) async fn pair(store: &impl TokenStore, base: &str) -> (String, String) {
    let tokens = store.load(&key(base)).await.unwrap().unwrap();
    (
        tokens.access_token().expose_secret().to_owned(),
        tokens
            .refresh_token()
            .map(|token| token.expose_secret().to_owned())
            .unwrap_or_default(),
    )
}

/// Options that give up soon, for servers that never answer.
pub(crate) fn impatient() -> HttpOptions {
    HttpOptions::default().timeout(Duration::from_millis(300))
}

/// What a raw server does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes, and then the end.
    Raw(String),
    /// No answer, ever.
    Silence,
    /// The end of the connection without an answer.
    HangUp,
    /// A head, and then bytes without an end.
    Endless,
    /// One byte at a time, slowly.
    Drip,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::with_head(status, "Content-Type: application/json\r\n", body)
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self::with_head(status, "Content-Type: text/html\r\n", body)
    }

    pub(crate) fn with_head(status: u16, head: &str, body: &str) -> Self {
        Self::Raw(format!(
            "HTTP/1.1 {status} X\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ))
    }
}

/// A server that speaks HTTP as badly as it is told to, and remembers what it was sent.
pub(crate) struct RawServer {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    /// Answers every request with the same reply.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Answers each request with what the function makes of its text.
    pub(crate) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (reply, seen) = (Arc::new(reply), requests.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (reply, seen) = (reply.clone(), seen.clone());
                tokio::spawn(async move {
                    let Some(request) = read_request(&mut stream).await else {
                        return;
                    };
                    let reply = reply(&request);
                    seen.lock().unwrap().push(request);
                    // The peer may leave at any time.
                    let _ = send(&mut stream, reply).await;
                });
            }
        });
        Self { base, requests }
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Some(text);
        }
    }
}

async fn send(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    const HEAD: &str =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    match reply {
        Reply::Raw(text) => stream.write_all(text.as_bytes()).await?,
        Reply::HangUp => {}
        Reply::Silence => std::future::pending().await,
        Reply::Endless => {
            stream.write_all(HEAD.as_bytes()).await?;
            let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            loop {
                stream.write_all(chunk.as_bytes()).await?;
            }
        }
        Reply::Drip => {
            stream.write_all(HEAD.as_bytes()).await?;
            loop {
                stream.write_all(b"1\r\n \r\n").await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    stream.shutdown().await
}
