//! Any chunks of a streamed chat, one in each line of the input: events and answer agree, and half an answer is never
//! taken for a whole one. The client is a whole one too; only the network is replaced.

#![no_main]

use aipass::{BoxFuture, ChatEvent, ChatReply, Client, Reply, Responder, RetryPolicy, Secret, ToolCall};
use bytes::Bytes;
use http::{Request, StatusCode};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

fuzz_target!(|bytes: &[u8]| {
    // A CR would end the line of the event.
    let text = String::from_utf8_lossy(bytes).replace('\r', " ");
    let chunks: Vec<&str> = text.lines().take_while(|line| line.trim() != "[DONE]").collect();
    BENCH.with(|bench| bench.check(&chunks));
});

thread_local! {
    static BENCH: Bench = Bench::new();
}

/// What one stream gave.
struct Outcome {
    events: Vec<ChatEvent>,
    /// Whether the answer was reported as whole.
    whole: bool,
    /// Whether it was reported as cut, and not as something worse.
    cut: bool,
    reply: ChatReply,
}

/// A client whose next answer can be set.
struct Bench {
    runtime: tokio::runtime::Runtime,
    client: Client,
    next: Next,
}

#[derive(Clone, Debug, Default)]
struct Next(Arc<Mutex<(Bytes, bool)>>);

impl Responder for Next {
    fn respond(&self, _: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let (body, json) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(if json {
            Reply::json(StatusCode::OK, body)
        } else {
            Reply::events(body)
        }))
    }
}

impl Bench {
    fn new() -> Self {
        let next = Next::default();
        let client = Client::builder()
            .base_url("http://127.0.0.1:1")
            .access_token(Secret::new("token"))
            .retry(RetryPolicy::none())
            .responder(next.clone())
            .build();
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .expect("a runtime"),
            client: client.expect("a client"),
            next,
        }
    }

    fn check(&self, chunks: &[&str]) {
        let words = Words::of(chunks);
        for choices in [None, Some(2)] {
            let open = self.stream(chunks, choices, false);
            let ended = self.stream(chunks, choices, true);
            check(&open, choices, false, &words);
            check(&ended, choices, true, &words);
            assert_eq!(open.events, ended.events, "[DONE] says nothing");
            let apart = self
                .run(Bytes::from(apart(chunks)), false, choices)
                .expect("a stream");
            assert_eq!(
                open.events, apart.events,
                "a chunk that is known by the one before it says the same"
            );
            assert_eq!((open.whole, open.cut), (apart.whole, apart.cut));
            let half = self.stream(&chunks[..chunks.len() / 2], choices, false);
            check(&half, choices, false, &words);
            assert!(
                open.events.starts_with(&half.events),
                "what was said is not taken back"
            );
        }
        // The same in one JSON body, as some servers answer.
        if let [chunk] = chunks
            && let Some(outcome) = self.run(Bytes::from((*chunk).to_owned()), true, None)
        {
            check(&outcome, None, true, &words);
        }
    }

    fn stream(&self, chunks: &[&str], choices: Option<u8>, done: bool) -> Outcome {
        let mut body: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        if done {
            body.push_str("data: [DONE]\n\n");
        }
        self.run(Bytes::from(body), false, choices).expect("a stream")
    }

    fn run(&self, body: Bytes, json: bool, choices: Option<u8>) -> Option<Outcome> {
        *self.next.0.lock().unwrap_or_else(PoisonError::into_inner) = (body, json);
        self.runtime.block_on(async {
            let mut chat = self.client.chat("m").user("u");
            if let Some(choices) = choices {
                chat = chat.with(|request| request.n = Some(choices.into()));
            }
            let mut stream = match chat.stream().await {
                Ok(stream) => stream,
                Err(error) => {
                    // Some JSON is no answer at all; a stream has begun when its head has come.
                    assert!(json, "{error:?}");
                    return None;
                }
            };
            let mut events = Vec::new();
            let mut failed = None;
            while let Some(event) = stream.next().await {
                match event {
                    Ok(event) => events.push(event),
                    Err(error) => failed = Some(error),
                }
            }
            let outcome = match failed {
                None => stream.finish(),
                Some(error) => Err(error),
            };
            let (whole, cut, reply) = match outcome {
                Ok(reply) => (true, false, reply),
                Err(error) => {
                    let partial = error.partial().expect("what came so far").clone();
                    let server = error.error_type().is_some() || error.is_budget_exceeded();
                    (
                        false,
                        error.is_incomplete() && !error.is_decode() && !server,
                        partial,
                    )
                }
            };
            Some(Outcome {
                events,
                whole,
                cut,
                reply,
            })
        })
    }
}

/// The same chunks, none of which begins as the one before it does.
fn apart(chunks: &[&str]) -> String {
    let blanks = ["", " "].into_iter().cycle();
    chunks
        .iter()
        .zip(blanks)
        .map(|(chunk, blank)| format!("data: {blank}{chunk}\n\n"))
        .collect()
}

