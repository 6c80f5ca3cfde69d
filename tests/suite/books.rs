//! What a session has spent as far as it was told, and the limit that an app sets itself.

use crate::{
    facade::{BUDGET, CHAT, MODELS, STREAM, builder, headed, in_time, json, ok, service},
    session::{CALLBACK, app, sign_in},
    support::{Answer, Server, answer, client, events, eventually},
};
use aipass::{
    BoxFuture, BudgetGuard, ChargeRisk, Client, InMemory, MemoryStore, Reply, RequestOptions, Responder,
    Totals,
};
use aipass_sandbox::{Fault, Route, Sandbox};
use bytes::Bytes;
use http::Request;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

fn counts(totals: &Totals) -> (u64, u64, u64) {
    (totals.calls, totals.paid_calls, totals.unpriced_calls)
}

#[tokio::test]
async fn the_totals_are_what_the_wallet_paid() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    for prompt in ["One tip for better focus?", "Which way is north?"] {
        ai.chat("gpt-4o-mini").user(prompt).send().await.unwrap();
    }
    ai.models().await.unwrap();
    let totals = ai.totals();
    assert_eq!(counts(&totals), (3, 2, 0));
    assert!((totals.cost - sandbox.wallet().spent).abs() < 1e-9, "{totals:?}");
    assert!(totals.prompt_tokens > 0 && totals.completion_tokens > 0);

    // The sandbox tells no price for a stream, as the gateway does not.
    let reply = ai
        .chat("gpt-4o-mini")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap();
    let after = ai.totals();
    assert_eq!((counts(&after), after.cost), ((4, 3, 1), totals.cost));
    let tokens = reply.usage().unwrap().prompt_tokens.unwrap();
    assert_eq!(
        after.prompt_tokens,
        totals.prompt_tokens + u64::try_from(tokens).unwrap()
    );
    assert_eq!(ai.clone().totals(), after, "clones share the books");
}

#[tokio::test]
async fn a_failure_is_in_the_books_where_it_may_have_been_charged() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    let mut expected = 0;
    for (fault, charged) in [
        (Fault::status(400, "{}"), 0),
        (Fault::status(500, "{}"), 1),
        (Fault::status(402, "{}"), 0),
        (Fault::Reset, 1),
        (Fault::Html200, 1),
    ] {
        sandbox.fail_next(Route::ChatCompletions, fault.clone());
        ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
        expected += charged;
        assert_eq!(counts(&ai.totals()), (0, expected, expected), "{fault:?}");
    }
    sandbox.fail_next(Route::Models, Fault::status(404, "{}"));
    ai.models().await.unwrap_err();
    assert_eq!(
        counts(&ai.totals()),
        (0, expected, expected),
        "what is free is no question of money"
    );

    // Cut, but the head named the price.
    sandbox.fail_next(Route::ChatCompletions, Fault::CutAfterBytes(10));
    let error = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    assert_eq!(counts(&ai.totals()), (0, expected + 1, expected));
    assert!((ai.totals().cost - sandbox.wallet().spent).abs() < 1e-9);
}

#[tokio::test]
async fn streams_and_raw_requests_are_in_the_books() {
    let server = Server::start([
        headed("200 OK", &[], STREAM),
        Answer::Bytes(events(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n",
        )),
        headed("200 OK", &[("x-litellm-response-cost", "0.25")], "{}"),
        json(MODELS),
    ])
    .await;
    let ai = client(&server.base_url);
    ai.chat("m")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap();
    let totals = ai.totals();
    assert_eq!(
        (counts(&totals), totals.cost, totals.completion_tokens),
        ((1, 1, 0), 0.5, 2)
    );

    ai.chat("m")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap_err();
    assert_eq!(
        counts(&ai.totals()),
        (1, 2, 1),
        "a stream that broke off may have been charged"
    );

    let raw = ai.request(http::Method::POST, "/x").send().await.unwrap();
    raw.bytes().await.unwrap();
    assert_eq!((counts(&ai.totals()), ai.totals().cost), ((2, 3, 1), 0.75));

    ai.request(http::Method::GET, "/x")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(counts(&ai.totals()), (3, 3, 1), "a read costs nothing");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_may_have_been_charged() {
    let server = Server::start([
        Answer::Hang(events(STREAM.split_inclusive("\n\n").next().unwrap())),
        Answer::Hang(Vec::new()),
    ])
    .await;
    let ai = client(&server.base_url);
    let mut stream = ai.chat("m").user("hi").stream().await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(counts(&ai.totals()), (0, 1, 1));
    let call = {
        let ai = ai.clone();
        tokio::spawn(async move { ai.chat("m").user("hi").send().await })
    };
    eventually("the call is sent", || server.requests().len() == 2).await;
    call.abort();
    call.await.unwrap_err();
    assert_eq!(counts(&ai.totals()), (0, 2, 2));
}

#[tokio::test]
async fn a_stream_that_nobody_reads_costs_what_its_head_says() {
    let price = &[("x-litellm-response-cost", "0.25"), ("x-request-id", "r-9")];
    let server = Server::start([headed("200 OK", price, "data: x\n\n")]).await;
    let ai = client(&server.base_url);
    let stream = ai.chat("m").user("hi").stream().await.unwrap();
    assert_eq!(stream.meta().request_id(), Some("r-9"));
    drop(stream);
    assert_eq!((counts(&ai.totals()), ai.totals().cost), ((0, 1, 0), 0.25));

    // Read, it is malformed; the error has the head as well.
    let mut stream = ai.chat("m").user("hi").stream().await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.request_id(), Some("r-9"));
    assert_eq!((counts(&ai.totals()), ai.totals().cost), ((0, 2, 0), 0.5));
}

