//! Videos: both contracts, waiting, failing, going on later.

use super::json_server;
use crate::{
    facade::{Pauses, in_time},
    session::{CALLBACK, app, sign_in},
    support::{Answer, Server, answer},
};
use aipass::{ChargeRisk, Client, MemoryStore, Secret, Wait, enums::VideoStatus};
use aipass_sandbox::{Fault, Route, Sandbox};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

fn client(base_url: &str, pauses: &Pauses) -> Client {
    Client::builder()
        .base_url(base_url)
        .access_token(Secret::new("token-1"))
        .sleeper(pauses.clone())
        .build()
        .unwrap()
}

fn json(body: &str) -> Answer {
    answer("200 OK", "application/json", body)
}

#[tokio::test]
async fn a_job_is_known_by_either_id() {
    for (body, id, seconds) in [
        (r#"{"id":"v1","status":"queued","seconds":"8"}"#, "v1", Some(8)),
        (r#"{"videoId":"v2","status":"queued","seconds":8}"#, "v2", Some(8)),
        (
            r#"{"id":"","videoId":"v3","status":"processing","seconds":8.0}"#,
            "v3",
            Some(8),
        ),
        (
            r#"{"id":"v4","status":"brand_new","seconds":"8s"}"#,
            "v4",
            Some(8),
        ),
        (r#"{"id":"v5","seconds":{"n":8}}"#, "v5", None),
        (r#"{"videoId":6,"status":"queued","seconds":8}"#, "6", Some(8)),
    ] {
        let server = json_server(body).await;
        let job = client(&server.base_url, &Pauses::default())
            .video("sora-2", "A cat")
            .create()
            .await
            .unwrap();
        assert_eq!(job.id(), id);
        assert_eq!(job.length(), seconds.map(Duration::from_secs), "{body}");
    }
    let server = json_server(r#"{"status":"queued"}"#).await;
    let error = client(&server.base_url, &Pauses::default())
        .video("sora-2", "A cat")
        .create()
        .await
        .unwrap_err();
    assert!(error.is_decode() && error.charge_risk() == ChargeRisk::Unknown);
}

#[tokio::test]
async fn waiting_goes_on_through_unknown_words_and_trouble() {
    let server = Server::start([
        json(r#"{"id":"v1","status":"queued"}"#),
        json(r#"{"id":"v1","status":"dreaming","progress":"12.5"}"#),
        answer("400 Bad Request", "application/json", "{}"),
    ])
    .await;
    // The last answer is a refusal, which ends the waiting: what came before it did not.
    let pauses = Pauses::default();
    let seen: Arc<Mutex<Vec<Option<f64>>>> = Arc::default();
    let tell = seen.clone();
    let wait = Wait::new().on_progress(move |job| tell.lock().unwrap().push(job.progress()));
    let error = client(&server.base_url, &pauses)
        .video_job("v1")
        .wait(wait)
        .await
        .unwrap_err();
    assert!(error.is_bad_request(), "{error}");
    assert_eq!(error.video_id(), Some("v1"));
    assert_eq!(*seen.lock().unwrap(), [None, Some(12.5)]);
    for pause in pauses.seen() {
        let range = Duration::from_secs(4)..Duration::from_secs(6);
        assert!(range.contains(&pause), "{pause:?}");
    }

    let server = Server::start([
        answer("500 Internal Server Error", "text/plain", ""),
        answer("500 Internal Server Error", "text/plain", ""),
        answer("500 Internal Server Error", "text/plain", ""),
        json(r#"{"id":"v1","status":"completed"}"#),
    ])
    .await;
    let job = client(&server.base_url, &Pauses::default())
        .video_job("v1")
        .wait(Wait::new())
        .await
        .unwrap();
    assert_eq!(job.status(), Some(&VideoStatus::Completed));
}

/// More of each than one question is repeated.
#[tokio::test]
async fn half_an_answer_is_trouble_too() {
    let half = || {
        Answer::Bytes(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"id\":"
                .to_vec(),
        )
    };
    let done = json(r#"{"id":"v1","status":"completed"}"#);
    let server = Server::start([half(), half(), half(), half(), done]).await;
    let ai = client(&server.base_url, &Pauses::default());
    let job = ai.video_job("v1").wait(Wait::new()).await.unwrap();
    assert!(job.is_completed());
}

/// A job of the later contract, of which the id alone is known: the gateway does not know the first address, and is in trouble
/// at the second.
#[tokio::test]
async fn trouble_at_the_other_address_does_not_lose_the_job() {
    let unknown = || answer("404 Not Found", "application/json", "{}");
    let trouble = || answer("503 Service Unavailable", "text/plain", "");
    let done = |link: &str| {
        json(&format!(
            r#"{{"videoId":"v1","status":"completed","downloadUrl":"{link}"}}"#
        ))
    };
    let server = Server::start([
        unknown(),
        trouble(),
        trouble(),
        trouble(),
        unknown(),
        done("/file"),
    ])
    .await;
    let ai = client(&server.base_url, &Pauses::default());
    let job = ai.video_job("v1").wait(Wait::new()).await.unwrap();
    assert!(job.is_completed());

    // Where there is no such job at either, that is so.
    let server = Server::start([unknown()]).await;
    let ai = client(&server.base_url, &Pauses::default());
    let error = ai.video_job("v1").wait(Wait::new()).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

/// The token runs out while a video is waited for, and the token endpoint is in trouble.
#[tokio::test]
async fn waiting_goes_on_while_the_token_cannot_be_renewed() {
    let sandbox = Sandbox::start().await.unwrap();
    let app = app(&sandbox, CALLBACK, Arc::new(MemoryStore::default())).await;
    let ai = app.sleeper(Pauses::default()).build().unwrap();
    sign_in(&ai, &sandbox).await;
    let asked = ai.video("sora-2", "A cat").seconds(1).size("64x64");
    let job = asked.create().await.unwrap();
    for _ in 0..200 {
        sandbox.fail_next(Route::Token, Fault::status(503, "{}"));
    }
    sandbox.expire_access_tokens();
    let before = sandbox.counts().requests_to(Route::Video);
    let id = job.id().to_owned();
    let error = job.wait(Wait::new()).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_login_required(), "{error:?}");
    assert_eq!(error.video_id(), Some(id.as_str()));
    assert!(sandbox.counts().requests_to(Route::Video) > before + 100);
}

#[tokio::test]
async fn a_deadline_holds_for_an_answer_that_does_not_come() {
    let server = Server::start([Answer::Hang(Vec::new())]).await;
    let mut timeouts = aipass::Timeouts::default();
    timeouts.first_byte_free = None;
    timeouts.total_free = None;
    let ai = Client::builder()
        .base_url(&server.base_url)
        .access_token(Secret::new("token-1"))
        .timeouts(timeouts)
        .build()
        .unwrap();
    let wait = Wait::new().deadline(Duration::ZERO).interval(Duration::ZERO);
    let error = in_time(ai.video_job("v1").wait(wait)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.video_id(), Some("v1"));
    server.closed(1).await;
    // It is asked once in any case.
    let server = json_server(r#"{"id":"v1","status":"completed"}"#).await;
    let ai = client(&server.base_url, &Pauses::default());
    let job = ai
        .video_job("v1")
        .wait(Wait::new().deadline(Duration::ZERO))
        .await;
    assert!(job.unwrap().is_completed());
}

#[tokio::test]
async fn words_and_numbers_that_are_a_little_off_are_understood() {
    for (status, progress, done, told) in [
        ("COMPLETED", "250", true, Some(100.0)),
        ("Completed ", "\"NaN\"", true, None),
        ("In_Progress", "-1", false, Some(0.0)),
    ] {
        let body = format!(r#"{{"id":"v1","status":"{status}","progress":{progress}}}"#);
        let server = json_server(&body).await;
        let ai = client(&server.base_url, &Pauses::default());
        let job = ai.video("sora-2", "A cat").create().await.unwrap();
        assert_eq!((job.is_completed(), job.progress()), (done, told), "{body}");
        let raw = job.raw().unwrap().status.as_ref().unwrap();
        assert_eq!(raw.as_str(), status, "it is kept as it came");
    }
    let server = json_server(r#"{"id":"v1","status":"FAILED","error":"Out of memory"}"#).await;
    let ai = client(&server.base_url, &Pauses::default());
    let error = ai.video_job("v1").wait(Wait::new()).await.unwrap_err();
    assert!(error.is_job_failed(), "{error}");
    assert_eq!(error.server_message(), Some("Out of memory"));
}

#[tokio::test]
async fn the_server_may_say_how_long_to_pause() {
    let queued = |hint: &str| {
        super::whole(
            &format!("200 OK\r\ncontent-type: application/json\r\nretry-after: {hint}"),
            br#"{"id":"v1","status":"queued"}"#,
        )
    };
    let server = Server::start([
        queued("17"),
        queued("3600"),
        json(r#"{"id":"v1","status":"completed"}"#),
    ])
    .await;
    let pauses = Pauses::default();
    let ai = client(&server.base_url, &pauses);
    let _job = ai.video_job("v1").wait(Wait::new()).await.unwrap();
    assert_eq!(pauses.seen(), [Duration::from_secs(17), Duration::from_secs(60)]);
}

#[tokio::test]
async fn a_deadline_ends_the_waiting_and_not_the_job() {
    let server = json_server(r#"{"id":"v1","status":"in_progress"}"#).await;
    let pauses = Pauses::default();
    let wait = Wait::new()
        .deadline(Duration::from_secs(30))
        .interval(Duration::from_secs(10));
    let error = client(&server.base_url, &pauses)
        .video_job("v1")
        .wait(wait)
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(
        (error.video_id(), error.charge_risk()),
        (Some("v1"), ChargeRisk::Free)
    );
    assert!(error.help().contains("wait for it again"), "{}", error.help());
    let slept: Duration = pauses.seen().iter().sum();
    assert!(slept < Duration::from_secs(30), "{slept:?}");
    assert!((2..=4).contains(&server.requests().len()));
}

#[tokio::test]
async fn a_job_that_failed_says_why() {
    for (body, message, code) in [
        (
            r#"{"id":"v1","status":"failed","error":{"code":"moderation_blocked","message":"The prompt was refused"}}"#,
            Some("The prompt was refused"),
            Some("moderation_blocked"),
        ),
        (
            r#"{"id":"v1","status":"failed","error":{"code":500,"message":"Out of memory"}}"#,
            Some("Out of memory"),
            Some("500"),
        ),
        (r#"{"id":"v1","status":"failed","error":null}"#, None, None),
    ] {
        let server = json_server(body).await;
        let ai = client(&server.base_url, &Pauses::default());
        let error = ai.video_job("v1").wait(Wait::new()).await.unwrap_err();
        assert!(error.is_job_failed(), "{error}");
        assert_eq!((error.server_message(), error.code()), (message, code));
        assert_eq!(error.video_id(), Some("v1"));
        let mut job = ai.video_job("v1");
        job.refresh().await.unwrap();
        assert!(job.failure().unwrap().is_job_failed());
    }
}

#[tokio::test]
async fn an_id_that_would_lead_elsewhere_is_not_sent() {
    let ai = client("http://127.0.0.1:9", &Pauses::default());
    for id in ["", ".", "..", "a\nb"] {
        let mut job = ai.video_job(id);
        assert!(job.refresh().await.unwrap_err().is_bad_request(), "{id:?}");
        assert!(
            job.download().bytes().await.unwrap_err().is_bad_request(),
            "{id:?}"
        );
        let error = job.remix("x").await.unwrap_err();
        assert!(error.is_bad_request() && error.video_id() == Some(id), "{id:?}");
    }
    assert!(ai.video("m", " ").create().await.unwrap_err().is_bad_request());
}

#[tokio::test]
async fn a_start_is_not_repeated_where_it_may_have_worked() {
    let server = Server::start([answer("502 Bad Gateway", "text/plain", "")]).await;
    let error = client(&server.base_url, &Pauses::default())
        .video("sora-2", "A cat")
        .create()
        .await
        .unwrap_err();
    assert_eq!(
        (server.requests().len(), error.charge_risk()),
        (1, ChargeRisk::Unknown)
    );
}
