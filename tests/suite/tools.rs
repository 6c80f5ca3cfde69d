//! Tools: what goes out in each round, and what the model is told of each call. The model is a list of literal answers.

mod calls;
mod streams;

use crate::{
    session::{CALLBACK, app, sign_in},
    support::{Answer, Server, answer, client, eventually, impatient},
};
use aipass::{
    BoxError, ChargeRisk, Error, MemoryStore, Tool, ToolReport, ToolStatus, Tools, schemars::JsonSchema,
    types::ChatMessage,
};
use aipass_sandbox::Sandbox;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "aipass::schemars")]
struct Place {
    /// The name of a town.
    town: String,
}

/// The weather of each town, and the towns that were asked for.
fn weather(asked: &Arc<Mutex<Vec<String>>>) -> Tool {
    let asked = asked.clone();
    Tool::new("get_weather", "The weather of today.", move |place: Place| {
        let asked = asked.clone();
        async move {
            asked.lock().unwrap().push(place.town.clone());
            match place.town.as_str() {
                "Atlantis" => Err("no such town".into()),
                "Pompeii" => panic!("canary"),
                town => Ok(json!({"town": town, "celsius": 21.5})),
            }
        }
    })
}

fn clock() -> Tool {
    Tool::new("clock", "", |(): ()| async { Ok("12:30") })
}

fn completion(message: &Value, finish: &str) -> Answer {
    let body = json!({
        "id": "c1", "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "cost": 0.25,
                  "completion_tokens_details": {"reasoning_tokens": 1}}
    });
    answer("200 OK", "application/json", &body.to_string())
}

fn says(text: &str) -> Answer {
    completion(&json!({"role": "assistant", "content": text}), "stop")
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

fn calls(calls: &[Value]) -> Answer {
    completion(
        &json!({"role": "assistant", "content": null, "tool_calls": calls}),
        "tool_calls",
    )
}

fn in_town(town: &str) -> Value {
    call("call_a", "get_weather", &json!({"town": town}).to_string())
}

fn bodies(server: &Server) -> Vec<Value> {
    let body = |request: &String| serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    server.requests().iter().map(body).collect()
}

/// The messages of a request behind the question.
fn after_the_question(body: &Value) -> &[Value] {
    &body["messages"].as_array().unwrap()[1..]
}

struct Outcome {
    report: Result<ToolReport, Error>,
    bodies: Vec<Value>,
}

/// A question about the weather, with at most four rounds, to a model that answers so.
async fn ask(answers: impl IntoIterator<Item = Answer>) -> Outcome {
    #[derive(Deserialize, JsonSchema)]
    #[schemars(crate = "aipass::schemars")]
    struct Empty {}

    let double = Tool::new("double", "", |number: i64| async move { Ok(2 * number) });
    let empty = Tool::new("empty", "", |_: Empty| async move { Ok(Vec::<u8>::new()) });
    let tools = [weather(&Arc::default()), clock(), double, empty];
    ask_with(tools, 4, answers).await
}

async fn ask_with(
    tools: impl Into<Tools>,
    max_rounds: u32,
    answers: impl IntoIterator<Item = Answer>,
) -> Outcome {
    let server = Server::start(answers).await;
    let run = impatient(&server.base_url)
        .chat("m")
        .user("Rain?")
        .run_tools(tools, max_rounds);
    let report = in_time(run.send()).await;
    Outcome {
        report,
        bodies: bodies(&server),
    }
}

/// What must come to pass, so that a test that would hang fails.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("this ends")
}

/// Every byte of both requests.
#[tokio::test]
async fn signed_thinking_goes_back_whatever_stands_beside_it() {
    let thinking = json!([{"type": "thinking", "thinking": "Rain?", "signature": "sig=="}]);
    let calls = json!([{"id": "call_a", "type": "function",
        "function": {"name": "get_weather", "arguments": "{\"town\":\"Bergen\"}"}}]);
    for odd in ["images", "annotations", "audio", "role"] {
        let mut message = json!({"thinking_blocks": thinking, "tool_calls": calls});
        message[odd] = json!(7);
        let server = Server::start([completion(&message, "tool_calls"), says("Take one.")]).await;
        let asked = Arc::default();
        let chat = client(&server.base_url).chat("m").user("Rain?");
        chat.run_tools([weather(&asked)], 2).send().await.unwrap();
        let said = &bodies(&server)[1]["messages"][1];
        assert_eq!(said["thinking_blocks"], thinking, "{odd}");
        assert_eq!(said["tool_calls"], calls, "{odd}");
    }
}

