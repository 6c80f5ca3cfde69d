//! The request of each form, and how a server says that it does not take one.

use super::{ExtractMode, Form};
use crate::{chat::ChatBuilder, error::Error};
use aipass_api::types::{ChatMessage, ContentPart, JsonSchemaDefinition, MessageContent, ResponseFormat};
use serde_json::Value;

pub(super) fn ask(chat: &ChatBuilder, form: &Form, mode: ExtractMode) -> ChatBuilder {
    let mut chat = chat.clone();
    let request = chat.request_mut();
    request.response_format = match mode {
        ExtractMode::JsonSchema => Some(ResponseFormat::JsonSchema(JsonSchemaDefinition {
            description: None,
            name: form.name.clone(),
            schema: form.schema.clone(),
            strict: Some(form.strict),
        })),
        ExtractMode::JsonObject => Some(ResponseFormat::JsonObject),
        ExtractMode::Text => None,
    };
    // A chat that says nothing is refused before it is sent.
    if mode != ExtractMode::JsonSchema && !request.messages.is_empty() {
        instruct(&mut request.messages, form.instructions());
    }
    chat
}

/// Some models take one system message only, and that as the first.
fn instruct(messages: &mut Vec<ChatMessage>, text: String) {
    if let Some(ChatMessage::System { content, .. } | ChatMessage::Developer { content, .. }) =
        messages.first_mut()
    {
        match content {
            MessageContent::Text(said) => {
                said.push_str("\n\n");
                said.push_str(&text);
                return;
            }
            MessageContent::Parts(parts) => {
                parts.push(ContentPart::text(text));
                return;
            }
            MessageContent::Unknown(_) => {}
        }
    }
    messages.insert(0, ChatMessage::system(text));
}

/// Whether the server does not take that form of answer, as far as it says so: by the parameter, or in its words.
pub(super) fn is_form_refused(error: &Error) -> bool {
    const NAMES: [&str; 9] = [
        "response_format",
        "json_schema",
        "json_object",
        // As Gemini and Anthropic call it, whose words a gateway passes on.
        "response_schema",
        "responseschema",
        "output_format",
        "output_config.format",
        "structured output",
        // OpenAI's, which names no parameter then.
        "invalid schema:",
    ];
    let is_status = error
        .status()
        .is_some_and(|status| matches!(status.as_u16(), 400 | 422));
    let names = |text: &str| {
        let text = text.to_ascii_lowercase();
        NAMES.iter().any(|name| text.contains(name))
    };
    let mut told = [error.param(), error.code(), error.server_message()]
        .into_iter()
        .flatten();
    is_status
        && error.is_bad_request()
        && (told.any(names) || places(error.raw_body()).iter().any(|place| names(place)))
}

/// The places that FastAPI puts beside its words: `{"detail":[{"loc":["body","response_format"],"msg":"…"}]}`. What it quotes
/// of the request stands there too, and says nothing.
fn places(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let details = body.get("detail").and_then(Value::as_array).into_iter().flatten();
    let places = details
        .filter_map(|detail| detail.get("loc")?.as_array())
        .flatten();
    places.filter_map(Value::as_str).map(str::to_owned).collect()
}
