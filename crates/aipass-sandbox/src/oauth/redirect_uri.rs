//! Which redirect URIs a client may register, and how a callback is put together from one.
//!
//! Allowed are HTTPS, plain HTTP on the own machine, and private schemes. Matching against a registered URI is byte
//! for byte, port and trailing slash included (RFC 9700 section 2.1 without its exception for loopback ports, which
//! the service does not document).

use url::{Url, form_urlencoded};

const MAX_LENGTH: usize = 2048;

/// Schemes that run, read or open something on the machine instead of handing the callback to an app.
const DANGEROUS: [&str; 11] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "view-source",
    "filesystem",
    "ftp",
    "mailto",
    "intent",
];

/// Says what is wrong with a URI that a client wants to register.
pub(crate) fn check(uri: &str) -> Result<(), &'static str> {
    if uri.len() > MAX_LENGTH {
        return Err("a redirect URI may have at most 2048 characters");
    }
    if !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a redirect URI has no blanks, control characters or non-ASCII characters");
    }
    if uri.contains('*') {
        return Err("a redirect URI has no wildcards");
    }
    if uri.contains('#') {
        return Err("a redirect URI has no fragment");
    }
    let Ok(url) = Url::parse(uri) else {
        return Err("a redirect URI is an absolute URI");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a redirect URI has no user name or password");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err("plain HTTP is allowed for localhost, 127.0.0.1 and [::1] only"),
        scheme if DANGEROUS.contains(&scheme) => Err("this scheme of a redirect URI is not allowed"),
        _ => Ok(()),
    }
}

/// True for plain HTTP to the own machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// The registered URI with `parameters` added to its query, and not a byte of it changed.
pub(crate) fn callback(redirect_uri: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let separator = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_kinds_are_allowed() {
        for uri in [
            "https://example.com/callback",
            "https://abcdef.chromiumapp.org/oauth",
            "http://localhost:8765/callback",
            "http://127.0.0.1:8765/callback?from=aipass",
            "http://[::1]:8765/callback",
            "myapp://auth/callback",
            "com.example.app:/oauth/callback",
            "aipass://com.example.app/callback",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!("https://example.com/{}", "a".repeat(2048));
        for uri in [
            "",
            "/callback",
            "example.com/callback",
            "http://example.com/callback",
            "http://192.168.0.7/callback",
            "http://127.0.0.1.example.com/",
            "http://user@127.0.0.1/",
            "https://user:secret@example.com/",
            "https://example.com/#top",
            "https://*.example.com/",
            "https://example.com/call back",
            "https://example.com/\u{fc}",
            "https://example.com/\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,hello",
            "file:///etc/passwd",
            &long,
        ] {
            assert!(check(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_callback_keeps_the_registered_uri_as_it_is() {
        for (uri, expected) in [
            ("myapp://auth/callback", "myapp://auth/callback?code=c&state=a+b"),
            (
                "http://127.0.0.1:80/CB",
                "http://127.0.0.1:80/CB?code=c&state=a+b",
            ),
            ("https://e.com/cb?x=1", "https://e.com/cb?x=1&code=c&state=a+b"),
            ("https://e.com/cb?", "https://e.com/cb?code=c&state=a+b"),
        ] {
            assert_eq!(callback(uri, &[("code", "c"), ("state", "a b")]), expected);
        }
    }
}
