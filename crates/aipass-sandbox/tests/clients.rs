//! Clients after their registration: list, get, change, remove.

use serde_json::{Value, json};

use crate::support::{JSON, Reply, get, post_json, refresh, send, signed_in, token_request};
use aipass_sandbox::Sandbox;

const CLIENTS: &str = "/api/v1/oauth2/clients";

async fn call(sandbox: &Sandbox, method: &str, id: u64, token: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), JSON];
    send(sandbox, method, &format!("{CLIENTS}/{id}"), &headers, body).await
}

fn ids(list: &Reply) -> Vec<u64> {
    let data = list.json()["data"].clone();
    let id = |client: &Value| client["id"].as_u64().unwrap();
    data.as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_client_is_listed_shown_and_changed_without_its_secret() {
    let (sandbox, token) = signed_in().await;
    let body =
        r#"{"clientName":"Server","redirectUri":"https://example.com/cb","clientType":"CONFIDENTIAL"}"#;
    let created = send(&sandbox, "POST", CLIENTS, &[JSON], body).await;
    assert!(created.text("/data/clientSecret").starts_with("sbx_cs_"));
    let list = get(&sandbox, CLIENTS, &token).await;
    assert_eq!((list.status, ids(&list)), (200, vec![1, 2]));
    assert!(!list.body.contains("clientSecret") && !list.body.contains("sbx_"));

    let mut expected = created.json()["data"].clone();
    expected.as_object_mut().unwrap().remove("clientSecret");
    let one = call(&sandbox, "GET", 2, &token, "").await;
    assert_eq!(one.json()["data"], expected);
    assert_eq!(expected["clientType"], "CONFIDENTIAL");

    let change = r#"{"clientName":"Server two","redirectUris":["https://example.com/a","https://example.com/b"],
        "requestedScopes":["profile:read"],"accessTokenTtlSeconds":60,"requireConsent":false}"#;
    let changed = call(&sandbox, "PUT", 2, &token, change).await;
    assert_eq!(changed.status, 200);
    for (name, value) in [
        ("clientName", json!("Server two")),
        (
            "redirectUris",
            json!(["https://example.com/a", "https://example.com/b"]),
        ),
        ("scopes", json!(["profile:read"])),
        ("accessTokenTtlSeconds", json!(60)),
        ("requireConsent", json!(false)),
        ("clientId", expected["clientId"].clone()),
        ("clientType", json!("CONFIDENTIAL")),
    ] {
        assert_eq!(changed.json()["data"][name], value, "{name}");
    }
    let wrong = call(&sandbox, "PUT", 2, &token, r#"{"clientName":"x"}"#).await;
    assert_eq!(
        (wrong.status, wrong.text("/message").as_str()),
        (400, "clientName must have 3 to 255 characters")
    );
    let latest = call(&sandbox, "GET", 2, &token, "").await;
    assert_eq!(latest.json()["data"], changed.json()["data"]);
}

#[tokio::test]
async fn a_removed_client_takes_its_authorizations_with_it() {
    let (sandbox, token) = signed_in().await;
    let body = r#"{"clientName":"Other","redirectUri":"https://example.com/cb"}"#;
    let created = send(&sandbox, "POST", CLIENTS, &[JSON], body).await;
    let other = created.text("/data/clientId");
    let tokens = sandbox.issue_tokens(&other, &["api:access"]).unwrap();
    let removed = call(&sandbox, "DELETE", 2, &token, "").await;
    assert_eq!(
        (removed.status, removed.text("/message").as_str()),
        (200, "OAuth2 client deleted successfully")
    );
    assert!(removed.json().get("data").is_none());
    assert_eq!(get(&sandbox, CLIENTS, &tokens.access_token).await.status, 401);
    let gone = refresh(&tokens.refresh_token).replace("client_a", &other);
    assert_eq!(
        token_request(&sandbox, &gone).await.text("/error"),
        "invalid_client"
    );
    assert!(sandbox.issue_tokens(&other, &["api:access"]).is_none());
    for method in ["GET", "PUT", "DELETE"] {
        let reply = call(&sandbox, method, 2, &token, body).await;
        assert_eq!(
            (reply.status, reply.text("/message").as_str()),
            (404, "OAuth2 client not found")
        );
    }
    let odd = get(&sandbox, &format!("{CLIENTS}/client_a"), &token).await;
    assert_eq!(odd.status, 404);
    // Numbers are not given twice.
    let next = send(&sandbox, "POST", CLIENTS, &[JSON], body).await;
    assert_eq!(next.json()["data"]["id"], 3);
    assert_eq!(ids(&get(&sandbox, CLIENTS, &token).await), [1, 3]);
    assert_eq!(
        post_json(&sandbox, &format!("{CLIENTS}/1"), &token, body)
            .await
            .status,
        405
    );
}
