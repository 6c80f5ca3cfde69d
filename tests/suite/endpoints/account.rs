//! The wallet, the checkout link, the models and the developer's own applications.

use super::json_server;
use crate::support::{Server, answer, client};
use aipass::{ChargeRisk, ModelFilter};

#[tokio::test]
async fn a_checkout_link_is_a_safe_one() {
    for (body, expected) in [
        (
            r#"{"success":true,"data":{"checkoutUrl":"https://pay.example/c?id=1"}}"#,
            Some("https://pay.example/c?id=1"),
        ),
        (
            r#"{"checkoutUrl":"https://pay.example/c"}"#,
            Some("https://pay.example/c"),
        ),
        (
            r#"{"success":true,"data":{"checkoutUrl":"javascript:alert(1)"}}"#,
            None,
        ),
        (
            r#"{"success":true,"data":{"checkoutUrl":"https://u:p@pay.example/"}}"#,
            None,
        ),
        (r#"{"success":true,"data":{"checkoutUrl":""}}"#, None),
        (r#"{"success":true,"data":{"checkoutUrl":"pay/1"}}"#, None),
        (r#"{"success":true,"data":{}}"#, None),
    ] {
        let server = json_server(body).await;
        let link = client(&server.base_url).checkout_link(5.0).await;
        match expected {
            Some(url) => assert_eq!(link.unwrap().as_str(), url),
            None => assert!(link.unwrap_err().is_decode(), "{body}"),
        }
    }
}

#[tokio::test]
async fn a_balance_is_asked_for_anew_after_a_checkout() {
    let body =
        r#"{"success":true,"data":{"checkoutUrl":"https://pay.example/c","totalCost":1,"maxBudget":2}}"#;
    let server = json_server(body).await;
    let ai = client(&server.base_url);
    ai.balance().await.unwrap();
    ai.balance().await.unwrap();
    assert_eq!(server.requests().len(), 1, "it is kept");
    ai.checkout_link(1.0).await.unwrap();
    ai.balance().await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_change_of_an_application_keeps_its_other_settings() {
    let body = r#"{"success":true,"data":{"id":7,"clientId":"client_7","clientName":"App","redirectUris":["myapp://cb"],"scopes":["api:access","profile:read"],"requireConsent":true,"accessTokenTtlSeconds":60}}"#;
    let server = json_server(body).await;
    let ai = client(&server.base_url);
    let app = ai.oauth_client(7).await.unwrap();
    ai.update_oauth_client(7, app.to_update().name("App 2"))
        .await
        .unwrap();
    let sent = server.requests().remove(1);
    assert!(
        sent.ends_with(r#"{"accessTokenTtlSeconds":60,"clientName":"App 2","redirectUris":["myapp://cb"],"requestedScopes":["api:access","profile:read"],"requireConsent":true}"#),
        "{sent}"
    );
}

#[tokio::test]
async fn too_little_is_refused_before_it_is_sent() {
    for usd in [0.49, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = client("http://127.0.0.1:9").checkout_link(usd).await.unwrap_err();
        assert!(error.is_bad_request(), "{usd}");
        assert_eq!(error.charge_risk(), ChargeRisk::NotSent);
    }
}

#[tokio::test]
async fn a_checkout_is_not_repeated_where_it_may_have_worked() {
    let server = Server::start([answer("502 Bad Gateway", "text/plain", "")]).await;
    let error = client(&server.base_url).checkout_link(1.0).await.unwrap_err();
    assert!(error.is_server());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn filters_also_hold_where_the_server_knows_none() {
    let body = r#"{"object":"list","data":[
        {"id":"sees","type":"multimodal","capabilities":["text","vision"],"methods":["chat_completions"]},
        {"id":"reads","type":"text","capabilities":["text"],"methods":["chat_completions"]},
        {"id":"draws","type":"image","capabilities":[],"methods":["image_generation"]},
        {"id":"old"}]}"#;
    let server = json_server(body).await;
    let ai = client(&server.base_url);
    for (filter, expected) in [
        (ModelFilter::new(), &["sees", "reads", "draws", "old"][..]),
        (ModelFilter::new().capability("vision"), &["sees", "draws", "old"]),
        (ModelFilter::new().type_("text"), &["reads", "old"]),
        (ModelFilter::new().method("image_generation"), &["draws", "old"]),
        (
            ModelFilter::new().capability("vision").method("chat_completions"),
            &["sees", "old"],
        ),
    ] {
        let models = ai.models_like(filter.clone()).await.unwrap();
        let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn no_secret_of_an_application_is_kept() {
    let body = r#"{"success":true,"data":[{"id":7,"clientId":"client_7","clientSecret":"canary","clientName":"App","redirectUris":["myapp://cb"],"scopes":["api:access"],"isActive":true,"createdAt":"2024-01-15T10:00:00","secretHint":"canary"}]}"#;
    let server = json_server(body).await;
    let apps = client(&server.base_url).oauth_clients().await.unwrap();
    assert_eq!(apps[0].redirect_uris, ["myapp://cb"]);
    assert_eq!(apps[0].is_active, Some(true));
    assert!(!format!("{apps:?}").contains("canary"));
}

#[tokio::test]
async fn a_refusal_of_the_envelope_is_an_error() {
    let server = json_server(r#"{"success":false,"message":"not yours"}"#).await;
    let error = client(&server.base_url).delete_oauth_client(7).await.unwrap_err();
    assert_eq!(error.server_message(), Some("not yours"));
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
}
