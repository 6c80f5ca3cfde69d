//! The facade against the sandbox: login, calls, renewal under load and under loss, logout.

use crate::support::eventually;
use aipass::{Client, FileStore, Loopback, MemoryStore, TokenStore};
use aipass_sandbox::{Fault, Route, Sandbox};
use std::{sync::Arc, time::Duration};

pub(crate) const CALLBACK: &str = "myapp://auth/callback";

/// A client of a newly registered app, nobody signed in.
pub(crate) async fn app(
    sandbox: &Sandbox,
    redirect_uri: &str,
    store: Arc<dyn TokenStore>,
) -> aipass::ClientBuilder {
    let request = aipass_auth::ClientRegistration::new("Test App", redirect_uri)
        .with_scopes(["api:access", "profile:read"]);
    let registered = aipass_auth::register_client(sandbox.base_url(), &request, None)
        .await
        .unwrap();
    Client::builder()
        .base_url(sandbox.base_url())
        .client_id(registered.client_id)
        .token_store_arc(store)
}

pub(crate) async fn sign_in(ai: &Client, sandbox: &Sandbox) {
    let auth = ai.auth().unwrap();
    let (url, pending) = auth.begin(CALLBACK).unwrap();
    let visit = sandbox.approve(url.as_str()).await.unwrap();
    auth.complete(pending, visit.callback_url()).await.unwrap();
}

/// A client that is signed in, with its tokens in memory.
pub(crate) async fn signed_in(sandbox: &Sandbox) -> Client {
    let ai = app(sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    sign_in(&ai, sandbox).await;
    ai
}

/// The browser is played by the sandbox; listener, page, redirect and exchange are real.
#[tokio::test]
async fn login_through_the_listener_then_every_endpoint_then_logout() {
    let sandbox = Arc::new(Sandbox::start().await.unwrap());
    let port = free_port();
    let redirect_uri = format!("http://127.0.0.1:{port}/callback");
    let ai = app(&sandbox, &redirect_uri, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    assert!(ai.session().await.unwrap().is_none());
    assert!(ai.models().await.unwrap_err().is_login_required());

    let (tell, told) = tokio::sync::oneshot::channel();
    let person = sandbox.clone();
    let tell = std::sync::Mutex::new(Some(tell));
    let runtime = tokio::runtime::Handle::current();
    let flow = Loopback::new()
        .redirect_uri(redirect_uri)
        .opener(move |url: &url::Url| {
            let (person, url, tell) = (person.clone(), url.clone(), tell.lock().unwrap().take());
            runtime.spawn(async move {
                let visit = person.approve(url.as_str()).await;
                tell.unwrap().send(visit).ok();
            });
            Ok(())
        });
    let session = ai.login(flow).await.unwrap();
    assert_eq!(session.scopes, ["api:access", "profile:read"]);
    let visit = told.await.unwrap().unwrap();
    assert_eq!(
        visit.status(),
        Some(200),
        "the listener answers the browser after the exchange"
    );

    let before = ai.balance().await.unwrap().remaining.unwrap();
    let models = ai.models().await.unwrap();
    let model = &models.iter().find(|model| model.id == "gpt-4o-mini").unwrap().id;
    let ask = |prompt: &str| ai.chat(model.as_str()).system("You answer briefly.").user(prompt);
    let reply = ask("One tip for better focus?").send().await.unwrap();
    assert!(!reply.text().is_empty());
    assert_eq!(reply.finish_reason().unwrap().as_str(), "stop");
    let other = ask("Which way is north?").send().await.unwrap();
    assert_ne!(
        reply.text(),
        other.text(),
        "the sandbox's answers depend on the prompt"
    );

    let mut stream = ask("One tip for better focus?").stream().await.unwrap();
    let (mut text, mut events) = (String::new(), 0);
    while let Some(event) = stream.next().await {
        text.push_str(event.unwrap().text());
        events += 1;
    }
    let streamed = stream.finish().unwrap();
    assert_eq!(text, reply.text(), "a stream says what the whole answer says");
    assert_eq!(
        (streamed.text(), streamed.finish_reason()),
        (reply.text(), reply.finish_reason())
    );
    assert!(streamed.usage().is_some() && events > 3, "{events} events");

    assert!(ai.balance().await.unwrap().remaining.unwrap() < before);
    assert!(!ai.userinfo().await.unwrap().sub.is_empty());

    let report = ai.logout().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert!(ai.session().await.unwrap().is_none());
    assert!(
        ai.chat(model.as_str())
            .user("hi")
            .send()
            .await
            .unwrap_err()
            .is_login_required()
    );
    assert_eq!(sandbox.counts().refresh_requests, 0);
}

#[tokio::test]
async fn a_login_that_the_user_declines_is_told_apart() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    let auth = ai.auth().unwrap();
    let (url, pending) = auth.begin(CALLBACK).unwrap();
    let visit = sandbox.deny(url.as_str()).await.unwrap();
    assert!(
        auth.complete(pending, visit.callback_url())
            .await
            .unwrap_err()
            .is_denied()
    );
    assert!(ai.session().await.unwrap().is_none());
}

#[tokio::test]
async fn twenty_tasks_that_meet_an_expired_token_cause_one_renewal() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    sandbox.expire_access_tokens();
    sandbox.token_delay(Duration::from_millis(50));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let ai = ai.clone();
            tokio::spawn(async move { ai.models().await.map(|models| models.len()) })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap() > 0);
    }
    assert_eq!(sandbox.counts().refresh_requests, 1);
}

