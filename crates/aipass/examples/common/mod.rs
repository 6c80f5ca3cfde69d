//! Where the examples find their AI Pass: an embedded one, and a client of the user who is signed in there.
//!
//! An app of your own has neither: its client comes from `Client::builder().client_id(…)` and a login, as the example
//! `quickstart` shows, and the rest is the same.

use aipass::{Client, Secret};
use aipass_sandbox::{ClientSeed, Sandbox, SandboxBuilder};
use std::error::Error;

/// The sandbox ends when it is dropped, so it is kept for as long as the client is used.
pub(crate) async fn signed_in(sandbox: SandboxBuilder) -> Result<(Sandbox, Client), Box<dyn Error>> {
    let app = ClientSeed::new("client_demo").redirect_uri("myapp://auth/callback");
    let sandbox = sandbox.client(app).start().await?;
    let tokens = sandbox
        .issue_tokens("client_demo", &["api:access"])
        .ok_or("the sandbox does not know its client")?;
    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .access_token(Secret::new(tokens.access_token))
        .build()?;
    Ok((sandbox, ai))
}
