//! From settings to a client: flag before variable before default. A profile will stand between the last two.

use crate::{args::ConnectionArgs, environment, failure::Failure, interrupt::Interrupt};
use aipass::{Client, ClientBuilder, FileStore, HttpOptions, Secret};
use std::{path::PathBuf, sync::OnceLock};

/// The redirect URI of a login where no other port is asked for. AI Pass compares redirect URIs byte for byte, so
/// it is one that can be registered.
pub(crate) const DEFAULT_PORT: u16 = 8417;

/// What the running command needs: Ctrl-C, and the client, which is closed at the end.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) interrupt: Interrupt,
    client: OnceLock<Client>,
}

impl Context {
    pub(crate) fn new(interrupt: Interrupt) -> Self {
        Self {
            interrupt,
            client: OnceLock::new(),
        }
    }

    /// The client for a call: with the token of the environment if there is one, else with the stored session.
    pub(crate) fn client(&self, args: &ConnectionArgs) -> Result<Client, Failure> {
        let settings = Settings::read(args)?;
        let Some(token) = environment::ACCESS_TOKEN.read()? else {
            return Ok(self.session(args)?.client);
        };
        let mut builder = settings.builder().access_token(Secret::new(token));
        if let Some(client_id) = settings.client_id {
            builder = builder.client_id(client_id);
        }
        self.keep(builder.build()?)
    }

    /// The stored session, whatever token the environment holds.
    pub(crate) fn session(&self, args: &ConnectionArgs) -> Result<Session, Failure> {
        self.session_with(args, &[])
    }

    /// As [`session`](Self::session); a login then asks for these scopes, if there are any.
    pub(crate) fn session_with(&self, args: &ConnectionArgs, scopes: &[String]) -> Result<Session, Failure> {
        let settings = Settings::read(args)?;
        let client_id = settings.client_id.clone().ok_or_else(no_client_id)?;
        let store = settings.store()?;
        let mut builder = settings.builder().client_id(client_id).token_store(store.clone());
        if let Some(secret) = environment::CLIENT_SECRET.read()? {
            builder = builder.client_secret(Secret::new(secret));
        }
        if !scopes.is_empty() {
            builder = builder.scopes(scopes);
        }
        let client = self.keep(builder.build()?)?;
        Ok(Session { client, store })
    }

    /// Waits until nothing is in flight, so that a renewed token is stored before the program ends. A further Ctrl-C
    /// ends the wait.
    pub(crate) async fn close(&self) {
        let Some(client) = self.client.get() else { return };
        tokio::select! {
            () = client.close() => {}
            () = self.interrupt.pressed_again() => {}
        }
    }

    fn keep(&self, client: Client) -> Result<Client, Failure> {
        Ok(self.client.get_or_init(|| client).clone())
    }
}

/// A client whose session is stored on this machine.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) store: FileStore,
}

/// What flags and variables say.
struct Settings {
    base_url: Option<String>,
    api_prefix: Option<String>,
    client_id: Option<String>,
    config_dir: Option<String>,
}

impl Settings {
    fn read(args: &ConnectionArgs) -> Result<Self, Failure> {
        Ok(Self {
            base_url: environment::BASE_URL.read()?,
            api_prefix: environment::API_PREFIX.read()?,
            client_id: match &args.client_id {
                Some(flag) => Some(flag.clone()),
                None => environment::CLIENT_ID.read()?,
            },
            config_dir: environment::CONFIG_DIR.read()?,
        })
    }

    fn builder(&self) -> ClientBuilder {
        let mut builder = Client::builder()
            .http(HttpOptions::default().user_agent(concat!("aipass-cli/", env!("CARGO_PKG_VERSION"))));
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        if let Some(prefix) = &self.api_prefix {
            builder = builder.api_prefix(prefix);
        }
        builder
    }

    fn store(&self) -> Result<FileStore, Failure> {
        match &self.config_dir {
            Some(dir) => Ok(FileStore::in_dir(PathBuf::from(dir))),
            None => FileStore::for_app("aipass").map_err(|error| {
                Failure::config(
                    error.to_string(),
                    format!("set {} to a folder", environment::CONFIG_DIR.name),
                )
            }),
        }
    }
}

/// The steps that get a client id, since without one nothing can begin.
fn no_client_id() -> Failure {
    let id = environment::CLIENT_ID.name;
    Failure::config(
        "no client id is set",
        format!(
            "1. create an OAuth2 client at https://aipass.one/panel/developer\n   \
             with the redirect URI {}\n   \
             and the scopes api:access and profile:read\n\
             2. set {id} to its id, or pass --client-id\n\
             No account yet? Try `aipass demo`.",
            redirect_uri(DEFAULT_PORT),
        ),
    )
}

/// Where the browser returns to after a login.
pub(crate) fn redirect_uri(port: u16) -> String {
    format!("http://127.0.0.1:{port}/callback")
}
