//! Sound as it comes: whole, or an error.

use super::{
    LAST, in_time,
    media::{Got, drain, speech},
    part,
};
use crate::support::{Answer, Server, answer, client, impatient};
use aipass::{ChargeRisk, Error, RequestOptions};

async fn sound(answer: Answer) -> Got {
    let server = Server::start([answer]).await;
    let sent = in_time(impatient(&server.base_url).speech_request(speech()).stream()).await;
    let mut got = drain(sent, |piece| String::from_utf8(piece.to_vec()).unwrap()).await;
    got.items = vec![got.items.concat()];

    // The whole at once ends in the same way.
    let all = match in_time(impatient(&server.base_url).speech_request(speech()).stream()).await {
        Ok(sound) => in_time(sound.bytes()).await,
        Err(error) => Err(error),
    };
    match (&got.end, all) {
        (Ok(()), Ok(all)) => assert_eq!(all, got.items[0]),
        (Err(one), Err(other)) => assert_eq!(
            (one.to_string(), one.charge_risk()),
            (other.to_string(), other.charge_risk())
        ),
        (end, all) => panic!("{end:?} and {all:?}"),
    }
    got
}

const SOUND: &str = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n";

#[tokio::test]
async fn a_sound_comes_whole() {
    let chunked = format!("{SOUND}transfer-encoding: chunked\r\n\r\n");
    for bytes in [
        format!("{SOUND}content-length: 6\r\n\r\nID3abc").into_bytes(),
        format!("{SOUND}connection: close\r\n\r\nID3abc").into_bytes(),
        [chunked.as_bytes(), &part(b"ID3"), &part(b"abc"), LAST].concat(),
    ] {
        let got = sound(Answer::Bytes(bytes)).await;
        assert_eq!(got.items, ["ID3abc"]);
        got.end.unwrap();
    }
    // Nobody waits for a connection that stays open.
    let bytes = format!("{SOUND}content-length: 6\r\n\r\nID3abc").into_bytes();
    sound(Answer::Hang(bytes)).await.end.unwrap();
}

#[tokio::test]
async fn a_sound_that_breaks_off_is_no_short_one() {
    type Is = fn(&Error) -> bool;
    let chunked = format!("{SOUND}transfer-encoding: chunked\r\n\r\n");
    let short = format!("{SOUND}content-length: 7\r\n\r\nID3abc").into_bytes();
    let parts = [chunked.as_bytes(), &part(b"ID3abc")].concat();
    let rows: [(&str, Answer, Is); 5] = [
        (
            "the length is not reached",
            Answer::Bytes(short.clone()),
            Error::is_incomplete,
        ),
        ("no last part", Answer::Bytes(parts.clone()), Error::is_incomplete),
        (
            "no part",
            Answer::Bytes([&parts[..], b"zz\r\n"].concat()),
            Error::is_incomplete,
        ),
        ("silence in a length", Answer::Hang(short), Error::is_timeout),
        ("silence between parts", Answer::Hang(parts), Error::is_timeout),
    ];
    for (why, answer, is) in rows {
        let got = sound(answer).await;
        let error = got.end.expect_err(why);
        assert!(is(&error), "{why}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Completed, "{why}");
        // What came, unless the break came with it.
        assert!("ID3abc".starts_with(&got.items[0]), "{why}");
    }
    let silent = sound(Answer::Hang(chunked.into_bytes())).await;
    assert!(silent.end.unwrap_err().is_timeout());
}

/// Who has overlooked the error must not get the half as a whole.
#[tokio::test]
async fn the_rest_of_a_broken_sound_is_no_sound() {
    let short = format!("{SOUND}content-length: 7\r\n\r\nID3abc").into_bytes();
    let server = Server::start([Answer::Hang(short)]).await;
    let mut sound = in_time(impatient(&server.base_url).speech_request(speech()).stream())
        .await
        .unwrap();
    assert_eq!(in_time(sound.next()).await.unwrap().unwrap(), "ID3abc");
    assert!(in_time(sound.next()).await.unwrap().unwrap_err().is_timeout());
    // Its connection is of no use to anybody any more.
    server.closed(1).await;
    assert!(in_time(sound.next()).await.is_none());
    assert!(!sound.is_whole());
    assert!(in_time(sound.bytes()).await.unwrap_err().is_incomplete());
}

#[tokio::test]
async fn a_sound_is_whole_after_its_end_alone() {
    let server = Server::start([answer("200 OK", "audio/mpeg", "ID3abc")]).await;
    let mut sound = in_time(client(&server.base_url).speech_request(speech()).stream())
        .await
        .unwrap();
    let mut length = 0;
    while let Some(piece) = in_time(sound.next()).await {
        length += piece.unwrap().len();
        assert!(!sound.is_whole(), "more may follow");
    }
    assert_eq!((length, sound.is_whole()), (6, true));
}

#[tokio::test]
async fn json_or_a_page_is_no_sound() {
    let budget = r#"{"error":{"message":"m","type":"budget_exceeded"}}"#;
    let error = sound(answer("200 OK", "application/json", budget))
        .await
        .end
        .unwrap_err();
    assert!(error.is_budget_exceeded(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
    for (media_type, body) in [
        ("application/json", r#"{"audio":"SUQz"}"#),
        ("text/html", "<!doctype html><title>Sign in</title>"),
    ] {
        let error = sound(answer("200 OK", media_type, body)).await.end.unwrap_err();
        assert!(error.is_decode(), "{media_type}: {error:?}");
    }
}

#[tokio::test]
async fn a_sound_is_taken_whole_up_to_a_limit() {
    let server = Server::start([answer("200 OK", "audio/mpeg", "ID3abc")]).await;
    let of = |bytes| client(&server.base_url).with_options(RequestOptions::new().max_body(bytes));
    let whole = of(6).speech_request(speech()).stream().await.unwrap();
    assert_eq!(in_time(whole.bytes()).await.unwrap(), "ID3abc");
    let large = of(5).speech_request(speech()).stream().await.unwrap();
    let error = in_time(large.bytes()).await.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert!(error.charge_risk().may_have_been_charged());
    // Piece by piece there is none.
    let got = drain(of(5).speech_request(speech()).stream().await, |piece| {
        format!("{piece:?}")
    })
    .await;
    got.end.unwrap();
}

#[tokio::test]
async fn dropping_a_sound_closes_its_socket() {
    let open = format!("{SOUND}content-length: 7\r\n\r\nID3abc").into_bytes();
    let server = Server::start([Answer::Hang(open)]).await;
    let ai = client(&server.base_url);
    drop(in_time(ai.speech_request(speech()).stream()).await.unwrap());
    server.closed(1).await;
    let mut sound = in_time(ai.speech_request(speech()).stream()).await.unwrap();
    in_time(sound.next()).await.unwrap().unwrap();
    let shown = format!("{sound:?}");
    assert!(!shown.contains("ID3") && !shown.contains("token-1"), "{shown}");
    drop(sound);
    server.closed(2).await;
}

#[tokio::test]
async fn an_empty_sound_is_no_sound() {
    for end in [
        "content-length: 0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        let server = Server::start([Answer::Bytes(format!("{SOUND}{end}").into_bytes())]).await;
        let sound = impatient(&server.base_url)
            .speech_request(speech())
            .stream()
            .await
            .unwrap();
        let error = sound.bytes().await.unwrap_err();
        assert!(error.is_decode(), "{end}: {error:?}");
        assert_eq!(error.charge_risk(), ChargeRisk::Unknown, "{end}");
    }
}
