//! From settings to a client: flag before variable before profile before default.

use crate::{
    args::ConnectionArgs,
    environment::{self, Variable},
    failure::Failure,
    interrupt::Interrupt,
    redirect,
    retries::TellsRetries,
};
use aipass::{
    BaseUrl, Client, ClientBuilder, FileStore, HttpOptions, Profile, ProfileStore, Profiles, Secret,
};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// What the running command needs: Ctrl-C, the profile that was asked for, and the clients, which are closed
/// at the end.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) interrupt: Interrupt,
    profile: Option<String>,
    clients: Mutex<Vec<Client>>,
}

impl Context {
    pub(crate) fn new(interrupt: Interrupt, profile: Option<String>) -> Self {
        Self {
            interrupt,
            profile,
            clients: Mutex::default(),
        }
    }

    /// What is set. A profile that was asked for by name has to exist.
    pub(crate) fn settings(&self, args: &ConnectionArgs) -> Result<Settings, Failure> {
        let settings = self.settings_for_writing(args)?;
        if settings.profile_asked_for && !settings.profile_exists {
            let name = &settings.profile.name;
            return Err(Failure::config(
                format!(
                    "there is no profile `{name}` in {}",
                    settings.profiles_path.display()
                ),
                format!("`aipass login --profile {name} --client-id ID` makes it"),
            ));
        }
        Ok(settings)
    }

    /// What is set, for a command that writes the profile if there is none yet.
    pub(crate) fn settings_for_writing(&self, args: &ConnectionArgs) -> Result<Settings, Failure> {
        let asked = match &self.profile {
            Some(flag) => Some(flag.clone()),
            None => environment::PROFILE.read()?,
        };
        let profiles = load_profiles()?;
        let name = asked.as_deref().unwrap_or_else(|| profiles.default_name());
        let found = profiles.get(name).cloned();
        Ok(Settings {
            profile_exists: found.is_some(),
            profile_asked_for: asked.is_some(),
            profiles_path: profiles.path().to_owned(),
            base_url: Value::from_env(&environment::BASE_URL)?,
            api_prefix: Value::from_env(&environment::API_PREFIX)?,
            client_id: match &args.client_id {
                Some(flag) => Some(Value {
                    text: flag.clone(),
                    variable: None,
                }),
                None => Value::from_env(&environment::CLIENT_ID)?,
            },
            profile: match found {
                Some(profile) => profile,
                None => profiles.unset(name)?,
            },
        })
    }

    /// The client for a call: with the token of the environment if there is one, else with the stored session.
    pub(crate) fn client(&self, args: &ConnectionArgs) -> Result<Client, Failure> {
        let settings = self.settings(args)?;
        let Some(token) = environment::ACCESS_TOKEN.read()? else {
            return Ok(self.session_of(&settings)?.client);
        };
        Ok(self.keep(settings.builder().access_token(Secret::new(token)).build()?))
    }

    /// The stored session, whatever token the environment holds.
    pub(crate) fn session(&self, args: &ConnectionArgs) -> Result<Session, Failure> {
        self.session_of(&self.settings(args)?)
    }

    /// The session that these settings lead to.
    pub(crate) fn session_of(&self, settings: &Settings) -> Result<Session, Failure> {
        if settings.client_id().is_none() {
            return Err(no_client_id(settings));
        }
        let store = settings.store()?;
        let mut builder = settings.builder();
        if let Some(secret) = environment::CLIENT_SECRET.read()? {
            builder = builder.client_secret(Secret::new(secret));
        }
        let client = self.keep(builder.build()?);
        Ok(Session { client, store })
    }

    /// Waits until nothing is in flight, so that a renewed token is stored before the program ends. A further Ctrl-C
    /// ends the wait.
    pub(crate) async fn close(&self) {
        let clients = std::mem::take(&mut *self.clients.lock().unwrap_or_else(PoisonError::into_inner));
        let closed = async {
            for client in &clients {
                client.close().await;
            }
        };
        tokio::select! {
            () = closed => {}
            () = self.interrupt.pressed_again() => {}
        }
    }

    /// Remembers a client until the end. One command can have several, which differ in their token.
    fn keep(&self, client: Client) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.push(client.clone());
        client
    }
}

/// The profiles of this machine.
fn load_profiles() -> Result<Profiles, Failure> {
    Profiles::load().map_err(|error| {
        Failure::config(
            error.to_string(),
            "`aipass help environment` says where profiles stand and what is in them",
        )
    })
}

/// A client whose session is stored on this machine.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) store: FileStore,
}

/// A setting that a flag or a variable makes.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) text: String,
    /// The variable; `None` for a flag.
    pub(crate) variable: Option<&'static str>,
}

impl Value {
    fn from_env(variable: &Variable) -> Result<Option<Self>, Failure> {
        Ok(variable.read()?.map(|text| Self {
            text,
            variable: Some(variable.name),
        }))
    }
}

/// What flags, variables and the profile say.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Profile,
    pub(crate) profile_exists: bool,
    profile_asked_for: bool,
    pub(crate) profiles_path: PathBuf,
    base_url: Option<Value>,
    api_prefix: Option<Value>,
    client_id: Option<Value>,
}

