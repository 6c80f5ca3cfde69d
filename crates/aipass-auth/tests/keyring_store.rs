//! Encrypted tokens: what protects them, and what becomes of a session whose key or file is not as it was.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aipass_auth::testing::{shared_store_suite, store_suite};
use aipass_auth::{
    FileStore, KeyringOrFile, KeyringProblem, KeyringStore, SealProblem, StoreError, TokenStore,
};
use keyring_core::api::CredentialStoreApi as _;
use keyring_core::{CredentialStore, Error};

use crate::fake_keyring::{
    Fake, Mood, access, either, key, keyring, problem, seal_problem, signed_in, store, tokens, tokens_of,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_stores_pass_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    let mut number = 0;
    let mut folder = || {
        number += 1;
        dir.path().join(number.to_string())
    };
    let mock: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
    store_suite(|| KeyringStore::new(mock.clone(), folder())).await;
    store_suite(|| KeyringOrFile::new(mock.clone(), folder())).await;
    let fake = Fake::new(Mood::Works);
    shared_store_suite(|| {
        let folder = folder();
        (
            KeyringStore::new(keyring(&fake), &folder),
            KeyringStore::new(keyring(&fake), &folder),
        )
    })
    .await;
    let broken = Fake::new(Mood::Fails);
    shared_store_suite(|| {
        let folder = folder();
        (
            KeyringOrFile::new(keyring(&broken), &folder),
            KeyringOrFile::new(keyring(&broken), &folder),
        )
    })
    .await;
}

#[tokio::test]
async fn the_disk_holds_no_token_and_the_keyring_only_a_key() {
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    let file = fs::read_to_string(store.path(&key("default"))).unwrap();
    assert!(
        !file.contains("canary") && file.contains("xchacha20poly1305"),
        "{file}"
    );
    let secret = fake.only_secret();
    assert_eq!(secret.len(), 43, "256 bits in base64");
    assert!(!file.contains(std::str::from_utf8(&secret).unwrap()));
    assert_eq!(access(&store).await, "canary-access");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(store.path(&key("default")))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn the_key_is_read_once_and_a_renewal_works_while_the_keyring_is_locked() {
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    let before = fake.reads.load(Ordering::SeqCst);
    for _ in 0..5 {
        assert_eq!(access(&store).await, "canary-access");
    }
    assert_eq!(fake.reads.load(Ordering::SeqCst), before + 1);
    fake.set_mood(Mood::Locked);
    store.save(&key("default"), &tokens("renewed")).await.unwrap();
    assert_eq!(access(&store.clone()).await, "renewed");
    assert_eq!(fake.names().len(), 1, "the file keeps its key");
}

#[tokio::test]
async fn accounts_and_folders_have_keys_of_their_own() {
    let (dir, fake) = signed_in().await;
    let (one, other) = (store(&fake, dir.path()), store(&fake, &dir.path().join("other")));
    one.save(&key("bob"), &tokens_of("bob", "B1")).await.unwrap();
    other.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_eq!(fake.names().len(), 3);
    other.remove(&key("default")).await.unwrap();
    assert_eq!(fake.names().len(), 2, "signing out deletes the key");
    assert_eq!(access(&one).await, "canary-access", "and no other one");

    // A folder that is moved takes its sessions with it.
    let moved = tempfile::tempdir().unwrap();
    let place = moved.path().join("place");
    fs::rename(dir.path(), &place).unwrap();
    assert_eq!(access(&store(&fake, &place)).await, "canary-access");
}

#[tokio::test]
async fn what_is_wrong_with_the_keyring_is_told_and_nothing_falls_back() {
    for (mood, expected) in [
        (Mood::Locked, KeyringProblem::Locked),
        (Mood::Fails, KeyringProblem::Failed),
        (Mood::Panics, KeyringProblem::Failed),
        (Mood::Hangs, KeyringProblem::TimedOut),
    ] {
        let (dir, fake) = signed_in().await;
        let place = dir.path().join("new");
        fake.set_mood(mood);
        let error = store(&fake, dir.path()).load(&key("default")).await.unwrap_err();
        assert_eq!(problem(&error), Some(expected), "{mood:?}: {error:?}");
        assert_eq!(error.is_temporary(), expected != KeyringProblem::Failed);
        assert!(error.help().unwrap().contains("keyring"));

        let new = store(&fake, &place);
        let error = new.save(&key("default"), &tokens("canary")).await.unwrap_err();
        assert_eq!(problem(&error), Some(expected), "{mood:?}: {error:?}");
        let error = new.probe(&key("default")).await.unwrap_err();
        assert_eq!(problem(&error), Some(expected), "{mood:?}: {error:?}");
        let files: Vec<_> = fs::read_dir(&place)
            .into_iter()
            .flatten()
            .map(|file| fs::read(file.unwrap().path()).unwrap())
            .collect();
        assert!(files.iter().all(Vec::is_empty), "nothing but the lock file");

        // The session is still there when the keyring is back.
        fake.set_mood(Mood::Works);
        assert_eq!(access(&store(&fake, dir.path())).await, "canary-access");
    }
}

/// What the platform said helps to find the cause; it is the only text of a keyring that goes on.
#[tokio::test]
async fn the_platforms_own_words_are_the_source() {
    let (dir, fake) = signed_in().await;
    fake.set_mood(Mood::Fails);
    let error = store(&fake, dir.path()).load(&key("default")).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "no such bus");

    // The mock of the crate itself, with an error of its own.
    let mock = keyring_core::mock::Store::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let store = KeyringStore::new(mock.clone(), dir.path());
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let entry = mock.search(&HashMap::new()).unwrap().pop().unwrap();
    let cred: &keyring_core::mock::Cred = entry.as_any().downcast_ref().unwrap();
    cred.set_error(Error::NoStorageAccess("locked".into()));
    let next = KeyringStore::new(mock.clone(), dir.path());
    let error = next.load(&key("default")).await.unwrap_err();
    assert_eq!(problem(&error), Some(KeyringProblem::Locked));
    assert_eq!(access(&next).await, "A1");
}

