//! Transcriptions as they are heard.

use super::TranscriptionBuilder;
use crate::{
    call::operation,
    error::Error,
    streams::{EventStream, Part, Rules},
};
use aipass_api::{
    enums::{TranscriptionEventType, TranscriptionFormat},
    multipart::Form,
    types::TranscriptionEvent,
};

impl TranscriptionBuilder {
    /// Sends it, and gives the text as it is heard: events with a `delta` of text (or a segment), and at the end one with the
    /// whole `text`. A paid call. Models that cannot stream, such as `whisper-1`, answer with that last event alone, and so does
    /// whoever answers in plain text, as subtitles are (`srt`, `vtt`).
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use aipass::FilePart;
    ///
    /// let memo = FilePart::open("memo.mp3").await?;
    /// let mut events = ai.transcribe("gpt-4o-transcribe", memo).stream().await?;
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
    pub async fn stream(mut self) -> Result<EventStream<TranscriptionEvent>, Error> {
        self.form.stream = Some(true);
        let text = match self.form.response_format {
            // Where nobody says anything, such a text is empty.
            Some(TranscriptionFormat::Text | TranscriptionFormat::Srt | TranscriptionFormat::Vtt) => text,
            _ => some_text,
        };
        let call = self
            .client
            .begin(operation!("create_transcription_stream"), Some(&self.form.model))?;
        match call
            .post_form(&self.client, "text/event-stream", Form::from(self.form))
            .await
        {
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
