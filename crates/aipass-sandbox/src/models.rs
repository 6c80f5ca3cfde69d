//! `GET /oauth2/v1/models` and `/models/{id}`: the catalogue, in the three shapes that the service has had.
//!
//! A plain call gets the OpenAI list. With `detailed=true` or one of the filters `type`, `capability` and `method`
//! (all later than the playbook) entries also say what they can do; `detailed=false` gets bare ids.

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

const CHAT: &[&str] = &["chat_completions"];
const SEES: &[&str] = &["text", "vision", "streaming", "tools"];

/// The ids are ones that pages of the service name; the playbook's two come first.
static CATALOGUE: &[Model] = &[
    Model {
        id: "gpt-4o-mini",
        name: "GPT-4o mini",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: false,
        per_call: 1_000,
        per_prompt_token: 10,
        per_completion_token: 40,
    },
    Model {
        id: "gemini/gemini-2.5-flash-lite",
        name: "Gemini 2.5 Flash Lite",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: false,
        per_call: 500,
        per_prompt_token: 5,
        per_completion_token: 20,
    },
    Model {
        id: "gpt-5-mini",
        name: "GPT-5 mini",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: true,
        per_call: 2_000,
        per_prompt_token: 20,
        per_completion_token: 100,
    },
    Model {
        id: "claude-sonnet-4-5",
        name: "Claude Sonnet 4.5",
        kind: "multimodal",
        capabilities: SEES,
        methods: CHAT,
        reasons: false,
        per_call: 3_000,
        per_prompt_token: 30,
        per_completion_token: 150,
    },
    embedding("text-embedding-3-small", "Text Embedding 3 Small", 100),
    embedding("text-embedding-3-large", "Text Embedding 3 Large", 300),
    embedding("gemini/gemini-embedding-001", "Gemini Embedding", 100),
    image("gpt-image-1", "GPT Image 1", PICTURES, 40_000),
    image("gpt-image-1-mini", "GPT Image 1 mini", PICTURES, 10_000),
    image("dall-e-3", "DALL-E 3", &["image_generation"], 40_000),
    // The catalogue has no method for variations; the only model of OpenAI that ever made them edits as well.
    image("dall-e-2", "DALL-E 2", PICTURES, 20_000),
    image("flux-pro/v1.1", "FLUX Pro 1.1", &["image_generation"], 50_000),
    audio("tts-1", "TTS 1", &["audio"], SPEAKS, 15_000),
    audio(
        "gpt-4o-mini-tts",
        "GPT-4o mini TTS",
        &["audio", "streaming"],
        SPEAKS,
        12_000,
    ),
    audio(
        "gemini/gemini-3.1-flash-tts",
        "Gemini 3.1 Flash TTS",
        &["audio"],
        SPEAKS,
        10_000,
    ),
    audio("whisper-1", "Whisper 1", &["audio"], LISTENS, 6_000),
    audio(
        "gpt-4o-mini-transcribe",
        "GPT-4o mini Transcribe",
        &["audio", "streaming"],
        LISTENS,
        3_000,
    ),
    audio(
        "gpt-4o-transcribe",
        "GPT-4o Transcribe",
        &["audio", "streaming"],
        LISTENS,
        6_000,
    ),
    audio(
        "gpt-4o-transcribe-diarize",
        "GPT-4o Transcribe Diarize",
        &["audio", "streaming"],
        LISTENS,
        6_000,
    ),
    video("sora-2", "Sora 2", 400_000),
    video("openai/sora-2", "Sora 2", 400_000),
    video("veo-3.1-fast-generate-preview", "Veo 3.1 Fast", 600_000),
];

const PICTURES: &[&str] = &["image_generation", "image_edit"];
const SPEAKS: &[&str] = &["audio_speech"];
const LISTENS: &[&str] = &["audio_transcription"];

/// A model whose texts cost a micro-dollar per token besides.
const fn embedding(id: &'static str, name: &'static str, per_call: i64) -> Model {
    Model {
        per_prompt_token: 1,
        ..other(id, name, "embedding", &["text"], &["embeddings"], per_call)
    }
}

const fn image(
    id: &'static str,
    name: &'static str,
    methods: &'static [&'static str],
    per_call: i64,
) -> Model {
    other(id, name, "image", &["image"], methods, per_call)
}

const fn audio(
    id: &'static str,
    name: &'static str,
    capabilities: &'static [&'static str],
    methods: &'static [&'static str],
    per_call: i64,
) -> Model {
    other(id, name, "audio", capabilities, methods, per_call)
}

const fn video(id: &'static str, name: &'static str, per_call: i64) -> Model {
    other(id, name, "video", &["video"], &["video_generation"], per_call)
}

/// A model with one price per call.
const fn other(
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    capabilities: &'static [&'static str],
    methods: &'static [&'static str],
    per_call: i64,
) -> Model {
    Model {
        id,
        name,
        kind,
        capabilities,
        methods,
        reasons: false,
        per_call,
        per_prompt_token: 0,
        per_completion_token: 0,
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
