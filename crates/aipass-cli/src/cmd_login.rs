//! `aipass login`: through the browser and a listener on this machine, by a pasted address, or with a token.

use crate::{
    args::ConnectionArgs,
    browser, cmd_balance,
    context::{Context, Settings, no_client_id},
    environment,
    exit::Exit,
    failure::Failure,
    input, output, redirect, remember,
};
use aipass::{AuthError, Client, Loopback, Paste, StdinLines, StoredTokens, types::UserInfo};
use clap::Args;

/// Sign in through your browser and keep the session on this machine
#[derive(Args, Debug, Default)]
#[command(after_long_help = "\
AI Pass compares redirect URIs byte for byte, so your OAuth client has to be registered with the one that \
this command listens on: the first of the profile's whose port is free, or http://127.0.0.1:8417/callback, \
or the same with another --port.

On a remote machine, open the address that is printed in your own browser. Then paste the address that the \
browser ends up at, or forward the port before (ssh -L 8417:127.0.0.1:8417 HOST).

The client id, the redirect URI and the scopes are kept in the profile; the other commands find them there.")]
pub(crate) struct LoginArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Do not open a browser; the address to open is printed anyway
    #[arg(long)]
    no_browser: bool,
    /// Do not listen either; read the address that the browser ends up at from standard input
    #[arg(long)]
    paste: bool,
    /// The port to listen on, as it is registered [default: 8417]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Ask for this scope instead of api:access and profile:read; can be given several times
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// Store an access token from standard input; it is tried first, and is never renewed
    #[arg(long, conflicts_with_all = ["paste", "no_browser", "port", "scope"])]
    with_token: bool,
    /// Standard input belongs to somebody else.
    #[arg(skip)]
    leaves_input: bool,
}

impl LoginArgs {
    /// The login that another command offers. One that reads standard input afterwards gets all of it: a thread that
    /// waits for a pasted address cannot be called back, and would take the first line.
    pub(crate) fn offered(connection: &ConnectionArgs, reads_input: bool) -> Self {
        Self {
            connection: connection.clone(),
            leaves_input: reads_input,
            ..Self::default()
        }
    }
}

pub(crate) async fn run(context: &Context, args: &LoginArgs) -> Result<(), Failure> {
    if environment::ACCESS_TOKEN.is_set() {
        let token = environment::ACCESS_TOKEN.name;
        return Err(Failure::config(
            format!("{token} is set, so every command uses that token and there is nothing to sign in to"),
            format!("unset {token} to use a session of your own"),
        ));
    }
    let settings = context.settings_for_writing(&args.connection)?;
    if settings.client_id().is_none() {
        return Err(no_client_id(&settings));
    }
    if args.with_token {
        return with_token(context, &settings).await;
    }
    let redirect_uris = redirect_uris(&settings, args)?;
    let client = context.session_of(&settings)?.client;
    browse(&client, args, &redirect_uris).await?;
    // Before anything that can fail or be interrupted, so that the other commands find the session.
    remember::login(&settings, &redirect_uris, &args.scope).await;
    prove(&client).await
}

/// The redirect URIs to try, in their order.
fn redirect_uris(settings: &Settings, args: &LoginArgs) -> Result<Vec<String>, Failure> {
    let registered = settings.redirect_uris();
    if registered.is_empty() {
        return Ok(vec![redirect::on_port(
            args.port.unwrap_or(redirect::DEFAULT_PORT),
        )]);
    }
    let fits = |uri: &&String| match (redirect::listener(uri), args.port) {
        (Some((_, port)), Some(wanted)) => port == wanted,
        (Some(_), None) => true,
        // Whoever pastes needs no listener.
        (None, wanted) => args.paste && wanted.is_none(),
    };
    let uris: Vec<_> = registered.iter().filter(fits).cloned().collect();
    if !uris.is_empty() {
        return Ok(uris);
    }
    let profile = &settings.profile.name;
    let what = match args.port {
        Some(port) => format!("the profile `{profile}` has no redirect URI with the port {port}"),
        None => format!("the profile `{profile}` has no redirect URI that this program can listen on"),
    };
    Err(Failure::config(
        what,
        format!(
            "it has: {}\nUse one of them; or register another for the client at AI Pass, and add it to redirect_uris in\n{}",
            registered.join(", "),
            settings.profiles_path.display()
        ),
    ))
}

/// Takes the person through the login, with whatever of a browser, a listener and a terminal there is.
async fn browse(client: &Client, args: &LoginArgs, uris: &[String]) -> Result<(), Failure> {
    let auth = client.auth()?;
    let session = if args.paste {
        let uri = uris.first().cloned().unwrap_or_default();
        let mut flow = Paste::new(uri).source(pasted_lines()).on_url(|url| {
            output::note(&format!(
                "Open this page in a browser, on any machine:\n\n  {url}\n\n\
                 Sign in, and paste the address that the browser ends up at:"
            ));
        });
        if !args.scope.is_empty() {
            flow = flow.scopes(&args.scope);
        }
        auth.login(flow).await
    } else {
        let place = Place {
            opens: !args.no_browser && !browser::is_headless(),
            remote: browser::has("SSH_CONNECTION"),
            // Only a person's typing: the input of a script is not ours to read.
            pastes: input::is_interactive() && !args.leaves_input,
        };
        let mut flow = Loopback::new()
            .redirect_uris(uris)
            .open_browser(place.opens)
            .on_url(move |url| output::note(&place.invitation(url.as_str())));
        if place.pastes {
            flow = flow.or_paste(pasted_lines());
        }
        if !args.scope.is_empty() {
            flow = flow.scopes(&args.scope);
        }
        auth.login(flow).await
    };
    session.map(drop).map_err(|error| untaken(error, uris))
}

