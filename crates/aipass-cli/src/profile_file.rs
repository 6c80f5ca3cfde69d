//! Writing `profiles.toml`: a few keys of one profile change, and everything else stays as somebody wrote it.

use crate::{context::Settings, exit::Exit, failure::Failure};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use toml_edit::{Array, DocumentMut, Item, Table, value};

/// How long another program may hold the lock. A write takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(5);

/// How often a lock that another program holds is tried again.
const POLL: Duration = Duration::from_millis(20);

/// What a command has learnt about a profile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learnt {
    pub(crate) client_id: String,
    /// `None` takes the key away: the usual server.
    pub(crate) base_url: Option<String>,
    pub(crate) api_prefix: Option<String>,
    /// `None` leaves the key as it is, and an empty list takes it away; so with the scopes.
    pub(crate) redirect_uris: Option<Vec<String>>,
    pub(crate) scopes: Option<Vec<String>>,
}

impl Learnt {
    /// What these settings used.
    pub(crate) fn from(settings: &Settings) -> Self {
        Self {
            client_id: settings.client_id().unwrap_or_default().to_owned(),
            base_url: settings.base_url_to_keep(),
            api_prefix: settings.api_prefix_to_keep(),
            ..Self::default()
        }
    }
}

/// Writes this into the profile, under a lock and as a whole. Gives whether anything had to change.
pub(crate) async fn write(settings: &Settings, learnt: &Learnt) -> Result<bool, Failure> {
    let path = &settings.profiles_path;
    let (name, learnt) = (settings.profile.name.clone(), learnt.clone());
    let edit = move |document: &mut DocumentMut| apply(document, &name, &learnt);
    change(path, LOCK_LIMIT, edit).await.map_err(|trouble| {
        let mut failure = Failure::new(
            Exit::Config,
            format!("the profile could not be written to {}", path.display()),
        )
        .with_help("check that the folder exists, is yours and has space left");
        if let Some(report) = &mut failure.report {
            report.cause = Some(trouble.to_string());
        }
        failure
    })
}

/// Changes the document in place; two profiles that two programs write at once are both kept. Nothing here waits
/// without an end, and Ctrl-C drops it.
async fn change(
    path: &Path,
    limit: Duration,
    edit: impl FnOnce(&mut DocumentMut) -> Option<()> + Send + 'static,
) -> io::Result<bool> {
    let lock = lock(path.with_extension("toml.lock"), limit).await?;
    let path = path.to_owned();
    on_a_thread(move || {
        let changed = change_locked(&path, edit);
        drop(lock);
        changed
    })
    .await
}

fn change_locked(path: &Path, edit: impl FnOnce(&mut DocumentMut) -> Option<()>) -> io::Result<bool> {
    // A link stays one: settings are often kept elsewhere.
    let target: PathBuf = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let mut before = String::new();
    match open(OpenOptions::new().read(true), &target) {
        Ok(mut file) => {
            file.read_to_string(&mut before)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // The parser's own words would quote the line.
    let mut document: DocumentMut = before
        .parse()
        .map_err(|_| io::Error::other("the file is not valid TOML"))?;
    edit(&mut document)
        .ok_or_else(|| io::Error::other("the file has something else where profiles should be"))?;
    let after = document.to_string();
    let changed = after != before;
    if changed {
        replace(&target, &after)?;
    }
    Ok(changed)
}

/// `None` where the file holds something else in the place of a table.
fn apply(document: &mut DocumentMut, name: &str, learnt: &Learnt) -> Option<()> {
    let profiles = document
        .entry("profiles")
        .or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        })
        .as_table_like_mut()?;
    let profile = profiles
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()?;
    let mut set = |key: &str, new: Option<Item>| {
        let Some(mut new) = new else {
            profile.remove(key);
            return;
        };
        match profile.get_mut(key) {
            // The comment behind a value stays there.
            Some(old) => {
                if let (Some(old), Some(new)) = (old.as_value(), new.as_value_mut()) {
                    *new.decor_mut() = old.decor().clone();
                }
                *old = new;
            }
            None => {
                profile.insert(key, new);
            }
        }
    };
    let text = |text: &Option<String>| text.as_ref().map(value);
    set("base_url", text(&learnt.base_url));
    set("api_prefix", text(&learnt.api_prefix));
    set("client_id", Some(value(&learnt.client_id)));
    for (key, texts) in [
        ("redirect_uris", &learnt.redirect_uris),
        ("scopes", &learnt.scopes),
    ] {
        if let Some(texts) = texts {
            set(key, Some(list(texts)).filter(|_| !texts.is_empty()));
        }
    }
    Some(())
}

fn list(texts: &[String]) -> Item {
    value(texts.iter().map(String::as_str).collect::<Array>())
}

fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// The lock, or who is in the way. The system gives it back when the file is closed.
async fn lock(path: PathBuf, limit: Duration) -> io::Result<File> {
    let place = path.clone();
    let opened = on_a_thread(move || {
        create_dir(place.parent().unwrap_or(Path::new(".")))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        open(&mut options, &place)
    });
    let file = opened.await?;
    let end = Instant::now() + limit;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                return Err(io::Error::other(format!(
                    "another process holds the lock {}",
                    path.display()
                )));
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(POLL).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Opens a regular file and nothing else, so that there is nothing to wait for and no link to follow.
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        // Without NONBLOCK, opening a pipe waits for its other end.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits() as _);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other(format!(
            "{} is not a regular file",
            path.display()
        )))
    }
}

