//! Redirect URIs on this machine: where the browser returns to after a login.

/// The port of a login where no other is asked for. AI Pass compares redirect URIs byte for byte, so it is one that
/// can be registered.
pub(crate) const DEFAULT_PORT: u16 = 8417;

/// The usual redirect URI with this port.
pub(crate) fn on_port(port: u16) -> String {
    format!("http://127.0.0.1:{port}/callback")
}

/// The address and the port of a redirect URI that a listener on this machine can serve.
pub(crate) fn listener(uri: &str) -> Option<(&str, u16)> {
    let authority = uri.strip_prefix("http://")?.split('/').next()?;
    let (host, port) = authority.rsplit_once(':')?;
    let address = match host {
        "127.0.0.1" | "localhost" => "127.0.0.1",
        "[::1]" => "::1",
        _ => return None,
    };
    Some((address, port.parse().ok().filter(|port| *port != 0)?))
}

/// The port that a login with this address comes back to.
pub(crate) fn in_authorize_url(url: &str) -> Option<u16> {
    // Percent-encoded, as the query has it.
    let (_, rest) = url.split_once("redirect_uri=http%3A%2F%2F")?;
    let authority = rest.split(['&', '#']).next()?.split("%2F").next()?;
    authority.rsplit_once("%3A")?.1.parse().ok()
}

/// Ports in words: `port 1`, or `ports 1, 2 and 3`.
pub(crate) fn ports_in_words(uris: &[String]) -> String {
    let mut ports: Vec<_> = uris
        .iter()
        .filter_map(|uri| Some(listener(uri)?.1.to_string()))
        .collect();
    ports.dedup();
    match (ports.pop(), ports.is_empty()) {
        (Some(last), true) => format!("port {last}"),
        (Some(last), false) => format!("ports {} and {last}", ports.join(", ")),
        (None, _) => "port".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_listener_can_serve_is_told_apart() {
        assert_eq!(listener(&on_port(1)), Some(("127.0.0.1", 1)));
        assert_eq!(listener("http://localhost:8/cb"), Some(("127.0.0.1", 8)));
        assert_eq!(listener("http://[::1]:65535/"), Some(("::1", 65535)));
        for uri in [
            "",
            "myapp://auth/callback",
            "https://127.0.0.1:1/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:99999/cb",
            "http://example.com:1/cb",
            "http://127.0.0.1:1@example.com:2/cb",
        ] {
            assert_eq!(listener(uri), None, "{uri}");
        }
    }

    #[test]
    fn the_port_is_found_in_the_address() {
        let url = "https://aipass.one/oauth2/authorize?state=x&redirect_uri=http%3A%2F%2F127.0.0.1%3A8418%2Fcallback&scope=a";
        assert_eq!(in_authorize_url(url), Some(8418));
        assert_eq!(
            in_authorize_url("https://x/?redirect_uri=http%3A%2F%2F%5B%3A%3A1%5D%3A9%2Fcb"),
            Some(9)
        );
        assert_eq!(
            in_authorize_url("https://x/?redirect_uri=myapp%3A%2F%2Fauth"),
            None
        );
    }

    #[test]
    fn ports_are_listed_in_words() {
        let words =
            |ports: &[u16]| ports_in_words(&ports.iter().map(|port| on_port(*port)).collect::<Vec<_>>());
        assert_eq!(words(&[1]), "port 1");
        assert_eq!(words(&[1, 2]), "ports 1 and 2");
        assert_eq!(words(&[1, 2, 3]), "ports 1, 2 and 3");
    }
}
