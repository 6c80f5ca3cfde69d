//! Writing `profiles.toml`: a few keys of one profile change, and everything else stays as somebody wrote it.

use crate::{context::Settings, exit::Exit, failure::Failure};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use toml_edit::{Array, DocumentMut, Item, Table, value};

/// What a command has learnt about a profile.
#[derive(Debug, Default)]
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
            base_url: settings.unusual_base_url().map(str::to_owned),
            api_prefix: settings.api_prefix().map(str::to_owned),
            ..Self::default()
        }
    }
}

/// Writes this into the profile, under a lock and as a whole. Gives whether anything had to change.
pub(crate) fn write(settings: &Settings, learnt: &Learnt) -> Result<bool, Failure> {
    let path = &settings.profiles_path;
    change(path, |document| apply(document, &settings.profile.name, learnt)).map_err(|trouble| {
        let mut failure = Failure::new(
            Exit::Config,
            format!("the profile could not be written to {}", path.display()),
        )
        .with_help("check that the folder exists, is yours and has space left");
        if let Some(report) = &mut failure.report {
            report.cause = Some(trouble);
        }
        failure
    })
}

/// Changes the document in place; two profiles that two programs write at once are both kept.
fn change(path: &Path, edit: impl FnOnce(&mut DocumentMut) -> Option<()>) -> Result<bool, String> {
    let told = |error: io::Error| error.to_string();
    let dir = path.parent().unwrap_or(Path::new("."));
    create_dir(dir).map_err(told)?;
    let lock = lock(&path.with_extension("toml.lock")).map_err(told)?;
    // A link stays one: settings are often kept elsewhere.
    let target: PathBuf = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(told(error)),
    };
    let before = match fs::read_to_string(&target) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(told(error)),
    };
    // The parser's own words would quote the line.
    let mut document: DocumentMut = before
        .parse()
        .map_err(|_| "the file is not valid TOML".to_owned())?;
    edit(&mut document).ok_or_else(|| "the file has something else where profiles should be".to_owned())?;
    let after = document.to_string();
    let changed = after != before;
    if changed {
        replace(&target, &after).map_err(told)?;
    }
    drop(lock);
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

/// The system gives it back when the file is closed.
fn lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    file.lock()?;
    Ok(file)
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
    #[test]
    fn writers_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = &dir.path().join("new/profiles.toml");
        std::thread::scope(|scope| {
            for number in 0..8 {
                scope.spawn(move || {
                    let name = format!("p{number}");
                    change(path, |document| apply(document, &name, &learnt("c"))).unwrap();
                });
            }
        });
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.matches("[profiles.p").count(), 8, "{text}");
        // Nothing else is left behind.
        let entries = fs::read_dir(path.parent().unwrap()).unwrap();
        assert_eq!(entries.count(), 2);
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
