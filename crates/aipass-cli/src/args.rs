//! The command line.

use crate::{
    cmd_api, cmd_balance, cmd_chat, cmd_client, cmd_demo, cmd_doctor, cmd_embed, cmd_help, cmd_image,
    cmd_login, cmd_logout, cmd_models, cmd_speak, cmd_status, cmd_token, cmd_topup, cmd_transcribe,
    cmd_video, cmd_whoami,
};
use clap::{Args, Parser, Subcommand};

/// Sign in to AI Pass and use its models, from a terminal or a script
#[derive(Debug, Parser)]
#[command(
    name = "aipass",
    version,
    disable_help_subcommand = true,
    max_term_width = 100
)]
#[command(after_help = "\
Start with `aipass demo`: the whole journey on this machine, without an account or a network.
`aipass help exit-codes` and `aipass help environment` have what scripts need.")]
pub(crate) struct Cli {
    /// The profile to use [env: AIPASS_PROFILE]
    #[arg(long, global = true, value_name = "NAME", display_order = 901)]
    pub(crate) profile: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(cmd_demo::DemoArgs),
    Login(cmd_login::LoginArgs),
    Logout(cmd_logout::LogoutArgs),
    Status(cmd_status::StatusArgs),
    Token(cmd_token::TokenArgs),
    Whoami(cmd_whoami::WhoamiArgs),
    Balance(cmd_balance::BalanceArgs),
    Topup(cmd_topup::TopupArgs),
    Models(cmd_models::ModelsArgs),
    Chat(cmd_chat::ChatArgs),
    Image(cmd_image::ImageArgs),
    Speak(cmd_speak::SpeakArgs),
    Transcribe(cmd_transcribe::TranscribeArgs),
    Embed(cmd_embed::EmbedArgs),
    Video(cmd_video::VideoArgs),
    Api(cmd_api::ApiArgs),
    Client(cmd_client::ClientArgs),
    Doctor(cmd_doctor::DoctorArgs),
    Help(cmd_help::HelpArgs),
}

/// What every command that talks to AI Pass takes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConnectionArgs {
    /// The id of your OAuth client [env: AIPASS_CLIENT_ID]
    #[arg(long, value_name = "ID", display_order = 900)]
    pub(crate) client_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
