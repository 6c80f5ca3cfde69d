//! The listener that the browser returns to: one answer, bounded work, nothing echoed.
//!
//! Everything on this machine can talk to it, and every web page can make the browser talk to it. So a request
//! counts only if it is a `GET` of the exact path with the exact `Host` (which a page of another name cannot
//! send, RFC 8252 section 8.3), is a navigation and not an image or a script, and carries the state of the
//! login. Anything else gets a short refusal, and the listener keeps waiting.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::callback::{Callback, Expected};
use crate::error::{AuthError, Kind};
use crate::page::{self, Page};

/// Browsers open spare connections, and anybody on this machine can open more.
const CONNECTIONS: usize = 16;
const PER_CONNECTION: Duration = Duration::from_secs(10);
const LONGEST_REQUEST: usize = 16 * 1024;
const MOST_HEADERS: usize = 100;

/// The address of this machine that the browser returns to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "a machine has no other loopback names")]
pub enum LoopbackHost {
    /// `127.0.0.1`, the usual one.
    #[default]
    V4,
    /// `[::1]`.
    V6,
    /// `localhost`, for clients that are registered so; RFC 8252, section 8.3, advises against it. Both addresses
    /// of the name are taken, since another user's program could take the second one.
    Localhost,
}

impl LoopbackHost {
    /// What stands in the `Host` header.
    fn authority(self, port: u16) -> String {
        let name = match self {
            Self::V4 => "127.0.0.1",
            Self::V6 => "[::1]",
            Self::Localhost => "localhost",
        };
        if port == 80 {
            name.to_owned()
        } else {
            format!("{name}:{port}")
        }
    }

    pub(crate) fn redirect_uri(self, port: u16, path: &str) -> String {
        format!("http://{}{path}", self.authority(port))
    }
}

pub(crate) struct Listener {
    sockets: Vec<TcpListener>,
    /// What the `Host` header has to be.
    authority: String,
    path: String,
    redirect_uri: String,
}

impl Listener {
    pub(crate) async fn bind(host: LoopbackHost, port: u16, path: &str) -> io::Result<Self> {
        let address: IpAddr = match host {
            LoopbackHost::V6 => Ipv6Addr::LOCALHOST.into(),
            LoopbackHost::V4 | LoopbackHost::Localhost => Ipv4Addr::LOCALHOST.into(),
        };
        let first = TcpListener::bind(SocketAddr::new(address, port)).await?;
        let port = first.local_addr()?.port();
        let mut sockets = vec![first];
        if host == LoopbackHost::Localhost {
            match TcpListener::bind(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port)).await {
                Ok(second) => sockets.push(second),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
                // This machine has no IPv6, so nobody else has the address either.
                Err(_) => {}
            }
        }
        Ok(Self {
            sockets,
            authority: host.authority(port),
            path: path.to_owned(),
            redirect_uri: host.redirect_uri(port, path),
        })
    }

    /// Keeps a redirect URI as it is registered, where it says the same in other letters.
    pub(crate) fn with_redirect_uri(mut self, redirect_uri: String) -> Self {
        self.redirect_uri = redirect_uri;
        self
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the answer that belongs to the login. The port is closed when this returns, and so is every
    /// connection but the one that still waits for its page.
    pub(crate) async fn wait(
        self,
        expected: Expected,
        limit: Duration,
    ) -> Result<(Callback, Browser), AuthError> {
        let (sender, mut answers) = mpsc::channel(1);
        let rules = Arc::new(Rules {
            authority: self.authority,
            path: self.path,
            expected,
            answers: sender,
        });
        let permits = Arc::new(Semaphore::new(CONNECTIONS));
        let accepting = self
            .sockets
            .into_iter()
            .map(|socket| accept(socket, rules.clone(), permits.clone()));
        // In no task of their own, so that the ports are free as soon as nobody waits any more.
        let accepting = pin!(join_all(accepting));
        let answered = match select(accepting, pin!(timeout(limit, answers.recv()))).await {
            Either::Left(_) => Ok(None),
            Either::Right((answered, _)) => answered,
        };
        match answered {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(AuthError::new(Kind::Listen { tried: Vec::new() })),
            Err(_) => Err(AuthError::new(Kind::LoginTimeout)),
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// The connection of the browser that brought the answer; it waits for its page until the exchange is done.
pub(crate) struct Browser(TcpStream);

impl Browser {
    pub(crate) async fn show(mut self, page: &Page) {
        // The login has ended by now; whether the person sees the page changes nothing.
        let _ = timeout(PER_CONNECTION, answer(&mut self.0, page)).await;
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Browser")
    }
}

struct Rules {
    authority: String,
    path: String,
    expected: Expected,
    answers: mpsc::Sender<(Callback, Browser)>,
}

async fn accept(socket: TcpListener, rules: Arc<Rules>, permits: Arc<Semaphore>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(permit) = permits.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, peer)) = socket.accept().await else {
            // Out of file handles, for example: it passes.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        if !peer.ip().to_canonical().is_loopback() {
            continue;
        }
        let rules = rules.clone();
        connections.spawn(async move {
            let _permit = permit;
            let _ = timeout(PER_CONNECTION, serve(stream, &rules)).await;
        });
    }
}

