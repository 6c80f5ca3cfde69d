//! A chat's answer, whether it came whole or as a stream.

use super::whole::Raw;
use crate::{error::Error, meta::Meta};
use aipass_api::{
    enums::FinishReason,
    types::{self, Usage},
};
use serde_json::{Map, Value};
use std::fmt;

/// The answer to a chat.
///
/// [`text`](Self::text) and its like speak of the first choice; [`choices`](Self::choices) has all of them.
#[derive(Clone, PartialEq)]
pub struct ChatReply {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) choices: Vec<ChatChoice>,
    pub(crate) usage: Option<Box<Usage>>,
    pub(crate) raw: Option<Raw>,
    pub(crate) meta: Meta,
}

/// One of the answers to a chat; there are several only where the request asks for them (`n`).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ChatChoice {
    /// Its number, from 0.
    pub index: u32,
    /// The text; empty where the model answered with tool calls alone, or refused.
    pub text: String,
    /// Why the model refused, in its own words.
    pub refusal: Option<String>,
    /// What the model thought aloud, where the provider shows it.
    pub reasoning: Option<String>,
    /// The same as a provider signs it.
    pub(crate) thinking_blocks: Vec<types::ThinkingBlock>,
    /// The tools that the model asks to be called, in order.
    pub tool_calls: Vec<ToolCall>,
    /// Why the model stopped.
    pub finish_reason: Option<FinishReason>,
}

/// A tool that the model asks to be called.
///
/// It holds what else the server said of it, such as a provider's signature, which [`ChatReply::message`] gives back: some
/// providers refuse a conversation without.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolCall {
    /// The id to answer under.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as JSON text; free text for a custom tool.
    pub arguments: String,
    /// `function`, `custom`, or what the server says.
    pub kind: String,
    /// Seldom there: it would make every event of a stream large.
    pub(crate) unknown: Option<Box<Unknown>>,
}

/// Members of a tool call that this version does not know.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Unknown {
    pub(crate) call: Map<String, Value>,
    /// Those of its `function`, or of its `custom`.
    pub(crate) function: Map<String, Value>,
}

impl ChatReply {
    /// The text of the first choice; empty where there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.first().map_or("", |choice| &choice.text)
    }

    /// The refusal of the first choice.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.first()?.refusal.as_deref()
    }

    /// The tool calls of the first choice.
    #[must_use]
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.first().map_or(&[], |choice| &choice.tool_calls)
    }

    /// Why the first choice stopped.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.first()?.finish_reason.as_ref()
    }

    /// Whether the first choice ends at the limit of tokens.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.finish_reason() == Some(&FinishReason::Length)
    }

    /// Whether all tokens up to the limit were spent on what is not to be seen: a model that reasons used them up before the
    /// first word. It was paid for; a higher `max_tokens`, or none, leaves room for the answer.
    #[must_use]
    pub fn is_spent_unseen(&self) -> bool {
        let Some(choice) = self.first().filter(|_| self.is_cut()) else {
            return false;
        };
        let spent = self.usage().is_some_and(|usage| {
            let details = usage.completion_tokens_details.as_ref();
            let reasoning = details.and_then(|details| details.reasoning_tokens);
            usage.completion_tokens.max(reasoning) > Some(0)
        });
        choice.text.trim().is_empty()
            && choice.refusal.is_none()
            && choice.tool_calls.is_empty()
            && (spent
                || choice
                    .reasoning
                    .as_ref()
                    .is_some_and(|thought| !thought.is_empty()))
    }

    /// The answer, if its first choice is one: neither cut at the limit of tokens, nor taken away by a content filter, nor
    /// refused, nor ended for a reason that this version does not know, such as a provider's failure.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let reply = ai.chat("gpt-5-mini").user("Why is the sky blue?").max_tokens(50).send().await?;
    /// match reply.into_whole() {
    ///     Ok(reply) => println!("{}", reply.text()),
    ///     Err(error) if error.is_length() => println!("{}", error.help()),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_refusal`], [`Error::is_length`], [`Error::is_content_filter`], [`Error::is_incomplete`]; the answer is then in [`Error::partial`],
    /// and was paid for.
    pub fn into_whole(self) -> Result<Self, Error> {
        if self.refusal().is_some() {
            return Err(Error::refusal(self));
        }
        match self.finish_reason() {
            Some(FinishReason::Length) => Err(Error::length(self)),
            Some(FinishReason::ContentFilter) => Err(Error::filtered(self)),
            // Some servers give no reason.
            Some(FinishReason::Stop | FinishReason::ToolCalls | FinishReason::FunctionCall) | None => {
                Ok(self)
            }
            Some(FinishReason::Unknown(reason)) if reason.is_empty() => Ok(self),
            Some(_) => Err(Error::broken_off(self)),
        }
    }

    /// The first choice as the message that the next request repeats, so that the conversation goes on. `None` where there is
    /// no choice.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let mut chat = ai.chat("gpt-4o-mini").user("A town by the sea?");
    /// let reply = chat.clone().send().await?;
    /// chat = chat.messages(reply.message()).user("And one in the hills?");
    /// println!("{}", chat.send().await?.text());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn message(&self) -> Option<types::ChatMessage> {
        self.first().map(ChatChoice::message)
    }

    /// All choices, in the order of their index.
    #[must_use]
    pub fn choices(&self) -> &[ChatChoice] {
        &self.choices
    }

    /// The tokens used, where the server says so.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_deref()
    }

    /// The server's id of the completion.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The model that answered.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The answer as the server sent it, unknown fields included: it is read anew when this is called first. `None` for a
    /// stream, which has no such whole, and for an answer whose other members are not what the document says.
    #[must_use]
    pub fn raw(&self) -> Option<&types::ChatCompletion> {
        self.raw.as_ref()?.completion()
    }

    /// What is known about the call: request id, price, limits, attempts.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    fn first(&self) -> Option<&ChatChoice> {
        self.choices.first()
    }
}