/// A runtime waits for the threads of its pool when it ends; a call that hangs is not in it.
#[test]
fn a_keyring_that_hangs_keeps_no_program_from_ending() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Hangs));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store(&fake, dir.path());
        for _ in 0..2 {
            let error = store.probe(&key("default")).await.unwrap_err();
            assert_eq!(problem(&error), Some(KeyringProblem::TimedOut));
        }
        // Its lock is free again.
        drop(store.lock(&key("default")).await.unwrap());
    });
    drop(runtime);
}

/// The person unlocks the keyring when the program has given up.
#[tokio::test]
async fn what_a_keyring_does_too_late_is_undone() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Hangs));
    let store = store(&fake, dir.path());
    let error = store.save(&key("default"), &tokens("A1")).await.unwrap_err();
    assert_eq!(problem(&error), Some(KeyringProblem::TimedOut));
    fake.set_mood(Mood::Works);
    // The next one waits for its turn behind the late one, and then everything works.
    let patient = store.clone().keyring_timeout(Duration::from_secs(60));
    patient.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_eq!(access(&patient).await, "A2");
    assert_eq!(fake.names().len(), 1, "the late key is not kept");
}

#[tokio::test]
async fn a_keyring_that_forgets_is_found_before_the_browser_opens() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Forgets));
    let store = store(&fake, dir.path());
    for result in [
        store.probe(&key("default")).await,
        store.save(&key("default"), &tokens("A1")).await,
    ] {
        assert_eq!(problem(&result.unwrap_err()), Some(KeyringProblem::Failed));
    }
    assert!(!store.path(&key("default")).exists());
}

#[tokio::test]
async fn a_probe_leaves_nothing_in_the_keyring() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    store(&fake, dir.path()).probe(&key("default")).await.unwrap();
    assert!(fake.names().is_empty());
}

/// A session that cannot be opened is told apart, left in place, and mended by a login.
async fn is_refused_and_mended(dir: &Path, fake: &Arc<Fake>, expected: SealProblem) {
    let store = store(fake, dir);
    let before = fs::read(store.path(&key("default"))).unwrap();
    let error = store.load(&key("default")).await.unwrap_err();
    assert_eq!(seal_problem(&error), Some(expected), "{error:?}");
    assert!(error.is_mended_by_login() && error.help().unwrap().contains("Sign in"));
    store.probe(&key("default")).await.unwrap();
    assert_eq!(fs::read(store.path(&key("default"))).unwrap(), before);
    store.save(&key("default"), &tokens("mended")).await.unwrap();
    assert_eq!(access(&crate::fake_keyring::store(fake, dir)).await, "mended");
    assert_eq!(fake.names().len(), 1, "a key that opens nothing is not kept");
}

#[tokio::test]
async fn a_deleted_key_is_told_and_mended_by_a_login() {
    let (dir, fake) = signed_in().await;
    fake.entries.lock().unwrap().clear();
    is_refused_and_mended(dir.path(), &fake, SealProblem::KeyMissing).await;
}

#[tokio::test]
async fn a_wrong_key_is_told_and_mended_by_a_login() {
    for wrong in ["A".repeat(43), "no key".to_owned(), String::new()] {
        let (dir, fake) = signed_in().await;
        fake.set_every_secret(wrong.as_bytes());
        is_refused_and_mended(dir.path(), &fake, SealProblem::Changed).await;
    }
    let (dir, fake) = signed_in().await;
    fake.set_every_secret(&[0xff; 32]);
    is_refused_and_mended(dir.path(), &fake, SealProblem::Changed).await;
}

#[tokio::test]
async fn a_changed_file_is_told_and_mended_by_a_login() {
    let (dir, fake) = signed_in().await;
    let path = store(&fake, dir.path()).path(&key("default"));
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let sealed = json["sealed"].as_str().unwrap().to_owned();
    let first = if sealed.starts_with('A') { "B" } else { "A" };
    for change in [
        format!("{first}{}", &sealed[1..]),
        sealed[..sealed.len() - 4].to_owned(),
        sealed[..8].to_owned(),
        String::new(),
    ] {
        json["sealed"] = change.into();
        fs::write(&path, json.to_string()).unwrap();
        let error = store(&fake, dir.path()).load(&key("default")).await.unwrap_err();
        assert_eq!(seal_problem(&error), Some(SealProblem::Changed));
    }
    is_refused_and_mended(dir.path(), &fake, SealProblem::Changed).await;
}

