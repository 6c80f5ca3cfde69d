//! Transcriptions and images as they come: what is asked for, what is given out, and every way to end.

use super::{CHUNKED, DONE, Site, data, in_time, part, stream};
use crate::support::{
    Answer, FORM_END, Sent, Server, answer, client, events, form_field, form_file, impatient,
};
use aipass::{
    ChargeRisk, Client, Error, FilePart,
    enums::{SpeechStreamFormat, VoiceName},
    types::{ImageEditForm, ImageGenerationRequest, SpeechRequest, TranscriptionForm},
};
use futures_util::{Stream, StreamExt as _};

pub(super) fn speech() -> SpeechRequest {
    SpeechRequest::builder()
        .model("tts-1")
        .input("Hello")
        .voice(VoiceName::Alloy)
        .stream_format(SpeechStreamFormat::Sse)
        .try_into()
        .unwrap()
}

/// What a stream of events gave, an item a line, and how it ended.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) items: Vec<String>,
    pub(super) end: Result<(), Error>,
}

pub(super) async fn drain<T>(
    sent: Result<impl Stream<Item = Result<T, Error>> + Unpin, Error>,
    brief: impl Fn(T) -> String,
) -> Got {
    let mut items = Vec::new();
    let mut stream = match sent {
        Ok(stream) => stream,
        Err(error) => {
            return Got {
                items,
                end: Err(error),
            };
        }
    };
    while let Some(item) = in_time(stream.next()).await {
        match item {
            Ok(item) => items.push(brief(item)),
            Err(error) => {
                assert!(
                    in_time(stream.next()).await.is_none(),
                    "an error is the last item"
                );
                return Got {
                    items,
                    end: Err(error),
                };
            }
        }
    }
    assert!(in_time(stream.next()).await.is_none());
    Got { items, end: Ok(()) }
}

/// The operations whose answers are events.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Transcription,
    Images,
    Edit,
}

const ALL: [Of; 3] = [Of::Transcription, Of::Images, Of::Edit];

impl Of {
    async fn ask(self, ai: &Client, n: Option<i32>) -> Got {
        let line = |kind: Option<&str>, said: Option<String>| {
            format!("{} {}", kind.unwrap_or("?"), said.unwrap_or_default())
        };
        match self {
            Self::Transcription => {
                let form = TranscriptionForm::builder()
                    .model("gpt-4o-transcribe")
                    .file(FilePart::new("talk.mp3", "audio/mpeg", &b"MP3"[..]));
                let sent = in_time(ai.transcribe_form(form.try_into().unwrap()).stream()).await;
                drain(sent, |event| {
                    line(
                        event.type_.as_ref().map(|kind| kind.as_str()),
                        event.delta.or(event.text),
                    )
                })
                .await
            }
            Self::Images => {
                let request = ImageGenerationRequest::builder().prompt("a cat").n(n);
                let sent = in_time(ai.image_request(request.try_into().unwrap()).stream()).await;
                drain(sent, |event| {
                    line(event.type_.as_ref().map(|kind| kind.as_str()), event.b64_json)
                })
                .await
            }
            Self::Edit => {
                let form = ImageEditForm::builder()
                    .image(vec![FilePart::new("cat.png", "image/png", &b"PNG"[..])])
                    .prompt("a hat")
                    .n(n);
                let sent = in_time(ai.edit_image_form(form.try_into().unwrap()).stream()).await;
                drain(sent, |event| {
                    line(event.type_.as_ref().map(|kind| kind.as_str()), event.b64_json)
                })
                .await
            }
        }
    }

    async fn run(self, answer: Answer) -> Got {
        let server = Server::start([answer]).await;
        self.ask(&impatient(&server.base_url), None).await
    }

    /// An event before the last one, and the item that it is.
    fn piece(self) -> (&'static str, &'static str) {
        match self {
            Self::Transcription => (
                "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hel\"}\n\n",
                "transcript.text.delta Hel",
            ),
            Self::Images => (
                "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AA==\",\"partial_image_index\":0}\n\n",
                "image_generation.partial_image AA==",
            ),
            Self::Edit => (
                "event: image_edit.partial_image\ndata: {\"type\":\"image_edit.partial_image\",\"b64_json\":\"AA==\",\"partial_image_index\":0}\n\n",
                "image_edit.partial_image AA==",
            ),
        }
    }