#[tokio::test]
async fn two_calls_and_their_results_go_back_in_order() {
    let asked = Arc::default();
    let server = Server::start([
        completion(
            &json!({
                "role": "assistant",
                "content": "Let me see.",
                "reasoning_content": "Two towns.",
                "thinking_blocks": [{"type": "thinking", "thinking": "Two.", "signature": "sig=="}],
                "tool_calls": [
                    {"id": "call_a", "type": "function", "index": 0,
                     "function": {"name": "get_weather", "arguments": "{ \"town\":\"Bergen\"}"}},
                    {"id": "call_b", "type": "function",
                     "function": {"name": "get_weather", "arguments": {"town": "Oslo"}},
                     "provider_specific_fields": {"thought_signature": "abc"}}
                ]
            }),
            "tool_calls",
        ),
        says("Take one."),
    ])
    .await;
    let report = client(&server.base_url)
        .chat("m")
        .system("Be brief.")
        .user("Rain?")
        .temperature(0.0)
        .run_tools([weather(&asked), clock()], 4)
        .send()
        .await
        .unwrap();
    let tools = json!([
        {"type": "function", "function": {
            "name": "get_weather", "description": "The weather of today.", "strict": true,
            "parameters": {
                "type": "object",
                "properties": {"town": {"type": "string", "description": "The name of a town."}},
                "required": ["town"], "additionalProperties": false
            }
        }},
        {"type": "function", "function": {
            "name": "clock", "strict": true,
            "parameters": {"type": "object", "properties": {}, "required": [], "additionalProperties": false}
        }}
    ]);
    let question = [
        json!({"role": "system", "content": "Be brief."}),
        json!({"role": "user", "content": "Rain?"}),
    ];
    let round = [
        json!({
            "role": "assistant",
            "content": "Let me see.",
            "reasoning_content": "Two towns.",
            "thinking_blocks": [{"type": "thinking", "thinking": "Two.", "signature": "sig=="}],
            "tool_calls": [
                {"id": "call_a", "type": "function", "index": 0,
                 "function": {"name": "get_weather", "arguments": "{ \"town\":\"Bergen\"}"}},
                {"id": "call_b", "type": "function",
                 "function": {"name": "get_weather", "arguments": "{\"town\":\"Oslo\"}"},
                 "provider_specific_fields": {"thought_signature": "abc"}}
            ]
        }),
        json!({"role": "tool", "tool_call_id": "call_a", "content": "{\"celsius\":21.5,\"town\":\"Bergen\"}"}),
        json!({"role": "tool", "tool_call_id": "call_b", "content": "{\"celsius\":21.5,\"town\":\"Oslo\"}"}),
    ];
    let bodies = bodies(&server);
    assert_eq!(bodies.len(), 2);
    assert_eq!(
        bodies[0],
        json!({"model": "m", "messages": question, "temperature": 0.0, "tools": tools})
    );
    let messages: Vec<_> = question.iter().chain(&round).cloned().collect();
    assert_eq!(
        bodies[1],
        json!({"model": "m", "messages": messages, "temperature": 0.0, "tools": tools})
    );

    assert_eq!(
        (report.text(), report.rounds(), report.is_stopped()),
        ("Take one.", 2, false)
    );
    let usage = report.usage().unwrap();
    assert_eq!(
        (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens),
        (Some(20), Some(4), Some(24))
    );
    assert_eq!(usage.completion_tokens_details.unwrap().reasoning_tokens, Some(2));
    assert_eq!(report.cost(), Some(0.5));
    assert_eq!(report.replies().len(), 2);
    let results: Vec<_> = report
        .results()
        .iter()
        .map(|one| (one.call.id.as_str(), one.status))
        .collect();
    assert_eq!(
        results,
        [("call_a", ToolStatus::Done), ("call_b", ToolStatus::Done)]
    );
    let expected: Vec<_> = messages
        .into_iter()
        .chain([json!({"role": "assistant", "content": "Take one."})])
        .collect();
    assert_eq!(serde_json::to_value(report.messages()).unwrap(), json!(expected));
    assert_eq!(*asked.lock().unwrap(), ["Bergen", "Oslo"]);
}

#[tokio::test]
async fn a_forced_call_is_forced_once() {
    let server = Server::start([calls(&[call("1", "clock", "{}")]), says("Noon.")]).await;
    let chat = client(&server.base_url).chat("m").user("Time?");
    let chat =
        chat.with(|request| request.tool_choice = Some(aipass::enums::ToolChoiceMode::Required.into()));
    assert_eq!(chat.run_tools(clock(), 3).send().await.unwrap().text(), "Noon.");
    let bodies = bodies(&server);
    assert_eq!(
        (&bodies[0]["tool_choice"], bodies[1].get("tool_choice")),
        (&json!("required"), None)
    );
}

