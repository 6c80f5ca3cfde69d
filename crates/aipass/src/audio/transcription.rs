//! Recordings that are written down.

use crate::{
    call::{Call, Told, operation},
    client::Client,
    error::Error,
    meta::Answer,
    options::RequestOptions,
};
use aipass_api::{
    enums::{TimestampGranularity, TranscriptionFormat},
    multipart::{FilePart, Form},
    types::{Transcription, TranscriptionForm},
};
use bytes::Bytes;
use serde::Deserialize;
use std::fmt;

impl Client {
    /// Starts to write a recording down: mp3, mp4, mpeg, mpga, m4a, wav, webm or ogg. Sending it is a paid call. (Playbook
    /// section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::FilePart;
    ///
    /// let recording = FilePart::open("memo.m4a").await?;
    /// println!("{}", ai.transcribe("whisper-1", recording).language("en").send().await?.text);
    /// # Ok(()) }
    /// ```
    pub fn transcribe(&self, model: impl Into<String>, recording: FilePart) -> TranscriptionBuilder {
        self.transcribe_form(TranscriptionForm::new(model, recording))
    }

    /// As [`transcribe`](Self::transcribe), from a form that is already there.
    pub fn transcribe_form(&self, form: TranscriptionForm) -> TranscriptionBuilder {
        TranscriptionBuilder {
            client: self.clone(),
            form,
        }
    }
}

/// A recording that is to be written down. Nothing is sent, and nothing paid, before one of the methods that wait for an answer.
#[derive(Clone)]
#[must_use = "nothing is written down before it is sent"]
pub struct TranscriptionBuilder {
    pub(super) client: Client,
    pub(super) form: TranscriptionForm,
}

impl TranscriptionBuilder {
    /// The language that is spoken (ISO 639-1), such as `en`; telling it helps.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.form.language = Some(language.into());
        self
    }

    /// Words to expect, or the text that came before.
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.form.prompt = Some(prompt.into());
        self
    }

    /// How freely to choose words, from 0 to 1.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.form.temperature = Some(temperature);
        self
    }

    /// Changes any other field of the form.
    pub fn with(mut self, change: impl FnOnce(&mut TranscriptionForm)) -> Self {
        change(&mut self.form);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Sends it, and gives what was said. A paid call.
    ///
    /// # Errors
    /// See [`Error`]. A text format cannot be asked for here; [`text`](Self::text), [`srt`](Self::srt) and
    /// [`vtt`](Self::vtt) do.
    pub async fn send(mut self) -> Result<Answer<Transcription>, Error> {
        if self.form.response_format.as_ref().is_some_and(is_text) {
            return Err(Error::request("the text formats have methods of their own"));
        }
        self.form.stream = None;
        let call = self
            .client
            .begin(operation!("create_transcription"), Some(&self.form.model))?;
        match call.post_form_for_json(&self.client, Form::from(self.form)).await {
            Ok(transcription) => Ok(Answer::new(transcription, call.answered(Told::default()))),
            Err(error) => Err(call.failed(error)),
        }
    }

    /// As [`send`](Self::send), with the times of passages and words (`verbose_json`). Not every model can tell them.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client, recording: aipass::FilePart) -> Result<(), aipass::Error> {
    /// for word in &ai.transcribe("whisper-1", recording).verbose().await?.words {
    ///     println!("{:?} s: {}", word.start, word.word.as_deref().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn verbose(mut self) -> Result<Answer<Transcription>, Error> {
        self.form.response_format = Some(TranscriptionFormat::VerboseJson);
        if self.form.timestamp_granularities.is_empty() {
            self.form.timestamp_granularities =
                vec![TimestampGranularity::Word, TimestampGranularity::Segment];
        }
        self.send().await
    }

    /// Sends it, and gives the bare text. A paid call.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn text(self) -> Result<Answer<String>, Error> {
        self.in_text(TranscriptionFormat::Text).await
    }

    /// Sends it, and gives subtitles in the format SRT. A paid call.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn srt(self) -> Result<Answer<String>, Error> {
        self.in_text(TranscriptionFormat::Srt).await
    }

    /// Sends it, and gives subtitles in the format WebVTT. A paid call.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn vtt(self) -> Result<Answer<String>, Error> {
        self.in_text(TranscriptionFormat::Vtt).await
    }

    async fn in_text(mut self, format: TranscriptionFormat) -> Result<Answer<String>, Error> {
        self.form.response_format = Some(format);
        self.form.stream = None;
        let call = self
            .client
            .begin(operation!("create_transcription_raw"), Some(&self.form.model))?;
        let form = Form::from(self.form);
        match call
            .post_form_for_body(&self.client, "text/plain, */*", form)
            .await
        {
            Ok(body) => {
                let text = read(&call, &body);
                Ok(Answer::new(text, call.answered(Told::default())))
            }
            Err(error) => Err(call.failed(error)),
        }
    }
}

/// Some servers answer with JSON all the same.
fn read(call: &Call, body: &Bytes) -> String {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wrapped {
        Member { text: String },
        Bare(String),
    }
    if aipass_api::is_json(&call.context.headers()) {
        match serde_json::from_slice(body) {
            Ok(Wrapped::Member { text } | Wrapped::Bare(text)) => return text,
            // It is paid for, and may be of use as it is.
            Err(_) => {}
        }
    }
    String::from_utf8_lossy(body).into_owned()
}

fn is_text(format: &TranscriptionFormat) -> bool {
    matches!(
        format,
        TranscriptionFormat::Text | TranscriptionFormat::Srt | TranscriptionFormat::Vtt
    )
}

// The prompt is the user's own.
impl fmt::Debug for TranscriptionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscriptionBuilder")
            .field("model", &self.form.model)
            .field("file", &self.form.file)
            .field("response_format", &self.form.response_format)
            .finish_non_exhaustive()
    }
}
