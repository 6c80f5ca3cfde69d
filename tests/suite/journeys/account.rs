//! The person, the wallet and the developer's applications.

use super::{charged, home};
use aipass::OAuthClientUpdate;
use aipass_sandbox::{Fault, Route, Sandbox};

#[tokio::test]
async fn the_wallet_goes_down_by_calls_and_up_by_paying() {
    let (sandbox, ai) = home(Sandbox::builder().balance(0.05)).await;
    let full = ai.balance().await.unwrap();
    assert_eq!((full.remaining, full.percent_used()), (Some(0.05), Some(0.0)));
    assert!(!full.is_low() && full.is_below(0.06));
    ai.image("gpt-image-1", "A cat").send().await.unwrap();
    let left = ai.balance().await.unwrap();
    assert_eq!((left.spent, left.max), (Some(0.04), Some(0.05)));
    assert!((left.percent_used().unwrap() - 80.0).abs() < 1e-9 && !left.is_low());
    ai.image("gpt-image-1-mini", "A cat").send().await.unwrap();
    assert!(ai.balance().await.unwrap().is_low());
    let error = charged(&sandbox, 0, ai.image("gpt-image-1", "A cat").send())
        .await
        .unwrap_err();
    assert!(error.is_budget_exceeded(), "{error}");

    let link = charged(&sandbox, 0, ai.checkout_link(2.5)).await.unwrap();
    sandbox.pay(&link).await.unwrap();
    assert_eq!(sandbox.counts().payments, 1);
    let more = ai.fetch_balance().await.unwrap();
    assert_eq!((more.max, more.remaining), (Some(2.55), Some(2.5)));
    ai.image("gpt-image-1", "A cat").send().await.unwrap();
}

#[tokio::test]
async fn a_checkout_is_asked_for_once() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    sandbox.fail_next(Route::CreateCheckout, Fault::Reset);
    ai.checkout_link(1.0).await.unwrap_err();
    assert_eq!(sandbox.counts().requests_to(Route::CreateCheckout), 1);
}

#[tokio::test]
async fn the_person_is_known_by_a_lasting_id() {
    let (_sandbox, ai) = home(Sandbox::builder().user("Ada", "ada@example.test")).await;
    let user = ai.userinfo().await.unwrap();
    assert_eq!(user.sub, "usr_sandbox_1");
    assert_eq!(
        (user.name.as_deref(), user.email_verified),
        (Some("Ada"), Some(true))
    );
    assert_eq!(user.scopes, ["api:access", "profile:read"]);
}

#[tokio::test]
async fn applications_are_listed_changed_and_deleted() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let request = aipass::ClientRegistration::new("Second", "http://127.0.0.1:8417/callback");
    let second = aipass::register_client(sandbox.base_url(), &request, None)
        .await
        .unwrap();
    let apps = ai.oauth_clients().await.unwrap();
    assert_eq!(apps.len(), 2);
    let found = apps.iter().find(|app| app.client_id == second.client_id).unwrap();
    let id = found.id.unwrap();
    assert_eq!(ai.oauth_client(id).await.unwrap().into_inner(), *found);

    let update = OAuthClientUpdate::new("Renamed")
        .redirect_uris(["myapp://one", "myapp://two"])
        .scopes(["api:access"])
        .require_consent(false)
        .access_token_ttl_seconds(600);
    let changed = ai.update_oauth_client(id, update).await.unwrap();
    assert_eq!(changed.client_name.as_deref(), Some("Renamed"));
    assert_eq!(changed.redirect_uris, ["myapp://one", "myapp://two"]);
    assert_eq!(
        (changed.require_consent, changed.access_token_ttl_seconds),
        (Some(false), Some(600))
    );
    assert_eq!(changed.client_id, second.client_id, "its id stays");

    ai.delete_oauth_client(id).await.unwrap();
    assert!(ai.oauth_client(id).await.unwrap_err().is_not_found());
    assert!(ai.delete_oauth_client(id).await.unwrap_err().is_not_found());
    assert_eq!(ai.oauth_clients().await.unwrap().len(), 1);
    assert_eq!(sandbox.counts().charged_calls, 0);
}
