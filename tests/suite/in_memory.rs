//! An app's own tests: answers in place of the network, and everything else as it is.

use crate::facade::{BUDGET, CHAT, MODELS, Pauses, builder, in_time, ok, service};
use aipass::{
    BoxFuture, ChargeRisk, Client, InMemory, MemoryStore, Reply, Responder, StoredTokens, TokenStore,
};
use bytes::Bytes;
use http::{Request, StatusCode};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

fn client(service: &InMemory) -> Client {
    builder(NOWHERE).responder(service.clone()).build().unwrap()
}

#[tokio::test]
async fn an_app_is_tested_without_a_socket() {
    let service = service();
    let ai = client(&service);
    assert_eq!(ai.chat("m").user("hi").send().await.unwrap().text(), "Hello");
    let mut stream = ai.chat("m").user("hi").stream().await.unwrap();
    let mut pieces = Vec::new();
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        if !event.text().is_empty() {
            pieces.push(event.text().to_owned());
        }
    }
    assert_eq!(pieces, ["Hel", "lo"]);
    assert_eq!(stream.finish().unwrap().text(), "Hello");
    assert_eq!(ai.models().await.unwrap().len(), 2);
    assert_eq!(ai.balance().await.unwrap().remaining, Some(4.0));
    assert_eq!(ai.userinfo().await.unwrap().sub, "u1");
    assert!(ai.model("nobody").await.unwrap_err().is_not_found());

    let requests = service.requests();
    assert_eq!(requests.len(), 6);
    let first = &requests[0];
    assert_eq!(
        (first.method().as_str(), first.uri().path()),
        ("POST", "/oauth2/v1/chat/completions")
    );
    assert_eq!(first.headers()["authorization"], "Bearer token-1");
    assert!(String::from_utf8_lossy(first.body()).contains(r#""content":"hi""#));
    assert!(
        !format!("{requests:?}").contains("token-1"),
        "the token stays out of `Debug`"
    );
}

/// What answers the nth time.
fn replies(replies: impl Fn(usize) -> Reply + Send + Sync + 'static) -> InMemory {
    let count = AtomicUsize::new(0);
    InMemory::new(move |_| replies(count.fetch_add(1, Ordering::SeqCst)))
}

#[tokio::test]
async fn errors_are_what_they_are_on_the_wire() {
    let service = replies(|_| Reply::json(StatusCode::PAYMENT_REQUIRED, BUDGET));
    let error = client(&service).chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_budget_exceeded());
    assert_eq!(error.budget().unwrap().spent, Some(10.1));

    let service = replies(|_| ok("<!doctype html><title>Sign in</title>"));
    let error = client(&service).chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);

    let service =
        replies(|_| Reply::events("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n"));
    let stream = client(&service).chat("m").user("hi").stream().await.unwrap();
    let error = stream.collect_message().await.unwrap_err();
    assert!(error.is_incomplete());
    assert_eq!(error.partial().unwrap().text(), "Hel");

    let service = replies(|_| Reply::json(StatusCode::UNAUTHORIZED, "{}"));
    assert!(client(&service).models().await.unwrap_err().is_login_required());
    assert_eq!(service.requests().len(), 1, "a fixed token is not renewed");
}

#[tokio::test]
async fn a_refused_connection_is_tried_again() {
    let service = replies(|number| if number == 0 { Reply::Refused } else { ok(CHAT) });
    let pauses = Pauses::default();
    let ai = builder(NOWHERE)
        .responder(service.clone())
        .sleeper(pauses.clone())
        .build()
        .unwrap();
    let reply = ai.chat("m").user("hi").send().await.unwrap();
    assert_eq!((reply.meta().attempts(), pauses.seen().len()), (2, 1));

    let service = replies(|_| Reply::Refused);
    let error = client(&service).chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    assert_eq!((error.charge_risk(), error.attempts()), (ChargeRisk::NotSent, 3));
}

#[tokio::test]
async fn a_paid_call_without_an_answer_is_not_tried_again() {
    let service = replies(|_| Reply::NoAnswer);
    let ai = client(&service);
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    assert_eq!(
        (error.charge_risk(), service.requests().len()),
        (ChargeRisk::Unknown, 1)
    );

    let service = replies(|number| if number == 0 { Reply::NoAnswer } else { ok(MODELS) });
    assert_eq!(client(&service).models().await.unwrap().meta().attempts(), 2);
}

#[tokio::test]
async fn stored_tokens_are_enough() {
    let (service, store) = (service(), MemoryStore::default());
    let ai = Client::builder()
        .base_url(NOWHERE)
        .client_id("client_1")
        .token_store(store.clone())
        .responder(service.clone())
        .build()
        .unwrap();
    assert!(ai.models().await.unwrap_err().is_login_required());
    let key = ai.auth().unwrap().account_key().clone();
    let tokens = StoredTokens::new(&key, "stored-1").with_expires_in(Duration::from_secs(3600));
    store.save(&key, &tokens).await.unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    let ada = ai.with_session("ada").unwrap();
    let key = ada.auth().unwrap().account_key().clone();
    store
        .save(&key, &StoredTokens::new(&key, "stored-2"))
        .await
        .unwrap();
    ada.models().await.unwrap();
    let sent: Vec<_> = service
        .requests()
        .iter()
        .map(|request| request.headers()["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["Bearer stored-1", "Bearer stored-2"]);
    assert_eq!(
        service.requests()[0].headers()["x-aipass-oauth-client-id"],
        "client_1"
    );
}

#[derive(Debug)]
struct Silent;

impl Responder for Silent {
    fn respond(&self, _: Request<Bytes>) -> BoxFuture<'_, Reply> {
        Box::pin(std::future::pending())
    }
}

/// Also where no limit holds on the total.
#[tokio::test]
async fn a_silent_responder_meets_the_limits_of_the_client() {
    let mut timeouts = aipass::Timeouts::default();
    timeouts.first_byte_paid = Some(Duration::from_millis(50));
    let ai = builder(NOWHERE)
        .responder(Silent)
        .timeouts(timeouts)
        .build()
        .unwrap();
    let error = in_time(ai.chat("m").user("hi").stream()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);
}
