//! A 401: the token is renewed once for everybody, and the call is sent once more.

use super::server::{Act, Probe, Script, content, json};
use crate::session::signed_in;
use aipass::ChargeRisk;
use aipass_sandbox::{Route, Sandbox};

const EXPIRED: &str = r#"{"error":{"message":"token expired","type":"authentication_error"}}"#;

#[tokio::test]
async fn fifty_calls_that_meet_a_401_share_one_renewal() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = signed_in(&sandbox).await;
    let model = ai.models().await.unwrap()[0].id.clone();
    sandbox.expire_access_tokens();
    sandbox.token_delay(std::time::Duration::from_millis(50));
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let (ai, model) = (ai.clone(), model.clone());
            tokio::spawn(async move {
                match number % 2 {
                    0 => ai.models().await.map(|answer| answer.meta().attempts()),
                    _ => ai
                        .chat(model)
                        .user("hi")
                        .send()
                        .await
                        .map(|reply| reply.meta().attempts()),
                }
            })
        })
        .collect();
    let mut again = 0;
    for call in calls {
        let attempts = call.await.unwrap().unwrap();
        assert!(attempts <= 2, "{attempts}");
        again += attempts - 1;
    }
    let counts = sandbox.counts();
    assert_eq!(counts.refresh_requests, 1);
    assert!(again > 0, "somebody has met a 401");
    let calls = counts.requests_to(Route::Models) + counts.requests_to(Route::ChatCompletions);
    assert_eq!(calls, u64::from(50 + again) + 1, "one more for the model's name");
}

/// The rotation of the scripted server gives a new refresh token each time, and it tells the bearers apart.
#[tokio::test]
async fn a_second_401_is_the_outcome() {
    let server = Script::always(Act::Keep(json("401 Unauthorized", EXPIRED))).await;
    let Probe { ai, pauses, .. } = server.probe().await;
    for call in 1..=2 {
        let error = ai.chat("m").user("hi").send().await.unwrap_err();
        assert!(error.is_login_required(), "{error:?}");
        assert_eq!((error.attempts(), error.charge_risk()), (2, ChargeRisk::Refused));
        assert_eq!(error.server_message(), Some("token expired"));
        assert_eq!(
            (server.calls().len(), server.renewals()),
            (2 * call, call),
            "no loop"
        );
    }
    assert!(pauses.recorded().is_empty(), "a renewal is not waited for");
    let calls = server.calls();
    for (number, call) in calls.iter().enumerate() {
        // Each call begins with the token that the last one ended with.
        let expected = format!("authorization: Bearer access-{}\r\n", number.div_ceil(2));
        assert!(call.contains(&expected), "{number}: {call}");
    }
}

/// A renewal is no retry: two more are left after it, and a policy without retries has it too.
#[tokio::test]
async fn a_renewal_does_not_count() {
    let expired = Act::Keep(json("401 Unauthorized", EXPIRED));
    let slow = Act::Keep(json("429 Slow", "{}"));
    let server = Script::acts([slow.clone(), expired, slow, Act::Keep(content())]).await;
    let Probe { ai, pauses, .. } = server.probe().await;
    let reply = ai.chat("m").user("hi").send().await.unwrap();
    assert_eq!((reply.meta().attempts(), server.renewals()), (4, 1));
    assert_eq!(pauses.recorded().len(), 2);
}

/// A 200 that speaks of the token is no 401: the server has answered, and nothing is sent again.
#[tokio::test]
async fn an_error_about_the_token_inside_a_success_renews_nothing() {
    let server = Script::always(Act::Keep(json("200 OK", EXPIRED))).await;
    let ai = server.probe().await.ai;
    let error = ai.chat("m").user("hi").send().await.unwrap_err();
    assert!(error.is_login_required(), "{error:?}");
    assert_eq!((server.calls().len(), server.renewals()), (1, 0));
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
}
