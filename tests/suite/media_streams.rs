//! What the streaming operations of speech, transcriptions and images put on the wire, and the events that come back.

use crate::support::{Answer, FORM_END, Sent, Server, events, form_field, form_file, http};
use aipass_api::{
    Client, OPERATIONS, Plain,
    enums::{
        SpeechEventType, SpeechStreamFormat, TranscriptionEventType, TranscriptionFormat,
        TranscriptionInclude, VoiceName,
    },
    multipart::FilePart,
    operation::{Charge, ResponseKind},
    types::{ImageEditForm, ImageGenerationRequest, SpeechRequest, TranscriptionForm},
};

async fn server(body: &str) -> Server {
    Server::start([Answer::Bytes(events(body))]).await
}

fn plain(server: &Server) -> Client {
    Client::with_transport(&server.base_url, http(&server.base_url), Plain)
}

/// The body of the one request, which must have been a POST to that path that asks for events.
fn body(server: &Server, path: &str, content_type: &str) -> String {
    let sent = Sent::to(server);
    assert_eq!(sent.line, format!("POST {path}"));
    assert_eq!(
        (sent.header("accept"), &*sent.content_type),
        ("text/event-stream", content_type)
    );
    sent.body
}

#[tokio::test]
async fn speech() {
    let server = server(
        "data: {\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}\n\n\
         data: {\"type\":\"speech.audio.done\",\"usage\":{\"total_tokens\":115}}\n\n\
         data: [DONE]\n\n",
    )
    .await;
    let request = SpeechRequest::builder()
        .model("gpt-4o-mini-tts")
        .input("Hello")
        .voice(VoiceName::Alloy);
    let mut stream = plain(&server)
        .create_speech_stream()
        .body(request)
        .events()
        .await
        .unwrap();
    assert_eq!(
        body(&server, "/oauth2/v1/audio/speech", "application/json"),
        r#"{"input":"Hello","model":"gpt-4o-mini-tts","stream_format":"sse","voice":"alloy"}"#
    );
    let delta = stream.next().await.unwrap().unwrap();
    assert_eq!(delta.audio.as_deref(), Some("SUQz"));
    let done = stream.next().await.unwrap().unwrap();
    assert_eq!(done.type_, Some(SpeechEventType::SpeechAudioDone));
    assert!(stream.next().await.is_none());
}

/// An operation that streams says so itself, whatever stood there before.
#[tokio::test]
async fn another_format_of_the_callers_gives_way() {
    let server = server("data: [DONE]\n\n").await;
    let request = SpeechRequest::builder()
        .model("m")
        .input("Hello")
        .voice(VoiceName::Alloy)
        .stream_format(SpeechStreamFormat::Audio);
    plain(&server)
        .create_speech_stream()
        .body(request)
        .events()
        .await
        .unwrap();
    assert_eq!(
        body(&server, "/oauth2/v1/audio/speech", "application/json"),
        r#"{"input":"Hello","model":"m","stream_format":"sse","voice":"alloy"}"#
    );
}

#[tokio::test]
async fn transcription() {
    let server = server(
        "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hel\"}\n\n\
         data: {\"type\":\"transcript.text.later\",\"more\":1}\n\n\
         data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\"}\n\n\
         data: [DONE]\n\n",
    )
    .await;
    let form = TranscriptionForm::builder()
        .file(FilePart::new("talk.mp3", "audio/mpeg", &b"MP3"[..]))
        .model("gpt-4o-transcribe-diarize")
        .response_format(TranscriptionFormat::DiarizedJson)
        .chunking_strategy(Some("auto".to_owned()))
        .include(vec![
            TranscriptionInclude::Logprobs,
            TranscriptionInclude::from("later"),
        ]);
    let mut stream = plain(&server)
        .create_transcription_stream()
        .form(form)
        .events()
        .await
        .unwrap();
    let expected = [
        form_field("chunking_strategy", "auto"),
        form_field("include[]", "logprobs"),
        form_field("include[]", "later"),
        form_field("model", "gpt-4o-transcribe-diarize"),
        form_field("response_format", "diarized_json"),
        form_field("stream", "true"),
        form_file("file", "talk.mp3", "audio/mpeg", "MP3"),
        FORM_END.to_owned(),
    ];
    assert_eq!(
        body(&server, "/oauth2/v1/audio/transcriptions", "multipart/form-data"),
        expected.concat()
    );
    let delta = stream.next().await.unwrap().unwrap();
    assert_eq!(delta.delta.as_deref(), Some("Hel"));
    let later = stream.next().await.unwrap().unwrap();
    assert_eq!(
        later.type_,
        Some(TranscriptionEventType::Unknown(
            "transcript.text.later".to_owned()
        ))
    );
    let done = stream.next().await.unwrap().unwrap();
    assert_eq!(done.text.as_deref(), Some("Hello"));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn images_that_are_made() {
    let server = server(
        "event: image_generation.partial_image\n\
         data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AA==\",\"partial_image_index\":0}\n\n\
         event: image_generation.completed\n\
         data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AQ==\"}\n\n\
         data: [DONE]\n\n",
    )
    .await;
    let request = ImageGenerationRequest::builder()
        .prompt("a cat")
        .partial_images(2);
    let mut stream = plain(&server)
        .create_image_stream()
        .body(request)
        .events()
        .await
        .unwrap();
    assert_eq!(
        body(&server, "/oauth2/v1/images/generations", "application/json"),
        r#"{"partial_images":2,"prompt":"a cat","stream":true}"#
    );
    let partial = stream.next().await.unwrap().unwrap();
    assert_eq!(partial.partial_image_index, Some(0));
    let completed = stream.next().await.unwrap().unwrap();
    assert_eq!(completed.b64_json.as_deref(), Some("AQ=="));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn images_that_are_edited() {
    let server = server(
        "event: image_edit.completed\n\
         data: {\"type\":\"image_edit.completed\",\"b64_json\":\"AQ==\"}\n\n\
         data: [DONE]\n\n",
    )
    .await;
    let form = ImageEditForm::builder()
        .image(vec![FilePart::new("cat.png", "image/png", &b"PNG"[..])])
        .prompt("a hat")
        .partial_images(0)
        .stream(false);
    let mut stream = plain(&server)
        .edit_image_stream()
        .form(form)
        .events()
        .await
        .unwrap();
    let expected = [
        form_field("partial_images", "0"),
        form_field("prompt", "a hat"),
        form_field("stream", "true"),
        form_file("image", "cat.png", "image/png", "PNG"),
        FORM_END.to_owned(),
    ];
    assert_eq!(
        body(&server, "/oauth2/v1/images/edits", "multipart/form-data"),
        expected.concat()
    );
    let completed = stream.next().await.unwrap().unwrap();
    assert_eq!(completed.b64_json.as_deref(), Some("AQ=="));
    assert!(stream.next().await.is_none());
}

/// What policy goes by: they cost money, end when they end, and need the scope of every model call.
#[test]
fn every_stream_is_classified() {
    let streams: Vec<_> = OPERATIONS
        .iter()
        .filter(|operation| operation.response == ResponseKind::EventStream)
        .collect();
    let ids: Vec<_> = streams.iter().map(|operation| operation.id).collect();
    assert_eq!(
        ids,
        [
            "create_chat_completion_stream",
            "create_image_stream",
            "create_speech_stream",
            "create_transcription_stream",
            "edit_image_stream",
        ]
    );
    for operation in streams {
        assert_eq!(operation.charge, Charge::Paid, "{}", operation.id);
        assert_eq!(operation.scopes, ["api:access"], "{}", operation.id);
        assert!(operation.replayable, "{}", operation.id);
    }
}
