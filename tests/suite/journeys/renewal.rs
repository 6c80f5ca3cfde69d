//! A token that expires in the middle: each kind of call renews it and is sent again once, but for what can be read once
//! only.

use super::{charged, home, picture};
use aipass::{ChargeRisk, Client, Error, FilePart};
use aipass_sandbox::{Route, Sandbox};
use std::pin::Pin;

type Outcome = Pin<Box<dyn Future<Output = Result<(), Error>>>>;
type Asked = fn(Client, FilePart) -> Outcome;

const CALLS: [(Route, Asked); 8] = [
    (Route::Models, |ai, _| {
        Box::pin(async move { ai.models().await.map(drop) })
    }),
    (Route::UsageSummary, |ai, _| {
        Box::pin(async move { ai.fetch_balance().await.map(drop) })
    }),
    (Route::ChatCompletions, |ai, _| {
        Box::pin(async move { ai.chat("gpt-4o-mini").user("Hi").send().await.map(drop) })
    }),
    (Route::Embeddings, |ai, _| {
        Box::pin(async move {
            let asked = ai.embeddings("text-embedding-3-small").input("Hi");
            asked.send().await.map(drop)
        })
    }),
    (Route::ImageGenerations, |ai, _| {
        Box::pin(async move { ai.image("gpt-image-1", "A cat").send().await.map(drop) })
    }),
    (Route::Speech, |ai, _| {
        Box::pin(async move { ai.speech("tts-1", "Hi").bytes().await.map(drop) })
    }),
    (Route::ImageEdits, |ai, file| {
        Box::pin(async move {
            let edit = ai.edit_image("gpt-image-1", "Red").image(file);
            edit.send().await.map(drop)
        })
    }),
    (Route::Transcriptions, |ai, file| {
        Box::pin(async move { ai.transcribe("whisper-1", file).send().await.map(drop) })
    }),
];

#[tokio::test]
async fn every_call_is_sent_again_with_a_new_token() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.png");
    std::fs::write(&path, picture(32, 32)).unwrap();
    for file in [
        FilePart::new("cat.png", "image/png", picture(32, 32)),
        FilePart::open(&path).await.unwrap(),
    ] {
        for (route, ask) in CALLS {
            let before = sandbox.counts();
            sandbox.expire_access_tokens();
            let times = u64::from(!matches!(route, Route::Models | Route::UsageSummary));
            charged(&sandbox, times, ask(ai.clone(), file.clone()))
                .await
                .unwrap();
            let after = sandbox.counts();
            assert_eq!(after.requests_to(route), before.requests_to(route) + 2, "{route}");
            assert_eq!(after.refresh_requests, before.refresh_requests + 1, "{route}");
        }
    }
}

#[tokio::test]
async fn a_reader_is_sent_once() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let file = picture(32, 32);
    let reader = || {
        let length = file.len() as u64;
        FilePart::from_reader("cat.png", "image/png", std::io::Cursor::new(file.clone())).with_length(length)
    };
    sandbox.expire_access_tokens();
    let ask = |file| ai.edit_image("gpt-image-1", "Red").image(file).send();
    let error = charged(&sandbox, 0, ask(reader())).await.unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Refused, "{error:?}");
    assert_eq!(sandbox.counts().requests_to(Route::ImageEdits), 1);

    // The token was renewed for the next call: whoever opens the file anew is answered at once.
    let images = charged(&sandbox, 1, ask(reader())).await;
    assert!(images.is_ok(), "{images:?}");
    let counts = sandbox.counts();
    assert_eq!(
        (counts.requests_to(Route::ImageEdits), counts.refresh_requests),
        (2, 1)
    );
}
