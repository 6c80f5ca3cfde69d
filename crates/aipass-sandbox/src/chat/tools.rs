//! Tool calls: made when the prompt names a tool, or when the request insists on one.

use serde_json::Value;

use super::prompt::Prompt;
use super::request::{ChatRequest, Tool};
use super::sample;

/// A call that the answer makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ToolCall {
    pub(super) name: String,
    /// JSON as text, as the wire has it.
    pub(super) arguments: String,
}

/// The calls of an answer; none when no tool fits, or when tools have answered already.
pub(super) fn calls(request: &ChatRequest, prompt: &Prompt) -> Vec<ToolCall> {
    if !prompt.tool_results.is_empty() {
        return Vec::new();
    }
    let tools = request.tools();
    let named = tools
        .iter()
        .filter(|tool| names(&prompt.user, &tool.function.name));
    match &request.tool_choice {
        Some(Value::String(choice)) if choice == "none" => Vec::new(),
        Some(Value::String(choice)) if choice == "required" => {
            let named: Vec<_> = named.map(|tool| call(tool, prompt)).collect();
            if named.is_empty() {
                tools.iter().take(1).map(|tool| call(tool, prompt)).collect()
            } else {
                named
            }
        }
        Some(choice) if choice.is_object() => {
            let wanted = choice.pointer("/function/name").and_then(Value::as_str);
            let chosen = tools
                .iter()
                .filter(|tool| wanted == Some(tool.function.name.as_str()));
            chosen.take(1).map(|tool| call(tool, prompt)).collect()
        }
        _ => named.map(|tool| call(tool, prompt)).collect(),
    }
}

/// True when the text names the tool, with its underscores or with blanks in their place.
fn names(text: &str, tool: &str) -> bool {
    let (text, tool) = (text.to_lowercase(), tool.to_lowercase());
    !tool.is_empty() && (text.contains(&tool) || text.contains(&tool.replace('_', " ")))
}

fn call(tool: &Tool, prompt: &Prompt) -> ToolCall {
    let arguments = match &tool.function.parameters {
        Value::Null => "{}".to_owned(),
        schema => sample::instance(schema, &prompt.known, last_word(&prompt.user)).to_string(),
    };
    ToolCall {
        name: tool.function.name.clone(),
        arguments,
    }
}

/// The last word of the prompt, which in "get_weather for Paris?" is what the tool should be asked about.
pub(super) fn last_word(text: &str) -> &str {
    let word = text.split_whitespace().next_back().unwrap_or_default();
    word.trim_matches(|character: char| !character.is_alphanumeric())
}
