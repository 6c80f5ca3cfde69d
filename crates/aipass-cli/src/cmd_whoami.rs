//! `aipass whoami`: whose session it is, as the service says.

use crate::{args::ConnectionArgs, cmd_login::who, context::Context, failure::Failure, output};
use aipass::types::UserInfo;
use clap::Args;
use serde::Serialize;

/// Show who is signed in, as AI Pass says
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON: {\"sub\":\"user-1\",\"name\":\"Ada\",\"email\":\"ada@example.com\",\"username\":null}
What the service leaves out is null. Recognise a person by \"sub\": names and addresses change.
It needs the scope profile:read.")]
pub(crate) struct WhoamiArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// The stable form of `--json`.
#[derive(Serialize)]
pub(crate) struct Person {
    sub: String,
    name: Option<String>,
    email: Option<String>,
    username: Option<String>,
}

impl From<UserInfo> for Person {
    fn from(user: UserInfo) -> Self {
        Self {
            sub: user.sub,
            name: user.name,
            email: user.email,
            username: user.username.or(user.preferred_username),
        }
    }
}

pub(crate) async fn run(context: &Context, args: &WhoamiArgs) -> Result<(), Failure> {
    let user = context.client(&args.connection)?.userinfo().await?.into_inner();
    if args.json {
        return output::json(&Person::from(user));
    }
    output::line(&who(&user))
}
