//! The file store on a real disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use aipass_auth::{AccountKey, FileStore, StoreError, StoredTokens, TokenStore as _};

fn key(account: &str) -> AccountKey {
    AccountKey::new(&"https://aipass.one".parse().unwrap(), "client_1", account)
}

fn tokens(access: &str) -> StoredTokens {
    StoredTokens::new(&key("default"), access)
        .with_refresh_token("R1")
        .with_expires_in(Duration::from_secs(3600))
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A store in a folder that does not exist yet.
fn store() -> (tempfile::TempDir, FileStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = FileStore::in_dir(dir.path().join("state/my-app"));
    (dir, store)
}

async fn access(store: &FileStore) -> String {
    store
        .load(&key("default"))
        .await
        .unwrap()
        .unwrap()
        .access_token()
        .expose_secret()
        .to_owned()
}

fn is_insecure<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Insecure { .. }))
}

#[tokio::test]
async fn tokens_are_kept_in_private_files() {
    let (_dir, store) = store();
    assert!(store.load(&key("default")).await.unwrap().is_none());
    assert!(!store.dir().exists(), "reading creates nothing");
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let lock = store.lock(&key("default")).await.unwrap();
    assert_eq!(access(&store).await, "A1");
    let path = store.path(&key("default"));
    assert_eq!(
        (mode(store.dir()), mode(&path), mode(&path.with_extension("lock"))),
        (0o700, 0o600, 0o600)
    );
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(
        !name.contains("client_1") && !name.contains("aipass.one"),
        "{name}"
    );
    drop(lock);
}

#[tokio::test]
async fn a_file_is_replaced_as_a_whole_and_leaves_nothing_behind() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let before = fs::metadata(&path).unwrap().ino();
    let reader = fs::read_to_string(&path).unwrap();
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_ne!(
        fs::metadata(&path).unwrap().ino(),
        before,
        "a new file, not the old one rewritten"
    );
    assert!(reader.contains("A1"));
    assert_eq!((access(&store).await.as_str(), mode(&path)), ("A2", 0o600));
    assert_eq!(fs::read_dir(store.dir()).unwrap().count(), 1);
    store.remove(&key("default")).await.unwrap();
    store.remove(&key("default")).await.unwrap();
    assert!(store.load(&key("default")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_see_a_torn_file() {
    let (_dir, store) = store();
    store
        .save(&key("default"), &tokens(&"0".repeat(20_000)))
        .await
        .unwrap();
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..100 {
                let access = (number % 10).to_string().repeat(20_000);
                store.save(&key("default"), &tokens(&access)).await.unwrap();
            }
        })
    };
    while !writer.is_finished() {
        let token = access(&store).await;
        assert_eq!(token.len(), 20_000);
        assert_eq!(token.replace(&token[..1], ""), "");
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn a_file_that_others_can_use_is_refused() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    for loose in [0o644, 0o640, 0o604, 0o660, 0o601] {
        chmod(&path, loose);
        let error = store.load(&key("default")).await.unwrap_err();
        assert!(matches!(error, StoreError::Insecure { .. }), "{loose:o}");
        assert!(error.help().unwrap().contains("chmod 600"));
        assert!(is_insecure(&store.probe(&key("default")).await));
        assert_eq!(mode(&path), loose, "it is not repaired in silence");
    }
    // Signing out or a new login mends it.
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_eq!((mode(&path), access(&store).await.as_str()), (0o600, "A2"));
}

#[tokio::test]
async fn a_folder_that_others_can_write_to_is_refused() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    for (loose, refused) in [
        (0o777, true),
        (0o770, true),
        (0o702, true),
        (0o755, false),
        (0o1777, false),
    ] {
        chmod(store.dir(), loose);
        assert_eq!(
            is_insecure(&store.save(&key("default"), &tokens("A2")).await),
            refused,
            "{loose:o}"
        );
        assert_eq!(
            is_insecure(&store.lock(&key("default")).await),
            refused,
            "{loose:o}"
        );
        assert_eq!(
            is_insecure(&store.probe(&key("default")).await),
            refused,
            "{loose:o}"
        );
    }
}

#[tokio::test]
async fn links_pipes_and_folders_are_not_followed() {
    let (dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let victim = dir.path().join("victim");
    fs::write(&victim, tokens("STOLEN").to_json().expose_secret()).unwrap();
    chmod(&victim, 0o600);

    fs::remove_file(&path).unwrap();
    symlink(&victim, &path).unwrap();
    assert!(is_insecure(&store.load(&key("default")).await));
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert!(
        fs::symlink_metadata(&path).unwrap().is_file(),
        "the link was replaced"
    );
    assert!(
        fs::read_to_string(&victim).unwrap().contains("STOLEN"),
        "and not followed"
    );

    fs::remove_file(&path).unwrap();
    symlink(dir.path().join("missing"), &path).unwrap();
    assert!(
        is_insecure(&store.load(&key("default")).await),
        "a dangling link is a link"
    );

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(is_insecure(&store.load(&key("default")).await));
    fs::remove_dir(&path).unwrap();

    let lock = path.with_extension("lock");
    symlink(&victim, &lock).unwrap();
    assert!(is_insecure(&store.lock(&key("default")).await));

    let made = std::process::Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&path)
        .status();
    if made.is_ok_and(|status| status.success()) {
        assert!(
            is_insecure(&store.load(&key("default")).await),
            "a pipe is refused and does not hang"
        );
    }
}

