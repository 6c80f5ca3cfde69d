//! What a lock excludes, and who gives it back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{A_WHILE, Place, at_last, key, key_of, works};
use crate::store::{AccountKey, StoreLock, TokenStore};

async fn take<S: TokenStore>(store: &S, key: &AccountKey, rule: &str) -> StoreLock {
    works(at_last(store.lock(key), rule).await, rule)
}

pub(super) async fn a_lock_excludes<S: TokenStore>(place: &Place<S>) {
    let key = key();
    for (holder, waiter) in [
        (&place.one, &place.two),
        (&place.two, &place.one),
        (&place.one, &place.one),
    ] {
        let held = take(&**holder, &key, "lock must be free when nobody holds it").await;
        let second = {
            let (waiter, key) = (waiter.clone(), key.clone());
            tokio::spawn(async move { waiter.lock(&key).await })
        };
        tokio::time::sleep(A_WHILE).await;
        assert!(
            !second.is_finished(),
            "a second lock of the same key must wait until the first is dropped"
        );
        drop(held);
        let rule = "a lock must go on to the one who waits when its holder drops it";
        match at_last(second, rule).await {
            Ok(second) => drop(works(second, rule)),
            Err(_) => panic!("lock must not panic"),
        }
    }
}

pub(super) async fn a_lock_is_for_one_key<S: TokenStore>(place: &Place<S>) {
    let _held = take(&*place.one, &key(), "lock must be free when nobody holds it").await;
    for other in [
        key_of("https://two.example", "client_1", "default"),
        key_of("https://one.example", "client_2", "default"),
        key_of("https://one.example", "client_1", "bob"),
    ] {
        drop(
            take(
                &*place.two,
                &other,
                "the lock of one key must not hold up another key",
            )
            .await,
        );
    }
}

pub(super) async fn a_waiter_that_went_away_holds_nothing<S: TokenStore>(place: &Place<S>) {
    const RULE: &str = "a waiter that went away must not keep the lock";
    let key = key();
    let held = take(&*place.one, &key, "lock must be free when nobody holds it").await;
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let (store, key) = (place.two.clone(), key.clone());
            tokio::spawn(async move { store.lock(&key).await })
        })
        .collect();
    // One more that is asked once and then dropped, as a `select!` does.
    let asked_once = tokio::time::timeout(A_WHILE, place.one.lock(&key)).await;
    assert!(
        asked_once.is_err(),
        "a second lock of the same key must wait until the first is dropped"
    );
    for waiter in waiters {
        waiter.abort();
        // Its end is awaited, so that what it held is dropped by now.
        let _ = waiter.await;
    }
    drop(held);
    for store in [&place.one, &place.two] {
        drop(take(&**store, &key, RULE).await);
    }
}

pub(super) async fn a_holder_that_was_stopped_holds_nothing<S: TokenStore>(place: &Place<S>) {
    const RULE: &str = "a holder whose task was stopped must not keep the lock";
    let key = key();
    let (tell, told) = tokio::sync::oneshot::channel();
    let holder = {
        let (store, key) = (place.one.clone(), key.clone());
        tokio::spawn(async move {
            let lock = store.lock(&key).await;
            let _ = tell.send(());
            std::future::pending::<()>().await;
            drop(lock);
        })
    };
    let _ = at_last(told, "lock must be free when nobody holds it").await;
    holder.abort();
    let _ = holder.await;
    for store in [&place.two, &place.one] {
        drop(take(&**store, &key, RULE).await);
    }
}

pub(super) async fn one_at_a_time<S: TokenStore>(place: &Place<S>) {
    let key = key();
    let inside = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let store = if number % 2 == 0 { &place.one } else { &place.two };
            let (store, key, inside) = (store.clone(), key.clone(), inside.clone());
            tokio::spawn(async move {
                let mut most = 0;
                for _ in 0..3 {
                    let lock = take(&*store, &key, "lock must go round").await;
                    most = most.max(1 + inside.fetch_add(1, Ordering::SeqCst));
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(lock);
                }
                most
            })
        })
        .collect();
    for task in tasks {
        match task.await {
            Ok(most) => assert_eq!(most, 1, "a lock must have one holder at a time"),
            Err(_) => panic!("a lock must go round among many tasks"),
        }
    }
}
