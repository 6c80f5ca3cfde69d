//! Streamed chats over real sockets: every byte of the answer is written here, and so is all that must come of it.

mod accumulate;
mod bytes;
mod cuts;
mod endings;
mod errors;
mod media;
mod no_events;
mod not_a_stream;
mod odd_servers;
mod pattern;
mod resources;
mod reused;
mod served;
mod size;
mod sound;
mod tool_calls;
mod views;

use crate::support::{Answer, Server, client, events, impatient, read_request};
use aipass::{ChatEvent, ChatReply, ChatStream, Client, Error};
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
};

const HELLO: &str = concat!(
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"}}]}\n\n",
    ": keep-alive\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"}}]}\r\n\r\n",
);
const STOP: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
/// What ends a chunked body.
const LAST: &[u8] = b"0\r\n\r\n";

/// What a stream gave, and how it ended.
struct Outcome {
    text: String,
    events: Vec<String>,
    end: Result<ChatReply, Error>,
}

/// Reads a stream to its end.
async fn read(mut stream: ChatStream) -> Outcome {
    let (mut text, mut events) = (String::new(), Vec::new());
    while let Some(event) = in_time(stream.next()).await {
        match event {
            Ok(event) => {
                text.push_str(event.text());
                events.push(brief(&event));
            }
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last item");
                assert!(stream.finish().is_err(), "a stream that failed never finishes");
                let end = Err(error);
                return Outcome { text, events, end };
            }
        }
    }
    let end = stream.finish();
    Outcome { text, events, end }
}

async fn chat(ai: &Client) -> Outcome {
    match in_time(ai.chat("m").user("hi").stream()).await {
        Ok(stream) => read(stream).await,
        Err(error) => Outcome {
            text: String::new(),
            events: Vec::new(),
            end: Err(error),
        },
    }
}

/// A stream under limits that a test can wait for.
async fn run(answer: Answer) -> Outcome {
    let server = Server::start([answer]).await;
    chat(&impatient(&server.base_url)).await
}

/// These parts as an event stream that ends with its connection.
fn stream(parts: &[&str]) -> Answer {
    Answer::Bytes(events(&parts.concat()))
}

/// One event for each of these texts.
fn data(chunks: &[&str]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect()
}

/// One part of a chunked body, which the client reads as a piece of its own.
fn part(bytes: &[u8]) -> Vec<u8> {
    let mut part = format!("{:x}\r\n", bytes.len()).into_bytes();
    part.extend_from_slice(bytes);
    part.extend_from_slice(b"\r\n");
    part
}

/// What must come to pass, so that a test that would hang fails.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("this ends")
}

fn brief(event: &ChatEvent) -> String {
    match event {
        ChatEvent::Text { choice, text } => format!("text {choice} {text}"),
        ChatEvent::Refusal { choice, text } => format!("refusal {choice} {text}"),
        ChatEvent::Reasoning { choice, text } => format!("reasoning {choice} {text}"),
        ChatEvent::ToolCallStarted {
            choice,
            call,
            id,
            name,
        } => format!("start {choice}/{call} {id} {name}"),
        ChatEvent::ToolCallArguments { choice, call, delta } => format!("args {choice}/{call} {delta}"),
        ChatEvent::ToolCallDone { choice, call } => {
            format!("done {choice} {} {} {}", call.id, call.name, call.arguments)
        }
        ChatEvent::Finish { choice, reason } => format!("finish {choice} {reason}"),
        ChatEvent::Usage(usage) => format!("usage {:?}", usage.total_tokens.unwrap_or_default()),
        ChatEvent::Chunk(chunk) => format!("chunk {}", chunk.json()),
        other => format!("{other:?}"),
    }
}

/// All that a reply says, a line for each thing.
fn told(reply: &ChatReply) -> Vec<String> {
    let mut told = Vec::new();
    for choice in reply.choices() {
        let at = choice.index;
        told.push(format!("text {at} {}", choice.text));
        told.extend(choice.refusal.iter().map(|text| format!("refusal {at} {text}")));
        told.extend(
            choice
                .reasoning
                .iter()
                .map(|text| format!("reasoning {at} {text}")),
        );
        told.extend(choice.tool_calls.iter().map(|call| {
            format!(
                "call {at} {} {} {} {}",
                call.kind, call.id, call.name, call.arguments
            )
        }));
        told.extend(
            choice
                .finish_reason
                .iter()
                .map(|reason| format!("finish {at} {reason}")),
        );
    }
    let tokens = reply.usage().and_then(|usage| usage.total_tokens);
    told.extend(tokens.map(|tokens| format!("usage {tokens}")));
    told
}

