//! What comes where events were asked for, and is none: a text that is the answer, or nothing of an answer.

use super::{
    DONE, in_time,
    media::{Got, drain},
    part, run,
};
use crate::support::{Answer, Server, answer, client, impatient};
use aipass::{
    ChargeRisk, Client, Error, FilePart, RequestOptions,
    enums::TranscriptionFormat,
    types::{ImageGenerationRequest, TranscriptionForm},
};

async fn transcribe_with(ai: &Client, format: Option<TranscriptionFormat>) -> Got {
    let form = TranscriptionForm::builder()
        .model("whisper-1")
        .file(FilePart::new("talk.mp3", "audio/mpeg", &b"MP3"[..]))
        .response_format(format);
    let sent = in_time(ai.transcribe_form(form.try_into().unwrap()).stream()).await;
    drain(sent, |event| {
        let kind = event.type_.as_ref().map_or("?", |kind| kind.as_str()).to_owned();
        format!("{kind}|{}", event.delta.or(event.text).unwrap_or_default())
    })
    .await
}

async fn transcribe(answer: Answer, format: Option<TranscriptionFormat>) -> Got {
    let server = Server::start([answer]).await;
    transcribe_with(&impatient(&server.base_url), format).await
}

const SRT: &str = "1\n00:00:00,000 --> 00:00:02,000\nHello\n\n2\n00:00:02,000 --> 00:00:03,000\ndata: x\n\n";
const VTT: &str = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n\n";

