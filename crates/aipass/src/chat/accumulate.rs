//! From the chunks of a stream to events and to the whole answer. No I/O: text in, events out.
//!
//! Providers bend the format in many ways; what is tolerated here, and why, stands at each place.

use super::{
    ChatChoice, ChatEvent, ChatReply, ToolCall,
    chunk::{Chunk, Delta, MAX_INDEX, Malformed, WireCall, checked},
    loose::Loose,
    reply::Unknown,
};
use crate::meta::Meta;
use aipass_api::{
    enums::FinishReason,
    types::{ThinkingBlock, Usage},
};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::VecDeque};

/// The answer so far.
#[derive(Debug, Default)]
pub(crate) struct Accumulator {
    id: String,
    model: String,
    choices: Vec<Choice>,
    /// Most of the time there is none yet, and it is large.
    usage: Option<Box<Usage>>,
    done: bool,
    /// How many choices the request asks for, where that is known.
    expected: Option<usize>,
}

#[derive(Debug)]
struct Choice {
    reply: ChatChoice,
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    index: Option<i64>,
    started: bool,
    done: bool,
    call: ToolCall,
}

impl Accumulator {
    pub(crate) fn new(expected: Option<usize>) -> Self {
        Self {
            expected,
            ..Self::default()
        }
    }

    /// Takes one chunk, and adds what it says to `events`.
    pub(super) fn take(
        &mut self,
        chunk: Chunk<'_>,
        events: &mut VecDeque<ChatEvent>,
    ) -> Result<(), Malformed> {
        set(&mut self.id, chunk.id.word());
        set(&mut self.model, chunk.model.word());
        for (place, choice) in (0..).zip(chunk.choices.into_iter().flatten()) {
            let index = checked(choice.index.or(Some(place)))?.unwrap_or(0);
            let at = self.choice(index);
            let delta = choice.delta.or_else(|| choice.message.map(|message| *message));
            at.delta(delta.unwrap_or_default(), events)?;
            at.finish(choice.finish_reason.word(), events);
        }
        // A later null or `{}` does not erase what was said.
        if let Some(usage) = chunk.usage.object()
            && let Ok(usage) = serde_json::from_value::<Box<Usage>>(usage)
        {
            self.usage = Some(usage.clone());
            events.push_back(ChatEvent::Usage(usage));
        }
        Ok(())
    }

    /// Takes a piece of text, of a chunk that says nothing else.
    pub(super) fn take_text(&mut self, choice: u32, text: &str, events: &mut VecDeque<ChatEvent>) {
        self.choice(choice).text(text.to_owned(), events);
    }

    /// The `[DONE]` came.
    pub(crate) fn done(&mut self) {
        self.done = true;
    }

    /// Whether this is the whole answer: `[DONE]` came after at least one choice, or every choice that was asked for (or
    /// else seen) has its finish reason; and no tool call is cut.
    pub(crate) fn is_complete(&self) -> bool {
        let finished = |choice: &Choice| choice.reply.finish_reason.is_some();
        let enough = self.choices.len() >= self.expected.unwrap_or(1).max(1);
        let ended = self.done || (enough && self.choices.iter().all(finished));
        let whole = |call: &Call| is_whole(&call.call);
        !self.choices.is_empty() && ended && self.choices.iter().all(|choice| choice.calls.iter().all(whole))
    }

    pub(crate) fn has_begun(&self) -> bool {
        !self.choices.is_empty()
    }

    pub(crate) fn usage(&self) -> Option<&Usage> {
        self.usage.as_deref()
    }

    pub(crate) fn model(&self) -> Option<&str> {
        Some(self.model.as_str()).filter(|model| !model.is_empty())
    }

    /// What came so far.
    pub(crate) fn reply(&self) -> ChatReply {
        let mut choices: Vec<_> = self
            .choices
            .iter()
            .map(|choice| ChatChoice {
                tool_calls: choice.calls.iter().map(|call| call.call.clone()).collect(),
                ..choice.reply.clone()
            })
            .collect();
        choices.sort_by_key(|choice| choice.index);
        ChatReply {
            id: self.id.clone(),
            model: self.model.clone(),
            choices,
            usage: self.usage.clone(),
            raw: None,
            meta: Meta::default(),
        }
    }

