//! Files while the server lies, people leave in the middle, two write at once, or the folder takes nothing: no half and no
//! mixture passes for a whole, and what was there before stays.

use super::hostile::{MP4, ai, files};
use crate::{
    facade::{builder, in_time},
    policy::server::{Act, Script, answer as whole},
    support::{Answer, Server, answer, eventually},
};
use aipass::{ChargeRisk, FilePart};
use aipass_sandbox::{Fault, Route, Sandbox};
use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    sync::{Arc, Mutex},
};

#[tokio::test]
async fn lengths_that_lie_make_no_file() {
    let chunked = |head: &str, body: &[u8]| {
        let mut bytes = format!(
            "HTTP/1.1 {head}\r\ncontent-type: video/mp4\r\netag: \"v1\"\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\r\n0\r\n\r\n");
        Answer::Bytes(bytes)
    };
    let mut cut =
        b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\netag: \"v1\"\r\ncontent-length: 32\r\n\r\n".to_vec();
    cut.extend_from_slice(&MP4[..20]);
    let refusal = || answer("403 Forbidden", "text/plain", "");
    for (name, rest) in [
        (
            "more than there is",
            chunked(
                "206 Partial Content\r\ncontent-range: bytes 20-31/32",
                b"more than twelve bytes",
            ),
        ),
        (
            "less than there is",
            chunked("206 Partial Content\r\ncontent-range: bytes 20-31/32", b"less"),
        ),
        (
            "another place",
            chunked("206 Partial Content\r\ncontent-range: bytes 0-31/32", MP4),
        ),
        ("no place", chunked("206 Partial Content", MP4)),
    ] {
        let server = Server::start([Answer::Bytes(cut.clone()), rest, refusal()]).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cat.mp4");
        let error = ai(&server.base_url)
            .video_job("v1")
            .download_to(&path)
            .await
            .unwrap_err();
        assert_eq!(error.video_id(), Some("v1"), "{name}");
        assert!(!path.exists(), "{name}");
        // Whatever stays there does not stand in the way of the next one.
        let server = Server::start([chunked("200 OK", MP4)]).await;
        ai(&server.base_url)
            .video_job("v1")
            .download_to(&path)
            .await
            .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), MP4, "{name}");
        assert_eq!(files(folder.path()), ["cat.mp4"], "{name}");
    }
}

#[tokio::test]
async fn whoever_leaves_in_the_middle_closes_the_line_and_blocks_nobody() {
    // A download of which half has come.
    let mut half =
        b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\netag: \"v1\"\r\ncontent-length: 32\r\n\r\n".to_vec();
    half.extend_from_slice(&MP4[..20]);
    let rest = whole(
        "206 Partial Content",
        "content-type: video/mp4\r\netag: \"v1\"\r\ncontent-range: bytes 20-31/32\r\n",
        &MP4[20..],
    );
    let server = Script::acts([Act::Hold(half), Act::Keep(rest)]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let done = Arc::new(AtomicU64::new(0));
    let tell = done.clone();
    let job = ai(&server.base_url).video_job("v1");
    let download = job
        .download()
        .on_progress(move |progress| tell.store(progress.done, Ordering::SeqCst));
    let task = {
        let path = path.clone();
        tokio::spawn(async move { download.to(path).await })
    };
    eventually("half has come", || done.load(Ordering::SeqCst) == 20).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    eventually("the line is closed", || server.ended() == 1).await;
    job.download_to(&path).await.unwrap();
    assert!(
        server.calls()[1].contains("range: bytes=20-\r\n"),
        "{}",
        server.calls()[1]
    );
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    assert_eq!(files(folder.path()), ["cat.mp4"]);

    // An upload of which the rest is never given.
    let (_open, reader) = tokio::io::duplex(64);
    let server = Script::always(Act::Hold(Vec::new())).await;
    let endless = FilePart::from_reader("a.png", "image/png", reader).with_length(1_000);
    let begun = Arc::new(AtomicU64::new(0));
    let tell = begun.clone();
    let endless = endless.on_progress(move |_| tell.store(1, Ordering::SeqCst));
    let task = tokio::spawn(ai(&server.base_url).edit_image("m", "x").image(endless).send());
    eventually("the upload has begun", || begun.load(Ordering::SeqCst) > 0).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    eventually("nobody sends any more", || server.ended() == 1).await;
    assert!(server.calls().is_empty(), "it never was a whole request");

    // An answer that is waited for, and a stream that is half read.
    let half = b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 99\r\n\r\nID3".to_vec();
    let server = Script::acts([Act::Hold(Vec::new()), Act::Hold(half)]).await;
    let path = folder.path().join("talk.mp3");
    for ended in [1, 2] {
        let speech = ai(&server.base_url).speech("m", "x").save(path.clone());
        let task = tokio::spawn(speech);
        eventually("the request is there", || server.calls().len() == ended).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        eventually("the line is closed", || server.ended() == ended).await;
    }
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

#[tokio::test]
async fn two_downloads_to_one_place_make_no_mixture() {
    // Two videos, of which each comes in two pieces when it is told to.
    let film = |letter: u8| [b"\0\0\0\x18ftypisom".to_vec(), vec![letter; 500_000]].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let head = |length: usize| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\netag: \"e\"\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        )
    };
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    let slow = Script::always(Act::Relay(
        head(film(b'a').len()).into_bytes(),
        Arc::new(tokio::sync::Mutex::new(told)),
    ))
    .await;
    let quick = Script::always(Act::Keep(whole(
        "200 OK",
        "content-type: video/mp4\r\netag: \"e\"\r\n",
        film(b'b'),
    )))
    .await;

    let first = String::from_utf8(film(b'a')).unwrap();
    let (one, other) = first.split_at(200_000);
    let seen: Arc<Mutex<u64>> = Arc::default();
    let see = seen.clone();
    let download = ai(&slow.base_url)
        .video_job("v1")
        .download()
        .on_progress(move |progress| *see.lock().unwrap() = progress.done);
    let task = {
        let path = path.clone();
        tokio::spawn(async move { download.to(path).await })
    };
    tell.send(one.to_owned()).unwrap();
    eventually("the first is under way", || *seen.lock().unwrap() == 200_000).await;
    let error = in_time(ai(&quick.base_url).video_job("v2").download_to(&path))
        .await
        .unwrap_err();
    assert!(error.is_file(), "{error:?}");
    assert!(
        quick.calls().is_empty(),
        "nothing is asked for that nobody could keep"
    );
    tell.send(other.to_owned()).unwrap();
    in_time(task).await.unwrap().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), film(b'a'));

    // Now it is free, and another one takes the place.
    ai(&quick.base_url)
        .video_job("v2")
        .download_to(&path)
        .await
        .unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), film(b'b'));
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

