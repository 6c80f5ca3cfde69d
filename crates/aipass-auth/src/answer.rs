//! What an authorization server answers, in the many shapes that servers use, brought to the one of RFC 6749.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::error::{Refusal, UNRECOGNISED};
use crate::wire::Answer;

/// Whether a 2xx answer is an error all the same: some servers put the error object into a 200.
pub(crate) fn is_error(body: &[u8]) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return false;
    };
    // Whoever gets tokens has rotated the old ones: whatever else stands there, they must not be lost.
    let has_tokens = |members: &Map<String, Value>| TOKEN.iter().any(|name| members.contains_key(*name));
    if has_tokens(&members)
        || members
            .get("data")
            .and_then(Value::as_object)
            .is_some_and(has_tokens)
    {
        return false;
    }
    let nothing = |error: &Value| error.is_null() || error == false || error.as_str() == Some("");
    members.get("error").is_some_and(|error| !nothing(error))
        || members.get("success") == Some(&Value::Bool(false))
}

/// The access token, in both spellings.
const TOKEN: [&str; 2] = ["access_token", "accessToken"];

/// A success in the words of RFC 6749, section 5.1: snake_case, without an envelope, numbers as numbers.
/// What is not a JSON object becomes an empty one, which then lacks its access token.
pub(crate) fn normalise_success(body: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return b"{}".to_vec();
    };
    let mut out = Map::new();
    for (name, value) in unwrap_envelope(members, &TOKEN) {
        out.entry(snake_case(&name)).or_insert(value);
    }
    match out.remove("expires_in").as_ref().and_then(lifetime) {
        Some(seconds) => out.insert("expires_in".to_owned(), seconds.into()),
        None => None,
    };
    if out
        .get("refresh_token")
        .is_some_and(|token| token.as_str() == Some(""))
    {
        out.remove("refresh_token");
    }
    if out.get("token_type").is_none_or(Value::is_null) {
        out.insert("token_type".to_owned(), "bearer".into());
    }
    if let Some(Value::Array(scopes)) = out.get("scope") {
        let joined = scopes
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        out.insert("scope".to_owned(), joined.into());
    }
    serde_json::to_vec(&out).unwrap_or_else(|_| b"{}".to_vec())
}

/// AI Pass wraps its management answers in `{"success": …, "data": {…}}`. An answer that has one of these members at its
/// top is in no envelope, whatever its `data` is.
pub(crate) fn unwrap_envelope(mut members: Map<String, Value>, bare: &[&str]) -> Map<String, Value> {
    if bare.iter().any(|name| members.contains_key(*name)) {
        return members;
    }
    match members.remove("data") {
        Some(Value::Object(data)) => data,
        Some(data) => {
            members.insert("data".to_owned(), data);
            members
        }
        None => members,
    }
}

/// Seconds from `3600`, `3600.0`, `"3600"` or something absurd. Zero stands for "already over", `None` for
/// "the server did not say".
pub(crate) fn lifetime(value: &Value) -> Option<u64> {
    let seconds = match value {
        Value::Number(number) => match number.as_u64() {
            Some(seconds) => return Some(seconds),
            None => number.as_f64()?,
        },
        Value::String(text) => match text.trim().parse() {
            Ok(seconds) => return Some(seconds),
            Err(_) => text.trim().parse().ok()?,
        },
        _ => return None,
    };
    // The cast saturates: a negative lifetime is zero, an endless one the largest number.
    (!f64::is_nan(seconds)).then_some(seconds as u64)
}

fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// The refusal that an answer states, from any of the shapes in use: the object of RFC 6749, section 5.2, the
/// error object of OpenAI-style proxies, AI Pass's envelope, a problem object, HTML or nothing.
pub(crate) fn refusal(answer: &Answer, secrets: &[Zeroizing<String>]) -> Refusal {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let (code, description) = match serde_json::from_slice(&answer.body) {
        Ok(Value::Object(members)) => {
            let member = |name: &str| text(members.get(name));
            match members.get("error") {
                Some(Value::String(code)) => (
                    Some(code.clone()),
                    member("error_description")
                        .or_else(|| member("errorDescription"))
                        .or_else(|| member("message")),
                ),
                Some(Value::Object(error)) => (
                    text(error.get("code")).or_else(|| text(error.get("type"))),
                    text(error.get("message")),
                ),
                _ => (
                    member("code").or_else(|| member("errorCode")),
                    member("message")
                        .or_else(|| member("detail"))
                        .or_else(|| member("title")),
                ),
            }
        }
        _ => (None, None),
    };
    Refusal {
        code: clean_code(code.as_deref()),
        description: description
            .map(|words| clean_words(&words, secrets))
            .filter(|words| !words.is_empty()),
        status: answer.status,
        retry_after: answer.retry_after,
    }
}

/// An error code, or the one that stands for none: a code ends up on terminals and in logs.
pub(crate) fn clean_code(code: Option<&str>) -> String {
    let is_code = |code: &&str| {
        (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    code.filter(is_code).unwrap_or(UNRECOGNISED).to_owned()
}

/// A server's own words without what could drive a terminal, and without the secrets of the request.
pub(crate) fn clean_words(words: &str, secrets: &[Zeroizing<String>]) -> String {
    if secrets
        .iter()
        .any(|secret| !secret.is_empty() && words.contains(secret.as_str()))
    {
        return String::new();
    }
    words
        .chars()
        .filter(|letter| !letter.is_control())
        .take(300)
        .collect()
}

/// A refusal on its way through the oauth2 crate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CarriedRefusal {
    error: String,
    error_description: Option<String>,
    status: u16,
    retry_after_ms: Option<u64>,
}

impl std::fmt::Display for CarriedRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.error)
    }
}

impl oauth2::ErrorResponse for CarriedRefusal {}

pub(crate) fn carry_refusal(refusal: &Refusal) -> Vec<u8> {
    let carried = CarriedRefusal {
        error: refusal.code.clone(),
        error_description: refusal.description.clone(),
        status: refusal.status.as_u16(),
        retry_after_ms: refusal.retry_after.map(|pause| pause.as_millis() as u64),
    };
    serde_json::to_vec(&carried).unwrap_or_default()
}

