//! What the answer says.

use serde_json::json;

use super::prompt::Prompt;
use super::request::{ChatRequest, ResponseFormat};
use super::sample;
use super::tools::last_word;

/// Longer texts are quoted in part, with their length, so that two of them still get different answers.
const QUOTE_LIMIT: usize = 200;

/// The text of choice number `choice`.
pub(super) fn text(request: &ChatRequest, prompt: &Prompt, choice: u64) -> String {
    match &request.response_format {
        Some(ResponseFormat::JsonObject) => {
            listed_fields(prompt).unwrap_or_else(|| json!({ "answer": plain(prompt, choice) }).to_string())
        }
        Some(ResponseFormat::JsonSchema { json_schema }) => {
            sample::instance(&json_schema.schema, &prompt.known, last_word(&prompt.user)).to_string()
        }
        Some(ResponseFormat::Text) | None => match listed_fields(prompt) {
            Some(data) => format!("Here is what I found: {data}"),
            None => plain(prompt, choice),
        },
    }
}

fn plain(prompt: &Prompt, choice: u64) -> String {
    let mut text = if prompt.tool_results.is_empty() {
        format!("You asked: {}", quote(&prompt.user))
    } else {
        let results: Vec<_> = prompt.tool_results.iter().map(|result| quote(result)).collect();
        format!(
            "You asked: {} The tools answered: {}",
            quote(&prompt.user),
            results.join(", ")
        )
    };
    if !prompt.system.is_empty() {
        text += &format!(" I was told: {}", quote(&prompt.system));
    }
    text += &seen("I see", "picture", &prompt.images);
    for read in &prompt.texts {
        text += &format!(" I read: {}", quote(read));
    }
    text += &seen("I hear", "clip", &prompt.clips);
    if prompt.turn > 1 {
        text += &format!(" This is question {} of our talk.", prompt.turn);
    }
    if choice > 0 {
        text += &format!(" This is choice {choice}.");
    }
    text + " The sandbox wrote this; no model was asked."
}

fn quote(text: &str) -> String {
    let length = text.chars().count();
    if length <= QUOTE_LIMIT {
        return format!("\"{text}\"");
    }
    let start: String = text.chars().take(QUOTE_LIMIT).collect();
    format!("\"{start}…\" ({length} characters)")
}

/// ` I see 2 pictures (image/png, 70 bytes; https link).`
fn seen(verb: &str, noun: &str, things: &[String]) -> String {
    match things.len() {
        0 => String::new(),
        1 => format!(" {verb} 1 {noun} ({}).", things[0]),
        count => format!(" {verb} {count} {noun}s ({}).", things.join("; ")),
    }
}

/// An object with the fields that the prompt lists in braces, as in the playbook's receipt example:
/// "Extract receipt data in JSON: {amount, currency, date}". What stands on a picture goes before what is made up.
fn listed_fields(prompt: &Prompt) -> Option<String> {
    let (_, after) = prompt.user.split_once('{')?;
    let (inside, _) = after.split_once('}')?;
    let mut members = Vec::new();
    for name in inside.split(',').map(str::trim) {
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            return None;
        }
        let known = prompt.known.get(name).cloned();
        let value = known.unwrap_or_else(|| sample::field(name, "sandbox"));
        members.push(format!("\"{name}\":{value}"));
    }
    Some(format!("{{{}}}", members.join(",")))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::request::ChatRequest;
    use super::*;

    fn answer(request: Value) -> String {
        let request: ChatRequest = serde_json::from_value(request).unwrap();
        text(&request, &Prompt::read(&request).ok().unwrap(), 0)
    }

    fn user(content: &Value) -> Value {
        json!({ "messages": [{ "role": "user", "content": content }] })
    }

    #[test]
    fn the_answer_depends_on_all_that_was_given() {
        let picture =
            json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,aGVsbG8=" } });
        let link = json!({ "type": "image_url", "image_url": { "url": "https://example.com/a.png" } });
        let clip = json!({ "type": "input_audio", "input_audio": { "data": "aGk=", "format": "wav" } });
        for (content, expected) in [
            (json!("Hello"), "You asked: \"Hello\""),
            (
                json!([{ "type": "text", "text": "Hi" }, picture]),
                "I see 1 picture (image/png, 5 bytes).",
            ),
            (
                json!([picture, link]),
                "I see 2 pictures (image/png, 5 bytes; https link).",
            ),
            (json!([clip]), "I hear 1 clip (wav, 2 bytes)."),
            (json!("a ".repeat(300)), "(600 characters)"),
        ] {
            let text = answer(user(&content));
            assert!(text.contains(expected), "{text}");
        }
        let talk = answer(json!({ "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "One?" },
            { "role": "assistant", "content": "1" },
            { "role": "user", "content": "Two?" }
        ]}));
        assert_eq!(
            talk,
            "You asked: \"Two?\" I was told: \"Be brief.\" This is question 2 of our talk. The sandbox wrote this; \
             no model was asked."
        );
    }

    #[test]
    fn fields_in_braces_come_back_as_json() {
        let prompt = "Extract receipt data in JSON: {amount, currency, date, merchant, category, confidence}";
        assert_eq!(
            answer(user(&json!(prompt))),
            "Here is what I found: {\"amount\":12.5,\"currency\":\"EUR\",\"date\":\"2026-01-31\",\
             \"merchant\":\"Corner Shop\",\"category\":\"groceries\",\"confidence\":0.9}"
        );
        assert!(answer(user(&json!("What does {a: 1} mean?"))).starts_with("You asked"));
    }
}
