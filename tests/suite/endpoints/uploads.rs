//! Files from memory, from disk and from readers: the same bytes arrive, again where they can be sent again, and never a
//! mixture.

use super::{PIXEL_BASE64, json_server};
use crate::{
    policy::server::{Act, Script, json},
    support::{Server, answer, client},
};
use aipass::{AccountKey, ChargeRisk, Client, FilePart, MemoryStore, Progress, StoredTokens, TokenStore};
use std::{
    io::Write as _,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};
use tokio::io::AsyncReadExt as _;

fn drawn() -> String {
    format!(r#"{{"data":[{{"b64_json":"{PIXEL_BASE64}"}}]}}"#)
}

/// A megabyte in which every place is different from its neighbours.
fn content() -> Vec<u8> {
    (0..1_000_000_u32).map(|at| b'a' + (at % 23) as u8).collect()
}

fn file(content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new()
        .prefix("talk")
        .suffix(".png")
        .tempfile()
        .unwrap();
    file.write_all(content).unwrap();
    file
}

/// The bytes of the one file in a request.
fn sent(request: &str) -> &str {
    let (_, rest) = request.split_once("filename=").unwrap();
    let (_, rest) = rest.split_once("\r\n\r\n").unwrap();
    rest.split_once("\r\n--aipass-").unwrap().0
}

#[tokio::test]
async fn the_same_bytes_arrive_from_everywhere() {
    let content = content();
    let on_disk = file(&content);
    let parts = [
        (FilePart::new("talk.png", "image/png", content.clone()), true),
        (FilePart::open(on_disk.path()).await.unwrap(), true),
        (
            FilePart::from_reader("talk.png", "image/png", std::io::Cursor::new(content.clone())),
            false,
        ),
        (
            FilePart::from_reader("talk.png", "image/png", std::io::Cursor::new(content.clone()))
                .with_length(1_000_000),
            true,
        ),
    ];
    for (part, length_is_known) in parts {
        assert_eq!(part.content_type, "image/png");
        let server = httpmock::MockServer::start_async().await;
        let expected = String::from_utf8(content.clone()).unwrap();
        let mock = server
            .mock_async(|when, then| {
                let when = when
                    .path("/oauth2/v1/images/edits")
                    .body_includes(format!("\r\n\r\n{expected}\r\n--aipass-"));
                if length_is_known {
                    when.header_exists("content-length");
                } else {
                    when.header_missing("content-length");
                }
                then.status(200)
                    .header("content-type", "application/json")
                    .body(drawn());
            })
            .await;
        let images = client(&server.base_url())
            .edit_image("m", "A hat")
            .image(part)
            .send()
            .await
            .unwrap();
        assert_eq!(images.len(), 1);
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn after_a_401_a_file_is_read_again_and_a_reader_is_not() {
    let content = content();
    let on_disk = file(&content);
    let script = || {
        let refusal = json("401 Unauthorized", r#"{"error":{"message":"expired"}}"#);
        let answer = json("200 OK", &drawn());
        Script::acts([Act::Keep(refusal), Act::Keep(answer)])
    };
    for part in [
        FilePart::new("a.png", "image/png", content.clone()),
        FilePart::open(on_disk.path()).await.unwrap(),
    ] {
        let script = script().await;
        let probe = script.probe().await;
        probe
            .ai
            .edit_image("m", "A hat")
            .image(part)
            .send()
            .await
            .unwrap();
        let calls = script.calls();
        assert_eq!((calls.len(), script.renewals()), (2, 1));
        assert!(calls[1].contains("authorization: Bearer access-1"));
        for call in calls {
            assert_eq!(sent(&call).as_bytes(), content);
        }
    }
    let script = script().await;
    let probe = script.probe().await;
    let reader = FilePart::from_reader("a.png", "image/png", &b"abc"[..]).with_length(3);
    let error = probe
        .ai
        .edit_image("m", "A hat")
        .image(reader)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_login_required(), "{error}");
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
    // Not for this call, which is over, but for the next one.
    assert_eq!((script.calls().len(), script.renewals()), (1, 1));
}

#[tokio::test]
async fn a_reader_that_was_sent_is_not_sent_again() {
    let server = json_server(&drawn()).await;
    let part = FilePart::from_reader("a.png", "image/png", &b"abc"[..]).with_length(3);
    let ai = client(&server.base_url);
    ai.edit_image("m", "A hat")
        .image(part.clone())
        .send()
        .await
        .unwrap();
    let error = ai.edit_image("m", "A hat").image(part).send().await.unwrap_err();
    assert!(
        chain(&error).contains("can be sent once only"),
        "{}",
        chain(&error)
    );
    assert!(
        server
            .requests()
            .iter()
            .filter(|request| request.contains("--aipass-"))
            .count()
            <= 2,
        "a body that broke off is not sent anew"
    );
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}

#[tokio::test]
async fn a_file_that_has_changed_is_an_error_and_never_arrives_whole() {
    let content = content();
    type Change = fn(&tempfile::NamedTempFile);
    let changes: [(&str, Change); 4] = [
        ("longer", |file| {
            let mut file = std::fs::OpenOptions::new()
                .append(true)
                .open(file.path())
                .unwrap();
            file.write_all(b"more").unwrap();
        }),
        ("shorter", |file| {
            let file = std::fs::OpenOptions::new().write(true).open(file.path()).unwrap();
            file.set_len(10).unwrap();
        }),
        ("touched", |file| {
            let file = std::fs::OpenOptions::new().write(true).open(file.path()).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1))
                .unwrap();
        }),
        ("gone", |file| std::fs::remove_file(file.path()).unwrap()),
    ];
    for (what, change) in changes {
        let on_disk = file(&content);
        let part = FilePart::open(on_disk.path()).await.unwrap();
        change(&on_disk);
        let server = Server::start([answer("200 OK", "application/json", &drawn())]).await;
        let error = client(&server.base_url)
            .edit_image("m", "A hat")
            .image(part)
            .send()
            .await
            .unwrap_err();
        assert!(!error.is_decode(), "{what}: {error}");
        let told = chain(&error);
        assert!(
            told.contains("has changed") || told.contains("No such file") || what == "gone",
            "{what}: {told}"
        );
        assert!(
            server.requests().is_empty(),
            "{what}: the request was never whole, so the server must not have had it"
        );
    }
}

/// The change comes while the file is being sent: what was read before is on its way, and the rest must not follow.
#[tokio::test]
async fn a_file_that_changes_on_its_way_is_cut_off() {
    let on_disk = file(&content());
    let path = on_disk.path().to_owned();
    let part = FilePart::open(&path)
        .await
        .unwrap()
        .on_progress(move |progress: Progress| {
            if progress.done > 0 {
                let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1))
                    .unwrap();
            }
        });
    let server = json_server(&drawn()).await;
    let error = client(&server.base_url)
        .edit_image("m", "A hat")
        .image(part)
        .send()
        .await
        .unwrap_err();
    assert!(chain(&error).contains("has changed"), "{}", chain(&error));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_reader_that_lies_about_its_length_is_an_error() {
    for length in [2, 4] {
        let server = json_server(&drawn()).await;
        let part = FilePart::from_reader("a.png", "image/png", &b"abc"[..]).with_length(length);
        let error = client(&server.base_url)
            .edit_image("m", "A hat")
            .image(part)
            .send()
            .await
            .unwrap_err();
        assert!(chain(&error).contains("a file of"), "{length}: {}", chain(&error));
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn progress_is_told_up_to_the_end() {
    let content = content();
    let on_disk = file(&content);
    for part in [
        FilePart::new("a.png", "image/png", content.clone()),
        FilePart::open(on_disk.path()).await.unwrap(),
    ] {
        let told: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let tell = told.clone();
        let part = part.on_progress(move |progress| tell.lock().unwrap().push(progress));
        let server = json_server(&drawn()).await;
        client(&server.base_url)
            .edit_image("m", "A hat")
            .image(part)
            .send()
            .await
            .unwrap();
        let told = told.lock().unwrap().clone();
        assert!(told.len() > 3, "{told:?}");
        assert!(told.iter().all(|progress| progress.total == Some(1_000_000)));
        assert!(told.is_sorted_by_key(|progress| progress.done));
        assert_eq!((told[0].done, told.last().unwrap().done), (0, 1_000_000));
    }
}

#[tokio::test]
async fn a_file_is_named_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content, expected) in [
        ("memo.mp3", &b"RIFF\0\0\0\0WAVEfmt "[..], "audio/wav"),
        ("memo.m4a", b"unknown", "audio/mp4"),
        ("memo", b"OggS", "audio/ogg"),
        ("memo.xyz", b"unknown", "application/octet-stream"),
        ("empty.webm", b"", "video/webm"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let part = FilePart::open(&path).await.unwrap();
        assert_eq!(
            (part.file_name.as_str(), part.content_type.as_str()),
            (name, expected)
        );
        assert_eq!(part.length(), Some(content.len() as u64));
    }
    assert!(FilePart::open(folder.path().join("none")).await.is_err());
    assert!(
        FilePart::open(folder.path()).await.is_err(),
        "a folder is no file"
    );
}

/// A server that reads nothing: the limits hold also while a body is on its way.
#[tokio::test]
async fn a_stuck_upload_ends() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let holding = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_exact(&mut [0; 100]).await.unwrap();
        std::future::pending::<()>().await;
    });
    let part = FilePart::from_reader("a.png", "image/png", tokio::io::repeat(b'a'));
    let error = crate::support::impatient(&base_url)
        .edit_image("m", "A hat")
        .image(part)
        .send()
        .await
        .unwrap_err();
    holding.abort();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.charge_risk(), ChargeRisk::Unknown);
}