#[tokio::test]
async fn a_guard_refuses_before_anything_is_sent() {
    let server = Server::start([json(CHAT)]).await;
    let ai = builder(&server.base_url)
        .budget_guard(BudgetGuard::new(0.9, 0.0))
        .build()
        .unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    let outcomes = [
        ai.chat("m").user("hi").send().await.map(drop),
        ai.chat("m").user("hi").stream().await.map(drop),
        ai.request(http::Method::POST, "/x").send().await.map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(
            error.is_over_guard() && !error.is_budget_exceeded() && error.budget().is_none(),
            "{error:?}"
        );
        assert_eq!((error.charge_risk(), error.attempts()), (ChargeRisk::NotSent, 0));
        assert_eq!(
            error.to_string(),
            "the session's own limit of 0.9 USD is reached (1 USD spent)"
        );
        assert!(error.help().contains("limit"), "{}", error.help());
    }
    assert_eq!(server.requests().len(), 2);
    ai.request(http::Method::GET, "/x").send().await.unwrap();
    assert_eq!(server.requests().len(), 3, "what is free is not held back");
}

#[tokio::test]
async fn calls_of_unknown_price_count_as_assumed() {
    let service = InMemory::new(|_| ok(r#"{"choices":[{"message":{"content":"Hello"}}]}"#));
    let guard = |assumed| {
        builder("http://127.0.0.1:1")
            .responder(service.clone())
            .budget_guard(BudgetGuard::new(1.0, assumed))
            .build()
            .unwrap()
    };
    let ai = guard(0.4);
    for _ in 0..2 {
        ai.chat("m").user("hi").send().await.unwrap();
    }
    assert!(ai.chat("m").user("hi").send().await.unwrap_err().is_over_guard());
    let free = guard(0.0);
    for _ in 0..10 {
        free.chat("m").user("hi").send().await.unwrap();
    }
    assert_eq!(free.totals().unpriced_calls, 10);
}

/// Answers a chat only when it is let.
#[derive(Clone, Debug)]
struct Held(Arc<(Semaphore, AtomicUsize)>);

impl Held {
    fn new() -> Self {
        Self(Arc::new((Semaphore::new(0), AtomicUsize::new(0))))
    }

    fn asked(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

impl Responder for Held {
    fn respond(&self, _: Request<Bytes>) -> BoxFuture<'_, Reply> {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            self.0.0.acquire().await.unwrap().forget();
            ok(CHAT)
        })
    }
}

#[tokio::test]
async fn calls_under_way_count_before_their_price_is_known() {
    let held = Held::new();
    let ai = builder("http://127.0.0.1:1")
        .responder(held.clone())
        .budget_guard(BudgetGuard::new(1.25, 0.4))
        .build()
        .unwrap();
    let call = || {
        let ai = ai.clone();
        tokio::spawn(async move { ai.chat("m").user("hi").send().await.map(drop) })
    };
    let mut calls = [call(), call(), call()];
    eventually("three calls are under way", || held.asked() == 3).await;
    assert!(in_time(call()).await.unwrap().unwrap_err().is_over_guard());
    assert_eq!(held.asked(), 3);

    // One goes away: nobody knows whether it was charged, so it goes on counting.
    calls[2].abort();
    assert!((&mut calls[2]).await.unwrap_err().is_cancelled());
    assert!(in_time(call()).await.unwrap().unwrap_err().is_over_guard());

    // The others cost more than was assumed.
    held.0.0.add_permits(2);
    for call in &mut calls[..2] {
        call.await.unwrap().unwrap();
    }
    let totals = ai.totals();
    assert_eq!((counts(&totals), totals.cost), ((2, 3, 1), 1.0));
    assert!(in_time(call()).await.unwrap().unwrap_err().is_over_guard());
}

#[tokio::test]
async fn a_call_that_was_not_charged_gives_its_share_back() {
    let service = InMemory::new(|request| {
        if request.headers().contains_key("x-refuse") {
            Reply::json(http::StatusCode::PAYMENT_REQUIRED, BUDGET)
        } else {
            ok(CHAT)
        }
    });
    let ai = builder("http://127.0.0.1:1")
        .responder(service)
        .budget_guard(BudgetGuard::new(1.0, 0.9))
        .build()
        .unwrap();
    let refused = ai.with_options(RequestOptions::new().header("x-refuse", "1"));
    for _ in 0..3 {
        assert!(
            refused
                .chat("m")
                .user("hi")
                .send()
                .await
                .unwrap_err()
                .is_budget_exceeded()
        );
    }
    ai.chat("m").user("hi").send().await.unwrap();
}

#[tokio::test]
async fn each_user_has_books_and_derived_clients_share_them() {
    let (service, store) = (service(), MemoryStore::default());
    let ai = Client::builder()
        .base_url("http://127.0.0.1:1")
        .client_id("client_1")
        .token_store(store.clone())
        .responder(service)
        .budget_guard(BudgetGuard::new(0.9, 0.0))
        .build()
        .unwrap();
    for user in ["ada", "bob"] {
        let key = ai
            .with_session(user)
            .unwrap()
            .auth()
            .unwrap()
            .account_key()
            .clone();
        let tokens = aipass::StoredTokens::new(&key, "token");
        aipass::TokenStore::save(&store, &key, &tokens).await.unwrap();
    }
    // A client for each request, as a server makes them.
    for _ in 0..2 {
        ai.with_session("ada")
            .unwrap()
            .chat("m")
            .user("hi")
            .send()
            .await
            .unwrap();
    }
    let ada = ai.with_session("ada").unwrap();
    assert_eq!(counts(&ada.totals()), (2, 2, 0));
    assert!(ada.chat("m").user("hi").send().await.unwrap_err().is_over_guard());
    let careful = ada.with_options(RequestOptions::new().header("x-a", "1"));
    assert_eq!(careful.totals(), ada.totals());
    assert!(
        careful
            .chat("m")
            .user("hi")
            .send()
            .await
            .unwrap_err()
            .is_over_guard()
    );

    let bob = ai.with_session("bob").unwrap();
    bob.chat("m").user("hi").send().await.unwrap();
    assert_eq!(counts(&bob.totals()), (1, 1, 0));
    assert_eq!(ai.totals(), Totals::default());
}

#[tokio::test]
async fn a_retry_is_one_call() {
    let server = Server::start([
        answer("429 Too Many Requests", "application/json", "{}"),
        json(CHAT),
    ])
    .await;
    let ai = builder(&server.base_url).build().unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    assert_eq!(counts(&ai.totals()), (1, 1, 0));
}

/// What never left is nobody's debt, and what is sent twice under an opt-in is counted twice.
#[tokio::test]
async fn the_books_know_what_was_sent() {
    let ai = builder("http://127.0.0.1:1")
        .middleware(Waits)
        .responder(InMemory::new(|_| ok(CHAT)))
        .build()
        .unwrap();
    let call = tokio::spawn({
        let ai = ai.clone();
        async move { ai.chat("m").user("hi").send().await.map(drop) }
    });
    tokio::task::yield_now().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(counts(&ai.totals()), (0, 0, 0));

    let asked = Arc::new(AtomicUsize::new(0));
    let service = InMemory::new(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::NoAnswer,
        _ => ok(CHAT),
    });
    let ai = builder("http://127.0.0.1:1")
        .responder(service)
        .retry(aipass::RetryPolicy::openai_compatible())
        .build()
        .unwrap();
    let reply = ai.chat("m").user("hi").send().await.unwrap();
    assert_eq!(
        (reply.meta().attempts(), reply.meta().doubtful_attempts()),
        (2, 1)
    );
    let totals = ai.totals();
    assert_eq!(
        (totals.calls, totals.paid_calls),
        (1, 2),
        "the first may have been charged"
    );
}