#[tokio::test]
async fn what_cannot_be_run_is_not_sent() {
    for (tools, max_rounds, n, expected) in [
        (
            Tools::new().tool(clock()),
            0,
            None,
            "a run of tools needs one round at least",
        ),
        (
            Tools::from([clock(), clock()]),
            1,
            None,
            "two tools have one name",
        ),
        (
            Tools::from(Tool::new("a b", "", |(): ()| async { Ok(1) })),
            1,
            None,
            "the name of a tool is not 1 to 64 ASCII letters, digits, `_` and `-`",
        ),
        (
            Tools::from(clock()),
            1,
            Some(2),
            "a run of tools follows one answer, and n asks for several",
        ),
    ] {
        let server = Server::start([says("No.")]).await;
        let chat = client(&server.base_url)
            .chat("m")
            .user("Go.")
            .with(|request| request.n = n);
        let run = chat.run_tools(tools, max_rounds);
        let error = run.clone().send().await.unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.charge_risk()),
            (expected, ChargeRisk::NotSent)
        );
        let mut stream = run.stream();
        assert_eq!(stream.next().await.unwrap().unwrap_err().to_string(), expected);
        assert!(stream.next().await.is_none());
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn an_idempotency_key_is_for_one_round() {
    let server = Server::start([says("Noon.")]).await;
    let ai = client(&server.base_url);
    let keyed = || aipass::RequestOptions::new().idempotency_key("k");
    let runs = [
        ai.chat("m").user("Time?").options(keyed()).run_tools(clock(), 2),
        ai.with_options(keyed())
            .chat("m")
            .user("Time?")
            .run_tools(clock(), 2),
    ];
    for run in runs {
        let errors = [
            run.clone().send().await.unwrap_err(),
            in_time(run.stream().collect_report()).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                (error.to_string().as_str(), error.charge_risk()),
                ("an idempotency key is for one call", ChargeRisk::NotSent)
            );
        }
    }
    assert!(server.requests().is_empty());
    let run = ai.chat("m").user("Time?").options(keyed()).run_tools(clock(), 1);
    assert_eq!(run.send().await.unwrap().text(), "Noon.");
    assert!(server.requests()[0].contains("idempotency-key: k"));
}

#[tokio::test]
async fn at_the_limit_nothing_is_lost_and_a_new_run_goes_on() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let first = calls(&[in_town("Oslo")]);
    let second = calls(&[call("call_b", "get_weather", "{\"town\":\"Bergen\"}")]);
    let server = Server::start([first, second, says("Sun.")]).await;
    let ai = client(&server.base_url);
    let run = ai.chat("m").user("Rain?").run_tools(weather(&asked), 2);
    let error = run.send().await.unwrap_err();
    assert!(error.is_round_limit() && !error.is_bad_request());
    assert_eq!(error.to_string(), "the limit of rounds is reached");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    assert_eq!(error.partial().unwrap().tool_calls()[0].id, "call_b");
    assert_eq!(
        *asked.lock().unwrap(),
        ["Oslo"],
        "what nobody would be told is not done"
    );
    let so_far = error.tool_report().unwrap();
    assert_eq!(
        (so_far.rounds(), so_far.results().len(), so_far.cost()),
        (2, 1, Some(0.5))
    );

    let run = ai
        .chat("m")
        .messages(so_far.messages().iter().cloned())
        .run_tools(weather(&asked), 1);
    let report = run.send().await.unwrap();
    assert_eq!((report.text(), report.rounds()), ("Sun.", 1));
    assert_eq!(*asked.lock().unwrap(), ["Oslo", "Bergen"]);
    let sent = bodies(&server);
    assert_eq!(
        after_the_question(&sent[2]),
        [
            json!({"role": "assistant", "tool_calls": [in_town("Oslo")]}),
            json!({"role": "tool", "tool_call_id": "call_a", "content": "{\"celsius\":21.5,\"town\":\"Oslo\"}"}),
            json!({"role": "assistant", "tool_calls": [call("call_b", "get_weather", "{\"town\":\"Bergen\"}")]}),
            json!({"role": "tool", "tool_call_id": "call_b", "content": "{\"celsius\":21.5,\"town\":\"Bergen\"}"})
        ]
    );
}

