//! Every endpoint through the facade: what is sent, to the byte, and what is made of what comes back.

mod account;
mod audio;
mod downloads;
mod embeddings;
mod images;
mod requests;
mod uploads;
mod videos;

use crate::support::{Answer, Server, answer};

/// A server that answers everything with that JSON.
async fn json_server(body: &str) -> Server {
    Server::start([answer("200 OK", "application/json", body)]).await
}

/// A whole answer with those headers, line by line, and that body.
fn whole(head: &str, body: &[u8]) -> Answer {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    Answer::Bytes(bytes)
}

/// A PNG of one grey pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cc(\0\0\0\x81\0\x81\x27\x1b\x5e\x9b\0\0\0\0IEND\xaeB`\x82";

/// The same in base64.
const PIXEL_BASE64: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGMoAAAAgQCBJxtemwAAAABJRU5ErkJggg==";
