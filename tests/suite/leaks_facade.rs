//! The same for everything that an app can bring along: hooks, headers, raw requests, limits, a login that starts by
//! itself, answers in memory. Neither secrets nor what a person and a model say stand in a log, a `Debug` output or an
//! error.

use crate::{
    facade::{Pauses, headed},
    leaks::{Log, hold_no, listen, secrets_of},
    session::{app, free_port},
    support::{Answer, Server, answer, events},
};
use aipass::{
    Answered, BoxError, BoxFuture, BudgetGuard, Client, ClientBuilder, InMemory, Loopback, MemoryStore,
    Middleware, Outgoing, Reply, RequestOptions, RetryPolicy, Retrying, Secret, StoredTokens, Timeouts,
    TokenStore,
};
use aipass_sandbox::{Fault, Route, Sandbox};
use http::{Method, StatusCode};
use std::{sync::Arc, time::Duration};

const HEADER: &str = "canary-header";
const PROMPT: &str = "canary-prompt";
const ANSWER: &str = "canary-answer";
const TOKEN: &str = "canary-token";
const QUERY: &str = "canary-query";
/// As a gateway names the key that ran out.
const HASH: &str = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";

#[test]
fn neither_secrets_nor_words_leave_the_facade() {
    let (text, secrets) = listen(async |log| {
        answers(&log).await;
        refusals(&log).await;
        in_memory(&log).await;
        with_a_login(&log).await
    });
    assert!(
        secrets.len() >= 6,
        "the paths must have made secrets: {}",
        secrets.len()
    );
    for heard in [
        "the call was answered",
        "the call failed",
        "waiting before the call is sent again",
        "a login is required; starting one",
        "x-secret",
        "vetoed",
        "the session's own limit",
        "the login lacks the scope",
        "the wallet is empty",
    ] {
        assert!(text.contains(heard), "the paths must have come by: {heard}");
    }
    let words = [HEADER, PROMPT, ANSWER, TOKEN, QUERY, HASH].map(str::to_owned);
    hold_no(&text, secrets.into_iter().chain(words));
}

/// Shows whatever it gets.
#[derive(Debug)]
struct Shows(Log);

impl Middleware for Shows {
    fn before<'a>(&'a self, request: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        request.headers_mut().insert("x-hooked", HEADER.parse().unwrap());
        self.0.show(request);
        Box::pin(std::future::ready(Ok(())))
    }

    fn after(&self, answer: &Answered<'_>) {
        self.0.show(answer);
    }

    fn on_retry(&self, retry: &Retrying) {
        self.0.show(retry);
    }
}

fn shown(log: &Log, base_url: &str) -> ClientBuilder {
    let builder = Client::builder()
        .base_url(base_url)
        .access_token(Secret::new(TOKEN))
        .header("x-secret", HEADER)
        .sleeper(Pauses::default())
        .middleware(Shows(log.clone()));
    log.show(&builder);
    builder
}

/// Calls that are answered.
async fn answers(log: &Log) {
    let headers = [
        ("x-request-id", HEADER),
        ("set-cookie", HEADER),
        ("x-litellm-response-cost", "0.25"),
    ];
    let chat = format!(
        r#"{{"choices":[{{"message":{{"content":"{ANSWER}","tool_calls":[{{"id":"t1","function":{{"name":"f","arguments":"{ANSWER}"}}}}]}}}}]}}"#
    );
    let stream = format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{ANSWER}\"}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n"
    );
    let balance = r#"{"success":true,"data":{"totalCost":1.0}}"#;
    let server = Server::start([
        headed(
            "429 Too Many Requests",
            &headers,
            &format!(r#"{{"error":"{ANSWER}"}}"#),
        ),
        headed("200 OK", &headers, &chat),
        headed("200 OK", &headers, &stream),
        headed("200 OK", &headers, balance),
        headed("200 OK", &headers, &chat),
    ])
    .await;
    let ai = shown(log, &server.base_url)
        .budget_guard(BudgetGuard::new(0.9, 0.0))
        .build()
        .unwrap();
    let options = RequestOptions::new()
        .header("x-own", HEADER)
        .idempotency_key(HEADER);
    log.show(&options);
    let ai = ai.with_options(options);
    log.show(&ai);
    let chat = ai.chat("m").system(PROMPT).user(PROMPT);
    log.show(&chat);
    let reply = chat.send().await.unwrap();
    log.show(&reply);
    log.show(reply.meta());
    let mut stream = ai.chat("m").user(PROMPT).stream().await.unwrap();
    while let Some(event) = stream.next().await {
        log.show(&event.unwrap());
        log.show(&stream);
    }
    log.show(&stream.finish().unwrap());
    let mut watch = ai.balance_watch(Duration::ZERO);
    log.show(&watch);
    log.show(&watch.next().await.unwrap());
    let raw = ai
        .request(Method::POST, format!("/x?key={QUERY}"))
        .body("text/plain", PROMPT);
    log.show(&raw);
    let raw = raw.send().await.unwrap();
    log.show(&raw);
    raw.bytes().await.unwrap();
    log.show(&ai.totals());
    ai.request(Method::POST, "/x")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    // What it cost, four times 0.25 USD, is above the limit by now.
    log.error(&ai.chat("m").user(PROMPT).send().await.unwrap_err());
}

