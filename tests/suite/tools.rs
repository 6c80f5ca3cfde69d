//! Tools: what goes out in each round, and what the model is told of each call. The model is a list of literal answers.

use crate::support::{Answer, Server, answer, client, events, eventually, impatient};
use aipass::{
    BoxError, ChargeRisk, Error, Tool, ToolEvent, ToolFlow, ToolReport, ToolStatus, Tools,
    schemars::JsonSchema, types::ChatMessage,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Barrier, Notify};

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

/// The second handler is done before the first, which waits for it.
#[tokio::test]
async fn handlers_of_a_round_run_at_once() {
    let barrier = Arc::new(Barrier::new(2));
    let wait = {
        let barrier = barrier.clone();
        Tool::new("wait", "", move |(): ()| {
            let barrier = barrier.clone();
            async move {
                barrier.wait().await;
                tokio::task::yield_now().await;
                Ok("waited")
            }
        })
    };
    let meet = Tool::new("meet", "", move |(): ()| {
        let barrier = barrier.clone();
        async move {
            barrier.wait().await;
            Ok("met")
        }
    });
    let round = calls(&[call("1", "wait", "{}"), call("2", "meet", "{}")]);
    let outcome = ask_with([wait, meet], 2, [round, says("Done.")]).await;
    assert_eq!(outcome.report.unwrap().text(), "Done.");
    assert_eq!(
        after_the_question(&outcome.bodies[1])[1..],
        [
            json!({"role": "tool", "tool_call_id": "1", "content": "waited"}),
            json!({"role": "tool", "tool_call_id": "2", "content": "met"})
        ]
    );
}

#[tokio::test]
async fn no_more_handlers_run_at_once_than_the_app_says() {
    for at_once in [1, 2] {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = most.clone();
        let tool = Tool::new("count", "", move |(): ()| {
            let (running, most) = (running.clone(), most.clone());
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            }
        });
        let five: Vec<_> = (0..5).map(|at| call(&at.to_string(), "count", "{}")).collect();
        let server = Server::start([calls(&five), says("Done.")]).await;
        let run = client(&server.base_url)
            .chat("m")
            .user("Go.")
            .run_tools(tool, 2)
            .parallel(at_once);
        let report = in_time(run.send()).await.unwrap();
        assert_eq!(report.results().len(), 5);
        assert!(report.results().iter().all(|one| one.content == "null"));
        assert_eq!(seen.load(Ordering::SeqCst), at_once);
    }
}

/// None of these ends the run.
#[tokio::test]
async fn what_goes_wrong_in_a_call_is_told_to_the_model() {
    for (asked, status, content) in [
        (
            call("1", "get_wether", "{}"),
            ToolStatus::Unknown,
            "there is no such tool",
        ),
        (
            json!({"id": "1", "type": "custom", "custom": {"name": "clock", "input": "now"}}),
            ToolStatus::Unknown,
            "there is no such tool",
        ),
        (
            call("1", "get_weather", "{\"town\":7}"),
            ToolStatus::BadArguments,
            "the arguments do not fit the parameters: at town (line 1, column 9)",
        ),
        (
            call("1", "get_weather", "{\"town\":\"Os"),
            ToolStatus::BadArguments,
            "the arguments do not fit the parameters: at town (line 1, column 11)",
        ),
        (
            call("1", "get_weather", ""),
            ToolStatus::BadArguments,
            "the arguments do not fit the parameters: at the top (line 1, column 2)",
        ),
        (
            call("1", "get_weather", "[\"Oslo\"]"),
            ToolStatus::BadArguments,
            "the arguments do not fit the parameters: it is a list and no object",
        ),
        (
            call("1", "get_weather", "{\"town\":\"Atlantis\"}"),
            ToolStatus::Failed,
            "the tool failed: no such town",
        ),
        (
            call("1", "get_weather", "{\"town\":\"Pompeii\"}"),
            ToolStatus::Panicked,
            "the tool failed",
        ),
        (call("1", "clock", ""), ToolStatus::Done, "12:30"),
        (call("1", "clock", "{\"now\":true}"), ToolStatus::Done, "12:30"),
        (call("1", "double", "{\"value\":21}"), ToolStatus::Done, "42"),
        (call("1", "double", "21"), ToolStatus::Done, "42"),
        (
            call("1", "double", "{}"),
            ToolStatus::BadArguments,
            "the arguments do not fit the parameters: at the top (line 1, column 2)",
        ),
        (call("1", "empty", ""), ToolStatus::Done, "[]"),
    ] {
        // Beside one that works.
        let both = calls(&[asked.clone(), call("2", "clock", "{}")]);
        let outcome = ask([both, says("Well.")]).await;
        let report = outcome.report.unwrap();
        assert_eq!(report.text(), "Well.");
        assert_eq!(
            (report.results()[0].status, report.results()[0].content.as_str()),
            (status, content),
            "{asked}"
        );
        assert_eq!(
            after_the_question(&outcome.bodies[1]),
            [
                json!({"role": "assistant", "tool_calls": [asked, call("2", "clock", "{}")]}),
                json!({"role": "tool", "tool_call_id": "1", "content": content}),
                json!({"role": "tool", "tool_call_id": "2", "content": "12:30"})
            ]
        );
    }
}

