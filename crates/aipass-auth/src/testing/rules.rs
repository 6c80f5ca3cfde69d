//! What a store keeps, one caller at a time.

use std::error::Error;
use std::fmt::Write as _;

use super::{Place, at_last, bare_tokens, holds, key, key_of, load, save, tokens, works};
use crate::store::TokenStore;
use crate::store_error::StoreError;

pub(super) async fn an_empty_place_has_no_tokens<S: TokenStore>(place: &Place<S>) {
    assert!(
        load(&*place.one, &key()).await.is_none(),
        "load on an empty place must say that there are no tokens"
    );
}

pub(super) async fn tokens_come_back_as_they_went<S: TokenStore>(place: &Place<S>) {
    let key = key();
    let whole = tokens(&key, "whole", 41);
    save(&*place.one, &key, &whole).await;
    for store in [&place.one, &place.two] {
        let found = load(&**store, &key).await;
        let Some(found) = found else {
            panic!("load must find what save has stored, through every handle")
        };
        assert_eq!(
            found.generation(),
            41,
            "the generation must come back as it was stored"
        );
        assert!(
            found.to_json().expose_secret().contains("of_a_later_version"),
            "members that are not known here must be kept"
        );
        assert!(
            holds(&**store, &key, Some(&whole)).await,
            "tokens must come back byte for byte as they were stored: times, scopes and extra members too"
        );
    }
    let bare = bare_tokens(&key);
    save(&*place.one, &key, &bare).await;
    assert!(
        holds(&*place.two, &key, Some(&bare)).await,
        "tokens without a refresh token and without an end must come back so, with nothing of the earlier ones"
    );
}

pub(super) async fn keys_do_not_mix<S: TokenStore>(place: &Place<S>) {
    const RULE: &str = "tokens of one base URL, client and account must not be seen under another";
    let keys = [
        key(),
        key_of("https://two.example", "client_1", "default"),
        key_of("https://one.example/path", "client_1", "default"),
        key_of("https://one.example", "client_2", "default"),
        key_of("https://one.example", "client_1", "bob"),
        key_of("https://one.example", "client_1", "Default"),
        key_of("https://one.example", "client_1d", "efault"),
        key_of("https://one.example", "client_1", ""),
        key_of("https://one.example", "client_1", "../ä b:*'\"%_\\default"),
    ];
    let sessions: Vec<_> = (1..)
        .zip(&keys)
        .map(|(number, key)| (key, tokens(key, &format!("of-{number}"), number)))
        .collect();
    for (number, (key, session)) in sessions.iter().enumerate() {
        assert!(holds(&*place.one, key, None).await, "{RULE}");
        save(&*place.one, key, session).await;
        assert!(
            holds(&*place.two, sessions[number / 2].0, Some(&sessions[number / 2].1)).await,
            "{RULE}"
        );
    }
    for (key, session) in &sessions {
        assert!(holds(&*place.two, key, Some(session)).await, "{RULE}");
    }
    works(
        place.one.remove(sessions[0].0).await,
        "remove must work on a healthy store",
    );
    for (key, session) in &sessions[1..] {
        assert!(
            holds(&*place.two, key, Some(session)).await,
            "remove must take away the tokens of its own key only"
        );
    }
}

pub(super) async fn tokens_are_replaced_as_a_whole<S: TokenStore>(place: &Place<S>) {
    let key = key();
    let long = tokens(&key, &"long".repeat(500), 1);
    for next in [long, tokens(&key, "short", 2), bare_tokens(&key)] {
        save(&*place.one, &key, &next).await;
        assert!(
            holds(&*place.two, &key, Some(&next)).await,
            "save must replace the earlier tokens as a whole"
        );
    }
}

pub(super) async fn a_removed_session_is_gone<S: TokenStore>(place: &Place<S>) {
    let key = key();
    works(
        place.one.remove(&key).await,
        "remove must be no error when there is nothing to remove",
    );
    save(&*place.one, &key, &tokens(&key, "gone", 1)).await;
    for _ in 0..2 {
        works(
            place.one.remove(&key).await,
            "remove must be no error, also the second time",
        );
        for store in [&place.one, &place.two] {
            assert!(
                holds(&**store, &key, None).await,
                "tokens must be gone after remove"
            );
        }
    }
    let next = tokens(&key, "next", 1);
    save(&*place.two, &key, &next).await;
    assert!(
        holds(&*place.one, &key, Some(&next)).await,
        "a login must work after remove"
    );
}

