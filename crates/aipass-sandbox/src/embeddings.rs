//! `POST /oauth2/v1/embeddings`: vectors of hashed words and letter groups, so that texts which share words, or parts
//! of them, are near each other. No meaning is known: synonyms are as far apart as any two words.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::account::{charge, ensure_funds, tell_cost};
use crate::bearer::ApiAccess;
use crate::body;
use crate::chat::completion::words;
use crate::errors::ApiError;
use crate::models::Model;
use crate::state::App;

/// OpenAI's limit on the texts of one call.
const MAX_TEXTS: usize = 2048;

#[derive(Deserialize)]
struct EmbeddingRequest {
    model: Option<String>,
    input: Option<Input>,
    encoding_format: Option<String>,
    dimensions: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
}

impl Input {
    fn texts(&self) -> &[String] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::Texts(texts) => texts,
        }
    }
}

pub(crate) async fn create(
    State(app): State<App>,
    _: ApiAccess,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    ensure_funds(&app)?;
    let request: EmbeddingRequest = body::json(&headers, body, body::LARGE)
        .await
        .map_err(|error| ApiError::body(&error))?;
    let model = Model::serving("/embeddings", request.model.as_deref(), "embeddings")?;
    let texts = texts(&request)?;
    let as_base64 = as_base64(&request, model)?;
    let length = length(&request, model)?;

    let mut tokens = 0;
    let mut data = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        tokens += words(text).len() as u64;
        let vector = vector(text, length);
        let embedding = if as_base64 {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            Vector::Base64(STANDARD.encode(bytes))
        } else {
            Vector::Float(vector)
        };
        data.push(Embedding {
            object: "embedding",
            index,
            embedding,
        });
    }
    let cost = model.cost(tokens, 0);
    charge(&app, cost);
    let mut response = Json(EmbeddingList {
        object: "list",
        data,
        model: model.id,
        usage: Usage {
            prompt_tokens: tokens,
            total_tokens: tokens,
        },
    })
    .into_response();
    tell_cost(&mut response, cost);
    Ok(response)
}

fn texts(request: &EmbeddingRequest) -> Result<&[String], ApiError> {
    let refuse = |why: &str| Err(ApiError::bad_param("input", why));
    let Some(input) = &request.input else {
        return refuse("you must provide an input parameter");
    };
    match input.texts() {
        [] => refuse("input must hold at least one text"),
        texts if texts.len() > MAX_TEXTS => refuse("input must hold at most 2048 texts"),
        texts if texts.iter().any(String::is_empty) => refuse("input cannot be an empty string"),
        texts => Ok(texts),
    }
}

fn as_base64(request: &EmbeddingRequest, model: &Model) -> Result<bool, ApiError> {
    let refuse = |why: &str| Err(ApiError::bad_param("encoding_format", why));
    match request.encoding_format.as_deref() {
        None | Some("float") => Ok(false),
        Some("base64") if model.id.starts_with("gemini") => {
            refuse("gemini does not support parameters: {'encoding_format': 'base64'}")
        }
        Some("base64") => Ok(true),
        Some(_) => refuse("encoding_format must be float or base64"),
    }
}

fn length(request: &EmbeddingRequest, model: &Model) -> Result<usize, ApiError> {
    let full = match model.id {
        "text-embedding-3-small" => 1536,
        "text-embedding-3-large" => 3072,
        _ => 256,
    };
    match request.dimensions.map(usize::try_from) {
        None => Ok(full),
        Some(Ok(asked)) if (1..=full).contains(&asked) => Ok(asked),
        Some(_) => Err(ApiError::bad_param(
            "dimensions",
            format!("dimensions must be between 1 and {full} for this model"),
        )),
    }
}

/// A vector of length 1. Every word adds to one place, each group of three letters half as much to another.
fn vector(text: &str, length: usize) -> Vec<f32> {
    let mut vector = vec![0.0_f32; length];
    let mut add = |feature: &str, weight: f32| {
        let hash = fnv(feature);
        // The remainder is below a usize, and the highest bit is not part of what decides it alone.
        let place = usize::try_from(hash % length as u64).unwrap_or(0);
        vector[place] += if hash >> 63 == 0 { weight } else { -weight };
    };
    // A text without a single word gets a direction as well.
    add("", 0.1);
    let lower = text.to_lowercase();
    for word in lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        add(word, 1.0);
        let framed: Vec<char> = format!("<{word}>").chars().collect();
        for group in framed.windows(3) {
            add(&group.iter().collect::<String>(), 0.5);
        }
    }
    let norm = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if norm == 0.0 {
        // Features that cancel each other out, which takes a very short vector.
        vector[0] = 1.0;
        return vector;
    }
    vector.iter().map(|number| number / norm).collect()
}

/// FNV-1a, 64 bits.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[derive(Serialize)]
struct EmbeddingList {
    object: &'static str,
    data: Vec<Embedding>,
    model: &'static str,
    usage: Usage,
}

#[derive(Serialize)]
struct Embedding {
    object: &'static str,
    index: usize,
    embedding: Vector,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Vector {
    Float(Vec<f32>),
    Base64(String),
}

#[derive(Serialize)]
struct Usage {
    prompt_tokens: u64,
    total_tokens: u64,
}
