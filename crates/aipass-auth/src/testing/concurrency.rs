//! What many tasks may do to one session at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Place, at_last, holds, key, load, save, tokens, works};
use crate::store::TokenStore;
use crate::store_error::StoreError;

/// What every renewal does: lock, load, write the next generation, unlock.
pub(super) async fn writers_under_the_lock_lose_nothing<S: TokenStore>(place: &Place<S>) {
    const ROUNDS: u64 = 5;
    let key = key();
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let store = if number % 2 == 0 { &place.one } else { &place.two };
            let (store, key) = (store.clone(), key.clone());
            tokio::spawn(async move {
                for _ in 0..ROUNDS {
                    let lock = works(
                        at_last(store.lock(&key), "lock must go round").await,
                        "lock must go round",
                    );
                    let found = load(&*store, &key).await.map(|tokens| tokens.generation());
                    let next = tokens(&key, &format!("of-{number}"), found.unwrap_or(0) + 1);
                    works(
                        store.save_if(&key, found, &next).await,
                        "with the lock held nobody else may write between load and save_if",
                    );
                    drop(lock);
                }
            })
        })
        .collect();
    let count = writers.len() as u64;
    for writer in writers {
        finished(writer).await;
    }
    assert_eq!(
        load(&*place.one, &key).await.map(|tokens| tokens.generation()),
        Some(count * ROUNDS),
        "no write that was made under the lock may get lost"
    );
}

pub(super) async fn readers_see_no_mix<S: TokenStore>(place: &Place<S>) {
    let key = key();
    let one = tokens(&key, &"one".repeat(700), 1);
    let two = tokens(&key, &"two-".repeat(1100), 2);
    save(&*place.one, &key, &one).await;
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = [&place.one, &place.two]
        .map(|store| {
            let (store, key, done) = (store.clone(), key.clone(), done.clone());
            let texts = [one.to_json(), two.to_json()];
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    let Some(found) = load(&*store, &key).await else {
                        panic!("there must be tokens at every moment while they are replaced")
                    };
                    let found = found.to_json();
                    assert!(
                        texts
                            .iter()
                            .any(|text| text.expose_secret() == found.expose_secret()),
                        "a reader must see the tokens of one writer, never a mix"
                    );
                    tokio::task::yield_now().await;
                }
            })
        })
        .into();
    let writers = [(&place.one, one), (&place.two, two)].map(|(store, tokens)| {
        let (store, key) = (store.clone(), key.clone());
        tokio::spawn(async move {
            for round in 0..15 {
                save(&*store, &key, &tokens).await;
                // Pauses of several lengths, so that on one thread too every order of steps comes up.
                for _ in 0..round % 4 {
                    tokio::task::yield_now().await;
                }
            }
        })
    });
    for writer in writers {
        finished(writer).await;
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        finished(reader).await;
    }
}

/// Several processes that renewed the same generation, one of which is first.
pub(super) async fn one_of_many_contenders_wins<S: TokenStore>(place: &Place<S>) {
    let key = key();
    save(&*place.one, &key, &tokens(&key, "start", 1)).await;
    let contenders: Vec<_> = (0..6)
        .map(|number| {
            let store = if number % 2 == 0 { &place.one } else { &place.two };
            let (store, key) = (store.clone(), key.clone());
            tokio::spawn(async move {
                let next = tokens(&key, &format!("of-{number}"), 2);
                let _lock = works(
                    at_last(store.lock(&key), "lock must go round").await,
                    "lock must go round",
                );
                match store.save_if(&key, Some(1), &next).await {
                    Ok(()) => Some(next),
                    Err(StoreError::Stale) => None,
                    Err(error) => panic!("save_if must win or say StoreError::Stale; it failed: {error}"),
                }
            })
        })
        .collect();
    let mut winners = Vec::new();
    for contender in contenders {
        winners.extend(finished(contender).await);
    }
    assert_eq!(
        winners.len(),
        1,
        "of several writers that expect one generation, one must win"
    );
    assert!(
        holds(&*place.two, &key, winners.first()).await,
        "the store must hold what the winner wrote"
    );
}

/// The end of a task; its panic goes on with its own text.
async fn finished<T>(task: tokio::task::JoinHandle<T>) -> T {
    match task.await {
        Ok(value) => value,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => panic!("the runtime must not stop while the suite runs"),
    }
}