/// A reader is sent once, so a token that is near its end is renewed before it starts.
#[tokio::test]
async fn a_reader_starts_with_a_token_that_lasts() {
    for (minutes_left, renewals) in [(2, 1), (30, 0)] {
        let script = Script::acts([Act::Keep(json("200 OK", &drawn()))]).await;
        let store = MemoryStore::new();
        let key = AccountKey::new(&script.base_url.parse().unwrap(), "client_1", "default");
        let now = SystemTime::now();
        let tokens = StoredTokens::new(&key, "access-0")
            .with_refresh_token("refresh-0")
            .with_times(
                now - Duration::from_secs(3600),
                Some(now + Duration::from_secs(minutes_left * 60)),
            );
        store.save(&key, &tokens).await.unwrap();
        let ai = Client::builder()
            .base_url(&script.base_url)
            .client_id("client_1")
            .token_store(store)
            .build()
            .unwrap();
        // Whatever can be sent again needs no such care.
        let whole = FilePart::new("a.png", "image/png", "abc");
        ai.edit_image("m", "A hat").image(whole).send().await.unwrap();
        assert_eq!(script.renewals(), 0);
        let reader = FilePart::from_reader("a.png", "image/png", &b"abc"[..]).with_length(3);
        ai.edit_image("m", "A hat").image(reader).send().await.unwrap();
        assert_eq!(script.renewals(), renewals);
        let bearer = format!("authorization: Bearer access-{renewals}");
        assert!(script.calls()[1].contains(&bearer));
    }
}
