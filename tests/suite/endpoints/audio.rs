//! Speech to bytes and to files; recordings to text in every format.

use super::whole;
use crate::support::{Answer, Server, answer, client, events};
use aipass::{ChargeRisk, FilePart};

const WAV: &[u8] = b"RIFF\x04\0\0\0WAVE";

#[tokio::test]
async fn a_sound_is_saved_under_the_name_of_what_it_is() {
    let server = Server::start([whole("200 OK\r\ncontent-type: audio/mpeg", WAV)]).await;
    let folder = tempfile::tempdir().unwrap();
    let speech = client(&server.base_url).speech("tts-1", "Hello");
    let path = speech.save(folder.path().join("hello.mp3")).await.unwrap();
    assert_eq!(path, folder.path().join("hello.wav"));
    assert_eq!(std::fs::read(path).unwrap(), WAV);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn nothing_is_paid_for_a_sound_that_cannot_be_written() {
    let server = Server::start([whole("200 OK\r\ncontent-type: audio/wav", WAV)]).await;
    let folder = tempfile::tempdir().unwrap();
    let speech = client(&server.base_url).speech("tts-1", "Hello");
    let error = speech
        .save(folder.path().join("none/hello.wav"))
        .await
        .unwrap_err();
    assert!(error.is_file(), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn half_a_sound_is_no_sound_and_leaves_no_file() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: 999\r\n\r\nRIFF".to_vec();
    let server = Server::start([Answer::Bytes(cut)]).await;
    let folder = tempfile::tempdir().unwrap();
    let speech = client(&server.base_url).speech("tts-1", "Hello");
    let error = speech.save(folder.path().join("hello.wav")).await.unwrap_err();
    assert!(error.is_incomplete(), "{error}");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(server.requests().len(), 1, "a paid call is not repeated");
}

#[tokio::test]
async fn the_name_of_the_file_asks_for_its_format() {
    for (name, asked) in [
        ("a.wav", Some("\"response_format\":\"wav\"")),
        ("a.OPUS", Some("\"response_format\":\"opus\"")),
        ("a", None),
        ("a.txt", None),
    ] {
        let server = Server::start([whole("200 OK\r\ncontent-type: audio/wav", WAV)]).await;
        let folder = tempfile::tempdir().unwrap();
        let speech = client(&server.base_url).speech("tts-1", "Hello");
        speech.save(folder.path().join(name)).await.unwrap();
        let sent = server.requests().remove(0);
        match asked {
            Some(asked) => assert!(sent.contains(asked), "{name}: {sent}"),
            None => assert!(!sent.contains("response_format"), "{name}: {sent}"),
        }
    }
}

#[tokio::test]
async fn a_sound_of_another_kind_takes_no_other_files_place() {
    let server = Server::start([whole("200 OK\r\ncontent-type: audio/mpeg", WAV)]).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.wav"), "mine").unwrap();
    let speech = client(&server.base_url).speech("tts-1", "Hello");
    let path = speech.save(folder.path().join("hello.mp3")).await.unwrap();
    assert_eq!(path, folder.path().join("hello-2.wav"));
    assert_eq!(std::fs::read(folder.path().join("hello.wav")).unwrap(), b"mine");
}

fn recording() -> FilePart {
    FilePart::new("memo.wav", "audio/wav", WAV)
}

#[tokio::test]
async fn times_are_read_from_verbose_answers() {
    let body = r#"{"text":"Hi there","language":"english","duration":"1.5","words":[{"word":"Hi","start":0.0,"end":0.5}],"segments":[{"id":0,"seek":0,"start":0.0,"end":1.5,"text":"Hi there","tokens":[1,2],"temperature":0.0,"avg_logprob":-0.3,"compression_ratio":1.1,"no_speech_prob":0.01}],"usage":{"type":"duration","seconds":2}}"#;
    let server = super::json_server(body).await;
    let said = client(&server.base_url)
        .transcribe("whisper-1", recording())
        .verbose()
        .await
        .unwrap();
    assert_eq!((said.text.as_str(), said.duration), ("Hi there", Some(1.5)));
    assert_eq!(said.words[0].end, Some(0.5));
    assert_eq!(said.segments[0].text.as_deref(), Some("Hi there"));
}

#[tokio::test]
async fn texts_are_taken_as_they_come_and_out_of_json() {
    for (media_type, body, expected) in [
        ("text/plain", "WEBVTT\n\nHi", "WEBVTT\n\nHi"),
        ("text/plain; charset=utf-8", "", ""),
        ("application/json", r#""Hi\n""#, "Hi\n"),
        ("application/json", r#"{"text":"Hi","usage":{}}"#, "Hi"),
        ("application/json", r#"{"strange":1}"#, r#"{"strange":1}"#),
    ] {
        let server = Server::start([answer("200 OK", media_type, body)]).await;
        let said = client(&server.base_url)
            .transcribe("whisper-1", recording())
            .vtt()
            .await
            .unwrap();
        assert_eq!(said.as_str(), expected, "{media_type}: {body}");
    }
}

#[tokio::test]
async fn an_error_in_the_place_of_a_text_is_an_error() {
    let server = super::json_server(r#"{"error":{"message":"File must have a name","code":"400"}}"#).await;
    let error = client(&server.base_url)
        .transcribe("whisper-1", recording())
        .text()
        .await
        .unwrap_err();
    assert_eq!(error.server_message(), Some("File must have a name"));
}

#[tokio::test]
async fn the_text_formats_have_methods_of_their_own() {
    let ai = client("http://127.0.0.1:9");
    let asked = ai
        .transcribe("whisper-1", recording())
        .with(|form| form.response_format = Some("srt".into()));
    assert!(asked.send().await.unwrap_err().is_bad_request());
    assert!(
        ai.speech("tts-1", "\n")
            .bytes()
            .await
            .unwrap_err()
            .is_bad_request()
    );
}

#[tokio::test]
async fn a_transcription_comes_as_it_is_heard() {
    let body = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hi\"}\n\ndata: {\"type\":\"transcript.text.done\",\"text\":\"Hi\"}\n\n";
    let server = Server::start([Answer::Bytes(events(body))]).await;
    let mut said = client(&server.base_url)
        .transcribe("gpt-4o-transcribe", recording())
        .stream()
        .await
        .unwrap();
    assert_eq!(said.next().await.unwrap().unwrap().delta.as_deref(), Some("Hi"));
    assert_eq!(said.next().await.unwrap().unwrap().text.as_deref(), Some("Hi"));
    assert!(said.next().await.is_none());
}
