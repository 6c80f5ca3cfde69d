//! A server that acts by a script, and a client that records its pauses instead of waiting.

use aipass::{
    AccountKey, Answered, BoxFuture, Client, ClientBuilder, MemoryStore, Middleware, StoredTokens,
    TokenStore,
    policy::{RetryPolicy, Sleeper, Timeouts},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc::UnboundedReceiver},
};

/// What the server does once it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends the bytes and reads the next request from the same connection.
    Keep(Vec<u8>),
    /// Sends the bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends the bytes and says nothing more.
    Hold(Vec<u8>),
    /// Sends the bytes, if any waits until the client has seen the head of the answer, and resets the connection.
    Reset(Vec<u8>),
    /// Sends the head, and then one byte after the other, with that pause in between.
    Drip(Vec<u8>, Duration),
    /// Sends the head and that many bytes.
    Flood(Vec<u8>, usize),
    /// Sends the head, and then what it is told to, each time at once.
    Relay(Vec<u8>, Told),
}

/// What is told to an [`Act::Relay`].
pub(crate) type Told = Arc<tokio::sync::Mutex<UnboundedReceiver<String>>>;

/// What the server has seen.
#[derive(Debug, Default)]
struct Log {
    calls: Mutex<Vec<String>>,
    renewals: AtomicUsize,
    /// Connections that are over, from this side.
    ended: AtomicUsize,
    head_seen: Notify,
}

/// The client's own word that it has the head of an answer.
#[derive(Debug)]
struct Heads(Arc<Log>);

impl Middleware for Heads {
    fn after(&self, _: &Answered<'_>) {
        self.0.head_seen.notify_one();
    }
}

/// Answers call number n with the act for n. Token requests are not counted as calls: each gets a new pair.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) base_url: String,
    log: Arc<Log>,
}

impl Script {
    /// The same act each time.
    pub(crate) async fn always(act: Act) -> Self {
        Self::start(move |_| act.clone()).await
    }

    /// One act after the other; the last one from then on.
    pub(crate) async fn acts(acts: impl IntoIterator<Item = Act>) -> Self {
        let acts: Vec<_> = acts.into_iter().collect();
        Self::start(move |number| acts[number.min(acts.len() - 1)].clone()).await
    }

    pub(crate) async fn start(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        Self::listening(TcpListener::bind("127.0.0.1:0").await.unwrap(), act)
    }

