//! What a listener is told, and what not.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt as _;

use crate::events::{SessionEvent, SessionEvents};

use crate::store::TokenStore as _;

use super::rig::{Rig, refused};

/// All events so far, in short.
fn so_far(events: &mut SessionEvents) -> Vec<&'static str> {
    let mut seen = Vec::new();
    while let Some(event) = events.next().now_or_never() {
        let event = event.expect("the client is alive");
        assert_eq!(event.account(), "default");
        let text = format!("{event:?}");
        for secret in ["A0", "R0", "A1", "R1"] {
            assert!(!text.contains(secret), "{text}");
        }
        seen.push(match event {
            SessionEvent::Refreshed { expires_at, .. } => {
                assert!(expires_at.is_some());
                "refreshed"
            }
            SessionEvent::SaveFailed { .. } => "save failed",
            SessionEvent::LoginRequired { error, .. } => {
                assert!(error.is_login_required());
                "login required"
            }
        });
    }
    seen
}

#[tokio::test]
async fn a_renewal_is_told_once() {
    let rig = Rig::new(-1).await;
    let mut events = rig.backing.announcer.listen();
    let mut second = rig.backing.announcer.listen();
    rig.token().await.unwrap();
    rig.token().await.unwrap();
    assert_eq!(so_far(&mut events), ["refreshed"]);
    assert_eq!(so_far(&mut second), ["refreshed"]);
}

#[tokio::test]
async fn a_failed_save_is_told_each_time() {
    let rig = Rig::new(-1).await;
    let mut events = rig.backing.announcer.listen();
    rig.store.no_save.store(true, Ordering::SeqCst);
    rig.token().await.unwrap();
    assert_eq!(so_far(&mut events), ["refreshed", "save failed"]);
    rig.session.close().await;
    assert_eq!(so_far(&mut events), ["save failed"]);
    rig.store.no_save.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert!(so_far(&mut events).is_empty());
}

#[tokio::test]
async fn the_end_of_a_session_is_told_once_also_while_its_token_still_works() {
    let rig = Rig::new(50).await;
    let mut events = rig.backing.announcer.listen();
    rig.server.ended.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    assert_eq!(so_far(&mut events), ["login required"]);
    rig.clock.advance(Duration::from_secs(60));
    for _ in 0..3 {
        assert!(rig.token().await.unwrap_err().is_login_required());
    }
    assert!(so_far(&mut events).is_empty());
    // After a login elsewhere the story begins anew.
    rig.server.ended.store(false, Ordering::SeqCst);
    rig.store("B1", Some("S1"), 3000, 2).await;
    assert_eq!(rig.token().await.unwrap(), "B1");
    rig.server.ended.store(true, Ordering::SeqCst);
    rig.clock.advance(Duration::from_secs(3000));
    assert!(rig.token().await.unwrap_err().is_login_required());
    assert_eq!(so_far(&mut events), ["login required"]);
}

#[tokio::test]
async fn a_session_that_ends_elsewhere_is_told_and_one_that_never_was_is_not() {
    let rig = Rig::new(50).await;
    let mut events = rig.backing.announcer.listen();
    rig.server.will_fail([refused("server_error", 500, None)]);
    rig.token().await.unwrap();
    rig.store.memory.remove(&rig.key).await.unwrap();
    rig.clock.advance(Duration::from_secs(60));
    for _ in 0..2 {
        assert!(rig.token().await.unwrap_err().is_login_required());
    }
    assert_eq!(so_far(&mut events), ["login required"]);
    let stranger = rig.other_process();
    assert!(stranger.token(None).await.unwrap_err().is_login_required());
    assert!(so_far(&mut events).is_empty());
}

#[tokio::test]
async fn a_rejected_token_without_a_refresh_token_ends_the_session() {
    let rig = Rig::new(3000).await;
    rig.store("A0", None, 3000, 2).await;
    let mut events = rig.backing.announcer.listen();
    rig.token().await.unwrap();
    assert!(so_far(&mut events).is_empty());
    for _ in 0..2 {
        assert!(rig.token_after_401("A0").await.unwrap_err().is_login_required());
    }
    assert_eq!(so_far(&mut events), ["login required"]);
}

#[tokio::test]
async fn the_end_of_the_next_session_is_told_too_however_it_begins() {
    let rig = Rig::new(-1).await;
    let mut events = rig.backing.announcer.listen();
    rig.server.ended.store(true, Ordering::SeqCst);
    assert!(rig.token().await.unwrap_err().is_login_required());
    assert_eq!(so_far(&mut events), ["login required"]);
    // A login elsewhere, whose first renewal meets a failure.
    rig.store("B1", Some("S1"), 30, 2).await;
    rig.server.will_fail([refused("server_error", 503, None)]);
    assert_eq!(rig.token().await.unwrap(), "B1");
    rig.clock.advance(Duration::from_secs(31));
    assert!(rig.token().await.unwrap_err().is_login_required());
    assert_eq!(so_far(&mut events), ["login required"]);
}
