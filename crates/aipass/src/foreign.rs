//! Addresses that an answer names: where a file is. They come from a provider, so they are not trusted, and whoever is behind
//! them gets no token.

use crate::{call::Call, client::Client, error::Error, streams::ByteStream};
use aipass_api::{Failure, operation::Operation};
use aipass_auth::BaseUrl;
use http::{HeaderMap, Method, StatusCode, header};
use reqwest::{Request, Response};
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// A file may be moved about a little.
const MOST_REDIRECTS: usize = 4;

/// An address, and whether it is the service's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) url: Url,
    /// Then the token goes along.
    pub(crate) own: bool,
}

/// What is asked for, and from whom.
pub(crate) struct Fetched {
    pub(crate) response: Response,
    pub(crate) call: Call,
}

impl Fetched {
    pub(crate) fn into_stream(self) -> ByteStream {
        ByteStream::new(self.response, self.call)
    }
}

impl Client {
    /// Asks for the file at an address that an answer named. A redirect is followed by the same rules.
    pub(crate) async fn fetch(&self, address: &str, headers: &HeaderMap) -> Result<Fetched, Error> {
        let base = &self.parts().0.wiring.base;
        let mut address = read(base, address).map_err(Error::address)?;
        for _ in 0..=MOST_REDIRECTS {
            let call = if address.own {
                self.begin(Operation::FILE, None)?
            } else {
                self.without_headers().begin(Operation::FILE, None)?
            };
            let failure = match self.ask(&call, &address, headers).await {
                Ok(response) => return Ok(Fetched { response, call }),
                Err(failure) => failure,
            };
            let next = redirect(&failure).and_then(|location| address.url.join(location).ok());
            let error = Error::failure(Operation::FILE, &call.context, &failure);
            let Some(next) = next else {
                let error = if address.own { error } else { error.of_stranger() };
                return Err(call.failed(error));
            };
            // The redirect is an answer, and no failure of ours.
            call.answered(crate::call::Told::default());
            address = read(base, next.as_str()).map_err(Error::address)?;
        }
        Err(Error::address("it leads from one address to the next"))
    }

    async fn ask(&self, call: &Call, address: &Address, headers: &HeaderMap) -> Result<Response, Failure> {
        let mut request = Request::new(Method::GET, address.url.clone());
        request.headers_mut().clone_from(headers);
        let core = self.parts().0;
        let foreign;
        let api = if address.own {
            &core.api
        } else {
            foreign = core.wiring.foreign();
            &foreign
        };
        call.within(Box::pin(api.execute_open(
            &call.context,
            Operation::FILE,
            &mut aipass_api::copies(request),
        )))
        .await
    }
}

/// Where the answer sends us.
pub(crate) fn redirect(failure: &Failure) -> Option<&str> {
    let moved = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    failure.status().filter(|status| moved.contains(status))?;
    failure.headers().get(header::LOCATION)?.to_str().ok()
}

/// The address, if it is one that may be asked. An address without a host is the service's own.
pub(crate) fn read(base: &BaseUrl, address: &str) -> Result<Address, &'static str> {
    let ours = base.as_url();
    let url = ours.join(address).map_err(|_| "it is no address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a name or a password");
    }
    if url.origin() == ours.origin() {
        return Ok(Address { url, own: true });
    }
    let at_home = ours.host().is_some_and(|host| is_loopback(&host));
    match url.scheme() {
        "https" => {}
        "http" if at_home => {}
        _ => return Err("it is not one of https"),
    }
    if !at_home && url.host().is_none_or(|host| is_private(&host)) {
        return Err("it is one of a private network");
    }
    Ok(Address { url, own: false })
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            ["localhost", "local", "internal"]
                .iter()
                .any(|local| name == *local || name.ends_with(&format!(".{local}")))
        }
        Host::Ipv4(address) => is_private_v4(*address),
        Host::Ipv6(address) => match embedded(*address) {
            Some(address) => is_private_v4(address),
            None => {
                address.is_loopback()
                    || address.is_unspecified()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
                    || address.is_multicast()
            }
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        // "This network", what is kept for later, and the addresses between a provider and its customers (RFC 6598), of
        // protocols (RFC 6890) and of benchmarks (RFC 2544).
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 198 && (18..20).contains(&second))
}

/// The IPv4 address that an IPv6 address stands for: mapped, the old form of that, by NAT64 (RFC 6052, RFC 8215) or 6to4 (RFC
/// 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 0 | 1, _, _, _, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(base: &str, address: &str) -> Result<bool, &'static str> {
        read(&base.parse().unwrap(), address).map(|address| address.own)
    }

    #[test]
    fn only_the_services_own_addresses_get_the_token() {
        for (address, expected) in [
            ("https://aipass.one/files/a.png", Ok(true)),
            ("/files/a.png", Ok(true)),
            ("https://aipass.one:8443/a", Ok(false)),
            ("https://cdn.example/a.png?sig=1", Ok(false)),
            ("https://aipass.one.evil.example/a", Ok(false)),
            ("http://aipass.one/a", Err("it is not one of https")),
            ("http://cdn.example/a", Err("it is not one of https")),
            ("ftp://cdn.example/a", Err("it is not one of https")),
            ("file:///etc/passwd", Err("it is not one of https")),
            (
                "https://me:secret@cdn.example/a",
                Err("it holds a name or a password"),
            ),
            ("//cdn.example/a", Ok(false)),
        ] {
            assert_eq!(own("https://aipass.one", address), expected, "{address}");
        }
    }

    #[test]
    fn private_networks_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "localhost",
            "app.localhost.",
            "printer.local",
            "metadata.google.internal",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "2130706433",
            "0x7f.1",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::a00:1]",
            "[64:ff9b:1::a00:1]",
            "[::10.0.0.1]",
            "[2002:a00:1::]",
            "198.18.0.1",
            "192.0.0.8",
            "240.0.0.1",
        ] {
            let address = format!("https://{host}/a");
            assert_eq!(
                own("https://aipass.one", &address),
                Err("it is one of a private network"),
                "{host}"
            );
            assert_eq!(own("http://127.0.0.1:9", &address), Ok(false), "{host}");
        }
        for host in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "[2001:db8::1]",
            "local.example",
        ] {
            assert_eq!(own("https://aipass.one", &format!("https://{host}/a")), Ok(false));
        }
        assert_eq!(own("http://localhost:9", "http://localhost:10/a"), Ok(false));
    }
}
