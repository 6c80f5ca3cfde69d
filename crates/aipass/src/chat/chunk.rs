//! One chunk of a stream, borrowed from the text that it was read from.

use super::{loose::Loose, pattern::LoneText};
use aipass_api::lenient;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};

/// More choices or tool calls than any model gives: an index above it is a fault, not a reason to allocate.
pub(super) const MAX_INDEX: i64 = 1023;

/// A chunk that is not what it must be. The payload is not kept.
#[derive(Debug, PartialEq)]
pub(crate) struct Malformed;

/// One chunk, as long as the text that it was read from. What is not known is not kept, but for that of a tool call.
#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) id: Loose<'a>,
    #[serde(borrow, default)]
    pub(super) model: Loose<'a>,
    #[serde(borrow, default, deserialize_with = "lenient::null_or_default")]
    pub(super) choices: Vec<Option<WireChoice<'a>>>,
    #[serde(borrow, default)]
    pub(super) usage: Loose<'a>,
    /// Only whether it is there.
    #[serde(default)]
    pub(super) error: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) success: Option<IgnoredAny>,
}

impl<'a> Chunk<'a> {
    pub(super) fn read(json: &'a str) -> Result<Self, Malformed> {
        // serde would also take a list for an object without required members.
        if !json.trim_start().starts_with('{') {
            return Err(Malformed);
        }
        serde_json::from_str(json).map_err(|_| Malformed)
    }

    /// Whether the chunk holds a piece of text and says nothing else.
    pub(super) fn lone_text(&self) -> Option<LoneText<'a>> {
        let [Some(choice)] = self.choices.as_slice() else {
            return None;
        };
        let delta = choice.delta.as_ref()?;
        let alone = choice.message.is_none()
            && choice.finish_reason.is_nothing()
            && delta.refusal.is_nothing()
            && delta.reasoning_content.is_nothing()
            && delta.reasoning.is_nothing()
            && delta.thinking_blocks.is_nothing()
            && delta.tool_calls.is_empty()
            && self.usage.is_nothing()
            && !self.may_be_error();
        if !alone || !delta.content.is_text() {
            return None;
        }
        Some(LoneText {
            choice: checked(choice.index).ok()?.unwrap_or(0),
            piece: delta.content.borrowed(),
        })
    }

    /// Whether it may be an error, of whatever shape, and no piece of an answer.
    pub(super) fn may_be_error(&self) -> bool {
        self.choices.is_empty() || self.error.is_some() || self.success.is_some()
    }
}

#[derive(Deserialize)]
pub(super) struct WireChoice<'a> {
    #[serde(default, deserialize_with = "lenient::option_integer")]
    pub(super) index: Option<i64>,
    #[serde(borrow, default)]
    pub(super) delta: Option<Delta<'a>>,
    /// A whole completion, which some servers send where a stream was asked. Perplexity sends both.
    #[serde(borrow, default)]
    pub(super) message: Option<Box<Delta<'a>>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Loose<'a>,
}

#[derive(Default, Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) content: Loose<'a>,
    #[serde(borrow, default)]
    pub(super) refusal: Loose<'a>,
    /// DeepSeek's and LiteLLM's name; OpenRouter says `reasoning`.
    #[serde(borrow, default)]
    pub(super) reasoning_content: Loose<'a>,
    #[serde(borrow, default)]
    pub(super) reasoning: Loose<'a>,
    /// LiteLLM's name for thoughts that Anthropic signs.
    #[serde(borrow, default)]
    pub(super) thinking_blocks: Loose<'a>,
    #[serde(borrow, default, deserialize_with = "lenient::null_or_default")]
    pub(super) tool_calls: Vec<Option<WireCall<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct WireCall<'a> {
    #[serde(default, deserialize_with = "lenient::option_integer")]
    pub(super) index: Option<i64>,
    #[serde(borrow, default)]
    pub(super) id: Loose<'a>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Loose<'a>,
    #[serde(borrow, default)]
    pub(super) function: Option<WireFunction<'a>>,
    #[serde(borrow, default)]
    pub(super) custom: Option<WireFunction<'a>>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct WireFunction<'a> {
    #[serde(borrow, default)]
    pub(super) name: Loose<'a>,
    #[serde(borrow, default)]
    pub(super) arguments: Loose<'a>,
    /// A custom tool's name for it.
    #[serde(borrow, default)]
    pub(super) input: Loose<'a>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

/// An index that may be one.
pub(super) fn checked(index: Option<i64>) -> Result<Option<u32>, Malformed> {
    match index {
        None => Ok(None),
        Some(index @ 0..=MAX_INDEX) => u32::try_from(index).map(Some).map_err(|_| Malformed),
        Some(_) => Err(Malformed),
    }
}
