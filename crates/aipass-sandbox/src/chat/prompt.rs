//! What an answer depends on, taken out of the messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::request::{ChatRequest, Content, Message, Part, Role};
use crate::errors::ApiError;
use crate::marks;

/// What a picture counts as in tokens, whatever its size.
const IMAGE_TOKENS: u64 = 85;

/// The conversation, boiled down.
#[derive(Debug)]
pub(super) struct Prompt {
    /// All system and developer texts.
    pub(super) system: String,
    /// The text of the last user message.
    pub(super) user: String,
    /// How many user messages there are.
    pub(super) turn: usize,
    /// The pictures of the last user message, in words.
    pub(super) images: Vec<String>,
    /// What stands on them, as far as they carry it: the text of each.
    pub(super) texts: Vec<String>,
    /// The members of those texts that are JSON objects; of equal names, the first.
    pub(super) known: Map<String, Value>,
    /// The sound clips of the last user message, in words.
    pub(super) clips: Vec<String>,
    /// What tools answered since then.
    pub(super) tool_results: Vec<String>,
    pub(super) tokens: u64,
}

impl Prompt {
    /// Reads every message, so that a broken picture anywhere is refused.
    pub(super) fn read(request: &ChatRequest) -> Result<Self, ApiError> {
        let mut prompt = Self {
            system: String::new(),
            user: String::new(),
            turn: 0,
            images: Vec::new(),
            texts: Vec::new(),
            known: Map::new(),
            clips: Vec::new(),
            tool_results: Vec::new(),
            tokens: 0,
        };
        for message in &request.messages {
            prompt.add(message)?;
        }
        Ok(prompt)
    }

    fn add(&mut self, message: &Message) -> Result<(), ApiError> {
        let text = message.content.as_ref().map(Content::text).unwrap_or_default();
        self.tokens += text.split_whitespace().count() as u64;
        match message.role {
            Role::System | Role::Developer => {
                if !self.system.is_empty() {
                    self.system.push(' ');
                }
                self.system.push_str(&text);
            }
            Role::User => {
                self.turn += 1;
                self.user = text;
                self.images.clear();
                self.texts.clear();
                self.known.clear();
                self.clips.clear();
                self.tool_results.clear();
                if let Some(Content::Parts(parts)) = &message.content {
                    self.look(parts)?;
                }
            }
            Role::Assistant => self.tool_results.clear(),
            Role::Tool => self.tool_results.push(text),
        }
        Ok(())
    }

    fn look(&mut self, parts: &[Part]) -> Result<(), ApiError> {
        for part in parts {
            match part {
                Part::Text { .. } => {}
                Part::ImageUrl { image_url } => {
                    let (words, text) = picture(&image_url.url)?;
                    self.images.push(words);
                    self.tokens += IMAGE_TOKENS;
                    if let Some(text) = text {
                        self.read_off(text);
                    }
                }
                Part::InputAudio { input_audio } => {
                    let bytes = STANDARD
                        .decode(&input_audio.data)
                        .map_err(|_| ApiError::bad_param("messages", "input_audio.data must be base64"))?;
                    self.clips
                        .push(format!("{}, {} bytes", input_audio.format, bytes.len()));
                }
            }
        }
        Ok(())
    }

    fn read_off(&mut self, text: String) {
        if let Ok(members) = serde_json::from_str::<Map<String, Value>>(&text) {
            for (name, value) in members {
                self.known.entry(name).or_insert(value);
            }
        }
        self.texts.push(text);
    }
}

/// A picture in words: media type and size of a data URL, or the kind of link; and the text that it carries.
fn picture(url: &str) -> Result<(String, Option<String>), ApiError> {
    let refuse = |message: &str| Err(ApiError::bad_param("messages", message));
    let Some(data) = url.strip_prefix("data:") else {
        return match url.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) if !rest.is_empty() => {
                Ok((format!("{scheme} link"), None))
            }
            _ => refuse("image_url.url must be a data URL or an http(s) URL"),
        };
    };
    let Some((media_type, base64)) = data.split_once(";base64,") else {
        return refuse("a data URL must look like data:image/jpeg;base64,…");
    };
    if !matches!(
        media_type,
        "image/jpeg" | "image/png" | "image/gif" | "image/webp"
    ) {
        return refuse("a picture must be image/jpeg, image/png, image/gif or image/webp");
    }
    match STANDARD.decode(base64) {
        Ok(bytes) if !bytes.is_empty() => Ok((
            format!("{media_type}, {} bytes", bytes.len()),
            marks::carried(&bytes),
        )),
        _ => refuse("the data of a data URL must be base64"),
    }
}