impl ChatChoice {
    /// The choice as the message that the next request repeats: text, refusal and tool calls. Not what the model thought: some
    /// providers refuse to read that again.
    #[must_use]
    pub fn message(&self) -> types::ChatMessage {
        types::ChatMessage::Assistant {
            content: (!self.text.is_empty()).then(|| self.text.as_str().into()),
            audio: None,
            name: None,
            reasoning_content: None,
            refusal: self.refusal.clone(),
            thinking_blocks: Vec::new(),
            tool_calls: self.tool_calls.iter().map(ToolCall::wire).collect(),
        }
    }
}

impl ToolCall {
    /// A later value replaces an earlier one, and null says nothing.
    pub(crate) fn keep(&mut self, unknown: Unknown) {
        let said = |members: Map<String, Value>| members.into_iter().filter(|(_, value)| !value.is_null());
        let (mut call, mut function) = (said(unknown.call).peekable(), said(unknown.function).peekable());
        if call.peek().is_some() || function.peek().is_some() {
            let all = self.unknown.get_or_insert_default();
            all.call.extend(call);
            all.function.extend(function);
        }
    }

    fn wire(&self) -> types::ToolCall {
        let unknown = self.unknown.as_deref().cloned().unwrap_or_default();
        let custom = (self.kind == "custom").then(|| types::CustomCall {
            name: Some(self.name.clone()),
            input: Some(self.arguments.clone()),
            extra: unknown.function.clone(),
        });
        let function = custom.is_none().then(|| types::FunctionCall {
            name: Some(self.name.clone()),
            arguments: Some(repeated_arguments(&self.arguments)),
            extra: unknown.function,
        });
        let kind = if self.kind.is_empty() {
            "function"
        } else {
            &self.kind
        };
        types::ToolCall {
            id: Some(self.id.clone()).filter(|id| !id.is_empty()),
            type_: Some(kind.to_owned().into()),
            custom,
            function,
            extra: unknown.call,
        }
    }
}

/// Arguments as a request has them: as text, and as JSON. Many models say nothing where there is nothing to say, and servers
/// refuse that as no JSON.
pub(crate) fn repeated_arguments(said: &str) -> types::ToolArguments {
    let said = if said.trim().is_empty() { "{}" } else { said };
    types::ToolArguments::Text(said.to_owned())
}

// What a model answered is the user's own: only its size is shown in logs.
impl fmt::Debug for ChatReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatReply")
            .field("id", &self.id)
            .field("model", &self.model)
            .field("choices", &self.choices)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ChatChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatChoice")
            .field("index", &self.index)
            .field("text_bytes", &self.text.len())
            .field("tool_calls", &self.tool_calls)
            .field("finish_reason", &self.finish_reason)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("arguments_bytes", &self.arguments.len())
            .finish_non_exhaustive()
    }
}