#[tokio::test]
async fn a_long_error_is_cut() {
    let tool = Tool::new("fail", "", |(): ()| async {
        Err::<(), BoxError>("ü".repeat(5000).into())
    });
    let outcome = ask_with(tool, 2, [calls(&[call("1", "fail", "{}")]), says("Well.")]).await;
    let content = outcome.report.unwrap().results()[0].content.clone();
    assert_eq!(content, format!("the tool failed: {}", "ü".repeat(1000)));
}

#[tokio::test]
async fn a_call_without_an_id_gets_one() {
    let bare = json!({"function": {"name": "clock", "arguments": "{}"}});
    let outcome = ask([calls(&[bare.clone(), bare]), says("Well.")]).await;
    assert!(outcome.report.is_ok());
    assert_eq!(
        after_the_question(&outcome.bodies[1]),
        [
            json!({"role": "assistant", "tool_calls": [call("call_1_1", "clock", "{}"), call("call_1_2", "clock", "{}")]}),
            json!({"role": "tool", "tool_call_id": "call_1_1", "content": "12:30"}),
            json!({"role": "tool", "tool_call_id": "call_1_2", "content": "12:30"})
        ]
    );
}

#[tokio::test]
async fn a_handler_can_stop_the_run() {
    let stop = Tool::new("stop", "", |(): ()| async { Ok(ToolFlow::Stop("enough")) });
    let round = calls(&[call("1", "stop", "{}"), call("2", "clock", "{}")]);
    let outcome = ask_with([stop, clock()], 4, [round]).await;
    let report = outcome.report.unwrap();
    assert_eq!(outcome.bodies.len(), 1, "nothing more is paid");
    assert!(report.is_stopped());
    let results: Vec<_> = report
        .results()
        .iter()
        .map(|one| (one.status, one.content.as_str()))
        .collect();
    assert_eq!(
        results,
        [(ToolStatus::Stopped, "enough"), (ToolStatus::Done, "12:30")]
    );
    let last = serde_json::to_value(report.messages().last()).unwrap();
    assert_eq!(
        last,
        json!({"role": "tool", "tool_call_id": "2", "content": "12:30"})
    );
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

#[tokio::test]
async fn a_call_that_is_cut_is_not_done() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    for (finish, holds) in [
        ("length", Error::is_length as fn(&Error) -> bool),
        ("content_filter", Error::is_content_filter),
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

const CALL: &str = concat!(
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"Hm.\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"town\\\": \\\"Oslo\\\"}\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"clock\",\"arguments\":\"{}\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1,\"total_tokens\":6}}\n\n",
    "data: [DONE]\n\n",
);
const TEXT: &str = concat!(
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Sun.\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1,\"total_tokens\":8}}\n\n",
    "data: [DONE]\n\n",
);

fn streamed(body: &str) -> Answer {
    Answer::Bytes(events(body))
}

fn brief(event: &ToolEvent) -> String {
    match event {
        ToolEvent::Chat { round, event, .. } => format!("{round} {event:?}"),
        ToolEvent::ToolStarted { round, call, .. } => format!("{round} started {}", call.id),
        ToolEvent::ToolFinished { round, result, .. } => {
            format!(
                "{round} finished {} {:?} {}",
                result.call.id, result.status, result.content
            )
        }
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stream_tells_every_event_and_every_call() {
    let server = Server::start([streamed(CALL), streamed(TEXT)]).await;
    let chat = client(&server.base_url).chat("m").user("Rain?");
    let mut stream = chat
        .run_tools([weather(&Arc::default()), clock()], 3)
        .parallel(1)
        .stream();
    let (mut told, mut text) = (Vec::new(), String::new());
    while let Some(event) = in_time(stream.next()).await {
        let event = event.unwrap();
        text.push_str(event.text());
        told.push(brief(&event));
    }
    assert_eq!(
        told,
        [
            "1 Reasoning(3 bytes)",
            "1 ToolCallStarted(get_weather)",
            "1 ToolCallArguments(16 bytes)",
            "1 ToolCallDone(ToolCall { id: \"call_a\", name: \"get_weather\", arguments_bytes: 16, .. })",
            "1 ToolCallStarted(clock)",
            "1 ToolCallArguments(2 bytes)",
            "1 ToolCallDone(ToolCall { id: \"call_b\", name: \"clock\", arguments_bytes: 2, .. })",
            "1 Finish(tool_calls)",
            "1 Usage",
            "1 started call_a",
            "1 finished call_a Done {\"celsius\":21.5,\"town\":\"Oslo\"}",
            "1 started call_b",
            "1 finished call_b Done 12:30",
            "2 Text(4 bytes)",
            "2 Finish(stop)",
            "2 Usage",
        ]
    );
    let report = stream.finish().unwrap();
    assert_eq!(
        (text.as_str(), report.text(), report.rounds()),
        ("Sun.", "Sun.", 2)
    );
    assert_eq!(report.usage().unwrap().total_tokens, Some(14));
    let bodies = bodies(&server);
    assert_eq!(
        (&bodies[0]["stream"], &bodies[1]["stream"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        after_the_question(&bodies[1]),
        [
            json!({
                "role": "assistant",
                "reasoning_content": "Hm.",
                "tool_calls": [
                    call("call_a", "get_weather", "{\"town\": \"Oslo\"}"),
                    call("call_b", "clock", "{}")
                ]
            }),
            json!({"role": "tool", "tool_call_id": "call_a", "content": "{\"celsius\":21.5,\"town\":\"Oslo\"}"}),
            json!({"role": "tool", "tool_call_id": "call_b", "content": "12:30"})
        ]
    );
}

#[tokio::test]
async fn a_stream_ends_at_the_limit_as_a_run_does() {
    let server = Server::start([streamed(CALL)]).await;
    let run = client(&server.base_url)
        .chat("m")
        .user("Rain?")
        .run_tools(clock(), 1);
    let mut stream = run.stream();
    let error = loop {
        match in_time(stream.next()).await.unwrap() {
            Ok(event) => assert!(brief(&event).starts_with("1 ")),
            Err(error) => break error,
        }
    };
    assert!(error.is_round_limit());
    assert_eq!(error.tool_report().unwrap().messages().len(), 2);
    assert!(stream.next().await.is_none());
    let error = stream.finish().unwrap_err();
    assert!(error.is_incomplete());
    assert_eq!(
        (error.charge_risk(), error.tool_report().unwrap().rounds()),
        (ChargeRisk::Completed, 1)
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_stream_that_breaks_keeps_the_rounds_before_it() {
    let cut = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Su\"}}]}\n\n";
    let server = Server::start([streamed(CALL), streamed(cut)]).await;
    let chat = client(&server.base_url).chat("m").user("Rain?");
    let run = chat.run_tools([weather(&Arc::default()), clock()], 3).stream();
    let error = in_time(run.collect_report()).await.unwrap_err();
    assert!(error.is_incomplete());
    assert_eq!(error.partial().unwrap().text(), "Su");
    let report = error.tool_report().unwrap();
    assert_eq!(
        (report.rounds(), report.results().len(), report.messages().len()),
        (1, 2, 4)
    );
}

#[tokio::test]
async fn a_stream_that_is_not_read_to_its_end_keeps_the_results_so_far() {
    let (tool, begun, dropped) = endless();
    let round = CALL
        .replace("get_weather", "endless")
        .replace("{\\\"town\\\": \\\"Oslo\\\"}", "{}");
    let server = Server::start([streamed(&round)]).await;
    let run = client(&server.base_url)
        .chat("m")
        .user("Go.")
        .run_tools([tool, clock()], 3);
    let mut stream = run.stream();
    loop {
        let event = in_time(stream.next()).await.unwrap().unwrap();
        if matches!(event, ToolEvent::ToolFinished { .. }) {
            break;
        }
    }
    in_time(begun.notified()).await;
    assert_eq!(dropped.load(Ordering::SeqCst), 0);
    let error = stream.finish().unwrap_err();
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
    assert_eq!(
        (error.is_incomplete(), error.charge_risk()),
        (true, ChargeRisk::Completed)
    );
    let report = error.tool_report().unwrap();
    let last = serde_json::to_value(report.messages().last()).unwrap();
    assert_eq!(
        last,
        json!({"role": "tool", "tool_call_id": "call_b", "content": "12:30"})
    );
    assert_eq!((report.messages().len(), report.results().len()), (3, 1));
}

#[tokio::test]
async fn nothing_is_sent_before_a_stream_is_read() {
    let server = Server::start([streamed(TEXT)]).await;
    let stream = client(&server.base_url)
        .chat("m")
        .user("Go.")
        .run_tools(clock(), 1)
        .stream();
    let error = stream.finish().unwrap_err();
    assert_eq!(
        (error.is_incomplete(), error.charge_risk()),
        (true, ChargeRisk::NotSent)
    );
    assert!(server.requests().is_empty());
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
