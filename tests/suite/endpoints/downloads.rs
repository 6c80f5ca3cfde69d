//! Downloads: whole files only, and on from where they broke off.

use super::whole;
use crate::{
    facade::Pauses,
    support::{Answer, Server, answer},
};
use aipass::{Client, Progress, Secret, VideoJob};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

fn job(base_url: &str) -> VideoJob {
    Client::builder()
        .base_url(base_url)
        .access_token(Secret::new("token-1"))
        .sleeper(Pauses::default())
        .build()
        .unwrap()
        .video_job("v1")
}

const MP4: &[u8] = b"\0\0\0\x18ftypisom0123456789abcdefghij";

/// The first bytes of the file, and then the end of the connection.
fn cut(length: usize, validator: &str) -> Answer {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n{validator}content-length: {}\r\n\r\n",
        MP4.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&MP4[..length]);
    Answer::Bytes(bytes)
}

fn rest(from: usize) -> Answer {
    let total = MP4.len();
    let head = format!(
        "206 Partial Content\r\ncontent-type: video/mp4\r\ncontent-range: bytes {from}-{}/{total}",
        total - 1
    );
    whole(&head, &MP4[from..])
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const ETAG: &str = "etag: \"v1\"\r\n";

#[tokio::test]
async fn a_download_that_breaks_off_goes_on_from_there() {
    let server = Server::start([cut(20, ETAG), rest(20)]).await;
    let folder = tempfile::tempdir().unwrap();
    let told: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let tell = told.clone();
    let path = job(&server.base_url)
        .download()
        .on_progress(move |progress| tell.lock().unwrap().push(progress))
        .to(folder.path().join("cat"))
        .await
        .unwrap();
    assert_eq!(
        path,
        folder.path().join("cat.mp4"),
        "it gets the name of what it is"
    );
    assert_eq!(std::fs::read(path).unwrap(), MP4);
    assert_eq!(files(folder.path()), ["cat.mp4"]);
    let asked = server.requests();
    assert!(!asked[0].contains("range"), "{}", asked[0]);
    assert!(asked[1].contains("range: bytes=20-\r\n"), "{}", asked[1]);
    assert!(asked[1].contains("if-range: \"v1\"\r\n"), "{}", asked[1]);
    let last = *told.lock().unwrap().last().unwrap();
    assert_eq!(
        (last.done, last.total),
        (MP4.len() as u64, Some(MP4.len() as u64))
    );
}

#[tokio::test]
async fn a_later_run_goes_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let server = Server::start([
        cut(20, ETAG),
        cut(0, ETAG),
        answer("403 Forbidden", "text/plain", ""),
    ])
    .await;
    // The answer of 200 begins the file anew, and its own cut leaves nothing; a refusal ends it.
    let error = job(&server.base_url).download_to(&path).await.unwrap_err();
    assert!(error.is_permission(), "{error}");
    assert_eq!(error.video_id(), Some("v1"));

    let server = Server::start([cut(25, ETAG), answer("403 Forbidden", "text/plain", "")]).await;
    job(&server.base_url).download_to(&path).await.unwrap_err();
    assert_eq!(files(folder.path()), ["cat.mp4.part", "cat.mp4.part.json"]);
    let server = Server::start([rest(25)]).await;
    job(&server.base_url).download_to(&path).await.unwrap();
    assert!(server.requests()[0].contains("range: bytes=25-"));
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

#[tokio::test]
async fn bytes_of_another_file_are_never_put_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let begin = || async {
        let server = Server::start([cut(20, ETAG), answer("403 Forbidden", "text/plain", "")]).await;
        job(&server.base_url).download_to(&path).await.unwrap_err();
        assert_eq!(files(folder.path()).len(), 2);
    };
    // The file has changed: the server sends the whole.
    begin().await;
    let server = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    job(&server.base_url).download_to(&path).await.unwrap();
    assert!(server.requests()[0].contains("if-range: \"v1\""));
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    std::fs::remove_file(&path).unwrap();

    // It has become shorter than what is here.
    begin().await;
    let server = Server::start([
        answer("416 Range Not Satisfiable", "text/plain", ""),
        whole("200 OK\r\ncontent-type: video/mp4", MP4),
    ])
    .await;
    job(&server.base_url).download_to(&path).await.unwrap();
    assert!(!server.requests()[1].contains("range:"));
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    std::fs::remove_file(&path).unwrap();

    // The rest of another video, under the same name here.
    begin().await;
    let server = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let other = Client::builder()
        .base_url(&server.base_url)
        .access_token(Secret::new("token-1"))
        .build()
        .unwrap()
        .video_job("v2");
    other.download_to(&path).await.unwrap();
    assert!(!server.requests()[0].contains("range:"));
    std::fs::remove_file(&path).unwrap();

    // A part that nobody asked for, again and again.
    begin().await;
    let server = Server::start([rest(5)]).await;
    let error = job(&server.base_url).download_to(&path).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(
        (server.requests().len(), error.charge_risk()),
        (2, aipass::ChargeRisk::Free)
    );
}

