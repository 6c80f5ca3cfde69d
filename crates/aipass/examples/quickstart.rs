//! From nothing to an answer: register, sign in through the browser, ask, look at the balance, sign out.
//!
//! ```sh
//! cargo run -p aipass --example quickstart
//! ```
//!
//! It talks to an embedded AI Pass and needs neither account nor internet. In an app of your own:
//!
//! - leave out `base_url`: the service's own is the default;
//! - register once, in the developer dashboard or with `aipass client register`, and not at each start;
//! - keep the tokens: `.token_store(FileStore::for_app("my-app")?)`, and log in only where `session()` is `None`;
//! - leave out `opener`: the system's browser is the default, and there your user decides.
#![expect(clippy::print_stdout, reason = "an example that talks to a terminal")]

use aipass::{Client, ClientRegistration, Loopback, register_client};
use aipass_sandbox::Sandbox;
use std::{error::Error, io, net::TcpListener};
use tokio::runtime::Handle;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;

    // An app has one port that it registers, and listens on while its user signs in. Here any free one will do.
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback");
    let app = ClientRegistration::new("Quickstart", &redirect_uri);
    let client_id = register_client(sandbox.base_url(), &app, None).await?.client_id;

    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .client_id(client_id)
        .build()?;
    // In place of the browser: someone who allows the access.
    let (person, runtime) = (sandbox.person(), Handle::current());
    let flow = Loopback::new().redirect_uri(redirect_uri).opener(move |url| {
        let visit = runtime.block_on(person.approve(url.as_str()));
        visit.map(drop).map_err(io::Error::other)
    });
    let session = ai.login(flow).await?;
    println!("signed in, with {}", session.scopes.join(" and "));

    let reply = ai
        .chat("gpt-4o-mini")
        .system("You answer briefly.")
        .user("One tip for better focus?")
        .max_tokens(200)
        .send()
        .await?;
    println!("{}", reply.text());
    // What the server does not tell is `None`.
    if let (Some(cost), Some(left)) = (reply.meta().cost(), ai.balance().await?.remaining) {
        println!("cost {cost} USD, {left} USD left");
    }

    ai.logout().await?;
    println!("signed out: {}", ai.session().await?.is_none());
    Ok(())
}
