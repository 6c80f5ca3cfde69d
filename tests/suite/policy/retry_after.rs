//! How long a server asks to wait, and what is made of it.

use super::server::{Act, Probe, Script, answer, content, under};
use aipass::{
    ChargeRisk, Error,
    policy::{Backoff, RetryPolicy},
};
use std::time::Duration;

const DATE: &str = "date: Wed, 21 Oct 2015 12:00:00 GMT\r\n";

/// The pauses and the error of a paid call that always gets this answer.
async fn asked(status: &str, headers: &str) -> (Vec<Duration>, Error, usize) {
    let server = Script::always(Act::Keep(answer(status, headers, ""))).await;
    let Probe { ai, pauses, .. } = server.probe().await;
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    (pauses.recorded(), error, server.calls().len())
}

#[tokio::test]
async fn what_is_asked_is_waited_exactly() {
    for (headers, pause) in [
        ("retry-after: 60\r\n", Duration::from_secs(60)),
        ("Retry-After:  1 \r\n", Duration::from_secs(1)),
        ("retry-after: 0.25\r\n", Duration::from_millis(250)),
        ("retry-after: 59.999\r\n", Duration::from_millis(59_999)),
        ("retry-after-ms: 1500\r\n", Duration::from_millis(1500)),
        ("retry-after-ms: 60000\r\n", Duration::from_secs(60)),
        (
            "retry-after-ms: 20\r\nretry-after: 3600\r\n",
            Duration::from_millis(20),
        ),
        (
            "retry-after-ms: soon\r\nretry-after: 9\r\n",
            Duration::from_secs(9),
        ),
    ] {
        let (pauses, error, sent) = asked("429 Slow", headers).await;
        assert_eq!(pauses, [pause, pause], "{headers}");
        assert_eq!((error.retry_after(), sent), (Some(pause), 3), "{headers}");
        assert!(error.is_rate_limited());
    }
}

#[tokio::test]
async fn a_date_is_read_against_the_servers_clock() {
    for (date, pause) in [
        ("Wed, 21 Oct 2015 12:00:07 GMT", 7),
        ("Wednesday, 21-Oct-15 12:01:00 GMT", 60),
        ("Wed Oct 21 12:00:01 2015", 1),
    ] {
        let (pauses, _, sent) = asked("429 Slow", &format!("{DATE}retry-after: {date}\r\n")).await;
        assert_eq!((pauses, sent), (vec![Duration::from_secs(pause); 2], 3), "{date}");
    }
}

