//! The pages that a person sees: the consent form, and what is shown when a sign-in link does not work.
//!
//! They need no script and load nothing. Whatever comes from outside goes through [`Escaped`].

pub(crate) mod checkout;

use std::fmt;

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::money::Micros;
use crate::oauth::scope;
use crate::route::Route;

const CSS: &str = include_str!("page.css");

const LOGO: &str = r#"<svg viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="8" fill="currentColor"/><path d="M8 20 14 8l6 12M10.5 16h7" fill="none" stroke="var(--card)" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>"#;

const TICK: &str = r#"<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.5 3.2 3.2L13 4.8" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>"#;

/// The hint of the authorize request about what the person came for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    LogIn,
    SignUp,
}

/// What the consent page tells.
pub(crate) struct ConsentPage<'a> {
    pub(crate) app_name: &'a str,
    pub(crate) scopes: &'a [String],
    pub(crate) redirect_uri: &'a str,
    pub(crate) user_name: &'a str,
    pub(crate) user_email: &'a str,
    pub(crate) balance: Micros,
    pub(crate) request_id: &'a str,
    pub(crate) mode: Mode,
}

pub(crate) fn consent(page: &ConsentPage<'_>) -> Response {
    let app = Escaped(page.app_name);
    let welcome = match page.mode {
        Mode::LogIn => "You decide which apps use your account.",
        Mode::SignUp => "Your new account is ready. You decide which apps use it.",
    };
    let initial: String = page
        .user_name
        .chars()
        .take(1)
        .flat_map(char::to_uppercase)
        .collect();
    let (before, at) = page.user_email.split_at(page.user_email.rfind('@').unwrap_or(0));
    let scopes: String = page.scopes.iter().map(|scope| scope_item(scope)).collect();
    let body = format!(
        r#"<h1><bdi>{app}</bdi> wants to use your AI Pass</h1>
<p>{welcome}</p>
<div class="account"><span class="initial" aria-hidden="true">{initial}</span>
<div class="who"><span><bdi>{name}</bdi></span><span><bdi>{before}<wbr>{at}</bdi></span></div>
<div class="money">${dollars:.2}<small>balance</small></div></div>
<h2>If you allow this, the app can</h2>
<ul>{scopes}</ul>
<form method="post" action="{action}">
<input type="hidden" name="request" value="{request}">
<button type="submit" name="decision" value="deny">Deny</button>
<button type="submit" name="decision" value="allow" class="primary">Allow</button>
</form>
<footer>Afterwards you return to <b><bdi>{target}</bdi></b>. This is a sandbox: no real account, no real money.</footer>"#,
        initial = Escaped(&initial),
        name = Escaped(page.user_name),
        // Where it has to be broken, it is in front of the host.
        before = Escaped(before),
        at = Escaped(at),
        dollars = page.balance.usd(),
        action = Route::Decision.path(),
        request = Escaped(page.request_id),
        target = Escaped(&target_in_words(page.redirect_uri)),
    );
    let title = format!("Allow {} to use your AI Pass?", page.app_name);
    html(StatusCode::OK, &title, &body, &form_targets(page.redirect_uri))
}

/// The page for what cannot be told to an app, and what has not come of it. Its text is ours and holds nothing of the request.
pub(crate) fn problem(title: &str, text: &str, outcome: &str) -> Response {
    let body = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<footer>{} You can close this page.</footer>",
        Escaped(title),
        Escaped(text),
        Escaped(outcome)
    );
    html(StatusCode::BAD_REQUEST, title, &body, "'none'")
}

fn scope_item(name: &str) -> String {
    let (headline, detail) = scope::in_words(name);
    format!(
        "<li>{TICK}<div><b>{}</b><span>{}</span></div></li>",
        Escaped(headline),
        Escaped(detail)
    )
}

/// Where the person ends up, without the details of the address.
fn target_in_words(redirect_uri: &str) -> String {
    match Url::parse(redirect_uri) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let host = url.host_str().unwrap_or_default();
            if matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
                "the app on this computer".to_owned()
            } else {
                host.to_owned()
            }
        }
        Ok(url) => format!("the app behind {}:", url.scheme()),
        Err(_) => "the app".to_owned(),
    }
}

/// Browsers hold the redirect after a form to `form-action` as well, so the app's address has to be in it.
fn form_targets(redirect_uri: &str) -> String {
    match Url::parse(redirect_uri) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            format!("'self' {}", url.origin().ascii_serialization())
        }
        Ok(url) => format!("'self' {}:", url.scheme()),
        Err(_) => "'self'".to_owned(),
    }
}

fn html(status: StatusCode, title: &str, body: &str, form_action: &str) -> Response {
    let document = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{CSS}</style>
</head>
<body>
<main>
<header>{LOGO} AI Pass <span class="badge">Sandbox</span></header>
{body}
</main>
</body>
</html>
"#,
        title = Escaped(title),
    );
    let style = STANDARD.encode(Sha256::digest(CSS));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, &policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    (status, headers, Html(document)).into_response()
}

/// Text that is safe between tags and inside quoted attributes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_open_a_tag_or_leave_an_attribute() {
        let shown = Escaped(r#"<b a="1" c='2'>&amp;"#).to_string();
        assert_eq!(shown, "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
    }

    #[test]
    fn the_form_may_lead_to_the_app_and_nowhere_else() {
        assert_eq!(
            form_targets("http://127.0.0.1:8765/callback"),
            "'self' http://127.0.0.1:8765"
        );
        assert_eq!(
            form_targets("https://example.com/cb"),
            "'self' https://example.com"
        );
        assert_eq!(form_targets("myapp://auth/callback"), "'self' myapp:");
    }
}
