//! What a server says in an error body, whatever shape it has.
//!
//! AI Pass fronts a gateway that fronts many providers; each has a form of its own. `policy` in the crate `aipass`
//! decides what an error means; this file only reads it.

use memchr::memmem::Finder;
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt, sync::LazyLock};

/// Longer texts are cut: a message is for a person to read.
const MAX_TEXT: usize = 500;

/// A code is a short word. Whatever is longer may be a token that the server quotes, and codes are shown in logs.
const MAX_WORD: usize = 40;

/// An error as the server words it. Every part may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The message for people, without control characters, at most 500 characters long.
    pub message: Option<String>,
    /// The machine-readable class, such as `budget_exceeded`: a word of at most 40 letters. So are the next two.
    pub kind: Option<String>,
    /// The parameter at fault.
    pub param: Option<String>,
    /// The machine-readable code. Numbers come as text.
    pub code: Option<String>,
    /// Whether it is an envelope with `"success": false`, as the management endpoints answer.
    pub envelope: bool,
}

// The message may quote what the caller sent, so it is left out of logs.
impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorBody")
            .field("kind", &self.kind)
            .field("param", &self.param)
            .field("code", &self.code)
            .field("has_message", &self.message.is_some())
            .finish()
    }
}

impl ErrorBody {
    /// Reads the body of an answer that is known to be an error. Of HTML only the title is taken.
    ///
    /// ```
    /// use aipass_api::ErrorBody;
    ///
    /// let error = ErrorBody::read(br#"{"error":{"message":"no such model","type":"None","code":400}}"#);
    /// assert_eq!(error.message.as_deref(), Some("no such model"));
    /// assert_eq!(error.code.as_deref(), Some("400"));
    /// assert_eq!(error.kind, None);
    /// ```
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(value) => Self::of_value(&value).unwrap_or_else(|| Self::described(&value)),
            Err(_) => Self {
                message: plain(&String::from_utf8_lossy(body)),
                ..Self::default()
            },
        }
    }

    /// The error inside an answer that claims to be a success: an error object, or an envelope with
    /// `"success": false`. `"error": null` is no error.
    #[must_use]
    pub fn inside(value: &Value) -> Option<Self> {
        Self::of_value(value)
    }

    /// Whether JSON may hold an error at all, without parsing it: none is without one of these words.
    pub(crate) fn may_be_inside(body: &[u8]) -> bool {
        static WORDS: LazyLock<[Finder<'static>; 2]> =
            LazyLock::new(|| ["\"error\"", "\"success\""].map(Finder::new));
        WORDS.iter().any(|word| word.find(body).is_some())
    }

    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Array(items) => items.first().and_then(Self::of_value),
            Value::Object(object) => Self::of_object(object),
            _ => None,
        }
    }

    fn of_object(object: &Map<String, Value>) -> Option<Self> {
        match object.get("error") {
            Some(Value::Object(error)) => return Some(Self::members(error)),
            Some(Value::String(code)) => {
                let described = ["error_description", "errorDescription", "message"];
                let message = described.iter().find_map(|key| text(object.get(*key)));
                return Some(Self {
                    message: message.or_else(|| clean(code)),
                    code: word(object.get("error")),
                    ..Self::members(object)
                });
            }
            Some(Value::Bool(true)) => return Some(Self::members(object)),
            _ => {}
        }
        let envelope = is_envelope(object);
        let vllm = object.get("object").and_then(Value::as_str) == Some("error");
        (envelope || vllm).then(|| Self::members(object))
    }

    fn members(object: &Map<String, Value>) -> Self {
        Self {
            message: text(object.get("message")),
            kind: word(object.get("type")),
            param: word(object.get("param")),
            code: word(object.get("code")),
            envelope: is_envelope(object),
        }
    }

    /// JSON that is an error only because the status says so: FastAPI's `detail`, or members without an `error`.
    fn described(value: &Value) -> Self {
        let Value::Object(object) = value else {
            return Self {
                message: text(Some(value)),
                ..Self::default()
            };
        };
        let mut error = Self::members(object);
        if error.message.is_none() {
            error.message = object
                .get("detail")
                .and_then(detail)
                .or_else(|| text(object.get("title")));
        }
        error
    }
}

fn is_envelope(object: &Map<String, Value>) -> bool {
    object.get("success") == Some(&Value::Bool(false))
}

/// FastAPI puts a text, an object, or a list of `{loc, msg}` here.
fn detail(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(|item| text(item.get("msg"))).collect();
            clean(&texts.join("; "))
        }
        Value::Object(object) => ["error", "message", "msg"]
            .iter()
            .find_map(|key| text(object.get(*key))),
        other => text(Some(other)),
    }
}

