//! The retry table, row by row: what the server saw, what the error says, what it may have cost, how long was waited.

use super::{
    promises::{ALL, Class, Way, promised, status},
    server::{Act, Probe, Script, answer, content, json, probe, under},
};
use aipass::{
    ChargeRisk, Error,
    policy::{Again, Backoff, RetryPolicy, RetryRow, Situation},
};
use aipass_api::{Failure, operation::Operation};
use futures_util::future::join_all;
use http::Method;
use std::time::Duration;

/// A call under the rules of `once`, as none of the generated operations is.
async fn once(Probe { base_url, ai, .. }: &Probe) -> Result<(), Failure> {
    let mut operation = *Operation::find("create_chat_completion").unwrap();
    operation.charge = aipass::Charge::Once;
    let url = format!("{base_url}/oauth2/v1/once").parse().unwrap();
    let mut request = reqwest::Request::new(Method::POST, url);
    *request.body_mut() = Some("{}".into());
    let operation: &'static Operation = Box::leak(Box::new(operation));
    ai.api().execute(operation, request).await?;
    Ok(())
}

/// The error, where the call has one of the facade's, and its number of attempts.
async fn call(probe: &Probe, class: Class) -> Option<Error> {
    let ai = &probe.ai;
    match class {
        Class::Free => Some(ai.models().await.unwrap_err()),
        Class::Paid => Some(ai.chat("m").user("hi").send().await.unwrap_err()),
        Class::Stream => match ai.chat("m").user("hi").stream().await {
            Ok(stream) => Some(stream.collect_message().await.unwrap_err()),
            Err(error) => Some(error),
        },
        Class::Once => {
            once(probe).await.unwrap_err();
            None
        }
    }
}

