// @generated from openapi/aipass.yaml by `cargo xtask regen`; do not edit.

use super::client::{Error, builder, types};
impl builder::CreateChatCompletionStream<'_> {
    /// Sends the request and decodes the answer as server-sent events.
    pub async fn events(
        self,
    ) -> Result<crate::sse::Events<types::ChatCompletionChunk>, Error<()>> {
        let response = self
            .body_map(|body| body.stream(true))
            .accept("text/event-stream")
            .send()
            .await?;
        Ok(crate::sse::Events::new(response))
    }
}
impl builder::CreateImageStream<'_> {
    /// Sends the request and decodes the answer as server-sent events.
    pub async fn events(
        self,
    ) -> Result<crate::sse::Events<types::ImageGenerationEvent>, Error<()>> {
        let response = self
            .body_map(|body| body.stream(true))
            .accept("text/event-stream")
            .send()
            .await?;
        Ok(crate::sse::Events::new(response))
    }
}
impl builder::CreateImageVariation<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::ImageVariationForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(form) => {
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::CreateSpeechStream<'_> {
    /// Sends the request and decodes the answer as server-sent events.
    pub async fn events(
        self,
    ) -> Result<crate::sse::Events<types::SpeechEvent>, Error<()>> {
        let response = self
            .body_map(|body| body.stream_format(crate::enums::SpeechStreamFormat::Sse))
            .accept("text/event-stream")
            .send()
            .await?;
        Ok(crate::sse::Events::new(response))
    }
}
impl builder::CreateTranscription<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::TranscriptionForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(form) => {
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::CreateTranscriptionRaw<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::TranscriptionForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(form) => {
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::CreateTranscriptionStream<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::TranscriptionForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(mut form) => {
                form.stream = Some(true);
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::CreateTranscriptionStream<'_> {
    /// Sends the request and decodes the answer as server-sent events.
    pub async fn events(
        self,
    ) -> Result<crate::sse::Events<types::TranscriptionEvent>, Error<()>> {
        let response = self.accept("text/event-stream").send().await?;
        Ok(crate::sse::Events::new(response))
    }
}
impl builder::CreateVideoForm<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::VideoForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(form) => {
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::EditImage<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::ImageEditForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(form) => {
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::EditImageStream<'_> {
    /// Sets the body: the form is encoded in memory, so that it can be sent a second time.
    pub fn form<F>(mut self, form: F) -> Self
    where
        F: TryInto<types::ImageEditForm>,
        F::Error: std::fmt::Display,
    {
        match form.try_into() {
            Ok(mut form) => {
                form.stream = Some(true);
                let (content_type, body) = crate::multipart::Form::from(form)
                    .into_parts();
                self.content_type(content_type).body(body)
            }
            Err(error) => {
                self.body = Err(format!("the form is incomplete: {error}"));
                self
            }
        }
    }
}
impl builder::EditImageStream<'_> {
    /// Sends the request and decodes the answer as server-sent events.
    pub async fn events(
        self,
    ) -> Result<crate::sse::Events<types::ImageEditEvent>, Error<()>> {
        let response = self.accept("text/event-stream").send().await?;
        Ok(crate::sse::Events::new(response))
    }
}
impl From<types::ImageEditForm> for crate::multipart::Form {
    fn from(value: types::ImageEditForm) -> Self {
        let types::ImageEditForm {
            model,
            n,
            partial_images,
            prompt,
            quality,
            response_format,
            size,
            stream,
            image,
            mask,
        } = value;
        let mut form = Self::new();
        crate::multipart::Field::put(model, "model", &mut form);
        crate::multipart::Field::put(n, "n", &mut form);
        crate::multipart::Field::put(partial_images, "partial_images", &mut form);
        crate::multipart::Field::put(prompt, "prompt", &mut form);
        crate::multipart::Field::put(quality, "quality", &mut form);
        crate::multipart::Field::put(response_format, "response_format", &mut form);
        crate::multipart::Field::put(size, "size", &mut form);
        crate::multipart::Field::put(stream, "stream", &mut form);
        crate::multipart::Field::put(image, "image", &mut form);
        crate::multipart::Field::put(mask, "mask", &mut form);
        form
    }
}
impl From<types::ImageVariationForm> for crate::multipart::Form {
    fn from(value: types::ImageVariationForm) -> Self {
        let types::ImageVariationForm { model, n, response_format, size, image } = value;
        let mut form = Self::new();
        crate::multipart::Field::put(model, "model", &mut form);
        crate::multipart::Field::put(n, "n", &mut form);
        crate::multipart::Field::put(response_format, "response_format", &mut form);
        crate::multipart::Field::put(size, "size", &mut form);
        crate::multipart::Field::put(image, "image", &mut form);
        form
    }
}
impl From<types::TranscriptionForm> for crate::multipart::Form {
    fn from(value: types::TranscriptionForm) -> Self {
        let types::TranscriptionForm {
            chunking_strategy,
            include,
            language,
            model,
            prompt,
            response_format,
            stream,
            temperature,
            timestamp_granularities,
            file,
        } = value;
        let mut form = Self::new();
        crate::multipart::Field::put(chunking_strategy, "chunking_strategy", &mut form);
        crate::multipart::Field::put(include, "include[]", &mut form);
        crate::multipart::Field::put(language, "language", &mut form);
        crate::multipart::Field::put(model, "model", &mut form);
        crate::multipart::Field::put(prompt, "prompt", &mut form);
        crate::multipart::Field::put(response_format, "response_format", &mut form);
        crate::multipart::Field::put(stream, "stream", &mut form);
        crate::multipart::Field::put(temperature, "temperature", &mut form);
        crate::multipart::Field::put(
            timestamp_granularities,
            "timestamp_granularities[]",
            &mut form,
        );
        crate::multipart::Field::put(file, "file", &mut form);
        form
    }
}
impl From<types::VideoForm> for crate::multipart::Form {
    fn from(value: types::VideoForm) -> Self {
        let types::VideoForm { model, prompt, seconds, size, input_reference } = value;
        let mut form = Self::new();
        crate::multipart::Field::put(model, "model", &mut form);
        crate::multipart::Field::put(prompt, "prompt", &mut form);
        crate::multipart::Field::put(seconds, "seconds", &mut form);
        crate::multipart::Field::put(size, "size", &mut form);
        crate::multipart::Field::put(input_reference, "input_reference", &mut form);
        form
    }
}
impl crate::multipart::Field for types::VideoSeconds {
    fn put(self, name: &str, form: &mut crate::multipart::Form) {
        match self {
            Self::Text(value) => value.put(name, form),
            Self::Number(value) => value.put(name, form),
            Self::Unknown(value) => form.text(name, &value.to_string()),
        }
    }
}
