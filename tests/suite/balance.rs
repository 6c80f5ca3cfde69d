//! The balance: when it is asked for anew, and who is told that it is low.

use crate::{
    facade::{BALANCE, BUDGET, CHAT, MODELS, builder, ok},
    session::signed_in,
    support::eventually,
};
use aipass::{BoxFuture, Client, InMemory, Reply, Responder, RetryPolicy};
use aipass_sandbox::{Fault, Route, Sandbox};
use bytes::Bytes;
use http::{Request, StatusCode};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_balance_is_kept_until_a_paid_call_may_have_changed_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    let asked = || sandbox.counts().requests_to(Route::UsageSummary);
    let first = ai.balance().await.unwrap();
    let again = ai.balance().await.unwrap();
    assert_eq!((asked(), *first), (1, *again));
    assert_eq!(
        first.meta().request_id(),
        again.meta().request_id(),
        "it is the answer of then"
    );
    ai.fetch_balance().await.unwrap();
    assert_eq!(asked(), 2, "who asks anew gets a new one");

    let mut expected = 2;
    let chat = || ai.chat("gpt-4o-mini").user("hi");
    for step in 0..8 {
        let stale = match step {
            0 => {
                ai.models().await.unwrap();
                ai.userinfo().await.unwrap();
                false
            }
            1 => {
                chat().send().await.unwrap();
                true
            }
            2 => {
                chat().stream().await.unwrap().collect_message().await.unwrap();
                true
            }
            3 => {
                sandbox.fail_next(Route::ChatCompletions, Fault::Reset);
                chat().send().await.unwrap_err();
                true
            }
            4 => {
                sandbox.fail_next(Route::ChatCompletions, Fault::status(400, "{}"));
                chat().send().await.unwrap_err();
                false
            }
            5 => {
                sandbox.fail_next(Route::ChatCompletions, Fault::status(401, BUDGET));
                assert!(chat().send().await.unwrap_err().is_budget_exceeded());
                true
            }
            6 => {
                sandbox.fail_next(Route::ChatCompletions, Fault::status(429, BUDGET));
                assert!(chat().stream().await.unwrap_err().is_budget_exceeded());
                true
            }
            _ => {
                drop(chat().stream().await.unwrap());
                true
            }
        };
        ai.balance().await.unwrap();
        ai.balance().await.unwrap();
        expected += u64::from(stale);
        assert_eq!(asked(), expected, "step {step}");
    }
}

#[tokio::test]
async fn a_wallet_that_ends_within_a_stream_makes_the_balance_stale() {
    let events = format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"Hel\"}}}}]}}\n\ndata: {BUDGET}\n\n"
    );
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let service = InMemory::new(move |request| {
        if request.uri().path().ends_with("/summary") {
            counter.fetch_add(1, Ordering::SeqCst);
            ok(BALANCE)
        } else {
            Reply::events(events.clone())
        }
    });
    let ai = builder(NOWHERE).responder(service).build().unwrap();
    ai.balance().await.unwrap();
    let error = ai
        .chat("m")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap_err();
    assert!(error.is_budget_exceeded());
    ai.balance().await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

/// Gives the balance out only when it is let.
#[derive(Clone, Debug, Default)]
struct Slow {
    go: Arc<Notify>,
    asked: Arc<AtomicUsize>,
}

impl Responder for Slow {
    fn respond(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            if !request.uri().path().ends_with("/summary") {
                return ok(CHAT);
            }
            if self.asked.fetch_add(1, Ordering::SeqCst) == 0 {
                self.go.notified().await;
            }
            ok(BALANCE)
        })
    }
}

#[tokio::test]
async fn a_balance_of_before_a_paid_call_is_not_taken_for_the_present_one() {
    let slow = Slow::default();
    let ai = builder(NOWHERE).responder(slow.clone()).build().unwrap();
    let asked = || slow.asked.load(Ordering::SeqCst);
    let asking = {
        let ai = ai.clone();
        tokio::spawn(async move { ai.balance().await.map(drop) })
    };
    eventually("the balance is asked for", || asked() == 1).await;
    ai.chat("m").user("hi").send().await.unwrap();
    slow.go.notify_one();
    asking.await.unwrap().unwrap();
    ai.balance().await.unwrap();
    assert_eq!(asked(), 2);
    ai.balance().await.unwrap();
    assert_eq!(asked(), 2);
}

