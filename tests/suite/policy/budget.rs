//! An empty wallet: seen in every form, at every status, in every place, and nowhere else.

use super::server::{Act, HELLO, Probe, STOP, Script, answer, content, events, json};
use aipass::{
    ChargeRisk, Error,
    policy::{BUDGET_CODES, BUDGET_MESSAGES, BudgetMessage},
};
use serde_json::json as value;

// Whoever adds a form adds a sample.
const _: () = assert!(BUDGET_MESSAGES.len() == 9);

const CODES: [&str; 3] = ["budget_exceeded", "insufficient_balance", "insufficient_quota"];

const STATUSES: [&str; 7] = [
    "400 Bad Request",
    "401 Unauthorized",
    "402 Payment Required",
    "403 Forbidden",
    "422 Unprocessable",
    "429 Too Many Requests",
    "500 Internal Server Error",
];

type Amounts = (Option<f64>, Option<f64>);

/// A message of that form as a gateway words it, with what was spent and what may be spent.
fn sample(form: &BudgetMessage) -> (&'static str, Amounts) {
    match (form.start, form.holds) {
        ("Budget has been exceeded! Current cost: ", ", Max budget: ") => (
            "Budget has been exceeded! Current cost: 10.5, Max budget: 10.0",
            (Some(10.5), Some(10.0)),
        ),
        ("Budget has been exceeded! Team=", "") => (
            "Budget has been exceeded! Team=t-1 Current cost: 2.5, Max budget: 2",
            (Some(2.5), Some(2.0)),
        ),
        ("Budget has been exceeded! Organization=", "") => (
            "Budget has been exceeded! Organization=o-1 Current cost: 7.2e-05, Max budget: 2e-07",
            (Some(7.2e-5), Some(2e-7)),
        ),
        ("Budget has been exceeded! User=", "") => ("Budget has been exceeded! User=u-1", (None, None)),
        ("ExceededBudget: User=", " over budget.") => (
            "ExceededBudget: User=u-1 over budget. Spend=1.5, Budget=1.0",
            (Some(1.5), Some(1.0)),
        ),
        ("ExceededBudget: End User=", " over budget.") => (
            "ExceededBudget: End User=e-1 over budget. Spend=3, Budget=0.",
            (Some(3.0), Some(0.0)),
        ),
        ("ExceededTokenBudget", "") => (
            "ExceededTokenBudget: Current spend for token: 3.5; Max Budget for Token: 2.25.",
            (Some(3.5), Some(2.25)),
        ),
        ("", " exceeded budget for model=") => (
            "LiteLLM Virtual Key: k-1, key_alias: None, exceeded budget for model=gpt-4o",
            (None, None),
        ),
        ("Max budget limit reached.", "") => ("Max budget limit reached.", (None, None)),
        _ => panic!("a form without a sample: {form:?}"),
    }
}

/// Every body that says so, with its amounts.
fn bodies() -> Vec<(String, Amounts)> {
    let mut bodies = Vec::new();
    assert_eq!(BUDGET_CODES, CODES, "whoever adds a code adds it here");
    for code in CODES {
        let loud = code.to_ascii_uppercase();
        for body in [
            value!({"error": {"message": "m", "type": code}}),
            value!({"error": {"message": "m", "type": "None", "param": null, "code": code}}),
            value!({"error": {"type": loud, "code": 400}}),
            value!({"error": code}),
            value!({"error": loud, "error_description": "m"}),
            value!({"success": false, "message": "m", "error": code, "timestamp": "t"}),
            value!({"object": "error", "message": "m", "type": code}),
            value!([{"error": {"code": code}}]),
        ] {
            bodies.push((body.to_string(), (None, None)));
        }
    }
    for form in BUDGET_MESSAGES {
        let (message, amounts) = sample(form);
        for prefix in [
            "",
            BudgetMessage::PREFIXES[0],
            "litellm.BudgetExceededError: ",
            "litellm.Error: ",
        ] {
            let message = format!("{prefix}{message}");
            for body in [
                value!({"error": {"message": message, "type": "auth_error", "param": "None", "code": "400"}}),
                value!({"error": message}),
                value!({"success": false, "message": message}),
            ] {
                bodies.push((body.to_string(), amounts));
            }
        }
    }
    bodies
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Models,
    Chat,
    Stream,
}

