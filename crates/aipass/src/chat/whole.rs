//! A chat's answer that came whole.

use super::{ChatChoice, ChatReply, ToolCall, reply::Unknown};
use crate::{meta::Meta, salvage};
use aipass_api::{
    enums::FinishReason,
    lenient,
    types::{
        ChatChoice as WireChoice, ChatCompletion, MessageContent, ThinkingBlock, ToolArguments,
        ToolCall as WireCall, Usage,
    },
};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Map;
use std::{fmt, marker::PhantomData, sync::OnceLock};

/// An answer as it came. The type of the document, with all that this version does not know, is read from it when somebody asks:
/// most callers want a text, and it costs a twentieth of all that a short call does.
#[derive(Clone)]
pub(crate) struct Raw {
    json: Bytes,
    completion: OnceLock<Option<Box<ChatCompletion>>>,
}

impl Raw {
    /// `None` where the answer is not what the document says.
    pub(super) fn completion(&self) -> Option<&ChatCompletion> {
        let read = || salvage::read(&self.json).ok().map(Box::new);
        self.completion.get_or_init(read).as_deref()
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

/// Reads an answer, which may have no choice at all.
pub(super) fn read(json: &Bytes) -> Result<ChatReply, serde_json::Error> {
    let usual = std::str::from_utf8(json).ok().and_then(usual);
    let (answer, completion) = match usual {
        Some(answer) => (answer, OnceLock::new()),
        None => {
            let completion = Box::new(salvage::read(json)?);
            (reply(&completion), Some(completion).into())
        }
    };
    let json = json.clone();
    Ok(ChatReply {
        raw: Some(Raw { json, completion }),
        ..answer
    })
}

/// An answer of the usual kind; whatever is odd about it is for others.
fn usual(json: &str) -> Option<ChatReply> {
    let Object(answer) = serde_json::from_str::<Object<Answer>>(json).ok()?;
    let choices = answer.choices.into_iter().enumerate();
    let choices = choices.map(|(at, Object(choice))| {
        let Object(message) = choice.message;
        ChatChoice {
            index: number(at, choice.index),
            text: message.content.unwrap_or_default(),
            refusal: message.refusal.filter(|text| !text.is_empty()),
            reasoning: message.reasoning_content.or(message.reasoning),
            thinking_blocks: message.thinking_blocks,
            tool_calls: message.tool_calls.iter().map(tool_call).collect(),
            finish_reason: choice.finish_reason,
        }
    });
    Some(ChatReply {
        id: answer.id.unwrap_or_default(),
        model: answer.model.unwrap_or_default(),
        choices: in_order(choices.collect()),
        usage: answer.usage,
        raw: None,
        meta: Meta::default(),
    })
}

/// Of the type of the document, what [`ChatReply`] has too.
#[derive(Deserialize)]
struct Answer {
    id: Option<String>,
    model: Option<String>,
    #[serde(deserialize_with = "lenient::null_or_default")]
    choices: Vec<Object<Choice>>,
    usage: Option<Box<Usage>>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "lenient::option_integer")]
    index: Option<i64>,
    message: Object<Message>,
    finish_reason: Option<FinishReason>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
    #[serde(default, deserialize_with = "lenient::null_or_default")]
    thinking_blocks: Vec<ThinkingBlock>,
    #[serde(default, deserialize_with = "lenient::null_or_default")]
    tool_calls: Vec<WireCall>,
}

/// What is an object in JSON. serde takes a list for one, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

fn reply(completion: &ChatCompletion) -> ChatReply {
    let wires = completion.choices.iter().enumerate();
    ChatReply {
        choices: in_order(wires.map(|(at, wire)| choice(at, wire)).collect()),
        id: completion.id.clone().unwrap_or_default(),
        model: completion.model.clone().unwrap_or_default(),
        usage: completion.usage.clone().map(Box::new),
        raw: None,
        meta: Meta::default(),
    }
}

fn in_order(mut choices: Vec<ChatChoice>) -> Vec<ChatChoice> {
    choices.sort_by_key(|choice| choice.index);
    choices
}

/// As it came, what [`ChatReply`] has as the first choice: that of the lowest number, wherever it stands.
pub(crate) fn first_choice(completion: &ChatCompletion) -> Option<&WireChoice> {
    let wires = completion.choices.iter().enumerate();
    Some(wires.min_by_key(|(at, wire)| number(*at, wire.index))?.1)
}

/// Without a number, or with an absurd one, the place in the list is the number.
fn number(at: usize, index: Option<i64>) -> u32 {
    let number = index.and_then(|index| u32::try_from(index).ok());
    number.unwrap_or_else(|| u32::try_from(at).unwrap_or(u32::MAX))
}

fn choice(at: usize, wire: &WireChoice) -> ChatChoice {
    let message = &wire.message;
    ChatChoice {
        index: number(at, wire.index),
        text: message
            .content
            .as_ref()
            .map(MessageContent::to_text)
            .unwrap_or_default(),
        refusal: message.refusal.clone().filter(|text| !text.is_empty()),
        reasoning: message
            .reasoning_content
            .clone()
            .or_else(|| message.reasoning.clone()),
        thinking_blocks: message.thinking_blocks.clone(),
        tool_calls: message.tool_calls.iter().map(tool_call).collect(),
        finish_reason: wire.finish_reason.clone(),
    }
}

