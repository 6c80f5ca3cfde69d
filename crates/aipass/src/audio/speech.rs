//! Texts that are read aloud.

use crate::{
    call::operation, client::Client, error::Error, options::RequestOptions, policy::ChargeRisk, saved,
    streams::ByteStream,
};
use aipass_api::{
    enums::{SpeechFormat, VoiceName},
    types::{SpeechRequest, Voice},
};
use bytes::Bytes;
use std::{
    fmt,
    path::{Path, PathBuf},
};

impl Client {
    /// Starts a text that is to be read aloud. Sending it is a paid call. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let path = ai.speech("tts-1", "Hello!").voice("nova").save("hello.mp3").await?;
    /// # Ok(()) }
    /// ```
    pub fn speech(&self, model: impl Into<String>, input: impl Into<String>) -> SpeechBuilder {
        self.speech_request(SpeechRequest::new(model, input, VoiceName::Alloy))
    }

    /// As [`speech`](Self::speech), from a request that is already there.
    pub fn speech_request(&self, request: SpeechRequest) -> SpeechBuilder {
        SpeechBuilder {
            client: self.clone(),
            request,
        }
    }
}

/// A text that is to be read aloud. Nothing is sent, and nothing paid, before [`bytes`](Self::bytes), [`save`](Self::save) or
/// [`stream`](Self::stream).
#[derive(Clone)]
#[must_use = "nothing is said before it is sent"]
pub struct SpeechBuilder {
    client: Client,
    request: SpeechRequest,
}

impl SpeechBuilder {
    /// The voice, such as `nova`; `alloy` unless said otherwise. Which voices exist depends on the model.
    pub fn voice(mut self, voice: impl Into<Voice>) -> Self {
        self.request.voice = voice.into();
        self
    }

    /// The format, such as `wav`; MP3 unless said otherwise. Some models send another one than was asked for.
    pub fn format(mut self, format: impl Into<SpeechFormat>) -> Self {
        self.request.response_format = Some(format.into());
        self
    }

    /// From 0.25 to 4, where 1 is the normal speed.
    pub fn speed(mut self, speed: f64) -> Self {
        self.request.speed = Some(speed);
        self
    }

    /// Changes any other field of the request.
    pub fn with(mut self, change: impl FnOnce(&mut SpeechRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Sends it and gives the sound as it is made. A paid call.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// let mut sound = ai.speech("tts-1", "Hello!").stream().await?;
    /// while let Some(piece) = sound.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first byte. What fails later comes out of the stream.
    pub async fn stream(mut self) -> Result<ByteStream, Error> {
        if self.request.input.trim().is_empty() {
            return Err(Error::request("there is no text to read aloud"));
        }
        // In events the same sound would come as base64.
        self.request.stream_format = None;
        let call = self
            .client
            .begin(operation!("create_speech"), Some(&self.request.model))?;
        match call.post(&self.client, "*/*", self.request).await {
            Ok(response) => Ok(ByteStream::new(response, call)),
            Err(error) => Err(call.failed(error)),
        }
    }

    /// Sends it and waits for the whole sound. A paid call.
    ///
    /// # Errors
    /// See [`Error`]. A sound that breaks off is an error, and never a short sound.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.stream().await?.bytes().await
    }

    /// Sends it, and writes the sound to a file, whose path is given back. A paid call. The file appears as a whole or not at
    /// all; one of that name is replaced. The format is that of the name's extension, unless [`format`](Self::format) says
    /// otherwise. Where the model sends another one, the file gets its extension, and takes no other file's place.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); [`Error::is_file`] where the file cannot be written. Mostly that is known before anything is
    /// sent; [`charge_risk`](Error::charge_risk) says so. Else the sound is lost, so use [`bytes`](Self::bytes) where that may
    /// happen.
    pub async fn save(mut self, path: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let path = path.as_ref();
        if self.request.response_format.is_none() {
            self.request.response_format = path.extension().and_then(|name| format_of(name.to_str()?));
        }
        // It is paid for, so that it can be written somewhere is known before.
        let before = saved::try_out(path).await;
        before.map_err(|error| error.of_risk(ChargeRisk::NotSent))?;
        let saved = saved::save(path, self.bytes().await?).await;
        saved.map_err(|error| error.of_risk(ChargeRisk::Completed))
    }
}

fn format_of(extension: &str) -> Option<SpeechFormat> {
    match SpeechFormat::from(extension.to_ascii_lowercase()) {
        SpeechFormat::Unknown(_) => None,
        known => Some(known),
    }
}

// The text is the user's own.
impl fmt::Debug for SpeechBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechBuilder")
            .field("model", &self.request.model)
            .field("voice", &self.request.voice)
            .field("response_format", &self.request.response_format)
            .finish_non_exhaustive()
    }
}