/// The other way round: the earlier question is answered after a later one.
#[tokio::test]
async fn an_old_balance_that_comes_late_displaces_no_newer_one() {
    let slow = Slow::default();
    let ai = builder(NOWHERE).responder(slow.clone()).build().unwrap();
    let asking = {
        let ai = ai.clone();
        tokio::spawn(async move { ai.balance().await.map(drop) })
    };
    eventually("the balance is asked for", || {
        slow.asked.load(Ordering::SeqCst) == 1
    })
    .await;
    ai.chat("m").user("hi").send().await.unwrap();
    ai.balance().await.unwrap();
    slow.go.notify_one();
    asking.await.unwrap().unwrap();
    ai.balance().await.unwrap();
    assert_eq!(slow.asked.load(Ordering::SeqCst), 2);
}

/// Answers in turn, the last one from then on.
fn summaries(replies: &'static [fn() -> Reply]) -> InMemory {
    let count = AtomicUsize::new(0);
    InMemory::new(move |request| match request.uri().path() {
        "/api/v1/usage/me/summary" => {
            let number = count.fetch_add(1, Ordering::SeqCst);
            replies[number.min(replies.len() - 1)]()
        }
        "/oauth2/v1/models" => ok(MODELS),
        _ => Reply::json(StatusCode::PAYMENT_REQUIRED, BUDGET),
    })
}

#[tokio::test]
async fn a_watch_asks_at_once_and_goes_on_after_an_error() {
    let service = summaries(&[
        || ok(BALANCE),
        || Reply::json(StatusCode::BAD_GATEWAY, "{}"),
        || ok(BALANCE),
    ]);
    let ai = builder(NOWHERE)
        .responder(service.clone())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    ai.balance().await.unwrap();
    let mut watch = ai.balance_watch(Duration::ZERO);
    assert!(format!("{watch:?}").contains("interval: 1s"), "{watch:?}");
    assert_eq!(service.requests().len(), 1, "nothing runs while nobody waits");
    // What is kept is no answer to a watch.
    assert!(watch.next().await.unwrap_err().is_server());
    assert_eq!(watch.next().await.unwrap().remaining, Some(4.0));
    assert_eq!(service.requests().len(), 3);

    // A wait that is given up asks for nothing.
    let waiting = tokio::time::timeout(Duration::from_millis(1), watch.next()).await;
    assert!(waiting.is_err());
    assert_eq!(service.requests().len(), 3);
    let far = ai.balance_watch(Duration::MAX);
    drop(far);
}

fn left(usd: &str) -> Reply {
    ok(&format!(
        r#"{{"success":true,"data":{{"totalCost":1,"maxBudget":9,"remainingBudget":{usd}}}}}"#
    ))
}

#[tokio::test]
async fn a_low_balance_is_told_once_until_it_has_risen() {
    let service = summaries(&[
        || left("2.0"),
        || left("0.9"),
        || left("0.5"),
        || left("3.0"),
        || left("0.1"),
        || left("5.0"),
    ]);
    let told: Arc<Mutex<Vec<Option<f64>>>> = Arc::default();
    let heard = told.clone();
    let ai: Client = builder(NOWHERE)
        .responder(service)
        .on_low_balance(1.0, move |balance| heard.lock().unwrap().push(balance.remaining))
        .build()
        .unwrap();
    let told = || std::mem::take(&mut *told.lock().unwrap());
    for expected in [&[][..], &[Some(0.9)], &[], &[], &[Some(0.1)], &[]] {
        ai.fetch_balance().await.unwrap();
        assert_eq!(told(), expected);
    }
    // A wallet that turns out to be empty is told without a question.
    for expected in [&[Some(0.0)][..], &[]] {
        assert!(
            ai.chat("m")
                .user("hi")
                .send()
                .await
                .unwrap_err()
                .is_budget_exceeded()
        );
        assert_eq!(told(), expected);
    }
    assert!(
        ai.chat("m")
            .user("hi")
            .stream()
            .await
            .unwrap_err()
            .is_budget_exceeded()
    );
    assert_eq!(told(), []);
}

#[tokio::test]
async fn an_unlimited_wallet_is_never_low() {
    let service = InMemory::new(|_| ok(r#"{"success":true,"data":{"totalCost":1,"maxBudget":null}}"#));
    let told = Arc::new(AtomicUsize::new(0));
    let counter = told.clone();
    let ai = builder(NOWHERE)
        .responder(service)
        .on_low_balance(1.0, move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        })
        .build()
        .unwrap();
    let balance = ai.balance().await.unwrap();
    assert_eq!((balance.spent, balance.remaining), (Some(1.0), None));
    assert_eq!(told.load(Ordering::SeqCst), 0);
}
