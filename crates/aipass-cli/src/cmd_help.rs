//! `aipass help`: the help of a command, and the tables that scripts rely on.

use crate::{
    args::Cli,
    environment,
    exit::{self, Exit},
    failure::Failure,
    output,
};
use clap::{Args, CommandFactory, Parser};
use std::fmt::Write;

/// Show the help of a command, `exit-codes` or `environment`
#[derive(Args, Debug)]
pub(crate) struct HelpArgs {
    /// A command, or `exit-codes`, or `environment`
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

pub(crate) fn run(args: &HelpArgs) -> Result<(), Failure> {
    match args.topic.as_deref() {
        Some("exit-codes") => output::data(&exit_codes()),
        Some("environment") => output::data(&variables()),
        topic => command(topic),
    }
}

/// Prints what `aipass COMMAND --help` prints.
fn command(topic: Option<&str>) -> Result<(), Failure> {
    if let Some(name) = topic
        && Cli::command().find_subcommand(name).is_none()
    {
        return Err(Failure::usage(
            format!("there is no help about '{name}'"),
            "`aipass help` lists the commands; `exit-codes` and `environment` are topics too",
        ));
    }
    let line = ["aipass"].into_iter().chain(topic).chain(["--help"]);
    match Cli::try_parse_from(line) {
        Err(help) => match output::parser(&help) {
            Exit::Ok => Ok(()),
            exit => Err(Failure::silent(exit)),
        },
        Ok(_) => Ok(()),
    }
}

fn exit_codes() -> String {
    let mut text = String::new();
    for row in exit::TABLE {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{:>3}  {}", row.code, row.meaning);
    }
    let mut order: Vec<String> = Vec::new();
    for (exit, _) in exit::OF_CALLS {
        let code = exit.code().to_string();
        if !order.contains(&code) {
            order.push(code);
        }
    }
    let _ = writeln!(
        text,
        "\nWhere several fit a call that failed, it is the first of {}.",
        order.join(", ")
    );
    text
}

/// Where the settings stand that a variable does not make.
const PROFILES: &str = r#"
An empty variable counts as not set. A flag goes before its variable, and a variable before the profile.

Profiles stand in profiles.toml (~/.config/aipass on Linux, ~/Library/Application Support/aipass on macOS,
%APPDATA%\aipass on Windows); `aipass login` and `aipass client register` write it. It holds no secret:

    default_profile = "work"

    [profiles.work]
    client_id = "client_…"
    redirect_uris = ["http://127.0.0.1:8417/callback"]

Further keys: base_url, api_prefix, scopes, model, account, and store = "file" or "keyring".
"#;

fn variables() -> String {
    let mut text = String::new();
    let width = environment::TABLE
        .iter()
        .map(|variable| variable.name.len())
        .max()
        .unwrap_or(0);
    for variable in environment::TABLE {
        let _ = writeln!(text, "{:width$}  {}", variable.name, variable.meaning);
    }
    text.push_str(PROFILES);
    text
}
