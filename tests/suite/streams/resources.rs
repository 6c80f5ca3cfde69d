//! What a stream holds, and for how long: the connection, the memory, no task of its own.

use super::{DONE, Flood, HELLO, STOP, in_time, read};
use crate::support::{Answer, Server, client, events, eventually, http};
use aipass::ChatStream;
use std::time::Duration;
use tokio::runtime::Handle;

async fn open(base_url: &str) -> ChatStream {
    in_time(client(base_url).chat("m").user("hi").stream())
        .await
        .unwrap()
}

#[tokio::test]
async fn dropping_a_stream_closes_its_socket() {
    let server = Server::start([Answer::Hang(events(HELLO))]).await;

    drop(open(&server.base_url).await);
    server.closed(1).await;

    let mut stream = open(&server.base_url).await;
    assert_eq!(in_time(stream.next()).await.unwrap().unwrap().text(), "Hel");
    drop(stream);
    server.closed(2).await;

    let stream = open(&server.base_url).await;
    assert!(stream.finish().unwrap_err().is_incomplete());
    server.closed(3).await;
}

#[tokio::test]
async fn dropping_a_stream_that_is_waited_for_closes_its_socket() {
    let server = Server::start([Answer::Hang(events(HELLO))]).await;
    let mut stream = open(&server.base_url).await;
    let waiting = tokio::spawn(async move {
        while stream.next().await.is_some() {}
        unreachable!("the server says no more");
    });
    // It waits for a third event.
    tokio::time::sleep(Duration::from_millis(50)).await;
    waiting.abort();
    server.closed(1).await;

    // Before there is a head, it is the call that is dropped.
    let silent = Server::start([Answer::Hang(Vec::new())]).await;
    let ai = client(&silent.base_url);
    let waiting = tokio::spawn(async move { ai.chat("m").user("hi").stream().await.is_ok() });
    eventually("the request is sent", || silent.requests().len() == 1).await;
    waiting.abort();
    silent.closed(1).await;
}

/// Only the connection has a task, as it has for whoever calls by hand, and it ends with the stream.
#[tokio::test]
async fn a_stream_runs_no_task_of_its_own() {
    let server = Server::start([Answer::Hang(events(HELLO))]).await;
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();

    let by_hand = http(&server.base_url)
        .post(&server.base_url)
        .send()
        .await
        .unwrap();
    let with_one = tasks();
    drop(by_hand);
    eventually("the call by hand leaves nothing", || tasks() == before).await;

    for events in 0..=2 {
        let mut stream = open(&server.base_url).await;
        for _ in 0..events {
            in_time(stream.next()).await.unwrap().unwrap();
        }
        assert!(
            tasks() <= with_one,
            "after {events} events: {} tasks and not {with_one}",
            tasks()
        );
        drop(stream);
        eventually("the stream leaves nothing", || tasks() == before).await;
    }

    let whole = Server::start([Answer::Bytes(events(&[HELLO, STOP, DONE].concat()))]).await;
    let before = tasks();
    assert!(read(open(&whole.base_url).await).await.end.is_ok());
    eventually("a whole stream leaves nothing", || tasks() == before).await;
}

#[tokio::test]
async fn a_reader_that_sleeps_slows_the_sender() {
    const EVENTS: usize = 100;
    let flood = Flood::start(EVENTS).await;
    let mut stream = open(&flood.site.base_url).await;
    let mut length = in_time(stream.next()).await.unwrap().unwrap().text().len();
    flood.is_held_up().await;
    while let Some(event) = in_time(stream.next()).await {
        length += event.unwrap().text().len();
    }
    assert_eq!(length, EVENTS << 20);
    assert_eq!(stream.finish().unwrap().text().len(), EVENTS << 20);
}
