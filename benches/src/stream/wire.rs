//! The stream as it is sent: the chunks of a chat, cut into writes as the name of the model asks for.
//!
//! Each write is also one part of HTTP's chunked encoding, so that a client meets the same cuts however the kernel joins
//! what waits in a socket. The last part and the end of the encoding are one write, unless the end is to be late.

use memchr::memmem;
use std::{io, time::Duration};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::Notify, time::sleep};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n\
    content-type: text/event-stream\r\n\
    cache-control: no-cache\r\n\
    date: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
    server: bench\r\n\
    x-request-id: req_0123456789abcdef0123456789abcdef\r\n\
    transfer-encoding: chunked\r\n\r\n";

/// A chunk up to its piece of the text, as a provider sends it.
const BEFORE: &[u8] =
    b"data: {\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\
    \"created\":1767225600,\"model\":\"gpt-4o-mini-2024-07-18\",\"system_fingerprint\":\"fp_44709d6fcb\",\
    \"choices\":[{\"index\":0,\"delta\":{\"content\":\"";

const BEHIND: &[u8] = b"\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";

/// The pieces, in turns, as JSON: each is another than the one before it, and one in eight has an escape.
const PIECES: [&[u8]; 16] = [
    b"Good",
    b" morning",
    b",",
    b" dear",
    b" reader",
    b"!\\n\\n",
    b"This",
    b" is",
    b" a",
    b" long",
    b" and",
    b" winding",
    b" \\\"answer",
    b" to",
    b" your",
    b" question",
];

/// The text in a piece: an escape of the pieces above is two bytes for one.
fn text_of(piece: &[u8]) -> usize {
    piece.len() - memchr::memchr_iter(b'\\', piece).count()
}

const LAST: &[u8] = b"data: {\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\
    \"created\":1767225600,\"model\":\"gpt-4o-mini-2024-07-18\",\"system_fingerprint\":\"fp_44709d6fcb\",\
    \"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// The end of the chunked encoding.
const END: &[u8] = b"0\r\n\r\n";

/// How long a late end is behind the last event.
pub(crate) const LATE: Duration = Duration::from_millis(2);

/// The bytes of a write of one large event.
pub(crate) const READ: usize = 1400;

/// Before the writes and the count in the name of a model: `stream.tiny.1000`.
const PREFIX: &str = "stream.";

/// How the server sends the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writes {
    /// In writes of 16 KiB, with many events each.
    Large,
    /// One event a write, as models send them.
    Events,
    /// In writes of 97 bytes: each event comes in three or four.
    Tiny,
    /// One event a write, and the end of the encoding [`LATE`].
    Late,
    /// One event a write, and none behind the first until the server is told to go on.
    Idle,
    /// One event alone, with so many bytes of text, in writes of [`READ`].
    Whole,
}

impl Writes {
    const ALL: [Self; 6] = [
        Self::Large,
        Self::Events,
        Self::Tiny,
        Self::Late,
        Self::Idle,
        Self::Whole,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Events => "events",
            Self::Tiny => "tiny",
            Self::Late => "late",
            Self::Idle => "idle",
            Self::Whole => "whole",
        }
    }

    /// The bytes of a write; none where it is an event, whatever its length.
    fn size(self) -> Option<usize> {
        match self {
            Self::Large => Some(16 * 1024),
            Self::Tiny => Some(97),
            Self::Whole => Some(READ),
            Self::Events | Self::Late | Self::Idle => None,
        }
    }
}

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) writes: Writes,
    /// The chunks, or the bytes of text in the only one.
    pub(crate) count: usize,
}

impl Wanted {
    /// The name of the model that stands for it.
    pub(crate) fn model(self) -> String {
        format!("{PREFIX}{}.{}", self.writes.name(), self.count)
    }

