//! The rules of renewal against a server that rotates and that ends a session when a refresh token comes twice.

mod background;
mod events;
mod late_writers;
mod overtaken;
mod rig;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Map;
use tokio::sync::Notify;

use crate::error::{AuthError, Kind};
use crate::secret::{AccessToken, Secret};
use crate::session::Renew;
use crate::store::{AccountKey, BoxFuture, StoreError, TokenStore};
use crate::tokens::{FreshTokens, StoredTokens};

use rig::{FakeServer, Flaky, Rig, refused, text, timeout};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_callers_cause_one_renewal() {
    let rig = Rig::new(-1).await;
    let callers: Vec<_> = (0..200)
        .map(|_| {
            let session = rig.session.clone();
            tokio::spawn(async move { text(session.token(None).await).unwrap() })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "A1");
    }
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_401_for_one_token_cause_one_renewal_and_a_late_one_none() {
    let rig = Rig::new(3000).await;
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let session = rig.session.clone();
            tokio::spawn(
                async move { text(session.token(Some(&AccessToken::new("A0").unwrap())).await).unwrap() },
            )
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "A1");
    }
    assert_eq!(rig.token_after_401("A0").await.unwrap(), "A1");
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn a_good_token_needs_no_traffic_and_one_in_its_last_minute_is_renewed() {
    let rig = Rig::new(61).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    assert_eq!(rig.server.asked(), 0);
    rig.clock.advance(Duration::from_secs(1));
    assert_eq!(rig.token().await.unwrap(), "A1");
    assert_eq!(
        (rig.server.asked(), rig.stored().await),
        (1, ("A1".to_owned(), "R1".to_owned()))
    );
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_lose_the_rotated_pair() {
    let hold = Arc::new(Notify::new());
    let rig = Rig::with_server(
        -1,
        FakeServer {
            hold: Some(hold.clone()),
            ..FakeServer::default()
        },
    )
    .await;
    let session = rig.session.clone();
    let caller = tokio::spawn(async move { session.token(None).await });
    rig.server.rotated.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    hold.notify_one();
    rig.session.close().await;
    assert_eq!(rig.stored().await, ("A1".to_owned(), "R1".to_owned()));
    assert_eq!(rig.token().await.unwrap(), "A1");
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_on_one_expired_token_cause_one_renewal() {
    let rig = Rig::new(-1).await;
    let processes: Vec<_> = (0..8)
        .map(|_| {
            let session = rig.other_process();
            tokio::spawn(async move { text(session.token(None).await).unwrap() })
        })
        .collect();
    for process in processes {
        assert_eq!(process.await.unwrap(), "A1");
    }
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn the_newer_pair_of_another_process_is_adopted() {
    let rig = Rig::new(3000).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.store("B1", Some("S1"), 3000, 2).await;
    assert_eq!(rig.token_after_401("A0").await.unwrap(), "B1");
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn a_failed_save_keeps_the_new_pair_and_is_made_up_for() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    assert_eq!(rig.token().await.unwrap(), "A1");
    assert_eq!((rig.server.asked(), rig.stored().await.0), (1, "A0".to_owned()));
    // Memory wins over the older store, also when it is time for the next renewal.
    rig.clock.advance(Duration::from_secs(3600));
    rig.store.no_save.store(false, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A2");
    assert_eq!(
        (rig.server.asked(), rig.stored().await),
        (2, ("A2".to_owned(), "R2".to_owned()))
    );
}

#[tokio::test]
async fn a_failed_save_is_tried_again_by_close_and_after_a_while() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.session.close().await;
    assert_eq!(rig.store.saves.load(Ordering::SeqCst), 2);
    rig.store.no_save.store(false, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    assert_eq!(
        rig.store.saves.load(Ordering::SeqCst),
        2,
        "not with every request"
    );
    rig.session.close().await;
    assert_eq!(
        (rig.store.saves.load(Ordering::SeqCst), rig.stored().await.0),
        (3, "A1".to_owned())
    );
    rig.session.close().await;
    assert_eq!(
        rig.store.saves.load(Ordering::SeqCst),
        3,
        "once saved it is saved"
    );
}

#[tokio::test]
async fn a_login_elsewhere_beats_a_pair_that_could_not_be_saved() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.store("B1", Some("S1"), 3000, 2).await;
    rig.store.no_save.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert_eq!(rig.stored().await.0, "B1");
    assert_eq!(rig.token_after_401("A1").await.unwrap(), "B1");
}

#[tokio::test]
async fn a_failure_for_the_moment_keeps_a_token_that_works() {
    for error in [
        refused("unrecognised_response", 502, None),
        refused("unrecognised_response", 400, None),
        refused("invalid_grant", 500, None),
        refused("invalid_client", 401, None),
        refused("slow_down", 429, Some(3)),
        timeout(),
        AuthError::new(Kind::Network),
        AuthError::new(Kind::Connect),
        AuthError::malformed("access_token"),
    ] {
        let rig = Rig::new(30).await;
        rig.server.will_fail([error.clone()]);
        for _ in 0..5 {
            assert_eq!(rig.token().await.unwrap(), "A0", "{error}");
        }
        assert_eq!(rig.server.asked(), 1, "{error}");
        assert_eq!(rig.stored().await, ("A0".to_owned(), "R0".to_owned()), "{error}");
        assert!(
            rig.clock.slept().is_empty(),
            "nobody waits for what is not needed: {error}"
        );
    }
}

#[tokio::test]
async fn everybody_gets_the_same_failure_until_the_pause_is_over() {
    let rig = Rig::new(-1).await;
    rig.server.will_fail([
        refused("unrecognised_response", 500, None),
        refused("unrecognised_response", 500, None),
    ]);
    for _ in 0..5 {
        assert!(rig.token().await.unwrap_err().is_temporary());
    }
    assert_eq!(rig.server.asked(), 1);
    rig.clock.advance(Duration::from_millis(500));
    assert!(rig.token().await.unwrap_err().is_temporary());
    assert_eq!(rig.server.asked(), 2);
    rig.clock.advance(Duration::from_millis(499));
    assert!(rig.token().await.unwrap_err().is_temporary());
    assert_eq!(rig.server.asked(), 2, "the second pause is longer");
    rig.clock.advance(Duration::from_millis(501));
    assert_eq!(rig.token().await.unwrap(), "A3");
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept() {
    let rig = Rig::new(-1).await;
    rig.server.will_fail([refused("slow_down", 429, Some(60))]);
    let error = rig.token().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    rig.clock.advance(Duration::from_secs(59));
    assert!(rig.token().await.is_err());
    assert_eq!(rig.server.asked(), 1);
    rig.clock.advance(Duration::from_secs(1));
    assert_eq!(rig.token().await.unwrap(), "A2");
}

#[tokio::test]
async fn what_was_not_processed_is_sent_once_more_when_the_token_is_over() {
    for (error, pause) in [
        (
            refused("unrecognised_response", 503, Some(1)),
            Duration::from_secs(1),
        ),
        (refused("slow_down", 429, Some(2)), Duration::from_secs(2)),
        (AuthError::new(Kind::Connect), Duration::from_millis(500)),
    ] {
        let rig = Rig::new(-1).await;
        rig.server.will_fail([error.clone()]);
        assert_eq!(rig.token().await.unwrap(), "A2", "{error}");
        assert_eq!(rig.clock.slept(), [pause], "{error}");
    }
    for error in [
        refused("unrecognised_response", 503, Some(6)),
        refused("unrecognised_response", 500, None),
        timeout(),
    ] {
        let rig = Rig::new(-1).await;
        rig.server.will_fail([error.clone()]);
        assert!(rig.token().await.is_err(), "{error}");
        assert_eq!((rig.server.asked(), rig.clock.slept().len()), (1, 0), "{error}");
    }
}

#[tokio::test]
async fn an_unanswered_request_is_not_repeated_while_the_old_token_works() {
    let rig = Rig::new(30).await;
    rig.server.will_fail([timeout()]);
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.clock.advance(Duration::from_secs(20));
    assert_eq!(rig.token().await.unwrap(), "A0");
    assert_eq!(rig.server.asked(), 1, "to repeat it could end the session");
    rig.clock.advance(Duration::from_secs(10));
    assert_eq!(rig.token().await.unwrap(), "A2");
}

#[tokio::test]
async fn a_dead_grant_is_asked_for_once() {
    let rig = Rig::new(-1).await;
    rig.server.ended.store(true, Ordering::SeqCst);
    for _ in 0..5 {
        let error = rig.token().await.unwrap_err();
        assert!(error.is_login_required() && !error.is_temporary());
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(
            source,
            "the authorization server refused: invalid_grant (HTTP 400)"
        );
    }
    assert_eq!(rig.server.asked(), 1);
    assert_eq!(rig.stored().await.1, "R0", "what was refused is not deleted");
}

#[tokio::test]
async fn a_dead_grant_leaves_a_token_that_works() {
    let rig = Rig::new(30).await;
    rig.server.ended.store(true, Ordering::SeqCst);
    for _ in 0..5 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    assert!(rig.token_after_401("A0").await.unwrap_err().is_login_required());
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn a_login_by_another_process_ends_the_mourning() {
    let rig = Rig::new(-1).await;
    rig.server.ended.store(true, Ordering::SeqCst);
    assert!(rig.token().await.unwrap_err().is_login_required());
    rig.store("B1", Some("S1"), 3000, 1).await;
    assert_eq!(rig.token().await.unwrap(), "B1");
}

#[tokio::test]
async fn a_pair_that_appears_behind_a_refusal_is_used() {
    /// Another process without our lock renews while we ask.
    #[derive(Debug)]
    struct Raced(Arc<Flaky>, AccountKey);
    impl Renew for Raced {
        fn renew<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
            Box::pin(async {
                let tokens = StoredTokens::new(&self.1, "B1")
                    .with_refresh_token("S1")
                    .with_expires_in(Duration::from_secs(3600));
                self.0.save(&self.1, &tokens).await.unwrap();
                Err(refused("invalid_grant", 400, None))
            })
        }
    }
    let rig = Rig::new(-1).await;
    let server = Arc::new(Raced(rig.store.clone(), rig.key.clone()));
    let session = rig.session_at(server);
    assert_eq!(text(session.token(None).await).unwrap(), "B1");
}

#[tokio::test]
async fn a_rejected_token_is_never_handed_back_to_its_reporter() {
    let rig = Rig::new(3000).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.server
        .will_fail([refused("unrecognised_response", 500, None)]);
    assert!(rig.token_after_401("A0").await.unwrap_err().is_temporary());
    assert!(rig.token_after_401("A0").await.unwrap_err().is_temporary());
    assert_eq!(rig.token().await.unwrap(), "A0", "for others it may still work");
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test]
async fn without_a_refresh_token_the_session_ends_with_its_token() {
    let rig = Rig::new(30).await;
    rig.store("A0", None, 30, 1).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.clock.advance(Duration::from_secs(30));
    assert!(rig.token().await.unwrap_err().is_login_required());
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn an_empty_store_asks_for_a_login() {
    let rig = Rig::new(3000).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.store.memory.remove(&rig.key).await.unwrap();
    assert!(rig.session.info().await.unwrap().is_none());
    assert!(rig.token_after_401("A0").await.unwrap_err().is_login_required());
    assert!(
        rig.token().await.unwrap_err().is_login_required(),
        "another process has signed out"
    );
}

#[tokio::test]
async fn nothing_is_renewed_without_the_lock() {
    let rig = Rig::new(30).await;
    rig.store.no_lock.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A0", "reading needs no lock");
    rig.clock.advance(Duration::from_secs(1));
    rig.store.no_lock.store(false, Ordering::SeqCst);
    rig.server
        .will_fail([refused("unrecognised_response", 500, None)]);
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.store.no_lock.store(true, Ordering::SeqCst);
    rig.clock.advance(Duration::from_secs(5));
    assert_eq!(
        rig.token().await.unwrap(),
        "A0",
        "the token in memory still works"
    );
    rig.clock.advance(Duration::from_secs(30));
    let error = rig.token().await.unwrap_err();
    assert!(error.is_store() && error.is_temporary());
    assert_eq!(rig.server.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_never_lets_go_of_the_lock_holds_up_nobody_whose_token_works() {
    let rig = Rig::new(30).await;
    let stuck = rig.store.lock(&rig.key).await.unwrap();
    for _ in 0..3 {
        assert_eq!(rig.token().await.unwrap(), "A0");
    }
    assert_eq!(rig.server.asked(), 0);
    // Who has no token that works waits as long as it takes.
    rig.clock.advance(Duration::from_secs(31));
    let caller = tokio::spawn({
        let session = rig.session.clone();
        async move { text(session.token(None).await) }
    });
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!caller.is_finished());
    drop(stuck);
    assert_eq!(caller.await.unwrap().unwrap(), "A1");
}

#[tokio::test]
async fn a_good_token_is_read_without_the_lock() {
    let rig = Rig::new(3000).await;
    rig.store.no_lock.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.store("B1", Some("S1"), 3000, 2).await;
    assert_eq!(rig.token_after_401("A0").await.unwrap(), "B1");
}

#[tokio::test]
async fn an_unreadable_store_does_not_end_a_token_that_works() {
    let rig = Rig::new(100).await;
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.store.no_load.store(true, Ordering::SeqCst);
    rig.clock.advance(Duration::from_secs(50));
    assert_eq!(rig.token().await.unwrap(), "A0");
    rig.clock.advance(Duration::from_secs(50));
    assert!(rig.token().await.unwrap_err().is_store());
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn a_server_that_says_zero_seconds_is_not_asked_for_every_request() {
    let rig = Rig::new(-1).await;
    *rig.server.lifetime.lock().unwrap() = Some(0);
    for _ in 0..5 {
        assert_eq!(rig.token().await.unwrap(), "A1");
    }
    rig.clock.advance(Duration::from_secs(10));
    assert_eq!(rig.token().await.unwrap(), "A2");
    assert_eq!(rig.server.asked(), 2);
}

#[tokio::test]
async fn a_wall_clock_that_was_set_back_does_not_keep_an_old_token() {
    let rig = Rig::new(-1).await;
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.clock.set_wall_back(Duration::from_secs(86_400));
    assert_eq!(rig.token().await.unwrap(), "A2");
    assert_eq!(rig.token().await.unwrap(), "A2");
}

#[tokio::test]
async fn tokens_of_another_client_are_refused() {
    let rig = Rig::new(3000).await;
    let other = AccountKey::new(
        &"https://staging.aipass.one".parse().unwrap(),
        "client_1",
        "default",
    );
    let foreign = StoredTokens::new(&other, "canary").with_refresh_token("canary");
    rig.store.memory.save(&rig.key, &foreign).await.unwrap();
    let error = rig.token().await.unwrap_err();
    assert!(matches!(error.store_error(), Some(StoreError::ForeignTokens)));
    assert_eq!(rig.server.asked(), 0);
}

#[tokio::test]
async fn refresh_renews_a_good_token_and_the_newest_one() {
    let rig = Rig::new(3000).await;
    let info = rig.session.refresh().await.unwrap();
    assert!(info.can_refresh);
    assert_eq!(
        (rig.token().await.unwrap(), rig.server.asked()),
        ("A1".to_owned(), 1)
    );
    rig.store("B1", Some("S1"), 3000, 9).await;
    rig.session.refresh().await.unwrap();
    assert_eq!(
        (rig.token().await.unwrap(), rig.server.asked()),
        ("A2".to_owned(), 2)
    );
    assert!(rig.server.used.lock().unwrap().contains("S1"));
}

#[tokio::test]
async fn a_server_that_gives_out_the_same_token_again_is_believed() {
    #[derive(Debug)]
    struct Same;
    impl Renew for Same {
        fn renew<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
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
    let session = rig.session_at(Arc::new(Same));
    session.refresh().await.unwrap();
    assert_eq!(text(session.token(None).await).unwrap(), "A0");
    let generation = rig
        .store
        .memory
        .load(&rig.key)
        .await
        .unwrap()
        .unwrap()
        .generation();
    assert_eq!(generation, 2);
}

#[tokio::test]
async fn a_wish_for_a_renewal_fails_as_the_renewal_does() {
    let rig = Rig::new(3000).await;
    rig.server.will_fail([refused("server_error", 503, None)]);
    assert!(rig.session.refresh().await.unwrap_err().is_temporary());
    assert_eq!(rig.token().await.unwrap(), "A0", "the token still works");
    rig.server.ended.store(true, Ordering::SeqCst);
    rig.clock.advance(Duration::from_secs(1));
    assert!(rig.session.refresh().await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn a_login_replaces_everything_that_was_known() {
    let rig = Rig::new(-1).await;
    rig.server.ended.store(true, Ordering::SeqCst);
    assert!(rig.token().await.unwrap_err().is_login_required());
    let info = rig.sign_in().await.unwrap();
    assert_eq!(info.scopes, ["api:access"]);
    assert_eq!(
        (rig.token().await.unwrap(), rig.stored().await.1),
        ("L1".to_owned(), "M1".to_owned())
    );
    let generation = rig
        .store
        .memory
        .load(&rig.key)
        .await
        .unwrap()
        .unwrap()
        .generation();
    assert_eq!(generation, 2);
}

#[tokio::test]
async fn a_login_that_cannot_be_saved_says_so_and_works_all_the_same() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert!(rig.sign_in().await.unwrap_err().is_store());
    assert_eq!(rig.token().await.unwrap(), "L1");
}

#[tokio::test]
async fn a_renewal_that_panics_is_an_error_and_not_the_end() {
    #[derive(Debug)]
    struct Panics(Arc<FakeServer>, AtomicBool);
    impl Renew for Panics {
        fn renew<'a>(&'a self, token: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
            assert!(self.1.swap(true, Ordering::SeqCst), "the first call panics");
            self.0.renew(token)
        }
    }
    let rig = Rig::new(-1).await;
    let server = Arc::new(Panics(rig.server.clone(), AtomicBool::new(false)));
    let session = rig.session_at(server);
    assert!(session.token(None).await.unwrap_err().is_temporary());
    assert_eq!(text(session.token(None).await).unwrap(), "A1");
}