/// Text or a number as text; LiteLLM's literal `"None"` is nothing.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if text == "None" => None,
        Value::String(text) => clean(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// As [`text`], if it is a word as programs use them; free text belongs into the message alone.
fn word(value: Option<&Value>) -> Option<String> {
    let letter = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    text(value).filter(|word| word.len() <= MAX_WORD && word.chars().all(letter))
}

fn plain(body: &str) -> Option<String> {
    let body = body.trim_start_matches('\u{feff}').trim_start();
    if !body.starts_with('<') {
        return clean(body);
    }
    // Lowering ASCII keeps every byte offset.
    let lower = body.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    clean(&body[start..end])
}

/// Without control characters, which could steer a terminal, and not endless.
fn clean(text: &str) -> Option<String> {
    let text = without_hashes(text.trim());
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = spaced.take(MAX_TEXT).collect();
    (!text.trim().is_empty()).then_some(text)
}

/// Gateways name the key that ran out by its hash, which is nobody's business: long runs of hexadecimal digits go.
fn without_hashes(text: &str) -> Cow<'_, str> {
    const SHORTEST: usize = 40;
    let is_hash = |run: &str| run.len() >= SHORTEST && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    let between = |c: char| !c.is_ascii_alphanumeric();
    if !text.split(between).any(is_hash) {
        return Cow::Borrowed(text);
    }
    // Run by run: one hash may begin another.
    text.split_inclusive(between)
        .flat_map(|part| {
            let run = part.trim_end_matches(between);
            [if is_hash(run) { "[hash]" } else { run }, &part[run.len()..]]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Option<String>, Option<String>, Option<String>, Option<String>) {
        let ErrorBody {
            message,
            kind,
            param,
            code,
            ..
        } = ErrorBody::read(body.as_bytes());
        (message, kind, param, code)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn every_known_shape_is_read() {
        let table = [
            (
                r#"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#,
                (some("m"), some("t"), some("p"), some("c")),
            ),
            (
                r#"{"error":{"message":"m","type":"None","param":null,"code":429}}"#,
                (some("m"), None, None, some("429")),
            ),
            (
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                (some("expired"), None, None, some("invalid_grant")),
            ),
            (r#"{"error":"nope"}"#, (some("nope"), None, None, some("nope"))),
            (
                r#"{"success":false,"message":"m","error":"E1"}"#,
                (some("m"), None, None, some("E1")),
            ),
            (
                r#"{"success":false,"message":"m"}"#,
                (some("m"), None, None, None),
            ),
            (r#"{"detail":"gone"}"#, (some("gone"), None, None, None)),
            (r#"{"detail":{"error":"deep"}}"#, (some("deep"), None, None, None)),
            (
                r#"{"detail":[{"loc":["body","n"],"msg":"too big"},{"msg":"too late"}]}"#,
                (some("too big; too late"), None, None, None),
            ),
            (
                r#"[{"error":{"message":"m","code":503}}]"#,
                (some("m"), None, None, some("503")),
            ),
            (
                r#"{"timestamp":"t","status":403,"error":"Forbidden","message":"m","path":"/x"}"#,
                (some("m"), None, None, some("Forbidden")),
            ),
            (
                r#"{"object":"error","message":"m","type":"t","code":400}"#,
                (some("m"), some("t"), None, some("400")),
            ),
            (
                "upstream fell over\n",
                (some("upstream fell over"), None, None, None),
            ),
            (
                "<html><HEAD><title>502 Bad\u{7} Gateway</title></head><body>x</body>",
                (some("502 Bad  Gateway"), None, None, None),
            ),
            ("<p>no title", (None, None, None, None)),
            ("", (None, None, None, None)),
        ];
        for (body, expected) in table {
            assert_eq!(read(body), expected, "{body}");
        }
    }

    #[test]
    fn a_null_error_is_no_error() {
        for fine in [
            r#"{"error":null,"choices":[]}"#,
            r#"{"success":true}"#,
            "[]",
            "[1]",
            "3",
            r#"{"error":false}"#,
        ] {
            assert_eq!(
                ErrorBody::inside(&serde_json::from_str(fine).unwrap()),
                None,
                "{fine}"
            );
        }
        for bad in [r#"{"error":{}}"#, r#"{"success":false}"#, r#"{"error":""}"#] {
            assert!(
                ErrorBody::inside(&serde_json::from_str(bad).unwrap()).is_some(),
                "{bad}"
            );
        }
    }

    #[test]
    fn free_text_is_no_code() {
        let token = "A".repeat(43);
        for body in [
            format!(r#"{{"error":"token {token} is not valid"}}"#),
            format!(r#"{{"error":"{token}"}}"#),
            format!(
                r#"{{"error":{{"message":"m","code":"{token}","type":"of {token}","param":"{token}"}}}}"#
            ),
        ] {
            let error = ErrorBody::read(body.as_bytes());
            assert!(!format!("{error:?}").contains(&token), "{error:?}");
            assert!(error.message.is_some());
        }
    }

    #[test]
    fn the_hash_of_a_key_is_left_out() {
        let hash = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";
        let error = ErrorBody::read(format!("ExceededTokenBudget: key={hash}, spend=3").as_bytes());
        assert_eq!(
            error.message.as_deref(),
            Some("ExceededTokenBudget: key=[hash], spend=3")
        );
        let (short, other) = hash.split_at(40);
        let error = ErrorBody::read(format!("{short} and {short}{hash}{other}: both").as_bytes());
        assert_eq!(error.message.as_deref(), Some("[hash] and [hash]: both"));
    }

    #[test]
    fn messages_are_cut_and_stay_out_of_debug() {
        let error =
            ErrorBody::read(format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(9000)).as_bytes());
        assert_eq!(error.message.as_ref().unwrap().len(), MAX_TEXT);
        assert!(!format!("{error:?}").contains("xxx"));
    }
}
