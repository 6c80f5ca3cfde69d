//! The retry table, row by row: what the server saw, what the error says, what it may have cost, how long was waited.

use super::server::{Act, HELLO, Probe, Script, answer, content, events, json, probe, under};
use aipass::{
    ChargeRisk, Error,
    policy::{Again, Backoff, RetryPolicy, RetryRow, Situation, Timeouts},
};
use aipass_api::{Failure, operation::Operation};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use http::Method;
use std::time::Duration;

/// A call that costs nothing, a paid one, one that must not be repeated blindly, and a paid one answered by a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Free,
    Paid,
    Once,
    Stream,
}

/// What a row promises. It is written down here a second time, so that a table that changes is noticed.
struct Promise {
    /// How often a free, a paid and a `once` call are sent in all.
    sent: [u32; 3],
    /// The same under [`RetryPolicy::openai_compatible`].
    sent_compatible: [u32; 3],
    ways: Vec<Way>,
}

/// One way to get into the situation.
struct Way {
    why: &'static str,
    /// What the server does, each time; nobody listens where there is nothing.
    act: Option<Act>,
    is: fn(&Error) -> bool,
    risk: ChargeRisk,
    /// The pause, where the server asks for one.
    pause: Option<Duration>,
    limits: fn(&mut Timeouts),
    classes: &'static [Class],
}

const ALL: &[Class] = &[Class::Free, Class::Paid, Class::Once, Class::Stream];

fn way(why: &'static str, act: Act, is: fn(&Error) -> bool, risk: ChargeRisk) -> Way {
    Way {
        why,
        act: Some(act),
        is,
        risk,
        pause: None,
        limits: |_| {},
        classes: ALL,
    }
}

fn status(status: &'static str, headers: &str, is: fn(&Error) -> bool, risk: ChargeRisk) -> Way {
    way(status, Act::Keep(answer(status, headers, "")), is, risk)
}

fn success(why: &'static str, body: &str, is: fn(&Error) -> bool, risk: ChargeRisk) -> Way {
    way(why, Act::Keep(json("200 OK", body)), is, risk)
}

fn promise(sent: [u32; 3], ways: Vec<Way>) -> Promise {
    Promise {
        sent,
        sent_compatible: sent,
        ways,
    }
}

/// What is only repeated where nothing can be lost, and always where that is asked for.
fn ambiguous(ways: Vec<Way>) -> Promise {
    Promise {
        sent_compatible: [3, 3, 3],
        ..promise([3, 1, 1], ways)
    }
}

