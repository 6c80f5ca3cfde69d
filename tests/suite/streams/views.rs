//! The ways to look at a streamed chat: its text alone, its chunks as they came, the whole at its end, and the same without
//! a network.

use super::{DONE, HELLO, STOP, Site, brief, chat, data, in_time, read, stream, told};
use crate::support::{Answer, Server, answer, client, events, impatient};
use aipass::{ChargeRisk, ChatAccumulator, ChatEvent, ChatStream, Error, RawChunk, types::ChatMessage};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

async fn open(answer: Answer) -> ChatStream {
    let server = Server::start([answer]).await;
    in_time(impatient(&server.base_url).chat("m").user("hi").stream())
        .await
        .unwrap()
}

/// The chunks of a stream that ends well.
async fn chunks(answer: Answer) -> Vec<RawChunk> {
    let (mut stream, mut chunks) = (open(answer).await.raw(), Vec::new());
    while let Some(event) = in_time(stream.next()).await {
        if let ChatEvent::Chunk(chunk) = event.unwrap() {
            chunks.push(chunk);
        }
    }
    stream.finish().unwrap();
    chunks
}

const TWO_CHOICES: [&str; 7] = [
    r#"{"choices":[{"index":1,"delta":{"content":"other"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"hm"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
    r#"{"choices":[{"index":1,"delta":{"content":" text"},"finish_reason":"stop"}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":""}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"lo","refusal":"no"},"finish_reason":"length"}]}"#,
    r#"{"choices":[],"usage":{"total_tokens":7}}"#,
];

#[tokio::test]
async fn text_alone_is_that_of_the_first_choice() {
    let mut text = open(stream(&[&data(&TWO_CHOICES), DONE])).await.text();
    assert_eq!(text.meta().attempts(), 1);
    let mut pieces = Vec::new();
    while let Some(piece) = in_time(text.next()).await {
        pieces.push(piece.unwrap());
    }
    assert_eq!(pieces, ["Hel", "lo"]);
    assert!(in_time(text.next()).await.is_none());
    assert_eq!(
        told(&text.finish().unwrap()),
        [
            "text 0 Hello",
            "refusal 0 no",
            "reasoning 0 hm",
            "finish 0 length",
            "text 1 other text",
            "finish 1 stop",
            "usage 7"
        ]
    );
}

