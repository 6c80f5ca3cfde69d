//! Errors inside a stream: typed, the last thing that comes, and with what came before them.

use super::{DONE, HELLO, Outcome, STOP, chat, run, stream};
use crate::support::{Answer, Server, events};
use aipass::{ChargeRisk, Client, Secret, policy::RetryPolicy};

#[tokio::test]
async fn errors_inside_a_stream_are_typed() {
    let budget = "data: {\"error\":{\"message\":\"Budget has been exceeded! Current cost: 10.1, Max budget: 10.0\",\"type\":\"budget_exceeded\",\"code\":\"400\"}}\n\n";
    let Outcome { text, end: reply, .. } = run(stream(&[HELLO, budget])).await;
    let error = reply.unwrap_err();
    assert!(error.is_budget_exceeded());
    let budget = error.budget().unwrap();
    assert_eq!((budget.spent, budget.max), (Some(10.1), Some(10.0)));
    assert_eq!(
        (text.as_str(), error.partial().unwrap().text()),
        ("Hello", "Hello")
    );

    let limited = "event: error\ndata: {\"error\":{\"message\":\"slow down\",\"code\":\"429\"}}\n\n";
    let Outcome { end: reply, .. } = run(stream(&[HELLO, limited, DONE])).await;
    assert!(reply.unwrap_err().is_rate_limited());

    let Outcome { end: reply, .. } = run(stream(&[HELLO, "data: {\"choices\":[{\n\n"])).await;
    let error = reply.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("choices"));
}

#[tokio::test]
async fn an_error_before_the_first_word_is_what_it_would_be_as_an_answer() {
    for (event, risk) in [
        (
            "{\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}",
            ChargeRisk::Refused,
        ),
        (
            "{\"error\":{\"message\":\"m\",\"code\":\"429\"}}",
            ChargeRisk::Unknown,
        ),
        (
            "{\"error\":{\"message\":\"m\",\"code\":\"502\"}}",
            ChargeRisk::Unknown,
        ),
    ] {
        let Outcome { end: reply, .. } = run(stream(&[&format!("data: {event}\n\n"), DONE])).await;
        assert_eq!(reply.unwrap_err().charge_risk(), risk, "{event}");
    }
}

#[tokio::test]
async fn what_came_before_a_fault_is_given_out_first() {
    let odd = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}},{\"index\":-1}]}\n\n";
    let Outcome { text, end: reply, .. } = run(stream(&[odd, STOP, DONE])).await;
    assert_eq!(text, "Hi");
    assert!(reply.unwrap_err().is_decode());
}

/// Servers that fail seldom end in order: no [DONE], and a socket that stays open.
#[tokio::test]
async fn an_error_ends_the_stream_at_once() {
    type Is = fn(&aipass::Error) -> bool;
    let rows: &[(&str, Is)] = &[
        (
            "data: {\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}\n\n",
            aipass::Error::is_budget_exceeded,
        ),
        (
            "data: {\"error\":{\"message\":\"m\",\"code\":429}}\n\n",
            aipass::Error::is_rate_limited,
        ),
        (
            "data: {\"error\":{\"message\":\"m\",\"type\":\"rate_limit_error\"}}\n\n",
            aipass::Error::is_rate_limited,
        ),
        (
            "data: {\"error\":{\"message\":\"m\",\"code\":\"500\"}}\n\n",
            aipass::Error::is_server,
        ),
        (
            "data: {\"error\":{\"message\":\"m\"}}\n\n",
            aipass::Error::is_server,
        ),
        ("data: {\"error\":\"m\"}\n\n", aipass::Error::is_server),
        (
            "event: error\ndata: {\"message\":\"m\"}\n\n",
            aipass::Error::is_server,
        ),
        ("event: error\ndata: m\n\n", aipass::Error::is_server),
        (
            "data: {\"error\":{\"message\":\"m\"},\"choices\":[{\"delta\":{\"content\":\" late\"}}]}\n\n",
            aipass::Error::is_server,
        ),
    ];
    for (event, is) in rows {
        for done in ["", DONE] {
            let body = format!("{HELLO}{event}{HELLO}{STOP}{done}");
            let outcome = run(Answer::Hang(events(&body))).await;
            let error = outcome.end.expect_err(event);
            assert!(is(&error), "{event}: {error:?}");
            assert_eq!(error.server_message(), Some("m"), "{event}");
            assert_eq!(
                (outcome.text.as_str(), error.partial().unwrap().text()),
                ("Hello", "Hello"),
                "{event}"
            );
            assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{event}");
        }
    }
}

