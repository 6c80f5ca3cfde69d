//! The server of the benches: HTTP/1.1 with keep-alive, one fixed answer for everything, and nothing else; a model whose
//! name says so is answered with a [stream](crate::stream::wire).
//!
//! It is a process of its own, so that its work is in no figure. It ends when its standard input does, and so never
//! outlives the program that started it.

use crate::{Failure, media, stream::wire};
use memchr::memmem;
use std::{
    env,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
};

/// As many headers as a gateway sends: who reads an answer has to read them too.
const HEAD: &str = "HTTP/1.1 200 OK\r\n\
    content-type: application/json\r\n\
    date: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
    server: bench\r\n\
    x-request-id: req_0123456789abcdef0123456789abcdef\r\n\
    x-ratelimit-limit-requests: 10000\r\n\
    x-ratelimit-remaining-requests: 9999\r\n\
    strict-transport-security: max-age=31536000; includeSubDomains\r\n";

/// A server process, from the side of the client. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts one, and waits until it listens.
    pub(crate) fn start() -> io::Result<Self> {
        let mut process = Command::new(env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut url)?;
        }
        let url = url.trim().to_owned();
        let server = Self { process, url };
        if server.url.is_empty() {
            return Err(io::Error::other("the server did not start"));
        }
        Ok(server)
    }
}

impl Server {
    /// The failure, and besides that the server itself has ended, if so: then no figure says anything about a client.
    pub(crate) fn explain(&mut self, failure: Failure) -> Failure {
        match self.process.try_wait() {
            Ok(Some(status)) => format!("{failure}; the bench's own server had ended with {status}").into(),
            _ => failure,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The connections on which the server was ever asked for an answer.
pub(crate) fn connections(url: &str) -> Result<u64, Failure> {
    Ok(told(url, CONNECTIONS)?.parse()?)
}

/// Lets every stream go on that has fallen idle.
pub(crate) fn go_on(url: &str) -> Result<(), Failure> {
    told(url, GO_ON).map(drop)
}

/// What the server says to one of its own questions, on a connection for it alone.
fn told(url: &str, question: &str) -> Result<String, Failure> {
    let address = url.trim_start_matches("http://");
    let mut stream = net::TcpStream::connect(address)?;
    stream.write_all(format!("{question}HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())?;
    stream.shutdown(net::Shutdown::Write)?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    Ok(said)
}

/// Questions about the server itself, which are answered without a head.
const CONNECTIONS: &str = "GET /connections ";
const GO_ON: &str = "GET /go-on ";

/// What the connections have in common.
#[derive(Debug, Default)]
struct State {
    answer: Vec<u8>,
    connections: AtomicU64,
    go_on: Notify,
}

/// Serves on a free loopback port until standard input ends.
pub(crate) fn serve() -> io::Result<()> {
    crate::runtime()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        io::stdout().flush()?;
        let (closed, parent_is_gone) = oneshot::channel::<()>();
        thread::spawn(move || {
            drop(io::copy(&mut io::stdin().lock(), &mut io::sink()));
            drop(closed);
        });
        tokio::select! {
            outcome = accept(listener) => outcome,
            _ = parent_is_gone => Ok(()),
        }
    })
}

async fn accept(listener: TcpListener) -> io::Result<()> {
    let body = crate::chat::ANSWER;
    let answer = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len());
    let state = Arc::new(State {
        answer: answer.into_bytes(),
        ..State::default()
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let state = state.clone();
        tokio::spawn(async move {
            if let Err(error) = connection(stream, &state).await {
                eprintln!("the bench server: {error}");
            }
        });
    }
}

/// Answers request after request until the client closes.
async fn connection(mut stream: TcpStream, state: &State) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(64 * 1024);
    let mut counted = false;
    loop {
        while let Some(length) = request(&buffer)? {
            let request = &buffer[..length];
            if request.starts_with(CONNECTIONS.as_bytes()) {
                let connections = state.connections.load(Relaxed).to_string();
                return stream.write_all(connections.as_bytes()).await;
            }
            if request.starts_with(GO_ON.as_bytes()) {
                state.go_on.notify_waiters();
                return Ok(());
            }
            if !std::mem::replace(&mut counted, true) {
                state.connections.fetch_add(1, Relaxed);
            }
            if let Some((media_type, body)) = media::wire::answer(request) {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(body).await?;
            } else {
                match wire::Wanted::in_request(request) {
                    Some(wanted) => wanted.write(&mut stream, &state.go_on).await?,
                    None => stream.write_all(&state.answer).await?,
                }
            }
            buffer.drain(..length);
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

/// The length of the first request, once all of it is there.
fn request(bytes: &[u8]) -> io::Result<Option<usize>> {
    let Some(head) = memmem::find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let lines = bytes[..head].split(|byte| *byte == b'\n');
    let name = b"content-length:";
    let mut lengths =
        lines.filter(|line| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name));
    let body = match lengths.next() {
        None => 0,
        Some(line) => std::str::from_utf8(&line[name.len()..])
            .ok()
            .and_then(|length| length.trim().parse::<usize>().ok())
            .ok_or_else(|| io::Error::other("a request without a length that can be read"))?,
    };
    let whole = head + 4 + body;
    Ok((bytes.len() >= whole).then_some(whole))
}

#[cfg(test)]
mod tests {
    use super::request;

    #[test]
    fn a_request_ends_where_its_length_says() {
        let bytes = b"POST / HTTP/1.1\r\nhost: a\r\nContent-Length: 3\r\n\r\nabcGET";
        assert_eq!(request(bytes).unwrap(), Some(bytes.len() - 3));
        assert_eq!(request(&bytes[..bytes.len() - 4]).unwrap(), None);
        assert_eq!(request(&bytes[..20]).unwrap(), None);
        assert_eq!(request(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap(), Some(27));
        assert!(request(b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n").is_err());
    }
}