/// Every situation has its row here; a new one does not compile without.
fn promised(situation: Situation) -> Promise {
    use ChargeRisk::{Completed, NotSent, Refused, Unknown};
    match situation {
        Situation::NotSent => promise(
            [3, 3, 3],
            vec![Way {
                act: None,
                ..way(
                    "nobody listens",
                    Act::Keep(Vec::new()),
                    Error::is_network,
                    NotSent,
                )
            }],
        ),
        Situation::Budget => promise(
            [1, 1, 1],
            vec![
                status("402 Payment Required", "", Error::is_budget_exceeded, Refused),
                way(
                    "a budget behind a 500",
                    Act::Keep(json("500 Oops", r#"{"error":{"type":"budget_exceeded"}}"#)),
                    Error::is_budget_exceeded,
                    Refused,
                ),
                way(
                    "a budget behind a 429",
                    Act::Keep(json("429 Slow", r#"{"error":{"code":"insufficient_quota"}}"#)),
                    Error::is_budget_exceeded,
                    Refused,
                ),
                success(
                    "a budget inside a 200",
                    r#"{"error":{"type":"budget_exceeded"}}"#,
                    Error::is_budget_exceeded,
                    Refused,
                ),
            ],
        ),
        Situation::Unauthorized => promise(
            [2, 2, 2],
            vec![status("401 Unauthorized", "", Error::is_login_required, Refused)],
        ),
        Situation::ShouldNotRetry => {
            let no = "x-should-retry: false\r\n";
            promise(
                [1, 1, 1],
                vec![
                    status("429 Too Many Requests", no, Error::is_rate_limited, Refused),
                    status("425 Too Early", no, Error::is_bad_request, Refused),
                    status("500 Internal Server Error", no, Error::is_server, Unknown),
                    status("503 Service Unavailable", no, Error::is_server, Unknown),
                    status(
                        "408 Request Timeout",
                        "X-Should-Retry: False\r\n",
                        Error::is_bad_request,
                        Unknown,
                    ),
                ],
            )
        }
        Situation::LongDelay => {
            let hour = "retry-after: 3600\r\n";
            promise(
                [1, 1, 1],
                vec![
                    status("429 Too Many Requests", hour, Error::is_rate_limited, Refused),
                    status("503 Service Unavailable", hour, Error::is_server, Unknown),
                ],
            )
        }
        Situation::RateLimited => promise(
            [3, 3, 3],
            vec![
                status("429 Too Many Requests", "", Error::is_rate_limited, Refused),
                Way {
                    pause: Some(Duration::from_secs(7)),
                    ..status("429 Slow", "retry-after: 7\r\n", Error::is_rate_limited, Refused)
                },
            ],
        ),
        Situation::TooEarly => promise(
            [3, 3, 3],
            vec![status("425 Too Early", "", Error::is_bad_request, Refused)],
        ),
        Situation::Unavailable => ambiguous(vec![Way {
            pause: Some(Duration::from_secs(7)),
            ..status(
                "503 Service Unavailable",
                "retry-after: 7\r\n",
                Error::is_server,
                Unknown,
            )
        }]),
        Situation::Ambiguous => ambiguous(
            [
                "500 Internal Server Error",
                "502 Bad Gateway",
                "503 Service Unavailable",
                "504 Gateway Timeout",
                "520 Unknown",
                "521 Down",
                "522 Timed Out",
                "523 Unreachable",
                "524 Timed Out",
                "525 Handshake",
                "526 Certificate",
                "529 Overloaded",
                "599 Odd",
            ]
            .map(|text| status(text, "", Error::is_server, Unknown))
            .into_iter()
            .chain([
                status("408 Request Timeout", "", Error::is_bad_request, Unknown),
                Way {
                    pause: Some(Duration::from_millis(2500)),
                    ..status("502 Later", "retry-after-ms: 2500\r\n", Error::is_server, Unknown)
                },
            ])
            .collect(),
        ),
        Situation::AskedToRetry => {
            let yes = "x-should-retry: true\r\n";
            ambiguous(vec![
                status("409 Conflict", yes, Error::is_bad_request, Unknown),
                status("501 Not Implemented", yes, Error::is_server, Unknown),
                status("505 Version", yes, Error::is_server, Unknown),
            ])
        }
        Situation::Refused => promise(
            [1, 1, 1],
            vec![
                status("400 Bad Request", "", Error::is_bad_request, Refused),
                status(
                    "400 Again?",
                    "x-should-retry: true\r\n",
                    Error::is_bad_request,
                    Refused,
                ),
                status("403 Forbidden", "", Error::is_permission, Refused),
                status("404 Not Found", "", Error::is_not_found, Refused),
                status("405 Not Allowed", "", Error::is_bad_request, Refused),
                status("409 Conflict", "", Error::is_bad_request, Refused),
                status("413 Too Large", "", Error::is_bad_request, Refused),
                status("415 Media Type", "", Error::is_bad_request, Refused),
                status("422 Unprocessable", "", Error::is_bad_request, Refused),
                status("451 Legal", "retry-after: 1\r\n", Error::is_bad_request, Refused),
                status("501 Not Implemented", "", Error::is_server, Refused),
                status("505 Version", "", Error::is_server, Refused),
            ],
        ),
        Situation::Elsewhere => promise(
            [1, 1, 1],
            vec![
                status("302 Found", "", is_unexpected, Refused),
                status("307 Moved", "location: /elsewhere\r\n", is_unexpected, Refused),
                status("799 Odd", "", is_unexpected, Refused),
            ],
        ),
        Situation::RefusedInside => promise(
            [1, 1, 1],
            vec![
                success(
                    "an authentication error",
                    r#"{"error":{"message":"m","type":"authentication_error"}}"#,
                    Error::is_login_required,
                    Refused,
                ),
                success(
                    "a code of 401",
                    r#"{"error":{"code":"401"}}"#,
                    Error::is_login_required,
                    Refused,
                ),
                success(
                    "a code of 403",
                    r#"{"error":{"code":403}}"#,
                    Error::is_permission,
                    Refused,
                ),
                success(
                    "a model that is not there",
                    r#"{"error":{"code":"model_not_found"}}"#,
                    Error::is_not_found,
                    Refused,
                ),
                success(
                    "a validation error",
                    r#"{"error":{"type":"invalid_request_error","param":"n"}}"#,
                    Error::is_bad_request,
                    Refused,
                ),
                success(
                    "an envelope",
                    r#"{"success":false,"message":"no","timestamp":"t"}"#,
                    Error::is_bad_request,
                    Refused,
                ),
            ],
        ),
        Situation::FalseSuccess => promise(
            [1, 1, 1],
            vec![
                success("an error", r#"{"error":{"message":"m"}}"#, is_unexpected, Unknown),
                success(
                    "a rate limit",
                    r#"{"error":{"code":429}}"#,
                    Error::is_rate_limited,
                    Unknown,
                ),
                success(
                    "a failed server",
                    r#"{"error":{"code":"500"}}"#,
                    Error::is_server,
                    Unknown,
                ),
                success("null", "null", Error::is_decode, Unknown),
                success("nothing", "", Error::is_decode, Unknown),
                success("white space", " \r\n\t", Error::is_decode, Unknown),
                way(
                    "a page",
                    Act::Keep(answer(
                        "200 OK",
                        "content-type: text/html\r\n",
                        "<title>x</title>",
                    )),
                    Error::is_decode,
                    Unknown,
                ),
                way(
                    "a 204",
                    Act::Keep(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
                    Error::is_decode,
                    Unknown,
                ),
            ],
        ),
        Situation::NoAnswer => ambiguous(vec![
            Way {
                limits: |limits| {
                    limits.first_byte_free = Some(Duration::from_millis(50));
                    limits.first_byte_paid = limits.first_byte_free;
                },
                ..way("silence", Act::Hold(Vec::new()), Error::is_timeout, Unknown)
            },
            way("a reset", Act::Reset(Vec::new()), Error::is_network, Unknown),
            way("an end", Act::Close(Vec::new()), Error::is_network, Unknown),
            way(
                "half a head",
                Act::Close(b"HTTP/1.1 200 OK\r\ncontent-type: appl".to_vec()),
                Error::is_network,
                Unknown,
            ),
            way(
                "no HTTP",
                Act::Close(b"220 smtp ready\r\n\r\n".to_vec()),
                Error::is_network,
                Unknown,
            ),
        ]),
        Situation::BrokenAnswer => promise(
            [3, 1, 1],
            vec![
                way(
                    "a cut by length",
                    Act::Close(head_of(500, "", b"{\"data\":[")),
                    Error::is_incomplete,
                    Completed,
                ),
                way(
                    "a cut between chunks",
                    Act::Close(chunked(b"9\r\n{\"data\":[\r\n")),
                    Error::is_incomplete,
                    Completed,
                ),
                way(
                    "a cut in a chunk",
                    Act::Close(chunked(b"ff\r\n{\"data\":[")),
                    Error::is_incomplete,
                    Completed,
                ),
                way(
                    "a reset",
                    Act::Reset(head_of(500, "", b"{\"data\":[")),
                    Error::is_incomplete,
                    Completed,
                ),
                way(
                    "half of gzip",
                    Act::Close(gzip(&[ZIPPED], 20)),
                    Error::is_incomplete,
                    Completed,
                ),
                way(
                    "gzip without its sum",
                    Act::Close(gzip(&[ZIPPED], 8)),
                    Error::is_incomplete,
                    Completed,
                ),
                Way {
                    limits: |limits| limits.idle = Some(Duration::from_millis(50)),
                    ..way(
                        "silence",
                        Act::Hold(head_of(500, "", b"{\"data\":[")),
                        Error::is_timeout,
                        Completed,
                    )
                },
                Way {
                    // The raw answer of such a call is not read by types.
                    classes: &[Class::Free, Class::Paid, Class::Stream],
                    ..success("no JSON", r#"{"data":[{"id""#, Error::is_decode, Completed)
                },
                Way {
                    classes: &[Class::Free, Class::Paid, Class::Stream],
                    ..way(
                        "gzip of two members",
                        Act::Close(gzip(&HALVES, 0)),
                        |error| error.is_decode() || error.is_incomplete(),
                        Completed,
                    )
                },
            ],
        ),
        Situation::TooLarge => promise(
            [1, 1, 1],
            vec![way(
                "65 MiB",
                Act::Flood(head_of(65 << 20, "", b""), 65 << 20),
                Error::is_decode,
                Completed,
            )],
        ),
        Situation::BrokenStream => promise(
            [1, 1, 1],
            vec![
                way(
                    "a cut",
                    Act::Close(events(HELLO)),
                    Error::is_incomplete,
                    Completed,
                ),
                way(
                    "a reset",
                    Act::Reset(events(HELLO)),
                    Error::is_incomplete,
                    Completed,
                ),
                Way {
                    limits: |limits| limits.idle = Some(Duration::from_millis(50)),
                    ..way("silence", Act::Hold(events(HELLO)), Error::is_timeout, Completed)
                },
                way(
                    "no JSON",
                    Act::Close(events(&format!("{HELLO}data: {{\"choices\":\n\n"))),
                    Error::is_decode,
                    Completed,
                ),
                way(
                    "a budget",
                    Act::Close(events(&format!(
                        "{HELLO}data: {{\"error\":{{\"type\":\"budget_exceeded\"}}}}\n\n"
                    ))),
                    Error::is_budget_exceeded,
                    Completed,
                ),
            ]
            .into_iter()
            .map(|way| Way {
                classes: &[Class::Stream],
                ..way
            })
            .collect(),
        ),
    }
}

fn is_unexpected(error: &Error) -> bool {
    !(error.is_login_required()
        || error.is_server()
        || error.is_bad_request()
        || error.is_network()
        || error.is_decode()
        || error.is_incomplete())
}

fn head_of(length: usize, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    bytes.extend_from_slice(body);
    bytes
}

/// A whole answer to every call here, and the same in two members (RFC 1952 section 2.2).
const ZIPPED: &str = "H4sIAAAAAAACAw3IMQqAMAwF0Lv8uYNzriJFQhu1iImYDELp3e34XkflYNCaE8pprYhPdDSt8oGWhFvc+RBQRzEN0QDBLoyEvWnzc3uF3XSuhz0Yefxx0EqfVQAAAA==";
const HALVES: [&str; 2] = [
    "H4sIAAAAAAACA6tWSkksSVSyio7VUUrOyM9MTi0GcqqVMvNSUiuUrAx0lHJTi4sT0wH/s2+TKAAAAA==",
    "H4sIAAAAAAACA0tVsqpWSs7PK0nNK1GyUsrPVqrVUUrLzMsszogvSk0szs8DihaX5Bco1cbWAgAUQdt+LQAAAA==",
];

/// These members, without that many bytes at the end; the length is that of what is sent.
fn gzip(members: &[&str], without: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = members
        .iter()
        .flat_map(|member| STANDARD.decode(member).unwrap())
        .collect();
    bytes.truncate(bytes.len() - without);
    head_of(bytes.len(), "content-encoding: gzip\r\n", &bytes)
}

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
            Ok(stream) => Some(stream.collect().await.unwrap_err()),
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
    let error = call(&probe, class).await;
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
    ai.chat("m").user("hi").stream().await.unwrap();
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
