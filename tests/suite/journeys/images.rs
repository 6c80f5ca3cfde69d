//! Pictures are drawn, changed, varied and saved.

use super::{charged, home, picture, pixels, png};
use aipass::{ChargeRisk, Client, FilePart, Secret, enums::ImageGenerationEventType};
use aipass_sandbox::{ClientSeed, Credential, Route, Sandbox};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{Rgba, RgbaImage};

#[tokio::test]
async fn links_and_base64_are_saved_in_the_size_that_was_asked_for() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let folder = tempfile::tempdir().unwrap();
    for (model, format, is_link) in [
        ("dall-e-3", Some("url"), true),
        ("dall-e-3", Some("b64_json"), false),
        // It cannot be asked for a link.
        ("gpt-image-1", None, false),
    ] {
        let mut asked = ai.image(model, "A lighthouse").size("640x400");
        if let Some(format) = format {
            asked = asked.response_format(format);
        }
        let image = charged(&sandbox, 1, asked.send()).await.unwrap().into_first();
        assert_eq!(image.raw().url.is_some(), is_link);
        let path = image.save(folder.path().join("light")).await.unwrap();
        assert_eq!(path, folder.path().join("light.png"));
        let drawn = pixels(&std::fs::read(path).unwrap());
        assert_eq!(drawn.dimensions(), (640, 400), "{model} {format:?}");
    }
}

/// Where the service's host is another one than that of the link, as with a provider's: by two names for one address.
#[tokio::test]
async fn a_link_to_another_host_is_asked_without_the_token() {
    let sandbox = Sandbox::builder()
        .client(ClientSeed::new("client_demo").redirect_uri("myapp://cb"))
        .start()
        .await
        .unwrap();
    let tokens = sandbox.issue_tokens("client_demo", &["api:access"]).unwrap();
    let ai = Client::builder()
        .base_url(sandbox.base_url().replace("127.0.0.1", "localhost"))
        .client_id("client_demo")
        .access_token(Secret::new(tokens.access_token))
        .build()
        .unwrap();
    let image = ai.image("dall-e-3", "A cat").send().await.unwrap().into_first();
    assert_eq!(pixels(&image.bytes().await.unwrap()).dimensions(), (1024, 1024));
    let log = sandbox.requests();
    let asked = log
        .iter()
        .find(|record| record.route == Some(Route::File))
        .unwrap();
    assert_eq!(
        (asked.credential, asked.client_id.as_deref()),
        (Credential::None, None)
    );
    assert_eq!(log[0].client_id.as_deref(), Some("client_demo"));
}

#[tokio::test]
async fn several_images_are_several() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let before = sandbox.wallet().spent;
    let images = charged(
        &sandbox,
        1,
        ai.image("dall-e-2", "Dice").n(3).size("64x64").send(),
    )
    .await
    .unwrap();
    assert!(
        (sandbox.wallet().spent - before - 0.06).abs() < 1e-9,
        "each is paid for"
    );
    assert_eq!(images.len(), 3);
    assert!(images.usage.as_ref().unwrap().total_tokens.unwrap() > 0);
    let mut drawn = Vec::new();
    for image in images {
        drawn.push(image.bytes().await.unwrap());
    }
    assert!(drawn[0] != drawn[1] && drawn[1] != drawn[2]);
}

#[tokio::test]
async fn an_edit_changes_the_picture_where_it_may() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let original = picture(64, 64);
    let part = |file: &[u8]| FilePart::new("cat.png", "image/png", file.to_vec());
    let edit = ai.edit_image("gpt-image-1", "Make it red").image(part(&original));
    let edited = charged(&sandbox, 1, edit.send()).await.unwrap();
    let edited = pixels(&edited.into_first().bytes().await.unwrap());
    let before = pixels(&original);
    assert_eq!(edited.dimensions(), before.dimensions());
    assert_ne!(edited, before);

    // Only the left half may change.
    let mask = png(RgbaImage::from_fn(64, 64, |x, _| {
        Rgba([0, 0, 0, if x < 32 { 0 } else { 255 }])
    }));
    let edit = ai
        .edit_image("gpt-image-1", "Make it red")
        .image(part(&original))
        .mask(part(&mask));
    let masked = charged(&sandbox, 1, edit.send()).await.unwrap();
    let masked = pixels(&masked.into_first().bytes().await.unwrap());
    assert_ne!(masked.get_pixel(5, 5), before.get_pixel(5, 5));
    assert_eq!(masked.get_pixel(60, 5), before.get_pixel(60, 5));

    // Two pictures stand side by side, from memory and from a file.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hat.png"), picture(64, 64)).unwrap();
    let edit = ai
        .edit_image("gpt-image-1", "Both")
        .image(part(&original))
        .image(FilePart::open(folder.path().join("hat.png")).await.unwrap());
    let both = charged(&sandbox, 1, edit.send()).await.unwrap();
    let both = pixels(&both.into_first().bytes().await.unwrap());
    assert!(both.width() >= both.height(), "{:?}", both.dimensions());

    let broken = ai.edit_image("gpt-image-1", "x").image(part(b"no picture"));
    let error = charged(&sandbox, 0, broken.send()).await.unwrap_err();
    assert!(error.is_bad_request() && error.charge_risk() == ChargeRisk::Refused);
}

#[tokio::test]
async fn variations_look_different() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let original = picture(48, 48);
    let part = FilePart::new("cat.png", "image/png", original.clone());
    let asked = ai.vary_image("dall-e-2", part).n(2).size("96x96");
    let images = charged(&sandbox, 1, asked.send()).await.unwrap();
    assert_eq!(images.len(), 2);
    for image in images {
        let varied = pixels(&image.bytes().await.unwrap());
        assert_eq!(varied.dimensions(), (96, 96));
        assert_ne!(varied.get_pixel(0, 0), pixels(&original).get_pixel(0, 0));
    }
}

#[tokio::test]
async fn sketches_come_before_the_image() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let drawn = |base64: &str| pixels(&STANDARD.decode(base64).unwrap());
    let (sketches, whole) = charged(&sandbox, 1, async {
        let asked = ai.image("gpt-image-1", "A cat").size("64x64");
        let mut stream = asked
            .with(|request| request.partial_images = Some(2))
            .stream()
            .await
            .unwrap();
        let (mut sketches, mut whole) = (Vec::new(), Vec::new());
        while let Some(event) = stream.next().await {
            let event = event.unwrap();
            let picture = drawn(event.b64_json.as_deref().unwrap());
            match event.type_ {
                Some(ImageGenerationEventType::ImageGenerationCompleted) => whole.push(picture),
                _ => sketches.push(picture),
            }
        }
        (sketches, whole)
    })
    .await;
    assert_eq!((sketches.len(), whole.len()), (2, 1));
    assert_ne!(sketches[1], whole[0]);
    let whole_at_once = ai
        .image("gpt-image-1", "A cat")
        .size("64x64")
        .send()
        .await
        .unwrap();
    assert_eq!(
        pixels(&whole_at_once.into_first().bytes().await.unwrap()),
        whole[0],
        "a stream ends with what the whole answer holds"
    );

    let part = FilePart::new("cat.png", "image/png", picture(32, 32));
    let edit = ai
        .edit_image("gpt-image-1", "Red")
        .image(part)
        .with(|form| form.partial_images = Some(1));
    let events = charged(&sandbox, 1, async {
        let mut stream = edit.stream().await.unwrap();
        let mut events = 0;
        while let Some(event) = stream.next().await {
            drawn(event.unwrap().b64_json.as_deref().unwrap());
            events += 1;
        }
        events
    })
    .await;
    assert_eq!(events, 2);
}
