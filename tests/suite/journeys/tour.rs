//! One way past every endpoint of the table, so that none is left out of these journeys.

use super::{home, picture};
use aipass::{FilePart, OAuthClientUpdate, Wait};
use aipass_sandbox::{Route, Sandbox, VideoContract};

/// Method and path of each row.
fn table() -> Vec<(String, String)> {
    let value = |line: &str, key: &str| {
        let value = line.strip_prefix(key)?.trim().strip_prefix('=')?.trim();
        Some(value.trim_matches('"').to_owned())
    };
    let table = include_str!("../../../openapi/allowlist.toml");
    let lines = |key| table.lines().filter_map(move |line| value(line, key));
    lines("method").zip(lines("path")).collect()
}

#[tokio::test]
async fn every_endpoint_of_the_table_is_reached_through_the_facade() {
    let mut seen: Vec<Route> = Vec::new();
    for contract in [VideoContract::Playbook, VideoContract::Later] {
        let (sandbox, ai) = home(Sandbox::builder().video_contract(contract).video_polls(1)).await;
        let part = || FilePart::new("a.png", "image/png", picture(16, 16));
        ai.models().await.unwrap();
        ai.model("gpt-4o-mini").await.unwrap();
        ai.userinfo().await.unwrap();
        ai.balance().await.unwrap();
        ai.chat("gpt-4o-mini").user("Hi").send().await.unwrap();
        ai.embeddings("text-embedding-3-small")
            .input("Hi")
            .send()
            .await
            .unwrap();
        ai.image("dall-e-3", "A cat").size("16x16").send().await.unwrap();
        ai.edit_image("gpt-image-1", "Red")
            .image(part())
            .send()
            .await
            .unwrap();
        ai.vary_image("dall-e-2", part()).send().await.unwrap();
        let sound = ai.speech("tts-1", "Hi").bytes().await.unwrap();
        let recording = FilePart::from_bytes(sound);
        ai.transcribe("whisper-1", recording).send().await.unwrap();
        let job = ai
            .video("sora-2", "A cat")
            .seconds(1)
            .size("16x16")
            .create()
            .await
            .unwrap();
        let job = job.wait(Wait::new()).await.unwrap();
        job.download().variant("thumbnail").bytes().await.unwrap();
        let _other = job.remix("A dog").await.unwrap();
        ai.checkout_link(1.0).await.unwrap();
        let id = ai.oauth_clients().await.unwrap()[0].id.unwrap();
        ai.oauth_client(id).await.unwrap();
        let update = OAuthClientUpdate::new("Renamed")
            .redirect_uris([crate::session::CALLBACK])
            .scopes(["api:access", "profile:read"]);
        ai.update_oauth_client(id, update).await.unwrap();
        assert!(ai.logout().await.unwrap().is_complete());
        seen.extend(sandbox.counts().requests.into_keys());

        // What a deletion takes away is the application that asks for it.
        crate::session::sign_in(&ai, &sandbox).await;
        ai.delete_oauth_client(id).await.unwrap();
        let error = ai.models().await.unwrap_err();
        assert!(error.auth_error().is_some(), "its tokens work no more: {error:?}");
        seen.extend(sandbox.counts().requests.into_keys());
    }
    let table = table();
    assert_eq!(table.len(), 25);
    for (method, path) in table {
        let is_seen = seen
            .iter()
            .any(|route| (route.method(), route.path()) == (&*method, &*path));
        assert!(is_seen, "{method} {path}");
    }
}
