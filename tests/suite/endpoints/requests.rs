//! The exact request of each endpoint of the table: method, path, query, headers, body.

use crate::support::{Server, answer};
use aipass::{
    AccountKey, Client, ClientRegistration, FilePart, LoginOptions, MemoryStore, ModelFilter,
    OAuthClientUpdate, Secret, StoredTokens, TokenStore, register_client,
    types::{ChatCompletionRequest, ChatMessage},
};
use std::{collections::BTreeSet, future::Future, pin::Pin};
use xtask::allowlist::Allowlist;

const TABLE: &str = include_str!("../../../openapi/allowlist.toml");

/// One endpoint: the call, what the server answers, and what must have been sent.
struct Case {
    endpoint: &'static str,
    answer: &'static str,
    sent: &'static str,
    call: fn(Client) -> Pin<Box<dyn Future<Output = ()>>>,
}

const TOKENS: &str = r#"{"access_token":"a2","refresh_token":"r2","token_type":"Bearer","expires_in":60}"#;
const JOB: &str = r#"{"id":"video_1","object":"video","status":"queued"}"#;
const CLIENT: &str = r#"{"success":true,"data":{"id":7,"clientId":"client_7"}}"#;
const LIST: &str = r#"{"data":[{"b64_json":"AA=="}]}"#;

macro_rules! call {
    (|$ai:ident| $call:expr) => {
        |$ai: Client| {
            Box::pin(async move {
                let _done = $call.await.unwrap();
            })
        }
    };
}