/// One request, no renewal, no pause, and an error that says where to go.
async fn is_budget(act: Act, call: Call, amounts: Amounts, context: &str) -> Error {
    let server = Script::always(act).await;
    let Probe { ai, pauses, .. } = server.probe().await;
    let error = match call {
        Call::Models => ai.models().await.unwrap_err(),
        Call::Chat => ai.chat("m").user("hi").send().await.unwrap_err(),
        Call::Stream => match ai.chat("m").user("hi").stream().await {
            Ok(stream) => stream.collect_message().await.unwrap_err(),
            Err(error) => error,
        },
    };
    assert!(error.is_budget_exceeded(), "{context}: {error:?}");
    let others = [
        error.is_login_required(),
        error.is_permission(),
        error.is_bad_request(),
        error.is_rate_limited(),
        error.is_provider_quota(),
        error.is_server(),
    ];
    assert_eq!(others, [false; 6], "{context}");
    let budget = error.budget().unwrap();
    assert_eq!((budget.spent, budget.max), amounts, "{context}");
    assert_eq!(budget.dashboard_url, "https://aipass.one/panel/dashboard");
    assert!(error.help().contains(budget.dashboard_url));
    assert_eq!((server.calls().len(), server.renewals()), (1, 0), "{context}");
    assert_eq!((pauses.recorded().len(), error.attempts()), (0, 1), "{context}");
    error
}

#[tokio::test]
async fn every_form_at_every_status() {
    for (body, amounts) in bodies() {
        for status in STATUSES {
            let act = Act::Keep(json(status, &body));
            let error = is_budget(act, Call::Chat, amounts, &format!("{status} {body}")).await;
            assert_eq!(error.charge_risk(), ChargeRisk::Refused);
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(error.raw_body(), body.as_bytes());
        }
    }
}

#[tokio::test]
async fn every_form_inside_a_success() {
    for (body, amounts) in bodies() {
        for call in [Call::Models, Call::Chat, Call::Stream] {
            let act = Act::Keep(json("200 OK", &body));
            let error = is_budget(act, call, amounts, &format!("{call:?} {body}")).await;
            let risk = match call {
                Call::Models => ChargeRisk::Free,
                Call::Chat | Call::Stream => ChargeRisk::Refused,
            };
            assert_eq!(error.charge_risk(), risk, "{call:?} {body}");
        }
    }
}

#[tokio::test]
async fn every_form_in_a_stream() {
    for (body, amounts) in bodies() {
        // A stream has no lists in the place of objects.
        if body.starts_with('[') {
            continue;
        }
        for (before, event, risk) in [
            ("", "", ChargeRisk::Refused),
            (": ping\n\n", "event: error\n", ChargeRisk::Refused),
            (HELLO, "", ChargeRisk::Completed),
        ] {
            let act = Act::Close(events(&format!("{before}{event}data: {body}\n\n{HELLO}{STOP}")));
            let error = is_budget(act, Call::Stream, amounts, &format!("{before}{event}{body}")).await;
            assert_eq!(error.charge_risk(), risk, "{before}{event}{body}");
            let partial = error.partial().unwrap().text();
            assert_eq!(partial, if before == HELLO { "Hel" } else { "" });
        }
    }
}

#[tokio::test]
async fn a_402_needs_no_words() {
    for body in ["", "{}", "null", "<title>Payment Required</title>", "pay"] {
        for call in [Call::Models, Call::Chat, Call::Stream] {
            let act = Act::Keep(answer("402 Payment Required", "", body));
            is_budget(act, call, (None, None), body).await;
        }
    }
}

/// FastAPI's form of an error, which is one by its status alone.
#[tokio::test]
async fn a_detail_says_it_too() {
    for detail in [
        value!("Budget has been exceeded! Current cost: 1, Max budget: 0.5"),
        value!({"error": "Budget has been exceeded! Current cost: 1, Max budget: 0.5"}),
    ] {
        let act = Act::Keep(json("400 Bad Request", &value!({"detail": detail}).to_string()));
        is_budget(act, Call::Chat, (Some(1.0), Some(0.5)), "detail").await;
    }
}

#[tokio::test]
async fn the_hash_of_a_key_is_not_shown() {
    let hash = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";
    let message = format!("ExceededTokenBudget: Current spend for token: 2; key={hash}");
    let act = Act::Keep(json(
        "400 Bad Request",
        &value!({"error": {"message": message}}).to_string(),
    ));
    let error = is_budget(act, Call::Chat, (Some(2.0), None), "hash").await;
    let shown = format!("{error} {error:?} {:?} {}", error.server_message(), error.help());
    assert!(!shown.contains(hash), "{shown}");
}

