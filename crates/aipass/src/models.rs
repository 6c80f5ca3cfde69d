//! The catalogue of models.

use crate::{call::Told, client::Client, error::Error, meta::Answer};
use aipass_api::types::{Model, ModelListResponse};
use serde_json::Map;

impl Client {
    /// The models that the account can use. Costs nothing. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// for model in ai.models().await? {
    ///     println!("{}", model.id);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn models(&self) -> Result<Answer<Vec<Model>>, Error> {
        let (api, call) = self.call("list_models", None)?;
        call.answer(api.list_models().send(), |list| {
            Some((models(list), Told::default()))
        })
        .await
    }

    /// One model by its id. Costs nothing. (Scope `api:access`.)
    ///
    /// An id may hold slashes, as in `gemini/gemini-2.5-pro`. Gateways differ in what they make of one in a path, so a 404
    /// for such an id is looked up in the list of models.
    ///
    /// # Errors
    /// [`Error::is_not_found`] where there is no such model; [`Error::is_bad_request`], before anything is sent, for an id
    /// that is empty, `.` or `..`, or holds control characters.
    pub async fn model(&self, id: impl AsRef<str>) -> Result<Answer<Model>, Error> {
        let id = id.as_ref();
        let (api, call) = self.call("get_model", Some(id))?;
        let sending = api.get_model().id(id).send();
        let error = match call.answer(sending, |model| Some((model, Told::default()))).await {
            Err(error) if error.is_not_found() && id.contains('/') => error,
            outcome => return outcome,
        };
        let listed = self.models().await.map(|models| {
            let meta = models.meta().clone();
            let found = models.into_iter().find(|model| model.id == id);
            found.map(|model| Answer::new(model, meta))
        });
        // What the list says matters only where it has the model.
        listed.ok().flatten().ok_or(error)
    }
}

/// Servers of different ages answer with an envelope, with ids alone, or with bare entries.
fn models(list: ModelListResponse) -> Vec<Model> {
    match list {
        ModelListResponse::ModelList(list) => list.data,
        ModelListResponse::Models(models) => models,
        ModelListResponse::Ids(ids) => ids.into_iter().map(named).collect(),
    }
}

fn named(id: String) -> Model {
    Model {
        id,
        capabilities: Vec::new(),
        context_length: None,
        created: None,
        description: None,
        methods: Vec::new(),
        name: None,
        object: None,
        owned_by: None,
        shutdown_date: None,
        type_: None,
        extra: Map::new(),
    }
}
