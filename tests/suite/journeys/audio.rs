//! What was said is spoken, saved, and written down again.

use super::{charged, home};
use aipass::{ChargeRisk, FilePart};
use aipass_sandbox::{Fault, Route, Sandbox};

const TEXT: &str = "The train to Oslo leaves at nine from platform two.";

#[tokio::test]
async fn a_text_comes_back_from_its_sound_in_every_form() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let folder = tempfile::tempdir().unwrap();
    let speech = ai.speech("tts-1", TEXT).voice("nova").format("wav");
    // The service calls every sound audio/mpeg.
    let path = charged(&sandbox, 1, speech.save(folder.path().join("talk.mp3")))
        .await
        .unwrap();
    assert_eq!(path, folder.path().join("talk.wav"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let recording = FilePart::open(&path).await.unwrap();
    assert_eq!(recording.content_type, "audio/wav");
    let ask = || ai.transcribe("whisper-1", recording.clone());
    let said = charged(&sandbox, 1, ask().send()).await.unwrap();
    assert_eq!(said.text, TEXT);
    assert_eq!(charged(&sandbox, 1, ask().text()).await.unwrap().trim(), TEXT);
    let srt = charged(&sandbox, 1, ask().srt()).await.unwrap();
    assert!(srt.starts_with("1\n00:00:00,000 --> "), "{}", *srt);
    let vtt = charged(&sandbox, 1, ask().vtt()).await.unwrap();
    assert!(vtt.starts_with("WEBVTT\n\n"), "{}", *vtt);
    for subtitles in [srt, vtt] {
        assert!(subtitles.contains("Oslo"), "{}", *subtitles);
    }
    let verbose = charged(&sandbox, 1, ask().language("no").verbose())
        .await
        .unwrap();
    assert_eq!(verbose.language.as_deref(), Some("no"));
    assert_eq!(verbose.words.len(), TEXT.split(' ').count());
    assert!(verbose.duration.unwrap() >= verbose.words.last().unwrap().end.unwrap());
    assert!(!verbose.segments.is_empty());
}

#[tokio::test]
async fn a_transcription_is_heard_word_by_word() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let sound = charged(&sandbox, 1, ai.speech("tts-1", TEXT).bytes())
        .await
        .unwrap();
    for (model, several) in [("gpt-4o-transcribe", true), ("whisper-1", false)] {
        let recording = FilePart::from_bytes(sound.clone());
        assert_eq!(recording.file_name, "file.mp3");
        let (text, deltas) = charged(&sandbox, 1, async {
            let mut stream = ai.transcribe(model, recording).stream().await.unwrap();
            let (mut text, mut deltas) = (String::new(), 0);
            while let Some(event) = stream.next().await {
                let event = event.unwrap();
                deltas += usize::from(event.delta.is_some());
                text.push_str(&event.delta.unwrap_or_default());
                text = event.text.unwrap_or(text);
            }
            (text, deltas)
        })
        .await;
        assert_eq!((text.as_str(), deltas > 1), (TEXT, several), "{model}");
    }
}

#[tokio::test]
async fn every_format_is_saved_under_its_own_name() {
    let (_sandbox, ai) = home(Sandbox::builder()).await;
    let folder = tempfile::tempdir().unwrap();
    for (model, format, expected) in [
        ("tts-1", "mp3", "talk.mp3"),
        ("tts-1", "flac", "talk.flac"),
        ("tts-1", "wav", "talk.wav"),
        // It speaks in its own form alone.
        ("gemini/gemini-3.1-flash-tts", "mp3", "talk.wav"),
    ] {
        let speech = ai.speech(model, TEXT).format(format).speed(2.0);
        let path = speech.save(folder.path().join("talk")).await.unwrap();
        assert_eq!(path, folder.path().join(expected), "{model} {format}");
        let said = ai
            .transcribe("whisper-1", FilePart::open(path).await.unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(said.text, TEXT, "{model} {format}");
    }
}

#[tokio::test]
async fn refusals_cost_nothing_and_cuts_are_told() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.mp3");
    std::fs::write(&path, "what was here before").unwrap();
    let error = charged(&sandbox, 0, ai.speech("tts-1", TEXT).speed(9.0).save(&path))
        .await
        .unwrap_err();
    assert!(error.is_bad_request() && error.charge_risk() == ChargeRisk::Refused);
    sandbox.fail_next(Route::Speech, Fault::CutAfterBytes(100));
    let error = charged(&sandbox, 1, ai.speech("tts-1", TEXT).save(&path))
        .await
        .unwrap_err();
    assert!(error.is_incomplete() && error.charge_risk() == ChargeRisk::Completed);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "what was here before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let nameless = FilePart::new("", "audio/mpeg", &b"ID3"[..]);
    let error = charged(&sandbox, 0, ai.transcribe("whisper-1", nameless).send())
        .await
        .unwrap_err();
    assert!(error.is_bad_request(), "{error}");
}
