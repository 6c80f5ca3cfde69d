//! Every documented variant of an answer, as literal bytes, through the facade: a table for each endpoint. What is said
//! twice in different ways means the same, and an odd member never loses what was paid for.

use crate::{
    facade::builder,
    support::{Server, answer},
};
use aipass::{
    Client, FilePart, OAuthClientUpdate,
    enums::{ModelMethod, ModelType, VideoStatus},
    types::TranscriptionUsage,
};
use std::time::Duration;

/// A client of a server that answers everything with that JSON.
async fn answered(json: &str) -> Client {
    let server = Server::start([answer("200 OK", "application/json", json)]).await;
    builder(&server.base_url).build().unwrap()
}

#[track_caller]
fn ok<T>(name: &str, outcome: Result<T, aipass::Error>) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => panic!("{name}: {error:?}"),
    }
}

#[tokio::test]
async fn models() {
    for (name, json, expected) in [
        (
            "OpenAI's list",
            r#"{"object":"list","data":[{"id":"a/b","object":"model","created":1677610602,"owned_by":"openai"}]}"#,
            None,
        ),
        ("ids", r#"["a/b"]"#, None),
        ("bare entries", r#"[{"id":"a/b"}]"#, None),
        (
            "the catalogue",
            r#"{"object":"list","data":[{"id":"a/b","object":"model","created":1,"owned_by":"x","name":"AB","description":"d","type":"multimodal","capabilities":["text","smell"],"methods":["chat_completions","telepathy"],"context_length":128000}]}"#,
            Some(ModelType::Multimodal),
        ),
        (
            "an unknown kind, and members of later",
            r#"{"data":[{"id":"a/b","type":"teleport","price":{"in":1.5},"tags":["x"],"created":null,"capabilities":null,"methods":null,"context_length":"1e5"}],"next":null}"#,
            Some(ModelType::Unknown("teleport".to_owned())),
        ),
        (
            "in the envelope of management",
            r#"{"success":true,"data":[{"id":"a/b"}],"message":null}"#,
            None,
        ),
        (
            "null members",
            r#"{"object":null,"data":[{"id":"a/b","object":null,"owned_by":null,"name":null,"description":null,"type":null,"context_length":null}]}"#,
            None,
        ),
    ] {
        let models = ok(name, answered(json).await.models().await);
        assert_eq!(models.len(), 1, "{name}");
        assert_eq!(
            (models[0].id.as_str(), &models[0].type_),
            ("a/b", &expected),
            "{name}"
        );
    }
    let one = r#"{"id":"a/b","methods":["image_edit"],"price":{"in":1.5}}"#;
    let model = answered(one).await.model("a/b").await.unwrap();
    assert_eq!(model.methods, [ModelMethod::ImageEdit]);
    assert_eq!(model.extra["price"]["in"], 1.5);
}

#[tokio::test]
async fn balances() {
    for (name, json, spent, max, remaining) in [
        (
            "the envelope",
            r#"{"success":true,"message":"ok","data":{"totalCost":2.5,"maxBudget":10.0,"remainingBudget":7.5},"timestamp":"2026-08-01T10:00:00"}"#,
            Some(2.5),
            Some(10.0),
            Some(7.5),
        ),
        (
            "bare",
            r#"{"totalCost":2.5,"maxBudget":10,"remainingBudget":7.5}"#,
            Some(2.5),
            Some(10.0),
            Some(7.5),
        ),
        (
            "bare beside a null",
            r#"{"data":null,"totalCost":2.5,"maxBudget":10,"remainingBudget":7.5}"#,
            Some(2.5),
            Some(10.0),
            Some(7.5),
        ),
        (
            "numbers as text",
            r#"{"success":true,"data":{"totalCost":"2.5","maxBudget":"10","remainingBudget":"7.50"}}"#,
            Some(2.5),
            Some(10.0),
            Some(7.5),
        ),
        (
            "without a limit",
            r#"{"success":true,"data":{"totalCost":2.5,"maxBudget":null,"remainingBudget":null}}"#,
            Some(2.5),
            None,
            None,
        ),
        (
            "one amount",
            r#"{"success":true,"data":{"remainingBudget":7.5,"currency":"USD"}}"#,
            None,
            None,
            Some(7.5),
        ),
        (
            "overdrawn",
            r#"{"success":true,"data":{"totalCost":11,"maxBudget":10,"remainingBudget":-1}}"#,
            Some(11.0),
            Some(10.0),
            Some(-1.0),
        ),
    ] {
        let balance = ok(name, answered(json).await.balance().await);
        assert_eq!(
            (balance.spent, balance.max, balance.remaining),
            (spent, max, remaining),
            "{name}"
        );
    }
}

#[tokio::test]
async fn people() {
    for (name, json) in [
        (
            "as documented",
            r#"{"sub":"u1","name":"Ada","email":"a@x.test","email_verified":true,"preferred_username":"ada","updated_at":"2026-08-01T10:00:00Z","scopes":["api:access"]}"#,
        ),
        (
            "without a zone",
            r#"{"sub":"u1","name":"Ada","email":"a@x.test","updated_at":"2026-08-01T10:00:00.123","scopes":["api:access"]}"#,
        ),
        (
            "in seconds",
            r#"{"sub":"u1","name":"Ada","email":"a@x.test","updated_at":1785500000,"scopes":["api:access"],"locale":"no"}"#,
        ),
        (
            "nulls",
            r#"{"sub":"u1","name":"Ada","email":"a@x.test","email_verified":null,"picture":null,"updated_at":null,"username":null,"scopes":["api:access"]}"#,
        ),
        (
            "scopes in one text",
            r#"{"sub":"u1","name":"Ada","email":"a@x.test","scopes":"api:access"}"#,
        ),
        (
            "other names",
            r#"{"id":"u1","display_name":"Ada","email":"a@x.test","scopes":["api:access"]}"#,
        ),
        (
            "a number",
            r#"{"id":"u1","full_name":"Ada","email":"a@x.test","scopes":["api:access"]}"#,
        ),
        (
            "nested",
            r#"{"user":{"id":"u1","full_name":"Ada","email":"a@x.test"},"scopes":["api:access"]}"#,
        ),
    ] {
        let user = ok(name, answered(json).await.userinfo().await);
        assert_eq!(
            (user.sub.as_str(), user.name.as_deref(), user.email.as_deref()),
            ("u1", Some("Ada"), Some("a@x.test")),
            "{name}"
        );
        assert_eq!(user.scopes, ["api:access"], "{name}");
    }
    let number = answered(r#"{"id":17}"#).await.userinfo().await.unwrap();
    assert_eq!((number.sub.as_str(), number.name.as_deref()), ("17", None));
    for nobody in [
        r#"{}"#,
        r#"{"sub":""}"#,
        r#"{"name":"Ada"}"#,
        r#"{"sub":null,"id":{}}"#,
        "[]",
        r#""u1""#,
    ] {
        let error = answered(nobody).await.userinfo().await.unwrap_err();
        assert!(error.is_decode(), "{nobody}: {error:?}");
    }
}

#[tokio::test]
async fn checkouts() {
    for (name, json) in [
        (
            "the envelope",
            r#"{"success":true,"message":"ok","data":{"checkoutUrl":"https://pay.example/c/1","sessionId":"cs_1"},"timestamp":"2026-08-01T10:00:00"}"#,
        ),
        ("bare", r#"{"checkoutUrl":"https://pay.example/c/1"}"#),
        (
            "bare beside a null",
            r#"{"data":null,"checkoutUrl":"https://pay.example/c/1"}"#,
        ),
    ] {
        let link = ok(name, answered(json).await.checkout_link(1.0).await);
        assert_eq!(link.as_str(), "https://pay.example/c/1", "{name}");
    }
}

#[tokio::test]
async fn applications() {
    for (name, json) in [
        (
            "as documented",
            r#"{"id":7,"clientId":"client_7","clientName":"App","clientType":"PUBLIC","redirectUris":["myapp://cb"],"scopes":["api:access"],"accessTokenTtlSeconds":3600,"requirePkce":true,"requireConsent":true,"isActive":true,"createdAt":"2026-08-01T10:00:00Z","updatedAt":"2026-08-01T10:00:00Z"}"#,
        ),
        (
            "dates without a zone",
            r#"{"id":7,"clientId":"client_7","redirectUris":["myapp://cb"],"createdAt":"2026-08-01T10:00:00","updatedAt":"2026-08-01T10:00:00.123456"}"#,
        ),
        (
            "no dates, no flags",
            r#"{"id":7,"clientId":"client_7","redirectUris":["myapp://cb"]}"#,
        ),
        (
            "nulls, and a number as text",
            r#"{"id":"7","clientId":"client_7","clientSecret":null,"clientName":null,"redirectUris":["myapp://cb"],"scopes":null,"createdAt":null,"updatedAt":null,"isActive":null}"#,
        ),
        (
            "dates as numbers",
            r#"{"id":7,"clientId":"client_7","redirectUris":["myapp://cb"],"createdAt":1785500000,"updatedAt":[2026,8,1,10,0]}"#,
        ),
        (
            "one place to return to",
            r#"{"id":7,"clientId":"client_7","redirectUri":"myapp://cb"}"#,
        ),
    ] {
        let list = format!(r#"{{"success":true,"data":[{json}],"timestamp":"2026-08-01T10:00:00"}}"#);
        let apps = ok(name, answered(&list).await.oauth_clients().await);
        assert_eq!(
            (apps[0].id, apps[0].client_id.as_str()),
            (Some(7), "client_7"),
            "{name}"
        );
        for one in [
            format!(r#"{{"success":true,"message":"ok","data":{json}}}"#),
            format!(r#"{{"data":{json}}}"#),
        ] {
            let app = ok(name, answered(&one).await.oauth_client(7).await);
            assert_eq!(app.redirect_uris, ["myapp://cb"], "{name}");
            let update = OAuthClientUpdate::new("App");
            let app = ok(name, answered(&one).await.update_oauth_client(7, update).await);
            assert_eq!(app.client_id, "client_7", "{name}");
        }
    }
    let none = answered(r#"{"success":true,"data":null}"#)
        .await
        .oauth_clients()
        .await
        .unwrap();
    assert!(none.is_empty());
    for done in [
        r#"{"success":true,"message":"deleted"}"#,
        r#"{"success":true,"data":null,"timestamp":"x"}"#,
    ] {
        answered(done).await.delete_oauth_client(7).await.unwrap();
    }
    let nothing = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    let server = Server::start([crate::support::Answer::Bytes(nothing.into())]).await;
    builder(&server.base_url)
        .build()
        .unwrap()
        .delete_oauth_client(7)
        .await
        .unwrap();
}

#[tokio::test]
async fn embeddings() {
    for (name, json) in [
        (
            "OpenAI's",
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-0.25]}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}"#,
        ),
        ("bare data", r#"{"data":[{"embedding":[0.5,-0.25]}]}"#),
        (
            "base64",
            r#"{"data":[{"index":0,"embedding":"AAAAPwAAgL4="}],"usage":null}"#,
        ),
        (
            "integers, exponents",
            r#"{"data":[{"index":0.0,"embedding":[5e-1,-25E-2]}],"usage":{"prompt_tokens":3.0,"cost":1e-7,"prompt_tokens_details":null}}"#,
        ),
        (
            "an index as text",
            r#"{"data":[{"index":"0","embedding":[0.5,-0.25]}]}"#,
        ),
        (
            "a usage that is none",
            r#"{"data":[{"index":null,"embedding":[0.5,-0.25]}],"model":null,"usage":"unknown"}"#,
        ),
        (
            "a model that is no text",
            r#"{"data":[{"index":0,"embedding":[0.5,-0.25]}],"model":{"id":"m"},"usage":[]}"#,
        ),
    ] {
        let vectors = ok(name, answered(json).await.embeddings("m").input("x").send().await);
        assert_eq!(vectors.vectors, [[0.5, -0.25]], "{name}");
    }
}

#[tokio::test]
async fn images() {
    const BASE64: &str = "iVBORw0KGgo=";
    let image = format!(r#"{{"b64_json":"{BASE64}","url":null,"revised_prompt":null}}"#);
    for (name, json, total) in [
        (
            "OpenAI's",
            format!(
                r#"{{"created":1785500000,"data":[{image}],"usage":{{"input_tokens":5,"output_tokens":7,"total_tokens":12,"input_tokens_details":{{"text_tokens":5,"image_tokens":0}}}},"quality":"low","size":"1024x1024","output_format":"png"}}"#
            ),
            Some(12),
        ),
        ("bare data", format!(r#"{{"data":[{image}]}}"#), None),
        (
            "nulls",
            format!(r#"{{"created":null,"data":[{image}],"usage":null,"background":null}}"#),
            None,
        ),
        (
            "floats",
            format!(
                r#"{{"created":1785500000.5,"data":[{image}],"usage":{{"total_tokens":12.0,"input_tokens_details":null}}}}"#
            ),
            Some(12),
        ),
        (
            "an error that is null",
            format!(r#"{{"error":null,"data":[{image}]}}"#),
            None,
        ),
        (
            "a usage that is none",
            format!(r#"{{"data":[{image}],"usage":"unknown"}}"#),
            None,
        ),
        (
            "the envelope",
            format!(r#"{{"success":true,"data":[{image}],"message":"ok"}}"#),
            None,
        ),
        (
            "members of later",
            format!(r#"{{"data":[{image}],"safety":[1],"size":{{"w":1}},"created":"2026-08-01"}}"#),
            None,
        ),
    ] {
        let ai = answered(&json).await;
        let part = || FilePart::new("a.png", "image/png", &b"x"[..]);
        for images in [
            ai.image("m", "x").send().await,
            ai.edit_image("m", "x").image(part()).send().await,
            ai.vary_image("m", part()).send().await,
        ] {
            let images = ok(name, images);
            assert_eq!(
                images.usage.as_ref().and_then(|usage| usage.total_tokens),
                total,
                "{name}"
            );
            assert_eq!(
                ok(name, images[0].bytes().await),
                &b"\x89PNG\r\n\x1a\n"[..],
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn transcriptions() {
    for (name, json, seconds, tokens) in [
        ("the text alone", r#"{"text":"Hi"}"#, None, None),
        (
            "by time",
            r#"{"text":"Hi","usage":{"type":"duration","seconds":2}}"#,
            Some(2.0),
            None,
        ),
        (
            "by tokens",
            r#"{"text":"Hi","usage":{"type":"tokens","input_tokens":14,"output_tokens":45,"total_tokens":59,"input_token_details":{"text_tokens":0,"audio_tokens":14}}}"#,
            None,
            Some(59),
        ),
        (
            "numbers in other dress",
            r#"{"text":"Hi","usage":{"type":"duration","seconds":"2.0"},"duration":"1.5"}"#,
            Some(2.0),
            None,
        ),
        (
            "usage of another kind",
            r#"{"text":"Hi","usage":{"type":"mood","joy":1}}"#,
            None,
            None,
        ),
        (
            "usage without a kind",
            r#"{"text":"Hi","usage":{"total_tokens":59}}"#,
            None,
            None,
        ),
        (
            "usage that is none",
            r#"{"text":"Hi","usage":"unknown"}"#,
            None,
            None,
        ),
        (
            "nulls",
            r#"{"text":"Hi","language":null,"duration":null,"words":null,"segments":null,"usage":null,"task":"transcribe"}"#,
            None,
            None,
        ),
        (
            "verbose",
            r#"{"task":"transcribe","text":"Hi","language":"english","duration":1.5,"words":[{"word":"Hi","start":0,"end":0.5}],"segments":[{"id":0,"seek":0,"start":0.0,"end":1.5,"text":"Hi","tokens":[1],"temperature":0,"avg_logprob":-0.3,"compression_ratio":1.1,"no_speech_prob":0.01}]}"#,
            None,
            None,
        ),
        (
            "with speakers",
            r#"{"text":"Hi","segments":[{"id":"seg_1","type":"transcript.text.segment","speaker":"A","start":0,"end":1,"text":"Hi"}]}"#,
            None,
            None,
        ),
        (
            "odd times",
            r#"{"text":"Hi","words":[{"word":"Hi","start":null,"end":"0.5"},{}],"segments":[{"tokens":null,"seek":0.0}]}"#,
            None,
            None,
        ),
    ] {
        let part = FilePart::new("a.wav", "audio/wav", &b"RIFF"[..]);
        let said = ok(
            name,
            answered(json).await.transcribe("m", part.clone()).send().await,
        );
        assert_eq!(said.text, "Hi", "{name}");
        let usage = match &said.usage {
            Some(TranscriptionUsage::Duration { seconds, .. }) => (*seconds, None),
            Some(TranscriptionUsage::Tokens { total_tokens, .. }) => (None, *total_tokens),
            _ => (None, None),
        };
        assert_eq!(usage, (seconds, tokens), "{name}");
        let text = ok(name, answered(json).await.transcribe("m", part).text().await);
        assert_eq!(text.as_str(), "Hi", "{name}");
    }
}

#[tokio::test]
async fn sounds() {
    const WAV: &str = "RIFF\u{4}\0\0\0WAVE";
    for media_type in [
        "audio/mpeg",
        "audio/mp3",
        "audio/wav",
        "application/octet-stream",
        "binary/octet-stream",
        "",
    ] {
        let server = Server::start([answer("200 OK", media_type, WAV)]).await;
        let folder = tempfile::tempdir().unwrap();
        let speech = builder(&server.base_url).build().unwrap().speech("tts-1", "Hi");
        let path = ok(media_type, speech.save(folder.path().join("hi.mp3")).await);
        assert_eq!(
            path,
            folder.path().join("hi.wav"),
            "what it is counts, and not {media_type:?}"
        );
    }
}

#[tokio::test]
async fn videos() {
    for (name, json, status, seconds, progress) in [
        (
            "every member",
            r#"{"id":"v1","object":"video","status":"completed","created_at":1785500000,"completed_at":1785500060,"expires_at":1785586460,"error":null,"progress":100,"remixed_from_video_id":"v0","seconds":"8","size":"1280x720","model":"sora-2","prompt":"A cat","usage":{"duration_seconds":8.0}}"#,
            Some(VideoStatus::Completed),
            Some(8),
            Some(100.0),
        ),
        (
            "the later contract",
            r#"{"videoId":"v1","status":"completed","seconds":8,"downloadUrl":"https://cdn.example/v1.mp4"}"#,
            Some(VideoStatus::Completed),
            Some(8),
            None,
        ),
        (
            "Gemini's words",
            r#"{"id":"v1","object":"video","status":"processing","seconds":8.0,"progress":null,"usage":null}"#,
            Some(VideoStatus::Processing),
            Some(8),
            None,
        ),
        (
            "a status of later",
            r#"{"id":"v1","status":"dreaming","progress":"12.5","created_at":1785500000.7}"#,
            Some(VideoStatus::Unknown("dreaming".to_owned())),
            None,
            Some(12.5),
        ),
        ("the id alone", r#"{"id":"v1"}"#, None, None, None),
        (
            "nulls",
            r#"{"id":"v1","videoId":null,"status":null,"downloadUrl":null,"seconds":null,"size":null,"model":null,"error":null,"expires_at":null}"#,
            None,
            None,
            None,
        ),
        (
            "odd members",
            r#"{"id":"v1","status":"queued","usage":"unknown","created_at":"2026-08-01T10:00:00","size":{"w":1},"seconds":"8s"}"#,
            Some(VideoStatus::Queued),
            Some(8),
            None,
        ),
    ] {
        let ai = answered(json).await;
        let started = ok(name, ai.video("m", "x").create().await);
        let mut asked = ai.video_job("v1");
        ok(name, asked.refresh().await);
        let remixed = ok(name, ai.video_job("v0").remix("x").await);
        for job in [started, asked, remixed] {
            assert_eq!(job.id(), "v1", "{name}");
            assert_eq!(job.status(), status.as_ref(), "{name}");
            assert_eq!(job.length(), seconds.map(Duration::from_secs), "{name}");
            assert_eq!(job.progress(), progress, "{name}");
        }
    }
    for (name, json, message) in [
        (
            "OpenAI's",
            r#"{"id":"v1","status":"failed","error":{"code":"x","message":"Boom"}}"#,
            Some("Boom"),
        ),
        (
            "a text",
            r#"{"id":"v1","status":"failed","error":"Boom"}"#,
            Some("Boom"),
        ),
        (
            "a list",
            r#"{"id":"v1","status":"failed","error":["Boom"]}"#,
            None,
        ),
        (
            "the later contract",
            r#"{"videoId":"v1","status":"failed","error":"Boom"}"#,
            Some("Boom"),
        ),
        (
            "without an id",
            r#"{"status":"failed","error":{"message":"Boom","code":500}}"#,
            Some("Boom"),
        ),
        ("no word of why", r#"{"id":"v1","status":"failed"}"#, None),
    ] {
        let error = answered(json)
            .await
            .video_job("v1")
            .wait(aipass::Wait::new())
            .await
            .unwrap_err();
        assert!(error.is_job_failed(), "{name}: {error:?}");
        assert_eq!(error.server_message(), message, "{name}");
    }
}
