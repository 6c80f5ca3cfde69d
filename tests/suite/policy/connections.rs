//! Connections that are not there, and connections of the pool that go away.

use super::{
    retries::nobody,
    server::{Act, Probe, Script, content, probe},
};
use crate::support::eventually;
use aipass::{ChargeRisk, Error, HttpOptions};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

fn not_sent(error: &Error) {
    assert_eq!(error.charge_risk(), ChargeRisk::NotSent, "{error:?}");
    assert!(!error.charge_risk().may_have_been_charged());
    assert_eq!(error.attempts(), 3, "{error:?}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_not_sent_to() {
    let Probe { ai, pauses, .. } = probe("https://aipass.invalid", |builder| builder).await;
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    not_sent(&error);
    assert_eq!(pauses.recorded().len(), 2);
}

/// No request is sent before the handshake is done.
#[tokio::test]
async fn a_handshake_that_fails_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let ai = probe(&base_url, |builder| builder).await.ai;
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_network(), "{error:?}");
    not_sent(&error);
}

/// A listener whose queue is full lets nobody in; Linux then drops the packets of those who come.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_not_made_in_time_is_not_sent() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(connected) = tokio::time::timeout(
        Duration::from_millis(200),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        queue.push(connected.unwrap());
        assert!(queue.len() < 20, "the queue never fills");
    }
    let limit = HttpOptions::default().connect_timeout(Duration::from_millis(100));
    let ai = probe(&format!("http://{address}"), |builder| builder.http(limit))
        .await
        .ai;
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    not_sent(&error);
}

#[tokio::test]
async fn a_server_that_comes_back_is_found() {
    let base_url = nobody();
    let address: std::net::SocketAddr = base_url.strip_prefix("http://").unwrap().parse().unwrap();
    let ai = probe(&base_url, |builder| builder).await.ai;
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    not_sent(&error);
    assert!(error.help().contains("check the connection"), "{}", error.help());
    // Another program may have taken the port meanwhile; then there is nothing to see.
    if let Ok(listener) = TcpListener::bind(address).await {
        let server = Script::listening(listener, |_| Act::Keep(content()));
        assert_eq!(ai.chat("m").user("hi").send().await.unwrap().meta().attempts(), 1);
        assert_eq!(server.calls().len(), 1);
    }
}

/// An everyday event: the server closes what nobody used for a while.
#[tokio::test]
async fn a_pooled_connection_that_was_closed_costs_nothing() {
    for act in [Act::Close(content()), Act::Reset(content())] {
        let server = Script::always(act.clone()).await;
        let ai = server.probe().await.ai;
        for number in 1..=5 {
            let reply = ai.chat("m").user("hi").send().await;
            assert_eq!(reply.unwrap().text(), "ok", "{act:?}");
            eventually("the server closes", || server.ended() == number).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(server.calls().len(), 5);
    }
}

/// Whether the server still took the request cannot be known; what is certain is that no call reaches it twice.
#[tokio::test]
async fn a_pooled_connection_that_closes_at_that_moment_repeats_no_paid_call() {
    for act in [Act::Close(content()), Act::Reset(content())] {
        let server = Script::always(act).await;
        let ai = server.probe().await.ai;
        for number in 0..100 {
            match ai.chat("m").user(format!("question {number};")).send().await {
                Ok(reply) => assert_eq!(reply.text(), "ok"),
                Err(error) => assert!(
                    matches!(error.charge_risk(), ChargeRisk::Unknown | ChargeRisk::NotSent),
                    "{error:?}"
                ),
            }
        }
        let calls = server.calls();
        for number in 0..100 {
            let question = format!("question {number};");
            let seen = calls.iter().filter(|call| call.contains(&question)).count();
            assert!(seen <= 1, "{question} was sent {seen} times");
        }
    }
}

/// A request on a connection of the pool, taken and not answered.
#[tokio::test]
async fn a_pooled_connection_that_dies_under_a_request_is_unknown() {
    for last in [Act::Close(Vec::new()), Act::Reset(Vec::new())] {
        let server = Script::acts([Act::Keep(content()), last]).await;
        let ai = server.probe().await.ai;
        ai.chat("m").user("hi").send().await.unwrap();
        let error = ai.chat("m").user("hi").send().await.unwrap_err();
        assert!(error.is_network(), "{error:?}");
        assert_eq!(
            (error.charge_risk(), error.attempts(), server.calls().len()),
            (ChargeRisk::Unknown, 1, 2),
            "{error:?}"
        );
        assert!(error.help().contains("may have been charged"), "{}", error.help());
    }
}
