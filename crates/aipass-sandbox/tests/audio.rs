//! Speech and its way back to text.

use serde_json::{Value, json};

use crate::support::{FormPart, RawReply, events, post_form, post_json, send_bytes, signed_in, unbase64};
use aipass_sandbox::Sandbox;

const SPEECH: &str = "/oauth2/v1/audio/speech";
const TRANSCRIBE: &str = "/oauth2/v1/audio/transcriptions";
const TEXT: &str = "Gr\u{fc}\u{df} dich, world. How are you?";

async fn speak(sandbox: &Sandbox, token: &str, more: &Value) -> RawReply {
    let mut body = json!({ "model": "tts-1", "input": TEXT, "voice": "alloy" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    send_bytes(sandbox, "POST", SPEECH, &headers, body.to_string().as_bytes()).await
}

async fn transcribe(sandbox: &Sandbox, token: &str, sound: &[u8], more: &[FormPart<'_>]) -> RawReply {
    let file: FormPart<'_> = ("file", Some("talk.bin"), sound);
    let parts = [&[file], more].concat();
    post_form(sandbox, TRANSCRIBE, token, &parts).await
}

const WHISPER: FormPart<'_> = ("model", None, b"whisper-1");
const MINI: FormPart<'_> = ("model", None, b"gpt-4o-mini-transcribe");

#[tokio::test]
async fn what_was_spoken_is_heard_again_in_every_container() {
    let (sandbox, token) = signed_in().await;
    for (format, start) in [
        (json!({}), &b"ID3\x04"[..]),
        (json!({ "response_format": "mp3" }), b"ID3\x04"),
        (json!({ "response_format": "wav" }), b"RIFF"),
        (json!({ "response_format": "flac" }), b"fLaC"),
        (json!({ "model": "gemini/gemini-3.1-flash-tts" }), b"RIFF"),
    ] {
        let sound = speak(&sandbox, &token, &format).await;
        assert_eq!(sound.status, 200);
        assert!(sound.bytes.starts_with(start), "{format}");
        let declared = if format.get("model").is_some() {
            "audio/wav"
        } else {
            "audio/mpeg"
        };
        assert_eq!(sound.header("content-type"), Some(declared));
        assert_eq!(speak(&sandbox, &token, &format).await.bytes, sound.bytes);
        let heard = transcribe(&sandbox, &token, &sound.bytes, &[MINI])
            .await
            .into_text();
        assert_eq!(heard.text("/text"), TEXT, "{format}");
        assert_eq!(heard.header("x-litellm-response-cost"), Some("0.003"));
        let verbose = [WHISPER, ("response_format", None, b"verbose_json")];
        let heard = transcribe(&sandbox, &token, &sound.bytes, &verbose)
            .await
            .into_text();
        // 74 notes of 24 milliseconds: six words of 2 notes and 2 per letter, and 2 after each.
        assert_eq!(heard.json()["duration"], json!(1.78), "{format}");
    }
}

#[tokio::test]
async fn the_sound_depends_on_text_voice_and_speed() {
    let (sandbox, token) = signed_in().await;
    let pcm = async |more: Value| {
        let mut body = more;
        body["response_format"] = json!("pcm");
        speak(&sandbox, &token, &body).await.bytes
    };
    let plain = pcm(json!({})).await;
    assert_eq!(plain.len(), 74 * 576 * 2);
    assert!(plain.iter().any(|byte| *byte != 0));
    let voice = pcm(json!({ "voice": { "id": "voice_mine" } })).await;
    assert!(voice.len() == plain.len() && voice != plain);
    assert_ne!(
        pcm(json!({ "input": "Something else. How are you?" })).await,
        plain
    );
    let fast = pcm(json!({ "speed": 4 })).await;
    let slow = pcm(json!({ "speed": 0.25 })).await;
    assert!(fast.len() * 3 < plain.len() && slow.len() == plain.len() * 4);
}

#[tokio::test]
async fn speech_can_come_as_events() {
    let (sandbox, token) = signed_in().await;
    let whole = speak(
        &sandbox,
        &token,
        &json!({ "model": "gpt-4o-mini-tts", "response_format": "wav" }),
    )
    .await;
    let streamed = speak(
        &sandbox,
        &token,
        &json!({ "model": "gpt-4o-mini-tts", "response_format": "wav", "stream_format": "sse" }),
    )
    .await;
    let events = events(&streamed.into_text().body);
    let (last, deltas) = events.split_last().unwrap();
    assert!(deltas.len() > 2);
    let mut sound = Vec::new();
    for (name, data) in deltas {
        assert_eq!(
            (name.as_str(), data["type"].as_str()),
            ("speech.audio.delta", Some("speech.audio.delta"))
        );
        sound.extend(unbase64(data["audio"].as_str().unwrap()));
    }
    assert_eq!(sound, whole.bytes);
    assert_eq!(
        last.1,
        json!({
            "type": "speech.audio.done",
            "usage": { "input_tokens": 6, "output_tokens": 74, "total_tokens": 80 }
        })
    );
    assert_eq!(sandbox.counts().charged_calls, 2);
}

#[tokio::test]
async fn a_transcription_has_every_form_and_real_times() {
    let (sandbox, token) = signed_in().await;
    let sound = speak(&sandbox, &token, &json!({})).await.bytes;
    let ask = async |more: &[FormPart<'_>]| transcribe(&sandbox, &token, &sound, more).await.into_text();
    let format = |name: &'static str| ("response_format", None, name.as_bytes());

    let json = ask(&[WHISPER]).await;
    assert_eq!(
        json.json(),
        json!({ "text": TEXT, "usage": { "type": "duration", "seconds": 2 } })
    );
    let text = ask(&[WHISPER, format("text")]).await;
    assert_eq!(text.body, format!("{TEXT}\n"));
    assert_eq!(text.header("content-type"), Some("text/plain; charset=utf-8"));
    let srt = ask(&[WHISPER, format("srt")]).await;
    assert_eq!(
        srt.body,
        "1\n00:00:00,000 --> 00:00:01,010\nGr\u{fc}\u{df} dich, world.\n\n2\n00:00:01,010 --> 00:00:01,780\nHow are you?\n\n"
    );
    let vtt = ask(&[WHISPER, format("vtt")]).await;
    assert!(
        vtt.body
            .starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.010\nGr")
    );

    let verbose = ask(&[
        WHISPER,
        format("verbose_json"),
        ("language", None, b"de"),
        ("timestamp_granularities[]", None, b"word"),
        ("timestamp_granularities[]", None, b"segment"),
    ])
    .await
    .json();
    assert_eq!(verbose["language"], "german");
    let words = verbose["words"].as_array().unwrap();
    assert_eq!(words.len(), 6);
    assert_eq!(
        words[0],
        json!({ "word": "Gr\u{fc}\u{df}", "start": 0.0, "end": 0.29 })
    );
    assert_eq!(words[5]["end"], verbose["duration"]);
    let segments = verbose["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 2);
    assert_eq!(
        segments[1],
        json!({
            "id": 1, "seek": 0, "start": 1.01, "end": 1.78, "text": "How are you?", "tokens": [0, 1, 2],
            "temperature": 0.0, "avg_logprob": -0.25, "compression_ratio": 1.0, "no_speech_prob": 0.01
        })
    );
    let plain = ask(&[WHISPER, format("verbose_json")]).await.json();
    assert!(plain.get("words").is_none() && plain["segments"] == verbose["segments"]);

    let diarize: FormPart<'_> = ("model", None, b"gpt-4o-transcribe-diarize");
    let diarized = ask(&[diarize, format("diarized_json")]).await.json();
    assert_eq!(
        diarized["segments"][1],
        json!({
            "type": "transcript.text.segment", "id": "seg_001", "speaker": "B",
            "start": 1.01, "end": 1.78, "text": "How are you?"
        })
    );
}

#[tokio::test]
async fn a_transcription_can_come_as_events() {
    let (sandbox, token) = signed_in().await;
    let sound = speak(&sandbox, &token, &json!({})).await.bytes;
    let stream: FormPart<'_> = ("stream", None, b"true");
    let reply = transcribe(&sandbox, &token, &sound, &[MINI, stream])
        .await
        .into_text();
    let found = events(&reply.body);
    let (last, deltas) = found.split_last().unwrap();
    let text: String = deltas
        .iter()
        .map(|(name, data)| {
            assert_eq!(name, "transcript.text.delta");
            data["delta"].as_str().unwrap()
        })
        .collect();
    assert_eq!((text.as_str(), deltas.len()), (TEXT, 6));
    assert_eq!(
        last.1,
        json!({
            "type": "transcript.text.done",
            "text": TEXT,
            "usage": {
                "type": "tokens", "input_tokens": 18, "output_tokens": 6, "total_tokens": 24,
                "input_token_details": { "text_tokens": 0, "audio_tokens": 18 }
            }
        })
    );
    let parts = [
        ("model", None, &b"gpt-4o-transcribe-diarize"[..]),
        ("response_format", None, b"diarized_json"),
        stream,
    ];
    let reply = transcribe(&sandbox, &token, &sound, &parts).await.into_text();
    let names: Vec<_> = events(&reply.body).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "transcript.text.segment",
            "transcript.text.segment",
            "transcript.text.done"
        ]
    );
    let ignored = transcribe(&sandbox, &token, &sound, &[WHISPER, stream])
        .await
        .into_text();
    assert_eq!(ignored.text("/text"), TEXT);
}

#[tokio::test]
async fn a_sound_that_was_converted_is_still_understood() {
    let (sandbox, token) = signed_in().await;
    let sound = speak(&sandbox, &token, &json!({})).await.bytes;
    // What a converter does: another container, with the comment in the middle of something else.
    let comment = sound.windows(5).position(|five| five == b"eng\0a").unwrap() + 4;
    let converted = [
        b"OggS",
        &[0; 40][..],
        &sound[comment..comment + 200],
        &[7; 400_000],
    ]
    .concat();
    let heard = transcribe(&sandbox, &token, &converted, &[WHISPER])
        .await
        .into_text();
    assert_eq!(heard.text("/text"), TEXT);
    let at_the_end = [&[7; 400_000], &sound[comment..comment + 200]].concat();
    let heard = transcribe(&sandbox, &token, &at_the_end, &[WHISPER])
        .await
        .into_text();
    assert_eq!(heard.text("/text"), TEXT);
}

#[tokio::test]
async fn other_recordings_are_told_by_container_and_length() {
    let (sandbox, token) = signed_in().await;
    let wav =
        b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x80\x3e\0\0";
    let wav = [&wav[..], &[0; 16_000]].concat();
    let mpeg = [&[0xFF, 0xFB, 0x90, 0x64][..], &[0; 413]].concat().repeat(100);
    let mp4 = b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x20moov\0\0\0\x18mvhd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\xe8\0\0\x09\xc4";
    let ogg = b"OggS\0\x04\x80\xbb\0\0\0\0\0\0OpusHead";
    for (bytes, told) in [
        (&wav[..], "of 1.00 seconds in the container WAV"),
        (&mpeg, "of 2.61 seconds in the container MP3"),
        (mp4, "of 2.50 seconds in the container MP4"),
        (ogg, "of 1.00 seconds in the container Ogg"),
        (
            b"\x1a\x45\xdf\xa3\x44\x89\x88\x40\x97\x70\0\0\0\0\0",
            "of 1.50 seconds in the container WebM",
        ),
        (b"\x1a\x45\xdf\xa3webm", "of 8 bytes in the container WebM"),
        (b"hello", "of 5 bytes in the container unknown"),
    ] {
        let heard = transcribe(&sandbox, &token, bytes, &[WHISPER]).await.into_text();
        assert_eq!(
            heard.text("/text"),
            format!("This is a recording {told}. The sandbox understands only what it spoke itself.")
        );
    }
}

#[tokio::test]
async fn what_cannot_be_spoken_or_heard_is_refused_free_of_charge() {
    let (sandbox, token) = signed_in().await;
    let long = "a ".repeat(2049);
    for (body, param, message) in [
        (
            json!({ "input": null }),
            "input",
            "you must provide an input parameter",
        ),
        (json!({ "input": " " }), "input", "input cannot be empty"),
        (
            json!({ "input": long }),
            "input",
            "input must have at most 4096 characters",
        ),
        (
            json!({ "voice": null }),
            "voice",
            "you must provide a voice parameter",
        ),
        (
            json!({ "speed": 4.5 }),
            "speed",
            "speed must be between 0.25 and 4",
        ),
        (
            json!({ "stream_format": "sse" }),
            "stream_format",
            "stream_format sse is only supported by gpt-4o-mini-tts",
        ),
        (
            json!({ "response_format": "opus" }),
            "response_format",
            "the sandbox does not make opus or aac; ask for mp3, flac, wav or pcm",
        ),
        (
            json!({ "response_format": "ogg" }),
            "response_format",
            "response_format must be mp3, opus, aac, flac, wav or pcm",
        ),
    ] {
        let reply = speak(&sandbox, &token, &body).await.into_text();
        assert_eq!(
            reply.json(),
            json!({ "error": {
                "message": message, "type": "invalid_request_error", "param": param, "code": "400"
            }})
        );
    }
    let file: FormPart<'_> = ("file", Some("a.mp3"), b"x");
    for (parts, kind, param) in [
        (vec![WHISPER], "invalid_request_error", "file"),
        (vec![WHISPER, ("file", None, b"x")], "bad_request", "file"),
        (
            vec![WHISPER, ("file", Some("a"), b"")],
            "invalid_request_error",
            "file",
        ),
        (vec![file], "invalid_request_error", "model"),
        (
            vec![file, ("model", None, b"tts-1")],
            "invalid_request_error",
            "model",
        ),
        (
            vec![file, WHISPER, ("temperature", None, b"2")],
            "invalid_request_error",
            "temperature",
        ),
        (
            vec![file, WHISPER, ("response_format", None, b"diarized_json")],
            "invalid_request_error",
            "response_format",
        ),
        (
            vec![file, MINI, ("response_format", None, b"srt")],
            "invalid_request_error",
            "response_format",
        ),
        (
            vec![file, MINI, ("response_format", None, b"xml")],
            "invalid_request_error",
            "response_format",
        ),
        (
            vec![file, MINI, ("stream", None, b"yes")],
            "invalid_request_error",
            "stream",
        ),
    ] {
        let reply = post_form(&sandbox, TRANSCRIBE, &token, &parts).await.into_text();
        assert_eq!(reply.status, 400);
        assert_eq!(
            (
                reply.text("/error/type").as_str(),
                reply.text("/error/param").as_str()
            ),
            (kind, param)
        );
    }
    let reply = post_json(&sandbox, TRANSCRIBE, &token, "{}").await;
    assert_eq!(reply.status, 415);
    assert_eq!(sandbox.counts().charged_calls, 0);
}
