//! A finished completion: choices cut to their limits, tokens counted, and the answer's JSON.

use serde::Serialize;

use super::answer;
use super::prompt::Prompt;
use super::request::ChatRequest;
use super::tools::{self, ToolCall};
use crate::clock::CREATED;
use crate::digest;
use crate::models::Model;

/// What a reasoning model spends on thinking before its first word.
const REASONING_TOKENS: u64 = 16;

pub(super) struct Completion {
    pub(super) id: String,
    pub(super) model: &'static str,
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Usage,
}

pub(super) struct Choice {
    /// The text in words, each with the blanks before it; a word is a token. `None` when there is no text at all.
    pub(super) words: Option<Vec<String>>,
    pub(super) tool_calls: Vec<NumberedCall>,
    pub(super) finish_reason: &'static str,
}

pub(super) struct NumberedCall {
    pub(super) id: String,
    pub(super) call: ToolCall,
}

#[derive(Clone, Serialize)]
pub(super) struct Usage {
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
    pub(super) total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens_details: Option<CompletionTokensDetails>,
}

#[derive(Clone, Serialize)]
struct CompletionTokensDetails {
    reasoning_tokens: u64,
}

impl Completion {
    pub(super) fn of(request: &ChatRequest, prompt: &Prompt, model: &'static Model) -> Self {
        let seed = format!(
            "{}\n{}\n{}\n{:?}",
            model.id, prompt.system, prompt.user, prompt.images
        );
        let limit = request.limit().map(|limit| u64::try_from(limit).unwrap_or(0));
        let thinking = if model.reasons {
            REASONING_TOKENS.min(limit.unwrap_or(u64::MAX))
        } else {
            0
        };
        let room = limit.map(|limit| limit - thinking);

        let mut completion_tokens = 0;
        let mut reasoning_tokens = 0;
        let mut choices = Vec::new();
        for number in 0..request.choices() {
            let (choice, tokens) = Choice::of(request, prompt, &seed, number, room);
            completion_tokens += tokens + thinking;
            reasoning_tokens += thinking;
            choices.push(choice);
        }
        let usage = Usage {
            prompt_tokens: prompt.tokens,
            completion_tokens,
            total_tokens: prompt.tokens + completion_tokens,
            completion_tokens_details: model
                .reasons
                .then_some(CompletionTokensDetails { reasoning_tokens }),
        };
        Self {
            id: format!("chatcmpl-{}", digest::hex(&seed)),
            model: model.id,
            choices,
            usage,
        }
    }

    /// The body of an answer that is not streamed.
    pub(super) fn body(&self) -> impl Serialize {
        let choices = self.choices.iter().zip(0..).map(|(choice, index)| ChoiceBody {
            index,
            message: choice.message(),
            finish_reason: choice.finish_reason,
        });
        CompletionBody {
            id: self.id.clone(),
            object: "chat.completion",
            created: CREATED,
            model: self.model,
            choices: choices.collect(),
            usage: self.usage.clone(),
        }
    }
}

impl Choice {
    fn of(request: &ChatRequest, prompt: &Prompt, seed: &str, number: u64, room: Option<u64>) -> (Self, u64) {
        let calls = tools::calls(request, prompt);
        if !calls.is_empty() {
            let tokens = calls
                .iter()
                .map(|call| 1 + words(&call.arguments).len() as u64)
                .sum();
            let numbered = calls.into_iter().enumerate().map(|(index, call)| {
                let id = format!("call_{}", digest::hex(format!("{seed}\n{number}\n{index}")));
                NumberedCall { id, call }
            });
            let tool_calls = numbered.collect();
            return (
                Self {
                    words: None,
                    tool_calls,
                    finish_reason: "tool_calls",
                },
                tokens,
            );
        }

        let text = answer::text(request, prompt, number);
        let mut words = words(before_stop(&text, request.stop_texts()));
        let mut finish_reason = "stop";
        let room = room.map_or(usize::MAX, |room| usize::try_from(room).unwrap_or(usize::MAX));
        if words.len() > room {
            words.truncate(room);
            finish_reason = "length";
        }
        let tokens = words.len() as u64;
        // A reasoning model that has no room left for words answers null, not an empty text.
        let words = (room > 0).then_some(words);
        (
            Self {
                words,
                tool_calls: Vec::new(),
                finish_reason,
            },
            tokens,
        )
    }

    fn message(&self) -> MessageBody<'_> {
        let calls = self.tool_calls.iter().map(|numbered| ToolCallBody {
            id: &numbered.id,
            kind: "function",
            function: FunctionBody {
                name: &numbered.call.name,
                arguments: &numbered.call.arguments,
            },
        });
        MessageBody {
            role: "assistant",
            content: self.words.as_ref().map(|words| words.concat()),
            tool_calls: calls.collect(),
        }
    }
}

/// The text up to the first stop text in it.
fn before_stop<'a>(text: &'a str, stops: &[String]) -> &'a str {
    let ends = stops
        .iter()
        .filter(|stop| !stop.is_empty())
        .filter_map(|stop| text.find(stop.as_str()));
    &text[..ends.min().unwrap_or(text.len())]
}

/// Splits before the blanks that stand before a word, so that the pieces joined are the text.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_blank = true;
    for character in text.chars() {
        let blank = character.is_whitespace();
        match words.last_mut() {
            Some(word) if !blank || after_blank => word.push(character),
            _ => words.push(character.to_string()),
        }
        after_blank = blank;
    }
    words
}

#[derive(Serialize)]
struct CompletionBody<'a> {
    id: String,
    object: &'static str,
    created: u64,
    model: &'static str,
    choices: Vec<ChoiceBody<'a>>,
    usage: Usage,
}

#[derive(Serialize)]
struct ChoiceBody<'a> {
    index: u64,
    message: MessageBody<'a>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct MessageBody<'a> {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCallBody<'a>>,
}

#[derive(Serialize)]
struct ToolCallBody<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: FunctionBody<'a>,
}

#[derive(Serialize)]
struct FunctionBody<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_joined_are_the_text() {
        for text in ["", "one", "One  two\nthree ", "  lead", "\u{fc}ber \u{1f600} a"] {
            assert_eq!(words(text).concat(), text);
        }
        assert_eq!(words("One  two\nthree "), ["One", "  two", "\nthree", " "]);
    }

    #[test]
    fn a_stop_text_ends_the_answer_before_it() {
        let stops = [
            "zzz".to_owned(),
            String::new(),
            "three".to_owned(),
            "two".to_owned(),
        ];
        assert_eq!(before_stop("one two three", &stops), "one ");
        assert_eq!(before_stop("one", &stops), "one");
    }
}
