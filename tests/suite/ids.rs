//! Ids in paths: they keep their place, and slashes in the names of models go out as the builder says.

use crate::{
    facade::{MODELS, builder, headed, json},
    support::{Server, answer, client},
};
use aipass::ChargeRisk;

/// The targets that were asked for.
fn targets(server: &Server) -> Vec<String> {
    let requests = server.requests();
    let target = |request: &String| request.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.iter().map(target).collect()
}

const MODEL: &str = r#"{"id":"gemini/gemini-2.5-pro"}"#;

#[tokio::test]
async fn a_slash_in_the_name_of_a_model_is_a_slash_on_the_wire() {
    let server = Server::start([json(MODEL)]).await;
    let ai = client(&server.base_url);
    for (id, target) in [
        ("gpt-4o", "/oauth2/v1/models/gpt-4o"),
        ("gemini/gemini-2.5-pro", "/oauth2/v1/models/gemini/gemini-2.5-pro"),
        ("a/b/c d?e#f%2F", "/oauth2/v1/models/a/b/c%20d%3Fe%23f%252F"),
        // Pieces that would lead elsewhere stay one segment.
        ("a/../b", "/oauth2/v1/models/a%2F..%2Fb"),
        ("/a", "/oauth2/v1/models/%2Fa"),
        ("../userinfo", "/oauth2/v1/models/..%2Fuserinfo"),
        ("größe/é", "/oauth2/v1/models/gr%C3%B6%C3%9Fe/%C3%A9"),
    ] {
        assert_eq!(ai.model(id).await.unwrap().id, "gemini/gemini-2.5-pro");
        assert_eq!(targets(&server).last().unwrap(), target, "{id}");
    }
    ai.api().get_model().id("x/y").send().await.unwrap();
    assert_eq!(targets(&server).last().unwrap(), "/oauth2/v1/models/x/y");
}

#[tokio::test]
async fn the_builder_keeps_slashes_encoded_if_it_is_told_to() {
    let server = Server::start([json(MODEL)]).await;
    let ai = builder(&format!("{}/base", server.base_url))
        .encode_slashes_in_models(true)
        .api_prefix("/v1")
        .build()
        .unwrap();
    ai.model("gemini/gemini-2.5-pro").await.unwrap();
    assert_eq!(targets(&server), ["/base/v1/models/gemini%2Fgemini-2.5-pro"]);
}

#[tokio::test]
async fn a_model_that_its_path_does_not_find_is_looked_up_in_the_list() {
    let missing = answer("404 Not Found", "application/json", r#"{"detail":"Not Found"}"#);
    let server = Server::start([
        missing.clone(),
        headed("200 OK", &[("x-request-id", "r-list")], MODELS),
    ])
    .await;
    let model = client(&server.base_url).model("gemini/pro").await.unwrap();
    assert_eq!(
        (model.id.as_str(), model.meta().request_id()),
        ("gemini/pro", Some("r-list"))
    );
    assert_eq!(
        targets(&server),
        ["/oauth2/v1/models/gemini/pro", "/oauth2/v1/models"]
    );

    let server = Server::start([missing.clone(), json(MODELS)]).await;
    let error = client(&server.base_url)
        .model("gemini/unknown")
        .await
        .unwrap_err();
    assert!(error.is_not_found() && error.is_bad_request(), "{error:?}");
    assert_eq!(error.charge_risk(), ChargeRisk::Free);
    assert_eq!(server.requests().len(), 2);

    // A list that cannot be read hides nothing.
    let refused = answer("403 Forbidden", "application/json", "{}");
    let server = Server::start([missing.clone(), refused]).await;
    assert!(
        client(&server.base_url)
            .model("gemini/pro")
            .await
            .unwrap_err()
            .is_not_found()
    );

    let server = Server::start([missing, json(MODELS)]).await;
    assert!(
        client(&server.base_url)
            .model("m")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(server.requests().len(), 1, "without a slash the answer is plain");
}

#[tokio::test]
async fn an_id_that_leaves_its_place_is_refused_before_anything_is_sent() {
    let server = Server::start([json(MODEL)]).await;
    let ai = client(&server.base_url);
    for id in ["", ".", "..", "a\nb", "a\0", "\u{7f}", "\r", "\t"] {
        let error = ai.model(id).await.unwrap_err();
        assert!(
            error.is_bad_request() && !error.is_not_found(),
            "{id:?}: {error:?}"
        );
        assert_eq!(
            (error.charge_risk(), error.attempts()),
            (ChargeRisk::Free, 0),
            "{id:?}"
        );
        assert!(ai.api().get_model().id(id).send().await.is_err(), "{id:?}");
        assert!(ai.api().get_video().id(id).send().await.is_err(), "{id:?}");
        assert!(ai.api().download_video().id(id).send().await.is_err(), "{id:?}");
    }
    assert_eq!(targets(&server), [""; 0]);
}

#[tokio::test]
async fn the_id_of_a_video_is_one_segment_whatever_it_holds() {
    let server = Server::start([json(r#"{"id":"video_1","status":"queued"}"#)]).await;
    let ai = client(&server.base_url);
    ai.api().get_video().id("dmlk/ZW8+x==").send().await.unwrap();
    ai.api().get_video().id("a/../b").send().await.unwrap();
    let expected = [
        "/oauth2/v1/videos/dmlk%2FZW8%2Bx%3D%3D",
        "/oauth2/v1/videos/a%2F..%2Fb",
    ];
    let sent: Vec<_> = targets(&server)
        .into_iter()
        .map(|target| target.replace('+', "%2B").replace('=', "%3D"))
        .collect();
    assert_eq!(sent, expected);
    assert!(
        ai.api().download_video().id("dmlk/ZW8").send().await.is_err(),
        "JSON is no video"
    );
    assert_eq!(targets(&server)[2], "/oauth2/v1/videos/dmlk%2FZW8/content");
}