/// Words about money are no empty wallet, whoever says them.
#[tokio::test]
async fn near_misses_are_what_their_status_says() {
    for error in [
        value!({"message": "your budget joke was refused"}),
        value!({"message": "the prompt says: Budget has been exceeded! Current cost: 1, Max budget: 2"}),
        value!({"message": "Budget has been exceeded! Ha."}),
        value!({"message": "budget has been exceeded! Current cost: 1, Max budget: 2"}),
        value!({"message": "openai.Error: Max budget limit reached."}),
        value!({"message": "litellm.Not An Error: Max budget limit reached."}),
        value!({"message": "ExceededBudget: of patience"}),
        value!({"message": "m", "type": "budget_exceeded_soon"}),
        value!({"message": "m", "code": "quota", "param": "budget_exceeded"}),
        value!({"message": "budget_exceeded"}),
        value!({"message": "insufficient balance of power"}),
    ] {
        let body = value!({"error": error}).to_string();
        for (status, is) in [
            ("400 Bad Request", Error::is_bad_request as fn(&Error) -> bool),
            ("401 Unauthorized", Error::is_login_required),
            ("403 Forbidden", Error::is_permission),
            ("429 Slow", Error::is_rate_limited),
        ] {
            let server = Script::always(Act::Keep(json(status, &body))).await;
            let error = server
                .probe()
                .await
                .ai
                .chat("m")
                .user("hi")
                .send()
                .await
                .unwrap_err();
            assert!(
                is(&error) && !error.is_budget_exceeded() && error.budget().is_none(),
                "{status} {body}"
            );
        }
        for act in [
            Act::Keep(json("200 OK", &body)),
            Act::Close(events(&format!("data: {body}\n\n"))),
        ] {
            let server = Script::always(act).await;
            let stream = server.probe().await.ai.chat("m").user("hi").stream().await;
            let error = match stream {
                Ok(stream) => stream.collect_message().await.unwrap_err(),
                Err(error) => error,
            };
            assert!(!error.is_budget_exceeded(), "{body}: {error:?}");
            assert_eq!(error.charge_risk(), ChargeRisk::Unknown, "{body}: {error:?}");
        }
    }
}

/// A model may well say these very words.
#[tokio::test]
async fn an_answer_about_budgets_is_an_answer() {
    let (words, _) = sample(&BUDGET_MESSAGES[0]);
    let whole = value!({
        "error": null,
        "choices": [{"index": 0, "message": {"content": words}, "finish_reason": "stop"}],
    });
    let piece = value!({"choices": [{"index": 0, "delta": {"content": words}}], "error": null});
    let server = Script::acts([
        Act::Keep(json("200 OK", &whole.to_string())),
        Act::Close(events(&format!("data: {piece}\n\n{STOP}"))),
    ])
    .await;
    let ai = server.probe().await.ai;
    assert_eq!(ai.chat("m").user("hi").send().await.unwrap().text(), words);
    let stream = ai.chat("m").user("hi").stream().await.unwrap();
    assert_eq!(stream.collect_message().await.unwrap().text(), words);
}

/// The quota of AI Pass at a provider: another model may do, and the user's wallet has nothing to do with it.
#[tokio::test]
async fn a_providers_quota_is_not_the_users_wallet() {
    let quota =
        |message: &str| value!({"error": {"message": message, "code": "insufficient_quota"}}).to_string();
    let header = "llm_provider-x-request-id: r-1\r\ncontent-type: application/json\r\n";
    let exception = quota("litellm.RateLimitError: OpenAIException - You exceeded your current quota");
    for (act, stream) in [
        (Act::Keep(answer("429 Slow", header, quota("m"))), false),
        (Act::Keep(answer("400 Bad Request", header, quota("m"))), false),
        (Act::Keep(answer("401 Unauthorized", header, quota("m"))), false),
        (Act::Keep(answer("200 OK", header, quota("m"))), false),
        (Act::Keep(json("429 Slow", &exception)), false),
        (Act::Keep(json("200 OK", &exception)), true),
        (Act::Close(events(&format!("data: {exception}\n\n"))), true),
    ] {
        let context = format!("{act:?}");
        let server = Script::acts([act, Act::Keep(content())]).await;
        let Probe { ai, pauses, .. } = server.probe().await;
        let error = match stream {
            false => ai.chat("m").user("hi").send().await.unwrap_err(),
            true => match ai.chat("m").user("hi").stream().await {
                Ok(stream) => stream.collect_message().await.unwrap_err(),
                Err(error) => error,
            },
        };
        assert!(
            error.is_provider_quota() && !error.is_budget_exceeded(),
            "{context}: {error:?}"
        );
        assert!(!error.is_rate_limited() && error.budget().is_none(), "{context}");
        assert!(error.help().contains("another model"), "{}", error.help());
        assert_eq!(error.charge_risk(), ChargeRisk::Refused, "{context}");
        assert_eq!(
            (server.calls().len(), server.renewals(), pauses.recorded().len()),
            (1, 0, 0),
            "{context}"
        );
    }
    // Without the code, what a provider says about its limits is a limit.
    let slow = r#"{"error":{"message":"OpenAIException - slow down","type":"rate_limit_error"}}"#;
    let server = Script::always(Act::Keep(json("429 Slow", slow))).await;
    let error = server
        .probe()
        .await
        .ai
        .chat("m")
        .user("hi")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_rate_limited() && !error.is_provider_quota());
    assert_eq!(error.attempts(), 3);
}