/// Stops every call.
#[derive(Debug)]
struct No;

impl Middleware for No {
    fn before<'a>(&'a self, _: &'a mut Outgoing) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(std::future::ready(Err("not today".into())))
    }
}

/// Calls that fail, each in its own way; the service quotes what it can.
async fn refusals(log: &Log) {
    let quoted = format!(
        r#"{{"error":{{"message":"no: {PROMPT} {TOKEN} {HEADER}","type":"{PROMPT} {TOKEN}","code":"{TOKEN} {TOKEN}","param":"{PROMPT} is it"}}}}"#
    );
    let budget = format!(
        r#"{{"error":{{"message":"ExceededBudget: User={HASH} over budget. Spend=1.5, Budget=1.0","type":"budget_exceeded"}}}}"#
    );
    let challenge = [(
        "www-authenticate",
        r#"Bearer error="insufficient_scope", scope="profile:read""#,
    )];
    let broken = |body: &str| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nset-cookie: canary-header\r\ncontent-length: 900\r\n\r\n";
        Answer::Bytes(format!("{head}{body}").into_bytes())
    };
    let faults = [
        headed("400 Bad Request", &[("set-cookie", HEADER)], &quoted),
        headed("401 Unauthorized", &[], &quoted),
        headed("403 Forbidden", &challenge, &quoted),
        headed("404 Not Found", &[], &quoted),
        headed("429 Too Many Requests", &[("retry-after", "100")], &quoted),
        headed("500 Internal Server Error", &[], &quoted),
        headed(
            "302 Found",
            &[("location", &format!("https://x.example/?{QUERY}"))],
            "",
        ),
        headed("400 Bad Request", &[], &budget),
        headed("200 OK", &[], &budget),
        headed("200 OK", &[], &quoted),
        headed("200 OK", &[], &format!(r#"{{"choices":"{ANSWER}"}}"#)),
        headed(
            "200 OK",
            &[],
            &format!(r#"{{"choices":[{{"message":{{"content":{{"{ANSWER}":1}}}}}}"#),
        ),
        answer("200 OK", "text/html", &format!("<title>{ANSWER}</title>")),
        broken(&format!(r#"{{"choices":[{{"message":{{"content":"{ANSWER}"#)),
        Answer::Bytes(Vec::new()),
        Answer::Bytes(format!("{ANSWER}\r\n\r\n").into_bytes()),
        Answer::Hang(Vec::new()),
        Answer::Bytes(events(&format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{ANSWER}\"}}}}]}}\n\n"
        ))),
        Answer::Bytes(events(&format!("data: {{\"choices\":[{{\"{ANSWER}\"\n\n"))),
        Answer::Bytes(events(&format!("data: {budget}\n\n"))),
        Answer::Bytes(events(&format!("event: error\ndata: {quoted}\n\n"))),
    ];
    let mut timeouts = Timeouts::default();
    timeouts.first_byte_free = Some(Duration::from_millis(50));
    timeouts.first_byte_paid = timeouts.first_byte_free;
    for fault in faults {
        let server = Server::start([fault]).await;
        let ai = shown(log, &server.base_url)
            .timeouts(timeouts.clone())
            .retry(RetryPolicy::charge_safe().max_retries(1))
            .build()
            .unwrap();
        if let Err(error) = ai.chat("m").user(PROMPT).send().await {
            log.error(&error);
        }
        match ai.chat("m").user(PROMPT).stream().await {
            Ok(stream) => log.error(&stream.collect_message().await.unwrap_err()),
            Err(error) => log.error(&error),
        }
        let raw = ai
            .request(Method::POST, format!("/x?{QUERY}"))
            .body("a/b", PROMPT);
        match raw.send().await {
            Ok(answer) => {
                log.show(&answer);
                if let Err(error) = answer.bytes().await {
                    log.error(&error);
                }
            }
            Err(error) => log.error(&error),
        }
        if let Err(error) = ai.userinfo().await {
            log.error(&error);
        }
        if let Err(error) = ai.model("m/x").await {
            log.error(&error);
        }
        if let Err(error) = ai.api().list_models().send().await {
            let failure = aipass::api::Failure::of(&error);
            log.show(&failure);
        }
    }
    let ai = shown(log, "http://127.0.0.1:1").middleware(No).build().unwrap();
    log.error(&ai.chat("m").user(PROMPT).send().await.unwrap_err());
    log.error(&ai.model("m\n").await.unwrap_err());
    log.error(
        &ai.request(Method::GET, format!("//{QUERY}"))
            .send()
            .await
            .unwrap_err(),
    );
    let options = RequestOptions::new().header("x-a", format!("{HEADER}\n"));
    log.error(&ai.with_options(options).models().await.unwrap_err());
    let refused = shown(log, "http://127.0.0.1:1").header("host", HEADER).build();
    log.show(&refused.unwrap_err());
}

async fn in_memory(log: &Log) {
    let body = format!(r#"{{"choices":[{{"message":{{"content":"{ANSWER}"}}}}]}}"#);
    log.show(&Reply::json(StatusCode::OK, body.clone()));
    let service = InMemory::new(move |_| Reply::json(StatusCode::OK, body.clone()));
    let store = MemoryStore::default();
    let ai = Client::builder()
        .base_url("http://127.0.0.1:1")
        .client_id("client_1")
        .token_store(store.clone())
        .responder(service.clone())
        .middleware(Shows(log.clone()))
        .build()
        .unwrap();
    let key = ai.auth().unwrap().account_key().clone();
    let tokens = StoredTokens::new(&key, TOKEN).with_scopes(["api:access"]);
    log.show(&tokens);
    store.save(&key, &tokens).await.unwrap();
    log.show(&ai);
    log.show(&ai.chat("m").user(PROMPT).send().await.unwrap());
    log.error(&ai.userinfo().await.unwrap_err());
    log.show(&service);
}

/// A login that a call starts, with everything that it makes.
async fn with_a_login(log: &Log) -> Vec<String> {
    let sandbox = Sandbox::start().await.unwrap();
    let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
    let (person, runtime, uri) = (
        sandbox.person(),
        tokio::runtime::Handle::current(),
        redirect_uri.clone(),
    );
    let ai = app(&sandbox, &redirect_uri, Arc::new(MemoryStore::default()))
        .await
        .middleware(Shows(log.clone()))
        .header("x-secret", HEADER)
        .login_with(move || {
            let (person, runtime) = (person.clone(), runtime.clone());
            let flow = Loopback::new().redirect_uri(&uri).open_browser(false);
            flow.on_url(move |url| {
                let (person, url) = (person.clone(), url.clone());
                runtime.spawn(async move { person.approve(url.as_str()).await });
            })
        })
        .build()
        .unwrap();
    log.show(&ai.models().await.unwrap());
    sandbox.expire_access_tokens();
    log.show(&ai.balance().await.unwrap());
    let ada = ai.with_session("ada").unwrap();
    log.show(&ada.userinfo().await.unwrap());
    log.show(&ada);
    sandbox.revoke_all();
    log.show(&ai.chat("gpt-4o-mini").user("hi").send().await.unwrap());
    let secrets = secrets_of(&sandbox);
    let token = secrets
        .iter()
        .rev()
        .find(|secret| secret.starts_with("sbx_at_"))
        .unwrap();
    sandbox.fail_next(
        Route::Userinfo,
        Fault::status(403, format!(r#"{{"error":"{token}","message":"{token}"}}"#)),
    );
    log.error(&ai.userinfo().await.unwrap_err());
    secrets_of(&sandbox)
}
