//! `aipass help`: the help of a command, and the tables that scripts rely on.

use crate::{
    args::Cli,
    environment, exit,
    failure::Failure,
    output::{self, Paint},
};
use clap::{Args, CommandFactory};
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

fn command(topic: Option<&str>) -> Result<(), Failure> {
    let mut cli = Cli::command();
    cli.build();
    let command = match topic {
        None => &mut cli,
        Some(name) => cli.find_subcommand_mut(name).ok_or_else(|| {
            Failure::usage(
                format!("there is no help about '{name}'"),
                "`aipass help` lists the commands; `exit-codes` and `environment` are topics too",
            )
        })?,
    };
    let text = command.render_long_help();
    if Paint::stdout().is_on() {
        output::line(&text.ansi().to_string())
    } else {
        output::line(&text.to_string())
    }
}

fn exit_codes() -> String {
    let mut text = String::new();
    for row in exit::TABLE {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{:>3}  {}", row.code, row.meaning);
    }
    text
}

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
    text.push_str("\nAn empty variable counts as not set. A flag goes before its variable.\n");
    text
}