#[tokio::test]
async fn what_only_speaks_of_errors_is_an_answer() {
    for event in [
        r#"{"error":null,"choices":[{"delta":{"content":"ok"}}]}"#,
        r#"{"choices":[{"delta":{"content":"ok","error":"x"}}]}"#,
        r#"{"choices":[{"error":{"message":"x"},"delta":{"content":"ok"}}]}"#,
        r#"{"success":true,"choices":[{"delta":{"content":"ok"}}]}"#,
    ] {
        let outcome = run(stream(&[&format!("data: {event}\n\n"), STOP])).await;
        assert_eq!(outcome.text, "ok", "{event}");
        assert!(outcome.end.is_ok(), "{event}: {:?}", outcome.end);
    }
    let said = r#"data: {"choices":[{"delta":{"content":"{\"error\":{\"type\":\"budget_exceeded\"}}"}}]}"#;
    let outcome = run(stream(&[said, "\n\n", STOP])).await;
    assert_eq!(
        outcome.end.unwrap().text(),
        r#"{"error":{"type":"budget_exceeded"}}"#
    );
}

#[tokio::test]
async fn what_is_no_json_ends_the_stream_and_is_not_quoted() {
    for event in [
        "secret",
        "{\"choices\":[{\"delta\":{\"content\":\"secret\"}}",
        "{\"choices\":[{\"delta\":{\"content\":\"secret\"}}]} secret",
        "{'choices':'secret'}",
        "<html>secret</html>",
        "\"secret\"",
        "[\"secret\"]",
        "{\"choices\":\"secret\"}",
        "{\"choices\":[{\"index\":\"secret\"}]}",
        "{\"choices\":[\"secret\"]}",
        "[DONE] secret",
        "[done]",
        "7",
    ] {
        let outcome = run(stream(&[HELLO, &format!("data: {event}\n\n"), HELLO, STOP, DONE])).await;
        let error = outcome.end.expect_err(event);
        assert!(error.is_decode(), "{event}: {error:?}");
        assert_eq!(
            (outcome.text.as_str(), error.partial().unwrap().text()),
            ("Hello", "Hello"),
            "{event}"
        );
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{event}");
        let mut told = format!("{error} {error:?} {}", error.help());
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            told.push_str(&format!(" {error} {error:?}"));
            source = error.source();
        }
        assert!(!told.contains("secret"), "{told}");
    }
}

/// What began may have been paid for, whatever the policy says of paid calls.
#[tokio::test]
async fn a_stream_that_began_is_not_asked_for_again() {
    let broken = "data: {\"error\":{\"message\":\"m\",\"code\":429}}\n\n";
    for policy in [RetryPolicy::charge_safe(), RetryPolicy::openai_compatible()] {
        for body in [
            "",
            ": ping\n\n",
            broken,
            "data: {\n\n",
            HELLO,
            &format!("{HELLO}{broken}"),
        ] {
            let server = Server::start([Answer::Bytes(events(body))]).await;
            let ai = Client::builder()
                .base_url(&server.base_url)
                .access_token(Secret::new("token-1"))
                .retry(policy.clone())
                .build()
                .unwrap();
            assert!(chat(&ai).await.end.is_err(), "{body}");
            assert_eq!(server.requests().len(), 1, "{body}");
        }
    }
}
