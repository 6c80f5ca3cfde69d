//! Login where no listener can be reached, for example over SSH: the person opens the page anywhere, and pastes the
//! address that the browser ends at.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::time::timeout;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::auth::Auth;
use crate::callback::{Callback, STATE_DIFFERS, query_of};
use crate::error::{AuthError, Kind};
use crate::flow::{LoginFlow, LoginMode, LoginOptions, OnUrl, TIMEOUT, sealed};
use crate::pending::PendingLogin;
use crate::secret::Secret;
use crate::stdin_lines::StdinLines;
use crate::store::BoxFuture;
use crate::tokens::SessionInfo;

/// Whoever pastes the wrong thing this often does not have the right one.
const ATTEMPTS: usize = 5;

/// No callback comes near this, and a source has no reason to keep more.
pub(crate) const LONGEST_LINE: usize = 16 * 1024;

const LONGEST_CODE: usize = 4096;

/// Where pasted lines come from: a terminal ([`StdinLines`]), a text field, a message.
///
/// A line holds a code that is worth a login, so a source keeps no copy and writes none to a log.
///
/// ```
/// use std::io;
///
/// use aipass_auth::{AuthError, BoxFuture, PasteSource};
///
/// /// Lines from a text field.
/// struct Field(tokio::sync::mpsc::Receiver<String>);
///
/// impl PasteSource for Field {
///     fn next_line(&mut self, trouble: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
///         if let Some(trouble) = trouble {
///             println!("{trouble}");
///         }
///         Box::pin(async { Ok(self.0.recv().await) })
///     }
/// }
/// ```
pub trait PasteSource: Send {
    /// The next line, or `None` when there will be no more. `trouble` says why the line before was refused, so that
    /// the person can be told; it holds nothing of that line.
    ///
    /// The future may be dropped before it is done, when the login ends in another way.
    fn next_line(&mut self, trouble: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>>;
}

impl fmt::Debug for dyn PasteSource + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasteSource")
    }
}

/// Login without a listener: the person opens the URL on any machine, signs in, and pastes the address that the
/// browser ends at.
///
/// The redirect URI is the one that the client is registered with, also where it points to this machine: the browser
/// of another machine cannot open `http://127.0.0.1:8417/callback?…`, but its address bar has what is needed.
///
/// ```no_run
/// # async fn run(auth: aipass_auth::Auth) -> Result<(), aipass_auth::AuthError> {
/// use aipass_auth::Paste;
///
/// let flow = Paste::new("http://127.0.0.1:8417/callback").on_url(|url| {
///     eprintln!("Open this page, sign in, and paste the address that you end at:\n\n  {url}\n");
/// });
/// let session = auth.login(flow).await?;
/// # let _ = session; Ok(()) }
/// ```
///
/// The whole address is accepted, and its query alone, with whatever a terminal adds around it. A wrong paste is told
/// through the source and asked for again, five times at most. An address with the right state that carries an error
/// ends the login, since it is the server's answer. Nothing that was pasted appears in an error or a log.
pub struct Paste {
    redirect_uri: String,
    source: Option<Box<dyn PasteSource>>,
    on_url: Option<OnUrl>,
    allow_bare_code: bool,
    timeout: Duration,
    options: LoginOptions,
}

impl Paste {
    /// A login that ends at this registered redirect URI. Lines come from standard input ([`StdinLines`]), for five
    /// minutes.
    pub fn new(redirect_uri: impl Into<String>) -> Self {
        Self {
            redirect_uri: redirect_uri.into(),
            source: None,
            on_url: None,
            allow_bare_code: false,
            timeout: TIMEOUT,
            options: LoginOptions::default(),
        }
    }

    /// Takes the lines from elsewhere than standard input.
    #[must_use]
    pub fn source(mut self, source: impl PasteSource + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Is called with the URL that the person has to open. A login without it is refused, since nobody could
    /// complete it.
    #[must_use]
    pub fn on_url(mut self, on_url: impl Fn(&Url) + Send + Sync + 'static) -> Self {
        self.on_url = Some(Box::new(on_url));
        self
    }

    /// Accepts the code alone, too, for a page that shows nothing else.
    ///
    /// A code alone carries no state, so nothing says that it belongs to this login: somebody could get a person to
    /// paste a code of their own, and the person would work on a stranger's account. What is left is PKCE, by which
    /// the server refuses a code that was made for another login.
    #[must_use]
    pub fn allow_bare_code(mut self) -> Self {
        self.allow_bare_code = true;
        self
    }

    /// How long to wait for the person, five minutes by default.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Which page the person sees first.
    #[must_use]
    pub fn mode(mut self, mode: LoginMode) -> Self {
        self.options = self.options.mode(mode);
        self
    }

    /// Asks for these scopes instead of the client's.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options = self.options.scopes(scopes);
        self
    }

