//! Chats: whole, streamed, with a picture, with a value for an answer, with tools.

use super::{charged, home, picture};
use aipass::{ChargeRisk, Image, Tool, schemars::JsonSchema};
use aipass_sandbox::{Fault, Route, Sandbox};
use serde::Deserialize;

#[tokio::test]
async fn a_question_whole_and_streamed() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let ask = || {
        ai.chat("gpt-4o-mini")
            .system("Be brief.")
            .user("Why is the sky blue?")
    };
    let reply = charged(&sandbox, 1, ask().send()).await.unwrap();
    let stream = charged(&sandbox, 1, async {
        let mut stream = ask().stream().await.unwrap();
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            text.push_str(event.unwrap().text());
        }
        (text, stream.finish().unwrap())
    })
    .await;
    assert_eq!((stream.0.as_str(), stream.1.text()), (reply.text(), reply.text()));
    assert_eq!(
        reply.usage().unwrap().total_tokens,
        stream.1.usage().unwrap().total_tokens
    );
}

#[tokio::test]
async fn a_picture_is_seen() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let image = Image::from_bytes(picture(64, 32)).await.unwrap();
    let ask = ai.chat("gpt-4o-mini").user("What is this?").image(image);
    let reply = charged(&sandbox, 1, ask.send()).await.unwrap();
    assert!(reply.text().to_lowercase().contains("png"), "{}", reply.text());
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Receipt {
    shop: String,
    total: f64,
}

#[tokio::test]
async fn a_receipt_becomes_a_value() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let image = Image::from_bytes(picture(64, 32)).await.unwrap();
    let asked = ai.extract("gpt-4o-mini").user("Read the receipt.").image(image);
    let receipt: Receipt = charged(&sandbox, 1, asked.into_json()).await.unwrap();
    assert!(!receipt.shop.is_empty(), "{receipt:?}");
}

#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Place {
    town: String,
}

#[tokio::test]
async fn a_tool_answers_the_model() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let weather = Tool::new(
        "get_weather",
        "The weather of today.",
        |place: Place| async move { Ok(format!("rain in {}", place.town)) },
    );
    let asked = ai.chat("gpt-4o-mini").user("Please get_weather for Bergen");
    let report = charged(&sandbox, 2, asked.run_tools([weather], 3).send())
        .await
        .unwrap();
    assert!(report.text().contains("rain in Bergen"), "{}", report.text());
}

#[tokio::test]
async fn what_is_refused_or_unclear_is_never_sent_twice() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let ask = || ai.chat("gpt-4o-mini").user("Hello");
    for (fault, times, risk) in [
        (Fault::status(500, "{}"), 0, ChargeRisk::Unknown),
        (Fault::Reset, 0, ChargeRisk::Unknown),
        (Fault::CutAfterBytes(10), 1, ChargeRisk::Completed),
        (Fault::status(400, "{}"), 0, ChargeRisk::Refused),
    ] {
        sandbox.fail_next(Route::ChatCompletions, fault.clone());
        let error = charged(&sandbox, times, ask().send()).await.unwrap_err();
        assert_eq!(error.charge_risk(), risk, "{fault:?}");
    }
    assert_eq!(sandbox.counts().requests_to(Route::ChatCompletions), 4);
}