#[tokio::test]
async fn many_downloads_to_one_place_end_in_one_whole_file() {
    let film = |letter: u8| [b"\0\0\0\x18ftypisom".to_vec(), vec![letter; 3_000_000]].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.mp4");
    let mut servers = Vec::new();
    for letter in *b"abcd" {
        let answer = whole(
            "200 OK",
            "content-type: video/mp4\r\netag: \"e\"\r\n",
            film(letter),
        );
        servers.push(Script::always(Act::Keep(answer)).await);
    }
    let tasks: Vec<_> = servers
        .iter()
        .enumerate()
        .map(|(number, server)| {
            let (job, path) = (ai(&server.base_url).video_job(format!("v{number}")), path.clone());
            tokio::spawn(async move { job.download_to(path).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        match in_time(task).await.unwrap() {
            Ok(_) => done += 1,
            Err(error) => assert!(error.is_file(), "{error:?}"),
        }
    }
    assert!(done > 0);
    let file = std::fs::read(&path).unwrap();
    assert!((*b"abcd").into_iter().any(|letter| file == film(letter)));
    assert_eq!(files(folder.path()), ["cat.mp4"]);
}

#[tokio::test]
async fn many_saves_under_one_name_end_in_one_whole_file() {
    let sandbox = Sandbox::builder().balance(1000.0).start().await.unwrap();
    let ai = crate::session::signed_in(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.png");
    let mut images = Vec::new();
    for number in 0..8 {
        let asked = ai.image("dall-e-3", format!("cat {number}")).size("512x512");
        images.push(asked.send().await.unwrap().into_first());
    }
    let mut wholes = Vec::new();
    for image in &images {
        wholes.push(image.bytes().await.unwrap());
    }
    let tasks: Vec<_> = images
        .into_iter()
        .map(|image| {
            let path = path.clone();
            tokio::spawn(async move { image.save(path).await })
        })
        .collect();
    for task in tasks {
        in_time(task).await.unwrap().unwrap();
    }
    let file = std::fs::read(&path).unwrap();
    assert!(wholes.iter().any(|whole| *whole == file));
    assert_eq!(files(folder.path()), ["cat.png"]);
}

#[cfg(unix)]
#[tokio::test]
async fn links_in_a_folder_lead_nowhere() {
    let server = Script::always(Act::Keep(whole("200 OK", "content-type: video/mp4\r\n", MP4))).await;
    let job = ai(&server.base_url).video_job("v1");
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.txt");
    let path = folder.path().join("cat.mp4");
    std::fs::write(&mine, "mine").unwrap();

    // A name that is a link becomes the file: what the link led to stays.
    std::os::unix::fs::symlink(&mine, &path).unwrap();
    job.download_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), MP4);
    assert!(!path.is_symlink());

    // Somebody has put a link where the parts go.
    for name in ["cat.mp4.part", "cat.mp4.part.json"] {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(&mine, &link).unwrap();
        let error = in_time(job.download_to(&path)).await.unwrap_err();
        assert!(error.is_file(), "{error:?}");
        std::fs::remove_file(link).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
}

/// Removes a folder when an answer begins.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Removes(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl aipass::Middleware for Removes {
    fn after(&self, _: &aipass::Answered<'_>) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A folder that takes no files, even from an administrator.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_takes_nothing_is_told_before_anything_is_paid() {
    let sandbox = Sandbox::builder().video_polls(0).start().await.unwrap();
    let ai = crate::session::signed_in(&sandbox).await;
    let nowhere = Path::new("/proc/self/talk.mp3");
    let error = super::charged(&sandbox, 0, ai.speech("tts-1", "Hi").save(nowhere))
        .await
        .unwrap_err();
    assert!(error.is_file(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::NotSent);
    let job = ai
        .video("sora-2", "A cat")
        .seconds(1)
        .size("64x64")
        .create()
        .await
        .unwrap();
    let error = job.download_to("/proc/self/cat.mp4").await.unwrap_err();
    assert!(error.is_file() && error.video_id() == Some(job.id()), "{error:?}");
    assert_eq!(sandbox.counts().requests_to(Route::VideoContent), 0);
    // What goes wrong after the payment is told to be so: the folder is gone by then.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.mp3");
    let server = Script::always(Act::Keep(whole("200 OK", "content-type: audio/mpeg\r\n", "ID3"))).await;
    let gone = builder(&server.base_url)
        .middleware(Removes(folder.path().to_owned()))
        .build()
        .unwrap();
    let error = gone.speech("m", "Hi").save(&path).await.unwrap_err();
    assert!(error.is_file(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    // The image can be saved again elsewhere.
    let image = ai
        .image("dall-e-3", "A cat")
        .size("64x64")
        .send()
        .await
        .unwrap()
        .into_first();
    let error = image.save("/proc/self/cat.png").await.unwrap_err();
    assert!(error.is_file(), "{error:?}");
    let folder = tempfile::tempdir().unwrap();
    image.save(folder.path().join("cat.png")).await.unwrap();
}

#[tokio::test]
async fn what_was_there_before_stays_when_the_new_one_fails() {
    let sandbox = Sandbox::builder().video_polls(0).start().await.unwrap();
    let ai = crate::session::signed_in(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    let old = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, "old").unwrap();
        path
    };
    let image = ai
        .image("dall-e-3", "A cat")
        .size("64x64")
        .send()
        .await
        .unwrap()
        .into_first();
    let path = old("cat.png");
    for fault in [Fault::CutAfterBytes(10), Fault::Html200, Fault::status(404, "{}")] {
        for _ in 0..3 {
            sandbox.fail_next(Route::File, fault.clone());
        }
        // A free call is repeated where that may help; in the end it is an error.
        if let Ok(saved) = image.save(&path).await {
            panic!("{fault:?}: {saved:?}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old", "{fault:?}");
        while sandbox.counts().requests_to(Route::File) % 3 != 0 {
            let _ = image.bytes().await;
        }
    }
    // A folder has the name of the file: the sound is not paid for.
    std::fs::create_dir(folder.path().join("talk.mp3")).unwrap();
    let error = super::charged(
        &sandbox,
        0,
        ai.speech("tts-1", "Hi").save(folder.path().join("talk.mp3")),
    )
    .await
    .unwrap_err();
    assert!(error.is_file(), "{error:?}");

    let job = ai
        .video("sora-2", "A cat")
        .seconds(1)
        .size("64x64")
        .create()
        .await
        .unwrap();
    let path = old("cat.mp4");
    sandbox.fail_next(Route::VideoContent, Fault::status(403, "{}"));
    job.download_to(&path).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    job.download_to(&path).await.unwrap();
    assert_eq!(&std::fs::read(&path).unwrap()[4..8], b"ftyp");
    assert_eq!(files(folder.path()), ["cat.mp4", "cat.png", "talk.mp3"]);
}

/// To open a pipe waits for somebody who writes into it, and nobody does.
#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.png");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for path in [pipe.as_path(), folder.path(), Path::new("/dev/zero")] {
        let error = in_time(FilePart::open(path)).await.unwrap_err();
        assert!(error.to_string().contains("is no file"), "{error}");
    }
}
