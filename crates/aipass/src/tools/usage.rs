//! The tokens of several answers together.

use aipass_api::types::{CompletionTokensDetails, PromptTokensDetails, Usage};

/// What is told of no answer is not told of the sum, and neither is what this version does not know: it may be no number.
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
    sum.extra.clear();
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
            extra,
        } = sum.prompt_tokens_details.get_or_insert_default();
        extra.clear();
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
            extra,
        } = sum.completion_tokens_details.get_or_insert_default();
        extra.clear();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(json: &str) -> Usage {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn tokens_are_added_where_they_are_told() {
        let all = [
            usage(
                r#"{"prompt_tokens":1,"completion_tokens_details":{"reasoning_tokens":2,"odd":1},"odd":1}"#,
            ),
            usage(
                r#"{"prompt_tokens":3,"total_tokens":9,"cost":0.5,"prompt_tokens_details":{"cached_tokens":4}}"#,
            ),
            usage(r#"{"prompt_tokens":null,"completion_tokens_details":{"reasoning_tokens":5}}"#),
        ];
        let expected = usage(
            r#"{"prompt_tokens":4,"total_tokens":9,"cost":0.5,"prompt_tokens_details":{"cached_tokens":4},
                "completion_tokens_details":{"reasoning_tokens":7}}"#,
        );
        assert_eq!(sum(all.iter()), Some(expected));
        assert_eq!(sum(all[..1].iter()), Some(all[0].clone()), "one is what it is");
        assert_eq!(sum([].iter()), None);
        let huge = usage(r#"{"total_tokens":9223372036854775807}"#);
        assert_eq!(
            sum([&huge, &all[1]].into_iter()).unwrap().total_tokens,
            Some(i64::MAX)
        );
    }
}
