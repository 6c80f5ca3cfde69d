//! A client that opens the login by itself where only a login helps.

use crate::{
    session::{app, free_port, sign_in},
    support::eventually,
};
use aipass::{ChargeRisk, Client, Loopback, MemoryStore, Timeouts};
use aipass_sandbox::{Fault, Person, Route, Sandbox};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Somebody in front of the browser.
#[derive(Clone)]
struct Somebody {
    person: Person,
    opened: Arc<AtomicUsize>,
    declines: Arc<AtomicBool>,
    /// How long they look at the page.
    ponders: Duration,
}

impl Somebody {
    fn at(sandbox: &Sandbox) -> Self {
        Self {
            person: sandbox.person(),
            opened: Arc::default(),
            declines: Arc::default(),
            ponders: Duration::from_millis(50),
        }
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// A flow whose browser they sit at.
    fn flow(&self, redirect_uri: &str) -> Loopback {
        let (this, runtime) = (self.clone(), tokio::runtime::Handle::current());
        Loopback::new()
            .redirect_uri(redirect_uri)
            .open_browser(false)
            .on_url(move |url| {
                this.opened.fetch_add(1, Ordering::SeqCst);
                let (this, url) = (this.clone(), url.clone());
                runtime.spawn(async move {
                    tokio::time::sleep(this.ponders).await;
                    if this.declines.load(Ordering::SeqCst) {
                        this.person.deny(url.as_str()).await.unwrap();
                    } else {
                        this.person.approve(url.as_str()).await.unwrap();
                    }
                });
            })
    }

    async fn builder(&self, sandbox: &Sandbox) -> aipass::ClientBuilder {
        let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
        let this = self.clone();
        app(sandbox, &redirect_uri, Arc::new(MemoryStore::default()))
            .await
            .login_with(move || this.flow(&redirect_uri))
    }
}

#[tokio::test]
async fn a_call_without_a_session_logs_in_and_succeeds() {
    let sandbox = Sandbox::start().await.unwrap();
    let somebody = Somebody::at(&sandbox);
    let ai = somebody.builder(&sandbox).await.build().unwrap();
    let reply = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap();
    assert_eq!((somebody.opened(), reply.meta().attempts()), (1, 1));
    ai.models().await.unwrap();
    ai.chat("gpt-4o-mini")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap();
    assert_eq!(somebody.opened(), 1, "the session is there");
    assert_eq!(sandbox.counts().requests_to(Route::ChatCompletions), 2);

    ai.logout().await.unwrap();
    ai.chat("gpt-4o-mini")
        .user("hi")
        .stream()
        .await
        .unwrap()
        .collect_message()
        .await
        .unwrap();
    ai.request(http::Method::GET, "/oauth2/userinfo")
        .send()
        .await
        .unwrap();
    assert_eq!(somebody.opened(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_open_one_login() {
    let sandbox = Sandbox::start().await.unwrap();
    let somebody = Somebody::at(&sandbox);
    let ai = somebody.builder(&sandbox).await.build().unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let ai = ai.clone();
            tokio::spawn(async move { ai.models().await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!((somebody.opened(), sandbox.counts().consent_pages), (1, 1));
    assert_eq!(
        sandbox.counts().requests_to(Route::Models),
        50,
        "each call is sent once"
    );
}

/// A server makes a client for each request of a user.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clients_of_one_user_share_the_login() {
    let sandbox = Sandbox::start().await.unwrap();
    let somebody = Somebody::at(&sandbox);
    let ai = somebody.builder(&sandbox).await.build().unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let ada = ai.with_session("ada").unwrap();
            tokio::spawn(async move { ada.models().await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(somebody.opened(), 1);
    assert!(
        ai.session().await.unwrap().is_none(),
        "it is the login of that user alone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_login_is_not_asked_for_again_by_those_who_wait() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut somebody = Somebody::at(&sandbox);
    // Long enough that all of them wait.
    somebody.ponders = Duration::from_millis(500);
    somebody.declines.store(true, Ordering::SeqCst);
    let ai = somebody.builder(&sandbox).await.build().unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let ai = ai.clone();
            tokio::spawn(async move { ai.chat("gpt-4o-mini").user("hi").send().await })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.auth_error().unwrap().is_denied(), "{error:?}");
        assert_eq!((error.charge_risk(), error.attempts()), (ChargeRisk::NotSent, 0));
        assert!(!error.help().is_empty());
    }
    assert_eq!((somebody.opened(), sandbox.counts().denials), (1, 1));
    assert_eq!(sandbox.counts().requests_to(Route::ChatCompletions), 0);

    somebody.declines.store(false, Ordering::SeqCst);
    ai.models().await.unwrap();
    assert_eq!(somebody.opened(), 2, "a later call asks anew");
}

#[tokio::test]
async fn a_revoked_session_leads_to_a_login_and_the_call_is_repeated_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let somebody = Somebody::at(&sandbox);
    let ai = somebody.builder(&sandbox).await.build().unwrap();
    ai.models().await.unwrap();
    sandbox.revoke_all();
    let reply = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap();
    assert_eq!((somebody.opened(), reply.meta().attempts()), (2, 2));
    let counts = sandbox.counts();
    assert_eq!(
        (counts.requests_to(Route::ChatCompletions), counts.charged_calls),
        (2, 1)
    );

    // A service that refuses whatever it gets is not asked for ever.
    sandbox.revoke_all();
    for _ in 0..2 {
        sandbox.fail_next(
            Route::ChatCompletions,
            Fault::status(401, r#"{"error":"invalid_token"}"#),
        );
    }
    let error = ai.chat("gpt-4o-mini").user("hi").send().await.unwrap_err();
    assert!(error.is_login_required(), "{error:?}");
    assert_eq!((somebody.opened(), error.attempts()), (3, 2));
    assert_eq!(sandbox.counts().requests_to(Route::ChatCompletions), 4);
}

#[tokio::test]
async fn the_time_of_a_person_is_not_the_servers() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut somebody = Somebody::at(&sandbox);
    let mut timeouts = Timeouts::default();
    timeouts.total_free = Some(Duration::from_millis(1500));
    timeouts.total_paid = timeouts.total_free;
    somebody.ponders = Duration::from_millis(1600);
    let ai = somebody
        .builder(&sandbox)
        .await
        .timeouts(timeouts)
        .build()
        .unwrap();
    ai.chat("gpt-4o-mini").user("hi").send().await.unwrap();
    sandbox.revoke_all();
    ai.models().await.unwrap();
    assert_eq!(somebody.opened(), 2);
}

/// The first one goes away; who waits behind it still gets a session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_leaves_takes_no_login_from_the_others() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut somebody = Somebody::at(&sandbox);
    somebody.declines.store(true, Ordering::SeqCst);
    somebody.ponders = Duration::from_secs(600);
    let leaving = somebody.clone();
    somebody.ponders = Duration::from_millis(10);
    somebody.declines = Arc::default();
    let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
    let staying = somebody.clone();
    let uri = redirect_uri.clone();
    let ai = app(&sandbox, &redirect_uri, Arc::new(MemoryStore::default()))
        .await
        .login_with(move || {
            if staying.opened() == 0 {
                leaving.flow(&uri)
            } else {
                staying.flow(&uri)
            }
        })
        .build()
        .unwrap();
    let call = |ai: &Client| {
        let ai = ai.clone();
        tokio::spawn(async move { ai.models().await.map(drop) })
    };
    let first = call(&ai);
    eventually("the first login is open", || somebody.opened() == 1).await;
    let second = call(&ai);
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(somebody.opened(), 2);
}

#[tokio::test]
async fn nothing_starts_by_itself_without_being_told_to() {
    let sandbox = Sandbox::start().await.unwrap();
    let somebody = Somebody::at(&sandbox);
    let ai = app(
        &sandbox,
        "myapp://auth/callback",
        Arc::new(MemoryStore::default()),
    )
    .await
    .build()
    .unwrap();
    assert!(ai.models().await.unwrap_err().is_login_required());
    sign_in(&ai, &sandbox).await;
    sandbox.revoke_all();
    assert!(ai.models().await.unwrap_err().is_login_required());
    assert_eq!(sandbox.counts().consent_pages, 1, "the one that the test opened");

    // A fixed token cannot be logged in for.
    let fixed = somebody
        .builder(&sandbox)
        .await
        .access_token(aipass::Secret::new("wrong"))
        .build()
        .unwrap();
    assert!(fixed.models().await.unwrap_err().is_login_required());
    assert_eq!(somebody.opened(), 0);
}