    async fn run_flow(self, auth: &Auth) -> Result<SessionInfo, AuthError> {
        let Some(on_url) = self.on_url else {
            return Err(AuthError::config(
                "a login by pasting needs `on_url`, or nobody learns which page to open",
            ));
        };
        // A store that cannot take the tokens is better noticed before the person has signed in.
        auth.check_store().await?;
        let (url, pending) = auth.begin_with(self.redirect_uri, self.options)?;
        on_url(&url);
        // The thread of `StdinLines` starts with the first line that is asked for.
        let mut source = self.source.unwrap_or_else(|| Box::new(StdinLines::new()));
        let asking = pasted(&mut *source, &pending, ATTEMPTS, self.allow_bare_code);
        let callback = timeout(self.timeout, asking)
            .await
            .map_err(|_| AuthError::new(Kind::LoginTimeout))??;
        drop(source);
        auth.exchange(pending, callback.into_code()?).await
    }
}

impl fmt::Debug for Paste {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paste")
            .field("redirect_uri", &self.redirect_uri)
            .field("allow_bare_code", &self.allow_bare_code)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl sealed::Sealed for Paste {}

impl LoginFlow for Paste {
    fn run(self, auth: &Auth) -> BoxFuture<'_, Result<SessionInfo, AuthError>> {
        Box::pin(self.run_flow(auth))
    }
}

/// Asks for lines until one belongs to the login.
pub(crate) async fn pasted(
    source: &mut dyn PasteSource,
    pending: &PendingLogin,
    attempts: usize,
    allow_bare_code: bool,
) -> Result<Callback, AuthError> {
    let mut trouble = None;
    for _ in 0..attempts {
        let line = match source.next_line(trouble.as_ref()).await {
            Ok(Some(line)) => Zeroizing::new(line),
            Ok(None) => return Err(AuthError::new(Kind::NoInput)),
            Err(error) => return Err(AuthError::with_source(Kind::NoInput, error)),
        };
        match understand(&line, pending, allow_bare_code) {
            Ok(callback) => return Ok(callback),
            Err(why) => {
                tracing::debug!(why, "a paste that does not complete the login");
                trouble = Some(AuthError::new(Kind::Paste(why)));
            }
        }
    }
    Err(trouble.unwrap_or_else(|| AuthError::new(Kind::NoInput)))
}

fn understand(line: &str, pending: &PendingLogin, allow_bare_code: bool) -> Result<Callback, &'static str> {
    if line.len() > LONGEST_LINE {
        return Err("it is too long");
    }
    let text = tidied(line);
    if text.is_empty() {
        return Err("it is empty");
    }
    let redirect = pending.redirect_url()?;
    if let Some(query) = bare_query(&text) {
        return read(query, pending);
    }
    match query_of(&with_scheme(&text, &redirect), &redirect) {
        Ok(query) => read(&query, pending),
        Err(_) if is_code(&text) && allow_bare_code => decoded(&text).map(Callback::Code),
        Err(_) if is_code(&text) => Err("it is not a whole address"),
        Err(_) if text.contains("code_challenge=") => {
            Err("it is the address of the sign-in page, not the one that the browser ends at")
        }
        Err(why) => Err(why),
    }
}

fn read(query: &str, pending: &PendingLogin) -> Result<Callback, &'static str> {
    match pending.expected().read(query) {
        // Whoever pastes it has most likely copied the address of an earlier attempt.
        Err(STATE_DIFFERS) => Err("it belongs to another sign-in"),
        read => read,
    }
}

/// A pasted line without what terminals and mail programs put around it. No URL holds a blank, so that a line that
/// was broken on the screen is whole again.
fn tidied(line: &str) -> Zeroizing<String> {
    let without_marks = Zeroizing::new(line.replace("\u{1b}[200~", "").replace("\u{1b}[201~", ""));
    let mut text = Zeroizing::new(String::with_capacity(without_marks.len()));
    text.extend(without_marks.chars().filter(|letter| {
        // The last ones are invisible or quotes that a URL never holds as they are.
        !letter.is_whitespace()
            && !letter.is_control()
            && !matches!(
                letter,
                '\u{200b}' | '\u{feff}' | '"' | '<' | '>' | '`' | '“' | '”' | '„' | '«' | '»'
            )
    }));
    // A terminal that keeps the escape character for itself leaves the rest of the mark.
    let mut rest: &str = text.strip_prefix("[200~").unwrap_or(&text);
    rest = rest.strip_suffix("[201~").unwrap_or(rest);
    for (open, close) in [('\'', '\''), ('‘', '’'), ('(', ')'), ('[', ']')] {
        rest = rest
            .strip_prefix(open)
            .and_then(|inner| inner.strip_suffix(close))
            .unwrap_or(rest);
    }
    Zeroizing::new(rest.to_owned())
}

