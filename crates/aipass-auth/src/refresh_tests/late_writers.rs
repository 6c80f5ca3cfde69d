//! Stores that change under a renewal, in spite of the lock: a lease that ran out, a logout without the lock.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::error::AuthError;
use crate::secret::Secret;
use crate::session::Renew;
use crate::store::{AccountKey, BoxFuture, TokenStore};
use crate::tokens::{FreshTokens, StoredTokens};

use super::rig::{FakeServer, Flaky, Rig, refused, text};

/// While the server answers, somebody else writes.
#[derive(Debug)]
struct Meanwhile {
    server: Arc<FakeServer>,
    store: Arc<Flaky>,
    key: AccountKey,
    writes: Option<StoredTokens>,
}

impl Renew for Meanwhile {
    fn renew<'a>(&'a self, token: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
        Box::pin(async move {
            let answer = self.server.renew(token).await;
            match &self.writes {
                Some(tokens) => self.store.memory.save(&self.key, tokens).await.unwrap(),
                None => self.store.memory.remove(&self.key).await.unwrap(),
            }
            answer
        })
    }
}

fn meanwhile(rig: &Rig, writes: Option<StoredTokens>) -> Arc<Meanwhile> {
    Arc::new(Meanwhile {
        server: rig.server.clone(),
        store: rig.store.clone(),
        key: rig.key.clone(),
        writes,
    })
}

#[tokio::test]
async fn a_late_writer_does_not_undo_somebody_elses_login() {
    let rig = Rig::new(-1).await;
    // The generation starts over, as after a logout and a login.
    let login = StoredTokens::new(&rig.key, "L1")
        .with_refresh_token("M1")
        .with_expires_in(Duration::from_secs(3600));
    let mut login = login;
    login.generation = 7;
    let session = rig.session_at(meanwhile(&rig, Some(login)));
    assert_eq!(text(session.token(None).await).unwrap(), "L1");
    assert_eq!(rig.stored().await, ("L1".into(), "M1".into()));
}

#[tokio::test]
async fn a_late_writer_does_not_bring_back_a_session_that_was_ended() {
    let rig = Rig::new(-1).await;
    let session = rig.session_at(meanwhile(&rig, None));
    assert!(session.token(None).await.unwrap_err().is_login_required());
    assert!(rig.store.memory.load(&rig.key).await.unwrap().is_none());
    assert!(session.token(None).await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn an_unsaved_pair_does_not_bring_back_a_session_that_was_ended() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.store.memory.remove(&rig.key).await.unwrap();
    rig.store.no_save.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert!(rig.store.memory.load(&rig.key).await.unwrap().is_none());
    rig.clock.advance(Duration::from_secs(3600));
    assert!(rig.token().await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn a_login_with_a_lower_generation_beats_an_unsaved_pair() {
    let rig = Rig::new(-1).await;
    rig.store("A0", Some("R0"), -1, 40).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.store("B1", Some("S1"), 3000, 1).await;
    rig.store.no_save.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert_eq!(rig.stored().await.0, "B1");
    assert_eq!(rig.token_after_401("A1").await.unwrap(), "B1");
}

#[tokio::test]
async fn a_store_that_cannot_be_read_in_time_keeps_the_pair_in_memory_until_it_can() {
    let rig = Rig::new(-1).await;
    rig.store.no_save.store(true, Ordering::SeqCst);
    assert_eq!(rig.token().await.unwrap(), "A1");
    rig.store.no_load.store(true, Ordering::SeqCst);
    rig.clock.advance(Duration::from_secs(3600));
    assert_eq!(rig.token().await.unwrap(), "A2");
    rig.store.no_load.store(false, Ordering::SeqCst);
    rig.store.no_save.store(false, Ordering::SeqCst);
    rig.session.close().await;
    assert_eq!(rig.stored().await, ("A2".into(), "R2".into()));
}

#[tokio::test]
async fn what_somebody_else_wrote_is_renewed_where_it_is_over() {
    let rig = Rig::new(-1).await;
    let mut theirs = StoredTokens::new(&rig.key, "B1").with_refresh_token("S1");
    theirs.generation = 7;
    theirs.obtained_at -= 3600;
    theirs.expires_at = Some(theirs.obtained_at + 60);
    let session = rig.session_at(meanwhile(&rig, Some(theirs)));
    // The first answer meets the foreign pair, and so does the second; the store changes each time.
    assert_ne!(text(session.token(None).await).ok().as_deref(), Some("B1"));
    assert!(rig.server.used.lock().unwrap().contains("S1"));
}

#[tokio::test]
async fn a_wish_for_another_token_is_met_by_a_pair_of_somebody_else() {
    /// Another process without our lock renews while we ask.
    #[derive(Debug)]
    struct Raced(Arc<FakeServer>, Arc<Flaky>, AccountKey);
    impl Renew for Raced {
        fn renew<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, Result<FreshTokens, AuthError>> {
            Box::pin(async {
                self.0.asked.fetch_add(1, Ordering::SeqCst);
                let tokens = StoredTokens::new(&self.2, "B1")
                    .with_refresh_token("S1")
                    .with_expires_in(Duration::from_secs(3600));
                self.1.memory.save(&self.2, &tokens).await.unwrap();
                Err(refused("invalid_grant", 400, None))
            })
        }
    }
    let rig = Rig::new(3000).await;
    let session = rig.session_at(Arc::new(Raced(
        rig.server.clone(),
        rig.store.clone(),
        rig.key.clone(),
    )));
    session.refresh().await.unwrap();
    assert_eq!(text(session.token(None).await).unwrap(), "B1");
    assert_eq!(rig.server.asked(), 1);
}