    fn choice(&mut self, index: u32) -> &mut Choice {
        let at = self
            .choices
            .iter()
            .position(|choice| choice.reply.index == index)
            .unwrap_or_else(|| {
                // There is one, nearly always, and it is large.
                self.choices.reserve_exact(1);
                self.choices.push(Choice {
                    reply: ChatChoice::empty(index),
                    calls: Vec::new(),
                });
                self.choices.len() - 1
            });
        &mut self.choices[at]
    }
}

impl ChatChoice {
    pub(crate) fn empty(index: u32) -> Self {
        Self {
            index,
            text: String::new(),
            refusal: None,
            reasoning: None,
            thinking_blocks: Vec::new(),
            tool_calls: Vec::new(),
            finish_reason: None,
        }
    }
}

impl Choice {
    fn delta(&mut self, delta: Delta<'_>, events: &mut VecDeque<ChatEvent>) -> Result<(), Malformed> {
        let choice = self.reply.index;
        let reasoning = delta.reasoning_content.text().or_else(|| delta.reasoning.text());
        if let Some(text) = reasoning {
            self.reply.reasoning.get_or_insert_default().push_str(&text);
            events.push_back(ChatEvent::Reasoning { choice, text });
        }
        if let Loose::Other(blocks) = delta.thinking_blocks {
            self.thinking(*blocks);
        }
        if let Some(text) = delta.content.text() {
            self.text(text, events);
        }
        if let Some(text) = delta.refusal.text() {
            self.reply.refusal.get_or_insert_default().push_str(&text);
            events.push_back(ChatEvent::Refusal { choice, text });
        }
        for call in delta.tool_calls.into_iter().flatten() {
            self.tool_call(call, events)?;
        }
        Ok(())
    }

    /// The text of a block comes in pieces, and its signature, which ends it, in a piece of its own.
    fn thinking(&mut self, blocks: Value) {
        let blocks: Vec<Value> = serde_json::from_value(blocks).unwrap_or_default();
        for piece in blocks {
            let Ok(piece) = serde_json::from_value::<ThinkingBlock>(piece) else {
                continue;
            };
            let open = self.reply.thinking_blocks.last_mut();
            match open.filter(|open| !is_sealed(open) && !is_there(&piece.data)) {
                Some(open) => {
                    let text = open.thinking.get_or_insert_default();
                    text.push_str(&piece.thinking.unwrap_or_default());
                    open.signature = piece.signature;
                    open.extra.extend(piece.extra);
                }
                None => self.reply.thinking_blocks.push(piece),
            }
        }
    }

    fn text(&mut self, text: String, events: &mut VecDeque<ChatEvent>) {
        self.reply.text.push_str(&text);
        events.push_back(ChatEvent::Text {
            choice: self.reply.index,
            text,
        });
    }

    fn tool_call(&mut self, wire: WireCall<'_>, events: &mut VecDeque<ChatEvent>) -> Result<(), Malformed> {
        let choice = self.reply.index;
        let index = checked(wire.index)?.map(i64::from);
        let custom = wire.custom.is_some();
        let mut unknown = Unknown {
            call: wire.unknown,
            function: Map::new(),
        };
        let (name, arguments) = match wire.function.or(wire.custom) {
            Some(function) => {
                unknown.function = function.unknown;
                let arguments = match function.arguments {
                    Loose::Nothing => function.input,
                    arguments => arguments,
                };
                (function.name.word(), arguments)
            }
            None => (None, Loose::Nothing),
        };
        let id = wire.id.word();

        let at = self.place(index, id.as_deref(), name.as_deref(), events)?;
        let call = &mut self.calls[at];
        // Set once; a repeat replaces and never doubles.
        set(&mut call.call.id, id);
        set(&mut call.call.name, name);
        set(
            &mut call.call.kind,
            wire.kind.word().or(custom.then_some(Cow::Borrowed("custom"))),
        );
        call.call.keep(unknown);
        if !call.started && !call.call.name.is_empty() {
            call.started = true;
            let (id, name) = (call.call.id.clone(), call.call.name.clone());
            events.push_back(ChatEvent::ToolCallStarted {
                choice,
                call: at,
                id,
                name,
            });
        }
        // Some send the arguments as JSON instead of as text.
        let delta = arguments.text_or_json();
        // Who was told that a call is done may have run it already.
        if call.done && !delta.trim().is_empty() {
            return Err(Malformed);
        }
        if !delta.is_empty() {
            call.call.arguments.push_str(&delta);
            events.push_back(ChatEvent::ToolCallArguments {
                choice,
                call: at,
                delta,
            });
        }
        Ok(())
    }