const CASES: &[Case] = &[
    Case {
        endpoint: "GET /oauth2/v1/models",
        answer: r#"{"object":"list","data":[{"id":"m"}]}"#,
        sent: "GET /oauth2/v1/models HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.models()),
    },
    Case {
        endpoint: "GET /oauth2/v1/models",
        answer: r#"["m"]"#,
        sent: "GET /oauth2/v1/models?capability=vision&method=chat_completions&type=multimodal HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| {
            let filter = ModelFilter::new()
                .type_("multimodal")
                .capability("vision")
                .method("chat_completions");
            ai.models_like(filter)
        }),
    },
    Case {
        endpoint: "GET /oauth2/v1/models/{id}",
        answer: r#"{"id":"gemini/pro"}"#,
        sent: "GET /oauth2/v1/models/gemini/pro HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.model("gemini/pro")),
    },
    Case {
        endpoint: "POST /oauth2/v1/chat/completions",
        answer: r#"{"choices":[{"message":{"content":"Hi"}}]}"#,
        sent: "POST /oauth2/v1/chat/completions HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"max_tokens\":200,\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hello\"}],\"model\":\"m\",\"temperature\":0.5}",
        call: call!(|ai| ai
            .chat("m")
            .system("Be brief.")
            .user("Hello")
            .max_tokens(200)
            .temperature(0.5)
            .send()),
    },
    Case {
        endpoint: "POST /oauth2/v1/chat/completions",
        answer: r#"{"choices":[{"message":{"content":"Hi"}}]}"#,
        sent: "POST /oauth2/v1/chat/completions HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"model\":\"m\"}",
        call: call!(|ai| ai
            .chat_request(ChatCompletionRequest::new("m", [ChatMessage::user("Hello")]))
            .send()),
    },
    Case {
        endpoint: "POST /oauth2/v1/chat/completions",
        answer: r#"{"choices":[{"message":{"content":"Hi"}}]}"#,
        sent: "POST /oauth2/v1/chat/completions HTTP/1.1\naccept: text/event-stream\ncontent-type: application/json\nHEADERS\n\n{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
        call: call!(|ai| async move { ai.chat("m").user("Hello").stream().await?.collect_message().await }),
    },
    Case {
        endpoint: "POST /oauth2/v1/embeddings",
        answer: r#"{"data":[{"embedding":[1]}]}"#,
        sent: "POST /oauth2/v1/embeddings HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"dimensions\":256,\"encoding_format\":\"base64\",\"input\":\"Hello\",\"model\":\"text-embedding-3-small\"}",
        call: call!(|ai| ai
            .embeddings("text-embedding-3-small")
            .input("Hello")
            .dimensions(256)
            .send()),
    },
    Case {
        endpoint: "POST /oauth2/v1/images/generations",
        answer: LIST,
        sent: "POST /oauth2/v1/images/generations HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"model\":\"gpt-image-1\",\"n\":2,\"prompt\":\"A cat\",\"quality\":\"low\",\"response_format\":\"b64_json\",\"size\":\"1024x1024\"}",
        call: call!(|ai| ai
            .image("gpt-image-1", "A cat")
            .n(2)
            .quality("low")
            .size("1024x1024")
            .response_format("b64_json")
            .send()),
    },
    Case {
        endpoint: "POST /oauth2/v1/images/edits",
        answer: LIST,
        sent: "POST /oauth2/v1/images/edits HTTP/1.1\naccept: application/json\ncontent-type: multipart/form-data; boundary=B\nHEADERS\n\n\
            --B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-image-1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nA hat\r\n\
            --B\r\nContent-Disposition: form-data; name=\"quality\"\r\n\r\nlow\r\n\
            --B\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\nauto\r\n\
            --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG-1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"b.png\"\r\nContent-Type: image/png\r\n\r\nPNG-2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"mask\"; filename=\"m.png\"\r\nContent-Type: image/png\r\n\r\nPNG-3\r\n\
            --B--\r\n",
        call: call!(|ai| ai
            .edit_image("gpt-image-1", "A hat")
            .image(FilePart::new("a.png", "image/png", "PNG-1"))
            .image(FilePart::new("b.png", "image/png", "PNG-2"))
            .mask(FilePart::new("m.png", "image/png", "PNG-3"))
            .quality("low")
            .size("auto")
            .n(1)
            .send()),
    },
    Case {
        endpoint: "POST /oauth2/v1/images/variations",
        answer: LIST,
        sent: "POST /oauth2/v1/images/variations HTTP/1.1\naccept: application/json\ncontent-type: multipart/form-data; boundary=B\nHEADERS\n\n\
            --B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ndall-e-2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\nurl\r\n\
            --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG-1\r\n\
            --B--\r\n",
        call: call!(|ai| ai
            .vary_image("dall-e-2", FilePart::new("a.png", "image/png", "PNG-1"))
            .n(2)
            .response_format("url")
            .send()),
    },
    Case {
        endpoint: "POST /oauth2/v1/audio/speech",
        answer: "RIFF",
        sent: "POST /oauth2/v1/audio/speech HTTP/1.1\naccept: */*\naccept-encoding: identity\ncontent-type: application/json\nHEADERS\n\n{\"input\":\"Hello\",\"model\":\"tts-1\",\"response_format\":\"wav\",\"speed\":1.5,\"voice\":\"nova\"}",
        call: call!(|ai| ai
            .speech("tts-1", "Hello")
            .voice("nova")
            .format("wav")
            .speed(1.5)
            .bytes()),
    },
    Case {
        endpoint: "POST /oauth2/v1/audio/transcriptions",
        answer: r#"{"text":"Hello"}"#,
        sent: "POST /oauth2/v1/audio/transcriptions HTTP/1.1\naccept: application/json\ncontent-type: multipart/form-data; boundary=B\nHEADERS\n\n\
            --B\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nen\r\n\
            --B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nAI Pass\r\n\
            --B\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\nverbose_json\r\n\
            --B\r\nContent-Disposition: form-data; name=\"temperature\"\r\n\r\n0.2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"timestamp_granularities[]\"\r\n\r\nword\r\n\
            --B\r\nContent-Disposition: form-data; name=\"timestamp_granularities[]\"\r\n\r\nsegment\r\n\
            --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nMP3\r\n\
            --B--\r\n",
        call: call!(|ai| ai
            .transcribe("whisper-1", FilePart::new("a.mp3", "audio/mpeg", "MP3"))
            .language("en")
            .prompt("AI Pass")
            .temperature(0.2)
            .verbose()),
    },
    Case {
        endpoint: "POST /oauth2/v1/audio/transcriptions",
        answer: "\"1\"",
        sent: "POST /oauth2/v1/audio/transcriptions HTTP/1.1\naccept: text/plain, */*\naccept-encoding: identity\ncontent-type: multipart/form-data; boundary=B\nHEADERS\n\n\
            --B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\nsrt\r\n\
            --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nMP3\r\n\
            --B--\r\n",
        call: call!(|ai| ai
            .transcribe("whisper-1", FilePart::new("a.mp3", "audio/mpeg", "MP3"))
            .srt()),
    },
    Case {
        endpoint: "POST /oauth2/v1/videos",
        answer: JOB,
        sent: "POST /oauth2/v1/videos HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"model\":\"sora-2\",\"prompt\":\"A cat\",\"seconds\":\"4\",\"size\":\"1280x720\"}",
        call: call!(|ai| ai.video("sora-2", "A cat").seconds(4).size("1280x720").create()),
    },
    Case {
        endpoint: "POST /oauth2/v1/videos",
        answer: JOB,
        sent: "POST /oauth2/v1/videos HTTP/1.1\naccept: application/json\ncontent-type: multipart/form-data; boundary=B\nHEADERS\n\n\
            --B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nsora-2\r\n\
            --B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nA cat\r\n\
            --B\r\nContent-Disposition: form-data; name=\"seconds\"\r\n\r\n4\r\n\
            --B\r\nContent-Disposition: form-data; name=\"input_reference\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n\
            --B--\r\n",
        call: call!(|ai| ai
            .video("sora-2", "A cat")
            .seconds(4)
            .reference(FilePart::new("a.png", "image/png", "PNG"))
            .create()),
    },
    Case {
        endpoint: "POST /oauth2/v1/videos/{id}/remix",
        answer: JOB,
        sent: "POST /oauth2/v1/videos/video_a%2Fb+c=/remix HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"prompt\":\"At night\"}",
        call: call!(|ai| async move { ai.video_job("video_a/b+c=").remix("At night").await }),
    },
    Case {
        endpoint: "GET /oauth2/v1/videos/{id}",
        answer: JOB,
        sent: "GET /oauth2/v1/videos/video_a%2Fb+c= HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| async move { ai.video_job("video_a/b+c=").refresh().await }),
    },
    Case {
        endpoint: "GET /oauth2/v1/videos/{id}/content",
        answer: "MP4",
        sent: "GET /oauth2/v1/videos/video_a%2Fb+c=/content HTTP/1.1\naccept: */*\naccept-encoding: identity\nHEADERS\n\n",
        call: call!(|ai| async move { ai.video_job("video_a/b+c=").download().bytes().await }),
    },
    Case {
        endpoint: "GET /oauth2/v1/videos/{id}/content",
        answer: "PNG",
        sent: "GET /oauth2/v1/videos/video_1/content?variant=thumbnail HTTP/1.1\naccept: */*\naccept-encoding: identity\nHEADERS\n\n",
        call: call!(|ai| async move {
            let job = ai.video_job("video_1");
            job.download().variant("thumbnail").bytes().await
        }),
    },
    Case {
        endpoint: "GET /oauth2/userinfo",
        answer: r#"{"sub":"u1"}"#,
        sent: "GET /oauth2/userinfo HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.userinfo()),
    },
    Case {
        endpoint: "GET /api/v1/usage/me/summary",
        answer: r#"{"success":true,"data":{"totalCost":1}}"#,
        sent: "GET /api/v1/usage/me/summary HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.balance()),
    },
    Case {
        endpoint: "POST /api/v1/payment/create-checkout-session",
        answer: r#"{"success":true,"data":{"checkoutUrl":"https://pay.example/1"}}"#,
        sent: "POST /api/v1/payment/create-checkout-session HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"amount\":2.5}",
        call: call!(|ai| ai.checkout_link(2.5)),
    },
    Case {
        endpoint: "GET /api/v1/oauth2/clients",
        answer: r#"{"success":true,"data":[{"id":7,"clientId":"client_7"}]}"#,
        sent: "GET /api/v1/oauth2/clients HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.oauth_clients()),
    },
    Case {
        endpoint: "GET /api/v1/oauth2/clients/{id}",
        answer: CLIENT,
        sent: "GET /api/v1/oauth2/clients/7 HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.oauth_client(7)),
    },
    Case {
        endpoint: "PUT /api/v1/oauth2/clients/{id}",
        answer: CLIENT,
        sent: "PUT /api/v1/oauth2/clients/7 HTTP/1.1\naccept: application/json\ncontent-type: application/json\nHEADERS\n\n{\"accessTokenTtlSeconds\":60,\"clientName\":\"My App\",\"redirectUris\":[\"myapp://cb\"],\"requestedScopes\":[\"api:access\"],\"requireConsent\":true}",
        call: call!(|ai| {
            let update = OAuthClientUpdate::new("My App")
                .redirect_uris(["myapp://cb"])
                .scopes(["api:access"])
                .require_consent(true)
                .access_token_ttl_seconds(60);
            ai.update_oauth_client(7, update)
        }),
    },
    Case {
        endpoint: "DELETE /api/v1/oauth2/clients/{id}",
        answer: r#"{"success":true}"#,
        sent: "DELETE /api/v1/oauth2/clients/7 HTTP/1.1\naccept: application/json\nHEADERS\n\n",
        call: call!(|ai| ai.delete_oauth_client(7)),
    },
    Case {
        endpoint: "POST /oauth2/token",
        answer: TOKENS,
        sent: "POST /oauth2/token HTTP/1.1\naccept: application/json\ncontent-type: application/json\n\n{\"grantType\":\"refresh_token\",\"refreshToken\":\"r1\",\"clientId\":\"client_1\"}",
        call: call!(|ai| async move { ai.auth().unwrap().refresh().await }),
    },
    Case {
        endpoint: "POST /oauth2/revoke",
        answer: "{}",
        sent: "POST /oauth2/revoke?token=r1 HTTP/1.1\naccept: */*\n\n",
        call: call!(|ai| async move {
            drop(ai.logout().await);
            Ok::<(), aipass::Error>(())
        }),
    },
    Case {
        endpoint: "POST /api/v1/oauth2/clients",
        answer: CLIENT,
        sent: "POST /api/v1/oauth2/clients HTTP/1.1\naccept: application/json\nauthorization: Bearer token-1\ncontent-type: application/json\n\n{\"clientName\":\"Demo\",\"redirectUri\":\"demo://auth/callback\",\"requestedScopes\":[\"api:access\",\"profile:read\"]}",
        call: call!(|ai| async move {
            let base = ai.auth().unwrap().base_url().to_string();
            let wanted = ClientRegistration::new("Demo", "demo://auth/callback")
                .with_scopes(["api:access", "profile:read"]);
            register_client(&base, &wanted, Some(&Secret::new("token-1"))).await
        }),
    },
];

