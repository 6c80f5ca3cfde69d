//! What is logged and shown while pictures, sounds, videos and texts go to and fro: no token, no prompt, no link, no content.

use super::picture;
use crate::{
    leaks::{Log, hold_no, listen, secrets_of},
    session::signed_in,
    support::{Server, answer, client},
};
use aipass::{
    Client, FilePart, ModelFilter, OAuthClientUpdate, RequestOptions, Wait,
    types::{ImageEditForm, SpeechRequest},
};
use aipass_sandbox::{Fault, Route, Sandbox};
use std::time::Duration;

const PROMPT: &str = "canary-prompt";
const CONTENT: &str = "canary-content";
const LINK: &str = "canary-link";

#[test]
fn neither_tokens_nor_what_is_made_are_shown() {
    let (text, secrets) = listen(async |log| {
        literal_answers(&log).await;
        against_the_sandbox(&log).await
    });
    assert!(secrets.len() >= 4, "{}", secrets.len());
    let words = [PROMPT, CONTENT, LINK].map(str::to_owned);
    hold_no(&text, secrets.into_iter().chain(words));
    for shown in [
        "SpeechBuilder",
        "TranscriptionBuilder",
        "ImageEditBuilder",
        "ImageVariationBuilder",
        "ImageGenerationBuilder",
        "GeneratedImage",
        "EmbeddingsBuilder",
        "VideoBuilder",
        "VideoJob",
        "VideoDownload",
        "ByteStream",
        "EventStream",
        "BatchError",
    ] {
        assert!(text.contains(shown), "the paths must have come by: {shown}");
    }
}

async fn answered(body: &str) -> Client {
    let server = Server::start([answer("200 OK", "application/json", body)]).await;
    client(&server.base_url)
}

