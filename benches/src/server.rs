//! A server that answers every request with the same bytes, as cheaply as can be.

use crate::Error;
use std::io::{Read, Write};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// About 1 KB, as a gateway answers.
const ANSWER: &str = concat!(
    r#"{"id":"chatcmpl-a93515209a0ee90b56dc4d52","object":"chat.completion","created":1764000000,"model":"gpt-4o-mini-2024-07-18","#,
    r#""choices":[{"index":0,"message":{"role":"assistant","content":"Pick one task and write it on a card. Put the phone in "#,
    r#"another room, set a timer for twenty-five minutes, and work on nothing else until it rings. Then stand up, drink a glass "#,
    r#"of water, and decide whether the task is done. If it is not, set the timer again. Four such rounds make a good morning; "#,
    r#"after them, take a longer walk. Keep the card: in the evening it tells you what you did, and that is worth more than a "#,
    r#"list of what you meant to do.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"#,
    r#""usage":{"prompt_tokens":231,"completion_tokens":118,"total_tokens":349,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"#,
    r#""completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"#,
    r#""service_tier":"default","system_fingerprint":"fp_560af6e559"}"#
);

/// Serves until standard input ends: when the parent goes, so does this process.
pub fn run() -> Result<(), Error> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        let answer: &'static [u8] = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_0123456789\r\ncontent-length: {}\r\n\r\n{ANSWER}",
            ANSWER.len()
        )
        .into_bytes()
        .leak();
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            tokio::spawn(serve(socket, answer));
        }
    })
}

async fn serve(mut socket: TcpStream, answer: &'static [u8]) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(16 * 1024);
    loop {
        while let Some(length) = request(&bytes) {
            bytes.drain(..length);
            socket.write_all(answer).await?;
        }
        if socket.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
}

/// The length of the first request, once all of it is there.
fn request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let length = head + body.unwrap_or(0);
    (bytes.len() >= length).then_some(length)
}
