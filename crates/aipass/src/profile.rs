//! Profiles: the settings of this machine's sessions under names, shared with the program `aipass`.

mod place;
mod read;

use crate::{builder::ClientBuilder, client::Client, config_error::ConfigError, env};
use aipass_auth::{BaseUrl, FileStore};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The profile that is used where none is named.
const DEFAULT: &str = "default";

/// The settings of one session: where the service is, which client signs in, and where its tokens are kept.
///
/// Profiles stand in `profiles.toml`, in the platform's folder for settings (`~/.config/aipass` on Linux,
/// `~/Library/Application Support/aipass` on macOS, `%APPDATA%\aipass` on Windows); the tokens stand in the folder of
/// [`FileStore::for_app("aipass")`](FileStore::for_app). `AIPASS_CONFIG_DIR` puts both into one folder.
///
/// ```toml
/// default_profile = "work"
///
/// [profiles.work]
/// client_id = "client_…"
/// redirect_uris = ["http://127.0.0.1:8417/callback"]
/// ```
///
/// A program reads the file and never writes it; `aipass login` and `aipass client register` do. It holds no secret: a
/// key for one is refused, and so is every key that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The server, where it is not `https://aipass.one`.
    pub base_url: Option<String>,
    /// The path of the model endpoints, where it is not `/oauth2/v1`.
    pub api_prefix: Option<String>,
    /// The id of the registered OAuth client.
    pub client_id: Option<String>,
    /// The redirect URIs that the client is registered with. AI Pass compares them byte for byte, port included.
    pub redirect_uris: Vec<String>,
    /// The scopes that a login asks for, where they are not `api:access` and `profile:read`.
    pub scopes: Vec<String>,
    /// The model to ask where none is named. For programs; the client has no default model.
    pub model: Option<String>,
    /// Where the tokens are kept.
    pub store: ProfileStore,
    /// The label of the account in the store, where it is not the name of the profile.
    pub account: Option<String>,
    /// The folder of the tokens.
    tokens: PathBuf,
}

/// Where a profile keeps its tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileStore {
    /// In a file that only its owner can read.
    #[default]
    File,
    /// In the keyring of the system. The program hands such a store to the builder itself.
    Keyring,
}

impl Profile {
    /// The profile of this name, from this machine's `profiles.toml`.
    ///
    /// ```no_run
    /// let profile = aipass::Profile::load("work")?;
    /// println!("{:?}", profile.client_id);
    /// # Ok::<(), aipass::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// There is no such profile, or the file cannot be used; see [`Profiles::load`].
    pub fn load(name: impl AsRef<str>) -> Result<Self, ConfigError> {
        Profiles::load()?.require(name)
    }

    /// As [`load`](Self::load), with one folder for the profiles and the tokens.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_from(dir: impl AsRef<Path>, name: impl AsRef<str>) -> Result<Self, ConfigError> {
        Profiles::load_from(dir)?.require(name)
    }

    /// The file store that keeps the session of this profile, whatever [`store`](Self::store) says.
    #[must_use]
    pub fn file_store(&self) -> FileStore {
        FileStore::in_dir(&self.tokens)
    }

    /// The label of the account in the store: [`account`](Self::account), or else the name. So two profiles of one
    /// client are two sessions.
    #[must_use]
    pub fn account_label(&self) -> &str {
        self.account.as_deref().unwrap_or(&self.name)
    }

    /// The server, as it is used.
    #[must_use]
    pub fn service(&self) -> &str {
        self.base_url.as_deref().unwrap_or(BaseUrl::AIPASS)
    }

    fn new(name: impl Into<String>, tokens: &Path) -> Self {
        Self {
            name: name.into(),
            base_url: None,
            api_prefix: None,
            client_id: None,
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
            model: None,
            store: ProfileStore::File,
            account: None,
            tokens: tokens.to_owned(),
        }
    }
}