/// Of two calls, one was answered when the earlier run ended.
#[tokio::test]
async fn a_run_begins_with_the_calls_that_have_no_result() {
    let server = Server::start([says("Sun.")]).await;
    let mut messages: Vec<ChatMessage> = vec![ChatMessage::user("Rain?")];
    let said =
        json!({"role": "assistant", "tool_calls": [call("1", "clock", "{}"), call("2", "clock", "{}")]});
    messages.push(serde_json::from_value(said).unwrap());
    messages.push(ChatMessage::tool("1", "noon"));
    let report = client(&server.base_url)
        .chat("m")
        .messages(messages)
        .run_tools(clock(), 1)
        .send()
        .await
        .unwrap();
    assert_eq!(report.results().len(), 1);
    assert_eq!(
        after_the_question(&bodies(&server)[0])[1..],
        [
            json!({"role": "tool", "tool_call_id": "1", "content": "noon"}),
            json!({"role": "tool", "tool_call_id": "2", "content": "12:30"})
        ]
    );
}

/// What the model said in `said`, one answer to it, and what the run adds.
async fn went_on(said: Value, answered: Option<&str>) -> (Vec<Value>, usize) {
    let server = Server::start([says("Sun.")]).await;
    let mut messages: Vec<ChatMessage> = vec![ChatMessage::user("Rain?")];
    messages.push(serde_json::from_value(said).unwrap());
    messages.extend(answered.map(|id| ChatMessage::tool(id, "noon")));
    let chat = client(&server.base_url).chat("m").messages(messages);
    let report = chat.run_tools(clock(), 1).send().await.unwrap();
    (
        after_the_question(&bodies(&server)[0]).to_vec(),
        report.results().len(),
    )
}

#[tokio::test]
async fn calls_that_share_an_id_or_have_none_are_all_answered() {
    let bare = json!({"type": "function", "function": {"name": "clock", "arguments": "{}"}});
    let said = json!({"role": "assistant", "tool_calls": [bare.clone(), bare]});
    let tool = |id: &str, content: &str| json!({"role": "tool", "tool_call_id": id, "content": content});
    let named = json!({
        "role": "assistant",
        "tool_calls": [call("call_0_1", "clock", "{}"), call("call_0_2", "clock", "{}")]
    });
    assert_eq!(
        went_on(said, None).await,
        (
            vec![named, tool("call_0_1", "12:30"), tool("call_0_2", "12:30")],
            2
        )
    );
    let twice =
        json!({"role": "assistant", "tool_calls": [call("1", "clock", "{}"), call("1", "clock", "{}")]});
    assert_eq!(
        went_on(twice.clone(), Some("1")).await,
        (vec![twice, tool("1", "noon"), tool("1", "12:30")], 1)
    );
}

/// The first answer is that of the lowest number, in the messages as elsewhere.
#[tokio::test]
async fn the_answer_that_is_followed_is_the_first_by_its_number() {
    let message = |id: &str| json!({"content": null, "tool_calls": [call(id, "clock", "{}")]});
    let body = json!({"choices": [
        {"index": 1, "message": message("second"), "finish_reason": "length"},
        {"index": 0, "message": message("first"), "finish_reason": "tool_calls"}
    ]});
    let both = answer("200 OK", "application/json", &body.to_string());
    let outcome = ask_with(clock(), 2, [both, says("Noon.")]).await;
    assert_eq!(outcome.report.unwrap().text(), "Noon.");
    assert_eq!(
        after_the_question(&outcome.bodies[1]),
        [
            json!({"role": "assistant", "tool_calls": [call("first", "clock", "{}")]}),
            json!({"role": "tool", "tool_call_id": "first", "content": "12:30"})
        ]
    );
}