async fn serve(mut stream: TcpStream, rules: &Rules) -> io::Result<()> {
    let target = match read_target(&mut stream, rules).await? {
        Some(Ok(target)) => target,
        Some(Err(status)) => return answer(&mut stream, &page::refusal(status)).await,
        None => return Ok(()),
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    if path != rules.path {
        return answer(&mut stream, &page::refusal(404)).await;
    }
    match rules.expected.read(query) {
        Ok(callback) => {
            // A second true answer finds the first one in the channel, and its connection is dropped.
            let _ = rules.answers.try_send((callback, Browser(stream)));
            Ok(())
        }
        Err(why) => {
            tracing::debug!(why, "a request that does not belong to the login");
            answer(&mut stream, &page::refusal(400)).await
        }
    }
}

/// Reads one request and returns its target, or the status of its refusal, or nothing if the peer went away.
async fn read_target(stream: &mut TcpStream, rules: &Rules) -> io::Result<Option<Result<String, u16>>> {
    let mut request = Vec::with_capacity(2048);
    loop {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let status = parsed.parse(&request);
        match status {
            _ if request.len() > LONGEST_REQUEST => return Ok(Some(Err(431))),
            Ok(httparse::Status::Partial) => {}
            Ok(httparse::Status::Complete(_)) => return Ok(Some(check(&parsed, rules))),
            Err(httparse::Error::TooManyHeaders) => return Ok(Some(Err(431))),
            Err(_) => return Ok(Some(Err(400))),
        }
    }
}

fn check(request: &httparse::Request<'_, '_>, rules: &Rules) -> Result<String, u16> {
    let values = |name: &str| -> Vec<&[u8]> {
        request
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
            .collect()
    };
    // HEAD and the OPTIONS of a preflight must not use the answer up either.
    if request.method != Some("GET") {
        return Err(405);
    }
    if !matches!(values("host").as_slice(), [host] if host.eq_ignore_ascii_case(rules.authority.as_bytes())) {
        return Err(421);
    }
    if values("sec-fetch-dest")
        .iter()
        .any(|destination| *destination != b"document")
    {
        return Err(403);
    }
    Ok(request.path.unwrap_or_default().to_owned())
}

async fn answer(stream: &mut TcpStream, page: &Page) -> io::Result<()> {
    stream.write_all(page.to_response().as_bytes()).await?;
    stream.shutdown().await?;
    // Closing with unread bytes would reset the connection and take the page away from the browser.
    let mut rest = [0; 1024];
    for _ in 0..64 {
        if !matches!(
            timeout(Duration::from_millis(500), stream.read(&mut rest)).await,
            Ok(Ok(1..))
        ) {
            break;
        }
    }
    Ok(())
}
