//! How large one event may be.

use super::{CHUNKED, HELLO, LAST, Outcome, STOP, Site, chat, part};
use aipass::{Client, RequestOptions};
use std::{error::Error as _, sync::Arc};

const LIMIT: usize = 16 * 1024 * 1024;

/// `HELLO`, then what follows, and a connection that stays open.
async fn after_hello(rest: Vec<Vec<u8>>) -> Outcome {
    after_hello_with(rest, |ai| ai).await
}

async fn after_hello_with(rest: Vec<Vec<u8>>, of: impl FnOnce(Client) -> Client) -> Outcome {
    let rest = Arc::new(rest);
    let site = Site::start(move |mut peer| {
        let rest = rest.clone();
        async move {
            peer.request().await?;
            peer.send(&[CHUNKED.to_vec(), part(HELLO.as_bytes())].concat())
                .await?;
            for piece in rest.iter() {
                peer.send(&part(piece)).await?;
            }
            peer.send(LAST).await?;
            peer.gone().await
        }
    })
    .await;
    chat(&of(site.client())).await
}

/// One event whose data is that long.
fn event(length: usize) -> (Vec<u8>, String) {
    let (front, back) = (r#"{"choices":[{"delta":{"content":""#, r#""}}]}"#);
    let text = "x".repeat(length - front.len() - back.len());
    (format!("data: {front}{text}{back}\n\n").into_bytes(), text)
}

fn is_refused(outcome: Outcome, why: &str) {
    is_refused_above(LIMIT, outcome, why);
}

fn is_refused_above(allowed: usize, outcome: Outcome, why: &str) {
    assert_eq!(outcome.text, "Hello", "{why}");
    let error = outcome.end.expect_err(why);
    assert!(error.is_incomplete(), "{why}: {error:?}");
    let source = error.source().unwrap();
    let limit = source
        .downcast_ref::<aipass_api::sse::EventTooLarge>()
        .unwrap()
        .limit;
    assert_eq!(limit, allowed, "{why}");
    assert_eq!(error.partial().unwrap().text(), "Hello", "{why}");
    assert!(!format!("{error} {error:?}").contains("xx"), "{why}");
}

#[tokio::test]
async fn an_event_as_large_as_allowed_passes() {
    let (event, text) = event(LIMIT);
    let outcome = after_hello(vec![event, STOP.into()]).await;
    let reply = outcome.end.unwrap();
    assert!(
        reply.text() == format!("Hello{text}"),
        "{} bytes",
        reply.text().len()
    );
}

#[tokio::test]
async fn a_larger_event_is_an_error_that_keeps_what_came() {
    let (event, _) = event(LIMIT + 1);
    is_refused(after_hello(vec![event, STOP.into()]).await, "one line");
}

#[tokio::test]
async fn lines_of_one_event_count_together() {
    let line = [b"data: ".as_slice(), &[b'x'; 1 << 20], b"\n"].concat();
    is_refused(after_hello(vec![line; 17]).await, "many lines");
}

/// Nothing is kept beyond the limit in the hope of an end.
#[tokio::test]
async fn a_line_without_an_end_is_an_error_too() {
    for begin in ["data: ", ": ", "event: "] {
        let mut pieces = vec![begin.as_bytes().to_vec()];
        pieces.extend(vec![vec![b'x'; 1 << 20]; 17]);
        is_refused(after_hello(pieces).await, begin);
    }
}

/// A call may take more, or less, than the library would.
#[tokio::test]
async fn the_limit_is_that_of_the_call() {
    let options = |bytes| move |ai: Client| ai.with_options(RequestOptions::new().max_event(bytes));
    let (large, text) = event(LIMIT + 1);
    let outcome = after_hello_with(vec![large.clone(), STOP.into()], options(LIMIT + 1)).await;
    assert!(outcome.end.unwrap().text() == format!("Hello{text}"));

    let (small, text) = event(1000);
    let outcome = after_hello_with(vec![small.clone(), STOP.into()], options(1000)).await;
    assert_eq!(outcome.end.unwrap().text(), format!("Hello{text}"));
    let outcome = after_hello_with(vec![small.clone(), STOP.into()], options(999)).await;
    is_refused_above(999, outcome, "a limit of the caller's");

    // What a call says stands above what its client does, and what says nothing changes nothing.
    let both =
        |ai: Client| options(1000)(options(10)(ai)).with_options(RequestOptions::new().header("x-a", "1"));
    let outcome = after_hello_with(vec![small, STOP.into()], both).await;
    assert!(outcome.end.is_ok());
    let outcome = after_hello_with(vec![large, STOP.into()], both).await;
    is_refused_above(1000, outcome, "a client with two options");
}
