//! Videos: started, waited for, changed, downloaded in spite of trouble. Both contracts.

use super::{charged, home, picture, pixels};
use aipass::{ChargeRisk, FilePart, Wait, enums::VideoStatus};
use aipass_sandbox::{Credential, Fault, Route, Sandbox, VideoContract};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const CONTRACTS: [VideoContract; 2] = [VideoContract::Playbook, VideoContract::Later];

#[tokio::test]
async fn a_video_from_its_prompt_to_its_file() {
    for contract in CONTRACTS {
        let (sandbox, ai) = home(Sandbox::builder().video_contract(contract).video_polls(3)).await;
        let asked = ai
            .video("sora-2", "A cat plays the piano")
            .seconds(4)
            .size("128x72");
        let job = charged(&sandbox, 1, asked.create()).await.unwrap();
        assert!(job.id().contains(['/', '+', '=']), "{}", job.id());
        assert_eq!(job.length(), Some(Duration::from_secs(4)));
        let id = job.id().to_owned();

        let told: Arc<Mutex<Vec<Option<f64>>>> = Arc::default();
        let tell = told.clone();
        let wait = Wait::new().on_progress(move |job| tell.lock().unwrap().push(job.progress()));
        // The job is known by its id alone, as in another run of the program.
        let done = charged(&sandbox, 0, ai.video_job(id.as_str()).wait(wait))
            .await
            .unwrap();
        assert_eq!(done.status(), Some(&VideoStatus::Completed));
        assert_eq!(done.id(), id);
        let told = told.lock().unwrap().clone();
        assert_eq!(told.len(), 3, "{contract:?}: {told:?}");
        if contract == VideoContract::Playbook {
            assert_eq!(told.last(), Some(&Some(100.0)));
        }

        let folder = tempfile::tempdir().unwrap();
        let path = charged(&sandbox, 0, done.download_to(folder.path().join("cat")))
            .await
            .unwrap();
        assert_eq!(path, folder.path().join("cat.mp4"));
        let file = std::fs::read(path).unwrap();
        assert_eq!(&file[4..8], b"ftyp");
        assert_eq!(done.download().bytes().await.unwrap(), file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let thumbnail = done.download().variant("thumbnail");
        let thumbnail = charged(&sandbox, 0, thumbnail.to(folder.path().join("cat.jpg")))
            .await
            .unwrap();
        assert_eq!(thumbnail, folder.path().join("cat.png"));
        assert_eq!(pixels(&std::fs::read(thumbnail).unwrap()).dimensions(), (128, 72));

        let other = charged(&sandbox, 1, done.remix("Now a dog")).await.unwrap();
        assert_ne!(other.id(), id);
        let other = other.wait(Wait::new()).await.unwrap();
        assert_ne!(other.download().bytes().await.unwrap(), file);
    }
}

#[tokio::test]
async fn a_video_starts_from_a_picture() {
    let (sandbox, ai) = home(Sandbox::builder().video_polls(0)).await;
    let plain = ai.video("sora-2", "A cat").seconds(1).size("64x64");
    let from = plain
        .clone()
        .reference(FilePart::new("cat.png", "image/png", picture(64, 64)));
    let plain = charged(&sandbox, 1, plain.create()).await.unwrap();
    let from = charged(&sandbox, 1, from.create()).await.unwrap();
    assert!(plain.is_completed() && from.is_completed());
    assert_ne!(
        plain.download().bytes().await.unwrap(),
        from.download().bytes().await.unwrap()
    );
}

#[tokio::test]
async fn a_job_that_fails_says_why_and_has_no_file() {
    for contract in CONTRACTS {
        let (sandbox, ai) = home(Sandbox::builder().video_contract(contract)).await;
        let job = charged(&sandbox, 1, ai.video("sora-2", "This will fail").create())
            .await
            .unwrap();
        let id = job.id().to_owned();
        let error = charged(&sandbox, 0, job.clone().wait(Wait::new()))
            .await
            .unwrap_err();
        assert!(error.is_job_failed(), "{error}");
        assert_eq!(error.code(), Some("video_generation_failed"));
        assert_eq!(error.video_id(), Some(id.as_str()));
        let folder = tempfile::tempdir().unwrap();
        let error = job.download_to(folder.path().join("cat.mp4")).await.unwrap_err();
        assert!(error.is_bad_request(), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn waiting_outlives_trouble() {
    for contract in CONTRACTS {
        let (sandbox, ai) = home(Sandbox::builder().video_contract(contract)).await;
        let job = ai
            .video("sora-2", "A cat")
            .seconds(1)
            .size("64x64")
            .create()
            .await
            .unwrap();
        let route = match contract {
            VideoContract::Playbook => Route::Video,
            _ => Route::VideoStatus,
        };
        // More of each than one question is repeated.
        for fault in [
            Fault::status(502, "<html>bad gateway</html>"),
            Fault::Reset,
            Fault::CutAfterBytes(10),
            Fault::status(429, "{}"),
        ] {
            for _ in 0..3 {
                sandbox.fail_next(route, fault.clone());
            }
        }
        sandbox.expire_access_tokens();
        let done = charged(&sandbox, 0, job.wait(Wait::new())).await.unwrap();
        assert!(done.is_completed(), "{contract:?}");
        assert_eq!(sandbox.counts().refresh_requests, 1);
    }
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    for contract in CONTRACTS {
        let (sandbox, ai) = home(Sandbox::builder().video_contract(contract).video_polls(0)).await;
        let job = ai
            .video("sora-2", "A cat")
            .seconds(4)
            .size("128x72")
            .create()
            .await
            .unwrap();
        let whole = job.download().bytes().await.unwrap();
        let half = whole.len() / 2;
        let route = match contract {
            VideoContract::Playbook => Route::VideoContent,
            _ => Route::File,
        };
        let before = sandbox.counts().requests_to(route);
        sandbox.fail_next(route, Fault::CutAfterBytes(half));
        sandbox.fail_next(route, Fault::Reset);
        sandbox.fail_next(route, Fault::status(503, "{}"));
        let folder = tempfile::tempdir().unwrap();
        let told: Arc<Mutex<Vec<u64>>> = Arc::default();
        let tell = told.clone();
        let path = job
            .download()
            .on_progress(move |progress| tell.lock().unwrap().push(progress.done))
            .to(folder.path().join("cat.mp4"))
            .await
            .unwrap();
        assert_eq!(std::fs::read(path).unwrap(), whole, "{contract:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(sandbox.counts().requests_to(route), before + 4);
        let told = told.lock().unwrap().clone();
        assert!(told.is_sorted(), "it went on and did not begin anew: {told:?}");
    }
}

#[tokio::test]
async fn a_start_that_may_have_worked_is_not_repeated() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    sandbox.fail_next(Route::CreateVideo, Fault::CutAfterBytes(5));
    let asked = ai.video("sora-2", "A cat").create();
    let error = charged(&sandbox, 1, asked).await.unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Completed);
    assert_eq!(sandbox.counts().requests_to(Route::CreateVideo), 1);
    let error = charged(&sandbox, 0, ai.video("sora-2", "A cat").seconds(99).create())
        .await
        .unwrap_err();
    assert_eq!(error.charge_risk(), ChargeRisk::Refused);
}

/// The later contract's link needs no token. Where it is the service's own address, the token goes there all the same.
#[tokio::test]
async fn requests_carry_the_token_that_belongs_to_them() {
    let (sandbox, ai) = home(Sandbox::builder().video_polls(0)).await;
    let job = ai
        .video("sora-2", "A cat")
        .seconds(1)
        .size("64x64")
        .create()
        .await
        .unwrap();
    job.download().bytes().await.unwrap();
    let is_access =
        |credential| matches!(credential, Credential::Issued(kind) if format!("{kind:?}").contains("Access"));
    for record in sandbox.requests() {
        if record.path.starts_with("/oauth2/v1/") {
            assert!(is_access(record.credential), "{record:?}");
        }
        assert!(!record.path.contains("sbx_"), "{record:?}");
    }
}
