//! A run as it happens.

use super::{after_the_question, bodies, call, calls, clock, endless, in_time, says, weather};
use crate::support::{Answer, Server, client, events};
use aipass::{ChargeRisk, ToolEvent};
use serde_json::json;
use std::sync::{Arc, atomic::Ordering};

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

/// Claude by way of LiteLLM, and Gemini in both of the forms that are in use, refuse a second round without these.
#[tokio::test]
async fn what_a_provider_signed_in_a_stream_goes_back_to_it() {
    let first = concat!(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"Two \",\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"Two \"}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\",\"reasoning_content\":\"clocks.\",\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"clocks.\"}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\",\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"sig==\"}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\",\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"unsigned\"}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"extra_content\":{\"google\":{\"thought_signature\":\"s1\"}},\"function\":{\"name\":\"clock\",\"arguments\":\"{}\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"type\":\"function\",\"provider_specific_fields\":null,\"function\":{\"name\":\"clock\",\"arguments\":\"\",\"provider_specific_fields\":{\"thought_signature\":\"s2\"}}}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"provider_specific_fields\":{\"thought_signature\":\"s2\"},\"function\":{\"arguments\":\"{}\",\"provider_specific_fields\":null}}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
        "data: [DONE]\n\n",
    );
    let server = Server::start([streamed(first), streamed(TEXT)]).await;
    let chat = client(&server.base_url).chat("m").user("What time is it?");
    let run = chat.run_tools(clock(), 2).stream().collect_report();
    assert_eq!(in_time(run).await.unwrap().text(), "Sun.");
    assert_eq!(
        after_the_question(&bodies(&server)[1])[0],
        json!({
            "role": "assistant",
            "reasoning_content": "Two clocks.",
            "thinking_blocks": [{"type": "thinking", "thinking": "Two clocks.", "signature": "sig=="}],
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "clock", "arguments": "{}"},
                 "extra_content": {"google": {"thought_signature": "s1"}}},
                {"id": "b", "type": "function",
                 "function": {"name": "clock", "arguments": "{}",
                    "provider_specific_fields": {"thought_signature": "s2"}},
                 "provider_specific_fields": {"thought_signature": "s2"}}
            ]
        })
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

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let text = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Su\"}}]}\n\n";
    let server = Server::start([Answer::Hang(events(text))]).await;
    let chat = client(&server.base_url).chat("m").user("Go.");
    let mut stream = chat.run_tools(clock(), 1).stream();
    assert_eq!(in_time(stream.next()).await.unwrap().unwrap().text(), "Su");
    drop(stream);
    server.closed(1).await;
}

/// A whole completion in the place of a stream has ended before its events are read.
#[tokio::test]
async fn what_has_ended_need_not_be_read_to_its_end() {
    let server = Server::start([says("Sun.")]).await;
    let chat = client(&server.base_url).chat("m").user("Go.");
    let mut stream = chat.run_tools(clock(), 1).stream();
    assert_eq!(in_time(stream.next()).await.unwrap().unwrap().text(), "Sun.");
    let report = stream.finish().unwrap();
    assert_eq!(
        (report.text(), report.rounds(), report.messages().len()),
        ("Sun.", 1, 2)
    );

    let server = Server::start([calls(&[call("1", "clock", "{}")])]).await;
    let chat = client(&server.base_url).chat("m").user("Go.");
    let mut stream = chat.run_tools(clock(), 2).stream();
    assert_eq!(
        brief(&in_time(stream.next()).await.unwrap().unwrap()),
        "1 ToolCallStarted(clock)"
    );
    let error = stream.finish().unwrap_err();
    assert!(error.is_incomplete(), "the call is still to be made");
    assert_eq!(error.tool_report().unwrap().messages().len(), 2);
}
