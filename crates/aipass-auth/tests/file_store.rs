//! Tokens in a file: who may read it, what replaces it, and what is refused.

use aipass_auth::{AccountKey, FileStore, StoreError, StoredTokens, TokenStore};
use std::{fs, path::Path, time::Duration};

fn key(account: &str) -> AccountKey {
    AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", account)
}

fn tokens(key: &AccountKey, access: &str) -> StoredTokens {
    StoredTokens::new(key, access).with_refresh_token("refresh")
}

async fn access(store: &FileStore, key: &AccountKey) -> Option<String> {
    let tokens = store.load(key).await.unwrap()?;
    Some(tokens.access_token().expose_secret().to_owned())
}

#[tokio::test]
async fn tokens_are_kept_for_each_account_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::in_dir(folder.path().join("state"));
    let (ada, bob) = (key("ada"), key("bob"));
    assert_eq!(access(&store, &ada).await, None);
    store.save(&ada, &tokens(&ada, "A1")).await.unwrap();
    store.save(&bob, &tokens(&bob, "B1")).await.unwrap();
    store.save(&ada, &tokens(&ada, "A2")).await.unwrap();
    // Another program with the same folder sees the same.
    let other = FileStore::in_dir(folder.path().join("state"));
    assert_eq!(access(&other, &ada).await.as_deref(), Some("A2"));
    assert_eq!(access(&other, &bob).await.as_deref(), Some("B1"));
    store.remove(&ada).await.unwrap();
    store.remove(&ada).await.unwrap();
    assert_eq!(access(&other, &ada).await, None);
    assert_eq!(access(&other, &bob).await.as_deref(), Some("B1"));
    let leftovers = fs::read_dir(folder.path().join("state")).unwrap();
    let names: Vec<_> = leftovers
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        !names.iter().any(|name| name.contains("tmp")),
        "no half-written file stays: {names:?}"
    );
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn only_the_owner_can_read_and_looser_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("state");
        let store = FileStore::in_dir(&dir);
        let key = key("ada");
        store.save(&key, &tokens(&key, "A1")).await.unwrap();
        let path = store.path(&key);
        assert_eq!((mode(&dir), mode(&path)), (0o700, 0o600));
        for loose in [0o640, 0o604, 0o660] {
            set_mode(&path, loose);
            let error = store.load(&key).await.unwrap_err();
            assert!(
                matches!(error, StoreError::Insecure { .. }),
                "{loose:o}: {error:?}"
            );
            assert!(error.help().is_some());
        }
        // A login replaces it by one that nobody else can read.
        store.save(&key, &tokens(&key, "A2")).await.unwrap();
        assert_eq!(mode(&path), 0o600);
        set_mode(&dir, 0o777);
        let refused = store.save(&key, &tokens(&key, "A3")).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Insecure { .. }),
            "others could plant files here: {refused:?}"
        );
    }

    #[tokio::test]
    async fn a_planted_link_is_neither_read_nor_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::in_dir(folder.path().join("state"));
        let key = key("ada");
        store.save(&key, &tokens(&key, "A1")).await.unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "untouched").unwrap();
        set_mode(&victim, 0o600);
        let path = store.path(&key);
        fs::remove_file(&path).unwrap();
        symlink(&victim, &path).unwrap();
        assert!(matches!(store.load(&key).await, Err(StoreError::Insecure { .. })));
        store.save(&key, &tokens(&key, "A2")).await.unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
        assert_eq!(access(&store, &key).await.as_deref(), Some("A2"));
    }
}

#[tokio::test]
async fn damaged_newer_and_foreign_files_are_told_apart_without_quoting() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::in_dir(folder.path().join("state"));
    let (ada, bob) = (key("ada"), key("bob"));
    store.save(&ada, &tokens(&ada, "canary-token")).await.unwrap();
    let path = store.path(&ada);
    let whole = fs::read(&path).unwrap();

    fs::write(&path, &whole[..whole.len() - 5]).unwrap();
    let error = store.load(&ada).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("canary"));

    fs::write(
        &path,
        String::from_utf8(whole.clone())
            .unwrap()
            .replace("\"version\":1", "\"version\":9"),
    )
    .unwrap();
    assert!(matches!(
        store.load(&ada).await,
        Err(StoreError::NewerVersion { .. })
    ));

    // A file that was copied to another account's place is not that account's.
    fs::write(&path, &whole).unwrap();
    store.save(&bob, &tokens(&bob, "B1")).await.unwrap();
    fs::copy(&path, store.path(&bob)).unwrap();
    assert!(matches!(store.load(&bob).await, Err(StoreError::ForeignTokens)));
}

#[tokio::test]
async fn the_lock_excludes_another_handle_and_is_never_bypassed() {
    let folder = tempfile::tempdir().unwrap();
    let store = || FileStore::in_dir(folder.path().join("state")).lock_timeout(Duration::from_millis(60));
    let key = key("ada");
    let held = store().lock(&key).await.unwrap();
    assert!(store().lock(&key).await.unwrap_err().is_temporary());
    drop(held);
    drop(store().lock(&key).await.unwrap());
}

#[tokio::test]
async fn a_reader_never_sees_a_torn_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::in_dir(folder.path().join("state"));
    let key = key("ada");
    let long = |letter: &str| tokens(&key, &letter.repeat(4000));
    store.save(&key, &long("a")).await.unwrap();
    let writer = async {
        for round in 0..50 {
            store
                .save(&key, &long(if round % 2 == 0 { "b" } else { "a" }))
                .await
                .unwrap();
        }
    };
    let reader = async {
        for _ in 0..50 {
            let seen = access(&store, &key).await.unwrap();
            assert!(seen == "a".repeat(4000) || seen == "b".repeat(4000));
        }
    };
    tokio::join!(writer, reader);
}
