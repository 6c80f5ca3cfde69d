//! What the retry table promises, written down a second time: how often a call is sent in each situation, and every way to
//! get into it.

use super::server::{Act, HELLO, answer, events, json};
use aipass::{
    ChargeRisk, Error,
    policy::{Situation, Timeouts},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::time::Duration;

/// A call that costs nothing, a paid one, one that must not be repeated blindly, and a paid one answered by a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Class {
    Free,
    Paid,
    Once,
    Stream,
}

/// What a row promises. It is written down here a second time, so that a table that changes is noticed.
pub(super) struct Promise {
    /// How often a free, a paid and a `once` call are sent in all.
    pub(super) sent: [u32; 3],
    /// The same under [`RetryPolicy::openai_compatible`].
    pub(super) sent_compatible: [u32; 3],
    pub(super) ways: Vec<Way>,
}

/// One way to get into the situation.
pub(super) struct Way {
    pub(super) why: &'static str,
    /// What the server does, each time; nobody listens where there is nothing.
    pub(super) act: Option<Act>,
    pub(super) is: fn(&Error) -> bool,
    pub(super) risk: ChargeRisk,
    /// The pause, where the server asks for one.
    pub(super) pause: Option<Duration>,
    pub(super) limits: fn(&mut Timeouts),
    pub(super) classes: &'static [Class],
}

pub(super) const ALL: &[Class] = &[Class::Free, Class::Paid, Class::Once, Class::Stream];

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

pub(super) fn status(status: &'static str, headers: &str, is: fn(&Error) -> bool, risk: ChargeRisk) -> Way {
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
pub(super) fn promised(situation: Situation) -> Promise {
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
                status("307 Moved", "location: /elsewhere\r\n", is_unexpected, Refused),
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
                status("302 Found", "", is_unexpected, Unknown),
                status(
                    "303 See Other",
                    "location: /elsewhere\r\n",
                    is_unexpected,
                    Unknown,
                ),
                status("799 Odd", "", is_unexpected, Unknown),
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
