//! Tokens without the rest of the SDK: sign in by pasting the address that the browser ends at.
//!
//! ```sh
//! cargo run -p aipass-auth --example auth_alone -- client_… myapp://auth/callback
//! ```
#![expect(clippy::print_stdout, reason = "an example prints")]

use aipass_auth::{Auth, Paste, StdinLines};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(client_id), Some(redirect_uri)) = (arguments.next(), arguments.next()) else {
        return Err("usage: alone CLIENT_ID REDIRECT_URI".into());
    };
    // Without a store the tokens live in memory.
    let auth = Auth::builder(client_id).build()?;
    let flow = Paste::new(redirect_uri)
        .source(StdinLines::new().on_trouble(|trouble| println!("{trouble}; try again:")))
        .on_url(|url| {
            println!("Open this page, sign in, and paste the address that you end at:\n\n  {url}\n")
        });
    let session = auth.login(flow).await?;
    println!("signed in, with {:?}", session.scopes);
    // A token for a call of your own; it is renewed where it is about to expire.
    let token = auth.token(None).await?;
    println!("a token of {} characters", token.expose_secret().len());
    auth.close().await;
    Ok(())
}
