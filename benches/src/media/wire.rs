//! What the server of the benches answers about files and vectors.

use super::{DIMENSIONS, FILE, TEXTS};
use crate::Failure;
use memchr::memmem;
use std::{fmt::Write as _, sync::OnceLock};

/// The head and the body of the answer to that request, if it is about them.
pub(crate) fn answer(request: &[u8]) -> Option<(&'static str, &'static [u8])> {
    static DOWN: OnceLock<Vec<u8>> = OnceLock::new();
    static NUMBERS: OnceLock<String> = OnceLock::new();
    static BASE64: OnceLock<String> = OnceLock::new();
    let line = request.split(|byte| *byte == b'\r').next()?;
    let asks = |path: &str| memmem::find(line, path.as_bytes()).is_some();
    if asks("/images/edits ") {
        return Some((
            "application/json",
            br#"{"created":1,"data":[{"b64_json":"AA=="}]}"#,
        ));
    }
    if asks("/content ") {
        return Some(("video/mp4", DOWN.get_or_init(file)));
    }
    if asks("/embeddings ") {
        let base64 = memmem::find(request, b"\"base64\"").is_some();
        let list = if base64 {
            BASE64.get_or_init(|| list(&vector_in_base64()))
        } else {
            NUMBERS.get_or_init(|| list(&vector_in_numbers()))
        };
        return Some(("application/json", list.as_bytes()));
    }
    None
}

/// A file that a compressor or a shortcut makes nothing of.
pub(super) fn file() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = b"\0\0\0\x18ftypisom".to_vec();
    while bytes.len() < FILE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(FILE);
    bytes
}

pub(super) fn texts() -> Vec<String> {
    (0..TEXTS).map(|number| format!("Text number {number}")).collect()
}

/// A figure of work that was not done would be worse than none.
pub(super) fn same(found: usize, expected: usize) -> Result<(), Failure> {
    if found == expected {
        return Ok(());
    }
    Err(format!("there are {found} and not {expected}").into())
}

fn numbers() -> impl Iterator<Item = f32> {
    (0..DIMENSIONS).map(|at| ((at * 7919 % 20011) as f32 / 20011.0 - 0.5) / 10.0)
}

fn list(vector: &str) -> String {
    let mut list = String::from(r#"{"object":"list","model":"text-embedding-3-small","data":["#);
    for index in 0..TEXTS {
        if index > 0 {
            list.push(',');
        }
        let _ = write!(
            list,
            r#"{{"object":"embedding","index":{index},"embedding":{vector}}}"#
        );
    }
    list.push_str(r#"],"usage":{"prompt_tokens":8192,"total_tokens":8192}}"#);
    list
}

/// With as many digits as the service sends.
fn vector_in_numbers() -> String {
    let numbers: Vec<String> = numbers().map(|number| format!("{number:.9}")).collect();
    format!("[{}]", numbers.join(","))
}

fn vector_in_base64() -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = numbers().flat_map(f32::to_le_bytes).collect();
    let mut text = String::from("\"");
    // A whole number of triples: no padding.
    for triple in bytes.chunks_exact(3) {
        let bits = u32::from_be_bytes([0, triple[0], triple[1], triple[2]]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(LETTERS[(bits >> shift) as usize & 63]));
        }
    }
    text.push('"');
    text
}