/// Work with files, on a thread that may wait for a disk.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| io::Error::other("the work was cut short"))?
}

/// A reader sees the old file or the new one. The new one is for its owner alone.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".aipass-").tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(client_id: &str) -> Learnt {
        Learnt {
            client_id: client_id.to_owned(),
            redirect_uris: Some(vec!["http://127.0.0.1:1/cb".to_owned()]),
            ..Learnt::default()
        }
    }

    fn applied(before: &str, name: &str, learnt: &Learnt) -> String {
        let mut document = before.parse().unwrap();
        apply(&mut document, name, learnt).unwrap();
        document.to_string()
    }

    #[test]
    fn a_new_profile_needs_three_lines() {
        assert_eq!(
            applied("", "work", &learnt("c")),
            "[profiles.work]\nclient_id = \"c\"\nredirect_uris = [\"http://127.0.0.1:1/cb\"]\n"
        );
    }

    #[test]
    fn what_somebody_wrote_stays() {
        let before = "# Mine.\ndefault_profile = \"work\"\n\n# At work.\n[profiles.work]\n\
                      client_id = \"old\" # from Ada\nmodel = \"m\" # cheap\nscopes = [\"api:access\"]\n\n\
                      [profiles.other]\nclient_id = \"other\"\n";
        let after = applied(before, "work", &learnt("new"));
        assert_eq!(
            after,
            before
                .replace("\"old\" # from Ada", "\"new\" # from Ada")
                .replace(
                    "scopes = [\"api:access\"]\n",
                    "scopes = [\"api:access\"]\nredirect_uris = [\"http://127.0.0.1:1/cb\"]\n"
                )
        );
        // A second time changes nothing.
        assert_eq!(applied(&after, "work", &learnt("new")), after);
    }

    /// Two programs that sign in at once, each in a profile of its own.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn writers_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = &dir.path().join("new/profiles.toml");
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (path, name) = (path.clone(), format!("p{number}"));
            writers.spawn(async move {
                let edit = move |document: &mut DocumentMut| apply(document, &name, &learnt("c"));
                // A disk can be slow.
                change(&path, Duration::from_secs(600), edit).await.unwrap();
            });
        }
        writers.join_all().await;
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.matches("[profiles.p").count(), 8, "{text}");
        // Nothing else is left behind.
        let entries = fs::read_dir(path.parent().unwrap()).unwrap();
        assert_eq!(entries.count(), 2);
    }

    /// Whoever holds the lock for good stops nobody for good.
    #[tokio::test]
    async fn a_lock_that_is_held_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("profiles.toml");
        let held = lock(path.with_extension("toml.lock"), LOCK_LIMIT).await.unwrap();
        let edit = |document: &mut DocumentMut| apply(document, "p", &learnt("c"));
        let error = change(&path, Duration::ZERO, edit).await.unwrap_err().to_string();
        assert!(error.starts_with("another process holds the lock "), "{error}");
        assert!(!path.exists());
        // Ctrl-C ends the wait before that.
        tokio::select! {
            biased;
            _ = change(&path, Duration::from_secs(600), edit) => panic!("the lock is held"),
            () = tokio::time::sleep(POLL) => {}
        }
        drop(held);
        assert!(change(&path, Duration::ZERO, edit).await.unwrap());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_or_a_link_is_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("profiles.toml");
        let lock = path.with_extension("toml.lock");
        let edit = |document: &mut DocumentMut| apply(document, "p", &learnt("c"));
        let made = std::process::Command::new("mkfifo").arg(&lock).status().unwrap();
        assert!(made.success());
        let error = change(&path, LOCK_LIMIT, edit).await.unwrap_err().to_string();
        assert!(error.ends_with("is not a regular file"), "{error}");
        fs::remove_file(&lock).unwrap();
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &lock).unwrap();
        change(&path, LOCK_LIMIT, edit).await.unwrap_err();
        assert!(!dir.path().join("elsewhere").exists());
    }

    #[test]
    fn another_client_takes_its_redirect_uris_away() {
        let none = Learnt {
            redirect_uris: Some(Vec::new()),
            ..learnt("new")
        };
        let text = applied(&applied("", "p", &learnt("old")), "p", &none);
        assert_eq!(text, "[profiles.p]\nclient_id = \"new\"\n");
    }

    #[test]
    fn a_server_comes_and_goes() {
        let with = Learnt {
            base_url: Some("http://127.0.0.1:9".to_owned()),
            scopes: Some(vec!["profile:read".to_owned()]),
            ..learnt("c")
        };
        let text = applied("", "p", &with);
        assert!(text.contains("base_url = \"http://127.0.0.1:9\"\n"), "{text}");
        assert!(text.contains("scopes = [\"profile:read\"]\n"), "{text}");
        let usual = applied(&text, "p", &learnt("c"));
        assert!(!usual.contains("base_url") && usual.contains("scopes"), "{usual}");
    }

    #[test]
    fn an_inline_table_and_something_else_are_both_met() {
        let inline = applied("profiles = { p = { model = \"m\" } }\n", "p", &learnt("c"));
        assert!(inline.contains("client_id = \"c\""), "{inline}");
        assert!(apply(&mut "profiles = 1".parse().unwrap(), "p", &learnt("c")).is_none());
    }
}
