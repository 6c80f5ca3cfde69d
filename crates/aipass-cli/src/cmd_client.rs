//! `aipass client register`: an OAuth client of one's own, kept in the profile.

use crate::{
    args::ConnectionArgs,
    context::{Context, Settings},
    environment,
    exit::Exit,
    failure::Failure,
    input, output,
    profile_file::Learnt,
    redirect, remember,
};
use aipass::{ClientRegistration, RegisteredClient, Secret, register_client_with};
use clap::{Args, Subcommand};
use serde::Serialize;

/// Make an OAuth client, the identity of your app
#[derive(Args, Debug)]
#[command(disable_help_subcommand = true)]
pub(crate) struct ClientArgs {
    #[command(subcommand)]
    command: ClientCommand,
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    Register(RegisterArgs),
}

/// Register an OAuth client and keep its id in the profile
#[derive(Args, Debug)]
#[command(after_long_help = "\
AI Pass compares redirect URIs byte for byte, so the client is registered with the one that `aipass login` \
listens on, unless you name others.

The id is all that stands on stdout. JSON:

  {\"client_id\":\"client_…\",\"client_secret\":null,
   \"redirect_uris\":[\"http://127.0.0.1:8417/callback\"],\"scopes\":[\"api:access\",\"profile:read\"],
   \"profile\":\"default\"}

A secret, if the service gives one, is shown this once and stored nowhere: on stderr, or in the JSON.

The token of a developer, if the service asks for one, comes from AIPASS_ACCESS_TOKEN or from standard \
input; an argument would be seen by others on this machine.")]
struct RegisterArgs {
    /// The name that people see when they sign in
    #[arg(long)]
    name: String,
    /// Where the browser may return to; can be given several times [default: http://127.0.0.1:8417/callback]
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// A scope that the client may ask for, instead of api:access and profile:read; can be given several times
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// Read the token of a developer from standard input
    #[arg(long)]
    with_token: bool,
    /// Put the new client in the place of the one in the profile
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// The stable form of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    client_id: &'a str,
    client_secret: Option<&'a str>,
    redirect_uris: &'a [String],
    scopes: &'a [String],
    profile: &'a str,
}

pub(crate) async fn run(context: &Context, args: &ClientArgs) -> Result<(), Failure> {
    match &args.command {
        ClientCommand::Register(args) => register(context, args).await,
    }
}

async fn register(context: &Context, args: &RegisterArgs) -> Result<(), Failure> {
    let settings = context.settings_for_writing(&ConnectionArgs::default())?;
    let name = settings.profile.name.as_str();
    if let Some(there) = &settings.profile.client_id
        && !args.force
    {
        return Err(Failure::config(
            format!("the profile `{name}` has the client {there} already"),
            "use --profile NAME for another profile, or --force to put the new client in its place",
        ));
    }
    let mut wanted = ClientRegistration::new(&args.name, redirect::on_port(redirect::DEFAULT_PORT));
    if args.redirect_uri.is_empty() {
        output::note(&format!(
            "No --redirect-uri is given, so it is {}.",
            redirect::on_port(redirect::DEFAULT_PORT)
        ));
    } else {
        wanted = wanted.with_redirect_uris(&args.redirect_uri);
    }
    if !args.scope.is_empty() {
        wanted = wanted.with_scopes(&args.scope);
    }
    let token = developer_token(args.with_token).await?;
    let client =
        register_client_with(&Settings::http(), settings.base_url(), &wanted, token.as_ref()).await?;
    let shown = show(args, &settings, &wanted, &client).map_err(|failure| unshown(args, &client, failure));
    // The client exists now, so it is kept even if the pipe behind stdout has closed.
    let kept = keep(&settings, args, &wanted, &client).await;
    if environment::CLIENT_ID.is_set() {
        let variable = environment::CLIENT_ID.name;
        output::note(&format!("{variable} is set and goes before the profile."));
    }
    kept.and(shown)
}

/// From standard input or the environment; none if neither has one.
async fn developer_token(from_stdin: bool) -> Result<Option<Secret>, Failure> {
    if from_stdin {
        let usage = "`aipass client register … --with-token < FILE`";
        return input::secret("the token of a developer", usage).await.map(Some);
    }
    Ok(environment::ACCESS_TOKEN.read()?.map(Secret::new))
}

fn show(
    args: &RegisterArgs,
    settings: &Settings,
    wanted: &ClientRegistration,
    client: &RegisteredClient,
) -> Result<(), Failure> {
    let secret = client.client_secret.as_ref().map(Secret::expose_secret);
    if args.json {
        return output::json(&Json {
            client_id: &client.client_id,
            client_secret: secret,
            redirect_uris: granted(&client.redirect_uris, &wanted.redirect_uris),
            scopes: granted(&client.scopes, &wanted.requested_scopes),
            profile: &settings.profile.name,
        });
    }
    if let Some(secret) = secret {
        output::note(&format!(
            "The client has a secret. It is shown this once and stored nowhere; keep it safe, and set it as {}:\n\n  {}\n",
            environment::CLIENT_SECRET.name,
            output::one_line(secret)
        ));
    }
    output::foreign(&format!("{}\n", client.client_id))
}

/// Nobody can ask for the secret again, so it goes to stderr where stdout does not take it. A closed pipe is no success
/// here.
fn unshown(args: &RegisterArgs, client: &RegisteredClient, failure: Failure) -> Failure {
    output::undone("The client is registered, but nothing could be written to stdout. This was for it:");
    output::note(&format!(
        "\n  client id      {}",
        output::one_line(&client.client_id)
    ));
    // Without --json it stands on stderr already.
    if let Some(secret) = client.client_secret.as_ref().filter(|_| args.json) {
        output::note(&format!(
            "  client secret  {}",
            output::one_line(secret.expose_secret())
        ));
    }
    output::note("");
    if failure.report.is_some() {
        return failure;
    }
    Failure::new(Exit::Config, "nobody reads the output")
}

async fn keep(
    settings: &Settings,
    args: &RegisterArgs,
    wanted: &ClientRegistration,
    client: &RegisteredClient,
) -> Result<(), Failure> {
    let learnt = Learnt {
        client_id: client.client_id.clone(),
        redirect_uris: Some(granted(&client.redirect_uris, &wanted.redirect_uris).to_vec()),
        scopes: Some(args.scope.clone()),
        ..Learnt::from(settings)
    };
    remember::keep(settings, &learnt).await
}

/// What the service says that it has taken, or what was asked for where it says nothing.
fn granted<'a>(said: &'a [String], wanted: &'a [String]) -> &'a [String] {
    if said.is_empty() { wanted } else { said }
}