    /// Which call a delta belongs to.
    fn place(
        &mut self,
        index: Option<i64>,
        id: Option<&str>,
        name: Option<&str>,
        events: &mut VecDeque<ChatEvent>,
    ) -> Result<usize, Malformed> {
        let known = match index {
            Some(_) => self.calls.iter().rposition(|call| call.index == index),
            None => self.calls.len().checked_sub(1),
        };
        // Gemini sends every call under index 0: a new id with a name is a new call, whatever the index.
        let another = |at: &usize| match (id, name) {
            (Some(id), Some(_)) => {
                let seen = &self.calls[*at].call.id;
                !seen.is_empty() && seen != id
            }
            _ => false,
        };
        if let Some(at) = known.filter(|at| !another(at)) {
            return Ok(at);
        }
        if self.calls.len() as i64 > MAX_INDEX {
            return Err(Malformed);
        }
        self.close_calls(events, is_closed);
        self.calls.push(Call {
            index,
            started: false,
            done: false,
            call: ToolCall {
                id: String::new(),
                name: String::new(),
                arguments: String::new(),
                kind: String::new(),
                unknown: None,
            },
        });
        Ok(self.calls.len() - 1)
    }

    fn finish(&mut self, reason: Option<Cow<'_, str>>, events: &mut VecDeque<ChatEvent>) {
        // An empty reason is none, and a later null does not erase one.
        let Some(reason) = reason.map(|reason| FinishReason::from(reason.into_owned())) else {
            return;
        };
        self.close_calls(events, is_whole);
        if self.reply.finish_reason.as_ref() != Some(&reason) {
            self.reply.finish_reason = Some(reason.clone());
            events.push_back(ChatEvent::Finish {
                choice: self.reply.index,
                reason,
            });
        }
    }

    /// Reports the calls that are over. Calls may be interleaved, so one that another follows may still go on.
    fn close_calls(&mut self, events: &mut VecDeque<ChatEvent>, over: fn(&ToolCall) -> bool) {
        let choice = self.reply.index;
        for call in self
            .calls
            .iter_mut()
            .filter(|call| !call.done && over(&call.call))
        {
            call.done = true;
            events.push_back(ChatEvent::ToolCallDone {
                choice,
                call: call.call.clone(),
            });
        }
    }
}

/// Whether nothing can be added to a block: it is signed, or one that only the provider reads.
pub(crate) fn is_sealed(block: &ThinkingBlock) -> bool {
    is_there(&block.signature) || is_there(&block.data)
}

fn is_there(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_empty())
}

/// Arguments that parse. A tool without parameters may come with none; a custom tool takes free text.
fn is_whole(call: &ToolCall) -> bool {
    let arguments = call.arguments.trim();
    call.kind == "custom" || arguments.is_empty() || serde_json::from_str::<IgnoredAny>(arguments).is_ok()
}

/// Arguments that cannot go on. Empty ones may have yet to begin, `1` may become `12`, and free text ends nowhere.
fn is_closed(call: &ToolCall) -> bool {
    call.arguments.trim_start().starts_with(['{', '[']) && call.kind != "custom" && is_whole(call)
}

