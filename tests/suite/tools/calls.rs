//! The calls of one round: at once, in order, and whatever comes of them.

use super::{after_the_question, ask, ask_with, call, calls, clock, in_time, says};
use crate::support::{Server, client};
use aipass::{BoxError, Tool, ToolFlow, ToolStatus};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Barrier;

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
        let mut repeated = asked.clone();
        if asked["function"]["arguments"] == "" {
            repeated["function"]["arguments"] = json!("{}");
        }
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
                json!({"role": "assistant", "tool_calls": [repeated, call("2", "clock", "{}")]}),
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

/// Servers that parse what they are told again refuse what many models say where there is nothing to say.
#[tokio::test]
async fn arguments_that_are_empty_go_back_as_an_object() {
    let none = json!({"id": "3", "type": "function", "function": {"name": "clock"}});
    let round = calls(&[call("1", "clock", ""), call("2", "clock", " "), none]);
    let outcome = ask([round, says("Well.")]).await;
    let report = outcome.report.unwrap();
    assert!(report.results().iter().all(|one| one.status == ToolStatus::Done));
    assert_eq!(
        after_the_question(&outcome.bodies[1])[0]["tool_calls"],
        json!([
            call("1", "clock", "{}"),
            call("2", "clock", "{}"),
            call("3", "clock", "{}")
        ])
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
