//! The file store on a real disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use aipass_auth::{AccountKey, FileStore, SealProblem, StoreError, StoredTokens, TokenStore as _};

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
        assert!(is_insecure(&store.save(&key("default"), &tokens("A2")).await));
        assert_eq!(mode(&path), loose, "it is not repaired in silence");
    }
    // The person makes it private, or signs out.
    chmod(&path, 0o600);
    assert_eq!(access(&store).await, "A1");
    chmod(&path, 0o644);
    store.remove(&key("default")).await.unwrap();
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
    assert!(is_insecure(&store.save(&key("default"), &tokens("A2")).await));
    store.remove(&key("default")).await.unwrap();
    assert!(!path.is_symlink(), "signing out takes the link away");
    assert!(
        fs::read_to_string(&victim).unwrap().contains("STOLEN"),
        "and not followed"
    );

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
    let newer = r#"{"version":3,"later":"x"}"#;
    fs::write(&path, newer).unwrap();
    assert!(matches!(
        store.load(&key("default")).await,
        Err(StoreError::NewerVersion { found: 3, .. })
    ));
    let save = store.save(&key("default"), &tokens("A2")).await;
    assert!(matches!(save, Err(StoreError::NewerVersion { found: 3, .. })));
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
async fn encrypted_tokens_are_not_overwritten_in_clear() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let sealed = r#"{"version":2,"sealed":"x"}"#;
    fs::write(&path, sealed).unwrap();
    for result in [
        store.load(&key("default")).await.map(|_| ()),
        store.save(&key("default"), &tokens("A2")).await,
        store.probe(&key("default")).await,
    ] {
        let error = result.unwrap_err();
        assert!(
            matches!(
                &error,
                StoreError::Sealed {
                    problem: SealProblem::Encrypted,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(error.help().unwrap().contains("keyring"));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), sealed);
    // The person may still sign out.
    store.remove(&key("default")).await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_second_name_of_the_file_is_refused_and_never_written_through() {
    let (dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let second = dir.path().join("second");
    fs::hard_link(&path, &second).unwrap();
    assert!(is_insecure(&store.load(&key("default")).await));
    assert!(is_insecure(&store.probe(&key("default")).await));
    assert!(is_insecure(&store.save(&key("default"), &tokens("A2")).await));
    // Once the file is removed, what the second name shows never changes again.
    store.remove(&key("default")).await.unwrap();
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert_eq!(access(&store).await, "A2");
    assert!(fs::read_to_string(&second).unwrap().contains("A1"));
    // The same for a lock file that stands for another file.
    drop(store.lock(&key("default")).await.unwrap());
    let lock = path.with_extension("lock");
    fs::remove_file(&lock).unwrap();
    fs::hard_link(&second, &lock).unwrap();
    assert!(is_insecure(&store.lock(&key("default")).await));
    assert!(fs::read_to_string(&second).unwrap().contains("A1"));
}

#[tokio::test]
async fn names_of_temporary_files_that_were_planted_are_not_followed() {
    let (dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let stem = store.path(&key("default"));
    let stem = stem.file_stem().unwrap().to_str().unwrap();
    let victim = dir.path().join("victim");
    fs::write(&victim, "untouched").unwrap();
    for number in 0..100 {
        symlink(&victim, store.dir().join(format!(".aipass-{stem}-{number:06}"))).unwrap();
    }
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    store.probe(&key("default")).await.unwrap();
    assert_eq!(access(&store).await, "A2");
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    store.remove(&key("default")).await.unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
}

/// A process that is killed while it writes leaves a file with tokens.
#[tokio::test]
async fn what_a_crash_left_half_written_is_taken_away() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let path = store.path(&key("default"));
    let left = |account: &str, name: &str| {
        let stem = store.path(&key(account));
        let stem = stem.file_stem().unwrap().to_str().unwrap();
        let left = store.dir().join(format!(".aipass-{stem}-{name}"));
        fs::write(&left, "half").unwrap();
        left
    };
    let (old, new, of_bob) = (left("default", "old"), left("default", "new"), left("bob", "old"));
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    for file in [&old, &of_bob] {
        fs::File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    store.save(&key("default"), &tokens("A2")).await.unwrap();
    assert!(!old.exists(), "nobody writes it any more");
    assert!(new.exists(), "somebody may be writing it");
    assert!(of_bob.exists(), "it belongs to another account");
    store.remove(&key("default")).await.unwrap();
    assert!(
        !new.exists() && !path.exists() && of_bob.exists(),
        "signing out leaves no token of the account"
    );
}

/// A folder that takes no files, for root too.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_takes_no_files_is_found_before_the_browser_opens() {
    let store = FileStore::in_dir("/proc/self");
    let error = store.probe(&key("default")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Io { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("folder"));
    assert!(store.save(&key("default"), &tokens("A1")).await.is_err());
}

/// A file where the folder should be.
#[tokio::test]
async fn a_file_in_the_place_of_the_folder_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("state");
    fs::write(&place, "a file").unwrap();
    let store = FileStore::in_dir(place.join("my-app"));
    assert!(matches!(
        store.probe(&key("default")).await,
        Err(StoreError::Io { .. })
    ));
    assert!(matches!(
        store.load(&key("default")).await,
        Err(StoreError::Io { .. })
    ));
}

/// Runs [`child`] in a process of its own, started by this shell line; `$0` is the test program.
fn run_child(shell: &str, dir: &Path) -> std::process::Output {
    std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(r#"{shell}; exec "$0" "$@""#))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "file_store::child", "--nocapture"])
        .env("AIPASS_TEST_CHILD_DIR", dir)
        .output()
        .unwrap()
}

/// Not a test of its own: what the child process of the tests below does.
#[tokio::test]
async fn child() {
    let Some(dir) = std::env::var_os("AIPASS_TEST_CHILD_DIR") else {
        return;
    };
    let store = FileStore::in_dir(dir);
    let lock = store.lock(&key("default")).await.unwrap();
    let saved = store.save(&key("default"), &tokens(&"A".repeat(10_000))).await;
    drop(lock);
    println!(
        "
saved: {saved:?}"
    );
}

#[test]
fn a_careless_umask_makes_no_file_loose() {
    let (_dir, store) = store();
    let output = run_child("umask 000", store.dir());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("saved: Ok"), "{text}");
    assert_eq!(mode(store.dir()), 0o700);
    assert_eq!(mode(store.dir().parent().unwrap()), 0o700);
    let files: Vec<_> = fs::read_dir(store.dir())
        .unwrap()
        .map(|file| mode(&file.unwrap().path()))
        .collect();
    assert_eq!(files, [0o600, 0o600], "the tokens and the lock");
}

/// A limit on the size of files stands for a full disk: the write fails half-way.
#[tokio::test]
async fn a_full_disk_leaves_the_old_tokens() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let output = run_child("trap '' XFSZ; ulimit -f 1", store.dir());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("saved: Err(Io"),
        "{text}"
    );
    assert_eq!(access(&store).await, "A1");
    let names: Vec<_> = fs::read_dir(store.dir())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(names.is_empty(), "nothing half-written stays: {names:?}");
}

/// The comparison of the default is under the lock that every writer takes.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_handles_that_renew_one_generation_one_wins() {
    let (_dir, store) = store();
    store.save(&key("default"), &tokens("A1")).await.unwrap();
    let tasks: Vec<_> = ["B", "C"]
        .map(|access| {
            let store = FileStore::in_dir(store.dir());
            tokio::spawn(async move {
                let _lock = store.lock(&key("default")).await.unwrap();
                let mut json: serde_json::Value =
                    serde_json::from_str(tokens(access).to_json().expose_secret()).unwrap();
                json["generation"] = 2.into();
                let next = StoredTokens::from_json(json.to_string().as_bytes()).unwrap();
                store.save_if(&key("default"), Some(1), &next).await
            })
        })
        .into();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::Stale), "{error:?}"),
        }
    }
    assert_eq!(won, 1);
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