/// The profiles of this machine.
#[derive(Clone, Debug)]
pub struct Profiles {
    path: PathBuf,
    tokens: PathBuf,
    default: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Reads this machine's `profiles.toml`; without one there are no profiles.
    ///
    /// # Errors
    /// The file cannot be read, others can write to it, or it is not as it should be. The error names the file, the line
    /// and the column, and never repeats a value.
    pub fn load() -> Result<Self, ConfigError> {
        if let Some(dir) = env::read(env::CONFIG_DIR)? {
            return Self::load_from(dir);
        }
        Self::read(&place::settings_dir()?, place::tokens_dir()?)
    }

    /// As [`load`](Self::load), with one folder for the profiles and the tokens.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_from(dir: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::read(dir.as_ref(), dir.as_ref().to_owned())
    }

    fn read(settings: &Path, tokens: PathBuf) -> Result<Self, ConfigError> {
        let path = settings.join("profiles.toml");
        let (default, profiles) = match place::read(&path)? {
            Some(text) => read::profiles(&path, &text, &tokens)?,
            None => (None, BTreeMap::new()),
        };
        Ok(Self {
            path,
            tokens,
            default,
            profiles,
        })
    }

    /// The file, whether or not it exists.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the profiles, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The name of the profile that is used where none is named: `default_profile` of the file, or `default`.
    #[must_use]
    pub fn default_name(&self) -> &str {
        self.default.as_deref().unwrap_or(DEFAULT)
    }

    /// The profile of this name, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// A profile of this name in which nothing is set: what [`get`](Self::get) gives once a program has written it.
    ///
    /// # Errors
    /// The name is not one of a profile.
    pub fn unset(&self, name: impl Into<String>) -> Result<Profile, ConfigError> {
        let name = name.into();
        if !is_name(&name) {
            return Err(ConfigError::new(
                "the name of a profile has letters, digits, `-` and `_`, at most 64 of them",
            ));
        }
        Ok(Profile::new(name, &self.tokens))
    }

    fn require(&self, name: impl AsRef<str>) -> Result<Profile, ConfigError> {
        let name = name.as_ref();
        if let Some(profile) = self.get(name) {
            return Ok(profile.clone());
        }
        let unset = self.unset(name)?;
        let known = self.names().collect::<Vec<_>>();
        let there = match known.as_slice() {
            [] => "there are none".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        };
        Err(ConfigError::new(format!(
            "there is no profile `{}` in {}; {there}",
            unset.name,
            self.path.display()
        )))
    }
}

impl Client {
    /// A client with the settings and the session of a profile, the same that `aipass --profile NAME` uses: whoever
    /// signed in with the program is signed in here, and a renewal is made once for both.
    ///
    /// The environment goes before the profile; [`env`](mod@crate::env) has the variables.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let ai = aipass::Client::from_profile("work")?;
    /// println!("{:?} USD left", ai.balance().await?.remaining);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// There is no such profile, it is not usable, it has no client id and the environment has none, or it keeps its
    /// tokens in the keyring: then use [`ClientBuilder::from_profile`] with a store.
    pub fn from_profile(name: impl AsRef<str>) -> Result<Self, ConfigError> {
        ClientBuilder::from_profile(name)?.build()
    }
}

impl ClientBuilder {
    /// A builder with the settings of a profile, under those of the environment; see [`Client::from_profile`].
    ///
    /// # Errors
    /// There is no such profile, or it is not usable.
    pub fn from_profile(name: impl AsRef<str>) -> Result<Self, ConfigError> {
        Client::builder().profile(&Profile::load(name)?).under_env()
    }

    /// The settings and the store of a profile, in place of those that were set before.
    pub fn profile(self, profile: &Profile) -> Self {
        let mut builder = self.account(profile.account_label());
        if let Some(url) = &profile.base_url {
            builder = builder.base_url(url);
        }
        if let Some(prefix) = &profile.api_prefix {
            builder = builder.api_prefix(prefix);
        }
        if let Some(id) = &profile.client_id {
            builder = builder.client_id(id);
        }
        if !profile.scopes.is_empty() {
            builder = builder.scopes(&profile.scopes);
        }
        match profile.store {
            ProfileStore::File => builder.token_store(profile.file_store()),
            ProfileStore::Keyring => builder.require_store(),
        }
    }
}

