//! Which addresses an image may be given by.

use super::{ImageError, error::What};
use url::{Host, Url};

pub(super) fn check(url: &str) -> Result<(), ImageError> {
    // A data URL may have millions of letters, and is not parsed as a whole.
    if url
        .get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
    {
        return data(&url[5..]);
    }
    let refuse = |why| Err(What::Address(why).into());
    let Ok(url) = Url::parse(url) else {
        return refuse("it is not an absolute URL");
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => refuse("http is only for a service on this machine, use https"),
        _ => refuse("only https and data URLs are accepted"),
    }
}

fn data(rest: &str) -> Result<(), ImageError> {
    let refuse = |why| Err(What::Address(why).into());
    let Some((head, content)) = rest.split_once(',') else {
        return refuse("the data URL has no comma");
    };
    let mut words = head.split(';');
    let kind = words.next().unwrap_or_default().trim().to_ascii_lowercase();
    // `image/jpg` is no registered type, and is written all the same.
    let kinds = ["image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp"];
    if !kinds.contains(&kind.as_str()) {
        return refuse("the data URL is not of the type image/jpeg, image/png, image/gif or image/webp");
    }
    if !words.any(|word| word.trim().eq_ignore_ascii_case("base64")) {
        return refuse("the data URL is not in base64");
    }
    if content.trim().is_empty() {
        return refuse("the data URL is empty");
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