#[derive(Debug)]
struct Waits;

impl aipass::Middleware for Waits {
    fn before<'a>(&'a self, _: &'a mut aipass::Outgoing) -> BoxFuture<'a, Result<(), aipass::BoxError>> {
        Box::pin(std::future::pending())
    }
}

/// The next person at the same machine has a balance and books of their own.
#[tokio::test]
async fn whoever_signs_in_next_begins_anew() {
    let service = InMemory::new(|request| {
        let token = request.headers()["authorization"].to_str().unwrap();
        if request.uri().path().ends_with("/completions") {
            return ok(CHAT);
        }
        let left = if token.ends_with("ada") { 77 } else { 1 };
        ok(&format!(
            r#"{{"success":true,"data":{{"remainingBudget":{left}}}}}"#
        ))
    });
    let ai = Client::builder()
        .base_url("http://127.0.0.1:1")
        .client_id("client_1")
        .responder(service)
        .build()
        .unwrap();
    let auth = ai.auth().unwrap();
    let sign_in = async |token: &str| {
        let tokens = aipass::StoredTokens::new(auth.account_key(), token);
        auth.sign_in_with(tokens).await.unwrap();
    };
    sign_in("ada").await;
    ai.chat("m").user("hi").send().await.unwrap();
    assert_eq!(ai.balance().await.unwrap().remaining, Some(77.0));
    assert_eq!(ai.totals().paid_calls, 1);
    sign_in("bob").await;
    assert_eq!(
        ai.balance().await.unwrap().remaining,
        Some(1.0),
        "not what is Ada's"
    );
    assert_eq!(ai.totals().paid_calls, 0);
}
