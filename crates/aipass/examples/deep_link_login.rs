//! The login of a desktop or mobile app that the system opens by a link of its own scheme.
//!
//! ```sh
//! cargo run -p aipass --example deep_link_login
//! ```
//!
//! It talks to an embedded AI Pass and needs neither account nor internet. In an app of your own:
//!
//! - leave out `base_url`, and take the client id and the redirect URI that you registered;
//! - let the toolkit's handler for opened URLs call `links.deliver(url)`;
//! - let `opener` open the system's browser (without it the feature `loopback` does), never a view inside the app;
//! - keep the tokens in a store, such as `FileStore` or `KeyringStore`.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

use aipass::{Client, DeepLink, DeepLinks};
use aipass_sandbox::{ClientSeed, Sandbox};
use std::{error::Error, io};
use tokio::runtime::Handle;

const REDIRECT_URI: &str = "com.example.app:/callback";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = ClientSeed::new("client_demo").redirect_uri(REDIRECT_URI);
    let sandbox = Sandbox::builder().client(app).start().await?;
    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .client_id("client_demo")
        .build()?;

    // One for the whole app: every link that it is opened with goes in.
    let links = DeepLinks::new();

    // In place of the browser and the system: someone who allows the access, and the link that this leads to.
    let (person, runtime, system) = (sandbox.person(), Handle::current(), links.clone());
    let flow = DeepLink::new(REDIRECT_URI, &links).opener(move |url| {
        // Any page can open links. One that does not belong to this login is left alone.
        system.deliver(format!("{REDIRECT_URI}?code=stolen&state=guessed"));
        let visit = runtime
            .block_on(person.approve(url.as_str()))
            .map_err(io::Error::other)?;
        system.deliver(visit.callback_url());
        Ok(())
    });
    let session = ai.login(flow).await?;
    println!("signed in, with {}", session.scopes.join(" and "));

    let user = ai.userinfo().await?;
    println!("hello, {}", user.name.as_deref().unwrap_or("you"));
    let codes = sandbox.counts().code_requests;
    println!("{codes} code was exchanged");
    Ok(())
}
