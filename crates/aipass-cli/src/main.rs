//! The program `aipass`: sign in to AI Pass and use its models, from a terminal or a script.
//!
//! `main` parses the command line, runs the command and maps the outcome to an exit code. Each command has a file of its
//! own, and only `output` prints.

mod args;
mod cmd_balance;
mod cmd_chat;
mod cmd_demo;
mod cmd_help;
mod cmd_login;
mod cmd_logout;
mod cmd_models;
mod context;
mod demo;
mod environment;
mod exit;
mod failure;
mod interrupt;
mod logging;
mod output;

use crate::{
    args::{Cli, Command},
    context::Context,
    exit::Exit,
    failure::Failure,
    interrupt::Interrupt,
};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => match start(cli.command) {
            Ok(()) => Exit::Ok,
            Err(failure) => {
                output::failure(&failure);
                failure.exit
            }
        },
        Err(error) => output::parser(&error),
    };
    exit.into()
}

fn start(command: Command) -> Result<(), Failure> {
    logging::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|_| Failure::new(Exit::Other, "the program cannot start its threads"))?;
    let result = runtime.block_on(run(command));
    // A thread that still reads standard input would keep the program alive.
    runtime.shutdown_background();
    result
}

async fn run(command: Command) -> Result<(), Failure> {
    let context = Context::new(Interrupt::listen());
    let stop = &context.interrupt;
    let result = match command {
        Command::Demo(args) => stop.stops(cmd_demo::run(args)).await,
        Command::Login(args) => stop.stops(cmd_login::run(&context, args)).await,
        Command::Logout(args) => stop.stops(cmd_logout::run(&context, args)).await,
        Command::Balance(args) => stop.stops(cmd_balance::run(&context, args)).await,
        Command::Models(args) => stop.stops(cmd_models::run(&context, args)).await,
        // It has something to save when Ctrl-C comes, so it looks after that itself.
        Command::Chat(args) => cmd_chat::run(&context, args).await,
        Command::Help(args) => cmd_help::run(&args),
    };
    context.close().await;
    result
}