    /// The bytes of text in all of its chunks.
    pub(crate) fn text(self) -> usize {
        match self.writes {
            Writes::Whole => self.count,
            _ => PIECES
                .iter()
                .cycle()
                .take(self.count)
                .map(|piece| text_of(piece))
                .sum(),
        }
    }

    /// What this request wants, if it wants a stream.
    pub(crate) fn in_request(request: &[u8]) -> Option<Self> {
        let at = memmem::find(request, b"\"stream.")? + 1 + PREFIX.len();
        let length = memchr::memchr(b'"', &request[at..])?;
        let (writes, count) = std::str::from_utf8(&request[at..at + length])
            .ok()?
            .split_once('.')?;
        Some(Self {
            writes: Writes::named(writes)?,
            count: count.parse().ok()?,
        })
    }

    /// Answers. Where nothing is sent behind the first event, `go_on` ends that.
    pub(crate) async fn write(self, stream: &mut TcpStream, go_on: &Notify) -> io::Result<()> {
        stream.write_all(HEAD).await?;
        // Made before the client can know of the first event, so that it hears of whatever comes after that.
        let mut go_on = (self.writes == Writes::Idle).then(|| go_on.notified());
        let (mut pending, mut frame) = (Vec::new(), Vec::new());
        let chunks = if self.writes == Writes::Whole {
            1
        } else {
            self.count
        };
        for number in 0..chunks {
            pending.extend_from_slice(BEFORE);
            match self.writes {
                Writes::Whole => pending.extend(b" morning".iter().cycle().take(self.count)),
                _ => pending.extend_from_slice(PIECES[number % PIECES.len()]),
            }
            pending.extend_from_slice(BEHIND);
            let whole = self.writes.size().unwrap_or(pending.len());
            let mut sent = 0;
            while pending.len() - sent >= whole {
                frame_of(&pending[sent..sent + whole], &mut frame);
                stream.write_all(&frame).await?;
                sent += whole;
            }
            pending.drain(..sent);
            if let Some(go_on) = go_on.take() {
                go_on.await;
            }
        }
        pending.extend_from_slice(LAST);
        frame_of(&pending, &mut frame);
        if self.writes == Writes::Late {
            stream.write_all(&frame).await?;
            sleep(LATE).await;
            return stream.write_all(END).await;
        }
        frame.extend_from_slice(END);
        stream.write_all(&frame).await
    }
}

/// Those bytes as one part of the chunked encoding.
fn frame_of(bytes: &[u8], frame: &mut Vec<u8>) {
    frame.clear();
    frame.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    frame.extend_from_slice(bytes);
    frame.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_names_its_stream() {
        let wanted = Wanted {
            writes: Writes::Tiny,
            count: 70,
        };
        assert_eq!(wanted.model(), "stream.tiny.70");
        let request = br#"{"model":"stream.tiny.70","stream":true}"#;
        assert_eq!(Wanted::in_request(request), Some(wanted));
        assert_eq!(Wanted::in_request(br#"{"model":"gpt-4o-mini"}"#), None);
        assert_eq!(Wanted::in_request(br#"{"model":"stream.huge.70"}"#), None);
    }

    #[test]
    fn a_stream_has_as_much_text_as_is_expected() {
        let text = |wanted: &[u8]| Wanted::in_request(wanted).unwrap().text();
        assert_eq!(text(b"\"stream.whole.11\""), 11);
        assert_eq!(
            text(b"\"stream.large.6\""),
            "Good morning, dear reader!\n\n".len()
        );
        for piece in PIECES {
            let json = [b"\"", piece, b"\""].concat();
            let read: String = serde_json::from_slice(&json).unwrap();
            assert_eq!(text_of(piece), read.len(), "{read}");
        }
    }

    #[test]
    fn a_part_stands_behind_its_length() {
        let mut frame = b"old".to_vec();
        frame_of(b"seventeen bytes..", &mut frame);
        assert_eq!(frame, b"11\r\nseventeen bytes..\r\n");
    }
}