/// The ids and names of tool calls, as they stand in the chunks.
#[derive(Default)]
struct Words {
    ids: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Words {
    fn of(chunks: &[&str]) -> Self {
        let mut words = Self::default();
        for chunk in chunks
            .iter()
            .filter_map(|chunk| serde_json::from_str::<Value>(chunk).ok())
        {
            words.walk(&chunk);
        }
        words
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let word = match value {
                        Value::String(word) => word.clone(),
                        Value::Number(number) => number.to_string(),
                        other => {
                            self.walk(other);
                            continue;
                        }
                    };
                    match key.as_str() {
                        "id" => self.ids.insert(word),
                        "name" => self.names.insert(word),
                        _ => false,
                    };
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            _ => {}
        }
    }
}

fn check(outcome: &Outcome, expected: Option<u8>, done: bool, words: &Words) {
    let reply = &outcome.reply;
    joined(&outcome.events, reply);
    calls(&outcome.events, reply, words);

    let choices = reply.choices();
    let finished = choices.iter().all(|choice| choice.finish_reason.is_some());
    let enough = choices.len() >= usize::from(expected.unwrap_or(1));
    let mut calls = choices.iter().flat_map(|choice| &choice.tool_calls);
    let rule = !choices.is_empty() && (done || (finished && enough)) && calls.all(is_whole);
    if outcome.whole {
        assert!(rule, "half an answer was taken for a whole one");
    }
    if outcome.cut {
        assert!(!rule, "a whole answer was taken for half of one");
    }
}

fn is_whole(call: &ToolCall) -> bool {
    call.kind == "custom"
        || call.arguments.trim().is_empty()
        || serde_json::from_str::<Value>(&call.arguments).is_ok()
        // Numbers and depths that a `Value` cannot hold are JSON all the same.
        || serde_json::from_str::<Box<serde_json::value::RawValue>>(&call.arguments).is_ok()
}

/// The pieces of text, joined, are the text.
fn joined(events: &[ChatEvent], reply: &ChatReply) {
    for choice in reply.choices() {
        let all = |piece: &dyn Fn(&ChatEvent) -> Option<(u32, String)>| {
            let pieces = events.iter().filter_map(piece);
            pieces
                .filter(|(index, _)| *index == choice.index)
                .map(|(_, text)| text)
                .collect::<String>()
        };
        let text = all(&|event| match event {
            ChatEvent::Text { choice, text } => Some((*choice, text.clone())),
            _ => None,
        });
        let refusal = all(&|event| match event {
            ChatEvent::Refusal { choice, text } => Some((*choice, text.clone())),
            _ => None,
        });
        let reasoning = all(&|event| match event {
            ChatEvent::Reasoning { choice, text } => Some((*choice, text.clone())),
            _ => None,
        });
        assert_eq!(text, choice.text);
        assert_eq!(refusal, choice.refusal.as_deref().unwrap_or_default());
        assert_eq!(reasoning, choice.reasoning.as_deref().unwrap_or_default());
    }
}

/// Each call starts once and is done once, with the arguments that the answer has; ids and names are as they were sent.
fn calls(events: &[ChatEvent], reply: &ChatReply, words: &Words) {
    let mut started = BTreeSet::new();
    let mut arguments = BTreeMap::<(u32, usize), String>::new();
    let mut done = BTreeMap::<u32, Vec<&ToolCall>>::new();
    for event in events {
        match event {
            ChatEvent::ToolCallStarted { choice, call, .. } => {
                assert!(started.insert((*choice, *call)), "a call starts once");
            }
            ChatEvent::ToolCallArguments { choice, call, delta } => {
                arguments.entry((*choice, *call)).or_default().push_str(delta);
            }
            ChatEvent::ToolCallDone { choice, call } => done.entry(*choice).or_default().push(call),
            _ => {}
        }
    }
    for choice in reply.choices() {
        for (at, call) in choice.tool_calls.iter().enumerate() {
            let pieces = arguments.remove(&(choice.index, at)).unwrap_or_default();
            assert_eq!(pieces, call.arguments);
            assert!(call.id.is_empty() || words.ids.contains(&call.id), "{}", call.id);
            assert!(
                call.name.is_empty() || words.names.contains(&call.name),
                "{}",
                call.name
            );
        }
        let mut left: Vec<&ToolCall> = choice.tool_calls.iter().collect();
        for call in done.remove(&choice.index).unwrap_or_default() {
            assert!(is_whole(call), "a call that is done has whole arguments");
            let same = |other: &&ToolCall| other.arguments.trim_end() == call.arguments.trim_end();
            let at = left
                .iter()
                .position(same)
                .expect("a call that is done stays as it is, and is done once");
            left.remove(at);
        }
    }
    assert!(arguments.is_empty() && done.is_empty());
}
