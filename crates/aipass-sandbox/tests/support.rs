//! A client that writes HTTP by hand, and the steps that most tests start with.

use aipass_sandbox::{ClientSeed, Sandbox, SandboxBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "myapp://auth/callback";
const REDIRECT_ENCODED: &str = "myapp%3A%2F%2Fauth%2Fcallback";

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// An answer, its body already freed from chunks.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_str(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error}: {}", self.body),
        }
    }

    /// The member of a JSON body at a pointer, as text.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        match self.json().pointer(pointer).and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => panic!("no text at {pointer}: {}", self.body),
        }
    }
}

/// Writes bytes and reads what comes until the connection ends, whole or not.
pub(crate) async fn exchange_bytes(base_url: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(base_url.trim_start_matches("http://")).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The bytes of a request that closes its connection.
pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if method != "GET" {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text + "\r\n" + body
}

pub(crate) async fn send(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let request = request(method, target, headers, body);
    let bytes = exchange_bytes(sandbox.base_url(), request.as_bytes())
        .await
        .unwrap();
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Reply {
    let raw = parse_raw(bytes);
    Reply {
        status: raw.status,
        head: raw.head,
        body: String::from_utf8(raw.bytes).unwrap(),
    }
}

/// An answer whose body need not be text.
pub(crate) struct RawReply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) bytes: Vec<u8>,
}

impl RawReply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The same answer as text.
    #[track_caller]
    pub(crate) fn into_text(self) -> Reply {
        Reply {
            status: self.status,
            head: self.head,
            body: String::from_utf8(self.bytes).unwrap(),
        }
    }
}

fn parse_raw(bytes: &[u8]) -> RawReply {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let body = &bytes[end + 4..];
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    RawReply {
        status,
        head,
        bytes: if chunked { join_chunks(body) } else { body.to_vec() },
    }
}

fn join_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        body.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 2 + size + 2..];
    }
    body
}

pub(crate) async fn send_bytes(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> RawReply {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if method != "GET" {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    let request = [head.as_bytes(), b"\r\n", body].concat();
    parse_raw(&exchange_bytes(sandbox.base_url(), &request).await.unwrap())
}

/// A part of a form: its name, its file name if it is a file, and its bytes.
pub(crate) type FormPart<'a> = (&'a str, Option<&'a str>, &'a [u8]);

pub(crate) async fn post_form(
    sandbox: &Sandbox,
    target: &str,
    token: &str,
    parts: &[FormPart<'_>],
) -> RawReply {
    let mut body = Vec::new();
    for (name, file_name, bytes) in parts {
        body.extend_from_slice(b"--sandbox-test\r\n");
        let file = file_name.map_or(String::new(), |name| format!("; filename=\"{name}\""));
        let line = format!("Content-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(line.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--sandbox-test--\r\n");
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "multipart/form-data; boundary=sandbox-test"),
    ];
    send_bytes(sandbox, "POST", target, &headers, &body).await
}

/// The events of a stream: each one's name and its data.
pub(crate) fn events(body: &str) -> Vec<(String, Value)> {
    let event = |text: &str| {
        let (name, data) = text.split_once('\n').unwrap();
        (
            name.strip_prefix("event: ").unwrap().to_owned(),
            serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
        )
    };
    body.trim_end().split("\n\n").map(event).collect()
}

pub(crate) fn unbase64(text: &str) -> Vec<u8> {
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

pub(crate) async fn get(sandbox: &Sandbox, target: &str, token: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    send(sandbox, "GET", target, &[("Authorization", &bearer)], "").await
}

pub(crate) async fn post_json(sandbox: &Sandbox, target: &str, token: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    send(sandbox, "POST", target, &[("Authorization", &bearer), JSON], body).await
}

pub(crate) async fn token_request(sandbox: &Sandbox, body: &str) -> Reply {
    send(sandbox, "POST", "/oauth2/token", &[JSON], body).await
}

/// A builder with one client, `client_a`.
pub(crate) fn builder() -> SandboxBuilder {
    Sandbox::builder().client(
        ClientSeed::new("client_a")
            .name("Test App")
            .redirect_uri(REDIRECT),
    )
}

pub(crate) async fn start() -> Sandbox {
    builder().start().await.unwrap()
}

/// A sandbox and an access token with both scopes.
pub(crate) async fn signed_in() -> (Sandbox, String) {
    let sandbox = start().await;
    let tokens = sandbox
        .issue_tokens("client_a", &["api:access", "profile:read"])
        .unwrap();
    (sandbox, tokens.access_token)
}

/// The query of a correct authorize request of `client_a`.
pub(crate) fn query() -> String {
    format!(
        "response_type=code&client_id=client_a&redirect_uri={REDIRECT_ENCODED}&scope=api%3Aaccess+profile%3Aread\
         &state=st-1&code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

pub(crate) fn authorize_url(sandbox: &Sandbox) -> String {
    format!("{}/oauth2/authorize?{}", sandbox.base_url(), query())
}

/// A code for `client_a`, got by consent.
pub(crate) async fn code(sandbox: &Sandbox) -> String {
    let visit = sandbox.approve(&authorize_url(sandbox)).await.unwrap();
    let after = visit
        .callback_url()
        .strip_prefix("myapp://auth/callback?code=")
        .unwrap();
    after.strip_suffix("&state=st-1").unwrap().to_owned()
}

/// The playbook's body for a code exchange.
pub(crate) fn exchange(code: &str) -> String {
    format!(
        r#"{{"grantType":"authorization_code","code":"{code}","codeVerifier":"{VERIFIER}","clientId":"client_a","redirectUri":"{REDIRECT}"}}"#
    )
}

/// The playbook's body for a refresh.
pub(crate) fn refresh(token: &str) -> String {
    format!(r#"{{"grantType":"refresh_token","refreshToken":"{token}","clientId":"client_a"}}"#)
}