/// The query of a callback without its question mark.
fn bare_query(text: &str) -> Option<&str> {
    const NAMES: [&str; 5] = ["code", "state", "error", "iss", "scope"];
    let (first, _) = text.split_once('=')?;
    NAMES.contains(&first).then_some(text)
}

/// Browsers leave `http://` out of what they show.
fn with_scheme(text: &str, redirect: &Url) -> Zeroizing<String> {
    let authority = redirect.authority();
    let bare = !authority.is_empty()
        && text
            .get(..authority.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(authority));
    Zeroizing::new(if bare {
        format!("{}://{text}", redirect.scheme())
    } else {
        text.to_owned()
    })
}

/// Whether a text may be a code and nothing else: no part of an address whose state would go unchecked.
fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['?', '&', '#', ':'])
        && !text.starts_with('/')
        && !text.contains("code=")
        && !text.contains("state=")
}

/// A code that was copied out of an address bar is still encoded.
fn decoded(text: &str) -> Result<Secret, &'static str> {
    let form = Zeroizing::new(text.replace('+', "%2B").replace('=', "%3D"));
    let code: String = form_urlencoded::parse(form.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect();
    let code = Secret::new(code);
    if code.expose_secret().chars().any(char::is_control) {
        return Err("the code is not usable");
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::BuildError;

    const REDIRECT: &str = "http://127.0.0.1:8417/callback";

    fn login(redirect: &str) -> (PendingLogin, String) {
        let auth = Auth::builder("client_1").build().unwrap();
        let (url, pending) = auth.begin(redirect).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1;
        (pending, state.into_owned())
    }

    fn code(line: &str, redirect: &str, bare: bool) -> Result<String, &'static str> {
        let (pending, state) = login(redirect);
        let callback = understand(&line.replace("STATE", &state), &pending, bare)?;
        Ok(callback.into_code().unwrap().expose_secret().to_owned())
    }

    #[test]
    fn a_callback_is_understood_however_it_was_pasted() {
        for line in [
            "http://127.0.0.1:8417/callback?code=C%2B1&state=STATE",
            "  http://127.0.0.1:8417/callback?code=C%2B1&state=STATE \r\n",
            "http://127.0.0.1:8417/callback?code=C%2B\n1&sta te=STATE",
            "\u{1b}[200~http://127.0.0.1:8417/callback?code=C%2B1&state=STATE\u{1b}[201~",
            "[200~http://127.0.0.1:8417/callback?code=C%2B1&state=STATE[201~",
            "\"http://127.0.0.1:8417/callback?code=C%2B1&state=STATE\"",
            "'http://127.0.0.1:8417/callback?code=C%2B1&state=STATE'",
            "<http://127.0.0.1:8417/callback?code=C%2B1&state=STATE>",
            "“http://127.0.0.1:8417/callback?code=C%2B1&state=STATE”",
            "`http://127.0.0.1:8417/callback?code=C%2B1&state=STATE`",
            "\u{feff}http://127.0.0.1:8417/callback?code=C%2B1&state=STATE\u{200b}",
            "127.0.0.1:8417/callback?code=C%2B1&state=STATE",
            "/callback?code=C%2B1&state=STATE",
            "?code=C%2B1&state=STATE",
            "code=C%2B1&state=STATE",
            "state=STATE&code=C%2B1",
            "iss=https%3A%2F%2Faipass.one&state=STATE&code=C%2B1",
        ] {
            assert_eq!(code(line, REDIRECT, false).as_deref(), Ok("C+1"), "{line:?}");
        }
        for (line, redirect) in [
            ("localhost:1/cb?code=C&state=STATE", "http://localhost:1/cb"),
            ("LocalHost:1/cb?code=C&state=STATE", "http://localhost:1/cb"),
            ("[::1]:1/cb?code=C&state=STATE", "http://[::1]:1/cb"),
            ("myapp://auth/cb?code=C&state=STATE", "myapp://auth/cb"),
            ("com.example.app:/cb?code=C&state=STATE", "com.example.app:/cb"),
            ("app.example/cb?code=C&state=STATE", "https://app.example/cb"),
        ] {
            assert_eq!(code(line, redirect, false).as_deref(), Ok("C"), "{line:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_bare_code_allowed_or_not() {
        let long = format!("?code=C&state=STATE&pad={}", "a".repeat(LONGEST_LINE));
        for line in [
            "",
            " \t ",
            "\u{1b}[200~\u{1b}[201~",
            "yes please",
            "code=C",
            "code=C&state=WRONG",
            "state=STATE",
            "code=C&code=D&state=STATE",
            "code=C&state=STATE&state=STATE",
            "http://127.0.0.1:8417/callback",
            "http://127.0.0.1:8417/callback?code=C",
            "http://127.0.0.1:8417/callback?code=C&state=WRONG",
            "http://127.0.0.1:8418/callback?code=C&state=STATE",
            "http://evil.example/callback?code=C&state=STATE",
            "http://127.0.0.1:8417.evil.example/callback?code=C&state=STATE",
            "127.0.0.1:8417.evil.example/callback?code=C&state=STATE",
            "https://aipass.one/oauth2/authorize?code_challenge=x&state=STATE",
            "myapp://auth/callback?code=C&state=STATE",
            "http://127.0.0.1:8417/callback#code=C&state=STATE",
            "/callback?code=C",
            "/other?code=C&state=STATE",
            "C#STATE",
            "abc%00def",
            "abc%0Adef",
            &long,
        ] {
            for bare in [false, true] {
                // A blank between words is taken out, so a short sentence could pass for a code.
                if !(bare && line == "yes please") {
                    assert!(code(line, REDIRECT, bare).is_err(), "{line:.60?} {bare}");
                }
            }
        }
    }

    #[test]
    fn a_bare_code_is_an_explicit_choice() {
        for (line, expected) in [
            ("SplxlOBeZQQYbYS6WxSbIA", "SplxlOBeZQQYbYS6WxSbIA"),
            (" 4/0AX4XfWh-x_y.z~ \n", "4/0AX4XfWh-x_y.z~"),
            ("abc+d==", "abc+d=="),
            ("abc%2Bd%3D", "abc+d="),
            ("'abc'", "abc"),
        ] {
            assert!(code(line, REDIRECT, false).is_err(), "{line}");
            assert_eq!(code(line, REDIRECT, true).as_deref(), Ok(expected), "{line}");
        }
    }

    #[test]
    fn a_refusal_that_belongs_to_the_login_is_an_answer() {
        let (pending, state) = login(REDIRECT);
        let denied = |state: &str| {
            understand(
                &format!("{REDIRECT}?error=access_denied&state={state}"),
                &pending,
                true,
            )
        };
        assert!(denied(&state).unwrap().into_code().unwrap_err().is_denied());
        assert_eq!(denied("WRONG").unwrap_err(), "it belongs to another sign-in");
    }

    /// Lines that were typed beforehand; what the flow says in between is kept.
    struct Typed(Vec<io::Result<Option<String>>>, Vec<String>);

    impl PasteSource for Typed {
        fn next_line(&mut self, trouble: Option<&AuthError>) -> BoxFuture<'_, io::Result<Option<String>>> {
            self.1
                .extend(trouble.map(|trouble| format!("{trouble} {trouble:?}")));
            let next = if self.0.is_empty() {
                Ok(Some("canary".to_owned()))
            } else {
                self.0.remove(0)
            };
            Box::pin(async { next })
        }
    }

    #[tokio::test]
    async fn a_wrong_line_is_told_without_its_text_and_asked_for_again() -> Result<(), BuildError> {
        let (pending, state) = login(REDIRECT);
        let mut source = Typed(
            vec![
                Ok(Some("canary".to_owned())),
                Ok(Some("http://canary.example/?code=canary&state=canary".to_owned())),
                Ok(Some(String::new())),
                Ok(Some(format!("?code=C&state={state}"))),
            ],
            Vec::new(),
        );
        assert!(pasted(&mut source, &pending, ATTEMPTS, false).await.is_ok());
        assert_eq!(source.1.len(), 3);
        assert!(!source.1.concat().contains("canary"), "{:?}", source.1);

        let mut endless = Typed(Vec::new(), Vec::new());
        let error = pasted(&mut endless, &pending, ATTEMPTS, false).await.unwrap_err();
        assert!(error.is_callback_invalid() && error.help().unwrap().contains("address bar"));
        assert_eq!(endless.1.len(), ATTEMPTS - 1, "five lines and no more");

        for last in [Ok(None), Err(io::Error::other("gone"))] {
            let failed = last.is_err();
            let mut ending = Typed(vec![last], Vec::new());
            let error = pasted(&mut ending, &pending, ATTEMPTS, false).await.unwrap_err();
            assert!(error.is_input_ended() && !error.is_temporary());
            assert_eq!(std::error::Error::source(&error).is_some(), failed);
        }
        Ok(())
    }
}