/// As the session does it, with the lock held.
pub(super) async fn a_write_is_refused_when_somebody_was_faster<S: TokenStore>(place: &Place<S>) {
    let key = key();
    let store = &*place.one;
    let lock = works(
        at_last(place.one.lock(&key), "lock must come to an end").await,
        "lock must work",
    );
    let first = tokens(&key, "first", 1);
    is_stale(
        store.save_if(&key, Some(1), &first).await,
        "save_if must refuse a generation when there are no tokens",
    );
    assert!(
        holds(store, &key, None).await,
        "a refused save_if must write nothing"
    );
    works(
        store.save_if(&key, None, &first).await,
        "save_if with None must write to an empty place",
    );
    assert!(
        holds(store, &key, Some(&first)).await,
        "save_if must store what it took"
    );
    let second = tokens(&key, "second", 2);
    for wrong in [None, Some(0), Some(2), Some(u64::MAX)] {
        is_stale(
            store.save_if(&key, wrong, &second).await,
            "save_if must refuse a generation that the store does not hold",
        );
        assert!(
            holds(&*place.two, &key, Some(&first)).await,
            "a refused save_if must write nothing"
        );
    }
    works(
        store.save_if(&key, Some(1), &second).await,
        "save_if must write over the generation that it expects",
    );
    assert!(
        holds(&*place.two, &key, Some(&second)).await,
        "save_if must store what it took"
    );
    drop(lock);
}

pub(super) async fn a_late_writer_brings_no_session_back<S: TokenStore>(place: &Place<S>) {
    let key = key();
    save(&*place.one, &key, &tokens(&key, "first", 7)).await;
    works(
        place.two.remove(&key).await,
        "remove must work on a healthy store",
    );
    is_stale(
        place
            .one
            .save_if(&key, Some(7), &tokens(&key, "renewed", 8))
            .await,
        "save_if must refuse a renewal of a session that was removed meanwhile",
    );
    for store in [&place.one, &place.two] {
        assert!(
            holds(&**store, &key, None).await,
            "a late writer must not bring a removed session back"
        );
    }
}

pub(super) async fn a_probe_leaves_no_trace<S: TokenStore>(place: &Place<S>) {
    const RULE: &str = "probe must say that a healthy store is healthy";
    let key = key();
    works(at_last(place.one.probe(&key), RULE).await, RULE);
    assert!(
        holds(&*place.two, &key, None).await,
        "probe must not leave tokens behind"
    );
    let stored = tokens(&key, "stored", 1);
    save(&*place.one, &key, &stored).await;
    works(at_last(place.two.probe(&key), RULE).await, RULE);
    assert!(
        holds(&*place.one, &key, Some(&stored)).await,
        "probe must not change what is stored"
    );
    let rule = "probe must give the lock back";
    drop(works(at_last(place.one.lock(&key), rule).await, rule));
}

pub(super) async fn no_token_is_shown<S: TokenStore>(place: &Place<S>) {
    let key = key();
    save(&*place.one, &key, &tokens(&key, "secret", 1)).await;
    let lock = works(
        at_last(place.one.lock(&key), "lock must come to an end").await,
        "lock must work",
    );
    let mut shown = format!("{:?} {:#?} {lock:?}", place.one, place.one);
    if let Err(error) = place.one.save_if(&key, None, &tokens(&key, "secret", 2)).await {
        let _ = write!(shown, " {error} {error:?} {error:#?}");
        let mut source = error.source();
        while let Some(error) = source {
            let _ = write!(shown, " {error} {error:?}");
            source = error.source();
        }
    }
    assert!(
        !["suite-access", "suite-refresh", "suite-id"]
            .iter()
            .any(|secret| shown.contains(secret)),
        "neither the Debug text of a store nor its errors may show a token"
    );
}

#[track_caller]
fn is_stale(result: Result<(), StoreError>, rule: &str) {
    match result {
        Err(StoreError::Stale) => {}
        Err(error) => panic!("{rule} with StoreError::Stale; it failed otherwise: {error}"),
        Ok(()) => panic!("{rule}; it wrote"),
    }
}
