//! Texts as vectors: in one call, or in as many as a large number of texts needs.

mod batches;
mod sieve;
mod wire;

pub use batches::BatchError;

use crate::{
    call::{Call, Told, operation},
    client::Client,
    error::Error,
    meta::Meta,
    options::RequestOptions,
};
use aipass_api::{
    enums::EmbeddingEncoding,
    types::{EmbeddingInput, EmbeddingRequest, Usage},
};
use std::{fmt, ops::Deref};

/// The family whose members are known to take base64; routes to other providers refuse the field.
const TAKES_BASE64: &str = "text-embedding-3";

impl Client {
    /// Starts to turn texts into vectors. Sending it is a paid call. (Playbook section 8; scope `api:access`.)
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client) -> Result<(), aipass::Error> {
    /// use aipass::cosine_similarity;
    ///
    /// let texts = ["The cat sleeps.", "A kitten naps.", "Taxes are due."];
    /// let vectors = ai.embeddings("text-embedding-3-small").inputs(texts).send().await?;
    /// let near = cosine_similarity(&vectors[0], &vectors[1]);
    /// let far = cosine_similarity(&vectors[0], &vectors[2]);
    /// assert!(near > far);
    /// # Ok(()) }
    /// ```
    pub fn embeddings(&self, model: impl Into<String>) -> EmbeddingsBuilder {
        self.embeddings_request(EmbeddingRequest::new(model, Vec::new()))
    }

    /// As [`embeddings`](Self::embeddings), from a request that is already there.
    pub fn embeddings_request(&self, request: EmbeddingRequest) -> EmbeddingsBuilder {
        EmbeddingsBuilder {
            client: self.clone(),
            request,
        }
    }
}

/// Texts that are to become vectors. Nothing is sent before [`send`](Self::send) or
/// [`send_in_batches`](Self::send_in_batches).
#[derive(Clone)]
#[must_use = "nothing is embedded before it is sent"]
pub struct EmbeddingsBuilder {
    client: Client,
    request: EmbeddingRequest,
}

impl EmbeddingsBuilder {
    /// Adds a text.
    pub fn input(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.request.input = match self.request.input {
            EmbeddingInput::Texts(texts) if texts.is_empty() => EmbeddingInput::Text(text),
            EmbeddingInput::Texts(mut texts) => {
                texts.push(text);
                EmbeddingInput::Texts(texts)
            }
            EmbeddingInput::Text(first) => EmbeddingInput::Texts(vec![first, text]),
        };
        self
    }

    /// Adds several texts.
    pub fn inputs<T: Into<String>>(mut self, more: impl IntoIterator<Item = T>) -> Self {
        let mut texts = match self.request.input {
            EmbeddingInput::Texts(texts) => texts,
            EmbeddingInput::Text(first) => vec![first],
        };
        texts.extend(more.into_iter().map(Into::into));
        self.request.input = EmbeddingInput::Texts(texts);
        self
    }

    /// Asks for vectors of that many numbers, where the model can do with fewer.
    pub fn dimensions(mut self, dimensions: u32) -> Self {
        self.request.dimensions = Some(i32::try_from(dimensions).unwrap_or(i32::MAX));
        self
    }

    /// How the vectors travel. Base64 is several times faster and smaller, and is asked for by itself for the models
    /// `text-embedding-3-…`; routes to other providers may refuse the field, so it is left out for them. What comes back is
    /// understood either way.
    pub fn encoding(mut self, encoding: impl Into<EmbeddingEncoding>) -> Self {
        self.request.encoding_format = Some(encoding.into());
        self
    }

