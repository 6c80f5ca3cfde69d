//! `aipass status`: who is signed in, until when, where that is kept, and what stands in front of it.

use crate::{
    args::ConnectionArgs,
    cmd_login::who,
    cmd_whoami::Person,
    context::{Context, Settings, no_client_id},
    environment,
    exit::Exit,
    failure::{self, Failure},
    output::{self, Paint},
    when,
};
use aipass::{SessionInfo, types::UserInfo};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Show the session: scopes, expiry, where it is stored
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"signed_in\":true,\"source\":\"session\",\"checked\":false,\"user\":null,\"account\":\"default\",
        \"scopes\":[\"api:access\",\"profile:read\"],\"expires_at\":\"2026-01-31T12:00:00Z\",
        \"expires_in\":3541,\"can_refresh\":true,\"stored_in\":\"/…/tokens.json\",\"profile\":\"default\",
        \"profiles_file\":\"/…/profiles.toml\",\"base_url\":\"https://aipass.one\",\"client_id\":\"client_…\",
        \"shadowed\":[{\"variable\":\"AIPASS_CLIENT_ID\",\"shadows\":\"client_id\"}]}
\"source\" is \"session\", \"environment\" (the token of AIPASS_ACCESS_TOKEN) or null. \"user\" has the
members of `aipass whoami --json`, with --check. What is not known is null.

Ends with 0 if somebody is signed in and with 4 if nobody is. Without --check no server is asked, so
a session may have been ended elsewhere. If the server gives no word with --check, \"checked\" is false, \
the rest is what is known here, and the exit code is that of the call.")]
pub(crate) struct StatusArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Ask AI Pass whether it accepts the session
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    signed_in: bool,
    source: Option<&'static str>,
    checked: bool,
    user: Option<Person>,
    account: Option<&'a str>,
    scopes: &'a [String],
    expires_at: Option<String>,
    expires_in: Option<i64>,
    can_refresh: Option<bool>,
    stored_in: Option<String>,
    profile: &'a str,
    profiles_file: String,
    base_url: &'a str,
    client_id: Option<&'a str>,
    shadowed: Vec<Shadow>,
}

#[derive(Serialize)]
struct Shadow {
    variable: &'static str,
    shadows: &'static str,
}

/// What was found out.
struct Status {
    settings: Settings,
    session: Option<SessionInfo>,
    stored_in: Option<PathBuf>,
    env_token: bool,
    /// Whether the server has given its word.
    checked: bool,
    user: Option<UserInfo>,
    /// Why nobody counts as signed in.
    refused: Option<Failure>,
    /// Why the server gave no word. That says nothing about the session.
    unanswered: Option<Failure>,
}

pub(crate) async fn run(context: &Context, args: &StatusArgs) -> Result<(), Failure> {
    let status = Status::find(context, args).await?;
    if args.json {
        output::json(&status.json())?;
    } else {
        status.print()?;
    }
    status.refused.or(status.unanswered).map_or(Ok(()), Err)
}

impl Status {
    async fn find(context: &Context, args: &StatusArgs) -> Result<Self, Failure> {
        let settings = context.settings(&args.connection)?;
        let mut status = Self {
            env_token: environment::ACCESS_TOKEN.is_set(),
            settings,
            session: None,
            stored_in: None,
            checked: false,
            user: None,
            refused: None,
            unanswered: None,
        };
        if status.env_token {
            // The session is looked at besides, if it can be.
            let client = context.client(&args.connection)?;
            status.look_behind_the_token().await;
            if args.check {
                status.check(client.userinfo().await.map(aipass::Answer::into_inner));
            }
            return Ok(status);
        }
        if status.settings.client_id().is_none() {
            let help = no_client_id(&status.settings)
                .report
                .and_then(|report| report.help);
            let nobody = Failure::new(Exit::LoginRequired, "nobody is signed in");
            status.refused = Some(nobody.with_help(help.unwrap_or_default()));
            return Ok(status);
        }
        let session = context.session_of(&status.settings)?;
        if args.check {
            status.check(session.client.userinfo().await.map(aipass::Answer::into_inner));
        }
        status.session = session.client.session().await?;
        if status.session.is_some() {
            status.stored_in = Some(session.store.path(session.client.auth()?.account_key()));
        }
        if status.refused.is_none() && !status.session.as_ref().is_some_and(is_usable) {
            let what = match &status.session {
                Some(_) => "the session has expired and cannot be renewed",
                None => "nobody is signed in",
            };
            let failure = Failure::new(Exit::LoginRequired, what);
            status.refused = Some(failure.with_help(failure::login_help()));
        }
        Ok(status)
    }

    /// The session that the token of the environment shadows. It is in nobody's way, so trouble with it is left out.
    async fn look_behind_the_token(&mut self) {
        if self.settings.client_id().is_none() {
            return;
        }
        let (Ok(store), Ok(client)) = (self.settings.store(), self.settings.builder().build()) else {
            return;
        };
        let Ok(auth) = client.auth() else { return };
        if let Ok(Some(session)) = auth.session().await {
            self.stored_in = Some(store.path(auth.account_key()));
            self.session = Some(session);
        }
    }

