//! The program `aipass`: sign in to AI Pass and use its models, from a terminal or a script.
//!
//! `main` parses the command line, runs the command and maps the outcome to an exit code. Each command has a file of its
//! own, and only `output` prints.

mod args;
mod browser;
mod cmd_api;
mod cmd_balance;
mod cmd_chat;
mod cmd_client;
mod cmd_demo;
mod cmd_doctor;
mod cmd_embed;
mod cmd_help;
mod cmd_image;
mod cmd_login;
mod cmd_logout;
mod cmd_models;
mod cmd_speak;
mod cmd_status;
mod cmd_token;
mod cmd_topup;
mod cmd_transcribe;
mod cmd_video;
mod cmd_whoami;
mod context;
mod demo;
mod environment;
mod exit;
mod failure;
mod input;
mod interrupt;
mod logging;
mod model;
mod offer;
mod output;
mod profile_file;
mod redirect;
mod remember;
mod retries;
mod target;
mod upload;
mod usage;
mod when;

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
        Ok(cli) => match start(cli) {
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

fn start(cli: Cli) -> Result<(), Failure> {
    logging::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|_| Failure::new(Exit::Other, "the program cannot start its threads"))?;
    let result = runtime.block_on(run(cli));
    // A thread that still reads standard input would keep the program alive.
    runtime.shutdown_background();
    result
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let context = Context::new(Interrupt::listen(), cli.profile.clone());
    let (context, stop) = (&context, &context.interrupt);
    let result = match cli.command {
        Command::Demo(args) => stop.stops(cmd_demo::run(args)).await,
        Command::Login(args) => stop.stops(cmd_login::run(context, &args)).await,
        Command::Logout(args) => stop.stops(cmd_logout::run(context, args)).await,
        Command::Status(args) => stop.stops(cmd_status::run(context, &args)).await,
        Command::Token(args) => {
            let run = || stop.stops(cmd_token::run(context, &args));
            offer::login(context, &args.connection, false, run).await
        }
        Command::Whoami(args) => {
            let run = || stop.stops(cmd_whoami::run(context, &args));
            offer::login(context, &args.connection, false, run).await
        }
        Command::Balance(args) => {
            let run = || stop.stops(cmd_balance::run(context, &args));
            offer::login(context, &args.connection, false, run).await
        }
        Command::Topup(args) => {
            let run = || stop.stops(cmd_topup::run(context, &args));
            offer::login(context, &args.connection, false, run).await
        }
        Command::Models(args) => {
            let run = || stop.stops(cmd_models::run(context, &args));
            offer::login(context, &args.connection, false, run).await
        }
        // It has something to save when Ctrl-C comes, so it looks after that itself.
        Command::Chat(args) => {
            let run = || cmd_chat::run(context, &args);
            offer::login(context, &args.connection, args.reads_input(), run).await
        }
        // A paid call says what Ctrl-C leaves behind.
        Command::Image(args) => {
            let run = || cmd_image::run(context, &args);
            offer::login(context, args.connection(), args.reads_input(), run).await
        }
        Command::Speak(args) => {
            let run = || cmd_speak::run(context, &args);
            offer::login(context, &args.connection, args.reads_input(), run).await
        }
        Command::Transcribe(args) => {
            let run = || cmd_transcribe::run(context, &args);
            offer::login(context, &args.connection, args.reads_input(), run).await
        }
        Command::Embed(args) => {
            let run = || cmd_embed::run(context, &args);
            offer::login(context, &args.connection, args.reads_input(), run).await
        }
        Command::Video(args) => {
            let run = || cmd_video::run(context, &args);
            offer::login(context, args.connection(), args.reads_input(), run).await
        }
        Command::Api(args) => {
            let run = || cmd_api::run(context, &args);
            offer::login(context, &args.connection, args.reads_input(), run).await
        }
        Command::Client(args) => stop.stops(cmd_client::run(context, &args)).await,
        Command::Doctor(args) => stop.stops(cmd_doctor::run(context, &args)).await,
        Command::Help(args) => cmd_help::run(&args),
    };
    context.close().await;
    result.map_err(|failure| failure.for_profile(cli.profile.as_deref()))
}
