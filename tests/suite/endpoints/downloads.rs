//! Downloads: whole files only, and on from where they broke off.

use super::whole;
use crate::{
    facade::{Pauses, in_time},
    policy::server::{Act, Script},
    support::{Answer, Server, answer, eventually},
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

/// What is in the file that the video is downloaded to.
async fn downloaded(server: &Server) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let job = job(&server.base_url);
    let path = job.download_to(folder.path().join("cat.mp4")).await.unwrap();
    std::fs::read(path).unwrap()
}

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
        part(
            &format!("etag: W/\"v2\"\r\ncontent-range: bytes 20-{}/{total}", total - 1),
            20,
            total,
        ),
        part("content-range: bytes 5-24/*", 5, 25),
        part("content-range: bytes=20-", 20, 25),
    ] {
        let server = Server::start([
            cut(20, ETAG),
            other,
            whole("200 OK\r\ncontent-type: video/mp4", MP4),
        ])
        .await;
        assert_eq!(downloaded(&server).await, MP4);
        assert!(!server.requests()[2].contains("range:"));
    }
    // A tag that has become weak on the way is still that tag. Less than the rest is not the rest: it goes on from there.
    let server = Server::start([
        cut(20, ETAG),
        part("etag: W/\"v1\"\r\ncontent-range: bytes 20-24/*", 20, 25),
        rest(25),
    ])
    .await;
    assert_eq!(downloaded(&server).await, MP4);
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

    // One that says how large it is, is not begun.
    let server = Server::start([cut(10, ETAG)]).await;
    let download = job(&server.base_url).download().max_bytes(30);
    let error = download.to(folder.path().join("cat.mp4")).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(server.requests().len(), 1);
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
        assert_eq!(downloaded(&server).await, MP4);
        assert!(!server.requests()[1].contains("range:"), "{validator}");
    }
}

