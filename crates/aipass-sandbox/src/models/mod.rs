//! `GET /oauth2/v1/models` and `/models/{id}`: the catalogue, in the three shapes that the service has had.
//!
//! A plain call gets the OpenAI list. With `detailed=true` or one of the filters `type`, `capability` and `method`
//! (all later than the playbook) entries also say what they can do; `detailed=false` gets bare ids.

mod catalogue;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use url::form_urlencoded;

use crate::bearer::ApiAccess;
use crate::errors::ApiError;
use crate::money::Micros;
use crate::state::App;
use catalogue::CATALOGUE;

/// A model of the catalogue. Prices are made up, and high enough that a balance visibly goes down.
pub(crate) struct Model {
    pub(crate) id: &'static str,
    name: &'static str,
    kind: &'static str,
    capabilities: &'static [&'static str],
    methods: &'static [&'static str],
    /// Thinks before it answers, and spends tokens of the answer's budget on that.
    pub(crate) reasons: bool,
    per_call: i64,
    per_prompt_token: i64,
    per_completion_token: i64,
}

impl Model {
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|model| model.id == id)
    }

    /// The model that a call names, if it is one that answers calls of this `method`.
    pub(crate) fn serving(call: &str, id: Option<&str>, method: &str) -> Result<&'static Self, ApiError> {
        let id = id.unwrap_or_default();
        if id.is_empty() {
            return Err(ApiError::bad_param("model", "you must provide a model parameter"));
        }
        Self::find(id)
            .filter(|model| model.has_method(method))
            .ok_or_else(|| ApiError::unknown_model(call, id))
    }

    pub(crate) fn has_method(&self, method: &str) -> bool {
        self.methods.contains(&method)
    }

    pub(crate) fn cost(&self, prompt_tokens: u64, completion_tokens: u64) -> Micros {
        let part = |price: i64, tokens: u64| price.saturating_mul(i64::try_from(tokens).unwrap_or(i64::MAX));
        let tokens = part(self.per_prompt_token, prompt_tokens)
            .saturating_add(part(self.per_completion_token, completion_tokens));
        Micros(self.per_call.saturating_add(tokens))
    }
}

/// How the list of models looks when the query does not say how. The service has had all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelsShape {
    /// OpenAI's list: id, date and owner. A filter in the query adds what the catalogue has.
    #[default]
    OpenAi,
    /// An array of ids and nothing else.
    Bare,
    /// OpenAI's list with name, type, capabilities and methods in every entry, and in the answer for a single model.
    Catalogue,
}

impl ModelsShape {
    /// What `detailed` in the query would say.
    fn detailed(self, filtered: bool) -> Option<bool> {
        match self {
            Self::OpenAi => filtered.then_some(true),
            Self::Bare => Some(false),
            Self::Catalogue => Some(true),
        }
    }
}

#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
    #[serde(flatten)]
    details: Option<Details>,
}

#[derive(Serialize)]
struct Details {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    capabilities: &'static [&'static str],
    methods: &'static [&'static str],
}

/// Date and owner are LiteLLM's, the same for every model.
fn entry(model: &Model, detailed: bool) -> Entry {
    let details = Details {
        name: model.name,
        kind: model.kind,
        capabilities: model.capabilities,
        methods: model.methods,
    };
    Entry {
        id: model.id,
        object: "model",
        created: 1_677_610_602,
        owned_by: "openai",
        details: detailed.then_some(details),
    }
}

pub(crate) async fn list(State(app): State<App>, _: ApiAccess, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let (mut asked, mut filtered) = (None, false);
    let mut models: Vec<&Model> = CATALOGUE.iter().collect();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "type" => models.retain(|model| model.kind == value),
            "capability" => models.retain(|model| model.capabilities.contains(&value.as_ref())),
            "method" => models.retain(|model| model.has_method(&value)),
            "detailed" => {
                asked = Some(value != "false");
                continue;
            }
            _ => continue,
        }
        filtered = true;
    }
    let detailed = asked.or(app.config.models_shape.detailed(filtered));
    if detailed == Some(false) {
        return Json(models.iter().map(|model| model.id).collect::<Vec<_>>()).into_response();
    }
    let data: Vec<Entry> = models
        .iter()
        .map(|model| entry(model, detailed.is_some()))
        .collect();
    Json(List { object: "list", data }).into_response()
}

pub(crate) async fn get(State(app): State<App>, _: ApiAccess, Path(id): Path<String>) -> Response {
    match Model::find(&id) {
        Some(model) => Json(entry(model, app.config.models_shape == ModelsShape::Catalogue)).into_response(),
        // LiteLLM raises a plain FastAPI error here, which has this form and not the usual one.
        None => {
            let detail = format!("Model '{id}' not found");
            (StatusCode::NOT_FOUND, Json(json!({ "detail": detail }))).into_response()
        }
    }
}
