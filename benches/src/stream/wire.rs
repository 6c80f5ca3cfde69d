//! The stream as it is sent: the chunks of a chat, cut into writes as the name of the model asks for.
//!
//! Each write is also one part of HTTP's chunked encoding, so that a client meets the same cuts however the kernel joins
//! what waits in a socket.

use super::Writes;
use memchr::memmem;
use std::io;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n\
    content-type: text/event-stream\r\n\
    cache-control: no-cache\r\n\
    date: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
    server: bench\r\n\
    x-request-id: req_0123456789abcdef0123456789abcdef\r\n\
    transfer-encoding: chunked\r\n\r\n";

/// One piece of the text, as a provider sends it.
const CHUNK: &[u8] = b"data: {\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\
    \"created\":1767225600,\"model\":\"gpt-4o-mini-2024-07-18\",\"system_fingerprint\":\"fp_44709d6fcb\",\
    \"choices\":[{\"index\":0,\"delta\":{\"content\":\" morning\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";

/// The bytes of text in a chunk.
pub(crate) const TEXT: usize = " morning".len();

const LAST: &[u8] = b"data: {\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\
    \"created\":1767225600,\"model\":\"gpt-4o-mini-2024-07-18\",\"system_fingerprint\":\"fp_44709d6fcb\",\
    \"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// Before the writes and the chunks in the name of a model: `stream.tiny.1000`.
const PREFIX: &str = "stream.";

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) writes: Writes,
    pub(crate) chunks: usize,
}

impl Wanted {
    /// The name of the model that stands for it.
    pub(crate) fn model(self) -> String {
        format!("{PREFIX}{}.{}", self.writes.name(), self.chunks)
    }

    /// What this request wants, if it wants a stream.
    pub(crate) fn in_request(request: &[u8]) -> Option<Self> {
        let at = memmem::find(request, b"\"stream.")? + 1 + PREFIX.len();
        let length = memchr::memchr(b'"', &request[at..])?;
        let (writes, chunks) = std::str::from_utf8(&request[at..at + length])
            .ok()?
            .split_once('.')?;
        Some(Self {
            writes: Writes::ALL.into_iter().find(|known| known.name() == writes)?,
            chunks: chunks.parse().ok()?,
        })
    }

    /// Answers.
    pub(crate) async fn write(self, stream: &mut TcpStream) -> io::Result<()> {
        stream.write_all(HEAD).await?;
        let size = self.writes.size();
        let (mut pending, mut frame) = (Vec::new(), Vec::new());
        for _ in 0..self.chunks {
            pending.extend_from_slice(CHUNK);
            let whole = size.unwrap_or(pending.len());
            let mut sent = 0;
            while pending.len() - sent >= whole {
                part(stream, &mut frame, &pending[sent..sent + whole]).await?;
                sent += whole;
            }
            pending.drain(..sent);
        }
        pending.extend_from_slice(LAST);
        part(stream, &mut frame, &pending).await?;
        stream.write_all(b"0\r\n\r\n").await
    }
}

async fn part(stream: &mut TcpStream, frame: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    frame.clear();
    frame.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    frame.extend_from_slice(bytes);
    frame.extend_from_slice(b"\r\n");
    stream.write_all(frame).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_names_its_stream() {
        let wanted = Wanted {
            writes: Writes::Tiny,
            chunks: 70,
        };
        assert_eq!(wanted.model(), "stream.tiny.70");
        let request = br#"{"model":"stream.tiny.70","stream":true}"#;
        assert_eq!(Wanted::in_request(request), Some(wanted));
        assert_eq!(Wanted::in_request(br#"{"model":"gpt-4o-mini"}"#), None);
        assert_eq!(Wanted::in_request(br#"{"model":"stream.huge.70"}"#), None);
    }
}