/// Chunks, the events that come of them, and the answer that they add up to.
struct Row {
    why: &'static str,
    chunks: &'static [&'static str],
    events: &'static [&'static str],
    reply: &'static [&'static str],
}

async fn check(rows: &[Row]) {
    for Row {
        why,
        chunks,
        events,
        reply,
    } in rows
    {
        let outcome = run(stream(&[&data(chunks), DONE])).await;
        assert_eq!(outcome.events, *events, "{why}");
        let end = outcome.end.unwrap_or_else(|error| panic!("{why}: {error:?}"));
        assert_eq!(told(&end), *reply, "{why}");
    }
}

/// A server that answers each chat with the pieces that it was last given.
struct Replay {
    ai: Client,
    next: Arc<Mutex<Vec<u8>>>,
}

impl Replay {
    async fn start() -> Self {
        let next: Arc<Mutex<Vec<u8>>> = Arc::default();
        let answers = next.clone();
        let site = Site::start(move |mut peer| {
            let answers = answers.clone();
            async move {
                loop {
                    peer.request().await?;
                    let bytes = answers.lock().unwrap().clone();
                    peer.send(&bytes).await?;
                }
            }
        })
        .await;
        let ai = site.client();
        Self { ai, next }
    }

    /// Each piece is a part of a chunked body, and so comes out of the socket's reader by itself.
    async fn open(&self, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> ChatStream {
        let mut bytes = CHUNKED.to_vec();
        for piece in pieces {
            if !piece.as_ref().is_empty() {
                bytes.extend(part(piece.as_ref()));
            }
        }
        bytes.extend_from_slice(LAST);
        *self.next.lock().unwrap() = bytes;
        in_time(self.ai.chat("m").user("hi").stream()).await.unwrap()
    }
}

/// A server that sends an event again and again, and then the end; and how many bytes of it were taken.
struct Flood {
    site: Site,
    sent: Arc<AtomicUsize>,
}

impl Flood {
    /// A mebibyte of text and a little more.
    fn event() -> String {
        let text = "x".repeat(1 << 20);
        data(&[&format!(
            "{{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}"
        )])
    }

    async fn start(events: usize) -> Self {
        let sent: Arc<AtomicUsize> = Arc::default();
        let count = sent.clone();
        let site = Site::start(move |mut peer| {
            let count = count.clone();
            async move {
                peer.request().await?;
                peer.send(CHUNKED).await?;
                let event = part(Self::event().as_bytes());
                for _ in 0..events {
                    for piece in event.chunks(64 * 1024) {
                        peer.send(piece).await?;
                        count.fetch_add(piece.len(), Ordering::SeqCst);
                    }
                }
                peer.send(&part(DONE.as_bytes())).await?;
                peer.send(LAST).await
            }
        })
        .await;
        Self { site, sent }
    }

    /// The server cannot go on while nobody reads: what is on the way is in the buffers of the sockets, and not here.
    async fn is_held_up(&self) {
        let mut before = 0;
        // It is blocked when a while passes in which nothing more is sent.
        while before != self.sent.load(Ordering::SeqCst) {
            before = self.sent.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        assert!(
            before < 24 << 20,
            "{before} bytes were taken from the server and not read"
        );
    }
}

/// A server whose every connection goes as the test says.
struct Site {
    base_url: String,
    connections: Arc<AtomicUsize>,
}

impl Site {
    async fn start<F>(talk: impl Fn(Peer) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Option<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let connections: Arc<AtomicUsize> = Arc::default();
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                socket.set_nodelay(true).unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(talk(Peer { socket }));
            }
        });
        Self {
            base_url,
            connections,
        }
    }

    fn client(&self) -> Client {
        client(&self.base_url)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// One connection of a [`Site`].
struct Peer {
    socket: TcpStream,
}

impl Peer {
    async fn request(&mut self) -> Option<String> {
        read_request(&mut self.socket).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Option<()> {
        self.socket.write_all(bytes).await.ok()
    }

    /// Waits until the client has closed: it says no more after its request.
    async fn gone(&mut self) -> Option<()> {
        self.socket.read(&mut [0; 64]).await.ok().map(drop)
    }

    /// Closes with a reset.
    fn reset(self) -> Option<()> {
        self.socket.set_zero_linger().ok()
    }
}