impl Settings {
    /// The server.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url
            .as_ref()
            .map_or_else(|| self.profile.service(), |value| &value.text)
    }

    /// The path of the model endpoints, where it is not the usual one.
    pub(crate) fn api_prefix(&self) -> Option<&str> {
        match &self.api_prefix {
            Some(value) => Some(&value.text),
            None => self.profile.api_prefix.as_deref(),
        }
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        match &self.client_id {
            Some(value) => Some(&value.text),
            None => self.profile.client_id.as_deref(),
        }
    }

    /// Whether the client id comes from the command line.
    pub(crate) fn client_id_is_flag(&self) -> bool {
        self.client_id
            .as_ref()
            .is_some_and(|value| value.variable.is_none())
    }

    /// Whether the service and the client are those of the profile, or the profile has none yet: then what it says about
    /// them holds.
    pub(crate) fn is_of_profile(&self) -> bool {
        let own = self.profile.client_id.as_deref();
        own.is_none_or(|own| self.client_id() == Some(own)) && self.service_is_of_profile()
    }

    /// Whether the profile names neither a client nor a service, so that what variables say is the beginning of one.
    fn profile_is_new(&self) -> bool {
        self.profile.client_id.is_none() && self.profile.base_url.is_none()
    }

    /// Whether the service is that of the profile, or the profile has none yet.
    pub(crate) fn service_is_of_profile(&self) -> bool {
        self.profile_is_new()
            || self.base_url().trim_end_matches('/') == self.profile.service().trim_end_matches('/')
    }

    /// The redirect URIs that are known to be registered.
    pub(crate) fn redirect_uris(&self) -> &[String] {
        if self.is_of_profile() {
            &self.profile.redirect_uris
        } else {
            &[]
        }
    }

    /// The variables that stand in front of what the profile says, each with the key of the profile.
    pub(crate) fn shadows(&self) -> Vec<(&'static str, &'static str)> {
        let profile = &self.profile;
        let pairs = [
            (&self.base_url, &profile.base_url, "base_url"),
            (&self.api_prefix, &profile.api_prefix, "api_prefix"),
            (&self.client_id, &profile.client_id, "client_id"),
        ];
        let shadowed = pairs.into_iter().filter_map(|(value, below, key)| {
            let value = value.as_ref()?;
            let differs = below.as_ref().is_some_and(|below| *below != value.text);
            value.variable.filter(|_| differs).map(|name| (name, key))
        });
        shadowed.collect()
    }

    /// The server as the profile should name it. What it says itself stays, in its own spelling.
    pub(crate) fn base_url_to_keep(&self) -> Option<String> {
        if !self.profile_is_new() && self.service_is_of_profile() {
            return self.profile.base_url.clone();
        }
        self.unusual_base_url().map(str::to_owned)
    }

    /// The path of the model endpoints as the profile should name it. A variable holds for the call, and does not take
    /// the place of what a profile says or leaves at its default.
    pub(crate) fn api_prefix_to_keep(&self) -> Option<String> {
        let own = &self.profile.api_prefix;
        if self.profile_is_new() && own.is_none() {
            return self.api_prefix().map(str::to_owned);
        }
        own.clone()
    }

    /// How the program presents itself.
    pub(crate) fn http() -> HttpOptions {
        HttpOptions::default().app(concat!("aipass-cli/", env!("CARGO_PKG_VERSION")))
    }

    /// A client with these settings, without a secret. A profile whose store cannot be opened here gets none.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let mut profile = self.profile.clone();
        if !self.is_of_profile() {
            // Another client may not be allowed them.
            profile.scopes.clear();
        }
        let mut builder = Client::builder()
            .profile(&profile)
            .http(Self::http())
            .middleware(TellsRetries)
            .base_url(self.base_url());
        if let Some(prefix) = self.api_prefix() {
            builder = builder.api_prefix(prefix);
        }
        if let Some(client_id) = self.client_id() {
            builder = builder.client_id(client_id);
        }
        builder
    }

    pub(crate) fn store(&self) -> Result<FileStore, Failure> {
        if self.profile.store == ProfileStore::File {
            return Ok(self.profile.file_store());
        }
        Err(Failure::config(
            format!(
                "the profile `{}` keeps its session in the keyring, which this program cannot open",
                self.profile.name
            ),
            format!(
                "set store = \"file\" for it in {}, and run `aipass login`",
                self.profiles_path.display()
            ),
        ))
    }

    /// The server, where it is not AI Pass itself.
    fn unusual_base_url(&self) -> Option<&str> {
        Some(self.base_url()).filter(|url| url.trim_end_matches('/') != BaseUrl::AIPASS)
    }
}

/// The steps that get a client id, since without one nothing can begin.
pub(crate) fn no_client_id(settings: &Settings) -> Failure {
    let place = match settings.unusual_base_url() {
        Some(_) => "the developer pages of that service",
        None => "https://aipass.one/panel/developer",
    };
    Failure::config(
        "no client id is set",
        format!(
            "1. get a client: `aipass client register --name NAME`, or on\n   \
             {place} with the redirect URI\n   \
             {} and the scopes api:access and profile:read\n\
             2. `aipass login`, with --client-id ID or {} for one from there\n\
             No account yet? Try `aipass demo`.",
            redirect::on_port(redirect::DEFAULT_PORT),
            environment::CLIENT_ID.name,
        ),
    )
}
