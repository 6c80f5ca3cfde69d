//! The tokens of several answers together.

use aipass_api::types::{CompletionTokensDetails, PromptTokensDetails, Usage};

/// What is not told of any is not told of the sum.
pub(super) fn sum<'a>(all: impl Iterator<Item = &'a Usage>) -> Option<Usage> {
    let mut sum: Option<Usage> = None;
    for more in all {
        match &mut sum {
            None => sum = Some(more.clone()),
            Some(sum) => add(sum, more),
        }
    }
    sum
}

fn add(sum: &mut Usage, more: &Usage) {
    count(&mut sum.prompt_tokens, more.prompt_tokens);
    count(&mut sum.completion_tokens, more.completion_tokens);
    count(&mut sum.total_tokens, more.total_tokens);
    count(
        &mut sum.cache_creation_input_tokens,
        more.cache_creation_input_tokens,
    );
    count(&mut sum.cache_read_input_tokens, more.cache_read_input_tokens);
    if let Some(more) = more.cost {
        *sum.cost.get_or_insert(0.0) += more;
    }
    if let Some(more) = &more.prompt_tokens_details {
        let PromptTokensDetails {
            audio_tokens,
            cache_write_tokens,
            cached_tokens,
            image_tokens,
            text_tokens,
            ..
        } = sum.prompt_tokens_details.get_or_insert_default();
        count(audio_tokens, more.audio_tokens);
        count(cache_write_tokens, more.cache_write_tokens);
        count(cached_tokens, more.cached_tokens);
        count(image_tokens, more.image_tokens);
        count(text_tokens, more.text_tokens);
    }
    if let Some(more) = &more.completion_tokens_details {
        let CompletionTokensDetails {
            accepted_prediction_tokens,
            audio_tokens,
            reasoning_tokens,
            rejected_prediction_tokens,
            text_tokens,
            ..
        } = sum.completion_tokens_details.get_or_insert_default();
        count(accepted_prediction_tokens, more.accepted_prediction_tokens);
        count(audio_tokens, more.audio_tokens);
        count(reasoning_tokens, more.reasoning_tokens);
        count(rejected_prediction_tokens, more.rejected_prediction_tokens);
        count(text_tokens, more.text_tokens);
    }
}

fn count(sum: &mut Option<i64>, more: Option<i64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}
