//! Images by a link and in base64, used alike; links are followed by rules.

use super::{PIXEL, PIXEL_BASE64, json_server, whole};
use crate::support::{Server, answer, client};
use aipass::{ChargeRisk, FilePart};

fn list(image: &str) -> String {
    format!(r#"{{"created":1,"data":[{image}],"usage":{{"total_tokens":7}}}}"#)
}

#[tokio::test]
async fn base64_in_every_dress_is_the_same_image() {
    let wrapped = format!("{}\\n{}", &PIXEL_BASE64[..40], &PIXEL_BASE64[40..]);
    for image in [
        format!(r#"{{"b64_json":"{PIXEL_BASE64}","revised_prompt":"A grey dot"}}"#),
        format!(r#"{{"b64_json":"{wrapped}","url":null}}"#),
        format!(r#"{{"b64_json":"data:image/png;base64,{PIXEL_BASE64}"}}"#),
        format!(r#"{{"b64_json":"","url":"data:image/png;base64,{PIXEL_BASE64}"}}"#),
    ] {
        let server = json_server(&list(&image)).await;
        let images = client(&server.base_url).image("m", "A dot").send().await.unwrap();
        assert_eq!(images.usage.as_ref().unwrap().total_tokens, Some(7));
        assert!(!format!("{images:?}").contains("iVBOR"));
        assert_eq!(images[0].bytes().await.unwrap(), PIXEL, "{image}");
    }
}

#[tokio::test]
async fn a_link_is_followed_without_the_token() {
    let files = Server::start([whole("200 OK\r\ncontent-type: image/png", PIXEL)]).await;
    let link = format!(r#"{{"url":"{}/a.png?sig=secret"}}"#, files.base_url);
    let server = json_server(&list(&link)).await;
    let ai = client(&server.base_url).with_options(aipass::RequestOptions::new().header("x-trace", "t1"));
    let image = ai.image("m", "A dot").send().await.unwrap().into_first();
    assert!(!format!("{image:?}").contains("secret"));
    let folder = tempfile::tempdir().unwrap();
    let path = image.save(folder.path().join("dot")).await.unwrap();
    assert_eq!(path, folder.path().join("dot.png"));
    assert_eq!(std::fs::read(path).unwrap(), PIXEL);
    let asked = files.requests().remove(0);
    assert!(asked.starts_with("GET /a.png?sig=secret HTTP/1.1\r\n"), "{asked}");
    for leak in ["authorization", "x-aipass", "x-trace", "token-1"] {
        assert!(!asked.contains(leak), "{asked}");
    }
    assert!(server.requests()[0].contains("x-trace: t1"));
}

#[tokio::test]
async fn a_link_may_lead_on_but_not_for_ever() {
    let files = Server::start([
        whole("302 Found\r\nlocation: /moved/a.png", b""),
        whole("200 OK\r\ncontent-type: image/png", PIXEL),
    ])
    .await;
    let link = format!(r#"{{"url":"{}/a.png"}}"#, files.base_url);
    let server = json_server(&list(&link)).await;
    let image = client(&server.base_url)
        .image("m", "x")
        .send()
        .await
        .unwrap()
        .into_first();
    assert_eq!(image.bytes().await.unwrap(), PIXEL);
    assert!(files.requests()[1].starts_with("GET /moved/a.png "));

    let circle = Server::start([whole("302 Found\r\nlocation: /again", b"")]).await;
    let link = format!(r#"{{"url":"{}/a.png"}}"#, circle.base_url);
    let server = json_server(&list(&link)).await;
    let image = client(&server.base_url)
        .image("m", "x")
        .send()
        .await
        .unwrap()
        .into_first();
    let error = image.bytes().await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(circle.requests().len(), 5);

    let to_files = Server::start([whole("302 Found\r\nlocation: file:///etc/passwd", b"")]).await;
    let link = format!(r#"{{"url":"{}/a.png"}}"#, to_files.base_url);
    let server = json_server(&list(&link)).await;
    let image = client(&server.base_url)
        .image("m", "x")
        .send()
        .await
        .unwrap()
        .into_first();
    let error = image.bytes().await.unwrap_err();
    assert!(error.to_string().contains("https"), "{error}");
}

#[tokio::test]
async fn what_is_no_image_is_told() {
    let page = Server::start([answer("200 OK", "text/html", "<html>gone</html>")]).await;
    let gone = Server::start([answer("404 Not Found", "text/plain", "gone")]).await;
    let empty = Server::start([answer("200 OK", "image/png", "")]).await;
    for (image, sign) in [
        ("{}".to_owned(), "decode"),
        (r#"{"b64_json":"%%%"}"#.to_owned(), "decode"),
        (r#"{"url":"http://10.0.0.1.example:bad"}"#.to_owned(), "decode"),
        (format!(r#"{{"url":"{}/a"}}"#, page.base_url), "decode"),
        (format!(r#"{{"url":"{}/a"}}"#, empty.base_url), "decode"),
        (format!(r#"{{"url":"{}/a"}}"#, gone.base_url), "not found"),
    ] {
        let server = json_server(&list(&image)).await;
        let made = client(&server.base_url)
            .image("m", "x")
            .send()
            .await
            .unwrap()
            .into_first();
        let error = made.bytes().await.unwrap_err();
        let expected = match sign {
            "decode" => error.is_decode(),
            _ => error.is_not_found(),
        };
        assert!(expected, "{image}: {error:?}");
    }
}

/// Whoever has the files knows nothing of our login and wallet.
#[tokio::test]
async fn a_stranger_neither_logs_us_out_nor_empties_the_wallet() {
    const BUDGET: &str = r#"{"error":{"message":"Budget has been exceeded! Current cost: 9, Max budget: 9","type":"budget_exceeded"}}"#;
    for (status, body) in [
        ("401 Unauthorized", "{}"),
        ("402 Payment Required", BUDGET),
        ("400 Bad Request", BUDGET),
        ("403 Forbidden", "<Error>Expired</Error>"),
        ("410 Gone", ""),
    ] {
        let files = Server::start([answer(status, "application/json", body)]).await;
        let link = format!(r#"{{"url":"{}/a.png"}}"#, files.base_url);
        let server = json_server(&list(&link)).await;
        let ai = client(&server.base_url);
        let image = ai.image("m", "x").send().await.unwrap().into_first();
        let error = image.bytes().await.unwrap_err();
        assert!(error.is_not_found(), "{status}: {error:?}");
        assert!(!error.is_login_required() && !error.is_budget_exceeded() && !error.is_permission());
        assert!(error.help().contains("links stop working"), "{}", error.help());
        assert_eq!(
            (error.charge_risk(), files.requests().len()),
            (ChargeRisk::Free, 1)
        );
    }
}

#[tokio::test]
async fn an_answer_without_images_is_none() {
    let server = json_server(r#"{"created":1,"data":[]}"#).await;
    let error = client(&server.base_url).image("m", "x").send().await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);
}

#[tokio::test]
async fn nothing_is_sent_for_nothing() {
    let ai = client("http://127.0.0.1:9");
    let picture = || FilePart::new("a.png", "image/png", PIXEL);
    for outcome in [
        ai.image("m", " ").send().await,
        ai.edit_image("m", "A hat").send().await,
        ai.edit_image("m", "").image(picture()).send().await,
    ] {
        let error = outcome.unwrap_err();
        assert!(error.is_bad_request() && error.charge_risk() == ChargeRisk::NotSent);
    }
}