/// A server that does not know `If-Range`, or lies: the rest of another version, or less than the rest.
#[tokio::test]
async fn a_part_that_does_not_belong_there_is_not_taken() {
    let part = |head: &str, from: usize, to: usize| {
        whole(
            &format!("206 Partial Content\r\ncontent-type: video/mp4\r\n{head}"),
            &MP4[from..to],
        )
    };
    let total = MP4.len();
    for other in [
        part(
            &format!("etag: \"v2\"\r\ncontent-range: bytes 20-{}/{total}", total - 1),
            20,
            total,
        ),
        part("content-range: bytes 20-24/99", 20, 25),
        part("content-range: bytes 5-24/*", 5, 25),
        part("content-range: bytes=20-", 20, 25),
    ] {
        let server = Server::start([
            cut(20, ETAG),
            other,
            whole("200 OK\r\ncontent-type: video/mp4", MP4),
        ])
        .await;
        let folder = tempfile::tempdir().unwrap();
        let path = job(&server.base_url)
            .download_to(folder.path().join("cat.mp4"))
            .await
            .unwrap();
        assert_eq!(std::fs::read(path).unwrap(), MP4);
        assert!(!server.requests()[2].contains("range:"));
    }
    // Less than the rest is not the rest: it goes on from there.
    let server = Server::start([
        cut(20, ETAG),
        part("content-range: bytes 20-24/*", 20, 25),
        rest(25),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = job(&server.base_url)
        .download_to(folder.path().join("cat.mp4"))
        .await
        .unwrap();
    assert_eq!(std::fs::read(path).unwrap(), MP4);
}

#[tokio::test]
async fn a_file_that_does_not_end_fills_no_disk() {
    let server = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let folder = tempfile::tempdir().unwrap();
    let download = job(&server.base_url).download().max_bytes(30);
    let error = download.to(folder.path().join("cat.mp4")).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.charge_risk(), aipass::ChargeRisk::Free);
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_redirect_may_be_a_short_one() {
    let server = Server::start([
        whole("302 Found\r\nlocation: file.mp4", b""),
        whole("200 OK\r\ncontent-type: video/mp4", MP4),
    ])
    .await;
    assert_eq!(job(&server.base_url).download().bytes().await.unwrap(), MP4);
    assert!(server.requests()[1].starts_with("GET /oauth2/v1/videos/v1/file.mp4 "));
}

#[tokio::test]
async fn without_a_validator_it_begins_anew() {
    for validator in ["", "etag: W/\"v1\"\r\n"] {
        let server = Server::start([
            cut(20, validator),
            whole("200 OK\r\ncontent-type: video/mp4", MP4),
        ])
        .await;
        let folder = tempfile::tempdir().unwrap();
        let path = job(&server.base_url)
            .download_to(folder.path().join("cat.mp4"))
            .await
            .unwrap();
        assert_eq!(std::fs::read(path).unwrap(), MP4);
        assert!(!server.requests()[1].contains("range:"), "{validator}");
    }
}

#[tokio::test]
async fn it_gives_up_where_nothing_more_comes() {
    let server = Server::start([cut(0, ETAG)]).await;
    let folder = tempfile::tempdir().unwrap();
    let error = job(&server.base_url)
        .download_to(folder.path().join("cat.mp4"))
        .await
        .unwrap_err();
    assert!(error.is_incomplete() || error.is_network(), "{error}");
    assert_eq!(error.video_id(), Some("v1"));
    assert!(server.requests().len() < 20);
    assert!(!files(folder.path()).contains(&"cat.mp4".to_owned()));
}

#[tokio::test]
async fn a_page_or_json_is_no_video() {
    for (media_type, body) in [
        ("text/html", "<html>log in</html>"),
        ("application/json", r#"{"error":{"message":"not ready"}}"#),
        ("application/json", r#"{"status":"queued"}"#),
        ("video/mp4", ""),
    ] {
        let server = Server::start([answer("200 OK", media_type, body)]).await;
        let folder = tempfile::tempdir().unwrap();
        let outcome = job(&server.base_url)
            .download_to(folder.path().join("cat.mp4"))
            .await;
        assert!(outcome.is_err(), "{body}");
        assert_eq!(files(folder.path()), [""; 0], "{body}");
    }
}

#[tokio::test]
async fn the_address_that_a_job_names_is_asked_without_the_token() {
    let cdn = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let body = format!(
        r#"{{"videoId":"v1","status":"completed","downloadUrl":"{}/v1.mp4?sig=1"}}"#,
        cdn.base_url
    );
    let server = Server::start([
        answer("404 Not Found", "application/json", "{}"),
        answer("200 OK", "application/json", &body),
    ])
    .await;
    let mut job = job(&server.base_url);
    job.refresh().await.unwrap();
    assert!(!format!("{job:?}").contains("sig=1"));
    assert_eq!(job.download().bytes().await.unwrap(), MP4);
    let asked = cdn.requests().remove(0);
    assert!(
        !asked.contains("authorization") && !asked.contains("token-1"),
        "{asked}"
    );
    assert_eq!(
        server.requests().len(),
        2,
        "its own address is not asked for the bytes"
    );
}

#[tokio::test]
async fn content_that_has_moved_is_followed_without_the_token() {
    let cdn = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let server = Server::start([whole(
        &format!("302 Found\r\nlocation: {}/v1.mp4", cdn.base_url),
        b"",
    )])
    .await;
    assert_eq!(job(&server.base_url).download().bytes().await.unwrap(), MP4);
    assert!(server.requests()[0].contains("authorization: Bearer token-1"));
    assert!(!cdn.requests()[0].contains("authorization"));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_before_anything_is_asked() {
    let server = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let folder = tempfile::tempdir().unwrap();
    let error = job(&server.base_url)
        .download_to(folder.path().join("none/cat.mp4"))
        .await
        .unwrap_err();
    assert!(error.is_file(), "{error}");
    assert!(server.requests().is_empty());
}