async fn try_way(way: Way, policy: RetryPolicy, class: Class, sent: u32, renews: bool) {
    let context = format!("{} as {class:?}", way.why);
    let (server, probe) = match way.act {
        Some(act) => {
            let server = Script::always(act).await;
            let probe = server.probe_with(under(policy, way.limits)).await;
            (Some(server), probe)
        }
        None => (None, probe(&nobody(), under(policy, way.limits)).await),
    };
    let calling = tokio::time::timeout(Duration::from_secs(60), call(&probe, class));
    let error = calling.await.unwrap_or_else(|_| panic!("{context}: never ends"));
    if let Some(server) = &server {
        assert_eq!(
            server.calls().len(),
            sent as usize,
            "{context}: requests, {error:?}"
        );
        assert_eq!(server.renewals(), usize::from(renews), "{context}: renewals");
    }
    let pauses = probe.pauses.recorded();
    let waited = if renews { 0 } else { sent as usize - 1 };
    assert_eq!(pauses.len(), waited, "{context}: {pauses:?}");
    for (number, pause) in (0..).zip(&pauses) {
        match way.pause {
            Some(asked) => assert_eq!(*pause, asked, "{context}"),
            None => assert!(
                *pause <= Backoff::default().longest(number),
                "{context}: {pauses:?}"
            ),
        }
    }
    let Some(error) = error else { return };
    assert!((way.is)(&error), "{context}: {error:?}");
    assert_eq!(error.attempts(), sent, "{context}");
    let risk = if class == Class::Free {
        ChargeRisk::Free
    } else {
        way.risk
    };
    assert_eq!(error.charge_risk(), risk, "{context}: {error:?}");
    if way.pause.is_some() {
        assert_eq!(error.retry_after(), way.pause, "{context}");
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn try_row(row: &RetryRow, policy: &RetryPolicy, class: Class) {
    let promise = promised(row.situation);
    let sent = if policy.rows() == RetryPolicy::charge_safe().rows() {
        promise.sent
    } else {
        promise.sent_compatible
    };
    let sent = match class {
        Class::Free => sent[0],
        Class::Paid | Class::Stream => sent[1],
        Class::Once => sent[2],
    };
    // What the table says of itself is what it does.
    let again = row.again(match class {
        Class::Free => aipass::Charge::Free,
        Class::Paid | Class::Stream => aipass::Charge::Paid,
        Class::Once => aipass::Charge::Once,
    });
    let renews = again == Again::Renew;
    let said = match again {
        Again::No | Again::OptIn => 1,
        Again::Renew => 2,
        Again::Retry => 1 + policy.retries(),
    };
    assert_eq!(said, sent, "{row:?} as {class:?}");
    for way in &promise.ways {
        assert!(
            row.risk.is_none_or(|risk| risk == way.risk),
            "{row:?}: {}",
            way.why
        );
    }
    let ways = promise
        .ways
        .into_iter()
        .filter(|way| way.classes.contains(&class));
    join_all(ways.map(|way| try_way(way, policy.clone(), class, sent, renews))).await;
}

async fn try_table(policy: RetryPolicy, class: Class) {
    for row in policy.rows() {
        try_row(row, &policy, class).await;
    }
}

#[tokio::test]
async fn the_default_table_for_free_calls() {
    try_table(RetryPolicy::charge_safe(), Class::Free).await;
}

#[tokio::test]
async fn the_default_table_for_paid_calls() {
    try_table(RetryPolicy::charge_safe(), Class::Paid).await;
}

#[tokio::test]
async fn the_default_table_for_streams() {
    try_table(RetryPolicy::charge_safe(), Class::Stream).await;
}

#[tokio::test]
async fn the_default_table_for_calls_that_are_sent_once() {
    try_table(RetryPolicy::charge_safe(), Class::Once).await;
}

#[tokio::test]
async fn the_compatible_table_for_free_calls() {
    try_table(RetryPolicy::openai_compatible(), Class::Free).await;
}

#[tokio::test]
async fn the_compatible_table_for_paid_calls() {
    try_table(RetryPolicy::openai_compatible(), Class::Paid).await;
}

#[tokio::test]
async fn the_compatible_table_for_streams() {
    try_table(RetryPolicy::openai_compatible(), Class::Stream).await;
}

#[tokio::test]
async fn the_compatible_table_for_calls_that_are_sent_once() {
    try_table(RetryPolicy::openai_compatible(), Class::Once).await;
}

/// The first row that fits decides, so their order is a part of the promise.
#[test]
fn the_rows_stand_in_their_order() {
    for policy in [
        RetryPolicy::charge_safe(),
        RetryPolicy::openai_compatible(),
        RetryPolicy::none(),
    ] {
        let order: Vec<_> = policy.rows().iter().map(|row| row.situation).collect();
        assert_eq!(
            order,
            [
                Situation::NotSent,
                Situation::Budget,
                Situation::Unauthorized,
                Situation::ShouldNotRetry,
                Situation::LongDelay,
                Situation::RateLimited,
                Situation::TooEarly,
                Situation::Unavailable,
                Situation::Ambiguous,
                Situation::AskedToRetry,
                Situation::Refused,
                Situation::Elsewhere,
                Situation::RefusedInside,
                Situation::FalseSuccess,
                Situation::NoAnswer,
                Situation::BrokenAnswer,
                Situation::TooLarge,
                Situation::BrokenStream,
            ]
        );
    }
}

/// The one switch that the default table has.
#[tokio::test]
async fn a_503_with_a_delay_is_waited_for_where_that_is_asked_for() {
    let policy = || RetryPolicy::charge_safe().retry_unavailable(true);
    for (class, sent) in [
        (Class::Free, 3),
        (Class::Paid, 3),
        (Class::Stream, 3),
        (Class::Once, 1),
    ] {
        for way in promised(Situation::Unavailable).ways {
            try_way(way, policy(), class, sent, false).await;
        }
        let plain = status(
            "503 Service Unavailable",
            "",
            Error::is_server,
            ChargeRisk::Unknown,
        );
        let sent = if class == Class::Free { 3 } else { 1 };
        try_way(plain, policy(), class, sent, false).await;
    }
}

#[tokio::test]
async fn without_retries_only_a_token_is_renewed() {
    for class in ALL {
        for situation in [Situation::NotSent, Situation::RateLimited, Situation::Ambiguous] {
            for way in promised(situation).ways {
                try_way(way, RetryPolicy::none(), *class, 1, false).await;
            }
        }
        for way in promised(Situation::Unauthorized).ways {
            try_way(way, RetryPolicy::none(), *class, 2, true).await;
        }
    }
}

/// What the last attempt says of itself is not the whole: the first may have been charged.
#[tokio::test]
async fn an_attempt_that_may_be_charged_is_remembered() {
    let refused = Act::Keep(json("400 Bad Request", r#"{"error":{"message":"no"}}"#));
    for (first, policy, risk) in [
        (
            Act::Reset(Vec::new()),
            RetryPolicy::openai_compatible(),
            ChargeRisk::Unknown,
        ),
        (
            Act::Keep(answer("503 Later", "retry-after: 1\r\n", "")),
            RetryPolicy::charge_safe().retry_unavailable(true),
            ChargeRisk::Unknown,
        ),
        (
            Act::Keep(answer("429 Slow", "", "")),
            RetryPolicy::openai_compatible(),
            ChargeRisk::Refused,
        ),
    ] {
        let server = Script::acts([first, refused.clone()]).await;
        let ai = server.probe_with(under(policy, |_| {})).await.ai;
        let error = ai.chat("m").user("hi").send().await.unwrap_err();
        assert!(error.is_bad_request(), "{error:?}");
        assert_eq!((error.attempts(), error.charge_risk()), (2, risk), "{error:?}");
        assert_eq!(ai.models().await.unwrap_err().charge_risk(), ChargeRisk::Free);
    }
}

#[tokio::test]
async fn a_retry_that_is_answered_is_an_answer() {
    let slow = Act::Keep(answer("429 Slow", "", ""));
    let server = Script::acts([slow.clone(), slow, Act::Keep(content())]).await;
    let Probe { ai, pauses, .. } = server.probe().await;
    let reply = ai.chat("m").user("hi").send().await.unwrap();
    assert_eq!((reply.text(), reply.meta().attempts()), ("ok", 3));
    assert_eq!(pauses.recorded().len(), 2);
    let calls = server.calls();
    let body = |call: &str| call.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert!(
        calls.iter().all(|call| body(call) == body(&calls[0])),
        "the same body each time"
    );
}

/// A decoder of gzip may drop what follows the first member. JSON and events show where they end; a file or a text does
/// not, and must not come in half.
#[tokio::test]
async fn what_does_not_show_its_end_is_not_compressed() {
    let film = Act::Keep(answer("200 OK", "content-type: video/mp4\r\n", "film"));
    let server = Script::acts([film.clone(), film, Act::Keep(content())]).await;
    let ai = server.probe().await.ai;
    ai.api().download_video().id("v-1").send().await.unwrap();
    ai.request(Method::GET, "/oauth2/v1/file").send().await.unwrap();
    ai.models().await.unwrap();
    drop(ai.chat("m").user("hi").stream().await.unwrap());
    let asked: Vec<_> = server
        .calls()
        .iter()
        .map(|call| {
            call.lines()
                .find_map(|line| line.strip_prefix("accept-encoding: "))
                .map(str::to_owned)
        })
        .collect();
    let asked: Vec<_> = asked
        .iter()
        .map(|value| value.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(asked, ["identity", "identity", "gzip", "gzip"]);
}
