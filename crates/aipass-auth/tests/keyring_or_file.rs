//! The choice between the keyring and a file: who makes it, when, and that it is kept.

use std::fs;
use std::time::Duration;

use aipass_auth::{FileStore, KeyringProblem, SealProblem, StoreBackend, StoreError, TokenStore};

use crate::fake_keyring::{Fake, Mood, access, either, key, problem, seal_problem, tokens, tokens_of};

#[tokio::test]
async fn the_choice_is_made_by_the_first_login_and_remembered() {
    for (mood, expected) in [
        (Mood::Works, StoreBackend::Keyring),
        (Mood::Fails, StoreBackend::File),
        (Mood::Forgets, StoreBackend::File),
    ] {
        let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(mood));
        let first = either(&fake, dir.path());
        assert_eq!(first.backend(&key("default")).await.unwrap(), None);
        assert!(first.load(&key("default")).await.unwrap().is_none());
        assert!(
            fs::read_dir(dir.path()).unwrap().next().is_none(),
            "reading chooses nothing"
        );
        first.probe(&key("default")).await.unwrap();
        assert_eq!(
            first.backend(&key("default")).await.unwrap(),
            Some(expected),
            "{mood:?}"
        );
        first.save(&key("default"), &tokens("A1")).await.unwrap();
        let in_clear = fs::read_to_string(first.path(&key("default")))
            .unwrap()
            .contains("canary-refresh");
        assert_eq!(in_clear, expected == StoreBackend::File);

        // A keyring that works by now is not used all of a sudden.
        fake.set_mood(Mood::Works);
        let later = either(&fake, dir.path());
        assert_eq!(access(&later).await, "A1");
        later.save(&key("default"), &tokens("A2")).await.unwrap();
        assert_eq!(later.backend(&key("default")).await.unwrap(), Some(expected));
        later.remove(&key("default")).await.unwrap();
        later.probe(&key("default")).await.unwrap();
        assert_eq!(
            later.backend(&key("default")).await.unwrap(),
            Some(expected),
            "it outlives a sign-out"
        );
        assert!(fake.names().is_empty());
    }
}

/// Otherwise the first login at a bad moment would leave the tokens in clear for good.
#[tokio::test]
async fn a_keyring_that_is_locked_at_the_first_login_is_waited_for() {
    for (mood, expected) in [
        (Mood::Locked, KeyringProblem::Locked),
        (Mood::Hangs, KeyringProblem::TimedOut),
    ] {
        let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(mood));
        let first = either(&fake, dir.path());
        for result in [
            first.probe(&key("default")).await,
            first.save(&key("default"), &tokens("A1")).await,
        ] {
            let error = result.unwrap_err();
            assert_eq!(problem(&error), Some(expected), "{error:?}");
            assert!(error.is_temporary() && error.help().unwrap().contains("Unlock"));
        }
        assert_eq!(first.backend(&key("default")).await.unwrap(), None);
        assert!(!first.path(&key("default")).exists());

        // Once it is unlocked the same login works, and uses it.
        fake.set_mood(Mood::Works);
        let patient = first.keyring_timeout(Duration::from_secs(60));
        patient.save(&key("default"), &tokens("A1")).await.unwrap();
        assert_eq!(
            patient.backend(&key("default")).await.unwrap(),
            Some(StoreBackend::Keyring)
        );
    }
}

#[tokio::test]
async fn a_keyring_that_nobody_can_unlock_is_passed_by_with_an_explicit_choice() {
    for mood in [Mood::Locked, Mood::Hangs] {
        let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(mood));
        let store = either(&fake, dir.path());
        store.move_to(&key("default"), StoreBackend::File).await.unwrap();
        store.probe(&key("default")).await.unwrap();
        store.save(&key("default"), &tokens("A1")).await.unwrap();
        assert_eq!(access(&either(&fake, dir.path())).await, "A1");
    }
}

