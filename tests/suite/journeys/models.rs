//! The catalogue, in the three shapes that the service has had.

use super::home;
use aipass::{ModelFilter, enums::ModelMethod};
use aipass_sandbox::{ModelsShape, Route, Sandbox};

#[tokio::test]
async fn every_shape_of_the_list_has_the_same_models() {
    let mut lists = Vec::new();
    for shape in [ModelsShape::OpenAi, ModelsShape::Bare, ModelsShape::Catalogue] {
        let (_sandbox, ai) = home(Sandbox::builder().models_shape(shape)).await;
        let models = ai.models().await.unwrap().into_inner();
        let told = models.iter().filter(|model| !model.methods.is_empty()).count();
        assert_eq!(told > 0, shape == ModelsShape::Catalogue, "{shape:?}");
        lists.push(models.into_iter().map(|model| model.id).collect::<Vec<_>>());
    }
    assert!(lists[0].contains(&"gemini/gemini-2.5-flash-lite".to_owned()));
    assert!(lists.iter().all(|list| *list == lists[0]), "{lists:?}");
}

#[tokio::test]
async fn filters_find_what_can_do_the_work() {
    for shape in [ModelsShape::OpenAi, ModelsShape::Bare, ModelsShape::Catalogue] {
        let (_sandbox, ai) = home(Sandbox::builder().models_shape(shape)).await;
        for (filter, has, has_not) in [
            (ModelFilter::new().type_("video"), "sora-2", "gpt-4o-mini"),
            (ModelFilter::new().capability("vision"), "gpt-4o-mini", "tts-1"),
            (
                ModelFilter::new().method(ModelMethod::ImageEdit),
                "gpt-image-1",
                "dall-e-3",
            ),
            (
                ModelFilter::new().type_("audio").method("audio_transcription"),
                "whisper-1",
                "tts-1",
            ),
        ] {
            let ids: Vec<_> = ai
                .models_like(filter.clone())
                .await
                .unwrap()
                .into_iter()
                .collect();
            let ids: Vec<_> = ids.iter().map(|model| model.id.as_str()).collect();
            assert!(ids.contains(&has), "{shape:?} {filter:?}: {ids:?}");
            assert!(!ids.contains(&has_not), "{shape:?} {filter:?}: {ids:?}");
        }
        let none = ai
            .models_like(ModelFilter::new().type_("no-such-kind"))
            .await
            .unwrap();
        assert!(none.is_empty());
    }
}

#[tokio::test]
async fn an_id_with_a_slash_is_found() {
    let (sandbox, ai) = home(Sandbox::builder().models_shape(ModelsShape::Catalogue)).await;
    let model = ai.model("gemini/gemini-3.1-flash-tts").await.unwrap();
    assert_eq!(model.name.as_deref(), Some("Gemini 3.1 Flash TTS"));
    assert_eq!(model.methods, [ModelMethod::AudioSpeech]);
    assert_eq!(sandbox.counts().requests_to(Route::Models), 0);

    // A gateway that takes the slash for another route: the list knows the model.
    sandbox.fail_next(Route::Model, aipass_sandbox::Fault::status(404, "{}"));
    let model = ai.model("gemini/gemini-3.1-flash-tts").await.unwrap();
    assert_eq!(model.id, "gemini/gemini-3.1-flash-tts");
    assert_eq!(sandbox.counts().requests_to(Route::Models), 1);

    for id in ["gemini/none", "none"] {
        assert!(ai.model(id).await.unwrap_err().is_not_found(), "{id}");
    }
    assert!(ai.model("a/../b").await.unwrap_err().is_bad_request());
    assert_eq!(sandbox.counts().charged_calls, 0);
}