/// Each time a piece of another length, and never the rest of one.
#[tokio::test]
async fn it_gives_up_where_it_begins_anew_each_time() {
    let cuts = (0..60).map(|number| cut(20 + number % 2, &format!("etag: \"{number}\"\r\n")));
    let server = Server::start(cuts).await;
    let folder = tempfile::tempdir().unwrap();
    let error = job(&server.base_url)
        .download_to(folder.path().join("cat.mp4"))
        .await
        .unwrap_err();
    assert!(error.is_incomplete(), "{error}");
    assert!(server.requests().len() < 20, "{}", server.requests().len());
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
        ("application/xhtml+xml", "<!doctype html><title>Log in</title>"),
        ("text/plain", "\n{\"error\":{\"message\":\"not ready\"}}"),
        ("video/mp4", "<html>log in</html>"),
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

/// The link is signed for an hour, and the download broke off: the job names another one for the same file.
#[tokio::test]
async fn a_link_that_has_expired_is_asked_for_anew() {
    let refused = || {
        answer(
            "403 Forbidden",
            "application/xml",
            "<Error>Request has expired</Error>",
        )
    };
    let cdn = Server::start([cut(20, ETAG), refused(), rest(20)]).await;
    let named = |link: &str| {
        answer(
            "200 OK",
            "application/json",
            &format!(
                r#"{{"videoId":"v1","status":"completed","downloadUrl":"{}/{link}"}}"#,
                cdn.base_url
            ),
        )
    };
    let unknown = answer("404 Not Found", "application/json", "{}");
    let server = Server::start([unknown, named("v1.mp4?sig=1"), named("v1.mp4?sig=2")]).await;
    let mut job = job(&server.base_url);
    job.refresh().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = job.download_to(folder.path().join("cat.mp4")).await.unwrap();
    assert_eq!(std::fs::read(path).unwrap(), MP4);
    let asked = cdn.requests();
    assert!(asked[1].starts_with("GET /v1.mp4?sig=1 "), "{}", asked[1]);
    assert!(asked[2].starts_with("GET /v1.mp4?sig=2 "), "{}", asked[2]);
    assert!(asked[2].contains("range: bytes=20-\r\n"), "{}", asked[2]);

    // The same link again is not asked again.
    let cdn = Server::start([refused()]).await;
    let body = format!(
        r#"{{"videoId":"v1","status":"completed","downloadUrl":"{}/v1.mp4"}}"#,
        cdn.base_url
    );
    let server = super::json_server(&body).await;
    let ai = crate::support::client(&server.base_url);
    let job = ai.video("sora-2", "A cat").create().await.unwrap();
    job.download().bytes().await.unwrap_err();
    assert_eq!(cdn.requests().len(), 1);
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

/// Downloads of other programs call what they have not finished the same.
#[tokio::test]
async fn a_part_of_another_program_is_left_alone() {
    let server = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let folder = tempfile::tempdir().unwrap();
    let (path, part) = (folder.path().join("cat.mp4"), folder.path().join("cat.mp4.part"));
    std::fs::write(&part, "half of a film").unwrap();
    let error = job(&server.base_url).download_to(&path).await.unwrap_err();
    assert!(error.is_file() && error.video_id() == Some("v1"), "{error}");
    assert!(format!("{error:?}").contains("cat.mp4.part"), "{error:?}");
    assert_eq!(std::fs::read_to_string(&part).unwrap(), "half of a film");
    assert_eq!(files(folder.path()), ["cat.mp4.part"]);
    assert!(server.requests().is_empty());

    // With notes beside it that say nothing it is ours, and begins anew.
    std::fs::write(folder.path().join("cat.mp4.part.json"), "").unwrap();
    job(&server.base_url).download_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

/// A run that ended between the last byte and the name of the whole.
#[tokio::test]
async fn what_is_whole_is_not_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let server = Server::start([cut(20, ETAG), answer("403 Forbidden", "text/plain", "")]).await;
    job(&server.base_url).download_to(&path).await.unwrap_err();
    std::fs::write(folder.path().join("cat.mp4.part"), MP4).unwrap();
    let server = Server::start([answer("416 Range Not Satisfiable", "text/plain", "")]).await;
    job(&server.base_url).download_to(&path).await.unwrap();
    let asked = server.requests();
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].contains("range: bytes=32-\r\n") && asked[0].contains("if-range: \"v1\"\r\n"),
        "{}",
        asked[0]
    );
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

#[tokio::test]
async fn what_cannot_be_a_file_is_told_before_anything_is_asked() {
    let server = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), Path::new(""), Path::new("..")] {
        let error = job(&server.base_url).download_to(path).await.unwrap_err();
        assert!(error.is_file(), "{error}");
        // A sound would be paid for before that is seen.
        let ai = crate::support::client(&server.base_url);
        let error = ai.speech("tts-1", "Hi").save(path).await.unwrap_err();
        assert!(error.is_file(), "{error}");
        assert_eq!(error.charge_risk(), aipass::ChargeRisk::NotSent);
    }
    assert!(server.requests().is_empty());
    assert_eq!(files(folder.path()), [""; 0]);
}

/// A folder has got the name in the meantime: what has come stays, and serves when it is gone.
#[tokio::test]
async fn a_whole_that_cannot_be_put_in_its_place_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let server = Server::start([
        cut(20, ETAG),
        rest(20),
        answer("416 Range Not Satisfiable", "text/plain", ""),
    ])
    .await;
    let taken = path.clone();
    let error = job(&server.base_url)
        .download()
        .on_progress(move |_| {
            let _ = std::fs::create_dir(&taken);
        })
        .to(&path)
        .await
        .unwrap_err();
    assert!(error.is_file(), "{error}");
    std::fs::remove_dir(&path).unwrap();
    job(&server.base_url).download_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

