//! Renewals that something overtakes: a logout, a login, the end of their runtime.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Map;
use tokio::sync::Notify;

use crate::refresh::{RefreshMode, Renewal, Urgency};
use crate::secret::Secret;
use crate::session::Renew;
use crate::store::{BoxFuture, TokenStore};
use crate::tokens::FreshTokens;

use super::rig::{FakeServer, Rig, refused, text};

/// A rig whose server has rotated and holds its answer back, and the caller that waits for it.
async fn under_way() -> (
    Rig,
    Arc<Notify>,
    tokio::task::JoinHandle<Result<String, crate::error::AuthError>>,
) {
    let hold = Arc::new(Notify::new());
    let server = FakeServer {
        hold: Some(hold.clone()),
        ..FakeServer::default()
    };
    let rig = Rig::with_server(-1, server).await;
    let session = rig.session.clone();
    let caller = tokio::spawn(async move { text(session.token(None).await) });
    rig.server.rotated.notified().await;
    (rig, hold, caller)
}

#[tokio::test]
async fn a_logout_that_did_not_get_the_lock_is_not_undone() {
    let (rig, hold, caller) = under_way().await;
    rig.store.no_lock.store(true, Ordering::SeqCst);
    let (_, removed) = rig.session.sign_out().await;
    removed.unwrap();
    hold.notify_one();
    assert!(caller.await.unwrap().unwrap_err().is_login_required());
    rig.store.no_lock.store(false, Ordering::SeqCst);
    assert!(rig.store.memory.load(&rig.key).await.unwrap().is_none());
    assert!(rig.token().await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn a_login_that_did_not_get_the_lock_is_not_undone_and_is_saved_later() {
    let (rig, hold, caller) = under_way().await;
    rig.store.no_lock.store(true, Ordering::SeqCst);
    assert!(rig.sign_in().await.unwrap_err().is_store());
    hold.notify_one();
    assert_eq!(caller.await.unwrap().unwrap(), "L1");
    rig.store.no_lock.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert_eq!(rig.stored().await, ("L1".into(), "M1".into()));
}

#[tokio::test]
async fn what_was_read_before_a_logout_is_not_used_after_it() {
    let rig = Rig::new(3000).await;
    let renewal = Renewal::new(&rig.session, Urgency::Needed);
    rig.session.sign_out().await.1.unwrap();
    rig.store("A0", Some("R0"), 3000, 1).await;
    let Err(error) = renewal.run().await else {
        panic!("the token of the session that was ended is handed out");
    };
    assert!(error.is_login_required());
}

#[tokio::test]
async fn a_login_counts_on_from_the_store_also_without_the_lock() {
    let rig = Rig::new(-1).await;
    rig.store("A0", Some("R0"), -1, 40).await;
    rig.store.no_lock.store(true, Ordering::SeqCst);
    let fresh = rig.other_process();
    let rig = Rig {
        session: fresh,
        ..rig
    };
    assert!(rig.sign_in().await.unwrap_err().is_store());
    assert_eq!(rig.session.info().await.unwrap().unwrap().scopes, ["api:access"]);
    assert_eq!(rig.token().await.unwrap(), "L1");
    rig.store.no_lock.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert_eq!(rig.stored().await, ("L1".into(), "M1".into()));
}

#[tokio::test]
async fn a_login_over_a_store_that_could_not_be_read_beats_what_was_obtained_before() {
    let rig = Rig::new(-1).await;
    rig.store("A0", Some("R0"), -1, 40).await;
    rig.store.no_load.store(true, Ordering::SeqCst);
    assert!(rig.sign_in().await.unwrap_err().is_store());
    rig.store.no_load.store(false, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "L1");
    rig.session.close().await;
    assert_eq!(rig.stored().await, ("L1".into(), "M1".into()));
}

#[test]
fn a_renewal_whose_runtime_ended_before_its_first_step_is_begun_anew() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let rig = first.block_on(Rig::with(200, FakeServer::default(), RefreshMode::Background));
    first.block_on(rig.token()).unwrap();
    // This call begins a renewal beside it, and the runtime ends with the call.
    let mut call = Box::pin(rig.token());
    let _entered = first.enter();
    let polled = futures_util::FutureExt::now_or_never(&mut call);
    assert_eq!(polled.unwrap().unwrap(), "A0");
    drop((call, _entered));
    drop(first);
    assert_eq!(rig.server.asked(), 0);
    rig.clock.advance(Duration::from_secs(200));
    assert_eq!(runtime().block_on(rig.token()).unwrap(), "A1");
}

#[tokio::test]
async fn a_gateway_that_gave_up_may_hide_a_rotation() {
    for (status, asked) in [(500, 1), (502, 1), (504, 1), (408, 1), (503, 2), (429, 2)] {
        let rig = Rig::new(50).await;
        rig.server
            .will_fail([refused("unrecognised_response", status, None)]);
        assert_eq!(rig.token().await.unwrap(), "A0");
        rig.clock.advance(Duration::from_secs(10));
        rig.token().await.unwrap();
        assert_eq!(rig.server.asked(), asked, "{status}");
        // Once there is nothing left to lose, it is asked again.
        rig.clock.advance(Duration::from_secs(41));
        assert_eq!(rig.token().await.unwrap(), "A2", "{status}");
    }
}

#[tokio::test]
async fn a_rejected_token_that_the_server_gives_out_again_causes_one_renewal() {
    #[derive(Debug)]
    struct Same(Arc<FakeServer>);
    impl Renew for Same {
        fn renew<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, crate::error::AuthError>> {
            self.0.asked.fetch_add(1, Ordering::SeqCst);
            Box::pin(async {
                Ok(FreshTokens {
                    access_token: Secret::new("A0"),
                    refresh_token: None,
                    expires_in: Some(3600),
                    scopes: None,
                    extra: Map::new(),
                })
            })
        }
    }
    let rig = Rig::new(3000).await;
    let session = rig.session_at(Arc::new(Same(rig.server.clone())));
    let rejected = crate::secret::AccessToken::new("A0").unwrap();
    assert!(
        session
            .token(Some(&rejected))
            .await
            .unwrap_err()
            .is_login_required()
    );
    for _ in 0..5 {
        assert_eq!(text(session.token(None).await).unwrap(), "A0");
    }
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn a_pause_because_of_the_lock_is_over_with_the_lock() {
    let rig = Rig::new(100).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.clock.advance(Duration::from_millis(99_900));
    rig.store.no_lock.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A0");
    // The token ends within the pause, of which nothing but the lock was the cause.
    rig.clock.advance(Duration::from_millis(150));
    rig.store.no_lock.store(false, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_read_holds_up_nobody_whose_token_works() {
    let rig = Rig::new(100).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    let _stuck = rig.store.lock(&rig.key).await.unwrap();
    rig.store.no_load.store(true, Ordering::SeqCst);
    rig.clock.advance(Duration::from_secs(50));
    for _ in 0..3 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
}

#[tokio::test]
async fn a_pair_that_needs_no_saving_any_more_is_forgotten() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.store("B1", Some("S1"), 3000, 2).await;
    rig.session.close().await;
    assert!(!rig.session.has_unsaved(), "somebody signed in elsewhere");

    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.store.memory.remove(&rig.key).await.unwrap();
    rig.clock.advance(Duration::from_secs(3600));
    assert!(rig.token().await.unwrap_err().is_login_required());
    assert!(!rig.session.has_unsaved(), "somebody signed out elsewhere");
}