#[tokio::test]
async fn a_keyring_that_is_gone_later_is_an_error_and_no_fallback() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    either(&fake, dir.path())
        .save(&key("default"), &tokens("A1"))
        .await
        .unwrap();
    let before = fs::read(either(&fake, dir.path()).path(&key("default"))).unwrap();
    for (mood, expected) in [
        (Mood::Locked, KeyringProblem::Locked),
        (Mood::Hangs, KeyringProblem::TimedOut),
        (Mood::Fails, KeyringProblem::Failed),
    ] {
        fake.set_mood(mood);
        let later = either(&fake, dir.path());
        for result in [
            later.load(&key("default")).await.map(|_| ()),
            later.probe(&key("default")).await,
            later.save(&key("default"), &tokens("canary")).await,
        ] {
            assert_eq!(problem(&result.unwrap_err()), Some(expected));
        }
        assert_eq!(fs::read(later.path(&key("default"))).unwrap(), before);
    }
    // Nor after a sign-out.
    let later = either(&fake, dir.path());
    later.remove(&key("default")).await.unwrap();
    assert!(later.probe(&key("default")).await.is_err());
    assert!(later.save(&key("default"), &tokens("canary")).await.is_err());
    assert!(!later.path(&key("default")).exists());
}

/// Tokens in clear that somebody puts in the place of encrypted ones would be somebody's session.
#[tokio::test]
async fn planted_tokens_in_clear_are_refused_where_the_keyring_was_chosen() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    let store = either(&fake, dir.path());
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    fs::remove_file(store.path(&key("default"))).unwrap();
    FileStore::in_dir(dir.path())
        .save(&key("default"), &tokens("planted"))
        .await
        .unwrap();
    let error = store.load(&key("default")).await.unwrap_err();
    assert_eq!(seal_problem(&error), Some(SealProblem::InClear));
}

#[tokio::test]
async fn an_account_that_the_file_store_signed_in_stays_signed_in() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    FileStore::in_dir(dir.path())
        .save(&key("default"), &tokens("A1"))
        .await
        .unwrap();
    let store = either(&fake, dir.path());
    assert_eq!(access(&store).await, "A1");
    store.probe(&key("default")).await.unwrap();
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_eq!(
        store.backend(&key("default")).await.unwrap(),
        Some(StoreBackend::File)
    );
    // Another account of this folder is free to choose.
    store.save(&key("bob"), &tokens_of("bob", "B1")).await.unwrap();
    assert_eq!(
        store.backend(&key("bob")).await.unwrap(),
        Some(StoreBackend::Keyring)
    );
}

#[tokio::test]
async fn a_session_moves_there_and_back_by_an_explicit_call() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Fails));
    let store = either(&fake, dir.path());
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let error = store
        .move_to(&key("default"), StoreBackend::Keyring)
        .await
        .unwrap_err();
    assert_eq!(problem(&error), Some(KeyringProblem::Failed));
    assert_eq!(access(&store).await, "A1", "everything is as before");

    fake.set_mood(Mood::Works);
    for (to, keys) in [
        (StoreBackend::Keyring, 1),
        (StoreBackend::Keyring, 1),
        (StoreBackend::File, 0),
        (StoreBackend::File, 0),
        (StoreBackend::Keyring, 1),
    ] {
        store.move_to(&key("default"), to).await.unwrap();
        // A process that runs already follows.
        assert_eq!(access(&store).await, "A1");
        let next = either(&fake, dir.path());
        assert_eq!(access(&next).await, "A1");
        assert_eq!(next.backend(&key("default")).await.unwrap(), Some(to));
        assert_eq!(fake.names().len(), keys);
        let text = fs::read_to_string(store.path(&key("default"))).unwrap();
        assert_eq!(text.contains("canary-refresh"), to == StoreBackend::File);
    }
    // With nobody signed in it is the choice alone.
    store.remove(&key("default")).await.unwrap();
    store.move_to(&key("default"), StoreBackend::File).await.unwrap();
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert!(fake.names().is_empty());
}

#[tokio::test]
async fn a_choice_that_cannot_be_read_is_not_made_anew() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    let store = either(&fake, dir.path());
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let choice = store.path(&key("default")).with_extension("backend");
    assert_eq!(
        fs::read_to_string(&choice).unwrap(),
        r#"{"version":1,"backend":"keyring"}"#
    );
    for (text, is_newer) in [
        ("", false),
        (r#"{"version":1,"backend":"elsewhere"}"#, false),
        (r#"{"version":2,"backend":"file"}"#, true),
    ] {
        fs::write(&choice, text).unwrap();
        let error = store.load(&key("default")).await.unwrap_err();
        assert_eq!(
            matches!(error, StoreError::NewerVersion { .. }),
            is_newer,
            "{error:?}"
        );
        assert!(store.save(&key("default"), &tokens("A2")).await.is_err());
        assert!(store.probe(&key("default")).await.is_err());
    }
}
