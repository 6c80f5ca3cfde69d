//! HTTP/2: a peer that says that it did not work on a request, and one that does not say so (RFC 9113 section 8.7). The
//! frames are written byte by byte.

use super::server::{Probe, probe};
use aipass::{ChargeRisk, FilePart};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

const AUTHORITY: &[u8] = include_bytes!("../../../crates/aipass-auth/tests/tls/ca.pem");
const SERVER: &[u8] = include_bytes!("../../../crates/aipass-auth/tests/tls/server.pem");
const SERVER_KEY: &[u8] = include_bytes!("../../../crates/aipass-auth/tests/tls/server.key");

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const NO_ERROR: u32 = 0;
const PROTOCOL_ERROR: u32 = 1;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

const ANSWER: &[u8] = br#"{"choices":[{"index":0,"message":{"content":"ok"},"finish_reason":"stop"}]}"#;

/// What the server does with a request that came whole.
#[derive(Clone, Copy, Debug)]
enum Act {
    Answer,
    /// The head of an answer and half of its body, then this reset.
    Half(u32),
    /// The same, where the head tells the length.
    Short(u32),
    /// RST_STREAM with that code.
    Reset(u32),
    /// GOAWAY: the last stream that it worked on, counted back from this one, and the code; then it closes.
    GoAway {
        before: bool,
        code: u32,
    },
}

struct Server {
    base_url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// The first request meets `first`, every other one is answered.
    async fn start(first: Act) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = CertificateDer::pem_slice_iter(SERVER)
            .collect::<Result<_, _>>()
            .unwrap();
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(SERVER_KEY).unwrap())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let requests: Arc<AtomicUsize> = Arc::default();
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), seen.clone());
                tokio::spawn(async move {
                    let mut socket = acceptor.accept(socket).await.ok()?;
                    serve(&mut socket, first, &seen).await
                });
            }
        });
        Self { base_url, requests }
    }

    async fn probe(&self) -> Probe {
        probe(&self.base_url, |builder| builder.add_root_pem(AUTHORITY).unwrap()).await
    }
}

async fn serve(
    socket: &mut (impl AsyncRead + AsyncWrite + Unpin),
    first: Act,
    seen: &AtomicUsize,
) -> Option<()> {
    let mut preface = [0; 24];
    socket.read_exact(&mut preface).await.ok()?;
    assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok()?;
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        socket.read_exact(&mut payload).await.ok()?;
        if !matches!(kind, DATA | HEADERS) || flags & END_STREAM == 0 {
            continue;
        }
        let stream = u32::from_be_bytes(stream);
        let act = match seen.fetch_add(1, Ordering::SeqCst) {
            0 => first,
            _ => Act::Answer,
        };
        let (frames, closes) = match act {
            Act::Answer => (
                [status_200(stream), frame(DATA, END_STREAM, stream, ANSWER)].concat(),
                false,
            ),
            Act::Half(code) | Act::Short(code) => {
                let head = match act {
                    Act::Short(_) => length_200(stream, ANSWER.len()),
                    _ => status_200(stream),
                };
                let half = frame(DATA, 0, stream, &ANSWER[..20]);
                let reset = frame(RST_STREAM, 0, stream, &code.to_be_bytes());
                ([head, half, reset].concat(), false)
            }
            Act::Reset(code) => (frame(RST_STREAM, 0, stream, &code.to_be_bytes()), false),
            Act::GoAway { before, code } => {
                let last = if before { stream.saturating_sub(2) } else { stream };
                (
                    frame(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat()),
                    true,
                )
            }
        };
        socket.write_all(&frames).await.ok()?;
        socket.flush().await.ok()?;
        if closes {
            return socket.shutdown().await.ok();
        }
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// `:status: 200` is entry 8 of HPACK's static table (RFC 7541 appendix A).
fn status_200(stream: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &[0x88])
}

/// The same and a `content-length`, which is entry 28, with its value as it is (RFC 7541 section 6.2.2).
fn length_200(stream: u32, length: usize) -> Vec<u8> {
    let length = length.to_string();
    let name = [0x0f, 28 - 15, u8::try_from(length.len()).unwrap()];
    let fields = [&[0x88][..], &name, length.as_bytes()].concat();
    frame(HEADERS, END_HEADERS, stream, &fields)
}

