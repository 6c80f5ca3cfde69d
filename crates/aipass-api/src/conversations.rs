//! Short ways to write a conversation in the generated types.

use crate::generated::client::types::{
    ChatCompletionRequest, ChatMessage, ContentPart, ImageUrl, MessageContent,
};
use serde_json::Map;

impl ChatCompletionRequest {
    /// A request with nothing but what must be there. Every other field is public.
    ///
    /// ```
    /// use aipass_api::types::{ChatCompletionRequest, ChatMessage};
    ///
    /// let mut request = ChatCompletionRequest::new("gpt-4o-mini", [ChatMessage::user("Hello")]);
    /// request.max_tokens = Some(200);
    /// ```
    pub fn new(model: impl Into<String>, messages: impl IntoIterator<Item = ChatMessage>) -> Self {
        Self {
            model: model.into(),
            messages: messages.into_iter().collect(),
            ..Self::default()
        }
    }
}

impl ChatMessage {
    /// Instructions that stand above what the user says.
    pub fn system(content: impl Into<MessageContent>) -> Self {
        Self::System {
            content: content.into(),
            name: None,
        }
    }

    /// What the user says.
    pub fn user(content: impl Into<MessageContent>) -> Self {
        Self::User {
            content: content.into(),
            name: None,
        }
    }

    /// What the model said earlier.
    pub fn assistant(content: impl Into<MessageContent>) -> Self {
        Self::Assistant {
            content: Some(content.into()),
            audio: None,
            name: None,
            reasoning_content: None,
            refusal: None,
            thinking_blocks: Vec::new(),
            tool_calls: Vec::new(),
        }
    }

    /// The result of the tool call of that id.
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<MessageContent>) -> Self {
        Self::Tool {
            content: content.into(),
            tool_call_id: tool_call_id.into(),
        }
    }
}

impl ContentPart {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            prompt_cache_breakpoint: None,
            extra: Map::new(),
        }
    }

    /// An image, by its address or as a data URL. JPEG, PNG, GIF and WebP are understood; keep a data URL's image below
    /// about 800 KB (playbook section 6).
    pub fn image_url(url: impl Into<String>) -> Self {
        let image_url = ImageUrl {
            url: url.into(),
            detail: None,
            extra: Map::new(),
        };
        Self::ImageUrl {
            image_url,
            prompt_cache_breakpoint: None,
            extra: Map::new(),
        }
    }
}

/// What the user says.
impl From<&str> for ChatMessage {
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

/// What the user says.
impl From<String> for ChatMessage {
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

impl From<&str> for MessageContent {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for MessageContent {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl MessageContent {
    /// The text, or the text parts joined; other parts are left out.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    ContentPart::Text { text, .. } => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            Self::Unknown(_) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_written_as_openai_has_it() {
        let parts = vec![
            ContentPart::text("What is it?"),
            ContentPart::image_url("data:image/png;base64,AA=="),
        ];
        let request = ChatCompletionRequest::new(
            "m",
            [
                ChatMessage::system("Be brief."),
                ChatMessage::user(parts),
                ChatMessage::assistant(String::from("A cat.")),
                ChatMessage::tool("call_1", "42"),
            ],
        );
        let expected = serde_json::json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [
                    {"type": "text", "text": "What is it?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
                ]},
                {"role": "assistant", "content": "A cat."},
                {"role": "tool", "tool_call_id": "call_1", "content": "42"}
            ]
        });
        assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    }
}