#[tokio::test]
async fn a_transcription_in_plain_text_is_the_answer() {
    for (format, media_type, text) in [
        (TranscriptionFormat::Srt, "text/plain", SRT),
        (TranscriptionFormat::Srt, "application/x-subrip", SRT),
        (TranscriptionFormat::Vtt, "text/plain; charset=utf-8", VTT),
        (TranscriptionFormat::Vtt, "TEXT/VTT", VTT),
        (TranscriptionFormat::Text, "text/plain", " Hello\n"),
        (TranscriptionFormat::Text, "text/plain", "[Music] Hello"),
        (TranscriptionFormat::Text, "text/plain", "<b>"),
        (TranscriptionFormat::Text, "text/plain", "da"),
        (TranscriptionFormat::Text, "text/plain", "\n"),
        (TranscriptionFormat::Text, "text/plain", ""),
    ] {
        let got = transcribe(answer("200 OK", media_type, text), Some(format)).await;
        got.end.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(
            got.items,
            [format!("transcript.text.done|{text}")],
            "{media_type}"
        );
    }

    // A server that cannot stream, asked for nothing in particular.
    let got = transcribe(answer("200 OK", "text/plain", "\u{feff}Hello"), None).await;
    assert_eq!(got.items, ["transcript.text.done|Hello"]);
    got.end.unwrap();
    // In pieces of a byte.
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut bytes = head.to_vec();
    bytes.extend(VTT.bytes().flat_map(|byte| part(&[byte])));
    let whole = [&bytes[..], b"0\r\n\r\n"].concat();
    let got = transcribe(Answer::Bytes(whole), None).await;
    assert_eq!(got.items, [format!("transcript.text.done|{VTT}")]);
    got.end.unwrap();

    // Half of one is none.
    let got = transcribe(Answer::Bytes(bytes.clone()), None).await;
    assert!(got.items.is_empty());
    let error = got.end.unwrap_err();
    assert!(error.is_incomplete(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    let got = transcribe(Answer::Hang(bytes), None).await;
    assert!(got.end.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_text_is_taken_up_to_the_limit_of_an_answer() {
    let server = Server::start([answer("200 OK", "text/plain", "Hello")]).await;
    let ai = |bytes| client(&server.base_url).with_options(RequestOptions::new().max_body(bytes));
    let got = transcribe_with(&ai(5), None).await;
    assert_eq!(got.items, ["transcript.text.done|Hello"]);
    assert!(transcribe_with(&ai(4), None).await.end.is_err());
}

/// Some servers call everything text.
#[tokio::test]
async fn events_and_json_that_are_called_text_are_what_they_are() {
    let delta = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hel\"}\n\n";
    let last = "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\"}\n\n";
    for begin in ["", "\u{feff}", ": hello\n\n", "event: x\n", "\r\n"] {
        let body = [begin, delta, last, DONE].concat();
        let got = transcribe(answer("200 OK", "text/plain", &body), None).await;
        assert_eq!(
            got.items,
            ["transcript.text.delta|Hel", "transcript.text.done|Hello"],
            "{begin:?}"
        );
        got.end.unwrap();
    }
    let json = " {\"text\":\"Hello\"}";
    let got = transcribe(answer("200 OK", "text/plain", json), None).await;
    assert_eq!(got.items, ["transcript.text.done|Hello"]);
    for error in [
        r#"{"error":{"message":"m","type":"budget_exceeded"}}"#,
        r#"[{"error":{"message":"m","type":"budget_exceeded"}}]"#,
    ] {
        let got = transcribe(answer("200 OK", "text/plain", error), None).await;
        let error = got.end.unwrap_err();
        assert!(error.is_budget_exceeded(), "{error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Refused);
    }
}

const PAGE: &str = "<!doctype html>\n<title>Sign in</title>";

fn is_no_answer(why: &str, error: &Error) {
    assert!(error.is_decode(), "{why}: {error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown, "{why}");
    assert_eq!(
        error.to_string(),
        "the answer is not what the call promises (HTTP 200)",
        "{why}"
    );
    assert!(!format!("{error:?} {}", error.help()).contains("secret"), "{why}");
}

/// The server did something else, and nothing says that the work was done.
#[tokio::test]
async fn what_holds_nothing_of_an_answer_is_no_half_of_one() {
    for media_type in ["application/json", "text/event-stream", ""] {
        for body in [
            "null",
            "{}",
            "[]",
            "\"secret\"",
            r#"{"status":"secret"}"#,
            r#"{"choices":[],"data":[],"text":null}"#,
            r#"{"choices":null,"data":7,"text":7}"#,
        ] {
            let why = format!("{media_type} {body}");
            let error = run(answer("200 OK", media_type, body)).await.end.unwrap_err();
            is_no_answer(&why, &error);
            assert_eq!(error.raw_body(), body, "{why}");
            let error = transcribe(answer("200 OK", media_type, body), None).await.end;
            is_no_answer(&why, &error.unwrap_err());
            let error = draw(answer("200 OK", media_type, body)).await.end;
            is_no_answer(&why, &error.unwrap_err());
        }
        // What breaks off was an answer.
        for body in [
            "{",
            r#"{"choices":[{"message":"#,
            r#"{"data":[{"b64_json":"#,
            r#"{"text":"sec"#,
        ] {
            let why = format!("{media_type} {body}");
            for error in [
                run(answer("200 OK", media_type, body)).await.end.unwrap_err(),
                transcribe(answer("200 OK", media_type, body), None)
                    .await
                    .end
                    .unwrap_err(),
                draw(answer("200 OK", media_type, body)).await.end.unwrap_err(),
            ] {
                assert!(error.is_decode(), "{why}: {error:?}");
                assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{why}");
                assert_eq!(error.to_string(), "the answer cannot be read (HTTP 200)", "{why}");
            }
        }
    }
    // Nobody has said anything, or nobody has answered.
    let error = transcribe(answer("200 OK", "text/plain", " \n"), None).await.end;
    is_no_answer("blanks", &error.unwrap_err());
}

async fn draw(answer: Answer) -> Got {
    let server = Server::start([answer]).await;
    let request = ImageGenerationRequest::builder().prompt("a cat");
    let sent = in_time(
        impatient(&server.base_url)
            .image_request(request.try_into().unwrap())
            .stream(),
    )
    .await;
    drain(sent, |event| event.b64_json.unwrap_or_default()).await
}

#[tokio::test]
async fn a_page_is_no_half_of_an_answer() {
    for media_type in ["text/html", "text/event-stream", ""] {
        let error = run(answer("200 OK", media_type, PAGE)).await.end.unwrap_err();
        is_no_answer(media_type, &error);
        assert_eq!(error.server_message(), Some("Sign in"), "{media_type}");
        for got in [
            transcribe(answer("200 OK", media_type, PAGE), None).await,
            draw(answer("200 OK", media_type, PAGE)).await,
        ] {
            assert!(got.items.is_empty(), "{media_type}");
            is_no_answer(media_type, &got.end.unwrap_err());
        }
    }
    let got = transcribe(answer("200 OK", "text/plain", PAGE), None).await;
    is_no_answer("a page that is called text", &got.end.unwrap_err());
    // Nobody waits for its end.
    let page = [
        &b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"[..],
        PAGE.as_bytes(),
    ]
    .concat();
    let error = run(Answer::Hang(page)).await.end.unwrap_err();
    is_no_answer("open", &error);

    let words = "Please sign in.";
    let error = run(answer("200 OK", "text/html", words)).await.end.unwrap_err();
    is_no_answer("words that are called a page", &error);
    // Events are events, whatever they are called.
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\ndata: [DONE]\n\n";
    let outcome = run(answer("200 OK", "text/html", body)).await;
    assert_eq!(outcome.end.unwrap().text(), "Hello");
}

/// Some writers begin every text with a BOM.
#[tokio::test]
async fn a_bom_before_json_is_no_part_of_it() {
    let bom = "\u{feff}";
    let whole = format!(r#"{bom}{{"choices":[{{"message":{{"content":"Hello"}}}}],"text":"Hello"}}"#);
    let budget = format!(r#"{bom}{{"error":{{"message":"m","type":"budget_exceeded"}}}}"#);
    let empty = format!("{bom}{{}}");
    for media_type in ["application/json", "text/event-stream", "text/plain", ""] {
        let outcome = run(answer("200 OK", media_type, &whole)).await;
        assert_eq!(outcome.end.expect(media_type).text(), "Hello");
        let error = run(answer("200 OK", media_type, &budget)).await.end.unwrap_err();
        assert!(error.is_budget_exceeded(), "{media_type}: {error:?}");
        let error = run(answer("200 OK", media_type, &empty)).await.end.unwrap_err();
        is_no_answer(media_type, &error);
        let got = transcribe(answer("200 OK", media_type, &whole), None).await;
        assert_eq!(got.items, ["transcript.text.done|Hello"], "{media_type}");
        got.end.unwrap();

        // Also in pieces of a byte, the first of which say nothing.
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(whole.bytes().flat_map(|byte| part(&[byte])));
        bytes.extend_from_slice(b"0\r\n\r\n");
        let outcome = run(Answer::Bytes(bytes.clone())).await;
        assert_eq!(outcome.end.expect(media_type).text(), "Hello");
        let got = transcribe(Answer::Bytes(bytes), None).await;
        got.end.expect(media_type);
        let page = format!("{bom}{PAGE}");
        is_no_answer(
            media_type,
            &run(answer("200 OK", media_type, &page)).await.end.unwrap_err(),
        );
    }
}