/// Every chunk repeats what seldom changes: that is compared, and not copied.
fn set(field: &mut String, value: Option<Cow<'_, str>>) {
    if let Some(value) = value.filter(|value| !value.is_empty() && value != field) {
        *field = value.into_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(all: &mut Accumulator, json: &str, events: &mut VecDeque<ChatEvent>) -> Result<(), Malformed> {
        all.take(Chunk::read(json)?, events)
    }

    fn run(chunks: &[&str]) -> (Accumulator, Vec<String>) {
        let mut accumulator = Accumulator::new(None);
        let mut events = VecDeque::new();
        for chunk in chunks {
            push(&mut accumulator, chunk, &mut events).unwrap();
        }
        (accumulator, events.iter().map(|event| event.brief()).collect())
    }

    #[test]
    fn text_and_usage_add_up() {
        let (all, events) = run(&[
            r#"{"id":"c1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"lo"}]},"finish_reason":""}],"usage":null}"#,
            r#"{"choices":[{"index":0.0,"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"choices":null,"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
            r#"{"choices":[{"index":0,"delta":{"content":null},"finish_reason":null}],"usage":{}}"#,
        ]);
        assert_eq!(events, ["text 0 Hel", "text 0 lo", "finish 0 stop", "usage"]);
        assert!(all.is_complete());
        let reply = all.reply();
        assert_eq!((reply.text(), reply.id(), reply.model()), ("Hello", "c1", "m"));
        assert_eq!(reply.usage().unwrap().total_tokens, Some(5));
    }

    #[test]
    fn tool_calls_are_kept_apart_and_never_doubled() {
        let (all, events) = run(&[
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"1}"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":{"y":2}}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
        ]);
        assert_eq!(
            events,
            [
                "start 0/0 a f",
                "args 0/0 {\"x\":",
                "args 0/0 1}",
                "done 0 f {\"x\":1}",
                "start 0/1 b g",
                "args 0/1 {\"y\":2}",
                "done 0 g {\"y\":2}",
                "finish 0 tool_calls",
            ]
        );
        assert!(all.is_complete());
    }

    /// Pieces as LiteLLM sends Anthropic's: a signature ends a block, and a sealed one comes whole.
    #[test]
    fn signed_thoughts_are_put_together() {
        let piece = |block: &str| {
            format!(r#"{{"choices":[{{"delta":{{"content":"","thinking_blocks":[{block}]}}}}]}}"#)
        };
        let chunks = [
            r#"{"type":"thinking","thinking":"One","signature":null}"#,
            r#"{"type":"thinking","thinking":" two.","signature":""}"#,
            r#"{"type":"thinking","thinking":"","signature":"s1"}"#,
            r#"{"type":"redacted_thinking","data":"x"},{"type":"redacted_thinking","data":"y"}"#,
            r#"7,{"type":"thinking","thinking":"","signature":"s2"}"#,
            r#"{"type":"thinking","thinking":"Three.","signature":"s3"}"#,
        ]
        .map(piece);
        let (all, _) = run(&chunks.each_ref().map(String::as_str));
        assert_eq!(
            serde_json::to_value(&all.reply().choices()[0].thinking_blocks).unwrap(),
            serde_json::json!([
                {"type": "thinking", "thinking": "One two.", "signature": "s1"},
                {"type": "redacted_thinking", "data": "x"},
                {"type": "redacted_thinking", "data": "y"},
                {"type": "thinking", "thinking": "", "signature": "s2"},
                {"type": "thinking", "thinking": "Three.", "signature": "s3"},
            ])
        );
        for odd in [
            r#""thinking_blocks":{}"#,
            r#""thinking_blocks":"x""#,
            r#""thinking_blocks":null"#,
        ] {
            let chunk = format!(r#"{{"choices":[{{"delta":{{{odd},"content":"ok"}}}}]}}"#);
            assert_eq!(run(&[&chunk]).0.reply().text(), "ok", "{odd}");
        }
    }

    #[test]
    fn choices_without_an_index_are_told_apart_by_their_places() {
        let (all, _) = run(&[r#"{"choices":[{"message":{"content":"x"}},{"message":{"content":"y"}}]}"#]);
        let reply = all.reply();
        let texts: Vec<_> = reply
            .choices()
            .iter()
            .map(|choice| (choice.index, choice.text.as_str()))
            .collect();
        assert_eq!(texts, [(0, "x"), (1, "y")]);
    }

    #[test]
    fn cut_arguments_are_never_whole() {
        let (mut all, events) = run(&[
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
        ]);
        assert!(
            !events.iter().any(|event| event.starts_with("done")),
            "{events:?}"
        );
        all.done();
        assert!(!all.is_complete());
    }

    #[test]
    fn a_call_is_done_when_nothing_of_it_can_follow() {
        let both = r#"{"choices":[{"delta":{"tool_calls":[
            {"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}},
            {"index":1,"id":"b","type":"custom","custom":{"name":"g","input":"free"}},
            {"index":2,"id":"c","function":{"name":"h","arguments":"1"}}]}}]}"#;
        let rest = r#"{"choices":[{"delta":{"tool_calls":[
            {"index":0,"function":{"arguments":"{\"x\":1}"}},
            {"index":1,"custom":{"input":" text"}},
            {"index":2,"function":{"arguments":"2"}}]},"finish_reason":"tool_calls"}]}"#;
        let done = |events: &[String]| -> Vec<String> {
            let done = events.iter().filter(|event| event.starts_with("done"));
            done.cloned().collect()
        };
        assert!(done(&run(&[both]).1).is_empty());
        let (all, events) = run(&[both, rest]);
        assert_eq!(
            done(&events),
            ["done 0 f {\"x\":1}", "done 0 g free text", "done 0 h 12"]
        );
        assert!(all.is_complete());

        // More of a call that was done contradicts what was said; blanks do not.
        let late = |arguments: &str| {
            format!(
                r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":2,"function":{{"arguments":"{arguments}"}}}}]}}}}]}}"#
            )
        };
        let (mut all, mut events) = (run(&[both, rest]).0, VecDeque::new());
        assert_eq!(push(&mut all, &late(" "), &mut events), Ok(()));
        assert_eq!(push(&mut all, &late("3"), &mut events), Err(Malformed));
        assert_eq!(all.reply().tool_calls()[2].arguments, "12 ");
    }

    #[test]
    fn completeness_follows_the_choices() {
        let start = r#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#;
        let stop = |index: u32| format!(r#"{{"choices":[{{"index":{index},"finish_reason":"stop"}}]}}"#);

        assert!(!run(&[start]).0.is_complete());
        assert!(run(&[start, &stop(0)]).0.is_complete());
        let (mut only_done, _) = run(&[]);
        only_done.done();
        assert!(!only_done.is_complete(), "[DONE] alone is no answer");
        let (mut cut, _) = run(&[start]);
        cut.done();
        assert!(cut.is_complete());

        let mut two = Accumulator::new(Some(2));
        push(&mut two, start, &mut VecDeque::new()).unwrap();
        push(&mut two, &stop(0), &mut VecDeque::new()).unwrap();
        assert!(!two.is_complete(), "the second choice never came");
        push(&mut two, &stop(1), &mut VecDeque::new()).unwrap();
        assert!(two.is_complete());
    }

    #[test]
    fn one_odd_value_loses_nothing() {
        for chunk in [
            r#"{"choices":[{"delta":{"content":"ok"},"message":{"role":"assistant","content":"ok so far"}}]}"#,
            r#"{"choices":[{"message":null,"delta":{"content":"ok"}}]}"#,
            r#"{"id":5,"model":null,"choices":[null,{"delta":{"content":"ok","refusal":{}},"finish_reason":7}]}"#,
            r#"{"choices":[{"delta":{"content":"ok","tool_calls":[{"id":3,"function":{"name":null,"arguments":null}}]}}]}"#,
        ] {
            assert_eq!(run(&[chunk]).0.reply().text(), "ok", "{chunk}");
        }
        let custom = r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","type":"custom","custom":{"name":"t","input":"x"}}]}}]}"#;
        assert_eq!(run(&[custom]).0.reply().tool_calls()[0].arguments, "x");
    }

    #[test]
    fn odd_indexes_are_refused_without_allocating() {
        for bad in [
            "not json",
            "[]",
            r#"{"choices":[{"index":-1}]}"#,
            r#"{"choices":[{"index":4000000000}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":99999999,"id":"a"}]}}]}"#,
        ] {
            assert_eq!(
                push(&mut Accumulator::new(None), bad, &mut VecDeque::new()),
                Err(Malformed),
                "{bad}"
            );
        }
    }
}
