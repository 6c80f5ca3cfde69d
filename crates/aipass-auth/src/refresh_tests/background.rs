//! Renewal ahead of need: callers keep their token, one task asks the server.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;

use crate::refresh::RefreshMode;

use super::rig::{FakeServer, Rig, refused};

/// Waits for what a task does that nobody waits for.
async fn until(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..10_000 {
        if done().await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the task never did it");
}

async fn background(left: i64, server: FakeServer) -> Rig {
    Rig::with(left, server, RefreshMode::Background).await
}

#[tokio::test]
async fn callers_go_on_with_the_old_token_while_a_new_one_is_fetched() {
    let hold = Arc::new(Notify::new());
    let server = FakeServer {
        hold: Some(hold.clone()),
        ..FakeServer::default()
    };
    let rig = background(200, server).await;
    // The first call reads the store, so it knows no token yet; it needs no other one either.
    for _ in 0..3 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    rig.server.rotated.notified().await;
    for _ in 0..100 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    assert_eq!(rig.server.asked(), 1);
    hold.notify_one();
    rig.session.close().await;
    assert_eq!(
        (rig.token().await.unwrap(), rig.stored().await.1),
        ("A1".into(), "R1".into())
    );
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn a_program_that_comes_and_goes_renews_nothing_ahead_of_need() {
    let rig = Rig::new(200).await;
    for _ in 0..10 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    rig.session.close().await;
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn a_token_with_much_life_left_is_left_alone() {
    let rig = background(301, FakeServer::default()).await;
    for _ in 0..3 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    rig.session.close().await;
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn a_failure_ahead_of_need_disturbs_nobody_and_is_not_repeated_with_every_call() {
    let rig = background(200, FakeServer::default()).await;
    rig.server.will_fail([refused("server_error", 503, None)]);
    for _ in 0..50 {
        assert_eq!(rig.token().await.unwrap(), "A0");
        rig.session.close().await;
    }
    assert_eq!(rig.server.asked(), 1);
    rig.clock.advance(Duration::from_secs(11));
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.session.close().await;
    // The server numbers its answers, refusals included.
    assert_eq!((rig.token().await.unwrap(), rig.server.asked()), ("A2".into(), 2));
}

#[tokio::test]
async fn a_dead_grant_ahead_of_need_is_asked_once_and_the_store_is_not_hammered() {
    let rig = background(200, FakeServer::default()).await;
    rig.server.ended.store(true, Ordering::SeqCst);
    for _ in 0..50 {
        assert_eq!(rig.token().await.unwrap(), "A0");
        rig.session.close().await;
    }
    assert_eq!(rig.server.asked(), 1);
    rig.clock.advance(Duration::from_secs(200));
    assert!(rig.token().await.unwrap_err().is_login_required());
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn a_pair_that_another_process_fetched_meanwhile_is_adopted_without_a_request() {
    let rig = background(200, FakeServer::default()).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.store("B1", Some("S1"), 3000, 2).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    until(async || rig.token().await.unwrap() == "B1").await;
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn a_token_in_its_last_minute_is_waited_for_in_either_mode() {
    let rig = background(60, FakeServer::default()).await;
    assert_eq!((rig.token().await.unwrap(), rig.server.asked()), ("A1".into(), 1));
}