#[tokio::test]
async fn a_file_that_was_cut_is_damaged_and_mended_by_a_login() {
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    let path = store.path(&key("default"));
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = store.load(&key("default")).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        store.probe(&key("default")).await.unwrap();
    }
    store.save(&key("default"), &tokens("mended")).await.unwrap();
    assert_eq!(access(&store).await, "mended");
}

#[tokio::test]
async fn a_file_of_another_account_is_refused() {
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    store.save(&key("bob"), &tokens_of("bob", "B1")).await.unwrap();
    fs::copy(store.path(&key("bob")), store.path(&key("default"))).unwrap();
    let error = store.load(&key("default")).await.unwrap_err();
    assert_eq!(seal_problem(&error), Some(SealProblem::Changed));
    assert!(matches!(
        store.save(&key("default"), &tokens_of("bob", "B1")).await,
        Err(StoreError::ForeignTokens)
    ));
}

#[tokio::test]
async fn tokens_in_clear_are_not_taken_and_replaced_by_a_login() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    FileStore::in_dir(dir.path())
        .save(&key("default"), &tokens("planted"))
        .await
        .unwrap();
    is_refused_and_mended(dir.path(), &fake, SealProblem::InClear).await;
    let error = FileStore::in_dir(dir.path())
        .load(&key("default"))
        .await
        .unwrap_err();
    assert_eq!(seal_problem(&error), Some(SealProblem::Encrypted));
}

/// The same as in the file store: somebody may have planted it, and the person is to look at it.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_use_is_refused_and_not_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    let path = store.path(&key("default"));
    let before = fs::read(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let either = either(&fake, dir.path());
    for result in [
        store.probe(&key("default")).await,
        store.save(&key("default"), &tokens("A2")).await,
        either.probe(&key("default")).await,
        either.save(&key("default"), &tokens("A2")).await,
    ] {
        assert!(matches!(result, Err(StoreError::Insecure { .. })), "{result:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(
        !path.with_extension("backend").exists(),
        "nothing was chosen over it"
    );
    assert_eq!(fake.names().len(), 1);
}

#[tokio::test]
async fn what_a_newer_version_sealed_is_not_overwritten() {
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    let path = store.path(&key("default"));
    for newer in [
        r#"{"version":3,"what":1}"#,
        r#"{"version":2,"cipher":"later","key":"k","nonce":"","sealed":""}"#,
    ] {
        fs::write(&path, newer).unwrap();
        for result in [
            store.load(&key("default")).await.map(|_| ()),
            store.probe(&key("default")).await,
            store.save(&key("default"), &tokens("A2")).await,
        ] {
            assert!(matches!(result, Err(StoreError::NewerVersion { .. })));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    }
}

#[tokio::test]
async fn signing_out_works_without_the_keyring() {
    for mood in [Mood::Locked, Mood::Hangs, Mood::Fails] {
        let (dir, fake) = signed_in().await;
        fake.set_mood(mood);
        let store = store(&fake, dir.path());
        store.remove(&key("default")).await.unwrap();
        assert!(!store.path(&key("default")).exists(), "the tokens are gone");
        assert!(store.load(&key("default")).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_write_that_fails_leaves_no_key_behind() {
    let (dir, fake) = (tempfile::tempdir().unwrap(), Fake::new(Mood::Works));
    let place = dir.path().join("a-file");
    fs::write(&place, "").unwrap();
    let store = store(&fake, &place);
    assert!(store.save(&key("default"), &tokens("A1")).await.is_err());
    assert!(fake.names().is_empty());
}

#[tokio::test]
async fn no_key_and_no_token_is_shown() {
    let (dir, fake) = signed_in().await;
    let store = store(&fake, dir.path());
    assert_eq!(access(&store).await, "canary-access");
    let secret = String::from_utf8(fake.only_secret()).unwrap();
    let either = either(&fake, dir.path());
    let mut shown = format!("{store:?} {store:#?} {either:?} {either:#?}");
    fake.set_mood(Mood::Blurts);
    let fresh = crate::fake_keyring::store(&fake, dir.path());
    for error in [
        fresh.load(&key("default")).await.unwrap_err(),
        fresh.probe(&key("default")).await.unwrap_err(),
    ] {
        shown += &format!("{error} {error:?} {error:#?}");
        if let Some(source) = std::error::Error::source(&error) {
            shown += &format!("{source} {source:?}");
        }
    }
    assert!(!shown.contains("canary") && !shown.contains(&secret), "{shown}");
    assert!(!shown.contains(&format!("{:?}", secret.as_bytes())), "{shown}");
    assert!(shown.contains("the test's own"), "the vendor may be shown");
}
