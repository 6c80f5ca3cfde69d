//! The HTTP client of whoever writes by hand.

use crate::Failure;
use std::time::Duration;

/// A client with the settings of the facade's.
pub(crate) fn http() -> Result<reqwest::Client, Failure> {
    // An error means that there is a provider already, which does as well.
    drop(rustls::crypto::ring::default_provider().install_default());
    #[expect(
        clippy::disallowed_methods,
        reason = "this side shows what it costs without our crates, and has just chosen a TLS provider"
    )]
    let http = reqwest::Client::builder()
        .user_agent("bench/1.0")
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(15))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()?;
    Ok(http)
}
