//! `aipass login`: through the browser and a listener on this machine.

use crate::{
    args::ConnectionArgs,
    cmd_balance,
    context::{self, Context},
    environment,
    failure::Failure,
    output,
};
use aipass::{Client, Loopback, types::UserInfo};
use clap::Args;

/// Sign in through your browser and keep the session on this machine
#[derive(Args, Debug)]
#[command(after_long_help = "\
AI Pass compares redirect URIs byte for byte, so your OAuth client has to be registered with the one that \
this command listens on: http://127.0.0.1:8417/callback, or the same with another --port.

On a remote machine, forward the port (ssh -L 8417:127.0.0.1:8417 HOST) and open the address that is \
printed in your own browser.")]
pub(crate) struct LoginArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Do not open a browser; the address to open is printed anyway
    #[arg(long)]
    no_browser: bool,
    /// The port to listen on, as it is registered
    #[arg(long, value_name = "N", default_value_t = context::DEFAULT_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Ask for this scope instead of api:access and profile:read; can be given several times
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: LoginArgs) -> Result<(), Failure> {
    if environment::ACCESS_TOKEN.is_set() {
        let token = environment::ACCESS_TOKEN.name;
        return Err(Failure::config(
            format!("{token} is set, so every command uses that token and there is nothing to sign in to"),
            format!("unset {token} to use a session of your own"),
        ));
    }
    let client = context.session_with(&args.connection, &args.scope)?.client;
    let open = !args.no_browser && !is_headless();
    let flow = Loopback::new()
        .redirect_uri(context::redirect_uri(args.port))
        .open_browser(open)
        .on_url(move |url| {
            let opened = if open {
                "Your browser opens this page; if it does not, open it yourself"
            } else {
                "Open this page"
            };
            output::note(&format!(
                "{opened}:\n\n  {url}\n\nWaiting up to 5 minutes for you to sign in there …"
            ));
        });
    client.auth()?.login(flow).await?;
    prove(&client).await?;
    if let Some(id) = &args.connection.client_id
        && environment::CLIENT_ID.read()?.as_ref() != Some(id)
    {
        output::note(&format!(
            "Set {}={id}, so that the other commands find this session.",
            environment::CLIENT_ID.name
        ));
    }
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

/// Whether there is no browser here that the person could see.
fn is_headless() -> bool {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if has("SSH_CONNECTION") {
        return true;
    }
    let needs_display = cfg!(all(unix, not(target_os = "macos")));
    // A text browser named by the person, and the browser of Windows behind WSL, need no display.
    needs_display
        && !["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"]
            .into_iter()
            .any(has)
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
