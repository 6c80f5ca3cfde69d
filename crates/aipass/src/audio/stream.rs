//! Speech and transcriptions as they come.

use crate::{
    client::Client,
    error::Error,
    streams::{ByteStream, EventStream, Part, Rules},
};
use aipass_api::{
    enums::{TranscriptionEventType, TranscriptionFormat},
    multipart::Form,
    types::{SpeechRequest, TranscriptionEvent, TranscriptionForm},
};

impl Client {
    /// Has a text spoken, and gives the sound as it is made. A paid call. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::{enums::VoiceName, types::SpeechRequest};
    ///
    /// let request = SpeechRequest::builder()
    ///     .model("tts-1")
    ///     .input("Hello!")
    ///     .voice(VoiceName::Alloy);
    /// let mut sound = ai.speech_stream(&request.try_into()?).await?;
    /// while let Some(piece) = sound.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first byte. What fails later comes out of the stream.
    pub async fn speech_stream(&self, request: &SpeechRequest) -> Result<ByteStream, Error> {
        let mut request = request.clone();
        // In events the same sound would come as base64.
        request.stream_format = None;
        let call = self.begin("create_speech", Some(&request.model))?;
        match call.post(self, "*/*", request).await {
            Ok(response) => Ok(ByteStream::new(response, call)),
            Err(error) => Err(call.failed(error)),
        }
    }

    /// Has a recording written down, and gives the text as it is heard: events with a `delta` of text (or a segment), and at the
    /// end one with the whole `text`. A paid call. (Playbook section 8; scope `api:access`.) Models that cannot stream, such
    /// as `whisper-1`, answer with that last event alone, and so does whoever answers in plain text, as subtitles are (`srt`,
    /// `vtt`).
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client, sound: bytes::Bytes) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::{FilePart, types::TranscriptionForm};
    ///
    /// let form = TranscriptionForm::builder()
    ///     .model("gpt-4o-transcribe")
    ///     .file(FilePart::new("memo.mp3", "audio/mpeg", sound));
    /// let mut events = ai.transcription_stream(form.try_into()?).await?;
    /// let mut text = String::new();
    /// while let Some(event) = events.next().await {
    ///     let event = event?;
    ///     text.push_str(&event.delta.unwrap_or_default());
    ///     text = event.text.unwrap_or(text); // The last event has all of it.
    /// }
    /// println!("{text}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// See [`Error`]: what fails before the first event. What fails later comes out of the stream.
    pub async fn transcription_stream(
        &self,
        mut form: TranscriptionForm,
    ) -> Result<EventStream<TranscriptionEvent>, Error> {
        form.stream = Some(true);
        let text = match form.response_format {
            // Where nobody says anything, such a text is empty.
            Some(TranscriptionFormat::Text | TranscriptionFormat::Srt | TranscriptionFormat::Vtt) => text,
            _ => some_text,
        };
        let call = self.begin("create_transcription_stream", Some(&form.model))?;
        match call.post_form(self, "text/event-stream", Form::from(form)).await {
            Ok(response) => {
                let rules = Rules {
                    part,
                    whole,
                    text: Some(text),
                    lasts: 1,
                };
                Ok(EventStream::new(response, call, rules))
            }
            Err(error) => Err(call.failed(error)),
        }
    }
}

fn part(event: &TranscriptionEvent) -> Part {
    match event.type_ {
        Some(TranscriptionEventType::TranscriptTextDone) => Part::Last,
        Some(TranscriptionEventType::TranscriptTextDelta | TranscriptionEventType::TranscriptTextSegment) => {
            Part::Piece
        }
        _ => Part::Aside,
    }
}

/// A transcription in plain text: it has no other members.
fn text(text: &str) -> Option<TranscriptionEvent> {
    Some(TranscriptionEvent {
        type_: Some(TranscriptionEventType::TranscriptTextDone),
        text: Some(text.to_owned()),
        ..TranscriptionEvent::default()
    })
}

fn some_text(words: &str) -> Option<TranscriptionEvent> {
    text(words).filter(|_| !words.trim().is_empty())
}

/// A transcription that is not streamed is what the last event of one says.
fn whole(json: &str) -> Option<Vec<TranscriptionEvent>> {
    let mut event: TranscriptionEvent = serde_json::from_str(json).ok()?;
    event.text.as_ref()?;
    event.type_ = Some(TranscriptionEventType::TranscriptTextDone);
    Some(vec![event])
}