/// Sent by everything that the facade calls with the session's token.
const HEADERS: &str = "authorization: Bearer token-1\nx-aipass-oauth-client-id: client_1";

#[tokio::test]
async fn every_call_sends_exactly_that() {
    let mut differ = Vec::new();
    for case in CASES {
        let media_type = match case.answer.as_bytes()[0] {
            b'{' | b'[' | b'"' => "application/json",
            _ => "application/octet-stream",
        };
        let server = Server::start([answer("200 OK", media_type, case.answer)]).await;
        (case.call)(signed_in(&server.base_url).await).await;
        let requests = server.requests();
        let sent = normal(&requests[0], &server.base_url);
        // In the literal the headers stand in the order of their names too.
        let expected = sorted(&case.sent.replace("HEADERS", HEADERS));
        if sent != expected {
            differ.push(format!(
                "{}\nsent:\n{sent:?}\nexpected:\n{expected:?}",
                case.endpoint
            ));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

/// The status of the later contract is asked for where the playbook's address has no such job.
#[tokio::test]
async fn a_video_is_asked_for_at_both_addresses() {
    let server = Server::start([
        answer("404 Not Found", "application/json", r#"{"detail":"not found"}"#),
        answer(
            "200 OK",
            "application/json",
            r#"{"videoId":"v/1","status":"processing"}"#,
        ),
    ])
    .await;
    let mut job = signed_in(&server.base_url).await.video_job("v/1");
    job.refresh().await.unwrap();
    job.refresh().await.unwrap();
    let lines: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "GET /oauth2/v1/videos/v%2F1 HTTP/1.1",
            "GET /oauth2/v1/videos/v%2F1/status HTTP/1.1",
            "GET /oauth2/v1/videos/v%2F1/status HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn the_login_opens_exactly_that() {
    let ai = signed_in("http://127.0.0.1:9").await;
    let (url, _) = ai
        .auth()
        .unwrap()
        .begin_with("myapp://cb", LoginOptions::new())
        .unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert_eq!(
        (url.path(), url.host_str()),
        ("/oauth2/authorize", Some("127.0.0.1"))
    );
    let value = |name: &str| {
        let found: Vec<&str> = pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].to_owned()
    };
    assert_eq!(value("response_type"), "code");
    assert_eq!(value("client_id"), "client_1");
    assert_eq!(value("redirect_uri"), "myapp://cb");
    assert_eq!(value("scope"), "api:access profile:read");
    assert_eq!(value("code_challenge_method"), "S256");
    assert_eq!(value("code_challenge").len(), 43);
    assert!(value("state").len() >= 24);
    assert_eq!(pairs.len(), 7);
}

#[test]
fn every_endpoint_of_the_table_has_a_case() {
    let table = Allowlist::parse(TABLE).unwrap();
    let rows: BTreeSet<String> = table
        .endpoint
        .iter()
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    let mut cases: BTreeSet<String> = CASES.iter().map(|case| case.endpoint.to_owned()).collect();
    // These two have tests of their own above.
    cases.insert("GET /oauth2/authorize".to_owned());
    cases.insert("GET /oauth2/v1/videos/{id}/status".to_owned());
    assert_eq!(cases, rows);
}

async fn signed_in(base_url: &str) -> Client {
    let store = MemoryStore::new();
    let key = AccountKey::new(&base_url.parse().unwrap(), "client_1", "default");
    let tokens = StoredTokens::new(&key, "token-1").with_refresh_token("r1");
    store.save(&key, &tokens).await.unwrap();
    Client::builder()
        .base_url(base_url)
        .client_id("client_1")
        .token_store(store)
        .build()
        .unwrap()
}

/// The request as a text: headers sorted, without those that differ each time, and the boundary of a form as `B`.
fn normal(request: &str, base_url: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap();
    let sent = body.len();
    let mut body = body.to_owned();
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        match name {
            "host" => assert_eq!(format!("http://{value}"), base_url),
            "content-length" => assert_eq!(value.parse(), Ok(sent)),
            "user-agent" => assert!(value.starts_with("aipass-rust/"), "{value}"),
            // The transport asks for gzip on its own, where that is safe.
            "accept-encoding" if value == "gzip" => {}
            "content-type" => match value.split_once("; boundary=") {
                Some((media_type, boundary)) => {
                    headers.push(format!("{name}: {media_type}; boundary=B"));
                    body = body.replace(boundary, "B");
                }
                None => headers.push(line.to_owned()),
            },
            _ => headers.push(line.to_owned()),
        }
    }
    sorted(&format!("{first}\n{}\n\n{body}", headers.join("\n")))
}

fn sorted(request: &str) -> String {
    let (head, body) = request.split_once("\n\n").unwrap();
    let mut lines: Vec<&str> = head.lines().collect();
    lines[1..].sort_unstable();
    format!("{}\n\n{body}", lines.join("\n"))
}
