//! The answer that the browser brings back (RFC 6749, section 4.1.2), checked before anything of it is used.

use std::fmt;

use url::Url;

use crate::answer::{clean_code, clean_words};
use crate::error::{AuthError, Kind};
use crate::secret::{Fingerprint, Secret};

const LONGEST_CODE: usize = 4096;

pub(crate) const STATE_DIFFERS: &str = "the state is another one";

/// What an answer must show to belong to a login.
pub(crate) struct Expected {
    pub(crate) state: Fingerprint,
    /// Compared when the answer names an issuer (RFC 9207).
    pub(crate) issuer: String,
    /// Whether the answer has to name one.
    pub(crate) issuer_required: bool,
}

/// An answer that belongs to the login.
pub(crate) enum Callback {
    Code(Secret),
    Refused {
        code: String,
        description: Option<String>,
    },
}

impl Callback {
    /// The code, or the error that the server sent instead of one.
    pub(crate) fn into_code(self) -> Result<Secret, AuthError> {
        match self {
            Self::Code(code) => Ok(code),
            Self::Refused { code, description } => Err(AuthError::new(Kind::Denied { code, description })),
        }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code(_) => "Code([redacted])",
            Self::Refused { .. } => "Refused",
        })
    }
}

impl Expected {
    /// Reads the query of a callback. Whatever does not belong to the login is told by a constant text.
    ///
    /// The state is compared first, so that neither a code nor an error of somebody else's making has any effect.
    pub(crate) fn read(&self, query: &str) -> Result<Callback, &'static str> {
        let single = |name: &str| {
            let mut values = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
            let value = values.next().map(|(_, value)| value.into_owned());
            if values.next().is_some() {
                Err("a parameter is given twice")
            } else {
                Ok(value)
            }
        };
        let state = single("state")?.ok_or("the state is missing")?;
        if Fingerprint::of(&state) != self.state {
            return Err(STATE_DIFFERS);
        }
        match single("iss")? {
            Some(issuer) if issuer.trim_end_matches('/') != self.issuer => {
                return Err("it comes from another issuer");
            }
            None if self.issuer_required => return Err("it does not name its issuer"),
            _ => {}
        }
        let (code, error, description) = (single("code")?, single("error")?, single("error_description")?);
        match (code, error) {
            (Some(_), Some(_)) => Err("it holds both a code and an error"),
            (None, None) => Err("it holds neither a code nor an error"),
            (None, Some(error)) => Ok(Callback::Refused {
                code: clean_code(Some(&error)),
                description: description
                    .map(|words| clean_words(&words, &[]))
                    .filter(|words| !words.is_empty()),
            }),
            (Some(code), None) => {
                let usable = (1..=LONGEST_CODE).contains(&code.len()) && !code.chars().any(char::is_control);
                if usable {
                    Ok(Callback::Code(code.into()))
                } else {
                    Err("the code is empty or not usable")
                }
            }
        }
    }
}

/// The query of a callback URL. A whole URL has to be the redirect URI with a query; a server behind a proxy,
/// which may not know the address that the browser used, can give the path and the query or the query alone.
pub(crate) fn query_of(callback: &str, redirect_uri: &Url) -> Result<String, &'static str> {
    let callback = callback.trim();
    if let Some(query) = callback.strip_prefix('?') {
        return no_fragment(query);
    }
    if callback.starts_with('/') {
        let (path, query) = callback.split_once('?').ok_or("it has no query")?;
        return if path == redirect_uri.path() {
            no_fragment(query)
        } else {
            Err("its path is not the redirect URI's")
        };
    }
    let url = Url::parse(callback).map_err(|_| "it is not a URL")?;
    if !same_place(&url, redirect_uri) || !url.username().is_empty() || url.password().is_some() {
        return Err("it is not the redirect URI");
    }
    if url.fragment().is_some_and(|fragment| !fragment.is_empty()) {
        return Err("it has a fragment");
    }
    url.query().map(str::to_owned).ok_or("it has no query")
}