    /// Takes the server's word.
    fn check(&mut self, answer: Result<UserInfo, aipass::Error>) {
        match answer {
            Ok(user) => self.user = Some(user),
            // The session is good for other things than the profile.
            Err(error) if error.is_permission() => {}
            Err(error) if error.is_login_required() => self.refused = Some(error.into()),
            Err(error) => self.unanswered = Some(error.into()),
        }
        self.checked = self.unanswered.is_none();
    }

    fn is_signed_in(&self) -> bool {
        (self.env_token || self.session.is_some()) && self.refused.is_none()
    }

    fn shadowed(&self) -> Vec<Shadow> {
        let token = (self.env_token && self.session.is_some()).then_some(Shadow {
            variable: environment::ACCESS_TOKEN.name,
            shadows: "session",
        });
        let settings = self.settings.shadows().into_iter();
        token
            .into_iter()
            .chain(settings.map(|(variable, shadows)| Shadow { variable, shadows }))
            .collect()
    }

    /// The session, unless a token stands in front of it.
    fn in_use(&self) -> Option<&SessionInfo> {
        self.session.as_ref().filter(|_| !self.env_token)
    }

    fn json(&self) -> Json<'_> {
        let session = self.in_use();
        let expires_at = session.and_then(|session| session.expires_at);
        let path = |path: &PathBuf| path.display().to_string();
        Json {
            signed_in: self.is_signed_in(),
            source: match (self.env_token, session) {
                (true, _) => Some("environment"),
                (false, Some(_)) => Some("session"),
                (false, None) => None,
            },
            checked: self.checked,
            user: self.user.clone().map(Person::from),
            account: session.map(|session| session.account.as_str()),
            scopes: session
                .map(|session| session.scopes.as_slice())
                .unwrap_or_default(),
            expires_at: expires_at.map(when::utc),
            expires_in: expires_at.map(when::seconds_until),
            can_refresh: session.map(|session| session.can_refresh),
            stored_in: self.stored_in.as_ref().map(path),
            profile: &self.settings.profile.name,
            profiles_file: path(&self.settings.profiles_path),
            base_url: self.settings.base_url(),
            client_id: self.settings.client_id(),
            shadowed: self.shadowed(),
        }
    }

    fn print(&self) -> Result<(), Failure> {
        let settings = &self.settings;
        let mut rows = Vec::new();
        let headline = match (&self.user, self.is_signed_in()) {
            (Some(user), true) => format!("Signed in as {}", who(user)),
            (None, true) if self.env_token => {
                format!("Using the token of {}", environment::ACCESS_TOKEN.name)
            }
            (None, true) => "Signed in".to_owned(),
            (_, false) => "Not signed in".to_owned(),
        };
        if let Some(session) = self.in_use() {
            let scopes = match session.scopes.as_slice() {
                [] => "not known".to_owned(),
                scopes => scopes.join(" "),
            };
            rows.push(("scopes", scopes));
            rows.push(("token", expiry(session)));
        }
        if let Some(path) = &self.stored_in {
            rows.push(("stored in", path.display().to_string()));
        }
        let missing = if settings.profile_exists {
            ""
        } else {
            ", not there yet"
        };
        let file = settings.profiles_path.display();
        rows.push(("profile", format!("{} ({file}{missing})", settings.profile.name)));
        rows.push(("service", settings.base_url().to_owned()));
        if let Some(client_id) = settings.client_id() {
            rows.push(("client id", client_id.to_owned()));
        }
        if let Some(session) = self.in_use()
            && session.account != settings.profile.name
        {
            rows.push(("account", session.account.clone()));
        }
        for Shadow { variable, shadows } in self.shadowed() {
            let what = if shadows == "session" {
                "the stored session".to_owned()
            } else {
                format!("{shadows} of the profile")
            };
            rows.push(("shadowed", format!("{variable} goes before {what}")));
        }
        let paint = Paint::stdout();
        output::line(&paint.bold(output::one_line(&headline)))?;
        for (name, text) in rows {
            let name = paint.dim(format!("{name:<10}"));
            output::line(&format!("  {name} {}", output::one_line(&text)))?;
        }
        Ok(())
    }
}

/// Whether a call could be made with it.
pub(crate) fn is_usable(session: &SessionInfo) -> bool {
    session.can_refresh || session.expires_at.is_none_or(|at| when::seconds_until(at) > 0)
}

/// When the access token ends, and what happens then.
pub(crate) fn expiry(session: &SessionInfo) -> String {
    let then = if session.can_refresh {
        "renewed by itself"
    } else {
        "then a login is needed"
    };
    let Some(at) = session.expires_at else {
        return "no end is known".to_owned();
    };
    let left = when::seconds_until(at);
    let span = when::span(left.unsigned_abs());
    match (left > 0, session.can_refresh) {
        (true, _) => format!("expires in {span}, at {}; {then}", when::utc(at)),
        (false, true) => format!(
            "expired {span} ago, at {}; renewed at the next call",
            when::utc(at)
        ),
        (false, false) => format!("expired {span} ago, at {}", when::utc(at)),
    }
}
