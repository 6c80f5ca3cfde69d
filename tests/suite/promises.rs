//! Promises that the compiler keeps: what may cross threads, what is an object, what can be shown.

use crate::facade::Pauses;
use aipass::{
    Answer, Balance, BalanceWatch, BudgetExceeded, BudgetGuard, ChatBuilder, ChatEvent, ChatReply,
    ChatStream, Client, ClientBuilder, ConfigError, Error, InMemory, Meta, Middleware, Outgoing, RateLimit,
    RawAnswer, RawRequest, Reply, RequestOptions, Responder, Retrying, Totals,
    policy::{RetryPolicy, Sleeper, Timeouts},
};
use std::{fmt::Debug, sync::Arc};

fn is_send<T: Send>() {}
fn is_shared<T: Send + Sync + 'static>() {}
fn is_shown<T: Debug>() {}
fn goes_anywhere<F: Future + Send + 'static>(_: F) {}

#[test]
fn what_an_app_implements_is_an_object() {
    is_shared::<Arc<dyn Middleware>>();
    is_shared::<Arc<dyn Responder>>();
    is_shared::<Arc<dyn Sleeper>>();
    is_shown::<dyn_parts::Hook>();
    let hooks: Vec<Box<dyn Middleware>> = vec![Box::new(dyn_parts::Nothing)];
    let responder: &dyn Responder = &InMemory::new(|_| Reply::NoAnswer);
    let sleeper: &dyn Sleeper = &Pauses::default();
    assert!(!format!("{hooks:?} {responder:?} {sleeper:?}").is_empty());
}

mod dyn_parts {
    pub(super) type Hook = std::sync::Arc<dyn aipass::Middleware>;

    /// Every method of a hook has a default.
    #[derive(Debug)]
    pub(super) struct Nothing;

    impl aipass::Middleware for Nothing {}
}

#[test]
fn what_an_app_holds_crosses_threads_and_can_be_shown() {
    is_shared::<Client>();
    is_shared::<ClientBuilder>();
    is_shared::<Error>();
    is_shared::<ConfigError>();
    is_shared::<ChatBuilder>();
    is_shared::<ChatStream>();
    is_shared::<ChatReply>();
    is_shared::<RawRequest>();
    is_shared::<Answer<Vec<u8>>>();
    is_shared::<Meta>();
    is_shared::<BalanceWatch>();
    is_shared::<InMemory>();
    is_shared::<RequestOptions>();
    is_send::<RawAnswer>();
    is_send::<Reply>();
    is_send::<Outgoing>();

    is_shown::<(
        Client,
        ClientBuilder,
        Error,
        ConfigError,
        ChatBuilder,
        ChatStream,
        ChatReply,
        ChatEvent,
    )>();
    is_shown::<(
        RawRequest,
        RawAnswer,
        Answer<u8>,
        Meta,
        RateLimit,
        Balance,
        BalanceWatch,
        BudgetExceeded,
    )>();
    is_shown::<(
        BudgetGuard,
        Totals,
        InMemory,
        Reply,
        RequestOptions,
        Outgoing,
        Retrying,
        RetryPolicy,
        Timeouts,
    )>();
    is_shown::<aipass::Answered<'_>>();
}

#[test]
fn every_call_can_be_spawned() {
    // Never polled, so nothing is sent.
    let ai = crate::support::client("http://127.0.0.1:1");
    goes_anywhere(ai.chat("m").user("hi").send());
    goes_anywhere(ai.chat("m").user("hi").stream());
    goes_anywhere(ai.request(http::Method::GET, "/x").send());
    let owned = ai.clone();
    goes_anywhere(async move {
        owned.models().await?;
        owned.model("m").await?;
        owned.balance().await?;
        owned.fetch_balance().await?;
        owned.userinfo().await?;
        owned.balance_watch(std::time::Duration::MAX).next().await?;
        owned
            .request(http::Method::GET, "/x")
            .send()
            .await?
            .bytes()
            .await?;
        let mut stream = owned.chat("m").user("hi").stream().await?;
        stream.next().await.transpose()?;
        stream.collect_message().await?;
        Ok::<(), Error>(())
    });
}