impl From<CarriedRefusal> for Refusal {
    fn from(carried: CarriedRefusal) -> Self {
        Self {
            code: carried.error,
            description: carried.error_description,
            status: StatusCode::from_u16(carried.status).unwrap_or(StatusCode::BAD_REQUEST),
            retry_after: carried.retry_after_ms.map(std::time::Duration::from_millis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn success(body: &str) -> Value {
        serde_json::from_slice(&normalise_success(body.as_bytes())).unwrap()
    }

    #[test]
    fn lifetimes_are_read_from_anything() {
        for (json, seconds) in [
            ("3600", Some(3600)),
            ("3600.9", Some(3600)),
            ("\"3600\"", Some(3600)),
            ("\" 3600.0 \"", Some(3600)),
            ("0", Some(0)),
            ("-1", Some(0)),
            ("\"-1\"", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1e300", Some(u64::MAX)),
            ("\"NaN\"", None),
            ("\"soon\"", None),
            ("null", None),
            ("true", None),
            ("{}", None),
        ] {
            let out = success(&format!(r#"{{"access_token":"A","expires_in":{json}}}"#));
            assert_eq!(out.get("expires_in").and_then(Value::as_u64), seconds, "{json}");
        }
    }

    #[test]
    fn tokens_are_not_lost_in_odd_company() {
        for body in [
            r#"{"access_token":"A","refresh_token":"R","data":{"plan":"free"}}"#,
            r#"{"success":true,"error":"","data":{"access_token":"A","refresh_token":"R"}}"#,
            r#"{"success":false,"error":"odd","data":{"accessToken":"A","refreshToken":"R"}}"#,
        ] {
            assert!(!is_error(body.as_bytes()), "{body}");
            let read = success(body);
            assert_eq!(
                (&read["access_token"], &read["refresh_token"]),
                (&"A".into(), &"R".into()),
                "{body}"
            );
        }
    }

    #[test]
    fn envelopes_camel_case_and_gaps_are_levelled() {
        let plain = r#"{"access_token":"A","expires_in":3600,"refresh_token":"R","scope":"a b","token_type":"bearer"}"#;
        for body in [
            r#"{"access_token":"A","expires_in":3600,"refresh_token":"R","scope":"a b"}"#,
            r#"{"accessToken":"A","expiresIn":3600,"refreshToken":"R","scope":["a","b"],"tokenType":null}"#,
            r#"{"success":true,"data":{"access_token":"A","expires_in":"3600","refresh_token":"R","scope":"a b"}}"#,
        ] {
            assert_eq!(
                success(body),
                serde_json::from_str::<Value>(plain).unwrap(),
                "{body}"
            );
        }
        assert_eq!(
            success(r#"{"access_token":"A","refresh_token":""}"#).get("refresh_token"),
            None
        );
        for body in ["null", "[]", "<html>", "", "{\""] {
            assert_eq!(success(body), Value::Object(Map::new()), "{body}");
        }
    }

    #[test]
    fn an_error_in_a_success_is_seen() {
        for body in [
            r#"{"error":"invalid_grant"}"#,
            r#"{"success":false}"#,
            r#"{"error":{"message":"no"}}"#,
        ] {
            assert!(is_error(body.as_bytes()), "{body}");
        }
        for body in [
            r#"{"access_token":"A","error":"x"}"#,
            r#"{"error":null}"#,
            r#"{"success":true}"#,
            "[]",
            "<html>",
        ] {
            assert!(!is_error(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn refusals_are_read_from_every_shape() {
        for (body, code, words) in [
            (
                r#"{"error":"invalid_grant","error_description":"used"}"#,
                "invalid_grant",
                Some("used"),
            ),
            (
                r#"{"error":{"message":"no","type":"invalid_client","code":null}}"#,
                "invalid_client",
                Some("no"),
            ),
            (
                r#"{"error":{"message":"no","code":"invalid_grant"}}"#,
                "invalid_grant",
                Some("no"),
            ),
            (
                r#"{"success":false,"message":"Client not found","error":"invalid_client"}"#,
                "invalid_client",
                Some("Client not found"),
            ),
            (r#"{"success":false,"message":"no"}"#, UNRECOGNISED, Some("no")),
            (
                r#"{"code":"invalid_request","detail":"d"}"#,
                "invalid_request",
                Some("d"),
            ),
            (
                r#"{"timestamp":"t","status":500,"error":"Internal Server Error","message":"m"}"#,
                UNRECOGNISED,
                Some("m"),
            ),
            (r#"{"error":"\u001b[31mred"}"#, UNRECOGNISED, None),
            (
                r#"{"error":"invalid_grant","error_description":"\u001b[31mred\r\n"}"#,
                "invalid_grant",
                Some("[31mred"),
            ),
            ("<html><title>502</title></html>", UNRECOGNISED, None),
            ("", UNRECOGNISED, None),
            ("null", UNRECOGNISED, None),
        ] {
            let answer = Answer {
                status: StatusCode::BAD_REQUEST,
                retry_after: None,
                body: Zeroizing::new(body.as_bytes().to_vec()),
            };
            let refusal = refusal(&answer, &[]);
            assert_eq!(
                (refusal.code.as_str(), refusal.description.as_deref()),
                (code, words),
                "{body}"
            );
        }
    }

    #[test]
    fn words_are_short_and_repeat_no_secret() {
        assert_eq!(clean_words(&"x".repeat(1_000_000), &[]).len(), 300);
        let secrets = [Zeroizing::new("R1".to_owned()), Zeroizing::new(String::new())];
        assert_eq!(clean_words("token R1 is expired", &secrets), "");
        assert_eq!(
            clean_words("the token is expired", &secrets),
            "the token is expired"
        );
        assert_eq!(clean_code(Some(&"a".repeat(65))), UNRECOGNISED);
    }
}
