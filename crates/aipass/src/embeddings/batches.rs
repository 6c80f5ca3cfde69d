//! Many texts in several calls.

use super::{Embeddings, EmbeddingsBuilder};
use crate::{error::Error, meta::Meta, policy::ChargeRisk, tools::usage};
use aipass_api::types::EmbeddingInput;
use futures_util::{StreamExt as _, stream};
use std::fmt;

impl EmbeddingsBuilder {
    /// Sends the texts in calls of at most `size` texts, at most `at_once` of them at the same time; each is a paid call. The
    /// vectors come back in the order of the texts.
    ///
    /// ```no_run
    /// # async fn run(ai: aipass::Client, texts: Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
    /// let vectors = ai.embeddings("text-embedding-3-small").inputs(texts).send_in_batches(256, 4).await?;
    /// println!("{} vectors", vectors.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BatchError`]: after the first call that fails no other one begins, and what was paid for is in
    /// [`vectors`](BatchError::vectors). Several calls cannot have one
    /// [idempotency key](crate::RequestOptions::idempotency_key): nothing is sent then.
    pub async fn send_in_batches(mut self, size: usize, at_once: usize) -> Result<Embeddings, BatchError> {
        let early = |error| BatchError {
            error,
            vectors: Vec::new(),
        };
        self.check().map_err(early)?;
        let (size, at_once) = (size.max(1), at_once.max(1));
        // Each batch is a copy of what is left.
        let input = std::mem::replace(&mut self.request.input, EmbeddingInput::Texts(Vec::new()));
        let texts = match input {
            EmbeddingInput::Text(text) => vec![text],
            EmbeddingInput::Texts(texts) => texts,
        };
        if texts.len() > size {
            self.client.parts().1.check_several().map_err(early)?;
        }
        let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts.len()];
        let mut usages = Vec::new();
        let mut cost = Some(0.0);
        let mut meta = Meta::default();
        let mut failed = None;

        let mut batches = texts.chunks(size).enumerate().map(|(number, texts)| {
            let mut batch = self.clone();
            batch.request.input = EmbeddingInput::Texts(texts.to_vec());
            async move { (number * size, batch.send().await) }
        });
        let mut running: stream::FuturesUnordered<_> = batches.by_ref().take(at_once).collect();
        while let Some((first, outcome)) = running.next().await {
            match outcome {
                Ok(embeddings) => {
                    for (place, vector) in vectors[first..].iter_mut().zip(embeddings.vectors) {
                        *place = Some(vector);
                    }
                    usages.push(embeddings.usage);
                    cost = cost.zip(embeddings.cost).map(|(sum, cost)| sum + cost);
                    meta = embeddings.meta;
                }
                // What was begun is paid for, so it is waited for.
                Err(error) => failed = Some(worse(failed, error)),
            }
            if failed.is_none() {
                running.extend(batches.next());
            }
        }
        match failed {
            Some(error) => Err(BatchError { error, vectors }),
            None => Ok(Embeddings {
                vectors: vectors.into_iter().flatten().collect(),
                usage: usage::sum(usages.iter().map(Option::as_ref)),
                cost,
                meta,
            }),
        }
    }
}

/// The one that tells more of the money.
fn worse(before: Option<Error>, error: Error) -> Error {
    match before {
        Some(before) if before.charge_risk().may_have_been_charged() => before,
        Some(before) if !error.charge_risk().may_have_been_charged() => before,
        _ => error,
    }
}

/// One of several calls for embeddings failed. What the others brought is kept.
#[non_exhaustive]
pub struct BatchError {
    /// Why.
    pub error: Error,
    /// A place for each text: its vector, or `None` where its call failed or was not made. Empty where nothing was sent.
    pub vectors: Vec<Option<Vec<f32>>>,
}

impl BatchError {
    fn done(&self) -> usize {
        self.vectors.iter().flatten().count()
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} texts are embedded", self.done(), self.vectors.len())
    }
}

impl fmt::Debug for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchError")
            .field("error", &self.error)
            .field("done", &self.done())
            .field("texts", &self.vectors.len())
            .finish()
    }
}

impl std::error::Error for BatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// The vectors are gone then, and what they cost is in the [charge risk](Error::charge_risk).
impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        if error.done() > 0 && !error.error.charge_risk().may_have_been_charged() {
            return error.error.of_risk(ChargeRisk::Completed);
        }
        error.error
    }
}