#[tokio::test]
async fn a_caller_dropped_in_the_middle_of_a_renewal_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().await.unwrap();
    let store = || Arc::new(FileStore::in_dir(folder.path()));
    let builder = app(&sandbox, CALLBACK, store()).await;
    let ai = builder.build().unwrap();
    sign_in(&ai, &sandbox).await;
    let client_id = ai.auth().unwrap().client_id().to_owned();

    sandbox.expire_access_tokens();
    sandbox.token_delay(Duration::from_millis(200));
    let caller = {
        let ai = ai.clone();
        tokio::spawn(async move { ai.models().await })
    };
    eventually("the renewal is on its way", || {
        sandbox.counts().refresh_requests > 0
    })
    .await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    ai.close().await;

    // A program that starts anew finds the renewed pair on disk: the old one would end the session by its reuse.
    let next = Client::builder()
        .base_url(sandbox.base_url())
        .client_id(client_id)
        .token_store_arc(store())
        .build()
        .unwrap();
    assert!(!next.models().await.unwrap().is_empty());
    assert_eq!(sandbox.counts().refresh_requests, 1);
}

#[tokio::test]
async fn a_revoked_session_asks_for_a_login_and_does_not_loop() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    sandbox.revoke_all();
    for _ in 0..3 {
        assert!(ai.models().await.unwrap_err().is_login_required());
    }
    assert_eq!(sandbox.counts().refresh_requests, 1, "a dead grant is asked once");
}

#[tokio::test]
async fn a_failing_token_endpoint_does_not_end_the_session() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    sandbox.expire_access_tokens();
    sandbox.fail_next(Route::Token, Fault::status(502, "<title>Bad gateway</title>"));
    let error = ai.models().await.unwrap_err();
    assert!(!error.is_login_required(), "{error:?}");
    assert!(ai.session().await.unwrap().is_some());
}

/// A wallet that is empty may look like a 401; a new token does not fill it.
#[tokio::test]
async fn an_empty_wallet_behind_a_401_renews_no_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    let body = r#"{"error":{"message":"Budget has been exceeded! Current cost: 10.5, Max budget: 10.0","type":"budget_exceeded"}}"#;
    sandbox.fail_next(Route::ChatCompletions, Fault::status(401, body));
    let error = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
    assert!(
        error.is_budget_exceeded() && !error.is_login_required(),
        "{error:?}"
    );
    let budget = error.budget().unwrap();
    assert_eq!((budget.spent, budget.max), (Some(10.5), Some(10.0)));
    assert_eq!(error.charge_risk(), aipass::ChargeRisk::Refused);
    let counts = sandbox.counts();
    assert_eq!(
        (
            counts.refresh_requests,
            counts.requests_to(Route::ChatCompletions)
        ),
        (0, 1)
    );
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .scopes(["api:access"])
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;

    let error = ai.userinfo().await.unwrap_err();
    assert!(error.is_permission(), "{error:?}");

    let error = ai.chat("no-such-model").user("hi").send().await.unwrap_err();
    assert!(error.is_bad_request(), "{error:?}");
    assert!(error.request_id().is_some());

    sandbox.set_balance(0.0);
    let error = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
    assert!(error.is_budget_exceeded(), "{error:?}");
    let error = ai.chat("gpt-4o-mini").user("hi").stream().await.unwrap_err();
    assert!(error.is_budget_exceeded(), "{error:?}");
    assert_eq!(
        sandbox.counts().refresh_requests,
        0,
        "none of these is mended by a new token"
    );
}

#[tokio::test]
async fn a_paid_call_that_may_be_charged_is_never_sent_twice() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    let mut sent = 0;
    for (fault, risk) in [
        (Fault::status(500, "{}"), aipass::ChargeRisk::Unknown),
        (Fault::Reset, aipass::ChargeRisk::Unknown),
        (Fault::CutAfterBytes(20), aipass::ChargeRisk::Completed),
        (Fault::Html200, aipass::ChargeRisk::Unknown),
    ] {
        sandbox.fail_next(Route::ChatCompletions, fault.clone());
        let error = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
        sent += 1;
        assert_eq!(error.charge_risk(), risk, "{fault:?}: {error:?}");
        assert_eq!(
            sandbox.counts().requests_to(Route::ChatCompletions),
            sent,
            "{fault:?}"
        );
    }
}

/// A port that nobody listens on. It lies below the range from which the system hands ports out, since a connection of
/// another test could draw it there before the program under test takes it.
pub(crate) fn free_port() -> u16 {
    static NEXT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
    let slot = u16::try_from(std::process::id() % 100).unwrap();
    loop {
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 100;
        let port = 20_000 + slot * 100 + next;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
