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
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Plain,
}

/// What the person sees at the end of the login, after the exchange: how it ended, and what to do next.
pub(crate) fn outcome(app_name: Option<&str>, error: Option<&AuthError>) -> Page {
    let name = app_name.map(escape).filter(|name| !name.trim().is_empty());
    let app = name.as_deref().unwrap_or("the application");
    let (title, text) = match error {
        None => {
            let title = name.as_ref().map_or_else(
                || "You are signed in".to_owned(),
                |name| format!("You are signed in to {name}"),
            );
            return Page {
                status: 200,
                tone: Tone::Good,
                title,
                text: format!("You can close this tab and go back to {app}."),
            };
        }
        Some(error) if error.is_denied() => (
            "You did not allow access",
            format!("Nothing was changed. Go back to {app} if you want to try again."),
        ),
        Some(error) if error.is_store() => (
            "The sign-in could not be kept",
            format!(
                "AI Pass said yes, but the tokens could not be stored on this machine. Go back to {app}: it says more."
            ),
        ),
        Some(error) if error.is_network() || error.is_temporary() => (
            "AI Pass could not be reached",
            format!("There was no usable answer. Go back to {app} and try again in a moment."),
        ),
        Some(error) if error.is_config() => (
            "AI Pass refused the sign-in",
            format!(
                "It is not your fault: the settings do not fit. Go back to {app}: it says what to check."
            ),
        ),
        Some(_) => (
            "The sign-in did not work",
            format!("Go back to {app} and start again from there: it knows the reason."),
        ),
    };
    Page {
        status: 400,
        tone: Tone::Bad,
        title: title.to_owned(),
        text,
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
            "This is not the current sign-in",
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
        text: text.to_owned(),
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
        // RFC 9110, section 15.5.6.
        let allow = if self.status == 405 { "Allow: GET\r\n" } else { "" };
        format!(
            "HTTP/1.1 {} {}\r\n\
             Content-Type: text/html; charset=utf-8\r\n\
             Content-Length: {}\r\n\
             Cache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
             X-Content-Type-Options: nosniff\r\n\
             X-Frame-Options: DENY\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\n\
             {allow}Connection: close\r\n\r\n{body}",
            self.status,
            reason.unwrap_or("Error"),
            body.len(),
        )
    }

    fn to_html(&self) -> String {
        // Drawn, since a font may lack the sign or show it as a picture.
        let (class, mark) = match self.tone {
            Tone::Good => ("good", "M7 12.5l3.5 3.5L17 9"),
            Tone::Bad => ("bad", "M12 7v6M12 16.6v.2"),
            Tone::Plain => ("plain", "M8 12h8"),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main class=\"{class}\">\n\
             <svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{mark}\"/></svg>\n\
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
                "X-Frame-Options: DENY",
                "Connection: close",
                "default-src 'none'",
                "frame-ancestors 'none'",
            ] {
                assert!(head.contains(header), "{header}");
            }
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            assert_eq!(head.matches("\r\n").count(), head.matches('\n').count());
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
    fn every_end_says_what_happened_and_what_to_do_next() {
        let denied = AuthError::new(crate::error::Kind::Denied {
            code: "access_denied".to_owned(),
            description: Some("canary".to_owned()),
        });
        let store = AuthError::from(crate::store::StoreError::ForeignTokens);
        for (error, title) in [
            (None, "You are signed in to Receipts"),
            (Some(denied), "You did not allow access"),
            (Some(store), "The sign-in could not be kept"),
            (
                Some(AuthError::new(crate::error::Kind::Connect)),
                "AI Pass could not be reached",
            ),
            (Some(AuthError::config("canary")), "AI Pass refused the sign-in"),
            (
                Some(AuthError::new(crate::error::Kind::LoginExpired)),
                "The sign-in did not work",
            ),
        ] {
            let html = outcome(Some("Receipts"), error.as_ref()).to_html();
            assert!(
                html.contains(title) && html.contains("o back to Receipts"),
                "{html}"
            );
            assert!(!html.contains("canary"), "{html}");
        }
        for name in [None, Some(""), Some(" \u{1b}")] {
            let html = outcome(name, None).to_html();
            assert!(html.contains("You are signed in<") && html.contains("back to the application."));
        }
        assert!(refusal(405).to_response().contains("\r\nAllow: GET\r\n"));
    }

    #[test]
    fn the_application_name_cannot_become_markup() {
        let html = outcome(Some("<script>alert('x')</script>&\u{1b}"), None).to_html();
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"));
        assert!(!html.contains("<script") && !html.contains('\u{1b}'));
    }
}
