//! The generated client without the rest of the SDK: your HTTP client, your token, your rules.
//!
//! Plain HTTP to a server on this machine, for instance the sandbox, so that no TLS backend has to be chosen here:
//!
//! ```sh
//! cargo run -p aipass-api --example api_alone -- http://127.0.0.1:8787 ACCESS_TOKEN_FILE
//! ```
#![expect(clippy::print_stdout, reason = "an example prints")]

use aipass_api::{CallContext, Client, Failure, StaticBearer};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(base_url), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: alone BASE_URL ACCESS_TOKEN_FILE".into());
    };
    // A token on the command line could be read by every program on the machine.
    let token = std::fs::read_to_string(file)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "alone, this crate leaves the HTTP client to the program"
    )]
    let http = reqwest::Client::builder().build()?;
    let client = Client::with_transport(&base_url, http, StaticBearer::new(token.trim())?);

    let call = Arc::new(CallContext::default());
    match client.for_call(call.clone()).get_usage_summary().send().await {
        Ok(summary) => println!("{:?}", summary.into_inner().data),
        Err(error) => match Failure::of(&error) {
            Some(failure) => println!("{failure}: {:?}", failure.error_body()),
            None => println!("the answer does not decode (status {:?})", call.status()),
        },
    }
    Ok(())
}