/// Whether two URLs point to the same place: scheme and host in any case, port and path exactly (RFC 3986, section
/// 6.2.2.1). The parser brings the case of schemes and of web hosts to one form, but not that of a host in a private
/// scheme, and systems hand those over either way.
fn same_place(one: &Url, other: &Url) -> bool {
    let same_host = match (one.host_str(), other.host_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        (one, other) => one == other,
    };
    one.scheme() == other.scheme()
        && same_host
        && one.has_authority() == other.has_authority()
        && one.port_or_known_default() == other.port_or_known_default()
        && one.path() == other.path()
}

fn no_fragment(query: &str) -> Result<String, &'static str> {
    if query.contains('#') {
        Err("it has a fragment")
    } else {
        Ok(query.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected {
            state: Fingerprint::of("STATE"),
            issuer: "https://aipass.one".to_owned(),
            issuer_required: false,
        }
    }

    #[test]
    fn an_issuer_that_is_due_has_to_be_there_once_and_right() {
        let strict = || Expected {
            issuer_required: true,
            ..expected()
        };
        for answer in ["code=x", "error=access_denied"] {
            let read = |rest: &str| strict().read(&format!("{answer}&state=STATE{rest}"));
            assert!(read("&iss=https%3A%2F%2Faipass.one").is_ok());
            for rest in [
                "",
                "&iss=",
                "&iss=https%3A%2F%2Fevil.example",
                "&iss=https%3A%2F%2FAIPASS.one",
                "&iss=http%3A%2F%2Faipass.one",
                "&iss=https%3A%2F%2Faipass.one%2Fother",
                "&iss=https%3A%2F%2Faipass.one&iss=https%3A%2F%2Faipass.one",
            ] {
                assert!(read(rest).is_err(), "{answer} {rest}");
            }
        }
    }

    #[test]
    fn a_true_answer_is_read() {
        for query in [
            "code=THE%2BCODE&state=STATE",
            "state=STATE&code=THE%2BCODE&iss=https%3A%2F%2Faipass.one&session_state=x&session_state=y",
            "code=THE%2BCODE&state=STATE&iss=https%3A%2F%2Faipass.one%2F",
        ] {
            let code = expected().read(query).unwrap().into_code().unwrap();
            assert_eq!(code.expose_secret(), "THE+CODE", "{query}");
        }
    }

    #[test]
    fn a_denial_is_an_answer_and_is_cleaned() {
        let query = "error=access_denied&error_description=no%0A%1b%5B31m&state=STATE";
        let error = expected().read(query).unwrap().into_code().unwrap_err();
        assert!(error.is_denied());
        assert_eq!(error.description(), Some("no[31m"));
        let error = expected()
            .read("error=%3Cscript%3E&state=STATE")
            .unwrap()
            .into_code()
            .unwrap_err();
        assert_eq!(error.code(), Some("unrecognised_response"));
    }

    #[test]
    fn what_does_not_belong_to_the_login_has_no_effect() {
        let long = format!("code={}&state=STATE", "a".repeat(LONGEST_CODE + 1));
        for query in [
            "",
            "code=x",
            "error=access_denied",
            "code=x&state=",
            "code=x&state=WRONG",
            "code=x&state=state",
            "code=x&state=STAT",
            "code=x&state=STATES",
            "code=x&state=STATE&state=STATE",
            "code=x&state=WRONG&state=STATE",
            "code=x&code=x&state=STATE",
            "code=x&error=access_denied&state=STATE",
            "error=access_denied&error=access_denied&state=STATE",
            "error=access_denied&state=WRONG",
            "state=STATE",
            "code=&state=STATE",
            "code=a%00b&state=STATE",
            "code=x&state=STATE&iss=https%3A%2F%2Fevil.example",
            "code=x&state=STATE&iss=",
            "code=x&state=STATE&iss=https%3A%2F%2Faipass.one&iss=https%3A%2F%2Faipass.one",
            &long,
        ] {
            assert!(expected().read(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_callback_is_the_redirect_uri_with_a_query() {
        let query = |callback: &str, redirect: &str| query_of(callback, &redirect.parse().unwrap());
        for (callback, redirect) in [
            ("myapp://auth/callback?code=x", "myapp://auth/callback"),
            ("com.example.app:/cb?code=x", "com.example.app:/cb"),
            ("COM.Example.App:/cb?code=x", "com.example.app:/cb"),
            ("MyApp://AUTH/callback?code=x", "myapp://auth/callback"),
            ("myapp://auth/callback?code=x", "myapp://Auth/callback"),
            (
                "com.example.app:/oauth/back?code=x",
                "com.example.app:/oauth/back",
            ),
            ("myapp://callback?code=x", "myapp://callback"),
            ("HTTPS://APP.example/cb?code=x", "https://app.example/cb"),
            (
                "http://127.0.0.1:8417/callback?code=x",
                "http://127.0.0.1:8417/callback",
            ),
            (" https://app.example:443/cb?code=x\n", "https://app.example/cb"),
            ("https://app.example/cb?code=x#", "https://app.example/cb"),
            ("/cb?code=x", "https://app.example/cb"),
            ("?code=x", "https://app.example/cb"),
        ] {
            assert_eq!(query(callback, redirect).as_deref(), Ok("code=x"), "{callback}");
        }
        for (callback, redirect) in [
            ("myapp://evil/callback?code=x", "myapp://auth/callback"),
            ("other://auth/callback?code=x", "myapp://auth/callback"),
            ("myapp://auth/Callback?code=x", "myapp://auth/callback"),
            ("myapp://auth/callback/?code=x", "myapp://auth/callback"),
            ("myapp://auth/?code=x", "myapp://auth/callback"),
            ("myapp://auth:1/callback?code=x", "myapp://auth/callback"),
            ("myapp://user@auth/callback?code=x", "myapp://auth/callback"),
            ("myapp://user:pw@auth/callback?code=x", "myapp://auth/callback"),
            ("myapp:/auth/callback?code=x", "myapp://auth/callback"),
            ("myapp:auth/callback?code=x", "myapp://auth/callback"),
            ("myapp:///auth/callback?code=x", "myapp://auth/callback"),
            ("myapp://auth/callback#code=x", "myapp://auth/callback"),
            ("myapp://auth/callback?code=x#code=y", "myapp://auth/callback"),
            ("com.example.app:///cb?code=x", "com.example.app:/cb"),
            ("com.example.app://cb?code=x", "com.example.app:/cb"),
            ("com.example.app:cb?code=x", "com.example.app:/cb"),
            ("com.example.app.evil:/cb?code=x", "com.example.app:/cb"),
            ("com.example:/cb?code=x", "com.example.app:/cb"),
            ("com.example.app:/cb#code=x", "com.example.app:/cb"),
            ("http://app.example/cb?code=x", "https://app.example/cb"),
            ("https://app.example.evil/cb?code=x", "https://app.example/cb"),
            ("https://app.example:8443/cb?code=x", "https://app.example/cb"),
            ("https://app.example/CB?code=x", "https://app.example/cb"),
            (
                "http://127.0.0.1:8418/callback?code=x",
                "http://127.0.0.1:8417/callback",
            ),
            (
                "http://localhost:8417/callback?code=x",
                "http://127.0.0.1:8417/callback",
            ),
            ("https://app.example/cb/?code=x", "https://app.example/cb"),
            ("https://user@app.example/cb?code=x", "https://app.example/cb"),
            ("https://app.example/cb#code=x", "https://app.example/cb"),
            ("https://app.example/cb?code=x#y", "https://app.example/cb"),
            ("https://app.example/cb", "https://app.example/cb"),
            ("/other?code=x", "https://app.example/cb"),
            ("?code=x#y", "https://app.example/cb"),
            ("code=x", "https://app.example/cb"),
            ("", "https://app.example/cb"),
        ] {
            assert!(query(callback, redirect).is_err(), "{callback}");
        }
    }
}