async fn literal_answers(log: &Log) {
    let part = || FilePart::new("a.wav", "audio/wav", CONTENT);
    log.show(&part());
    let said = format!(r#"{{"text":"{CONTENT}","words":[{{"word":"{CONTENT}"}}],"later":"{CONTENT}"}}"#);
    let ask = answered(&said).await.transcribe("m", part()).prompt(PROMPT);
    log.show(&ask);
    log.show(&ask.clone().send().await.unwrap());
    log.show(&ask.clone().srt().await.unwrap());
    let mut stream = ask.stream().await.unwrap();
    log.show(&stream);
    assert_eq!(
        stream.next().await.unwrap().unwrap().text.as_deref(),
        Some(CONTENT)
    );
    log.show(&stream);

    let images = format!(
        r#"{{"data":[{{"url":"https://cdn.example/{LINK}","b64_json":"canary-content","revised_prompt":"{PROMPT}"}}],"later":"{LINK}"}}"#
    );
    let ai = answered(&images).await;
    let drawn = ai.image("m", PROMPT).send().await.unwrap();
    log.show(&drawn);
    log.error(&drawn[0].bytes().await.unwrap_err());
    log.show(&ai.image("m", PROMPT));
    log.show(&ai.edit_image("m", PROMPT).image(part()).mask(part()));
    log.show(&ai.edit_image_form(ImageEditForm::new("m", PROMPT, [])));
    log.show(&ai.vary_image("m", part()));
    log.show(&ai.speech_request(SpeechRequest::new("m", PROMPT, "nova")));
    log.show(&ai.embeddings("m").inputs([PROMPT, CONTENT]));
    log.show(&ai.video("m", PROMPT).reference(part()));
    log.show(&(
        ModelFilter::new(),
        OAuthClientUpdate::new("App"),
        Wait::new(),
        RequestOptions::new(),
    ));
    log.show(&ai.balance_watch(Duration::from_secs(1)));

    let job = format!(
        r#"{{"videoId":"v1","status":"failed","prompt":"{PROMPT}","downloadUrl":"https://127.0.0.1:9/{LINK}","error":{{"message":"{CONTENT}"}},"later":"{LINK}"}}"#
    );
    let ai = answered(&job).await;
    let job = ai.video("m", PROMPT).create().await.unwrap();
    log.show(&job);
    log.show(&job.failure().unwrap());
    log.show(&job.download());
    log.error(&job.clone().wait(Wait::new()).await.unwrap_err());
    log.error(&job.download().bytes().await.unwrap_err());
    log.show(
        &answered(&format!(r#"{{"checkoutUrl":"https://pay.example/{LINK}"}}"#))
            .await
            .checkout_link(1.0)
            .await
            .unwrap(),
    );
    log.show(
        &answered(&format!(r#"{{"sub":"{CONTENT}","name":"{CONTENT}"}}"#))
            .await
            .userinfo()
            .await
            .unwrap(),
    );

    // Odd answers: the words in them are not told again.
    for body in [
        format!(r#"{{"error":"{CONTENT} is bad"}}"#),
        format!(r#"{{"data":"{CONTENT}","text":7,"id":["{CONTENT}"],"status":"{CONTENT}"}}"#),
        format!("<title>{CONTENT}</title>"),
    ] {
        let ai = answered(&body).await;
        log.error(&ai.image("m", PROMPT).send().await.unwrap_err());
        log.error(&ai.transcribe("m", part()).send().await.unwrap_err());
        log.error(&ai.embeddings("m").input(PROMPT).send().await.unwrap_err());
        log.error(&ai.video("m", PROMPT).create().await.unwrap_err());
        log.error(&ai.userinfo().await.unwrap_err());
        let batches = ai.embeddings("m").inputs([PROMPT, CONTENT]).send_in_batches(1, 1);
        log.show(&batches.await.unwrap_err());
    }
}

async fn against_the_sandbox(log: &Log) -> Vec<String> {
    let sandbox = Sandbox::builder().video_polls(0).start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    sandbox.expire_access_tokens();
    let speech = ai.speech("tts-1", PROMPT);
    log.show(&speech);
    let stream = speech.clone().stream().await.unwrap();
    log.show(&stream);
    stream.bytes().await.unwrap();
    let path = speech.save(folder.path().join("a")).await.unwrap();
    let recording = FilePart::open(&path).await.unwrap();
    log.show(&ai.transcribe("whisper-1", recording).send().await.unwrap());
    let part = FilePart::new("a.png", "image/png", picture(16, 16));
    let edit = ai.edit_image("gpt-image-1", PROMPT).image(part);
    sandbox.expire_access_tokens();
    log.show(&edit.send().await.unwrap());
    let image = ai
        .image("dall-e-3", PROMPT)
        .size("16x16")
        .send()
        .await
        .unwrap()
        .into_first();
    image.save(folder.path().join("b")).await.unwrap();
    log.show(
        &ai.embeddings("text-embedding-3-small")
            .input(PROMPT)
            .send()
            .await
            .unwrap(),
    );
    let job = ai
        .video("sora-2", PROMPT)
        .seconds(1)
        .size("16x16")
        .create()
        .await
        .unwrap();
    sandbox.expire_access_tokens();
    job.download_to(folder.path().join("c")).await.unwrap();
    log.show(&job.remix(PROMPT).await.unwrap());
    log.show(&ai.checkout_link(1.0).await.unwrap());

    // A service that quotes the token, and one that breaks off.
    let token = secrets_of(&sandbox)
        .into_iter()
        .rfind(|secret| secret.starts_with("sbx_at_"))
        .unwrap();
    let quoting =
        format!(r#"{{"error":{{"message":"{token} {CONTENT}","type":"{token}","code":"{token}"}}}}"#);
    for route in [
        Route::ImageGenerations,
        Route::Speech,
        Route::CreateVideo,
        Route::Video,
    ] {
        for fault in [
            Fault::status(400, quoting.as_str()),
            Fault::status(200, quoting.as_str()),
        ] {
            sandbox.fail_next(route, fault);
            let error = match route {
                Route::ImageGenerations => ai.image("dall-e-3", PROMPT).send().await.unwrap_err(),
                Route::Speech => ai.speech("tts-1", PROMPT).bytes().await.unwrap_err(),
                Route::Video => ai.video_job("v1").refresh().await.unwrap_err(),
                _ => ai.video("sora-2", PROMPT).create().await.unwrap_err(),
            };
            log.error(&error);
        }
    }
    secrets_of(&sandbox)
}
