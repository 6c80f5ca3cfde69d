//! Those who visit the site when it is not to go on: two users, and one who is none.

use crate::browser::Browser;
use aipass_sandbox::Sandbox;
use std::{error::Error, net::SocketAddr};

/// Ada and Bob come by; somebody else tries to.
pub(crate) async fn all(sandbox: &Sandbox, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let (mut ada, mut bob, mut eve) = (
        Browser::new(address),
        Browser::new(address),
        Browser::new(address),
    );
    for (name, browser) in [("Ada", &mut ada), ("Bob", &mut bob)] {
        let page = browser.send("GET", "/login", "").await?;
        let visit = sandbox.approve(page.header("location")).await?;
        // The person of the sandbox has no cookies, so what that one gets is what a stolen link is good for.
        println!(
            "{name}'s callback from another browser: {}",
            visit.status().unwrap_or_default()
        );
        let (_, callback) = visit
            .callback_url()
            .split_once(&address.to_string())
            .unwrap_or_default();
        println!(
            "{name} signs in: {}",
            browser.send("GET", callback, "").await?.status()
        );
    }
    eve.send("GET", "/login", "").await?;
    let page = eve.send("GET", "/callback?code=stolen&state=guessed", "").await?;
    println!("Eve comes with a guessed state: {}", page.status());

    println!("Ada asks: {}", ada.send("POST", "/chat", "Who am I?").await?.text);
    println!("Ada leaves: {}", ada.send("POST", "/logout", "").await?.text);
    println!(
        "Ada asks again: {}",
        ada.send("POST", "/chat", "And now?").await?.status()
    );
    println!(
        "Bob asks: {}",
        bob.send("POST", "/chat", "And I?").await?.status()
    );
    Ok(())
}