#[tokio::test]
async fn a_file_of_another_user_is_refused() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    // Only root can give files away; for others the kernel already keeps such files apart.
    if std::os::unix::fs::chown(store.path(&key("default")), Some(12_345), None).is_ok() {
        assert!(is_insecure(&store.load(&key("default")).await));
    }
    if std::os::unix::fs::chown(store.dir(), Some(12_345), None).is_ok() {
        assert!(is_insecure(&store.save(&key("default"), &tokens("A2")).await));
    }
}

#[tokio::test]
async fn damage_is_typed_left_in_place_and_mended_by_a_login() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let whole = fs::read(&path).unwrap();
    for damage in [
        &b""[..],
        b"canary",
        &whole[..whole.len() / 2],
        &vec![b' '; 300 * 1024],
    ] {
        fs::write(&path, damage).unwrap();
        let error = store.load(&key("default")).await.unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt { path: Some(place), .. } if *place == path));
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert_eq!(fs::read(&path).unwrap(), damage, "it is left in place");
        store.probe(&key("default")).await.unwrap();
    }
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_eq!(access(&store).await, "A2");
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_not_touched_by_a_login() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let newer = r#"{"version":2,"sealed":"x"}"#;
    fs::write(&path, newer).unwrap();
    assert!(matches!(
        store.load(&key("default")).await,
        Err(StoreError::NewerVersion { found: 2, .. })
    ));
    let server =
        crate::support::RawServer::always(crate::support::Reply::json(200, r#"{"access_token":"A1"}"#)).await;
    let auth = aipass_auth::Auth::builder("client_1")
        .token_store(store.clone())
        .build()
        .unwrap();
    let (url, pending) = auth.begin("myapp://cb").unwrap();
    let state = url
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let error = auth
        .complete(pending, &format!("myapp://cb?code=C&state={state}"))
        .await
        .unwrap_err();
    assert!(matches!(
        error.store_error(),
        Some(StoreError::NewerVersion { .. })
    ));
    assert_eq!(
        (
            fs::read_to_string(&path).unwrap().as_str(),
            server.requests().len()
        ),
        (newer, 0)
    );
}

#[tokio::test]
async fn accounts_are_kept_apart_and_seen_by_every_handle() {
    let (_dir, store) = store();
    let other = FileStore::in_dir(store.dir());
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    store
        .save(&key("bob"), &StoredTokens::new(&key("bob"), "B1"))
        .await
        .unwrap();
    assert_eq!(access(&other).await, "A1");
    other.remove(&key("default")).await.unwrap();
    assert!(store.load(&key("default")).await.unwrap().is_none());
    let bob = store.load(&key("bob")).await.unwrap().unwrap();
    assert_eq!(bob.access_token().expose_secret(), "B1");
}

#[tokio::test]
async fn tokens_of_another_account_are_refused_both_ways() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    assert!(matches!(
        store.save(&key("other"), &tokens("A1")).await,
        Err(StoreError::ForeignTokens)
    ));
    fs::copy(store.path(&key("default")), store.path(&key("other"))).unwrap();
    assert!(matches!(
        store.load(&key("other")).await,
        Err(StoreError::ForeignTokens)
    ));
    assert_ne!(store.path(&key("default")), store.path(&key("other")));
}

#[tokio::test]
async fn a_lock_excludes_other_handles_and_is_given_back() {
    let (_dir, store) = store();
    let store = store.lock_timeout(Duration::from_millis(100));
    let held = store.lock(&key("default")).await.unwrap();
    let other = FileStore::in_dir(store.dir()).lock_timeout(Duration::from_millis(100));
    let error = other.lock(&key("default")).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy) && error.is_temporary());
    drop(other.lock(&key("other")).await.unwrap());
    drop(held);
    drop(other.lock(&key("default")).await.unwrap());
}

#[tokio::test]
async fn a_lock_of_another_process_is_respected() {
    let (_dir, store) = store();
    let store = store.lock_timeout(Duration::from_millis(100));
    drop(store.lock(&key("default")).await.unwrap());
    // A second open file stands for another process: the lock belongs to the open file.
    let foreign = fs::File::open(store.path(&key("default")).with_extension("lock")).unwrap();
    foreign.lock().unwrap();
    assert!(matches!(store.lock(&key("default")).await, Err(StoreError::Busy)));
    drop(foreign);
    drop(store.lock(&key("default")).await.unwrap());
}

#[test]
fn the_folder_of_an_application_is_one_folder() {
    let store = FileStore::for_app("my-app").unwrap();
    assert!(store.dir().ends_with("my-app") && store.dir().is_absolute());
    for name in ["", ".", "..", "../x", "a/b", "a\\b", "C:", ".hidden", "a\0b"] {
        assert!(
            matches!(FileStore::for_app(name), Err(StoreError::Unavailable(_))),
            "{name:?}"
        );
    }
}
