//! The catalogue of models.

use crate::{
    call::{Told, operation},
    client::Client,
    error::Error,
    meta::Answer,
};
use aipass_api::{
    enums::{ModelCapability, ModelMethod, ModelType},
    types::{Model, ModelListResponse},
};
use serde_json::Map;

/// Which models to list.
///
/// The filters are documented later than the playbook, and an older server knows nothing of them: then its whole list comes
/// back, less what says of itself that it is something else.
///
/// ```no_run
/// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
/// use aipass::ModelFilter;
///
/// for model in ai.models_like(ModelFilter::new().capability("vision")).await? {
///     println!("{}", model.id);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it filters nothing by itself"]
pub struct ModelFilter {
    type_: Option<ModelType>,
    capability: Option<ModelCapability>,
    method: Option<ModelMethod>,
}

impl ModelFilter {
    /// All models.
    pub fn new() -> Self {
        Self::default()
    }

    /// Models of that kind only, such as `image`.
    pub fn type_(mut self, kind: impl Into<ModelType>) -> Self {
        self.type_ = Some(kind.into());
        self
    }

    /// Models with that ability only, such as `vision`.
    pub fn capability(mut self, capability: impl Into<ModelCapability>) -> Self {
        self.capability = Some(capability.into());
        self
    }

    /// Models that answer that kind of call only, such as `chat_completions`.
    pub fn method(mut self, method: impl Into<ModelMethod>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Whether nothing that the model says of itself stands against it.
    fn fits(&self, model: &Model) -> bool {
        let may_be = |wanted: Option<&ModelType>, own: Option<&ModelType>| match (wanted, own) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => true,
        };
        fn may_have<T: PartialEq>(wanted: Option<&T>, own: &[T]) -> bool {
            wanted.is_none_or(|wanted| own.is_empty() || own.contains(wanted))
        }
        may_be(self.type_.as_ref(), model.type_.as_ref())
            && may_have(self.capability.as_ref(), &model.capabilities)
            && may_have(self.method.as_ref(), &model.methods)
    }
}

impl Client {
    /// As [`models`](Self::models), those that fit only.
    ///
    /// # Errors
    /// The call failed; see [`Error`].
    pub async fn models_like(&self, filter: ModelFilter) -> Result<Answer<Vec<Model>>, Error> {
        let (api, call) = self.call(operation!("list_models"), None)?;
        let mut request = api.list_models();
        if let Some(kind) = &filter.type_ {
            request = request.type_(kind.clone());
        }
        if let Some(capability) = &filter.capability {
            request = request.capability(capability.clone());
        }
        if let Some(method) = &filter.method {
            request = request.method(method.clone());
        }
        let read = |list| {
            let fitting = models(list).into_iter().filter(|model| filter.fits(model));
            Some((fitting.collect(), Told::default()))
        };
        call.answer(request.send(), read).await
    }

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
        let (api, call) = self.call(operation!("list_models"), None)?;
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
        let (api, call) = self.call(operation!("get_model"), Some(id))?;
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
