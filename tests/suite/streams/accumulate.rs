//! What the chunks of a stream add up to: texts, finish reasons, usage, and several choices.

use super::{HELLO, Row, STOP, check, data, run, stream};

#[tokio::test]
async fn texts_are_appended() {
    check(&[
        Row {
            why: "text, nothing, null, empty, and lists of parts",
            chunks: &[
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"H"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":""}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"e"},{"type":"text","text":"l"}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":[{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"l"}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":[]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"o\n\u00e4\ud83d\ude00"}}]}"#,
            ],
            events: &["text 0 H", "text 0 el", "text 0 l", "text 0 o\nä😀"],
            reply: &["text 0 Hello\nä😀"],
        },
        Row {
            why: "a refusal",
            chunks: &[
                r#"{"choices":[{"index":0,"delta":{"refusal":"I "}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"refusal":null,"content":null}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"refusal":"won't"}}]}"#,
            ],
            events: &["refusal 0 I ", "refusal 0 won't"],
            reply: &["text 0 ", "refusal 0 I won't"],
        },
        Row {
            why: "reasoning under each of its names, and once where it comes under both",
            chunks: &[
                r#"{"choices":[{"index":0,"delta":{"reasoning_content":"a"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"reasoning":"b","reasoning_details":[{"text":"b"}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"reasoning_content":"c","reasoning":"c"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"reasoning_content":null,"reasoning":"","content":"so"}}]}"#,
            ],
            events: &["reasoning 0 a", "reasoning 0 b", "reasoning 0 c", "text 0 so"],
            reply: &["text 0 so", "reasoning 0 abc"],
        },
        Row {
            why: "all in one chunk",
            chunks: &[
                r#"{"choices":[{"delta":{"refusal":"r","content":"t","reasoning":"w"},"finish_reason":"stop"}],"usage":{"total_tokens":5}}"#,
            ],
            events: &["reasoning 0 w", "text 0 t", "refusal 0 r", "finish 0 stop", "usage 5"],
            reply: &["text 0 t", "refusal 0 r", "reasoning 0 w", "finish 0 stop", "usage 5"],
        },
    ])
    .await;
}

#[tokio::test]
async fn a_finish_reason_stays() {
    check(&[
        Row {
            why: "an empty one is none",
            chunks: &[r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":""}]}"#],
            events: &["text 0 a"],
            reply: &["text 0 a"],
        },
        Row {
            why: "a later null, an empty one or none does not erase it, and a repeat is not told twice",
            chunks: &[
                r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":null}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":""}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"b"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#,
            ],
            events: &["text 0 a", "finish 0 length", "text 0 b"],
            reply: &["text 0 ab", "finish 0 length"],
        },
        Row {
            why: "an unknown one is kept",
            chunks: &[r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"tired"}]}"#],
            events: &["text 0 a", "finish 0 tired"],
            reply: &["text 0 a", "finish 0 tired"],
        },
    ])
    .await;
    // An empty one ends nothing either.
    let open = data(&[r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":""}]}"#]);
    assert!(run(stream(&[&open])).await.end.unwrap_err().is_incomplete());
}

#[tokio::test]
async fn usage_is_taken_from_any_chunk() {
    check(&[
        Row {
            why: "from one without choices, at the end",
            chunks: &[
                r#"{"choices":[{"delta":{"content":"a"}}],"usage":null}"#,
                r#"{"choices":[],"usage":{"total_tokens":5}}"#,
            ],
            events: &["text 0 a", "usage 5"],
            reply: &["text 0 a", "usage 5"],
        },
        Row {
            why: "from one with choices",
            chunks: &[r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"total_tokens":5}}"#],
            events: &["text 0 a", "finish 0 stop", "usage 5"],
            reply: &["text 0 a", "finish 0 stop", "usage 5"],
        },
        Row {
            why: "from the first, which neither null nor {} erases",
            chunks: &[
                r#"{"usage":{"total_tokens":5}}"#,
                r#"{"choices":[{"delta":{"content":"a"}}],"usage":null}"#,
                r#"{"choices":[],"usage":{}}"#,
                r#"{"choices":[{"delta":{}}]}"#,
            ],
            events: &["usage 5", "text 0 a"],
            reply: &["text 0 a", "usage 5"],
        },
        Row {
            why: "from the last where it grows",
            chunks: &[
                r#"{"choices":[{"delta":{"content":"a"}}],"usage":{"total_tokens":3}}"#,
                r#"{"choices":[{"delta":{"content":"b"}}],"usage":{"total_tokens":5}}"#,
            ],
            events: &["text 0 a", "usage 3", "text 0 b", "usage 5"],
            reply: &["text 0 ab", "usage 5"],
        },
    ])
    .await;
    let odd = data(&[r#"{"choices":[],"usage":{"total_tokens":5,"cost":0.25,"later":{"deep":[1]}}}"#]);
    let reply = run(stream(&[HELLO, STOP, &odd])).await.end.unwrap();
    let usage = reply.usage().unwrap();
    assert_eq!(usage.cost, Some(0.25));
    assert_eq!(usage.extra["later"]["deep"][0], 1, "what is not known is kept");
}

#[tokio::test]
async fn what_is_missing_or_null_is_tolerated() {
    check(&[
        Row {
            why: "in every place",
            chunks: &[
                r#"{}"#,
                r#"{"id":null,"model":null,"choices":null,"usage":null,"error":null}"#,
                r#"{"choices":[]}"#,
                r#"{"choices":[null]}"#,
                r#"{"choices":[{}]}"#,
                r#"{"choices":[{"index":null,"delta":null,"finish_reason":null,"logprobs":null}]}"#,
                r#"{"choices":[{"delta":{"content":null,"refusal":null,"reasoning":null,"tool_calls":null,"role":null}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[null],"content":"ok"}}]}"#,
            ],
            events: &["text 0 ok"],
            reply: &["text 0 ok"],
        },
        Row {
            why: "and what is not known disturbs nothing",
            chunks: &[
                r#"{"object":"x","created":1.5,"x":[{"y":null}],"choices":[{"index":0.0,"delta":{"content":"ok","audio":{"id":"a"}},"matched_stop":7}]}"#,
            ],
            events: &["text 0 ok"],
            reply: &["text 0 ok"],
        },
    ])
    .await;
}

#[tokio::test]
async fn the_head_of_an_answer_is_kept_where_later_chunks_lack_it() {
    let chunks = data(&[
        r#"{"id":"","model":"","choices":[]}"#,
        r#"{"id":"c1","model":"m","choices":[{"delta":{"content":"a"}}]}"#,
        r#"{"id":null,"choices":[{"delta":{"content":"b"}}]}"#,
        r#"{"id":"","model":"","choices":[{"delta":{},"finish_reason":"stop"}]}"#,
    ]);
    let reply = run(stream(&[&chunks])).await.end.unwrap();
    assert_eq!((reply.id(), reply.model(), reply.text()), ("c1", "m", "ab"));
    assert_eq!(reply.meta().model(), Some("m"));
}

#[tokio::test]
async fn choices_are_kept_apart() {
    check(&[
        Row {
            why: "by their index, in one chunk and in several, the second one first",
            chunks: &[
                r#"{"choices":[{"index":1,"delta":{"content":"B"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"A"}},{"index":1,"delta":{"content":"b"}}]}"#,
                r#"{"choices":[{"index":1,"delta":{},"finish_reason":"length"},{"index":0,"delta":{"content":"a"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            ],
            events: &[
                "text 1 B",
                "text 0 A",
                "text 1 b",
                "finish 1 length",
                "text 0 a",
                "finish 0 stop",
            ],
            reply: &["text 0 Aa", "finish 0 stop", "text 1 Bb", "finish 1 length"],
        },
        Row {
            why: "with the calls of each",
            chunks: &[
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}]}}]}"#,
                r#"{"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"b","type":"function","function":{"name":"g","arguments":"["}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}"#,
                r#"{"choices":[{"index":1,"delta":{"tool_calls":[{"function":{"arguments":"]"}}]}}]}"#,
                r#"{"choices":[{"index":1,"finish_reason":"tool_calls"},{"index":0,"finish_reason":"tool_calls"}]}"#,
            ],
            events: &[
                "start 0/0 a f",
                "args 0/0 {",
                "start 1/0 b g",
                "args 1/0 [",
                "args 0/0 }",
                "args 1/0 ]",
                "done 1 b g []",
                "finish 1 tool_calls",
                "done 0 a f {}",
                "finish 0 tool_calls",
            ],
            reply: &[
                "text 0 ",
                "call 0 function a f {}",
                "finish 0 tool_calls",
                "text 1 ",
                "call 1 function b g []",
                "finish 1 tool_calls",
            ],
        },
    ])
    .await;
}

#[tokio::test]
async fn an_index_that_cannot_be_is_an_error() {
    for choice in [
        r#"{"index":-1,"delta":{"content":"x"}}"#,
        r#"{"index":4294967296,"delta":{"content":"x"}}"#,
        r#"{"index":9223372036854775807}"#,
        r#"{"index":1e300}"#,
        r#"{"delta":{"tool_calls":[{"index":-1,"id":"a","function":{"name":"f"}}]}}"#,
        r#"{"delta":{"tool_calls":[{"index":2147483647,"id":"a","function":{"name":"f"}}]}}"#,
        r#"{"delta":{"tool_calls":[{"index":1e18,"id":"a","function":{"name":"f"}}]}}"#,
    ] {
        let odd = data(&[&format!(r#"{{"choices":[{choice}]}}"#)]);
        let outcome = run(stream(&[HELLO, &odd, HELLO, STOP])).await;
        let error = outcome.end.expect_err(choice);
        assert!(error.is_decode(), "{choice}: {error:?}");
        assert_eq!(
            (outcome.text.as_str(), error.partial().unwrap().text()),
            ("Hello", "Hello"),
            "{choice}"
        );
    }
}
