//! The catalogue of models.

use crate::{client::Client, error::Error};
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
    pub async fn models(&self) -> Result<Vec<Model>, Error> {
        let call = self.prepare("list_models");
        let list = call
            .api
            .list_models()
            .send()
            .await
            .map_err(|error| call.error(&error))?;
        Ok(models(list.into_inner()))
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