    pub(crate) fn listening(
        listener: TcpListener,
        act: impl Fn(usize) -> Act + Send + Sync + 'static,
    ) -> Self {
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let log: Arc<Log> = Arc::default();
        let (seen, act) = (log.clone(), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (seen, act) = (seen.clone(), act.clone());
                tokio::spawn(async move {
                    serve(socket, &seen, act.as_ref()).await;
                    seen.ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Self { base_url, log }
    }

    /// The calls so far, head and body as they came.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.log.calls.lock().unwrap().clone()
    }

    /// How often the token endpoint was asked.
    pub(crate) fn renewals(&self) -> usize {
        self.log.renewals.load(Ordering::SeqCst)
    }

    /// How many connections are over, from this side.
    pub(crate) fn ended(&self) -> usize {
        self.log.ended.load(Ordering::SeqCst)
    }

    /// A client that is logged in with tokens that can be renewed.
    pub(crate) async fn probe(&self) -> Probe {
        self.probe_with(|builder| builder).await
    }

    pub(crate) async fn probe_with(&self, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Probe {
        let heads = Heads(self.log.clone());
        probe(&self.base_url, |builder| set(builder.middleware(heads))).await
    }
}

async fn serve(mut socket: TcpStream, log: &Log, act: &(dyn Fn(usize) -> Act + Send + Sync)) -> Option<()> {
    let mut rest = Vec::new();
    loop {
        let request = read_request(&mut socket, &mut rest).await?;
        if request.starts_with("POST /oauth2/token ") {
            let number = log.renewals.fetch_add(1, Ordering::SeqCst) + 1;
            let tokens = format!(
                r#"{{"access_token":"access-{number}","refresh_token":"refresh-{number}","token_type":"Bearer"}}"#
            );
            socket.write_all(&json("200 OK", &tokens)).await.ok()?;
            continue;
        }
        let number = {
            let mut calls = log.calls.lock().unwrap();
            calls.push(request);
            assert!(calls.len() < 1000, "a call that goes on for ever");
            calls.len() - 1
        };
        match act(number) {
            Act::Keep(bytes) => socket.write_all(&bytes).await.ok()?,
            Act::Close(bytes) => {
                socket.write_all(&bytes).await.ok()?;
                return socket.shutdown().await.ok();
            }
            Act::Hold(bytes) => {
                socket.write_all(&bytes).await.ok()?;
                return gone(&mut socket).await;
            }
            Act::Reset(bytes) => {
                socket.write_all(&bytes).await.ok()?;
                if !bytes.is_empty() {
                    log.head_seen.notified().await;
                }
                return socket.set_zero_linger().ok();
            }
            Act::Drip(head, pause) => {
                socket.write_all(&head).await.ok()?;
                loop {
                    socket.write_all(b" ").await.ok()?;
                    tokio::time::sleep(pause).await;
                }
            }
            Act::Relay(head, told) => {
                socket.write_all(&head).await.ok()?;
                let mut told = told.lock().await;
                while let Some(text) = told.recv().await {
                    socket.write_all(text.as_bytes()).await.ok()?;
                }
                return socket.shutdown().await.ok();
            }
            Act::Flood(head, mut length) => {
                socket.write_all(&head).await.ok()?;
                let block = vec![b' '; 256 * 1024];
                while length > 0 {
                    let piece = length.min(block.len());
                    socket.write_all(&block[..piece]).await.ok()?;
                    length -= piece;
                }
                return gone(&mut socket).await;
            }
        }
    }
}

/// The peer says no more after its request: this ends when it closes.
async fn gone(socket: &mut TcpStream) -> Option<()> {
    socket.read(&mut [0; 64]).await.ok().map(drop)
}

async fn read_request(socket: &mut TcpStream, rest: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(length) = length(rest).filter(|length| rest.len() >= *length) {
            let request: Vec<u8> = rest.drain(..length).collect();
            return Some(String::from_utf8_lossy(&request).into_owned());
        }
        if socket.read_buf(rest).await.ok()? == 0 {
            return None;
        }
    }
}

/// The length of the request at the beginning, once its head is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let body = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    Some(end + body)
}

/// A whole answer on a connection that stays.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn json(status: &str, body: &str) -> Vec<u8> {
    answer(status, "content-type: application/json\r\n", body)
}

/// An event stream that ends with its connection.
pub(crate) fn events(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

pub(crate) const HELLO: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n";
pub(crate) const STOP: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// What a chat, an event stream and a list of models need to be content, in one.
pub(crate) fn content() -> Vec<u8> {
    json(
        "200 OK",
        r#"{"data":[],"choices":[{"index":0,"message":{"content":"ok"},"finish_reason":"stop"}]}"#,
    )
}

/// The pauses that were asked for; none is waited for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl Pauses {
    pub(crate) fn recorded(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Sleeper for Pauses {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(pause);
        Box::pin(std::future::ready(()))
    }
}

/// A client, and what it would have waited.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) base_url: String,
    pub(crate) ai: Client,
    pub(crate) pauses: Pauses,
}

pub(crate) async fn probe(base_url: &str, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Probe {
    let store = MemoryStore::new();
    let key = AccountKey::new(&base_url.parse().unwrap(), "client_1", "default");
    let tokens = StoredTokens::new(&key, "access-0").with_refresh_token("refresh-0");
    store.save(&key, &tokens).await.unwrap();
    let pauses = Pauses::default();
    let builder = Client::builder()
        .base_url(base_url)
        .client_id("client_1")
        .token_store(store)
        .sleeper(pauses.clone());
    Probe {
        base_url: base_url.to_owned(),
        ai: set(builder).build().unwrap(),
        pauses,
    }
}

/// The settings of most tests: this policy, and limits that are changed from the defaults.
pub(crate) fn under(
    policy: RetryPolicy,
    limits: impl FnOnce(&mut Timeouts),
) -> impl FnOnce(ClientBuilder) -> ClientBuilder {
    let mut timeouts = Timeouts::default();
    limits(&mut timeouts);
    |builder| builder.retry(policy).timeouts(timeouts)
}

pub(crate) fn limits(set: impl FnOnce(&mut Timeouts)) -> impl FnOnce(ClientBuilder) -> ClientBuilder {
    under(RetryPolicy::charge_safe(), set)
}