/// One server says that the video is ready, and another one has not got it yet.
#[tokio::test]
async fn a_video_that_is_ready_may_be_on_its_way() {
    let done = || {
        answer(
            "200 OK",
            "application/json",
            r#"{"id":"v1","status":"completed"}"#,
        )
    };
    let absent = || answer("404 Not Found", "application/json", "{}");
    let server = Server::start([
        done(),
        absent(),
        answer("409 Conflict", "application/json", "{}"),
        whole("200 OK\r\ncontent-type: video/mp4", MP4),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let mut ready = job(&server.base_url);
    ready.refresh().await.unwrap();
    ready.download_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), MP4);

    // One that does not come is not waited for, nor one that nobody has called ready.
    let server = Server::start([done(), absent()]).await;
    let mut gone = job(&server.base_url);
    gone.refresh().await.unwrap();
    assert!(gone.download_to(&path).await.unwrap_err().is_not_found());
    assert!(server.requests().len() < 10);
    let server = Server::start([
        absent(),
        answer("200 OK", "application/json", r#"{"id":"v1","status":"queued"}"#),
    ])
    .await;
    let queued = job(&server.base_url);
    assert!(queued.download_to(&path).await.unwrap_err().is_not_found());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_stream_that_breaks_off_names_its_job() {
    let server = Server::start([cut(20, ETAG)]).await;
    let mut pieces = job(&server.base_url).download().stream().await.unwrap();
    let error = loop {
        if let Err(error) = pieces.next().await.unwrap() {
            break error;
        }
    };
    assert!(error.is_incomplete(), "{error}");
    assert_eq!(error.video_id(), Some("v1"));
}

/// The id alone is known, its content is at an address that the job names, and nobody can say which.
#[tokio::test]
async fn trouble_does_not_make_a_video_unknown() {
    let unknown = || answer("404 Not Found", "application/json", "{}");
    let trouble = answer("503 Service Unavailable", "text/plain", "");
    let server = Server::start([unknown(), unknown(), trouble]).await;
    let error = job(&server.base_url).download().bytes().await.unwrap_err();
    assert!(error.is_server() && !error.is_not_found(), "{error}");
    assert_eq!(error.video_id(), Some("v1"));
}

/// A pipe that is full holds up whoever notes which file it is, and nobody waits for them any more.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_still_writes_keeps_the_place() {
    use std::{io::Read as _, io::Write as _, os::unix::fs::OpenOptionsExt as _};
    const DO_NOT_WAIT: i32 = 0o4000;

    let folder = tempfile::tempdir().unwrap();
    let (path, notes) = (
        folder.path().join("slow.mp4"),
        folder.path().join("slow.mp4.part.json"),
    );
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    let told = Arc::new(tokio::sync::Mutex::new(told));
    let server = Script::always(Act::Relay(Vec::new(), told)).await;
    let task = {
        let (job, path) = (job(&server.base_url), path.clone());
        tokio::spawn(async move { job.download_to(path).await })
    };
    eventually("it asks, and has seen that there are no notes", || {
        server.calls().len() == 1
    })
    .await;
    let made = std::process::Command::new("mkfifo").arg(&notes).status().unwrap();
    assert!(made.success());
    let mut options = std::fs::OpenOptions::new();
    let pipe = options.read(true).write(true).custom_flags(DO_NOT_WAIT);
    let mut pipe = pipe.open(&notes).unwrap();
    while pipe.write(&[b' '; 4096]).is_ok() {}
    let length = MP4.len();
    tell.send(format!(
        "HTTP/1.1 200 OK\r\netag: \"v1\"\r\ncontent-length: {length}\r\n\r\n"
    ))
    .unwrap();
    let writers = || {
        let open = std::fs::read_dir("/proc/self/fd").unwrap();
        let open = open.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        open.filter(|open| open.file_name() == notes.file_name() && open.exists())
            .count()
    };
    eventually("it writes its notes", || writers() == 2).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());

    let other = Server::start([whole("200 OK\r\ncontent-type: video/mp4", MP4)]).await;
    let error = in_time(job(&other.base_url).download_to(&path))
        .await
        .unwrap_err();
    assert!(
        error.is_file() && format!("{error:?}").contains("another download"),
        "{error:?}"
    );
    eventually("the notes are written", || {
        let _ = pipe.read(&mut [0; 4096]);
        writers() == 1
    })
    .await;
    std::fs::remove_file(&notes).unwrap();
    job(&other.base_url).download_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
}
