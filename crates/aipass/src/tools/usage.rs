//! The tokens of several answers together, of chats as of vectors.

use aipass_api::types::{CompletionTokensDetails, PromptTokensDetails, Usage};

/// A number is in the sum where every answer told it: else it would be less than what was used, and look like all of it. What
/// this version does not know is not added up: it may be no number.
pub(crate) fn sum<'a>(all: impl IntoIterator<Item = Option<&'a Usage>>) -> Option<Usage> {
    let mut all = all.into_iter();
    let mut sum = all.next()??.clone();
    for more in all {
        add(&mut sum, more?);
    }
    Some(sum)
}

fn add(sum: &mut Usage, more: &Usage) {
    let Usage {
        prompt_tokens,
        completion_tokens,
        total_tokens,
        cache_creation_input_tokens,
        cache_read_input_tokens,
        cost,
        prompt_tokens_details,
        completion_tokens_details,
        extra,
    } = sum;
    extra.clear();
    count(prompt_tokens, more.prompt_tokens);
    count(completion_tokens, more.completion_tokens);
    count(total_tokens, more.total_tokens);
    count(cache_creation_input_tokens, more.cache_creation_input_tokens);
    count(cache_read_input_tokens, more.cache_read_input_tokens);
    *cost = cost.zip(more.cost).map(|(sum, more)| sum + more);
    both(
        prompt_tokens_details,
        more.prompt_tokens_details.as_ref(),
        |sum, more| {
            let PromptTokensDetails {
                audio_tokens,
                cache_write_tokens,
                cached_tokens,
                image_tokens,
                text_tokens,
                extra,
            } = sum;
            extra.clear();
            count(audio_tokens, more.audio_tokens);
            count(cache_write_tokens, more.cache_write_tokens);
            count(cached_tokens, more.cached_tokens);
            count(image_tokens, more.image_tokens);
            count(text_tokens, more.text_tokens);
        },
    );
    both(
        completion_tokens_details,
        more.completion_tokens_details.as_ref(),
        |sum, more| {
            let CompletionTokensDetails {
                accepted_prediction_tokens,
                audio_tokens,
                reasoning_tokens,
                rejected_prediction_tokens,
                text_tokens,
                extra,
            } = sum;
            extra.clear();
            count(accepted_prediction_tokens, more.accepted_prediction_tokens);
            count(audio_tokens, more.audio_tokens);
            count(reasoning_tokens, more.reasoning_tokens);
            count(rejected_prediction_tokens, more.rejected_prediction_tokens);
            count(text_tokens, more.text_tokens);
        },
    );
}

fn both<T>(sum: &mut Option<T>, more: Option<&T>, add: impl FnOnce(&mut T, &T)) {
    match (sum.as_mut(), more) {
        (Some(sum), Some(more)) => add(sum, more),
        _ => *sum = None,
    }
}

fn count(sum: &mut Option<i64>, more: Option<i64>) {
    *sum = sum.zip(more).map(|(sum, more)| sum.saturating_add(more));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(json: &str) -> Usage {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_number_is_added_up_where_every_answer_told_it() {
        let all = [
            usage(
                r#"{"prompt_tokens":1,"completion_tokens":2,"cost":0.25,"completion_tokens_details":{"reasoning_tokens":2,"odd":1},"odd":1}"#,
            ),
            usage(
                r#"{"prompt_tokens":3,"total_tokens":9,"cost":0.5,"prompt_tokens_details":{"cached_tokens":4},
                    "completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":1}}"#,
            ),
        ];
        let expected =
            usage(r#"{"prompt_tokens":4,"cost":0.75,"completion_tokens_details":{"reasoning_tokens":7}}"#);
        assert_eq!(sum(all.iter().map(Some)), Some(expected));
        assert_eq!(sum([Some(&all[0])]), Some(all[0].clone()), "one is what it is");
        assert_eq!(sum([]), None);
        assert_eq!(sum([Some(&all[0]), None]), None, "one told nothing");
        assert_eq!(sum([None, Some(&all[0])]), None);
        let huge = usage(r#"{"total_tokens":9223372036854775807}"#);
        assert_eq!(
            sum([Some(&huge), Some(&all[1])]).unwrap().total_tokens,
            Some(i64::MAX)
        );
    }
}
