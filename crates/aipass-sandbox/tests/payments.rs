//! Adding money: the session, its page, and the button.

use aipass_sandbox::{Credential, PersonError, Route};
use serde_json::json;

use crate::support::{FORM, get, post_json, send, signed_in};

const CREATE: &str = "/api/v1/payment/create-checkout-session";

#[tokio::test]
async fn a_person_adds_money_with_one_click() {
    let (sandbox, token) = signed_in().await;
    sandbox.set_balance(0.0);
    let reply = post_json(&sandbox, CREATE, &token, r#"{"amount":12.5}"#).await;
    assert_eq!(reply.status, 200);
    let url = reply.text("/data/checkoutUrl");
    let mut body = reply.json();
    body["timestamp"] = json!("…");
    assert_eq!(
        body,
        json!({
            "success": true,
            "message": "Checkout session created successfully",
            "data": { "checkoutUrl": url },
            "timestamp": "…"
        })
    );
    let path = url.strip_prefix(sandbox.base_url()).unwrap();
    let page = send(&sandbox, "GET", path, &[], "").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("form-action 'self'")
    );
    assert!(
        page.body.contains("<h1>Add $12.50 to your AI Pass</h1>"),
        "{}",
        page.body
    );
    assert!(page.body.contains(r#"<div class="money">$0.00</div>"#));
    assert_eq!(sandbox.wallet().remaining, 0.0);

    sandbox.pay(&url).await.unwrap();
    assert_eq!(sandbox.wallet().remaining, 12.5);
    // A second click, as from a page that was still open, adds nothing.
    let again = send(&sandbox, "POST", path, &[FORM], "decision=pay").await;
    assert_eq!((again.status, again.header("location")), (303, Some(path)));
    assert_eq!(sandbox.wallet().remaining, 12.5);
    assert_eq!(sandbox.counts().payments, 1);
    let done = send(&sandbox, "GET", path, &[], "").await;
    assert!(
        done.body
            .contains("<h1>This link is paid</h1>\n<p>It has added $12.50 to your balance, once.")
            && !done.body.contains("<form"),
        "{}",
        done.body
    );
    assert!(matches!(sandbox.pay(&url).await, Err(PersonError::NoForm)));

    let chat = r#"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}]}"#;
    assert_eq!(
        post_json(&sandbox, "/oauth2/v1/chat/completions", &token, chat)
            .await
            .status,
        200
    );
    let visits: Vec<_> = sandbox
        .requests()
        .into_iter()
        .filter(|record| matches!(record.route, Some(Route::Checkout | Route::Pay)))
        .collect();
    assert!(visits.iter().all(|record| record.credential == Credential::None));
}

#[tokio::test]
async fn an_amount_has_its_bounds_and_a_session_its_id() {
    let (sandbox, token) = signed_in().await;
    for (body, message) in [
        ("{}", "amount is required"),
        (r#"{"amount":0.49}"#, "amount must be at least 0.50 USD"),
        (r#"{"amount":-5}"#, "amount must be at least 0.50 USD"),
        (r#"{"amount":10001}"#, "amount must be at most 10000 USD"),
    ] {
        let reply = post_json(&sandbox, CREATE, &token, body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(
            (reply.json()["success"].as_bool(), reply.text("/message").as_str()),
            (Some(false), message)
        );
    }
    assert_eq!(
        post_json(&sandbox, CREATE, &token, r#"{"amount":0.5}"#)
            .await
            .status,
        200
    );
    let bearer = format!("Bearer {token}");
    let typeless = send(&sandbox, "POST", CREATE, &[("Authorization", &bearer)], "{}").await;
    assert_eq!(typeless.status, 415);
    for method in ["GET", "POST"] {
        let page = send(&sandbox, method, "/checkout/none", &[], "").await;
        assert_eq!(page.status, 400);
        assert!(page.body.contains("This checkout link does not work"));
        assert!(
            page.body.contains("<footer>Nothing was paid here. "),
            "{}",
            page.body
        );
    }
    let elsewhere = sandbox.pay("https://example.com/checkout/1").await;
    assert!(matches!(elsewhere, Err(PersonError::Elsewhere)));
    let refused = sandbox
        .pay(&format!("{}/checkout/none", sandbox.base_url()))
        .await;
    assert!(matches!(refused, Err(PersonError::Refused { status: 400, .. })));
    assert_eq!(
        get(&sandbox, "/api/v1/usage/me/summary", &token).await.json()["data"]["maxBudget"],
        10.0
    );
}
