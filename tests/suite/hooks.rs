//! The app's own hooks around every request: their order, what they see and change, and what they stop.

use crate::{
    facade::{CHAT, MODELS, Pauses, builder, headed, json},
    session::{CALLBACK, app, sign_in, signed_in},
    support::{Answer, Server, answer},
};
use aipass::{
    Answered, BoxError, BoxFuture, ChargeRisk, Client, MemoryStore, Middleware, Outgoing, RequestOptions,
    Retrying,
};
use aipass_sandbox::{Route, Sandbox};
use std::{
    error::Error as _,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Writes down what it is told.
#[derive(Clone, Debug)]
struct Watch {
    name: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Watch {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            seen: Arc::default(),
        }
    }

    /// Another one that writes to the same place.
    fn and(&self, name: &'static str) -> Self {
        Self { name, ..self.clone() }
    }

    fn note(&self, what: &str) {
        self.seen.lock().unwrap().push(format!("{}: {what}", self.name));
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Middleware for Watch {
    fn before<'a>(&'a self, request: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.note(&format!("before {}", request.attempt()));
            request.headers_mut().append("x-way", self.name.parse()?);
            Ok(())
        })
    }

    fn after(&self, answer: &Answered<'_>) {
        self.note(&format!("after {} {}", answer.attempt, answer.status.as_u16()));
    }

    fn on_retry(&self, retry: &Retrying) {
        let status = retry.status.map(|status| status.as_u16());
        self.note(&format!("retry {} {status:?} {:?}", retry.attempt, retry.pause));
    }
}

#[tokio::test]
async fn hooks_run_in_order_and_once_for_each_attempt() {
    let server = Server::start([
        headed("429 Too Many Requests", &[("retry-after-ms", "250")], "{}"),
        json(CHAT),
    ])
    .await;
    let (first, pauses) = (Watch::new("a"), Pauses::default());
    let ai = builder(&server.base_url)
        .sleeper(pauses.clone())
        .middleware(first.clone())
        .middleware(first.and("b"))
        .build()
        .unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    let expected = [
        "a: before 1",
        "b: before 1",
        "a: after 1 429",
        "b: after 1 429",
        "a: retry 1 Some(429) 250ms",
        "b: retry 1 Some(429) 250ms",
        "a: before 2",
        "b: before 2",
        "a: after 2 200",
        "b: after 2 200",
    ];
    assert_eq!(first.seen(), expected);
    assert_eq!(pauses.seen(), [Duration::from_millis(250)]);
    for request in server.requests() {
        let ways: Vec<_> = request.lines().filter(|line| line.starts_with("x-way")).collect();
        assert_eq!(
            ways,
            ["x-way: a", "x-way: b"],
            "nothing is left of an earlier attempt"
        );
    }
}

#[tokio::test]
async fn an_attempt_without_an_answer_is_retried_without_a_status() {
    let server = Server::start([Answer::Bytes(Vec::new()), json(MODELS)]).await;
    let watch = Watch::new("w");
    let ai = builder(&server.base_url)
        .middleware(watch.clone())
        .build()
        .unwrap();
    ai.models().await.unwrap();
    let seen = watch.seen();
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(seen[1].starts_with("w: retry 1 None "), "{seen:?}");
    assert_eq!(
        (&*seen[0], &*seen[2], &*seen[3]),
        ("w: before 1", "w: before 2", "w: after 2 200")
    );
}

#[tokio::test]
async fn a_renewed_token_is_no_retry() {
    let sandbox = Sandbox::start().await.unwrap();
    let watch = Watch::new("w");
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .middleware(watch.clone())
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    sandbox.expire_access_tokens();
    ai.chat("gpt-4o-mini").user("hi").send().await.unwrap();
    assert_eq!(
        watch.seen(),
        ["w: before 1", "w: after 1 401", "w: before 2", "w: after 2 200"]
    );
}

/// Puts credentials of its own where the token belongs, and keeps every header that it sees.
#[derive(Clone, Debug, Default)]
struct Curious(Arc<Mutex<String>>);

impl Middleware for Curious {
    fn before<'a>(&'a self, request: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        let mut text = self.0.lock().unwrap();
        for (name, value) in request.headers() {
            text.push_str(&format!("{name}={}\n", String::from_utf8_lossy(value.as_bytes())));
        }
        text.push_str(request.path());
        drop(text);
        request
            .headers_mut()
            .insert("authorization", "Bearer forged".parse().unwrap());
        request
            .headers_mut()
            .append("authorization", "Bearer forged-again".parse().unwrap());
        Box::pin(std::future::ready(Ok(())))
    }

    fn after(&self, answer: &Answered<'_>) {
        self.0.lock().unwrap().push_str(&format!("{:?}", answer.headers));
    }
}

#[tokio::test]
async fn the_token_is_written_after_the_hooks() {
    let server = Server::start([json(CHAT)]).await;
    let curious = Curious::default();
    let ai = builder(&server.base_url)
        .middleware(curious.clone())
        .build()
        .unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    let request = server.requests().remove(0);
    let sent: Vec<_> = request
        .lines()
        .filter(|line| line.starts_with("authorization"))
        .collect();
    assert_eq!(sent, ["authorization: Bearer token-1"]);

    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .middleware(curious.clone())
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    sandbox.expire_access_tokens();
    ai.models().await.unwrap();
    ai.request(http::Method::GET, "/oauth2/userinfo")
        .send()
        .await
        .unwrap();
    let seen = curious.0.lock().unwrap().clone();
    assert!(
        seen.contains("x-aipass-oauth-client-id=") && seen.contains("/oauth2/userinfo"),
        "{seen}"
    );
    for secret in sandbox.issued_secrets() {
        assert!(!seen.contains(secret.expose_secret()));
    }
    assert!(!seen.contains("token-1"));
}

