//! Short ways to write a request: what must be there as arguments, every other field public and unset.

use crate::{
    generated::client::types::{
        CheckoutRequest, EmbeddingInput, EmbeddingRequest, ImageEditForm, ImageGenerationRequest,
        ImageVariationForm, OAuthClientRequest, SpeechRequest, TranscriptionForm, VideoForm,
        VideoRemixRequest, VideoRequest, Voice,
    },
    multipart::FilePart,
};
use serde_json::Map;

impl EmbeddingRequest {
    /// Texts to turn into vectors by that model.
    pub fn new(model: impl Into<String>, input: impl Into<EmbeddingInput>) -> Self {
        Self {
            model: model.into(),
            input: input.into(),
            encoding_format: None,
            dimensions: None,
            extra: Map::new(),
        }
    }
}

impl From<&str> for EmbeddingInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for EmbeddingInput {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl ImageGenerationRequest {
    /// An image that shows this.
    ///
    /// ```
    /// use aipass_api::types::ImageGenerationRequest;
    ///
    /// let mut request = ImageGenerationRequest::new("gpt-image-1", "A lighthouse at dusk");
    /// request.size = Some("1024x1024".into());
    /// ```
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self {
            model: Some(model.into()),
            prompt: prompt.into(),
            n: None,
            size: None,
            quality: None,
            response_format: None,
            stream: None,
            partial_images: None,
            extra: Map::new(),
        }
    }
}

impl ImageEditForm {
    /// A change of these images.
    pub fn new(
        model: impl Into<String>,
        prompt: impl Into<String>,
        images: impl IntoIterator<Item = FilePart>,
    ) -> Self {
        Self {
            model: Some(model.into()),
            prompt: prompt.into(),
            image: images.into_iter().collect(),
            mask: None,
            n: None,
            size: None,
            quality: None,
            response_format: None,
            stream: None,
            partial_images: None,
        }
    }
}

impl ImageVariationForm {
    /// Images that resemble this one.
    pub fn new(model: impl Into<String>, image: FilePart) -> Self {
        Self {
            model: Some(model.into()),
            image,
            n: None,
            size: None,
            response_format: None,
        }
    }
}

impl SpeechRequest {
    /// A text to be read aloud in that voice.
    pub fn new(model: impl Into<String>, input: impl Into<String>, voice: impl Into<Voice>) -> Self {
        Self {
            model: model.into(),
            input: input.into(),
            voice: voice.into(),
            response_format: None,
            stream_format: None,
            speed: None,
            extra: Map::new(),
        }
    }
}

/// A voice by its name.
impl From<&str> for Voice {
    fn from(name: &str) -> Self {
        Self::VoiceName(name.into())
    }
}

impl From<String> for Voice {
    fn from(name: String) -> Self {
        Self::VoiceName(name.into())
    }
}

impl TranscriptionForm {
    /// A recording to be written down.
    pub fn new(model: impl Into<String>, file: FilePart) -> Self {
        Self {
            model: model.into(),
            file,
            language: None,
            prompt: None,
            temperature: None,
            response_format: None,
            stream: None,
            include: Vec::new(),
            timestamp_granularities: Vec::new(),
            chunking_strategy: None,
        }
    }
}

impl VideoRequest {
    /// A video that shows this.
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self {
            model: Some(model.into()),
            prompt: prompt.into(),
            seconds: None,
            size: None,
            input_reference: None,
            extra: Map::new(),
        }
    }

    /// The same as a form, with a picture to start from. A reference by its address cannot be a part of one, and neither can
    /// unknown fields.
    #[must_use]
    pub fn into_form(self, input_reference: FilePart) -> VideoForm {
        VideoForm {
            model: self.model,
            prompt: self.prompt,
            seconds: self.seconds,
            size: self.size,
            input_reference: Some(input_reference),
        }
    }
}

impl VideoRemixRequest {
    /// What shall be different in the new video.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            extra: Map::new(),
        }
    }
}

impl CheckoutRequest {
    /// How much to add, in US dollars.
    #[must_use]
    pub fn new(amount: f64) -> Self {
        Self {
            amount,
            extra: Map::new(),
        }
    }
}

impl OAuthClientRequest {
    /// An application of that name.
    pub fn new(client_name: impl Into<String>) -> Self {
        Self {
            client_name: client_name.into(),
            redirect_uri: None,
            redirect_uris: Vec::new(),
            requested_scopes: Vec::new(),
            require_consent: None,
            access_token_ttl_seconds: None,
            refresh_token_ttl_seconds: None,
            extra: Map::new(),
        }
    }
}