/// A loop over pieces of text would take a cut for the end.
#[tokio::test]
async fn text_alone_that_is_cut_ends_with_an_error() {
    type Is = fn(&Error) -> bool;
    let budget = data(&[r#"{"error":{"message":"m","type":"budget_exceeded"}}"#]);
    let rows: [(Answer, Is); 4] = [
        (stream(&[HELLO]), Error::is_incomplete),
        (stream(&[HELLO, &budget, DONE]), Error::is_budget_exceeded),
        (stream(&[HELLO, "data: {\n\n", DONE]), Error::is_decode),
        (Answer::Hang(events(HELLO)), Error::is_timeout),
    ];
    for (row, (answer, is)) in rows.into_iter().enumerate() {
        let mut text = open(answer).await.text();
        assert_eq!(in_time(text.next()).await.unwrap().unwrap(), "Hel", "{row}");
        assert_eq!(in_time(text.next()).await.unwrap().unwrap(), "lo", "{row}");
        let error = in_time(text.next()).await.unwrap().unwrap_err();
        assert!(is(&error), "{row}: {error:?}");
        assert_eq!(error.partial().unwrap().text(), "Hello", "{row}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{row}");
        assert!(in_time(text.next()).await.is_none(), "{row}");
        assert!(text.finish().unwrap_err().is_incomplete(), "{row}");
    }
    let unread = open(stream(&[HELLO, STOP, DONE])).await.text();
    assert!(unread.finish().unwrap_err().is_incomplete());
}

#[tokio::test]
async fn chunks_come_as_they_were_sent_and_before_their_events() {
    let sent = [
        r#"{"id":"c1", "choices" : [{"index":0,"delta":{"role":"assistant","content":"a"}}],"x_vendor":{"deep":[1,null]}}"#,
        // These two are the same as the next but for their text.
        r#"{"choices":[{"index":0,"delta":{"content":"b"}}],"x_vendor":1e2}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"\u00e4\ud83d\ude00 ä"}}],"x_vendor":1e2}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"ä"}}],"x_vendor":1e2}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"c"}}],"x_vendor":1e2}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{}"}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
        r#"{"choices":[],"usage":{"total_tokens":7},"x_vendor":"last"}"#,
        r#"{"choices":[],"nothing":"is read from it"}"#,
    ];
    let chunk = |at: usize| format!("chunk {}", sent[at]);
    let expected = [
        chunk(0),
        "text 0 a".to_owned(),
        chunk(1),
        "text 0 b".to_owned(),
        chunk(2),
        "text 0 ä😀 ä".to_owned(),
        chunk(3),
        "text 0 ä".to_owned(),
        chunk(4),
        "text 0 c".to_owned(),
        chunk(5),
        "start 0/0 t f".to_owned(),
        "args 0/0 {}".to_owned(),
        chunk(6),
        "done 0 t f {}".to_owned(),
        "finish 0 tool_calls".to_owned(),
        chunk(7),
        "usage 7".to_owned(),
        chunk(8),
    ];
    let outcome = read(open(stream(&[&data(&sent), ": ping\n\n", DONE])).await.raw()).await;
    assert_eq!(outcome.events, expected);
    assert_eq!(outcome.end.unwrap().text(), "abä😀 ääc");

    let plain = read(open(stream(&[&data(&sent), DONE])).await).await;
    let without: Vec<_> = expected
        .iter()
        .filter(|event| !event.starts_with("chunk "))
        .collect();
    assert_eq!(plain.events.iter().collect::<Vec<_>>(), without);
}

/// A chunk of an error is told as an error alone, and what is no chunk at all is none.
#[tokio::test]
async fn what_is_no_chunk_is_not_given_as_one() {
    for bad in [r#"{"error":{"message":"m"}}"#, r#"{"choices":7}"#, "secret"] {
        let body = [HELLO, &data(&[bad])].concat();
        let outcome = read(open(stream(&[&body])).await.raw()).await;
        let chunks = outcome.events.iter().filter(|event| event.starts_with("chunk "));
        assert_eq!(chunks.count(), 2, "{bad}");
        assert!(outcome.end.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn a_decoded_chunk_keeps_what_is_unknown() {
    let sent = r#"{"id":"c1","service_tier":"flex","created":5,"choices":[{"index":0,"delta":{"content":"a","x_d":1},"x_c":2}],"x_top":{"deep":[1,null]},"provider":"p"}"#;
    let chunks = chunks(stream(&[&data(&[sent]), DONE])).await;
    let [chunk] = chunks.as_slice() else {
        panic!("{} chunks", chunks.len())
    };
    assert_eq!(chunk.json(), sent);
    assert_eq!(format!("{chunk:?}"), format!("RawChunk({} bytes)", sent.len()));
    let decoded = chunk.decode().unwrap();
    assert_eq!((decoded.id.as_deref(), decoded.created), (Some("c1"), Some(5)));
    assert_eq!(decoded.service_tier.as_ref().unwrap().as_str(), "flex");
    assert_eq!(decoded.extra.len(), 2);
    assert_eq!(decoded.extra["x_top"], json!({"deep": [1, null]}));
    assert_eq!(decoded.extra["provider"], "p");
    assert_eq!(decoded.choices[0].extra["x_c"], 2);
    assert_eq!(
        serde_json::to_value(&decoded).unwrap(),
        serde_json::from_str::<Value>(sent).unwrap()
    );
}

#[tokio::test]
async fn a_chunk_that_is_odd_does_not_decode_while_the_stream_goes_on() {
    let odd = r#"{"id":["secret"],"choices":[{"index":0,"delta":{"content":"a"}}]}"#;
    let chunks = chunks(stream(&[&data(&[odd]), STOP, DONE])).await;
    assert_eq!(chunks.len(), 2);
    let error = chunks[0].decode().unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        told.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    assert!(!told.contains("secret"), "{told}");
    assert!(chunks[1].decode().is_ok());
    let outcome = read(open(stream(&[&data(&[odd]), STOP, DONE])).await).await;
    assert_eq!(outcome.end.unwrap().text(), "a");
}

#[tokio::test]
async fn a_whole_completion_is_one_chunk() {
    let whole = r#"{"id":"c1","object":"chat.completion","x_top":1,"choices":[
        {"index":0,"x_c":2,"message":{"role":"assistant","content":"Hello","x_d":3},"finish_reason":"stop"},
        {"index":1,"message":{"role":"assistant","content":"not"},"delta":{"content":"Hi"},"finish_reason":"stop"},
        {"index":2,"message":{"role":"assistant","content":"Hey"},"delta":null,"finish_reason":"stop"}],
        "usage":{"total_tokens":5}}"#;
    for media_type in ["application/json", "text/event-stream"] {
        let chunks = chunks(answer("200 OK", media_type, whole)).await;
        let [chunk] = chunks.as_slice() else {
            panic!("{media_type}: {} chunks", chunks.len())
        };
        let expected = json!({"id": "c1", "object": "chat.completion.chunk", "x_top": 1, "choices": [
            {"index": 0, "x_c": 2, "delta": {"role": "assistant", "content": "Hello", "x_d": 3}, "finish_reason": "stop"},
            {"index": 1, "delta": {"content": "Hi"}, "finish_reason": "stop"},
            {"index": 2, "delta": {"role": "assistant", "content": "Hey"}, "finish_reason": "stop"}],
            "usage": {"total_tokens": 5}});
        assert_eq!(
            serde_json::from_str::<Value>(chunk.json()).unwrap(),
            expected,
            "{media_type}"
        );
        let decoded = chunk.decode().unwrap();
        assert_eq!(decoded.extra["x_top"], 1, "{media_type}");

        // What it becomes says what the stream itself said of it.
        let outcome = read(open(answer("200 OK", media_type, whole)).await).await;
        let mut again = ChatAccumulator::new();
        again.push(chunk.json()).unwrap();
        let events: Vec<_> = std::iter::from_fn(|| again.next_event())
            .map(|event| brief(&event))
            .collect();
        assert_eq!(events, outcome.events, "{media_type}");
        assert_eq!(told(&again.finish().unwrap()), told(&outcome.end.unwrap()));
    }
}

#[tokio::test]
async fn a_whole_answer_is_collected_and_a_part_is_not() {
    let reply = open(stream(&[&data(&TWO_CHOICES), DONE])).await.collect_message();
    let reply = in_time(reply).await.unwrap();
    assert_eq!(
        (reply.text(), reply.choices().len(), reply.meta().attempts()),
        ("Hello", 2, 1)
    );
    assert_eq!(reply.usage().unwrap().total_tokens, Some(7));

    let begun = async {
        let mut stream = open(stream(&[HELLO, STOP, DONE])).await;
        stream.next().await.unwrap().unwrap();
        stream.collect_message().await
    };
    assert_eq!(in_time(begun).await.unwrap().text(), "Hello", "from the middle");

    let error = in_time(open(stream(&[HELLO])).await.collect_message()).await;
    let error = error.unwrap_err();
    assert!(error.is_incomplete(), "{error:?}");
    assert_eq!(error.partial().unwrap().text(), "Hello");
    let silent = open(Answer::Hang(events(HELLO))).await.collect_message();
    assert!(in_time(silent).await.unwrap_err().is_timeout());
}

/// What the second of two requests holds of the answer to the first.
async fn repeated(first: Answer, streamed: bool) -> Value {
    let server = Server::start([first, stream(&[HELLO, STOP, DONE])]).await;
    let ai = impatient(&server.base_url);
    let ask = ai.chat("m").user("hi");
    let reply = if streamed {
        in_time(ask.clone().stream())
            .await
            .unwrap()
            .collect_message()
            .await
    } else {
        in_time(ask.clone().send()).await
    };
    let next = ask
        .messages(reply.unwrap().message())
        .message(ChatMessage::user("so?"));
    drop(in_time(next.stream()).await.unwrap());
    let request = server.requests().remove(1);
    let mut body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    let messages = body["messages"].take();
    let [first, own, last] = messages.as_array().unwrap().as_slice() else {
        panic!("{messages}")
    };
    assert_eq!(*first, json!({"role": "user", "content": "hi"}));
    assert_eq!(*last, json!({"role": "user", "content": "so?"}));
    own.clone()
}

#[tokio::test]
async fn an_answer_goes_out_again_as_a_message() {
    let text = stream(&[HELLO, STOP, DONE]);
    assert_eq!(
        repeated(text, true).await,
        json!({"role": "assistant", "content": "Hello"})
    );
    let refusal =
        data(&[r#"{"choices":[{"delta":{"refusal":"no","reasoning":"why"},"finish_reason":"stop"}]}"#]);
    assert_eq!(
        repeated(stream(&[&refusal]), true).await,
        json!({"role": "assistant", "refusal": "no"})
    );

    let calls = data(&[
        r#"{"choices":[{"index":0,"delta":{"content":"See","tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\""}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"signed":"s","function":{"arguments":":1}"}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"custom","custom":{"name":"g","input":"free "}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"custom":{"input":"text"}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"id":"c","function":{"name":"h"}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    ]);
    let whole = r#"{"choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"See","tool_calls":[
        {"index":0,"id":"a","type":"function","signed":"s","function":{"name":"f","arguments":"{\"x\":1}"}},
        {"id":"b","type":"custom","custom":{"name":"g","input":"free text"}},
        {"id":"c","function":{"name":"h"}}]}}]}"#;
    let expected = json!({"role": "assistant", "content": "See", "tool_calls": [
        {"id": "a", "type": "function", "signed": "s", "function": {"name": "f", "arguments": "{\"x\":1}"}},
        {"id": "b", "type": "custom", "custom": {"name": "g", "input": "free text"}},
        {"id": "c", "type": "function", "function": {"name": "h", "arguments": "{}"}}]});
    assert_eq!(repeated(stream(&[&calls, DONE]), true).await, expected);
    let json = || answer("200 OK", "application/json", whole);
    assert_eq!(
        repeated(json(), true).await,
        expected,
        "a completion in place of events"
    );
    assert_eq!(repeated(json(), false).await, expected, "not streamed");
}

/// What an accumulator says of these data, and how it ends.
fn accumulated(mut chat: ChatAccumulator, data: &[&str]) -> (Vec<String>, Result<Vec<String>, Error>) {
    let mut events = Vec::new();
    for data in data {
        let pushed = chat.push(data);
        while let Some(event) = chat.next_event() {
            events.push(brief(&event));
        }
        if let Err(error) = pushed {
            return (events, Err(error));
        }
        if *data == "[DONE]" {
            break;
        }
    }
    let complete = chat.is_complete();
    let end = chat.finish();
    assert_eq!(complete, end.is_ok());
    (events, end.map(|reply| told(&reply)))
}

#[tokio::test]
async fn an_accumulator_says_what_the_stream_says() {
    const A: &str = r#"{"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}"#;
    const END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    const OTHER: &str = r#"{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"stop"}]}"#;
    const CALL: &str = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{"}}]}}]}"#;
    let rows: &[(&[&str], Option<i32>, &str)] = &[
        (&[A, A, END, "[DONE]"], None, "ok"),
        (&[A, "[DONE]"], None, "ok"),
        (&[A, " [DONE] "], None, "ok"),
        (&[A, END], None, "ok"),
        (&[A, "", "  ", END], None, "ok"),
        (&TWO_CHOICES, None, "ok"),
        (
            &[r#"{"id":"w","choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}"#],
            None,
            "ok",
        ),
        (&[], None, "incomplete"),
        (&["[DONE]"], None, "incomplete"),
        (
            &[r#"{"choices":[],"usage":{"total_tokens":3}}"#, "[DONE]"],
            None,
            "incomplete",
        ),
        (&[A], None, "incomplete"),
        (&[A, CALL, END, "[DONE]"], None, "incomplete"),
        (&[A, END], Some(2), "incomplete"),
        (&[A, END, OTHER], Some(2), "ok"),
        (&[A, OTHER], Some(2), "incomplete"),
        (&[A, END, "[DONE]"], Some(2), "ok"),
        (
            &[A, r#"{"error":{"message":"m","type":"budget_exceeded"}}"#],
            None,
            "budget",
        ),
        (
            &[r#"{"error":{"message":"m","type":"budget_exceeded"}}"#, A, END],
            None,
            "budget",
        ),
        (&[A, r#"{"success":false,"message":"m"}"#], None, "rejected"),
        (&[A, r#"{"error":"m"}"#], None, "server"),
        (
            &[A, r#"{"error":null,"choices":[{"delta":{"content":"ok"}}]}"#, END],
            None,
            "ok",
        ),
        (&[A, "{"], None, "decode"),
        (&[A, "[done]"], None, "decode"),
        (&[A, "[]"], None, "decode"),
        (&["7"], None, "decode"),
        (&[A, r#"{"choices":[{"index":-1}]}"#], None, "decode"),
        (
            &[r#"{"choices":[{"delta":{"content":"Hi"}},{"index":5000}]}"#],
            None,
            "decode",
        ),
    ];
    for (chunks, n, verdict) in rows {
        let why = format!("{chunks:?} of {n:?}");
        let server = Server::start([stream(&[&data(chunks)])]).await;
        let ask = impatient(&server.base_url)
            .chat("m")
            .user("hi")
            .with(|request| request.n = *n);
        let streamed = read(in_time(ask.stream()).await.unwrap()).await;
        let fresh = n.map_or_else(ChatAccumulator::new, |n| {
            ChatAccumulator::with_choices(usize::try_from(n).unwrap())
        });
        let (events, end) = accumulated(fresh, chunks);
        assert_eq!(events, streamed.events, "{why}");
        let word = |error: &Error| match error {
            error if error.is_incomplete() => "incomplete",
            error if error.is_budget_exceeded() => "budget",
            error if error.is_server() => "server",
            error if error.is_bad_request() => "rejected",
            error if error.is_decode() => "decode",
            error => panic!("{error:?}"),
        };
        let streamed = streamed.end.map(|reply| told(&reply));
        assert_eq!(end.as_ref().map_or_else(word, |_| "ok"), *verdict, "{why}");
        assert_eq!(streamed.as_ref().map_or_else(word, |_| "ok"), *verdict, "{why}");
        match (end, streamed) {
            (Ok(end), Ok(streamed)) => assert_eq!(end, streamed, "{why}"),
            (Err(end), Err(streamed)) => {
                let of = |error: &Error| {
                    let partial = told(error.partial().unwrap());
                    (
                        error.charge_risk(),
                        error.server_message().map(str::to_owned),
                        partial,
                    )
                };
                assert_eq!(of(&end), of(&streamed), "{why}");
            }
            _ => unreachable!(),
        }
    }
}

#[test]
fn an_accumulator_shows_no_answer_in_logs() {
    let mut chat = ChatAccumulator::new();
    chat.push(r#"{"choices":[{"delta":{"content":"secret"}}]}"#)
        .unwrap();
    assert!(!chat.is_complete());
    assert_eq!(chat.so_far().text(), "secret");
    let event = chat.next_event();
    assert!(!format!("{chat:?} {event:?} {:?}", chat.so_far()).contains("secret"));
    let error = chat.finish().unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    assert!(!format!("{error} {error:?}").contains("secret"));
}

/// Nobody answered: the chunks came from elsewhere.
#[test]
fn an_accumulator_tells_of_no_status() {
    for data in [
        "secret",
        r#"{"error":{"message":"m","type":"budget_exceeded"}}"#,
        r#"[{"error":{"message":"m","type":"budget_exceeded"}}]"#,
    ] {
        let error = ChatAccumulator::new().push(data).unwrap_err();
        assert_eq!(error.status(), None, "{data}");
        assert!(!error.to_string().contains("HTTP"), "{data}: {error}");
        assert_eq!(error.is_budget_exceeded(), data != "secret", "{data}");
    }
    let error = ChatAccumulator::new().finish().unwrap_err();
    assert_eq!(
        (error.status(), error.to_string()),
        (None, "the answer is incomplete".to_owned())
    );
}

#[tokio::test]
async fn the_head_is_known_before_the_first_event() {
    let go: Arc<Notify> = Arc::default();
    let wait = go.clone();
    let site = Site::start(move |mut peer| {
        let wait = wait.clone();
        async move {
            peer.request().await?;
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req-7\r\nx-later: 1\r\nconnection: close\r\n\r\n")
                .await?;
            wait.notified().await;
            peer.send([HELLO, STOP, DONE].concat().as_bytes()).await
        }
    })
    .await;
    let stream = in_time(client(&site.base_url).chat("m").user("hi").stream())
        .await
        .unwrap();
    let meta = stream.meta();
    assert_eq!((meta.request_id(), meta.attempts()), (Some("req-7"), 1));
    assert_eq!(meta.headers()["x-later"], "1");
    assert_eq!(meta.model(), None, "no chunk has told it");
    go.notify_one();
    let reply = in_time(stream.collect_message()).await.unwrap();
    assert_eq!(
        (reply.meta().request_id(), reply.meta().model()),
        (Some("req-7"), Some("m"))
    );

    let mut failed = events("");
    let head = failed.len() - 2;
    failed.splice(head.., b"x-request-id: req-8\r\n\r\n".iter().copied());
    let server = Server::start([Answer::Bytes(failed)]).await;
    assert_eq!(
        chat(&impatient(&server.base_url))
            .await
            .end
            .unwrap_err()
            .request_id(),
        Some("req-8")
    );
}