    /// Changes any other field of the request.
    pub fn with(mut self, change: impl FnOnce(&mut EmbeddingRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Settings for this call alone, over those of the client.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.client = self.client.with_options(options);
        self
    }

    /// Sends all texts in one paid call.
    ///
    /// # Errors
    /// See [`Error`]. An answer with another number of vectors than texts is [no answer](Error::is_decode).
    pub async fn send(mut self) -> Result<Embeddings, Error> {
        self.check()?;
        self.choose_encoding();
        let call = self
            .client
            .begin(operation!("create_embedding"), Some(&self.request.model))?;
        match self.answer(&call).await {
            Ok((vectors, told)) => {
                let usage = told.usage.clone();
                let meta = call.answered(told);
                Ok(Embeddings {
                    vectors,
                    usage,
                    cost: meta.cost(),
                    meta,
                })
            }
            Err(error) => Err(call.failed(error)),
        }
    }

    async fn answer(&self, call: &Call) -> Result<(Vec<Vec<f32>>, Told), Error> {
        let taken = sieve::Taken::default();
        call.context.set_sieve(taken.sieve());
        let body = call.post_for_body(&self.client, &self.request).await?;
        let list =
            wire::read(&body).map_err(|error| Error::decode(call.operation, &call.context, &body, &error))?;
        let told = Told {
            model: list.model,
            usage: list.usage,
        };
        match wire::in_order(list.data, self.count(), &mut taken.vectors()) {
            Some(vectors) => Ok((vectors, told)),
            None => Err(Error::empty(call.operation, &call.context)),
        }
    }

    fn count(&self) -> usize {
        match &self.request.input {
            EmbeddingInput::Text(_) => 1,
            EmbeddingInput::Texts(texts) => texts.len(),
        }
    }

    fn choose_encoding(&mut self) {
        let name = self.request.model.rsplit('/').next().unwrap_or_default();
        if self.request.encoding_format.is_none() && name.starts_with(TAKES_BASE64) {
            self.request.encoding_format = Some(EmbeddingEncoding::Base64);
        }
    }

    fn check(&self) -> Result<(), Error> {
        if self.request.model.trim().is_empty() {
            return Err(Error::request("the embedding names no model"));
        }
        let is_empty = match &self.request.input {
            EmbeddingInput::Text(text) => text.is_empty(),
            EmbeddingInput::Texts(texts) => texts.is_empty() || texts.iter().any(String::is_empty),
        };
        if is_empty {
            return Err(Error::request("there is no text to embed, or an empty one"));
        }
        Ok(())
    }
}

// The texts are the user's own: only their number is shown.
impl fmt::Debug for EmbeddingsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddingsBuilder")
            .field("model", &self.request.model)
            .field("texts", &self.count())
            .finish_non_exhaustive()
    }
}

/// One vector for each text, in the order of the texts. It can be used like the list of vectors.
#[derive(Clone)]
#[non_exhaustive]
pub struct Embeddings {
    /// The vectors.
    pub vectors: Vec<Vec<f32>>,
    /// The tokens, where the server counted them; of all calls together.
    pub usage: Option<Usage>,
    cost: Option<f64>,
    meta: Meta,
}

impl Embeddings {
    /// The price in US dollars, where the server told it; of all calls together.
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        self.cost
    }

    /// What is known about the call; of several, about the last one.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }
}

impl Deref for Embeddings {
    type Target = [Vec<f32>];

    fn deref(&self) -> &[Vec<f32>] {
        &self.vectors
    }
}

impl IntoIterator for Embeddings {
    type Item = Vec<f32>;
    type IntoIter = std::vec::IntoIter<Vec<f32>>;

    fn into_iter(self) -> Self::IntoIter {
        self.vectors.into_iter()
    }
}

// Thousands of numbers help nobody.
impl fmt::Debug for Embeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embeddings")
            .field("vectors", &self.vectors.len())
            .field("dimensions", &self.vectors.first().map(Vec::len))
            .field("usage", &self.usage)
            .finish_non_exhaustive()
    }
}

/// How alike two texts are by their vectors: 1 for the same direction, 0 for nothing in common, -1 for the opposite. `None` for
/// vectors of different lengths, which come from different models, and for one without any direction.
///
/// ```
/// use aipass::cosine_similarity;
///
/// assert_eq!(cosine_similarity(&[1.0, 0.0], &[2.0, 0.0]), Some(1.0));
/// assert_eq!(cosine_similarity(&[1.0, 0.0], &[0.0, 3.0]), Some(0.0));
/// assert_eq!(cosine_similarity(&[1.0], &[1.0, 0.0]), None);
/// ```
#[must_use]
pub fn cosine_similarity(one: &[f32], other: &[f32]) -> Option<f32> {
    if one.len() != other.len() {
        return None;
    }
    let (mut product, mut norm_one, mut norm_other) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        product += a * b;
        norm_one += a * a;
        norm_other += b * b;
    }
    let cosine = product / (norm_one * norm_other).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "it lies between -1 and 1")]
    cosine.is_finite().then_some(cosine as f32)
}