#[tokio::test]
async fn a_call_that_is_cut_is_not_done() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    for (finish, holds) in [
        ("length", Error::is_length as fn(&Error) -> bool),
        ("content_filter", Error::is_content_filter),
        ("MALFORMED_FUNCTION_CALL", Error::is_incomplete),
    ] {
        let cut = completion(&json!({"content": null, "tool_calls": [in_town("Oslo")]}), finish);
        let error = ask_with(weather(&asked), 4, [cut]).await.report.unwrap_err();
        assert!(holds(&error), "{error:?}");
        let report = error.tool_report().unwrap();
        assert_eq!(
            (report.rounds(), report.messages().len()),
            (1, 1),
            "it can be asked again"
        );
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_failure_keeps_what_was_done() {
    let broken = answer("200 OK", "application/json", "{\"choices\":[");
    let limited = answer(
        "400 Bad Request",
        "application/json",
        r#"{"error":{"code":"budget_exceeded"}}"#,
    );
    let down = answer("500 Internal Server Error", "application/json", "{}");
    for (second, risk, budget) in [
        (limited, ChargeRisk::Completed, true),
        (broken, ChargeRisk::Completed, false),
        (down, ChargeRisk::Unknown, false),
    ] {
        let error = ask([calls(&[in_town("Oslo")]), second]).await.report.unwrap_err();
        assert_eq!(
            (error.charge_risk(), error.is_budget_exceeded()),
            (risk, budget),
            "{error:?}"
        );
        let report = error.tool_report().unwrap();
        assert_eq!(
            (report.rounds(), report.results().len(), report.messages().len()),
            (1, 1, 3)
        );
        assert!(!format!("{error:?} {report:?}").contains("Oslo"));
    }
    let first = answer("400 Bad Request", "application/json", "{}");
    let error = ask([first]).await.report.unwrap_err();
    assert_eq!(
        error.charge_risk(),
        ChargeRisk::Refused,
        "there was no round before"
    );
    assert_eq!(error.tool_report().unwrap().rounds(), 0);
}

/// A handler that never ends, and says when it is dropped.
fn endless() -> (Tool, Arc<Notify>, Arc<AtomicUsize>) {
    struct Dropped(Arc<AtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (tell, count) = (begun.clone(), dropped.clone());
    let tool = Tool::new("endless", "", move |(): ()| {
        let (tell, guard) = (tell.clone(), Dropped(count.clone()));
        async move {
            let _guard = guard;
            tell.notify_one();
            std::future::pending::<Result<(), BoxError>>().await
        }
    });
    (tool, begun, dropped)
}

#[tokio::test]
async fn dropping_a_run_drops_its_handlers() {
    let (tool, begun, dropped) = endless();
    let server = Server::start([calls(&[call("1", "endless", "{}"), call("2", "endless", "{}")])]).await;
    let run = client(&server.base_url).chat("m").user("Go.").run_tools(tool, 3);
    let task = tokio::spawn(run.send());
    in_time(begun.notified()).await;
    task.abort();
    eventually("both handlers are dropped", || {
        dropped.load(Ordering::SeqCst) == 2
    })
    .await;
    assert_eq!(server.requests().len(), 1);
}

/// Against the sandbox, which calls each tool that the question names.
#[tokio::test]
async fn every_round_is_a_charge_and_no_more() {
    let sandbox = Sandbox::start().await.unwrap();
    let ai = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default()))
        .await
        .build()
        .unwrap();
    sign_in(&ai, &sandbox).await;
    let asked = Arc::default();
    let chat = ai.chat("gpt-4o-mini").user("Please get_weather for Bergen");
    let run = chat.run_tools([weather(&asked), clock()], 5);
    let whole = run.clone().send().await.unwrap();
    assert_eq!((whole.rounds(), sandbox.counts().charged_calls), (2, 2));
    assert!((whole.cost().unwrap() - sandbox.wallet().spent).abs() < 1e-9);
    let streamed = in_time(run.stream().collect_report()).await.unwrap();
    assert_eq!((streamed.rounds(), sandbox.counts().charged_calls), (2, 4));
    assert_eq!(streamed.text(), whole.text());
    assert!(whole.text().contains("21.5"), "{}", whole.text());
    assert_eq!(*asked.lock().unwrap(), ["Bergen", "Bergen"]);
}

#[tokio::test]
async fn nothing_that_was_said_is_shown() {
    let tool = Tool::new("echo", "canary", |text: String| async move { Ok(text) });
    let round = calls(&[call("1", "echo", "{\"value\":\"canary\"}")]);
    let server = Server::start([round, says("canary")]).await;
    let run = client(&server.base_url)
        .chat("m")
        .user("canary")
        .run_tools(tool, 2);
    let shown = format!("{run:?} {:?}", run.clone().stream());
    let report = run.send().await.unwrap();
    assert_eq!(
        (report.text(), report.results()[0].content.as_str()),
        ("canary", "canary")
    );
    let shown = format!("{shown} {report:?} {:?}", report.results());
    assert!(shown.contains("echo") && !shown.contains("canary"), "{shown}");
}

#[test]
fn what_an_app_holds_crosses_threads() {
    fn is_shared<T: Send + Sync + Clone + 'static>() {}
    fn is_send<T: Send>(_: T) {}
    is_shared::<(
        Tool,
        Tools,
        aipass::ToolRun,
        ToolReport,
        aipass::ExtractBuilder,
        aipass::Extracted<Vec<u8>>,
    )>();
    let ai = client("http://127.0.0.1:9");
    is_send(ai.chat("m").run_tools(clock(), 1).send());
    is_send(ai.chat("m").run_tools(clock(), 1).stream());
    is_send(ai.extract("m").into_json::<Vec<u8>>());
}
