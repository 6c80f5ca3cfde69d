//! Opening the person's own browser (RFC 8252, section 6), for the flows that do so.

use std::io;
use std::sync::Arc;

use url::Url;

pub(crate) type Opener = Arc<dyn Fn(&Url) -> io::Result<()> + Send + Sync>;

/// Opens the URL on a thread of its own: a browser in a terminal keeps its opener waiting until it is closed, which
/// must hold up neither the login nor the end of the program.
pub(crate) fn open(url: &Url, opener: Option<Opener>) {
    let url = url.clone();
    let opening = std::thread::Builder::new().spawn(move || {
        let opened = match opener {
            Some(opener) => opener(&url),
            None => open_system_browser(&url),
        };
        // The login goes on: the person may still open the URL by hand.
        if let Err(error) = opened {
            tracing::warn!(%error, "the browser could not be opened");
        }
    });
    if let Err(error) = opening {
        tracing::warn!(%error, "the browser could not be opened");
    }
}

/// Opens only what a web browser should get, whatever the base URL was.
#[cfg(feature = "loopback")]
fn open_system_browser(url: &Url) -> io::Result<()> {
    let is_web = url.scheme() == "https" || (url.scheme() == "http" && crate::base_url::is_loopback(url));
    if !is_web || url.as_str().chars().any(char::is_control) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "only web pages are opened",
        ));
    }
    webbrowser::open(url.as_str())
}

/// Without the feature there is nothing to open it with; the flows refuse such a login before they get here.
#[cfg(not(feature = "loopback"))]
fn open_system_browser(_: &Url) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, feature = "loopback"))]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
        for url in [
            "file:///etc/passwd",
            "http://example.com/",
            "http://127.0.0.1.evil.example/",
            "myapp://x",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(open_system_browser(&url.parse().unwrap()).is_err(), "{url}");
        }
    }
}