pub(crate) fn tool_call(wire: &WireCall) -> ToolCall {
    let (name, arguments, function) = match (&wire.function, &wire.custom) {
        (Some(function), _) => (
            function.name.clone(),
            function.arguments.as_ref().map(arguments_text),
            function.extra.clone(),
        ),
        (None, Some(custom)) => (custom.name.clone(), custom.input.clone(), custom.extra.clone()),
        (None, None) => (None, None, Map::new()),
    };
    let mut call = wire.extra.clone();
    // Its place, which some whole answers give as if they were a stream.
    call.remove("index");
    let kind = wire.type_.as_ref().map_or(
        if wire.custom.is_some() {
            "custom"
        } else {
            "function"
        },
        |kind| kind.as_str(),
    );
    let mut known = ToolCall {
        id: wire.id.clone().unwrap_or_default(),
        name: name.unwrap_or_default(),
        arguments: arguments.unwrap_or_default(),
        kind: kind.to_owned(),
        unknown: None,
    };
    known.keep(Unknown { call, function });
    known
}

pub(crate) fn arguments_text(arguments: &ToolArguments) -> String {
    match arguments {
        ToolArguments::Text(text) => text.clone(),
        ToolArguments::Object(object) => serde_json::Value::Object(object.clone()).to_string(),
        ToolArguments::Unknown(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_full(json: &str) -> ChatReply {
        reply(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_usual_answer_is_read_as_the_document_has_it() {
        for json in [
            r#"{"id":"c1","object":"chat.completion","created":1767225600,"model":"gpt-4o-mini","choices":[{"index":0,
                "message":{"role":"assistant","content":"Good \"morning\"\n","refusal":null,"annotations":[]},
                "logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":"2",
                "total_tokens":5.0,"cost":"0.01","completion_tokens_details":{"reasoning_tokens":0},"later":[1]},
                "service_tier":"default","system_fingerprint":"fp","later":{"a":1}}"#,
            r#"{"model":null,"choices":[{"index":1.0,"message":{"content":"b"}},{"message":{"content":null,"refusal":"No."}},
                {"index":-1,"message":{"refusal":"","reasoning":"r"},"finish_reason":null}]}"#,
            r#"{"id":"","choices":[{"index":"0","message":{"reasoning_content":"c","reasoning":"r","tool_calls":null},
                "finish_reason":"a new one"}],"usage":null}"#,
            r#"{"choices":[{"message":{"content":"","tool_calls":[{"index":0,"id":"t1","type":"function","signature":"s",
                "function":{"name":"f","arguments":"{}","later":1}},{"id":"t2","type":"custom",
                "custom":{"name":"g","input":"free"}},{"function":{"name":"h","arguments":{"a":1}}}]}}]}"#,
            r#"{"choices":[{"message":{"content":"d","thinking_blocks":[{"type":"thinking","thinking":"t","signature":"s"}]}},
                {"message":{"thinking_blocks":null}}]}"#,
            r#"{"choices":null}"#,
            r#"{"choices":[],"error":null}"#,
        ] {
            assert_eq!(usual(json).as_ref(), Some(&in_full(json)), "{json}");
        }
    }

    #[test]
    fn what_is_odd_is_read_member_by_member() {
        for (json, text) in [
            (
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"parts"}]}}]}"#,
                "parts",
            ),
            (r#"{"id":7,"choices":[{"message":{"content":"a"}}]}"#, "a"),
            (r#"{"usage":"none","choices":[{"message":{"content":"b"}}]}"#, "b"),
            (
                r#"{"id":"1","id":"2","choices":[{"message":{"content":"c"}}]}"#,
                "c",
            ),
        ] {
            assert!(usual(json).is_none(), "{json}");
            let reply = read(&Bytes::from_static(json.as_bytes())).unwrap();
            assert_eq!(reply.text(), text, "{json}");
            assert!(reply.raw().is_some(), "{json}");
        }
        for json in [
            r#"[null,null,[{"message":{"content":"a"}}],null]"#,
            r#"{"choices":[[0,{"content":"a"},"stop"]]}"#,
            r#"{"choices":[{"message":["a"]}]}"#,
            r#"{"choices":[{"index":0}]}"#,
            r#"{"id":"c1"}"#,
            r#"{"choices":[{"message":{"content":"a"}}]"#,
            "7",
        ] {
            assert!(read(&Bytes::from_static(json.as_bytes())).is_err(), "{json}");
        }
    }

    #[test]
    fn what_nobody_asked_for_takes_no_answer_away() {
        let json =
            Bytes::from_static(br#"{"choices":[{"logprobs":7,"message":{"content":"a","annotations":{}}}]}"#);
        let reply = read(&json).unwrap();
        assert_eq!(reply.text(), "a");
        assert_eq!(reply.raw(), None);
    }

    #[test]
    fn asking_for_all_of_it_changes_nothing() {
        let json = Bytes::from_static(br#"{"choices":[{"message":{"content":"a"}}],"later":1}"#);
        let reply = read(&json).unwrap();
        let asked = reply.clone();
        assert_eq!(asked.raw().unwrap().extra["later"], 1);
        assert_eq!(reply, asked);
    }
}