    fn last(self) -> (&'static str, &'static str) {
        match self {
            Self::Transcription => (
                "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\"}\n\n",
                "transcript.text.done Hello",
            ),
            Self::Images => (
                "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"AQ==\"}\n\n",
                "image_generation.completed AQ==",
            ),
            Self::Edit => (
                "event: image_edit.completed\ndata: {\"type\":\"image_edit.completed\",\"b64_json\":\"AQ==\"}\n\n",
                "image_edit.completed AQ==",
            ),
        }
    }
}

#[tokio::test]
async fn each_asks_for_a_stream() {
    let form = "multipart/form-data";
    for (of, line, media_type, body) in [
        (
            Of::Transcription,
            "POST /oauth2/v1/audio/transcriptions",
            form,
            [
                &form_field("model", "gpt-4o-transcribe"),
                &form_field("stream", "true"),
                &form_file("file", "talk.mp3", "audio/mpeg", "MP3"),
                FORM_END,
            ]
            .concat(),
        ),
        (
            Of::Images,
            "POST /oauth2/v1/images/generations",
            "application/json",
            r#"{"n":2,"prompt":"a cat","stream":true}"#.to_owned(),
        ),
        (
            Of::Edit,
            "POST /oauth2/v1/images/edits",
            form,
            [
                &form_field("n", "2"),
                &form_field("prompt", "a hat"),
                &form_field("stream", "true"),
                &form_file("image", "cat.png", "image/png", "PNG"),
                FORM_END,
            ]
            .concat(),
        ),
    ] {
        let server = Server::start([stream(&[of.last().0, DONE])]).await;
        of.ask(&client(&server.base_url), Some(2)).await.end.unwrap();
        let sent = Sent::to(&server);
        assert_eq!((&*sent.line, &*sent.content_type), (line, media_type), "{of:?}");
        assert_eq!(sent.header("authorization"), "Bearer token-1", "{of:?}");
        assert_eq!(sent.header("accept"), "text/event-stream", "{of:?}");
        assert_eq!(sent.body, body, "{of:?}");
    }

    let server = Server::start([answer("200 OK", "audio/mpeg", "ID3")]).await;
    let sound = client(&server.base_url)
        .speech_request(speech())
        .stream()
        .await
        .unwrap();
    assert_eq!(in_time(sound.bytes()).await.unwrap(), "ID3");
    let sent = Sent::to(&server);
    assert_eq!(sent.line, "POST /oauth2/v1/audio/speech");
    assert_eq!(
        (sent.header("accept"), &*sent.content_type),
        ("*/*", "application/json")
    );
    // Nothing of `stream_format`: the sound comes as it is.
    assert_eq!(sent.body, r#"{"input":"Hello","model":"tts-1","voice":"alloy"}"#);
}

/// Neither a [DONE] nor the end of the connection is waited for, by a client that would wait for minutes.
#[tokio::test]
async fn the_last_event_is_the_end() {
    for of in ALL {
        let (piece, last) = (of.piece(), of.last());
        let late = [
            piece.0,
            ": hello\n\n",
            "event: ping\ndata: {}\n\n",
            last.0,
            piece.0,
        ]
        .concat();
        for answer in [
            Answer::Hang(events(&[piece.0, last.0].concat())),
            Answer::Hang(events(&late)),
            stream(&[piece.0, last.0]),
            stream(&[piece.0, last.0, DONE]),
        ] {
            let server = Server::start([answer]).await;
            let got = of.ask(&client(&server.base_url), None).await;
            assert_eq!(got.items, [piece.1, last.1], "{of:?}");
            got.end.unwrap();
        }
    }
}

#[tokio::test]
async fn a_done_ends_what_has_begun() {
    for of in ALL {
        let got = of.run(Answer::Hang(events(DONE))).await;
        assert!(got.end.unwrap_err().is_incomplete(), "{of:?}: nothing came");
        // A sketch is no image; words are words.
        let got = of.run(Answer::Hang(events(&[of.piece().0, DONE].concat()))).await;
        assert_eq!(got.items, [of.piece().1]);
        match of {
            Of::Transcription => got.end.unwrap(),
            _ => assert!(got.end.unwrap_err().is_incomplete(), "{of:?}"),
        }
    }
    let segment = data(&[r#"{"type":"transcript.text.segment","id":"s","text":"Hi","speaker":"A"}"#]);
    let got = Of::Transcription.run(stream(&[&segment, "data: [DONE]"])).await;
    assert_eq!(got.items, ["transcript.text.segment Hi"]);
    got.end.unwrap();
}

#[tokio::test]
async fn a_cut_is_no_end() {
    for of in ALL {
        let (piece, last) = (of.piece(), of.last());
        for rest in ["", "data: [DONE", "data: {\"type\":", &last.0[..last.0.len() - 1]] {
            let got = of.run(stream(&[piece.0, rest])).await;
            let error = got.end.expect_err(rest);
            assert!(error.is_incomplete(), "{of:?} {rest}: {error:?}");
            assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{of:?} {rest}");
            assert_eq!(got.items, [piece.1], "{of:?} {rest}");
            assert!(error.partial().is_none(), "{of:?}: that is a chat's");
        }
        let error = of.run(stream(&[""])).await.end.unwrap_err();
        assert!(error.is_incomplete(), "{of:?}: {error:?}");

        // The connection breaks: in order, within the chunking, or with a reset.
        for end in [&b""[..], b"zz\r\n", b"ff\r\nhalf"] {
            let bytes = [CHUNKED, &part(piece.0.as_bytes()), end].concat();
            let error = of.run(Answer::Bytes(bytes)).await.end.unwrap_err();
            assert!(error.is_incomplete(), "{of:?} {end:?}: {error:?}");
            let whole = [CHUNKED, &part([piece.0, last.0].concat().as_bytes()), end].concat();
            of.run(Answer::Bytes(whole)).await.end.unwrap();
        }
        let site = Site::start(move |mut peer| async move {
            peer.request().await?;
            peer.send(&[CHUNKED, &part(piece.0.as_bytes())].concat()).await?;
            // Time for the client to read what was sent: a reset takes it away.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            peer.reset()
        })
        .await;
        let got = of.ask(&site.client(), None).await;
        assert!(got.end.unwrap_err().is_incomplete(), "{of:?}");
        assert_eq!(site.connections(), 1, "{of:?}: it may have been paid");
    }
}

#[tokio::test]
async fn silence_is_told() {
    for of in ALL {
        for began in ["", of.piece().0] {
            let got = of.run(Answer::Hang(events(began))).await;
            let error = got.end.unwrap_err();
            assert!(error.is_timeout(), "{of:?} {began}: {error:?}");
            assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{of:?} {began}");
            assert_eq!(got.items.len(), usize::from(!began.is_empty()), "{of:?}");
        }
    }
}

#[tokio::test]
async fn an_error_inside_is_the_end() {
    type Is = fn(&Error) -> bool;
    let rows: [(&str, Is); 5] = [
        (
            "data: {\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}\n\n",
            Error::is_budget_exceeded,
        ),
        (
            "data: {\"error\":{\"message\":\"m\",\"code\":429}}\n\n",
            Error::is_rate_limited,
        ),
        ("event: error\ndata: {\"message\":\"m\"}\n\n", Error::is_server),
        (
            "data: {\"type\":\"error\",\"error\":{\"message\":\"m\"}}\n\n",
            Error::is_server,
        ),
        ("error: m\n\n", Error::is_server),
    ];
    for of in ALL {
        for (event, is) in rows {
            for (began, items) in [("", vec![]), (of.piece().0, vec![of.piece().1])] {
                let body = [began, event, of.last().0, DONE].concat();
                let got = of.run(Answer::Hang(events(&body))).await;
                let error = got.end.expect_err(event);
                assert!(is(&error), "{of:?} {event}: {error:?}");
                assert_eq!(error.server_message(), Some("m"), "{of:?} {event}");
                assert_eq!(got.items, items, "{of:?} {event}");
            }
        }
    }
    // Words that came were paid for.
    let (piece, event) = (Of::Transcription.piece().0, rows[0].0);
    let error = Of::Transcription
        .run(stream(&[piece, event]))
        .await
        .end
        .unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    let error = Of::Transcription.run(stream(&[event])).await.end.unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
}

#[tokio::test]
async fn what_cannot_be_read_ends_it_and_is_not_quoted() {
    for of in ALL {
        for bad in [
            "secret",
            "{\"type\":\"secret\"",
            "\"secret\"",
            "{\"type\":{\"secret\":1}}",
            "[done]",
        ] {
            let body = [of.piece().0, &data(&[bad]), of.last().0, DONE].concat();
            let got = of.run(Answer::Hang(events(&body))).await;
            let error = got.end.expect_err(bad);
            assert!(error.is_decode(), "{of:?} {bad}: {error:?}");
            assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{of:?} {bad}");
            assert_eq!(got.items, [of.piece().1], "{of:?} {bad}");
            assert!(
                !format!("{error} {error:?} {}", error.help()).contains("secret"),
                "{of:?}"
            );
        }
    }
}

#[tokio::test]
async fn events_of_a_later_kind_pass() {
    let later = data(&[
        r#"{"type":"later.kind","b64_json":"x","delta":"x","later":1}"#,
        "{}",
    ]);
    for of in ALL {
        let got = of.run(stream(&[&later, of.last().0])).await;
        let expected = ["later.kind x", "? ", of.last().1];
        assert_eq!(got.items, expected, "{of:?}");
        got.end.unwrap();
        // They end nothing, and begin nothing.
        let error = of.run(stream(&[&later])).await.end.unwrap_err();
        assert!(error.is_incomplete(), "{of:?}: {error:?}");
        let error = of.run(stream(&[&later, DONE])).await.end.unwrap_err();
        assert!(error.is_incomplete(), "{of:?}: {error:?}");
    }
}

#[tokio::test]
async fn json_in_the_place_of_events() {
    let list = r#"{"created":5,"data":[{"b64_json":"AQ=="},{"b64_json":"Ag=="}],"usage":{"total_tokens":9}}"#;
    for media_type in ["application/json", "text/event-stream", ""] {
        let run = |of: Of, body: &str| of.run(answer("200 OK", media_type, body));

        let got = run(Of::Transcription, r#"{"text":"Hello","language":"en"}"#).await;
        assert_eq!(got.items, ["transcript.text.done Hello"], "{media_type}");
        got.end.unwrap();
        let got = run(Of::Images, list).await;
        let kind = "image_generation.completed";
        assert_eq!(
            got.items,
            [format!("{kind} AQ=="), format!("{kind} Ag==")],
            "{media_type}"
        );
        got.end.unwrap();
        let got = run(Of::Edit, list).await;
        let kind = "image_edit.completed";
        assert_eq!(
            got.items,
            [format!("{kind} AQ=="), format!("{kind} Ag==")],
            "{media_type}"
        );
        got.end.unwrap();

        for of in ALL {
            let budget = r#"{"error":{"message":"m","type":"budget_exceeded"}}"#;
            let error = run(of, budget).await.end.unwrap_err();
            assert!(error.is_budget_exceeded(), "{of:?} {media_type}: {error:?}");
            assert_eq!(error.charge_risk(), ChargeRisk::Refused, "{of:?} {media_type}");
            for bad in [
                "{}",
                "[]",
                r#"{"data":[]}"#,
                r#"{"data":null,"text":null}"#,
                "{\"text\":\"sec",
            ] {
                let got = run(of, bad).await;
                let error = got.end.expect_err(bad);
                assert!(error.is_decode(), "{of:?} {media_type} {bad}: {error:?}");
                assert!(got.items.is_empty(), "{of:?} {media_type} {bad}");
            }
        }
    }
}

/// What only an answer without a stream has, is kept; the usage of all is told with each.
#[tokio::test]
async fn an_image_of_a_list_keeps_its_members() {
    let list = r#"{"data":[{"url":"u","revised_prompt":"p"}],"usage":{"total_tokens":9}}"#;
    let server = Server::start([answer("200 OK", "application/json", list)]).await;
    let request = ImageGenerationRequest::builder().prompt("a cat");
    let sent = client(&server.base_url)
        .image_request(request.try_into().unwrap())
        .stream()
        .await;
    let event = in_time(sent.unwrap().next()).await.unwrap().unwrap();
    assert_eq!(
        (&event.extra["url"], &event.extra["revised_prompt"]),
        (&"u".into(), &"p".into())
    );
    assert_eq!(event.usage.unwrap().total_tokens, Some(9));
}

#[tokio::test]
async fn a_page_is_no_stream() {
    let page = "<!doctype html><title>Sign in</title>";
    for of in ALL {
        for media_type in ["text/html", "text/event-stream"] {
            let got = of.run(answer("200 OK", media_type, page)).await;
            let error = got.end.unwrap_err();
            assert!(
                error.is_decode() || error.is_incomplete(),
                "{of:?} {media_type}: {error:?}"
            );
            assert!(got.items.is_empty(), "{of:?} {media_type}");
        }
        let error = of.run(answer("200 OK", "text/html", page)).await.end.unwrap_err();
        assert!(error.is_decode(), "{of:?}: {error:?}");
        assert_eq!(error.server_message(), Some("Sign in"), "{of:?}");
    }
}

#[tokio::test]
async fn as_many_images_are_waited_for_as_are_asked_for() {
    for of in [Of::Images, Of::Edit] {
        let (piece, last) = (of.piece(), of.last());
        let run = async |answer, n| {
            let server = Server::start([answer]).await;
            of.ask(&impatient(&server.base_url), n).await
        };
        let one = run(stream(&[piece.0, last.0]), Some(2)).await;
        let error = one.end.unwrap_err();
        assert!(error.is_incomplete(), "{of:?}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{of:?}");
        assert_eq!(one.items, [piece.1, last.1], "{of:?}");
        let silent = run(Answer::Hang(events(last.0)), Some(2)).await;
        assert!(silent.end.unwrap_err().is_timeout(), "{of:?}");

        let two = Answer::Hang(events(&[last.0, piece.0, last.0, piece.0].concat()));
        let two = run(two, Some(2)).await;
        assert_eq!(two.items, [last.1, piece.1, last.1], "{of:?}");
        two.end.unwrap();
        // The server says itself that there are no more.
        assert_eq!(
            run(stream(&[last.0, DONE]), Some(2)).await.items,
            [last.1],
            "{of:?}"
        );
        for n in [None, Some(1)] {
            let one = run(Answer::Hang(events(last.0)), n).await;
            assert_eq!(one.items, [last.1], "{of:?} {n:?}");
            one.end.unwrap();
        }
    }
}

#[tokio::test]
async fn dropping_a_stream_of_events_closes_its_socket() {
    let (piece, _) = Of::Transcription.piece();
    let server = Server::start([Answer::Hang(events(piece))]).await;
    let form = TranscriptionForm::builder()
        .model("m")
        .file(FilePart::new("a", "audio/mpeg", &b"x"[..]));
    let mut stream = client(&server.base_url)
        .transcribe_form(form.try_into().unwrap())
        .stream()
        .await
        .unwrap();
    in_time(stream.next()).await.unwrap().unwrap();
    assert_eq!(stream.meta().attempts(), 1);
    let shown = format!("{stream:?}");
    assert!(!shown.contains("Hel") && !shown.contains("token-1"), "{shown}");
    drop(stream);
    server.closed(1).await;
}

#[tokio::test]
async fn a_stream_of_events_is_whole_after_its_end_alone() {
    let ask = async |answer| {
        let server = Server::start([answer]).await;
        let request = ImageGenerationRequest::builder().prompt("a cat");
        let sent = impatient(&server.base_url)
            .image_request(request.try_into().unwrap())
            .stream()
            .await;
        let mut stream = sent.unwrap();
        let mut whole = vec![stream.is_whole()];
        while let Some(event) = in_time(stream.next()).await {
            whole.push(event.is_ok() && stream.is_whole());
        }
        (whole, stream.is_whole())
    };
    let (piece, last) = (Of::Images.piece().0, Of::Images.last().0);
    let whole = ask(stream(&[piece, last])).await;
    assert_eq!(whole, (vec![false, false, true], true));
    let list = r#"{"data":[{"b64_json":"AQ=="},{"b64_json":"Ag=="}]}"#;
    let whole = ask(answer("200 OK", "application/json", list)).await;
    assert_eq!(whole, (vec![false, false, true], true));
    for cut in [
        stream(&[piece]),
        stream(&[piece, DONE]),
        stream(&[piece, "data: x\n\n"]),
    ] {
        assert_eq!(ask(cut).await, (vec![false, false, false], false));
    }
}

/// A sketch is work: whatever ends the call after it, nobody can say that nothing was done.
#[tokio::test]
async fn an_error_after_a_sketch_may_have_been_charged() {
    for of in [Of::Images, Of::Edit] {
        for event in [
            "data: {\"error\":{\"message\":\"m\",\"type\":\"budget_exceeded\"}}\n\n",
            "data: {\"error\":{\"message\":\"m\",\"code\":429}}\n\n",
            "data: {\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\"}}\n\n",
        ] {
            let got = of.run(stream(&[of.piece().0, event])).await;
            let error = got.end.unwrap_err();
            assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{of:?} {event}");
        }
    }
}

/// A list of what is no image holds no image: it is not told as one that is completed.
#[tokio::test]
async fn what_is_no_image_is_not_told_as_one() {
    for of in [Of::Images, Of::Edit] {
        for list in [r#"{"data":["x"]}"#, r#"{"data":[null]}"#, r#"{"data":[7]}"#] {
            let got = of.run(answer("200 OK", "application/json", list)).await;
            assert!(got.items.is_empty(), "{of:?} {list}: {:?}", got.items);
            assert!(got.end.unwrap_err().is_decode(), "{of:?} {list}");
        }
    }
}