#[derive(Debug)]
struct NoMoney;

impl fmt::Display for NoMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this month's allowance is used up")
    }
}

impl std::error::Error for NoMoney {}

/// Stops every attempt from that one on.
#[derive(Debug)]
struct StopsAt(u32);

impl Middleware for StopsAt {
    fn before<'a>(&'a self, request: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        let stops = request.attempt() >= self.0;
        Box::pin(async move { if stops { Err(NoMoney.into()) } else { Ok(()) } })
    }
}

fn reason(error: &aipass::Error) -> &NoMoney {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(reason) = error.downcast_ref() {
            return reason;
        }
        source = error.source();
    }
    panic!("the app's own error is lost: {error:?}")
}

#[tokio::test]
async fn a_hook_stops_a_call_before_anything_is_sent() {
    let server = Server::start([json(CHAT)]).await;
    let later = Watch::new("later");
    let ai = builder(&server.base_url)
        .middleware(StopsAt(1))
        .middleware(later.clone())
        .build()
        .unwrap();
    let outcomes = [
        ai.chat("m").user("hi").send().await.map(drop),
        ai.chat("m").user("hi").stream().await.map(drop),
        ai.request(http::Method::POST, "/x").send().await.map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(
            error.is_vetoed() && !error.is_network() && !error.is_login_required(),
            "{error:?}"
        );
        assert_eq!((error.charge_risk(), error.attempts()), (ChargeRisk::NotSent, 0));
        assert_eq!(reason(&error).to_string(), "this month's allowance is used up");
    }
    let error = ai.models().await.unwrap_err();
    assert!(error.is_vetoed());
    assert_eq!(error.charge_risk(), ChargeRisk::Free);
    assert!(ai.api().list_models().send().await.is_err());
    assert_eq!(server.requests().len(), 0);
    assert_eq!(later.seen(), [""; 0], "the hooks behind it are not asked");
    assert_eq!(ai.totals(), aipass::Totals::default());
}

#[tokio::test]
async fn a_hook_can_stop_the_second_attempt() {
    let server = Server::start([answer("429 Too Many Requests", "application/json", "{}")]).await;
    let ai = builder(&server.base_url).middleware(StopsAt(2)).build().unwrap();
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(
        error.is_vetoed() && !error.charge_risk().may_have_been_charged(),
        "{error:?}"
    );
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    reason(&error);
}

#[tokio::test]
async fn hooks_hold_for_streams_raw_requests_and_every_user() {
    let sandbox = Sandbox::start().await.unwrap();
    let watch = Watch::new("w");
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .middleware(watch.clone())
        .build()
        .unwrap();
    let ada = ai.with_session("ada").unwrap();
    sign_in(&ada, &sandbox).await;
    let ada = ada.with_options(RequestOptions::new().header("x-a", "1"));
    for step in 0..4 {
        match step {
            0 => drop(
                ada.chat("gpt-4o-mini")
                    .user("hi")
                    .stream()
                    .await
                    .unwrap()
                    .collect_message()
                    .await
                    .unwrap(),
            ),
            1 => drop(
                ada.request(http::Method::GET, "/oauth2/v1/models")
                    .send()
                    .await
                    .unwrap(),
            ),
            2 => drop(ada.userinfo().await.unwrap()),
            _ => drop(ada.api().list_models().send().await.unwrap()),
        }
        assert_eq!(watch.seen(), ["w: before 1", "w: after 1 200"], "step {step}");
    }
}

/// Waits, as a limit of the app's own would.
#[derive(Debug)]
struct Waits;

impl Middleware for Waits {
    fn before<'a>(&'a self, _: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            std::future::pending::<()>().await;
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_hook_that_waits_for_ever_ends_by_the_limit_of_the_call() {
    let sandbox = Sandbox::start().await.unwrap();
    let signed = signed_in(&sandbox).await;
    let token = signed.auth().unwrap().token(None).await.unwrap();
    let mut timeouts = aipass::Timeouts::default();
    timeouts.total_paid = Some(Duration::from_millis(100));
    let ai = Client::builder()
        .base_url(sandbox.base_url())
        .access_token(aipass::Secret::new(token.expose_secret()))
        .timeouts(timeouts)
        .middleware(Waits)
        .build()
        .unwrap();
    let error = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::NotSent);
    assert_eq!(sandbox.counts().requests_to(Route::ChatCompletions), 0);
}

/// Sends the call somewhere else, cut short and under another name.
#[derive(Debug)]
struct Forger;

impl Middleware for Forger {
    fn before<'a>(&'a self, request: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        for (name, value) in [
            ("host", "evil.example"),
            ("content-length", "5"),
            ("content-type", "text/plain"),
            ("accept-encoding", "br"),
        ] {
            request
                .headers_mut()
                .insert(http::HeaderName::from_static(name), value.parse().unwrap());
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn what_the_library_writes_itself_stays() {
    let server = Server::start([json(CHAT)]).await;
    let ai = builder(&server.base_url).middleware(Forger).build().unwrap();
    ai.chat("m").user("hi").send().await.unwrap();
    let request = server.requests().remove(0);
    for forged in [
        "evil.example",
        "content-length: 5\r",
        "text/plain",
        "accept-encoding: br",
    ] {
        assert!(!request.contains(forged), "{forged} in {request}");
    }
    assert!(request.contains("content-type: application/json\r"), "{request}");
}
