//! From the text of `profiles.toml` to profiles. Every mistake is told with its place, and no value is repeated: a
//! misplaced secret must not end up in a terminal or a log.

use super::{DEFAULT, Profile, ProfileStore, is_name};
use crate::{config_error::ConfigError, env};
use std::{collections::BTreeMap, ops::Range, path::Path};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What stands at the top of the file.
const TOP: &[&str] = &["default_profile", "profiles"];

/// What stands in a profile.
const KEYS: &[&str] = &[
    "base_url",
    "api_prefix",
    "client_id",
    "redirect_uris",
    "scopes",
    "model",
    "store",
    "account",
];

type Read = (Option<String>, BTreeMap<String, Profile>);

/// Reads the whole file.
pub(super) fn profiles(path: &Path, text: &str, tokens: &Path) -> Result<Read, ConfigError> {
    let file = Source { path, text };
    let table = DeTable::parse(text)
        .map_err(|error| file.error(error.span().unwrap_or_default(), "this is not valid TOML"))?;
    let mut default = None;
    let mut profiles = BTreeMap::new();
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "default_profile" => {
                let name = file.text(value)?;
                if !is_name(&name) {
                    return Err(file.error(value.span(), BAD_NAME));
                }
                default = Some((name, value.span()));
            }
            "profiles" => {
                for (name, value) in file.table(value)? {
                    if !is_name(name.get_ref()) {
                        return Err(file.error(name.span(), BAD_NAME));
                    }
                    let profile = profile(&file, Profile::new(name.get_ref().as_ref(), tokens), value)?;
                    profiles.insert(profile.name.clone(), profile);
                }
            }
            name if KEYS.contains(&name) => {
                return Err(file.error(
                    key.span(),
                    format!("`{name}` belongs below the name of a profile, as in [profiles.{DEFAULT}]"),
                ));
            }
            name => return Err(file.error(key.span(), unknown(name, TOP))),
        }
    }
    if let Some((name, span)) = &default
        && name != DEFAULT
        && !profiles.contains_key(name)
    {
        return Err(file.error(
            span.clone(),
            "`default_profile` names a profile that does not exist",
        ));
    }
    Ok((default.map(|(name, _)| name), profiles))
}

const BAD_NAME: &str = "the name of a profile has letters, digits, `-` and `_`, at most 64 of them";

fn profile(
    file: &Source<'_>,
    mut profile: Profile,
    value: &Spanned<DeValue<'_>>,
) -> Result<Profile, ConfigError> {
    for (key, value) in file.table(value)? {
        match key.get_ref().as_ref() {
            "base_url" => profile.base_url = Some(file.text(value)?),
            "api_prefix" => profile.api_prefix = Some(file.text(value)?),
            "client_id" => profile.client_id = Some(file.text(value)?),
            "redirect_uris" => profile.redirect_uris = file.texts(value)?,
            "scopes" => profile.scopes = file.texts(value)?,
            "model" => profile.model = Some(file.text(value)?),
            "account" => profile.account = Some(file.text(value)?),
            "store" => {
                profile.store = match file.text(value)?.as_str() {
                    "file" => ProfileStore::File,
                    "keyring" => ProfileStore::Keyring,
                    _ => {
                        return Err(file.error(value.span(), "`store` is \"file\" or \"keyring\""));
                    }
                };
            }
            name => return Err(file.error(key.span(), unknown(name, KEYS))),
        }
    }
    Ok(profile)
}

/// What is wrong with a key that is not known.
fn unknown(key: &str, known: &[&str]) -> String {
    if let Some(where_to) = place_of_secret(key) {
        return format!(
            "`{}` is a secret, and no secret belongs here: {where_to}",
            shown(key)
        );
    }
    let near = known
        .iter()
        .map(|known| (distance(key, known), *known))
        .min()
        .filter(|(distance, known)| *distance <= 3 && *distance < known.len());
    match near {
        Some((_, near)) => format!("`{}` is not known; did you mean `{near}`?", shown(key)),
        None => format!("`{}` is not known; there are: {}", shown(key), known.join(", ")),
    }
}

/// Where a secret of this name is to be put.
fn place_of_secret(key: &str) -> Option<String> {
    let key = key.to_ascii_lowercase().replace('-', "_");
    if key.contains("secret") {
        return Some(format!("set {} instead", env::CLIENT_SECRET));
    }
    if key.contains("refresh") || key.contains("password") || key.contains("verifier") {
        return Some("`aipass login` keeps the session in a private file".to_owned());
    }
    (key.contains("token") || key.contains("api_key") || key.contains("bearer")).then(|| {
        format!(
            "set {}, or pipe it into `aipass login --with-token`",
            env::ACCESS_TOKEN
        )
    })
}