#[tokio::test]
async fn an_answer_over_http_2_is_an_answer() {
    let server = Server::start(Act::Answer).await;
    let ai = server.probe().await.ai;
    assert_eq!(ai.chat("m").user("hi").send().await.unwrap().text(), "ok");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_request_that_the_peer_did_not_work_on_is_sent_again() {
    for first in [
        Act::Reset(REFUSED_STREAM),
        Act::GoAway {
            before: true,
            code: NO_ERROR,
        },
    ] {
        let server = Server::start(first).await;
        let Probe { ai, pauses, .. } = server.probe().await;
        let reply = ai
            .chat("m")
            .user("hi")
            .send()
            .await
            .unwrap_or_else(|error| panic!("{first:?}: {error:?}"));
        assert_eq!((reply.text(), reply.meta().attempts()), ("ok", 2), "{first:?}");
        assert_eq!(server.requests.load(Ordering::SeqCst), 2, "{first:?}");
        assert_eq!(pauses.recorded().len(), 1, "{first:?}");
    }
}

#[tokio::test]
async fn a_refusal_that_stays_is_not_charged() {
    let server = Server::start(Act::Reset(REFUSED_STREAM)).await;
    let ai = server
        .probe()
        .await
        .ai
        .with_options(aipass::RequestOptions::new().retry(aipass::RetryPolicy::none()));
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    assert_eq!((error.charge_risk(), error.attempts()), (ChargeRisk::NotSent, 1));
}

#[tokio::test]
async fn a_request_that_the_peer_may_have_worked_on_is_sent_once() {
    for first in [
        Act::Reset(NO_ERROR),
        Act::Reset(PROTOCOL_ERROR),
        Act::Reset(INTERNAL_ERROR),
        Act::Reset(CANCEL),
        Act::Reset(ENHANCE_YOUR_CALM),
        // The stream is among those that were worked on.
        Act::GoAway {
            before: false,
            code: NO_ERROR,
        },
        Act::GoAway {
            before: false,
            code: INTERNAL_ERROR,
        },
        // It is above the last one, but the code gives no clean end.
        Act::GoAway {
            before: true,
            code: INTERNAL_ERROR,
        },
        Act::GoAway {
            before: true,
            code: ENHANCE_YOUR_CALM,
        },
    ] {
        let server = Server::start(first).await;
        let ai = server.probe().await.ai;
        let error = ai.chat("m").user("hi").send().await.unwrap_err();
        assert!(error.is_network(), "{first:?}: {error:?}");
        assert_eq!(
            (
                error.charge_risk(),
                error.attempts(),
                server.requests.load(Ordering::SeqCst)
            ),
            (ChargeRisk::Unknown, 1, 1),
            "{first:?}: {error:?}"
        );
        // A call that costs nothing is not lost.
        let server = Server::start(first).await;
        let ai = server.probe().await.ai;
        let error = ai.userinfo().await.unwrap_err();
        assert_eq!(error.attempts(), 2, "{first:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_reset_has_begun() {
    for code in [REFUSED_STREAM, NO_ERROR, INTERNAL_ERROR] {
        let server = Server::start(Act::Half(code)).await;
        let ai = server.probe().await.ai;
        let error = ai.chat("m").user("hi").send().await.unwrap_err();
        assert!(error.is_incomplete() || error.is_decode(), "{code}: {error:?}");
        assert_eq!(
            (error.charge_risk(), server.requests.load(Ordering::SeqCst)),
            (ChargeRisk::Completed, 1),
            "{code}: {error:?}"
        );
    }
}

/// hyper takes a reset without an error for the end of a body, and nothing in a sound or a text says that it is one.
#[tokio::test]
async fn half_a_body_that_is_reset_is_no_whole() {
    for code in [NO_ERROR, CANCEL, INTERNAL_ERROR] {
        let server = Server::start(Act::Short(code)).await;
        let ai = server.probe().await.ai;
        let mut sound = ai.speech("m", "hi").stream().await.unwrap();
        assert_eq!(sound.next().await.unwrap().unwrap(), ANSWER[..20], "{code}");
        let error = sound.next().await.unwrap().unwrap_err();
        assert!(error.is_incomplete(), "{code}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{code}: {error:?}");

        let server = Server::start(Act::Short(code)).await;
        let ai = server.probe().await.ai;
        let recording = FilePart::new("a.mp3", "audio/mpeg", &b"ID3"[..]);
        let error = ai.transcribe("m", recording).srt().await.unwrap_err();
        assert!(error.is_incomplete(), "{code}: {error:?}");
        assert_eq!(
            (error.charge_risk(), server.requests.load(Ordering::SeqCst)),
            (ChargeRisk::Completed, 1),
            "{code}: {error:?}"
        );
    }
}
