//! The tool calls of a stream: put together by index, never doubled, never told to be done while they may be cut.

use super::{DONE, Row, STOP, check, data, run, stream, told};

#[tokio::test]
async fn calls_are_put_together_by_their_index() {
    check(&[
        Row {
            why: "one after the other, as OpenAI sends them",
            chunks: &[
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {\"x\":",
                "args 0/0 1}",
                "done 0 a f {\"x\":1}",
                "start 0/1 b g",
                "args 0/1 {}",
                "done 0 b g {}",
                "finish 0 tool_calls",
            ],
            reply: &[
                "text 0 ",
                "call 0 function a f {\"x\":1}",
                "call 0 function b g {}",
                "finish 0 tool_calls",
            ],
        },
        Row {
            why: "interleaved, and in order of appearance",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"index":5,"id":"a","type":"function","function":{"name":"f","arguments":"{"}},{"index":2,"id":"b","type":"function","function":{"name":"g","arguments":"["}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":2,"function":{"arguments":"1]"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":5,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {",
                "start 0/1 b g",
                "args 0/1 [",
                "args 0/1 1]",
                "args 0/0 }",
                "done 0 a f {}",
                "done 0 b g [1]",
                "finish 0 tool_calls",
            ],
            reply: &[
                "text 0 ",
                "call 0 function a f {}",
                "call 0 function b g [1]",
                "finish 0 tool_calls",
            ],
        },
        Row {
            why: "a missing index goes on with the last call",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\""}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":":1}"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":7,"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\""}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":null,"function":{"arguments":":2}"}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {\"x\"",
                "args 0/0 :1}",
                "done 0 a f {\"x\":1}",
                "start 0/1 b g",
                "args 0/1 {\"y\"",
                "args 0/1 :2}",
                "done 0 b g {\"y\":2}",
                "finish 0 tool_calls",
            ],
            reply: &[
                "text 0 ",
                "call 0 function a f {\"x\":1}",
                "call 0 function b g {\"y\":2}",
                "finish 0 tool_calls",
            ],
        },
    ])
    .await;
}

#[tokio::test]
async fn what_is_repeated_is_never_doubled() {
    check(&[
        Row {
            why: "id, type and name in every chunk",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\""}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":":1"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"}"}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {\"x\"",
                "args 0/0 :1",
                "args 0/0 }",
                "done 0 a f {\"x\":1}",
                "finish 0 tool_calls",
            ],
            reply: &["text 0 ", "call 0 function a f {\"x\":1}", "finish 0 tool_calls"],
        },
        Row {
            why: "empty and null ones erase nothing",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"","type":"","function":{"name":"","arguments":"}"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":null,"type":null,"function":{"name":null,"arguments":null}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":null}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {",
                "args 0/0 }",
                "done 0 a f {}",
                "finish 0 tool_calls",
            ],
            reply: &["text 0 ", "call 0 function a f {}", "finish 0 tool_calls"],
        },
        Row {
            why: "the name after the id, and another id alone, which replaces it",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"type":"function","function":{"name":"f"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &["start 0/0 a f", "args 0/0 {}", "done 0 b f {}", "finish 0 tool_calls"],
            reply: &["text 0 ", "call 0 function b f {}", "finish 0 tool_calls"],
        },
    ])
    .await;
}

#[tokio::test]
async fn a_new_id_with_a_name_is_a_new_call_whatever_its_index() {
    check(&[Row {
        why: "Gemini sends each under 0",
        chunks: &[
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{\"x\":"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"2}"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
        ],
        events: &[
            "start 0/0 a f",
            "args 0/0 {\"x\":1}",
            "done 0 a f {\"x\":1}",
            "start 0/1 b f",
            "args 0/1 {\"x\":",
            "args 0/1 2}",
            "done 0 b f {\"x\":2}",
            "start 0/2 c g",
            "args 0/2 {}",
            "done 0 c g {}",
            "finish 0 tool_calls",
        ],
        reply: &[
            "text 0 ",
            "call 0 function a f {\"x\":1}",
            "call 0 function b f {\"x\":2}",
            "call 0 function c g {}",
            "finish 0 tool_calls",
        ],
    }])
    .await;
}

#[tokio::test]
async fn arguments_of_any_kind_become_text() {
    check(&[
        Row {
            why: "an object",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{"x":{"y":[1,null]}}}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {\"x\":{\"y\":[1,null]}}",
                "done 0 a f {\"x\":{\"y\":[1,null]}}",
                "finish 0 tool_calls",
            ],
            reply: &[
                "text 0 ",
                "call 0 function a f {\"x\":{\"y\":[1,null]}}",
                "finish 0 tool_calls",
            ],
        },
        Row {
            why: "none, for a tool without parameters",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f"}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &["start 0/0 a f", "done 0 a f ", "finish 0 tool_calls"],
            reply: &["text 0 ", "call 0 function a f ", "finish 0 tool_calls"],
        },
        Row {
            why: "the free text of a custom tool",
            chunks: &[
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"{ free"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"custom":{"input":" text"}}]},"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 { free",
                "args 0/0  text",
                "done 0 a f { free text",
                "finish 0 tool_calls",
            ],
            reply: &["text 0 ", "call 0 custom a f { free text", "finish 0 tool_calls"],
        },
    ])
    .await;
}

/// Whoever runs a tool does so when its call is done: half of one is never.
#[tokio::test]
async fn arguments_that_do_not_parse_are_never_done() {
    let finish = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#;
    for arguments in [r#"{\"x\":"#, r#"{\"x\":1"#, r#"{\"x\":1}}"#, "nonsense", r#"\"a"#] {
        let call = format!(
            r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"id":"a","type":"function","function":{{"name":"f","arguments":"{arguments}"}}}}]}}}}]}}"#
        );
        for end in [
            String::new(),
            data(&[finish]),
            DONE.to_owned(),
            data(&[finish]) + DONE,
            STOP.to_owned() + DONE,
        ] {
            let outcome = run(stream(&[&data(&[&call]), &end])).await;
            assert!(
                !outcome.events.iter().any(|event| event.starts_with("done")),
                "{arguments} {end}"
            );
            let error = outcome.end.expect_err(arguments);
            assert!(error.is_incomplete(), "{arguments} {end}: {error:?}");
            let partial = told(error.partial().unwrap()).join("\n");
            assert!(
                partial.contains("call 0 function a f "),
                "{arguments} {end}: {partial}"
            );
        }
    }
}