/// A key as it can be shown: short, and without what moves a cursor.
fn shown(key: &str) -> String {
    let text: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
    if key.chars().count() > 40 {
        text + "…"
    } else {
        text
    }
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The file, for errors that say where.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn error(&self, at: Range<usize>, what: impl AsRef<str>) -> ConfigError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        ConfigError::new(format!(
            "{}, line {line}, column {column}: {}",
            self.path.display(),
            what.as_ref()
        ))
    }

    fn table<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, ConfigError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.error(value.span(), "a table is expected here, as in [profiles.work]"))
    }

    /// A text that is not empty.
    fn text(&self, value: &Spanned<DeValue<'_>>) -> Result<String, ConfigError> {
        match value.get_ref().as_str() {
            Some("") => Err(self.error(value.span(), "the text is empty; leave the line out instead")),
            Some(text) => Ok(text.to_owned()),
            None => Err(self.error(value.span(), "a text in quotes is expected here")),
        }
    }

    fn texts(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
        let values = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.error(value.span(), "a list is expected here, as in [\"one\", \"two\"]"))?;
        values.iter().map(|value| self.text(value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match profiles(Path::new("profiles.toml"), text, Path::new("tokens")) {
            Ok(_) => panic!("it was read: {text}"),
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains("canary"), "{shown}");
                error.to_string()
            }
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_without_its_value() {
        for (text, expected) in [
            ("x = \"canary", "line 1, column 12: this is not valid TOML"),
            (
                "\n[profiles.a]\nclient_id = canary\n",
                "line 3, column 13: this is not valid TOML",
            ),
            (
                "default_profile = 1",
                "line 1, column 19: a text in quotes is expected here",
            ),
            (
                "default_profile = \"a canary\"",
                "line 1, column 19: the name of a profile has",
            ),
            (
                "default_profile = \"other\"",
                "line 1, column 19: `default_profile` names a profile",
            ),
            (
                "[profiles]\nwork = \"canary\"",
                "line 2, column 8: a table is expected here",
            ),
            (
                "[profiles.\"a b\"]",
                "line 1, column 11: the name of a profile has",
            ),
            (
                "[profiles.a]\nstore = \"canary\"",
                "line 2, column 9: `store` is \"file\" or \"keyring\"",
            ),
            (
                "[profiles.a]\nscopes = \"canary\"",
                "line 2, column 10: a list is expected here",
            ),
            (
                "[profiles.a]\nscopes = [\"a\", 7]",
                "line 2, column 16: a text in quotes is expected",
            ),
            (
                "[profiles.a]\nmodel = \"\"",
                "line 2, column 9: the text is empty",
            ),
            (
                "client_id = \"canary\"",
                "line 1, column 1: `client_id` belongs below the name of a profile",
            ),
            (
                "[profiles.a]\nclient_id = \"x\"\nclient_id = \"canary\"",
                "line 3, column 1: this is not valid",
            ),
        ] {
            let error = error(text);
            assert!(
                error.starts_with(&format!("profiles.toml, {expected}")),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest_that_is_known() {
        for (key, expected) in [
            ("client_idd", "did you mean `client_id`?"),
            ("clientid", "did you mean `client_id`?"),
            ("redirect_uri", "did you mean `redirect_uris`?"),
            ("baseurl", "did you mean `base_url`?"),
            ("colour", "there are: base_url, api_prefix,"),
        ] {
            let error = error(&format!("[profiles.a]\n{key} = \"canary\""));
            assert!(
                error.contains(&format!("`{key}` is not known; {expected}")),
                "{error}"
            );
        }
        let top = error("default_profil = \"x\"");
        assert!(top.contains("did you mean `default_profile`?"), "{top}");
        let odd = error(&format!("[profiles.a]\n\"{}\\u001b\" = 1", "k".repeat(60)));
        assert!(odd.contains("k…`") && !odd.contains('\u{1b}'), "{odd}");
    }

    #[test]
    fn a_secret_is_refused_and_told_where_it_belongs() {
        for (key, place) in [
            ("client_secret", "set AIPASS_CLIENT_SECRET"),
            ("access_token", "set AIPASS_ACCESS_TOKEN, or pipe it into"),
            ("api-key", "set AIPASS_ACCESS_TOKEN, or pipe it into"),
            ("refresh_token", "`aipass login` keeps"),
            ("password", "`aipass login` keeps"),
        ] {
            for text in [
                format!("[profiles.a]\n{key} = \"canary\""),
                format!("{key} = \"canary\""),
            ] {
                let error = error(&text);
                assert!(
                    error.contains("no secret belongs here") && error.contains(place),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn what_is_near_is_measured_in_letters() {
        for (a, b, expected) in [
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(a, b), expected);
        }
    }
}