/// Whether it can be the name of a profile: one that needs no quotes in the file.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use aipass_auth::MemoryStore;

    fn dir(text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("profiles.toml"), text).unwrap();
        dir
    }

    #[test]
    fn a_profile_has_what_stands_in_it() {
        let dir = dir(r#"
            default_profile = "work" # a comment

            [profiles.work]
            base_url = "https://gateway.example/x"
            api_prefix = "/v1"
            client_id = "client_1"
            redirect_uris = ["http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"]
            scopes = ["api:access"]
            model = "m"
            store = "keyring"
            account = "ada"

            [profiles.bare]
        "#);
        let work = Profile::load_from(dir.path(), "work").unwrap();
        assert_eq!(work.base_url.as_deref(), Some("https://gateway.example/x"));
        assert_eq!(work.api_prefix.as_deref(), Some("/v1"));
        assert_eq!(work.client_id.as_deref(), Some("client_1"));
        assert_eq!(
            work.redirect_uris,
            ["http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"]
        );
        assert_eq!((work.scopes.len(), work.model.as_deref()), (1, Some("m")));
        assert_eq!((work.store, work.account_label()), (ProfileStore::Keyring, "ada"));
        let bare = Profile::load_from(dir.path(), "bare").unwrap();
        assert_eq!(
            (bare.store, bare.account_label(), bare.service()),
            (ProfileStore::File, "bare", "https://aipass.one")
        );
        assert_eq!(bare.file_store().dir(), dir.path());
        let profiles = Profiles::load_from(dir.path()).unwrap();
        assert_eq!(profiles.default_name(), "work");
        assert_eq!(profiles.names().collect::<Vec<_>>(), ["bare", "work"]);
    }

    #[test]
    fn a_profile_that_is_missing_is_an_error_that_names_the_others() {
        let none = tempfile::tempdir().unwrap();
        let error = Profile::load_from(none.path(), "work").unwrap_err();
        assert!(error.to_string().ends_with("there are none"), "{error}");
        assert_eq!(
            Profiles::load_from(none.path()).unwrap().default_name(),
            "default"
        );
        let two = dir("[profiles.a]\n[profiles.b]\n");
        let error = Profile::load_from(two.path(), "work").unwrap_err();
        assert!(error.to_string().ends_with("there are: a, b"), "{error}");
        for name in ["", "a b", "../a", "a.b", "ä"] {
            assert!(Profile::load_from(two.path(), name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_keyring_needs_a_store_from_the_program() {
        let dir = dir("[profiles.k]\nclient_id = \"c\"\nstore = \"keyring\"\n");
        let profile = Profile::load_from(dir.path(), "k").unwrap();
        let error = Client::builder().profile(&profile).build().unwrap_err();
        assert!(error.to_string().contains("token_store"), "{error}");
        let with = Client::builder()
            .profile(&profile)
            .token_store(MemoryStore::new());
        assert!(with.build().is_ok());
        // A fixed token needs no store.
        let fixed = Client::builder().profile(&profile).access_token("t".into());
        assert!(fixed.build().is_ok());
    }

    #[test]
    fn the_session_is_the_one_of_the_program() {
        let dir = dir("[profiles.p]\nclient_id = \"c\"\nbase_url = \"http://127.0.0.1:1\"\n");
        let profile = Profile::load_from(dir.path(), "p").unwrap();
        let client = Client::builder().profile(&profile).build().unwrap();
        let key = client.auth().unwrap().account_key();
        assert_eq!(
            (key.base_url(), key.client_id(), key.account()),
            ("http://127.0.0.1:1", "c", "p")
        );
        assert!(profile.file_store().path(key).starts_with(dir.path()));
    }
}