/// Lines from standard input; what is wrong with one is told.
fn pasted_lines() -> StdinLines {
    StdinLines::new().on_trouble(|trouble| {
        output::undone(&format!("{trouble}. {}", trouble.help().unwrap_or_default()));
    })
}

/// How the person can get to the page and back.
#[derive(Clone, Copy)]
struct Place {
    opens: bool,
    remote: bool,
    pastes: bool,
}

impl Place {
    fn invitation(self, url: &str) -> String {
        let page = if self.opens {
            "Your browser opens this page; if it does not, open it yourself"
        } else if self.remote {
            "Open this page in the browser of your own machine"
        } else {
            "Open this page"
        };
        let mut text = format!("{page}:\n\n  {url}\n\n");
        if self.remote {
            let port = redirect::in_authorize_url(url).unwrap_or(redirect::DEFAULT_PORT);
            text += &format!(
                "The browser comes back to this machine if your own one forwards the port:\n\n  \
                 ssh -L {port}:127.0.0.1:{port} HOST\n\n"
            );
        }
        text += match (self.pastes, self.remote) {
            (true, true) => "Else paste the address that it ends up at. ",
            (true, false) => "A browser elsewhere? Paste the address that it ends up at. ",
            (false, _) => "",
        };
        text + "Waiting up to 5 minutes …"
    }
}

/// A port that is taken is a setting to change, so the failure names it.
fn untaken(error: AuthError, uris: &[String]) -> Failure {
    if !error.is_listen() {
        return error.into();
    }
    let ports = redirect::ports_in_words(uris);
    let taken = if uris.len() == 1 {
        "is taken"
    } else {
        "are all taken"
    };
    let cause = Failure::from(error).report.and_then(|report| report.cause);
    let mut failure = Failure::config(
        format!("nothing can listen for the browser: the {ports} {taken}"),
        "close the program that has it, or use --paste;\nor register another redirect URI for the client, and use --port",
    );
    if let Some(report) = &mut failure.report {
        report.cause = cause;
    }
    failure
}

/// Stores a token that somebody got elsewhere, once the service accepts it.
async fn with_token(context: &Context, settings: &Settings) -> Result<(), Failure> {
    let session = context.session_of(settings)?;
    let auth = session.client.auth()?;
    auth.check_store().await?;
    let token = input::secret("the access token", "`aipass login --with-token < FILE`").await?;
    let trial = settings.builder().access_token(token.clone()).build()?;
    let user = match trial.userinfo().await {
        Ok(user) => Some(user),
        // It is good for other things than the profile.
        Err(error) if error.is_permission() => None,
        Err(error) if error.is_login_required() => {
            return Err(
                Failure::new(Exit::LoginRequired, "AI Pass does not accept this token")
                    .with_help("get another one, or run `aipass login` without --with-token"),
            );
        }
        Err(error) => return Err(error.into()),
    };
    auth.sign_in_with(StoredTokens::new(auth.account_key(), token))
        .await?;
    match user {
        Some(user) => output::done(&format!("Signed in as {}", who(&user))),
        None => output::done("Signed in"),
    }
    output::note("The session ends with this token: there is nothing to renew it with.");
    remember::login(settings, &[], &[]).await;
    Ok(())
}

/// Shows that the session works: who it belongs to, and what is in the wallet.
async fn prove(client: &Client) -> Result<(), Failure> {
    match client.userinfo().await {
        Ok(user) => output::done(&format!("Signed in as {}", who(&user))),
        // Whoever did not ask for the profile gets none.
        Err(error) if error.is_permission() => output::done("Signed in"),
        Err(error) => return Err(unproven(error)),
    }
    match client.balance().await {
        Ok(balance) => output::done(&cmd_balance::in_words(&balance)),
        Err(error) if error.is_permission() => {}
        Err(error) => return Err(unproven(error)),
    }
    Ok(())
}

fn unproven(error: aipass::Error) -> Failure {
    output::undone("Signed in and stored, but the first call with the session failed");
    error.into()
}

/// A person in one line: name and address, or what there is of them.
pub(crate) fn who(user: &UserInfo) -> String {
    let names = [&user.name, &user.preferred_username, &user.username];
    let name = names.into_iter().flatten().find(|name| !name.is_empty());
    let text = match (name, user.email.as_ref().filter(|email| !email.is_empty())) {
        (Some(name), Some(email)) if name != email => format!("{name} <{email}>"),
        (Some(text), _) | (None, Some(text)) => text.clone(),
        (None, None) => user.sub.clone(),
    };
    output::one_line(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_what_is_known() {
        let user = |json: &str| who(&serde_json::from_str(json).unwrap());
        assert_eq!(
            user(r#"{"sub":"1","name":"Ada","email":"a@b.test"}"#),
            "Ada <a@b.test>"
        );
        assert_eq!(
            user(r#"{"sub":"1","username":"a@b.test","email":"a@b.test"}"#),
            "a@b.test"
        );
        assert_eq!(user(r#"{"sub":"1","name":"","email":"a@b.test"}"#), "a@b.test");
        assert_eq!(user(r#"{"sub":"1","name":"A\u001b[2J\nda"}"#), "A[2J da");
        assert_eq!(user(r#"{"sub":"user-1"}"#), "user-1");
    }
}