#[tokio::test]
async fn more_than_a_minute_is_not_waited_for() {
    for (headers, pause) in [
        ("retry-after: 61\r\n".to_owned(), Duration::from_secs(61)),
        (
            "retry-after: 60.001\r\n".to_owned(),
            Duration::from_millis(60_001),
        ),
        ("retry-after: 3600\r\n".to_owned(), Duration::from_secs(3600)),
        (
            "retry-after-ms: 60001\r\n".to_owned(),
            Duration::from_millis(60_001),
        ),
        (
            format!("{DATE}retry-after: Wed, 21 Oct 2015 12:01:01 GMT\r\n"),
            Duration::from_secs(61),
        ),
        // What the error reports is capped.
        ("retry-after: 1e300\r\n".to_owned(), Duration::from_secs(86_400)),
        (
            format!("{DATE}retry-after: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
            Duration::from_secs(86_400),
        ),
    ] {
        for status in ["429 Slow", "503 Busy", "502 Bad Gateway", "425 Too Early"] {
            let (pauses, error, sent) = asked(status, &headers).await;
            assert_eq!(
                (pauses.len(), sent, error.attempts()),
                (0, 1, 1),
                "{status} {headers}"
            );
            assert_eq!(error.retry_after(), Some(pause), "{status} {headers}");
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
        }
        let server = Script::always(Act::Keep(answer("502 Bad Gateway", &headers, ""))).await;
        let Probe { ai, pauses, .. } = server.probe().await;
        assert_eq!(
            ai.models().await.unwrap_err().attempts(),
            1,
            "{headers}: free calls too"
        );
        assert!(pauses.recorded().is_empty());
    }
    let (_, error, _) = asked("429 Slow", "retry-after: 3600\r\n").await;
    assert!(error.help().contains("wait 3600 s"), "{}", error.help());
}

/// A bad value hides nothing: the pause is the ordinary one, and the error that of the service.
#[tokio::test]
async fn what_makes_no_sense_is_as_if_nothing_were_asked() {
    for value in [
        "0",
        "0.0",
        "-1",
        "-1e300",
        "NaN",
        "soon",
        "",
        "1 second",
        "60s",
        "1,5",
        "Wed, 21 Oct 2015 12:00:00 GMT",
        "Wed, 21 Oct 2015 11:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Sat, 01 Jan 100000 00:00:00 GMT",
        "Wed, 99 Oct 2015 12:00:00 GMT",
        "\u{fc}bermorgen",
    ] {
        let (pauses, error, sent) = asked("429 Slow", &format!("{DATE}retry-after: {value}\r\n")).await;
        assert_eq!(sent, 3, "{value}");
        let [first, second] = pauses[..] else {
            panic!("{value}: {pauses:?}")
        };
        assert!(
            first <= Duration::from_millis(500) && second <= Duration::from_secs(1),
            "{value}: {pauses:?}"
        );
        assert!(error.is_rate_limited(), "{value}: {error:?}");
        assert_eq!(
            (error.retry_after(), error.charge_risk()),
            (None, ChargeRisk::Refused),
            "{value}"
        );
        // Without a delay that can be read, a 503 is an ambiguous one like any other.
        let (pauses, error, sent) = asked("503 Busy", &format!("{DATE}retry-after: {value}\r\n")).await;
        assert_eq!(
            (pauses.len(), sent, error.charge_risk()),
            (0, 1, ChargeRisk::Unknown),
            "{value}"
        );
    }
}

/// The random part of the pause is spread over the whole of it.
#[tokio::test]
async fn the_ordinary_pauses_differ() {
    let slow = Act::Keep(answer("429 Slow", "", ""));
    let server = Script::always(slow).await;
    let Probe { ai, pauses, .. } = server.probe().await;
    for _ in 0..20 {
        ai.chat("m").user("hi").send().await.unwrap_err();
    }
    let pauses = pauses.recorded();
    assert_eq!(pauses.len(), 40);
    assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    assert!(
        pauses
            .iter()
            .step_by(2)
            .all(|pause| *pause <= Duration::from_millis(500))
    );
    assert!(
        pauses.iter().any(|pause| *pause > Duration::from_millis(500)),
        "the second is longer at times"
    );
}

#[tokio::test]
async fn the_wait_ends_in_an_answer() {
    let server = Script::acts([
        Act::Keep(answer("429 Slow", "retry-after: 30\r\n", "")),
        Act::Keep(content()),
    ])
    .await;
    let Probe { ai, pauses, .. } = server.probe().await;
    assert_eq!(ai.chat("m").user("hi").send().await.unwrap().text(), "ok");
    assert_eq!(pauses.recorded(), [Duration::from_secs(30)]);
}

/// A program may be more patient than the default, and the pauses have a ceiling then.
#[tokio::test]
async fn the_pauses_double_up_to_the_ceiling() {
    let mut backoff = Backoff::default();
    backoff.first = Duration::from_millis(10);
    backoff.most = Duration::from_millis(40);
    let policy = RetryPolicy::charge_safe().max_retries(6).backoff(backoff);
    let server = Script::always(Act::Keep(answer("429 Slow", "", ""))).await;
    let Probe { ai, pauses, .. } = server.probe_with(under(policy, |_| {})).await;
    assert_eq!(ai.chat("m").user("hi").send().await.unwrap_err().attempts(), 7);
    for (pause, most) in pauses.recorded().iter().zip([10, 20, 40, 40, 40, 40]) {
        assert!(*pause <= Duration::from_millis(most), "{:?}", pauses.recorded());
    }
    assert_eq!(pauses.recorded().len(), 6);
}
