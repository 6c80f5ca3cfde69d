//! What the events of speech, transcriptions and images decode to, from literal JSON.

use aipass_api::{
    enums::{ImageEditEventType, ImageGenerationEventType, SpeechEventType, TranscriptionEventType},
    types::{
        ImageEditEvent, ImageGenerationEvent, SpeechEvent, Transcription, TranscriptionEvent,
        TranscriptionSegmentId, TranscriptionUsage,
    },
};

macro_rules! decode {
    ($type:ty, $json:expr) => {
        serde_json::from_str::<$type>($json).unwrap_or_else(|error| panic!("{error}: {}", $json))
    };
}

#[test]
fn speech() {
    let delta = decode!(SpeechEvent, r#"{"type":"speech.audio.delta","audio":"SUQz"}"#);
    assert_eq!(delta.type_, Some(SpeechEventType::SpeechAudioDelta));
    assert_eq!(delta.audio.as_deref(), Some("SUQz"));
    assert!(delta.usage.is_none() && delta.extra.is_empty());

    let done = decode!(
        SpeechEvent,
        r#"{"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}"#
    );
    assert_eq!(done.type_, Some(SpeechEventType::SpeechAudioDone));
    assert_eq!(done.audio, None);
    let usage = done.usage.unwrap();
    assert_eq!(
        (usage.input_tokens, usage.output_tokens, usage.total_tokens),
        (Some(14), Some(101), Some(115))
    );
}

#[test]
fn transcription() {
    let delta = decode!(
        TranscriptionEvent,
        r#"{"type":"transcript.text.delta","delta":" see","segment_id":"seg_001","logprobs":[{"token":" see","logprob":-0.25,"bytes":[32,115,101,101]}]}"#
    );
    assert_eq!(delta.type_, Some(TranscriptionEventType::TranscriptTextDelta));
    assert_eq!(delta.delta.as_deref(), Some(" see"));
    assert_eq!(
        delta.segment_id,
        Some(TranscriptionSegmentId::Text("seg_001".to_owned()))
    );
    let token = &delta.logprobs[0];
    assert_eq!(
        (token.token.as_deref(), token.logprob),
        (Some(" see"), Some(-0.25))
    );
    assert_eq!(token.bytes, [32, 115, 101, 101]);
    assert_eq!(delta.text, None);

    let segment = decode!(
        TranscriptionEvent,
        r#"{"type":"transcript.text.segment","id":"seg_002","start":5.2,"end":12.8,"text":"Hi, I need help.","speaker":"A"}"#
    );
    assert_eq!(segment.type_, Some(TranscriptionEventType::TranscriptTextSegment));
    assert_eq!(
        segment.id,
        Some(TranscriptionSegmentId::Text("seg_002".to_owned()))
    );
    assert_eq!((segment.start, segment.end), (Some(5.2), Some(12.8)));
    assert_eq!(segment.text.as_deref(), Some("Hi, I need help."));
    assert_eq!(segment.speaker.as_deref(), Some("A"));

    let done = decode!(
        TranscriptionEvent,
        r#"{"type":"transcript.text.done","text":"I see skies.","languages":[{"code":"en"}],"logprobs":[{"token":"I","logprob":-1,"bytes":[73]}],"usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":10,"audio_tokens":4},"output_tokens":31,"total_tokens":45}}"#
    );
    assert_eq!(done.type_, Some(TranscriptionEventType::TranscriptTextDone));
    assert_eq!(done.text.as_deref(), Some("I see skies."));
    assert_eq!(done.languages[0].code.as_deref(), Some("en"));
    assert_eq!(done.logprobs[0].logprob, Some(-1.0));
    let Some(TranscriptionUsage::Tokens {
        input_token_details: Some(details),
        input_tokens: Some(14),
        output_tokens: Some(31),
        total_tokens: Some(45),
        ..
    }) = done.usage
    else {
        panic!("{:?}", done.usage)
    };
    assert_eq!((details.text_tokens, details.audio_tokens), (Some(10), Some(4)));
}

#[test]
fn images_that_are_made() {
    let partial = decode!(
        ImageGenerationEvent,
        r#"{"type":"image_generation.partial_image","b64_json":"iVBO","created_at":1620000000,"size":"1024x1024","quality":"high","background":"transparent","output_format":"png","partial_image_index":0}"#
    );
    assert_eq!(
        partial.type_,
        Some(ImageGenerationEventType::ImageGenerationPartialImage)
    );
    assert_eq!(partial.b64_json.as_deref(), Some("iVBO"));
    assert_eq!(partial.created_at, Some(1_620_000_000));
    assert_eq!(partial.size.as_deref(), Some("1024x1024"));
    assert_eq!(partial.quality.as_deref(), Some("high"));
    assert_eq!(partial.background.as_deref(), Some("transparent"));
    assert_eq!(partial.output_format.as_deref(), Some("png"));
    assert_eq!(partial.partial_image_index, Some(0));
    assert_eq!(partial.usage, None);

    let completed = decode!(
        ImageGenerationEvent,
        r#"{"type":"image_generation.completed","b64_json":"iVBP","created_at":1620000001,"size":"1024x1024","quality":"high","background":"opaque","output_format":"webp","usage":{"total_tokens":100,"input_tokens":50,"output_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}}"#
    );
    assert_eq!(
        completed.type_,
        Some(ImageGenerationEventType::ImageGenerationCompleted)
    );
    assert_eq!(completed.b64_json.as_deref(), Some("iVBP"));
    assert_eq!(completed.partial_image_index, None);
    let usage = completed.usage.unwrap();
    assert_eq!(
        (usage.total_tokens, usage.input_tokens, usage.output_tokens),
        (Some(100), Some(50), Some(50))
    );
    let details = usage.input_tokens_details.unwrap();
    assert_eq!((details.text_tokens, details.image_tokens), (Some(10), Some(40)));
}

#[test]
fn images_that_are_edited() {
    let partial = decode!(
        ImageEditEvent,
        r#"{"type":"image_edit.partial_image","b64_json":"iVBO","created_at":1620000000,"size":"1024x1536","quality":"low","background":"auto","output_format":"jpeg","partial_image_index":2}"#
    );
    assert_eq!(partial.type_, Some(ImageEditEventType::ImageEditPartialImage));
    assert_eq!(partial.b64_json.as_deref(), Some("iVBO"));
    assert_eq!(partial.created_at, Some(1_620_000_000));
    assert_eq!(partial.size.as_deref(), Some("1024x1536"));
    assert_eq!(partial.quality.as_deref(), Some("low"));
    assert_eq!(partial.background.as_deref(), Some("auto"));
    assert_eq!(partial.output_format.as_deref(), Some("jpeg"));
    assert_eq!(partial.partial_image_index, Some(2));

    let completed = decode!(
        ImageEditEvent,
        r#"{"type":"image_edit.completed","b64_json":"iVBP","created_at":1620000001,"size":"auto","quality":"high","background":"opaque","output_format":"png","usage":{"total_tokens":100,"input_tokens":50,"output_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}}"#
    );
    assert_eq!(completed.type_, Some(ImageEditEventType::ImageEditCompleted));
    assert_eq!(completed.b64_json.as_deref(), Some("iVBP"));
    assert_eq!(completed.usage.unwrap().total_tokens, Some(100));
}

/// An event of a kind that came up later, whose members came up later too.
#[test]
fn unknown_events_and_members_are_kept() {
    macro_rules! kept {
        ($($event:ty: $kind:ty),*) => {$(
            let json = r#"{"type":"later.event","later":{"deep":[1,null]},"audio_url":null}"#;
            let event = decode!($event, json);
            assert_eq!(event.type_, Some(<$kind>::Unknown("later.event".to_owned())));
            assert_eq!(event.extra["later"]["deep"][0], 1);
            assert!(event.extra["audio_url"].is_null());
            // What came also goes out again, should the app store and replay it.
            let again = serde_json::to_value(&event).unwrap();
            assert_eq!(again, serde_json::from_str::<serde_json::Value>(json).unwrap());
        )*};
    }
    kept!(
        SpeechEvent: SpeechEventType,
        TranscriptionEvent: TranscriptionEventType,
        ImageGenerationEvent: ImageGenerationEventType,
        ImageEditEvent: ImageEditEventType
    );
}

#[test]
fn nothing_has_to_be_there() {
    macro_rules! nothing {
        ($event:ty: $($member:literal)*) => {
            let empty = decode!($event, "{}");
            assert_eq!(empty, <$event>::default());
            let nulls = concat!("{", $("\"", $member, "\":null,",)* "\"later\":null}");
            let nulls = decode!($event, nulls);
            // The one member that is unknown is the one that is kept.
            assert_eq!(nulls.extra.keys().collect::<Vec<_>>(), ["later"]);
            assert_eq!(<$event>::default(), { let mut nulls = nulls; nulls.extra.clear(); nulls });
        };
    }
    nothing!(SpeechEvent: "type" "audio" "usage");
    nothing!(TranscriptionEvent: "type" "delta" "segment_id" "id" "start" "end" "speaker" "text" "languages"
        "logprobs" "usage");
    nothing!(ImageGenerationEvent: "type" "b64_json" "partial_image_index" "created_at" "size" "quality"
        "output_format" "background" "usage");
    nothing!(ImageEditEvent: "type" "b64_json" "partial_image_index" "created_at" "size" "quality"
        "output_format" "background" "usage");
}

#[test]
fn odd_values_decode() {
    let odd = decode!(
        ImageGenerationEvent,
        r#"{"created_at":1.62e9,"partial_image_index":"1","usage":{"total_tokens":100.0,"input_tokens_details":null}}"#
    );
    assert_eq!(
        (odd.created_at, odd.partial_image_index),
        (Some(1_620_000_000), Some(1))
    );
    assert_eq!(odd.usage.unwrap().total_tokens, Some(100));

    let odd = decode!(
        TranscriptionEvent,
        r#"{"id":3,"segment_id":3,"start":"5.2","end":12,"logprobs":[{"token":null,"logprob":null,"bytes":null},{}],"languages":[{}],"usage":{"type":"duration","seconds":"7.5"}}"#
    );
    assert_eq!(odd.id, Some(TranscriptionSegmentId::Number(3)));
    assert_eq!(odd.segment_id, odd.id);
    assert_eq!((odd.start, odd.end), (Some(5.2), Some(12.0)));
    assert_eq!((odd.logprobs.len(), odd.languages.len()), (2, 1));
    assert!(
        matches!(
            odd.usage,
            Some(TranscriptionUsage::Duration { seconds: Some(seconds), .. }) if seconds == 7.5
        ),
        "{:?}",
        odd.usage
    );

    // Usage of a kind that is not known is kept as it came.
    let odd = decode!(
        TranscriptionEvent,
        r#"{"type":"transcript.text.done","usage":{"type":"characters","count":9}}"#
    );
    let Some(TranscriptionUsage::Unknown(usage)) = odd.usage else {
        panic!("{:?}", odd.usage)
    };
    assert_eq!(usage["count"], 9);
}

/// Whole transcriptions number their passages, or name them where they tell speakers apart.
#[test]
fn passages_have_numbers_or_names() {
    for (id, expected) in [
        ("0", TranscriptionSegmentId::Number(0)),
        (r#""seg_001""#, TranscriptionSegmentId::Text("seg_001".to_owned())),
    ] {
        let json = format!(r#"{{"text":"Hi","segments":[{{"id":{id},"text":"Hi","speaker":"A"}}]}}"#);
        let segment = &decode!(Transcription, &json).segments[0];
        assert_eq!(segment.id.as_ref(), Some(&expected));
        assert_eq!(segment.speaker.as_deref(), Some("A"));
    }
}
