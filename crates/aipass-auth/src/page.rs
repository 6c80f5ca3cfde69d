//! The pages that the listener shows: constant text, no script, light and dark.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::error::AuthError;

const STYLE: &str = include_str!("page.css");

/// One page and its status.
#[derive(Debug)]
pub(crate) struct Page {
    status: u16,
    tone: Tone,
    title: String,
    text: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Plain,
}

/// What the person sees at the end of the login, after the exchange.
pub(crate) fn outcome(app_name: Option<&str>, error: Option<&AuthError>) -> Page {
    let app = app_name.map(escape);
    let bad = |title: &str, text| Page {
        status: 400,
        tone: Tone::Bad,
        title: title.to_owned(),
        text,
    };
    match error {
        None => Page {
            status: 200,
            tone: Tone::Good,
            title: match app {
                Some(app) => format!("You are signed in to {app}"),
                None => "You are signed in".to_owned(),
            },
            text: "You can close this tab and go back to the application.",
        },
        Some(error) if error.is_denied() => bad(
            "You did not allow access",
            "Nothing was changed. Go back to the application if you want to try again.",
        ),
        Some(error) if error.is_store() => bad(
            "The sign-in could not be kept",
            "AI Pass said yes, but the application could not store it on this machine. It will tell you more.",
        ),
        Some(error) if error.is_network() || error.is_temporary() => bad(
            "AI Pass could not be reached",
            "The application did not get an answer. Go back to it and try again in a moment.",
        ),
        Some(_) => bad(
            "The sign-in did not work",
            "Go back to the application: it knows the reason.",
        ),
    }
}

/// The answer to a request that does not belong to the login. It tells nothing about it.
pub(crate) fn refusal(status: u16) -> Page {
    let (title, text) = match status {
        404 => (
            "Nothing here",
            "This address only waits for the end of a sign-in.",
        ),
        400 => (
            "This is not the sign-in that is in progress",
            "Go back to the application and start again from there.",
        ),
        _ => (
            "Not like this",
            "This address only waits for the end of a sign-in.",
        ),
    };
    Page {
        status,
        tone: Tone::Plain,
        title: title.to_owned(),
        text,
    }
}

impl Page {
    /// The whole response. The connection ends with it: a browser that kept it would bring the answer of a later
    /// login to a listener that is gone.
    pub(crate) fn to_response(&self) -> String {
        let body = self.to_html();
        let style_hash = STANDARD.encode(Sha256::digest(STYLE));
        let reason = http::StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason());
        format!(
            "HTTP/1.1 {} {}\r\n\
             Content-Type: text/html; charset=utf-8\r\n\
             Content-Length: {}\r\n\
             Cache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
             X-Content-Type-Options: nosniff\r\n\
             Connection: close\r\n\r\n{body}",
            self.status,
            reason.unwrap_or("Error"),
            body.len(),
        )
    }

    fn to_html(&self) -> String {
        let (mark, class) = match self.tone {
            Tone::Good => ("&#10003;", "good"),
            Tone::Bad => ("&#33;", "bad"),
            Tone::Plain => ("&#183;", "plain"),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<div class=\"mark {class}\" aria-hidden=\"true\">{mark}</div>\n\
             <h1>{title}</h1>\n<p>{text}</p>\n</main>\n<footer>AI Pass</footer>\n</body>\n</html>\n",
            title = self.title,
            text = self.text,
        )
    }
}

/// The application's name is the only text that is not constant.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_control()).take(80) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_response_carries_the_security_headers() {
        for page in [outcome(Some("App"), None), refusal(404), refusal(421)] {
            let response = page.to_response();
            let (head, body) = response.split_once("\r\n\r\n").unwrap();
            for header in [
                "Cache-Control: no-store",
                "Referrer-Policy: no-referrer",
                "X-Content-Type-Options: nosniff",
                "Connection: close",
                "default-src 'none'",
                "frame-ancestors 'none'",
            ] {
                assert!(head.contains(header), "{header}");
            }
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            assert!(!body.contains("<script") && !body.contains("http://") && !body.contains("https://"));
        }
    }

    #[test]
    fn the_policy_allows_the_very_style_of_the_page() {
        let response = outcome(None, None).to_response();
        let style = response
            .split_once("<style>")
            .unwrap()
            .1
            .split_once("</style>")
            .unwrap()
            .0;
        assert!(response.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))));
        assert!(style.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn the_application_name_cannot_become_markup() {
        let html = outcome(Some("<script>alert('x')</script>&\u{1b}"), None).to_html();
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"));
        assert!(!html.contains("<script") && !html.contains('\u{1b}'));
    }
}
